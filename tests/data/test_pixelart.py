"""The built-in sprites: the same for everyone, in the course's proportions, and split without a leak."""

import hashlib

import numpy as np
import pytest

from diffusion.data import parts as part_maps
from diffusion.data import pixelart
from diffusion.data.parts import MORE, PARTS, SYMBOLS, TONES, part_sheets, read_parts, shift, symbol_colours
from diffusion.data.pixelart import CHARACTERS, VALIDATION_ONE_IN, draw, make_recipe, paint, split_parts
from diffusion.sprites import COURSE_COUNTS, KINDS

HERO, SIDE = KINDS.index("hero"), KINDS.index("side-facing")
CHARACTER_SHEETS = ("faces", "hair", "hats", "heads", "legs", "torsos")


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    return draw(5000)


@pytest.fixture(scope="module")
def train_shapes() -> frozenset[str]:
    return frozenset().union(*(make_recipe(0, number, "train").shapes for number in range(5000)))


def test_the_format_is_the_courses(drawn):
    pixels, labels = drawn
    assert (pixels.dtype, pixels.shape) == (np.uint8, (5000, 16, 16, 3))
    assert (labels.dtype, labels.shape) == (np.float64, (5000, 5))
    assert set(np.unique(labels)) == {0, 1}
    assert (labels.sum(1) == 1).all()


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_seed_always_draws_the_same_sprites(split):
    first, again = draw(40, 3, split), draw(40, 3, split)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])


def test_seeds_and_splits_draw_different_sprites():
    drawings = [draw(40, 0, "train"), draw(40, 1, "train"), draw(40, 2, "train"), draw(40, 0, "test")]
    assert len({pixels.tobytes() for pixels, _ in drawings}) == len(drawings)


def test_a_sprite_does_not_depend_on_how_many_are_drawn():
    few, many = draw(5, 9), draw(50, 9)
    assert np.array_equal(few[0], many[0][:5])
    assert np.array_equal(few[1], many[1][:5])


def test_the_kinds_keep_the_courses_proportions(drawn):
    expected = np.array(COURSE_COUNTS) / sum(COURSE_COUNTS) * 5000
    chi_square = ((drawn[1].sum(0) - expected) ** 2 / expected).sum()
    assert chi_square < 18.5  # 4 degrees of freedom: an honest draw is above this once in a thousand seeds


def test_the_ground_is_pure_white_and_the_sprite_is_there(drawn):
    """The course's sprites are 47 % white; ours fill more of the square, but never all or nothing of it."""
    white = (drawn[0] == 255).all(-1)
    assert 0.3 < white.mean() < 0.5
    assert white.mean((1, 2)).max() < 0.95
    assert white.mean((1, 2)).min() > 0.02
    assert white[:, 0, 0].mean() > 0.8  # a corner is ground, except under a long weapon or a wide hat


def test_sprites_are_hardly_ever_drawn_twice(drawn):
    assert len(np.unique(drawn[0].reshape(5000, -1), axis=0)) > 3000


@pytest.mark.parametrize("seed", [0, 7])
def test_every_validation_sprite_shows_a_shape_that_no_training_sprite_shows(train_shapes, seed):
    validation = {
        f"{sheet.split('.')[0]}/{part.name}" for sheet, (_, parts) in split_parts().items() for part in parts
    }
    assert not train_shapes & validation
    for number in range(300):
        shapes = make_recipe(seed, number, "test").shapes
        assert shapes & validation, f"test sprite {number} shows only shapes for training: {shapes}"
        assert not shapes <= train_shapes


def test_a_tenth_of_the_shapes_is_for_validation_and_no_copy_of_them_is_trained_on():
    """A validation part that equals a training part pixel for pixel would leak under another name."""
    trained = {part.pixels.tobytes() for parts, _ in split_parts().values() for part in parts}
    validation = {part.pixels.tobytes() for _, parts in split_parts().values() for part in parts}
    assert not trained & validation
    assert 0.05 < len(validation) / len(trained | validation) < 1.2 / VALIDATION_ONE_IN


