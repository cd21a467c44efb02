"""What is counted of requests, index and process? The text that Prometheus reads, under the names that it advises.

https://prometheus.io/docs/practices/naming/. Labels have few values, whatever is asked: no query, path or client ever
gets here. What a log says of each request is `service_log`'s.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from postdex_index import native

from .. import __version__
from .probes import look

if TYPE_CHECKING:
    from .service_log import Done
    from .service_state import ServiceState

#: The media type of `Metrics.text`.
MEDIA_TYPE = CONTENT_TYPE_LATEST
#: Seconds: from a query of two rare words to one that meets its deadline.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
#: A client may call a method what it likes; another one would be a series more.
_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))


class Metrics:
    """Counts of one service; in a registry of its own, so that a program may run several."""

    def __init__(self, site: ServiceState) -> None:
        self._registry = registry = CollectorRegistry()
        labels = ["endpoint", "method"]
        self._requests = Counter(
            "postdex_http_requests", "Requests answered, by status.", [*labels, "code"], registry=registry
        )
        self._seconds = Histogram(
            "postdex_http_request_duration_seconds",
            "Time from a request's headers to the end of its answer, by class of status (2xx).",
            [*labels, "status"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.working = Gauge(
            "postdex_http_requests_in_progress", "Requests that wait for a thread or have one.", registry=registry
        )
        kernel = native.VERSION if native.IN_USE else "none"
        built = {"version": __version__, "python": platform.python_version(), "kernel": kernel}
        Info("postdex_build", "What runs; always 1.", registry=registry).info(built)
        ProcessCollector(registry=registry)
        registry.register(_IndexCollector(site))

    def count(self, done: Done) -> None:
        """One request more."""
        method = done.method if done.method in _METHODS else "other"
        self._requests.labels(done.endpoint, method, str(done.status)).inc()
        self._seconds.labels(done.endpoint, method, f"{done.status // 100}xx").observe(done.seconds)

    def text(self) -> bytes:
        """All counts as Prometheus reads them, the index as it is now."""
        return generate_latest(_WithoutCreated(self._registry))


class _IndexCollector(Collector):
    """The index when somebody asks; where nothing can be answered, only that."""

    def __init__(self, site: ServiceState) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """What is known of it."""
        site = self._site
        numbers, fault = look(site)
        yield GaugeMetricFamily("postdex_ready", "1 if anything can be answered.", int(numbers is not None))
        degraded = "1 if the newest commit or the watching has a problem."
        yield GaugeMetricFamily("postdex_degraded", degraded, int(bool(fault or site.wrong())))
        watching = "Errors of the watching, as many as the log has lines of them."
        of_all = sum(state.watch_errors for state in (site, *site.each.values()))
        yield CounterMetricFamily("postdex_watch_errors", watching, of_all)
        if numbers is None:
            return
        yield GaugeMetricFamily("postdex_index_generation", "Number of the commit that answers.", numbers.generation)
        yield GaugeMetricFamily("postdex_index_posts", "Published posts in it.", numbers.posts)
        yield GaugeMetricFamily("postdex_index_bytes", "Size of the index.", numbers.bytes)
        if times := [commit.made for commit in site.index.engine.commits() if commit.state == "current"]:
            last_commit = "When the newest commit was made, in seconds since 1970."
            yield GaugeMetricFamily("postdex_index_last_commit_timestamp_seconds", last_commit, max(times))

    def describe(self) -> list[Metric]:
        """Nothing, so that registering it does not look at the index."""
        return []


class _WithoutCreated(CollectorRegistry):
    """A registry as it is shown: without the time at which each series began, which doubles their number."""

    def __init__(self, whole: CollectorRegistry) -> None:
        super().__init__()
        self._whole = whole

    def collect(self) -> Iterator[Metric]:
        """The metrics, those samples left out."""
        for metric in self._whole.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
