"""Which fields does a post have, and what becomes of each? One row a field; all else follows from the rows.

What is indexed with which weight, the filters, facets and orders of a search, what is stored and in which order, what
stands in JSON and what the documents say of it. How a score is made of weights is for `scoring`, what front matter
means for `content.metadata`, how values are indexed for `write.field_values`.
"""

from __future__ import annotations

from zlib import crc32

from .named_tuple import NamedTuple


class Field(NamedTuple):
    """A field of posts.

    `type` is how `model.Post` has it as `attribute`: "text", "texts", "paths" (tuples of texts), "date" (seconds since
    1970, or None), "number" (or None) or "fields" (the site's own, a tuple of `model.OwnField`); "sections" is what
    stands in the sections of a post instead.
    `weight` is its worth in the score, 0 for what no word is looked for in, and `b` (0 to 1) how much a long field is
    held against it; with `searched` people may look in it alone, as `name:word`. `stored` says that documents have it.
    `filter` is the name of a filter (`filter:value`), `facet` the name under which the posts that match are counted by
    what it finds, with `sort` they are sorted by the field. `wire` says which JSON has it under its name: "hit" (and
    documents), "document" alone, or none. Path, title and address stand in all of it besides.
    """

    name: str
    type: str
    weight: float = 0.0
    b: float = 0.5
    searched: bool = False
    stored: bool = False
    filter: str = ""
    facet: str = ""
    sort: bool = False
    wire: str = ""

    @property
    def attribute(self) -> str:
        """Under what posts, stored posts and hits have the field: its name, with the unit of a date."""
        return f"{self.name}_seconds" if self.type == "date" else self.name


# What tags, categories and keywords are worth the three sites cannot tell, which have few: with tags at .5 or 2 nDCG@10
# is .8059 or .8072 on one (.8060) and unchanged on the others, with categories at 0 or .5 unchanged on all, with
# keywords at 0 or 1 .8815 or .8812 on one (.8815). So tags and categories weigh what a word of the text weighs, and
# keywords, which authors write as lists of all that might be searched for, a third of it.
#: In the order in which they are indexed, stored and shown. The path comes first: it is read alone, too.
FIELDS = (
    Field("path", "text", stored=True, filter="path"),
    Field("title", "text", 2.0, 0.5, searched=True, stored=True, sort=True),
    Field("heading", "sections", 2.0, 0.5, searched=True),
    Field("body", "sections", 1.0, 0.75, searched=True),
    Field("url", "text", stored=True),
    Field("date", "date", stored=True, filter="date", facet="year", sort=True, wire="hit"),
    Field("date_from", "text", stored=True, wire="hit"),
    Field("updated", "date", stored=True, sort=True, wire="hit"),
    Field("tags", "texts", 1.0, 0.5, stored=True, filter="tag", facet="tags", wire="hit"),
    Field("keywords", "texts", 0.3, 0.5),
    Field("categories", "paths", 1.0, 0.5, stored=True, filter="category", facet="categories", wire="hit"),
    Field("authors", "texts", stored=True, filter="author", wire="document"),
    Field("lang", "text", stored=True, filter="lang", facet="lang", wire="hit"),
    Field("translation", "text", stored=True, filter="translation", wire="document"),
    Field("description", "text", 1.0, 0.5, stored=True, wire="document"),
    Field("aliases", "texts", 1.0, 0.5, stored=True),
    Field("slug", "text", 0.5, 0.5),
    Field("fields", "fields", stored=True, wire="hit"),
    Field("unpublished", "text", stored=True, wire="document"),
    # As `model.stored_link` writes each of those that lead to the site itself.
    Field("links", "texts", stored=True),
    # For the score code is part of the body. The filter is for the language of a block.
    Field("code", "sections", searched=True, filter="codelang"),
)

#: The fields that words are looked for in, by their codes: a field's code is its place here. Code has the next one.
SCORED = tuple(field for field in FIELDS if field.weight)
CODE = len(SCORED)
#: Which codes a field's name in a query stands for.
CODES: dict[str, tuple[int, ...]] = {field.name: (code,) for code, field in enumerate(SCORED)}
TITLE, HEADING, BODY = (CODES[name][0] for name in ("title", "heading", "body"))
CODES |= {"body": (BODY, CODE), "code": (CODE,)}
#: What is stored of a post beside the text of its sections, in this order.
STORED = tuple(field for field in FIELDS if field.stored)
#: By their names in queries, in answers and in requests. Years are counted last, texts are sorted by last.
FILTERS = {field.filter: field for field in FIELDS if field.filter}
FACETS = {field.facet: field for field in sorted(FIELDS, key=lambda field: field.type == "date") if field.facet}
SORTS = {field.name: field for field in sorted(FIELDS, key=lambda field: field.type == "text") if field.sort}
#: Filter and facet of the site that a post is of, where several are searched as one; no post says which that is.
SITE, SITES = "site", "sites"
#: Columns that no filter is typed for: what the links of a post look for, and the names by which they may find one, as
#: keys of `sites.links`.
LINK, MEANT = "link", "meant"
#: What hits have in JSON, and what documents have.
HIT = tuple(field for field in FIELDS if field.wire == "hit")
DOCUMENT = tuple(field for field in FIELDS if field.wire)


def fingerprint() -> str:
    """Of all that goes into what is stored: an index that was made with other fields is rebuilt.

    >>> fingerprint() == fingerprint(), len(fingerprint())
    (True, 8)
    """
    rows = [field._replace(searched=False, facet="", wire="") for field in FIELDS]
    return f"{crc32(repr(rows).encode()):08x}"
