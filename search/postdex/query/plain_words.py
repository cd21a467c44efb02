"""Is a query nothing but words, so that what they mean is what is asked for?

Whoever types operators, quotes, filters or patterns says how the words are meant; no other order knows better.
"""

from __future__ import annotations

from .lexer import QueryToken
from .parser import Clause, Group

#: Signs that make a pattern of a word; a question may end with the second.
_PATTERN = "*?"


def only_words(root: Group) -> bool:
    """Whether all of a query is words, each without a sign.

    >>> from .lexer import lex
    >>> from .parser import group
    >>> texts = ("how do I shrink photos?", "shrink -photos", "small AND photos", '"small photos"', "photo*")
    >>> [only_words(group(lex(text).tokens).root) for text in texts]
    [True, False, False, False, False]
    """
    return root.kind == "beside" and bool(root.parts) and all(map(_is_word, root.parts))


def _is_word(part: Clause | Group) -> bool:
    return isinstance(part, Clause) and not part.sign and _is_plain(part.token)


def _is_plain(token: QueryToken) -> bool:
    return (
        token.kind == "word"
        and not (token.sign or token.field)
        and token.edits < 0
        and token.weight == 1
        and not any(sign in token.text.rstrip("?") for sign in _PATTERN)
    )
