"""What is there to say besides hits: how many there are, what was mended, which pages there are?"""

from __future__ import annotations

from collections.abc import Iterable

from postdex_index.errors import PostdexError

from ...output.wire import to_html as text
from ...query.typos import Correction
from ...results.strength import nothing_alike
from ...results.values import HitList
from .facets import language
from .view import LAST, LISTS, PAGE, View
from .words import Words


def status(results: HitList, words: Words) -> str:
    """How many hits there are, as text."""
    count = words("results" if results.query.strip() else "posts", results.total)
    return f"{count} ({words('grouped')})" if results.grouped else count


def fault(error: PostdexError) -> str:
    """Why there are no hits. Like warnings it is in English, and said to be."""
    hint = f' <span class="hint">{text(error.hint)}.</span>' if error.hint else ""
    return f'<p class="fault" lang="en" dir="ltr">{text(error.message)}.{hint}</p>'


def painted(results: HitList, view: View, words: Words) -> str:
    """Mended words, warnings, and whether the answer is whole and of today. Who is typing has not yet asked for
    what nothing would be like."""
    parts = [_mended(correction, view, words) for correction in results.corrections]
    if results.hits and nothing_alike(results) and not view.typing:
        parts.append(f"<p>{words.text('unlike')}</p>")
    warnings = [f'<li lang="en" dir="ltr">{text(warning)}</li>' for warning in results.warnings]
    if not results.complete:
        warnings.append(f"<li>{words.text('cut')}</li>")
    if changed := results.index.changed_files:
        warnings.append(f"<li>{words.text('behind', changed)}</li>")
    if warnings:
        parts.append(f"<ul>{''.join(warnings)}</ul>")
    return "".join(parts)


def filtered(view: View, words: Words) -> str:
    """The filters in force, each as a link to the view without it, and one that leaves all of them out."""
    dates = {"1m": words("month"), "1y": words("past_year")}
    without = [(value, view.toggled(name, value)) for name in LISTS for value in getattr(view, name)]
    if view.date:
        without.append((dates.get(view.date, view.date), view.changed(date="")))
    without += [
        (f"{words(name)} {getattr(view, name)}", view.changed(**{name: ""}))
        for name in ("after", "before")
        if getattr(view, name)
    ]
    if view.lang:
        without.append((language(view.lang), view.changed(lang="")))
    links = [
        f'<li><a href="{text(other.address())}"><span dir="auto">{text(called)}</span></a></li>'
        for called, other in without
    ]
    if len(links) > 1:
        every = text(view.without_filters().address())
        links.append(f'<li><a class="all" href="{every}">{words.text("clear_filters")}</a></li>')
    return "".join(links)


def _mended(correction: Correction, view: View, words: Words) -> str:
    """Which words were looked for besides one, and whether that is because it is in no post."""
    word, others, posts, synonym = correction
    message = "synonyms" if synonym else "mended_rare" if posts else "mended"
    links = words.text("comma").join(
        f'<a href="{text(view.changed(q=view.q.replace(word, other)).address())}">{text(other)}</a>' for other in others
    )
    return f"<p>{words(message, word=text(word), words=links)}</p>"


def pages(results: HitList, view: View, words: Words) -> str:
    """Links to the pages of hits: the first, the last, those around this one."""
    last = min(-(-results.total // PAGE), LAST)
    if last < 2:
        return ""
    rows = [_step(view, view.page - 1, last, "previous", words)]
    before = 0
    for number in _numbers(min(view.page, last), last):
        gap = '<li class="gap" aria-hidden="true">…</li>' if number > before + 1 else ""
        rows.append(f"{gap}<li>{_page(view, number, words)}</li>")
        before = number
    rows.append(_step(view, view.page + 1, last, "next", words))
    end = f"<p>{words.text('last_page')}</p>" if view.page == last == LAST else ""
    return f'<nav aria-label="{words.text("pages")}"><ul>{"".join(rows)}</ul></nav>{end}'


def _numbers(page: int, last: int) -> Iterable[int]:
    """The numbers that are shown, ascending.

    >>> list(_numbers(6, 20)), list(_numbers(1, 3))
    ([1, 5, 6, 7, 20], [1, 2, 3])
    """
    around = {page - 1, page, page + 1}
    if page <= 2:
        around |= {3, 4}
    return sorted(number for number in {1, last} | around if 1 <= number <= last)


def _page(view: View, number: int, words: Words) -> str:
    here = ' aria-current="page"' if number == view.page else ""
    name = words.text("page_number", number)
    return f'<a href="{text(view.changed(page=number).address())}" aria-label="{name}"{here}>{words.number(number)}</a>'


def _step(view: View, number: int, last: int, called: str, words: Words) -> str:
    """The link to the page before or behind this one, an empty place where there is none."""
    if not 1 <= number <= last:
        return f'<li class="{called}"></li>'
    rel = "prev" if called == "previous" else "next"
    address = text(view.changed(page=number).address())
    return f'<li class="{called}"><a href="{address}" rel="{rel}">{words.text(called)}</a></li>'
