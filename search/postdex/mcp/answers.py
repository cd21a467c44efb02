"""What does each tool answer? The keys of its answers with their types, once, as JSON schemas.

Keys that are always there stand in `required`; any other is left away where there is nothing to say. An answer is
searched for an assistant that pays for each word, so there are no words here but where a name alone would mislead.
"""

from __future__ import annotations

from typing import Any

from ..results.strength import NOTHING, STRONG, WEAK

Form = dict[str, Any]

TEXT: Form = {"type": "string"}
NUMBER: Form = {"type": "integer"}
FLAG: Form = {"type": "boolean"}


def record(required: str, **properties: Form) -> Form:
    """An object with these keys, of which those named in `required` are always there.

    >>> record("id", id=TEXT)
    {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']}
    """
    return {"type": "object", "properties": properties, "required": required.split()}


def rows(form: Form) -> Form:
    """A list of such values."""
    return {"type": "array", "items": form}


def by_name(form: Form) -> Form:
    """An object whose keys are names of the posts, such as tags."""
    return {"type": "object", "additionalProperties": form}


_TEXTS = rows(TEXT)
_FACETS = by_name(by_name(NUMBER))
_LEFT_OUT = rows(record("where chars", where=TEXT, heading=TEXT, chars=NUMBER))
_RESULT = record(
    "id title url where",
    id=TEXT,
    title=TEXT,
    url=TEXT,
    where=TEXT,
    pinned=FLAG,
    headings=_TEXTS,
    date=TEXT,
    tags=_TEXTS,
    snippet=TEXT,
    more=rows(record("id heading", id=TEXT, heading=TEXT)),
    translations=rows(record("lang id", lang=TEXT, id=TEXT)),
)
#: The answer of `related`.
RELATED = record("total results", total=NUMBER, results=rows(_RESULT), note=TEXT)
#: The answer of `search`.
FOUND = record(
    "total results",
    total=NUMBER,
    results=rows(_RESULT),
    grouped=FLAG,
    next_offset=NUMBER,
    strength={"enum": [STRONG, WEAK, NOTHING]},
    passages=rows(record("where title text", where=TEXT, title=TEXT, heading=TEXT, text=TEXT)),
    left_out=_LEFT_OUT,
    facets=_FACETS,
    corrections=rows(record("from to", **{"from": TEXT, "to": _TEXTS, "synonym": FLAG})),
    warnings=_TEXTS,
    note=TEXT,
)
_METADATA = record(
    "path",
    path=TEXT,
    date=TEXT,
    updated=TEXT,
    tags=_TEXTS,
    categories=_TEXTS,
    authors=_TEXTS,
    lang=TEXT,
    unpublished=TEXT,
    fields={"type": "object", "additionalProperties": _TEXTS},
)
_POST: dict[str, Form] = {
    "id": TEXT,
    "title": TEXT,
    "url": TEXT,
    "where": TEXT,
    "text": TEXT,
    "metadata": _METADATA,
    "links": _TEXTS,
    "backlinks": _TEXTS,
    "next_offset": NUMBER,
    "left_out": _LEFT_OUT,
    "note": TEXT,
}
_ERROR = record("code message", code=TEXT, message=TEXT, hint=TEXT)
#: The answer of `fetch`: the keys of a post, or for several names `documents` and what could not be found.
FETCHED = record(
    "",
    **_POST,
    documents=rows(record("id title url where text metadata", **_POST)),
    not_found=rows(record("id error", id=TEXT, error=_ERROR)),
)
#: The answer of `status`.
STATUS = record(
    "folder posts unpublished languages fresh changed_files facets version",
    folder=TEXT,
    posts=NUMBER,
    unpublished=NUMBER,
    languages=_TEXTS,
    fresh={"type": ["boolean", "null"]},
    changed_files=NUMBER,
    facets=_FACETS,
    fields={"type": "object", "additionalProperties": TEXT},
    version=TEXT,
)
