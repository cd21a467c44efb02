"""Which words of a group only ask, as `how do i` does of `how do i resize photos`?

What a language asks with is told by `postdex_index.text.questions`. What those words weigh then is left to `terms`, and
what becomes of them to `planner`.
"""

from __future__ import annotations

from postdex_index.text.questions import asking_words

from .parser import Group, bare_word
from .terms import WordContext


def places(group: Group, reading: WordContext) -> frozenset[int]:
    """The places of the clauses that only ask, of words that stand beside one another without a sign; none where
    nothing else is there.

    >>> from postdex_index.text.analyzer import Analyzer
    >>> from postdex.query.lexer import lex
    >>> from postdex.query.parser import group
    >>> reading = WordContext(Analyzer(True, ("en",)))
    >>> sorted(places(group(lex("how do I resize photos").tokens).root, reading))
    [0, 1, 2]
    >>> sorted(places(group(lex("+how do I").tokens).root, reading))
    []
    """
    if group.kind != "beside" or len(group.parts) == 1 or not reading.asks:
        return frozenset()
    words: list[str] = []
    of_clauses: list[int] = []
    for at, part in enumerate(group.parts):
        text = "" if part.sign else bare_word(part)
        in_text = reading.analyzer.key(text).split(" ")
        words += in_text
        of_clauses += [at] * len(in_text)
    asking = asking_words(words, reading.analyzer.languages)
    others = {at for at, asks in zip(of_clauses, asking, strict=True) if not asks}
    return frozenset(of_clauses) - others
