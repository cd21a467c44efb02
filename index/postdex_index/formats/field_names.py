"""What is a key of front matter called in queries, and does it mean something already?"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from ..schema import FIELDS, SITE, SITES

#: Names that mean something as fields: a line that begins with one of them was meant to be one.
KNOWN = frozenset(
    (
        *("title", "linktitle", "description", "summary", "excerpt", "subtitle", "slug", "abbrlink", "weight"),
        *("date", "published", "pubdate", "pubdatetime", "publishedat", "created", "publishdate", "expirydate"),
        *("updated", "lastmod", "modified", "last_modified_at", "updateddate", "updatedat", "moddatetime"),
        *("unpublishdate", "tags", "tag", "labels", "keywords", "categories", "category", "authors", "author"),
        *("lang", "language", "locale", "aliases", "alias", "redirect_from", "url", "permalink", "path", "series"),
        *("translationkey", "page_id", "ref", "lang_ref", "language_reference"),
        *("exclude_search", "search_exclude", "excludesearch", "excludefromsearch", "booksearchexclude"),
        *("in_search_index", "pagefind"),
        *("layout", "draft", "hidden", "indexing", "search", "password", "encrypt", "status", "taxonomies"),
    )
)
#: Names of the query language. A field of that name would be another filter than the one that people type.
LANGUAGE = frozenset(
    (
        *(name for field in FIELDS for name in (field.name, field.filter, field.facet) if name),
        *(SITE, SITES, "after", "before", "score", "links", "linked", "regex"),
    )
)
#: Keys that are known by what they mean to us, but say nothing that is found otherwise: who has them may ask for them.
_ASKED_FOR = {"layout", "weight", "series", "status"}
#: Keys that mean something already, or keep a post from being read.
TAKEN = (
    (KNOWN - _ASKED_FOR)
    | LANGUAGE
    | {"last_update", "lang-ref", "token", "api_key", "secret"}
    | {f"search.{name}" for name in ("boost", "exclude", "keywords", "pin", "pins")}
)


# Many posts have the same keys.
@lru_cache(1_000)
def name_of(key: str) -> str:
    """A key of front matter as queries name it: in lower case, with `-` for what is no letter, digit, `_` or dot.

    >>> name_of("Reading Status"), name_of("标签"), name_of("a:b"), name_of("__proto__"), name_of("?")
    ('reading-status', '标签', 'a-b', '__proto__', '')
    """
    return re.sub(r"[^\w.]+", "-", normalize("NFKC", key).lower()).strip("-.")
