"""One process at a time in a run folder, and what a killed one leaves behind."""

import errno
import json
import logging
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.core import EpochDone, TrainConfig, kinds_vocabulary
from diffusion.errors import UserError
from diffusion.hub.push import _contents
from diffusion.refs import HubRef
from diffusion.runs import Plan, keep_upload, load_plan, run_plan
from diffusion.store import RunFolder, clear_unbegun, is_unbegun, list_runs, lock_run, run_lock, sweep_temporary
from diffusion.store.run_lock import LOCK

ROOT = Path(__file__).parent.parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="kill -9 and fork")
HOLDER = "import sys, time; from pathlib import Path; from diffusion.store import lock_run\n"
HOLDER += "lock = lock_run(Path(sys.argv[1])); print('locked', flush=True); time.sleep(600)"


def plan(folder, **changes):
    return Plan(folder=folder, data="builtin:60", width=8, training=TrainConfig(epochs=2, batch_size=20), **changes)


def test_a_lock_ends_with_its_process_and_says_whose_it_is(tmp_path):
    """Another process, which is killed: the folder can be written again at once."""
    folder = make_run(tmp_path / "mine").path
    before = {path.name for path in folder.iterdir()}
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "locked\n"
        year = time.strftime("%Y-")
        for refused in (lambda: next(run_plan(plan(folder), resume=True)), lambda: lock_run(folder)):
            with pytest.raises(UserError, match=rf"^mine is in use by process {holder.pid} on \S+ since {year}"):
                refused()
        assert main(["train", "--run", str(folder), "--resume"]) == 2
        assert list(list_runs(tmp_path)) == ["mine"], "a run in use is shown all the same"
    finally:
        holder.kill()
        holder.wait(10)
        holder.stdout.close()
    assert (folder / LOCK).is_file(), "the killed process could not remove it"
    with lock_run(folder), pytest.raises(UserError, match="mine is in use by another part of this program"):
        lock_run(folder)
    assert {path.name for path in folder.iterdir()} == before


def test_a_training_holds_its_folder_until_it_ends(tmp_path):
    events = run_plan(plan(tmp_path / "mine"))
    next(event for event in events if isinstance(event, EpochDone))
    with pytest.raises(UserError, match="mine is in use"):
        next(run_plan(plan(tmp_path / "mine"), resume=True))
    events.close()
    assert not (tmp_path / "mine" / LOCK).exists()
    [*_, last] = run_plan(plan(tmp_path / "mine"), resume=True)
    assert last.epoch == 1 and not (tmp_path / "mine" / LOCK).exists()


def test_waiting_for_a_lock_that_is_soon_given_back(tmp_path):
    first = lock_run(tmp_path / "mine")
    threading.Timer(0.2, first.release).start()
    with lock_run(tmp_path / "mine", wait=60):
        pass
    assert not (tmp_path / "mine").exists(), "a folder that was made for the lock alone"


@pytest.mark.parametrize("removed", [0, 1])
def test_one_that_waits_removes_the_folders_that_the_one_before_could_not(tmp_path, monkeypatch, removed):
    """Its file may come into a folder between the other one's `unlink` and its `rmdir`, which then fails."""
    first, rmdir, folders = lock_run(tmp_path / "runs" / "mine"), Path.rmdir, []

    def too_late(folder):
        folders.append(folder)
        if len(folders) > removed:
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        rmdir(folder)

    def give_back(seconds):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rmdir", too_late)
            first.release()

    monkeypatch.setattr(run_lock, "time", SimpleNamespace(**vars(time) | {"sleep": give_back}))
    with lock_run(tmp_path / "runs" / "mine", wait=60):
        assert len(folders) == removed + 1
    assert not (tmp_path / "runs").exists(), "a folder that was made for the lock alone"


