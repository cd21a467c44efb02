"""What does a module of JavaScript or TypeScript export, as far as it is literals? For settings that are a program.

Nothing is run: texts, numbers, lists and objects are read, and names of constants that are one. A call is a mapping of
its name, with `()` behind it, to the list of its arguments: `starlight({title: "x"})` is `{"starlight()": [{…}]}`.
Whatever else stands in the place of a value is unknown, and None. Linear in the text, never raises.
"""

from __future__ import annotations

import re

from ..named_tuple import NamedTuple
from .yaml_fast import Loaded, Value

#: A module makes no more values, counting those of a constant wherever it is named; real settings have 5,000 at most.
_MOST = 200_000
#: Values lie no deeper in each other.
_DEEPEST = 40
#: Texts and comments that nothing closes go on to the end, so that each character is looked at once.
_TOKEN = re.compile(
    r"""(?P<blank>\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)"""
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)"""
    r"""|(?P<template>`(?:[^`\\]|\\.)*+`?)"""
    r"""|(?P<number>\d[\w.]*+)"""
    r"""|(?P<name>[^\W\d][\w$]*+|\$[\w$]*+)"""
    r"""|(?P<sign>\.\.\.|=>|[=!]==?|[?][?.]|.)""",
    re.S,
)
#: A slash begins a pattern where no value stands before it.
_PATTERN = re.compile(r"/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\]?)++/?\w*")
_BEFORE_PATTERN = frozenset(("", "return", "=>", "...", *"(,=:[!&|?{};+"))
_ESCAPE = re.compile(r"\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "", "\n": ""}
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
#: The last token of all.
_END = "\0"
_SEPARATORS = _CLOSING | {",", ";", _END}
#: Behind a value they make another one of it.
_OPERATORS = frozenset(("==", "===", "!=", "!==", "=>", "??", "?.", *".?+-*/%&|^<>=(["))
#: Types between a call's name and its arguments have no more tokens.
_LONGEST_TYPE = 20
#: What begins with these is no value that can be read.
_UNKNOWN = frozenset(("async", "class", "function", "import", "new", "typeof"))
_WORDS: dict[str, Value] = {"true": "true", "false": "false", "null": None, "undefined": None}


class _Found(NamedTuple):
    """A value, and the index of the token behind it."""

    value: Value
    stop: int


def load(text: str) -> Loaded:
    """The object that a module exports, also where a function returns it or a call has it as its argument.

    >>> load("const base = '/x'; export default defineConfig({base, on: [1, true, f(2), a + b]})").value
    {'base': '/x', 'on': ['1', 'true', {'f()': ['2']}, None]}
    """
    return Loaded(_Module(text).exported())


def _written(literal: str) -> str:
    """The text that a literal in quotes stands for."""

    def character(escape: re.Match[str]) -> str:
        code = escape[1] or escape[2] or escape[3]
        number = int(code, 16) if code else -1
        if number < 0:
            return _ESCAPED.get(escape[4], escape[4])
        return chr(number) if number < 0xD800 or 0xE000 <= number < 0x110000 else "\ufffd"

    inner = literal[1:].removesuffix(literal[0])
    return _ESCAPE.sub(character, inner) if "\\" in inner else inner


class _Module:
    """The tokens of a module, in columns, and its constants, each of which is read when it is first named."""

    def __init__(self, text: str) -> None:
        #: Of each token its kind (a group of `_TOKEN`) and its text.
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.cut(text)
        #: Signs and names of the tokens, "" for what is none: a text may look like one.
        self.signs = [text if kind == "sign" else "" for kind, text in zip(self.kinds, self.texts, strict=True)]
        self.names = [text if kind == "name" else "" for kind, text in zip(self.kinds, self.texts, strict=True)]
        #: The index of the last token, which is no sign but `_END`; and of the bracket that closes each bracket.
        self.end = len(self.kinds) - 1
        self.partner = self.partners()
        self.defined = self.definitions()
        #: The values of constants, and how many values each is made of.
        self.constants: dict[str, tuple[Value, int]] = {}
        self.made = self.depth = 0

    def cut(self, text: str) -> None:
        at, before = 0, ""
        while at < len(text) and len(self.kinds) < _MOST:
            match = _PATTERN.match(text, at) if text[at] == "/" and before in _BEFORE_PATTERN else None
            kind = "pattern" if match else ""
            if not match:
                match = _TOKEN.match(text, at)
                kind = (match and match.lastgroup) or ""
            at = match.end() if match else len(text)
            if match and kind != "blank":
                before = match[0]
                self.kinds.append(kind)
                self.texts.append(before)
        self.kinds.append("sign")
        self.texts.append(_END)

    def partners(self) -> dict[int, int]:
        partner: dict[int, int] = {}
        unclosed: list[int] = []
        for at, sign in enumerate(self.signs):
            if sign in _OPENING:
                partner[at] = self.end
                unclosed.append(at)
            elif sign in _CLOSING and unclosed:
                partner[unclosed.pop()] = at
        return partner

    def definitions(self) -> dict[str, int]:
        """Where the value of each constant begins."""
        defined: dict[str, int] = {}
        for at in range(self.end):
            if self.names[at] in ("const", "let", "var") and self.names[at + 1]:
                stop = at + 2
                while self.signs[stop] not in _SEPARATORS and self.signs[stop] != "=":  # its type, if it has one
                    stop = self.behind(stop)
                if self.signs[stop] == "=":
                    defined.setdefault(self.names[at + 1], stop + 1)
        return defined

    def exported(self) -> Value:
        """The object that the module exports by default; None if it is none that can be read."""
        for at in range(self.end):
            exports = self.names[at] == "exports" and self.signs[at + 1] == "="
            if exports or self.names[at : at + 2] == ["export", "default"]:
                return _unwrapped(self.value(self.result(at + 2)).value)
        return None

    def result(self, at: int) -> int:
        """Where that begins which the function at this token returns; `at` itself if no function stands there."""
        function = self.names[at] == "function" or self.names[at : at + 2] == ["async", "function"]
        if function:
            stop = self.next_sign(at, "(")
            stop = self.next_sign(self.behind(stop), "{")
        else:
            start = at + (self.names[at] == "async")
            stop = self.next_sign(self.behind(start), "=>") + 1 if self.signs[start] == "(" else self.end
        if stop >= self.end:
            return at
        if self.signs[stop] != "{":
            return stop
        returned, last = self.end, self.partner[stop]
        stop += 1
        while stop < last:
            returned = stop + 1 if self.names[stop] == "return" else returned
            stop = self.behind(stop)
        return returned

    def behind(self, at: int) -> int:
        """The token behind this one, or behind what its bracket encloses."""
        return min(self.partner.get(at, at) + 1, self.end)

    def next_sign(self, at: int, sign: str = ",") -> int:
        """This sign, or what ends the expression at this token before it."""
        while self.signs[at] != sign and self.signs[at] not in _SEPARATORS:
            at = self.behind(at)
        return at if self.signs[at] == sign or sign == "," else self.end

    def value(self, at: int) -> _Found:
        """The value of the expression that begins at this token."""
        self.made += 1
        if self.made > _MOST or self.depth >= _DEEPEST:
            return _Found(None, self.next_sign(at))
        self.depth += 1
        value, stop = self.operand(at)
        self.depth -= 1
        if self.signs[stop] in _OPERATORS or self.kinds[stop] == "template":
            value = None
        return _Found(value, self.next_sign(stop))

    def operand(self, at: int) -> _Found:
        kind, text = self.kinds[at], self.texts[at]
        if kind == "text" or (kind == "template" and "${" not in text):
            return _Found(_written(text), at + 1)
        if kind == "number":
            return _Found(text, at + 1)
        if text == "await" and kind == "name":
            return self.operand(at + 1)
        if kind == "name":
            return _Found(None, at + 1) if text in _UNKNOWN else self.named(at)
        if self.signs[at] == "(":
            return _Found(self.value(at + 1).value, self.behind(at))
        if self.signs[at] == "[":
            return _Found(self.items(at), self.behind(at))
        if self.signs[at] == "{":
            return _Found(self.members(at), self.behind(at))
        return _Found(None, at)

    def named(self, at: int) -> _Found:
        """A constant, or a call with its arguments; what types it names is passed over."""
        name, stop = self.texts[at], at + 1
        while self.signs[stop] == "." and self.names[stop + 1]:
            name += "." + self.names[stop + 1]
            stop += 2
        if self.signs[stop] == "<":
            closing = next((i for i in range(stop, min(stop + _LONGEST_TYPE, self.end)) if self.signs[i] == ">"), stop)
            stop = closing + 1 if self.signs[closing + 1] == "(" else stop
        if self.signs[stop] == "(":
            return _Found({name + "()": self.items(stop)}, self.behind(stop))
        return _Found(_WORDS[name] if name in _WORDS else self.constant(name), stop)

    def constant(self, name: str) -> Value:
        """The value of a constant, None if there is none of this name, or it names itself."""
        if name in self.constants:
            value, size = self.constants[name]
            self.made += size
            return value if self.made <= _MOST else None
        if name not in self.defined:
            return None
        self.constants[name] = None, 0
        before = self.made
        value = self.value(self.defined[name]).value
        self.constants[name] = value, self.made - before
        return value

    def items(self, opening: int) -> list[Value]:
        """The values in brackets, between commas."""
        items: list[Value] = []
        at, closing = opening + 1, self.partner[opening]
        while at < closing:
            spread = self.signs[at] == "..."
            value, at = self.value(at + spread)
            if not spread:
                items.append(value)
            elif isinstance(value, list):
                items += value
            at += 1
        return items

    def members(self, opening: int) -> dict[str, Value]:
        """The members of an object whose names are no expressions."""
        members: dict[str, Value] = {}
        at, closing = opening + 1, self.partner[opening]
        while at < closing:
            key, kind = self.texts[at], self.kinds[at]
            if self.signs[at] == "...":
                value, at = self.value(at + 1)
                members |= value if isinstance(value, dict) else {}
            elif self.signs[at + 1] == ":" and kind in ("name", "text", "number"):
                value, at = self.value(at + 2)
                members[_written(key) if kind == "text" else key] = value
            else:
                if kind == "name" and (self.signs[at + 1] == "," or at + 1 == closing):
                    members[key] = self.value(at).value
                at = self.next_sign(at)
            at += 1
        return members


def _unwrapped(value: Value) -> Value:
    """What a value is without the calls around it: `defineConfig({…})`."""
    while isinstance(value, dict) and len(value) == 1:
        name, arguments = next(iter(value.items()))
        if not name.endswith("()") or not isinstance(arguments, list):
            break
        value = next((argument for argument in arguments if isinstance(argument, dict)), None)
    return value
