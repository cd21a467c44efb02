"""Can an operator see what the service does, and follow a request: log, request ids, metrics, probes?"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import BEARER, TOKEN, Running, hosted, serving

from postdex.cli.search_command import Place
from postdex.http import app, auth, probes, request_id, service_log
from postdex.http.serve import opened, watched
from postdex_index.errors import IndexWriteError


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("observed") / "blog"
    folder.mkdir()
    (folder / "first.md").write_text("# First\n\none common word\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def served(blog: Path) -> Iterator[Running]:
    with serving(blog) as running:
        yield running


@pytest.fixture
def logged() -> Iterator[Callable[..., list[str]]]:
    """Lines of the log in a form, of what is asked meanwhile."""
    stream = io.StringIO()

    def lines(form: str, *asked: Callable[[], object], queries: bool = True, wanted: str = "\n") -> list[str]:
        with service_log.to_stderr(form, queries=queries):
            handler = logging.getLogger().handlers[0]
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(stream)
            for ask in asked:
                before = stream.getvalue().count(wanted)
                ask()
                until = time.monotonic() + 5
                while stream.getvalue().count(wanted) == before and time.monotonic() < until:
                    time.sleep(0.005)  # the line is written when the answer is out
        return stream.getvalue().splitlines()

    yield lines


# -- which request it was


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (("3f2a7c90-5f6b-4f7c-9a61-0c8f2a6f0d11",), True),
        (("1-67891233-abcdef012345678912345678",), True),
        (("a" * 128,), True),
        ((), False),
        (("",), False),
        (("a" * 129,), False),
        (("one two",), False),
        (("{${jndi:x}}",), False),
        (('"><script>',), False),
        (("é",), False),
        (("first", "second"), False),
        (("same", "same"), False),
    ],
)
def test_an_id_is_taken_if_it_is_one(served: Running, given: tuple[str, ...], taken: bool) -> None:
    rows = "".join(f"X-Request-Id: {each}\r\n" for each in given)
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
        raw.sendall(f"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n{rows}Connection: close\r\n\r\n".encode("latin-1"))
        head, _, body = b"".join(iter(lambda: raw.recv(65536), b"")).partition(b"\r\n\r\n")
    (answered,) = re.findall(rb"(?im)^x-request-id: (.*)\r?$", head)
    found = answered.strip().decode()
    assert json.loads(body)["error"]["request_id"] == found
    assert (found == given[0]) if taken else re.fullmatch("[0-9a-f]{16}", found)


def test_an_id_cannot_smuggle_a_header(served: Running) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
        raw.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\rSet-Cookie: b=c\r\n\r\n")
        answer = raw.recv(65536)
    assert b"set-cookie" not in answer.lower()


def test_every_answer_has_an_id(served: Running) -> None:
    for target in ("/", "/postdex.js", "/search?q=word", "/search?q=word", "/metrics", "/openapi.json", "/documents/x"):
        assert re.fullmatch("[0-9a-f]{16}", served.ask(target).headers["x-request-id"]), target
    cached = {served.ask("/search?q=word").headers["x-request-id"] for _ in range(3)}
    assert len(cached) == 3, "an answer that is kept belongs to many requests"
    assert "x-request-id" in served.ask("/ready", Host="evil.example").headers


# -- what the log says


def test_lines_of_a_request() -> None:
    done = service_log.Done("GET", "/search?q=\x1b[2J\n" + "a" * 300, "search", 200, 0.0012, "127.0.0.1")
    log = service_log.log.name
    row = logging.LogRecord(log, logging.INFO, "", 0, "%s %s %d", (done.method, done.target, 200), None)
    row.request, row.request_id = done, "abc"
    plain, line = service_log.PlainLines().format(row), service_log.JsonLines().format(row)
    assert "INFO GET /search?q=[2J" in plain and plain.isprintable() and plain.endswith(" abc")
    said = json.loads(line)
    assert (said["endpoint"], said["status"], said["ms"], len(said["target"])) == ("search", 200, 1.2, 200)
    assert line.isprintable() and said["request_id"] == "abc"


@pytest.mark.parametrize("form", service_log.FORMS)
def test_a_line_has_the_id_of_its_answer(served: Running, logged: Callable[..., list[str]], form: str) -> None:
    ids: list[str] = []
    lines = logged(form, lambda: ids.append(served.ask("/search?q=word").headers["x-request-id"]), wanted="/search")
    (line,) = [line for line in lines if "/search" in line]  # the last line of another test may come late
    assert (json.loads(line)["request_id"] if form == "json" else line.split()[-1]) == ids[0]


@pytest.mark.parametrize("form", service_log.FORMS)
def test_what_is_refused_before_it_is_a_request_has_an_id(
    served: Running, logged: Callable[..., list[str]], form: str
) -> None:
    answers: list[bytes] = []

    def ask() -> None:
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
            raw.sendall(b"nonsense\r\n\r\n")
            answers.append(raw.recv(65536))

    lines = logged(form, ask, wanted="refused 400")
    number = json.loads(answers[0].partition(b"\r\n\r\n")[2])["error"]["request_id"]
    assert f"x-request-id: {number}\r\n".encode() in answers[0]
    assert [number in line for line in lines if "refused 400" in line] == [True]


SECRET = "whatnobodyshallread"
ASKED = [
    f"/search?q={SECRET}",
    f"/suggest?q={SECRET}",
    f"/facets?q={SECRET}",
    f"/?q={SECRET}",
    f"/nowhere?q={SECRET}",
    f"/search?q={SECRET}&nonsense=1",
]


@pytest.mark.parametrize("form", service_log.FORMS)
@pytest.mark.parametrize("shown", [True, False])
def test_queries_are_in_the_log_only_if_they_may(
    blog: Path, logged: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, form: str, shown: bool
) -> None:
    site = opened(Place(str(blog)))
    service = app.Service(site, auth.AccessRules(), log_queries=shown)
    with site.index, closing(service), hosted(service) as port:
        running = Running(port, service)
        asked: list[Callable[[], object]] = [partial(running.ask, target) for target in ASKED]
        asked.append(lambda: running.post("/search", {"q": SECRET}))

        def broken(text: str, **_: object) -> None:
            raise ValueError(f"no such word: {text}")

        lines = logged(form, *asked, queries=shown)
        monkeypatch.setattr(site.index, "suggest", broken)
        lines += logged(form, lambda: running.ask(f"/suggest?q={SECRET}s"), queries=shown, wanted="ValueError")
        counted = running.ask("/metrics").body.decode()
    text = "\n".join(lines)
    assert "Traceback" in text and "ValueError" in text and "/search" in text
    assert (SECRET in text) is shown
    assert SECRET not in counted


# -- what is counted


def families(running: Running) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Series of /metrics: name -> labels -> value."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(running.ask("/metrics").body.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_names_and_labels_of_metrics(served: Running) -> None:
    served.ask("/search?q=word")
    served.ask("/search?q=word", "BREW")
    counts = families(served)
    labels = (("endpoint", "search"), ("method", "GET"), ("status", "2xx"))
    assert counts["postdex_http_request_duration_seconds_count"][labels] >= 1
    assert {dict(each)["method"] for each in counts["postdex_http_requests_total"]} <= {"GET", "POST", "other"}
    ((build, one),) = counts["postdex_build_info"].items()
    assert one == 1 and [name for name, _ in build] == ["kernel", "python", "version"]
    assert abs(counts["postdex_index_last_commit_timestamp_seconds"][()] - time.time()) < 3600
    assert counts["postdex_index_posts"][()] == 1 and counts["postdex_index_bytes"][()] > 100
    assert counts["postdex_watch_errors_total"][()] == 0 and counts["postdex_ready"][()] == 1
    if sys.platform == "linux":
        assert counts["process_resident_memory_bytes"][()] > 1e6
    assert [name for name in counts if name.endswith("_created")] == []
    assert [name for name in counts if not name.startswith(("postdex_", "process_"))] == []


def test_every_metric_is_in_the_docs(served: Running) -> None:
    text = (Path(__file__).parent.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    names = {re.sub("_(bucket|count|sum)$", "", name) for name in families(served)}
    assert [name for name in sorted(names) if name.startswith("postdex_") and f"`{name}" not in text] == []


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool of Prometheus is not here")
def test_promtool_has_nothing_to_say(served: Running) -> None:
    served.ask("/search?q=word")
    body = served.ask("/metrics").body
    done = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_errors_of_the_watching_are_counted_and_logged(
    blog: Path, logged: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(blog) as running:
        site = running.site
        site.watching = True

        class Failing:
            alive = True

            def __init__(self, **given: Callable[[Exception], None]) -> None:
                given["on_error"](IndexWriteError("the disk is full"))

            def __enter__(self) -> Failing:
                return self

            def __exit__(self, *_: object) -> None:
                """Nothing."""

        monkeypatch.setattr(site.index, "watch", Failing)

        def watch() -> None:
            with watched(site):
                pass

        said = [json.loads(line) for line in logged("json", watch, wanted="disk")]
        assert [line["level"] for line in said if line["message"] == "the disk is full"] == ["error"]
        assert families(running)["postdex_watch_errors_total"][()] == 1
        assert families(running)["postdex_degraded"][()] == 1


# -- alive, and ready


def test_ready_says_why_not_and_health_goes_on(blog: Path, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    shutil.copytree(blog, folder)
    site = opened(Place(str(folder)))
    rules = auth.AccessRules("127.0.0.1", (), TOKEN, True)
    service = app.Service(site, rules)
    with site.index, closing(service), hosted(service) as port:
        running = Running(port, service)
        assert running.ask("/ready").json() == {"schema": 1, "status": "ready"}, "it needs no token"
        assert running.ask("/health").status == 401
        assert running.ask("/ready", Host="evil.example").status == 421
    site = opened(Place(str(folder)))
    service = app.Service(site, rules)
    shutil.rmtree(folder / ".postdex")
    site.views.last = None
    with site.index, closing(service), hosted(service) as port:
        running = Running(port, service)
        answer = running.ask("/ready")
        error = answer.json()["error"]
        assert (answer.status, error["code"], answer.headers["retry-after"]) == (503, "not_ready", "5")
        assert "there is no index" in error["message"] and str(folder) not in answer.body.decode()
        health = running.ask("/health", **BEARER)
        assert (health.status, health.json()["status"]) == (200, "down")
        assert (health.json()["posts"], health.json()["generation"]) == (None, None)
        assert running.post("/index", {}, **BEARER).status == 200
        assert running.ask("/ready").status == 200


def test_probes_wait_for_nobody(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for searches, as many as there may be, nor for an index that does not answer, nor with a thread each."""
    monkeypatch.setattr(app, "MAX_WAITING", 0)
    assert served.ask("/ready").status == served.ask("/health").status == served.ask("/metrics").status == 200
    release = threading.Event()
    looks: list[int] = []

    def silent() -> None:
        looks.append(1)
        release.wait(20)
        raise IndexWriteError("never mind")

    monkeypatch.setattr(served.site.views, "stats", silent)
    try:
        began = time.monotonic()
        assert served.ask("/ready").status == 503
        assert served.ask("/health").json()["status"] == "down"
        assert time.monotonic() - began < 2 * probes.SILENT_S + 2
        assert len(looks) == 1, "one look for all who ask meanwhile"
    finally:
        release.set()


def test_ids_are_not_shared_by_requests_that_run_at_the_same_time() -> None:
    seen: list[tuple[str, str]] = []

    def one(number: str) -> None:
        request_id.begin([(b"x-request-id", number.encode())])
        time.sleep(0.01)
        seen.append((number, request_id.current.get()))

    threads = [threading.Thread(target=one, args=(f"n{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8 and all(number == found for number, found in seen)
