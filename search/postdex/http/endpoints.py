"""What does each address answer? Arguments in, a wire form out, in a worker thread.

Every answer is one of `wire`'s forms, so that a program finds here what it finds in `--json`. How arguments
arrive and answers leave is `app`'s, who may ask is `auth`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from postdex_index.errors import NotFoundError
from postdex_index.named_tuple import NamedTuple

from .. import section_lookup, web_address
from ..cli.console import usual_jobs
from ..index import Results
from ..links.ends import connections
from ..output import wire
from ..record import asked, record_file
from ..record.asked import Asked
from ..request import FACETS, LINE_FILTERS, Argument, SearchRequest
from ..results.lines import around_match
from ..section_lookup import NamedPart
from . import parameters, probes
from .errors import RequestError
from .service_state import ServiceState

#: Milliseconds after which no further post is read for lines, as of a search.
DEADLINE_MS = SearchRequest().deadline_ms
#: Seconds that a build waits for another of this service.
WAIT_S = 5.0

Arguments = dict[str, Any]
Answerer = Callable[[ServiceState, Arguments], dict[str, Any]]


class Endpoint(NamedTuple):
    """An address: what it takes, who answers, and what is said of it.

    `cached` answers stay the same until the next commit. `token` says that only its holder may ask, `owner` that he may
    also ask with it as a password, as browsers do, `open` that nobody needs one, as nothing is learned of the posts.
    What `probe` answers waits behind nothing else.
    """

    name: str
    path: str
    answerer: Answerer
    parameters: Sequence[Argument] = ()
    methods: Sequence[str] = ("GET",)
    summary: str = ""
    cached: bool = False
    token: bool = False
    probe: Callable[[ServiceState, probes.Standing], dict[str, Any]] | None = None
    open: bool = False
    owner: bool = False


def results_of(site: ServiceState, arguments: Arguments) -> Results:
    """The hits of a query, as values. Raises RequestError."""
    allow_drafts(site, arguments)
    return site.search(arguments["q"], **{name: arguments[name] for name in arguments if name not in ("q", "record")})


def search(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """The hits of a query."""
    return wire.to_dict(results_of(site, arguments))


def facets(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """All counts over the posts that match, without the hits."""
    return wire.to_dict(results_of(site, {**arguments, "limit": 0, "facets": FACETS}))


def suggest(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """The words that the last word may become."""
    text = arguments["q"]
    return wire.suggestions(text, site.index.suggest(text, limit=arguments["limit"]))


def lines(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """The lines that a regular expression matches, as far as there is time."""
    allow_drafts(site, arguments)
    pattern, limit, offset = arguments["regex"], arguments["limit"], arguments["offset"]
    if not pattern:
        raise RequestError("bad_parameter", "there is no regex", r"give one: regex=sk_\w%2B")
    filters = {name: arguments[name] for name in LINE_FILTERS}
    matches = site.index.lines(
        pattern, arguments["q"] or "", ignore_case=arguments["ignore_case"], deadline_ms=DEADLINE_MS, **filters
    )
    shown = [
        around_match(match, parameters.LINE_LENGTH)._replace(url=web_address.whole(match.url, site.origin))
        for match in islice(matches, offset, offset + limit)
    ]
    return {
        "schema": wire.SCHEMA,
        "lines": list(map(wire.line_match, shown)),
        "more": next(matches, None) is not None,
        "complete": matches.complete,
        "warnings": list(matches.warnings),
    }


def allow_drafts(site: ServiceState, arguments: Arguments) -> None:
    """Raise RequestError for who asks for unpublished posts where they are not served."""
    if arguments["drafts"] and not site.drafts:
        raise RequestError("forbidden", "unpublished posts are not served", "start it with `postdex serve --drafts`")


def stored(site: ServiceState, path: str) -> NamedPart:
    """What a path names. It is only ever looked up in the index: it names no file here. Raises NotFoundError."""
    part = section_lookup.find(site.index, path)
    if part.post.unpublished and not site.drafts:
        hint = "paths are relative to the folder"
        raise NotFoundError("no post of the index has this path", hint, path=part.post.path)
    return part


def document(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """A stored post or a section of it."""
    post, section = stored(site, arguments["path"])
    if arguments["section"] is not None:
        section = section_lookup.number(post, arguments["section"])
    form = wire.document(post, section, connections(site.index.snapshots.opened(), post, drafts=site.drafts))
    return {**form, "url": web_address.whole(form["url"], site.origin)}


def fields(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """The fields of the site's own that queries may name."""
    return wire.fields(site.index.fields())


