"""Is a name spelled in a post just as it was typed?

For the index `sk_user_data`, `skUserData` and `sk-user-data` are one word, and `--target` is target. Who pastes a
name means this spelling: of the best posts those come first that have it, and of their sections too. Read are the
texts of the few sections in which the name stands in any spelling.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from postdex_index.document import Outlined
from postdex_index.engine.api import Candidate

from .rerank import LOOKED_AT, Ranked, as_ranked

#: A post that has the name as it was typed is worth so many times as much: more than any that has it otherwise, since
#: whatever else scores is at most 2.5 times the top, and that it stands there at all at least 4 (`scoring.AS_TYPED`).
SPELLED = 2.0
#: Signs between two words that make one name of them; a slash does so in a path.
_JOINING = "-."


def spelled_first(
    candidates: Sequence[Candidate], name: str, leaf: int, count: int | None, reach: int = LOOKED_AT
) -> list[Ranked]:
    """The candidates (best first), of the first `reach` those first that spell a name as it was typed, with their
    sections that do; leaf number `leaf` looks for it in any spelling. With `count` only so many need be there."""
    spelled: list[Ranked] = []
    others: list[Ranked] = []
    for candidate in candidates[:reach]:
        if len(spelled) == count or not candidate.holds(leaf):
            break
        ranked = as_ranked(candidate)
        sections = sections_with(candidate.document, candidate.positions(leaf), name)
        if sections is None:
            others.append(ranked)
        else:
            spelled.append(Ranked(candidate, ranked.score * SPELLED, ranked.plain, sections))
    return [*spelled, *others, *map(as_ranked, candidates[len(spelled) + len(others) : count])]


def sections_with(document: Outlined, positions: Sequence[int], name: str) -> frozenset[int] | None:
    """The sections that have a name just so, of those that hold these positions; None if title and tags lack it too."""
    name, bounds = name.lower(), document.outline.bounds
    first = bounds[0] if bounds else 0
    spelled_sections = {
        section
        for section in {
            (bisect_right(bounds, position) - 1) >> 1 for position in positions[bisect_left(positions, first) :]
        }
        if _holds(document.section(section).heading, name) or _holds(document.text(section), name)
    }
    return (
        frozenset(spelled_sections)
        if spelled_sections or any(_holds(text, name) for text in (document.title, *document.tags))
        else None
    )


def _holds(text: str, name: str) -> bool:
    """Whether a text has a name in lower case, but for case, and not within a longer one.

    >>> [_holds(text, "sk_user") for text in ("Of SK_user.", "sk_user_data", "the.sk_user", "sk_user/x")]
    [True, False, False, True]
    """
    text = text.lower()
    start = text.find(name)
    while start >= 0:
        stop = start + len(name)
        joining = _JOINING + "/" * ("/" in name)
        if not (_joined(text[max(0, start - 2) : start][::-1], joining) or _joined(text[stop : stop + 2], joining)):
            return True
        start = text.find(name, start + 1)
    return False


def _joined(beside: str, joining: str) -> bool:
    """Whether the two characters beside a name, from it on, make a longer name of it."""
    return _is_word(beside[:1]) or (beside[:1] in joining and _is_word(beside[1:]))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
