"""Has an index changed so much since it was built that it should be built anew?"""

from __future__ import annotations

from ...embedded.write.segment_builder import average_lengths
from .commit import SiteCommit
from .publishing import MAX_VOID

#: The impacts of posts are measured against the average lengths at the time of the full build: if one of them changed
#: by more than this share, the index is built anew. Of fewer posts averages say nothing, and all is soon read again.
MAX_DRIFT, DRIFT_FROM = 0.1, 100


def drift(commit: SiteCommit) -> float:
    """By which share the average length of a field changed since the full build, of the field where it did most."""
    contents = commit.contents
    if contents.posts + contents.unpublished < DRIFT_FROM:
        return 0.0
    averages = zip(average_lengths([contents.lengths]), average_lengths([contents.built_lengths]), strict=True)
    return max((abs(now / built - 1) for now, built in averages if built), default=0.0)


def needs_full_build(commit: SiteCommit) -> bool:
    """Whether the next writer who has the time for it should build the index anew."""
    return drift(commit) > MAX_DRIFT or len(commit.numbers.void) > MAX_VOID
