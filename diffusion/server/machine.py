"""What the server needs of its machine before Gradio is imported: an address, a temporary folder, no proxy for itself.

Gradio asks itself over HTTP when it starts, keeps its files in a folder that all users of a machine would share, and
says none of what can be wrong with an address in one sentence.
"""

import errno
import ipaddress
import os
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError

LOOPBACK = "127.0.0.1"
FIRST_PORT, PORTS = 7860, 100  # tried one after another where none is named
PROXIES = ("all_proxy", "http_proxy", "https_proxy")


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str  # a name or an IP address without brackets
    port: int

    @property
    def bracketed(self) -> str:
        """The host as in a web address, and as Gradio wants it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.bracketed}:{self.port}"


def choose_address(host: str | None, port: int | None, environment: Mapping[str, str]) -> Address:
    """The address to listen at: as given, else GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, else the first free port.

    Raises UserError where nothing can listen there.
    """
    host = listening_host(host, environment)
    ports = [_checked(port, "--port")] if port is not None else _ports_to_try(environment)
    for candidate in ports:
        address = Address(host, candidate)
        try:
            _try_to_listen(address)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE and len(ports) > 1:
                continue
            raise _explain(problem, address) from None
        return address
    raise UserError("no port from {first} to {last} is free; name another with --port", first=ports[0], last=ports[-1])


def listening_host(host: str | None, environment: Mapping[str, str]) -> str:
    host = (host or environment.get("GRADIO_SERVER_NAME", "") or LOOPBACK).strip()
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it. A name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    if host.lower() == "localhost":
        return True
    try:
        found = {str(where[4][0]) for where in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in found)


def _ports_to_try(environment: Mapping[str, str]) -> range:
    said = environment.get("GRADIO_SERVER_PORT", "").strip()
    first = _checked(int(said) if said.isascii() and said.isdigit() else said, "GRADIO_SERVER_PORT") if said else None
    first = FIRST_PORT if first is None else first
    return range(first, min(first + PORTS, 2**16))


def _checked(port: int | str, name: str) -> int:
    if not isinstance(port, int) or not 1 <= port < 2**16:
        raise UserError("{name} must be a whole number from 1 to 65535, not {port}", name=name, port=port)
    return port


def _try_to_listen(address: Address) -> None:
    if any(mark in address.host for mark in "/ \0") or (":" in address.host and not _is_ip(address.host)):
        raise UserError(
            "--host takes a name or an IP address alone, such as 0.0.0.0 or ::1, not {host!r}", host=address.host
        )
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise UserError(
            "nothing on this network is called {host}; --host takes a name or an IP address of this machine",
            host=address.host,
        ) from None
    for family, kind, protocol, _, where in found:
        with socket.socket(family, kind, protocol) as trial:
            if os.name == "posix":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind(where)
            trial.listen(1)


def _is_ip(host: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def _explain(problem: OSError, address: Address) -> UserError:
    if problem.errno == errno.EADDRINUSE:
        return UserError("another program listens at {address} already; name another --port", address=address)
    if problem.errno in (errno.EACCES, errno.EPERM):
        return UserError(
            "this user may not listen at {address}; ports below 1024 are the system's, take one such as --port 7860",
            address=address,
        )
    if problem.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return UserError(
            "{host} is no address of this machine; --host 0.0.0.0 takes all it has, without --host only this machine "
            "is served",
            host=address.host,
        )
    return UserError("cannot listen at {address}: {problem}", address=address, problem=problem.strerror)


def use_own_temporary_folder(environment: MutableMapping[str, str]) -> None:
    """Sets GRADIO_TEMP_DIR, unless it is set, to a folder that belongs to this user and that nobody else may open.

    Raises UserError where there is no place to write.
    """
    if said := environment.get("GRADIO_TEMP_DIR"):
        try:
            Path(said).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=said):
                return
        except OSError as problem:
            raise UserError(
                "GRADIO_TEMP_DIR is {folder}, and nothing can be written there: {problem}",
                folder=said,
                problem=problem.strerror or str(problem),
            ) from None
    try:
        environment["GRADIO_TEMP_DIR"] = str(_own_folder(Path(tempfile.gettempdir()).resolve()))
    except OSError as problem:
        raise UserError(
            "no temporary folder can be written: {problem}; set TMPDIR to one that can",
            problem=problem.strerror or str(problem),
        ) from None


def _own_folder(parent: Path) -> Path:
    """The same one at every start, so that files left behind by one are deleted by the next; else a new one."""
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    folder = parent / f"sprite-diffusion{user}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and (not user or found.st_uid == os.getuid()):
            folder.chmod(0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return Path(tempfile.mkdtemp(prefix="sprite-diffusion-", dir=parent))


def reach_itself_without_proxy(environment: MutableMapping[str, str], host: str) -> None:
    """Adds the names of this machine to no_proxy, in both spellings."""
    said = [environment.get(name, "") for name in ("no_proxy", "NO_PROXY")]
    names = [name.strip() for name in ",".join(said).split(",") if name.strip()]
    names += [name for name in ("localhost", LOOPBACK, "::1", host) if name not in names]
    environment["no_proxy"] = environment["NO_PROXY"] = ",".join(names)


@contextmanager
def without_proxies(environment: MutableMapping[str, str]) -> Iterator[None]:
    """Hides the proxies while Gradio is imported and asks itself: one that cannot be used would end both.

    What asks the Hub makes its connection later, and says what is wrong with a proxy.
    """
    names = [name for name in environment if name.lower() in PROXIES]
    hidden = {name: environment.pop(name) for name in names}
    try:
        yield
    finally:
        for name, value in hidden.items():
            environment.setdefault(name, value)
