"""How is the service described to programs? Its OpenAPI document, from the tables that the service itself uses.

Parameters come from `parameters`, refusals from `errors`; the shapes of the answers stand here, as docs/results.md
has them, and tests hold real answers to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from postdex_index.schema import DOCUMENT, HIT, Field

from .. import __version__
from ..json_arguments import Schema, schema
from ..request import Argument
from .endpoints import ENDPOINTS, Endpoint
from .errors import REFUSALS
from .gate import Rules

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_FRESH: Schema = {"type": ["boolean", "null"], "description": "Null where nobody compares the index with the files."}
_OR_NULL: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_PATHS: Schema = {"type": "array", "items": _TEXTS}
_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}
_JSON = "application/json"


def _object(**properties: Schema) -> Schema:
    """An object that has these keys, all of them, and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


#: The values of fields in JSON by their types, and what stands for one in an example.
_VALUES: dict[str, tuple[Schema, Any]] = {
    "text": (_TEXT, ""),
    "texts": (_TEXTS, []),
    "paths": (_PATHS, []),
    "date": (_OR_NULL, None),
    "number": ({"type": ["integer", "null"]}, None),
}


def _fields(fields: Iterable[Field]) -> dict[str, Schema]:
    return {field.name: _VALUES[field.type][0] for field in fields}


def _example(fields: Iterable[Field]) -> dict[str, Any]:
    """Example values of these fields."""
    shown = {
        "date": "2022-08-26T09:39:34",
        "date_from": "post",
        "tags": ["linux"],
        "categories": [["linux", "net"]],
        "lang": "en",
    }
    return {field.name: shown.get(field.name, _VALUES[field.type][1]) for field in fields}


_SCHEMAS: dict[str, Schema] = {
    "Results": _object(
        schema=_NUMBER,
        query=_TEXT,
        parsed=_TEXT,
        total=_NUMBER,
        limit=_NUMBER,
        offset=_NUMBER,
        took_ms={"type": "number"},
        hits=_list(_ref("Hit")),
        facets={"type": "object", "additionalProperties": _COUNTS},
        corrections=_list(_object(**{"from": _TEXT, "to": _TEXTS})),
        warnings=_TEXTS,
        complete=_FLAG,
        index=_object(generation=_NUMBER, posts=_NUMBER, fresh=_FRESH, changed_files=_NUMBER),
    ),
    "Hit": _object(
        path=_TEXT,
        line=_NUMBER,
        url=_TEXT,
        anchor=_TEXT,
        title=_TEXT,
        title_html=_TEXT,
        headings=_TEXTS,
        **_fields(HIT),
        score={"type": "number"},
        snippet=_TEXT,
        snippet_text=_TEXT,
        matches=_list(_object(field=_TEXT, start=_NUMBER, length=_NUMBER)),
        sections=_list(
            _object(
                title=_TEXT,
                anchor=_TEXT,
                url=_TEXT,
                line=_NUMBER,
                match_line=_NUMBER,
                score={"type": "number"},
                snippet=_OR_NULL,
            )
        ),
        explain={"anyOf": [_ref("Explanation"), {"type": "null"}]},
    ),
    "Explanation": _object(value={"type": "number"}, label=_TEXT, parts=_list(_ref("Explanation"))),
    "Suggestions": _object(schema=_NUMBER, query=_TEXT, suggestions=_list(_object(text=_TEXT, posts=_NUMBER))),
    "Document": _object(
        schema=_NUMBER,
        path=_TEXT,
        title=_TEXT,
        url=_TEXT,
        **_fields(DOCUMENT),
        sections=_list(
            _object(title=_TEXT, level=_NUMBER, headings=_TEXTS, anchor=_TEXT, line=_NUMBER, text=_TEXT),
        ),
    ),
    "Stats": _object(
        schema=_NUMBER,
        stats=_object(
            generation=_NUMBER,
            posts=_NUMBER,
            unpublished=_NUMBER,
            segments=_NUMBER,
            terms=_NUMBER,
            bytes=_NUMBER,
            languages=_TEXTS,
            simplify=_FLAG,
        ),
    ),
    "Health": _object(
        schema=_NUMBER,
        status={"type": "string", "enum": ["ok", "degraded"]},
        problem=_TEXT,
        generation=_NUMBER,
        posts=_NUMBER,
        watching=_FLAG,
        fresh=_FRESH,
        uptime_s=_NUMBER,
        version=_TEXT,
    ),
    "Build": _object(
        schema=_NUMBER,
        added=_NUMBER,
        changed=_NUMBER,
        removed=_NUMBER,
        unchanged=_NUMBER,
        problems=_NUMBER,
        generation=_NUMBER,
        seconds={"type": "number"},
    ),
    "Error": _object(error=_object(code=_TEXT, message=_TEXT, hint=_TEXT)),
}
#: Endpoint -> its schema, and an answer as an example: of the sample posts, shortened.
_ANSWERS: dict[str, tuple[str, Any]] = {
    "search": (
        "Results",
        {
            "schema": 1,
            "query": "SMC fallback",
            "parsed": "(smc fallback)",
            "total": 2,
            "limit": 1,
            "offset": 0,
            "took_ms": 0.8,
            "hits": [
                {
                    "path": "2022/refcount-bug.md",
                    "line": 43,
                    "url": "/2022/08/26/refcount-bug/#what-i-fixed",
                    "anchor": "what-i-fixed",
                    "title": "A refcount bug in sk_psock_get",
                    "title_html": "A refcount bug in sk_psock_get",
                    "headings": ["what I fixed"],
                    **_example(HIT),
                    "score": 7.31,
                    "snippet": "during <mark>SMC</mark> <mark>fallback</mark>",
                    "snippet_text": "during SMC fallback",
                    "matches": [{"field": "body", "start": 7, "length": 3}],
                    "sections": [],
                    "explain": None,
                }
            ],
            "facets": {"tags": {"linux": 2}},
            "corrections": [],
            "warnings": [],
            "complete": True,
            "index": {"generation": 12, "posts": 16, "fresh": True, "changed_files": 0},
        },
    ),
    "suggest": ("Suggestions", {"schema": 1, "query": "the refc", "suggestions": [{"text": "refcount", "posts": 2}]}),
    "documents": (
        "Document",
        {
            "schema": 1,
            "path": "2022/refcount-bug.md",
            "title": "A refcount bug in sk_psock_get",
            "url": "/2022/08/26/refcount-bug/",
            **_example(DOCUMENT),
            "sections": [
                {
                    "title": "what I fixed",
                    "level": 2,
                    "headings": ["what I fixed"],
                    "anchor": "what-i-fixed",
                    "line": 41,
                    "text": "The text of the section.",
                }
            ],
        },
    ),
    "facets": ("Results", None),
    "stats": (
        "Stats",
        {
            "schema": 1,
            "stats": {
                "generation": 12,
                "posts": 16,
                "unpublished": 2,
                "segments": 1,
                "terms": 2100,
                "bytes": 183505,
                "languages": ["en"],
                "simplify": True,
            },
        },
    ),
    "health": (
        "Health",
        {
            "schema": 1,
            "status": "ok",
            "problem": "",
            "generation": 12,
            "posts": 16,
            "watching": True,
            "fresh": True,
            "uptime_s": 3600,
            "version": __version__,
        },
    ),
    "index": (
        "Build",
        {
            "schema": 1,
            "added": 1,
            "changed": 0,
            "removed": 0,
            "unchanged": 16,
            "problems": 0,
            "generation": 13,
            "seconds": 0.02,
        },
    ),
}
_ERROR = {
    "error": {"code": "too_deep", "message": "the query has brackets more than 16 deep", "hint": "leave some out"}
}


