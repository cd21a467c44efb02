"""Where do the clauses of a typed query begin and end, and which of its signs are syntax?

One pass from left to right over the text, each character looked at a fixed number of
times. What the clauses mean is left to `words` and `filters`, how they combine to `parser`.

People paste code, so a sign is syntax only where a clause may begin: at the start, after a
blank, a bracket, a closed quote, a sign or a field. Everywhere else it is text.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from postdex_index import schema
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import OWN_FIELD
from postdex_index.text.characters import compiled

if TYPE_CHECKING:
    from .own_fields import OwnFields

#: Fields that hold words, and those that filter.
WORD_FIELDS = frozenset(field.name for field in schema.FIELDS if field.searched)
#: Filters that name a post.
LINKS = frozenset({"links", "linked"})
DATES = frozenset({"date", "after", "before"})
FILTERS = DATES.union(schema.FILTERS, (schema.SITE,), LINKS)


def is_filter(field: str) -> bool:
    """Whether a field filters, by its name in a token: that of one of the site's own begins with `OWN_FIELD`."""
    return field in FILTERS or field.startswith(OWN_FIELD)


#: What people type for a field of another name, for the warning that tells them.
_MEANT = {field.name: name for name, field in schema.FILTERS.items()} | {
    "keyword": "tag", "cat": "category", "by": "author",
    "language": "lang", "file": "path", "dir": "path", "folder": "path", "headings": "heading", "text": "body",
    "intitle": "title", "year": "date", "since": "after", "until": "before", "from": "after",
}  # fmt: skip

#: The quotes of other scripts and what closes each. A ’ is an apostrophe, so it and its kin quote nothing.
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』"}
_QUOTES = frozenset("“”„«»「」『』")

_CONTROLS = "[\0-\x1f\x7f-\x9f\u2028\u2029]"
_SURROGATES = "[\ud800-\udfff]"
#: Patterns, each compiled when it is first needed.
_BLANKS = r"\s+"
_PIECE = r"[^\s()]+"
_OPERATOR = r"(?:AND|OR|NOT)(?=[\s()]|\Z)"
_FIELD = r"([A-Za-z]{1,12}):(?=[^\s:)])"
#: Fields of the site's own have names of more signs.
_OWN = r"(\w[\w.-]{0,59}):(?=[^\s:)])"
#: One `-` before what begins a word, a quote or a bracket; `--no-cache`, `->` and a dash between blanks are text.
_EXCLUDED = r'-(?![A-Za-z](?:[\s)]|$))(?=[\w"“„«»「『(]|\.\w)'
_REQUIRED = r"\+(?=[^\s+)])"
_SIGNED_BY = {"-": _EXCLUDED, "+": _REQUIRED}
_WEIGHT = r"(?:\^(\d{1,2}(?:\.\d{1,3})?))?"
_DATE_OF_WORDS = (
    r"(?i:(?:this|last)\s+(?:week|month|year)"
    r"|(?:(?:last|past)\s+)?[0-9]{1,3}\s*(?:day|week|month|year)s?(?:\s+ago)?)(?=[\s()]|\Z)"
)
_AFTER_WORD = rf"(?:(~)(\d?))?{_WEIGHT}\Z"
_AFTER_QUOTE = rf"(?:~(\d{{1,3}}))?{_WEIGHT}(?=[\s()]|\Z)"
_AFTER_BRACKET = rf"{_WEIGHT}(?=[\s()]|\Z)"
#: What may be a regular expression over words: neither a blank nor a slash inside, and a sign that few paths have.
_REGEX = r"/(?!\*)(?=[^\s/]*[\\\[|*+?{^$])(?:\\\S|[^\s\\/])+/" + _AFTER_BRACKET


class QueryToken(NamedTuple):
    """A clause, bracket or operator as typed.

    `kind` is "word" (a chunk without blanks), "regex" (one between slashes), "quote", "(", ")", "AND", "OR" or "NOT";
    `sign` is "+", "-" or "". `edits` stands behind a word (`word~2`; -1 none), `slop` behind a quote.
    `last` says that nothing follows, not even a blank: the word may still be growing.
    """

    kind: str
    text: str = ""
    sign: str = ""
    field: str = ""
    weight: float = 1.0
    edits: int = -1
    slop: int = 0
    last: bool = False


class Lexed(NamedTuple):
    """The tokens of a text, what had to be repaired, and how many steps it took."""

    tokens: tuple[QueryToken, ...]
    warnings: tuple[str, ...]
    steps: int


