"""The canvas player; its frames come from frames.py."""

from pathlib import Path

import gradio as gr

from ..words import Words

STAGE = """
<div data-part="root" class="player" tabindex="0" role="group" aria-label="{label}" data-state="empty">
  {above}
  <div class="player-stage">
    <canvas data-part="canvas" width="8" height="4" role="img" tabindex="{canvas_tabindex}"
      aria-label="{canvas}"></canvas>
    <p class="player-hint">{hint}</p>
  </div>
  {below}
  <div class="player-track"><div data-part="bar"></div></div>
  <input data-part="scrub" type="range" min="0" max="0" value="0" aria-label="{scrub}">
  <div class="player-row">
    <button type="button" data-part="back" aria-label="{back}">❮</button>
    <button type="button" data-part="play" aria-label="{play}">▶</button>
    <button type="button" data-part="forward" aria-label="{forward}">❯</button>
    <button type="button" data-part="loop" aria-pressed="true" aria-label="{loop}">↻</button>
    <label>{speed} <select data-part="speed" aria-label="{speed}">
      <option value="0">¼×</option><option value="1">½×</option>
      <option value="2" selected>1×</option><option value="3">2×</option></select></label>
    <select data-part="save" aria-label="{save}"><option value="">{save}</option>
      <option value="gif">{save_gif}</option><option value="picture">{save_picture}</option>
      <option value="sheet">{save_sheet}</option><option value="zip">{save_zip}</option>
      <option value="recipe">{save_recipe}</option></select>
    <button type="button" data-part="share">{share}</button>
    <span data-part="status" class="player-status"></span>
  </div>
  <fieldset data-part="views" class="player-row player-choice"><legend>{view}</legend>
    <label><input type="radio" name="{name}-view" value="x" checked> {view_x}</label>
    <label><input type="radio" name="{name}-view" value="eps"> {view_eps}</label>
    <label><input type="radio" name="{name}-view" value="x0"> {view_x0}</label>
  </fieldset>
  <span data-part="announce" class="player-announce" role="status" aria-live="polite"></span>
</div>
"""

WATCH_ABOVE = """
<div class="player-row epoch-row">
  <label class="epoch-label" for="{name}-epoch">{invite}</label>
  <input data-part="epoch" id="{name}-epoch" type="range" min="0" max="0" step="1" value="0">
  <output data-part="epoch-name" for="{name}-epoch"></output>
</div>
"""

COMPARE_ABOVE = """
<fieldset data-part="modes" class="player-row player-choice"><legend>{mode}</legend>
  <label><input type="radio" name="{name}-mode" value="one" checked> {mode_one}</label>
  <label><input type="radio" name="{name}-mode" value="wipe"> {mode_wipe}</label>
  <label><input type="radio" name="{name}-mode" value="grid"> {mode_grid}</label>
  <label><input type="radio" name="{name}-mode" value="learning" disabled> {mode_learning}</label>
</fieldset>
<div class="player-row epoch-row">
  <label class="wipe-only">{wipe_from} <select data-part="wipe-from"></select></label>
  <label class="epoch-label" for="{name}-epoch">{epoch}</label>
  <input data-part="epoch" id="{name}-epoch" type="range" min="0" max="0" step="1" value="0">
  <output data-part="epoch-name" for="{name}-epoch"></output>
</div>
"""

COMPARE_BELOW = """
<input data-part="wipe" class="wipe-only" type="range" min="0" max="100" value="50" aria-label="{wipe}">
<canvas data-part="lens" class="player-lens" width="8" height="4" role="img" aria-label="{lens}"></canvas>
"""


def build_player(words: Words, assets: Path, name: str, with_reel: bool = True, hint: str | None = None) -> gr.HTML:
    """A player of one film, whose value is the newest frames. name: unlike that of any other player on the page."""
    above = WATCH_ABOVE.format(**{"name": name, **words.player})
    parts = {"above": above, "below": "", "canvas_tabindex": -1, "hint": hint or words.player["hint"]}
    return _build(words, assets, name, "watch.js", with_reel, **parts)


def build_comparison(words: Words, assets: Path, name: str, with_reel: bool = True) -> gr.HTML:
    """A player of several epochs side by side, with a slider across them."""
    filled = {"name": name, **words.player}
    parts = {"above": COMPARE_ABOVE.format(**filled), "below": COMPARE_BELOW.format(**filled)}
    hint = words.player["hint"] if with_reel else words.finish_hint
    return _build(words, assets, name, "compare.js", with_reel, canvas_tabindex=0, hint=hint, **parts)


def _build(words: Words, assets: Path, name: str, painter: str, with_reel: bool, **parts: str | int) -> gr.HTML:
    reel = assets / "shipped" / "reel.bin"
    gr.set_static_paths([assets])
    return gr.HTML(
        html_template=STAGE.format(**{"name": name, **words.player, **parts}),
        js_on_load="\n".join(
            (assets / "js" / file).read_text("utf-8")
            for file in ("libraries.js", "reel.js", "film.js", painter, "export.js")
        ),
        apply_default_css=False,
        elem_id=name,
        strings=words.player,
        tab=name.removesuffix("-player"),
        vendor=f"gradio_api/file={served(assets) / 'vendor'}",
        reel=f"gradio_api/file={served(reel)}" if with_reel and reel.is_file() else None,
    )


def served(path: Path) -> Path:
    """A file or folder as Gradio's address for files names it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
