"""What is left to read of the things in a post that are not Markdown: template tags and HTML.

Sites mix Liquid, Nunjucks, shortcodes and raw HTML into their Markdown. Nothing is
rendered here: a tag gives way to its visible arguments. Which text is code, where no tag is
touched, is known to `markdown` and `plain_text`, which call these functions. All of them keep the number of
line breaks, all are linear in the text, none fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from ...named_tuple import NamedTuple
from ...sites.slugs import INLINE_START, INLINE_STOP
from ...text.fences import Fences

#: Stand in prose where `<!-- more -->` was, and where the text of a link begins and ends; no body may hold them.
MORE_MARK, LINK_START, LINK_STOP = "\x01", INLINE_START, INLINE_STOP

_CODE_NAMES = r"(codeblock|code-toggle|code|highlight|mermaid)"
_CODE_TAG = re.compile(rf"\{{(?:%-?|\{{[<%])\s*{_CODE_NAMES}\b")
# A tag that ends with `/` closes itself: what follows is no code of it.
_OPENER = re.compile(
    rf"( {{0,3}})\{{(?:%-?|\{{[<%])\s*{_CODE_NAMES}(?![\w-])"
    r"((?:(?!%\}|\}\}).)*?)(?<!/)(?<!/ )-?(?:%\}|[>%]\}\})[ \t]*$"
)
_CLOSER = re.compile(rf"\s*\{{(?:%-?\s*end|\{{[<%]\s*/\s*){_CODE_NAMES}\s*-?(?:%\}}|[>%]\}}\}})[ \t]*$")
_ONE_LINE = re.compile(
    rf"\{{(?:%-?|\{{[<%])\s*{_CODE_NAMES}(?![\w-])[^{{}}]*?(?<!/)(?<!/ )(?:%\}}|[>%]\}}\}})"
    rf"([^{{}}]+(?:[{{}}](?![{{}}%])[^{{}}]*)*)\{{(?:%-?\s*end|\{{[<%]\s*/\s*)\1\s*-?(?:%\}}|[>%]\}}\}})"
)


def fence_code_tags(body: str) -> str:
    """Markdown whose `{% codeblock %}`, `{% highlight %}`, `{{< highlight >}}` blocks are fenced code.

    A tag's line becomes the fence's line, so lines keep their numbers. Tags inside fenced code stay.

    >>> print(fence_code_tags("{% codeblock lang:c %}\\nint *x;\\n{% endcodeblock %}"))
    ~~~c
    int *x;
    ~~~
    """
    if not _CODE_TAG.search(body):
        return body
    lines = body.split("\n")
    fences, at, unclosed = Fences(), 0, set[str]()
    while at < len(lines):
        line = lines[at]
        if fences.holds(line):
            pass
        elif (tag := _OPENER.match(line)) and tag[2] not in unclosed:
            end = _closing_line(lines, at + 1, tag[2])
            if end:
                _fence(lines, at, end, tag)
                at = end
            else:
                unclosed.add(tag[2])
        elif "{%" in line or "{{" in line:
            lines[at] = _ONE_LINE.sub(_inline_code, line)
        at += 1
    return "\n".join(lines)


def _closing_line(lines: list[str], start: int, name: str) -> int:
    for at in range(start, len(lines)):
        closer = "{" in lines[at] and _CLOSER.match(lines[at])
        if closer and closer[1] == name:
            return at
    return 0


def _fence(lines: list[str], start: int, end: int, tag: re.Match[str]) -> None:
    inside = lines[start + 1 : end + 1]
    longest = max(map(len, re.findall("~+", "\n".join(inside))), default=0)
    # Code less indented than its tag would end the list item that the tag stands in, and its fence.
    indent = tag[1] if all(line.startswith(tag[1]) for line in inside if line.strip()) else ""
    fence = indent + "~" * max(3, longest + 1)
    lines[start] = fence + _info(tag[2], tag[3])
    lines[end] = fence


def _info(name: str, arguments: str) -> str:
    """The fence's info string: language, and the block's title where it has one."""
    if name == "mermaid":
        return name
    if name == "highlight":
        first = arguments.split(maxsplit=1)[:1]
        return first[0].strip("\"'") if first and "=" not in first[0] else ""
    if name == "code-toggle":
        return ""
    language = re.search(r"\blang:(\S+)", arguments)
    title = " ".join(word for word in arguments.split() if not re.match(r"\w+:\S", word)).replace('"', "'")
    return (language[1] if language else "") + (f' title="{title}"' if title else "")


def _inline_code(tag: re.Match[str]) -> str:
    ticks = "`" * (1 + max(map(len, re.findall("`+", tag[2])), default=0))
    return f"{ticks} {tag[2].strip()} {ticks}" if tag[2].strip() else ""


# A tag may span lines, but no blank one. (In a tag that ends with a line `>}}` Markdown sees a quote.)
_BRACES = r"\{\{(?:[^{}\n]|\n(?!\n)|\{(?!\{)|\}(?!\}))*+\}\}"
_PERCENT = r"\{%(?:[^%{\n]|\n(?!\n)|%(?!\})|\{(?!%))*+%\}"
_TAG = rf"{_BRACES}|{_PERCENT}|\{{::?[^{{}}\n]*+\}}"
# The attributes of Python-Markdown and kramdown without a colon: `{ .right width="9" }`.
_VALUE = r"[A-Za-z][\w-]*=(?:\"[^\"{}\n]*\"|'[^'{}\n]*')"
_CLASS = r"\.[A-Za-z][\w-]*"
_ATTRIBUTES = (
    rf"\{{[ \t]*(?:{_CLASS}|{_VALUE}|(?<=[ \t])#[A-Za-z][\w:.-]*|[A-Za-z][\w-]*=[\w./%-]+(?=[ \t]+[\w.#]))"
    rf"(?:[ \t]+(?:{_CLASS}|{_VALUE}|#[A-Za-z][\w:.-]*|[A-Za-z][\w-]*=[\w./%-]+))*+[ \t]*\}}"
)
_IN_PROSE = re.compile(
    rf"!?\[(?P<label>[^\[\]\n]*+)\]\(\s*(?P<target>{_TAG})[^()\s]*(?:\s+\"[^\"\n]*\")?\s*\)"
    rf"|<[A-Za-z/][^<>{{}}\n]*+(?P<attribute>{_TAG})[^<>{{}}\n]*+>"
    rf"|{_TAG}|{_ATTRIBUTES}"
)
_QUOTED = r""""([^"\n]*)"|'([^'\n]*)'"""
_VISIBLE = re.compile(
    rf"(?<![\w-])(?:text|title|caption|alt|name|summary|header|label)\s*=\s*(?:{_QUOTED}|`([^`\n]*)`)|([\n\v])"
)
_FIRST_QUOTED = re.compile(_QUOTED)
_MACRO = re.compile(rf"\{{\{{\s*-?\s*[A-Za-z_]\w*\s*\(\s*(?:{_QUOTED})")
_TAB = re.compile(rf"\{{\{{[<%]\s*tab\s+(?:{_QUOTED})")
#: Tags of themes: which of the arguments, between commas, is text; or all of them are, but for a style before
#: `@` (NexT) or `::` (Volantis).
_PART = {"btn": 1, "button": 1, "hideToggle": 0, "hideBlock": 0, "hideInline": 0, "timeline": 0, "link": 0}
_PART |= {"folding": -1, "checkbox": -1, "radio": -1}
_WHOLE = frozenset(("details", "del", "emp", "kbd", "label", "span", "spoiler", "u", "wavy"))
_STYLE = re.compile(r"[\w -]*(?:@|::)")
#: Butterfly's labels end with their colour.
_COLOUR = re.compile(r"(?<=\S) (?:default|blue|pink|red|purple|orange|green)$")
_OF_THEMES = "|".join(sorted({*_PART, *_WHOLE}))
_THEME_TAG = re.compile(
    rf"\{{%-?\s*(post_link|asset_link|asset_img|img|blockquote|quote|tab|{_OF_THEMES})\s+(.*?)\s*-?%\}}", re.S
)
_REFERENCE = re.compile(
    rf"(?<![\w-])(ref|relref|link|post_url|post_link)\s+(?:path\s*=\s*)?(?:{_QUOTED}|([^\s\"'%>]+))"
)
#: A tag that makes the beginning of an address, and the rest of it: `{{ site.baseurl }}/about`.
_ADDRESS_TAG = re.compile(rf"\{{\{{-?\s*(?:{_QUOTED})?.*?\}}\}}([^\s()\"']*)", re.S)


