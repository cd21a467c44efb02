"""What do the fields of this post mean: raw front matter -> titles, dates, tags, the reason for not being published.

The rules are the table in `docs/frontmatter.md`. Each field is taken from the first of
its names that holds something, whatever their case. What cannot be used is a problem
with the field's line, and the post is indexed without it. How a field is read is for
`raw_fields`, how a link is made from all this for `permalinks`; titles and descriptions
from the body are for `parser`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from ..formats import dates
from ..model import Post
from ..named_tuple import NamedTuple
from ..sites.generator import UNKNOWN, Generator
from ..sites.locales import Locale, translation_key
from ..sites.permalinks import undated
from . import by_hand
from .raw_fields import MOST, TRUE, RawFields, clean

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value
    from .front_matter import FrontMatter

_DATES = ("date", "published", "pubDate", "pubDatetime", "publishedAt", "created", "publishDate")
_UPDATES = ("updated", "lastmod", "modified", "last_modified_at", "updatedDate", "updatedAt", "modDatetime")
# Not `searchHidden`, which a theme has in its sample of front matter: so do all posts of many blogs.
#: Fields by which a post is left out of its site's own search if they are true, and if they are false.
_LEFT_OUT = ("search_exclude", "exclude_search", "excludeSearch", "excludeFromSearch", "bookSearchExclude")
_SHOWN_IN_SEARCH = ("search", "in_search_index", "pagefind")
#: Fields that can leave a post out; most posts have none of them.
_REASONS = frozenset(
    ("draft", "published", "hidden", "indexing", "password", "encrypt", "status", *_LEFT_OUT, *_SHOWN_IN_SEARCH)
)

_LANG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


class Metadata(NamedTuple):
    """What the front matter says: a post without its body, whose `title` and `description` are "" when the body must
    give them.

    `link`, `given_slug` and `abbrlink` are what it says of the post's address, as it was written; the post's slug is
    that, else the file's name. `unpublished_line` is where the reason stands, `page` the
    path without its language, `fields` the front matter itself.
    """

    post: Post
    link: str
    given_slug: str
    abbrlink: str
    unpublished_line: int
    page: str
    fields: Mapping[str, Value]


class PostContext(NamedTuple):
    """What the meaning of fields depends on beside them: the file, the site, the time.

    `path` is relative to the site's root, `language` the site's own; `mtime` and `now` are seconds since 1970, UTC.
    `languages` are the site's, if posts are to know what they are translations of; else None.
    """

    path: str
    locale: Locale
    zone: tzinfo
    generator: Generator = UNKNOWN
    language: str = ""
    mtime: float | None = None
    now: float = 0.0
    languages: tuple[str, ...] | None = None


def normalise(front: FrontMatter, context: PostContext) -> Metadata:
    """The post's metadata; never raises.

    >>> from .front_matter import parse
    >>> from ..sites.locales import of_path
    >>> front = parse("---\\ntitle: Off  by one\\ntags: '#c, kernel'\\ndate: 2022-08-26\\n---\\n")
    >>> post = normalise(front, PostContext("off.md", of_path("off.md"), dates.find_zone(""))).post
    >>> post.title, post.tags, dates.show(post.date_seconds)
    ('Off by one', ('c', 'kernel'), '2022-08-26T00:00:00')
    """
    fields = RawFields(front)
    title = fields.text("title")
    date, date_from = _date(fields, context)
    updated = fields.moment(context.zone, *_UPDATES)
    name, reason, reconsider_at = _unpublished(fields, context)
    link_title = fields.text("linkTitle")
    slug, abbrlink = fields.text("slug"), fields.text("abbrlink")
    boost, pins, own_words = by_hand.read(fields.search, fields.search_problem) if fields.search else by_hand.ByHand()
    post = Post(
        path=context.path,
        title=title,
        sections=(),
        title_words="" if link_title == title else link_title,
        date_seconds=date,
        date_from=date_from,
        updated_seconds=updated.wall if updated else None,
        tags=_tags(fields, context.generator),
        keywords=fields.several("keywords"),
        categories=_categories(fields, context),
        authors=_authors(fields),
        lang=_lang(fields, context),
        series=next(iter(fields.several("series", split="")), ""),
        weight=_weight(fields),
        description=clean(fields.as_written("description", "summary", "excerpt", "subtitle")),
        aliases=fields.several("aliases", "alias", "redirect_from", split=""),
        slug=slug or abbrlink or name_of(context.locale.page),
        unpublished=reason,
        reconsider_at=reconsider_at,
        boost=boost,
        pins=pins,
        own_words=own_words,
    )
    if context.languages is not None:
        post = _with_translation(post, fields, context, context.languages)
    post = post._replace(problems=(*front.problems, *fields.problems))
    link = fields.as_written("url", "permalink", "path")
    return Metadata(post, link, slug, abbrlink, fields.line(name), context.locale.page, front.fields)


def name_of(path: str) -> str:
    """The name that a page's path gives it: the stem, without date; a bundle's folder.

    >>> name_of("2022/2022-08-26-refcount-bug.md"), name_of("posts/smc/index.md"), name_of("2022-08-26.md")
    ('refcount-bug', 'smc', '2022-08-26')
    """
    return undated(_stem(path))


def _date(fields: RawFields, context: PostContext) -> tuple[int | None, str]:
    name = next((name for name in _DATES if fields.values.get(name) and fields.flag(name) is None), "")
    if name:
        moment = fields.moment(context.zone, name)
        return (moment.wall, "post") if moment else (None, "")
    in_name = dates.split_name(_stem(context.locale.page))[0]
    moment = dates.parse(in_name, context.zone) if in_name else None
    if moment:
        return moment.wall, "path"
    moment = None if context.mtime is None else dates.from_seconds(context.mtime, context.zone)
    return (moment.wall, "file") if moment else (None, "")


def _tags(fields: RawFields, generator: Generator) -> tuple[str, ...]:
    name, value = fields.first("tags", "tag", "labels")
    if value is None:
        name, value = "tags", _taxonomy(fields, "tags")
    values = fields.several(name, split=_separators(value, generator, plural=name == "tags"), value=value)
    tags = (tag.lstrip("#＃").strip() for tag in values)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _categories(fields: RawFields, context: PostContext) -> tuple[tuple[str, ...], ...]:
    name, value = fields.first("categories", "category")
    if value is None:
        name, value = "categories", _taxonomy(fields, "categories")
    nested = isinstance(value, list) and any(isinstance(item, list) for item in value)
    if nested and isinstance(value, list):
        paths = [
            fields.several(name, split="", value=item if isinstance(item, list) else [item]) for item in value[:MOST]
        ]
    elif context.generator.nested_categories:
        paths = [fields.several(name, split="", value=value)] if value else []
    else:
        split = _separators(value, context.generator, plural=name == "categories")
        paths = [(item,) for item in fields.several(name, split=split, value=value)]
        before, posts, _ = context.path.partition("/_posts/")
        if posts and context.generator.folder_categories:
            paths = [*((folder,) for folder in before.split("/")), *paths]
    return tuple(dict.fromkeys(path for path in paths if path))


def _separators(value: Value, generator: Generator, plural: bool) -> str:
    """At which characters a text of tags or categories is split. Where that is done at blanks, people write commas
    all the same."""
    if generator.blank_separated and isinstance(value, str) and "," not in value:
        return " " if plural else ""
    return ",，"


def _taxonomy(fields: RawFields, name: str) -> Value:
    """What stands in `[taxonomies]`; an empty list when there is none, so that no other field is looked for."""
    taxonomies = fields.values.get("taxonomies")
    return (taxonomies.get(name) if isinstance(taxonomies, dict) else None) or []


def _authors(fields: RawFields) -> tuple[str, ...]:
    name, value = fields.first("authors", "author")
    if isinstance(value, dict) and not isinstance(value.get("name"), str):  # each author under a key of their own
        people: list[Value] = [person for person in value.values() if isinstance(person, dict)]
        value = people
    return fields.several(name, split="", value=value) if value else ()


def _weight(fields: RawFields) -> int | None:
    name, value = fields.first("weight")
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,9}\s*", value, re.ASCII):
        return int(value)
    fields.problem(name, "weight is no whole number", "write it as 10")
    return None


def _lang(fields: RawFields, context: PostContext) -> str:
    for name in ("lang", "language", "locale"):
        value = fields.values.get(name)
        if isinstance(value, str):
            code = value.split(".")[0].strip().lower().replace("_", "-")
            if _LANG.fullmatch(code):  # `language: python` is about something else
                return code
    return context.locale.language or context.language


def _with_translation(post: Post, fields: RawFields, context: PostContext, languages: tuple[str, ...]) -> Post:
    """The post with what it and its translations have in common. It is an original if it is in the site's own language;
    where nobody says which that is, if its path names none."""
    _, given = fields.first(*context.generator.translation_keys)
    by_path = translation_key(post.path, context.locale, post.lang, languages)
    names_none = by_path == translation_key(post.path, Locale("", post.path))
    original = _is_same(post.lang, context.language) if context.language else names_none
    return post._replace(translation=(clean(given) if isinstance(given, str) else "") or by_path, original=original)


def _is_same(language: str, other: str) -> bool:
    """Whether two codes are of one language, as zh-cn is zh."""
    return language == other or language.startswith(other + "-") or other.startswith(language + "-")


def _stem(path: str) -> str:
    """The file's name without suffixes, or its folder's if the file is only called index."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    return folders[-1] if folders and stem.lower() in ("index", "_index") else stem


