"""What is said about requests? A line in the log for each, and counts for Prometheus.

No token and no body ever gets here. Where the lines go is `server`'s.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from postdex_index.named_tuple import NamedTuple

from ..output import wire
from ..text_safety import printable

if TYPE_CHECKING:
    from .endpoints import ServiceState

#: The media type of `Metrics.text`.
MEDIA_TYPE = CONTENT_TYPE_LATEST
#: Seconds: from a query of two rare words to one that meets its deadline.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_TARGET = 200

log = logging.getLogger("postdex.service")


class Done(NamedTuple):
    """A request that was answered; `target` is its path and query as they were sent."""

    method: str
    target: str
    endpoint: str
    status: int
    seconds: float
    client: str


class Metrics:
    """Counts of one service; in a registry of its own, so that a program may run several."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("postdex_requests", "Requests answered.", ["endpoint", "status"], registry=registry)
        self._seconds = Histogram(
            "postdex_request_seconds", "Time to an answer.", ["endpoint"], buckets=_BUCKETS, registry=registry
        )
        self.working = Gauge("postdex_working", "Requests that wait for a thread or have one.", registry=registry)
        self._generation = Gauge("postdex_generation", "Number of the commit that answers.", registry=registry)
        self._posts = Gauge("postdex_posts", "Published posts in it.", registry=registry)
        self._bytes = Gauge("postdex_index_bytes", "Size of the index.", registry=registry)
        self._degraded = Gauge(
            "postdex_degraded", "1 if the newest commit or the watching has a problem.", registry=registry
        )

    def count(self, done: Done) -> None:
        """One request more."""
        self._requests.labels(done.endpoint, str(done.status)).inc()
        self._seconds.labels(done.endpoint).observe(done.seconds)

    def text(self, site: ServiceState) -> bytes:
        """All counts as Prometheus reads them, the index as it is now."""
        stats = site.views.stats()
        self._generation.set(stats.generation)
        self._posts.set(stats.posts)
        self._bytes.set(stats.bytes)
        self._degraded.set(1 if site.wrong() or site.views.fault() else 0)
        return generate_latest(self._registry)


def write(done: Done) -> None:
    """The line of a request."""
    if log.isEnabledFor(logging.INFO):
        line = "%s %s %d %.1f ms %s"
        row = (done.method, done.target[:_TARGET], done.status, done.seconds * 1000, done.client)
        log.info(line, *row, extra={"request": done})


class PlainLines(logging.Formatter):
    """`2026-03-01T12:00:00 INFO GET /search?q=smc 200 1.2 ms 127.0.0.1`; no control character of a request."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line; a traceback keeps its own below it."""
        return printable(super().formatMessage(record))


class JsonLines(logging.Formatter):
    """An object a line: `time`, `level`, `message`; for a request its parts; for a bug its `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record_fields = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        done: Done | None = getattr(record, "request", None)
        if done:
            parts = done._asdict()
            parts["target"] = done.target[:_TARGET]
            parts["ms"] = round(parts.pop("seconds") * 1000, 2)
            return wire.dumps({**record_fields, "message": "request", **parts})
        trace = {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        return wire.dumps({**record_fields, "message": record.getMessage(), **trace})
