// @ts-check
/** Addresses that lead back to what is shown; the server's side is diffusion/ui/parts/share_links.py. Nothing here needs a page. */

/**
 * @param {string} search of an address @param {string} tab
 * @returns {URLSearchParams | null} what it asks of this tab, or null where it names another
 */
export function queryFor(search, tab) {
  const query = new URLSearchParams(search);
  return query.get("tab") === tab ? query : null;
}

/** Names in an address that say what to draw; the others say how to look at it. */
const DRAWN = ["epochs", "prompt", "surprise", "seed", "count", "kinds", "sampler", "steps", "guidance"];

/** Whether an address asks for sprites of its own. @param {URLSearchParams} query */
export const asksToDraw = (query) => DRAWN.some((name) => query.has(name));

/** Left out of an address, as in share_links.py. @type {Record<string, any>} */
const DEFAULTS = { prompt: "", surprise: false };

/** A list is joined by commas; those in a run's name are written in another way. @param {Record<string, any>} state */
export function queryOf(state) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (name in DEFAULTS && DEFAULTS[name] === value) continue;
    query.set(name, Array.isArray(value) ? value.map(escapeCommas).join(",") : value);
  }
  return query;
}

/** @param {any} one of a list */
const escapeCommas = (one) => String(one).replaceAll("%", "%25").replaceAll(",", "%2C");
