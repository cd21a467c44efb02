"""Which words of a section are marked, and around which place is it shown?

Heavy words before light ones: a name before its parts, what stands as it was typed before words that are scattered,
a run of a script without blanks before its pairs. `whole_matches` says where such a whole stands, the engine where its
words are in a passage, `snippets` what of it fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from postdex_index.document import Document, LeafPositions, Outlined
from postdex_index.elementary import plain_sum
from postdex_index.model import Span
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Leaf, Phrase, Prefix, Query, Synonyms, Term, leaves
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import is_spaceless

from ..query.terms import PART
from .mark_groups import stretch
from .rerank import ScoredSection, densest
from .snippets import merged, snippet
from .values import Snippet
from .whole_matches import Typed, stands, wholes_of

#: Passages of a section that are looked at for one with a name just as it was typed, where `exact_spelling` knows that
#: it is there: `userData`, not the `user_data` before it. Words between two of them: less than a passage has.
PASSAGES, APART = 12, 60
#: And of what is more than a name, of which that is not known.
_FEW = 3


class Marking(NamedTuple):
    """What is marked in a passage, the most telling first, so that it owns the words that it shares with others.

    `order`: the leaves, but for stop words among other words. `typed`: what is more than any of them where it stands as
    a whole; numbered behind the leaves, in `leaf_weights` too. `parts`: by the number of a whole, or of the leaf of a
    compound, the leaves that are not marked elsewhere where that stands: its parts, the pairs of a run without blanks.
    `single`: the leaves that look for one character of such a run. `name`: the leaf of the one name that is all of the
    query, or -1. `text`: what was typed, as `analyzer` reads it.
    """

    order: Sequence[int]
    typed: Sequence[Typed]
    leaf_weights: Sequence[float]
    parts: Mapping[int, Sequence[int]]
    single: frozenset[int]
    name: int
    text: str
    analyzer: Analyzer


def marking(
    query: Query, query_leaves: Sequence[Leaf], leaf_weights: Sequence[float], key: str, text: str, analyzer: Analyzer
) -> Marking:
    """What is marked for a query that was typed as `text`; `key` has its words in their order."""
    pairs, single = (frozenset[int](),) * 2 if text.isascii() else _spaceless(query_leaves)
    order = sorted(range(len(query_leaves)), key=leaf_weights.__getitem__, reverse=True)
    if bonus := {id(leaf) for leaf in _bonus(query)}:
        order = [
            at for at in order if id(query_leaves[at]) not in bonus or (at in pairs and query_leaves[at].weight == 1)
        ]
    parts: dict[int, Sequence[int]] = {}
    compound = 0
    for number, leaf in enumerate(query_leaves):
        if leaf.weight == query_leaves[compound].weight * PART:
            parts[compound] = (*parts.get(compound, ()), number)
        else:
            compound = number
    name = 0 if len(parts.get(0, ())) + 1 == len(query_leaves) and (parts or not text.isalnum()) else -1
    typed = wholes_of(query_leaves, key or " ".join(_runs(query))) if len(query_leaves) > 1 else []
    for number, (_, leaves_held) in enumerate(typed, len(query_leaves)):
        if not pairs.isdisjoint(leaves_held):
            parts[number] = tuple(pairs & leaves_held)
    wholes = [plain_sum(map(leaf_weights.__getitem__, sorted(leaves_held))) for _, leaves_held in typed]
    return Marking(order, typed, [*leaf_weights, *wholes], parts, single, name=name, text=text, analyzer=analyzer)


def _bonus(query: Query) -> list[Leaf]:
    """The leaves that only add to a score: stop words and question words among other words, and the pairs of a run that
    tell least."""
    if not isinstance(query, Clauses):
        return []
    bonus_leaves = [leaf for clause in query.bonus for leaf in leaves(clause)]
    for clause in (*query.required, *query.optional):
        if isinstance(clause, Clauses):
            bonus_leaves += _bonus(clause)
    return bonus_leaves


def _spaceless(query_leaves: Sequence[Leaf]) -> tuple[frozenset[int], frozenset[int]]:
    """The leaves that look for a pair of characters of a script without blanks, and those that end with one such
    character, whatever follows it."""
    pairs, single = set[int](), set[int]()
    for number, leaf in enumerate(query_leaves):
        if isinstance(leaf, Term):
            if is_spaceless(leaf.text):
                pairs.add(number)
        elif any(len(last) == 1 and is_spaceless(last) for last in _beginnings(leaf)):
            single.add(number)
    return frozenset(pairs), frozenset(single)


def _beginnings(leaf: Leaf) -> Iterator[str]:
    """Of what a leaf looks for the words that are only the beginning of one."""
    for spelling in leaf.spellings if isinstance(leaf, Synonyms) else (leaf,):
        if isinstance(spelling, Prefix):
            yield spelling.text
        elif isinstance(spelling, Phrase) and spelling.prefix:
            yield spelling.terms[-1]


def _runs(query: Query) -> list[str]:
    """The runs of scripts without blanks that a query looks for pair by pair."""
    if not isinstance(query, Clauses):
        return []
    return [query.typed, *(run for clause in (*query.required, *query.optional) for run in _runs(clause))]


def best_snippet(
    document: Document,
    scored: ScoredSection,
    positions: Sequence[Sequence[int]],
    body: int,
    marking: Marking,
    spelled: bool,
) -> Snippet:
    """The snippet of a section whose text begins at position `body`: around what stands there as it was typed, else
    where the words stand densest. `spelled`: the section is known to have a name just as it was typed."""
    leaf_weights, name = marking.leaf_weights, marking.name
    inside = {leaf: positions[leaf][start:stop] for leaf, start, stop in scored.matches}
    first = len(leaf_weights) - len(marking.typed)
    wholes, words = _marked(inside, marking)
    marked = wholes + words
    if wholes and wholes[0].leaf == first:
        return _as_typed(document, scored.index, _apart(wholes[0].positions)[:_FEW], marked, first, marking=marking)
    if name in inside:
        return _as_typed(
            document, scored.index, _apart(inside[name])[: PASSAGES if spelled else 1], marked, name, marking=marking
        )
    near = densest(inside | {leaf: places for leaf, places, _ in wholes} if wholes else inside, leaf_weights, body)
    return snippet(document.passage(scored.index, near, marked), leaf_weights)


def headings_spans(
    document: Outlined,
    scored: ScoredSection,
    positions: Sequence[Sequence[int]],
    headings: Sequence[str],
    marking: Marking,
) -> tuple[tuple[Span, ...], ...]:
    """What is marked in each of the headings down to a section, where any holds a word."""
    spans: dict[str, tuple[Span, ...]] = {}
    for number, matches in scored.in_headings:
        wholes, words = _marked({leaf: positions[leaf][start:stop] for leaf, start, stop in matches}, marking)
        marks = document.heading_marks(number, wholes + words)
        spans[document.section(number).heading] = tuple(merged([mark[:2] for mark in marks]))
    return tuple([spans.get(heading, ()) for heading in headings])


def _marked(inside: Mapping[int, Sequence[int]], marking: Marking) -> tuple[list[LeafPositions], list[LeafPositions]]:
    """Of the words inside a text what stands there as it was typed, and the others that are marked beside it."""
    order, typed, leaf_weights, parts, single, *_ = marking
    wholes = _wholes(typed, inside, len(leaf_weights) - len(typed)) if typed and len(inside) > 1 else []
    standing = {whole.leaf for whole in wholes}
    covered = {part for at, parts_of_it in parts.items() if at in inside or at in standing for part in parts_of_it}
    return wholes, [
        LeafPositions(leaf, inside[leaf], leaf in single) for leaf in order if leaf in inside and leaf not in covered
    ]


def _as_typed(
    document: Document,
    section: int,
    places: Sequence[int],
    marked: Sequence[LeafPositions],
    leaf: int,
    marking: Marking,
) -> Snippet:
    """The snippet around one of the places of a leaf, the first that is spelled as it was typed, if any is."""
    everywhere = marked[0].positions
    choice = everywhere[-1] - everywhere[0] >= len(everywhere)  # else it is one place
    shown: Snippet | None = None
    for near in places:
        passage = document.passage(section, near, marked)
        around, as_spelled = stretch(passage, leaf, marking.text if choice else "", marking.analyzer)
        if as_spelled or not shown:
            shown = snippet(passage, marking.leaf_weights, around=around)
        if as_spelled:
            break
    assert shown, "a leaf that was found has places"
    return shown


def _apart(places: Sequence[int]) -> list[int]:
    """The first of these positions, and others that are not in its passage."""
    apart = list(places[:1])
    for position in places:
        if position - apart[-1] > APART:
            apart.append(position)
    return apart


def _wholes(typed: Sequence[Typed], inside: Mapping[int, Sequence[int]], first: int) -> list[LeafPositions]:
    """What stands as it was typed in a section, numbered from `first` on; where everything does, nothing else."""
    wholes = []
    for number, typed_whole in enumerate(typed, first):
        if ranges := stands(typed_whole, inside):
            wholes.append(LeafPositions(number, list(chain.from_iterable(ranges)), single=True))
            if number == first:
                break
    return wholes
