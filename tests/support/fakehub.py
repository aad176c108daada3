"""A Hugging Face Hub on the loopback, with just enough of its HTTP for the real `huggingface_hub` client.

    hub = FakeHub().start()                                   # http://127.0.0.1:PORT, in a thread
    hub.add("me/run", {"model_0.safetensors": b"..."})
    hub.fault("GET", "/model_0", cut=1000, times=1)           # the socket closes after 1000 bytes of the body
    hub.stop(); hub.start()                                   # the same port, everything kept

`python tests/fakehub.py --port 8901 --repo me/run=checkpoints/sprites` serves a folder to try things by hand: set
HF_ENDPOINT=http://127.0.0.1:8901, HF_HUB_DISABLE_XET=1 and HF_TOKEN=hf_me.
"""

import argparse
import base64
import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlsplit

if TYPE_CHECKING:
    import pytest

NOW = "2026-01-01T00:00:00.000Z"
LARGE = (".safetensors", ".pth", ".pt", ".npy", ".png")  # kept in LFS, named by their sha256
TOKENS = {"hf_me": "me", "hf_other": "other"}
FOREVER = 10**9


# What it holds


@dataclass(frozen=True)
class Blob:
    data: bytes
    large: bool
    xet: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def oid(self) -> str:
        """The git object: of the file itself, or of the pointer that stands for a large one."""
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.data)}\n"
        data = pointer.encode() if self.large else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass(frozen=True)
class Commit:
    id: str
    title: str
    tree: dict[str, Blob]


@dataclass
class Repo:
    id: str
    type: str = "model"
    private: bool = False
    gated: bool = False
    commits: list[Commit] = field(default_factory=list)
    revisions: dict[str, Commit] = field(default_factory=dict)  # branches and tags

    @property
    def owner(self) -> str:
        return self.id.split("/")[0]

    @property
    def head(self) -> Commit:
        return self.revisions["main"]

    def commit(self, title: str, tree: dict[str, Blob], branch: str = "main") -> Commit:
        seed = f"{self.id} {len(self.commits)} {title} {sorted((path, blob.oid) for path, blob in tree.items())}"
        made = Commit(hashlib.sha1(seed.encode()).hexdigest(), title, tree)
        self.commits.append(made)
        self.revisions[branch] = made
        return made

    def find(self, revision: str) -> Commit | None:
        by_id = (commit for commit in self.commits if commit.id == revision)
        return self.revisions.get(revision) or next(by_id, None)


@dataclass
class Job:
    spec: dict
    stage: str = "RUNNING"
    lines: list[str] = field(default_factory=list)


# What goes wrong


@dataclass
class Fault:
    """What happens to requests whose address matches, as often as `times` says."""

    method: str
    pattern: str
    times: int = FOREVER
    status: int = 0  # answer with this instead
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0  # seconds before the answer
    cut: int | None = None  # close the socket after so many bytes of the body
    stall: int | None = None  # send so many bytes of the body, then nothing more
    corrupt: bool = False  # one byte is another; the length stays
    short: int | None = None  # announce and send only so many bytes
    rate: float = 0  # bytes a second


class RefusalError(Exception):
    def __init__(self, status: int, message: str, code: str = "") -> None:
        self.status, self.message, self.code = status, message, code


