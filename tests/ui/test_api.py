"""What programs and agents ask for: as plain functions, through gradio_client, and through an MCP client."""

import ast
import base64
import io
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl

import anyio
import gradio as gr
import httpx
import numpy as np
import pytest
import torch
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image
from support.app import ROOT
from support.runs import make_run

from diffusion.data import builtin_vocabulary, translate_word
from diffusion.data.endless import draw_epoch
from diffusion.engine.generation import Request, generate_finished
from diffusion.errors import UserError
from diffusion.refs import EpochRef
from diffusion.sprites import KINDS, columns_for, enlarged, sheet, to_pixels
from diffusion.store import RunFolder
from diffusion.ui.api.endpoints import Api, build
from diffusion.ui.api.schemas import decode_image
from diffusion.ui.app import build as build_app
from diffusion.ui.parts.limits import ConcurrencyLimit
from diffusion.ui.parts.share_links import epochs_in, link, request_in

ENDPOINTS = ["generate_sprites", "compare_epochs", "denoise_step", "list_words"]
HERO = (1.0, 0.0, 0.0, 0.0, 0.0)
KIND_NAMES = {kind: translate_word(kind, "zh") for kind in KINDS}


@pytest.fixture(scope="module")
def run(tiny_run):
    return tiny_run


@pytest.fixture(scope="module")
def address(tiny_app):
    return tiny_app


