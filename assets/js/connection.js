// @ts-check
/**
 * Where the server does not answer: a banner that says so in the page's language, and what became of the drawing.
 * Gradio notices it, says it in English in a toast, asks again and loads the page once the server is back.
 */

import { fill } from "./dom.js";

const LOST = /Connection to the server was lost|Connection errored out|Could not reach|Failed to fetch|NetworkError/i;
const BUSY = /queue is full|currently busy|Too many requests/i;
const ASK_EVERY = 2000; // ms
const BACK_FOR = 12_000; // ms that the good news stay
const HEALTH = "gradio_api/health";
const WAS_LOST = "server-was-lost"; // in the session's storage, until the page that comes next has said it

/** @param {Record<string, string>} strings */
export function keepInReach(strings) {
  const banner = document.body.appendChild(document.createElement("div"));
  banner.className = "site-banner";
  banner.setAttribute("role", "status");
  banner.hidden = true;
  let asking = false;
  let isLeaving = false; // a drawing is cut off then, and the server is well

  /** @param {string} words */
  const say = (words) => {
    banner.textContent = words;
    banner.hidden = !words;
  };

  async function lost() {
    if (asking) return;
    asking = true;
    await pause(0); // Gradio cuts its lines off, and says so, before the page's other listeners hear that it is left
    if (isLeaving) {
      asking = false;
      return;
    }
    const wasDrawing = Boolean(document.querySelector(".player[data-state=live]"));
    say(fill(strings.lost, { walk: wasDrawing ? strings.lost_walk : "" }));
    store(wasDrawing ? "drawing" : "idle");
    while (!(await answers())) await pause(ASK_EVERY);
    asking = false;
    say(wasDrawing ? strings.back_walk : strings.back);
    setTimeout(() => store(null), BACK_FOR); // unless the page is loaded again by then
    setTimeout(() => asking || say(""), BACK_FOR);
  }

  /** Toasts that Gradio writes itself. */
  function translate() {
    for (const toast of document.querySelectorAll(".toast-wrap .toast-message-text")) {
      const words = toast.textContent ?? "";
      if (LOST.test(words)) {
        toast.closest(".toast-item")?.setAttribute("hidden", "");
        lost();
      } else if (BUSY.test(words) && words !== strings.busy) toast.textContent = strings.busy;
    }
  }

  const before = stored();
  if (before) {
    store(null);
    say(before === "drawing" ? strings.back_walk : strings.back);
    setTimeout(() => asking || say(""), BACK_FOR);
  }
  new MutationObserver(translate).observe(document.body, { childList: true, subtree: true });
  addEventListener("offline", lost);
  addEventListener("beforeunload", () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), BACK_FOR); // where the visitor stays after all
  });
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answers() {
  try {
    return (await fetch(new URL(HEALTH, document.baseURI), { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function stored() {
  try {
    return sessionStorage.getItem(WAS_LOST);
  } catch {
    return null;
  }
}

/** @param {string | null} value */
function store(value) {
  try {
    if (value === null) sessionStorage.removeItem(WAS_LOST);
    else sessionStorage.setItem(WAS_LOST, value);
  } catch {
    // then the page that comes next says nothing of it
  }
}
