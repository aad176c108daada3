"""Where the server listens, where it keeps its files, and how it reaches itself: on any machine, or one sentence."""

import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from support.app import ROOT, running_app, said_by

from diffusion.server import machine
from diffusion.server.machine import Address, choose_address, use_own_temporary_folder, without_proxies

HAS_IPV6 = socket.has_ipv6 and Path("/proc/net/if_inet6").exists()


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_first_free_port_is_taken_unless_one_is_named(taken):
    environment = {"GRADIO_SERVER_PORT": str(taken)}
    assert choose_address(None, None, environment).port > taken
    assert choose_address("localhost", None, {}).port >= machine.FIRST_PORT
    with pytest.raises(
        ValueError, match=rf"another program listens at 127.0.0.1:{taken} already; name another --port"
    ):
        choose_address(None, taken, {})


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        (None, 0, "--port must be a whole number from 1 to 65535, not 0"),
        (None, 70_000, "--port must be a whole number from 1 to 65535, not 70000"),
        (None, -1, "--port must be a whole number"),
        ("no-such-name.invalid", None, "nothing on this network is called no-such-name.invalid"),
        ("192.0.2.1", None, "192.0.2.1 is no address of this machine; --host 0.0.0.0 takes all it has"),
        ("http://0.0.0.0", None, "--host takes a name or an IP address alone"),
        ("localhost:7860", None, "--host takes a name or an IP address alone"),
        ("::1::", None, "--host takes a name or an IP address alone"),
        ("a" * 300, None, "nothing on this network is called"),
        ("a..b", None, "nothing on this network is called"),
    ],
)
def test_where_nothing_can_listen_it_is_said(host, port, said):
    with pytest.raises(ValueError) as caught:
        choose_address(host, port, {})
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("said", ["abc", "0", "99999", "7860.5", "٧"])
def test_a_port_of_the_environment_is_checked_too(said):
    with pytest.raises(ValueError, match="GRADIO_SERVER_PORT must be a whole number from 1 to 65535, not"):
        choose_address(None, None, {"GRADIO_SERVER_PORT": said})


def test_a_port_of_the_system_is_refused_in_a_sentence(monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(ValueError, match=r"may not listen at 127.0.0.1:80; ports below 1024 are the system's"):
        choose_address(None, 80, {})


def test_an_ipv6_address_is_written_in_brackets():
    assert str(Address("::1", 80)) == "[::1]:80" and str(Address("localhost", 80)) == "localhost:80"


# Temporary files


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path.resolve()


def folder_of(environment: dict[str, str] | None = None) -> Path:
    environment = {} if environment is None else environment
    use_own_temporary_folder(environment)
    return Path(environment["GRADIO_TEMP_DIR"])


def test_temporary_files_are_in_a_private_folder_the_same_at_every_start(temporary):
    folder = folder_of()
    assert folder.parent == temporary and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert folder_of() == folder and stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("theirs", ["a folder of another user", "a link", "a file", "one that cannot be written"])
def test_what_is_somebody_else_s_is_not_used(temporary, tmp_path, monkeypatch, theirs):
    name = folder_of()
    name.rmdir()
    if theirs == "a link":
        (tmp_path / "elsewhere").mkdir()
        name.symlink_to(tmp_path / "elsewhere")
    elif theirs == "a file":
        name.touch()
    else:
        name.mkdir()
    if theirs == "a folder of another user":
        monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
        name.rename(name.with_name(f"sprite-diffusion-{os.getuid()}"))
        name = name.with_name(f"sprite-diffusion-{os.getuid()}")
    if theirs == "one that cannot be written":
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: (_ for _ in ()).throw(PermissionError(13, "no")))
    folder = folder_of()
    assert folder not in (name, tmp_path / "elsewhere") and folder.parent == temporary
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_was_named_is_used_or_refused(tmp_path):
    named = tmp_path / "mine" / "gradio"
    assert folder_of({"GRADIO_TEMP_DIR": str(named)}) == named and named.is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"GRADIO_TEMP_DIR is .*file, and nothing can be written there"):
        folder_of({"GRADIO_TEMP_DIR": str(tmp_path / "file")})


def test_no_place_for_temporary_files_is_one_sentence(monkeypatch):
    def nowhere():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with pytest.raises(ValueError, match=r"no temporary folder can be written: .*; set TMPDIR to one that can"):
        folder_of()


def test_proxies_are_back_when_the_server_has_reached_itself():
    environment = {"ALL_PROXY": "socks5://a", "https_proxy": "b", "no_proxy": "c"}
    with without_proxies(environment):
        assert environment == {"no_proxy": "c"}
    assert environment == {"ALL_PROXY": "socks5://a", "https_proxy": "b", "no_proxy": "c"}


# The app as a person starts it


def ask(address: str, path: str = "/gradio_api/health") -> httpx.Response:
    return httpx.get(f"{address}{path}", timeout=60, trust_env=False)


@pytest.mark.skipif(not HAS_IPV6, reason="no IPv6 here")
def test_it_starts_at_ipv6_behind_proxies_that_cannot_be_used_and_below_a_path(tmp_path):
    """Gradio reaches itself over HTTP, and cannot even be imported with a proxy that needs one more package."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    there = {"ALL_PROXY": f"socks5://{nobody}", "http_proxy": f"http://{nobody}", "NO_PROXY": "", "no_proxy": ""}
    with running_app(tmp_path, host="::", GRADIO_ROOT_PATH="/lab/proxy", **there) as address:
        assert address.startswith("http://[::1]:") and ask(address).json()["status"] == "ok"
        assert "Shared with others" in said_by(address) and "Traceback" not in said_by(address)
        for path in ("", "/lab/proxy"):  # a proxy takes the path away, or leaves it
            page = ask(address, f"{path}/").text
            picture = f"{address}/lab/proxy/gradio_api/file=assets/shipped/social.png"
            assert f'<meta property="og:image" content="{picture}">' in page
            script = re.search(r"gradio_api/scripts/\w+/js/watch\.js", page)[0]
            assert ask(address, f"{path}/{script}").status_code == 200
            redirect = ask(address, f"{path}/zh/?tab=train")
            assert (redirect.status_code, redirect.headers["location"]) == (307, "../zh?tab=train")
            assert ask(address, f"{path}/monitoring").status_code == 404


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [(["--port", "70000"], {}, "--port must be a whole number from 1 to 65535, not 70000")],
)
def test_a_start_that_fails_is_one_line_and_exit_status_2(options, environment, said):
    command = [sys.executable, "app.py", *options]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"app.py: {said}") and len(done.stderr.splitlines()) == 1
