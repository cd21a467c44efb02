"""What is asked of two engines, so that nothing is left out? A table of questions, with words to fill in.

The words, phrases, names and filters are drawn from the posts themselves, other ones each time, so that there is
something to find in any folder. Who asks and compares is `parity`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from generate import read, walk

from postdex_index.model import Post
from postdex_index.schema import FACETS

#: Posts that words are drawn from, at most.
SAMPLE = 400
WORD = re.compile(r"[a-z]{4,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")
IDENTIFIER = re.compile(r"\b\w+(?:[_.-]\w+)+\b")


class Asked(NamedTuple):
    """One question: what is asked for (a method of `Index`), the text, and the arguments besides."""

    text: str
    arguments: Mapping[str, Any] = {}
    what: str = "search"


#: Every node of a query tree, every filter, every argument of a search, and what people paste. The names in braces are
#: drawn: see `drawn`.
QUERIES = """
{word}
{common}
{word} {other}
{common} {word} {other}
{title}
{heading}
{sentence}
{paragraph}
{identifier}
{chinese}
{chinese} {word}
{slip}
{slip} {common}
how do I {word} my {other}?
what is the best way to {title}
my {word}, is there a way to {common} it
怎么{chinese}吗
{word}{other}
{word}_{other}
{word}.{other}
--{word} {common}
+{word} +{common}
+{common} {word}
{common} -{word}
{word} AND {common}
{word} OR {other}
{common} NOT {word}
({word} OR {other}) AND {common}
{word}^3 {other}
"{phrase}"
"{phrase}"~4
"{reversed}"~2
+"{phrase}" {other}
"{title}"
"{chinese}"
+{chinese}
"{phrase}" OR {other}
{begin}*
{begin}*{last}
{begin}?{rest}
{word}~
{slip}~2
+{begin}* {common}
{common} -{begin}*
title:{word}
title:"{title}"
title:{begin}*
title:{word}~
heading:{word}
heading:({word} {common})
heading:"{heading}"
body:{word}
body:"{phrase}"
body:{chinese}
code:{code}
code:{begin}*
+title:{word} {common}
title:{word} OR body:{other}
tag:{tag}
tag:{tag} {common}
tag:{begin}* {common}
{common} -tag:{tag}
tag:{tag} OR {word}
tag:nobody-has-it {common}
category:{category} {common}
author:{author} {common}
author:{author}
lang:{lang} {common}
lang:zh
path:{folder} {common}
path:{folder}/*
path:**/*.md {word}
path:{path}
path:{path} {word}
codelang:{codelang} {common}
codelang:py*
translation:{translation}
{field}:{value}
{common} -{field}:{value}
{field}:* {word}
{field}:>={value}
{field}:..{value} {common}
{field}:>{year}
links:{linking}
linked:{linking} {common}
{pin}
*{end}
+*{end} {common}
?{rest}
/{begin}\\w+/
/.*{end}|{word}/ {common}
date:{year} {common}
date:{year}..{next}
after:{year}-06 {word}
before:{year}
*
-{word}

