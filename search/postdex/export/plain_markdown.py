"""What does a body say as Markdown that any program reads: without template tags, comments and components, its links
made whole?

Fences, tables and lists stay as they were written; a tag gives way to what readers see of it, as in the index
(`inline_syntax`), a link of a site's own kind to one of Markdown. Where a link leads is told by who calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from postdex_index.content.markdown.inline_syntax import (
    Reference,
    fence_code_tags,
    first_argument,
    shown_arguments,
    visible_text,
)
from postdex_index.text.fences import Fences

#: Where a link leads: its target as it is written, and the name of the tag that has it ("markdown" for none).
Address = Callable[[str, str], str]

_TAG = r"\{\{(?:[^{}\n]|\n(?!\n))*+\}\}|\{%(?:[^%{\n]|\n(?!\n)|%(?!\}))*+%\}"
_TAGS = re.compile(_TAG)
#: A link whose target is a tag: its text, and all of the target.
_TAG_LINK = re.compile(rf"\[([^\[\]\n]*+)\]\(\s*(?:{_TAG})[^()\s]*(?:\s+\"[^\"\n]*\")?\s*\)")
#: A link or a picture of Markdown, up to its target and behind it; a target may have one pair of brackets, and where a
#: tag stands it is `_TAG_LINK`.
_LINK = re.compile(r"(\]\(\s*<?)(?!\{[{%])((?:[^()\s<>]|\([^()\s<>]*+\))++)")
_DEFINITION = re.compile(r"^( {0,3}\[[^\[\]\n]+\]:[ \t]*<?)([^\s<>]+)", re.M)
_ATTRIBUTE = re.compile(r"(<(?:a|img)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\b(?:href|src)\s*=\s*[\"'])([^\"'\n]+)", re.I)
_WIKI = re.compile(r"(!?)\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]")
#: Runs of backticks, between two of which as long code stands in a paragraph.
_TICKS, _PARAGRAPH_END = re.compile("`+"), re.compile(r"\n[ \t]*\n")
_KEPT = re.compile("\0(\\d+)\0")
#: What browsers show nothing of.
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>", re.S | re.I)
#: A line that is nothing but tags of components, as `mdx.plain_mdx` leaves them, and what is shown of their arguments.
_COMPONENT = re.compile(r"^[ \t]*</?Tag\b[^<>\n]*>[ \t]*$", re.M)
_HEADING_TAG = re.compile(rf"^(#{{1,6}}[ \t]+)((?:{_TAG}))[ \t]*$", re.M)
_HEADING_ID = re.compile(r"^(#{1,6}[ \t].*?)[ \t]*\{:?[ \t]*#[\w:.-]+[^{}\n]*\}[ \t]*#*[ \t]*$", re.M)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def plain_markdown(body: str, address: Address, *, wiki: bool = False, components: bool = False) -> str:
    """A body without what only its generator reads; `wiki` says that `[[…]]` is a link, `components` that the tags of
    MDX are in it.

    >>> plain_markdown('A {{< tip text="Pod" >}}, [b]({{< ref "b.md" >}}), `{{ x }}`', lambda to, tag: "/" + to)
    'A Pod, [b](/b.md), `{{ x }}`\\n'
    """
    pieces = []
    for is_code, text in _stretches(fence_code_tags(body)):
        pieces.append(text if is_code else _prose(text, address, wiki=wiki, components=components))
    text = "\n".join(pieces)
    return text.strip("\n") + "\n" if text.strip() else ""


def _stretches(body: str) -> Iterator[tuple[bool, str]]:
    """The lines of a body, fenced code and what is none in turn, and whether each stretch is code."""
    fences, was_code = Fences(), False
    lines: list[str] = []
    for line in body.split("\n"):
        is_code = fences.holds(line)
        if is_code != was_code and lines:
            yield was_code, "\n".join(lines)
            lines = []
        was_code = is_code
        lines.append(line)
    yield was_code, "\n".join(lines)


def _prose(text: str, address: Address, *, wiki: bool, components: bool) -> str:
    text, codes = _without_code(text.replace("\0", "\ufffd"))
    text = _with_addresses(text, address)  # first: what stands for a tag is an address already
    if wiki and "[[" in text:
        text = _WIKI.sub(lambda link: _of_wiki(link, address), text)
    if "<" in text:
        text = _HIDDEN.sub("", text)
        if components:
            text = _COMPONENT.sub(lambda tag: shown_arguments(tag[0]), text)
    if "{" in text:
        text = _HEADING_TAG.sub(lambda heading: heading[1] + (first_argument(heading[2]) or heading[2]), text)
        text = _HEADING_ID.sub(r"\1", text)
        text = _TAG_LINK.sub(lambda link: _of_tag(link[0], link[1], address), text)
        text = _TAGS.sub(lambda tag: _of_tag(tag[0], "", address), text)
        text = visible_text(text, []).replace("\x02", "").replace("\x03", "")
    text = _BLANK_LINES.sub("\n\n", text)
    return _KEPT.sub(lambda mark: codes[int(mark[1])], text)


def _without_code(text: str) -> tuple[str, list[str]]:
    """Prose with a mark for each stretch of code in it, in which nothing is touched, and these stretches."""
    codes: list[str] = []
    pieces: list[str] = []
    at = 0
    for start, stop in _code_spans(text) if "`" in text else ():
        pieces += text[at:start], f"\0{len(codes)}\0"
        codes.append(text[start:stop])
        at = stop
    return "".join([*pieces, text[at:]]), codes


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where code begins and ends: between two runs of as many backticks in one paragraph."""
    paragraph = 0
    for end in [*(match.start() for match in _PARAGRAPH_END.finditer(text)), len(text)]:
        runs = list(_TICKS.finditer(text, paragraph, end))
        last = {len(run[0]): at for at, run in enumerate(runs)}
        at = 0
        while at < len(runs):
            opened = at
            at += 1
            if last[len(runs[opened][0])] == opened:
                continue  # nothing closes it
            while len(runs[at][0]) != len(runs[opened][0]):
                at += 1
            yield runs[opened].start(), runs[at].end()
            at += 1
        paragraph = end


def _of_tag(tag: str, label: str, address: Address) -> str:
    """What stands for a tag, or a link with one as its target: a link where the tag names a page that there is, else
    what readers see of it."""
    references: list[Reference] = []
    shown = label or visible_text(tag, references).strip("\x02\x03")
    if label:
        visible_text(tag, references)
    target = address(references[0].target, references[0].tag) if references else ""
    if not target:
        return shown
    return f"[{shown}]({target})" if shown else target


def _with_addresses(text: str, address: Address) -> str:
    def whole(link: re.Match[str]) -> str:
        return link[1] + (address(link[2], "markdown") or link[2])

    if "](" in text:
        text = _LINK.sub(whole, text)
    if "]:" in text:
        text = _DEFINITION.sub(whole, text)
    return _ATTRIBUTE.sub(whole, text) if "<" in text else text


def _of_wiki(link: re.Match[str], address: Address) -> str:
    shown = (link[3] or link[2]).strip()
    target = address(link[2].strip(), "wiki")
    return f"{link[1]}[{shown}]({target})" if target else shown
