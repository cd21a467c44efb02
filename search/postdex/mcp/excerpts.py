"""Which lines of several posts fit into so many characters, and what is left out?

Passages come best first, and none takes more than its share, so that a long one leaves room for the others. Blocks or
lines are taken whole where that leaves little room unused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from postdex_index.named_tuple import NamedTuple

from .post_text import Lines, PostText

#: Fewer characters than these say too little of a passage to be shown.
LEAST = 200
#: Nothing with fewer characters is named among what is left out: a heading alone is no loss.
_TRIFLE = 40
_FENCE = re.compile(r"`{3,}|~{3,}")


class MarkdownPassage(NamedTuple):
    """Lines of a post that may be shown, and the line of them that matters most."""

    post: PostText
    lines: Lines
    line: int
    heading: str = ""


class Selection(NamedTuple):
    """The passages that are shown, cut to what there was room for, and those that are not, both best first."""

    shown: Sequence[MarkdownPassage]
    left_out: Sequence[MarkdownPassage]


class Beginning(NamedTuple):
    """The first part of a text: as Markdown, its last line, and how many characters of the text it is."""

    text: str
    last: int
    length: int


def select(passages: Iterable[MarkdownPassage], room: int, share: int) -> Selection:
    """The passages that fit into `room` characters, none with more than `share` of them."""
    shown: list[MarkdownPassage] = []
    left_out: list[MarkdownPassage] = []
    for passage in passages:
        length = len(passage.post.markdown(passage.lines))
        if length <= min(room, share):
            shown.append(passage)
            room -= length
        elif min(room, share) >= LEAST and (cut := _around(passage, min(room, share))):
            shown.append(cut)
            room -= len(cut.post.markdown(cut.lines))
            left_out += [passage._replace(lines=rest) for rest in _rests(passage.lines, cut.lines)]
        else:
            left_out.append(passage)
    return Selection(shown, left_out)


def _around(passage: MarkdownPassage, room: int) -> MarkdownPassage | None:
    """The passage without its first or last blocks, around the line that matters; None if that alone has no room."""
    post, at = passage.post, passage.line
    blocks = _blocks(post, passage.lines)
    middle = next((number for number, block in enumerate(blocks) if at <= block.last), len(blocks) - 1)
    if len(post.markdown(blocks[middle])) > room:  # a table or a block of code: lines of it
        blocks = [Lines(line, line) for line in range(blocks[middle].first, blocks[middle].last + 1)]
        middle = min(max(at - blocks[0].first, 0), len(blocks) - 1)
    start = stop = middle
    room -= len(post.markdown(blocks[middle]))
    if room < 0:
        return None
    grown = True
    while grown:
        grown = False
        for step in (1, 1, -1):  # two of what follows for one of what is above: it is read on from there
            number = stop + 1 if step > 0 else start - 1
            if not 0 <= number < len(blocks):
                continue
            if (length := len(post.markdown(blocks[number])) + 2) <= room:
                start, stop, room, grown = min(start, number), max(stop, number), room - length, True
    return passage._replace(lines=Lines(blocks[start].first, blocks[stop].last))


def _blocks(post: PostText, lines: Lines) -> list[Lines]:
    """What stands between blank lines; a fenced block of code is one, whatever is in it."""
    blocks: list[Lines] = []
    first, fence = 0, ""
    for number in range(lines.first, lines.last + 1):
        line = post.lines[number - 1].strip()
        first = first or (number if line else 0)
        if not fence and (mark := _FENCE.match(line)):
            fence = mark[0]
        elif fence and line.startswith(fence) and not line.strip(fence[0]):
            fence = ""
        if not line and not fence and first:
            blocks.append(Lines(first, number - 1))
            first = 0
    return [*blocks, Lines(first, lines.last)] if first else blocks or [lines]


def _rests(all_of: Lines, cut: Lines) -> list[Lines]:
    """What of the lines stands before and after those of the cut."""
    rests = (Lines(all_of.first, cut.first - 1), Lines(cut.last + 1, all_of.last))
    return [rest for rest in rests if rest.first <= rest.last]


def beginning(post: PostText, lines: Lines, offset: int, room: int, *, numbered: bool = False) -> Beginning:
    """As much of the lines, from a character of theirs on, as `room` characters hold; line numbers count, too."""
    text = post.markdown(lines)
    at, text = lines.first + text.count("\n", 0, offset), text[offset:]
    parts: list[str] = []
    length = 0
    for number, line in enumerate(text.split("\n"), at):
        label = f"{number}\t" if numbered else ""
        end = bool(parts)  # of the line above
        if len(label) + len(line) + end > room:
            if not parts or room >= LEAST:  # where a paragraph is one line, much would be left unused
                piece = _begun(line, max(room - len(label) - end, 1))
                parts.append(label + piece)
                length += end + len(piece)
            return Beginning("\n".join(parts), at + len(parts) - 1, length + (text[length : length + 1] == "\n"))
        room -= len(label) + len(line) + end
        length += end + len(line)
        parts.append(label + line)
    return Beginning("\n".join(parts), at + len(parts) - 1, length)


def _begun(line: str, most: int) -> str:
    """The first characters of a line, up to a blank if there is one in the second half."""
    cut = line.rfind(" ", most // 2, most + 1)
    return line[: cut if cut > 0 else most]


def shares(lengths: Sequence[int], room: int) -> list[int]:
    """How the room is shared out among texts of these lengths: what one has no use for goes to the others.

    >>> shares([100, 5000, 9000], 8000)
    [100, 3950, 3950]
    """
    given = [0] * len(lengths)
    waiting = sorted(range(len(lengths)), key=lengths.__getitem__)
    while waiting:
        at = waiting.pop(0)
        given[at] = min(lengths[at], room // (len(waiting) + 1))
        room -= given[at]
    return given


def joined(post: PostText, parts: Iterable[Lines]) -> list[Lines]:
    """Parts of a post in their order; those with next to nothing between them are one."""
    together: list[Lines] = []
    for part in sorted(parts):
        between = post.markdown(Lines(together[-1].last + 1, part.first - 1)) if together else ""
        if together and len(between) < _TRIFLE:
            together[-1] = Lines(together[-1].first, max(together[-1].last, part.last))
        else:
            together.append(part)
    return together


def named(left_out: Iterable[MarkdownPassage], most: int) -> dict[str, Any]:
    """What is said of passages that are left out: under `where` each of the first can be had from `fetch`."""
    rows = [_named(passage) for passage in left_out if len(passage.post.markdown(passage.lines)) >= _TRIFLE]
    if not rows:
        return {}
    more = f"; {len(rows) - most} more are not named" if len(rows) > most else ""
    return {"left_out": rows[:most], "note": f"fetch gives what is left_out by its where{more}"}


def _named(passage: MarkdownPassage) -> dict[str, Any]:
    heading = {"heading": passage.heading} if passage.heading else {}
    where = passage.post.where(passage.lines)
    return {"where": where, **heading, "chars": len(passage.post.markdown(passage.lines))}
