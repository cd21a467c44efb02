"""How does a post look that is read here, since it has no address of its own?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from re import sub
from urllib.parse import quote

from postdex_index.document import Document
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK

from ...output.wire import link
from ...output.wire import to_html as text
from ...text_safety import day_of
from .clamped import direction
from .words import Words

_LINE_END = "\n"
#: The end of a line inside a paragraph, and what stands around it: ideographs have no blank between them.
_BETWEEN = f"(?<=[\u2e80-\u9fff\uff00-\uffef]){SOFT_BREAK}(?=[\u2e80-\u9fff\uff00-\uffef])"


def painted(
    post: Document,
    words: Words,
    *,
    name: str = "",
    places: bool = False,
    own_style: bool = False,
    linked_from: Sequence[Document] = (),
) -> str:
    """A stored post as a page to read; page.js shows its parts beside its hit. `name` is the site's, `places` says
    that its path is named, `own_style` that the site has a style of its own; `linked_from` are the posts that link to
    it."""
    root = "../" * (post.path.count("/") + 1)
    style = f'<link rel="stylesheet" href="{root}site.css">' if own_style else ""
    title = text(post.title or post.path)
    of = f" · {text(name)}" if name else ""
    lang = f' lang="{text(post.lang)}"' if post.lang else ""
    facts = "".join(_facts(post, words, places=places))
    sections = "".join(_section(post, number) for number in range(len(post.sections)))
    return (
        f'<!doctype html>\n<html lang="{words.lang}" dir="{words.dir}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}{of}</title>'
        f'<link rel="stylesheet" href="{root}postdex.css">{style}</head>\n<body class="reading">'
        f'<header><a class="home" href="{root}">{words.text("search")}</a></header>'
        f'<main class="post" dir="{direction(post.title)}"{lang}><h1>{title}</h1><div class="facts">{facts}</div>'
        f"{sections}</main>{_linked_from(linked_from, root, words)}</body></html>\n"
    )


def _linked_from(posts: Sequence[Document], root: str, words: Words) -> str:
    """The posts that link to this one, below it; not beside a hit, where there is no room."""
    if not posts:
        return ""
    rows = (
        f'<li><a href="{_address(post, root)}" dir="auto">{text(post.title or post.path)}</a></li>' for post in posts
    )
    return f'<nav class="linked"><h2>{words.text("linked_from")}</h2><ul>{"".join(rows)}</ul></nav>'


def _address(post: Document, root: str) -> str:
    """Where a post is: at its address, or as the service has it."""
    return text(link(post.url) or f"{root}documents/{quote(post.path.encode('utf-8', 'surrogatepass'))}")


def _facts(post: Document, words: Words, *, places: bool) -> Iterator[str]:
    if day := day_of(post.date_seconds, post.date_from):
        yield f'<time datetime="{day}" dir="auto">{text(words.day(day))}</time>'
    if post.tags:
        yield f'<span dir="auto">{text(words("comma").join(post.tags))}</span>'
    if places:
        yield f'<span class="place" dir="ltr">{text(post.path)}</span>'


def _section(post: Document, number: int) -> str:
    """A section under its heading, unless that is the post's title over again. Lines of a paragraph run on, those of
    code and lists stay."""
    section = post.sections[number]
    named = section.heading not in ("", post.title)
    heading = f'<h2 dir="auto">{text(section.heading)}</h2>' if named else ""
    body = sub(_BETWEEN, "", post.text(number)).replace(SOFT_BREAK, " ").replace(INCLUDED_BREAK, "\n")
    blocks = (block.rstrip().split("\n") for block in body.split("\n\n") if block.strip())
    paragraphs = "".join(f'<p dir="auto">{_LINE_END.join(map(text, lines))}</p>' for lines in blocks)
    return f'<section id="{text(section.anchor)}">{heading}{paragraphs}</section>'
