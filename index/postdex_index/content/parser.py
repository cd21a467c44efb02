"""What does the text of a post say: text, path, site and settings -> a `Post`.

Brings together front matter (`front_matter`, `fields`), body (the site's dialect, `markdown`) and link (`permalinks`).
Which file the text is from, and in which bytes, is for `reader`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import Remedy
from ..formats import dates
from ..model import Post, Problem, Section
from ..settings import Settings
from ..sites import links, permalinks
from ..sites.generator import Address, Site
from ..sites.locales import of_path
from ..sites.reading import slug_style
from . import front_matter, metadata, own_fields
from .markdown import sections
from .markdown_body import read_body
from .raw_fields import MOST, clean
from .untitled import title_of


def parse(
    text: str,
    path: str,
    site: Site,
    settings: Settings,
    *,
    mtime: float | None = None,
    now: float | None = None,
    read: Callable[[str], str | None] = lambda path: None,
) -> Post:
    """The post that a text is; `path` is relative to the folder of posts. Never raises.

    `read` gives the text of a file that the post includes, by its path below the site's root.

    >>> post = parse("---\\ntags: [smc]\\n---\\n# What I fixed\\n\\nThe refcount.\\n", "fix.md", Site(), Settings())
    >>> post.title, post.tags, post.sections[0].line, post.sections[0].text.strip()
    ('What I fixed', ('smc',), 4, 'The refcount.')
    """
    generator = site.generator
    front = front_matter.parse(text, generator)
    if generator.fields:
        front = front._replace(fields={**generator.fields(site, site.prefix + path, front.fields)})
    locale = generator.locale(site, site.prefix + path) if generator.locale else of_path(site.prefix + path)
    context = metadata.PostContext(
        path=site.prefix + path,
        locale=locale,
        zone=dates.zone_or_utc(settings.timezone or site.timezone),
        generator=generator,
        language=settings.language or site.language,
        mtime=mtime,
        now=time.time() if now is None else now,
        languages=_languages(site, settings),
    )
    meta = _with_own_fields(metadata.normalise(front, context), settings, context)
    if generator.unbuilt and not meta.post.unpublished:
        reason = generator.unbuilt(site, site.prefix + path, front.fields if front.head else None)
        meta = meta._replace(post=meta.post._replace(unpublished=reason))
    if named := site.titles.get(site.prefix + path):
        meta = meta._replace(post=meta.post._replace(title=clean(named)))
    named = site.anchors if settings.anchors == "auto" else settings.anchors
    style = site.slugs if site.slugs and settings.anchors == "auto" else slug_style(named)
    source, tags, expanded = read_body(
        front, site.prefix + path, site, read, largest=settings.max_bytes, ids=style.explicit != "text"
    )
    if tags:
        tags = tuple(dict.fromkeys((*meta.post.tags, *tags)))[:MOST]
        meta = meta._replace(post=meta.post._replace(tags=tags))
    # An empty body may begin behind the file's last line, where nothing can be opened.
    first_line = min(front.first_line, 1 + front.head.count("\n") + front.body.count("\n"))
    begins = 1 if expanded else first_line
    parsed = sections.sections(source, first_line=begins, anchors=style, title=meta.post.title)
    if expanded:
        parsed = sections.on_lines(parsed, [first_line + line for line in expanded.lines])
        missing = [_missing(name, first_line + line) for name, line in expanded.missing]
        parsed = parsed._replace(problems=(*parsed.problems, *missing))
    prose = front_matter.with_shown(front, generator.shown(front.fields)) if generator.shown else front.prose
    if prose:
        whole = sections.verbatim(prose)
        text = whole.lstrip("\n")
        first = Section(0, "", "", 1 + whole.count("\n") - text.count("\n"), text)
        parsed = parsed._replace(sections=(first, *parsed.sections))
    return _post(path, meta, parsed, site, settings)


def _with_own_fields(meta: metadata.Metadata, settings: Settings, context: metadata.PostContext) -> metadata.Metadata:
    """The metadata with the fields that are the site's own."""
    own = own_fields.of(meta.fields, settings.fields, context.zone)
    if not own.fields and not own.left_out:
        return meta
    problems = meta.post.problems
    if own.left_out:
        hint = "name those that matter in the setting fields"
        problems += (Problem("", 1, "note", f"{own.left_out} cannot be filtered by", hint),)
    return meta._replace(post=meta.post._replace(fields=own.fields, named_fields=own.named, problems=problems))


def _missing(name: str, line: int) -> Problem:
    """The note on a file that a line includes."""
    hint = "name a text file of the site, or leave the line out"
    return Problem("", line, "note", f"{name}, which is included here, cannot be read", hint)


def _languages(site: Site, settings: Settings) -> tuple[str, ...] | None:
    """The languages that are named, where translations are grouped."""
    grouped = len(site.languages) > 1 if settings.translations == "auto" else settings.translations == "group"
    return site.languages if grouped else None


def _post(path: str, meta: metadata.Metadata, body: sections.ParsedMarkdown, site: Site, settings: Settings) -> Post:
    """Metadata, body and link as one post; the title is the field, else the first heading, else `untitled`'s."""
    post = meta.post
    title = heading = post.title or clean(body.first_heading)
    link = _link(path, meta, title, site, settings)
    name = metadata.name_of(meta.page)
    if site.generator.named:
        name = site.generator.named(name)
    problems = [problem._replace(path=path) for problem in (*post.problems, *body.problems)]
    if link.wrong:
        problems.append(
            Problem(path, 1, "malformed", link.wrong, "write a path such as /about/, or an address with https")
        )
    if post.unpublished:
        hint = Remedy.SHOW_DRAFTS.value
        problems.append(Problem(path, meta.unpublished_line, "unpublished", post.unpublished, hint))
    title = title or title_of(name, body.sections, body.excerpt) or path
    return post._replace(
        path=path,
        title=title,
        # The heading that became the title is not a heading besides.
        sections=body.sections if post.title else sections.without_title(body.sections, heading),
        url=link.url,
        description=post.description or body.excerpt,
        links=links.read(site, site.prefix + path, link.url, body.links, settings.base_url),
        names=links.sought(site, link.url, title, post.aliases),
        problems=tuple(problems),
    )


def _link(path: str, meta: metadata.Metadata, title: str, site: Site, settings: Settings) -> permalinks.Link:
    # A file's time is nobody's address.
    dated = meta.post.date_seconds if meta.post.date_from in ("post", "path") else None
    address = Address(
        path=site.prefix + path,
        link=meta.link,
        slug=meta.given_slug,
        abbrlink=meta.abbrlink,
        title=title,
        language=meta.post.lang,
        date_seconds=dated,
        categories=meta.post.categories,
        fields=meta.fields,
    )
    return permalinks.url(site, address, pattern=settings.url, base=settings.base_url)
