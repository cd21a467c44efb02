"""Which files does the page consist of? Its scripts and styles, read once when the service starts.

They are found by their address among those that were read, so no address can name another file. postdex.js goes out
with what it names in it: parts of the script, a style, the messages of the interface. So the box is one request.
"""

from __future__ import annotations

import gzip
import re
from functools import partial
from hashlib import blake2b
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response

from postdex_index.named_tuple import NamedTuple

from ..output import wire
from . import page
from .page import messages

if TYPE_CHECKING:
    from starlette.types import Scope

_MEDIA = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
#: Where a script has the text of a part of it, or the value of a file that isn't a script.
_PLACE = re.compile(rb"/\* ((?:box/)?\w+\.(?:js|css|json)) \*/")
#: Comments on lines of their own, and indentation: a sixth of a script, and nothing that runs.
_UNSENT = re.compile(rb"(?m)^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)[ \t]*\n|^[ \t]+")


class StaticFile(NamedTuple):
    """A file as it is sent."""

    body: bytes
    squeezed: bytes
    media: str
    tag: str


def load(*, clicks: bool = False) -> dict[str, StaticFile]:
    """Address -> file, for all scripts and styles of the page; the page itself is made for each answer. `clicks` says
    that the service wants to know which hits are opened."""
    wants = wire.dumps({"clicks": clicks}).encode()
    loaded = {}
    for resource in files(page).iterdir():
        media = _MEDIA.get(resource.name[resource.name.rfind(".") :])
        if media:
            body = _sent(resource.name, wants)
            tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
            loaded[f"/{resource.name}"] = StaticFile(body, gzip.compress(body, mtime=0), media, tag)
    return loaded


def _sent(name: str, wants: bytes) -> bytes:
    """A file as it is sent: with its parts in place, scripts and styles without what nobody runs. `wants` is what the
    service wants to know, as JSON."""
    if name == "service.json":
        return wants
    if name == "messages.json":
        table = {
            language: {key: text for key, text in texts.items() if not key.startswith("page_")}
            for language, texts in messages.table().items()
        }
        return wire.dumps(table).encode()
    return _UNSENT.sub(b"", _PLACE.sub(partial(_part, wants), (files(page) / name).read_bytes()))


def _part(wants: bytes, place: re.Match[bytes]) -> bytes:
    """What stands at a place: a script or a table as it is, a style as a text."""
    name = place[1].decode()
    sent = _sent(name, wants)
    return wire.dumps(sent.decode()).encode() if name.endswith(".css") else sent


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
