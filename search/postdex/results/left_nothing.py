"""Which required word or filter left nothing?

Asked where a search found no post: each clause is then tried alone, and named as people would type it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from postdex_index.engine.api import Reader, Search
from postdex_index.query import (
    OWN_FIELD,
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Keyword,
    Phrase,
    Query,
    Synonyms,
    show,
)
from postdex_index.schema import FILTERS, SITE, SITES
from postdex_index.text.characters import is_spaceless

from ..text_safety import iso
from . import rerank

#: Characters of what was typed that a warning repeats.
_LONGEST_NAME = 200
#: How like what was typed a value is that may have been meant (`difflib`, 0 to 1); its own .6 names strangers.
_ALIKE = 0.7
#: Clauses that are tried alone when nothing was found: each costs a search.
_TRIED = 16


def left_nothing(tree: Query, reader: Reader, drafts: bool) -> list[str]:
    """Which required word or filter no post has, or that no post has all of them."""
    clauses = required(tree)
    totals = reader.totals(clauses[:_TRIED], drafts=drafts)
    if empty := [clause for clause, total in zip(clauses, totals, strict=False) if not total]:
        return [f"no post has {_short(named(clause))}{_near_value(clause, reader)}" for clause in empty]
    if len(clauses) > 1:
        return ["no post has all of " + ", ".join(_short(named(clause)) for clause in clauses)]
    return []


def _near_value(clause: Query, reader: Reader) -> str:
    """A question for the tag, category, language or site that a filter meant which no post has, behind a message."""
    if not isinstance(clause, Keyword):
        return ""
    name = clause.field.removeprefix(OWN_FIELD)
    facet = name if name != clause.field else SITES if name == SITE else FILTERS[name].facet
    if not facet:
        return ""
    from difflib import get_close_matches

    counts = reader.search(Search(Everything(), facets=(facet,), limit=0)).facets[facet]
    values = {value.lower(): value for value in counts}
    near = get_close_matches(clause.value, values, 1, _ALIKE)
    return f"; did you mean {name}:{values[near[0]]}?" if near else ""


def _short(name: str) -> str:
    """The beginning of what was pasted: nobody reads it again in a warning."""
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def required(tree: Query) -> list[Query]:
    """The words, phrases and filters that every post must have that matches, and groups of which it must have some.

    >>> from postdex_index.query import Term
    >>> words = Clauses(optional=(Term("smc"), Term("tcp")), minimum=1)
    >>> [show(clause) for clause in required(Clauses(required=(words, Keyword("lang", "en"))))]
    ['(smc tcp)', 'lang=en']
    """
    if not isinstance(tree, Clauses):
        return [] if isinstance(tree, Everything) else [tree]
    clauses = [deeper for clause in tree.required for deeper in required(clause)]
    group = Clauses(optional=tree.optional, minimum=tree.minimum, typed=tree.typed)
    return [*clauses, group] if tree.minimum and alternatives(group) else clauses


def alternatives(group: Clauses) -> list[str]:
    """What a post may have of a group, as people would say it: parts of words go without saying, and a run of
    characters is one.

    >>> from postdex_index.query import Term
    >>> alternatives(Clauses(optional=(Term("核模"), Term("模块")), bonus=(Term("内核"),), minimum=1, typed="内核模块"))
    ['内核模块']
    """
    if group.typed:
        return [group.typed]
    return [named(clause) for clause in group.optional if getattr(clause, "weight", 1) >= rerank.PASSED_OVER]


def named(clause: Query) -> str:
    """A clause as people would say it.

    >>> named(Phrase(("pod", "自动", "动扩", "扩缩"), exact=True))
    '"pod 自动扩缩"'
    """
    if isinstance(clause, Clauses):
        return " or ".join(alternatives(clause))
    if isinstance(clause, Keyword):
        return f"{clause.field.removeprefix(OWN_FIELD)}:{clause.value}"
    if isinstance(clause, FieldRange):
        return _named_range(clause)
    if isinstance(clause, DateRange):
        start, stop = (("" if end is None else iso(end)[:10]) for end in clause)
        return f"a date in {start}..{stop}"
    if isinstance(clause, Synonyms):
        return named(clause.spellings[0])
    return show(clause._replace(terms=(_typed(clause.terms),)) if isinstance(clause, Phrase) else clause)


def _named_range(asked: FieldRange) -> str:
    """A range of values as people would type it."""
    name, kind, start, stop = asked
    if kind == "boolean":
        return f"{name}:{'true' if start else 'false'}"
    if kind == "date":
        first, last = ("" if end is None else iso(int(end))[:10] for end in (start, stop and stop - 1))
    else:
        first, last = ("" if end is None else f"{end:.12g}" for end in (start, stop))
    return f"{name}:{first}" if first == last else f"{name}:{first}..{last}"


def _typed(words: Sequence[str]) -> str:
    """Words as they were typed: the pairs of a run of characters overlap."""
    text = words[0]
    for before, word in pairwise(words):
        text += word[1:] if is_spaceless(word) and word[0] == before[-1] else " " + word
    return text