def clean(text: str) -> str:
    """Control characters as blanks, lone surrogates as U+FFFD; the length stays the same.

    >>> clean("a\\tb\\0c\\ud800")
    'a b c�'
    """
    if text.isprintable():  # nearly always; the two patterns take as long to compile as all others here
        return text
    return re.sub(_SURROGATES, "\ufffd", re.sub(_CONTROLS, " ", text))


def lex(text: str, own: OwnFields | None = None) -> Lexed:
    """The tokens of a cleaned text; brackets come out balanced. `own` knows the fields of the site's own.

    >>> [token.text for token in lex('foo(bar) "root cause"~3 C++').tokens]
    ['foo(bar)', 'root cause', 'C++']
    """
    scan = _Scan(text, own)
    while scan.at < len(text):
        scan.clause()
    scan.close()
    return Lexed(tuple(scan.tokens), tuple(dict.fromkeys(scan.warnings)), scan.steps)


def _quotes(text: str) -> dict[int, int]:
    """Where each quote of another script begins and ends, nested ones too. What is not closed is none.

    A sign that could close an open one closes it; those opened since and not closed are text.

    >>> _quotes("„a »b« “ »")
    {3: 5, 0: 7}
    """
    closing_by_opening: dict[int, int] = {}
    if text.isascii() or _QUOTES.isdisjoint(text):
        return closing_by_opening
    opened: list[int] = []
    closers: Counter[str] = Counter()
    for at, sign in enumerate(text):
        if closers[sign]:
            while True:
                start = opened.pop()
                closers.subtract(_CLOSED_BY[text[start]])
                if sign in _CLOSED_BY[text[start]]:
                    break
            closing_by_opening[start] = at
        elif sign in _CLOSED_BY and not (sign == "»" and text[at + 1 : at + 2].isspace()):  # as in Home » Docs
            opened.append(at)
            closers.update(_CLOSED_BY[sign])
    return closing_by_opening


