"""How is a field of front matter read, however it is written: as a text, a list, a date, true or false?

Names are compared without their case, values are texts, lists and mappings of them as `formats.structured` has them.
What cannot be used is a problem with the field's line. What each field means is for `metadata`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING
from unicodedata import normalize

from ..formats import dates
from ..model import Problem

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value
    from .front_matter import FrontMatter

#: A field holds at most so many tags, categories or aliases.
MOST = 1000

#: The names that have capitals; fields are looked for by them, however they are written.
_SPELLING = {
    name.lower(): name
    for name in (
        *("expiryDate", "linkTitle", "modDatetime", "pubDate", "pubDatetime", "publishDate", "publishedAt"),
        *("translationKey", "unpublishDate", "updatedAt", "updatedDate"),
        *("bookSearchExclude", "excludeFromSearch", "excludeSearch"),
    )
}
TRUE = frozenset(("true", "yes", "on", "1", "y"))
_FALSE = frozenset(("false", "no", "off", "0", "n"))


class RawFields:
    """Raw fields by their names (in lower case but for `_SPELLING`), and the problems that reading them met."""

    def __init__(self, front: FrontMatter) -> None:
        low = {key.lower(): value for key, value in front.fields.items()}
        self.values: dict[str, Value] = {_SPELLING.get(name, name): value for name, value in low.items()}
        self._unfold("date", "created", "updated")
        self._unfold("last_update", "", "date")
        self.search = self._search()
        self.head = front.head
        self.moments: dict[str, dates.Moment | None] = {}
        self.problems: list[Problem] = []

    def _unfold(self, name: str, own: str, update: str) -> None:
        """Dates that stand in a mapping count as if they stood outside of it."""
        value = self.values.get(name)
        if isinstance(value, dict) and (value.get(own) or value.get(update)):
            self.values[name] = value.get(own)
            self.values.setdefault("updated", value.get(update))

    def _search(self) -> Mapping[str, Value]:
        """What is said of the post's place in searches, in a mapping or with dots (`search.boost`)."""
        search = self.values.get("search")
        inner = {key.lower(): value for key, value in search.items()} if isinstance(search, dict) else {}
        dotted = {name[7:]: value for name, value in self.values.items() if name.startswith("search.")}
        return {**inner, **dotted} if dotted else inner

    def first(self, *names: str) -> tuple[str, Value]:
        """The first of these fields that is not empty, with its name."""
        for name in names:
            value = self.values.get(name)
            if value:
                return name, value
        return "", None

    def text(self, *names: str) -> str:
        """A field as one line of text. A list is the text in brackets that YAML made a list of (`title: [WIP]`)."""
        name, value = self.first(*names)
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, list):
            texts = [text for text in map(clean, _texts(value)) if text]
            self.problem(name, f"{name} is a list, not text", "put the value in quotes")
            return f"[{', '.join(texts)}]" if texts else ""
        if value is not None:
            self.problem(name, f"{name} is a mapping, not text", "put the value in quotes")
        return ""

    def as_written(self, *names: str) -> str:
        """The first of these fields that is a text and neither true nor false."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) and value.strip() and self.flag(name) is None:
                return value.strip()
        return ""

    def several(self, *names: str, split: str = ",，", value: Value = None) -> tuple[str, ...]:
        """A field that is a list, or a string to be split at one of these characters ("" not at all, " " at blanks)."""
        name, raw_value = self.first(*names) if value is None else (names[0], value)
        if not raw_value:
            return ()
        if isinstance(raw_value, str):
            parts = self._items_without_blank(name, raw_value)
            if split and len(parts) == 1:
                parts = raw_value.split() if split == " " else re.split(f"[{split}]", raw_value)
        else:
            if isinstance(raw_value, dict) and not isinstance(raw_value.get("name"), str):
                self.problem(name, f"{name} is a mapping, not a list", f"write {name}: [one, other]")
            parts = list(_texts(raw_value))
        texts = tuple(dict.fromkeys(text for text in map(clean, parts) if text))
        if len(texts) > MOST:
            self.problem(name, f"{name} has more than {MOST} values; the rest is left out", "use fewer")
        return texts[:MOST]

    def _items_without_blank(self, name: str, value: str) -> list[str]:
        """The items of a list that lack the blank behind their hyphens, which YAML takes for one text; else that."""
        if not value.startswith("-"):
            return [value]
        items: list[str] = []
        for line in self.head.split("\n")[self.line(name) :]:
            if not re.match(r"[ \t]+-[^\s-]", line):
                break
            items.append(line.strip())
        if not items or " ".join(items) != value:
            return [value]
        self.problem(name, f"in {name} there is no blank behind the hyphens", f"write `- {items[0][1:][:60]}`")
        return [item[1:] for item in items]

    def moment(self, zone: tzinfo, *names: str) -> dates.Moment | None:
        """A field that is a date; None and a problem if it holds something else."""
        name, value = self.first(*names)
        if value is None or name in self.moments:
            return self.moments.get(name)
        moment = self.moments[name] = dates.parse(value, zone) if isinstance(value, str) else None
        if moment is None:
            shown = clean(value)[:40] if isinstance(value, str) else "a list"
            self.problem(name, f"{name} is no date ({shown})", "write it as 2022-08-26 or 2022-08-26 09:30:00 +0800")
        return moment

    def flag(self, name: str) -> bool | None:
        """A field that is true or false; None if it is neither."""
        value = self.values.get(name)
        word = value.strip().lower() if isinstance(value, str) else ""
        return True if word in TRUE else False if word in _FALSE else None

    def problem(self, name: str, message: str, hint: str) -> None:
        """A problem with a field, on its line."""
        self.problems.append(Problem("", self.line(name), "malformed", message, hint))

    def search_problem(self, name: str, message: str, hint: str) -> None:
        """A problem with a value below `search`, on its line."""
        where = re.search(rf"\bsearch\b[\s\S]*?\b{name}s?[\"']?[ \t]*[:=]", self.head)
        line = self.head.count("\n", 0, where.end()) + 1 if where else self.line("search")
        self.problems.append(Problem("", line, "malformed", message, hint))

    def line(self, name: str) -> int:
        """The line that a field stands on, 1 if it is not found (written in an unusual way, or no field)."""
        name = re.escape(name)
        key = rf"^[ \t]*(?:[\"']?{name}[\"']?[ \t]*[:=]|\[{name}\])"
        where = re.search(key, self.head, re.MULTILINE | re.IGNORECASE) if name else None
        return self.head.count("\n", 0, where.start()) + 1 if where else 1


def clean(text: str) -> str:
    """NFC, runs of white space as one blank."""
    return " ".join(normalize("NFC", text).split())


def _texts(value: Value) -> Iterator[str]:
    """The texts in a list; of a mapping its name or label, or the one pair that YAML made of `a: b`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        name = value.get("name") or value.get("label")
        pairs = list(value.items())
        if isinstance(name, str):
            yield name
        elif len(pairs) == 1 and not isinstance(pairs[0][1], (list, dict)):
            yield f"{pairs[0][0]}: {pairs[0][1] or ''}".rstrip()
