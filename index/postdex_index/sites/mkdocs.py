"""MkDocs: pages as they lie below the folder of documents, and anchors in ASCII."""

from __future__ import annotations

import re
from unicodedata import normalize

from .generator import Config, Generator, Site
from .permalinks import documentation_page
from .site_config import language, path_of, table, text
from .slugs import Slugger, SlugStyle

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
    if ":" in heading:  # emoji are images there
        heading = _EMOJI.sub("", heading)
    ascii_text = normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", ascii_text).strip().lower())


def _underscored(slugs: Slugger, slug: str) -> str:
    """`_1`, `_2` …, counting on from a number that is there already; never empty."""
    result, stem, count = slug, slug, 0
    if not slug or slug in slugs.taken:
        numbered = re.fullmatch(r"(.*)_([0-9]{1,9})", slug)
        if numbered:
            stem, count = numbered[1], int(numbered[2])
        count = max(count, slugs.last.get(slug, 0))
        while not result or result in slugs.taken:
            count += 1
            result = f"{stem}_{count}"
        slugs.last[slug] = count
    slugs.taken.add(result)
    return result


GENERATOR = Generator(
    name="mkdocs",
    rank=60,
    signs=("mkdocs.yml", "mkdocs.yaml"),
    posts=("docs",),
    settings=("mkdocs.yml", "mkdocs.yaml"),
    configure=_configure,
    styles=(SlugStyle("mkdocs", _shape, _underscored, "reserved"),),
    link=documentation_page,
)
