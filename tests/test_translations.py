"""Is a post in several languages one hit, the right one, in every order, on every page, and counted once?"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from toy_engine import ToyEngine

import postdex
from postdex import diagnostics, web_address
from postdex.cli import main
from postdex.http import search_page
from postdex.http.service_state import ServiceState
from postdex.mcp import search_tool
from postdex.mcp.posts import Posts
from postdex.output import hit_lines, terminal, wire
from postdex.output.screen import Screen
from postdex_index.content.parser import parse
from postdex_index.engine.api import AsTyped, Engine, FileStamp, Put, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.model import Post, Section
from postdex_index.query import Clauses, Everything, Keyword, Query, Term
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.reading import named
from postdex_index.text.analyzer import Analyzer

ANALYZER = Analyzer(True, ("en",))
STAMP = FileStamp(1, 2, 3, 4, b"0123456789abcdef")
#: Words of a language, and those of all.
WORDS = {
    "en": "server install network kernel memory",
    "de": "rechner einrichten netzwerk kern speicher",
    "fr": "serveur monter reseau noyau memoire",
    "zh-cn": "服务器 安装 网络 内核 内存",
    "": "plain words without language",
}
CODE = "docker smc tcp sqlite"
FACETS = ("tags", "lang", "year")


def written(drawn: random.Random, path: str, lang: str, translation: str) -> Post:
    """A random post: now and then without text, a draft, or in the site's own language."""
    words = WORDS[lang].split() + CODE.split()
    text = "" if drawn.random() < 0.2 else " ".join(drawn.choices(words, k=drawn.randint(1, 12)))
    title, heading = (" ".join(drawn.choices(words, k=2)) for _ in range(2))
    return Post(
        path, title, (Section(1, heading, "h", 1, text),), lang=lang,
        date_seconds=drawn.randint(1, 9) * 40_000_000, date_from="post",
        tags=tuple(drawn.sample(["linux", "net", "db"], drawn.randint(0, 2))), translation=translation,
        original=bool(translation) and lang in ("en", ""), unpublished="draft" if drawn.random() < 0.1 else "",
    )  # fmt: skip


def posts(drawn: random.Random) -> list[Post]:
    """Random posts: groups of some languages, of one, of the same language twice, and posts of no group."""
    made = []
    for number in range(drawn.randint(1, 25)):
        key = "" if drawn.random() < 0.2 else f"page {number}"
        langs = drawn.sample(list(WORDS), drawn.randint(1, len(WORDS)))
        langs += langs[:1] * (drawn.random() < 0.1)
        made += [written(drawn, f"{at}/{number}.md", lang, key) for at, lang in enumerate(langs)]
    drawn.shuffle(made)
    return made


def query(drawn: random.Random) -> Query:
    """Random words of one language and of all, with a filter now and then; or all posts."""
    words = drawn.choices(WORDS[drawn.choice(list(WORDS))].split() + CODE.split(), k=drawn.randint(1, 3))
    terms: tuple[Query, ...] = tuple(map(Term, words))
    any_of, first = Clauses(optional=terms, minimum=1), Clauses(required=terms[:1], optional=terms)
    trees: list[Query] = [any_of, first, Everything()]
    tree, tag = drawn.choice(trees), Keyword("tag", drawn.choice(["linux", "net"]))
    filtered: list[Query] = [tree, tree, Clauses(required=(tree, tag)), Clauses(required=(tree,), excluded=(tag,))]
    return drawn.choice(filtered)


def write(engine: Engine, batches: Sequence[Sequence[Post]], delete: Sequence[str]) -> None:
    """A commit for each batch, and one that removes some."""
    for batch in batches:
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            writer.put([Put(post, post.path, STAMP) for post in batch])
            writer.commit()
    with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
        writer.delete(delete)
        writer.commit()


