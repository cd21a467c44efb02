"""What does the interface say, in the reader's language?

`messages.json` has it all: language -> key -> text, or the texts by the plural categories of CLDR, which browsers
know as `Intl.PluralRules`. The page is written from it here; the box gets the same table inside postdex.js, without
the keys that begin with `page_`, which only the page says. `{name}` is a place for a value, `{n}` for the number that
decides the plural. What posts and queries hold, and warnings, are not of the interface: they stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from json import loads
from pathlib import Path
from re import sub

#: What is spoken where the reader wants none of the languages that there are.
DEFAULT = "en"

_Texts = Mapping[str, str | Mapping[str, str]]


@cache
def table() -> Mapping[str, _Texts]:
    """Language -> key -> text, or plural category -> text."""
    read: Mapping[str, _Texts] = loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
    return read


def best(tags: Iterable[str]) -> str:
    """The language of the table that fits these tags of BCP 47 best, the first one first; Chinese by its script.

    >>> best(["pt", "de-AT", "fr"]), best(["zh-HK"]), best(["zh"]), best([])
    ('de', 'zh-TW', 'zh-CN', 'en')
    """
    for tag in tags:
        language, *rest = tag.lower().split("-")
        if language == "zh":
            return "zh-TW" if {"hant", "tw", "hk", "mo"} & set(rest) and "hans" not in rest else "zh-CN"
        if language in table():
            return language
    return DEFAULT


def accepted(header: str) -> list[str]:
    """The tags of a header Accept-Language, the most wanted first.

    >>> accepted("de;q=0.5, fr-CH, *;q=0.1, en;q=0")
    ['fr-CH', 'de', '*']
    """
    weights: dict[str, float] = {}
    for part in header.split(","):
        tag, _, weight = part.replace(" ", "").partition(";q=")
        try:
            weights[tag] = float(weight or 1)
        except ValueError:
            continue
    return sorted((tag for tag, weight in weights.items() if tag and weight > 0), key=weights.__getitem__, reverse=True)


def say(language: str, key: str, n: int = 0, /, **values: str) -> str:
    """A message with its values in it as they are given (escaped, where it becomes HTML); `n` chooses the plural.

    >>> say("en", "posts", 1), say("ru", "posts", 1234), say("de", "mended", word="x", words="y")
    ('1 post', '1\\xa0234 статьи', 'Kein Beitrag enthält „x“. Auch gesucht: y.')
    """
    text = table()[language][key]
    if not isinstance(text, str):
        text = text.get(plural(language, n)) or text["other"]
    values["n"] = number(language, n)
    return sub(r"\{(\w+)\}", lambda place: values[place[1]], text)


def number(language: str, n: int) -> str:
    """A number as it is written there.

    >>> number("en", 12345), number("de", 12345)
    ('12,345', '12.345')
    """
    return f"{n:,}".replace(",", str(table()[language]["digits"]))


def plural(language: str, n: int) -> str:
    """The plural category of a number, by CLDR's rules for whole numbers; a million of anything counts as "other".

    >>> [plural("ar", n) for n in (0, 1, 2, 3, 11, 100)]
    ['zero', 'one', 'two', 'few', 'many', 'other']
    """
    if language == "ar":
        last = n % 100
        return {0: "zero", 1: "one", 2: "two"}.get(n) or (
            "few" if 3 <= last <= 10 else "many" if last > 10 else "other"
        )
    if language == "ru":
        last, teen = n % 10, 11 <= n % 100 <= 14
        return "one" if last == 1 and not teen else "few" if 2 <= last <= 4 and not teen else "many"
    if language == "fr":
        return "one" if n < 2 else "other"
    return "one" if n == 1 and "one" in table()[language]["posts"] else "other"
