"""What do the lines `NAME = literal` of a Python program say? The program is read, and never run.

Texts, numbers, lists, tuples, dicts, names that were given a value before, and sums of them are read, every scalar as
text. What else stands there is `Unread`. Linear in the text; never raises on what is in it.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .yaml_fast import Value

#: Brackets in brackets beyond this many are not read, nor longer values, in characters; of what is not read, so much
#: is kept.
_DEEPEST, _LONGEST, _SHOWN = 20, 1 << 16, 200
#: All that names stand for has no more characters: with each line that may double.
_LARGEST = 1 << 14

_TEXT = r"[rRuUbB]{0,2}(?:'''(?:[^'\\]|\\.|'(?!''))*+'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"\"\"" + (
    r"|'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\")"
)
_TOKEN = re.compile(
    rf"(?P<blank>[ \t\f]+|\\\n|\#[^\n]*)|(?P<text>{_TEXT})|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>\n)|(?P<other>.)",
    re.DOTALL,
)
#: What tells where a logical line ends.
_MARK = re.compile(rf"\\\n|\#[^\n]*|{_TEXT}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<end>\n)", re.DOTALL)
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)[ \t]*(?::[ \t]*[\w.\[\], |]+)?[ \t]*(\+?)=(?!=)")
_WORDS = {"True": "true", "False": "false", "None": None}
_CLOSER = {"(": ")", "[": "]", "{": "}"}


class Unread(str):
    """The source of an expression that is no literal."""

    __slots__ = ()


def assignments(program: str, earlier: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """The names in capitals that get a value at the left edge of a program, and those of an `earlier` one.

    >>> assignments("A = ('x' 'y', 2)\\nB = A + [None]\\nC = {'k': f(1), 'n': True}")
    {'A': ['xy', '2'], 'B': ['xy', '2', None], 'C': {'k': 'f(1)', 'n': 'true'}}
    """
    names = _Names(dict(earlier or {}))
    for statement in _statements(program.replace("\r\n", "\n")):
        assigned = _ASSIGNMENT.match(statement)
        if assigned:
            value = _Expression(statement[assigned.end() :], names).whole()
            names.values[assigned[1]] = _sum(names.value(assigned[1]), value) if assigned[2] else value
    return names.values


def _statements(program: str) -> list[str]:
    """The logical lines of a program: no line ends within brackets or a text."""
    statements: list[str] = []
    depth = start = 0
    for token in _MARK.finditer(program):
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth = max(depth - 1, 0)
        elif token.lastgroup == "end" and not depth:
            statements.append(program[start : token.start()])
            start = token.end()
    return [*statements, program[start:]]


class _Names:
    """The values of names, and how much they may still stand for."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values
        self.left = _LARGEST

    def value(self, name: str) -> Value:
        if self.left > 0 and name in self.values:
            self.left -= _length(self.values[name])
            if self.left > 0:
                return self.values[name]
        return Unread(name)


class _Expression:
    """An expression while it is read, token by token; `at` is the next one."""

    def __init__(self, source: str, names: _Names) -> None:
        matches = _TOKEN.finditer(source) if len(source) <= _LONGEST else ()
        tokens = [token for token in matches if token.lastgroup not in ("blank", "end")]
        self.source, self.names = source, names
        self.kinds = [token.lastgroup for token in tokens]
        self.texts = [token[0] for token in tokens]
        self.starts = [token.start() for token in tokens]
        self.at = self.depth = 0

    def whole(self) -> Value:
        """The value of all tokens."""
        value = self.sum()
        read = self.texts and self.at == len(self.texts) and not isinstance(value, Unread)
        return value if read else Unread(self.source[:_SHOWN].strip())

    def item(self) -> Value:
        """The value up to the comma, colon or bracket that ends it."""
        first = self.at
        value = self.sum()
        if self.next() in (",", ":", ")", "]", "}", ""):
            return value
        depth = 0
        while self.at < len(self.texts) and (depth or self.next() not in (",", ")", "]", "}")):
            depth += (self.kinds[self.at] == "open") - (self.kinds[self.at] == "close")
            self.at += 1
        stop = self.starts[self.at] if self.at < len(self.starts) else len(self.source)
        return Unread(self.source[self.starts[first] : min(stop, self.starts[first] + _SHOWN)].strip())

    def next(self) -> str:
        return self.texts[self.at] if self.at < len(self.texts) else ""

    def sum(self) -> Value:
        value = self.atom()
        while self.next() == "+":
            self.at += 1
            value = _sum(value, self.atom())
        return value

    def atom(self) -> Value:
        if self.at >= len(self.texts):
            return Unread()
        kind, text = self.kinds[self.at], self.texts[self.at]
        if kind == "text":
            return self.text()
        self.at += 1
        if kind == "number":
            return text
        if kind == "name":
            return _WORDS[text] if text in _WORDS else self.names.value(text)
        if kind == "open" and self.depth < _DEEPEST:
            self.depth += 1
            value = self.mapping() if text == "{" else self.sequence(text)
            self.depth -= 1
            return value
        if text == "-" and self.at < len(self.kinds) and self.kinds[self.at] == "number":
            self.at += 1
            return "-" + self.texts[self.at - 1]
        self.at -= 1
        return Unread()

    def text(self) -> Value:
        """Texts side by side are one."""
        pieces: list[str] = []
        while self.at < len(self.kinds) and self.kinds[self.at] == "text":
            piece = _text(self.texts[self.at])
            if piece is None:
                return Unread()
            pieces.append(piece)
            self.at += 1
        return "".join(pieces)

    def sequence(self, opener: str) -> Value:
        values: list[Value] = []
        commas = False
        while self.next() not in (_CLOSER[opener], ""):
            before = self.at
            values.append(self.item())
            if self.next() == ",":
                commas = True
                self.at += 1
            if self.at == before:
                break
        if self.next() != _CLOSER[opener]:
            return Unread()
        self.at += 1
        return values[0] if opener == "(" and len(values) == 1 and not commas else values

    def mapping(self) -> Value:
        """A dict, or the values of a set."""
        values: dict[str, Value] = {}
        while self.next() not in ("}", ""):
            before = self.at
            key = self.item()
            if self.next() == ":":
                self.at += 1
                values[str(key)] = self.item()
            else:
                values[str(key)] = None
            if self.next() == ",":
                self.at += 1
            if self.at == before:
                break
        if self.next() != "}":
            return Unread()
        self.at += 1
        return values


def _text(source: str) -> str | None:
    """The text that a literal stands for, None for one with an escape that there is not."""
    if "\\" not in source:
        quoted = source.lstrip("rRuUbB")
        marks = 3 if quoted.startswith(("'''", '"""')) else 1
        return quoted[marks:-marks]
    try:
        text = literal_eval(source)
    except (SyntaxError, ValueError, MemoryError):
        return None
    return text if isinstance(text, str) else text.decode("latin-1")


def _sum(left: Value, right: Value) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right]
    if isinstance(left, str) and isinstance(right, str) and not isinstance(left, Unread) | isinstance(right, Unread):
        return left + right
    return Unread()


def _length(value: Value) -> int:
    """The characters of a value, and one for each value in it."""
    if isinstance(value, str):
        return 1 + len(value)
    if isinstance(value, list):
        return 1 + sum(map(_length, value))
    return 1 + sum(len(key) + _length(item) for key, item in value.items()) if value else 1
