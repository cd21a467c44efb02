"""Where does what was typed stand as a whole: the words of a sentence one after the other, all characters of a run?

The leaves of a query are looked for each by itself. A place where they stand as they were typed, stop words included,
answers better than any where they are scattered: it is what a snippet shows and where a hit leads. Found are
positions, from positions; what they are worth among others is said in `hits`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Leaf, Phrase, Prefix, Synonyms, Term
from postdex_index.text.characters import is_spaceless

#: A word that no leaf looks for (a stop word in the middle of a compound): any will do.
ANY = -1


class Step(NamedTuple):
    """A typed word: the leaf that looks for it (or ANY), and how many positions it may take at least and at most."""

    leaf: int
    least: int = 1
    most: int = 1


class Typed(NamedTuple):
    """What was typed, word for word, and the leaves that look for it; empty where it can't stand as a whole."""

    steps: tuple[Step, ...]
    leaves: frozenset[int]


def wholes_of(leaves: Sequence[Leaf], text: str) -> list[Typed]:
    """What may stand as a whole: all that was typed, empty if that can't, then each run of a script without blanks.

    `text` is the query as `Analyzer.key` has it. One word alone is no whole: its leaf says where it stands.

    >>> wholes_of([Term("falls"), Term("to")], "falls to")[0].steps
    (Step(leaf=0, least=1, most=1), Step(leaf=1, least=1, most=1))
    >>> words = [Term("内核"), Term("核模"), Term("smc")]
    >>> [[step.leaf for step in typed.steps] for typed in wholes_of(words, "内核模 smc")]
    [[0, 1, 2], [0, 1]]
    """
    if " " not in text and text.isascii():
        return []
    leaf_by_text: dict[str, int] = {}
    for number, leaf in enumerate(leaves):
        for spelling in leaf.spellings if isinstance(leaf, Synonyms) else (leaf,):
            if isinstance(spelling, (Term, Prefix)):
                leaf_by_text.setdefault(spelling.text, number)
    everything: list[Step] = []
    runs: list[list[Step]] = []
    words = text.split()
    for word in words:
        if is_spaceless(word) and len(word) > 1:
            numbers = [leaf_by_text.get(word[at : at + 2], ANY) for at in range(len(word) - 1)]
            pairs = [*map(Step, numbers[:-1]), Step(numbers[-1], 2, 2)]  # behind the last pair, not within it
            everything += pairs
            runs.append(pairs)
        else:
            number = leaf_by_text.get(word, ANY)
            everything.append(Step(number, 1, 1 if number == ANY else _longest(leaves[number])))
    whole = _typed(everything)
    return [whole] if len(words) == 1 else [whole, *map(_typed, runs)]


def _typed(steps: Sequence[Step]) -> Typed:
    """A whole has several words, and those at both ends are looked for."""
    leaves = frozenset([step.leaf for step in steps]) - {ANY}
    is_whole = len(leaves) > 1 and ANY not in (steps[0].leaf, steps[-1].leaf)
    return Typed(tuple(steps), leaves) if is_whole else Typed((), frozenset())


def stands(typed: Typed, positions: Mapping[int, Sequence[int]]) -> list[range]:
    """Where the words stand one after the other, as ranges of positions, in the order of the text.

    >>> typed = wholes_of([Term("a"), Term("b")], "a b")[0]
    >>> stands(typed, {0: [3, 7, 20], 1: [8, 19, 21]})
    [range(7, 9), range(20, 22)]
    """
    if not typed.steps or not typed.leaves <= positions.keys():
        return []
    ranges_so_far = [(position, position) for position in positions[typed.steps[0].leaf]]
    for leaf, least, most in typed.steps:
        if leaf == ANY:
            ranges_so_far = [(start, position + 1) for start, position in ranges_so_far]
            continue
        at = frozenset(positions[leaf])
        ranges_so_far = [(start, position + least) for start, position in ranges_so_far if position in at]
        if most > least:  # a compound takes as many positions as the text cut it into
            ranges_so_far = [
                (start, _behind(position, position + most - least, at)) for start, position in ranges_so_far
            ]
        if not ranges_so_far:
            return []
    ranges: list[range] = []
    for start, stop in ranges_so_far:
        if not (ranges and start < ranges[-1].stop):
            ranges.append(range(start, stop))
    return ranges


def _behind(position: int, last: int, at: Set[int]) -> int:
    while position < last and position in at:
        position += 1
    return position


def _longest(leaf: Leaf) -> int:
    """The most positions that a word takes in a text."""
    if not isinstance(leaf, Synonyms):
        return 1
    return max([len(spelling.terms) for spelling in leaf.spellings if isinstance(spelling, Phrase)], default=1)
