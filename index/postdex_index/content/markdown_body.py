"""What is the Markdown of a post's body, with the files in it that it includes, without what only its generator reads?

The front matter is split off already (`front_matter`); what the Markdown says is for `markdown.sections`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..named_tuple import NamedTuple
from ..sites.generator import PlainBody, Site
from ..sites.includes import Expanded, expand
from .front_matter import FrontMatter
from .markdown.mdx import plain_mdx


class MarkdownBody(NamedTuple):
    """A body as any Markdown parser may read it, and the tags that stood in it. `expanded` is the body with what it
    includes, as it was before its dialect was read; None if that is nothing."""

    text: str
    tags: tuple[str, ...]
    expanded: Expanded | None


def read_body(
    front: FrontMatter, path: str, site: Site, read: Callable[[str], str | None], *, largest: int, ids: bool = True
) -> MarkdownBody:
    """The body of a post; `path` is below the site's root, `read` as of `includes.expand`, as is `largest`; `ids` says
    that the id of a heading may stand in a comment of MDX."""
    generator = site.generator
    body, expanded = front.body, None
    if generator.includes:
        expanded = expand(body, path, partial(generator.includes, site), read, largest=largest)
        body = expanded.text if expanded else body
    text, tags = generator.dialect(body, front.fields) if generator.dialect else PlainBody(body)
    if site.mdx or path.endswith(".mdx"):
        text = plain_mdx(text, ids=ids)
    return MarkdownBody(text, tags, expanded)
