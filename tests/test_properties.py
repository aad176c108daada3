"""Whatever comes in from outside, it is an answer or one of our sentences, soon and without much memory.

Hypothesis makes the inputs, the same ones in every run (derandomize).
"""

import io
import json
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from diffusion.data import builtin_vocabulary, open_dataset, open_picture, open_upload
from diffusion.engine import MAX_EPOCHS, Request, context_of, describe_request, read_request, words_asked
from diffusion.errors import UserError
from diffusion.refs import EpochRef, HubRef, check_run_name, parse_data
from diffusion.store import RunConfig, load_file, parse_object, read_entries, read_metrics
from diffusion.store.quality import BASELINE, Baseline
from diffusion.ui.parts.share_links import epochs_in, request_in, write_epochs

SECONDS, MEGABYTES, MAX_SENTENCE = 5.0, 200, 4000  # a second on an idle machine
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
few = settings(derandomize=True, deadline=None, max_examples=40, database=None, suppress_health_check=QUIET)
some = settings(few, max_examples=80)

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.integers(10**50, 10**60)
values = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=20
)


def answer(call):
    """What a reader answers, or None where it refuses in a sentence; any other exception is a bug."""
    tracemalloc.start()
    started = time.thread_time()
    try:
        return call()
    except UserError as mistake:
        assert 0 < len(str(mistake)) < MAX_SENTENCE and "\n" not in str(mistake)
        return None
    finally:
        seconds, (_, peak) = time.thread_time() - started, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seconds < SECONDS and peak < MEGABYTES * 2**20, f"{seconds:.1f} s, {peak / 2**20:.0f} MB"


def changed(good: bytes):
    """A good file, cut short, with bytes exchanged, or with some put in."""

    def change(draw_cut: int, places: list[tuple[int, int]], more: bytes) -> bytes:
        content = bytearray(good[: draw_cut or len(good)])
        for place, value in places:
            if content:
                content[place % len(content)] = value
        return bytes(content) + more

    places = st.lists(st.tuples(st.integers(0, len(good)), st.integers(0, 255)), max_size=8)
    return st.builds(change, st.integers(0, len(good)), places, st.binary(max_size=20))


# JSON of a run, and files of settings

CONFIG = RunConfig().to_json().encode()
WORDY = RunConfig(vocabulary=builtin_vocabulary(), data={"unseen": ["dragon"]})
METRICS = json.dumps(
    {
        "0": {"step": 1, "loss": 0.5, "held_out_loss": 0.5, "quality": {"frechet": {"mean": 1.5, "spread": 0.1}}},
        "floor": {"fresh": {"frechet": {"mean": 1}}, "exam": {"steps": 50}},
    }
).encode()


def change_json(good: dict):
    """The values of a good file with some of them exchanged, and some names added."""
    names = st.sampled_from(sorted(good)) | st.text(max_size=8)
    return st.dictionaries(names, values, max_size=4).map(lambda other: json.dumps(good | other).encode())


@some
@given(changed(CONFIG) | change_json(json.loads(CONFIG)) | st.binary(max_size=200))
def test_a_config_is_read_or_refused(content):
    config = answer(lambda: RunConfig.from_json(content))
    assert config is None or RunConfig.from_json(config.to_json()).network == config.network


@some
@given(changed(METRICS) | change_json(json.loads(METRICS)) | st.binary(max_size=200))
def test_numbers_are_read_or_refused(content):
    entries = answer(lambda: read_entries(content))
    if entries is not None:
        metrics = read_metrics(entries)
        assert all(isinstance(epoch, int) for epoch in metrics)
        assert isinstance(Baseline.from_json(entries.get(BASELINE)), Baseline)


@some
@given(
    change_json(describe_request(Request(), [EpochRef("tiny", 4)]))
    | st.dictionaries(st.text(), values).map(json.dumps)
)
def test_a_file_of_settings_is_read_or_refused(content):
    read = answer(lambda: read_request(parse_object(content, "settings.json")))
    if read:
        epochs, request, _ = read
        assert 1 <= len(epochs) <= MAX_EPOCHS
        again, same, _ = read_request(json.loads(json.dumps(describe_request(request, epochs))))
        assert (again, same) == (epochs, request)


PROMPTS = st.text(max_size=320) | st.lists(
    st.sampled_from(
        ["cat", "红发", "wizard", "龙", "blue", ":0.5", "50%", ",", "without", "half", "\u202e", "\x00", "🧙"]
    )
    | st.text(max_size=4),
    max_size=12,
).map(" ".join)