def stats(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """The index in numbers."""
    return {"schema": wire.SCHEMA, "stats": wire.listed(site.views.stats())}


def health(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """Whether answers are those of the newest commit, and whether somebody keeps it fresh.

    200 as long as the process answers; `status` is ok, degraded, or down where nothing can be answered.
    """
    return probes.health(site, probes.look(site))


def ready(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """Whether the service can answer now. Needs no token, and says no more than why not."""
    return probes.ready(site, probes.look(site))


def click(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """Note that a hit was opened, where the service records such."""
    if site.recorder is None or not site.recorder.clicks:
        raise RequestError("forbidden", "nobody records here which hits are opened", "set clicks under [record]")
    path = stored(site, arguments["path"]).post.path
    site.recorder.opened(arguments["q"], site.recorded_below + path, arguments["rank"])
    return {"schema": wire.SCHEMA, "recorded": True}


def queries(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """What people asked, the most asked first, where the service records it."""
    return {"schema": wire.SCHEMA, "queries": [asked.form(row) for row in recorded(site, arguments)]}


def recorded(site: ServiceState, arguments: Arguments) -> list[Asked]:
    """The queries that people asked, with those of the last seconds. Raises RequestError, ConfigError."""
    if site.recorder is None:
        raise RequestError("forbidden", "nobody records here what people ask", "start it with `postdex serve --record`")
    site.recorder.bring()
    rows = record_file.read(site.recorder.path).rows.values()
    chosen = asked.chosen(rows, unanswered=arguments["unanswered"], days=arguments["days"], today=site.index.today())
    return chosen[: arguments["limit"]]


def build(site: ServiceState, arguments: Arguments) -> dict[str, Any]:
    """Bring the index up to the files, now, and say what that took."""
    if not site.building.acquire(timeout=WAIT_S):
        raise RequestError("too_busy", "the index is being built already", "ask again when it is done")
    try:
        report = site.index.refresh(full=arguments["full"], jobs=usual_jobs())
    finally:
        site.building.release()
    if not site.watching:  # else it is for who watches to say how it goes
        site.trouble = ""
    return {
        "schema": wire.SCHEMA,
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "problems": len(report.problems),
        "generation": report.generation,
        "seconds": round(report.seconds, 3),
    }


#: In the order of the documentation; /openapi.json, /metrics and the page are `app`'s own.
ENDPOINTS = (
    Endpoint("search", "/search", search, parameters.SEARCH, ("GET", "POST"), summary="Search the posts", cached=True),
    Endpoint("suggest", "/suggest", suggest, parameters.SUGGEST, summary="Complete the last word", cached=True),
    Endpoint(
        "documents", "/documents/{path:path}", document, parameters.DOCUMENT, summary="A post as indexed", cached=True
    ),
    Endpoint("facets", "/facets", facets, parameters.FACET_COUNTS, summary="Count by tag, category …", cached=True),
    Endpoint("fields", "/fields", fields, summary="The fields of the site's own", cached=True),
    Endpoint(
        "lines", "/lines", lines, parameters.LINES, summary="Lines that a regular expression matches", cached=True
    ),
    Endpoint("stats", "/stats", stats, summary="The index in numbers"),
    Endpoint("health", "/health", health, summary="Whether all is well", probe=probes.health),
    Endpoint("ready", "/ready", ready, summary="Whether it can answer", probe=probes.ready, open=True),
    Endpoint("click", "/click", click, parameters.CLICK, ("POST",), summary="Note that a hit was opened"),
    Endpoint("queries", "/queries", queries, parameters.QUERIES, summary="What people asked", owner=True),
    Endpoint(
        "index", "/index", build, parameters.BUILD, ("POST",), summary="Bring the index up to the files", token=True
    ),
)
