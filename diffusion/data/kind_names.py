"""The five kinds by every obvious name that people give to their folders and labels."""

import re
import unicodedata
from pathlib import PurePosixPath

from ..sprites import KINDS

NAMES = {  # of each kind, without separators, in small letters: ours, the page's in both languages, the plural
    "hero": ("hero", "heros", "heroes", "英雄"),
    "non-hero": ("nonhero", "nonheros", "nonheroes", "creature", "creatures", "非英雄", "生物"),
    "food": ("food", "foods", "食物"),
    "spell": ("spell", "spells", "item", "items", "法术", "法術", "物品"),
    "side-facing": (
        *("side", "sidefacing", "sidefacinghero", "sidefacingheroes", "herosideways", "heroessideways"),
        *("侧面", "側面", "侧面英雄", "側面英雄"),
    ),
}
KIND_OF = {name: kind for kind, names in NAMES.items() for name in names}
MAX_FOLDERS = 32  # of a path, the innermost ones; an archive may name thousands


def kind_of_name(name: str) -> str | None:
    """The kind that a word stands for, whatever its case, separators, plural and leading number; None for others."""
    if len(name) > 40:
        return None
    word = unicodedata.normalize("NFKC", name).casefold().strip()
    word = re.sub(r"\A\d+[\s._-]+", "", word)  # 0_hero, 1. food
    return KIND_OF.get(re.sub(r"[\s._-]", "", word))


def folders_of(path: PurePosixPath) -> tuple[str, ...]:
    """The names of the folders that a file lies in, the innermost MAX_FOLDERS at most."""
    return path.parts[:-1][-MAX_FOLDERS:]


def kinds_of_path(path: PurePosixPath) -> tuple[str, ...]:
    """The kinds that the folders of a path name. The innermost counts; all of them where it is written as in KINDS."""
    folders = folders_of(path)
    innermost = next(((kind, name) for name in reversed(folders) if (kind := kind_of_name(name))), None)
    if not innermost:
        return ()
    kind, name = innermost
    return tuple(each for each in KINDS if each in folders) if name in KINDS else (kind,)
