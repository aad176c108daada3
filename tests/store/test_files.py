"""Writers on a disk that is full: one sentence, and nothing half-written."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffusion.errors import UserError, reason_of
from diffusion.store import save_animation, save_array, save_picture, write_whole
from diffusion.store.files import finished_name

FRAMES = [np.random.default_rng(i).integers(0, 255, (65, 64, 3)).astype(np.uint8) for i in range(9)]
WRITERS = {
    ".png": lambda path: save_picture(FRAMES[0], path),
    ".npy": lambda path: save_array(FRAMES[0], path),
    ".gif": lambda path: save_animation(FRAMES, path),
    ".mp4": lambda path: save_animation(FRAMES, path),
}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("code,reason", [(errno.ENOSPC, "the disk is full"), (errno.EFBIG, "larger than is allowed")])
def test_a_writer_without_room_says_so_and_leaves_the_old_file(tmp_path, monkeypatch, suffix, code, reason):
    """The disk fills up when it is told to keep what was written, as delayed allocation does it."""
    path = tmp_path / "new" / f"out{suffix}"

    def full(_):
        raise OSError(code, "as the system says it")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match=f"could not write .*out{suffix}: .*{reason}"):
            WRITERS[suffix](path)
        assert not path.parent.exists(), "an empty folder is left"
        path.parent.mkdir()
        path.write_bytes(b"old")
        with pytest.raises(UserError):
            WRITERS[suffix](path)
    assert path.read_bytes() == b"old" and [file.name for file in path.parent.iterdir()] == [path.name]
    WRITERS[suffix](path)
    assert path.stat().st_size > 1000


@pytest.mark.skipif(os.name != "posix", reason="a limit of the size of files")
@pytest.mark.parametrize("suffix", WRITERS)
def test_the_kernels_own_refusal_is_understood(tmp_path, suffix):
    """Of a real write that stops in the middle. mp4: it is ffmpeg that may not write its own file."""
    script = (
        "import resource, signal, sys; sys.path.insert(0, 'tests/store'); from pathlib import Path\n"
        "from test_files import WRITERS\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))\n"
        f"WRITERS[{suffix!r}](Path(sys.argv[1]) / 'out{suffix}')"
    )
    command = [sys.executable, "-c", script, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    reason = "ffmpeg could not make it" if suffix == ".mp4" else "the file would be larger than is allowed here"
    assert (
        done.stderr.splitlines()[-1] == f"diffusion.errors.UserError: could not write {tmp_path}/out{suffix}: {reason}"
    )
    assert not list(tmp_path.iterdir())


def test_what_is_saved_is_what_it_was_before(tmp_path):
    WRITERS[".png"](tmp_path / "out.png")
    Image.fromarray(FRAMES[0]).save(tmp_path / "plain.png")
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "plain.png").read_bytes()
    WRITERS[".npy"](tmp_path / "out.npy")
    assert (np.load(tmp_path / "out.npy") == FRAMES[0]).all()


def test_only_our_own_temporary_files_are_known_by_their_names():
    names = (".config.json.part", "config.json.part", ".part", "..part", ".x")
    assert [finished_name(name) for name in names] == ["config.json", "", "", "", ""]


@pytest.mark.parametrize("problem", [OSError(errno.EIO, "Input/output error", "/srv/x"), OSError("\nodd"), OSError()])
def test_a_reason_is_never_empty_and_has_no_path(problem):
    assert str(reason_of(problem)).strip()
    assert "/srv" not in str(reason_of(problem))


def test_everything_is_written_through_one_function():
    """A new writer that does not use it leaves half a file on a full disk."""
    package = Path(write_whole.__code__.co_filename).parent.parent
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        for call in (".write_bytes(", ".write_text(", "np.save(", "iio.imwrite(", '"wb"'):
            if path.name not in ("files.py", "pictures.py", "run_folder.py"):
                assert call not in text, (path, call)
