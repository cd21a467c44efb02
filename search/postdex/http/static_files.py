"""Which files does the page consist of? Its scripts and styles, read once when the service starts.

They are found by their address among those that were read, so no address can name another file. What is in them is
`page.sent`'s.
"""

from __future__ import annotations

import gzip
from hashlib import blake2b
from typing import TYPE_CHECKING

from starlette.responses import Response

from postdex_index.named_tuple import NamedTuple

from .page import sent

if TYPE_CHECKING:
    from starlette.types import Scope

_MEDIA = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class StaticFile(NamedTuple):
    """A file as it is sent."""

    body: bytes
    squeezed: bytes
    media: str
    tag: str


def load(*, clicks: bool = False) -> dict[str, StaticFile]:
    """Address -> file, for all scripts and styles of the page; the page itself is made for each answer. `clicks` says
    that the service wants to know which hits are opened."""
    loaded = {}
    for name, body in sent.sent(clicks=clicks):
        tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        media = _MEDIA[name[name.rfind(".") :]]
        loaded[f"/{name}"] = StaticFile(body, gzip.compress(body, mtime=0), media, tag)
    return loaded


def response(file: StaticFile, scope: Scope) -> Response:
    """The answer: the file, squeezed if the client can read that, or that it has it already."""
    headers = {name: value for name, value in scope["headers"] if name in (b"if-none-match", b"accept-encoding")}
    sent_headers = {"etag": file.tag, "cache-control": "no-cache", "vary": "Accept-Encoding"}
    sent_headers["cross-origin-resource-policy"] = "cross-origin"
    if file.tag.removeprefix("W/").encode() in headers.get(b"if-none-match", b""):
        return Response(status_code=304, headers=sent_headers)
    if takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1")):
        return Response(file.squeezed, headers=sent_headers | {"content-encoding": "gzip", "content-type": file.media})
    return Response(file.body, headers=sent_headers | {"content-type": file.media})


def takes_gzip(accepted: str) -> bool:
    """Whether an answer may be gzip, by the header Accept-Encoding: what is named goes before `*`, 0 is no.

    >>> takes_gzip("br, gzip"), takes_gzip("gzip;q=0, *"), takes_gzip("*"), takes_gzip("")
    (True, False, True, False)
    """
    weights: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        weights[name.strip()] = not weight or weight.strip("0.") != ""
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))
