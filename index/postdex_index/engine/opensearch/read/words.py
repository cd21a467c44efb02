"""Which words does the index have: those that a pattern means, those that begin so, or are spelled much like another?

They are counted by aggregations over `forms`, under the filter of what is visible, so that no word of a deleted post
counts. What the cluster's expressions can't say just so is checked here, as the embedded engine does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import pairwise
from operator import itemgetter
from typing import Any, Protocol

from .... import forks
from ....named_tuple import NamedTuple
from ....query import Fuzzy, Leaf, Prefix, Regex, Wildcard
from ....text import globs
from ....text.edit_distance import edit_distance
from ....text.tokenizer import LONGEST_TERM
from ...api import IndexedWord
from ...embedded.format.columns import FORM
from ...embedded.read.postings import Pattern
from ...embedded.read.scope import Segment
from ...embedded.read.term_dictionary import MAX_WITHIN
from ...embedded.read.vocabulary import MAX_WORDS, patterns
from .clauses import LONGEST_REGEX, Clause
from .patterns import clean, letter_runs, regex_escaped, wildcard, word_regex

#: So many patterns are remembered, and so many answers of `words`.
_MAX_KEPT = 500
#: An aggregation has no more buckets (`search.max_buckets` is 65,535).
_MAX_BUCKETS = 65_000
#: Where there are more words, they are asked for in so many parts, then in so many times as many.
_MORE_PARTS = 8
#: With more `?` behind a `*` an expression can take exponentially many states: then it says less, and is checked.
_MAX_ANY = 6
#: So many spellings are remembered.
_MAX_SPELLINGS = 20_000
#: Of so many words that are equally frequent the spelling decides which come first.
_MAX_EQUALS = 50


class Posts(Protocol):
    """What is asked of a snapshot."""

    def ask(self, bodies: Sequence[dict[str, Any]], deadline: float | None = None) -> list[dict[str, Any]]:
        """The answers to these searches, all in one request."""
        ...

    def visible(self, drafts: bool) -> list[dict[str, Any]]:
        """The filters that every post of the snapshot passes."""
        ...

    def segments_of(self, hits: Sequence[Mapping[str, Any]]) -> list[Segment]:
        """The segments of the documents that a search found."""
        ...


class MeantWords(NamedTuple):
    """The word forms that each pattern of a leaf means, most frequent first; `cut` if the patterns cover more."""

    by_pattern: Mapping[Pattern, Sequence[str]]
    cut: bool = False

    def of(self, pattern: Pattern) -> Sequence[str]:
        """Those of one pattern, in whatever field."""
        return self.by_pattern.get(pattern._replace(field="", weight=1.0), ())


class _WordSearch(NamedTuple):
    """Words to count: those that a regular expression (None for all) and `covers` cover, so many in this order, in the
    posts that a filter leaves."""

    regex: str | None
    narrowed: Clause | None = None
    covers: Callable[[str], bool] | None = None
    size: int = MAX_WORDS + 1
    order: Sequence[Mapping[str, str]] = ({"_count": "desc"}, {"_key": "desc"})

    @property
    def buckets(self) -> int:
        """How many words the cluster is asked for."""
        return _MAX_BUCKETS if self.covers else self.size

    def covered(self, buckets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Of these words, in order, those that are wanted, with the posts that hold each."""
        posts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        if not self.covers:
            return posts
        return {word: posts[word] for word in [word for word in posts if self.covers(word)][: self.size]}


_NO_WORDS = MeantWords({})


