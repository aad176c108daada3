// Where a browser forbids an embedded page to remember anything, `localStorage` and `sessionStorage` throw; Gradio, and
// the page with it, would end there. They are then replaced by ones that last as long as the page. It runs first.

(() => {
  /** @returns {Storage} */
  function memory() {
    const kept = new Map();
    return {
      get length() {
        return kept.size;
      },
      key: (index) => [...kept.keys()][index] ?? null,
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, value) => void kept.set(String(name), String(value)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
    };
  }

  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      void window[name].length;
    } catch {
      Object.defineProperty(window, name, { value: memory(), configurable: true });
    }
  }
})();
