r"""What does a regular expression cover that a stranger typed? RE2's syntax, in time linear in the text.

The library is google-re2, the extra `regex`: nobody else imports it, and Python's own `re`, which an expression such as
`(a+)+$` can keep busy for years, never sees one. What RE2 lacks on purpose are backreferences and looking around. A
text that stands for itself is no expression: it is found without the library.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from .. import forks
from ..errors import MissingExtraError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes that an expression may take with the states that it was in, and steps of its program (`\p{L}` has 1,200). Where
#: the states are too many, it goes step by step: with 1 MB `((.{0,100}){0,9})B` takes 5 s for 100,000 characters, with
#: 8 MB, which is RE2's own choice, .16. Through the 180,000 words of 10,000 posts it goes in 3 s, usual ones in .005.
MAX_MEMORY, MAX_STEPS = 8 << 20, 10_000
#: Expressions that are kept.
_MAX_KEPT = 16
#: A pattern that is a text, its signs escaped as in RE2 they may be; or that as a whole word.
_LITERAL = re.compile(r"(\\b\(\?:)?((?:[^\\.^$*+?()\[\]{}|\n]|\\[^\w\n\u0080-\U0010ffff])+)(?(1)\)\\b)")
#: Characters of a pattern that is taken for one. With `any_case` 200 take .05 s for 100,000 characters, 10,000 take
#: 1.6 s; the library takes as long for all.
_LONGEST_LITERAL = 500
#: No character above this one has another case.
_LAST_CASED = 0x1E943


class RegexMatch(Protocol):
    """A place that an expression covers, in the unit of the text."""

    def start(self) -> int: ...
    def end(self) -> int: ...
    def span(self) -> tuple[int, int]: ...


class Regex(Protocol):
    """A compiled expression: over UTF-8, or over text, which takes longer."""

    def finditer(self, text: bytes | str) -> Iterator[RegexMatch]:
        """The places that it covers, one behind the other."""
        ...

    def search(self, text: bytes | str) -> RegexMatch | None:
        """The first of them."""
        ...

    def fullmatch(self, text: bytes | str) -> RegexMatch | None:
        """The whole text, if it covers that."""
        ...


def of_lines(pattern: str, *, any_case: bool = False) -> Regex:
    r"""The expression, which never reaches over the end of a line. Raises QueryError, MissingExtraError.

    >>> of_lines(r"sk_\w+ = NULL").search("sk->sk_user_data = NULL;").start()
    4
    """
    return _compiled(pattern, not any_case)


def of_literal(pattern: str, *, any_case: bool = False) -> Regex | None:
    r"""What finds the same as `of_lines` over UTF-8, for a pattern that is only a text, escaped where it has signs, and
    may stand in `\b(?:…)\b`; None for any other, and for a long one.

    >>> literal, expression = of_literal(r"sk\->sk_prot"), of_literal("sk.sk_prot")
    >>> literal and literal.search(b"or sk->sk_prot"), expression
    (<re.Match object; span=(3, 14), match=b'sk->sk_prot'>, None)
    """
    if len(pattern) > _LONGEST_LITERAL or (match := _LITERAL.fullmatch(pattern)) is None:
        return None
    text = re.sub(r"\\(.)", r"\1", match[2])
    forms = (_cased().get(char.casefold(), char) if any_case else char for char in text)
    literal = b"".join(
        b"(?:%b)" % b"|".join(map(_escaped, form)) if len(form) > 1 else _escaped(form) for form in forms
    )
    compiled: Any = re.compile(rb"\b%b\b" % literal if match[1] else literal)
    regex: Regex = compiled
    return regex


def _escaped(char: str) -> bytes:
    return re.escape(char.encode("utf-8", "surrogatepass"))


@lru_cache(1)
def _cased() -> dict[str, str]:
    """The characters that are one but for their case, by what they are folded to."""
    forms: dict[str, str] = {}
    for char in map(chr, range(_LAST_CASED + 1)):
        if (folded := char.casefold()) != char:
            forms[folded] = forms.get(folded, folded if len(folded) == 1 else "") + char
    return forms


def of_words(pattern: str) -> Regex:
    r"""The expression for whole words in a text of one word a line, whatever their case. Raises as `of_lines`.

    >>> [match.start() for match in of_words(r"\w+count").finditer("count\nrefcount\nrefcounts\n")]
    [6]
    """
    _compiled(pattern, False)  # says what is wrong with it, and takes no bracket for one of those around it here
    quoted = r"\E" if r"\Q" in pattern.rpartition(r"\E")[2] else ""
    return _compiled(rf"(?m)^(?:{pattern}{quoted})$", False)


@lru_cache(_MAX_KEPT)
def _compiled(pattern: str, case_sensitive: bool) -> Regex:
    try:
        with forks.barred:
            import re2
    except ImportError as error:
        raise MissingExtraError("regular expressions need google-re2", "pip install 'postdex[regex]'") from error
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.never_nl = True
    options.case_sensitive = case_sensitive
    try:
        compiled: Any = re2.compile(pattern.encode("utf-8", "surrogatepass"), options)
    except re2.error as error:
        raise QueryError(
            f"this is no regular expression: {_reason(error, pattern)}",
            "the syntax is RE2's: no backreferences, and nothing that looks ahead or behind",
            code="bad_regex",
        ) from error
    re2.purge()  # it would keep 128 of its own
    if compiled.programsize > MAX_STEPS:
        raise QueryError("this regular expression is too large", "repeat less in it", code="bad_regex")
    regex: Regex = compiled
    return regex


def _reason(error: Exception, pattern: str) -> str:
    """What the library says, and where that is."""
    message = error.args[0].decode("utf-8", "replace") if error.args else ""
    reason, _, piece = message.partition(": ")
    at = pattern.find(piece) if piece != pattern else -1
    return f"{message} (character {at + 1})" if piece and at >= 0 else reason
