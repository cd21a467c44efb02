"""What does this YAML say: a block of front matter or a site's settings -> plain values.

Built from libyaml's events rather than by a constructor, so that scalars stay the
text that was written (`no`, `1.10`, `12:30:00`, `2022-02-30` are what they are), so
that no alias can grow (at most 100 values through aliases), and so that nesting
costs nothing. Where the block begins and ends is for `front_matter`.
(Nodes, as `yaml.compose` makes them, would be read by less code. But an anchor that is given twice would cost the whole
block, a collection that contains itself be a circle, and without libyaml nesting end in a RecursionError.)

A block that does not parse is read again one top-level key at a time, and a value
that fails (`title: SMC: fallback`) once more in quotes, so that one bad line loses
one field. Importing this module imports yaml (18 ms): do it only when a file needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from .yaml_fast import DEPTH, NULLS, Loaded, Value

#: Values that aliases and merge keys may bring in, in one block.
ALIASED = 100
#: libyaml's time grows with the square of the nesting: 0.2 s for 10,000 levels, so nobody waits for more than this.
_NESTING = 64
#: Keys and lines of a broken block that are tried one by one (some 30 us each).
_TRIES = 500

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_KEY = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s#'"\[\]{}&*!|>%@`,:-][^:\n]*?|-[^\s:][^:\n]*?)[ \t]*:(?=[ \t\n]|$)""")
_LINE = re.compile(r"(\s*(?:-[ \t]+)?(?:[\w.-]+[ \t]*:[ \t]+)?)(\S.*?)[ \t]*")


class _Bad(Exception):
    """The block is no YAML that we take; `line` counts from 0."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def load(block: str) -> Loaded:
    """The value of a block; never raises.

    >>> load("title: SMC: fallback\\ndraft: no\\n").value
    {'title': 'SMC: fallback', 'draft': 'no'}
    >>> load("a: 1\\ntags: [x, y\\nc: 3")
    Loaded(value={'a': '1', 'c': '3'}, problems=((1, "this is not valid YAML (did not find expected ',' or ']')"),))
    """
    block = _UNREADABLE.sub(" ", block)
    problems: list[tuple[int, str]] = []
    try:
        return Loaded(_parse(block, problems), tuple(problems))
    except _Bad as bad:
        if not _KEY.match(block.lstrip("\n")) and not re.search(r"^" + _KEY.pattern, block, re.MULTILINE):
            return Loaded(None, ((bad.line, bad.message),))
    return _salvage(block)


def _salvage(block: str) -> Loaded:
    """Each top-level key on its own, each bad value once more in quotes."""
    problems: list[tuple[int, str]] = []
    fields: dict[str, Value] = {}
    for count, (line, chunk) in enumerate(_chunks(block)):
        if count == _TRIES:
            problems.append((line, "too much is wrong above this line; the rest of the front matter was not read"))
            break
        if chunk.strip() and not chunk.startswith("#"):
            _read_chunk(chunk, line, fields, problems)
    return Loaded(fields, tuple(problems))


def _read_chunk(chunk: str, line: int, fields: dict[str, Value], problems: list[tuple[int, str]]) -> None:
    first: _Bad | None = None
    for attempt in (str, _quoted, _first_line):
        try:
            value = _parse(attempt(chunk), problems)
            if not isinstance(value, dict):
                raise _Bad(0, "this line is neither `key: value` nor part of one")
        except _Bad as bad:
            first = first or bad
            continue
        fields.update(value)
        if attempt is not _first_line:
            return
        break
    if first:
        problems.append((line + first.line, first.message))


def _chunks(block: str) -> Iterator[tuple[int, str]]:
    """The block cut before each top-level key, with the line where each piece begins."""
    chunk: list[str] = []
    start = 0
    for number, line in enumerate(block.split("\n")):
        if chunk and _KEY.match(line):
            yield start, "\n".join(chunk)
            chunk, start = [], number
        chunk.append(line)
    yield start, "\n".join(chunk)


def _first_line(chunk: str) -> str:
    return _quoted(chunk.split("\n", 1)[0])


def _quoted(chunk: str) -> str:
    """The chunk with every value that fails in single quotes; a value over several lines becomes one."""
    first, *rest = chunk.rstrip().split("\n")
    key = _KEY.match(first)
    if key and first[key.end() :].strip() and all(line[:1] in " \t" and not _KEY.match(line.strip()) for line in rest):
        value = " ".join([first[key.end() :].strip(), *(line.strip() for line in rest)])
        if value[0] in "[{" and "]}"["[{".index(value[0])] not in value:
            raise _Bad(0, "this is not valid YAML (a [ or { is not closed)")  # a list cut short, not text
        return first[: key.end()] + " " + _quote(value)
    lines = [first, *rest]
    return "\n".join(_quoted_line(line) for line in lines[:_TRIES])


def _quoted_line(line: str) -> str:
    try:
        _parse(line.strip(), [])
        return line
    except _Bad:
        match = _LINE.fullmatch(line)
        return match[1] + _quote(match[2]) if match and match[1].strip() else line


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _parse(block: str, problems: list[tuple[int, str]]) -> Value:
    """The value of a well-formed block, else `_Bad`."""
    try:
        value: Value = YAMLHandler().load(block, Loader=lambda text: _FieldLoader(text, problems))
        return value
    except yaml.MarkedYAMLError as error:
        # the place where something began that does not end helps more than where that was seen
        begun = re.match("while (?:scanning|parsing a flow)", error.context or "")
        mark = (error.context_mark if begun else None) or error.problem_mark
        index = getattr(mark, "index", 0) or 0
        message = f"this is not valid YAML ({error.problem or error.context})"
        # not mark.line: libyaml takes U+0085, U+2028 and U+2029 for ends of lines, editors do not
        raise _Bad(block.count("\n", 0, index), message) from None


class _FieldLoader:
    """What `yaml.load` needs of a loader, around libyaml's events."""

    def __init__(self, block: str, problems: list[tuple[int, str]]) -> None:
        self._block = block
        self._problems = problems
        self._events: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(block)

    def get_single_data(self) -> Value:
        return _Builder(self._block, self._problems).build(self._events)

    def dispose(self) -> None:
        self._events.dispose()


