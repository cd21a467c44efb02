"""How is the dictionary of a segment kept?

Its keys are the surfaces and the names of the lists, sorted. The lists are numbered in the order of their names,
so most keys need nothing but their kind: the list of a name is the number of names before it, and where a surface
has a list of its own name for itself, it is that list, with all its posts. Only the others, which stand `APART`, say
where they lead. The names and the others before it are counted for the first key of each block.
`term_dictionary.py` reads what is written here.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, compress, islice
from operator import add, ne

from ..format.columns import APART, KEYS_A_BLOCK, MOST_SURFACES, NAME, SHOWN, SURFACE
from ..format.segment_file import Column, lines

#: The spellings shrink to .37, to .36 with 6 in twice the time.
_LEVEL = 4


class KeyWriter:
    """Takes the keys of lists in the order of their names and makes the columns of the dictionary."""

    def __init__(self) -> None:
        self._lists = 0
        # key, list, kind, surface, posts
        self._keys: list[tuple[str, int, int, int, int]] = []

    def add(self, name: str, surfaces: Sequence[tuple[str, int]]) -> None:
        """The keys of the next list: its name, and its surfaces with the number of posts that each stands in (0 for a
        single one, which stands in all of the list's)."""
        number = self._lists
        self._lists += 1
        if len(surfaces) == 1 and surfaces[0][0] == name:
            self._keys.append((name, number, SURFACE | NAME, 0, 0))
            return
        named = False
        for index, (surface, posts) in enumerate(surfaces):
            kind = SURFACE | APART | (NAME if surface == name else 0)
            named = named or surface == name
            self._keys.append((surface, number, kind, min(index, MOST_SURFACES), posts))
        if not named:
            self._keys.append((name, number, NAME, 0, 0))

    def columns(self, spelled: Mapping[str, str], list_posts: Sequence[int]) -> dict[str, Column]:
        """The columns; `spelled` says how people write a key, `list_posts` in how many posts each list stands."""
        words, lists, kinds, surfaces, posts = zip(*sorted(self._keys), strict=True) if self._keys else ((),) * 5
        shown = list(map(spelled.get, words, words))
        otherwise = list(map(ne, shown, words))
        apart = [kind & APART for kind in kinds]
        blocks = [lines(words[first : first + KEYS_A_BLOCK]) for first in range(0, len(words), KEYS_A_BLOCK)]
        apart_lists = list(compress(lists, apart))
        return {
            "term_entries": b"".join(blocks),
            "term_flags": bytes(map(add, kinds, map(SHOWN.__mul__, otherwise))),
            "term_block_start": array("I", accumulate(map(len, blocks), initial=0)),
            "term_block_list": _before(kinds, NAME),
            "term_block_indirect": _before(kinds, APART),
            "indirect_list": array("I", apart_lists),
            "indirect_form": bytes(compress(surfaces, apart)),
            "indirect_posts": array(
                "H", [n or list_posts[number] for n, number in zip(compress(posts, apart), apart_lists, strict=True)]
            ),
            "display_forms": zlib.compress(lines(compress(shown, otherwise)), _LEVEL, -15),
        }


def _before(kinds: Sequence[int], bit: int) -> array[int]:
    """Per block of keys: how many before it have this bit."""
    before = accumulate([kind & bit != 0 for kind in kinds], initial=0)
    return array("I", islice(before, 0, None, KEYS_A_BLOCK))
