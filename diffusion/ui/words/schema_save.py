"""The words of the player's dialogs: what is saved, one sprite close up, and the tray of kept ones."""

from typing import TypedDict


class SaveWords(TypedDict):
    """JavaScript reads the keys."""

    save: str
    save_title: str
    save_what: str
    save_sprites: str
    save_sprites_file: str
    save_sheet: str
    save_sheet_file: str
    save_layout: str
    save_layout_file: str
    save_animation: str
    save_gif_file: str
    save_apng_file: str
    save_picture: str
    save_picture_file: str
    save_recipe: str
    save_recipe_file: str
    save_moment: str
    save_finished: str
    save_now: str
    save_look: str
    save_transparent: str
    save_size: str
    save_native: str
    save_colours: str
    save_colours_all: str
    save_colours_each: str
    save_colours_shared: str
    save_few: str
    save_large: str
    save_preview: str
    save_count: str
    save_making: str
    save_nothing: str
    save_go: str
    cancel: str
    close: str
    closeup: str
    closeup_title: str
    closeup_picture: str
    closeup_back: str
    closeup_forward: str
    closeup_epochs: str
    copy: str
    copy_done: str
    copy_failed: str
    paint: str
    keep: str
    kept: str
    tray_title: str
    tray_full: str
    tray_save: str
    tray_empty: str
    tray_sure: str
    tray_open: str
    tray_remove: str
