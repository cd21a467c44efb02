"""Does the interface say everything in each of its languages?"""

from __future__ import annotations

import re

import pytest

from postdex.http.page import messages

#: The plural categories that whole numbers have, by CLDR; a million of anything is left to "other".
CATEGORIES = {
    "one other": ("en", "de", "fr", "es"),
    "other": ("zh-CN", "zh-TW", "ja", "ko"),
    "few many one other": ("ru",),
    "few many one other two zero": ("ar",),
}


def forms(text: object) -> dict[str, str]:
    return dict(text) if isinstance(text, dict) else {"": str(text)}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", [language for each in CATEGORIES.values() for language in each])
def test_every_language_says_everything(language: str) -> None:
    english, texts = messages.table()["en"], messages.table()[language]
    assert list(texts) == list(english)
    wanted = next(names for names, languages in CATEGORIES.items() if language in languages)
    for key, text in texts.items():
        plural = isinstance(english[key], dict)
        assert " ".join(sorted(forms(text))) == (wanted if plural else ""), key
        for form in forms(text).values():
            allowed = places(forms(english[key]).get("other", "") or str(english[key]))
            assert places(form) == allowed or (plural and allowed - places(form) == {"n"}), key
            assert not set("<>&'\"\n") & set(form), "it goes into HTML as it is"


def test_there_are_no_other_languages() -> None:
    assert sorted(messages.table()) == sorted(language for each in CATEGORIES.values() for language in each)


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["zh-Hant"], "zh-TW"),
        (["zh-Hans-TW"], "zh-CN"),
        (["ZH-mo", "en"], "zh-TW"),
        (["zh-SG"], "zh-CN"),
        (["nb", "", "*", "ja-JP"], "ja"),
        (["en-GB", "de"], "en"),
        (["x" * 1000, "-", "e"], "en"),
    ],
)
def test_the_language_that_fits_best(tags: list[str], language: str) -> None:
    assert messages.best(tags) == language


@pytest.mark.parametrize(
    ("header", "tags"),
    [("", []), (";q=1,,de;q=x", []), ("en, de;q=0.9, ja;q=0.95", ["en", "ja", "de"]), ("zh-TW ; q=0.3", ["zh-TW"])],
)
def test_what_a_browser_accepts(header: str, tags: list[str]) -> None:
    assert messages.accepted(header) == tags


def test_values_are_put_in_once() -> None:
    said = messages.say("en", "mended", word="{words}", words="{n}")
    assert said == "No post has “{words}”. Also searched for {n}."
