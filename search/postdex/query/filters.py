"""What does a typed filter let through? `tag:linux`, `path:2022/*.md`, `after:30d` as filters of the query tree.

Which days a date means is known to `periods`, which filters there are to the lexer. In a pasted line what looks like
one may be none: `typed_text` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from postdex_index import forks
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import OWN_FIELD, DateRange, Keyword, Query
from postdex_index.schema import FILTERS as FILTERED
from postdex_index.text.analyzer import Analyzer

from . import terms
from .lexer import DATES, LINKS, is_filter
from .parser import Clause, Group, Node
from .terms import TermReading, WordContext

if TYPE_CHECKING:
    from postdex_index.formats.periods import Period, Today

    from .own_fields import OwnFields

#: Whether any post that may be found has what a filter asks for.
Fits: TypeAlias = Callable[[Query], bool]

#: What a message names for what was no date.
DATE_EXAMPLES = "2022, 2022-08, 2022-08-26, 30d, yesterday, last week or 3 months"
#: Compiled where it is used: most queries have no date.
_ENDS = r"(.*?)\.\.+(.*)"


def keyword(field: str, value: str, analyzer: Analyzer) -> Keyword | None:
    """The filter for a value as typed, or None if nothing is left of it.

    >>> asked = [("tag", "#Linux"), ("lang", "zh_CN"), ("path", "./Client Work/")]
    >>> [keyword(field, value, Analyzer(True, ())).value for field, value in asked]
    ['linux', 'zh-cn', 'client work']
    """
    if field in LINKS:
        return Keyword(field, value.strip()) if value.strip() else None
    nested = field == "path" or (field in FILTERED and FILTERED[field].type == "paths")
    folded = analyzer.fold_path(value) if nested else analyzer.fold_value(value)
    if field == "tag":
        folded = folded.lstrip("# ").rstrip("/ ")
    elif field == "lang":
        folded = folded.replace("_", "-")
    return Keyword(field, folded) if folded else None


def read(
    field: str, text: str, reading: WordContext, *, today: Today | None, own: OwnFields | None, say: terms.Say
) -> list[TermReading]:
    """A filter, or what was typed for one as text; nothing where it has no value."""
    name = field.removeprefix(OWN_FIELD)
    asked: Query | None
    if field in DATES:
        asked, warning = date_range(field, text, today)
        if not asked:
            warning = f"{field}:{text} is no date (like {DATE_EXAMPLES}) and was searched as text"
    elif own and name != field:
        asked, warning = own.filter(name, text, reading.analyzer)
        if warning and not asked:
            warning += "; it was searched as text"
    else:
        asked, warning = keyword(field, text, reading.analyzer), ""
    if not (asked or warning):
        say(f"{name}: was left out: it has no value")
        return []
    if warning:
        say(warning)
    return [TermReading(asked, (asked,))] if asked else terms.read_word(f"{name}:{text}", -1, reading, say)


def typed_text(root: Group, fits: Fits, analyzer: Analyzer, own: OwnFields | None = None) -> tuple[Group, list[str]]:
    """The groups of a query with filters that fit no post as text, and a warning for each of these.

    Only what stands beside words is so read, without sign or operator: a filter alone, or one that somebody insists
    on, finds nothing. Dates are no names of anything; where no post has one, that is the answer.

    >>> from postdex.query.parser import group
    >>> from postdex.query.lexer import lex
    >>> typed_text(group(lex("oops path:/usr/lib").tokens).root, lambda asked: False, Analyzer(True, ()))[1]
    ['no post has path:/usr/lib; it was searched as text']
    """
    reader = _Filters(fits, analyzer, own, [])
    return (reader.group(root), reader.warnings) if _has_words(root, analyzer) else (root, [])


class _Filters(NamedTuple):
    """Groups -> groups, with what was said on the way. No closures, which would keep the index open behind `fits`."""

    fits: Fits
    analyzer: Analyzer
    own: OwnFields | None
    warnings: list[str]

    def group(self, group: Group) -> Group:
        beside = group.kind == "beside"
        return group._replace(parts=tuple(self.part(part, beside) for part in group.parts))

    def part(self, part: Node, beside: bool) -> Node:
        if isinstance(part, Group):
            return part if part.sign == "-" or is_filter(part.field) else self.group(part)
        token = part.token
        if part.sign or not beside or not is_filter(token.field) or token.field in DATES:
            return part
        asked: Query | None
        name = token.field.removeprefix(OWN_FIELD)
        if self.own and name != token.field:
            asked = self.own.filter(name, token.text, self.analyzer).query
        else:
            asked = keyword(token.field, token.text, self.analyzer)
        if asked is None or self.fits(asked):
            return part
        typed = f"{name}:{token.text}"
        self.warnings.append(f"no post has {typed}; it was searched as text")
        return Clause(token._replace(kind="word", text=typed, field=""))


def _has_words(part: Node, analyzer: Analyzer) -> bool:
    """Whether anything is looked for besides what filters ask."""
    if part.sign == "-":
        return False
    if isinstance(part, Group):
        return not is_filter(part.field) and any(_has_words(inner, analyzer) for inner in part.parts)
    token = part.token
    return not is_filter(token.field) and bool(analyzer.words(token.text))


def date_range(field: str, value: str, today: Today | None = None) -> tuple[DateRange | None, str]:
    """The range for `date:`, `after:` or `before:`, and what had to be repaired; None if it is no date.

    >>> date_range("date", "1970-01..1970-02")
    (DateRange(start=0, stop=5097600), '')
    >>> date_range("after", "soon")
    (None, '')
    """
    if field == "date":
        return _between(value.strip(), today)
    period = _period(value, today)
    if period is None:
        return None, ""
    return (DateRange(start=period.start) if field == "after" else DateRange(stop=period.start)), ""


def _between(value: str, today: Today | None) -> tuple[DateRange | None, str]:
    """Both ends belong to a range; `30d` alone is what happened since."""
    ends = re.fullmatch(_ENDS, value)
    if ends is None:
        period = _period(value, today)
        return period and DateRange(period.start, None if period.goes_on else period.stop), ""
    typed = [end.strip() for end in ends.groups()]
    first, last = (_period(end, today) if end else None for end in typed)
    if not any(typed) or (typed[0] and not first) or (typed[1] and not last):
        return None, ""
    if first and last and last.start < first.start:
        return DateRange(last.start, first.stop), f"date:{value} runs backwards and was turned round"
    return DateRange(first and first.start, last and last.stop), ""


def _period(text: str, today: Today | None) -> Period | None:
    with forks.barred:
        from postdex_index.formats import periods  # here, because most queries have no date

    return periods.read(text, today)
