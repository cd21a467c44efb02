"""What does an assistant find? Sections with their places, and with `max_chars` the passages themselves.

Hits, order and snippets are those of the library; here they are cut to what fits into a conversation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from postdex_index.errors import QueryError

from .. import __version__, section_lookup, web_address
from ..output import wire
from ..record.asked import Outcome
from ..request import SearchRequest
from ..results.strength import nothing_alike
from ..results.values import FieldCounts, Hit
from ..text_safety import day_of
from . import excerpts, references
from .excerpts import MarkdownPassage
from .post_text import PostText, text_of
from .posts import MAX_TITLE, Posts

if TYPE_CHECKING:
    from postdex_index.settings import Settings

    from ..index import Results

#: Hits of one answer, and sections that are looked at for passages.
MAX_HITS = 20
_SECTIONS = 100
#: So many values of a facet, and tags of a post, are shown.
MAX_VALUES, _MAX_TAGS = 50, 20
#: And of a field of the site's own.
_FIELD_VALUES = 5
#: One passage takes no more than this part of all there is room for, so that one long section is not the answer; of
#: little room more, so that it says something.
_SHARE, _LEAST_SHARE = 3, 1_500
#: What the next best section of a post is worth beside the one before. Of 215 questions to two sites, with room for
#: 4,000 characters, 172 had the section that answers them among the passages, 171 without this; 790 posts had passages
#: instead of 590. The section came first for 139, by its own score alone for 134.
_FURTHER = 0.6
#: So many passages that are left out are named: those that come next.
_MAX_LEFT_OUT = 8


def search(posts: Posts, query: str, max_chars: int = 0, **arguments: Any) -> dict[str, Any]:
    """The hits of a query, each with the name of its best section and of two more."""
    if arguments.get("drafts") and not posts.drafts:
        raise QueryError("unpublished posts are not served", "start it with `postdex serve --drafts`", code="forbidden")
    results = posts.ix.answer(SearchRequest.of(query, **arguments), _asked_in_sentences(posts.ix.in_force))
    if posts.asked and not arguments.get("offset"):
        posts.asked(query, Outcome.of_results(results))
    shown = _found(posts, results) | _said_besides(results)
    if max_chars:
        for result in shown["results"]:
            for name in ("snippet", "more", "headings"):  # passages say it
                result.pop(name, None)
        share = max(max_chars // _SHARE, _LEAST_SHARE)
        selection = excerpts.select(_passages(posts, results, query, arguments), max_chars, share)
        shown["passages"] = [_passage(passage) for passage in selection.shown]
        for name, told in excerpts.named(selection.left_out, _MAX_LEFT_OUT).items():
            shown.setdefault(name, told)
    return shown


def _asked_in_sentences(settings: Settings) -> Settings:
    """The settings, but that meaning has a say in all that assistants ask, unless it is to have none."""
    return settings if settings.meaning == "off" else settings._replace(meaning="always")


def related(posts: Posts, id: str, limit: int = 5) -> dict[str, Any]:
    """The posts that are most like one."""
    path = references.find(posts.looked_at(), id).post.document.path
    return _found(posts, posts.ix.like(path, limit=limit))


def status(posts: Posts) -> dict[str, Any]:
    """The index in numbers, what its posts are about, and how it stands to the files."""
    now = posts.ix.status()
    fields = {field.name: _kind_and_values(field) for field in posts.ix.fields()[:MAX_VALUES]}
    return {
        "folder": posts.ix.folder.resolve().name,
        "posts": now.stats.posts,
        "unpublished": now.stats.unpublished,
        "languages": list(now.stats.languages),
        "fresh": now.fresh,
        "changed_files": now.changed_files,
        "facets": _facets(posts.ix.facets()),
        **({"fields": fields} if fields else {}),
        "version": __version__,
    }


def _kind_and_values(field: FieldCounts) -> str:
    """`text: published, draft`: what a field holds, which `where` filters by."""
    values = list(field.values)[:_FIELD_VALUES]
    return f"{field.kind}: {', '.join(values)}{', …' if len(field.values) > len(values) else ''}"


def _found(posts: Posts, results: Results) -> dict[str, Any]:
    """The hits of an answer, and how many there are."""
    results = web_address.with_origin(results, posts.origin)
    shown: dict[str, Any] = {"total": results.total, "results": [_result(hit) for hit in results.hits]}
    if note := _noted(results):
        shown["note"] = note
    return shown


def _noted(results: Results) -> str:
    """What an assistant must know of an answer before it relies on it."""
    notes = {
        "the search was cut short": not results.complete,
        "some posts changed since": results.complete and results.index.fresh is False,
        "nothing much like this is here": nothing_alike(results),
    }
    return "; ".join([note for note, holds in notes.items() if holds])


def _said_besides(results: Results) -> dict[str, Any]:
    """What is to be said of a search besides its hits, as far as there is anything."""
    more = results.offset + len(results.hits)
    notes = {
        "grouped": results.grouped,
        "next_offset": more if results.hits and more < results.total else 0,
        "facets": _facets(results.facets),
        "strength": results.strength,
        "corrections": wire.corrections(results),
        "warnings": list(results.warnings),
    }
    return {name: value for name, value in notes.items() if value}


def _result(hit: Hit) -> dict[str, Any]:
    """A hit as text: what an assistant has a use for, and no HTML."""
    best = hit.sections[0].line if hit.sections else hit.line
    shown = {
        "id": section_lookup.name_of(hit.path, hit.anchor, best),
        "title": hit.title[:MAX_TITLE],
        "url": wire.link(hit.url) or references.uri(hit.path),
        "where": f"{hit.path}:{hit.line}",
        "pinned": hit.pinned,
        "headings": list(hit.headings),
        "date": day_of(hit.date_seconds, hit.date_from),
        "tags": list(hit.tags[:_MAX_TAGS]),
        "snippet": hit.snippet.text,
        "translations": [{"lang": other.lang, "id": other.path} for other in hit.translations[:MAX_HITS]],
        "more": [
            {"id": section_lookup.name_of(hit.path, other.anchor, other.line), "heading": other.heading}
            for other in hit.sections[1:]
        ],
    }
    return {name: value for name, value in shown.items() if value or name in ("id", "title", "url", "where", "snippet")}


def _facets(facets: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The most frequent values of each facet."""
    return {name: dict(list(counts.items())[:MAX_VALUES]) for name, counts in facets.items() if counts}


