"""For whom does a proxy ask? What `X-Forwarded-For` and `X-Forwarded-Proto` say, if it is a proxy that is trusted.

uvicorn reads both, from the proxy that is nearest to us on. Anybody can send such headers: of whoever is not trusted
they are not looked at, and what is no address is not taken for a client's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Container
from typing import TYPE_CHECKING, Any, cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from postdex_index.errors import PostdexError
from postdex_index.named_tuple import NamedTuple

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: All who connect to a socket that is a file, as its permissions let them.
BY_FILE = "unix"


class Forwarding(NamedTuple):
    """The application as it is behind the proxies, and whose addresses theirs are."""

    app: ASGIApp
    proxies: Container[str]


def trusted(listed: str) -> list[str]:
    """The proxies of a list with commas: addresses, networks and `unix`. Raises PostdexError for anything else.

    >>> trusted("unix, 10.0.0.0/8")
    ['unix', '10.0.0.0/8']
    >>> trusted("*")
    Traceback (most recent call last):
    postdex.PostdexError: * is no proxy that could be trusted; \
name addresses and networks, such as 127.0.0.1 or 10.0.0.0/8, or unix
    """
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names:
        try:
            _ = name == BY_FILE or ipaddress.ip_network(name)
        except ValueError as error:
            hint = "name addresses and networks, such as 127.0.0.1 or 10.0.0.0/8, or unix"
            raise PostdexError(f"{name} is no proxy that could be trusted", hint) from error
    return names


def behind(app: ASGIApp, proxies: list[str]) -> Forwarding:
    """The application, which is told the client that asks a trusted proxy, and over what."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        itself = scope["state"]["connection"].client
        if scope["client"] is not itself and not _is_address(scope["client"][0]):
            scope["client"] = itself
        await app(scope, receive, send)

    reading = ProxyHeadersMiddleware(cast(Any, run), proxies)
    return Forwarding(cast(Any, reading), cast("Container[str]", reading.trusted_hosts))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
