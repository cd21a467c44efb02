"""How is the term dictionary of a segment written?

Its entries are word forms and stems, sorted as UTF-8; one that is both of one list is one entry, else both stand there,
in the order of their lists. Posting lists are numbered in the order of their stems, so most entries need nothing but
their flags: the list of a stem is the number of stems before it, and a word form that owns a list of its own spelling
is that list, with all its postings. Only INDIRECT forms say which list they lead to. Of each block of 256 entries stand
apart: where it begins, the stems and the indirect forms before it, and, but for the first, its first entry. Read by
`TermDictionary`.

The file has the columns deflated. Prefixes shared with the entry before and left out make .45 of the entries, and
deflate .36 of them; both .30, which is .003 of a blog, and as much time again as to inflate them.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, compress, islice
from operator import add, ne

from ..format.columns import DISPLAY, FORM, INDIRECT, MAX_FORMS, STEM, TERMS_PER_BLOCK
from ..format.segment_file import Column, lines


class TermDictionaryWriter:
    """The entries of posting lists, added in the order of their stems; gives the columns of the term dictionary."""

    def __init__(self) -> None:
        self._lists = 0
        # key, list, kind, surface, posts
        self._keys: list[tuple[str, int, int, int, int]] = []

    def add(self, stem: str, forms: Sequence[tuple[str, int]]) -> None:
        """Add the entries of the next list: its stem, and its word forms as (form, document frequency); 0 for a single
        one, which has all postings of the list."""
        number = self._lists
        self._lists += 1
        if len(forms) == 1 and forms[0][0] == stem:
            self._keys.append((stem, number, FORM | STEM, 0, 0))
            return
        has_stem = False
        for index, (form, posts) in enumerate(forms):
            kind = FORM | INDIRECT | (STEM if form == stem else 0)
            has_stem = has_stem or form == stem
            self._keys.append((form, number, kind, min(index, MAX_FORMS), posts))
        if not has_stem:
            self._keys.append((stem, number, STEM, 0, 0))

    def columns(self, spelled: Mapping[str, str], list_posts: Sequence[int]) -> dict[str, Column]:
        """The columns of the dictionary. `spelled` has the display form by entry, `list_posts` the document frequency
        by list."""
        words, lists, kinds, surfaces, posts = zip(*sorted(self._keys), strict=True) if self._keys else ((),) * 5
        shown = list(map(spelled.get, words, words))
        otherwise = list(map(ne, shown, words))
        apart = [kind & INDIRECT for kind in kinds]
        firsts = range(0, len(words) or 1, TERMS_PER_BLOCK)  # without any entry there is a block with none
        blocks = [lines(words[first : first + TERMS_PER_BLOCK]) for first in firsts]
        apart_lists = list(compress(lists, apart))
        return {
            "term_entries": b"".join(blocks),
            "term_flags": bytes(map(add, kinds, map(DISPLAY.__mul__, otherwise))),
            "term_block_start": array("I", accumulate(map(len, blocks), initial=0)),
            "term_block_lead": lines(words[TERMS_PER_BLOCK::TERMS_PER_BLOCK]),
            "term_block_list": _before(kinds, STEM),
            "term_block_indirect": _before(kinds, INDIRECT),
            "indirect_list": array("I", apart_lists),
            "indirect_form": bytes(compress(surfaces, apart)),
            "indirect_posts": array(
                "H", [n or list_posts[number] for n, number in zip(compress(posts, apart), apart_lists, strict=True)]
            ),
            "display_forms": lines(compress(shown, otherwise)),
        }


def _before(kinds: Sequence[int], bit: int) -> array[int]:
    """Per block of keys: how many before it have this bit."""
    before = accumulate([kind & bit != 0 for kind in kinds], initial=0)
    return array("I", islice(before, 0, None, TERMS_PER_BLOCK))