def _passages(posts: Posts, results: Results, query: str, arguments: Mapping[str, Any]) -> Iterator[MarkdownPassage]:
    """The sections of the posts that were found which answer the query, the most valuable of all posts first."""
    posts = posts.looked_at()
    texts = {hit.path: text_of(posts.ix, posts.get(hit.path)) for hit in results.hits}
    asked = {**arguments, "units": "sections", "limit": _SECTIONS, "offset": 0, "facets": ()}
    hits = posts.ix.search(query, **asked).hits if query.strip() else ()
    sections = _by_value([hit for hit in hits if hit.path in texts], {hit.path: hit.score for hit in results.hits})
    without = texts.keys() - {hit.path for hit in sections}
    for hit in (*sections, *(hit for hit in results.hits if hit.path in without)):
        passage = _of_section(texts[hit.path], hit)
        if passage.lines.last > passage.lines.first or not passage.heading:  # else it is a heading alone
            yield passage


def _by_value(sections: Sequence[Hit], posts: Mapping[str, float]) -> list[Hit]:
    """Sections by what they are worth: their own score times their post's, less with each section of the same post."""
    best = sorted(sections, key=lambda hit: -hit.score * posts[hit.path])
    before: Counter[str] = Counter()
    values: list[tuple[float, Hit]] = []
    for hit in best:
        values.append((hit.score * posts[hit.path] * _FURTHER ** before[hit.path], hit))
        before[hit.path] += 1
    return [hit for _, hit in sorted(values, key=lambda row: -row[0])]


def _of_section(post: PostText, hit: Hit) -> MarkdownPassage:
    """The passage that the best section of a hit is; of a post that is found as a whole it is the beginning."""
    number = post.section_at(hit.sections[0].line if hit.sections else post.body)
    lines = post.whole if number is None else post.section(number, alone=True)
    return MarkdownPassage(post, lines, hit.line, " > ".join(hit.headings))


def _passage(passage: MarkdownPassage) -> dict[str, Any]:
    shown = {
        "where": passage.post.where(passage.lines),
        "title": passage.post.document.title[:MAX_TITLE],
        "heading": passage.heading,
        "text": passage.post.markdown(passage.lines),
    }
    return {name: value for name, value in shown.items() if value}
