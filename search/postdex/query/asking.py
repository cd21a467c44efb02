"""Which words of a group only ask, as `how do i` does of `how do i make photos smaller`?

What a language asks with is told by `postdex_index.text.questions`. What those words weigh then is left to `terms`, and
what becomes of them to `planner`.
"""

from __future__ import annotations

from postdex_index.text.questions import asking_words

from .parser import Group, bare_word
from .terms import WordContext

#: So many others must stand beside them: with fewer, `what's new?` would look for little more than `new`. nDCG@10 of
#: the 442 headings of the second site that read as questions, as they are and with a word left out: one other word
#: -.009, two -.001, three and four +.001; of 36 short questions about the first site (`how do I write a
#: shortcode`) two and one .693, three .672; long questions in plain words the same with each.
FEWEST_OTHERS = 2


def places(group: Group, reading: WordContext) -> frozenset[int]:
    """The places of the clauses that only ask, of words that stand beside one another without a sign; none where
    fewer than FEWEST_OTHERS others are there.

    >>> from postdex_index.text.analyzer import Analyzer
    >>> from postdex.query.lexer import lex
    >>> from postdex.query.parser import group
    >>> reading = WordContext(Analyzer(True, ("en",)))
    >>> sorted(places(group(lex("how do I make photos smaller").tokens).root, reading))
    [0, 1, 2]
    >>> sorted(places(group(lex("how do I resize").tokens).root, reading))
    []
    """
    if group.kind != "beside" or len(group.parts) <= FEWEST_OTHERS or not reading.asks:
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
    return frozenset(of_clauses) - others if len(others) >= FEWEST_OTHERS else frozenset()
