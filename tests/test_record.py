"""Is what people ask recorded, and nothing else: words, counts, days, whatever is asked and whatever disks do?"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st
from served_process import ENVIRONMENT, started
from serving import BEARER, TOKEN, Running, hosted, serving
from storage import Calls, Failing, Killed

from postdex.cli.search_command import Place
from postdex.http import auth, recorder
from postdex.http.recorder import Recorder
from postdex.http.serve import opened, recorded, records
from postdex.http.site_services import service_of
from postdex.output import wire
from postdex.output.screen import Screen
from postdex.record import asked, listing, record_file
from postdex.record.asked import Asked, Opened, Outcome
from postdex.record.typed import Typing
from postdex.text_safety import cells
from postdex_index import settings
from postdex_index.errors import ConfigError, PostdexError

ROOT = Path(__file__).parent.parent
DAY = "2026-11-29"
REFCOUNT = "2022/refcount-bug.md"
Run = Callable[..., tuple[int, str]]


def row(query: str, times: int = 1, total: int | None = 0, last: str = DAY, **more: Any) -> Asked:
    return Asked(query, times, None if total is None else Outcome(total), last, last, **more)


def rows(path: Path) -> dict[str, Asked]:
    return {each.query: each for each in record_file.read(str(path)).rows.values()}


# -- what is kept of a query


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SMC  fallback\n", "SMC fallback"),
        ("a\tb\r\nc\x0bd", "a b c d"),
        ("re\x1b[2Jfcount", "re[2Jfcount"),
        ("evil\u202egnp.md\u200b", "evilgnp.md"),
        ("caf\ud800e\u0301", "caf\ufffdé"),
        ("引用计数", "引用计数"),
        ("word " * 400, "word " * 39 + "word…"),
        ("x" * 2_000_000, "x" * 199 + "…"),
        (" \n\u202e\x00", ""),
    ],
)
def test_what_is_kept_of_a_query(typed: str, kept: str) -> None:
    assert asked.shown(typed) == kept
    assert asked.shown(kept) == kept


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (row("a", 2, 3), row("A", 1, 0), Asked("A", 3, Outcome(0), DAY, DAY)),
        (row("a", 2, 3), row("a", 1, None), Asked("a", 3, Outcome(3), DAY, DAY)),
        (row("a", 2, 3, "2026-11-30"), row("b", 1, 0), Asked("a", 3, Outcome(3), DAY, "2026-11-30")),
        (
            row("a", opened={"x": Opened(1, 4)}),
            row("a", opened={"x": Opened(2, 1), "y": Opened(1, 9)}),
            Asked("a", 2, Outcome(0), DAY, DAY, {"x": Opened(3, 1), "y": Opened(1, 9)}),
        ),
    ],
)
def test_what_is_known_from_two_sources(one: Asked, other: Asked, both: Asked) -> None:
    assert asked.together(one, other) == both


@pytest.mark.parametrize(
    ("found", "in_vain"),
    [(None, True), (Outcome(0), True), (Outcome(3, "none"), True), (Outcome(3, "weak"), False), (Outcome(3), False)],
)
def test_what_was_asked_in_vain(found: Outcome | None, in_vain: bool) -> None:
    query = Asked("a", 1, found, DAY, DAY)
    assert query.in_vain is in_vain
    assert asked.chosen([query], unanswered=True, days=None, today=date(2026, 12, 1)) == [query] * in_vain


@pytest.mark.parametrize(("days", "shown"), [(None, 2), (1, 0), (2, 1), (400, 2), (999_999_999, 2)])
def test_of_which_days(days: int | None, shown: int) -> None:
    queries = [row("a"), row("b", 9, last="2026-01-01")]
    assert len(asked.chosen(queries, unanswered=False, days=days, today=date(2026, 12, 1))) == shown


def test_of_what_was_opened_the_most_opened_posts_are_kept() -> None:
    whole = row("a")
    for number in range(50):
        whole = asked.together(whole, row("a", opened={f"{number}.md": Opened(1 + (number == 7), 1)}))
    assert len(whole.opened) == asked.MOST_OPENED
    assert whole.answer == "7.md"


#: Texts as they are typed or sent, with the seconds between them; what counts in the end.
TYPED: list[tuple[str, list[tuple[float, str, str]], list[str]]] = [
    ("a word letter by letter", [(0, "typed", "r"), (0.2, "typed", "re"), (0.2, "typed", "ref")], ["ref"]),
    ("a pause of thought", [(0, "typed", "ref"), (2.5, "typed", "refcount")], ["refcount"]),
    ("a rest, then more", [(0, "typed", "ref"), (3.5, "typed", "refcount")], ["ref", "refcount"]),
    ("Enter behind it", [(0, "typed", "ref"), (0.5, "sent", "ref")], ["ref"]),
    (
        "found nothing, asked again as whole words",
        [(0, "typed", "zzz"), (0, "sent", "zzz"), (1, "typed", "zz")],
        ["zz"],
    ),
    ("that answer comes late", [(0, "typed", "zzz"), (0.1, "typed", "zzza"), (0.1, "sent", "zzz")], ["zzza"]),
    ("sent without typing", [(0, "sent", "ref"), (0, "sent", "ref")], ["ref", "ref"]),
    ("two people", [(0, "typed", "ker"), (0.1, "typed", "sql"), (0.1, "typed", "kern")], ["sql", "kern"]),
    ("goes back", [(0, "typed", "refcoutn"), (0.4, "typed", "refco"), (0.4, "typed", "refcount")], ["refcount"]),
]


@pytest.mark.parametrize(("keys", "counts"), [case[1:] for case in TYPED], ids=[case[0] for case in TYPED])
def test_what_is_typed_counts_when_it_rests(keys: list[tuple[float, str, str]], counts: list[str]) -> None:
    typing, now, found = Typing(), 0.0, []
    for wait, how, text in keys:
        now += wait
        found += [standing.query for standing in typing.rested(now)]
        if how == "typed":
            typing.typed(text, Outcome(1), now)
        elif not typing.sent(text, Outcome(1), now):
            found.append(text)
    assert found + [standing.query for standing in typing.rested(now + 3)] == counts


def test_any_number_of_people_may_type() -> None:
    typing = Typing()
    for number in range(1000):
        typing.typed(f"{number} is a number", Outcome(1), 0.0)
        assert len(typing.rested(0.0)) <= 1
    assert len(typing.rested(9.0)) == 200


# -- the file


def test_the_order_of_the_file_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    queries = [f"query {number}" for number in range(50)]
    contents = set()
    for seed in range(3):
        path.unlink(missing_ok=True)
        for query in random.Random(seed).sample(queries, 50):
            record_file.add(str(path), [row(query)], 100_000)
        contents.add(path.read_bytes())
    assert len(contents) == 1
    kept = json.loads(path.read_text().splitlines()[1])
    assert kept == {"query": "query 0", "count": 1, "total": 0, "strength": "", "first": DAY, "last": DAY, "opened": {}}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_record_stays_within_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    record_file.add(str(path), [row("often", 50), row("opened", opened={"a.md": Opened(9, 1)})], 10_000)
    for number in range(60):
        day = f"2026-12-{1 + number // 6:02}"
        record_file.add(str(path), [row(f"{number} {'x' * 190} {at}", last=day) for at in range(20)], 10_000)
        assert path.stat().st_size <= 10_000
    kept = rows(path)
    assert {"often", "opened"} <= set(kept)
    assert min(each.last for each in kept.values() if each.times == 1 and not each.clicks) == "2026-12-10"


def test_a_click_alone_makes_no_query(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    click = Asked("nobody asked", opened={"a.md": Opened(1, 1)}, first=DAY, last=DAY)
    record_file.add(str(path), [click, row("never answered", total=None), row("a")], 10_000)
    assert set(rows(path)) == {"a"}


HEADER = '{"postdex": "queries", "version": 1}\n'
LINE = json.dumps({"query": "a", "count": 2, "total": 0, "first": DAY, "last": DAY, "opened": {}})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# A post\n\nIts text.\n", "it is another file, which is left as it is"),
        ("{}\n", "it is another file"),
        ('{"postdex": "queries", "version": 2}\n', "it is of version 2, this postdex knows 1"),
        ('{"postdex": "queries"}\n', "it is of version None"),
        ("\0" * 500, "it is another file"),
        ("[" * 100_000, "it is another file"),
    ],
)
def test_another_file_is_left_alone(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(content)
    for use in (record_file.read, record_file.check, lambda path: record_file.add(path, [row("b")], 10_000)):
        with pytest.raises(ConfigError, match=said):
            use(str(path))
    assert path.read_text() == content
    assert os.listdir(tmp_path) == ["q.jsonl"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "link", "closed"])
def test_what_is_no_file_is_no_record(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "q.jsonl", tmp_path / "other"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        other.write_text(HEADER)
        path.symlink_to(other)
    else:
        path = tmp_path / "nowhere" / "q.jsonl"
    with pytest.raises((ConfigError, FileNotFoundError)):
        record_file.add(str(path), [row("b")], 10_000)
    with pytest.raises(ConfigError):
        record_file.check(str(path))
    assert not other.exists() or other.read_text() == HEADER


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        LINE.replace("2", '"2"', 1),
        LINE.replace('"count": 2', '"count": -1'),
        LINE.replace('"count": 2', '"count": true'),
        LINE.replace('"count": 2', f'"count": {"9" * 5000}'),
        LINE.replace('"count": 2', '"count": 1e9'),
        LINE.replace('"count": 2', '"count": NaN'),
        LINE.replace('"total": 0', '"total": []'),
        LINE.replace(DAY, "2026-13-99"),
        LINE.replace(DAY, "yesterday"),
        LINE.replace('"a"', '"\\u202e "'),
        LINE.replace("{}", '{"a.md": 3}'),
        LINE.replace("{}", '{"a.md": {"clicks": 0, "rank": 1}}'),
        LINE.replace("{}", "[" * 5000),
        "\udcff",
    ],
)
def test_a_line_that_is_no_query_harms_no_other(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f"{HEADER}{LINE}\n{line}\n{LINE.replace('a', 'b', 1)}", errors="surrogateescape")
    record = record_file.read(str(path))
    assert (record.unreadable, len(record.rows)) == (1, 2)
    assert record_file.add(str(path), [row("A")], 10_000) == 1
    assert record_file.read(str(path)).unreadable == 0
    assert rows(path)["A"].times == 3


@contextmanager
def on_disk(calls: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Meanwhile the record is written on this double."""
    with monkeypatch.context() as patch:
        patch.setattr(record_file, "os", calls)
        yield calls