@some
@given(PROMPTS | plain, st.booleans() | plain, st.sampled_from([0, 1.0]))
def test_a_prompt_is_asked_or_refused(prompt, surprise, guidance):
    """Of a run that knows most of the words, and of one that knows five."""
    request = answer(lambda: Request(prompt=prompt, surprise=surprise, guidance=guidance, count=2))
    for config in (WORDY, RunConfig()) if request else ():
        context = answer(lambda config=config: context_of(config, request))
        if context is not None:
            assert context.shape == (2, len(config.vocabulary)) and 0 <= context.min() <= context.max() <= 1
            assert guidance or not context.any()
            words = config.vocabulary.decode(context[0].numpy())
            assert words == words_asked(config, request)[0] or 0 in words_asked(config, request)[0].values()


# Names and links

names = st.text(max_size=30) | st.text("ab/.,%&=?#+ \\\n\0é中", max_size=12)


@some
@given(names, st.integers(-5, 2_000_000))
def test_a_name_that_is_taken_comes_back_from_every_form(name, epoch):
    ref = answer(lambda: EpochRef(name, epoch))
    if ref:
        assert EpochRef.parse(str(ref)) == ref and epochs_in({"epochs": write_epochs([ref, ref])}) == [ref, ref]
        assert check_run_name(name) == name and (Path("runs") / name).parent == Path("runs")


@some
@given(names | names.map("hf://{}/x".format) | names.map("builtin:{}".format))
def test_text_is_a_name_or_refused(text):
    for parse in (EpochRef.parse, HubRef.parse, parse_data):
        found = answer(lambda parse=parse: parse(text))
        assert found is None or parse(str(found)) == found


@some
@given(st.dictionaries(st.sampled_from(["epochs", "seed", "steps", "kinds", "guidance", "sampler"]) | names, names))
def test_an_address_changes_nothing_or_what_it_says(query):
    assert isinstance(answer(lambda: request_in(query, Request())), Request)
    assert all(isinstance(ref, EpochRef) for ref in answer(lambda: epochs_in(query)))


# Pictures, arrays, archives, weights


def picture_bytes(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(768, dtype=np.uint8).reshape(16, 16, 3)).save(file, kind)
    return file.getvalue()


pictures = st.one_of(*(changed(picture_bytes(kind)) for kind in ("PNG", "GIF", "JPEG", "BMP", "WEBP")))


@few
@given(pictures | st.binary(max_size=100))
def test_a_picture_is_opened_or_refused(content):
    def read() -> bool:
        try:
            open_picture(content)
        except UserError:
            raise
        except (OSError, ValueError, SyntaxError):  # what its callers catch and name
            return False
        return True

    assert answer(read) in (True, False, None)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


SPRITES = npy(np.zeros((20, 16, 16, 3), np.uint8))
headers = st.tuples(
    st.lists(st.integers(-(10**6), 10**12), max_size=5),
    st.sampled_from(["|u1", "<f8", "|O", "<c16", "<U9", "|V0", "x"]),
).map(lambda pair: SPRITES.replace(b"(20, 16, 16, 3)", str(tuple(pair[0])).encode()).replace(b"|u1", pair[1].encode()))


@few
@given(changed(SPRITES) | headers)
def test_an_array_is_opened_or_refused(tmp_path, content):
    (tmp_path / "sprites.npy").write_bytes(content)
    answer(lambda: open_upload([tmp_path / "sprites.npy"]))
    answer(lambda: open_dataset(str(tmp_path / "sprites.npy")))


def archive(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return file.getvalue()


PACKED = archive(*((f"hero/{number}.png", picture_bytes("PNG")) for number in range(3)))


@few
@given(changed(PACKED) | names.map(lambda name: archive((name or "x", picture_bytes("PNG")))))
def test_an_archive_is_opened_or_refused(tmp_path, content):
    (tmp_path / "sprites.zip").write_bytes(content)
    answer(lambda: open_upload([tmp_path / "sprites.zip"]))


@pytest.fixture(scope="module")
def weights() -> dict[str, bytes]:
    import torch
    from safetensors.torch import save

    state = RunConfig(network="context-unet", width=8, variant="course", schedule="course").build().state_dict()
    zipped, legacy = io.BytesIO(), io.BytesIO()
    torch.save(state, zipped)
    torch.save(state, legacy, _use_new_zipfile_serialization=False)
    return {"model_0.safetensors": save(state), "model_0.pth": zipped.getvalue(), "model_0.pt": legacy.getvalue()}


@few
@given(st.sampled_from(["model_0.safetensors", "model_0.pth", "model_0.pt"]), st.data())
def test_weights_are_opened_or_refused(tmp_path, weights, name, data):
    path = tmp_path / name
    head = weights[name][:4000]
    path.write_bytes(data.draw(changed(head)) + weights[name][4000:])
    answer(lambda: load_file(path))
