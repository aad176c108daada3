// @ts-check
/** The lesson alone on the screen, in larger type, for a class: in full screen where the browser allows it. */

/** @typedef {import("./lesson.js").Lesson} Lesson */

/** @param {Lesson} lesson */
export function wirePresenting(lesson) {
  const { root, part, text } = lesson;
  const button = part("present", HTMLButtonElement);

  /** @param {boolean} on */
  function show(on) {
    root.classList.toggle("presenting", on);
    document.documentElement.classList.toggle("lesson-presented", on); // nothing behind it scrolls
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? text.present_end : text.present;
    lesson.show();
  }

  async function begin() {
    show(true);
    part("title").focus({ preventScroll: true });
    await root.requestFullscreen?.().catch(() => {}); // not allowed, as in some embedded pages: it fills the window
    if (!root.classList.contains("presenting") && document.fullscreenElement === root) document.exitFullscreen();
  }

  function end() {
    show(false);
    if (document.fullscreenElement === root) document.exitFullscreen();
  }

  button.addEventListener("click", () => (root.classList.contains("presenting") ? end() : begin()));
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && root.classList.contains("presenting")) show(false); // Escape, by the browser
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("presenting")) end();
  });
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element && target.closest("a[href^='?']");
    if (link && root.contains(link) && root.classList.contains("presenting")) end();
  });
  show(false);
}
