"""How does a program say an argument in JSON? Its schema, and whether a value fits.

HTTP and the tools of an assistant ask here, each with the bounds of its own; what a value means is `request`'s.
"""

from __future__ import annotations

from typing import Any

from .request import Argument

Schema = dict[str, Any]

#: How many values a list has.
MAX_VALUES = 20
#: What `periods` reads: a year, month or day of the calendar, days by their names (these in lower case), or so many
#: days, weeks, months or years back; or nothing.
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_COUNT = "[0-9]{1,4}[ _-]?(?:[dwmyDWMY]|(?:day|week|month|year)s?)"
DATE = (
    r"^(?:(?!0000)(?:[0-9]{4}(?:([-/.])(?:(?:0?[1-9]|1[0-2])(?:\1(?:0?[1-9]|1[0-9]|2[0-8]))?"
    r"|(?:0?[13-9]|1[0-2])\1(?:29|30)|(?:0?[13578]|1[02])\1(?:31)))?"
    rf"|{_LEAP_YEAR}([-/.])0?2\2(?:29))"
    r"|today|yesterday|(?:this|last)[ _-](?:week|month|year)"
    rf"|(?:last|past)[ _-]{_COUNT}|{_COUNT}(?:[ _-]ago)?)?$"
)
_DATE_LENGTH = 20
#: Characters of the name of a field of the site's own, with the sign before it.
_NAME_LENGTH = 61


def schema(argument: Argument) -> Schema:
    """The JSON schema of an argument's value, without its words.

    >>> schema(Argument("How many.", kind="number", default=10, most=20))
    {'type': 'integer', 'minimum': 0, 'maximum': 20, 'default': 10}
    """
    if argument.kind == "texts":
        items = schema(argument._replace(kind="text", default=""))
        del items["default"]
        return {"type": "array", "items": items, "maxItems": MAX_VALUES}
    if argument.kind == "flag":
        return (
            {"type": ["boolean", "null"]}
            if argument.default is None
            else {"type": "boolean", "default": argument.default}
        )
    if argument.kind == "number":
        most = {} if argument.most is None else {"maximum": argument.most}
        return {"type": "integer", "minimum": argument.least, **most, "default": argument.default}
    if argument.kind == "milliseconds":
        return {"type": ["number", "null"], "default": argument.default}
    text: Schema = {"type": "string"}
    if argument.own_fields:
        text |= {"maxLength": _NAME_LENGTH, "examples": list(argument.choices)}
    elif argument.choices:
        text["enum"] = list(argument.choices)
    elif length := _length(argument):
        text["maxLength"] = length
    if argument.kind == "date":
        text["pattern"] = DATE
    return {**text, "type": ["string", "null"]} if argument.default is None else {**text, "default": argument.default}


def misfit(argument: Argument, value: Any) -> str:
    """What the value of an argument should be, in words; "" if it may be what it is.

    >>> misfit(Argument("How many.", kind="number", most=1000), True)
    'a whole number from 0 to 1,000'
    """
    if value is None and argument.default is None:
        return ""
    if argument.kind == "texts":
        if not isinstance(value, list) or len(value) > MAX_VALUES:
            return f"a list of at most {MAX_VALUES} texts"
        single = argument._replace(kind="text", default="")
        return next((f"for each {expected}" for item in value if (expected := misfit(single, item))), "")
    if argument.kind == "flag":
        return "" if isinstance(value, bool) else "true or false"
    if argument.kind == "number":
        most = argument.most
        if type(value) is int and value >= argument.least and (most is None or value <= most):  # a bool is an int, too
            return ""
        return f"a whole number from {argument.least} " + ("on" if most is None else f"to {most:,}")
    if argument.kind == "milliseconds":
        return "" if isinstance(value, (int, float, type(None))) and value is not True else "a number, or null"
    if argument.choices and not argument.own_fields:
        return "" if isinstance(value, str) and value in argument.choices else "one of " + ", ".join(argument.choices)
    length = _length(argument)
    if isinstance(value, str) and (not length or len(value) <= length):
        return ""
    return f"a text of at most {length:,} characters" if length else "a text"


def _length(argument: Argument) -> int | None:
    if argument.own_fields:
        return _NAME_LENGTH
    return _DATE_LENGTH if argument.kind == "date" else argument.most
