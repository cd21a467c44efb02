"""Does the reader answer from files as the service answers from the index: whole answers, as JSON, byte for byte?

The site has all that decides on an answer: slips and glued words, synonyms, a glossary, pins, age, own fields,
translations, drafts. What queries mean, and how each part is found, is compared by the tests of these parts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from reader_bundle import ReaderBundle
from test_rescue import ENGLISH, GERMAN, GLUED, NAMES, SLIPS, TWO, words

import postdex
from postdex.export import bundle
from postdex.output import wire
from postdex_index.errors import PostdexError

SETTINGS = """
recency = "2y"
glossary = ["terms/*"]
base_url = "https://example.org/blog/"
url = "/:slug/"

[synonyms]
"k8s" = ["Kubernetes"]
"repo ->" = ["git", "socket"]
"数据库" = ["DB"]

[[pins]]
query = ["install", "getting started"]
post = ["rust1.md", "nowhere.md", "draft.md"]
"""


def post(head: str, text: str) -> str:
    """A post with fields, which stand apart by semicolons, and its text."""
    return "\n".join(("---", *head.split("; "), "---", text))


POSTS = {
    "german.md": post("lang: de; date: 2020-01-01", f"# Recht\n\n{GERMAN}"),
    "english.md": post(
        'lang: en; date: 2024-02-03; tags: [Linux, "C++"]', f"# Law\n\n{ENGLISH}\n\n## Parts\n\n{GLUED}"
    ),
    "terms/pv.md": post("title: Persistent volume (PV); aliases: [PV claim]; rating: 3", "A volume that stays."),
    "terms/k8s.md": post(
        "title: 集群; lang: zh; rating: 4.5; status: draft", "数据库 和 Kubernetes 集群的 `kube_proxy`，怎么配置？"
    ),
    "a.en.md": post("translationKey: a; lang: en; rating: 10; status: live", "# Sockets\n\nHow sockets are made."),
    "a.zh.md": post(
        "translationKey: a; lang: zh; status: live; categories: [linux, net]", "# 套接字\n\nsocket 是什么。"
    ),
    "b.md": post(
        "date: 2024-02-03; status: live",
        "# Getting started\n\nTo install, run it.\n\n### Deep\n\n```c\nsmc_close(sk);\n```\n",
    ),
    "emoji.md": "# 🦀 Rust 🦀\n\n𝔘nicode <b>with</b> & signs: 🦀 rust, \U0001f469\u200d\U0001f467, e\u0301cole.",
}
QUERIES = [
    "", "install", "getting started", "k8s", "repo", "PV", "pv claim", "数据库", "什么是集群", "how do sockets work",
    "tag:linux", "tag:linus", "lang:zh socket", "lang:fr socket", "status:live", "status:lvie socket",
    "rating:>=4", "rating:3..5 volume", "-status:draft kubernetes", "after:2024 law", "date:2020", "before:30d",
    "path:terms/*", "category:linux/net", "title:sockets", "heading:deep", "code:smc_close", "+nothing +socket",
    "socket nothing AND x", "socket -kernel", '"how sockets"', "sock* OR pv", "s?cket", "kernle~",
    "smc_close()", "🦀 rust", "𝔘nicode", "école", "a ) b", '"open', "x:y", "links:b.md socket", "/so.*t/",
    "author:me", "socket^3 kernel^.1", "(a b)^2", "the of", "Versicherung", "Haftpflicht kostet",
    "Wetterbericht", "Kraftfahrzeughaftpflicht", "notebook", "Bericht.", "…", "+", "sockꝛt፮", "kernel፩", "soc①ket",
]  # fmt: skip


class Site(NamedTuple):
    """An index and the reader of what was published of it."""

    library: postdex.Index
    reader: ReaderBundle


@pytest.fixture(scope="module", params=["modules", "joined"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, out = tmp_path_factory.mktemp("posts"), tmp_path_factory.mktemp("site") / "search"
    for name, text in ({**words(), **POSTS, "postdex.toml": SETTINGS}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with postdex.open(folder, refresh="never") as index:
        bundle.write(index, out)
        days = (index.today() - date(1970, 1, 1)).days
        with ReaderBundle(out, days, joined=request.param == "joined") as reader:
            yield Site(index, reader)


def check(site: Site, **given: Any) -> None:
    """The answer of a service is that of the reader."""
    arguments = {name: value for name, value in given.items() if name != "q"}
    try:
        expected = wire.to_dict(site.library.search(given["q"], deadline_ms=None, **arguments))
    except PostdexError as error:
        expected = {**error.to_dict()}
    answer = site.reader.search(raw=False, **given)
    told = [warning for warning in answer.get("warnings", ()) if "is not possible in a published index" in warning]
    if told:
        assert ("/" in given["q"] or "link" in given["q"]) and told == answer["warnings"]
        return
    for form in (expected, answer):
        form.pop("took_ms", None)
        form.pop("index", None)
    assert answer == json.loads(json.dumps(expected))


@pytest.mark.parametrize("query", [*QUERIES, *(row[0] for row in (*SLIPS, *NAMES, *TWO))])
def test_a_query(site: Site, query: str) -> None:
    check(site, q=query)


@pytest.mark.parametrize(
    "given",
    [
        {"q": "socket", "facets": ["tags", "categories", "lang", "year", "fields", "rating", "status"]},
        {"q": "", "sort": "title"},
        {"q": "", "sort": "rating", "limit": 3, "offset": 1},
        {"q": "", "sort": "-rating"},
        {"q": "socket", "sort": "rtaing"},
        {"q": "socket", "facets": ["nothing"]},
        {"q": "socket kernel", "sort": "date"},
        {"q": "socket kernel", "sort": "updated", "typo": False},
        {"q": "sokcet", "typo": False},
        {"q": "sock", "prefix_last": True},
        {"q": "kernel so", "prefix_last": True, "translations": "all"},
        {"q": "socket", "translations": "all", "section_snippets": True},
        {"q": "socket", "snippets": False, "limit": 100},
        {"q": "socket", "recency": "30d"},
        {"q": "socket", "recency": "off"},
        {"q": "socket", "recency": "soon"},
        {"q": "socket", "tags": ["linux"], "lang": "en", "path": "english.md"},
        {"q": "law", "categories": ["linux"], "after": "2020", "before": "2030-01-01"},
        {"q": "law", "after": "the day"},
        {"q": "socket", "where": ["status:live", "-rating:>4"]},
        {"q": "socket", "where": ["stauts:live"]},
        {"q": "install", "where": ["rating:>100"]},
        {"q": "install", "tags": ["linux"]},
        {"q": "socket", "limit": 0},
        {"q": "socket", "offset": 5000},
    ],
)
def test_arguments(site: Site, given: dict[str, Any]) -> None:
    check(site, **given)


def test_drawn_queries(site: Site) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    typed = [word for text in (*POSTS.values(), *words().values()) for word in text.split()]
    for _ in range(150):
        several = [_slip(chance, chance.choice(typed)) for _ in range(chance.choice((1, 1, 2, 3)))]
        check(site, q=" ".join(several), prefix_last=chance.random() < 0.2)


def _slip(chance: random.Random, word: str) -> str:
    """A word as it is, or with a slip."""
    at = chance.randrange(len(word))
    letter = chance.choice("aeiorstn内")
    return chance.choice(
        (word, word, word[:at] + letter + word[at:], word[:at] + word[at + 1 :] or word, word[: at + 1])
    )


@pytest.mark.parametrize(
    "text", ["the refc", "s", "sk_u", "kub", "时", "套接", "数", "C+", "http", "ü", "", "a ", "x-", "🦀"]
)
def test_a_word_being_typed(site: Site, text: str) -> None:
    for limit in (1, 10, 100):
        assert site.reader.suggest(text, limit) == wire.suggestions(text, site.library.suggest(text, limit=limit))


def test_a_post(site: Site) -> None:
    for path in site.library:
        assert site.reader.document(path) == json.loads(json.dumps(wire.document(site.library.get(path))))
    assert site.reader.document("draft.md")["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"drafts": True}, "a search in unpublished posts is not possible in a published index"),
        ({"units": "sections"}, "a list of sections is not possible in a published index"),
        (
            {"meaning": True},
            "an order by meaning is not possible in a published index; hits come as their words have them",
        ),
        ({"explain": True}, "an explanation of scores is not possible in a published index"),
    ],
)
def test_what_is_not_possible_is_told(site: Site, given: dict[str, Any], warning: str) -> None:
    plain, answer = site.reader.search(q="socket"), site.reader.search(q="socket", **given)
    assert answer["warnings"][0].startswith(warning)
    assert answer["hits"] == plain["hits"] and answer["total"] == plain["total"]