@pytest.fixture(scope="module")
def client(address, tmp_path_factory):
    return Client(address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture
def api(run):
    return Api(run.path.parent, "sprites")


def pixels(picture):
    return np.asarray(Image.open(picture).convert("RGB"))


def drawn(run, epoch, **settings):
    """What the engine makes of the same request, as it should stand in the picture."""
    return to_pixels(generate_finished(run.load(epoch), Request(**settings)))


def agent(address, conversation):
    """An MCP client's conversation with the app."""

    async def talk():
        async with (
            streamable_http_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await conversation(session)

    with ThreadPoolExecutor(1) as thread:  # in this one, Playwright's loop may run already
        return thread.submit(anyio.run, talk).result()


def test_four_endpoints_are_public_and_say_what_they_take(client):
    said = client.view_api(return_format="dict", print_info=False)
    assert list(said["named_endpoints"]) == [f"/{name}" for name in ENDPOINTS] and not said["unnamed_endpoints"]
    for endpoint in said["named_endpoints"].values():
        assert all(one["type"] and one["parameter_has_default"] for one in endpoint["parameters"])
        *picture, facts = (one["python_type"]["type"] for one in endpoint["returns"])
        assert picture in ([], ["filepath"]) and re.match(r"dict\((recipe|run): ", facts)


def test_the_sprites_of_the_api_are_those_of_the_engine(client, run):
    path, facts = client.predict(count=5, steps=4, seed=7, kind="hero", api_name="/generate_sprites")
    expected = drawn(run, 31, count=5, steps=4, seed=7, kinds=HERO)
    assert np.array_equal(pixels(path), enlarged(sheet(expected, gap=1), 8))
    assert Image.open(path).format == "PNG"
    said = facts["recipe"]
    assert said.pop("epochs") == ["tiny/31"]
    assert Request(**said | {"kinds": tuple(said["kinds"])}) == Request(count=5, steps=4, seed=7, kinds=HERO)
    assert facts["grid"] == {"rows": 2, "columns": 4, "scale": 8, "gap": 1}


def test_a_picture_is_transparent_in_few_colours_and_without_gaps(api):
    settings = {"count": 5, "steps": 4, "seed": 7, "scale": 2}
    plain = pixels(api.generate_sprites(**settings, gap=0)[0]["path"])
    picture, facts = api.generate_sprites(**settings, gap=0, transparent=True, colours=16)
    assert facts["grid"] == {"rows": 2, "columns": 4, "scale": 2, "gap": 0}
    with Image.open(picture["path"]) as image:
        found = np.asarray(image)
    assert image.mode == "RGBA" and found.shape == (64, 128, 4) and plain.shape == (64, 128, 3)
    assert not found[32:, 32:].any(), "the places that are left over"
    assert 2 < len(np.unique(found[found[..., 3] > 0], axis=0)) <= 16
    _, facts = api.compare_epochs(epochs=[31, 4], count=2, steps=2, gap=3)
    assert facts["grid"]["gap"] == 3
    for wrong in ({"gap": 17}, {"colours": 257}, {"transparent": "yes"}):
        with pytest.raises(UserError, match=next(iter(wrong))):
            api.generate_sprites(count=1, steps=1, **wrong)


def test_an_epoch_a_row_from_the_same_noise(client, run):
    run.save_quality(4, {"frechet": {"mean": 4.5, "spread": 0.1}, "precision": {"mean": 0.5}})
    path, facts = client.predict(epochs=[31, 4], count=3, steps=4, api_name="/compare_epochs")
    rows = [drawn(run, epoch, count=3, steps=4) for epoch in (31, 4)]
    assert np.array_equal(pixels(path), enlarged(sheet(np.concatenate(rows), 3, gap=1), 4))
    unknown = {"frechet": None, "precision": None, "recall": None, "copied": None}
    assert facts["measured"] == [{"epoch": 31, **unknown}, {"epoch": 4, **unknown, "frechet": 4.5, "precision": 0.5}]


def test_a_list_of_arguments_of_an_earlier_version_is_enough(address):
    """Before `youth` there were nine; a program posts a list, and Gradio refuses one that is too short."""
    body = {"data": ["", None, "any", 1, 0, 1, "ddpm", 1, 1]}
    _, facts = httpx.post(f"{address}/gradio_api/run/generate_sprites", json=body, timeout=60).json()["data"]
    assert (facts["recipe"]["youth"], facts["recipe"]["youth_below"], facts["guided_by"]) == (1, 325, [None])
    assert (facts["recipe"]["prompt"], facts["recipe"]["surprise"], facts["words"]) == ("", False, {})


def test_youth_names_the_epoch_that_guides(api, run):
    _, plain = api.compare_epochs(epochs=[31, 4], count=2, steps=4)
    _, facts = api.compare_epochs(epochs=[31, 4], count=2, steps=4, youth=2.0, scale=1)
    assert plain["guided_by"] == [None, None] and plain["recipe"]["youth"] == 1
    assert facts["guided_by"] == [4, None]
    assert facts["recipe"]["youth"] == 2.0 and "youth=2.0&" in facts["link"]


@pytest.fixture(scope="module")
def wordy(tmp_path_factory):
    """The endpoints over a run that knows all built-in words but one."""
    run = make_run(
        tmp_path_factory.mktemp("wordy") / "wordy", vocabulary=builtin_vocabulary(), data={"unseen": ["dragon"]}
    )
    torch.manual_seed(0)
    for epoch in run.epochs():
        weights = run.load(epoch).network.state_dict()
        run.save_epoch(epoch, weights | {"words.weight": torch.randn_like(weights["words.weight"]) * 50}, {})
    return Api(run.path.parent, "wordy")


def test_a_prompt_is_drawn_and_what_was_understood_is_said(wordy):
    settings = {"count": 2, "steps": 3, "guidance": 2.0, "prompt": "a mushroom:0.5 with a crown"}
    picture, facts = wordy.generate_sprites(**settings, kind="non-hero", scale=1)
    expected = drawn(RunFolder(wordy.runs / "wordy"), 4, **settings, kinds=(0, 1.0, 0, 0, 0))
    assert np.array_equal(pixels(picture["path"]), sheet(expected, columns_for(2), gap=1))
    assert facts["words"]["non-hero"] == 1 and facts["words"]["mushroom"] == 0.5 and facts["each"] == []
    assert facts["choices"]["mushroom"][0] == "mushroom" and len(facts["choices"]["mushroom"]) > 1
    _, other = wordy.compare_epochs(**settings)
    assert other["words"] == {name: weight for name, weight in facts["words"].items() if name != "non-hero"}
    _, ignored = wordy.generate_sprites(count=1, steps=1, guidance=0, prompt="mushroom")
    assert ignored["words"] == {} and ignored["recipe"]["prompt"] == "mushroom"
    assert request_in(dict(parse_qsl(facts["link"].partition("?")[2])), Request()).prompt == settings["prompt"]


def test_every_surprised_sprite_has_words_that_are_told(wordy):
    _, facts = wordy.generate_sprites(count=3, steps=1, surprise=True, prompt="cat:0.5")
    assert facts["words"] == {"cat": 0.5} and len(facts["each"]) == 3 and all("cat" in one for one in facts["each"])
    _, other = wordy.compare_epochs(count=2, steps=1, surprise=True, prompt="cat:0.5")
    assert other["each"] == facts["each"][:2]


def test_one_look_is_told_what_the_sprite_shows(wordy):
    plain, facts = wordy.denoise_step(scale=1)
    asked, told = wordy.denoise_step(scale=1, prompt="蓝色的蘑菇")
    assert facts["words"] == {} and told["words"] == {"toadstool": 1, "blue body": 1}
    assert facts["noise_error"] != told["noise_error"]
    shown, other = pixels(plain["path"]), pixels(asked["path"])
    assert np.array_equal(shown[:, : 3 * 17], other[:, : 3 * 17]) and not np.array_equal(shown, other)


def test_the_words_of_a_run_are_listed(wordy, api):
    everything = wordy.list_words()
    assert everything["groups"].keys() == {"kind", "shape", "colour"} and len(everything["words"]) == 200
    assert sum(everything["groups"].values()) == len(builtin_vocabulary()) - 1 and everything["nearest"] == []
    hats = wordy.list_words(contains="hat", group="shape")
    assert hats["words"]["wizard hat"] == "巫师帽" and hats["groups"] == {"shape": len(hats["words"])}
    none = wordy.list_words(contains="wizzard")
    assert (
        none["words"] == {} and "wizard" in none["nearest"] and "dragon" not in wordy.list_words("", "dragon")["words"]
    )
    assert api.list_words() == {"run": "tiny", "groups": {"kind": 5}, "words": KIND_NAMES, "nearest": []}


def test_one_look_at_a_drawing_of_ones_own(client, run):
    drawing = np.zeros((16, 16, 3), np.uint8)
    drawing[4:12, 4:12] = (250, 30, 40)
    file = io.BytesIO()
    Image.fromarray(drawing).save(file, "PNG")
    image = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    path, facts = client.predict(level=200, epoch=4, image=image, scale=1, api_name="/denoise_step")
    shown = pixels(path)
    assert shown.shape == (16, 5 * 17 - 1, 3) and np.array_equal(shown[:, :16], drawing)
    abar = float(run.load(4).config.noise_schedule().alpha_bar[200])
    clean, noisy, noise, guessed, guess = (shown[:, 17 * i : 17 * i + 16] / 127.5 - 1 for i in range(5))
    whole = (np.abs(noisy) < 0.99) & (np.abs(noise) < 0.99)
    assert np.abs(abar**0.5 * clean + (1 - abar) ** 0.5 * 3 * noise - noisy)[whole].max() < 0.03
    assert facts["signal"] == pytest.approx(abar**0.5, abs=1e-4)
    assert (facts["run"], facts["epoch"], facts["level"]) == ("tiny", 4, 200)
    inside = np.abs(guessed) < 0.99
    assert facts["noise_error"] == pytest.approx(3 * np.sqrt(((guessed - noise)[inside] ** 2).mean()), rel=0.1)
    assert facts["sprite_error"] == pytest.approx(np.sqrt(((guess - clean) ** 2).mean()), rel=0.02)


def test_a_built_in_sprite_is_one_kept_out_of_training(api):
    picture, _ = api.denoise_step(level=1, sprite=3, scale=1)
    assert np.array_equal(pixels(picture["path"])[:, :16], draw_epoch(4, 0, 0, "test")[0][3])


def test_the_link_restores_what_was_asked_for():
    request = Request(count=5, seed=9, sampler="ddim", steps=20, guidance=2.5, kinds=(0, 1.0, 0, 0, 0))
    query = dict(parse_qsl(link("compare", [EpochRef("tiny", 0), EpochRef("my run", 4)], request).partition("?")[2]))
    assert query["tab"] == "compare"
    assert epochs_in(query) == [EpochRef("tiny", 0), EpochRef("my run", 4)]
    assert request_in(query, Request()) == request


@pytest.mark.parametrize(
    "endpoint,sent,answer",
    [
        ("generate_sprites", {"count": 0}, "count must be between 1 and 64, not 0"),
        ("generate_sprites", {"count": "five"}, "count must be a whole number, not 'five'"),
        ("generate_sprites", {"count": True}, "count must be a whole number, not True"),
        ("generate_sprites", {"count": None}, "count must be a whole number"),
        ("generate_sprites", {"steps": 501}, "steps must be between 1 and 500, not 501"),
        ("generate_sprites", {"steps": float("inf")}, "steps must be a whole number"),
        ("generate_sprites", {"seed": -1}, "seed must be between 0 and"),
        ("generate_sprites", {"seed": [1]}, "seed must be a whole number"),
        ("generate_sprites", {"kind": "dragon"}, "kind must be one of any, hero"),
        ("generate_sprites", {"kind": ["hero"]}, "kind must be one of any, hero"),
        ("generate_sprites", {"sampler": "magic"}, "sampler must be one of ddpm, ddim"),
        ("generate_sprites", {"sampler": {}}, "sampler must be one of ddpm, ddim"),
        ("generate_sprites", {"guidance": "high"}, "guidance must be a number, not 'high'"),
        ("generate_sprites", {"guidance": float("nan")}, "guidance must be between 0 and 10"),
        ("generate_sprites", {"scale": 17}, "scale must be between 1 and 16, not 17"),
        ("generate_sprites", {"run": "../tiny"}, "run must be one of tiny, not '../tiny'"),
        ("generate_sprites", {"run": ["tiny"]}, "run must be one of tiny, not ['tiny']"),
        ("generate_sprites", {"epoch": 7}, "tiny has no epoch 7; it has: 0, 4, 31"),
        ("generate_sprites", {"epoch": "last"}, "epoch must be a whole number"),
        ("compare_epochs", {"epochs": [4]}, "epochs must be a list of 2 to 6 of: 0, 4, 31"),
        ("compare_epochs", {"epochs": "0, 4"}, "epochs must be a list of 2 to 6"),
        ("compare_epochs", {"epochs": [0, 5]}, "tiny has no epoch 5"),
        ("compare_epochs", {"count": 17}, "count must be between 1 and 16, not 17"),
        ("generate_sprites", {"prompt": 5}, "prompt must be text, not 5"),
        ("generate_sprites", {"prompt": ["hero"]}, "prompt must be text, not ['hero']"),
        ("generate_sprites", {"prompt": None}, "prompt must be text, not None"),
        ("generate_sprites", {"prompt": "x" * 301}, "a prompt has at most 300 characters, not 301"),
        ("generate_sprites", {"prompt": "qqq"}, "this run does not understand qqq; the nearest that it knows: "),
        ("generate_sprites", {"surprise": "yes"}, "surprise must be true or false, not 'yes'"),
        ("compare_epochs", {"prompt": "a \u202eqqq\x00"}, "this run does not understand qqq; the nearest"),
        ("denoise_step", {"prompt": {}}, "prompt must be text, not {}"),
        ("denoise_step", {"prompt": "qqq"}, "this run does not understand qqq"),
        ("list_words", {"group": "shape"}, "group must be one of , kind, not 'shape'"),
        ("list_words", {"contains": 5}, "contains must be text, not 5"),
        ("list_words", {"contains": "x" * 301}, "at most 300 characters, not 301"),
        ("list_words", {"run": "gone"}, "run must be one of tiny, not 'gone'"),
        ("denoise_step", {"level": 0}, "level must be between 1 and 500, not 0"),
        ("denoise_step", {"level": 501}, "level must be between 1 and 500, not 501"),
        ("denoise_step", {"sprite": -1}, "sprite must be between 0 and 9999, not -1"),
        ("denoise_step", {"image": "/etc/passwd"}, "image must be base64 of a PNG file"),
        ("denoise_step", {"image": "AAAA"}, "image must be base64 of a PNG file; this is none"),
        ("denoise_step", {"image": {"path": "/etc/passwd"}}, "image must be base64 of a PNG file"),
    ],
)
def test_what_cannot_be_is_answered_with_what_can(api, endpoint, sent, answer):
    with pytest.raises(ValueError, match=re.escape(answer)):
        getattr(api, endpoint)(**sent)


def test_a_picture_that_is_too_large_is_not_even_decoded(monkeypatch):
    file = io.BytesIO()
    Image.new("1", (5000, 1)).save(file, "PNG")
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match="image is 5000 x 1; at most 2048 x 2048"):
        decode_image(base64.b64encode(file.getvalue()).decode())


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "EPS", "PPM"])
def test_only_the_formats_that_we_name_are_opened(kind):
    """Pillow would open these too, and hands an EPS to Ghostscript, which runs what stands in it."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, kind)
    with pytest.raises(ValueError, match="image must be base64 of a PNG file; this is none"):
        decode_image(base64.b64encode(file.getvalue()).decode())


def test_functions_that_share_a_line_share_its_limit(tmp_path):
    """Of two limits for one line Gradio takes the lower: one API call held 24 visitors to 2 at a time."""
    limits: dict[str, set] = {}
    for function in build_app(tmp_path, ROOT / "assets").fns.values():
        limits.setdefault(function.concurrency_id, set()).add(function.concurrency_limit)
    assert limits["sampling"] == {24} and limits["api"] == {2}
    assert {name: found for name, found in limits.items() if len(found) > 1} == {}


def test_no_runs_at_all_is_said(tmp_path):
    with pytest.raises(ValueError, match=r"there is no run in .* yet"):
        Api(tmp_path, "sprites").generate_sprites()


def test_a_program_reads_the_same_sentence(client, address):
    with pytest.raises(AppError, match="level must be between 1 and 500, not 0"):
        client.predict(level=0, api_name="/denoise_step")
    told = httpx.post(f"{address}/gradio_api/run/denoise_step", json={"data": [0, "", None, 0, "", 0, 8]}, timeout=60)
    assert told.status_code == 500 and told.json()["error"] == "level must be between 1 and 500, not 0"


def test_an_agent_finds_four_tools_with_every_argument_explained(address):
    async def conversation(session):
        return (await session.list_tools()).tools

    tools = agent(address, conversation)
    assert [tool.name for tool in tools] == ENDPOINTS
    for tool in tools:
        assert f"Returns: {'words: ' if tool.name == 'list_words' else 'picture: a PNG'}" in tool.description
        assert all(len(one["description"]) > 10 for one in tool.inputSchema["properties"].values()), tool.name


def test_an_agent_sees_the_picture_and_reads_the_facts(address, run):
    async def conversation(session):
        good = await session.call_tool("generate_sprites", {"count": 2, "steps": 4, "scale": 1})
        wrong = await session.call_tool("generate_sprites", {"count": 99})
        asked = await session.call_tool("generate_sprites", {"count": 1, "steps": 1, "prompt": "英雄:0.5, food"})
        unknown = await session.call_tool("generate_sprites", {"count": 1, "steps": 1, "prompt": "heros, qqq"})
        words = await session.call_tool("list_words", {"contains": "食"})
        return good, wrong, asked, unknown, words

    good, wrong, asked, unknown, words = agent(address, conversation)
    picture, _, facts = good.content
    assert (picture.type, picture.mimeType) == ("image", "image/png")
    shown = pixels(io.BytesIO(base64.b64decode(picture.data)))
    assert np.array_equal(shown, sheet(drawn(run, 31, count=2, steps=4), gap=1))
    assert ast.literal_eval(facts.text)["recipe"]["epochs"] == ["tiny/31"]
    assert wrong.isError and "count must be between 1 and 64, not 99" in wrong.content[0].text
    assert ast.literal_eval(asked.content[2].text)["words"] == {"hero": 0.5, "food": 1.0}
    assert unknown.isError and "does not understand qqq; the nearest that it knows: " in unknown.content[0].text
    assert ast.literal_eval(words.content[0].text)["words"] == {"food": "食物"}


def test_so_many_at_once_so_many_before_the_door_and_the_rest_is_told():
    door, leave, inside, refused = ConcurrencyLimit(at_once=2, waiting=3), threading.Event(), [], []

    def call():
        try:
            with door.enter():
                inside.append(1)
                leave.wait(30)
        except ValueError as mistake:
            refused.append(str(mistake))

    callers = [threading.Thread(target=call) for _ in range(7)]
    for caller in callers:
        caller.start()
    deadline = time.monotonic() + 30
    while len(refused) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(inside) == 2 and refused == ["the server is busy; try again in a minute"] * 2
    leave.set()
    for caller in callers:
        caller.join(30)
    assert len(inside) == 5
    with door.enter():
        pass


def test_pictures_are_temporary(run, tmp_path, monkeypatch):
    """Gradio deletes them again: they are among the files it knows."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    with gr.Blocks(delete_cache=(1, 1), analytics_enabled=False) as app:
        build(run.path.parent, "tiny")
    _, address, _ = app.launch(prevent_thread_lock=True, quiet=True)
    try:
        answer = httpx.post(
            f"{address}gradio_api/run/generate_sprites",
            json={"data": ["", None, "any", 1, 0, 1, "ddpm", 1, 1]},
            timeout=60,
        )
        path = Path(answer.json()["data"][0]["path"])
        assert path.is_relative_to(tmp_path / "gradio")
        deadline = time.monotonic() + 60
        while left := [one for one in (tmp_path / "gradio").rglob("*") if one.is_file()]:
            assert time.monotonic() < deadline, f"still there: {left}"
            time.sleep(0.2)
    finally:
        app.close()
