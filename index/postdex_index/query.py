"""What is searched for: the query as a tree of small values, known to every engine.

Who builds it: `postdex.query.parse` from text, or a program by hand. Who evaluates it:
an engine (`postdex_index.engine.api`). The tree knows neither text nor storage; its
words are terms already folded by `postdex_index.text.tokenizer`, not yet stemmed.

One rule of scoring for all shapes: every leaf outside `excluded` that a matching
post holds adds `weight x idf x impact` to its score. Filters match and add nothing.
"""

from __future__ import annotations

from typing import TypeAlias

from .named_tuple import NamedTuple

#: Before the name of a field of the site's own: the column that a `Keyword` names, which no other can be taken for.
OWN_FIELD = "field "


class Term(NamedTuple):
    """One word: its surface or any word of the same stem; only the surface if `exact`."""

    text: str
    field: str = ""
    weight: float = 1.0
    exact: bool = False


class Phrase(NamedTuple):
    """Words side by side, in order; with `slop`, within so many more words, in any order.

    `exact` takes surfaces (quoted words), else any word of the same stem (the parts
    of a compound). With `prefix` the last word is only the beginning of one. With `outside_links` it does
    not count where all of it is the text of one link: that says what stands elsewhere.
    """

    terms: tuple[str, ...]
    field: str = ""
    weight: float = 1.0
    exact: bool = False
    slop: int = 0
    prefix: bool = False
    outside_links: bool = False


class Prefix(NamedTuple):
    """Any word that begins with `text`."""

    text: str
    field: str = ""
    weight: float = 1.0


class Wildcard(NamedTuple):
    """Any word that the pattern covers; `*` is any run of characters, `?` is one. It may begin with either."""

    pattern: str
    field: str = ""
    weight: float = 1.0


class Regex(NamedTuple):
    r"""Any word, compounds in one, that all of the regular expression covers (`text.regexes.of_words`), whatever its
    case. `pattern` stands between slashes, which tell it from a `Wildcard`: `/smc\w+fallback/`."""

    pattern: str
    field: str = ""
    weight: float = 1.0


class Fuzzy(NamedTuple):
    """Any word within `slips` Damerau-Levenshtein slips of `text`, the first character fixed."""

    text: str
    slips: int = 1
    field: str = ""
    weight: float = 1.0


class Synonyms(NamedTuple):
    """One word in several spellings (`sk_user_data`, or the phrase sk user data): counted as one word.

    In each post the spelling counts that is worth most there; its positions are theirs together, and its idf is that
    of the posts that have any.
    """

    spellings: tuple[Term | Phrase | Prefix, ...]
    weight: float = 1.0


class Keyword(NamedTuple):
    """Filter: the column (tag, category, author, lang, path or codelang) holds this value; `site` is the name of a site
    where several are searched as one, `field NAME` has a field of the site's own.

    Values are whole and folded; `*` is any run of characters, `?` is one. `tag` and `category` cover those below
    (`a/b` finds `a/b/c`), `lang` its regions (`zh` finds `zh-cn`), `author` any word of the name, `path` a prefix
    of segments or, with `*` or `?`, a glob; a path may also stand as it is written.
    """

    field: str
    value: str


class DateRange(NamedTuple):
    """Filter: the post's own date lies in [start, stop), seconds since 1970 in the site's wall-clock time.

    None is an open end. A date that was only guessed from the file's time never matches.
    """

    start: int | None = None
    stop: int | None = None


class FieldRange(NamedTuple):
    """Filter: a field of the site's own (`Keyword`'s column `field NAME` has its values) has a value of this kind,
    "number", "date" or "boolean", in [start, stop): numbers, seconds since 1970 on the clock of the site, or 0 for
    false and 1 for true. None is an open end.
    """

    field: str
    kind: str
    start: float | None = None
    stop: float | None = None


class Everything(NamedTuple):
    """Every post; adds nothing to a score."""


class Clauses(NamedTuple):
    """Clauses side by side.

    A post matches when it has every `required`, none of `excluded`, and at least `minimum`
    of `optional`. `bonus` clauses add to the score of posts that match and decide nothing
    (stop words among other words). `typed` is the one word that all of them are pieces of, if they are; for messages.
    """

    required: tuple[Query, ...] = ()
    optional: tuple[Query, ...] = ()
    excluded: tuple[Query, ...] = ()
    bonus: tuple[Query, ...] = ()
    minimum: int = 0
    typed: str = ""


Leaf: TypeAlias = Term | Phrase | Prefix | Wildcard | Regex | Fuzzy | Synonyms
Query: TypeAlias = (
    Term
    | Phrase
    | Prefix
    | Wildcard
    | Regex
    | Fuzzy
    | Synonyms
    | Keyword
    | DateRange
    | FieldRange
    | Everything
    | Clauses
)


def leaves(query: Query) -> list[Leaf]:
    """Every leaf that can add to a score, in the order they were typed; excluded ones left out.

    >>> [leaf.text for leaf in leaves(Clauses(required=(Term("a"),), excluded=(Term("b"),)))]
    ['a']
    """
    if isinstance(query, Clauses):
        return [
            leaf for part in (query.required, query.optional, query.bonus) for clause in part for leaf in leaves(clause)
        ]
    if isinstance(query, (Keyword, DateRange, FieldRange, Everything)):
        return []
    return [query]


def show(query: Query) -> str:
    """The tree as one line of text, for `parsed` in results and for tests.

    >>> show(Clauses(required=(Term("refcount"),), optional=(Term("bug"),), excluded=(Term("psock"),)))
    '(+refcount bug -psock)'
    """
    match query:
        case Term(text, field, weight, exact):
            return _field(field) + (f'"{text}"' if exact else text) + _weight(weight)
        case Phrase(terms, field, weight, exact, slop, prefix):  # what is typed as a whole is in no tree
            quote = '"' if exact else "'"
            words = " ".join(terms) + ("*" if prefix else "")
            return _field(field) + quote + words + quote + (f"~{slop}" if slop else "") + _weight(weight)
        case Prefix(text, field, weight):
            return _field(field) + text + "*" + _weight(weight)
        case Wildcard(pattern, field, weight) | Regex(pattern, field, weight):
            return _field(field) + pattern + _weight(weight)
        case Fuzzy(text, slips, field, weight):
            return _field(field) + text + "~" + (str(slips) if slips > 1 else "") + _weight(weight)
        case Synonyms(spellings, weight):
            return "[" + " | ".join(map(show, spellings)) + "]" + _weight(weight)
        case Keyword(field, value):
            return f"{field.removeprefix(OWN_FIELD)}={value}"
        case DateRange(start, stop):
            return f"date={'' if start is None else start}..{'' if stop is None else stop}"
        case FieldRange(field, _, start, stop):
            return f"{field}={'' if start is None else f'{start:.12g}'}..{'' if stop is None else f'{stop:.12g}'}"
        case Everything():
            return "*"
        case Clauses(required, optional, excluded, bonus, minimum):
            parts = ["+" + show(c) for c in required] + [show(c) for c in optional]
            parts += ["?" + show(c) for c in bonus] + ["-" + show(c) for c in excluded]
            return "(" + " ".join(parts) + ")" + (f"@{minimum}" if minimum > 1 else "")
    raise TypeError(f"not a query: {query!r}")


def _field(field: str) -> str:
    return f"{field}:" if field else ""


def _weight(weight: float) -> str:
    return "" if weight == 1.0 else f"^{weight:g}"