class Reference(NamedTuple):
    """A tag that leads to a page: its name, which page it names, and how many lines of a text end before it. One that
    makes the beginning of an address is "markdown" for what follows."""

    tag: str
    target: str
    breaks: int


def visible_text(text: str, links: list[Reference]) -> str:
    """`text` with its template tags replaced by what readers see of them; references to pages go to `links`, and their
    texts stand between LINK_START and LINK_STOP.

    >>> visible_text('A {{< tooltip text="Pod" id="p" >}} by {{HTMLElement("a")}}{{ .X }}, {: .note }', [])
    'A Pod by a, '
    """

    at = breaks = 0

    def note(tag: str, start: int, label: int) -> None:
        nonlocal at, breaks
        reference = _REFERENCE.search(tag)
        name, target = (reference[1], reference[2] or reference[3] or reference[4]) if reference else ("", "")
        if not reference and label > 0 and (address := _ADDRESS_TAG.match(text, label)):
            name, target = "markdown", (address[1] or address[2] or "") + address[3]
        if reference or target.startswith("/"):
            breaks, at = breaks + len(_line_breaks(text[at:start])), start
            links.append(Reference(name, target, breaks))

    def shown(match: re.Match[str]) -> str:
        tag = match["target"] or match["attribute"] or match[0]
        if match["target"] or "ref" in tag or "link" in tag or "post_url" in tag:
            note(tag, match.start(), match.start("target"))
        if not match["target"]:
            return _shown_tag(match[0])
        link = LINK_START + match["label"] + LINK_STOP
        return link + _line_breaks(match[0].replace(match["label"], "", 1))

    return _IN_PROSE.sub(shown, text)


