"""Does the service answer as the library does, refuse what it should, and go on whatever clients and disks do?"""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from serving import BEARER, TOKEN, Running, serving
from storage import generation
from test_periods import DAYS, NO_DATES

import postdex
from postdex.cli import main
from postdex.http import app, auth, endpoints, openapi
from postdex.http.errors import REFUSALS, RequestError
from postdex.http.serve import watched
from postdex.output import wire
from postdex.query import filters
from postdex_index.engine.embedded.format import durable_files
from postdex_index.errors import IndexWriteError

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
DRAFT = "2024/allocator-notes.md"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample posts, not to be changed."""
    folder = tmp_path_factory.mktemp("served") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    return folder


@pytest.fixture(scope="module")
def served(samples: Path) -> Iterator[Running]:
    rules = auth.AccessRules(origins=("https://blog.example",), token=TOKEN)
    with serving(samples, rules=rules, record=samples.parent / "queries.jsonl") as running:
        assert running.site.recorder
        running.site.recorder.clicks = True
        yield running


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """A post that a test may change."""
    folder = tmp_path / "blog"
    folder.mkdir()
    write(folder, "first", "one common word")
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.md").write_text(f"# Post {name}\n\n{text}\n", encoding="utf-8")


def check(served: Running, target: str, status: int, code: str = "", method: str = "GET", /, **headers: str) -> None:
    """This status; of an error this code, in the one shape, and what every answer has."""
    found = served.ask(target, method, **headers)
    assert (found.status, found.code) == (status, code)
    if found.status >= 400:
        assert set(found.json()) == {"error"} and set(found.json()["error"]) == {
            "code",
            "message",
            "hint",
            "request_id",
        }
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in found.headers["content-security-policy"]
    assert "unsafe" not in found.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/search?q=SMC+fallback", 200, ""),
        ("/search?q=" + quote("内核"), 200, ""),
        ("/search?q=%ff%00%ed%a0%80", 200, ""),
        ("/search", 200, ""),
        ("/search?q=a&tags=linux&tags=kernel&facets=tags&facets=year&sort=date&units=sections", 200, ""),
        ("/search?q=a&after=&before=&lang=", 200, ""),
        ("/search?q=a&limit=101", 400, "bad_parameter"),
        ("/search?q=a&limit=-1", 400, "bad_parameter"),
        ("/search?q=a&limit=", 400, "bad_parameter"),
        ("/search?q=a&limit=" + "9" * 5000, 400, "bad_parameter"),
        ("/search?q=a&offset=10001", 400, "bad_parameter"),
        ("/search?q=a&sort=size", 400, "bad_sort"),
        ("/search?q=a&facets=size", 400, "bad_facet"),
        ("/search?q=a&explain=maybe", 400, "bad_parameter"),
        ("/search?q=a&q=b", 400, "bad_parameter"),
        ("/search?query=a", 400, "bad_parameter"),
        ("/search?" + "tags=a&" * 21, 400, "bad_parameter"),
        ("/search?" + "tags=a&" * 200, 400, "bad_parameter"),
        ("/search?q=a&after=someday", 400, "bad_date"),
        ("/search?q=" + "a" * 9000, 200, ""),
        ("/search?q=" + "word+" * 65, 200, ""),
        ("/search?q=" + "tag:a+" * 65, 400, "too_many_clauses"),
        ("/search?q=a&drafts=true", 403, "forbidden"),
        ("/suggest?q=the+refc", 200, ""),
        ("/suggest?q=" + "a+" * 2001, 200, ""),
        ("/facets?q=linux", 200, ""),
        ("/facets?q=linux&limit=3", 400, "bad_parameter"),
        ("/stats", 200, ""),
        ("/health", 200, ""),
        ("/metrics", 200, ""),
        ("/openapi.json", 200, ""),
        ("/", 200, ""),
        ("/?q=psock&tags=linux&utm_source=mail", 200, ""),
        ("/postdex.js", 200, ""),
        ("/postdex.css", 200, ""),
        ("/index.html", 404, "not_found"),
        ("/nothing", 404, "not_found"),
        ("/search/", 404, "not_found"),
        ("/index", 405, "method_not_allowed"),
        (f"/documents/{REFCOUNT}", 200, ""),
        (f"/documents/{REFCOUNT}?section=root-cause", 200, ""),
        (f"/documents/{REFCOUNT}%23root-cause", 200, ""),
        (f"/documents/{REFCOUNT}%23L1", 200, ""),
        (f"/documents/{REFCOUNT}?section=nowhere", 404, "not_found"),
        (f"/documents/{DRAFT}", 404, "not_found"),
        ("/documents/", 404, "not_found"),
        ("/documents/../../../../etc/passwd", 404, "not_found"),
        ("/documents/..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ("/documents//etc/passwd", 404, "not_found"),
        ("/documents/%00", 404, "not_found"),
        ("/documents/.postdex/commit-000001", 404, "not_found"),
        ("/documents/2022/../2022/refcount-bug.md", 404, "not_found"),
        ("/page/__init__.py", 404, "not_found"),
        ("/..%2fserver.py", 404, "not_found"),
    ],
)
def test_addresses(served: Running, target: str, status: int, code: str) -> None:
    check(served, target, status, code)


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b'{"q": "psock", "tags": ["linux"], "limit": 3.0, "lang": null}', "application/json; charset=utf-8", 200, ""),
        (b"", "", 200, ""),
        (b'{"q": "psock"}', "text/plain", 415, "bad_content_type"),
        (b"q=psock", "application/x-www-form-urlencoded", 415, "bad_content_type"),
        (b"{", "application/json", 400, "bad_json"),
        (b"\xff", "application/json", 400, "bad_json"),
        (b"[" * 60_000, "application/json", 400, "bad_json"),
        (b"[]", "application/json", 400, "bad_json"),
        (b'{"q": 1}', "application/json", 400, "bad_parameter"),
        (b'{"tags": "linux"}', "application/json", 400, "bad_parameter"),
        (b'{"limit": true}', "application/json", 400, "bad_parameter"),
        (b'{"limit": 1e999}', "application/json", 400, "bad_parameter"),
        (b'{"limit": ' + b"9" * 5000 + b"}", "application/json", 400, "bad_json"),
        (b'{"drafts": 1}', "application/json", 400, "bad_parameter"),
        (b'{"colour": "red"}', "application/json", 400, "bad_parameter"),
        (b'{"q": "' + b"a" * 70_000 + b'"}', "application/json", 413, "body_too_large"),
    ],
)
def test_bodies(served: Running, body: bytes, media: str, status: int, code: str) -> None:
    found = served.ask("/search", "POST", body, Content_Type=media)
    assert (found.status, found.code) == (status, code)


@pytest.mark.parametrize(
    ("method", "target", "hint"),
    [
        ("GET", "/stats?q=a", "takes none"),
        ("GET", "/suggest?query=a", "did you mean q?"),
        ("GET", "/search?q=a&site=b", "did you mean sites?"),
        ("GET", "/suggest?q=a&tag=b", "there are q, limit"),
        ("POST", "/search?q=a", "as JSON in the body"),
        ("POST", "/index?full=true", "as JSON in the body"),
    ],
)
def test_a_wrong_parameter_says_what_would_be_right(served: Running, method: str, target: str, hint: str) -> None:
    found = served.ask(target, method, **(BEARER if method == "POST" else {}))
    assert (found.status, found.code) == (400, "bad_parameter") and hint in found.json()["error"]["hint"]


QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("SMC fallback", {}),
    ("refcoutn", {"limit": 3}),
    ("refcoutn", {"typo": False}),
    ("内核", {"sort": "date", "section_snippets": True}),
    ("psock", {"snippets": False}),
    ("the", {"facets": ["tags", "categories", "lang", "year"], "limit": 2, "offset": 3}),
    ('psock "root cause', {"units": "sections", "explain": True}),
    ("linux", {"tags": ["linux", "kernel"], "after": "2022", "before": "2023", "lang": "en"}),
    ("refc", {"prefix_last": True, "categories": ["linux/net"]}),
]


@pytest.mark.parametrize(("query", "arguments"), QUERIES)
def test_answers_are_the_librarys(served: Running, query: str, arguments: dict[str, Any]) -> None:
    wanted = wire.to_dict(served.site.index.search(query, **arguments))
    fields = {name: str(value).lower() if isinstance(value, bool) else value for name, value in arguments.items()}
    got = served.ask("/search?" + urlencode({"q": query, **fields}, doseq=True)).json()
    posted = served.post("/search", {"q": query, **arguments}).json()
    for found in (wanted, got, posted):
        del found["took_ms"]
    assert got == posted == json.loads(json.dumps(wanted))


def test_other_answers(served: Running) -> None:
    assert served.ask("/suggest?q=refc&limit=1").json()["suggestions"] == [{"text": "refcount", "posts": 2}]
    section = served.ask(f"/documents/{REFCOUNT}?section=root-cause").json()["sections"]
    assert [part["title"] for part in section] == ["Root cause"]
    counts = served.ask("/facets?q=psock").json()
    assert counts["hits"] == [] and counts["facets"]["tags"]["linux"] and set(counts["facets"]) > {"year"}
    assert served.ask("/facets?q=linux&path=2022").json()["facets"]["year"] == {"2022": 2}
    assert served.ask("/stats").json()["stats"]["posts"] == 16
    assert served.ask("/health").json()["status"] == "ok"
    page = served.ask("/?q=psock")
    assert page.headers["content-type"].startswith("text/html") and b"<mark>" in page.body
    assert served.ask("/?q=" + "a" * 2001).status == 200
    assert served.ask("/?q=" + "(" * 17).status == 400


# -- caches and compression


def test_etag_holds_until_the_next_commit(blog: Path) -> None:
    with serving(blog) as served:
        first = served.ask("/search?q=common")
        tag = first.headers["etag"]
        again = served.ask("/search?q=common", If_None_Match=tag)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert (
            served.ask("/search?q=common", If_None_Match=tag.removeprefix("W/")).status == 304
        )  # weak, RFC 9110 13.1.2
        assert served.ask("/search?q=other").headers["etag"] != tag
        assert served.ask("/search?q=common&limit=3").headers["etag"] != tag
        write(blog, "second", "another common word")
        assert served.post("/index", {}, **BEARER).json()["added"] == 1
        renewed = served.ask("/search?q=common", If_None_Match=tag)
        assert (renewed.status, renewed.json()["total"]) == (200, 2)
        file = served.ask("/postdex.js")
        assert served.ask("/postdex.js", If_None_Match=file.headers["etag"]).status == 304


def test_what_was_cut_short_is_not_kept(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = served.site.index.search("cut short")
    monkeypatch.setattr(served.site.index, "search", lambda *_, **__: whole.replaced(complete=False))
    cut = served.ask("/search?q=cut+short")
    assert (cut.headers["cache-control"], cut.headers.get("etag")) == ("no-store", None)
    monkeypatch.undo()
    assert served.ask("/search?q=cut+short").json()["complete"]
    posted = served.post("/search", {"q": "cut short"}, If_None_Match=served.ask("/search?q=cut+short").headers["etag"])
    assert posted.status == 200


@pytest.mark.parametrize("target", ["/search?q=linux", "/?q=linux", "/postdex.js"])
def test_gzip(served: Running, target: str) -> None:
    plain = served.ask(target)
    squeezed = served.ask(target, Accept_Encoding="gzip, br")
    assert "content-encoding" not in plain.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    took = re.compile(rb'"took_ms": [\d.]+|(?:under )?[\d.]+ ms')
    assert took.sub(b"", gzip.decompress(squeezed.body)) == took.sub(b"", plain.body)
    assert "Accept-Encoding" in plain.headers["vary"]


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip; q=0.0, br", "*, gzip;q=0", "*;q=0", "identity", "gzipped"])
@pytest.mark.parametrize("target", ["/search?q=linux", "/postdex.js"])
def test_no_gzip_where_it_is_refused(served: Running, target: str, accepted: str) -> None:
    assert "content-encoding" not in served.ask(target, Accept_Encoding=accepted).headers


def test_a_name_may_have_any_character(blog: Path) -> None:
    for name in ("two\nlines", "end\n", "a?b#c%d", "re\rturn"):
        write(blog, name, "oddity")
    with serving(blog) as served:
        found = [hit["path"] for hit in served.ask("/search?q=oddity").json()["hits"]]
        assert len(found) == 4
        for path in found:
            assert served.ask("/documents/" + quote(path)).json()["path"] == path
            assert served.ask("/documents/" + quote(path), Accept="text/html").status == 200


# -- who may ask


@pytest.mark.parametrize(
    ("host", "rules", "fits"),
    [
        ("127.0.0.1:8765", auth.AccessRules(), True),
        ("localhost", auth.AccessRules(), True),
        ("LOCALHOST:1", auth.AccessRules(), True),
        ("[::1]:8765", auth.AccessRules("::1"), True),
        ("evil.example", auth.AccessRules(), False),
        ("127.0.0.1.evil.example", auth.AccessRules(), False),
        ("localhost@evil.example", auth.AccessRules(), False),
        ("", auth.AccessRules(), False),
        ("10.0.0.1", auth.AccessRules(), False),
        ("10.0.0.1:80", auth.AccessRules("0.0.0.0", (), TOKEN, True), True),
        ("evil.example", auth.AccessRules("0.0.0.0", (), TOKEN, True), False),
        ("blog.example", auth.AccessRules("0.0.0.0", ("https://blog.example",), TOKEN, True), True),
        ("blog.example:81", auth.AccessRules("0.0.0.0", ("https://blog.example",), TOKEN, True), False),
    ],
)
def test_hosts(host: str, rules: auth.AccessRules, fits: bool) -> None:
    if fits:
        auth.check_host(host, rules)
    else:
        with pytest.raises(RequestError, match="does not go by the name"):
            auth.check_host(host, rules)


@pytest.mark.parametrize(
    ("headers", "status", "code", "granted"),
    [
        ({"Host": "evil.example"}, 421, "bad_host", None),
        ({"Origin": "https://evil.example"}, 403, "bad_origin", None),
        ({"Origin": "null"}, 403, "bad_origin", None),
        ({"Origin": "http://localhost:1"}, 403, "bad_origin", None),
        ({"Origin": "https://blog.example"}, 200, "", "https://blog.example"),
        ({"Origin": "http://localhost:7", "Host": "localhost:7"}, 200, "", None),
    ],
)
def test_origins(served: Running, headers: dict[str, str], status: int, code: str, granted: str | None) -> None:
    found = served.ask("/search?q=psock", **headers)
    assert (found.status, found.code, found.headers.get("access-control-allow-origin")) == (status, code, granted)
    assert "Origin" in found.headers["vary"]


def test_preflight(served: Running) -> None:
    asked = {"Access_Control_Request_Method": "POST"}
    allowed = served.ask("/search", "OPTIONS", Origin="https://blog.example", **asked)
    assert (allowed.status, allowed.headers["access-control-allow-methods"]) == (204, "GET, POST")
    check(served, "/search", 403, "bad_origin", "OPTIONS", Origin="https://evil.example", **asked)
    check(served, "/search", 405, "method_not_allowed", "OPTIONS")


def basic(password: str) -> str:
    return "Basic " + b64encode(f"me:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("method", "target", "authorization", "status"),
    [
        ("GET", "/search?q=psock", "", 401),
        ("GET", "/health", "", 401),
        ("GET", "/", "", 401),
        ("GET", "/postdex.js", "", 200),
        ("GET", "/search?q=psock", f"Bearer {TOKEN}", 200),
        ("GET", "/search?q=psock", f"Bearer {TOKEN}x", 401),
        ("GET", "/search?q=psock", f"Digest {TOKEN}", 401),
        ("GET", "/search?q=psock", basic(TOKEN), 200),
        ("GET", "/search?q=psock", basic("wrong"), 401),
        ("GET", "/search?q=psock", "Basic %%%", 401),
        ("POST", "/index", f"Bearer {TOKEN}", 200),
        ("POST", "/index", basic(TOKEN), 401),
        ("POST", "/index", "", 401),
    ],
)
def test_tokens_where_others_can_reach_it(
    guarded: Running, method: str, target: str, authorization: str, status: int
) -> None:
    given = {"Authorization": authorization} if authorization else {}
    found = guarded.ask(target, method, **given)
    assert found.status == status
    assert ("www-authenticate" in found.headers) == (status == 401)


@pytest.fixture(scope="module")
def guarded(samples: Path) -> Iterator[Running]:
    with serving(samples, rules=auth.AccessRules("127.0.0.1", (), TOKEN, True)) as running:
        yield running


def test_tokens_on_this_machine(served: Running, samples: Path) -> None:
    check(served, "/index", 401, "unauthorized", "POST")
    report = served.post("/index", {"full": False}, **BEARER)
    assert (report.status, report.json()["changed"]) == (200, 0)
    with serving(samples, rules=auth.AccessRules()) as without:
        check(without, "/index", 403, "forbidden", "POST")


def test_drafts_are_shown_where_they_may_be(samples: Path) -> None:
    with serving(samples, drafts=True) as served:
        check(served, f"/documents/{DRAFT}", 200)
        assert served.ask("/search?q=unfinished&drafts=true").json()["total"] == 1
        assert served.ask("/search?q=unfinished").json()["total"] == 0


# -- limits


def test_as_much_as_can_be_is_done_and_the_rest_refused(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_WAITING", 0)
    found = served.ask("/search?q=never+asked+before")
    assert (found.status, found.code, found.headers["retry-after"]) == (429, "too_busy", "1")
    check(served, "/postdex.js", 200)


def test_a_browser_is_shown_a_post_as_a_page(served: Running) -> None:
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    found = served.ask(f"/documents/{REFCOUNT}", Accept=accept)
    assert (found.status, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    shown = found.body.decode()
    assert '<h2 dir="auto">Root cause</h2>' in shown and "struct sock *clcsk = smc-&gt;clcsock-&gt;sk;" in shown
    assert set(re.findall(r"<(\w+)", shown)) == {
        *(
            "html",
            "head",
            "meta",
            "title",
            "link",
            "body",
            "header",
            "a",
            "main",
            "h1",
            "div",
            "time",
            "span",
            "p",
            "section",
            "h2",
        )
    }
    assert served.ask(f"/documents/{DRAFT}", Accept=accept).status == 404
    assert served.ask(f"/documents/{REFCOUNT}").json()["path"] == REFCOUNT


@settings(max_examples=80, deadline=None)
@given(
    path=st.sampled_from([each.path.replace("{path:path}", "") for each in endpoints.ENDPOINTS] + ["/", "/openapi"]),
    query=st.dictionaries(
        st.sampled_from(["q", "limit", "offset", "tags", "after", "sort", "facets", "section", "units", "typo", "x"]),
        st.text(max_size=20) | st.integers().map(str) | st.sampled_from(["true", "date", "tags", "sections", "2024"]),
        max_size=4,
    ),
    tail=st.text(max_size=20),
)
def test_nothing_that_is_asked_is_a_bug(served: Running, path: str, query: dict[str, str], tail: str) -> None:
    target = path + quote(tail, safe="/") if path.endswith("/") else path
    fields = urlencode(query, errors="surrogatepass")
    found = served.ask(f"{target}?{fields}")
    assert found.status < 500
    if path != "/" or target != "/":
        assert found.code in {*REFUSALS, "too_deep", "bad_date", "bad_sort", "bad_facet", "bad_where", ""}


# -- while the index changes, or breaks


def test_answers_go_on_when_the_index_is_damaged(blog: Path) -> None:
    with serving(blog) as served:
        assert served.ask("/search?q=common").json()["total"] == 1
        write(blog, "second", "another common word")
        served.post("/index", {}, **BEARER)
        assert served.ask("/search?q=common").json()["total"] == 2
        newest = blog / ".postdex" / f"commit-{generation(blog / '.postdex') or 0:06}"
        shutil.copy(newest, newest.with_name("commit-000099"))
        newest.with_name("commit-000099").write_bytes(newest.read_bytes()[:-3])
        assert served.ask("/search?q=common").json()["total"] == 2
        health = served.ask("/health").json()
        assert (health["status"], "commit 99" in health["problem"]) == ("degraded", True)
        shutil.rmtree(blog / ".postdex")
        assert served.ask("/search?q=common").json()["total"] == 2
        assert served.ask("/health").json()["status"] == "degraded"
        assert b"postdex_degraded 1.0" in served.ask("/metrics").body
        assert served.post("/index", {}, **BEARER).json()["added"] == 2
        assert served.ask("/health").json()["status"] == "ok"
        assert served.ask("/search?q=common").json()["total"] == 2


@pytest.mark.parametrize("name", ["open_lock", "create", "make_folder"])
def test_what_cannot_be_written_is_served_as_it_is(blog: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with postdex.open(blog) as ix:
        posts = ix.search("common").total
    with monkeypatch.context() as patched:
        patched.setattr(durable_files, name, refuse)
        with serving(blog) as served:
            assert served.ask("/health").json()["status"] == "ok", "it is as new as the files"
        write(blog, "second", "another common word")
        with serving(blog) as served:
            health = served.ask("/health").json()
            assert (health["status"], health["fresh"]) == ("degraded", None)
            assert "Read-only file system" in health["problem"]
            assert served.ask("/search?q=common").json()["total"] == posts
            assert served.post("/index", {}, **BEARER).status == 503
            patched.undo()
            assert served.post("/index", {}, **BEARER).json()["added"] == 1
            assert served.ask("/health").json()["status"] == "ok"
    shutil.rmtree(blog / ".postdex")
    monkeypatch.setattr(durable_files, name, refuse)
    with pytest.raises(IndexWriteError), serving(blog):
        pass


def test_a_folder_that_cannot_be_written_has_its_index_in_the_cache(
    blog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    shutil.rmtree(blog / ".postdex", ignore_errors=True)
    with serving(blog) as served:
        assert served.ask("/search?q=common").json()["total"] == 1
        assert served.ask("/health").json()["status"] == "ok"
        assert (tmp_path / "cache") in Path(served.site.index.engine.place).parents
    assert not (blog / ".postdex").exists()


def test_watching_keeps_answers_fresh(blog: Path) -> None:
    with serving(blog) as served:
        unseen = served.ask("/search?q=common")
        assert unseen.json()["index"]["fresh"] is served.ask("/health").json()["fresh"] is None
        served.site.watching = True
        with watched(served.site):
            until = time.monotonic() + 10
            while not served.site.views.told.fresh and time.monotonic() < until:
                time.sleep(0.01)
            write(blog, "second", "another common word")
            while served.ask("/search?q=common").json()["total"] != 2 and time.monotonic() < until:
                time.sleep(0.02)
            found = served.ask("/search?q=common").json()
        assert found["total"] == 2 and found["index"]["fresh"] is True
        assert served.ask("/search?q=common", If_None_Match=unseen.headers["etag"]).status == 200
        assert served.ask("/health").json()["watching"]


# -- what is said


def test_metrics(served: Running) -> None:
    for _ in range(3):
        served.ask("/suggest?q=a&limit=x")
    text = served.ask("/metrics").body.decode()
    said = re.search(r'postdex_http_requests_total\{code="400",endpoint="suggest",method="GET"\} (\d+)', text)
    assert said and int(said[1]) >= 3
    assert "postdex_index_posts 16.0" in text and "postdex_degraded 0.0" in text
    served.ask("/some/where/else?q=1")
    assert 'endpoint="other"' in served.ask("/metrics").body.decode()


def test_a_bug_is_answered_logged_and_over(
    served: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(served.site.index, "suggest", broken)
    found = served.ask("/suggest?q=nobodyaskedthis")
    assert (found.status, found.code) == (500, "internal")
    assert b"secret" not in found.body
    until = time.monotonic() + 5
    while not any(record.exc_info for record in caplog.records) and time.monotonic() < until:
        time.sleep(0.01)
    assert "ZeroDivisionError: secret" in caplog.text
    monkeypatch.undo()
    check(served, "/suggest?q=nobodyaskedthis", 200)


# -- how it is described


def test_the_description_holds(served: Running) -> None:
    described = served.ask("/openapi.json").json()
    schemas = {"components": described["components"]}
    targets = {
        "/search": "/search?q=linux&explain=true&facets=tags",
        "/documents/{path}": f"/documents/{REFCOUNT}",
        "/lines": "/lines?regex=NULL",
    }
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation["responses"]["200"]["content"]["application/json"]
            validator = Draft202012Validator({**content["schema"], **schemas})
            if "example" in content:
                validator.validate(content["example"])
            if method == "get":
                validator.validate(served.ask(targets.get(str(path), str(path)), **BEARER).json())
            else:
                body = {"path": REFCOUNT} if path == "/click" else {}
                validator.validate(served.post(path, body, **BEARER).json())
            for parameter in operation.get("parameters", []):
                if "example" in parameter:
                    Draft202012Validator(parameter["schema"]).validate(parameter["example"])
    error = Draft202012Validator(
        {**described["components"]["responses"]["Error"]["content"]["application/json"]["schema"], **schemas}
    )
    error.validate(served.ask("/nothing").json())


@pytest.mark.parametrize(
    "value",
    ["", "2024", "0000", "0001", "999", "2024-3", "2024/03", "2024-13", "2024-00", "2024-03/14", "20240314", "2024-03-"]
    + [f"{year}-{month:02}-{day:02}" for year in (1900, 2000, 2023, 2024) for month in range(14) for day in range(33)]
    + ["2024.2.29", "2023/2/29", "2024-4-31", "30d", "30D", "0w", "9999y", "12345d", "30", "d", "soon", "2024-02-30x"]
    + [*NO_DATES, *(typed.strip().lower() for typed, _, _ in DAYS)],
)
def test_the_pattern_of_dates_is_what_is_read(value: str) -> None:
    """The only pattern that the description has."""
    (pattern,) = set(
        re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(openapi.document(auth.AccessRules())))
    )
    read = not value or filters.date_range("after", value)[0] is not None
    assert (re.search(json.loads(pattern), value) is not None) == read


def test_every_address_parameter_and_refusal_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    rows = {found[1]: found[2] for found in re.finditer(r"(?m)^\| `(\w+)` \| (\d{3}) \|", text)}
    assert {code: int(status) for code, status in rows.items()} == {
        code: status for code, (status, _) in REFUSALS.items()
    }
    for endpoint in endpoints.ENDPOINTS:
        path = endpoint.path.replace(":path}", "}")
        assert f"{path}`" in text
        assert [each.name for each in endpoint.parameters if f"`{each.name}`" not in text] == []
    for path in openapi.document(auth.AccessRules())["paths"]:
        assert path in text


# -- how it starts and ends


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--port", "0"], "there is no such folder"),
        (["{posts}", "--host", "0.0.0.0", "--port", "0"], "a token is needed"),
        (["{posts}", "--token-file", "nowhere"], "the token cannot be read"),
        (["{posts}", "--token-file", "{short}"], "this is no token"),
        (["{posts}", "--port", "{taken}"], "cannot be had"),
        (["{posts}", "--port", "70000"], "70000"),
        (["{posts}", "--host", "192.0.2.1", "--token-file", "{token}"], "cannot be had"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (tmp_path / "short").write_text("secret\n")
    (tmp_path / "token").write_text(TOKEN + "\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        names = {
            "posts": str(samples),
            "short": str(tmp_path / "short"),
            "token": str(tmp_path / "token"),
            "taken": str(taken.getsockname()[1]),
        }
        assert main.main(["serve", *(each.format(**names) for each in arguments)]) == 2
    line = capsys.readouterr().err
    assert said in line and line.count("\n") == 1 and line.startswith("postdex: ")


def test_without_the_extra(samples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ours = "postdex.http.app", "postdex.http.site_services"
    for name in [name for name in sys.modules if name.startswith((*ours, "starlette", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    for name in ours:
        monkeypatch.delattr(name, raising=False)
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert main.main(["serve", str(samples), "--port", "0"]) == 2
    assert "pip install 'postdex[server]'" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(samples: Path, number: int) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    command = [sys.executable, "-m", "postdex", "serve", str(samples), "--port", "0", "--log", "json"]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert running.stderr
    first, second = json.loads(running.stderr.readline()), json.loads(running.stderr.readline())
    assert first["level"] == "info"
    assert re.fullmatch(r"16 posts of .* at http://127\.0\.0\.1:\d+/", first["message"])
    assert second["level"] == "warning"
    assert second["message"].startswith("16 of 16 posts have no address; url = ")
    running.send_signal(number)
    _, rest = running.communicate(timeout=20)
    assert (running.returncode, rest) == (0, "")
