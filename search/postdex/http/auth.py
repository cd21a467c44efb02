"""Who may ask? Host, Origin and token of each request, and the headers that every answer has.

Web pages anywhere can make a browser send requests to 127.0.0.1. What they must not do is read posts or start
builds: a foreign `Host` (a name that an attacker points here) and a foreign `Origin` are refused before
anything is looked up. Where the service can be reached from other machines, each request needs the token too.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple

from .errors import RequestError

if TYPE_CHECKING:
    from starlette.types import Scope

#: On every answer. The page needs its own scripts and styles and nothing else; no inline script runs.
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
}
#: What a page that is named in `origins` may send.
_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, if-none-match, mcp-protocol-version, x-request-id",
    "access-control-max-age": "600",
}
#: What decides who may ask is said once: who reads the first of two might let in whom the second does not.
_SINGLE = frozenset({"host", "origin", "authorization"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]]+)(?::\d{1,5})?", re.IGNORECASE)


class AccessRules(NamedTuple):
    """`host` is the address that is listened on, `origins` the setting; `token` "" is none.

    `guarded`: reading needs the token too, because other machines reach the service.
    """

    host: str = "127.0.0.1"
    origins: Collection[str] = ()
    token: str = ""
    guarded: bool = False


def is_local(host: str) -> bool:
    """Whether nobody but this machine can reach an address.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check(scope: Scope, rules: AccessRules, *, token: bool, open: bool = False, owner: bool = False) -> dict[str, str]:
    """The headers that the answer gets for who asks. Raises RequestError for a request that is refused.

    `token` says that what is asked for is never given without one, `owner` that it isn't either, but that a password
    will do, `open` that it never takes one.
    """
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1")
        if name in headers and name in _SINGLE:
            raise RequestError("bad_request", f"there are two headers {name}", "send one")
        headers[name] = value.decode("latin-1")
    host = headers.get("host", "")
    check_host(host, rules)
    granted = _origin(headers, host, rules)
    preflight = scope["method"] == "OPTIONS" and bool(granted)
    if not preflight and (token or owner or (rules.guarded and not open)):
        check_token(headers.get("authorization", ""), rules, bearer_only=token)
    return granted | _PREFLIGHT if preflight else granted


def check_host(host: str, rules: AccessRules) -> None:
    """Raise RequestError unless the service goes by this name.

    >>> check_host("localhost:8765", AccessRules())
    >>> check_host("evil.example", AccessRules())
    Traceback (most recent call last):
    postdex.http.errors.RequestError: this service does not go by the name evil.example; \
name it in the setting origins
    """
    match = _HOST.fullmatch(host)
    name = match[1].lower() if match else ""
    named = {origin.partition("://")[2].lower() for origin in rules.origins}
    if name in _LOCAL or name == rules.host.lower() or name.strip("[]") == rules.host or host.lower() in named:
        return
    # The token protects from a foreign name for this machine; an address is no name.
    if rules.guarded and _is_address(name):
        return
    raise RequestError(
        "bad_host", f"this service does not go by the name {host[:80] or '(none)'}", "name it in the setting origins"
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _origin(headers: Mapping[str, str], host: str, rules: AccessRules) -> dict[str, str]:
    """What a page from this origin may do with the answer; a page of our own needs no permission."""
    origin = headers.get("origin")
    if origin is None or origin.partition("://")[2].lower() == host.lower() != "":
        return {}
    if origin.lower() not in {allowed.lower() for allowed in rules.origins}:
        raise RequestError(
            "bad_origin", f"pages of {origin[:80]} may not ask this service", "name it in the setting origins"
        )
    return {"access-control-allow-origin": origin, "access-control-expose-headers": "etag, retry-after, x-request-id"}


def check_token(authorization: str, rules: AccessRules, *, bearer_only: bool) -> None:
    """Raise RequestError unless the token is there, as a bearer's or (where that will do) as a password.

    A browser sends a password by itself, also for a page that was made by somebody else: enough to read
    one's own search page, not to start anything.
    """
    if not rules.token:
        raise RequestError("forbidden", "this needs a token, and the service has none", "start it with --token-file")
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic" and not bearer_only:
        try:
            given = b64decode(given, validate=True).decode("utf-8", "replace").partition(":")[2]
        except NotBase64:
            given = ""
    elif scheme.lower() != "bearer":
        given = ""
    if not hmac.compare_digest(given.strip().encode("utf-8", "replace"), rules.token.encode("utf-8", "replace")):
        hint = "send `Authorization: Bearer TOKEN`"
        raise RequestError("unauthorized", "the token is wrong" if given else "there is no token", hint)
