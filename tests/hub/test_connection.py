"""What stands between here and the Hub: proxies, mirrors that redirect, a wrong HF_ENDPOINT; each a true sentence."""

import os
import socket
from collections.abc import Iterator

import pytest
from huggingface_hub import HfApi, close_session
from support.fakehub import FakeHub
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.hub.client import run_to_end
from diffusion.hub.listing import list_epochs
from diffusion.hub.pull import find_or_pull
from diffusion.refs import HubRef

REF = HubRef("me/run")
SEND_ON = (301, 302, 303, 307, 308)


@pytest.fixture(autouse=True)
def new_connections() -> Iterator[None]:
    """The client keeps one connection for all, with the proxies that it found then."""
    close_session()
    yield
    close_session()


@pytest.fixture
def files(tmp_path) -> dict[str, bytes]:
    run = make_run(tmp_path / "made", epochs=(0,))
    return {path.name: path.read_bytes() for path in run.path.iterdir()}


@pytest.fixture
def hub(files) -> Iterator[FakeHub]:
    hub = FakeHub().start()
    hub.add("me/run", files)
    yield hub
    hub.stop()


@pytest.fixture
def nobody() -> str:
    """host:port where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def use_proxies(monkeypatch, **proxies: str) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)


# Proxies


@pytest.mark.parametrize(
    ("variable", "proxy", "said"),
    [
        (
            "ALL_PROXY",
            "socks5://u:secret@{nobody}",
            "the proxy socks5://{nobody} of ALL_PROXY needs one more package: ",
        ),
        ("https_proxy", "socks5h://{nobody}", "the proxy socks5h://{nobody} of https_proxy needs one more package: "),
        ("all_proxy", "ftp://{nobody}", "the proxy ftp://{nobody} of all_proxy is of no known kind; "),
        (
            "http_proxy",
            "http://u:secret@{nobody}",
            "through the proxy http://{nobody} of http_proxy; is the proxy there",
        ),
        ("ALL_PROXY", "{nobody}", "through the proxy {nobody} of ALL_PROXY; is the proxy there"),
    ],
)
@pytest.mark.parametrize("verb", ["pull", "push", "evaluate"])
def test_a_proxy_that_does_not_work_is_one_sentence(
    hub, nobody, tmp_path, monkeypatch, capsys, variable, proxy, said, verb
):
    hub.stand_in(monkeypatch)
    monkeypatch.setattr("diffusion.runs.publish.draw_card_picture", lambda run: ())
    use_proxies(monkeypatch, **{variable: proxy.format(nobody=nobody)})
    commands = {
        "pull": ["pull", "hf://me/run", "--runs", str(tmp_path / "runs")],
        "push": ["push", str(tmp_path / "made"), "--to", "me/new"],
        "evaluate": ["train", "--data", "hf://datasets/me/pictures", "--run", str(tmp_path / "new")],
    }
    assert main(commands[verb]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and said.format(nobody=nobody) in lines[0] and "secret" not in lines[0]


def test_a_proxy_that_is_not_used_is_not_blamed(nobody, monkeypatch):
    use_proxies(monkeypatch, http_proxy=f"http://{nobody}", no_proxy="127.0.0.1")
    with pytest.raises(ValueError, match="cannot be reached; check the connection"):
        list_epochs(HfApi(endpoint=f"http://{nobody}", token=False), REF)


# Mirrors


@pytest.mark.parametrize("status", SEND_ON)
@pytest.mark.parametrize(
    "form", ["{other}{path}?blobs=true", "{path}?blobs=true&again=1"], ids=["absolute", "relative"]
)
def test_a_mirror_that_sends_on_is_followed(hub, files, tmp_path, status, form):
    """As a mirror does: everything is somewhere else, and its own answers have none of the Hub's headers."""
    other = FakeHub().start()
    repo = other.add("me/run", files)
    commit = repo.head.id
    paths = ["/api/models/me/run", *(f"/me/run/resolve/{commit}/{name}" for name in ("config.json", *files))]
    for path in dict.fromkeys(paths):
        location = {"Location": form.format(other=other.url, path=path)}
        hub.fault(
            "GET", rf"^{path.replace('.', chr(92) + '.')}(\?blobs=true)?$", status=status, headers=location, times=1
        )
    try:
        run = run_to_end(find_or_pull(HfApi(endpoint=hub.url, token=False), REF, tmp_path / "runs"))
        assert (run.path / "model_0.safetensors").read_bytes() == files["model_0.safetensors"]
        assert bool(other.log) == ("{other}" in form)
    finally:
        other.stop()


def test_what_has_the_listed_checksum_needs_no_header_of_the_hub(hub, files, tmp_path, monkeypatch):
    monkeypatch.setattr("support.fakehub.Handler.send_header", without("x-repo-commit"))
    run = run_to_end(find_or_pull(HfApi(endpoint=hub.url, token=False), REF, tmp_path / "runs"))
    assert (run.path / "model_0.safetensors").read_bytes() == files["model_0.safetensors"]
    hub.fault("GET", "/resolve/.*/model_0|/_cdn/", corrupt=True)
    with pytest.raises(ValueError, match="is not the Hub; is there a network whose login page"):
        run_to_end(find_or_pull(HfApi(endpoint=hub.url, token=False), REF, tmp_path / "others"))


def without(header):
    from support.fakehub import Handler

    plain = Handler.send_header
    return lambda handler, name, value: None if name.lower() == header else plain(handler, name, value)


def test_a_mirror_that_sends_on_for_ever(hub):
    hub.fault("GET", "/api/models/me/run", status=308, headers={"Location": "/api/models/me/run"})
    with pytest.raises(ValueError, match="sends each request on and on; check HF_ENDPOINT"):
        list_epochs(HfApi(endpoint=hub.url, token=False), REF)


# HF_ENDPOINT


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("hf-mirror.example", "HF_ENDPOINT is hf-mirror.example, and https:// is missing at its beginning"),
        ("hf-mirror.example:8080/hub", "set it to https://hf-mirror.example:8080/hub"),
        ("//hf-mirror.example", "https:// is missing"),
        ("ftp://hf-mirror.example", "which is no address of a Hub"),
        ("https://", "which is no address of a Hub"),
        ("https://hf-mirror.example:port", "which is no address of a Hub"),
        ("https://hf mirror.example", "which is no address of a Hub"),
    ],
)
def test_a_wrong_endpoint_is_named(monkeypatch, tmp_path, capsys, endpoint, said):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
    assert main(["pull", "hf://me/run", "--runs", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_endpoint_is_named(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "")
    with pytest.raises(ValueError, match="HF_ENDPOINT is set to nothing"):
        list_epochs(HfApi(token=False), REF)


def test_an_endpoint_may_end_in_a_slash(hub):
    assert list(list_epochs(HfApi(endpoint=f"{hub.url}/", token=False), REF).epochs) == [0]


def test_offline_is_said(hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: True)
    with pytest.raises(ValueError, match="HF_HUB_OFFLINE is set; unset it to go online"):
        list_epochs(HfApi(endpoint=hub.url, token=False), REF)
