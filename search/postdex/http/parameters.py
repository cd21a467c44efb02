"""What may a request say? The parameters of each address, in a query string or in JSON.

One table for both forms and for the OpenAPI document; those of a search are its `request`'s, with the bounds of a
service. What a value means is left to the library, here is only whether it can be one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from json import loads
from typing import Any
from urllib.parse import parse_qsl

from ..json_arguments import misfit
from ..request import LINE_FILTERS, Argument, meant_argument, shown_on
from .errors import RequestError

#: Hits of one answer: making a hit costs about 0.1 ms, and nobody's page may hold up the others'.
MAX_HITS = 100
#: Lines of one answer, and characters of each: a file may have all of its text in one.
MAX_LINES, LINE_LENGTH = 1_000, 1_000
#: Hits that may be left out before them: the candidates that are ranked grow with it.
FARTHEST = 10_000
#: Characters of a text. A query may be as long as a request: its beginning is read.
TEXT_LENGTH = 500
_MAX_FIELDS = 100
_FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
#: What differs here from the argument of the same name.
_OVER_HTTP: dict[str, dict[str, Any]] = {
    "query": {"name": "q", "most": None},
    "limit": {"most": MAX_HITS},
    "offset": {"most": FARTHEST},
    "lang": {"most": 35},
    "drafts": {"doc": "Unpublished posts too; only where the service was started with --drafts."},
}
#: What is not of the hits, but of what matches.
_OF_THE_MATCHES = {
    "q",
    "tags",
    "categories",
    "after",
    "before",
    "lang",
    "path",
    "sites",
    "where",
    "translations",
    "drafts",
    "typo",
}


def _over_http(argument: Argument) -> Argument:
    length = {"most": TEXT_LENGTH} if argument.kind in ("text", "texts") else {}
    return argument._replace(**length | _OVER_HTTP.get(argument.name, {}))


SEARCH = (
    *map(_over_http, shown_on("http")),
    Argument(
        "Where the service records what is asked, record this.", name="record", kind="flag", default=True,
        more="Of search as you type what comes to rest.",
    ),
)  # fmt: skip
FACET_COUNTS = tuple(parameter for parameter in SEARCH if parameter.name in _OF_THE_MATCHES)
SUGGEST = (
    Argument("The text whose last word is being typed.", name="q", default="", example="the refc"),
    Argument("So many words.", name="limit", kind="number", default=10, most=MAX_HITS),
)
DOCUMENT = (
    Argument("Only this section: its anchor, its heading, or L and a line (L43).", name="section", most=TEXT_LENGTH),
)
_OF_THE_LINES = {argument.name: argument for argument in map(_over_http, shown_on("http"))}
LINES = (
    Argument(
        "The regular expression, in the syntax of RE2.", name="regex", default="", most=TEXT_LENGTH,
        example=r"sk_\w+ = NULL",
    ),
    Argument("Upper and lower case are the same.", name="ignore_case", kind="flag", default=False),
    _OF_THE_LINES["q"]._replace(
        doc="The words and filters that the posts must have.", default="", example="tag:linux"
    ),
    *[argument for name, argument in _OF_THE_LINES.items() if name in LINE_FILTERS],
    Argument("So many lines.", name="limit", kind="number", default=MAX_LINES // 10, most=MAX_LINES),
    Argument("Leave out so many lines before them.", name="offset", kind="number", default=0, most=FARTHEST),
)  # fmt: skip
CLICK = (
    Argument("The query whose hits were shown.", name="q", default="", example="SMC fallback"),
    Argument(
        "The path of the hit that was opened.", name="path", default="", most=TEXT_LENGTH,
        example="2022/refcount-bug.md",
    ),
    Argument(
        "Where it stood among the hits.", name="rank", kind="number", default=1, least=1, most=FARTHEST + MAX_HITS,
    ),
)  # fmt: skip
QUERIES = (
    Argument(
        "Only queries that found nothing much like them the last time.", name="unanswered", kind="flag", default=False
    ),
    Argument(
        "Only queries that were asked in the last so many days.", name="days", kind="number", least=1, most=36_500
    ),
    Argument("So many queries.", name="limit", kind="number", default=MAX_HITS, most=1000),
)
BUILD = (Argument("Read all posts again, not only those that changed.", name="full", kind="flag", default=False),)


def _in_short(table: Sequence[Argument]) -> list[dict[str, Any]]:
    """What of a table somebody must know who reads a query string elsewhere."""
    names = ("name", "kind", "default", "choices", "least", "most", "own_fields")
    return [{name: getattr(row, name) for name in names} for row in table]


#: What the reader of a published index knows of two addresses.
SEARCH_FORMS, SUGGEST_FORMS = _in_short(SEARCH), _in_short(SUGGEST)


def from_query(query: bytes, table: Sequence[Argument]) -> dict[str, Any]:
    """The arguments in a query string; lists by repeating a name. Raises RequestError.

    An empty filter, as forms send it, is none.

    >>> from_query(b"q=smc&limit=3", SUGGEST)
    {'q': 'smc', 'limit': 3}
    """
    try:
        fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise RequestError("bad_parameter", f"there are more than {_MAX_FIELDS} parameters", "send fewer") from error
    given: dict[str, Any] = {}
    parameters = {parameter.name: parameter for parameter in table}
    for name, text in fields:
        parameter = parameters.get(name)
        if parameter is None:
            raise _unknown(name, parameters)
        if parameter.kind == "texts":
            given.setdefault(name, []).append(text)
        elif name in given:
            raise RequestError("bad_parameter", f"{name} is given twice", "give it once")
        else:
            given[name] = _typed(parameter, text)
    return _complete(given, table)


def from_json(body: bytes, table: Sequence[Argument]) -> dict[str, Any]:
    """The arguments in a JSON object; no body is an empty one. Raises RequestError.

    >>> from_json(b'{"q": "smc"}', SUGGEST)
    {'q': 'smc', 'limit': 10}
    """
    try:
        given = loads(body) if body else {}
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError too
        raise RequestError("bad_json", "the body is not JSON", "send a JSON object in UTF-8") from error
    if not isinstance(given, dict):
        raise RequestError("bad_json", "the body is JSON, but not an object", 'send an object, {"q": "…"}')
    parameters = {parameter.name: parameter for parameter in table}
    for name in given:
        if name not in parameters:
            raise _unknown(name, parameters)
    return _complete(given, table)


def _complete(given: dict[str, Any], table: Iterable[Argument]) -> dict[str, Any]:
    return {
        parameter.name: _checked(parameter, given[parameter.name]) if parameter.name in given else parameter.default
        for parameter in table
    }


def _unknown(name: str, names: Collection[str]) -> RequestError:
    all_of_them = f"there are {', '.join(names)}" if names else "this address takes none"
    hint = meant_argument(name[:40], names) or all_of_them
    return RequestError("bad_parameter", f"there is no parameter {name[:40]}", hint)


def _typed(parameter: Argument, text: str) -> Any:
    """A text of a query string as the type of its parameter; left as text where it is none."""
    if parameter.kind == "number":
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else text
    if parameter.kind == "flag":
        return _FLAGS.get(text.lower(), text)
    return text


def _checked(parameter: Argument, value: Any) -> Any:
    """The value, if it can be one of this parameter."""
    if value == "" and parameter.default is None:
        return None
    if parameter.kind == "number" and isinstance(value, float) and value.is_integer():
        value = int(value)  # 10.0, which is a whole number in JSON
    if expected := misfit(parameter, value):
        raise RequestError("bad_parameter", f"{parameter.name} cannot be {value!r:.40}", f"give {expected}")
    return tuple(value) if isinstance(value, list) else value
