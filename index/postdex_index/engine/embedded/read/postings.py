"""In which posts of a segment does a leaf of the query occur, with what impact, and at which positions?

`PostingLists` are the posting lists of a segment, found through its `TermDictionary`; `Postings` what a leaf has in
them: posts, impacts, positions. A term has the postings that are stored, a pattern the union of several, a phrase
those computed from positions. Boolean structure is the `Matcher`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import compress, islice
from typing import TypeAlias

from ....named_tuple import NamedTuple
from ....query import Fuzzy, Leaf, Phrase, Prefix, Regex, Synonyms, Term, Wildcard
from ....schema import BODY, CODE, CODES, TITLE
from ....scoring import field_score, impact, quantize, saturate
from ....text.stemming import stem
from ..format.columns import FORM, STEM, ColumnSource
from .combined_postings import ComputedPostings, Postings, union
from .occurrences import ListPart
from .phrases import side_by_side, within
from .stored_postings import ContiguousPostings, StoredLists, StoredPostings, contiguous_ranges, flags_of
from .term_dictionary import TermDictionary

Pattern: TypeAlias = Prefix | Wildcard | Regex | Fuzzy

#: What so many patterns cover is kept: between counting their words in all segments and looking them up in each.
_MAX_CACHED_PATTERNS = 4


class Sought(NamedTuple):
    """A leaf as every segment looks it up: whatever it weighs, with the languages whose stems its words have (those of
    the segment if there are none), and, where its patterns cover too many, with the words that are meant."""

    leaf: Leaf
    languages: tuple[str, ...] = ()
    words: frozenset[bytes] | None = None


class PostingLists(StoredLists):
    """The posting lists of a segment, and the postings of any leaf."""

    def __init__(self, segment: ColumnSource) -> None:
        super().__init__(segment)
        self.terms = TermDictionary(segment)
        self.posts: int = segment.meta["posts"]
        self._languages = tuple(segment.meta["languages"])
        self.averages: list[float] = segment.meta["averages"]
        self._lengths = segment.column("field_lengths")
        self._span_first, self._span_start = segment.column("field_span_first"), segment.column("field_span_start")
        self._span_code = segment.column("field_span_code")
        self._link_first, self._link_edge = segment.column("link_first"), segment.column("link_edge")
        self._keys_by_pattern: dict[Pattern, list[int]] = {}

    # -- leaves

    def postings(self, sought: Sought, among: Sequence[int] | None = None) -> Postings | None:
        """The postings of a leaf in this segment; None if there are none. `among`, where known, are the posts that may
        hold all words of a phrase."""
        match sought.leaf:
            case Term(text, field, _, exact):
                postings = self._of_forms(self.terms.find(text)) if exact else self._word(text, sought.languages)
                return self._limited(postings, field)
            case Phrase():
                return self._phrase(sought.leaf, sought, among)
            case Prefix() | Wildcard() | Regex() | Fuzzy():
                return self._limited(self._of_forms(self._keys_searched(sought.leaf, sought)), sought.leaf.field)
            case Synonyms(spellings):
                members = [self.postings(sought._replace(leaf=spelling), among) for spelling in spellings]
                return union([member for member in members if member])
        raise TypeError(f"not a leaf: {sought.leaf!r}")

    def _word(self, text: str, languages: Sequence[str]) -> Postings | None:
        """The word or any of its stem in these languages."""
        return union([StoredPostings(self, number) for number in sorted(self._numbers(text, languages))])

    def _numbers(self, text: str, languages: Sequence[str]) -> set[int]:
        terms = self.terms
        stems = {stem(text, language) for language in languages or self._languages}
        return {terms.posting_list(key)[0] for stemmed in stems for key in terms.flagged(terms.find(stemmed), STEM)}

    def keys_of_pattern(self, pattern: Pattern) -> Sequence[int]:
        """Entry numbers of the word forms that a pattern matches, in any field."""
        pattern = pattern._replace(field="", weight=1.0)
        keys = self._keys_by_pattern.get(pattern)
        if keys is None:
            if len(self._keys_by_pattern) >= _MAX_CACHED_PATTERNS:
                self._keys_by_pattern = {}
            keys = self._keys_by_pattern[pattern] = self.terms.flagged(self._keys(pattern), FORM)
        return keys

    def _keys(self, pattern: Pattern) -> Sequence[int]:
        match pattern:
            case Prefix(text):
                return self.terms.with_prefix(text)
            case Wildcard(text):
                return [*self.terms.matching(text)]
            case Regex(text):
                return [*self.terms.covered(text[1:-1])]
            case Fuzzy(text, most):
                return [key for _, key in self.terms.near(text, most)]

    def frequencies(self, keys: Sequence[int]) -> dict[bytes, int]:
        """Document frequency by word form, deleted posts included, of these entries."""
        if not keys:
            return {}
        region = range(min(keys), max(keys) + 1)
        posts, words = self.terms.forms(region), self.terms.terms_in(region)
        posts_by_word: dict[bytes, int] = {}
        for key in keys:  # a surface that leads to several lists is several keys
            word = words[key - region.start]
            posts_by_word[word] = posts_by_word.get(word, 0) + posts[key]
        return posts_by_word

    def _keys_searched(self, pattern: Pattern, sought: Sought) -> Sequence[int]:
        """The keys of the words that a pattern means."""
        keys = self.keys_of_pattern(pattern)
        if sought.words is None or not keys:
            return keys
        region = range(min(keys), max(keys) + 1)
        words = self.terms.terms_in(region)
        return [key for key in keys if words[key - region.start] in sought.words]

    def _of_forms(self, keys: Sequence[int]) -> Postings | None:
        """All words among these keys, as one."""
        forms_of = self._forms_by_list(keys)
        whole_lists = {number for number, forms in forms_of.items() if forms.issuperset(self.forms.of(number))}
        members: list[Postings] = [
            self._limited_to_forms(number, forms_of[number]) for number in forms_of.keys() - whole_lists
        ]
        for run in contiguous_ranges(sorted(whole_lists)):
            members.append(ContiguousPostings(self, run) if len(run) > 1 else StoredPostings(self, run.start))
        return union(members)

    def _forms_by_list(self, keys: Sequence[int]) -> dict[int, set[int]]:
        """Form numbers by list number: of the word forms among these entries."""
        terms = self.terms
        forms_of: dict[int, set[int]] = {}
        for number, form in map(terms.posting_list, terms.flagged(keys, FORM)):
            forms_of.setdefault(number, set()).add(form)
        return forms_of

    def _limited_to_forms(self, number: int, forms: set[int]) -> Postings:
        """The postings of a list limited to some of its word forms. Where all occurrences in a post remain, its impact
        is the stored one."""
        stored = StoredPostings(self, number)
        flags = iter(self.forms.of(number).translate(flags_of(forms)))
        positions_of: dict[int, list[int]] = {}
        impacts = bytearray()
        for doc_id, value, positions in zip(stored.docs, stored.impacts, stored.all_positions(), strict=True):
            here = list(compress(positions, islice(flags, len(positions))))
            if here:
                positions_of[doc_id] = here
                impacts.append(value if len(here) == len(positions) else self._impact(doc_id, here))
        title_docs = {
            doc_id
            for doc_id, _ in self.title_coverages(number)
            if doc_id in positions_of and TITLE in self.codes(doc_id, positions_of[doc_id])
        }
        return ComputedPostings(bytes(impacts), positions_of, title_docs={number: title_docs} if title_docs else {})

    def _limited(self, postings: Postings | None, field: str) -> Postings | None:
        """Postings limited to one field. Two words of theirs at one place are one, as in a union of lists."""
        if not field or postings is None:
            return postings
        codes = CODES[field]
        positions = [(doc_id, sorted({*postings.positions(doc_id)})) for doc_id in postings.docs]
        return self._computed(
            {doc_id: inside for doc_id, here in positions if (inside := self.positions_in_fields(doc_id, here, codes))}
        )

    def positions_in_fields(self, doc_id: int, positions: Sequence[int], codes: Sequence[int]) -> list[int]:
        """Those of the positions that lie in fields with these codes."""
        return [
            position for position, code in zip(positions, self.codes(doc_id, positions), strict=True) if code in codes
        ]

    # -- phrases

    def _phrase(self, phrase: Phrase, sought: Sought, among: Sequence[int] | None = None) -> Postings | None:
        """Words side by side (or within slop), from the positions of the posts that have them all."""
        words = self._phrase_words(phrase, sought)
        if not words:
            return None
        codes = CODES[phrase.field] if phrase.field else ()
        if phrase.slop:  # gives every word of a window
            inside = partial(self.positions_in_fields, codes=codes) if codes else None
            return self._computed(within(self.occurrences, words, phrase.slop, inside), step=len(words))
        starts = side_by_side(self.occurrences, words, among)
        if codes:
            starts = {
                doc_id: inside_field
                for doc_id, positions in starts.items()
                if (inside_field := self._in_fields(doc_id, positions, len(words), codes))
            }
        if phrase.outside_links:
            starts = {
                doc_id: outside
                for doc_id, positions in starts.items()
                if (outside := self._outside_links(doc_id, positions, len(words)))
            }
        return self._computed(starts, width=len(words))

    def _outside_links(self, doc_id: int, positions: Sequence[int], width: int) -> list[int]:
        """Those of the positions from which `width` words are not all the text of one link."""
        edges, first, last = self._link_edge, self._link_first[doc_id], self._link_first[doc_id + 1]
        outside: list[int] = []
        for position in positions:
            next_edge = bisect_right(edges, position, first, last)
            if not ((next_edge - first) % 2 and position + width <= edges[next_edge]):
                outside.append(position)
        return outside

    def _in_fields(self, doc_id: int, positions: Sequence[int], width: int, codes: Sequence[int]) -> list[int]:
        """Those of the positions from which `width` words lie in fields with these codes."""
        for step in range(width):
            steps = [position + step for position in positions]
            positions = [position - step for position in self.positions_in_fields(doc_id, steps, codes)]
        return list(positions)

    def _phrase_words(self, phrase: Phrase, sought: Sought) -> list[list[ListPart]]:
        """The words of a phrase, none if the segment lacks one of them."""
        words: list[list[ListPart]] = []
        for index, text in enumerate(phrase.terms):
            forms_of: dict[int, set[int]] | dict[int, None]
            if phrase.prefix and index == len(phrase.terms) - 1:
                forms_of = self._forms_by_list(self._keys_searched(Prefix(text), sought))
            elif phrase.exact:
                forms_of = self._forms_by_list(self.terms.find(text))
            else:
                forms_of = dict.fromkeys(self._numbers(text, sought.languages))
            if not forms_of:
                return []
            words.append([self.part(number, forms) for number, forms in forms_of.items()])
        return words

    # -- made postings

    def _computed(self, positions_of: Mapping[int, list[int]], *, step: int = 1, width: int = 1) -> Postings | None:
        """Postings from positions by post, their impacts computed as the build computes them.

        `step` positions are one occurrence, and each stands for `width` words.
        """
        if not positions_of:
            return None
        impacts = bytes([self._impact(doc_id, positions[::step]) for doc_id, positions in positions_of.items()])
        return ComputedPostings(impacts, positions_of, step=step, width=width)

    def _impact(self, doc_id: int, positions: Sequence[int]) -> int:
        counts = self.counts_by_field(doc_id, positions)
        if len(counts) == 1 and BODY in counts:  # nearly always
            length = self._lengths[BODY * self.posts + doc_id]
            return quantize(saturate(field_score(BODY, counts[BODY], length, self.averages[BODY])))
        return quantize(impact(counts.items(), self.lengths(doc_id), self.averages))

    def counts_by_field(self, doc_id: int, positions: Iterable[int]) -> dict[int, int]:
        """Occurrences by field code, from positions of a post; code counts as body, as in the score."""
        counts: dict[int, int] = {}
        for code in self.codes(doc_id, positions):
            code = BODY if code == CODE else code
            counts[code] = counts.get(code, 0) + 1
        return counts

    def lengths(self, doc_id: int) -> list[int]:
        """Field lengths of a post, in words, by field code."""
        lengths: list[int] = self._lengths[doc_id :: self.posts].tolist()
        return lengths

    def links(self, doc_id: int) -> list[int]:
        """Of each link of a post the position of its first word, and the one after its last."""
        edges: list[int] = self._link_edge[self._link_first[doc_id] : self._link_first[doc_id + 1]].tolist()
        return edges

    def codes(self, doc_id: int, positions: Iterable[int]) -> list[int]:
        """The field code of each of these positions of a post."""
        starts, codes = self._span_start, self._span_code
        first, last = self._span_first[doc_id], self._span_first[doc_id + 1]
        return [codes[bisect_right(starts, position, first, last) - 1] for position in positions]
