"""How does the cluster write a pattern with `*` and `?`, and text that stands for itself?

They mean what the expressions of `text.globs` mean. In Lucene's regular expressions `.` is any character, and every
sign of ASCII may be an operator. Of an expression of RE2 it is told the letters alone.
"""

from __future__ import annotations

import re

#: A part of an expression that stands for one character: a letter, any, a class or one without its meaning; and how
#: often it stands there.
_PIECE = re.compile(
    r"(?:(?P<letter>[A-Za-z0-9_])|\.|\\[dDsSwW.+*?^$()\[\]{}|\\/-]|\[\^?[^\]\[\\]+\])"
    r"(?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})?\??)"
)


def clean(text: str) -> str:
    """Text as it can stand in an index, which holds UTF-8: halves of a surrogate pair are question marks there."""
    return text.encode("utf-8", "replace").decode()


def wildcard(pattern: str) -> str:
    r"""A pattern as `globs.wildcard` has it, for a `wildcard` query.

    >>> print(wildcard("ref**c?u\\nt"))
    ref*c?u\\nt
    """
    return "".join(wildcard_escaped(clean(text)) if text[:1] not in ("*", "?") else text[0] for text in _cut(pattern))


def wildcard_escaped(text: str) -> str:
    r"""Text that stands for itself in a `wildcard` query.

    >>> print(wildcard_escaped("c?"))
    c\?
    """
    return re.sub(r"([*?\\])", r"\\\1", text)


def word_regex(pattern: str) -> str:
    r"""A pattern as `globs.wildcard` has it, as a regular expression.

    >>> print(word_regex("c+*?"))
    c\+.*.
    """
    return _regex(pattern, ".")


def path_regex(pattern: str) -> str:
    r"""A pattern as `globs.path` has it, as a regular expression.

    >>> print(path_regex("2022/*.md"), path_regex("**/a?"))
    2022/[^/]*\.md .*/a[^/]
    """
    return _regex(pattern, "[^/]")


def regex_escaped(text: str) -> str:
    r"""Text that stands for itself in a regular expression.

    >>> print(regex_escaped("c++/内核"))
    c\+\+/内核
    """
    return re.sub(r"([!-.:-@\[-`{-~])", r"\\\1", text)


def letter_runs(pattern: str) -> list[str]:
    r"""Letters that stand side by side, one run behind the other, in all that an expression of RE2's covers, whatever
    its case; none where more of its syntax would have to be understood to tell.

    >>> letter_runs(r"smc[._]*\w+_fallbacks?"), letter_runs("a|b"), letter_runs("(ab)+c")
    (['smc', '_fallback'], [], [])
    """
    runs, at = [""], 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return []
        at = piece.end()
        if piece["letter"] and piece["repeat"] in ("", "+", "+?"):
            runs[-1] += piece["letter"].lower()
        if not piece["letter"] or piece["repeat"]:
            runs.append("")
    return [run for run in runs if run]


def _regex(pattern: str, one: str) -> str:
    """`*` is any run of what `one` is, `**` of any characters, `?` is one."""
    regex = ""
    for text in _cut(pattern):
        if text[:1] == "?":
            regex += one
        elif text[:1] == "*":
            regex += f"{one if len(text) == 1 else '.'}*"
        else:
            regex += regex_escaped(clean(text))
    return regex


def _cut(pattern: str) -> list[str]:
    """A pattern as runs of `*`, single `?`, and what stands between them."""
    return [text for text in re.split(r"(\*+|\?)", pattern) if text]
