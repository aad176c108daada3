"""How often the built-in sprites repeat."""

import numpy as np

from diffusion.__main__ import main
from diffusion.data import SpriteSet
from diffusion.devtools import variety
from diffusion.refs import Builtin
from diffusion.sprites import KINDS


def test_repeats_are_counted_by_kind_and_a_tint_alone_makes_no_new_sprite_in_few_colours(monkeypatch):
    pixels = np.full((4, 16, 16, 3), 255, np.uint8)
    pixels[1, 0, 0], pixels[2, 0, 0], pixels[3, 0, 0] = (96, 0, 0), (100, 0, 0), (96, 0, 0)
    labels = np.eye(5, dtype=np.float32)[[1, 1, 1, 2]]
    monkeypatch.setattr(variety, "draw_builtin", lambda ref, epoch: SpriteSet(pixels, labels, "x"))
    *_, kinds = variety.measure_variety(Builtin(4), 2)
    assert (kinds["non-hero"].count, kinds["food"].count, kinds["hero"].count) == (6, 2, 0)
    assert kinds["non-hero"].shares() == {"distinct": 3 / 6, "coarse": 2 / 6}
    assert kinds["food"].shares() == {"distinct": 1 / 2, "coarse": 1 / 2}


def test_the_verb_prints_a_row_for_every_kind(capsys):
    assert main(["variety", "--epochs", "2", "--count", "150"]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.split()[0] for row in rows] == list(KINDS)
    assert sum(int(row.split()[1]) for row in rows) == 300
