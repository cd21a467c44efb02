"""Which limits has the service? The rows of the table in operating.md, with the numbers that the program has.

`docs/update.py` puts them there; `tests/test_docs.py::test_every_limit_of_the_service_is_in_the_docs` finds limits of
the service whose number is in none.
"""

from __future__ import annotations

from typing import NamedTuple

from postdex.http import (
    app,
    connection,
    connection_slots,
    endpoints,
    listening,
    parameters,
    probes,
    recorder,
    restart,
    serve,
    server,
)
from postdex.mcp import fetch_tool, search_tool
from postdex.query import parser, pasted
from postdex.request import SearchRequest

_SECONDS = connection.SECONDS


class Limit(NamedTuple):
    """What is limited, to how much, and what is told or done beyond that."""

    what: str
    most: str
    beyond: str


def rows() -> list[Limit]:
    """All of them: of a query, of a request, of a connection, of the process."""
    late, body = f"within {_SECONDS['head']:.0f} seconds", _size(app.MAX_BODY)
    deadline = f"{(SearchRequest('').deadline_ms or 0) / 1000:.0f} seconds"
    unread = f"{_size(connection_slots.MAX_UNREAD)} together"
    end = f"{server.LAST_WORD_S} and {server.GRACE_S} seconds"
    return [
        Limit("clauses of a query: operators, phrases, filters", f"{parser.MAX_CLAUSES}", "400 `too_many_clauses`"),
        Limit("levels of brackets", f"{parser.MAX_LEVELS}", "400 `too_deep`"),
        Limit("text of a query", f"{pasted.MAX_CHARACTERS:,} characters", "its beginning is read, with a warning"),
        Limit("words of a query", f"{pasted.MAX_WORDS}", "the rarest are searched for, with a warning"),
        Limit("a search, or lines", deadline, 'what was found so far, with `"complete": false`'),
        Limit("hits of an answer", f"{parameters.MAX_HITS}", "400 `bad_parameter`"),
        Limit("hits that are left out (`offset`)", f"{parameters.FARTHEST:,}", "400 `bad_parameter`"),
        Limit("lines of an answer", f"{parameters.MAX_LINES:,}", "400 `bad_parameter`"),
        Limit("characters of such a line", f"{parameters.LINE_LENGTH:,}", "those around what matches are given"),
        Limit("any other text of a request", f"{parameters.TEXT_LENGTH} characters", "400 `bad_parameter`"),
        Limit("hits of an assistant's answer", f"{search_tool.MAX_HITS}", "an error that says so"),
        Limit("characters of an assistant's answer", f"{fetch_tool.MAX_CHARS:,}", "what is left out is named"),
        Limit("address and headers", f"{_size(connection.HEAD_BYTES)}, {late}", "431, 408"),
        Limit("body", f"{body}, with chunks and trailers {_size(connection.BODY_BYTES)}, {late}", "413, 408"),
        Limit("requests that are being answered or wait", f"{app.MAX_WAITING}", "429 with `Retry-After`"),
        Limit("threads that answer", f"{app.THREADS}", "the others wait"),
        Limit("builds asked for (`POST /index`)", f"one, for which {endpoints.WAIT_S:.0f} seconds are waited", "429"),
        Limit("requests sent ahead in one connection", f"{connection.MAX_AHEAD}", "429"),
        Limit("connections", f"{connection_slots.MAX_CONNECTIONS}", "the slowest is ended"),
        Limit(
            "of them of one address (in IPv6 a /64)",
            f"{connection_slots.MAX_OF_ADDRESS}; a trusted proxy has all",
            "its slowest is ended",
        ),
        Limit("refused clients that are heard out", f"{connection_slots.MAX_LINGERING}", "they are cut off"),
        Limit("connections accepted in one round", f"{connection_slots.ACCEPTED_AT_ONCE}", "the others wait"),
        Limit("clients who wait to be accepted", f"{listening.BACKLOG:,}, or as the system has it", "they try again"),
        Limit(
            "reading an answer",
            f"{_SECONDS['write']:.0f} seconds, and one for each {_size(connection.SLOWEST)} left",
            "the connection is ended",
        ),
        Limit("answers that clients have not read", unread, "who began first is ended"),
        Limit("idle connection", f"{_SECONDS['idle']:.0f} seconds", "it is closed"),
        Limit("answers that are kept for others who ask the same", _size(app.CACHE_BYTES), "the oldest is forgotten"),
        Limit(
            "notes of what people ask, where that is recorded",
            f"every {recorder.EVERY_S:.0f} seconds",
            "see [tuning](tuning.md#what-is-kept-and-what-is-not)",
        ),
        Limit("queries that are noted meanwhile", f"{recorder.MOST_NOTED:,}", "others are not"),
        Limit("an index that says nothing, for `/ready`", f"{probes.SILENT_S} seconds", "503 `not_ready`"),
        Limit("the end: last requests, then what runs", end, "it is cut off"),
        Limit("trying whether it could restart", f"{restart.CHECK_S} seconds", "it goes on as it is"),
        Limit("token", f"at least {serve.SHORTEST_TOKEN} characters", "the service does not start"),
    ]


def _size(count: int) -> str:
    """Bytes as people write them."""
    unit, name = (1024 * 1024, "MiB") if count >= 1024 * 1024 else (1024, "KiB")
    return f"{count // unit} {name}"