@pytest.mark.parametrize("made", [1, 10**400, -1, float("inf"), None])
def test_no_folder_is_removed_that_holds_anything_or_was_there(tmp_path, made):
    """Whatever a lock file says."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / LOCK).write_text(json.dumps({"made": made}))
    (tmp_path / "notes.txt").write_text("a person's")
    (tmp_path / "mine" / "notes.txt").write_text("a person's")
    with lock_run(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine" / "notes.txt").read_text() == (tmp_path / "notes.txt").read_text() == "a person's"


def test_a_refused_training_leaves_no_folder(tmp_path):
    with pytest.raises(UserError):
        next(run_plan(Plan(folder=tmp_path / "mine", data=str(tmp_path / "none.npy"))))
    with pytest.raises(UserError):
        next(run_plan(plan(tmp_path / "none"), resume=True))
    assert not list(tmp_path.iterdir())


def test_a_lock_file_may_say_anything(tmp_path):
    with lock_run(tmp_path / "mine"):
        for text in (b"", b"[" * 5000, b'{"pid": "x"}', b"\xff", b'{"pid": 1, "host": 5, "since": null}'):
            (tmp_path / "mine" / LOCK).write_bytes(text)
            with pytest.raises(UserError, match=r"mine is in use by (another process|process 1 on 5)"):
                lock_run(tmp_path / "mine")


@POSIX
def test_a_file_system_without_locks_is_no_reason_to_refuse(tmp_path, monkeypatch, caplog):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(run_lock.fcntl, "flock", no_locks)
    with caplog.at_level(logging.WARNING), lock_run(tmp_path / "mine"):
        pass
    assert "cannot be locked" in caplog.text


@POSIX
def test_a_full_disk_leaves_a_lock_without_a_name(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        lock = lock_run(tmp_path / "mine")
    with pytest.raises(UserError, match="mine is in use by another process"):
        lock_run(tmp_path / "mine")
    lock.release()


def test_a_folder_that_cannot_be_written_is_refused_with_the_reason(tmp_path, monkeypatch):
    def read_only(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/secret")

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(UserError, match=r"could not write mine/.*: the folder is read-only"):
        lock_run(tmp_path / "mine")


# What a killed process leaves

KILLED = """
import os, signal, sys
sys.path.insert(0, "tests/store")
from pathlib import Path
import numpy as np
from test_run_lock import keep, keep_again, plan, train_again
from diffusion.runs import run_plan
from diffusion.store import lock_run

def train(folder):
    for event in run_plan(plan(folder)):
        pass