@pytest.mark.parametrize("is_validation", [False, True])
def test_a_character_is_the_same_from_the_front_and_from_the_side(is_validation):
    for seed in range(60):
        front = pixelart._make_character(np.random.default_rng(seed), HERO, is_validation)
        side = pixelart._make_character(np.random.default_rng(seed), SIDE, is_validation)
        assert [sheet for sheet, *_ in front.layers] == [
            sheet.replace("side", "front") for sheet, *_ in side.layers[:-1]
        ]
        assert [name for _, name, *_ in front.layers] == [name for _, name, *_ in side.layers[:-1]]
        assert side.layers[-1][0] == "weapons.side"
        assert front.colours == side.colours[: len(front.colours)]
        assert not np.array_equal(paint(front), paint(side))


def test_some_heroes_of_a_set_walk_in_from_the_side_too():
    """Both views pick from the same few thousand characters, so a large set shows many of them twice."""
    bodies = {HERO: set(), SIDE: set()}
    for r in (make_recipe(0, number) for number in range(CHARACTERS)):
        if r.kind in bodies:
            names = tuple(name for sheet, name, *_ in r.layers if sheet != "weapons.side")
            bodies[r.kind].add((names, r.colours[:1]))
    assert len(bodies[HERO] & bodies[SIDE]) > 5


def test_a_ramp_is_the_five_tones_of_its_colour():
    """The course's red: highlight 1.0, base 0.8, shadow 0.6, outline 0.4, darkest outline 0.3 (within a level)."""
    reds = [tuple(bytes.fromhex(tone)) for tone in ("fe1b1b", "cb1616", "981010", "660b0b", "4c0808")]
    colours = symbol_colours((reds[0], (0, 0, 0), (0, 0, 0), (200, 100, 50)))
    assert TONES == (1.0, 0.8, 0.6, 0.4, 0.3)
    assert np.abs(colours[SYMBOLS.index("1") :][:5].astype(int) - reds).max() <= 1
    assert colours[SYMBOLS.index("v") :].tolist() == [
        [200, 100, 50],
        [160, 80, 40],
        [120, 60, 30],
        [80, 40, 20],
        [60, 30, 15],
    ]
    assert colours[: SYMBOLS.index("1")].tolist() == [[255] * 3, [0] * 3, [255] * 3]


def test_a_sprite_shows_only_tones_of_its_recipes_colours():
    for number in range(100):
        r = make_recipe(2, number)
        allowed = {(0, 0, 0), (255, 255, 255)}
        for _, colour in r.colours:
            allowed |= {tuple(np.outer(TONES, colour).round().astype(int)[tone]) for tone in range(5)}
        assert set(map(tuple, paint(r).reshape(-1, 3).tolist())) <= allowed


def test_a_material_and_its_second_pick_are_never_the_same_colour():
    pairs = 0
    for number in range(500):
        colours = dict(make_recipe(4, number).colours)
        for slot, colour in colours.items():
            if slot[-1:] in "23" and slot[:-1] in colours:
                pairs += 1
                assert colour != colours[slot[:-1]]
    assert pairs > 20


@pytest.mark.parametrize(
    ("arguments", "digest"),
    [((400, 0, "train"), "2a51df07"), ((400, 0, "test"), "81a79288"), ((200, 7, "train"), "1817d1ab")],
)
def test_the_first_edition_stays_as_it_is_to_the_byte(arguments, digest):
    """Runs were trained on it; their config.json has the digest of their sprites."""
    pixels, labels = draw(*arguments)
    assert hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest().startswith(digest)