class Words:
    """The words of the posts of a snapshot, published ones or with `drafts` all. Thread-safe: what is kept is only
    added to, or dropped as a whole."""

    def __init__(self, posts: Posts, *, drafts: bool = False) -> None:
        self._posts = posts
        self._drafts = drafts
        self._covered: dict[Pattern, Mapping[str, int]] = {}
        self._answers: dict[tuple[str, str, str, int, int], list[IndexedWord]] = {}
        self._spellings: dict[str, str] = {}

    # -- of patterns

    def look_up(self, leaves: Iterable[Leaf], deadline: float | None = None) -> None:
        """Ask for the words of all patterns of these leaves that are not known, in one request."""
        self._counts([pattern for leaf in leaves for pattern in patterns(leaf)], deadline)

    def meant(self, leaf: Leaf) -> MeantWords:
        """The words that the patterns of a leaf mean."""
        searched = list(patterns(leaf))
        if not searched:
            return _NO_WORDS
        counts = self._counts(searched)
        only = _most_frequent(counts)
        words = [[word for word in covered if only is None or word in only] for covered in counts]
        return MeantWords(dict(zip(searched, words, strict=True)), only is not None)

    def only(self, searched: Sequence[Pattern]) -> frozenset[bytes] | None:
        """As `Vocabulary` has it: the most frequent of the words that patterns cover, UTF-8; None if these are not too
        many."""
        only = _most_frequent(self._counts(searched))
        return None if only is None else frozenset([word.encode() for word in only])

    def _counts(self, searched: Sequence[Pattern], deadline: float | None = None) -> list[Mapping[str, int]]:
        """For each pattern its words, most frequent first and one more than may be meant, with the posts that hold
        them."""
        covered = self._covered
        unknown = [pattern for pattern in dict.fromkeys(searched) if pattern not in covered]
        if unknown:
            counted = self._counted([_of_pattern(pattern) for pattern in unknown], deadline)
            if len(covered) + len(unknown) > _MAX_KEPT:
                covered = self._covered = {pattern: covered[pattern] for pattern in searched if pattern in covered}
            covered |= dict(zip(unknown, counted, strict=True))
        return [covered[pattern] for pattern in searched]

    # -- as people look for them

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", edits: int = 1, limit: int = 10
    ) -> list[IndexedWord]:
        """Words beginning with `prefix`, `near` a word, or with `within` in them; see `engine.Reader.words`."""
        asked = (clean(prefix), clean(near), clean(within), edits, limit)
        answer = self._answers.get(asked)
        if answer is None:
            if len(self._answers) >= _MAX_KEPT:
                self._answers = {}
            answer = self._answers[asked] = self._words(*asked) if limit > 0 else []
        return answer

    def _words(self, prefix: str, near: str, within: str, edits: int, limit: int) -> list[IndexedWord]:
        if near:
            search = _near(near, edits)
        elif within:
            regex = f".*{regex_escaped(within)}.*"
            search = _WordSearch(regex, size=MAX_WITHIN, order=({"_key": "asc"},))
        else:
            order = ({"_count": "desc"}, {"_key": "asc"})
            search = _of_prefix(prefix)._replace(size=4 * limit + 20, order=order)
        (counts,) = self._counted([search])
        ranked = sorted(
            (edit_distance(near, term, edits) if near else 0, -posts, term) for term, posts in counts.items()
        )
        # Of equals those come first that are spelled so.
        last = ranked[:limit][-1:]
        first = [word for word in ranked if word[:2] <= last[0][:2]][: limit + _MAX_EQUALS]
        spelled = self._spelled([term for _, _, term in first])
        in_order = sorted((distance, posts, spelled[term], term) for distance, posts, term in first)
        return [IndexedWord(shown, term, -posts) for _, posts, shown, term in in_order[:limit]]

    def _spelled(self, terms: Sequence[str]) -> dict[str, str]:
        """How people write each of these words. Whoever types goes from answer to answer with much the same words."""
        if len(self._spellings) > _MAX_SPELLINGS:
            self._spellings = {}
        spelled = {term: self._spellings[term] for term in terms if term in self._spellings}
        if unknown := [term for term in terms if term not in spelled]:
            spelled |= (found := self._spellings_of(unknown))
            self._spellings |= found
        return spelled

    def _spellings_of(self, terms: Sequence[str]) -> dict[str, str]:
        """Of each word what the index has, if any post writes it so; else what the first post has."""
        bodies = [self._post_with(term, otherwise) for term in terms for otherwise in (True, False)]
        hits = [answer["hits"]["hits"] for answer in self._posts.ask(bodies)]
        pairs = zip(terms, hits[::2], hits[1::2], strict=True)
        otherwise = {term: respelled for term, respelled, as_it_is in pairs if respelled and not as_it_is}
        segments = self._posts.segments_of([hit for (hit,) in otherwise.values()])
        respelled = {term: _display_form(term, segment) for term, segment in zip(otherwise, segments, strict=True)}
        return {term: term for term in terms} | respelled

    def _post_with(self, term: str, otherwise: bool) -> dict[str, Any]:
        """The search for the first post that shows a word in another spelling, or that writes it as it is."""
        filters = [*self._posts.visible(self._drafts), {"term": {"forms": term}}]
        respelled, part = {"term": {"respelled": term}}, {"term": {"parts": term}}
        shown = {"filter": [*filters, respelled]} if otherwise else {"filter": filters, "must_not": [respelled, part]}
        return {"size": 1, "query": {"bool": shown}, "sort": ["path"], "_source": False, "track_total_hits": False}

    # -- counting

    def _counted(self, searches: Sequence[_WordSearch], deadline: float | None = None) -> list[Mapping[str, int]]:
        """For each search its words in order with the posts that hold each."""
        sizes = [min(2 * search.buckets, _MAX_BUCKETS) for search in searches]
        answers = self._asked(searches, sizes, deadline)
        # Each shard gives its own first ones: where they can be others than those of all shards, it gives all.
        again = [number for number, answer in enumerate(answers) if answer["doc_count_error_upper_bound"]]
        if again:
            whole = self._asked([searches[number] for number in again], [_MAX_BUCKETS] * len(again), deadline)
            for number, answer in zip(again, whole, strict=True):
                answers[number] = answer
        counts: list[Mapping[str, int]] = []
        for search, answer in zip(searches, answers, strict=True):
            counted: Mapping[str, int] = search.covered(answer["buckets"])
            if len(counted) < search.size and search.covers and answer["sum_other_doc_count"]:
                counted = self._of_all_words(search, deadline)
            counts.append(counted)
        return counts

    def _of_all_words(self, search: _WordSearch, deadline: float | None) -> Mapping[str, int]:
        """The words of a search among which those that it covers are too rare to be found: all words are looked
        through, in as many parts as it takes."""
        parts = 1
        while True:
            parts *= _MORE_PARTS
            bodies = [_body(search, _MAX_BUCKETS, self._posts.visible(self._drafts)) for _ in range(parts)]
            for number, body in enumerate(bodies):
                body["aggs"]["words"]["terms"]["include"] = {"partition": number, "num_partitions": parts}
            answers = [answer["aggregations"]["words"] for answer in self._posts.ask(bodies, deadline)]
            if not any(answer["sum_other_doc_count"] for answer in answers):
                buckets = [bucket for answer in answers for bucket in answer["buckets"]]
                return search.covered(sorted(buckets, key=itemgetter("doc_count", "key"), reverse=True))

    def _asked(
        self, searches: Sequence[_WordSearch], shard_sizes: Sequence[int], deadline: float | None
    ) -> list[Mapping[str, Any]]:
        visible = self._posts.visible(self._drafts)
        bodies = [_body(search, shard_size, visible) for search, shard_size in zip(searches, shard_sizes, strict=True)]
        return [answer["aggregations"]["words"] for answer in self._posts.ask(bodies, deadline)]


