"""In which language does the page speak to this reader, and what does it say in it?

The words are those of `messages`; what only the page says has `page_` before its name there. What the library says of a
query (warnings, errors) is English everywhere.
"""

from __future__ import annotations

from re import sub

from postdex_index.named_tuple import NamedTuple

from ...output.wire import to_html
from . import messages

_RIGHT_TO_LEFT = ("ar",)


class Words(NamedTuple):
    """The words of a language."""

    lang: str

    @property
    def dir(self) -> str:
        """In which direction the page runs: "ltr" or "rtl"."""
        return "rtl" if self.lang in _RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, n: int = 0, /, **values: str) -> str:
        """A message with these values in it; `n` chooses its plural. It is HTML if they are: no message has a sign
        that needs escaping.

        >>> Words("en")("nothing", query="psock"), Words("de")("results", 1234), Words("en")("search")
        ('Nothing found for “psock”', '1.234 Treffer', 'Search')
        """
        own = f"page_{key}"
        return messages.say(self.lang, own if own in messages.table()[self.lang] else key, n, **values)

    def text(self, key: str, n: int = 0, /, **values: str) -> str:
        """A message as safe HTML, whatever its values hold."""
        return to_html(self(key, n, **values))

    def number(self, number: int) -> str:
        """A number with its digits in groups."""
        return messages.number(self.lang, number)

    def day(self, date: str) -> str:
        """The day of a date as it stands in JSON.

        >>> Words("en").day("2022-08-26T09:39:34"), Words("zh-TW").day("2022-08-26"), Words("de").day("2022-08-26")
        ('Aug 26, 2022', '2022年8月26日', '26. Aug. 2022')
        """
        year, month, day = date[:10].rsplit("-", 2)
        return self("day", year=year, month=self("months").split()[int(month) - 1], day=sub("^0", "", day))


def chosen(asked: str, setting: str, accepted: str) -> Words:
    """The words that a reader gets: as the address asks, else as the site is set, else as the browser wishes.

    >>> [chosen(*wishes).lang for wishes in (("fr", "de", "ja"), ("xx", "de", "ja"), ("", "", "xx, ja;q=.5, ko;q=.9"))]
    ['fr', 'de', 'ko']
    """
    wishes = (asked, setting, *messages.accepted(accepted))
    return Words(messages.best(wish for wish in wishes if wish))
