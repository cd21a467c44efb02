"""What does a post say? Markdown as it was written, by whatever name an assistant has of it, and no more than it asks.

What does not fit is told with the name under which it can be had. Several posts share the room; with a `query` their
best sections have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from postdex_index.errors import PostdexError, QueryError

from .. import web_address
from ..links.ends import connections
from ..output import wire
from ..text_safety import day_of
from . import excerpts, references
from .excerpts import MarkdownPassage
from .post_text import Lines, PostText
from .posts import Posts
from .references import Reference

#: Characters of an answer if nothing is said, some 2,000 tokens, and at most.
USUAL_CHARS, MAX_CHARS = 8_000, 40_000
_SECTIONS = 200
#: So many sections of what is left out are named: the outline of most posts.
_MAX_LEFT_OUT = 30
#: So many posts are named that a post links to, and that link to it.
_MAX_LINKED = 20
_STORED = "the file is not as it was indexed, so this is the text of the index, without tables and links as written"


def fetch(
    posts: Posts,
    id: str = "",
    ids: Sequence[str] = (),
    query: str = "",
    offset: int = 0,
    max_chars: int = USUAL_CHARS,
    line_numbers: bool = False,
) -> dict[str, Any]:
    """One post or a part of it, or for `ids` several in `documents`. Raises NotFoundError if there is none of them."""
    names: list[str] = list(dict.fromkeys(filter(None, (id, *ids))))
    if not names:
        raise PostdexError("fetch needs id or ids", "give one that `search` gave")
    posts = posts.looked_at()
    targets, not_found = _found(posts, names)
    lengths = [_length(it, numbered=line_numbers) for it in targets]
    if query.strip() and sum(lengths) > max_chars:
        if offset or line_numbers:
            raise QueryError("query gives the best sections", "leave offset and line_numbers away")
        shown = _best_sections(posts, targets, query, max_chars)
    else:
        room = excerpts.shares(lengths, max_chars) if len(targets) > 1 else [max_chars]
        shown = [_part(posts, it, offset, most, numbered=line_numbers) for it, most in zip(targets, room, strict=True)]
    if not ids:
        return shown[0]
    return {"documents": shown, **({"not_found": not_found} if not_found else {})}


def _found(posts: Posts, names: Sequence[str]) -> tuple[list[Reference], list[dict[str, Any]]]:
    """What the names mean, and those that mean nothing, with the error. Raises NotFoundError if all are so."""
    targets: list[Reference] = []
    not_found: list[dict[str, Any]] = []
    for name in names:
        try:
            targets.append(references.find(posts, name))
        except PostdexError as error:
            if name == names[-1] and not targets:
                raise
            not_found.append({"id": name[: references.LONGEST], **wire.error(error)})
    return targets, not_found


def _length(asked: Reference, *, numbered: bool) -> int:
    """The characters of all that a name means."""
    first, last = asked.lines
    labels = sum(len(f"{line}\t") for line in range(first, last + 1)) if numbered else 0
    return len(asked.post.markdown(asked.lines)) + labels


def _part(posts: Posts, asked: Reference, offset: int, room: int, *, numbered: bool) -> dict[str, Any]:
    """The text that a name means, from a character on, as far as there is room for it."""
    post, lines = asked.post, asked.lines
    text = post.markdown(lines)
    part = excerpts.beginning(post, lines, offset, room, numbered=numbered)
    first, stop = lines.first + text.count("\n", 0, offset), offset + part.length
    rest: dict[str, Any] = {}
    if stop < len(text):
        rest["next_offset"] = stop
        rest |= excerpts.named(_sections(asked, lines.first + text.count("\n", 0, stop)), _MAX_LEFT_OUT)
    return _shown(posts, asked, part.text, post.where(post.within(first, part.last)), rest)


def _sections(asked: Reference, first: int) -> Iterator[MarkdownPassage]:
    """The sections from this line on, within the lines that were asked for; of one that has begun the rest."""
    for number, section in enumerate(asked.post.document.sections):
        lines = asked.post.section(number, alone=True)
        if lines.last >= first and section.line <= asked.lines.last:
            rest = Lines(max(lines.first, first), min(lines.last, asked.lines.last))
            yield MarkdownPassage(asked.post, rest, section.line, section.heading)


def _best_sections(posts: Posts, targets: Sequence[Reference], query: str, room: int) -> list[dict[str, Any]]:
    """Of all these posts the sections that answer the query best, as many as there is room for, each in its place; then
    the first ones of each."""
    valued = [(value, passage) for asked in targets for value, passage in _valued(posts, asked, query)]
    valued.sort(key=lambda row: row[0])
    selection = excerpts.select((passage for _, passage in valued), room, max(room * 3 // 4, excerpts.LEAST))
    documents = []
    for asked in targets:
        post = asked.post
        parts = excerpts.joined(post, (passage.lines for passage in selection.shown if passage.post is post))
        left_out = excerpts.named((it for it in selection.left_out if it.post is post), _MAX_LEFT_OUT)
        where = post.where(Lines(parts[0].first, parts[-1].last) if parts else asked.lines)
        documents.append(_shown(posts, asked, _with_gaps(post, parts), where, left_out))
    return documents


def _valued(posts: Posts, asked: Reference, query: str) -> Iterator[tuple[tuple[float, int], MarkdownPassage]]:
    """The sections of what a name means, with what orders them: the score for a query, then their place in the post."""
    post = asked.post
    hits = posts.ix.search(query, units="sections", path=post.document.path, limit=_SECTIONS, drafts=posts.drafts)
    hits_by_line = {hit.sections[0].line: hit for hit in hits if hit.sections and hit.path == post.document.path}
    passages = list(_sections(asked, asked.lines.first)) or [MarkdownPassage(post, asked.lines, asked.lines.first)]
    for number, passage in enumerate(passages):
        hit = hits_by_line.get(passage.line)
        yield ((-hit.score, number), passage._replace(line=hit.line)) if hit else ((0.0, number), passage)


def _with_gaps(post: PostText, parts: Sequence[Lines]) -> str:
    """The text of several parts, with a line for what is left out between them."""
    texts = [post.markdown(part) for part in parts[:1]]
    for above, part in pairwise(parts):
        texts += [f"[lines {above.last + 1}-{part.first - 1} are left out]", post.markdown(part)]
    return "\n\n".join(texts)


def _shown(posts: Posts, asked: Reference, text: str, where: str, rest: dict[str, Any]) -> dict[str, Any]:
    """A post as it is answered."""
    document = asked.post.document
    metadata = {
        "path": document.path,
        "date": day_of(document.date_seconds, document.date_from),
        "updated": day_of(document.updated_seconds),
        "tags": list(document.tags),
        "categories": ["/".join(path) for path in document.categories],
        "authors": list(document.authors),
        "lang": document.lang,
        "unpublished": document.unpublished,
        "fields": {name: list(values) for name, values in document.fields},
    }
    url = web_address.whole(wire.link(document.url), posts.origin)
    return {
        "id": asked.name,
        "title": document.title,
        "url": url or references.uri(document.path),
        "where": where,
        "text": text,
        "metadata": {name: value for name, value in metadata.items() if value},
        **_connected(posts, asked),
        **rest,
        **({} if asked.post.as_written else {"note": _STORED}),
    }


def _connected(posts: Posts, asked: Reference) -> dict[str, list[str]]:
    """The names of the posts that a whole post links to, and of those that link to it, the first of each."""
    document = asked.post.document
    if asked.number is not None or posts.reader is None:
        return {}
    links, backlinks = connections(posts.reader, document, drafts=posts.drafts)
    out = dict.fromkeys(link.to for link in links if link.to not in ("", document.path))
    back = dict.fromkeys(link.path for link in backlinks)
    named = {"links": [*out][:_MAX_LINKED], "backlinks": [*back][:_MAX_LINKED]}
    return {name: paths for name, paths in named.items() if paths}