???
zzzzqqqq
zzzzqqqq {common}
the of and
"of the"
+the {word}
how to {word} the {other}
如何 {chinese}
C++ {common}
.net
v6.1.7
0xdead {word}
a
{word} {word} {word}
"{word}
({word} {other}
""".strip().split("\n")
ARGUMENTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("{common}", {"limit": 0}),
    ("{common}", {"limit": 1}),
    ("{common} {word}", {"limit": 100}),
    ("{common}", {"limit": 1000}),
    ("{common} {word}", {"offset": 30, "limit": 20}),
    ("{common}", {"offset": 100_000}),
    ("{common}", {"sort": "date", "limit": 50}),
    ("{common}", {"sort": "updated", "offset": 7}),
    ("{common} {other}", {"sort": "title"}),
    ("*", {"sort": "title", "limit": 200}),
    ("*", {"sort": "{field}", "limit": 200}),
    ("{common}", {"sort": "-{field}"}),
    ("*", {"facets": "{field}"}),
    ("{common}", {"facets": "{field}", "translations": "all"}),
    ("{common} {word}", {"recency": "1y", "limit": 50}),
    ("{common}", {"recency": "30d", "explain": True}),
    ("{common}", {"drafts": True}),
    ("*", {"drafts": True, "sort": "updated", "limit": 100}),
    ("{common} {word}", {"facets": tuple(FACETS)}),
    ("*", {"facets": tuple(FACETS), "drafts": True}),
    ("{common}", {"units": "sections", "limit": 20}),
    ("{word} {common}", {"units": "sections", "offset": 5}),
    ("{common}", {"lang": "en"}),
    ("{chinese}", {"lang": "zh"}),
    ("{common}", {"translations": "all"}),
    ("{common}", {"translations": "all", "facets": tuple(FACETS)}),
    ("{slip} {common}", {"typo": False}),
    ("{common} {begin}", {"prefix_last": True}),
    ("{begin}", {"prefix_last": True}),
    ("{word} {common}", {"snippets": False}),
    ("{word} {common}", {"section_snippets": True}),
    ("{word} {common} {title}", {"explain": True}),
    ('"{phrase}" {begin}*', {"explain": True}),
    ("{common}", {"tags": "{tag}"}),
    ("{common}", {"categories": "{category}"}),
    ("{common}", {"after": "{year}", "before": "{next}"}),
)
KINDS = (
    *map(Asked, QUERIES),
    *(Asked(text, arguments) for text, arguments in ARGUMENTS),
    *(Asked(text, {}, "suggest") for text in ("{begin}", "{common} {begin}", "{chinese}", "{tag}", "zzzq", "")),
    Asked("{path}", {}, "like"),
    Asked("{path}", {"limit": 30, "offset": 2}, "like"),
    Asked("{path}", {}, "get"),
    Asked("no/such/post.md", {}, "get"),
    Asked("{word} {common}", {"path": "{path}"}, "explain"),
    Asked("{title}", {"path": "{path}"}, "explain"),
    Asked("+{word} -{common}", {"path": "{path}"}, "explain"),
    Asked("{linking}", {}, "links"),
    Asked("{path}", {}, "backlinks"),
    Asked(r"{begin}\w+ \w", {"query": "{common}"}, "lines"),
    Asked("", {}, "fields"),
    Asked("", {}, "problems"),
)


def questions(folder: Path, rounds: int, sampled: int, seed: int) -> list[Asked]:
    """The kinds, with words of the folder's posts, so many times; then so many pieces of the posts as they stand."""
    chance = random.Random(seed)
    paths = walk(folder)
    posts = list(read(folder, chance.sample(paths, min(len(paths), SAMPLE))))
    asked = [filled(kind, drawn(posts, chance)) for _ in range(rounds) for kind in KINDS]
    for number in range(sampled):
        values = drawn(posts, chance)
        pieces = ("{word}", "{word} {other}", "{sentence}", "{title} {other}", "{chinese}", "{piece}")
        asked.append(filled(Asked(pieces[number % len(pieces)]), values))
    return asked


def filled(kind: Asked, values: Mapping[str, str]) -> Asked:
    """A kind of question with words in place of their names."""
    arguments = {
        name: value.format_map(values) if isinstance(value, str) else value for name, value in kind.arguments.items()
    }
    return kind._replace(text=kind.text.format_map(values), arguments=arguments)


def drawn(posts: Sequence[Post], chance: random.Random) -> dict[str, str]:
    """Words and pieces of random posts, by the names that `KINDS` has for them."""
    post = chance.choice(posts)
    texts = [section.text for section in post.sections]
    text = chance.choice(texts) if texts else post.title
    words = WORD.findall(text.lower()) or ["nothing"]
    line = chance.choice([line for line in text.splitlines() if len(line) > 20] or [post.title]).split()
    word, other = chance.choice(words), chance.choice(words)
    (common, _), *_ = Counter(words).most_common(1)
    start = chance.randrange(max(1, len(line) - 8))
    pair = line[start : start + chance.randint(2, 3)]
    at = chance.randrange(1, max(2, len(word) - 1))
    coded = [(section, block) for section in post.sections for block in section.code]
    code = " ".join(section.text[block.start : block.stop] for section, block in coded).split()
    titles = [run for one in posts for run in CHINESE.findall(one.title)]
    fields = [(name, value) for one in posts for name, values in one.fields for value in values]
    field, value = _one(chance, fields, ("status", "published"))
    year = 1970 + (post.date_seconds or 0) // 31_557_600
    return {
        "word": word,
        "other": other,
        "common": common,
        "slip": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        "begin": word[:3],
        "end": word[-3:],
        "last": word[-1],
        "rest": word[4:],
        "title": _plain(post.title),
        "heading": _plain(chance.choice([section.heading for section in post.sections] or [post.title])),
        "sentence": " ".join(line[:12]),
        "piece": " ".join(line[start : start + 5]),
        "paragraph": " ".join(text.split()[:120]),
        "phrase": _plain(" ".join(pair)),
        "reversed": _plain(" ".join(reversed(pair))),
        "identifier": _one(chance, IDENTIFIER.findall(text), "sk_user_data"),
        "chinese": _one(chance, CHINESE.findall(text) or titles, "搜索引擎")[:6],
        "code": _one(chance, WORD.findall(" ".join(code).lower()), word),
        "codelang": _one(chance, [block.language for _, block in coded if block.language], "python"),
        "tag": _quoted(_one(chance, post.tags, "linux")),
        "category": _quoted("/".join(_one(chance, post.categories, ("linux",)))),
        "author": _quoted(_one(chance, post.authors, "ada")),
        "lang": post.lang or "en",
        "translation": _quoted(post.translation or "docs/none"),
        "field": field,
        "value": value if re.fullmatch(r"[\w.-]+", value) else f'"{value}"',
        "linking": _one(chance, [one.path for one in posts if one.links], post.path),
        "pin": _one(chance, [pin for one in posts for pin in one.pins], word),
        "path": post.path,
        "folder": post.path.split("/")[0],
        "year": str(year),
        "next": str(year + 2),
    }  # fmt: skip


def _one(chance: random.Random, values: Iterable[Any], otherwise: Any) -> Any:
    several = list(values)
    return chance.choice(several) if several else otherwise


def _plain(text: str) -> str:
    return text.replace('"', " ")


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"[^\w/-]", text) else text