#: Marks that only some sites have: the icons of a theme, and references that are defined elsewhere.
_ICON = ":(?:material|octicons|fontawesome|simple)-[a-z0-9-]+:"
_REMAINDERS = re.compile(rf"{_ICON}(?:\{{[^{{}}\n]*\}})?|(?<![\w\]])!?\[([^\[\]\n]+)\]\[[^\[\]\n]*\]")
#: Looked for one by one: in bytes that is ten times as fast as a pattern of them all.
_REMAINDER_MARKS = (b"][", b":material-", b":octicons-", b":fontawesome-", b":simple-")


def remainders_in(source: bytes) -> tuple[str, ...]:
    """What a text of this body must hold one of, so that `without_remainders` changes it."""
    return tuple(mark.decode() for mark in _REMAINDER_MARKS if mark in source)


def without_remainders(text: str) -> str:
    """Prose without icons, and with the text alone of references that this body does not define.

    >>> without_remainders(":material-check: See [the guide][guide.start], x[0][1]")
    ' See the guide, x[0][1]'
    """
    return _REMAINDERS.sub(lambda match: _REMAINDERS.sub("", match[1] or ""), text)


_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
#: CommonMark leaves `**注意：**请` as it is, because the closing stars stand between punctuation and letter.
_STARS = re.compile(r"\*\*(?=[^\s*])([^*\n]{1,300})(?<!\s)\*\*")
#: Inline code while the prose around it is cleaned.
_CODE_MARK = re.compile("\0(\\d+)\0")


