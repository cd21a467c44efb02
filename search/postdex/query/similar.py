"""Which word is being typed, and which posts are like this one?

`complete` finishes the last word of a text, `like` makes a query of a post. Both ask the index through
the seam. Words that were misspelt are `typos`'s.
"""

from __future__ import annotations

from collections.abc import Iterable

from postdex_index.document import Document
from postdex_index.engine.api import IndexedWord, Reader, Search
from postdex_index.query import Clauses, Keyword, Query, Term
from postdex_index.scoring import K1, idf, saturation
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import is_spaceless, raw_spans
from postdex_index.text.stemming import stem, stemmer_language, stop_words
from postdex_index.text.tokenizer import compound, terms_at

#: What a word is worth by where it stands in the post that others are to be like.
TITLE, TAG, HEADING, TEXT = 4.0, 4.0, 2.0, 1.0
#: Characters of text that are read of it: the beginning says what a post is about.
BEGINNING = 6_000
#: Words of fewer letters than these have say little about a post.
SHORTEST = 3


def complete(reader: Reader, text: str, limit: int = 10) -> list[IndexedWord]:
    """The words that the last word of a text may become, the most frequent first, as people write them.

    None after a blank or a sign, when no word is being typed, and none for more than one Chinese
    character: nobody can say where a word ends there.
    """
    prefix = _prefix_typed(text, reader.analyzer)
    return reader.words(prefix=prefix, limit=limit) if prefix else []


def like(reader: Reader, document: Document, limit: int = 25) -> Query:
    """A query for posts like this one: the words that tell most about it, itself excluded.

    Telling is what stands often in its title, tags, headings and the beginning of its text, and in
    few other posts: tf x idf, tf saturating, as in the score of posts. A post without such words gives a
    query without hits. Its translations are excluded, too.
    """
    posts = reader.stats().posts
    alone = 0 if document.unpublished else 1
    telling = []
    counts = _counts(document, reader.analyzer)
    totals = reader.totals([Term(term) for term in counts])
    for (term, count), doc_freq in zip(counts.items(), totals, strict=True):
        if doc_freq > alone:
            share = saturation(count, K1)
            telling.append((share * idf(posts, doc_freq), share, term))
    best = sorted(telling, key=lambda weighed: (-weighed[0], weighed[2]))[:limit]
    terms = tuple(Term(term, weight=round(share, 2)) for _, share, term in best)
    excluded = (Keyword("path", document.path), *_translations_of(reader, document))
    return Clauses(optional=terms, excluded=excluded, minimum=1)


def _translations_of(reader: Reader, document: Document) -> Iterable[Keyword]:
    """What the translations of a post match, if it has any."""
    if document.translation:
        search = Search(Keyword("path", document.path), drafts=bool(document.unpublished), grouped=True)
        for candidate in reader.search(search).candidates:
            if candidate.document.path == document.path and candidate.translations(1):
                yield Keyword("translation", reader.analyzer.fold_value(document.translation))


def _prefix_typed(text: str, analyzer: Analyzer) -> str:
    """The beginning of a term that the text ends with, "" if it ends with none."""
    tokens = raw_spans(analyzer.simplified(text))
    if not tokens or text[tokens[-1][2] :].strip("_.-'’"):
        return ""
    raw = tokens[-1][0]
    if is_spaceless(raw):
        terms = terms_at(raw)
        return terms[0][0] if len(terms) == 1 else ""
    return compound(raw).in_one


def _counts(document: Document, analyzer: Analyzer) -> dict[str, float]:
    """The words of a post that may tell something, each in its first form, and their weighted occurrences."""
    language = stemmer_language(document.lang)
    ignored = stop_words(language)
    first: dict[str, str] = {}
    counts: dict[str, float] = {}
    for text, weight in _texts(document):
        for token in analyzer.tokens(text):
            term = token.term
            if term in ignored or term.isdigit() or len(term) < (2 if is_spaceless(term) else SHORTEST):
                continue
            term = first.setdefault(stem(term, language), term)
            counts[term] = counts.get(term, 0.0) + weight
    return counts


def _texts(document: Document) -> Iterable[tuple[str, float]]:
    yield document.title, TITLE
    yield from ((tag, TAG) for tag in document.tags)
    left = BEGINNING
    for number, section in enumerate(document.sections):
        if left <= 0:
            return
        yield section.heading, HEADING
        text = document.text(number)[:left]
        left -= len(text) + 1
        yield text, TEXT
