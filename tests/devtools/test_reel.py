"""The reel: as good as the sprites that it was made from, and no larger than a page can take."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from support.app import ROOT
from support.runs import make_run

from diffusion.devtools import reel
from diffusion.devtools.reel import MOMENTS, finished_sprites, make_reel, read_reel, read_sprites, save_reel
from diffusion.devtools.reel_pictures import PictureWriter, read_pictures
from diffusion.engine import generate, generate_finished, read_request
from diffusion.errors import UserError
from diffusion.sprites import to_pixels
from diffusion.store import RunFolder

SHIPPED = ROOT / "assets" / "shipped" / "reel.bin"


def error(made, true):
    return np.abs(made.astype(int) - to_pixels(true)).mean()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A run, the reel of it, and the steps that were drawn for it."""
    folder, drawn = tmp_path_factory.mktemp("reel"), []

    def record(*request):
        for steps in generate(*request):
            drawn.append(steps)
            yield steps

    run = make_run(folder / "tiny", epochs=(0, 31))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reel, "generate", record)
        save_reel(make_reel(run, (0, 31), count=3, seed=5), folder / "reel.bin")
    return run, folder / "reel.bin", drawn


def test_every_frame_is_as_the_network_draws_it(tiny):
    run, path, drawn = tiny
    made = read_reel(path)
    assert [frame["t"] for frame in made.film] == sorted(MOMENTS, reverse=True)
    assert made.film[0]["recipe"]["epochs"] == ["tiny/0", "tiny/31"] and made.film[0]["recipe"]["seed"] == 5
    frames = {frame["t"]: frame for frame in made.film}
    assert len(drawn) == 501
    for steps in drawn:
        if frame := frames.get(steps[0].t):
            for panel, step in enumerate(steps):
                errors = [error(made.sprites(frame, panel, view), getattr(step, view)) for view in ("x", "x0")]
                assert max(errors) < (1 if step.t <= 100 else 2.5), (step.t, panel, errors)
    assert np.array_equal(finished_sprites(path), to_pixels(steps[-1].x)), "the finished sprites are exact"
    assert made.learning[0]["per_second"] > 0
    for frame, epoch in zip(made.learning, (0, 31), strict=True):
        assert frame["step"] == epoch and frame["caption"] == f"epoch {epoch}"
        _, request, _ = read_request(made.film[0]["recipe"])
        finished = generate_finished(run.load(epoch), replace(request, steps=50))
        assert error(made.sprites(frame), finished) < 1


def test_a_reel_that_is_too_large_is_refused(tiny, monkeypatch):
    run, path, drawn = tiny
    monkeypatch.setattr(reel, "generate", lambda *request: iter(drawn))
    monkeypatch.setattr(reel, "generate_finished", lambda checkpoint, request: drawn[-1][0].x)
    monkeypatch.setattr(reel, "MAX_BYTES", path.stat().st_size // 2)
    with pytest.raises(UserError, match="take fewer sprites or epochs"):
        make_reel(run, (0, 31), count=3, seed=0)


@pytest.mark.parametrize("quantum", [1, 2, 3, 8, 255])
def test_a_picture_is_read_as_it_was_written(quantum):
    """Noise, its opposite, black and white, and what is unlike all of them."""
    noise = np.random.default_rng(quantum).integers(0, 256, (16, 32, 3), np.uint8)
    flat = np.zeros_like(noise)
    writer = PictureWriter()
    pictures = [
        noise,
        255 - noise,
        flat,
        flat + np.uint8(255),
        noise // 2,
        noise.transpose(1, 0, 2).reshape(noise.shape),
    ]
    for number, picture in enumerate(pictures):
        assert writer.add(picture, quantum, range(number)) == number
    read = read_pictures(writer.entries, b"".join(writer.streams), noise.shape)
    for picture, here, there in zip(pictures, writer.decoded, read, strict=True):
        assert np.array_equal(here, there) and np.abs(picture.astype(int) - there).max() <= quantum / 2
    assert writer.entries[1][0] < 0.4 * writer.entries[0][0] or quantum == 255, "it follows from the first"


# The shipped one


def test_the_shipped_reel_is_of_the_shipped_run():
    """Its last epoch, drawn again in float32 where the reel may have been made in bfloat16: 0.6 of 255 apart."""
    made, run = read_sprites(SHIPPED), RunFolder(ROOT / "checkpoints" / "sprites")
    recipe = read_reel(SHIPPED).film[0]["recipe"]
    refs, request, _ = read_request(recipe)
    for (step,) in generate([run.load(refs[-1].epoch)], replace(request, count=1)):
        if step.t in made:
            assert error(made[step.t][:1], step.x) < 4, step.t


def test_the_shipped_reel_is_small_and_says_what_its_pictures_are():
    made = read_reel(SHIPPED)
    assert SHIPPED.stat().st_size <= 2_500_000
    digest = hashlib.sha256(b"".join(picture.tobytes() for picture in made.pictures)).hexdigest()
    assert f'"sha256":"{digest}"'.encode() in SHIPPED.read_bytes()[:100_000]
