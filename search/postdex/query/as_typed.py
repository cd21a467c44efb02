"""What is a query as a whole: a sentence that somebody pasted, or the name of one thing?

`planner` takes a query apart into what a post must have and what it may have. Here it stays together: the leaves that
look for all of it as it was typed, so that the posts that have it come first (`engine.AsTyped`). Signs of the query
language are text to who pastes, so operators count as words; what is limited to a field or must not be there is no
text that anybody pasted.
"""

from __future__ import annotations

from collections.abc import Iterator

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Leaf, Phrase, Synonyms, Term
from postdex_index.text import tokenizer
from postdex_index.text.characters import is_spaceless

from . import terms
from .lexer import QueryToken, is_filter
from .parser import Clause, Group
from .terms import Spelling, WordContext, WordLeaf

#: A text of so many words is looked for as it stands, and who has it comes first, whatever else scores. Two characters
#: of a script without blanks count as a word. Three words are enough where there are some, or a stop word, which nobody
#: types who does not mean it (`single sign on`). nDCG@10 on three sites
#: with four words: +.001 +.006 -.001 (where links' texts count too, -.022 on the second), with three for all -.004
#: +.003 0; with three where there are such scripts 0 on the third, with two -.007; with three and a stop word 0 0 0.
CERTAIN, CERTAIN_SOMETIMES = 4, 3
#: With so many words, or so many of nothing but such a script, it counts for something only
#: (`scoring.LIKELY_AS_TYPED`): it may as well be what people call another page.
LIKELY, LIKELY_RUN = 3, 2
#: What stands around a name and does not belong to it: `(foo)`, `foo()`, `"foo",`.
_AROUND = "()[]{}<>\"'`,;:!?*…“”‘’"


class Whole(NamedTuple):
    """The leaves that look for a query as it was typed, the best first; how certain it is that this is meant; and the
    name that the query is, spelled so, "" if it is none."""

    leaves: tuple[Leaf, ...] = ()
    certain: bool = True
    name: str = ""


def whole(root: Group, reading: WordContext, prefix_last: bool = False) -> Whole:
    """What a query is as a whole.

    >>> from postdex_index.text.analyzer import Analyzer
    >>> from postdex_index.query import show
    >>> from postdex.query.lexer import lex
    >>> from postdex.query.parser import group
    >>> reading = WordContext(Analyzer(True, ("en",)))
    >>> [show(leaf) for leaf in whole(group(lex("sk_user_data").tokens).root, reading).leaves]
    ['"skuserdata"', "[skuserdata | 'sk user data']"]
    >>> [show(leaf) for leaf in whole(group(lex("this AND that it is").tokens).root, reading).leaves]
    ['"this and that it is"']
    """
    typed = list(_typed(root))
    tokens = [token for token in typed if token]
    if not tokens or len(tokens) < len(typed):
        return Whole()
    text = " ".join([token.text for token in tokens])
    if text.islower() and text.isalpha() and text.isascii():  # one plain word, as many queries are
        return Whole()
    raws = [token.raw for token in reading.analyzer.words(text)]
    runs = list(map(is_spaceless, raws))
    count = sum([len(raw) / 2 if run else 1 for raw, run in zip(raws, runs, strict=True)])
    if not raws:
        return Whole()
    reading = reading._replace(is_prefix=prefix_last and tokens[-1].last)
    one_chunk = len(tokens) == 1 and tokens[0].kind == "word" and not any(runs)
    name = spelling(tokens[0].text) if one_chunk else ""
    stop = any(raw.lower() in reading.stop_words for raw in raws)
    certain = count >= (CERTAIN_SOMETIMES if any(runs) or stop else CERTAIN)
    if certain or count >= (LIKELY_RUN if all(runs) else LIKELY):
        return Whole(tuple(map(_outside_links, terms.exact(text, 0, reading))), certain, name)
    leaves = _of_name(name, raws, reading) if name else ()
    return Whole(leaves, True, name) if leaves else Whole()


def _typed(node: Group | Clause, field: str = "") -> Iterator[QueryToken | None]:
    """The words and quotes below a node in their order, operators among them; None for one that nobody pasted."""
    if isinstance(node, Clause):
        token = node.token
        its_field = token.field or field
        if not (its_field and is_filter(its_field)):
            yield token if not (its_field or node.sign == "-" or token.edits >= 0) else None
        return
    for number, part in enumerate(node.parts):
        if number and node.kind != "beside":
            yield QueryToken("word", node.kind)
        yield from [None] if node.sign == "-" else _typed(part, node.field or field)


def spelling(chunk: str) -> str:
    """A chunk without the signs around it that are no part of a name.

    >>> [spelling(text) for text in ("smc_fallback();", "--target", "(.gitignore).", "C++")]
    ['smc_fallback', '--target', '.gitignore', 'C++']
    """
    return chunk.strip(_AROUND).rstrip(".").rstrip(_AROUND)


def _of_name(name: str, raws: list[str], reading: WordContext) -> tuple[Leaf, ...]:
    """The leaves of a name: its own spelling in one word, or else any; none of a plain word."""
    if len(raws) > 1:
        return tuple(terms.exact(name, 0, reading))
    unit = tokenizer.compound(raws[0])
    only = Term(unit.in_one, exact=True)
    if len(unit.subwords) == 1 and not unit.symbol:
        return (only,) if name != raws[0] else ()
    return only, terms.compound(raws[0], reading)


def _outside_links(leaf: WordLeaf) -> Leaf:
    if isinstance(leaf, Synonyms):
        return leaf._replace(spellings=tuple(map(_outside_link, leaf.spellings)))
    return _outside_link(leaf)


def _outside_link(leaf: Spelling) -> Spelling:
    return leaf._replace(outside_links=True) if isinstance(leaf, Phrase) else leaf
