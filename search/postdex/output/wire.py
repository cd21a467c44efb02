"""What do results look like on the wire? The JSON and HTML of everything postdex answers, and nothing else.

One shape everywhere: the library's `to_dict`, `--json`, HTTP and MCP all come from here.
Snippets arrive as text and spans; markup is made last (`text_safety.to_html`), and `<mark>` is all of it.
In JSON a control or bidirectional character is `\\uXXXX`, in HTML it is left out. Text for
people is in `terminal`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from postdex_index import forks, native, schema
from postdex_index.document import Document
from postdex_index.engine.api import IndexedWord, Stats
from postdex_index.engine.hosting import Inspection
from postdex_index.errors import PostdexError
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Explanation, Problem, Span

from ..faces import in_words
from ..results.values import FieldCounts, Hit, HitList, IndexState, SectionHit, Translation
from ..text_safety import escape, iso, link, to_html

if TYPE_CHECKING:
    from postdex_index.engine.hosting import Inspection

    from ..diagnostics import Status
    from ..links.ends import Connections, PostLink
    from ..results.explain import Verdict
    from ..results.lines import LineMatch

__all__ = [
    "SCHEMA",
    "checkup",
    "corrections",
    "counted",
    "document",
    "dumps",
    "error",
    "fields",
    "jsonl",
    "line_match",
    "link",
    "listed",
    "suggestions",
    "to_dict",
    "to_html",
    "to_json",
    "translation",
    "verdict",
]

#: The version of the wire form; it grows when a key changes its meaning or goes.
SCHEMA = 1


def to_dict(results: HitList) -> dict[str, Any]:
    """The results as plain dicts and lists, ready for JSON; scores and dates as people read them, HTML made."""
    return {
        "schema": SCHEMA,
        "query": results.query,
        "parsed": results.parsed,
        "total": results.total,
        "grouped": results.grouped,
        "strength": results.strength,
        "meaning": results.meaning,
        "limit": results.limit,
        "offset": results.offset,
        "took_ms": round(results.took_ms, 3),
        "hits": [_hit(hit) for hit in results.hits],
        "facets": {name: dict(counts) for name, counts in results.facets.items()},
        "corrections": corrections(results),
        "warnings": list(results.warnings),
        "complete": results.complete,
        "index": listed(results.index),
    }


def corrections(results: HitList) -> list[dict[str, Any]]:
    """The wire form of the words that were joined by others."""
    return [
        {"from": word, "to": list(words), **({"synonym": True} if synonym else {})}
        for word, words, _, synonym in results.corrections
    ]


def to_json(results: HitList, indent: int | None = None) -> str:
    """The results as JSON text."""
    return dumps(to_dict(results), indent)


def jsonl(results: HitList) -> Iterator[str]:
    """Each hit as one line of JSON, without its line end."""
    return (dumps(_hit(hit)) for hit in results.hits)


def line_match(match: LineMatch) -> dict[str, Any]:
    """The wire form of a line that an expression matches."""
    return {
        "path": match.path,
        "line": match.line,
        "text": match.text,
        "html": to_html(match.text, match.spans),
        "matches": [{"start": start, "length": length} for start, length in match.spans],
        "url": match.url,
    }


def dumps(value: Any, indent: int | None = None) -> str:
    r"""JSON text of any wire form: readable in every script, without raw control or bidirectional characters.

    >>> dumps({"title": "索引\u202e"})
    '{"title": "索引\\u202e"}'
    """
    from json import dumps  # a search for people never needs it

    return escape(dumps(value, ensure_ascii=False, indent=indent, allow_nan=False))


def suggestions(prefix: str, words: Iterable[IndexedWord]) -> dict[str, Any]:
    """The wire form of completions: each word as people write it, with the number of posts that have it."""
    return {
        "schema": SCHEMA,
        "query": prefix,
        "suggestions": [{"text": word.text, "posts": word.posts} for word in words],
    }


def document(stored: Document, section: int | None = None, connections: Connections | None = None) -> dict[str, Any]:
    """The wire form of a post with the text of its sections, or of one, and with its connections where they are known;
    line n of a text is n lines below its first."""
    numbers = range(len(stored.sections)) if section is None else (section,)
    return {
        "schema": SCHEMA,
        "path": stored.path,
        "title": stored.title,
        "url": link(stored.url),
        **_fields(stored, _DOCUMENT),
        "sections": [_stored_section(stored, index) for index in numbers],
        **(connected(connections) if connections else {}),
    }


def connected(connections: Connections) -> dict[str, Any]:
    """The wire form of a post's links, each with the path of the post that it leads to, if it leads to one, and of the
    links of others to it, each with the path of the post that has it."""
    return {
        "links": [_link(it, it.to or None) for it in connections.links],
        "backlinks": [_link(it, it.path) for it in connections.backlinks],
    }


def _link(of: PostLink, path: str | None) -> dict[str, Any]:
    return {"path": path, "line": of.line, "target": of.target, "anchor": of.anchor}


def translation(other: Translation) -> dict[str, Any]:
    """The wire form of a post that a hit is shown for, in another language."""
    return {"lang": other.lang, "path": other.path, "url": link(other.url)}


def error(exc: Exception) -> dict[str, Any]:
    """The wire form of an error: what happened and what to do; of a bug no more than its kind."""
    if isinstance(exc, PostdexError):
        return {**exc.to_dict()}
    message = f"internal error ({type(exc).__name__})"
    return {"error": {"code": "internal", "message": message, "hint": "this is a bug of postdex; see its log"}}


def verdict(answer: Verdict) -> dict[str, Any]:
    """The wire form of what became of a post in a search."""
    return {
        "schema": SCHEMA,
        "path": answer.path,
        "rank": answer.rank or None,
        "reasons": list(answer.reasons),
        "explain": answer.score and _explanation(answer.score),
    }


def listed_posts(posts: Sequence[Hit]) -> dict[str, Any]:
    """The wire form of a list of posts: of each what a hit has that depends on no query."""
    told = [{"path": post.path, "title": post.title, "url": link(post.url), **_fields(post, _HIT)} for post in posts]
    return {"schema": SCHEMA, "total": len(told), "posts": told}


def counted(name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """The wire form of how many posts have each value, under the name of what is counted."""
    return {"schema": SCHEMA, name: dict(counts)}


def fields(counted: Iterable[FieldCounts]) -> dict[str, Any]:
    """The wire form of the fields of the site's own."""
    return {"schema": SCHEMA, "fields": [field._asdict() for field in counted]}


