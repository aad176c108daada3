"""Under which names this server is reached, as a request's Host and Origin say them.

A page of another site can make a browser send requests here, and can even give its own name this machine's address.
Both are known by the names that the browser sends along.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")
EVERYWHERE = {"0.0.0.0", "::"}
DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Netloc:
    """The name and the port of an address: "127.0.0.1:7860", "[::1]"."""

    name: str  # in lower case, an IPv6 address without brackets
    port: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None of what is no host."""
        found = HOST.fullmatch(text.strip())
        if found is None:
            return None
        return cls(found["name"].strip("[]").rstrip(".").lower(), found["port"])

    @classmethod
    def of_address(cls, address: str) -> Self | None:
        """Of http://name:port; None of another scheme, "null" and whatever is no address. The port is always given."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        if parts.scheme not in DEFAULT_PORTS:
            return None
        found = cls.parse(parts.netloc)
        return found and cls(found.name, found.port or DEFAULT_PORTS[parts.scheme])

    def fits(self, other: "Netloc") -> bool:
        """Whether an origin, whose port is given, is this one; without a port it is the port of http or of https."""
        ports = set(DEFAULT_PORTS.values()) if self.port is None else {self.port}
        return self.name == other.name and other.port in ports


@dataclass(frozen=True, kw_only=True)
class ServedHosts:
    """names: beside those of the loopback. own: names under which pages of ours are seen whatever a proxy makes of the
    Host. suffixes: of names that only a trusted party gives out. addresses: whether any IP address is served.
    """

    names: frozenset[str] = frozenset()
    own: frozenset[Netloc] = frozenset()
    suffixes: tuple[str, ...] = ()
    addresses: bool = False
    on_space: bool = False

    @classmethod
    def find(cls, host: str, more: Iterable[str], environment: Mapping[str, str]) -> Self:
        """Where the server listens at a host. more: names that its owner gives, with or without a port."""
        spaces = environment.get("SPACE_HOST", "").split(",")
        root = Netloc.of_address(environment.get("GRADIO_ROOT_PATH", ""))
        own = {Netloc.parse(name) for name in (*more, *spaces) if name.strip()} | {root}
        known = frozenset(name for name in own if name)
        everywhere = host in EVERYWHERE
        names = {name.name for name in known} | {host.lower()}
        if everywhere:
            machine = socket.gethostname().lower()
            names |= {machine, f"{machine}.local", socket.getfqdn().lower()}
        suffixes = [".hf.space"] if environment.get("SPACE_ID") else []
        if environment.get("GRADIO_SHARE", "").lower() == "true":
            suffixes.append(".gradio.live")
        return cls(
            names=frozenset(names),
            own=known,
            suffixes=tuple(suffixes),
            addresses=everywhere,
            on_space=bool(environment.get("SPACE_ID")),
        )

    def serves(self, host: str) -> bool:
        """Whether a request with this Host header is for this server."""
        found = Netloc.parse(host)
        if found is None:
            return False
        if (
            found.name in self.names
            or found.name == "localhost"
            or found.name.endswith((".localhost", *self.suffixes))
        ):
            return True
        try:
            address = ipaddress.ip_address(found.name)
        except ValueError:
            return False
        return self.addresses or address.is_loopback

    def is_own_origin(self, origin: str, *hosts: str) -> bool:
        """Whether an Origin header is that of a page of this server. hosts: that the request names, and are served."""
        found = Netloc.of_address(origin)
        if found is None:
            return False
        given = (Netloc.parse(host) for host in hosts)
        if any(host.fits(found) for host in given if host):
            return True
        return any(name.name == found.name and name.port in (None, found.port) for name in self.own)
