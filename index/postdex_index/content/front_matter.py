"""Where does the front matter end, and what does it hold: a file's text -> raw fields, body, body's first line.

Takes YAML between `---` (or closed by `...`), TOML between `+++`, JSON in braces,
JSON closed by `;;;`, YAML without an opener, and lines of fields up to a blank one. Knows nothing of what a
field means (`fields` does), nor of Markdown. Never raises: what cannot be read is a
problem, and the body is never lost. A block that is no mapping is body text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ..formats.field_names import KNOWN
from ..formats.structured import json_decoder, json_line, json_message, plain, read_block, scalars
from ..formats.yaml_fast import Loaded
from ..model import Problem
from ..named_tuple import NamedTuple
from ..sites.generator import UNKNOWN, Generator
from .markdown.inline_syntax import html_text
from .misspelt import Misspelling, is_field, mended, remedy_of, shown

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: Longer blocks are not parsed: they lose their metadata, the body is read all the same.
LONGEST = 64 * 1024
#: Front matter without an opener has its closing line within so many lines.
UNOPENED_LINES = 60

#: Of what is wrong with a block so much is said, and of a line no more is looked at.
_MOST_SAID, _LONGEST_LINE = 100, 1000

_YAML_HINT = "put a value that has : # @ { or [ in quotes, and indent with blanks, not tabs"
_TWICE = "the last one counts; leave the others out"
_BLANK = re.compile(r"(?:[ \t]*\n)*")
_KINDS = {"-": "YAML", "+": "TOML", ";": "JSON"}
#: A line that may have been meant to close front matter.
_OTHER_MARKS = re.compile(r"(?:-{2,}|\+{2,}|;{2,}|={3,}|\*{3,}|~{3,})[ \t]*\n?")
_OPENER = re.compile(r"(-{3,10}|\+{3,10}|;{3,10})[ \t]*\n")
_KEY = re.compile(r"""["']?[^\W\d][\w .-]{0,60}["']?[ \t]*:(?=[ \t\n]|$)""")
#: A key of three words and more is the beginning of a sentence that has a colon.
_SENTENCE = re.compile(r"\S+\s+\S+\s+\S")
#: What is in no field is text, but for these, which nobody means to be found by.
_SECRET = re.compile(r"\W*(?:password|encrypt)\b", re.IGNORECASE)
_QUOTED = re.compile(r"""^([\w-]+):[ \t]*("[^"\n]*"|'[^'\n]*')[ \t]*$""", re.MULTILINE)
_WORD = re.compile(r"\w+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEY_LINE = re.compile(
    r"""(?:[ \t]*(?:#[^\n]*)?\n)*(?:["'][^"'\n]{1,60}["']|[^\s#"'-][^:\n]{0,60}?)[ \t]*:(?=[ \t\n]|$)"""
)
_LAST_LINE = re.compile(r"^(-{3,}|;{3,})[ \t]*(?:\n|\Z)", re.MULTILINE)
_LINE_END = re.compile(r"[ \t]*(?:;{3,}[ \t]*)?(?:\n|\Z)")  # this closer may follow the brace at once
_JSON_OPENER = re.compile(r'\{\s*"')
_JSON_CLOSER = re.compile(r"^\}[ \t]*(?:;{3,}[ \t]*)?(?:\n|\Z)", re.MULTILINE)
#: Of these at least one must be there for most blocks without an opener.
_USUAL = frozenset(("title", "date", "tags", "categories", "layout", "permalink", "slug"))


class FrontMatter(NamedTuple):
    """A file's text, split: raw `fields` (every scalar as text), the `body`, and the file's line it begins on.

    Ends of lines are `\\n`; `head` is the text before the body, and `prose` what of it is in no field, each on its
    line. The problems have lines of the file, and no path yet.
    """

    fields: dict[str, Value]
    body: str
    first_line: int
    problems: tuple[Problem, ...] = ()
    head: str = ""
    prose: str = ""


class _Block(NamedTuple):
    """A block that was found: its text from `start`, its kind, and where the body begins."""

    kind: str
    start: int
    text: str
    body: int


def parse(text: str, generator: Generator = UNKNOWN) -> FrontMatter:
    """Split a file's text as the site's generator does.

    >>> parse("---\\ntitle: SMC: fallback\\n---\\n# Hello\\n")[:3]
    ({'title': 'SMC: fallback'}, '# Hello\\n', 4)
    >>> parse("+++\\ntitle = x\\n+++\\nHello").problems[0].hint
    'write `title = "x"`'
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "characters that are not Unicode text were replaced"
        line = text.count("\n", 0, error.start) + 1
        front = _split(_SURROGATE.sub("\ufffd", text), generator)
        unreadable = Problem("", line, "malformed", message, "save the file as UTF-8")
        return front._replace(problems=(unreadable, *front.problems))
    return _split(text, generator)


def _split(text: str, generator: Generator) -> FrontMatter:
    """A text of Unicode characters whose lines end with newlines, split."""
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    match = _OPENER.match(text, start)
    if match:
        front = _fenced(text, match)
        return _quoted(front) if generator.keeps_quotes else front
    if generator.properties:
        return _properties(text, start, generator.properties)
    if text.startswith("{", start):
        return _json(text, start)
    return _unopened(text, start, generator)


def with_shown(front: FrontMatter, texts: Iterable[str]) -> str:
    """The prose of front matter and, on the lines where they begin, texts of its fields that the page shows.

    >>> with_shown(parse("---\\nhero:\\n  name: <b>Kiln</b>\\n---\\n"), ["<b>Kiln</b>"])
    '\\n\\nKiln'
    """
    lines = front.prose.split("\n")
    lines += [""] * (1 + front.head.count("\n") - len(lines))
    at = 0
    for text in texts:
        begin = re.compile(r"\s+".join(map(re.escape, text.split()[:3]))).search(front.head, at)
        at = begin.end() if begin else at
        line = front.head.count("\n", 0, begin.start() if begin else at)
        lines[line] = " ".join([*lines[line].split(), *html_text(text).split()])
    return "\n".join(lines).rstrip()


def _fenced(text: str, opener: re.Match[str]) -> FrontMatter:
    """Front matter between two lines of the same marks."""
    marks = opener[1]
    close = _closer(marks).search(text, opener.end() - 1)
    if close is None:
        if (front := _unclosed(text, opener)) is not None:
            return front
        problems = []
        if marks[0] == "+" or (marks[0] == "-" and _KEY_LINE.match(text, opener.end())):
            message = f"the front matter has no closing {marks}; all of the file is read as text"
            problems.append(_problem(text, opener.start(), message, f"add a line {marks} after the last field"))
        return _all_body(text, problems)
    return _read(text, _Block(_KINDS[marks[0]], opener.end(), text[opener.end() : close.start() + 1], close.end()))


def _quoted(front: FrontMatter) -> FrontMatter:
    """Front matter whose texts in quotes keep them."""
    quoted = {key: value for key, value in _QUOTED.findall(front.head) if isinstance(front.fields.get(key), str)}
    return front._replace(fields={**front.fields, **quoted})


def _unclosed(text: str, opener: re.Match[str]) -> FrontMatter | None:
    """Front matter that lacks the line which closes it, up to the blank line behind its fields, or up to other marks;
    None where it is not certain that all of it are fields."""
    marks, stop = opener[1], opener.end()
    line = ""
    while stop < min(len(text), opener.end() + LONGEST):
        line = text[stop : text.find("\n", stop) + 1 or len(text)]
        if not line.strip() or _OTHER_MARKS.fullmatch(line):
            break
        if not (line[0] in " \t-[]#" or _KEY.match(line) or is_field(line) or (marks[0] == "+" and "=" in line)):
            return None
        stop += len(line)
    body = stop + len(line) if _OTHER_MARKS.fullmatch(line) else stop
    block = _Block(_KINDS[marks[0]], opener.end(), text[opener.end() : stop], body)
    front = _read(text, block)
    if front.problems or KNOWN.isdisjoint(map(str.lower, front.fields)):
        return None
    hint = f"write {marks} in the place of {line.strip()}" if body > stop else f"add a line {marks} before this one"
    problem = _problem(text, stop, f"the front matter has no closing {marks}; it is taken to end here", hint)
    return front._replace(problems=(problem,))


@lru_cache
def _closer(marks: str) -> re.Pattern[str]:
    """A line that ends front matter which these marks began, and the end of the line before it: searching for
    that is far faster than trying every character."""
    return re.compile(r"\n(?:" + re.escape(marks) + (r"|\.\.\." if marks == "---" else "") + r")[ \t]*(?:\n|\Z)")


def _json(text: str, start: int) -> FrontMatter:
    """Front matter in braces: up to the object's end, as the decoder finds it."""
    try:
        value, stop = json_decoder().raw_decode(text[start : start + LONGEST])
    except (ValueError, RecursionError) as error:
        return _broken_json(text, start, str(error))
    after = _LINE_END.match(text, start + stop)
    if after is None or not isinstance(value, dict):
        return _all_body(text)
    body = after.end()
    closer = _LAST_LINE.match(text, body)
    return _front_matter(text, plain(value), closer.end() if closer else body)


def _broken_json(text: str, start: int, message: str) -> FrontMatter:
    if not _JSON_OPENER.match(text, start):
        return _all_body(text)  # a template tag, an attribute list
    line = json_line(message)
    close = _JSON_CLOSER.search(text, start, start + LONGEST)
    where = start if line is None else _line_start(text, start, line)
    problem = _problem(text, where, json_message(message), "check quotes, commas and braces")
    return _front_matter(text, {}, close.end(), [problem]) if close else _all_body(text, [problem])


def _unopened(text: str, start: int, generator: Generator) -> FrontMatter:
    """The forms without an opener, fields from the first line on: closed by `---` or `;;;`, or by a blank line."""
    if generator.unopened == "none" or not (_is_key(text, start) or text.startswith('"', start)):
        return _all_body(text)
    stop = start
    for _ in range(UNOPENED_LINES):
        stop = text.find("\n", stop) + 1 or len(text)
    close = _LAST_LINE.search(text, start, stop)
    if close is None:
        return _headers(text, start, generator)
    block = _Block("JSON" if close[1][0] == ";" else "YAML", start, text[start : close.start()], close.end())
    fields_read = _read(text, block)
    usual = not fields_read.problems and any(key.lower() in _USUAL for key in fields_read.fields)
    if usual or (generator.unopened == "any" and fields_read.fields):
        return fields_read
    return _headers(text, start, generator)  # or prose that begins with "Note: …", and a rule after it


def _properties(text: str, start: int, line_of: re.Pattern[str]) -> FrontMatter:
    """Lines of properties, up to the first that is none."""
    fields: dict[str, str] = {}
    while start < len(text) and len(fields) < UNOPENED_LINES:
        end = text.find("\n", start)
        match = line_of.fullmatch(text, start, end if end >= 0 else len(text))
        if not match:
            break
        fields[match[1]] = match[2] or ""
        start = end + 1 if end >= 0 else len(text)
    return _front_matter(text, plain(fields), start) if fields else _all_body(text)


def _headers(text: str, start: int, generator: Generator) -> FrontMatter:
    """Lines `Title: text`, which an indented line continues, up to a blank line."""
    if not generator.headers:
        return _all_body(text)
    end = text.find("\n\n", start, start + LONGEST)
    end = end + 1 if end >= 0 else min(len(text), start + LONGEST)
    fields: dict[str, str] = {}
    name = ""
    for line in text[start:end].rstrip("\n").split("\n"):
        if name and line.startswith("    "):
            fields[name] = f"{fields[name]}{', ' if name.lower() == 'tags' else ' '}{line.strip()}"
        elif _is_key(line):
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        else:
            return _all_body(text)
    return _front_matter(text, plain(fields), end) if "title" in map(str.lower, fields) else _all_body(text)


def _is_key(text: str, start: int = 0) -> bool:
    """Whether a line begins with a name and a colon, behind which a blank may be missing if the name is known."""
    if _KEY.match(text, start):
        return True
    colon = text.find(":", start, start + 60)
    return colon > 0 and text[start:colon].lower() in KNOWN


def _read(text: str, block: _Block) -> FrontMatter:
    """Parse a block and put its problems on lines of the file."""
    if len(block.text) > LONGEST:
        message = f"the front matter is longer than {LONGEST // 1024} KiB and was not read"
        if not _KEY_LINE.match(block.text) and block.kind == "YAML":
            return _all_body(text)
        return _front_matter(text, {}, block.body, [_problem(text, block.start, message, "move text into the body")])
    value, problems_read = read_block(block.kind, block.text)
    misspelt: list[Misspelling] = []
    if block.kind != "JSON" and (problems_read or not isinstance(value, dict)):
        value, problems_read, misspelt = _as_meant(block, Loaded(value, problems_read))
    problems = [
        _problem(text, _line_start(text, block.start, line), message, _hint(block, line, message))
        for line, message in problems_read[:_MOST_SAID]
    ]
    problems += [
        _problem(text, _line_start(text, block.start, line), message, shown(remedy))
        for line, message, remedy in misspelt[:_MOST_SAID]
    ]
    if isinstance(value, dict):
        return _front_matter(text, value, block.body, sorted(problems))
    if problems_read and (block.kind != "YAML" or _KEY_LINE.match(block.text)):
        return _front_matter(text, {}, block.body, problems)
    if value is None and not problems_read:
        return _front_matter(text, {}, block.body)  # `---` and `---` with nothing or comments between
    if isinstance(value, list):
        message = "the front matter is a list, not fields; it is read as text"
        return _all_body(text, [_problem(text, block.start, message, "write `name: value` on each line")])
    return _all_body(text)


def _hint(block: _Block, line: int, message: str) -> str:
    """What to do about a line of a block that could not be read."""
    if message.endswith("twice"):
        return _TWICE
    if block.kind != "YAML":
        return "check quotes, commas and brackets"
    start = _line_start(block.text, 0, line)
    return remedy_of(block.text[start : start + _LONGEST_LINE].partition("\n")[0]) or _YAML_HINT


def _as_meant(block: _Block, as_written: Loaded) -> tuple[Value, tuple[tuple[int, str], ...], list[Misspelling]]:
    """What a block holds, and what is wrong with it, once fields have the signs that they were meant to have."""
    meant, misspelt = mended(block.kind, block.text)
    if misspelt:
        value, problems = read_block(block.kind, meant)
        if isinstance(value, dict) and not KNOWN.isdisjoint(map(str.lower, value)):
            return value, problems, misspelt
    return as_written.value, as_written.problems, []


def _line_start(text: str, start: int, line: int) -> int:
    """The position of the `line`-th line (from 0) after position `start`, never beyond the text."""
    for _ in range(line):
        start = text.find("\n", start) + 1 or len(text)
    return start


def _problem(text: str, where: int, message: str, hint: str) -> Problem:
    # A hint may quote the file, which may hold what no file is written in.
    hint = hint.encode("utf-8", "replace").decode()
    return Problem("", text.count("\n", 0, where) + 1, "malformed", message, hint)


def _all_body(text: str, problems: Iterable[Problem] = ()) -> FrontMatter:
    return FrontMatter({}, text, 1, tuple(problems))


def _front_matter(text: str, fields: Value, body: int, problems: Iterable[Problem] = ()) -> FrontMatter:
    if not isinstance(fields, dict):
        fields = {}
    first_line = text.count("\n", 0, body) + 1 + (0 < body == len(text) and not text.endswith("\n"))
    problems, head = list(problems), text[:body]
    none = problems and _USUAL.isdisjoint(map(str.lower, fields))  # then nothing of it is front matter
    sentences = [key for key in fields if none or _SENTENCE.match(key)]
    prose = _prose(head, {key: fields[key] for key in fields.keys() - sentences}) if problems or sentences else ""
    if sentences and not problems:
        where = len(prose) - len(prose.lstrip())
        problems.append(_problem(prose, where, "this is no field; it is read as text", "put it below the front matter"))
    return FrontMatter(fields, text[body:], first_line, problems=tuple(problems), head=head, prose=prose)


def _prose(head: str, fields: Mapping[str, Value]) -> str:
    """The lines of front matter with words that are in no field, each on its line of the file; "" if there are none."""
    words = {word for text in scalars({**fields}) for word in _WORD.findall(text)}
    lines = head.split("\n")
    lost = ["" if words.issuperset(_WORD.findall(line)) or _SECRET.match(line) else line.strip() for line in lines]
    return "\n".join(lost).rstrip()
