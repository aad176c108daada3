"""The temporary folder: a bound for all and for each, and nothing that nobody uses."""

import asyncio
import threading
import time
import zipfile
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from support.coroutines import wait_for
from support.runs import make_run

from diffusion.server import Settings, TemporaryFiles, TemporaryLimits
from diffusion.store import RunFolder
from diffusion.ui.upload_guard import UploadGuard, guard_uploads

HASH = "0123456789abcdef" * 4
LIMITS = TemporaryLimits(megabytes=10, visitor_megabytes=6, recent=0)
HOUR = 3601


@pytest.fixture
def files(tmp_path):
    return TemporaryFiles(tmp_path / "temporary", LIMITS)


def put(files, name, megabytes=1.0):
    path = files.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(int(megabytes * 10**6)))
    return path


def test_a_run_is_packed_once_however_many_press_at_once_and_anew_when_it_has_changed(files, tmp_path, monkeypatch):
    """Pressed 60 times in 6 s, the button left 1.6 GB."""
    run, packed = make_run(tmp_path / "runs" / "tiny"), []
    pack = RunFolder.pack
    monkeypatch.setattr(RunFolder, "pack", lambda self, target: (packed.append(target), pack(self, target)))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(files.pack(run))) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 60 and len(set(answers)) == len(packed) == 1
    assert [path.name for path in files.folder.rglob("*") if path.is_file()] == ["tiny.zip"]
    with zipfile.ZipFile(answers[0]) as archive:
        assert archive.testzip() is None and "tiny/config.json" in archive.namelist()
    run.save_card("changed")
    assert files.pack(run) != answers[0] and len(packed) == 2


def test_what_nobody_uses_goes_and_what_is_used_or_not_ours_stays(files):
    upload, cut, foreign = put(files, f"{HASH}/a.zip"), put(files, "tmpabcd1234"), put(files, "thesis/chapter.tex")
    named = put(files, "thesis.tex")
    assert {upload, cut} == files.sweep().keys()
    assert {upload} == files.sweep(time.time() + 301).keys() and not cut.exists()
    assert not files.sweep(time.time() + HOUR) and not upload.parent.exists()
    assert foreign.exists() and named.exists() and files.folder.exists()


def test_downloads_make_room_for_uploads_and_uploads_for_nobody(files):
    packed = put(files, f"packed/{HASH[:32]}/tiny.zip", 4)
    picture = put(files, f"pictures/{HASH}/image.png", 4)
    files.make_room(5 * 10**6)
    assert not packed.exists() and picture.exists(), "the oldest, and no more than needed"
    put(files, f"{HASH}/a.zip", 5)
    with pytest.raises(ValueError, match=r"the room for uploads and downloads \(10 MB\) is used up"):
        files.make_room(6 * 10**6)
    assert (files.folder / HASH / "a.zip").exists()


def test_a_download_that_has_just_been_made_is_left_alone(tmp_path):
    files = TemporaryFiles(tmp_path, TemporaryLimits(megabytes=10, visitor_megabytes=None))
    packed = put(files, f"packed/{HASH[:32]}/tiny.zip", 8)
    with pytest.raises(ValueError, match="used up"):
        files.make_room(5 * 10**6)
    assert packed.exists()
    files.keep_small()


def test_uploads_are_bounded_for_each_visitor_and_for_all_also_while_they_come(files):
    with ExitStack() as under_way:
        for visitor in ("anna", "bert"):
            under_way.enter_context(files.admit_upload(visitor, "5000000"))
        with pytest.raises(ValueError, match="6 MB of uploads from one visitor in an hour; try again in 60 minutes"):
            under_way.enter_context(files.admit_upload("anna", "2000000"))
        with pytest.raises(ValueError, match="used up"):
            under_way.enter_context(files.admit_upload("carl", "2000000"))
    with files.admit_upload("carl", "2000000"):
        pass
    with pytest.raises(ValueError, match="one visitor"), files.admit_upload("anna", "2000000"):
        pass


def test_at_home_one_visitor_may_fill_the_room():
    assert TemporaryLimits.of(Settings()).visitor_megabytes is None
    shared = TemporaryLimits.of(Settings(shared=True, max_upload_mb=80))
    assert (shared.megabytes, shared.visitor_megabytes) == (1000, 240)


@pytest.mark.parametrize(
    "size,page,status,answer",
    [
        (10, "http://here/", 200, "taken"),
        (7 * 10**6, "http://here/", 413, "this server takes 6 MB of uploads from one visitor"),
        (7 * 10**6, "http://here/zh?tab=train", 413, "同一位访客上传 6 MB"),
        (None, "http://here/", 413, "must say its size"),
    ],
)
def test_an_upload_is_refused_before_it_is_read(files, size, page, status, answer):
    read = []

    async def upload(request):
        read.append(len(await request.body()))
        return PlainTextResponse("taken")

    app = Starlette(routes=[Route("/gradio_api/upload", upload, methods=["POST"])], middleware=[guard_uploads(files)])
    put(files, "tmpabcd1234")

    async def pieces():
        yield b"x" * 10

    headers = {"Referer": page} | ({} if size is None else {"Content-Length": str(size)})

    async def post():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return await client.post("/gradio_api/upload", content=pieces(), headers=headers)

    response = wait_for(post())
    assert response.status_code == status and answer in response.text
    assert bool(read) == (status == 200)


def test_an_upload_of_which_nothing_comes_any_more_gives_its_room_back(tmp_path):
    files, sent = TemporaryFiles(tmp_path, replace(LIMITS, cut_off=0.05)), []

    async def upload(scope, receive, send):
        await Request(scope, receive).body()

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/gradio_api/upload",
        "headers": [(b"content-length", b"6000000")],
        "client": ("here", 1),
    }
    wait_for(UploadGuard(upload, files)(scope, receive, send))
    assert sent[0]["status"] == 408
    with files.admit_upload("another", "6000000"):
        pass
