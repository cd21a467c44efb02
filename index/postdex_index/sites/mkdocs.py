"""MkDocs: pages as they lie below the folder of documents, and anchors in ASCII."""

from __future__ import annotations

import re

from .generator import Config, Generator, Site
from .permalinks import documentation_page
from .python_markdown import ascii_shape, underscored
from .site_config import language, path_of, table, text
from .slugs import SlugStyle

_EMOJI = re.compile(r"(?<![\w:])(?::[a-z][a-z0-9_+-]*:)+(?![\w:])")


def _configure(site: Site, config: Config) -> Site:
    ugly = text(config, "use_directory_urls").lower() in ("false", "no", "off")
    return site._replace(
        language=language(table(config, "theme").get("language")),
        base=path_of(text(config, "site_url")),
        url="ugly" if ugly else "",
        permalinks=(("docs_dir", (text(config, "docs_dir") or "docs").strip("/")),),
    )


def _shape(heading: str) -> str:
    return ascii_shape(_EMOJI.sub("", heading) if ":" in heading else heading)  # emoji are images there


GENERATOR = Generator(
    name="mkdocs",
    title="MkDocs",
    rank=60,
    signs=("mkdocs.yml", "mkdocs.yaml"),
    posts=("docs",),
    moved=tuple(rf"{file} has ^docs_dir:[ \t]*[\"']?([\w./ -]+)" for file in ("mkdocs.yml", "mkdocs.yaml")),
    settings=("mkdocs.yml", "mkdocs.yaml"),
    configure=_configure,
    styles=(SlugStyle("mkdocs", _shape, underscored, "reserved"),),
    link=documentation_page,
)
