// Which language a visitor gets: what the address says (/zh, ?lang=zh, ?lang=en), else what was chosen here before,
// else the browser's. The English page is at the app's root, the Chinese one beside it at zh; a page without a
// server says where they are.

(() => {
  const query = new URLSearchParams(location.search);
  const pages = JSON.parse(document.documentElement.dataset.pages ?? '{ "en": "", "zh": "zh" }');
  const here = location.pathname.replace(/\/$/, "").endsWith(`/${pages.zh}`) ? "zh" : "en";
  const pageOf = (language) => new URL(pages[language] || ".", document.baseURI).href;

  function remembered() {
    try {
      return localStorage.getItem("language");
    } catch {
      return null; // an embedded page may not be allowed to remember
    }
  }

  const asked = { zh: "zh", en: "en" }[query.get("lang")];
  const likely = remembered() ?? ((globalThis.visitorSpeaks ?? navigator.language).startsWith("zh") ? "zh" : "en");
  const wanted = asked ?? (here === "zh" ? "zh" : likely);
  if (wanted !== here) return location.replace(pageOf(wanted) + location.search + location.hash);

  // Gradio names the browser's language here, also where the page speaks the other.
  const html = document.documentElement;
  const named = { zh: "zh-CN", en: "en" }[here];
  const name = () => html.lang === named || (html.lang = named);
  new MutationObserver(name).observe(html, { attributeFilter: ["lang"] });
  name();

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".languages a");
    if (!link) return;
    event.preventDefault();
    const language = link.lang.slice(0, 2);
    try {
      localStorage.setItem("language", language);
    } catch {
      // then the address alone remembers
    }
    const tab = document.querySelector("[role=tab][aria-selected=true]").dataset.tabId;
    const address = new URLSearchParams(location.search); // of what is shown, unless another tab was opened since
    const next = address.get("tab") === tab ? address : new URLSearchParams({ tab });
    next.set("lang", language);
    location.assign(`${pageOf(language)}?${next}${location.hash}`);
  });
})();