@pytest.mark.parametrize("seed", range(20))
def test_as_the_plain_loop_has_it(seed: int, tmp_path: Path) -> None:
    drawn = random.Random(seed)
    made = posts(drawn)
    cut = sorted(drawn.choices(range(len(made) + 1), k=drawn.randint(0, 3)))
    batches = [made[start:stop] for start, stop in zip([0, *cut], [*cut, len(made)], strict=True)]
    gone = [post.path for post in drawn.sample(made, len(made) // 8)]
    fast, plain = EmbeddedEngine(tmp_path / "index"), ToyEngine(f"translations {seed} {tmp_path}")
    for engine in (fast, plain):
        write(engine, batches, gone)
    reader, oracle = fast.open_reader(), plain.open_reader()
    for _ in range(12):
        named = drawn.choice(made)
        key = ANALYZER.key(drawn.choice(["", "", named.title, named.sections[0].heading]))
        as_typed, drafts = AsTyped(key), drawn.random() < 0.3
        search = Search(query(drawn), as_typed=as_typed, facets=FACETS, limit=100, drafts=drafts, grouped=True)
        for sort in ("score", "date", "title"):
            answer, expected = (it.search(search._replace(sort=sort)) for it in (reader, oracle))
            got = [one.document.path for one in answer.candidates]
            assert set(got) == {one.document.path for one in expected.candidates}, search
            assert (answer.total, answer.grouped, len(got)) == (expected.total, expected.grouped, expected.total)
            assert answer.facets == expected.facets, search
            if sort != "score":
                assert got == [one.document.path for one in expected.candidates], search
            others = {one.document.path: [it.path for it in one.translations(9)] for one in expected.candidates}
            assert {one.document.path: [it.path for it in one.translations(9)] for one in answer.candidates} == others
            each = reader.search(search._replace(sort=sort, grouped=False)).candidates
            if not key:  # what is named by its title gets a share of the best score of those that are shown
                scores = [(one.document.path, one.score) for one in each if one.document.path in got]
                got_scores = [(one.document.path, one.score) for one in answer.candidates]
                assert got_scores == scores, "as if the others were not"


def test_an_index_without_translations_is_not_asked_for_any(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    alone = [written(random.Random(1), f"{at}.md", "en", f"page {at}") for at in range(3)]
    write(engine, [alone], [])
    reader = engine.open_reader()
    answer = reader.search(Search(Everything(), grouped=True))
    assert not answer.grouped and reader._scope(False).translations is None


def test_ten_thousand_languages(tmp_path: Path) -> None:
    langs = [chr(97 + at % 26) + chr(97 + at // 26 % 26) + f"-{at:04}" for at in range(10_000)]
    made = [
        Post(f"{lang}.md", "Docker", (Section(1, "", "", 1, f"smc {lang}"),), lang=lang, translation="a")
        for lang in langs
    ]
    engine = EmbeddedEngine(tmp_path / "index")
    write(engine, [made], [])
    reader = engine.open_reader()
    words = Clauses(optional=(*(Term(f"smc{at}") for at in range(63)), Term("smc")), minimum=1)
    began = time.perf_counter()
    answer = reader.search(Search(words, facets=FACETS, grouped=True))
    assert time.perf_counter() - began < 3
    (shown,) = answer.candidates
    assert answer.total == 1 and len(shown.translations(100)) == 100 and len(answer.facets["lang"]) > 600
    assert shown.document.lang == min(langs)


# -- what makes posts translations

MARKDOWN = "---\ntitle: A\n{}\n---\nText.\n"


def key(path: str, head: str = "", generator: str = "", languages: Sequence[str] = ("en", "de"), **given: Any) -> str:
    """The translation key of a post of a site."""
    site = Site(known := named(generator))
    site = known.configure(site, {}) if known.configure else site
    site = site._replace(language="en", languages=tuple(languages))
    return parse(MARKDOWN.format(head), path, site, Settings(**given)).translation


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("en/a.md",), ("de/a.md",), True),
        (("a.md",), ("a.de.md",), True),
        (("docs/a.md",), ("docs/de/a.mdx",), True),
        (("a/index.md",), ("a.de.md",), True),
        (("index.md",), ("de/index.md",), True),
        (("a.md",), ("b.de.md",), False),
        (("_guides/id/a.md", "lang: id"), ("_guides/a.md",), True),
        (("a-pt_br.md", "lang: pt-BR"), ("a.md",), True),
        (("c/d/what-is-it.md", "lang: en"), ("c/d/what-is.md",), False),
        (("it/a.md",), ("a.md",), False),  # no language of this site
        (("a.md", "translationKey: x"), ("b.de.md", "translationKey: x"), True),
        (("a.md", "translationKey: x"), ("a.de.md",), False),
        (("a.md", "translationKey: [x]"), ("a.de.md", "translationKey: {b: c}"), True),  # no text: by their paths
        (("a.md", "page_id: x", "jekyll"), ("b.md", "page_id: x\nlang: de", "jekyll"), True),
        (("a.md", "ref: x", "jekyll"), ("b.md", "ref: x\nlang: de", "jekyll"), True),
        (("a.md", "lang-ref: x", "jekyll"), ("b.md", "lang-ref: x\nlang: de", "jekyll"), True),
        (("a.md", "ref: x"), ("b.md", "ref: x\nlang: de"), False),
        (("a.md", "slug: x", "pelican"), ("b.md", "slug: x\nlang: de", "pelican"), True),
    ],
)
def test_which_posts_are_translations(first: list[str], second: list[str], same: bool) -> None:
    keys = [key(*given) for given in (first, second)]
    assert all(keys) and (keys[0] == keys[1]) is same


@pytest.mark.parametrize(
    ("languages", "setting", "grouped"),
    [
        (("en", "de"), "auto", True),
        (("en",), "auto", False),
        ((), "auto", False),
        ((), "group", True),
        (("en", "de"), "all", False),
    ],
)
def test_when_they_are_grouped(languages: tuple[str, ...], setting: str, grouped: bool) -> None:
    assert bool(key("de/a.md", languages=languages, translations=setting)) is grouped


@pytest.mark.parametrize(
    ("settings", "said", "posts"),
    [
        ("hugo.toml", "[languages.en]\n[languages.de]\n", "content/a.md content/a.de.md"),
        ("config.toml", 'base_url = "https://a.org"\n[languages.de]\n', "content/a.md content/a.de.md"),
        ("_config.yml", "language: [en, de]\n", "source/_posts/a.md source/_posts/de/a.md"),
        (
            "mkdocs.yml",
            "plugins: [i18n: {languages: [{locale: de}, {locale: en, default: true}]}]",
            "docs/a.md docs/a.de.md",
        ),
        ("mkdocs.yml", "extra: {alternate: [{lang: en}, {lang: de}]}", "docs/en/a.md docs/de/a.md"),
        ("mkdocs.yml", "plugins: [i18n: {languages: {en: English, de: [x]}}]", "docs/a.md docs/a.de.md"),
    ],
)
def test_a_site_that_names_two_languages_groups_by_itself(settings: str, said: str, posts: str, tmp_path: Path) -> None:
    (tmp_path / settings).write_text(said)
    (tmp_path / "scaffolds").mkdir()  # Hexo's, which other generators do not look for
    paths = [tmp_path / path for path in posts.split()]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\ntitle: Docker\n---\nText of docker.\n")
    with postdex.open(paths[0].parent if settings == "_config.yml" else tmp_path / posts.split("/")[0]) as ix:
        results = ix.search("docker")
        assert (results.total, results.grouped) == (1, True)
        assert [results[0].lang, *(other.lang for other in results[0].translations)] == ["en", "de"]


@pytest.mark.parametrize(
    ("path", "site", "setting", "original"),
    [
        ("a.md", "en", "", True),
        ("en/a.md", "en", "", True),
        ("de/a.md", "en", "", False),
        ("zh/a.md", "zh-cn", "", True),
        ("pt-br/a.md", "pt-pt", "", False),
        ("de/a.md", "en", "de", True),
        ("a.md", "", "", True),
        ("de/a.md", "", "", False),
    ],
)
def test_which_is_in_the_sites_own_language(path: str, site: str, setting: str, original: bool) -> None:
    settings = Settings(language=setting, translations="group")
    assert parse("Text.", path, Site(language=site), settings).original is original


# -- what a search gives


@pytest.fixture
def site(tmp_path: Path) -> Iterator[postdex.Index]:
    """A folder of posts in three languages."""
    pages = {
        "en/install.md": "Install\n---\nHow to install docker on the server.",
        "de/install.md": "Einrichten\n---\nWie man docker auf dem Server einrichtet.",
        "zh/install.md": "安装\n---\n如何在服务器上安装 docker。",
        "en/server.md": "Server\n---\nThe server and docker again.",
        "de/server.md": "Server\n---\n",
        "fr/alone.md": "Seul\n---\nUn serveur docker.",
        "en/one.md": "One\ntranslationKey: twice\n---\nThe docker of one.",
        "en/two.md": "Two\ntranslationKey: twice\n---\nThe docker of two.",
        "de/two.md": "Zwei\ntranslationKey: twice\n---\nDas docker von zwei.",
    }
    for path, text in pages.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"---\ntitle: {text}\n", encoding="utf-8")
    (tmp_path / "postdex.toml").write_text('translations = "group"\nlanguage = "en"\nurl = "/:path/"\n')
    with postdex.open(tmp_path) as ix:
        yield ix


def shown(ix: postdex.Index, text: str, **given: Any) -> list[str]:
    return sorted(hit.path for hit in ix.search(text, **given))


ALONE = ["de/two.md", "en/one.md", "en/two.md", "fr/alone.md"]


@pytest.mark.parametrize(
    ("text", "given", "paths"),
    [
        ("docker", {}, [*ALONE, "en/install.md", "en/server.md"]),
        ("docker einrichten", {}, [*ALONE, "de/install.md", "en/server.md"]),
        ("安装 docker", {}, [*ALONE, "en/server.md", "zh/install.md"]),
        ("auf dem", {}, ["de/install.md"]),
        ("docker lang:zh", {}, ["zh/install.md"]),
        ("docker", {"lang": "de"}, ["de/install.md", "de/two.md"]),
        ("install -lang:en", {}, ["de/install.md"]),
        ("docker -lang:en", {}, ["de/install.md", "de/two.md", "fr/alone.md"]),
        ("translation:install", {}, ["de/install.md", "en/install.md", "zh/install.md"]),
        ("", {}, [*ALONE, "en/install.md", "en/server.md"]),
        ("path:de", {}, ["de/install.md", "de/server.md", "de/two.md"]),
        ("docker", {"sort": "title"}, [*ALONE, "en/install.md", "en/server.md"]),
        ("server", {"units": "sections"}, ["en/install.md", "en/server.md"]),
    ],
)
def test_one_of_each_post(site: postdex.Index, text: str, given: dict[str, Any], paths: list[str]) -> None:
    assert shown(site, text, **given) == sorted(paths)


def test_each_of_them_for_who_asks(site: postdex.Index) -> None:
    results = site.search("docker", translations="all")
    assert results.total == 8 and not results.grouped and not any(hit.translations for hit in results)
    assert not site.search("docker lang:zh").grouped and site.search("docker").grouped
    with pytest.raises(postdex.QueryError):
        site.search("docker", translations="some")  # type: ignore[arg-type]


def test_pages_and_facets_count_posts_once(site: postdex.Index) -> None:
    whole = site.search("docker", facets=["lang", "year"])
    pages = [hit.path for offset in range(7) for hit in site.search("docker", limit=1, offset=offset)]
    assert pages == [hit.path for hit in whole] and whole.total == len(pages) == 6
    assert whole.facets["lang"] == {"en": 4, "de": 2, "fr": 1, "zh": 1}
    for lang, count in whole.facets["lang"].items():
        assert site.search("docker", lang=lang).total == count
    assert site.search("docker", limit=0).total == 6


def test_the_others_are_listed_on_every_face(site: postdex.Index) -> None:
    results = site.search("install")
    assert [tuple(other) for other in results[0].translations] == [
        ("de", "de/install.md", "/de/install/"),
        ("zh", "zh/install.md", "/zh/install/"),
    ]
    found = wire.to_dict(results)
    assert found["grouped"] is True and found["hits"][0]["translations"][1] == {
        "lang": "zh", "path": "zh/install.md", "url": "/zh/install/",
    }  # fmt: skip
    (led,) = web_address.with_origin(results, "https://a.org")
    assert [other.url for other in led.translations] == ["https://a.org/de/install/", "https://a.org/zh/install/"]
    text = terminal.full(results, Screen(80))
    assert "\n  also in de, zh\n" in text and "1 post, translations counted once, " in text
    (line, *_) = hit_lines.lines_for_programs(results, Screen())
    assert " (also in de, zh)" in line
    many = results[0]._replace(translations=results[0].translations * 5)
    assert "  also in de, zh, de, zh, de, zh, de, zh and 2 more\n" in terminal.full(
        results.replaced(hits=(many,)), Screen(80)
    )
    state = ServiceState(site)
    page = search_page.painted(state, b"q=install").html
    de, zh = ('<a href="/de/install/" hreflang="de" lang="de">Deutsch</a>', 'lang="zh">中文</a>')
    assert f"in {de}, " in page and zh in page
    assert "1 result (translations counted once)" in page
    assert '<a href="?q=install&amp;translations=all">Show each translation</a>' in page
    page = search_page.painted(state, b"q=install&translations=all").html
    assert '<a href="?q=install">Show translations as one</a>' in page
    assert '<input type="hidden" name="translations" value="all">' in page
    found = search_tool.search(Posts.of(site), "install")
    assert found["grouped"] and found["results"][0]["translations"] == [
        {"lang": "de", "id": "de/install.md"}, {"lang": "zh", "id": "zh/install.md"},
    ]  # fmt: skip


def test_posts_like_one_are_not_its_translations(site: postdex.Index) -> None:
    assert {hit.path for hit in site.like("en/install.md")}.isdisjoint(("de/install.md", "zh/install.md"))
    assert "en/two.md" in {hit.path for hit in site.like("en/one.md")}, "they are no translations of each other"


def test_a_key_that_says_nothing_is_told_of(site: postdex.Index) -> None:
    told = [problem for problem in site.problems() if "translation" in problem.hint]
    assert [(one.path, one.kind, one.message) for one in told] == [
        ("en/two.md", "note", "en/one.md is its translation, too, in the same language (en)")
    ]


def test_a_golden_query_finds_a_post_in_any_language(site: postdex.Index) -> None:
    golden = site.folder / "golden.txt"
    golden.write_text("how to install\tzh/install.md\n", encoding="utf-8")
    assert main.main(["-C", str(site.folder), "bench", str(golden)]) == 0


def test_why_a_translation_is_not_found(site: postdex.Index) -> None:
    assert site.explain("docker", "de/install.md").reasons == (
        "it is a translation of en/install.md, which is shown for both",
    )
    assert site.explain("docker", "en/install.md").rank and site.explain("docker lang:de", "de/install.md").rank


def test_the_setting_makes_the_index_anew(site: postdex.Index) -> None:
    assert site.get("de/install.md").translation == "install" and site.get("de/two.md").translation == "twice"
    (site.folder / "postdex.toml").write_text('translations = "all"\n')
    with postdex.open(site.folder) as ix:
        results = ix.search("docker")
        assert results.total == 8 and not results.grouped and ix.get("de/install.md").translation == ""
    (site.folder / "postdex.toml").write_text('translations = "grouped"\n')
    with pytest.raises(postdex.ConfigError, match="grouped is not one of auto, group, all; did you mean group"):
        postdex.open(site.folder)


def test_pages_in_several_languages_that_nobody_says_are_translations_are_told(tmp_path: Path) -> None:
    for lang in ("nl", "fr"):
        for name in "abc":
            file = tmp_path / "articles" / lang / f"{name}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"---\nlang: {lang}\n---\nword\n", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        ix.refresh()
        (note,) = ix.problems()
        assert note.message.startswith("3 pages seem to be there in several languages") and len(ix.search("word")) == 6
        assert note in diagnostics.problems_of_files(tmp_path, Settings())
    for setting in ("group", "all"):
        (tmp_path / "postdex.toml").write_text(f'translations = "{setting}"\n')
        with postdex.open(tmp_path) as ix:
            ix.refresh()
            assert not ix.problems() and len(ix.search("word")) == (3 if setting == "group" else 6)
