"""By what can the hits be narrowed? Tags, categories, dates and languages, each with the number of its posts.

A list stays where it is while somebody chooses from it: its order is that of the query without filters, numbers are
those of the filters in force, and what they leave nothing of is shown paler. Of tags and categories a post has all that
are chosen, of sites one of those chosen: these are boxes to tick. Of dates and languages it has the one that is chosen.
Where it has one, the numbers are those that another choice would have. The controls belong to the page's form, which a
browser without scripts sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from postdex_index.named_tuple import NamedTuple

from ...output.wire import to_html as text
from ...request import FACETS
from ...results.values import HitList
from . import own_fields
from .view import LISTS, View
from .words import Words

#: A search of this site: `ServiceState.search`.
Ask: TypeAlias = Callable[..., HitList]
Counts: TypeAlias = Mapping[str, Mapping[str, int]]

#: The lists in their order. What a facet is called is a message of the same name.
GROUPS = ("sites", "tags", "categories", "year", "lang")
#: So many values of a list are shown at once, and so many at all: more are for the search field.
_SHOWN, _MOST = 8, 80
#: The spans of time before today, and what each is called.
_SPANS = {"1m": "month", "1y": "past_year"}
#: What languages call themselves.
_NAMES = {
    "ar": "العربية", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English",
    "es": "Español", "fa": "فارسی", "fi": "Suomi", "fr": "Français", "he": "עברית", "hi": "हिन्दी", "hu": "Magyar",
    "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "ko": "한국어", "nl": "Nederlands", "no": "Norsk",
    "pl": "Polski", "pt": "Português", "pt-br": "Português (Brasil)", "ro": "Română", "ru": "Русский", "sv": "Svenska",
    "th": "ไทย", "tr": "Türkçe", "uk": "Українська", "vi": "Tiếng Việt", "zh": "中文", "zh-cn": "简体中文",
    "zh-hans": "简体中文", "zh-tw": "繁體中文", "zh-hant": "繁體中文",
}  # fmt: skip


def language(code: str) -> str:
    """What a language calls itself, else its code."""
    return _NAMES.get(code.lower()) or _NAMES.get(code.partition("-")[0].lower(), code)


def painted(view: View, results: HitList, ask: Ask, words: Words, own: Sequence[str] = ()) -> str:
    """The lists as HTML, those of the fields of the site's `own` last."""
    every, now = _counted(view, results, ask)
    lists = {
        "sites": _boxes("sites", view.sites, every, now, words) if len(every.get("sites", ())) > 1 else "",
        "tags": _boxes("tags", view.tags, every, now, words),
        "categories": _boxes("categories", view.categories, every, now, words),
        "year": _dates(view, every, now, words),
        "lang": _languages(view, every, now, words),
    }
    return "".join([*(lists[name] for name in GROUPS), *(_own(name, view, every, now, words) for name in own)])


def choosable(counts: Counts) -> bool:
    """Whether there is anything to choose by among posts of which these are the counts."""
    several = (counts.get(name, ()) for name in ("sites", "year", "lang"))
    own = (counts[name] for name in counts if name not in FACETS)
    return bool(counts["tags"] or counts["categories"] or any(own) or any(len(values) > 1 for values in several))


def _counted(view: View, results: HitList, ask: Ask) -> tuple[Counts, Counts]:
    """The numbers of the query without any filter, and those of each list with all filters but its own single one."""
    if not view.filters:
        return results.facets, results.facets

    def asked(view: View, facets: Sequence[str]) -> Counts:
        return ask(**{**view.arguments(), "limit": 0, "offset": 0, "facets": facets}).facets

    now: dict[str, Mapping[str, int]] = dict(results.facets)
    if view.sites:
        now |= asked(view.changed(sites=()), ("sites",))
    if view.date or view.after or view.before:
        now |= asked(view.changed(date="", after="", before=""), ("year",))
    if view.lang:
        now |= asked(view.changed(lang=""), ("lang",))
    for name in dict.fromkeys(map(own_fields.field_of, view.where)):
        if name in results.facets:
            others = tuple([typed for typed in view.where if own_fields.field_of(typed) != name])
            now |= asked(view.changed(where=others), (name,))
    return asked(view.without_filters(), tuple(results.facets)), now


