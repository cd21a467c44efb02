"""Logseq: outlines whose blocks have properties, references to pages and blocks, tags of several words, and no address.

A page is called as its file, unless a property says otherwise; a journal as the settings write dates.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..text.fences import Fences
from .detect import file_text
from .generator import Config, Generator, LinkRules, PlainBody, Site
from .site_config import text
from .text_tags import TAG, tags_in

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

_SETTINGS = "logseq/config.edn"
_TAG = re.compile(TAG.pattern + r"|(?<!\S)#\[\[([^\[\]\n]+)\]\]")
#: A line `name:: value`; that of a block stands behind its bullet or below it.
_PROPERTY = re.compile(r"[ \t]*(?:[-*] )?([^\W\d_][^\s:`\[\](){}]*)::(?:[ \t]+(.*))?$")
_BULLET = re.compile(r"([ \t]*)[-*](?:[ \t]+|$)")
#: What stands before a block that is not below another, or begins a line of one that is.
_LEVEL = re.compile(r"\A(?:\t|[-* ] )")
_TASK = re.compile(
    r"(?:T[O]DO|DOING|DONE|NOW|LATER|WAITING|WAIT|CANCELED|CANCELLED|IN-PROGRESS|STARTED)(?=[ \t]|$)[ \t]*"
)
_HEADING = re.compile(r"[-*] #{1,6}(?: |$)")
_PRIORITY = re.compile(r"\[#[A-C]\][ \t]*")
_PLAN = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):[ \t]*[<\[]")
_DRAWER, _DRAWER_END = re.compile(r"[ \t]*:(?:LOGBOOK|PROPERTIES):[ \t]*$"), re.compile(r"[ \t]*:END:[ \t]*$")
_ENVIRONMENT = re.compile(r"[ \t]*(?:[-*] )?#\+(?:BEGIN|END)_\w+[ \t]*$", re.I)
#: Inline code; a reference to a block, with the text that it goes by or without; what a macro computes or hides;
#: highlighted text.
_INLINE = re.compile(
    r"(?P<code>`+[^`]*`+)|\[(?P<label>[^\[\]\n]+)\]\(\(\(\w[\w-]*\)\)\)|\(\(\w[\w-]*\)\)"
    r"|\[(?P<page>[^\[\]\n]+)\]\(\[\[[^\[\]\n]*\]\]\)|\{\{cloze[ \t]+(?P<cloze>[^{}\n]*)\}\}|\{\{[^{}\n]*\}\}"
    r"|(?<!\^)\^\^(?P<marked>[^\^\n]+)\^\^(?!\^)"
)
_REFERENCE = re.compile(r"#?\[\[([^\[\]]*)\]\]")
_SETTING = r"^[^;\n]*:%s[ \t\n]+(?:\"([^\"\n]*)\"|:([\w-]+))"
_DAY = re.compile(r"(\d{4})[_-](\d{1,2})[_-](\d{1,2})")
_WRITTEN_DAY = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FORMAT = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|do|dd|d|EEEE|EEE|EE|E")


def _configure(site: Site, _config: Config) -> Site:
    settings = file_text(site.root / _SETTINGS)
    matches = {
        name: re.search(_SETTING % re.escape(name), settings, re.MULTILINE)
        for name in ("journal/page-title-format", "file/name-format")
    }
    return site._replace(config={name: match[1] or match[2] for name, match in matches.items() if match})


def _fields(site: Site, path: str, fields: Config) -> Config:
    """Properties as front matter: without brackets of references, with the page's name, and a journal's day."""
    plain: dict[str, Value] = {}
    for name, value in fields.items():
        shown = _REFERENCE.sub(r"\1", value) if isinstance(value, str) else value
        plain[name] = _day_of(shown) if name.lower() == "date" and isinstance(shown, str) else shown
    if aliases := text(plain, "alias"):
        plain["alias"] = [alias.strip() for alias in aliases.split(",")]
    *folders, file = path.split("/")
    stem = file.rpartition(".")[0] or file
    day = _DAY.fullmatch(stem) if "journals" in folders else None
    if not text(plain, "title"):
        plain["title"] = _title(site, stem, day)
    if day and "date" not in plain:
        plain["date"] = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    return plain


def _day_of(written: str) -> str:
    """A date as a reference to a journal writes it, as a date that all can read: "Aug 26th, 2022" -> "2022-08-26"."""
    match = _WRITTEN_DAY.fullmatch(written.strip())
    month = next((at for at, name in enumerate(_MONTHS, 1) if match and name[:3] == match[1].title()), 0)
    return f"{match[3]}-{month:02}-{int(match[2]):02}" if match and month else written


def _title(site: Site, stem: str, day: re.Match[str] | None) -> str:
    """The name of a page by that of its file: `A___B` is A/B, as are `A%2FB` and `A.B` by the older rules."""
    if day:
        return _written(day, text(site.config, "journal/page-title-format") or "MMM do, yyyy")
    if "___" not in stem and text(site.config, "file/name-format") != "triple-lowbar":
        stem = stem.replace(".", "/")
    return unquote(stem.replace("___", "/"))


def _written(day: re.Match[str], pattern: str) -> str:
    """A day in the pattern of the settings."""
    try:
        when = date(int(day[1]), int(day[2]), int(day[3]))
    except ValueError:
        return day[0]
    month, weekday = _MONTHS[when.month - 1], _DAYS[when.weekday()]
    ending = "th" if 10 < when.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")
    pieces = {"yyyy": f"{when.year}", "yy": f"{when.year % 100:02}", "MMMM": month, "MMM": month[:3]}
    pieces |= {"MM": f"{when.month:02}", "M": f"{when.month}", "do": f"{when.day}{ending}", "dd": f"{when.day:02}"}
    pieces |= {"d": f"{when.day}", "EEEE": weekday, "EEE": weekday[:3], "EE": weekday[:3], "E": weekday[:3]}
    return _FORMAT.sub(lambda piece: pieces[piece[0]], pattern)


def _unbuilt(_site: Site, path: str, _fields: Config | None) -> str:
    return "a copy that Logseq keeps" if path.startswith("logseq/") else ""


def _dialect(body: str, _fields: Config) -> PlainBody:
    """Without properties, drawers, dates of tasks and references to blocks; a block that is a heading is one."""
    lines = body.split("\n")
    fences = Fences()
    tags: dict[str, None] = {}
    in_drawer = below_heading = False
    for at, line in enumerate(lines):
        if not fences.open and line[:1] in ("-", "*"):
            below_heading = _HEADING.match(line) is not None
        if below_heading:
            lines[at] = line = _LEVEL.sub("", line, count=1)
        if fences.holds(line):
            continue
        if in_drawer or _DRAWER.match(line):
            in_drawer = not _DRAWER_END.match(line)
            lines[at] = ""
        elif ("::" in line and _PROPERTY.match(line)) or _PLAN.match(line) or _ENVIRONMENT.match(line):
            lines[at] = ""
        else:
            if "#" in line:
                tags |= dict.fromkeys(tag for tag in tags_in(line, _TAG) if tag)
            lines[at] = _shown_line(line)
    return PlainBody("\n".join(lines), tuple(tags))


def _shown_line(line: str) -> str:
    """A line of a block without the marks of a task and without references to blocks."""
    bullet = _BULLET.match(line)
    start = bullet.end() if bullet else 0
    shown = (
        _PRIORITY.sub("", _TASK.sub("", line[start:], count=1), count=1) if _TASK.match(line, start) else line[start:]
    )
    if "((" in shown or "{{" in shown or "([[" in shown or "^^" in shown:
        shown = _INLINE.sub(lambda match: next(filter(None, match.groups()), ""), shown)
    return line[:start] + shown


GENERATOR = Generator(
    name="logseq",
    rank=100,
    signs=(_SETTINGS,),
    configure=_configure,
    fields=_fields,
    unbuilt=_unbuilt,
    links=LinkRules(files=True, wiki="title", insists=False),
    dialect=_dialect,
    properties=_PROPERTY,
)