root = Path(sys.argv[1])
train(root / "once")  # so that not every child imports what this process can
keeping, training = (keep, keep_again), (train, train_again)
for number, (what, again) in ((1, keeping), (2, keeping), (1, training), (2, training), (4, training)):
    folder = root / what.__name__ / str(number)
    if not (child := os.fork()):
        seen, write = [], os.fsync
        def fsync(file):
            seen.append(file)
            if len(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            write(file)
        os.fsync = fsync
        what(folder)
        os._exit(7)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, f"write {number} never came"
    assert folder.is_dir() and list(folder.rglob(".*.part"))
    if not (child := os.fork()):
        again(folder)
        os._exit(7)
    assert os.waitpid(child, 0)[1] == 7 << 8, f"after write {number}"
"""


def keep(folder):
    """As the page copies an upload into the folder of its run."""
    with lock_run(folder), keep_upload(_Sprites, folder):
        pass


def keep_again(folder):
    assert is_unbegun(folder) and not list_runs(folder.parent)
    keep(folder)
    assert len(np.load(RunFolder(folder).data()["data"])) == 9


class _Sprites:
    pixels = np.arange(9, dtype=np.uint8).reshape(9, 1, 1, 1).repeat(16, 1).repeat(16, 2).repeat(3, 3) * 20
    labels = np.zeros((9, 5), np.float32)
    vocabulary = kinds_vocabulary()


def train_again(folder):
    """The same command works: where the run had not begun as it was, otherwise with --resume, as it says."""
    run = RunFolder(folder)
    if (folder / "config.json").is_file():
        assert not is_unbegun(folder) and run.plan(), "the page could not resume it"
        [*_, last] = run_plan(load_plan(run), resume=True)
    else:
        assert is_unbegun(folder)
        [*_, last] = run_plan(plan(folder))
    assert last.epoch == 1 and list(run.epochs()) == [0, 1] and run.is_finished() and not run.data()
    assert sorted(path.name for path in folder.rglob(".*")) == []


@POSIX
def test_kill_9_at_a_write_leaves_a_folder_for_the_same_command(tmp_path):
    """train writes plan.json, config.json, the card, an epoch, …; the page first writes two arrays."""
    command = [sys.executable, "-c", KILLED, tmp_path]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": "tests"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def leave(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("half")


OURS = (LOCK, ".config.json.part", ".hub.json.part", ".model_0.safetensors.part", ".sample_31.png.part")
OURS += ("training/data.npy", "training/labels.npy", "training/.data.npy.part", "training/owner", "training/plan.json")


@pytest.mark.parametrize("name", OURS)
def test_our_own_leftovers_are_no_run(tmp_path, name):
    leave(tmp_path / "mine", name)
    assert is_unbegun(tmp_path / "mine") and list(list_runs(tmp_path)) == []
    assert make_run(tmp_path / "mine").epochs()
    kept = {LOCK, "owner"} & {Path(name).name}
    found = {path.name for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    assert found == {"config.json", "model_0.safetensors", "model_4.safetensors"} | kept


@pytest.mark.parametrize(
    "name", ["notes.txt", ".env", ".notes.txt.part", "config.json", "README.md", "training/.x.part", "x/data.npy"]
)
def test_what_may_be_a_persons_is_neither_removed_nor_trained_into(tmp_path, name):
    leave(tmp_path / "mine", name, ".config.json.part")
    assert not is_unbegun(tmp_path / "mine")
    clear_unbegun(tmp_path / "mine")
    sweep_temporary(tmp_path / "mine")
    assert (tmp_path / "mine" / name).read_text() == "half"
    with pytest.raises(UserError, match="is not empty"):
        next(run_plan(plan(tmp_path / "mine")))
    assert (tmp_path / "mine" / name).read_text() == "half"


@POSIX
def test_a_link_is_not_ours(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".config.json.part").symlink_to(tmp_path / "precious")
    assert not is_unbegun(tmp_path / "mine")
    clear_unbegun(tmp_path / "mine")
    assert (tmp_path / "mine" / ".config.json.part").is_symlink() and (tmp_path / "precious").read_text() == "mine"


def test_a_run_keeps_its_own_data_when_it_begins(tmp_path):
    """The command line that the page shows of a run on an upload."""
    run = RunFolder(tmp_path / "mine")
    run.save_data(_Sprites.pixels, _Sprites.labels)
    begun = Plan(folder=run.path, width=8, training=TrainConfig(epochs=1, batch_size=5), **run.data())
    [*_, last] = run_plan(begun)
    assert last.epoch == 0 and len(np.load(run.data()["data"])) == 9


def test_temporary_files_of_a_run_are_swept_when_somebody_goes_on_with_it(tmp_path):
    events = run_plan(plan(tmp_path / "mine"))
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    leave(tmp_path / "mine", ".model_1.safetensors.part", "training/.resume.pt.part", ".mine.part")
    for _ in run_plan(plan(tmp_path / "mine"), resume=True):
        pass
    assert [path.name for path in (tmp_path / "mine").rglob(".*")] == [".mine.part"]


def test_neither_lock_nor_owner_is_packed_or_pushed(tmp_path):
    run = make_run(tmp_path / "mine")
    run.save_owner("anna")
    with lock_run(run.path):
        run.pack(tmp_path / "mine.zip")
        pushed = _contents(run, HubRef("me/mine"), True)
    names = [*zipfile.ZipFile(tmp_path / "mine.zip").namelist(), *pushed]
    assert not [name for name in names if "lock" in name or "owner" in name]


def test_the_owner_of_a_run_is_known_and_not_readable(tmp_path):
    run = make_run(tmp_path / "mine")
    assert not run.belongs_to("anna")
    run.save_owner("anna")
    assert run.belongs_to("anna") and not run.belongs_to("bert") and not run.belongs_to("")
    assert "anna" not in (run.path / "training" / "owner").read_text()
    for text in ("", "one", "a b c", "\xff\xfe", "salt nonsense"):
        (run.path / "training" / "owner").write_text(text, "latin-1")
        assert not run.belongs_to("anna")
