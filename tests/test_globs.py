"""Do patterns cover what trying covers? The oracles of .gitignore, git's own among them, are in test_posts.py."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdex_index.text import globs

PATTERNS = st.text("ab.é/*?", max_size=8)
TEXTS = st.text("ab.é/", max_size=8)


def covers(regex: bytes, text: str) -> bool:
    return re.fullmatch(regex, text.encode()) is not None


@given(PATTERNS, TEXTS)
def test_wildcards_cover_what_fnmatch_does(pattern: str, text: str) -> None:
    assert covers(globs.wildcard(pattern), text) == fnmatchcase(text, pattern)


@given(PATTERNS, TEXTS)
def test_paths_cover_what_trying_says(pattern: str, text: str) -> None:
    signs = re.findall(r"\*+|.", pattern)

    @cache
    def tried(sign: int, at: int) -> bool:
        if sign == len(signs):
            return at == len(text)
        kind, more = signs[sign], at < len(text)
        if kind[0] == "*":
            return tried(sign + 1, at) or (more and (kind != "*" or text[at] != "/") and tried(sign, at + 1))
        return more and (text[at] == kind or (kind == "?" and text[at] != "/")) and tried(sign + 1, at + 1)

    assert not covers(globs.path(pattern), text) or tried(0, 0)
    if pattern.count("**") <= 2:
        assert covers(globs.path(pattern), text) == tried(0, 0)


def test_stars_that_others_try_for_ever() -> None:
    assert not covers(globs.wildcard("*a" * 30 + "*b"), "a" * 80)
    assert covers(globs.wildcard("*a" * 30 + "*"), "a" * 80)


@pytest.mark.parametrize("char", ["\udc80", "(", "\n"])
def test_what_is_no_sign_stands_for_itself(char: str) -> None:
    sent = char.encode("utf-8", "replace").decode()
    assert covers(globs.wildcard(char), sent) and covers(globs.path(f"a{char}"), f"a{sent}")
