"""Hugo: pages in languages, mounts and bundles, patterns of links by kind and section, three kinds of anchors."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from .generator import Config, Generator, LinkRules, Site
from .hugo_links import link
from .hugo_pages import fields, locale, unbuilt
from .hugo_settings import merged, rules
from .permalinks import title_slug
from .site_config import language, languages, path_of, table, text
from .slugs import INLINE_START, INLINE_STOP, Slugger, SlugStyle, outside_code, simple_lower, skipping

_OWN = tuple(f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json"))
#: What only others write into a `config.toml`.
_OF_OTHERS = r"^\s*(?:\[markdown\]|base_url\s*=)"
#: The first piece of text in emphasis or a link: its code, or all up to what is more than text.
_FIRST = re.compile(r"`[^`]*`|(?:(?!--|\.\.\.)[^`'\"\[~_])*_?")
_NOT_COUNTED = re.compile(r"[^a-z0-9_\- ]")
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"<?https?://[^\s<>]*>?")


def _configure(site: Site, config: Config) -> Site:
    config, problems = merged(site.root, config)
    site_rules = rules(config)
    codes = [of.code for of in site_rules.languages.values() if of.code]
    several = len(site_rules.languages) > 1
    named = config.get("defaultcontentlanguage") or config.get("locale") or config.get("languagecode")
    return site._replace(
        timezone=text(config, "timezone"),
        language=site_rules.languages[site_rules.default].code if "languages" in config and codes else language(named),
        languages=languages(codes) if several else (),
        base="" if site_rules.languages[site_rules.default].host else path_of(text(config, "baseurl")),
        anchors=_style(config).name,
        config={"baseURL": text(config, "baseurl"), "title": text(config, "title")},
        rules=site_rules,
        problems=tuple(problems),
    )


def _style(config: Config) -> SlugStyle:
    parser = table(table(table(config, "markup"), "goldmark"), "parser")
    if text(parser, "autoheadingid") == "false":
        return _NONE
    return {"github-ascii": _ASCII, "blackfriday": _DASHED}.get(text(parser, "autoheadingidtype").lower(), _STYLE)


def _letters(heading: str) -> str:
    """The text of a heading's last line, as far as anchors are made of it: code stays as it is, elsewhere dashes are
    typographic and addresses are links that do not count."""
    if INLINE_START in heading:
        heading = _first_texts(heading)
    heading = heading.rpartition("\n")[2]
    if "--" not in heading and "://" not in heading:
        return heading.replace("`", "")
    return outside_code(heading, lambda text: _ADDRESS.sub("", re.sub("---|--", "–", text)))


def _first_texts(heading: str) -> str:
    """A heading's text with nothing of emphasis, links and pictures but their first piece.

    >>> _first_texts("\x02bold `code`\x03 mixed"), _first_texts("\x02\x02don't\x03\x03")
    ('bold  mixed', 'don')
    """
    pieces: list[str] = []
    depth, taken = 0, False
    for piece in re.split(f"([{INLINE_START}{INLINE_STOP}])", heading):
        if piece == INLINE_START:
            taken = taken and depth > 0
            depth += 1
        elif piece == INLINE_STOP:
            depth = max(depth - 1, 0)
        elif not depth:
            pieces.append(piece)
        elif piece and not taken and (first := _FIRST.match(piece)):
            pieces.append(first[0])
            taken = True
    return "".join(pieces)


def _shape(heading: str) -> str:
    letters = simple_lower(_letters(heading).strip())
    if letters.isascii():
        return _named(_NOT_COUNTED.sub("", letters).replace(" ", "-"), heading)
    counted = [c for c in letters if c in "-_ " or c.isalpha() or c.isdecimal()]
    return _named("".join(counted).replace(" ", "-"), heading)


def _ascii_shape(heading: str) -> str:
    letters = simple_lower(_letters(heading).strip())
    if not letters.isascii():
        letters = "".join(c for c in normalize("NFD", letters) if category(c) != "Mn")
    return _named(_NOT_COUNTED.sub("", letters).replace(" ", "-"), heading)


def _dashed_shape(heading: str) -> str:
    return _named("-".join(_WORD.findall(simple_lower(_letters(heading)))), heading)


def _named(shaped: str, heading: str) -> str:
    """A name for a heading of which nothing is left; one that is empty, or only an address, has none."""
    return shaped or ("heading" if _letters(heading) else "")


def _numbered(slugs: Slugger, slug: str) -> str:
    """A repeat is counted; a heading without text has no anchor."""
    return skipping(slugs, slug) if slug else ""


_STYLE = SlugStyle("hugo", _shape, _numbered, "reserved", html=False, images=True, inlines=True)
_ASCII = SlugStyle("hugo-ascii", _ascii_shape, _numbered, "reserved", html=False, images=True, inlines=True)
_DASHED = SlugStyle("hugo-blackfriday", _dashed_shape, _numbered, "reserved", html=False, images=True, inlines=True)
_NONE = SlugStyle("hugo-none", lambda _heading: "", _numbered, "reserved", html=False, images=True, inlines=True)

GENERATOR = Generator(
    name="hugo",
    rank=30,
    signs=(
        *_OWN[:4],
        "config/_default/",
        rf"config.toml, content/, no config.toml has {_OF_OTHERS}",
        rf"config.toml has (?i)^\s*baseurl\s*=, no config.toml has {_OF_OTHERS}",
        *(rf"config.{suffix} has (?i)^baseurl\s*:, content/" for suffix in ("yaml", "yml")),
        'config.json has (?i)"baseurl"\\s*:, content/',
    ),
    posts=("content",),
    moved=tuple(
        # Above all tables, where it is that of the whole site.
        rf"{file} has \A[^\[]*?^[\"']?(?i:contentdir)[\"']?[ \t]*[:=][ \t]*[\"']?([\w./ -]+)"
        for file in _OWN
    ),
    published=("baseURL",),
    site_names=("title",),
    settings=_OWN,
    besides=("config/production/",),
    configure=_configure,
    styles=(_STYLE, _ASCII, _DASHED, _NONE),
    locale=locale,
    fields=fields,
    unbuilt=unbuilt,
    link=link,
    links=LinkRules(
        tags={"ref": "name", "relref": "name"}, published=("static/", "assets/"), by_language=True, lowers=True
    ),
    placeholders={"title": title_slug, "slug": lambda location: location.post.slug or title_slug(location)},
    gives_links=True,
    hides_future=True,
)
