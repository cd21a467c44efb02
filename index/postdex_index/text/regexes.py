r"""What does a regular expression cover that a stranger typed? RE2's syntax, in time linear in the text.

The library is google-re2, the extra `regex`: nobody else imports it, and Python's own `re`, which an expression such as
`(a+)+$` can keep busy for years, never sees one. What RE2 lacks on purpose are backreferences and looking around.
"""

from __future__ import annotations

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
