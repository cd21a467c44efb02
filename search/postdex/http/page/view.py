"""What does an address of the page ask for, and which address asks for something else?

A `View` is what is asked: what a form of the page sends, or a link of it says. People edit addresses and forms send
empty fields, so what cannot be used is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from re import fullmatch, split
from typing import Any
from urllib.parse import parse_qsl, urlencode

from postdex_index.named_tuple import NamedTuple

from ...json_arguments import DATE, misfit
from ...request import FACETS, NAMED_FIELDS, shown_on
from . import own_fields

#: Hits of a page.
PAGE = 10
#: The last page that there is: the service leaves out no more than 10,000 hits.
LAST = 1000
_MAX_FIELDS = 100
#: The filters that have several values.
LISTS = ("sites", "tags", "categories", "where")
#: Characters of a filter's value.
_LONGEST = 500
_ARGUMENTS = {argument.name: argument._replace(most=_LONGEST) for argument in shown_on("http")}


class View(NamedTuple):
    """A query, its filters and order, the number of the page, and its language where the address says one.

    `date` is a year ("2024") or begins so long before today ("1m"); then there is neither `after` nor `before`.
    While somebody types, the last word may be the beginning of one. `record` is "false" where it is not to be recorded.
    """

    q: str = ""
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    date: str = ""
    after: str = ""
    before: str = ""
    lang: str = ""
    translations: str = ""
    sort: str = ""
    page: int = 1
    ui: str = ""
    record: str = ""
    typing: bool = False

    @property
    def filters(self) -> int:
        """How many filters are in force."""
        dates = 1 if self.date else bool(self.after) + bool(self.before)
        return len(self.sites) + len(self.tags) + len(self.categories) + len(self.where) + dates + bool(self.lang)

    @property
    def asks(self) -> bool:
        """Whether this asks something: a later page, another order and a filter only look at the answer again, unless
        somebody types meanwhile."""
        return self.page == 1 and not self.record and (self.typing or not (self.filters or self.sort))

    def without_filters(self) -> View:
        """The same query and order for all posts."""
        return self.changed(sites=(), tags=(), categories=(), where=(), date="", after="", before="", lang="")

    def changed(self, **fields: Any) -> View:
        """Another view, which begins at its first page."""
        return self._replace(**{"page": 1, **fields})

    def toggled(self, name: str, value: str) -> View:
        """The view with this tag, category or site put in, or taken out if it is in force."""
        there: tuple[str, ...] = getattr(self, name)
        return self.changed(
            **{name: tuple(other for other in there if other != value) if value in there else (*there, value)}
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments of `Index.search`; all facets are asked for."""
        year = fullmatch("[0-9]{4}", self.date)
        after = f"{self.date}-01-01" if year else self.date or self.after
        before = f"{int(self.date) + 1:04}-01-01" if year else "" if self.date else self.before
        given: dict[str, Any] = {
            **{name: list(getattr(self, name)) for name in LISTS},
            "where": own_fields.together(self.where),
            **{"after": after, "before": before},
            **{"lang": self.lang, "translations": self.translations, "sort": self.sort, "prefix_last": self.typing},
        }
        asked = {"query": self.q, "limit": PAGE, "offset": (self.page - 1) * PAGE, "facets": (*FACETS, NAMED_FIELDS)}
        return asked | {name: value for name, value in given.items() if value}

    def fields(self) -> Sequence[tuple[str, str]]:
        """Names and values, as they stand in the address; what is as usual is left out."""
        values = self._replace(typing=False)._asdict()
        usual = View()._asdict()
        return [
            (name, str(item))
            for name, value in values.items()
            if value != usual[name]
            for item in (value if isinstance(value, tuple) else (value,))
        ]

    def address(self) -> str:
        """The address relative to the page's own; "./" for the page as it opens.

        >>> View("psock", tags=("linux",), page=2).address()
        '?q=psock&tags=linux&page=2'
        """
        return "?" + urlencode(self.fields(), errors="replace") if self.fields() else "./"


def asked(address: bytes) -> View:
    """What the query string of the page's address asks for.

    >>> view = asked(b"q=psock&tags=linux&tags=&after=&sort=date&page=3")
    >>> view.q, view.tags, view.after, view.sort, view.page
    ('psock', ('linux',), '', 'date', 3)
    """
    given: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(address.decode("latin-1"), max_num_fields=_MAX_FIELDS):
            given.setdefault(name, []).append(value)
    except ValueError:  # more fields than any form of ours has
        given.clear()
    last = {name: values[-1] for name, values in given.items()}
    fields: dict[str, Any] = {"q": last.get("q", ""), "typing": last.get("prefix_last") == "true"}
    for name in LISTS:
        values = list(dict.fromkeys(given.get(name, ())))
        if not misfit(_ARGUMENTS[name], values):
            fields[name] = tuple(values)
    for name in ("after", "before", "lang", "translations", "sort"):
        if _fits(name, last.get(name, "")):
            fields[name] = last[name]
    fields |= _dates(fields, last.get("date", ""))
    if fullmatch("[1-9][0-9]{0,4}", last.get("page", "")):
        fields["page"] = min(int(last["page"]), LAST)
    if fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", last.get("ui", "")):
        fields["ui"] = last["ui"]
    if last.get("record") == "false":
        fields["record"] = "false"
    return View(**fields)


def _dates(fields: Mapping[str, Any], span: str) -> dict[str, str]:
    """The dates that are asked for: a year or a span before today, which may stand as `after`, too, or two days as the
    fields of a form hold them.

    >>> _dates({"after": "2021", "before": "2022/3/1"}, ""), _dates({"after": "30d"}, "")
    ({'date': '', 'after': '2021-01-01', 'before': '2022-03-01'}, {'date': '30d', 'after': '', 'before': ''})
    """
    after, before = (_day(fields.get(name, "")) for name in ("after", "before"))
    if not span and after and not before and not after[:4].isdecimal():
        span = after
    if fullmatch("(?!0000|9999)[0-9]{4}", span) or (_fits("after", span) and not span[:4].isdecimal()):
        return {"date": span, "after": "", "before": ""}
    return {"date": "", "after": after, "before": before}


def _day(date: str) -> str:
    """A year, month or day as the day that it begins with; anything else as it is."""
    if not fullmatch("[0-9]{4}(?:[-/.][0-9]{1,2}){0,2}", date):
        return date
    year, month, day = (*split("[-/.]", date), "1", "1")[:3]
    return f"{year}-{month:0>2}-{day:0>2}"


def _fits(name: str, value: str) -> bool:
    """Whether a value says something, and something that can be asked: the usual order need not be said."""
    argument = _ARGUMENTS[name]
    is_usual = value in ("", argument.default)
    return not is_usual and not misfit(argument, value) and (argument.kind != "date" or bool(fullmatch(DATE, value)))
