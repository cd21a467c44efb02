"""What may a request say? The parameters of each address, in a query string or in JSON.

One table for both forms and for the OpenAPI document; the names are those of `Index.search`. What
a value means is left to the library, here is only whether it can be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import loads
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..choices import FACETS, SORTS, UNITS
from .errors import RequestError

#: Hits of one answer: making a hit costs about 0.1 ms, and nobody's page may hold up the others'.
MOST_HITS = 100
#: Hits that may be left out before them: the candidates that are ranked grow with it.
FARTHEST = 10_000
#: Characters of a text, and how many values a list has. A query may be as long as a request: its beginning is read.
TEXT_LENGTH = 500
ANY_LENGTH = 0
MOST_VALUES = 20
_MOST_FIELDS = 100
_FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
#: What `filters` reads: a year, month or day of the calendar, or so many days, weeks, months or years back; or nothing.
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = (
    r"^(?:(?!0000)(?:[0-9]{4}(?:([-/.])(?:(?:0?[1-9]|1[0-2])(?:\1(?:0?[1-9]|1[0-9]|2[0-8]))?"
    r"|(?:0?[13-9]|1[0-2])\1(?:29|30)|(?:0?[13578]|1[02])\1(?:31)))?"
    rf"|{_LEAP_YEAR}([-/.])0?2\2(?:29))|[0-9]{{1,4}}[dwmyDWMY])?$"
)


class Parameter(NamedTuple):
    """`type` is "text", "texts", "number" or "flag"; `most` is of a number, or of a text's length."""

    name: str
    type: str
    default: Any
    doc: str
    most: int = TEXT_LENGTH
    choices: Sequence[str] = ()
    pattern: str = ""
    example: Any = None


_Q = Parameter("q", "text", "", "The query, in the language of the command line.", ANY_LENGTH, example="SMC fallback")
_FILTERS = (
    Parameter("tags", "texts", (), "Only posts with all of these tags.", example=["linux"]),
    Parameter("categories", "texts", (), "Only posts in all of these categories (a/b).", example=["linux/net"]),
    Parameter("after", "text", None, "Only posts from this date on (2024, 2024-03, 2024-03-14, 30d).", 10, (), _DATE),
    Parameter("before", "text", None, "Only posts before this date.", 10, (), _DATE),
    Parameter("lang", "text", None, "Only posts in this language (zh covers zh-CN).", 35),
    Parameter("drafts", "flag", False, "Unpublished posts too; only where the service was started with --drafts."),
    Parameter("typo", "flag", True, "Join words that no post has with their nearest."),
)

SEARCH = (
    _Q,
    Parameter("limit", "number", 10, "So many hits.", MOST_HITS, example=10),
    Parameter("offset", "number", 0, "Leave out so many hits before them.", FARTHEST),
    Parameter("sort", "text", "score", "The order; any but score requires all words.", choices=SORTS),
    *_FILTERS,
    Parameter("facets", "texts", (), "Counts over all posts that match.", choices=FACETS, example=["tags"]),
    Parameter("units", "text", "posts", "What is a hit: a post, or each of its sections.", choices=UNITS),
    Parameter("prefix_last", "flag", False, "Take the last word as the beginning of one, for search as you type."),
    Parameter("snippets", "flag", True, "A snippet for each hit."),
    Parameter("section_snippets", "flag", False, "A snippet for each section of a hit."),
    Parameter("explain", "flag", False, "Say what each score is made of."),
)
FACET_COUNTS = (_Q, *_FILTERS)
SUGGEST = (
    Parameter("q", "text", "", "The text whose last word is being typed.", ANY_LENGTH, example="the refc"),
    Parameter("limit", "number", 10, "So many words.", MOST_HITS),
)
DOCUMENT = (Parameter("section", "text", None, "Only this section: its anchor, its heading, or L and a line (L43)."),)
BUILD = (Parameter("full", "flag", False, "Read all posts again, not only those that changed."),)


def from_query(query: bytes, table: Sequence[Parameter]) -> dict[str, Any]:
    """The arguments in a query string; lists by repeating a name. Raises RequestError.

    An empty filter, as forms send it, is none.

    >>> from_query(b"q=smc&limit=3", SUGGEST)
    {'q': 'smc', 'limit': 3}
    """
    try:
        fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise RequestError("bad_parameter", f"there are more than {_MOST_FIELDS} parameters") from error
    given: dict[str, Any] = {}
    known = {parameter.name: parameter for parameter in table}
    for name, text in fields:
        parameter = known.get(name)
        if parameter is None:
            raise _unknown(name, known)
        if parameter.type == "texts":
            given.setdefault(name, []).append(text)
        elif name in given:
            raise RequestError("bad_parameter", f"{name} is given twice", "give it once")
        else:
            given[name] = _typed(parameter, text)
    return _complete(given, table)


def from_json(body: bytes, table: Sequence[Parameter]) -> dict[str, Any]:
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
    known = {parameter.name: parameter for parameter in table}
    for name in given:
        if name not in known:
            raise _unknown(name, known)
    return _complete(given, table)


def _complete(given: dict[str, Any], table: Iterable[Parameter]) -> dict[str, Any]:
    return {
        parameter.name: _checked(parameter, given[parameter.name]) if parameter.name in given else parameter.default
        for parameter in table
    }


def _unknown(name: str, known: Iterable[str]) -> RequestError:
    hint = f"there are {', '.join(known)}" if known else "this address takes none"
    return RequestError("bad_parameter", f"there is no parameter {name[:40]}", hint)


def _typed(parameter: Parameter, text: str) -> Any:
    """A text of a query string as the type of its parameter; left as text where it is none."""
    if parameter.type == "number":
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else text
    if parameter.type == "flag":
        return _FLAGS.get(text.lower(), text)
    return text


def _checked(parameter: Parameter, value: Any) -> Any:
    """The value, if it can be one of this parameter."""
    if parameter.default is None and value in (None, ""):
        return None
    if parameter.type == "texts":
        if not isinstance(value, list) or len(value) > MOST_VALUES:
            raise _wrong(parameter, value, f"a list of at most {MOST_VALUES} texts")
        return tuple(_checked(parameter._replace(type="text"), each) for each in value)
    if parameter.type == "flag":
        fits, wanted = isinstance(value, bool), "true or false"
    elif parameter.type == "number":
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # 10.0, which is a whole number in JSON
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= parameter.most
        wanted = f"a whole number from 0 to {parameter.most:,}"
    elif parameter.choices:
        fits, wanted = isinstance(value, str) and value in parameter.choices, "one of " + ", ".join(parameter.choices)
    else:
        fits = isinstance(value, str) and (parameter.most == ANY_LENGTH or len(value) <= parameter.most)
        wanted = f"a text of at most {parameter.most:,} characters" if parameter.most else "a text"
    if not fits:
        raise _wrong(parameter, value, wanted)
    return value


def _wrong(parameter: Parameter, value: Any, wanted: str) -> RequestError:
    return RequestError("bad_parameter", f"{parameter.name} cannot be {value!r:.40}", f"give {wanted}")