def _body(search: _WordSearch, shard_size: int, visible: Sequence[Clause]) -> dict[str, Any]:
    terms = {"field": "forms", "size": search.buckets, "shard_size": shard_size, "order": list(search.order)}
    if search.regex is not None:
        terms["include"] = search.regex
    filters = [*visible, search.narrowed] if search.narrowed else list(visible)
    query = {"bool": {"filter": filters}}
    return {"size": 0, "track_total_hits": False, "query": query, "aggs": {"words": {"terms": terms}}}


def _most_frequent(counts: Sequence[Mapping[str, int]]) -> frozenset[str] | None:
    """Of words with their posts, by pattern, those that are meant; None if these are all."""
    posts = Counter[str]()
    for covered in counts:
        posts.update(covered)
    if len(posts) <= MAX_WORDS:
        return None
    return frozenset(nlargest(MAX_WORDS, posts, key=lambda word: (posts[word], word)))


# -- which words are covered


def _of_pattern(pattern: Pattern) -> _WordSearch:
    match pattern:
        case Prefix(text):
            return _of_prefix(clean(text))
        case Wildcard(text):
            return _of_wildcard(text)
        case Regex(text):
            return _of_regex(text[1:-1])
        case Fuzzy(text, slips):
            return _near(clean(text), slips)._replace(size=MAX_WORDS + 1)