def test_a_full_disk_and_a_kill_leave_the_former_record_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    path = tmp_path / "q.jsonl"
    record_file.add(str(path), [row("a")], 10_000)
    before = path.read_bytes()
    with on_disk(Calls(), monkeypatch) as counted:
        record_file.add(str(path), [row("b")], 10_000)
    after = path.read_bytes()
    assert counted.count > 5
    for at in range(1, counted.count + 1):
        path.write_bytes(before)
        with on_disk(Failing(at, errno.ENOSPC), monkeypatch) as failing, suppress(OSError, ConfigError):
            record_file.add(str(path), [row("b")], 10_000)
        assert path.read_bytes() in (before, after), failing.failed
        path.write_bytes(before)
        child = os.fork()
        if not child:
            with on_disk(Killed(at), monkeypatch):
                record_file.add(str(path), [row("b")], 10_000)
            os._exit(0)
        os.waitpid(child, 0)
        assert path.read_bytes() in (before, after)
        record_file.add(str(path), [row("c")], 10_000)
        assert set(os.listdir(tmp_path)) == {"q.jsonl"}
    assert {"a", "c"} <= set(rows(path))


def _add_many(path: str, number: int) -> None:
    for at in range(40):
        record_file.add(path, [row("everybody"), row(f"{number} {at}")], 100_000)


