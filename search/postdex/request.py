"""What may be asked of a search? Each argument once: type, default, bounds, choices, and words for every face.

Options and `--help`, the library's signature, HTTP parameters, the OpenAPI document, the tool of an assistant and the
tables of docs/ are made from `_ROWS`. A new argument is a field of `SearchRequest`, its row, its key in
`SearchArguments`, and the module that acts on it. Filters are read by `argument_filters`. Light on purpose: a cold
search loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, TypeVar, Unpack, get_args

from postdex_index import forks, schema
from postdex_index.errors import QueryError
from postdex_index.named_tuple import NamedTuple

if TYPE_CHECKING:
    from datetime import date

#: What happens before a search: the index is brought up to the files, or left as it is, or has to be as new as they.
Refresh: TypeAlias = Literal["auto", "never", "require"]
#: In what order hits come: best first, newest first, last updated first, by title.
Sort: TypeAlias = Literal["score", "date", "updated", "title"]
#: What is a hit.
Units: TypeAlias = Literal["posts", "sections"]
#: Whether the translations of a post are one hit, or each of them is.
Translations: TypeAlias = Literal["group", "all"]
#: One text, or several.
Texts: TypeAlias = str | Iterable[str]
#: `2024-03-14`, `30d`, `last week` as in a query, or a date or datetime.
Day: TypeAlias = "str | date | None"

REFRESH: tuple[str, ...] = get_args(Refresh)
SORTS = ("score", *schema.SORTS)
UNITS: tuple[str, ...] = get_args(Units)
TRANSLATIONS: tuple[str, ...] = get_args(Translations)
#: By what all posts that match are counted.
FACETS = (*schema.FACETS, schema.SITES)
#: And by all fields of the site's own that the settings name.
NAMED_FIELDS = "fields"
#: More hits than these are not made at once; a program that wants more of them pages.
MAX_HITS = 1000
#: A limit of an engine's search that no index reaches.
ALL_POSTS = 1 << 40

#: What arguments are called elsewhere.
_MEANT = {
    "count": "limit", "k": "limit", "max_results": "limit", "n": "limit", "size": "limit", "top_k": "limit",
    "from_": "offset", "skip": "offset", "start": "offset", "order": "sort", "order_by": "sort", "sort_by": "sort",
    "category": "categories", "language": "lang", "since": "after", "until": "before", "fuzzy": "typo",
    "highlight": "snippets", "timeout": "deadline_ms", "directory": "folder", "path": "folder", "index_dir": "index",
    "documents": "texts", "docs": "texts", "query": "q", "q": "query",
}  # fmt: skip

_Method = TypeVar("_Method", bound=Callable[..., Any])


class Argument(NamedTuple):
    """A row: words, bounds and faces of an argument. Name and default are those of its field."""

    #: One sentence for `--help`, OpenAPI and assistants.
    doc: str
    #: What docs/library.md and the docstring say besides.
    more: str = ""
    #: "text", "texts", "number", "flag", "date" or "milliseconds".
    kind: str = "text"
    name: str = ""
    default: Any = None
    choices: tuple[str, ...] = ()
    #: Bounds of a number; `most` is of a text's characters where a face limits them.
    least: int = 0
    most: int | None = None
    #: What to do about a number out of bounds.
    hint: str = ""
    #: What one value of a list is called.
    single: str = ""
    #: The short option of the command line, and the words of its help where they are not `doc`.
    short: str = ""
    option_doc: str = ""
    example: Any = None
    #: Whether it may name a field of the site's own besides its choices; which there are only an index knows.
    own_fields: bool = False
    #: Where it can be said, besides the library.
    faces: str = "cli http mcp"

    def in_full(self) -> str:
        """All that is said of it, with bounds and choices, as docs and docstrings have it."""
        bounds = f"At most {self.most:,}." if self.kind == "number" and self.most is not None else ""
        names = ", ".join(f'"{choice}"' for choice in self.choices)
        besides = ", or fields of the site's own" if self.own_fields else ""
        choices = f"{'Any' if self.kind == 'texts' else 'One'} of {names}{besides}." if names else ""
        return " ".join(filter(None, (self.doc, bounds, choices, self.more)))

    def checked(self, value: Any) -> Any:
        """The value as a request holds it. Raises QueryError, which names the argument.

        >>> arguments()["limit"].checked(5000)
        Traceback (most recent call last):
        postdex.QueryError: limit is 5000; ask for 0 to 1000 hits at a time and page with offset
        """
        if (value is None and self.default is None) or self.kind == "date":
            return value
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise wrong(self.name, value, "True or False")
            return value
        if self.kind == "texts":
            value = _filters(value) if self.name == "where" and isinstance(value, Mapping) else value
            return tuple(self._chosen(text) for text in texts(self.name, value))
        if self.kind == "milliseconds":
            if not isinstance(value, (int, float, type(None))):
                raise wrong(self.name, value, "a number of milliseconds, or None")
            return value
        if self.kind == "number":
            if not isinstance(value, int):
                raise wrong(self.name, value, "a whole number")
            if value < self.least or (self.most is not None and value > self.most):
                raise QueryError(f"{self.name} is {value}", self.hint, code=f"bad_{self.name}")
            return value
        return self._chosen(value if self.choices else check_text(self.name, value))

    def _chosen(self, value: Any) -> Any:
        if self.choices and value not in self.choices and not (self.own_fields and isinstance(value, str)):
            name = self.single or self.name
            raise QueryError(
                f"{name} {value!r} is not known", f"use one of {', '.join(self.choices)}", code=f"bad_{name}"
            )
        return value


#: What `Index.search` takes besides the query, as callers may write it; each is described in `SearchRequest`. Its types
#: are values: as texts each would be compiled.
SearchArguments = TypedDict(  # noqa: UP013
    "SearchArguments",
    {
        "limit": int,
        "offset": int,
        "sort": Sort | str,
        "tags": Texts,
        "categories": Texts,
        "after": Day,
        "before": Day,
        "lang": str | None,
        "path": str | None,
        "sites": Texts,
        "where": Texts | Mapping[str, Any],
        "translations": Translations,
        "recency": str | None,
        "meaning": bool | None,
        "drafts": bool,
        "typo": bool,
        "facets": Texts,
        "units": Units,
        "prefix_last": bool,
        "snippets": bool,
        "section_snippets": bool,
        "explain": bool,
        "deadline_ms": float | None,
    },
    total=False,
)


#: What of that says in which posts lines are looked for.
LINE_FILTERS = ("tags", "categories", "after", "before", "lang", "path", "sites", "where", "drafts")
#: What `Index.lines` takes.
LineArguments = TypedDict(  # noqa: UP013
    "LineArguments",
    {
        "tags": Texts,
        "categories": Texts,
        "after": Day,
        "before": Day,
        "lang": str | None,
        "path": str | None,
        "sites": Texts,
        "where": Texts | Mapping[str, Any],
        "drafts": bool,
        "deadline_ms": float | None,
    },
    total=False,
)


class SearchRequest(NamedTuple):
    """A search: its query and all arguments, checked if it was made by `of`; `_ROWS` describes each.

    >>> SearchRequest.of("psock", tags="linux").tags
    ('linux',)
    """

    query: str = ""
    limit: int = 10
    offset: int = 0
    sort: Sort | str = "score"
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    after: Day = None
    before: Day = None
    lang: str | None = None
    path: str | None = None
    sites: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    translations: Translations = "group"
    recency: str | None = None
    meaning: bool | None = None
    drafts: bool = False
    typo: bool = True
    facets: tuple[str, ...] = ()
    units: Units = "posts"
    prefix_last: bool = False
    snippets: bool = True
    section_snippets: bool = False
    explain: bool = False
    deadline_ms: float | None = 2000

    @classmethod
    def of(cls, query: str, **given: Unpack[SearchArguments]) -> SearchRequest:
        """The request for a query and these arguments. Raises QueryError for what cannot be used."""
        rows = arguments()
        for name in given:
            if name not in rows:
                raise unexpected("search", name, [name for name in rows if name != "query"])
        checked: dict[str, Any] = {name: rows[name].checked(value) for name, value in given.items()}
        return cls(check_text("query", query), **checked)


#: What is said of each field of `SearchRequest`, in the order of the documentation.
_ROWS = {
    "query": Argument("The query, in the language of the command line.", example="SMC fallback", faces="http mcp"),
    "limit": Argument(
        "So many hits.",
        kind="number",
        most=MAX_HITS,
        hint=f"ask for 0 to {MAX_HITS} hits at a time and page with offset",
        short="-n",
        option_doc="Show so many hits (10; with -l or -0 all).",
        example=10,
    ),
    "offset": Argument("Leave out so many hits before them.", kind="number", hint="the first hit has offset 0"),
    "sort": Argument(
        "The order; any but score requires all words.",
        "By date and updated the newest come first. A field of the site's own sorts texts from a to z, numbers and"
        " dates from the greatest down; `-rating` the other way round.",
        choices=SORTS,
        own_fields=True,
    ),
    "tags": Argument(
        "Only posts with all of these tags.",
        'One may be a text, `tags="C++"`.',
        kind="texts",
        single="tag",
        option_doc="Only posts with this tag; several: with all of them.",
        example=["linux"],
    ),
    "categories": Argument(
        "Only posts in all of these categories (a/b).",
        kind="texts",
        single="category",
        option_doc="Only posts in this category (a/b).",
        example=["linux/net"],
    ),
    "after": Argument(
        "Only posts from this date on (2024, 2024-03, 2024-03-14, 30d, yesterday, last week).",
        "Or a `date`, or a `datetime` of the site's clock.",
        kind="date",
    ),
    "before": Argument("Only posts before this date.", kind="date"),
    "lang": Argument("Only posts in this language (zh covers zh-CN)."),
    "path": Argument("Only posts in this folder, or the post of this path.", faces="http mcp"),
    "sites": Argument(
        "Only posts of any of these sites, where several are searched as one.",
        "A pattern such as `docs*` will do.",
        kind="texts",
        single="site",
        option_doc="Only posts of this site, where several are searched as one; several: of any of them.",
        faces="cli http",
    ),
    "where": Argument(
        "Only posts that these filters find, as a query has them (status:published, rating:>=4, -status:draft).",
        'In Python also a mapping of values; of a list any will do: `where={"status": ["draft", "review"]}`.',
        kind="texts",
        option_doc="Only posts that this filter finds: status:published, rating:>=4; several: all of them.",
        example=["tag:linux"],
    ),
    "translations": Argument(
        "Whether a post in several languages is one hit (group) or several (all).",
        "Where the index has no groups (docs/languages.md) each post is a hit. So it is with a filter by language.",
        choices=TRANSLATIONS,
    ),
    "recency": Argument(
        "The age at which a post counts half as much for being new (1y, 6m, 90d), or off.",
        "None: as the setting `recency` says. Only in the order by score.",
        example="1y",
    ),
    "meaning": Argument(
        "Order the first hits by meaning, too, or not; else by the setting `meaning`.", kind="flag", faces="cli http"
    ),
    "drafts": Argument("Unpublished posts too.", kind="flag"),
    "typo": Argument(
        "Join words that no post has with their nearest.",
        kind="flag",
        option_doc="Do not search for near words when a word is unknown.",
        faces="cli http",
    ),
    "facets": Argument(
        "Counts over all posts that match.",
        "`fields` stands for all fields of the site's own that the settings name.",
        kind="texts",
        choices=(*FACETS, NAMED_FIELDS),
        own_fields=True,
        single="facet",
        option_doc="Count the posts found by tag, category, language, year, site and the fields named in the settings.",
        example=["tags"],
    ),
    "units": Argument("What is a hit: a post, or each of its sections.", choices=UNITS, faces="http"),
    "prefix_last": Argument(
        "Take the last word as the beginning of one, for search as you type.", kind="flag", faces="http"
    ),
    "snippets": Argument(
        "A snippet for each hit.",
        "Without, hits come quicker, with an empty one and the line of their best section.",
        kind="flag",
        faces="http",
    ),
    "section_snippets": Argument("A snippet for each section of a hit.", kind="flag", faces="cli http"),
    # On the command line --explain takes a path too: `commands` has it.
    "explain": Argument("Say what each score is made of.", kind="flag", faces="http"),
    "deadline_ms": Argument(
        "After so many milliseconds the answer is what was found so far.",
        "None: it may take its time.",
        kind="milliseconds",
        faces="",
    ),
}


@cache
def arguments() -> dict[str, Argument]:
    """All arguments by name, the query too, in the order of the documentation."""
    defaults = SearchRequest._field_defaults
    return {name: row._replace(name=name, default=defaults[name]) for name, row in _ROWS.items()}


#: What the reader of a published index knows of them: how a value is checked, and what stands for none.
FORMS = {
    name: {
        "default": row.default,
        **{part: getattr(row, part) for part in ("kind", "choices", "least", "most", "hint", "single", "own_fields")},
    }
    for name, row in arguments().items()
}


def shown_on(face: str) -> list[Argument]:
    """The arguments that can be said on a face: "cli", "http" or "mcp"."""
    return [argument for argument in arguments().values() if face in argument.faces.split()]


def documented(method: _Method) -> _Method:
    """The method, whose docstring ends with all arguments."""
    rows = [argument for argument in arguments().values() if argument.name != "query"]
    lines = [f"{argument.name} (default {argument.default!r}): {argument.in_full()}" for argument in rows]
    method.__doc__ = (method.__doc__ or "").rstrip() + "\n\n        " + "\n        ".join(lines)
    return method


def check_text(name: str, value: object) -> str:
    """The value, if it is a text.

    >>> check_text("query", None)
    Traceback (most recent call last):
    postdex.QueryError: query is None; give it as a text
    """
    if not isinstance(value, str):
        raise wrong(name, value, "a text")
    return value


def texts(name: str, value: object) -> tuple[str, ...]:
    """The values, of which a text is one.

    >>> texts("tags", "C++"), texts("tags", ["linux", "c"])
    (('C++',), ('linux', 'c'))
    """
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise wrong(name, value, "a text or a list of texts")
    return tuple(check_text(name, text) for text in value)


def _filters(where: Mapping[object, object]) -> tuple[str, ...]:
    """The filters that a mapping from fields to values means, as a query has them; of a list any value will do.

    >>> _filters({"status": ["draft", "in review"], "done": True, "rating": ">=4"})
    ('status:(draft OR "in review")', 'done:true', 'rating:>=4')
    """
    import re  # few searches have one

    filters = []
    for name, value in where.items():
        values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        shown = [quoted(value) for value in values]
        if not shown:
            continue
        choice = shown[0] if len(shown) == 1 else f"({' OR '.join(shown)})"
        typed = re.sub(r"[^\w.]+", "-", check_text("where", name)).strip("-")  # as names are typed in a query
        filters.append(f"{typed}:{choice}")
    return tuple(filters)


def quoted(value: object) -> str:
    """A value as a query has it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not any(sign.isspace() or sign in '"()' for sign in text):
        return text
    return f"“{text}”" if '"' in text else f'"{text}"'


def wrong(name: str, value: object, expected: str) -> QueryError:
    """The error of an argument that is of another type than it should be."""
    return QueryError(f"{name} is {value!r:.60}", f"give it as {expected}", code="bad_argument")


def unexpected(function: str, name: str, names: Collection[str]) -> TypeError:
    """The error of an argument that a function does not take.

    >>> unexpected("search", "tag", ["limit", "tags"])
    TypeError("search() got an unexpected keyword argument 'tag'; did you mean tags?")
    """
    hint = meant_argument(name, names) or f"it takes {', '.join(names)}"
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}; {hint}")


def meant_argument(name: str, names: Collection[str]) -> str:
    """Which of the known arguments was meant by one that there is not, as a question; "" if none is near.

    >>> meant_argument("since", ["after", "tags"]), meant_argument("tag", ["after", "tags"]), meant_argument("x", ["q"])
    ('did you mean after?', 'did you mean tags?', '')
    """
    with forks.barred:
        from difflib import get_close_matches

    meant = _MEANT.get(name, "")
    near = [meant] if meant in names else get_close_matches(name, names, 1, 0.6)
    return f"did you mean {near[0]}?" if near else ""