def _boxes(name: str, chosen: Sequence[str], every: Counts, now: Counts, words: Words) -> str:
    """A list of which several may be ticked; what is ticked is always among it."""
    counts = now.get(name, {})
    values = list(dict.fromkeys((*list(every.get(name, ()))[:_MOST], *chosen)))
    rows = [_Row(name, value, value, value in chosen, counts.get(value, 0)) for value in values]
    return _group(name, rows, words)


def _own(name: str, view: View, every: Counts, now: Counts, words: Words) -> str:
    """The list of a field of the site's own; of numbers and years the order is theirs."""
    counts = now.get(name, {})
    values = list(every.get(name, ()))[:_MOST]
    if all(value.lstrip("-").replace(".", "", 1).isdecimal() for value in values):
        values.sort(key=float, reverse=True)
    filters = {own_fields.filter_of(name, value): value for value in values}
    filters |= {typed: typed for typed in view.where if own_fields.field_of(typed) == name and typed not in filters}
    rows = [
        _Row("where", typed, value, typed in view.where, counts.get(value, 0 if value in values else -1))
        for typed, value in filters.items()
    ]
    return _group(name, rows, words, called=own_fields.called(name))


def _dates(view: View, every: Counts, now: Counts, words: Words) -> str:
    """Any time, spans before today, years, and two days of one's own."""
    own = not view.date and bool(view.after or view.before)
    years = sorted(every.get("year", ()), reverse=True)
    if len(years) < 2 and not view.date and not own:
        return ""
    if view.date and view.date not in _SPANS and view.date not in years:
        years.append(view.date)
    counts = now.get("year", {})
    rows = [_Row("date", "", words("any_year"), not view.date and not own)]
    rows += [_Row("date", span, words(called), view.date == span) for span, called in _SPANS.items()]
    rows += [_Row("date", year, year, view.date == year, counts.get(year, 0)) for year in years]
    days = "".join(
        f'<label class="day"><span>{words.text(name)}</span> '
        f'<input form="postdex" type="date" name="{name}" value="{text(getattr(view, name))}"></label>'
        for name in ("after", "before")
    )
    is_open = " open" if own else ""
    last = f'<details data-facet="range"{is_open}><summary>{words.text("range")}</summary>{days}</details>'
    return _group("year", rows, words, last)


def _languages(view: View, every: Counts, now: Counts, words: Words) -> str:
    codes = list(dict.fromkeys((*every.get("lang", ()), *([view.lang] if view.lang else ()))))
    if len(codes) < 2 and not view.lang:
        return ""
    counts = now.get("lang", {})
    rows = [_Row("lang", "", words("any_lang"), not view.lang)]
    rows += [_Row("lang", code, language(code), view.lang == code, counts.get(code, 0)) for code in codes]
    return _group("lang", rows, words)


class _Row(NamedTuple):
    """A box to tick, or one of several to choose: the control's name and value, what it is called, whether it is
    chosen, and of how many posts it is; -1 where nobody counted."""

    name: str
    value: str
    called: str
    chosen: bool
    posts: int = -1


def _group(name: str, rows: Sequence[_Row], words: Words, last: str = "", called: str = "") -> str:
    """A list under its heading, which is a message where it is not `called` anything; rows beyond the first are shown
    when asked for, but never what is chosen."""
    if not rows:
        return ""
    must = max((at + 1 for at, row in enumerate(rows) if row.chosen), default=0)
    shown = max(_SHOWN, must) if len(rows) > _SHOWN + 2 else len(rows)
    items = [_made(row, words) for row in rows]
    more = ""
    if rest := "".join(items[shown:]):
        summary = words.text("more_values", len(rows) - shown)
        more = f'<details data-facet="{text(name)}"><summary>{summary}</summary><ul>{rest}</ul></details>'
    legend = f"<legend>{text(called) if called else words.text(name)}</legend>"
    return f'<fieldset class="facet">{legend}<ul>{"".join(items[:shown])}</ul>{more}{last}</fieldset>'


def _made(row: _Row, words: Words) -> str:
    kind = "checkbox" if row.name in LISTS else "radio"
    count = f'<span class="count">{words.number(row.posts)}</span>' if row.posts >= 0 else ""
    pale = ' class="none"' if row.posts == 0 and not row.chosen else ""
    checked = " checked" if row.chosen else ""
    return (
        f'<li><label{pale}><input form="postdex" type="{kind}" name="{row.name}" value="{text(row.value)}"{checked}>'
        f'<span class="value" dir="auto">{text(row.called)}</span>{count}</label></li>'
    )