class FakeHub:
    def __init__(self, port: int = 0, bridge: Callable[[str, int], bytes] | None = None, cas: str = "") -> None:
        """cas: where hf_xet puts what is uploaded; bridge: (xet hash, size) -> bytes, reads it from there."""
        self.port, self.bridge, self.cas = port, bridge, cas
        self.repos: dict[tuple[str, str], Repo] = {}
        self.uploaded: dict[str, bytes] = {}  # by sha256
        self.jobs: list[Job] = []
        self.faults: list[Fault] = []
        self.log: list[str] = []  # "GET /api/models/me/run", as they came
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.sockets: set[socket.socket] = set()
        self.server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "FakeHub":
        handler = type("BoundHandler", (Handler,), {"hub": self})
        self.stopping.clear()
        self.server = QuietServer(("127.0.0.1", self.port), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self.server:
            self.stopping.set()
            self.server.shutdown()
            self.server.server_close()
            self.server = None
            for open_socket in list(self.sockets):
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)

    def stand_in(self, monkeypatch: "pytest.MonkeyPatch") -> None:
        """Be what the client asks where nothing else is said, as HF_ENDPOINT would do before it is imported."""
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", self.url)
        addresses = self.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", addresses)

    def add(self, name: str, files: dict[str, bytes] | Path, type: str = "model", **settings: bool) -> Repo:
        if isinstance(files, Path):
            found = (path for path in sorted(files.rglob("*")) if path.is_file())
            files = {path.relative_to(files).as_posix(): path.read_bytes() for path in found}
        repo = self.repos[type, name] = Repo(name, type, **settings)
        repo.commit("initial commit", {path: Blob(data, path.endswith(LARGE)) for path, data in files.items()})
        return repo

    def put(self, name: str, files: dict[str, bytes | None], type: str = "model") -> Commit:
        """One commit more, by somebody else. None removes a file."""
        repo = self.repos[type, name]
        tree = {path: blob for path, blob in repo.head.tree.items() if files.get(path, b"") is not None}
        changed = {path: Blob(data, path.endswith(LARGE)) for path, data in files.items() if data is not None}
        return repo.commit("by somebody else", tree | changed)

    def fault(self, method: str, pattern: str, **what: object) -> Fault:
        self.faults.append(Fault(method, pattern, **what))
        return self.faults[-1]

    def asked(self, pattern: str) -> list[str]:
        return [entry for entry in self.log if re.search(pattern, entry)]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


