"""What does the log of the service say, and in which form? A line for each request, and for whatever else happens.

No token and no body ever gets here, and no query where it is to be left out. Who counts requests is `metrics`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple

from ..output import wire
from ..text_safety import printable
from . import request_id

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TypeAlias

    _Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

#: The forms of a line, as `--log` names them.
FORMS = ("plain", "json")
#: Characters of an address that a line shows.
_TARGET = 200

log = logging.getLogger("postdex.service")


class Done(NamedTuple):
    """A request that was answered; `target` is its path and query as they were sent, or the path alone."""

    method: str
    target: str
    endpoint: str
    status: int
    seconds: float
    client: str


def write(done: Done) -> None:
    """The line of a request."""
    if log.isEnabledFor(logging.INFO):
        line = "%s %s %d %.1f ms %s"
        row = (done.method, done.target[:_TARGET], done.status, done.seconds * 1000, done.client)
        log.info(line, *row, extra={"request": done})


@contextmanager
def to_stderr(form: str, *, queries: bool = True) -> Iterator[None]:
    """Meanwhile all that this process logs goes to standard error in this form; uvicorn's own talk is left out.

    Without `queries` a traceback does not say with which message an error was raised: it may be what was asked.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(queries=queries) if form == "json" else PlainLines(queries=queries))
    root, talk = logging.getLogger(), logging.getLogger("uvicorn.error")
    former = root.handlers, log.level, talk.level
    root.handlers = [handler]
    log.setLevel(logging.INFO)
    talk.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.handlers = former[0]
        log.setLevel(former[1])
        talk.setLevel(former[2])


class _Lines(logging.Formatter):
    """What both forms know of a line besides its text: whose request it is of, and how much a traceback may say."""

    def __init__(self, form: str | None = None, dates: str | None = None, *, queries: bool = True) -> None:
        super().__init__(form, dates)
        self._queries = queries

    def formatException(self, ei: _Raised) -> str:
        """The traceback; its last line without the message, where that could be a query."""
        if self._queries or ei[0] is None:
            return super().formatException(ei)
        frames = "".join(traceback.format_tb(ei[2]))
        return f"Traceback (most recent call last):\n{frames}{ei[0].__qualname__}"


class PlainLines(_Lines):
    """`2026-03-01T12:00:00 INFO GET /search?q=smc 200 1.2 ms 127.0.0.1 9f86d081884c7d65`, the id of the request last.
    No control character of a request gets through."""

    def __init__(self, *, queries: bool = True) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S", queries=queries)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line; a traceback keeps its own below it."""
        return printable(f"{super().formatMessage(record)} {_of_request(record)}".rstrip())


class JsonLines(_Lines):
    """An object a line: `time`, `level`, `message`; for a request its parts; for a bug its `traceback`."""

    def __init__(self, *, queries: bool = True) -> None:
        super().__init__(queries=queries)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record_fields = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        of_request = {"request_id": number} if (number := _of_request(record)) else {}
        done: Done | None = getattr(record, "request", None)
        if done:
            parts = done._asdict()
            parts["target"] = done.target[:_TARGET]
            parts["ms"] = round(parts.pop("seconds") * 1000, 2)
            return wire.dumps({**record_fields, "message": "request", **parts, **of_request})
        trace = {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        return wire.dumps({**record_fields, "message": record.getMessage(), **of_request, **trace})


def _of_request(record: logging.LogRecord) -> str:
    """The id of the request that a line is about; "" if it is about none."""
    return str(getattr(record, "request_id", "") or request_id.current.get())