def _unpublished(fields: RawFields, context: PostContext) -> tuple[str, str, int | None]:
    """Which field leaves the post out ("" if it is none), why ("" if it is not left out), and when that changes."""
    name, reason = _standing_reason(fields, context)
    begin = _publication(fields, context.generator)
    publish = fields.moment(context.zone, begin) if begin else None
    end = fields.first("expiryDate", "unpublishDate")[0]
    expiry = fields.moment(context.zone, end) if end else None
    if reason:
        return name, reason, None
    if expiry and expiry.instant <= context.now:
        return end, f"expired on {dates.show(expiry.wall)[:10]} ({end})", None
    if publish and publish.instant > context.now:
        return begin, f"to be published on {dates.show(publish.wall)[:10]} ({begin})", publish.instant
    return "", "", expiry.instant if expiry else None


def _publication(fields: RawFields, generator: Generator) -> str:
    """The field that says from when on a post is published, "" if none does."""
    names = ("publishDate", *_DATES) if generator.hides_future else ("publishDate",)
    return next((name for name in names if fields.values.get(name) and fields.flag(name) is None), "")


def _standing_reason(fields: RawFields, context: PostContext) -> tuple[str, str]:
    """The first of the fields that say so for good, and what it says."""
    if _REASONS.isdisjoint(fields.values) and not fields.search and "_drafts" not in context.path:
        return "", ""
    excluded = fields.search.get("exclude")
    hidden = context.generator.hidden_statuses
    status = fields.text("status").lower() if hidden else ""
    checks = (
        (fields.flag("draft") is True, "draft", "draft: true"),
        (fields.flag("published") is False, "published", "published: false"),
        ("_drafts" in context.path.split("/")[:-1], "", "in _drafts/"),
        (status in hidden, "status", f"status: {status}"),
        (fields.flag("hidden") is True, "hidden", "hidden: true"),
        (fields.flag("indexing") is False, "indexing", "indexing: false"),
        (isinstance(excluded, str) and excluded.lower() in TRUE, "search", "search: {exclude: true}"),
        *((fields.flag(name) is True, name, f"{name}: true") for name in _LEFT_OUT),
        *((fields.flag(name) is False, name, f"{name}: false") for name in _SHOWN_IN_SEARCH),
        (fields.first("password")[1] is not None, "password", "has a password"),
        (fields.first("encrypt")[1] is not None and fields.flag("encrypt") is not False, "encrypt", "encrypt"),
    )
    return next(((name, reason) for holds, name, reason in checks if holds), ("", ""))
