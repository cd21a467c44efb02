"""Against which average field lengths are the impacts of a post measured?

As the embedded engine does it: posts of a kind together, and a kind of few posts against those of all. An index keeps
the averages that it was built with, so that the impacts of all its posts can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import TypeAlias

from ....model import Post
from ....schema import SCORED
from ....scoring import OWN_AVERAGES
from ....text.analyzer import Analyzer
from ...embedded.write.inverter import FieldTotal, needs_wide
from ...embedded.write.segment_builder import SegmentKind, average_lengths

#: Average lengths in words by field code, by `kind_name`.
Averages: TypeAlias = dict[str, list[float]]
_KINDS = tuple(SegmentKind(drafts, wide) for drafts in (False, True) for wide in (False, True))


def kind_of(post: Post, analyzer: Analyzer) -> SegmentKind:
    """The kind of a post: whose average lengths it is measured against."""
    return SegmentKind(bool(post.unpublished), needs_wide(post, analyzer))


def kind_name(kind: SegmentKind) -> str:
    """A kind as it stands in JSON.

    >>> kind_name(SegmentKind(drafts=True, wide=False))
    'drafts'
    """
    return ("wide drafts" if kind.wide else "drafts") if kind.drafts else "wide" if kind.wide else "published"


class FieldLengths:
    """The field lengths of posts added up by kind."""

    def __init__(self) -> None:
        self._totals = {kind: [FieldTotal(0, 0)] * len(SCORED) for kind in _KINDS}
        self._posts = dict.fromkeys(_KINDS, 0)

    def add(self, kind: SegmentKind, lengths: Sequence[FieldTotal]) -> None:
        """Add a post, of which `Inversion.field_totals` says these lengths."""
        self._posts[kind] += 1
        self._totals[kind] = [
            FieldTotal(*map(add, total, length)) for total, length in zip(self._totals[kind], lengths, strict=True)
        ]

    def averages(self) -> Averages:
        """The average lengths for every kind: its own where it has posts enough, else those of all posts."""
        of_all = average_lengths([*self._totals.values()])
        return {
            kind_name(kind): average_lengths([totals]) if self._posts[kind] >= OWN_AVERAGES else of_all
            for kind, totals in self._totals.items()
        }