def test_several_processes_add_up(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_add_many, args=(str(path), number)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert len(rows(path)) == 161
    assert rows(path)["everybody"].times == 160


@given(
    st.text(), st.integers(1, 10**12), st.none() | st.integers(0, 10**12), st.dictionaries(st.text(), st.integers(1))
)
def test_any_query_in_any_form_is_read_as_it_was_written(
    query: str, times: int, total: int | None, clicks: dict[str, int]
) -> None:
    shown = asked.shown(query)
    opened = {path: Opened(min(number, 10**12), 1) for path, number in clicks.items()}
    found = None if total is None else Outcome(total, "weak")
    written = Asked(shown, times, found, DAY, DAY, opened)
    line = wire.dumps(asked.form(written))
    assert len(line.splitlines()) == 1
    assert asked.read(json.loads(line)) == (written if shown else None)


# -- the recorder of a service


def recording(path: Path, *, clicks: bool = True) -> Recorder:
    return Recorder(str(path), 100_000, clicks=clicks, today=lambda: date(2026, 11, 29))


def test_a_record_that_cannot_be_written_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import errno

    path = tmp_path / "q.jsonl"
    caplog.set_level(logging.INFO, "postdex.service")
    notes = recording(path)
    with on_disk(Failing(1, errno.ENOSPC, lasting=True), monkeypatch):
        for number in range(5):
            notes.asked(f"query {number}", Outcome(0))
            notes.asked("often", Outcome(1))
            notes.bring()
    assert [record.message for record in caplog.records] == [
        f"what people ask cannot be recorded in q.jsonl: {path}: the queries cannot be kept there (No space left on "
        "device); name a file that is not there yet"
    ]
    notes.asked("often", Outcome(2))
    notes.bring()
    assert caplog.records[-1].message == "what people ask is recorded again"
    assert rows(path)["often"] == Asked("often", 6, Outcome(2), DAY, DAY)
    assert len(rows(path)) == 6


def test_while_a_record_cannot_be_written_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_NOTED", 100)
    notes = recording(tmp_path / "nowhere" / "q.jsonl")
    for number in range(1000):
        notes.asked(f"query {number}", Outcome(0))
        notes.asked("query 1", Outcome(0))
    notes.bring()
    assert len(notes._noted) == 100
    assert notes._noted["query 1"].times == 1001


def test_threads_lose_no_note(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    notes = recording(path)

    def ask(number: int) -> None:
        for at in range(80):
            notes.asked("everybody", Outcome(at))
            notes.asked(f"{number} {at:03}", Outcome(0), typing=at % 2 == 0)
            notes.opened("everybody", f"{at % 3}.md", 1)
            if at % 20 == 0:
                notes.bring()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notes.close()
    assert (rows(path)["everybody"].times, rows(path)["everybody"].clicks) == (640, 640)
    assert sum(each.times for each in rows(path).values()) == 1280


def test_the_end_brings_the_last_notes_and_what_is_being_typed(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    notes = recording(path)
    notes.asked("refc", Outcome(3), typing=True)
    notes.opened("refc", "a.md", 2)
    notes.asked("psock", Outcome(0), typing=True)
    notes.close()
    assert rows(path)["refc"] == Asked("refc", 1, Outcome(3), DAY, DAY, {"a.md": Opened(1, 2)})
    assert rows(path)["psock"].times == 1


# -- over HTTP


RULES = auth.AccessRules(origins=("https://blog.example",), token=TOKEN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    (folder / "postdex.toml").write_text('[record]\nfile = "queries.jsonl"\nclicks = true\n')
    return folder


def test_what_counts_as_asked(folder: Path, tmp_path: Path) -> None:
    path, tag = tmp_path / "q.jsonl", ""
    with serving(folder, rules=RULES, record=path) as service:
        for _ in range(3):  # answers that were given before count too
            tag = service.ask("/search?q=refcount").headers["etag"]
        service.ask("/search?q=refcount", If_None_Match=tag)
        service.post("/search", {"q": "Refcount", "tags": ["linux"]})
        service.ask("/?q=page")
        for target in (
            "/search?q=no1&record=false", "/search?q=no2&offset=10", "/search?q=no3&limit=0", "/facets?q=no4",
            "/suggest?q=no5", "/search", "/search?q=%20%E2%80%AE", "/search?q=a&limit=1000", "/health", "/ready",
            "/?q=no6&tags=linux", "/?q=no7&page=2", "/?q=no8&sort=date", "/?q=no9&record=false", "/?q=", "/",
            "/search?q=" + quote("a " * 20 + "tag:b " * 65),
        ):  # fmt: skip
            service.ask(target)
        service.ask("/search?q=no10", "HEAD")
        service.ask("/search?q=no11", Sec_Purpose="prefetch;prerender")
        service.ask("/search?q=no12", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")
        service.ask("/search?q=no13", Origin="https://evil.example")
        for text in ("m", "mu", "mut", "mutex"):
            service.ask(f"/search?q={text}&prefix_last=true")
        service.ask("/search?q=line%0Aend%09tab%00%ED%A0%80")
    assert {query: (each.times, each.outcome and each.outcome.total) for query, each in rows(path).items()} == {
        "Refcount": (5, 2), "page": (1, 2), "mutex": (1, 0),
        "line end tab\ufffd\ufffd\ufffd": (1, 8),
    }  # fmt: skip


def test_what_is_pinned_is_not_asked_in_vain(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "a.md").write_text('---\nsearch: {pin: ["zeppelin", "blimp"]}\n---\n# Airships\n\nSome text.\n')
    with serving(folder, rules=RULES, record=tmp_path / "q.jsonl") as service:
        service.ask("/search?q=zeppelin")
        service.ask("/?q=blimp")
        service.ask("/?q=dirigible")
    assert {query: each.in_vain for query, each in rows(tmp_path / "q.jsonl").items()} == {
        "zeppelin": False, "blimp": False, "dirigible": True,
    }  # fmt: skip


def test_clicks(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    with serving(folder, rules=RULES, record=path) as service:
        service.ask("/search?q=refc&prefix_last=true")
        said = [
            service.post("/click", {"q": "refc", "path": REFCOUNT, "rank": 2}),
            service.post("/click", {"q": "refc", "path": REFCOUNT}, Origin="https://blog.example"),
        ]
        assert [answer.json() for answer in said] == [{"schema": 1, "recorded": True}] * 2
        refused: dict[str, list[dict[str, Any]]] = {
            "not_found": [{"q": "refc", "path": "nowhere.md"}, {"q": "refc", "path": "2024/allocator-notes.md"}, {}],
            "bad_parameter": [{"q": "refc", "path": REFCOUNT, "rank": 0}, {"q": 3}, {"path": "x" * 600}, {"who": "me"}],
        }
        for code, bodies in refused.items():
            assert [service.post("/click", body).code for body in bodies] == [code] * len(bodies)
        evil = service.post("/click", {"q": "refc", "path": REFCOUNT}, Origin="https://evil.example")
        form = service.ask("/click", "POST", b"q=refc&path=a.md", Content_Type="application/x-www-form-urlencoded")
        assert (evil.code, form.code) == ("bad_origin", "bad_content_type")
    assert rows(path) == {
        "refc": Asked(
            "refc", 1, Outcome(2, "strong"), rows(path)["refc"].first, rows(path)["refc"].last, {REFCOUNT: Opened(2, 1)}
        )
    }
    (folder / "postdex.toml").unlink()
    with serving(folder, rules=RULES, record=path) as service:
        assert service.post("/click", {"q": "refc", "path": REFCOUNT}).code == "forbidden"


def test_only_the_owner_sees_what_was_asked(folder: Path) -> None:
    from base64 import b64encode

    password = "Basic " + b64encode(f"me:{TOKEN}".encode()).decode()
    with serving(folder) as service:
        service.ask("/search?q=zeppelin")
        service.ask("/search?q=refcount")
        assert service.ask("/queries").code == "unauthorized"
        assert service.ask("/queries", Authorization="Bearer x").code == "unauthorized"
        assert service.ask("/queries", Authorization=password).status == 200
        found = service.ask("/queries?unanswered=true&days=1", **BEARER).json()
        assert [each["query"] for each in found["queries"]] == ["zeppelin"]
        assert service.ask("/queries?days=0", **BEARER).code == "bad_parameter"
    assert rows(folder / ".postdex" / "queries.jsonl").keys() == {"zeppelin", "refcount"}
    with serving(folder, rules=auth.AccessRules()) as service:
        assert service.ask("/queries").code == "forbidden"
    (folder / "postdex.toml").unlink()
    with serving(folder) as service:
        assert service.ask("/queries", **BEARER).code == "forbidden"


def test_an_assistant_asks_too(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    path = tmp_path / "q.jsonl"
    with serving(folder, rules=RULES, record=path) as service:
        call = {"name": "search", "arguments": {"query": "sqlite wal", "max_chars": 2000}}
        headers = {"Accept": "application/json, text/event-stream", "MCP_Protocol_Version": "2025-06-18"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        assert service.post("/mcp", body, **headers).status == 200
    assert rows(path)["sqlite wal"].times == 1


@pytest.mark.parametrize("where", ["option", "each", "above"])
def test_several_sites_have_their_records_or_one(folder: Path, tmp_path: Path, where: str) -> None:
    other = tmp_path / "notes"
    other.mkdir()
    (other / "n.md").write_text("# Note\n\nA refcount.\n")
    place = Place(None).at([f"blog={folder}", f"notes={other}"])
    if where == "above":
        (folder / "postdex.toml").rename(tmp_path / "postdex.toml")
        with (tmp_path / "postdex.toml").open("r+") as settings_file:
            text = 'sites = ["blog=posts", "notes"]\n' + settings_file.read()
            settings_file.seek(0)
            settings_file.write(text)
        place = Place(str(tmp_path))
    option = tmp_path / "q.jsonl"
    site = opened(place)
    with site.index, recorded(site, str(option) if where == "option" else None):
        service = service_of(site, auth.AccessRules(token=TOKEN), log_queries=True)
        with closing(service), hosted(service) as port:
            both = Running(port, service)  # type: ignore[arg-type]
            for target in ("/search?q=top", "/blog/search?q=refcount", "/notes/search?q=note"):
                assert both.ask(target).status == 200
            click = both.post("/blog/click", {"q": "refcount", "path": REFCOUNT})
            assert click.status == (403 if where == "option" else 200)
    kept = {"option": option, "each": folder / ".postdex/queries.jsonl", "above": tmp_path / ".postdex/queries.jsonl"}
    assert [path.exists() for path in kept.values()] == [name == where for name in kept]
    found = rows(kept[where])
    assert found.keys() == ({"refcount"} if where == "each" else {"top", "refcount", "note"})
    below = {"option": {}, "each": {REFCOUNT: Opened(1, 1)}, "above": {f"blog/{REFCOUNT}": Opened(1, 1)}}
    assert found["refcount"].opened == below[where]
    assert (kept[where].parent / ".gitignore").exists() == (where != "option")


@pytest.mark.parametrize("name", ["posts/float-sum.md", "posts", "nowhere/q.jsonl"])
def test_a_service_does_not_start_with_another_file(folder: Path, tmp_path: Path, run: Run, name: str) -> None:
    (folder / "float-sum.md").write_text("# A post\n", encoding="utf-8")
    status, said = run("serve", str(folder), "--record", str(tmp_path / name), "--check")
    assert status == 2 and "the queries cannot be kept there" in said
    assert (folder / "float-sum.md").read_text() == "# A post\n"


def test_a_restart_and_a_kill(folder: Path, tmp_path: Path) -> None:
    """What was asked before a restart is kept; of a killed process what was brought to the record."""
    path = tmp_path / "q.jsonl"
    with started(str(folder), "--port", "0", "--record", str(path)) as service:
        address = f"http://127.0.0.1:{service.port}"
        urlopen(f"{address}/search?q=before").close()
        service.process.send_signal(signal.SIGUSR2)
        service.wait_for("posts of", times=2)
        assert set(rows(path)) == {"before"}
        urlopen(f"{address}/search?q=after").close()
    assert set(rows(path)) == {"before", "after"}
    killed = subprocess.Popen(
        [sys.executable, "-m", "postdex", "serve", str(folder), "--port", "0", "--record", str(path)],
        env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert killed.stderr
    line = next(line for line in killed.stderr if "posts of" in line)
    urlopen(f"{line.split()[-1]}search?q=lost").close()
    killed.kill()
    killed.wait()
    killed.stderr.close()
    assert set(rows(path)) == {"before", "after"}


# -- where it may lie


@pytest.mark.parametrize(
    "name", ["../q.jsonl", "/etc/q.jsonl", "posts/q.jsonl", "q.md", ".jsonl", "~q.jsonl", "a\\b.jsonl", "q.jsonl\n"]
)
def test_settings_name_no_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "postdex.toml").write_text(f"[record]\nfile = {json.dumps(name)}\n")
    with pytest.raises(ConfigError, match=r"is no name such as queries\.jsonl"):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("max_bytes = 100", "from 10,000 to 50,000,000"),
        ("clicks = 1", "true or false"),
        ("user = 'me'", "there is no setting record.user"),
        ("files = 'q.jsonl'", "did you mean record.file"),
    ],
)
def test_settings_of_a_record(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "postdex.toml").write_text(f"[record]\n{line}\n")
    with pytest.raises(ConfigError, match=said):
        settings.load(tmp_path)


def test_a_folder_that_links_elsewhere_gets_no_record(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / ".postdex").symlink_to(tmp_path / "elsewhere")
    with Place(str(folder)).open() as ix, pytest.raises(ConfigError, match="it is a link"):
        records(ix, None)


def test_where_servers_keep_the_index_the_record_lies_in_the_folder(folder: Path, tmp_path: Path) -> None:
    its = settings.load(folder)
    with Place(str(folder)).open() as ix:
        assert record_file.path_of(folder, ix.engine, its) == str(folder / ".postdex/queries.jsonl")
    far: Any = SimpleNamespace(place="http://127.0.0.1:9200/postdex-posts")
    assert record_file.path_of(folder, far, its) == str(folder / ".postdex/queries.jsonl")
    with Place(str(folder), str(tmp_path / "elsewhere")).open() as ix:
        ix.refresh()
        assert record_file.path_of(folder, ix.engine, its) == str(tmp_path / "elsewhere/queries.jsonl")
        assert record_file.path_of(folder, ix.engine, its, str(tmp_path / "q.jsonl")) == str(tmp_path / "q.jsonl")


def test_a_build_leaves_the_record(folder: Path) -> None:
    with serving(folder) as service:
        service.ask("/search?q=zeppelin")
    with Place(str(folder)).open() as ix:
        ix.refresh(full=True)
        assert ix.engine.verify() == []
    assert rows(folder / ".postdex" / "queries.jsonl").keys() == {"zeppelin"}


# -- on the command line


def test_from_a_question_to_a_golden_file(folder: Path, tmp_path: Path, run: Run) -> None:
    golden = tmp_path / "golden.tsv"
    with serving(folder) as service:
        service.ask("/search?q=SMC+fallback")
        service.ask("/search?q=zeppelin+landing")
        service.post("/click", {"q": "SMC fallback", "path": REFCOUNT, "rank": 1})
    of = ("-C", str(folder))
    status, said = run(*of, "queries", "--unanswered")
    assert (status, said.split("\t")[4]) == (0, "zeppelin landing")
    status, said = run(*of, "queries", "--json")
    assert [each["query"] for each in json.loads(said)["queries"]] == ["zeppelin landing", "SMC fallback"]
    status, said = run(*of, "queries", "--golden", str(golden))
    assert (status, golden.read_text()) == (0, f"SMC fallback\t{REFCOUNT}\n")
    assert "nobody opened a hit of 1 others" in said
    status, said = run(*of, "bench", str(golden), "--min-mrr", "1")
    assert status == 0
    status, said = run(*of, "bench", str(golden), "--add", "zeppelin landing", "float-sum.md", "--min-mrr", "1")
    assert (status, golden.read_text().count("\n")) == (2, 1)
    assert "did you mean" in said
    status, said = run(*of, "bench", str(golden), "--add", "zeppelin landing", "notes/float-sum.md", "--min-mrr", "1")
    assert (status, golden.read_text().splitlines()[1]) == (1, "zeppelin landing\tnotes/float-sum.md")
    status, said = run(*of, "queries", "--golden", str(golden))
    assert golden.read_text().count("\n") == 2
    assert "added to" in said and ": 0; in it already: 1" in said


def test_queries_of_nothing(folder: Path, tmp_path: Path, run: Run) -> None:
    of = ("-C", str(folder))
    status, said = run(*of, "queries")
    assert (status, "no query is recorded in" in said) == (1, True)
    (tmp_path / "b.md").write_text("# A post\n")
    assert "it is another file" in run(*of, "queries", "--record", str(tmp_path / "b.md"))[1]
    (folder / "postdex.toml").unlink()
    status, said = run(*of, "queries")
    assert (status, "nobody records here what people ask" in said) == (2, True)


@pytest.mark.parametrize("suffix", [".tsv", ".toml"])
def test_any_query_stands_in_a_golden_file(tmp_path: Path, suffix: str) -> None:
    from postdex.cli import golden_file
    from postdex.cli.golden_file import ExpectedPosts

    file = tmp_path / f"golden{suffix}"
    queries = ["# not a comment", 'a "phrase"', "back\\slash", "索引", "[[query]]", "= '''"]
    expected = [ExpectedPosts(query, ("a b.md",)) for query in queries]
    assert golden_file.add(file, expected) == expected
    assert golden_file.read(file) == expected
    assert golden_file.add(file, [*expected, ExpectedPosts("INDEX", ("x.md",)), ExpectedPosts("index", ("y.md",))]) == [
        ExpectedPosts("INDEX", ("x.md",))
    ]
    assert len(golden_file.read(file)) == 7


def test_a_golden_file_that_cannot_be_written(tmp_path: Path) -> None:
    from postdex.cli import golden_file
    from postdex.cli.golden_file import ExpectedPosts

    with pytest.raises(PostdexError, match="cannot be added to"):
        golden_file.add(tmp_path / "no" / "g.tsv", [ExpectedPosts("a", ("b.md",))])
    with pytest.raises(ConfigError, match="has no place in a line"):
        golden_file.add(tmp_path / "g.tsv", [ExpectedPosts("a", ("b\tc.md",))])


@pytest.mark.parametrize("width", [10, 20, 40, 60, 92, 200])
def test_the_table_fits(width: int) -> None:
    shown = [row("a query 引用计数 " * 8, 12_345, 0), row("b", total=3, opened={"a.md": Opened(2, 1)})]
    lines = list(listing.table(shown, Screen(width), clicks=True))
    assert all(cells(line) <= width for line in lines)
    assert "12,345" in "".join(lines) or width < 20