# How it answers


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # without it every request takes 40 ms
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self.hub.sockets.add(self.connection)

    def finish(self) -> None:
        self.hub.sockets.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        self.body = self.read_body()
        self.fault, self.user = None, None
        self.hub.log.append(f"{self.command} {self.path} {self.headers.get('range', '')}".rstrip())
        try:
            self.fault = self.due_fault()
            if self.fault and self.fault.delay:
                self.hub.stopping.wait(self.fault.delay)
            if self.fault and self.fault.status:
                return self.send(self.fault.body, self.fault.status, self.fault.headers)
            self.user = self.who()
            with self.hub.lock:
                answered = self.route()
            self.send(*answered)
        except RefusalError as no:
            headers = {"X-Error-Message": no.message, **({"X-Error-Code": no.code} if no.code else {})}
            self.fault = None
            self.send({"error": no.message}, no.status, headers)
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815

    def due_fault(self) -> Fault | None:
        with self.hub.lock:
            for fault in self.hub.faults:
                if fault.times > 0 and fault.method == self.command and re.search(fault.pattern, self.path):
                    fault.times -= 1
                    return fault
        return None

    def who(self) -> str | None:
        """The name behind the token. It is repeated in the refusal, as careless servers do."""
        said = self.headers.get("authorization")
        if not said or self.path.startswith("/_"):
            return None
        token = said.removeprefix("Bearer ")
        if token not in TOKENS:
            raise RefusalError(401, f"Invalid credentials in Authorization header: {token}")
        return TOKENS[token]

    def read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def send(
        self, body: bytes | dict | list | Iterator[bytes], status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        fault = self.fault or Fault("", "")
        if isinstance(body, Iterator):
            return self.send_stream(body)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if fault.corrupt and data:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]
        data = data[: fault.short]
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if isinstance(body, bytes) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.send_faulty(data, fault)

    def send_stream(self, parts: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()

    def send_faulty(self, data: bytes, fault: Fault) -> None:
        if fault.rate:
            for start in range(0, len(data), 16_384):
                self.wfile.write(data[start : start + 16_384])
                self.hub.stopping.wait(16_384 / fault.rate)
        elif fault.stall is not None:
            self.wfile.write(data[: fault.stall])
            self.hub.stopping.wait(60)
            self.close_connection = True
        elif fault.cut is not None:
            self.wfile.write(data[: fault.cut])
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(data)

    # Which question is asked

    def route(self) -> tuple:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        kind, name, anything = r"(model|dataset|space)s", r"([^/]+/[^/]+?)", r"(.+)"
        routes: list[tuple[str, Callable]] = [
            (r"/api/whoami-v2", self.whoami),
            (r"/api/validate-yaml", lambda: ({"errors": [], "warnings": []},)),
            (r"/api/repos/create", self.create),
            (rf"/api/{kind}/{name}/preupload/{anything}", self.preupload),
            (rf"/api/{kind}/{name}/commit/{anything}", self.commit),
            (rf"/api/{kind}/{name}/xet-(?:read|write)-token/{anything}", self.xet_token),
            (rf"/api/{kind}/{name}(?:/revision/{anything})?", lambda *found: self.info(*found, "blobs" in query)),
            (rf"/(?:(dataset|space)s/)?{name}\.git/info/lfs/objects/batch", self.lfs_batch),
            (rf"/(?:(dataset|space)s/)?{name}/resolve/([^/]+)/{anything}", self.resolve),
            (r"/_lfs/([0-9a-f]{64})", self.lfs_put),
            (r"/_cdn/([0-9a-f]{64})", self.cdn),
            (r"/api/jobs/hardware", self.hardware),
            (r"/api/jobs/([^/]+)", self.run_job),
            (r"/api/jobs/[^/]+/job(\d+)", self.job),
            (r"/api/jobs/[^/]+/job(\d+)/cancel", self.cancel_job),
            (r"/api/jobs/[^/]+/job(\d+)/logs", self.job_logs),
        ]
        for pattern, answer in routes:
            if found := re.fullmatch(pattern, path):
                return answer(*(unquote(part) if part else part for part in found.groups()))
        raise RefusalError(404, f"no such address: {self.command} {path}")

    def json(self) -> dict:
        return json.loads(self.body)

    # Repositories

    def repo(self, kind: str | None, name: str, write: bool = False, content: bool = True) -> Repo:
        repo = self.hub.repos.get((kind or "model", name))
        if repo is None or (repo.private and self.user != repo.owner):
            raise RefusalError(404 if self.user else 401, "Repository not found", "RepoNotFound")
        if write and self.user != repo.owner:
            raise RefusalError(403 if self.user else 401, "You don't have the rights to write to this repo")
        if content and repo.gated and self.user != repo.owner:
            raise RefusalError(403 if self.user else 401, f"Access to {name} is restricted.", "GatedRepo")
        return repo

    def at(self, repo: Repo, revision: str | None) -> Commit:
        commit = repo.find(revision or "main")
        if commit is None:
            raise RefusalError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit

    def whoami(self) -> tuple:
        if not self.user:
            raise RefusalError(401, "Invalid username or password.")
        return ({"type": "user", "id": "1", "name": self.user, "fullname": self.user, "orgs": []},)

    def create(self) -> tuple:
        asked, name = self.json(), f"{self.json().get('organization') or self.user}/{self.json()['name']}"
        if not self.user:
            raise RefusalError(401, "Invalid username or password.")
        if not name.startswith(f"{self.user}/"):
            raise RefusalError(403, "You don't have the rights to create a model under this namespace")
        if ("model", name) in self.hub.repos:
            return {"error": "You already created this model repo", "url": f"{self.hub.url}/{name}"}, 409
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self.hub.add(name, {".gitattributes": b"*.safetensors filter=lfs -text\n"}, private=private)
        return ({"url": f"{self.hub.url}/{name}", "name": name, "id": "1"},)

    def info(self, kind: str, name: str, revision: str | None, blobs: bool) -> tuple:
        repo = self.repo(kind, name, content=False)
        commit = self.at(repo, revision)
        siblings = []
        for path, blob in sorted(commit.tree.items()):
            entry = {"rfilename": path}
            if blobs:
                entry |= {"size": len(blob.data), "blobId": blob.oid}
            if blobs and blob.large:
                entry["lfs"] = {"sha256": blob.sha256, "size": len(blob.data), "pointerSize": 130}
            siblings.append(entry)
        facts = {"id": name, "sha": commit.id, "private": repo.private, "gated": "auto" if repo.gated else False}
        return ({**facts, "siblings": siblings, "tags": [], "downloads": 0, "likes": 0},)

    def resolve(self, kind: str | None, name: str, revision: str, path: str) -> tuple:
        """A small file itself; for a large one, a redirect to another origin, where the token must not go."""
        repo = self.repo(kind, name)
        commit = self.at(repo, revision)
        if path not in commit.tree:
            raise RefusalError(404, "Entry not found", "EntryNotFound")
        blob = commit.tree[path]
        headers = {"X-Repo-Commit": commit.id, "ETag": f'"{blob.sha256 if blob.large else blob.oid}"'}
        if not blob.large:
            return self.content(blob.data, headers)
        headers |= {"X-Linked-Size": str(len(blob.data)), "X-Linked-Etag": f'"{blob.sha256}"'}
        headers["Location"] = f"http://localhost:{self.hub.port}/_cdn/{blob.sha256}?file={quote(path)}"
        return b"Found", 302, headers

    def cdn(self, sha256: str) -> tuple:
        if self.headers.get("authorization"):
            raise RefusalError(400, "a token was sent to the store of large files")
        trees = [commit.tree for repo in self.hub.repos.values() for commit in repo.commits]
        blobs = (blob for tree in trees for blob in tree.values() if blob.large and blob.sha256 == sha256)
        if blob := next(blobs, None):
            data = self.hub.bridge(blob.xet, len(blob.data)) if blob.xet else blob.data
            return self.content(data, {"ETag": f'"{sha256}"'})
        raise RefusalError(404, "gone")

    def content(self, data: bytes, headers: dict[str, str]) -> tuple:
        if asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", "")):
            start = int(asked[1])
            return data[start:], 206, headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        return data, 200, headers

    # Uploads

    def preupload(self, kind: str, name: str, revision: str) -> tuple:
        tree = self.at(self.repo(kind, name, write=True), revision).tree
        files = []
        for asked in self.json()["files"]:
            path = asked["path"]
            entry = {"path": path, "uploadMode": "lfs" if path.endswith(LARGE) else "regular", "shouldIgnore": False}
            if path in tree:
                entry["oid"] = tree[path].sha256 if tree[path].large else tree[path].oid
            files.append(entry)
        return ({"files": files},)

    def lfs_batch(self, kind: str | None, name: str) -> tuple:
        self.repo(kind, name, write=True)
        objects = []
        for asked in self.json()["objects"]:
            entry = {"oid": asked["oid"], "size": asked["size"]}
            if asked["oid"] not in self.hub.uploaded:
                entry["actions"] = {"upload": {"href": f"{self.hub.url}/_lfs/{asked['oid']}"}}
            objects.append(entry)
        return ({"transfer": "basic", "objects": objects},)

    def lfs_put(self, oid: str) -> tuple:
        if hashlib.sha256(self.body).hexdigest() != oid:
            raise RefusalError(400, "the content does not match its name")
        self.hub.uploaded[oid] = self.body
        return b"", 200, {"ETag": f'"{oid}"'}

    def xet_token(self, kind: str, name: str, revision: str) -> tuple:
        self.repo(kind, name, write="write" in self.path)
        expires = int(time.time()) + 3600
        facts = {"casUrl": self.hub.cas, "accessToken": "xet", "exp": expires}
        headers = {"X-Xet-Cas-Url": self.hub.cas, "X-Xet-Access-Token": "xet", "X-Xet-Token-Expiration": str(expires)}
        return facts, 200, headers

    def commit(self, kind: str, name: str, branch: str) -> tuple:
        repo = self.repo(kind, name, write=True)
        header, *operations = (json.loads(line) for line in self.body.splitlines() if line.strip())
        wanted = header["value"]
        if wanted.get("parentCommit") not in (None, repo.head.id):
            raise RefusalError(412, "A commit has happened since. Please refresh and try again.")
        tree = dict(repo.head.tree)
        for operation in operations:
            said = operation["value"]
            if operation["key"] == "file":
                tree[said["path"]] = Blob(base64.b64decode(said["content"]), False)
            else:
                tree[said["path"]] = self.large(said["oid"], said["size"], repo)
        made = repo.commit(wanted["summary"], tree, branch)
        return ({"success": True, "commitUrl": f"{self.hub.url}/{name}/commit/{made.id}", "commitOid": made.id},)

    def large(self, sha256: str, size: int, repo: Repo) -> Blob:
        """What was uploaded under this name: over LFS, by hf_xet, or with an earlier commit."""
        if sha256 in self.hub.uploaded:
            return Blob(self.hub.uploaded[sha256], True)
        known = (blob for commit in repo.commits for blob in commit.tree.values() if blob.sha256 == sha256)
        if blob := next(known, None):
            return blob
        if self.hub.bridge and (found := self.hub.bridge.find(sha256)):
            return Blob(self.hub.bridge(found, size), True, found)
        raise RefusalError(400, "LFS pointer pointed to a file that does not exist")

    # Jobs

    def hardware(self) -> tuple:
        cards = (("cpu-basic", "CPU Basic", 167, None), ("t4-small", "Nvidia T4 - small", 6667, "T4"))
        accelerator = {"type": "gpu", "model": "T4", "quantity": "1", "vram": "16 GB", "manufacturer": "Nvidia"}
        return (
            [
                {
                    "name": name,
                    "prettyName": pretty,
                    "cpu": "2 vCPU",
                    "ram": "16 GB",
                    "accelerator": accelerator if gpu else None,
                    "unitCostMicroUSD": micro,
                    "unitCostUSD": micro / 1e6,
                    "unitLabel": "minute",
                }
                for name, pretty, micro, gpu in cards
            ],
        )

    def run_job(self, owner: str) -> tuple:
        if self.user != owner:
            raise RefusalError(403 if self.user else 401, "You don't have the rights to run jobs here")
        self.hub.jobs.append(Job(self.json()))
        return self.job(len(self.hub.jobs) - 1)

    def job(self, number: str | int) -> tuple:
        if not 0 <= int(number) < len(self.hub.jobs):
            raise RefusalError(404, "Job not found")
        job = self.hub.jobs[int(number)]
        person = {"id": "1", "name": self.user or "me", "type": "user"}
        status = {"stage": job.stage, "message": None}
        spec = {name: value for name, value in job.spec.items() if name != "secrets"}
        return ({**spec, "id": f"job{number}", "createdAt": NOW, "owner": person, "status": status},)

    def cancel_job(self, number: str) -> tuple:
        self.job(number)
        self.hub.jobs[int(number)].stage = "CANCELED"
        return ({},)

    def job_logs(self, number: str) -> tuple:
        """Server-sent events: the lines there are, and those that come, until the job has ended."""
        self.job(number)
        return (self.lines_of(self.hub.jobs[int(number)]),)

    def lines_of(self, job: Job) -> Iterator[bytes]:
        sent = 0
        while not self.hub.stopping.wait(0.01):
            ended, lines = job.stage != "RUNNING", job.lines[sent:]
            for line in lines:
                yield f"data: {json.dumps({'timestamp': NOW, 'data': line})}\n\n".encode()
            sent += len(lines)
            if ended:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8901)
    parser.add_argument("--repo", action="append", default=[], metavar="USER/REPO=FOLDER")
    parser.add_argument("--rate", type=float, default=0, help="bytes a second for large files")
    options = parser.parse_args()
    hub = FakeHub(options.port)
    for said in options.repo:
        name, folder = said.split("=", 1)
        hub.add(name, Path(folder))
    if options.rate:
        hub.fault("GET", "/_cdn/", rate=options.rate)
    hub.start()
    print(hub.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