def clean_prose(
    parts: list[str], codes: list[int], links: list[Reference], remainders: tuple[str, ...], ticks: str = ""
) -> str:
    """Prose joined, without template tags and stray marks; parts[i] for i in `codes` is code and stays."""
    text = "".join(parts)
    remains = any(map(text.__contains__, remainders))
    if not ticks and not remains and "{" not in text and ("*" not in text or "**" not in text):
        return text  # the search for two characters is far slower than that for one in text that is not Latin
    marked = list(parts)
    for index in codes:
        marked[index] = f"\0{index}\0"
    text = "".join(marked)
    if remains:
        text = without_remainders(text)
    if "{" in text:
        text = visible_text(text, links)
    if "**" in text:
        text = _STARS.sub(_without_stars, text)
    return _CODE_MARK.sub(lambda mark: _ticked(parts[int(mark[1])], ticks), text) if codes else text


def _ticked(code: str, ticks: str) -> str:
    """Code between ticks, twice as many if it has such a one itself."""
    around = ticks * 2 if ticks and ticks in code else ticks
    return around + code + around


def _without_stars(match: re.Match[str]) -> str:
    around = match.string[max(match.start() - 1, 0) : match.end() + 1]
    return match[1] if _CJK.search(around) else match[0]


def _line_breaks(text: str) -> str:
    return "".join(re.findall("[\n\v]", text))


def first_argument(text: str) -> str:
    """The first quoted argument in `text`, for a heading that is nothing but a tag.

    >>> first_argument('{{% heading "whatsnext" %}}')
    'whatsnext'
    """
    match = _FIRST_QUOTED.search(text)
    return " ".join((match[1] or match[2] or "").split()) if match else ""


def _shown_tag(tag: str) -> str:
    breaks = _line_breaks(tag)
    macro = _MACRO.match(tag) or _TAB.match(tag)
    if macro:
        return (macro[1] or macro[2] or "").replace("\v", " ") + breaks
    of_theme = _THEME_TAG.match(tag)
    if of_theme:
        return _shown_theme_tag(of_theme[1], of_theme[2]) + breaks
    return shown_arguments(tag) if "=" in tag else breaks


def shown_arguments(tag: str) -> str:
    """The arguments of a tag that readers see, and its line breaks.

    >>> shown_arguments('<TabItem value="win" label="Windows">')
    'Windows'
    """
    parts: list[str] = []
    for double, single, tick, line_break in _VISIBLE.findall(tag):
        if parts and not line_break and parts[-1] not in "\n\v":
            parts.append(" ")
        parts.append(line_break or double or single or tick)
    return "".join(parts)


def _shown_theme_tag(name: str, arguments: str) -> str:
    """Title of `post_link slug "title"`, alt (or else title) of `asset_img file 100 50 "title" "alt"`, author and work
    of `blockquote author, work https://…`, label of `tab label`, text of what themes have."""
    if name in _PART:
        parts = [part.strip() for part in arguments.split(",")]
        shown = parts[_PART[name]] if len(parts) > 1 or _PART[name] < 1 else ""
        return "" if name == "link" and len(parts) == 1 else shown  # others have an address alone
    if name in _WHOLE:
        style = _STYLE.match(arguments)
        shown = arguments[style.end() if style else 0 :]
        return _COLOUR.sub("", shown) if name == "label" and not style else shown
    words = arguments.split()
    if name in ("blockquote", "quote", "tab"):
        return " ".join(word for word in words if "://" not in word)
    if name in ("asset_img", "img"):
        file = next((i for i, word in enumerate(words) if "." in word), 0)
        rest = [word for word in words[file + 1 :] if not re.fullmatch(r"\d+(?:px|%)?", word)]
        quoted = [part for part in re.split("[\"']", " ".join(rest)) if part.strip()]
        return quoted[-1].strip() if quoted else ""
    title = " ".join(words[1:]).removesuffix(" true").removesuffix(" false").strip("\"'")
    return title or (words[0].rpartition("/")[2] if name == "post_link" else "")


_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<\?.*?(?:\?>|\Z)|<![A-Za-z\[][^>]*>?", re.S | re.I
)
#: NexT and Butterfly: the label of a tab, before its icon, or of a point in time.
_TAB_COMMENT = re.compile(r"<!--[ \t]*(?:tab|timeline)[ \t]([^\n<>]*)-->")
_HTML_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_BREAKS = re.compile("[\0-\x03\n\v\r]")