def test_there_are_hundreds_of_distinct_shapes():
    assert len({part.pixels.tobytes() for parts in part_sheets().values() for part in parts.values()}) >= 400
    shapes = {part.shape for parts in part_sheets(2).values() for part in parts.values()}
    assert len(shapes) >= 1000
    drawn = [part.pixels.tobytes() for parts in part_sheets(2).values() for part in parts.values()]
    assert len(set(drawn)) > 0.99 * len(drawn)  # some overlays of the first edition are alike


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PARTS.rglob("*.txt")) if path.stem not in part_maps.NO_SHEETS],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_every_part_file_is_read_whole(path):
    """A name given twice in one file, or again in the file of the second edition, would silently hide a part."""
    headers = [line for line in path.read_text("utf-8").splitlines() if line.startswith("[")]
    before = len(part_sheets().get(path.stem, ())) if path.parent == MORE else 0
    found = part_sheets(2 if before or path.parent == MORE else 1)[path.stem]
    assert len(found) == before + len(headers) > 0
    for part in found.values():
        assert part.pixels.shape == (16, 16)
        assert part.pixels.any()
        assert part.pixels.max() < len(SYMBOLS)


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("name", CHARACTER_SHEETS)
def test_front_and_side_list_the_same_parts_of_the_same_materials(name, edition):
    """A side view that named a cloth or a hair of its own would change the character's clothes as it turns."""
    front, side = part_sheets(edition)[f"{name}.front"], part_sheets(edition)[f"{name}.side"]
    assert list(front) == list(side)
    for part in front:
        only_from_the_side = set(side[part].slots) - set(front[part].slots) - {""}
        assert only_from_the_side <= {"skin", "steel"}, f"{part}: {only_from_the_side}"  # an arm, a neck guard


def test_weapons_are_held_on_the_left():
    for weapon in part_sheets(2)["weapons.side"].values():
        right = int(np.flatnonzero(weapon.pixels.any(0)).max())
        assert right < 8, f"{weapon.name} reaches column {right}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[hat] 1=cloth\n..1?1..\n", "['?']"),
        ("[hat] 1=cloth\n\n", "no rows"),
        ("[hat] 1=cloth\n" + "1" * 17 + "\n", "larger than 16 x 16"),
        ("[hat] 1=cloth mirror\n111111111\n", "larger than 8 x 16"),
        ("[hat] 1=cloth\n" + "1\n" * 17, "larger than 16 x 16"),
        ("[hat] 1=velvet\n111\n", "no material velvet"),
        ("[hat] 1=ff20\n111\n", "no material ff20"),
        ("[hat] 1=cloth\n11aa\n", "what {'a'} is made of"),
    ],
    ids=["symbol", "empty", "wide", "wide-mirror", "high", "material", "colour", "slot"],
)
def test_a_mistake_in_a_part_map_is_named_with_its_file_and_part(tmp_path, text, complaint):
    path = tmp_path / "hats.front.txt"
    path.write_text(f"# hats\n[cap] 1=cloth\n111\n\n{text}")
    with pytest.raises(AssertionError) as caught:
        list(read_parts(path))
    assert "hats.front.txt [hat]" in str(caught.value)
    assert complaint in str(caught.value)


def test_a_part_map_is_read_as_it_is_drawn(tmp_path):
    path = tmp_path / "hats.front.txt"
    path.write_text("# hats\n[cap] 1=cloth a=ff0000,00ff00 emblem=-1,2 mirror\n.k#1\n\n.......e\n")
    ((name, part),) = read_parts(path)
    assert (name, part.sheet, part.slots) == ("cap", "hats.front", ("cloth", "ff0000,00ff00", "", ""))
    assert part.overlays == {"emblem": (-1, 2)}
    assert part.pixels[0].tolist() == [0, 1, 2, 3, *[0] * 8, 3, 2, 1, 0]
    assert part.pixels[1, 7] == part.pixels[1, 8] == SYMBOLS.index("e")
    assert not part.pixels[2:].any()


@pytest.mark.parametrize(
    ("right", "down", "lands"), [(0, 0, (3, 3)), (2, 1, (4, 5)), (-3, -3, (0, 0)), (13, 0, None), (0, -4, None)]
)
def test_an_overlay_is_moved_and_cut_off_at_the_frame(right, down, lands):
    pixels = np.zeros((16, 16), np.uint8)
    pixels[3, 3] = 7
    moved = shift(pixels, right, down)
    assert moved.shape == (16, 16)
    assert [tuple(at) for at in np.argwhere(moved == 7).tolist()] == ([lands] if lands else [])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [((0,), "at least 1"), ((-3,), "at least 1"), ((1, 0, "held-out"), "'train' or 'test'")],
)
def test_what_cannot_be_drawn_is_explained(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        draw(*arguments)
