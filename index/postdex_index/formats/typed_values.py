"""Which kind is a value of a field that front matter has: a number, a date, true or false, or a text?

Values stand as they were written, whatever the format of the block: `4`, `"4"` and `4.0` are the number 4. A field is
of a kind if all its values are; what of front matter is a field is for `content.own_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC
from functools import lru_cache

from . import dates

#: A code with zeros in front (`007`) is a text, as is a number that a float would not tell from its neighbours.
_NUMBER = re.compile(r"[+-]?(?=[\d.])(?P<whole>0|[1-9]\d*(?:_\d+)*)?(?:\.(?P<part>\d*))?(?:e[+-]?\d{1,3})?", re.ASCII)
_DIGITS = 15
_LONGEST = 100
#: What YAML 1.1 takes for true and for false, but for `y` and `n`, which no reader takes so.
_TRUTH = {"true": 1.0, "yes": 1.0, "on": 1.0, "false": 0.0, "no": 0.0, "off": 0.0}


def truth(text: str) -> float | None:
    """1 for true, 0 for false, None for neither.

    >>> truth("Yes"), truth("off"), truth("maybe")
    (1.0, 0.0, None)
    """
    return _TRUTH.get(text.strip().lower())


def number(text: str) -> float | None:
    """The number that a text is; None for one that is none, or not finite, or of more than 15 digits.

    >>> number("1_000"), number("4."), number(" -.5 "), number("007"), number("nan"), number("1e400")
    (1000.0, 4.0, -0.5, None, None, None)
    """
    match = _NUMBER.fullmatch(text.strip().lower()) if len(text) <= _LONGEST else None
    if match is None or not (match["whole"] or match["part"]):
        return None
    if len(match["whole"] or "") + len(match["part"] or "") > _DIGITS:
        return None
    value = float(match[0].replace("_", ""))
    return value if abs(value) < 1e300 else None


@lru_cache(4096)
def date(text: str) -> float | None:
    """Seconds since 1970 of the date that a text names, as it stands there; None if it names none.

    >>> date("1970-01-02"), date("10000-01-01"), date("soon")
    (86400.0, None, None)
    """
    moment = dates.parse(text, UTC)
    return float(moment.wall) if moment else None


#: What reads the values of each kind but "text"; a field is of the first that fits all its values.
READERS: dict[str, Callable[[str], float | None]] = {"boolean": truth, "number": number, "date": date}
#: All kinds, in the order in which they are tried.
KINDS = (*READERS, "text")


def fitting(values: Iterable[str], kinds: Iterable[str] = READERS) -> list[str]:
    """Those of these kinds that all values are of.

    >>> fitting(["20240601", "20240602"]), fitting(["4", "good"])
    (['number', 'date'], [])
    """
    left = list(kinds)
    for value in values:
        left = [kind for kind in left if READERS[kind](value) is not None]
        if not left:
            break
    return left


def shown_number(value: float) -> str:
    """A number as a facet shows it, however it was written.

    >>> shown_number(4.0), shown_number(0.1)
    ('4', '0.1')
    """
    return f"{value:.15g}"
