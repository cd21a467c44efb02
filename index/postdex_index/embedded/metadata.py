"""What is indexed, filtered by and stored of a post beside the text of its sections?

Plain functions of a post; `inversion` puts what they give into columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from ..analyzer import Analyzer
from ..model import Post
from ..scoring import ALIASES, CATEGORIES, DESCRIPTION, KEYWORDS, SLUG, TAGS, TITLE
from .layout import FOLDED_PATH, one_line


def short_texts(post: Post) -> Iterator[tuple[int, str]]:
    """The texts of a post before its sections, in position order."""
    yield TITLE, post.title
    if post.title_words:
        yield TITLE, post.title_words
    yield from ((TAGS, tag) for tag in post.tags)
    yield from ((KEYWORDS, word) for word in post.keywords)
    yield from ((CATEGORIES, " ".join(category)) for category in post.categories)
    if description := own_description(post):
        yield DESCRIPTION, description
    yield from ((ALIASES, alias) for alias in post.aliases)
    if post.slug:
        yield SLUG, post.slug
    yield from ((SLUG, name) for name in _folder_names(post))


def title_names(post: Post) -> Iterator[str]:
    """What a query is compared with that may be the name of the post: its title and its aliases."""
    yield post.title
    yield from map(_alias_name, post.aliases)


def filter_values(post: Post, analyzer: Analyzer) -> Iterator[tuple[str, str]]:
    """Every value that a `Keyword` filter can find a post by, as (field<TAB>folded value, value as written)."""
    fold = analyzer.fold_value
    yield f"path\t{one_line(post.path)}", ""
    if (folded := analyzer.fold_path(post.path)) != post.path:
        yield f"{FOLDED_PATH}\t{one_line(folded)}", ""
    for tag in post.tags:
        yield f"tag\t{one_line(fold(tag))}", one_line(tag)
    for category in post.categories:
        for depth in range(1, len(category) + 1):
            value = "/".join(map(fold, category[:depth]))
            yield f"category\t{one_line(value)}", one_line("/".join(category[:depth]))
    for author in post.authors:
        name = one_line(fold(author))
        yield f"author\t{name}", ""
        yield from ((f"author\t{word}", "") for word in name.split())
    language = one_line(fold(post.lang).replace("_", "-"))
    for part in accumulate(language.split("-"), "{}-{}".format):
        yield f"lang\t{part}", ""
    for name in {one_line(fold(code.language)) for section in post.sections for code in section.code}:
        if name:
            yield f"codelang\t{name}", ""


def record(post: Post) -> list[Any]:
    """What is stored of a post beside its text, in the order of `documents.Record`."""
    return [
        post.path, post.title, post.url, post.date, post.date_from, post.updated, post.tags, post.categories,
        post.authors, post.lang, own_description(post), post.unpublished, post.reconsider_at,
    ]  # fmt: skip


def own_description(post: Post) -> str:
    """The description if it says what the body does not begin with anyway: else it would only give weight to
    those words, and is as well taken from the text."""
    start = post.description[:80]
    return "" if any(start in " ".join(s.text[:2000].split()) for s in post.sections[:2]) else post.description


def _alias_name(alias: str) -> str:
    """What an alias says: a name as it stands; of an address its last segment, as words.

    >>> _alias_name("/posts/old-name.html"), _alias_name("The other name")
    ('old name', 'The other name')
    """
    name = alias.rstrip("/").rpartition("/")[2]
    return name if name == alias else re.sub(r"\.html?$|[-_]+", " ", name).strip()


# Which folders, by nDCG@10 of posts on three sites and, on the first, of sections; without any .8859 .7733 .8072, .671:
# all of them .8859 .7731 .8067, .656, all as keywords .8862 .7733 .8072, .656, and only the innermost, or all but the
# outermost, .8876 .7731 .8067, .671. On a site the outermost says of each post of a part that it is one of it.
def _folder_names(post: Post) -> list[str]:
    """The names of the folders of a post that say what it is about: those with letters but for a bundle's, which is
    the slug, and of several not the outermost."""
    names = [name for name in post.path.split("/")[:-1] if name != post.slug and re.search(r"[^\W\d]", name)]
    return names[1:] or names
