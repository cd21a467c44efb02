"""In which form does an answer leave: its headers, its tag, and whether it is compressed?"""

from __future__ import annotations

import gzip
from collections.abc import Hashable
from hashlib import blake2b
from typing import TYPE_CHECKING

from starlette.responses import Response

from postdex_index.errors import PostdexError

from .. import __version__
from . import errors, static_files

if TYPE_CHECKING:
    from starlette.requests import Request

JSON = "application/json"
_HTML = "text/html; charset=utf-8"
#: Shorter answers are not worth compressing; level 4 takes a third of the time of 9 for a tenth more bytes.
_GZIP_FROM = 1024
_GZIP_LEVEL = 4
_NOT_STORED = {"cache-control": "no-store"}
#: Pages speak the reader's language.
_PAGE_HEADERS = {
    "cache-control": "private, no-cache",
    "vary": "Origin, Accept, Accept-Encoding, Accept-Language, Authorization",
}


def squeezed(request: Request) -> bool:
    """Whether who asks takes compressed answers."""
    return static_files.takes_gzip(request.headers.get("accept-encoding", ""))


def of_now(body: bytes, *, squeeze: bool) -> Response:
    """JSON that is another answer the next moment."""
    return _response(body, JSON, _NOT_STORED, squeeze)


def lasting(body: bytes, tag: dict[str, str], *, squeeze: bool) -> Response:
    """JSON that holds for a state, with the headers of `tagged`."""
    return _response(body, JSON, tag, squeeze)


def again(body: bytes, tag: dict[str, str]) -> Response:
    """The body of a lasting answer as it was sent before."""
    return Response(body, 200, tag | _described(body, JSON))


def page(html: str, *, squeeze: bool, error: PostdexError | None = None, stored: bool = True) -> Response:
    """A page in the reader's language, with the status of the error that it shows, if it shows one; browsers keep it
    only if it may be `stored`."""
    headers = {**_PAGE_HEADERS, **(errors.headers(error) if error else {}), **({} if stored else _NOT_STORED)}
    return _response(html.encode("utf-8", "replace"), _HTML, headers, squeeze, errors.status(error) if error else 200)


def refusal(error: PostdexError) -> Response:
    """What is said instead of an answer."""
    return Response(errors.body(error), errors.status(error), errors.headers(error), JSON)


def tagged(state: tuple[Hashable, ...], key: Hashable) -> dict[str, str]:
    """The headers of an answer to a question that holds for a state."""
    digest = blake2b(repr((state, key, __version__)).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return {"etag": f'W/"{digest}"', "cache-control": "private, no-cache"}


def _response(body: bytes, media: str, headers: dict[str, str], squeeze: bool, status: int = 200) -> Response:
    if squeeze and len(body) >= _GZIP_FROM:
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    return Response(body, status, headers | _described(body, media))


def _described(body: bytes, media: str) -> dict[str, str]:
    """The headers that say what a body is; no text of ours begins as gzip does."""
    encoding = {"content-encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
    return {"content-type": media, **encoding}
