"""What pages does Zola make of a site, by its documentation? For `sites.py`, where Zola itself is not to be had.

    python benchmarks/zola_pages.py           # public/ of the site in this folder
    python benchmarks/zola_pages.py --version

Zola reads Markdown with pulldown-cmark, as pyromark does; the rest is written from its documentation, for names in
Latin letters and anchors that are `safe`. It shares no line with what it is compared with.
"""

from __future__ import annotations

import html
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import combining, normalize

import pyromark
import yaml

#: The version whose documentation it is.
VERSION = "0.22.1"
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
)
_FRONT = re.compile(r"\s*(\+\+\+|---)\n(.*?)\n?\1[ \t]*(?:\n|$)(.*)", re.DOTALL)
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[_-](.+)")
_HEADING = re.compile(r"<h([1-6])((?: [a-z-]+=\"[^\"]*\")*)>")


class Source(NamedTuple):
    """A file of content: front matter and Markdown."""

    fields: dict[str, Any]
    body: str


def source(text: str) -> Source | None:
    """The parts of a file; None without front matter, where Zola ends."""
    match = _FRONT.match(text)
    if match is None:
        return None
    fields = tomllib.loads(match[2]) if match[1] == "+++" else yaml.safe_load(match[2]) or {}
    return Source(fields, match[3])


def slug(name: str) -> str:
    """The name in Latin letters."""
    plain = "".join(c for c in normalize("NFKD", name) if not combining(c))
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")


def address(config: dict[str, Any], path: Path, fields: dict[str, Any]) -> str:
    """The path of a page or section; `path` is that below `content`."""
    *folders, name = path.with_suffix("").parts
    stem, _, code = name.partition(".")
    language = code if code in config.get("languages", {}) else ""
    stem = stem if language else name
    if stem == "_index":
        return "/".join(["", *filter(None, [language]), *folders, ""])
    if "path" in fields:
        return "/" + str(fields["path"]).strip("/") + "/"
    if stem == "index":
        stem = folders.pop()
    dated = _DATED.fullmatch(stem)
    last = slug(fields.get("slug") or (dated[1] if dated else stem))
    return "/".join(["", *filter(None, [language]), *folders, last, ""])


def page(body: str) -> str:
    """The HTML of a body, with the anchors of its headings."""
    ids = anchors(body)
    return _HEADING.sub(
        lambda tag: f'<h{tag[1]} id="{html.escape(ids.pop(0))}">', pyromark.html(body, options=_OPTIONS)
    )


def anchors(body: str) -> list[str]:
    """The anchors of a body's headings: those that are given are taken first, the others are numbered."""
    headings: list[tuple[str, str]] = []
    title, given = "", ""
    events: Any = pyromark.events(body, options=_OPTIONS)
    for event in events:
        if isinstance(event, dict) and isinstance(event.get("Start"), dict) and "Heading" in event["Start"]:
            title, given = "", event["Start"]["Heading"]["id"] or ""
        elif isinstance(event, dict) and isinstance(event.get("End"), dict) and "Heading" in event["End"]:
            headings.append((title, given))
        elif isinstance(event, dict):
            title += event.get("Text") or event.get("Code") or ""
    taken = [given for _, given in headings if given]
    found = []
    for title, given in headings:
        name = re.sub("[ \t\n\f\r]", "_", title)
        count, anchor = 0, given or name
        while not given and anchor in taken:
            count += 1
            anchor = f"{name}-{count}"
        taken.append(anchor)
        found.append(anchor)
    return found


def main() -> None:
    """Write the pages."""
    if "--version" in sys.argv:
        print(VERSION)
        return
    config = tomllib.loads(Path("config.toml").read_text(encoding="utf-8"))
    for file in sorted(Path("content").rglob("*.md")):
        parts = source(file.read_text(encoding="utf-8"))
        if parts and parts.fields.get("render", True) and not parts.fields.get("draft"):
            folder = Path("public" + address(config, file.relative_to("content"), parts.fields))
            folder.mkdir(parents=True, exist_ok=True)
            title = html.escape(parts.fields.get("title", ""))
            written = f"<html><head><title>{title}</title></head><body><main>{page(parts.body)}</main></body></html>"
            (folder / "index.html").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