def checkup(status: Status | None, problems: Iterable[Problem], servers: Inspection | None = None) -> dict[str, Any]:
    """The wire form of an index's state (None if it cannot be used), of what is wrong with it and the posts, of the
    kernel and the vectors, and of how the index's servers are, if it lies on any."""
    state = status and {
        **status._asdict(),
        "stats": listed(status.stats),
        "commits": [{**commit._asdict(), "made": _date(commit.made)} for commit in status.commits],
    }
    wrong = [*(servers.problems if servers else ()), *problems]
    told = [{**problem._asdict(), "hint": in_words(problem.hint)} for problem in wrong]
    facts = {"servers": dict(servers.facts)} if servers else {}
    kernel = {"version": native.VERSION or None, "refused": native.REFUSED or None}
    return {"schema": SCHEMA, "index": state, "problems": told, "kernel": kernel, "meaning": _vectors(), **facts}


def _vectors() -> dict[str, Any]:
    """The wire form of the vectors that are here."""
    with forks.barred:
        from ..meaning import installed

    here = installed.installed()
    version = installed.RELEASE if here.tables else None
    return {"version": version, "languages": here.languages, "refused": here.refused or None}


def listed(numbers: Stats | IndexState) -> dict[str, Any]:
    """The wire form of an index in numbers; its sites only where there are several."""
    form = {name: list(value) if isinstance(value, tuple) else value for name, value in numbers._asdict().items()}
    return form if numbers.sites else {name: value for name, value in form.items() if name != "sites"}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        **({"site": hit.site} if hit.site else {}),
        **({"pinned": True} if hit.pinned else {}),
        "path": hit.path,
        "line": hit.line,
        "url": link(hit.url),
        "anchor": hit.anchor,
        "title": hit.title,
        "title_html": hit.title_html,
        "headings": list(hit.headings),
        "headings_html": list(hit.headings_html),
        **_fields(hit, _HIT),
        "score": round(hit.score, 4),
        "snippet": hit.html,
        "snippet_text": hit.snippet.text,
        "matches": [*_matches("body", hit.snippet.spans), *_matches("title", hit.title_spans)],
        "sections": [_section(section) for section in hit.sections],
        "translations": list(map(translation, hit.translations)),
        "explain": hit.explain and _explanation(hit.explain),
    }


def _section(section: SectionHit) -> dict[str, Any]:
    return {
        "title": section.heading,
        "heading_html": section.heading_html,
        "anchor": section.anchor,
        "url": link(section.url),
        "line": section.line,
        "match_line": section.match_line,
        "score": round(section.score, 4),
        "snippet": section.snippet.html if section.snippet else None,
    }


def _stored_section(stored: Document, index: int) -> dict[str, Any]:
    section = stored.sections[index]
    return {
        "title": section.heading,
        "level": section.level,
        "headings": list(section.headings),
        "anchor": section.anchor,
        "line": section.line,
        "text": stored.text(index).replace(SOFT_BREAK, "\n").replace(INCLUDED_BREAK, "\n"),
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "value": round(explanation.value, 4),
        "label": explanation.label,
        "parts": [_explanation(part) for part in explanation.parts],
    }


def _matches(field: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"field": field, "start": start, "length": length} for start, length in spans]


def _fields(of: Document | Hit, shown: Sequence[tuple[str, str, Callable[[Any], Any]]]) -> dict[str, Any]:
    return {name: form(getattr(of, attribute)) for name, attribute, form in shown}


def _date(seconds: int | None) -> str | None:
    return None if seconds is None else iso(seconds)


def _as_it_is(value: Any) -> Any:
    return value


#: How the values of fields stand in JSON, by the fields' types.
_FORMS: dict[str, Callable[[Any], Any]] = {
    "text": _as_it_is, "texts": list, "paths": lambda paths: list(map(list, paths)), "date": _date, "number": _as_it_is,
    "fields": lambda fields: {name: list(values) for name, values in fields},
}  # fmt: skip
_HIT, _DOCUMENT = (
    [(field.name, field.attribute, _FORMS[field.type]) for field in fields] for fields in (schema.HIT, schema.DOCUMENT)
)