def _of_prefix(text: str) -> _WordSearch:
    if not text:
        return _WordSearch(None)
    return _WordSearch(f"{regex_escaped(text[: LONGEST_TERM + 1])}.*", {"prefix": {"forms": text}})


def _of_wildcard(text: str) -> _WordSearch:
    if len(text.replace("*", "")) > LONGEST_TERM:
        return _NOTHING
    narrowed: Clause = {"wildcard": {"forms": {"value": wildcard(text)}}}
    star = text.find("*")
    if star < 0 or text.count("?", star) <= _MAX_ANY:
        return _WordSearch(word_regex(text), narrowed)
    covered = re.compile(globs.wildcard(text))
    regex = word_regex(re.sub(r"[*?]+", "*", text))
    return _WordSearch(regex, None, lambda word: covered.fullmatch(word.encode()) is not None)


def _of_regex(pattern: str) -> _WordSearch:
    """The cluster's expressions are others than RE2's: of the words that have its letters those that it covers."""
    with forks.barred:
        from ....text.regexes import of_words

    covers = of_words(pattern).fullmatch
    runs = "".join([f"{regex_escaped(run)}.*" for run in letter_runs(pattern)])
    regex = f".*{runs}" if 0 < len(runs) < LONGEST_REGEX - 2 else None
    return _WordSearch(regex, covers=lambda word: covers(word.encode()) is not None)


def _near(word: str, edits: int) -> _WordSearch:
    """Words with the same first character so few edits away."""
    if not edits:
        return _WordSearch(regex_escaped(word), {"term": {"forms": word}})
    if len(word) > LONGEST_TERM + edits:
        return _NOTHING
    fuzzy = {"value": word, "fuzziness": edits, "prefix_length": 1, "transpositions": True, "rewrite": "constant_score"}
    regex = "|".join(dict.fromkeys(_parts_shared(word, edits)))
    if len(regex) > LONGEST_REGEX:
        regex = _of_length(word, edits)
    size = _MAX_BUCKETS
    return _WordSearch(
        regex, {"fuzzy": {"forms": fuzzy}}, lambda other: edit_distance(word, other, edits) <= edits, size
    )


def _parts_shared(word: str, edits: int) -> Iterator[str]:
    """Regular expressions of which each word that is so near matches one: of edits + 1 parts of the word it has one, or
    two neighbours are swapped across the border of two parts, and the rest is as near to that."""
    if not edits:
        yield regex_escaped(word)
        return
    borders = [len(word) * part // (edits + 1) for part in range(1, edits + 2)]
    if borders[0] < 2:
        yield _of_length(word, edits)
        return
    yield f"{regex_escaped(word[: borders[0]])}.*"
    for border, end in pairwise(borders):
        rest = "" if end == len(word) else ".*"
        yield f"{regex_escaped(word[0])}.*{regex_escaped(word[border:end])}{rest}"
        yield from _parts_shared(word[: border - 1] + word[border] + word[border - 1] + word[border + 1 :], edits - 1)


def _of_length(word: str, edits: int) -> str:
    rest = len(word) - 1
    return f"{regex_escaped(word[0])}.{{{max(0, rest - edits)},{rest + edits}}}"


_NOTHING = _WordSearch(regex_escaped("*"))


# -- how they are spelled


def _display_form(term: str, segment: Segment) -> str:
    terms = segment.lists.terms
    forms = terms.flagged(terms.find(term), FORM)
    return terms.display_form(forms[0]) if forms else term
