"""How is the service described to programs? Makes its OpenAPI document, search/postdex/http/openapi.json.

    python docs/openapi.py [--check]      docs/update.py does this too

Addresses, parameters and refusals are taken from the tables of the service. The shapes of the answers are what it
answers: it is asked about the sample posts, and what is a key there is a key here. Only what answers cannot show is
written down: fields that a post need not have, maps, choices, and shapes that have a name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from update import ROOT, sample_folder

from postdex import __version__
from postdex.http import errors
from postdex.http.endpoints import ENDPOINTS, Endpoint
from postdex.http.errors import REFUSALS, RequestError
from postdex.http.recorder import Recorder
from postdex.http.service_state import ServiceState
from postdex.index import Index
from postdex.json_arguments import Schema, schema
from postdex.links.ends import Connections, PostLink
from postdex.output import wire
from postdex.record.asked import Outcome
from postdex.request import FACETS, Argument
from postdex.results.strength import NOTHING, STRONG, UNKNOWN, WEAK
from postdex.results.values import Translation
from postdex_index.formats.typed_values import KINDS
from postdex_index.schema import DOCUMENT

PATH = ROOT / "search" / "postdex" / "http" / "openapi.json"
POST = "2022/refcount-bug.md"
#: A post that is added meanwhile.
ADDED = "---\ndate: 2024-01-02\nrating: 4\n---\nEvery word of it.\n"
#: What each endpoint is asked: the first answer is the example.
ASKED: dict[str, list[dict[str, Any]]] = {
    "search": [
        {"q": "SMC fallback", "limit": 1, "facets": ["tags"]},
        {"q": "refcoutn linux", "explain": True, "section_snippets": True, "facets": FACETS},
        {"q": "every +nowhere"},
    ],
    "facets": [{"q": "linux"}],
    "suggest": [{"q": "the refc"}],
    "documents": [{"path": POST, "section": "what I fixed"}],
    "lines": [{"regex": r"\w+ = NULL", "q": "tag:linux", "limit": 1}, {"regex": "nowhere", "q": "(linux"}],
    "click": [{"q": "SMC fallback", "path": POST, "rank": 1}],
}
#: Endpoint -> the name of its answer's shape.
ANSWERS = {
    "search": "Results",
    "facets": "Results",
    "suggest": "Suggestions",
    "documents": "Document",
    "fields": "Fields",
    "lines": "Lines",
    "stats": "Stats",
    "health": "Health",
    "ready": "Ready",
    "index": "Build",
    "click": "Recorded",
    "queries": "Queries",
}
#: Values of an answer that differ from run to run, and what the example has.
VOLATILE = {"took_ms": 0.8, "bytes": 183505, "uptime_s": 3600, "seconds": 0.02}
JSON = "application/json"


def ref(name: str) -> Schema:
    """The shape that has this name."""
    return {"$ref": f"#/components/schemas/{name}"}


_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
#: The values of a field of posts, by its type.
FIELDS: dict[str, Schema] = {
    "text": {"type": "string"},
    "texts": _TEXTS,
    "paths": {"type": "array", "items": _TEXTS},
    "date": {"type": ["string", "null"]},
    "number": {"type": ["integer", "null"]},
    "fields": {"type": "object", "additionalProperties": _TEXTS},
}
#: Keys whose shape no answer shows.
KNOWN: dict[str, Schema] = {
    "facets": {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "grouped": {
        "type": "boolean",
        "description": "Whether a post in several languages is one hit, and counts once in total and facets.",
    },
    "strength": {
        "type": "string",
        "enum": [STRONG, WEAK, NOTHING, UNKNOWN],
        "description": "How much like what was asked for the best post is; empty where that cannot be said.",
    },
    "meaning": {
        "type": "boolean",
        "description": "Whether meaning had a say in the order of the hits, not their words alone.",
    },
    "fresh": {"type": ["boolean", "null"], "description": "Null where nobody compares the index with the files."},
    "status": {"type": "string", "enum": ["ok", "degraded", "down", "ready"]},
    "hits": {"type": "array", "items": ref("Hit")},
    "kind": {"type": "string", "enum": list(KINDS)},
    "values": {"type": "object", "additionalProperties": {"type": "integer"}},
    "explain": {"anyOf": [ref("Explanation"), {"type": "null"}]},
    "parts": {"type": "array", "items": ref("Explanation")},
    "opened": {
        "type": "object",
        "description": "Posts that were opened from the hits, by their paths.",
        "additionalProperties": {
            "type": "object",
            "properties": {"clicks": {"type": "integer"}, "rank": {"type": "integer"}},
            "required": ["clicks", "rank"],
        },
    },
    "translations": {"type": "array", "items": ref("Translation")},
    "links": {"type": "array", "items": ref("Link")},
    "backlinks": {"type": "array", "items": ref("Link")},
}


#: Keys of a hit that are only there where there is something to say.
OF_SOME_HITS: dict[str, Schema] = {
    "pinned": {"type": "boolean", "description": "True where it comes first for this query whatever it scores."},
    "site": {"type": "string", "description": "Where several sites are searched as one."},
}
#: And of a correction.
OF_SOME_CORRECTIONS: dict[str, Schema] = {
    "synonym": {"type": "boolean", "description": "True where these are synonyms of the site for a word."},
}
#: And those of a post, as the sample posts need not have all fields.
OF_A_POST = KNOWN | {field.name: FIELDS[field.type] for field in DOCUMENT}


def shape(values: Sequence[Any], known: Mapping[str, Schema], name: str = "") -> Schema:
    """The JSON schema of these values, all of which are of one kind but for null."""
    if name in known:
        return known[name]
    given = [value for value in values if value is not None]
    if not given:
        raise ValueError(f"no answer has {name}: ask for one in ASKED")
    if isinstance(given[0], dict):
        properties = {key: shape([value[key] for value in given], known, key) for key in given[0]}
        said: Schema = {"type": "object", "properties": properties, "required": list(properties)}
        return said | {"additionalProperties": False}
    if isinstance(given[0], list):
        return {"type": "array", "items": shape([item for value in given for item in value], known, f"{name}[]")}
    kind = {str: "string", int: "integer", float: "number", bool: "boolean"}[type(given[0])]
    return {"type": [kind, "null"] if len(given) < len(values) else kind}


def answers() -> dict[str, list[Any]]:
    """Endpoint -> what it answers to what it is asked, the index of the sample posts being built meanwhile."""
    with sample_folder() as folder:
        (folder / "posts" / "postdex.toml").write_text('fields = ["rating"]', encoding="utf-8")
        return _answers(folder)


def _answers(folder: Path) -> dict[str, list[Any]]:
    """The same for the posts in this folder."""
    with Index(folder / "posts") as index:
        index.refresh()
        site = ServiceState(index, drafts=True, watching=True)
        site.recorder = Recorder(str(folder / "queries.jsonl"), 10_000, clicks=True, today=lambda: date(2026, 3, 14))
        site.recorder.asked("SMC fallback", Outcome(1, "strong"))
        (folder / "posts" / "added.md").write_text(ADDED, encoding="utf-8")
        order = sorted(ENDPOINTS, key=lambda endpoint: endpoint.name != "index")  # so that the new post is there
        given = {}
        for endpoint in order:
            defaults = {parameter.name: parameter.default for parameter in endpoint.parameters}
            asked = ASKED.get(endpoint.name, [{}])
            given[endpoint.name] = [endpoint.answerer(site, defaults | arguments) for arguments in asked]
        return given


def fixed(answer: Any) -> Any:
    """An answer as an example, the same whenever it is made."""
    if isinstance(answer, dict):
        return {key: VOLATILE.get(key, fixed(value)) for key, value in answer.items()}
    return [fixed(value) for value in answer] if isinstance(answer, list) else answer


def described() -> dict[str, Any]:
    """The document, of a service that needs no token to be read; `postdex.http.openapi` adds that."""
    given = answers()
    hits = [hit for answer in given["search"] for hit in answer["hits"]]
    explanation = next(hit["explain"] for hit in hits if hit["explain"])
    refused = RequestError("bad_parameter", "limit cannot be 1000", "give a whole number from 0 to 100")
    error = json.loads(errors.body(refused, "9f86d081884c7d65"))
    named = {"Results": given["search"], "Hit": hits, "Explanation": [explanation], "Error": [error]}
    named["Translation"] = [wire.translation(Translation("zh", "zh/a.md", "/zh/a/"))]  # the samples have none
    links = [PostLink("a.md", 3, "b.md#fix", "b.md", "fix"), PostLink("a.md", 4, "/nowhere/", "", "")]
    named["Link"] = wire.connected(Connections(links, ()))["links"]  # nor these
    named |= {ANSWERS[name]: values for name, values in given.items() if name not in ("search", "facets")}
    shapes = {
        name: shape(values, OF_A_POST if name in ("Hit", "Document") else KNOWN) for name, values in named.items()
    }
    shapes["Hit"]["properties"] |= OF_SOME_HITS
    shapes["Results"]["properties"]["corrections"]["items"]["properties"] |= OF_SOME_CORRECTIONS
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        example = None if endpoint.name == "facets" else fixed(given[endpoint.name][0])
        operations = {method.lower(): operation(endpoint, method, example) for method in endpoint.methods}
        paths[endpoint.path.replace(":path}", "}")] = operations
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "postdex",
            "version": __version__,
            "description": "Full-text search in a folder of Markdown posts. Errors: code, message, hint, request_id.",
        },
        # Where this document is found, also below a path of a web server.
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "responses": {"Error": answered("An error.", "Error", error)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def operation(endpoint: Endpoint, method: str, example: Any) -> dict[str, Any]:
    """An address and a method: what is sent, and what is answered."""
    statuses = sorted({status for status, _ in REFUSALS.values()} | {503})
    refusals = {str(status): {"$ref": "#/components/responses/Error"} for status in statuses}
    if not (endpoint.token or endpoint.owner):
        del refusals["401"]
    said: dict[str, Any] = {
        "operationId": endpoint.name if method == endpoint.methods[0] else f"{endpoint.name}_{method.lower()}",
        "summary": endpoint.summary,
        "description": (endpoint.answerer.__doc__ or "").strip(),
        "responses": {"200": answered("The answer.", ANSWERS[endpoint.name], example), **refusals},
    }
    if endpoint.cached and method == "GET":
        said["responses"]["304"] = {"description": "The answer that has this ETag still holds."}
    if endpoint.token or endpoint.owner:
        said["security"] = [{"token": []}]
    if method == "POST":
        return {**said, "requestBody": body(endpoint)}
    said["parameters"] = [in_query(parameter) for parameter in endpoint.parameters]
    if "{path" in endpoint.path:
        path = {"type": "string", "minLength": 1, "maxLength": 500}
        words = "A post's path; with %23 and a section's anchor that section."
        name = {"name": "path", "in": "path", "required": True}
        said["parameters"].insert(0, {**name, "description": words, "schema": path, "example": POST})
    return said


def answered(what: str, name: str, example: Any) -> dict[str, Any]:
    """An answer of this shape."""
    content: dict[str, Any] = {"schema": ref(name)}
    if example is not None:
        content["example"] = example
    return {"description": what, "content": {JSON: content}}


def body(endpoint: Endpoint) -> dict[str, Any]:
    """The parameters of an address as a JSON object."""
    properties = {each.name: {**schema(each), "description": each.doc} for each in endpoint.parameters}
    example = {each.name: each.example for each in endpoint.parameters if each.example is not None}
    taken = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"required": False, "content": {JSON: {"schema": taken, "example": example}}}


def in_query(parameter: Argument) -> dict[str, Any]:
    """A parameter of a query string, where there is no null."""
    value = schema(parameter)
    if parameter.default is None:
        value["type"] = value["type"][0]
    said = {"name": parameter.name, "in": "query", "description": parameter.doc, "schema": value}
    return said | ({"example": parameter.example} if parameter.example is not None else {})


def main() -> int:
    """Write the document, or with `--check` only say that it would change."""
    made = json.dumps(described(), indent=1, ensure_ascii=False) + "\n"
    if PATH.exists() and PATH.read_text(encoding="utf-8") == made:
        return 0
    print(PATH.relative_to(ROOT), "is out of date" if "--check" in sys.argv else "is updated")
    if "--check" in sys.argv:
        return 1
    PATH.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
