"""Which request is this? An id for each, by which an answer, a line of the log and the log of a proxy are one.

It is the client's own `X-Request-Id`, if there is one and it is nothing but an id, and else made here. Whatever runs
for a request finds it in `current`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar

#: The id of the request that is being answered; "" outside one.
current: ContextVar[str] = ContextVar("postdex_request_id", default="")

HEADER = "x-request-id"
#: What those of proxies, tracers and UUIDs are made of; nothing that a log or a header could take for its own.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._~:/+=@-]{1,128}")


def begin(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id of a request with these headers, which is `current` from now on. Of two that are given none is taken."""
    given = [value.decode("latin-1") for name, value in headers if name == HEADER.encode()]
    chosen = given[0] if len(given) == 1 and _WELL_FORMED.fullmatch(given[0]) else made()
    current.set(chosen)
    return chosen


def made() -> str:
    """A new id, of 16 hexadecimal digits."""
    return secrets.token_hex(8)