#: Elements that stand in a word or sentence: dropping their tags must not part words.
_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby s samp small span"
    " strike strong sub sup time tt u var wbr"
)
_BLOCK_NAMES = (
    "address applet area article aside audio base basefont blockquote body br button canvas caption center col colgroup"
    " datalist dd details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4"
    " h5 h6 head header hgroup hr html iframe img input legend li link main map marquee menu menuitem meta meter nav"
    " noframes noscript object ol optgroup option output p param picture plaintext pre progress rp rt script search"
    " section select slot source style summary svg table tbody td template textarea tfoot th thead title tr track ul"
    " video xmp"
)
INLINE, BLOCK = frozenset(_INLINE_NAMES.split()), frozenset(_BLOCK_NAMES.split())


def html_text(html: str) -> str:
    """The text of a block of HTML, line by line where it stood.

    >>> html_text('<div>\\n  <p>a <b>b</b>o &lt; c<!-- no -->\\n<img src="x" alt="A cat">')
    '\\na bo < c\\nA cat'
    """
    text = _HIDDEN.sub(
        lambda match: "\n" * match[0].count("\n"), _TAB_COMMENT.sub(lambda comment: comment[1].partition("@")[0], html)
    )
    text = _HTML_TAG.sub(_shown_element, text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    if "&" in text:
        lines = [_BREAKS.sub(" ", unescape(line)) for line in lines]
    return "\n".join(lines)


_HTML_HEADING = re.compile(r"<h([1-6])\b([^<>]*)>((?:(?!<h[1-6]).)*?)</h\1", re.S | re.I)
_HTML_ID = re.compile(r"""\bid\s*=\s*["']?([^\s"'>]+)""", re.I)


def html_headings(html: str) -> Iterator[tuple[str, str]]:
    """The text of each heading in a block of HTML, and its id, "" if it has none.

    >>> list(html_headings('<h2 id="a">One</h2><h3>Two</h3>'))
    [('One', 'a'), ('Two', '')]
    """
    for _, attributes, inner in _HTML_HEADING.findall(html):
        explicit = _HTML_ID.search(attributes)
        yield " ".join(html_text(inner).split()), explicit[1] if explicit else ""


def inline_html_text(tag: str) -> str:
    """What one tag in a sentence leaves: nothing, a blank, an image's alt, or itself if it is none of HTML's.

    >>> [inline_html_text(tag) for tag in ("<b>", "<br>", "<img alt='cat'>", "<int>", "<!-- x -->")]
    ['', ' ', 'cat', '<int>', '']
    """
    element = _HTML_TAG.fullmatch(tag)
    if not element:
        return ""
    shown = _BREAKS.sub(" ", _shown_element(element))
    return unescape(shown).strip() or " " if "&" in shown else shown


def _shown_element(tag: re.Match[str]) -> str:
    closing, name, attributes = tag.groups()
    lower = name.lower()
    breaks = "\n" * tag[0].count("\n")
    if lower in INLINE:
        return breaks
    if lower == "img":
        alt = _ALT.search(attributes)
        if not alt:
            return breaks
        before = attributes.count("\n", 0, alt.start())
        return breaks[:before] + " ".join((alt[1] or alt[2] or alt[3] or "").split()) + breaks[before:]
    if lower in BLOCK or closing or "=" in attributes or attributes.endswith("/"):
        return " " + breaks
    return tag[0]


def lost_braces(marks: Any, heading: bytes) -> str:
    """The `{id}` of `## GET /users/{id}`, which is no attribute though the parser takes it for one."""
    names = marks["attrs"]
    if marks["id"] or marks["classes"] or any(value or name.startswith((":", "data-")) for name, value in names):
        return ""
    text = heading.decode()
    start = text.rfind("{")
    return (" " if text[start - 1 : start].isspace() else "") + text[start : text.rfind("}") + 1]
