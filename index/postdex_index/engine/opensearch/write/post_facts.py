"""What does the writer know of a post? Its lengths, language and group, read from its segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....named_tuple import NamedTuple
from ...embedded.format.columns import BOOST, ORIGINAL, PIN
from ...embedded.read.scope import Segment
from ...embedded.write.inverter import FieldTotal
from ...embedded.write.segment_builder import SegmentKind
from ..format.averages import FieldLengths
from ..storage.commit import Contents, LanguageCount
from .groups import Member


class PostFacts(NamedTuple):
    """A post's field lengths by code, the language of its stemmer, whether it is published and long, whether it has a
    boost or comes first for some query, and if it has a translation key that, its own language, and whether it has no
    text or is in the site's own language."""

    lengths: tuple[int, ...]
    language: str
    unpublished: bool
    wide: bool
    boosted: bool = False
    pinned: bool = False
    key: str = ""
    tag: str = ""
    silent: bool = False
    original: bool = False

    def member(self, path: str) -> Member | None:
        """The post as a member of a group, if it can be one."""
        if not self.key or self.unpublished:
            return None
        return Member(self.silent, not self.original, self.tag, self.key, path)


def facts_of(segment: Segment) -> PostFacts:
    """What a segment of one post says."""
    columns, meta = segment.columns, segment.file.meta
    lengths = tuple(words for words, _ in meta["lengths"])
    language = meta["languages"][0]
    unpublished = bool(segment.documents.fields(0)["unpublished"])
    by_hand = columns.has_values(BOOST), columns.has_values(PIN)
    facts = PostFacts(lengths, language, unpublished, meta["wide"], *by_hand)
    keys = [key for key, _ in columns.posts_by_value("translation")]
    if not keys:
        return facts
    tags = [tag for tag, _ in columns.posts_by_value("lang")]  # ascending: zh before zh-cn
    original = any(True for _ in columns.posts_by_value(ORIGINAL))
    tag = tags[-1] if tags else ""
    return facts._replace(key=keys[-1], tag=tag, silent=not columns.has_text(0), original=original)


class Tally:
    """The posts of a commit counted: those of the one before, and what came and went since."""

    def __init__(self, base: Contents) -> None:
        self._counts = {True: base.unpublished, False: base.posts}
        self._files = base.files
        self._boosted, self._pinned = base.boosted, base.pinned
        self._languages = {(one.code, False): one.published for one in base.languages}
        self._languages |= {(one.code, True): one.unpublished for one in base.languages}
        self._lengths = [list(total) for total in base.lengths]

    def add(self, facts: PostFacts | None, times: int = 1) -> None:
        """Count a post in, or a file without one; with -1 out."""
        if facts is None:
            self._files += times
            return
        self._counts[facts.unpublished] += times
        self._boosted += times * facts.boosted
        self._pinned += times * facts.pinned
        language = facts.language, facts.unpublished
        self._languages[language] = self._languages.get(language, 0) + times
        self._lengths = self._lengths or [[0, 0] for _ in facts.lengths]
        for total, words in zip(self._lengths, facts.lengths, strict=True):
            total[0] += times * words
            total[1] += times * (words > 0)

    def contents(self, base: Contents) -> Contents:
        """What a commit says of it; the rest as in `base`."""
        codes = sorted({code for (code, _), count in self._languages.items() if count})
        return base._replace(
            posts=self._counts[False],
            unpublished=self._counts[True],
            files=self._files,
            boosted=self._boosted,
            pinned=self._pinned,
            languages=tuple(
                LanguageCount(code, self._languages.get((code, False), 0), self._languages.get((code, True), 0))
                for code in codes
            ),
            lengths=tuple(FieldTotal(words, posts) for words, posts in self._lengths),
        )


def lengths_by_kind(posts: Iterable[PostFacts]) -> FieldLengths:
    """The lengths of posts added up by kind."""
    by_kind = FieldLengths()
    for facts in posts:
        by_kind.add(SegmentKind(facts.unpublished, facts.wide), field_totals(facts.lengths))
    return by_kind


def field_totals(lengths: Sequence[int]) -> list[FieldTotal]:
    """The lengths of one post as totals."""
    return [FieldTotal(words, int(words > 0)) for words in lengths]