class _Scan:
    """A place in the text and what was seen before it.

    `quotes` are those of other scripts, as places where they begin and end. `open` has a number for the text
    and for each open group: how many brackets that are text were opened in it and not closed, so that
    `memcpy(a, b)` closes nothing but itself.
    """

    __slots__ = ("at", "open", "own", "quotes", "steps", "text", "tokens", "warnings")

    def __init__(self, text: str, own: OwnFields | None = None) -> None:
        self.text = text
        self.own = own
        self.at = 0
        self.steps = len(text)
        self.quotes = _quotes(text)
        self.open = [0]
        self.tokens: list[QueryToken] = []
        self.warnings: list[str] = []

    def clause(self) -> None:
        """One token, from a place where a clause may begin."""
        if self.take(_BLANKS):
            return
        if self.text[self.at] == ")" and len(self.open) > 1 and not self.open[-1]:
            self.end_group()
        elif operator := self.take(_OPERATOR):
            self.tokens.append(QueryToken(operator[0]))
        else:
            self.signed(self.sign(), self.field())

    def sign(self) -> str:
        """A sign here, stepped over, or ""."""
        typed = self.text[self.at]
        self.steps += 1
        return typed if typed in _SIGNED_BY and self.take(_SIGNED_BY[typed]) else ""

    def take(self, pattern: str) -> re.Match[str] | None:
        """The pattern's match here, stepped over."""
        match = compiled(pattern).match(self.text, self.at)
        self.steps += 1
        if match:
            self.steps += len(match[0])
            self.at = match.end()
        return match

    def field(self) -> str:
        """The field named here, stepped over; an unknown one is text and said."""
        match = compiled(_FIELD).match(self.text, self.at)
        self.steps += 1
        if not (match or self.own):
            return ""
        name = match[1].lower() if match else ""
        self.steps += len(name)
        if match and (name in WORD_FIELDS or name in FILTERS):
            self.at = match.end()
            return name
        if self.own and (typed := compiled(_OWN).match(self.text, self.at)):
            self.steps += len(typed[0])
            if field := self.own.find(typed[1]):
                self.at = typed.end()
                return OWN_FIELD + field.name
        if match:
            self.unknown(match, name)
        return ""

    def unknown(self, match: re.Match[str], name: str) -> None:
        """Say that this is no field, where somebody may have meant one."""
        follows = self.text[match.end()]
        if name == "regex":
            self.warnings.append("regex: lists lines (`postdex lines`, GET /lines); here it was searched as text")
        elif name in _MEANT:
            self.warnings.append(f"{match[0]} is not a field and was searched as text; {_MEANT[name]}: is one")
        elif follows.isalpha() or follows in ('"', *_CLOSED_BY) or self.text.startswith((">=", "<="), match.end()):
            instead = self.own.instead(name) if self.own else ""
            self.warnings.append(f"{match[0]} is not a field and was searched as text{instead}")

    def is_date(self, field: str) -> bool:
        """Whether the values of a field are dates."""
        return field in DATES or bool(self.own and self.own.is_date(field))

    def signed(self, sign: str, field: str) -> None:
        """What follows a sign and a field: a group, a quote, a date in several words, an expression or a chunk."""
        opening = self.text[self.at]
        if field and self.is_date(field) and (spoken := self.date()):
            self.tokens.append(QueryToken("word", spoken, sign, field, last=self.at == len(self.text)))
        elif opening == "(":
            self.at += 1
            self.steps += 1
            self.open.append(0)
            self.tokens.append(QueryToken("(", sign=sign, field=field))
        elif opening == '"' or self.ends_clause(self.quotes.get(self.at)):
            self.quote(sign, field)
        elif opening == "/" and field not in FILTERS and (regex := self.take(_REGEX)):
            slashed = regex[0][: regex.start(1) - regex.start() - 1] if regex[1] else regex[0]
            self.tokens.append(QueryToken("regex", slashed, sign, field, self.weight(regex[1])))
        else:
            self.chunk(sign, field)

    def end_group(self) -> None:
        self.at += 1
        self.open.pop()
        match = self.take(_AFTER_BRACKET)
        self.tokens.append(QueryToken(")", weight=self.weight(match[1] if match else None)))

    def date(self) -> str:
        """A date in several words here (`last week`), stepped over, or "". A shell takes the quotes around it away."""
        match = self.take(_DATE_OF_WORDS)
        return match[0] if match else ""

    def ends_clause(self, stop: int | None) -> bool:
        """Whether no letter stands behind the quote of another script that ends here, if one does.

        In scripts without blanks such quotes stand in the middle of what people paste (`“你好”的时候`): there nobody
        meant that a post must have just that, so they are text, as a " within a word is.
        """
        return stop is not None and not self.text[stop + 1 : stop + 2].isalnum()

    def quote(self, sign: str, field: str) -> None:
        stop = self.quotes[self.at] if self.at in self.quotes else self.text.find('"', self.at + 1)
        if stop < 0:
            stop = len(self.text)
            self.warnings.append('a " was not closed; it was closed at the end')
        text = self.text[self.at + 1 : stop]
        growing = stop == len(self.text) and not text[-1:].isspace()
        self.steps += len(text) + 1
        self.at = min(stop + 1, len(self.text))
        match = self.take(_AFTER_QUOTE)
        slop, weight = (match[1], match[2]) if match else (None, None)
        self.tokens.append(
            QueryToken("quote", text, sign, field, self.weight(weight), slop=int(slop or 0), last=growing),
        )

    def chunk(self, sign: str, field: str) -> None:
        """Everything up to a blank, or to a `)` that closes a group."""
        start = self.at
        own = 0
        while self.at < len(self.text):
            if self.take(_PIECE):
                continue
            bracket = self.text[self.at]
            if bracket == "(":
                own += 1
            elif bracket != ")" or not (own or self.open[-1] or len(self.open) == 1):
                break
            elif own:
                own -= 1
            elif self.open[-1]:
                self.open[-1] -= 1
            else:
                self.warnings.append("a ) had no ( and was left out")
            self.at += 1
        self.open[-1] += own
        self.word(self.text[start : self.at], sign, field)

    def word(self, text: str, sign: str, field: str) -> None:
        """A chunk with what stands behind it: slips and weight (a filter's value has neither)."""
        last = self.at == len(self.text)
        suffix = None if field and is_filter(field) else compiled(_AFTER_WORD).search(text)
        self.steps += len(text)
        if suffix is None or not suffix.start():
            self.tokens.append(QueryToken("word", text, sign, field, last=last))
            return
        edits = int(suffix[2] or 1) if suffix[1] else -1
        body, weight = text[: suffix.start()], self.weight(suffix[3])
        self.tokens.append(QueryToken("word", body, sign, field, weight, edits=edits, last=last and not suffix[0]))

    def weight(self, typed: str | None) -> float:
        if typed is None:
            return 1.0
        weight = float(typed)
        if not weight:
            self.warnings.append(f"^{typed} was left out: a weight is above 0")
        return weight or 1.0

    def close(self) -> None:
        """Close at the end what is still open, and say which sign has nothing to stand before."""
        if len(self.tokens) > 1 and self.tokens[-1].text in ("+", "-"):
            self.warnings.append(f"the {self.tokens[-1].text} at the end was left out: nothing follows it")
        if len(self.open) > 1:
            self.warnings.append("a ( was not closed; it was closed at the end")
            self.tokens.extend([QueryToken(")")] * (len(self.open) - 1))
