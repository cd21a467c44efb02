"""What does each failure of a cluster become, who is asked instead, and what is never shown?

The nodes are servers with a script (scripted_server.py); with a real cluster, tests/opensearch goes further.
"""

from __future__ import annotations

import json
import logging
import os
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme
from scripted_server import HANGS, RESETS, Received, Reply, Script, ScriptedServer, closed_port, scripted

from postdex_index.engine.opensearch.cluster import connection, credentials, node
from postdex_index.engine.opensearch.cluster.answers import Conflict, NoSuchDocument, RefusedError
from postdex_index.engine.opensearch.cluster.bulk import BulkItem
from postdex_index.engine.opensearch.cluster.connection import Cluster, IndexSearch
from postdex_index.engine.opensearch.cluster.credentials import PREFIX, Access
from postdex_index.errors import ConfigError, EngineUnavailableError, PostdexError

PASSWORD, API_KEY = "pass/word+secret", "a2V5:c2VjcmV0"
READER = {"USER": "reader", "PASSWORD": PASSWORD}

WHOLE = Reply(body={"hits": {"total": 7}})
BUSY = Reply(429, {"error": {"type": "rejected_execution_exception", "reason": "queue full"}, "status": 429})
FULL_DISK = Reply(
    429, {"error": {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage watermark"}}
)
NO_NEW_INDEX = Reply(
    403,
    {"error": {"type": "index_create_block_exception", "reason": "blocked by: [cluster create-index blocked (api)];"}},
)
NO_MANAGER = Reply(503, {"error": {"type": "cluster_block_exception", "reason": "no cluster-manager"}, "status": 503})
DOWN = Reply(503, {"error": {"type": "master_not_discovered_exception", "reason": None}, "status": 503})
GATEWAY = Reply(502, b"<html>Bad Gateway</html>")
FAILED_SHARD = {"total": 2, "successful": 1, "failed": 1, "failures": [{"reason": {"type": "io", "reason": "gone"}}]}
PARTIAL = Reply(body={"_shards": FAILED_SHARD, "hits": {"total": 3}})
LATE = Reply(body={"timed_out": True, "_shards": {"total": 1, "successful": 1, "failed": 0}})
REFUSED = Reply(
    400,
    {
        "error": {
            "type": "search_phase_execution_exception",
            "failed_shards": [{"reason": {"type": "too_many_clauses"}}],
        }
    },
)
ELSEWHERE = Reply(302, b"", headers=("location: https://example.org/",))
NO_INDEX = Reply(404, {"error": {"type": "index_not_found_exception", "reason": "no such index [x]"}, "status": 404})


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for as long as in earnest."""
    monkeypatch.setattr(connection, "READ_TRIES", (0.3, 0.3, 0.3, 0.3, 0.4))
    monkeypatch.setattr(connection, "WRITE_SECONDS", 0.5)
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(node, "LEFT_OUT", 0.4)


def access(hosts: Sequence[str], **values: str) -> Access:
    return credentials.read({PREFIX + name: text for name, text in {"HOSTS": ",".join(hosts), **values}.items()})


def cluster_of(servers: Sequence[ScriptedServer], **values: str) -> Cluster:
    return Cluster(access([server.host for server in servers], **values))


def outcome(ask: Callable[[], Any]) -> Any:
    """What was answered, or the error."""
    try:
        return ask()
    except (PostdexError, NoSuchDocument, Conflict) as error:
        return error


class Case(NamedTuple):
    """Replies of the nodes in turn, what comes of them (a value, or a class of errors), words of the error, and how
    many requests there were."""

    script: tuple[Reply, ...]
    becomes: object
    words: str = ""
    requests: int = 1


LOCKED_OUT = Reply(401, b"Unauthorized")
FORBIDDEN = Reply(
    403,
    {
        "error": {
            "type": "security_exception",
            "reason": "no permissions for [indices:data/read/search] and User [name=reader, roles=[]]",
        },
        "status": 403,
    },
)

READS = {
    "whole": Case((WHOLE,), WHOLE.body),
    "down once": Case((DOWN, WHOLE), WHOLE.body, "", 2),
    "down": Case((DOWN, DOWN), EngineUnavailableError, "it failed (status 503, master_not_discovered", 2),
    "gateway": Case((GATEWAY, GATEWAY), EngineUnavailableError, "it failed (status 502); try again", 2),
    "busy once": Case((BUSY, WHOLE), WHOLE.body, "", 2),
    "busy": Case((BUSY, BUSY), EngineUnavailableError, "it has too much to do (status 429", 2),
    "hangs once": Case((HANGS, WHOLE), WHOLE.body, "", 2),
    "hangs twice": Case((HANGS, HANGS, WHOLE), WHOLE.body, "", 3),
    "hangs": Case((HANGS,) * 5, EngineUnavailableError, "no answer within 0.4 s", 5),
    "hangs, then fails": Case((HANGS, DOWN), EngineUnavailableError, "it failed (status 503", 2),
    "hangs, then resets": Case((HANGS, RESETS), EngineUnavailableError, "it ended the connection", 2),
    "late": Case((Reply(after=0.1, body={"a": 1}),), {"a": 1}),
    "resets once": Case((RESETS, WHOLE), WHOLE.body, "", 2),
    "resets": Case((RESETS, RESETS), EngineUnavailableError, "it ended the connection without an answer", 2),
    "half a body once": Case((Reply(missing=5), WHOLE), WHOLE.body, "", 2),
    "half a body": Case((Reply(missing=5), Reply(missing=1)), EngineUnavailableError, "its answer was cut off", 2),
    "not JSON once": Case((Reply(body=b'{"a":'), WHOLE), WHOLE.body, "", 2),
    "not JSON": Case((Reply(body=b"<p>hello"), Reply(body=b"")), EngineUnavailableError, "its answer is not JSON", 2),
    "not UTF-8": Case((Reply(body=b'{"a":"\xff"}'), Reply(body=b"\xff")), EngineUnavailableError, "malformed", 2),
    "a number": Case((Reply(body=3), Reply(body="x")), EngineUnavailableError, "its answer is not JSON", 2),
    "very deep": Case((Reply(body=b"[" * 200_000),) * 2, EngineUnavailableError, "its answer is not JSON", 2),
    "part once": Case((PARTIAL, WHOLE), WHOLE.body, "", 2),
    "part": Case((PARTIAL, PARTIAL), EngineUnavailableError, "1 of 2 shards failed (io: gone)", 2),
    "no copy": Case(
        (Reply(body={"_shards": {"total": 2, "successful": 0, "failed": 0}}),) * 2,
        EngineUnavailableError,
        "2 of 2 shards failed",
        2,
    ),
    "out of time": Case((LATE, LATE), EngineUnavailableError, "it ran out of time", 2),
    "an item failed": Case(
        (Reply(body={"docs": [{"found": True}, {"error": {"type": "io", "reason": "gone"}}]}),) * 2,
        EngineUnavailableError,
        "status 500, io: gone",
        2,
    ),
    "refused": Case((REFUSED,), RefusedError, "it refuses the request (status 400, too_many_clauses)"),
    "elsewhere": Case((ELSEWHERE,), RefusedError, "it points elsewhere (status 302); name the cluster's own"),
    "elsewhere on this host": Case((Reply(302, {}, headers=("location: /x",)),), RefusedError, "it points elsewhere"),
    "not found by a proxy": Case((Reply(404, b"<html>"),) * 2, EngineUnavailableError, "not JSON (status 404)", 2),
    "no document": Case((Reply(404, {"_id": "a", "found": False}),), NoSuchDocument, "a"),
    "no index": Case((NO_INDEX,), NoSuchDocument, "no such index [x]"),
    "locked out": Case((LOCKED_OUT,), RefusedError, "it does not let us in with the user reader; check POSTDEX_OPEN"),
    "forbidden": Case((FORBIDDEN,), RefusedError, "it forbids this to the user reader (indices:data/read/search);"),
}


@pytest.mark.parametrize("name", READS)
def test_reads(name: str) -> None:
    case = READS[name]
    with scripted(*case.script, nodes=2) as servers:
        cluster = cluster_of(servers, **READER)
        check(outcome(lambda: cluster.read("GET", "/x/_doc/1")), case)
        asked = [len(server.received) for server in servers]
        assert sum(asked) == case.requests and asked[0] - asked[1] in (-1, 0, 1), "the second try is another node's"
        assert cluster.requests == case.requests + 1, "one for what the cluster is"


def check(got: object, case: Case) -> None:
    if isinstance(case.becomes, type):
        assert isinstance(got, case.becomes), got
        assert case.words in str(got)
        assert not isinstance(got, PostdexError) or ("http" in str(got) and "\n" not in str(got) and got.hint)
    else:
        assert got == case.becomes


MADE = Reply(201, {"_id": "1", "result": "created", "_shards": {"total": 2, "successful": 1, "failed": 1}})
CONFLICT = Reply(409, {"error": {"type": "version_conflict_engine_exception", "reason": "seqNo [3]"}, "status": 409})
EXISTS = Reply(400, {"error": {"type": "resource_already_exists_exception", "reason": "index [x]"}, "status": 400})
NO_MORE_TRIES: tuple[Reply, ...] = (BUSY,) * 200

#: Whether it may be sent twice, and what comes of it.
WRITES = {
    "made, a copy failed": (False, Case((MADE,), MADE.body)),
    "down": (False, Case((DOWN, MADE), EngineUnavailableError, "it failed (status 503")),
    "down, again": (True, Case((DOWN, MADE), MADE.body, "", 2)),
    "no manager, again": (True, Case((NO_MANAGER, DOWN, RESETS, NO_MANAGER, MADE), MADE.body, "", 5)),
    "hangs": (False, Case((HANGS, MADE), EngineUnavailableError, "no answer within 0.6 s")),
    "hangs, again": (True, Case((HANGS, MADE), MADE.body, "", 2)),
    "resets": (False, Case((RESETS, MADE), EngineUnavailableError, "it ended the connection")),
    "resets, again": (True, Case((RESETS, MADE), MADE.body, "", 2)),
    "half a body": (False, Case((Reply(missing=3), MADE), EngineUnavailableError, "cut off")),
    "busy": (False, Case((BUSY, BUSY, MADE), MADE.body, "", 3)),
    "full disk": (True, Case((FULL_DISK,), RefusedError, "disk usage exceeded flood-stage watermark); make room")),
    "no index may be made": (True, Case((NO_NEW_INDEX,), RefusedError, "create-index blocked (api)];); make room")),
    "conflict": (True, Case((CONFLICT,), Conflict, "seqNo [3]")),
    "exists": (True, Case((EXISTS,), Conflict, "index [x]")),
    "not gone": (True, Case((Reply(404, {"result": "not_found", "_id": "1"}),), NoSuchDocument, "1")),
    "not heard of": (
        False,
        Case((Reply(body={"acknowledged": False}),), EngineUnavailableError, "not all of its nodes"),
    ),
    "failed in part": (
        False,
        Case(
            (Reply(body={"deleted": 1, "failures": [{"cause": {"type": "io", "reason": "gone"}}]}),),
            EngineUnavailableError,
            "it failed in part (io: gone)",
        ),
    ),
    "refresh failed": (False, Case((PARTIAL,), EngineUnavailableError, "1 of 2 shards failed")),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes(name: str) -> None:
    again, case = WRITES[name]
    with scripted(*case.script, nodes=2) as servers:
        cluster = cluster_of(servers, **READER)
        check(outcome(lambda: cluster.write("PUT", "/x/_doc/1", {}, again=again, seconds=0.6)), case)
        assert sum(len(server.received) for server in servers) == case.requests


def test_a_write_that_nobody_can_have_heard_goes_to_another_node() -> None:
    for _ in range(4):  # whichever node is first
        with scripted(MADE) as servers:
            cluster = Cluster(access([closed_port(), servers[0].host]))
            assert cluster.write("PUT", "/x/_doc/1", {}) == MADE.body


def test_a_cluster_that_stays_busy_is_given_up() -> None:
    with scripted(*NO_MORE_TRIES) as servers:
        started = time.monotonic()
        got = outcome(lambda: cluster_of(servers).write("PUT", "/x/_doc/1", {}, seconds=0.5))
        assert "it has too much to do" in str(got) and time.monotonic() - started < 5
        assert 4 < len(servers[0].received) < 30, "the pauses grow"


def test_a_write_takes_no_longer_than_it_may() -> None:
    for again in (True, False):
        with scripted(*[HANGS] * 9, nodes=3) as servers:
            cluster = cluster_of(servers)
            cluster.read("GET", "/")
            started = time.monotonic()
            got = outcome(partial(cluster.write, "PUT", "/x/_doc/1", {}, again=again, seconds=0.6))
            assert "no answer within" in str(got) and time.monotonic() - started < 1.2


NOBODY = {
    "nobody listens": (
        closed_port(),
        "connection refused; is it running, and named rightly in POSTDEX_OPENSEARCH_HOSTS?",
    ),
    "no such host": ("http://nosuch.invalid:9", "there is no host of this name"),
}


@pytest.mark.parametrize("name", NOBODY)
def test_where_there_is_no_cluster(name: str) -> None:
    host, words = NOBODY[name]
    got = outcome(lambda: Cluster(access([host])).read("GET", "/_cluster/health"))
    assert isinstance(got, EngineUnavailableError) and str(got).startswith(f"{host}: {words}"), got


PRODUCTS = {
    "3": ({"distribution": "opensearch", "number": "3.0.0"}, ""),
    "2.19 LTS": ({"distribution": "opensearch", "number": "2.19.4"}, ""),
    "2.18": ({"distribution": "opensearch", "number": "2.18.0"}, "this is OpenSearch 2.18.0; postdex works with"),
    "1": ({"distribution": "opensearch", "number": "1.3.20"}, "this is OpenSearch 1.3.20"),
    "4": ({"distribution": "opensearch", "number": "4.0.0"}, "this is OpenSearch 4.0.0"),
    "Elasticsearch": (
        {"number": "8.15.0", "build_flavor": "default"},
        "not OpenSearch but another product of version 8",
    ),
    "odd": ("x", "this is not OpenSearch but another product;"),
    "no number": ({"distribution": "opensearch"}, "this is OpenSearch ;"),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_what_the_server_is(name: str) -> None:
    version, words = PRODUCTS[name]
    with scripted(about=Reply(body={"version": version})) as servers:
        cluster = cluster_of(servers)
        for ask in (lambda: cluster.write("PUT", "/x", {}), lambda: cluster.bulk("x", [BulkItem("1", {})])):
            got = outcome(ask)
            assert words in str(got) if words else not isinstance(got, RefusedError), got
        assert words == "" or not servers[0].received, "nothing is written to what is not known"


def test_a_node_that_hangs_is_left_out_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_TRIES", (1.0, 1.0))
    with scripted() as (healthy,), scripted(*[HANGS] * 5) as (frozen,):
        cluster = cluster_of([healthy, frozen])
        started = time.monotonic()
        for _ in range(10):
            assert cluster.read("GET", "/x") == {"ok": 1}
        assert len(frozen.received) == 1 and time.monotonic() - started < 2 * connection.READ_TRIES[0]
        time.sleep(node.LEFT_OUT)
        threads = [threading.Thread(target=cluster.read, args=("GET", "/x")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(frozen.received) == 2, "one request tries it again, not all"
        frozen.script.clear()
        time.sleep(4 * node.LEFT_OUT)
        for _ in range(8):
            cluster.read("GET", "/x")
        assert len(frozen.received) > 4, "it is back"


def test_other_copies_are_asked_where_one_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The node that is asked is well, and waits for one that hangs."""
    monkeypatch.setattr(connection, "PREFERRED", 0.5)
    monkeypatch.setattr(connection, "READ_TRIES", (0.15, 0.15, 2.0))

    def waits(request: Received) -> Reply:
        text = request.target + request.body.decode()
        words = [word for word in "ab" if f"preference={word}" in text or f'"preference":"{word}"' in text]
        asked.append("".join(words))
        return Reply(body={"responses": [{}]}) if words == ["b"] else HANGS

    for ask in (
        partial(Cluster.read, method="GET", path="/x/_doc/1"),
        partial(Cluster.read, method="POST", path="/x/_search"),
        partial(Cluster.read, method="POST", path="/_mget"),
        partial(Cluster.search_all, searches=[IndexSearch("x", {})]),
    ):
        asked: list[str] = []
        with scripted(*[waits] * 9, nodes=3) as servers:
            cluster = cluster_of(servers)
            ask(cluster)
            ask(cluster)
            assert asked == ["", "a", "b", "b"]
            time.sleep(connection.PREFERRED)
            ask(cluster)
            assert asked[4:] == ["", "a", "b"], "after a while the cluster chooses again"


def test_a_deadline_is_kept() -> None:
    with scripted(*[HANGS] * 4, nodes=2) as servers:
        cluster = cluster_of(servers)
        cluster.read("GET", "/")
        for left in (0.2, 0.0, -1.0):
            started = time.monotonic()
            got = outcome(partial(cluster.read, "GET", "/x", deadline=started + left))
            assert isinstance(got, EngineUnavailableError) and time.monotonic() - started < max(0, left) + 0.15
            assert str(got).endswith("no time left to ask it; allow more time") or left > 0


def test_searches_in_one_request() -> None:
    whole = {"hits": {"total": 1}, "status": 200, "_shards": {"total": 1, "successful": 1, "failed": 0}}
    failed = {"error": {"type": "search_phase_execution_exception", "reason": "all shards failed"}, "status": 503}
    tables: list[tuple[list[Any], str]] = [
        ([whole, whole], ""),
        ([whole, failed], "it failed (status 503, search_phase"),
        ([whole, {**whole, "timed_out": True}], "it ran out of time"),
        ([whole, {**whole, "_shards": FAILED_SHARD}], "1 of 2 shards failed"),
        ([whole], "it answered another question"),
    ]
    for answers, words in tables:
        with scripted(*[Reply(body={"responses": answers})] * 2) as (server,):
            searches = [IndexSearch("blog,docs", {"size": 0}), IndexSearch("blog", {"query": {"match_none": {}}})]
            got = outcome(partial(cluster_of([server]).search_all, searches))
            assert words in str(got) if words else got == answers
            head, body, *_ = map(json.loads, server.received[0].body.splitlines())
            assert head == {"index": "blog,docs", "allow_partial_search_results": False} and body == {"size": 0}


def test_one_search_is_never_answered_in_part() -> None:
    with scripted(WHOLE) as (server,):
        cluster_of([server]).read("POST", "/blog/_search", {"size": 0})
        assert server.received[0].target == "/blog/_search?allow_partial_search_results=false"


def bulk_answer(request: Received, *statuses: int) -> Reply:
    """What is said of the documents of a bulk request: these statuses first, of the rest 201."""
    lines = request.body.splitlines()
    names = [json.loads(line) for line in lines if line.startswith((b'{"index"', b'{"delete"'))]
    items = []
    for number, name in enumerate(names):
        ((action, target),) = name.items()
        status = statuses[number] if number < len(statuses) else 201
        error = {"error": {"type": "mapper_parsing_exception", "reason": "odd"}} if status >= 300 else {}
        items.append({action: {**target, "status": status, **error}})
    return Reply(body={"errors": any(statuses), "items": items})


def test_documents_are_sent_again_where_there_was_too_much_to_do() -> None:
    script = [lambda it: bulk_answer(it, 201, 429, 503), lambda it: bulk_answer(it, 429), bulk_answer]
    documents = [BulkItem(str(number), {"text": "é\udc80"}, f"{number}.md") for number in range(3)]
    with scripted(*script) as (server,):
        assert cluster_of([server]).bulk("x", documents, params={"require_alias": "true"}) == 3
        ids = [[json.loads(line)["index"]["_id"] for line in it.body.splitlines()[::2]] for it in server.received]
        assert ids == [["0", "1", "2"], ["1", "2"], ["1"]]
        assert server.received[0].target == "/x/_bulk?require_alias=true"
        assert json.loads(server.received[0].body.splitlines()[1]) == {"text": "é\udc80"}


def test_a_document_that_is_refused_is_named() -> None:
    documents = [BulkItem("0", {}, "0.md"), BulkItem("1", {}, "1.md"), BulkItem("2", None)]
    with scripted(lambda it: bulk_answer(it, 201, 400)) as (server,):
        got = outcome(lambda: cluster_of([server]).bulk("x", documents))
        assert isinstance(got, RefusedError) and str(got).startswith(
            "1.md: it refuses the request (status 400, mapper_"
        )
    with scripted(lambda it: bulk_answer(it, 201, 201, 404)) as (server,):
        assert cluster_of([server]).bulk("x", documents) == 3, "what was to be deleted is not there"
    with scripted(*[lambda it: bulk_answer(it, 429)] * 100) as (server,):
        got = outcome(lambda: cluster_of([server]).bulk("x", documents))
        assert isinstance(got, EngineUnavailableError) and str(got).startswith("0.md: it has too much to do")
    with scripted(Reply(body={"items": []})) as (server,):
        assert "another question" in str(outcome(lambda: cluster_of([server]).bulk("x", documents)))


def test_documents_go_in_batches() -> None:
    large = [BulkItem(str(number), {"text": "x" * 2_000_000}) for number in range(4)] + [
        BulkItem("4", {"t": "y" * 6_000_000})
    ]
    small = [BulkItem(str(number), {}) for number in range(2_500)]
    for documents, sizes in ((large, [2, 2, 1]), (small, [1000, 1000, 500]), ([], [])):
        with scripted(*[bulk_answer] * 5) as (server,):
            assert cluster_of([server]).bulk("x", documents) == len(documents)
            assert [it.body.count(b'{"_id"') for it in server.received] == sizes


# -- what is never shown


def shown(error: BaseException) -> str:
    """All that anybody could see of an error."""
    wire = json.dumps(error.to_dict()) if isinstance(error, PostdexError) else ""
    return "\n".join([str(error), repr(error), repr(error.args), wire, *traceback.format_exception(error)])


@pytest.mark.parametrize("credential", ["password", "api_key"])
def test_no_secret_is_shown(
    credential: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    values = READER if credential == "password" else {"API_KEY": API_KEY}
    secret = PASSWORD if credential == "password" else API_KEY

    def echo(status: int) -> Callable[[Received], Reply]:
        def reply(request: Received) -> Reply:
            reason = f"{request.headers['authorization']} {secret} is wrong"
            return Reply(status, {"error": {"type": secret, "reason": reason}})

        return reply

    seen = [repr(access(["https://a"], **values)), repr(access(["https://a"], **values).hosts)]
    scripts: list[Script] = [[*case.script * 2] for case in READS.values() if HANGS not in case.script]
    for status in (400, 401, 403, 404, 409, 429, 500, 503):
        scripts.append([echo(status), echo(status)])
    sent = ""
    for script in scripts:
        with scripted(*script) as servers:
            cluster = cluster_of(servers, **values)
            seen += [repr(cluster), cluster.place]
            got = outcome(partial(cluster.read, "GET", "/x/_doc/1"))
            seen.append(shown(got) if isinstance(got, BaseException) else "")
            sent = servers[0].received[0].headers["authorization"]
            assert sent.split(" ")[0] == ("Basic" if credential == "password" else "ApiKey")
    seen += [record.getMessage() for record in caplog.records] + list(capfd.readouterr())
    for hidden in (secret, sent.split(" ")[1]):
        assert hidden not in "\n".join(seen)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with scripted(DOWN, RESETS, Reply(headers=('warning: 299 x "odd"',))) as servers:
        outcome(lambda: cluster_of(servers).read("GET", "/x"))
        cluster_of(servers).read("GET", "/x")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# -- TLS


def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    (tmp_path / "none.pem").write_text("no certificate")

    def told(certificate: str, ca: str, host: str = "") -> str:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(certificate).configure_cert(context)
        with scripted(*[WHOLE] * 4, tls=context) as (server,):
            values = {**READER, **({"CA": str(tmp_path / ca)} if ca else {})}
            address = host.format(port=server.server_address[1]) or server.host
            got = outcome(lambda: Cluster(access([address], **values)).read("GET", "/x"))
            assert isinstance(got, PostdexError) != bool(server.received), "nothing is sent to whom is not trusted"
            return str(got)

    assert told("127.0.0.1", "ca.pem") == str(WHOLE.body)
    for certificate, ca in (("127.0.0.1", ""), ("127.0.0.1", "other.pem"), ("example.org", "ca.pem")):
        text = told(certificate, ca)
        assert "its certificate is not trusted (" in text and "POSTDEX_OPENSEARCH_CA" in text
    assert "POSTDEX_OPENSEARCH_CA cannot be used" in str(outcome(lambda: told("127.0.0.1", "none.pem")))
    assert "CA cannot be used (No such file" in str(outcome(lambda: told("127.0.0.1", "nothing.pem")))
    assert "it ended the connection without an answer; try again; is it http:// or https://" in told(
        "127.0.0.1", "", "http://127.0.0.1:{port}"
    )
    with scripted() as (server,):
        got = outcome(lambda: Cluster(access([server.host.replace("http", "https")])).read("GET", "/x"))
        assert "TLS failed (" in str(got) and "http:// or https://" in str(got)


# -- credentials


def test_requests_are_signed_for_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    with scripted() as (server,):
        assert "there are no credentials of AWS" in str(outcome(lambda: cluster_of([server], AWS_REGION="eu-west-1")))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
        cluster = cluster_of([server], AWS_REGION="eu-west-1")
        cluster.write("POST", "/博客/_search", {"size": 0}, params={"a": "1"})
        (request,) = server.received
        credential, headers, signature = request.headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
        assert credential.endswith("/eu-west-1/es/aws4_request") and "AKIDEXAMPLE" in credential
        assert headers == "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
        assert signature.startswith("Signature=") and request.headers["x-amz-security-token"] == "token"


SAFE = {"HOSTS": "https://a:9200"}
#: Variables, then words of the error, or the hosts.
ENVIRONMENTS: list[tuple[dict[str, str], str]] = [
    ({}, "https://localhost:9200"),
    ({"HOSTS": "a, b:1 ,http://localhost/os/"}, "https://a:443 https://b:1 http://localhost:9200/os"),
    ({"HOSTS": "https://[::1]:9200"}, "https://[::1]:9200"),
    ({"HOSTS": " , "}, "HOSTS names no host"),
    ({"HOSTS": "ftp://a"}, "ftp://a in HOSTS is no address of a host"),
    ({"HOSTS": "https://a:99999"}, "HOSTS holds an address that is none"),
    ({"HOSTS": "https://a?b"}, "is no address of a host"),
    ({"HOSTS": f"https://reader:{PASSWORD}@a"}, "HOSTS holds a user or a password"),
    ({**SAFE, **READER}, "https://a:9200"),
    ({**SAFE, "USER": "u"}, "of USER and PASSWORD one is missing"),
    ({**SAFE, "PASSWORD": PASSWORD}, "of USER and PASSWORD one is missing"),
    ({**SAFE, **READER, "API_KEY": API_KEY}, "more than one of USER, API_KEY and AWS_REGION"),
    ({**SAFE, "API_KEY": API_KEY, "AWS_REGION": "x"}, "more than one of USER, API_KEY and AWS_REGION"),
    ({**SAFE, "USER": "a:b", "PASSWORD": PASSWORD}, "USER holds a colon"),
    ({**SAFE, "API_KEY": f"{API_KEY}\n"}, "a character that cannot be printed"),
    ({**SAFE, "API_KEY": f"{API_KEY}é"}, "API_KEY is not ASCII"),
    ({"HOSTS": "http://a:9200", **READER}, "credentials would go to http://a:9200 in the clear"),
    ({"HOSTS": "http://127.0.0.1.example.org", **READER}, "in the clear"),
    ({"HOSTS": "http://a:9200"}, "http://a:9200"),
    ({"HOSTS": "http://127.0.0.2:9200", **READER}, "http://127.0.0.2:9200"),
]


@pytest.mark.parametrize(("values", "expected"), ENVIRONMENTS)
def test_what_the_environment_gives(values: dict[str, str], expected: str) -> None:
    got = outcome(lambda: credentials.read({PREFIX + name: text for name, text in values.items()}))
    if isinstance(got, Access):
        assert " ".join(map(str, got.hosts)) == expected
        assert (got.user, got.password) == (values.get("USER", ""), values.get("PASSWORD", ""))
        text = repr(got)
    else:
        assert isinstance(got, ConfigError) and expected in str(got)
        text = shown(got)
    assert PASSWORD not in text and API_KEY not in text


#: A file, its mode, and words of the error.
FILES: list[tuple[str, int, str]] = [
    (f'hosts = ["https://a", "https://b"]\nuser = "reader"\npassword = "{PASSWORD}"', 0o600, ""),
    (f'hosts = "https://a,https://b"\nuser = "reader"\npassword = "{PASSWORD}"', 0o400, ""),
    (f'password = "{PASSWORD}"', 0o644, "others may read or change the file with the credentials; chmod 600"),
    (f'password = "{PASSWORD}"', 0o640, "others may read or change"),
    (f'password = "{PASSWORD}"', 0o602, "others may read or change"),
    (f'password = "{PASSWORD}', 0o600, "this is not valid TOML"),
    (f"password = {PASSWORD}", 0o600, "this is not valid TOML"),
    (f'pasword = "{PASSWORD}"', 0o600, "there is no pasword; the names are hosts, user"),
    ("password = 1", 0o600, "password must be a text"),
    ("hosts = [1]", 0o600, "hosts must be a text"),
    ("\udcff", 0o600, "this is not valid TOML"),
]


@pytest.mark.parametrize(("content", "mode", "words"), FILES)
def test_what_a_file_gives(content: str, mode: int, words: str, tmp_path: Path) -> None:
    path = tmp_path / "opensearch.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    path.chmod(mode)
    got = outcome(lambda: credentials.read({PREFIX + "FILE": str(path)}))
    if words:
        assert isinstance(got, ConfigError) and words in str(got) and str(path) in str(got)
        assert PASSWORD not in shown(got)
    else:
        assert [host.name for host in got.hosts] == ["a", "b"] and got.password == PASSWORD
        assert credentials.read({PREFIX + "FILE": str(path), PREFIX + "USER": "u"}).user == "u"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, words in (("nothing", "No such file"), (".", "Is a directory"), ("pipe", "is not a file")):
        got = outcome(partial(credentials.read, {PREFIX + "FILE": str(tmp_path / name)}))
        assert isinstance(got, ConfigError) and words in str(got)


# -- threads and processes


def test_threads_share_a_cluster() -> None:
    with scripted(nodes=3) as servers:
        cluster = cluster_of(servers)
        threads = [threading.Thread(target=lambda: [cluster.read("GET", "/x") for _ in range(20)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = [len(server.received) for server in servers]
        assert sum(counts) == 160 and min(counts) > 40, "each node has its turn"
        assert 161 <= cluster.requests <= 168


def test_a_forked_child_has_connections_of_its_own() -> None:
    with scripted(*[Reply(body={"n": number}) for number in range(3)]) as servers:
        cluster = cluster_of(servers)
        assert cluster.read("GET", "/x") == {"n": 0}
        child = os.fork()
        if not child:
            os._exit(cluster.read("GET", "/x") != {"n": 1})
        assert os.waitpid(child, 0)[1] == 0 and cluster.read("GET", "/x") == {"n": 2}


def run(program: str, folder: Path, **environment: str) -> str:
    """What a program says of a folder with one post, in a process of its own."""
    (folder / "a.md").write_text("# A\n\nword\n")
    command = [sys.executable, "-W", "error", "-c", program, str(folder)]
    return subprocess.run(
        command, check=True, timeout=60, text=True, capture_output=True, env={**os.environ, **environment}
    ).stdout


def test_the_embedded_engine_does_without_opensearch(tmp_path: Path) -> None:
    program = """
import sys, postdex
with postdex.open(sys.argv[1]) as ix: print(ix.search("word").total)
print({"opensearchpy", "urllib3", "botocore"} & sys.modules.keys())
"""
    assert run(program, tmp_path) == "1\nset()\n"


@pytest.mark.parametrize("missing", ["opensearchpy", "urllib3"])
def test_without_opensearch_py_there_is_a_hint(missing: str, tmp_path: Path) -> None:
    program = f"""
import sys, postdex
sys.modules[{missing!r}] = None
try: postdex.open(sys.argv[1])
except postdex.PostdexError as error: print(type(error).__name__, error)
"""
    words = "MissingExtraError the engine opensearch needs opensearch-py; pip install 'postdex[opensearch]'\n"
    assert run(program, tmp_path, POSTDEX_ENGINE="opensearch") == words


def test_a_command_says_in_one_line_that_nobody_answers(tmp_path: Path) -> None:
    host = closed_port()
    (tmp_path / "a.md").write_text("# A\n\nword\n")
    command = [sys.executable, "-m", "postdex", "-C", str(tmp_path), "search", "word"]
    environment = {**os.environ, "POSTDEX_ENGINE": "opensearch", PREFIX + "HOSTS": host}
    done = subprocess.run(command, timeout=60, text=True, capture_output=True, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().endswith(
        f"{host}: connection refused; is it running, and named rightly in {PREFIX}HOSTS?"
    )
    assert done.stderr.count("\n") == 1
