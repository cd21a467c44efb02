"""Which posts are resources, and what is in one? `postdex://PATH`, the newest first, each as its file was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdex_index.errors import QueryError

from ..text_safety import day_of
from . import references
from .posts import MAX_TITLE, Posts

if TYPE_CHECKING:
    from mcp.types import ListResourcesResult, ReadResourceResult, ResourceTemplate

    from postdex_index.document import Document

#: Resources of one page, and completions of a path.
PAGE, MAX_COMPLETIONS = 100, 100
MARKDOWN = "text/markdown"


def page(posts: Posts, cursor: str | None) -> ListResourcesResult:
    """The resources from the cursor on, which is the number of those before. Raises QueryError for one that is none."""
    from mcp.types import ListResourcesResult, Resource

    if not (cursor is None or (cursor.isdecimal() and len(cursor) < 10)):
        raise QueryError("this cursor is none that was given", "begin without one")
    first = int(cursor or 0)
    documents = posts.published()
    return ListResourcesResult(
        resources=[
            Resource(
                name=document.path,
                title=document.title[:MAX_TITLE],
                uri=references.uri(document.path),
                mime_type=MARKDOWN,
                description=_about(document),
            )
            for document in documents[first : first + PAGE]
        ],
        next_cursor=str(first + PAGE) if first + PAGE < len(documents) else None,
    )


def templates() -> list[ResourceTemplate]:
    """How the name of a resource is made."""
    from mcp.types import ResourceTemplate

    return [
        ResourceTemplate(
            name="post",
            title="A post",
            uri_template="postdex://{+path}",
            description="A post as its file was written, by its path in the folder.",
            mime_type=MARKDOWN,
        )
    ]


def read(posts: Posts, uri: str) -> ReadResourceResult:
    """The whole file of a post; of a section or lines, if the address names them, these. Raises NotFoundError."""
    from mcp.types import ReadResourceResult, TextResourceContents

    asked = references.find(posts.looked_at(), uri)
    lines = asked.post.within(1, len(asked.post.lines)) if asked.whole else asked.lines
    return ReadResourceResult(
        contents=[TextResourceContents(uri=uri, mime_type=MARKDOWN, text=asked.post.markdown(lines))]
    )


def completions(posts: Posts, typed: str) -> list[str]:
    """The paths that begin with what is typed, or else have it in them."""
    paths = sorted(document.path for document in posts.published())
    folded = typed.casefold()
    begin = [path for path in paths if path.casefold().startswith(folded)]
    return begin + [path for path in paths if folded in path.casefold() and not path.casefold().startswith(folded)]


def _about(document: Document) -> str:
    """The day and the tags of a post."""
    tags = ("#" + tag for tag in document.tags[:9])
    return " ".join(filter(None, (day_of(document.date_seconds, document.date_from), *tags)))