def document(rules: Rules) -> dict[str, Any]:
    """The OpenAPI document of a service with these rules."""
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace(":path}", "}")
        guarded = rules.guarded or endpoint.token
        paths[path] = {method.lower(): _operation(endpoint, method, guarded) for method in endpoint.methods}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "postdex",
            "version": __version__,
            "description": "Full-text search in a folder of Markdown posts. Errors: code, message, hint.",
        },
        "paths": paths,
        "components": {
            "schemas": _SCHEMAS,
            "responses": {"Error": _answered("An error.", _ref("Error"), _ERROR)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, method: str, guarded: bool) -> dict[str, Any]:
    name, example = _ANSWERS[endpoint.name]
    operation: dict[str, Any] = {
        "operationId": endpoint.name if method == endpoint.methods[0] else f"{endpoint.name}_{method.lower()}",
        "summary": endpoint.summary,
        "description": (endpoint.answerer.__doc__ or "").strip(),
        "responses": {"200": _answered("The answer.", _ref(name), example), **_refusals(guarded)},
    }
    if endpoint.cached and method == "GET":
        operation["responses"]["304"] = {"description": "The answer that has this ETag still holds."}
    if guarded:
        operation["security"] = [{"token": []}]
    if method == "POST":
        operation["requestBody"] = _body(endpoint)
        return operation
    operation["parameters"] = [_parameter(each) for each in endpoint.parameters]
    if "{path" in endpoint.path:
        path = {"type": "string", "minLength": 1, "maxLength": 500}
        shown = {"schema": path, "example": "2022/refcount-bug.md"}
        doc = "A post's path; with %23 and a section's anchor that section."
        operation["parameters"].insert(0, {"name": "path", "in": "path", "required": True, "description": doc, **shown})
    return operation


def _refusals(guarded: bool) -> dict[str, Any]:
    """All statuses that any refusal has; those for the token only where it is asked for."""
    statuses = sorted({status for status, _ in REFUSALS.values()} | {503})
    return {str(status): {"$ref": "#/components/responses/Error"} for status in statuses if guarded or status != 401}


def _answered(what: str, shape: Schema, example: Any) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": shape}
    if example is not None:
        content["example"] = example
    return {"description": what, "content": {_JSON: content}}


def _body(endpoint: Endpoint) -> dict[str, Any]:
    properties = {each.name: {**schema(each), "description": each.doc} for each in endpoint.parameters}
    example = {each.name: each.example for each in endpoint.parameters if each.example is not None}
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"required": False, "content": {_JSON: {"schema": shape, "example": example}}}


def _parameter(parameter: Argument) -> dict[str, Any]:
    shape = schema(parameter)
    if parameter.default is None:
        shape = {**shape, "type": shape["type"][0]}  # in a query string there is no null
    said = {"name": parameter.name, "in": "query", "description": parameter.doc, "schema": shape}
    return said | ({"example": parameter.example} if parameter.example is not None else {})
