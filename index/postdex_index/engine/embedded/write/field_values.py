"""What is indexed, filtered by and stored of a post beside the text of its sections?

Plain functions of a post; `inverter` puts what they give into columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import attrgetter
from typing import Any

from ....content.own_fields import filtered_by
from ....model import Post, stored_link
from ....query import OWN_FIELD
from ....schema import FILTERS, LINK, MEANT, SCORED, STORED, Field
from ....text.analyzer import Analyzer
from ..format.columns import BOOST, FOLDED_PATH, NAMED_FIELD, NO_DATE, ORIGINAL, PIN, one_line

#: The scored fields that stand in front of the sections, with their codes.
_SHORT = tuple((code, field) for code, field in enumerate(SCORED) if field.type != "sections")
_stored = attrgetter(*(field.attribute for field in STORED))
#: The filters that find a post by values as they stand in it; the others are cut up, or come from its sections.
_WHOLE = tuple(
    field
    for name, field in FILTERS.items()
    if field.type != "date" and name not in ("path", "author", "lang", "codelang")
)
_DESCRIPTION, _LINKS = (
    next(place for place, field in enumerate(STORED) if field.name == name) for name in ("description", "links")
)


def short_texts(post: Post) -> Iterator[tuple[int, str]]:
    """The texts of a post before its sections, in position order, each with its field's code."""
    for code, field in _SHORT:
        value: Any = getattr(post, field.name)
        if field.name == "title":
            yield code, value
            value = post.title_words
        elif field.name == "description":
            value = own_description(post)
        elif field.name == "aliases":  # what weight does for own words: docs/ranking.md
            value = (*value, *post.own_words)
        elif field.name == "slug":
            yield from ((code, name) for name in filter(None, (value, *_folder_names(post))))
            continue
        if field.type == "paths":
            value = map(" ".join, value)
        elif field.type == "text":
            value = (value,) if value else ()
        yield from ((code, text) for text in value)


def title_names(post: Post) -> Iterator[str]:
    """What a query is compared with that may be the name of the post: its title and its aliases."""
    yield post.title
    yield from map(_alias_name, post.aliases)


def filter_values(post: Post, analyzer: Analyzer) -> Iterator[tuple[str, str]]:
    """Every value that a `Keyword` filter can find a post by, as (filter<TAB>folded value, value as written)."""
    fold = analyzer.fold_value
    yield f"path\t{one_line(post.path)}", ""
    if (folded := analyzer.fold_path(post.path)) != post.path:
        yield f"{FOLDED_PATH}\t{one_line(folded)}", ""
    for author in post.authors:
        name = one_line(fold(author))
        yield f"author\t{name}", ""
        yield from ((f"author\t{word}", "") for word in name.split())
    language = one_line(fold(post.lang).replace("_", "-"))
    for part in accumulate(language.split("-"), "{}-{}".format):
        yield f"lang\t{part}", ""
    if post.original:
        yield f"{ORIGINAL}\t", ""
    if post.boost != 1:
        yield f"{BOOST}\t{post.boost:g}", ""
    for key in filter(None, map(analyzer.key, post.pins)):
        yield f"{PIN}\t{one_line(key)}", ""
    for name in {one_line(fold(code.language)) for section in post.sections for code in section.code}:
        if name:
            yield f"codelang\t{name}", ""
    for key in {key for link in post.links if link.kind != "image" for key in link.keys}:
        if key != post.path:
            yield f"{LINK}\t{one_line(key)}", ""
    yield from ((f"{MEANT}\t{one_line(name)}", "") for name in post.names)
    for field in _WHOLE:
        values: Any = getattr(post, field.name)
        if field.type == "paths":
            for path in values:
                for depth in range(1, len(path) + 1):
                    value = "/".join(map(fold, path[:depth]))
                    yield f"{field.filter}\t{one_line(value)}", one_line("/".join(path[:depth]))
        else:
            for text in values if field.type == "texts" else () if values in ("", None) else (str(values),):
                yield f"{field.filter}\t{one_line(fold(text))}", one_line(text)
    for name, own_values in post.fields:
        for text in map(filtered_by, own_values):
            folded, written = one_line(fold(text)), one_line(text)
            yield f"{OWN_FIELD}{name}\t{folded}", "" if written == folded else written
    yield from ((f"{NAMED_FIELD}\t{name}", "") for name in post.named_fields)


def sort_value(post: Post, field: Field, analyzer: Analyzer) -> Any:
    """By what a post is sorted in the order of a field: a folded text, or seconds or another number."""
    value: Any = getattr(post, field.attribute)
    if field.type == "text":
        return analyzer.fold_value(value).replace("\n", " ")
    if value is None and field.name == "updated":
        value = post.date_seconds
    return NO_DATE if value is None else value


def stored_values(post: Post) -> list[Any]:
    """What is stored of a post beside its text, in the order of `schema.STORED`."""
    values = [*_stored(post)]
    values[_DESCRIPTION] = own_description(post)
    values[_LINKS] = [stored_link(link) for link in post.links if link.inside]
    return values


def own_description(post: Post) -> str:
    """The description if it says what the body does not begin with anyway: else it would only give weight to
    those words, and is as well taken from the text."""
    start = post.description[:80]
    texts = [section.text for section in post.sections[:2]]
    # Most often it is where the text begins, and then little has to be looked at.
    begins = any(start in " ".join(text[:most].split()) for most in (200, 2000) for text in texts)
    return "" if begins else post.description


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
