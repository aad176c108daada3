"""Which proxy stands between here and the Hub, as the environment says it, and what is wrong with it."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import Message

SCHEMES = ("http", "https", "socks5", "socks5h")  # that the client knows


@dataclass(frozen=True)
class Proxy:
    variable: str  # as it is spelt in the environment
    value: str

    @property
    def scheme(self) -> str:
        return self.value.partition("://")[0].lower() if "://" in self.value else "http"

    @property
    def shown(self) -> str:
        """Without the name and the password that may be in it."""
        before, mark, after = self.value.rpartition("@")
        scheme = before.partition("://")[0] if "://" in before else ""
        return (f"{scheme}://{after}" if scheme else after) if mark else self.value


def find_proxy(endpoint: str) -> Proxy | None:
    """The proxy of requests to this address; None where they go straight there."""
    parts = urlsplit(endpoint)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    known = getproxies()
    for kind in (parts.scheme, "all"):
        if value := known.get(kind):
            return Proxy(_variable(kind, value), value)
    return None


def find_unusable_proxy(problem: BaseException) -> Message | None:
    """What is wrong with a proxy of which the client cannot make a connection at all; None where it is none of that.

    The client makes all of them, also those that a request does not need.
    """
    proxies = [Proxy(_variable(kind, value), value) for kind, value in getproxies().items() if kind != "no"]
    if isinstance(problem, ImportError):
        for proxy in proxies:
            if proxy.scheme.startswith("socks"):
                return Message(
                    "the proxy {proxy} of {variable} needs one more package: pip install socksio",
                    proxy=proxy.shown,
                    variable=proxy.variable,
                )
    elif isinstance(problem, ValueError):
        for proxy in proxies:
            if proxy.scheme not in SCHEMES:
                return Message(
                    "the proxy {proxy} of {variable} is of no known kind; it must begin with one of {schemes}",
                    proxy=proxy.shown,
                    variable=proxy.variable,
                    schemes=", ".join(f"{scheme}://" for scheme in SCHEMES),
                )
    return None


def _variable(kind: str, value: str) -> str:
    """ALL_PROXY or all_proxy, whichever says this; a system may have a proxy without either."""
    names = (name for name, said in os.environ.items() if name.lower() == f"{kind}_proxy" and said == value)
    return next(names, f"{kind}_proxy")
