// Runs before Gradio's own scripts, in each page's head (diffusion/ui/social_preview.py).

(() => {
  const PATIENCE = 10_000; // ms for a page to show the tab that its address names

  // Gradio takes its words ("Drop a file here") from the browser's language; here from the page's.
  // language.js still needs the visitor's.
  globalThis.visitorSpeaks = navigator.language;
  const page = /\/zh\/?$/.test(location.pathname) ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => page, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [page], configurable: true });

  // Light or dark: what the address says (?__theme=dark), else what was chosen here before (header.js), else the system.
  const query = new URLSearchParams(location.search);
  const system = matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // an embedded page may not be allowed to remember
    }
  }

  let chosen = [query.get("__theme"), remembered()].find((name) => name === "light" || name === "dark") ?? "system";

  const wanted = () => (chosen === "system" ? system.matches : chosen === "dark");
  const apply = () => {
    if (document.body && document.body.classList.contains("dark") !== wanted()) document.body.classList.toggle("dark");
  };
  const keeper = new MutationObserver(apply); // Gradio writes the system's choice over it

  globalThis.colours = {
    get chosen() {
      return chosen;
    },
    choose(name) {
      chosen = name;
      try {
        localStorage.setItem("theme", name);
      } catch {
        // then it lasts as long as the page
      }
      begin();
    },
  };

  function begin() {
    keeper.disconnect();
    apply();
    if (chosen !== "system") keeper.observe(document.body, { attributeFilter: ["class"] });
  }
  system.addEventListener("change", apply);

  new MutationObserver((_, waiting) => {
    if (!document.body) return;
    waiting.disconnect();
    if (query.get("controls") === "hide") document.body.classList.add("bare"); // for those who project or embed it
    document.body.classList.add("arriving"); // until the tab is there that the address names (places.js)
    setTimeout(() => document.body.classList.remove("arriving"), PATIENCE);
    begin();
  }).observe(document.documentElement, { childList: true });
})();