class _Builder:
    """Values from events, without recursion. `path` holds the open mappings and lists."""

    def __init__(self, block: str, problems: list[tuple[int, str]]) -> None:
        self.block = block
        self.problems = problems
        self.path: list[_Open] = []
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.aliased = 0
        self.result: Value = None

    def build(self, events: Any) -> Value:
        documents = 0
        while True:
            event = events.get_event()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, {} if kind is yaml.MappingStartEvent else [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.StreamEndEvent:
                return self.result
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self._bad(event, "a second YAML document begins here")

    def _scalar(self, event: Any) -> None:
        if event.tag and event.tag != "!" and not event.tag.startswith("tag:yaml.org,2002:"):
            raise self._bad(event, f"YAML takes {event.tag} for the name of a type")
        value = None if event.implicit[0] and not event.tag and event.value in NULLS else event.value
        if self.path and self.path[-1].wants_key:
            value = event.value  # `null: x` has a key all the same
            if value in self.path[-1].value:
                line = self.block.count("\n", 0, event.start_mark.index)
                self.problems.append((line, f"{value} is given twice"))
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(event, value, 1)

    def _open(self, event: Any, container: dict[str, Value] | list[Value]) -> None:
        if self.path and self.path[-1].wants_key:
            raise self._bad(event, "a key must be text (put templates such as {{ x }} in quotes)")
        if len(self.path) >= _NESTING:
            raise self._bad(event, "this is nested too deep")
        self.path.append(_Open(container, event))

    def _close(self) -> None:
        done = self.path.pop()
        value: Value = done.finished()
        if len(self.path) >= DEPTH:
            value = None
        if done.event.anchor:
            self.anchors[done.event.anchor] = (value, done.size)
        self._put(done.event, value, done.size)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors or (self.path and self.path[-1].wants_key):
            raise self._bad(event, f"YAML takes *{event.anchor} for an alias, and nothing has that name")
        value, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > ALIASED:
            if self.aliased - size <= ALIASED:
                line = self.block.count("\n", 0, event.start_mark.index)
                self.problems.append((line, f"aliases bring in more than {ALIASED} values; the rest is left out"))
            value, size = None, 1
        self._put(event, value, size)

    def _put(self, event: Any, value: Value, size: int) -> None:
        if self.path:
            self.path[-1].add(value, size)
        else:
            self.result = value

    def _bad(self, event: Any, message: str) -> _Bad:
        return _Bad(self.block.count("\n", 0, event.start_mark.index), message)


class _Open:
    """A mapping or list that is being read; `size` counts the values in it."""

    __slots__ = ("event", "key", "merges", "size", "value", "wants_key")

    def __init__(self, value: dict[str, Value] | list[Value], event: Any) -> None:
        self.value = value
        self.event = event
        self.key = ""
        self.wants_key = isinstance(value, dict)
        self.merges: list[dict[str, Value]] = []
        self.size = 1

    def add(self, value: Value, size: int) -> None:
        self.size += size
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.wants_key:
            self.key = str(value)
            self.wants_key = False
        else:
            self.wants_key = True
            merged = value if isinstance(value, list) else [value]
            if self.key == "<<" and all(isinstance(mapping, dict) for mapping in merged):
                self.merges += [mapping for mapping in merged if isinstance(mapping, dict)]
            else:
                self.value[self.key] = value

    def finished(self) -> dict[str, Value] | list[Value]:
        if isinstance(self.value, dict):
            for merge in self.merges:
                self.value = {**merge, **self.value}
        return self.value
