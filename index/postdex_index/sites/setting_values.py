"""Can a value be used that somebody gave a setting? What is wrong with it, in words.

Asked only where something is set. Which settings there are, of which type and where they stand, is `settings`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .. import forks

#: What a value must be, by the type of its setting.
EXPECTED = {
    "text": "a text",
    "texts": "a list of texts",
    "number": "a whole number, not negative",
    "flag": "true or false",
    "table of texts": "a table of lists of texts",
    "tables": "tables, each with a query and a post",
}
#: Behind the word on the left of a row of synonyms.
_ONE_WAY = "->"
#: A phrase among synonyms has no more words, a word no more synonyms in one row.
_MOST_WORDS, MOST_SYNONYMS = 10, 50
#: A row of pins has no more queries, and no more posts: what comes first of more is no longer what comes first.
_MOST_PINNED = 100


def wrong(name: str, value: object, usual: object, choices: Sequence[str]) -> str:
    """What is wrong with the value of a setting, "" if nothing is; `usual` is its default, and if there are `choices`
    it is one of them."""
    if choices:
        others = [choice for choice in choices if choice]
        for chosen in value if isinstance(value, tuple) else (value,):
            if chosen not in choices:
                return f"{chosen} is not one of {', '.join(others)}{nearest(str(chosen), others)}"
        return ""
    if name == "colors":
        return _wrong_colors(str(value), str(usual))
    return _WRONG[name](value) if name in _WRONG else ""


def wrong_row(name: str, key: str, texts: Sequence[str], table: str) -> str:
    """What is wrong with a row of a setting that is a table of texts, "" if nothing is.

    >>> wrong_row("synonyms", "k8s", ["K8s"], "")
    'k8s stands for itself'
    """
    return _WRONG_ROW[name](key, texts, table) if name in _WRONG_ROW else ""


def wrong_pin(pin: object) -> str:
    """What is wrong with a row of pins, "" if nothing is.

    >>> wrong_pin({"query": "install", "posts": "install.md"})
    'posts is not known; did you mean post?'
    >>> wrong_pin({"query": "!?", "post": "install.md"})
    'the query !? has no word'
    """
    if not isinstance(pin, Mapping):
        return "each is a table with a query and a post"
    for name in pin:
        if name not in ("query", "post"):
            return f"{name} is not known{nearest(str(name), ('query', 'post')) or '; there are query and post'}"
    for name in ("query", "post"):
        if not texts_of(pin.get(name)):
            return f"{name} must be a text or a list of texts"
        if len(texts_of(pin[name])) > _MOST_PINNED:
            return f"{name} has more than {_MOST_PINNED} values"
    wordless = [query for query in texts_of(pin["query"]) if not re.search(r"\w", query)]
    return f"the query {wordless[0]} has no word" if wordless else _wrong_globs(texts_of(pin["post"]))


def texts_of(value: object) -> tuple[str, ...]:
    """One text or a list of them; () for what is neither, or has an empty one."""
    texts = (value,) if isinstance(value, str) else value
    fits = isinstance(texts, (list, tuple)) and all(isinstance(text, str) and text.strip() for text in texts)
    return tuple(texts) if fits and isinstance(texts, (list, tuple)) else ()


def nearest(name: str, names: Sequence[str]) -> str:
    """A question for the name that was meant, behind a message; "" if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _wrong_globs(globs: Iterable[str]) -> str:
    for glob in globs:
        if not glob.strip("/! "):
            return "a pattern is empty"
        if ".." in re.split(r"[/\\]", glob) or glob.startswith("~") or re.match(r"[A-Za-z]:[/\\]", glob):
            return f"{glob} leads out of the folder; patterns are relative to it"
    return ""


def _wrong_fields(names: Iterable[str]) -> str:
    with forks.barred:
        from ..formats.field_names import TAKEN, name_of

    for name in names:
        if not name_of(name):
            return f"{name!r} has no letter and no digit"
        if name_of(name) in TAKEN:
            return f"{name} means something already, and is no field of the site's own"
    return ""


def _wrong_timezone(value: str) -> str:
    if not value:
        return ""
    with forks.barred:
        from ..formats.dates import find_zone

    hint = "without a system's zones: pip install tzdata"
    return "" if find_zone(value) else f"{value} is no time zone known here ({hint})"


def _wrong_recency(value: str) -> str:
    with forks.barred:
        from ..formats.periods import length

    fits = not value or value == "off" or length(value)
    return "" if fits else f"{value} is no length of time such as 1y, 6m or 90d"


def _wrong_language(value: str) -> str:
    fits = re.fullmatch(r"(?:[a-z]{2,3}(?:-[a-z0-9]{2,8})*)?", value)
    return "" if fits else f"{value} is no code such as en or zh-cn"


def _wrong_url(value: str) -> str:
    if not value:
        return ""
    if not re.match(r"/(?!/)|https?://", value):
        return "the pattern must begin with / or https://"
    with forks.barred:
        from .permalinks import PLACEHOLDERS

    unknown = [name for name in re.findall(r":([a-z_]+)", value) if name not in PLACEHOLDERS]
    return f":{unknown[0]} is not known; there are :{', :'.join(sorted(PLACEHOLDERS))}" if unknown else ""


def _wrong_base_url(value: str) -> str:
    fits = re.fullmatch(r"(?:https?://[^\s/?#\\][^\s?#\\]*|/(?!/)[^\s?#\\]*)?", value)
    return "" if fits else f"{value} is neither an http(s) address nor a path"


def _wrong_editor(value: str) -> str:
    if value and not re.match(r"(?!javascript:|data:)[a-z][a-z0-9+.-]*:[^\s]*$", value):
        return "it must be a link such as vscode://file{path}:{line}"
    unknown = set(re.findall(r"\{([^{}]*)\}", value)) - {"path", "line"}
    return f"{{{min(unknown)}}} is not known; there are {{path}} and {{line}}" if unknown else ""


def _wrong_colors(value: str, usual: str) -> str:
    names = [pair.partition("=")[0] for pair in usual.split(":")]
    for pair in filter(None, value.split(":")):
        name, _, code = pair.partition("=")
        if name not in names:
            return f"{name} is not one of {', '.join(names)}{nearest(name, names)}"
        if not re.fullmatch(r"=(?:\d{1,3}(?:;\d{1,3})*)?", pair[len(name) :], re.ASCII):
            return f"{name}={code} is no list of numbers, such as 1;31"
    return ""


def _wrong_origins(origins: Iterable[str]) -> str:
    wrong = [origin for origin in origins if not re.fullmatch(r"https?://[^\s/?#\\@*]+", origin)]
    return f"{wrong[0]} is no origin (scheme and host, without a path)" if wrong else ""


def _wrong_prefix(name: str) -> str:
    with forks.barred:
        from .names import wrong_index_name

    return wrong_index_name(name) if name else "it is empty"


def _wrong_sites(names: Iterable[str]) -> str:
    with forks.barred:
        from .names import wrong_sites

    return wrong_sites(names)


def _wrong_synonyms(key: str, texts: Sequence[str], language: str) -> str:
    if wrong_language := _wrong_language(language):
        return wrong_language
    left, _ = one_way(key)
    if _ONE_WAY in left.split():
        return f'{key} has {_ONE_WAY} inside; write "word {_ONE_WAY}" = ["other word"]'
    if not texts:
        return f"{key} has no word beside it"
    if len(texts) > MOST_SYNONYMS:
        return f"{left} has {len(texts):,} words beside it; {MOST_SYNONYMS} are the most there may be"
    for text in (left, *texts):
        if not any(map(str.isalnum, text)):
            return f"{text!r} beside {key} holds no word" if text != left else f"{key!r} holds no word"
        if len(text.split()) > _MOST_WORDS:
            return f"{text[:50]}… has more than {_MOST_WORDS} words"
    itself = left.casefold().split()
    return f"{left} stands for itself" if any(text.casefold().split() == itself for text in texts) else ""


def one_way(key: str) -> tuple[str, bool]:
    """The word on the left of a row of synonyms, and whether it stands for the others only and not they for it.

    >>> one_way("k8s ->"), one_way("k8s")
    (('k8s', True), ('k8s', False))
    """
    left = key.strip()
    return left.removesuffix(_ONE_WAY).rstrip(), left.endswith(_ONE_WAY)


def _wrong_record(name: str) -> str:
    fits = re.fullmatch(r"(?:\w[\w.-]*\.jsonl)?", name)
    return "" if fits else f"{name} is no name such as queries.jsonl; only the command line names a path"


_WRONG: dict[str, Callable[[Any], str]] = {
    "include": lambda globs: _wrong_globs(globs) or ("" if globs else "the list is empty"),
    "exclude": _wrong_globs,
    "glossary": _wrong_globs,
    "fields": _wrong_fields,
    "timezone": _wrong_timezone,
    "language": _wrong_language,
    "url": _wrong_url,
    "base_url": _wrong_base_url,
    "editor": _wrong_editor,
    "max_bytes": lambda size: "" if size else "it must be more than 0",
    "origins": _wrong_origins,
    "site": lambda name: _wrong_sites([name]) if name else "",
    "sites": _wrong_sites,
    "opensearch.prefix": _wrong_prefix,
    "home": _wrong_base_url,
    "css": lambda path: _wrong_globs([path]) if path else "",
    "opensearch.shards": lambda count: "" if 0 < count <= 1024 else "it must be from 1 to 1024",
    "opensearch.replicas": lambda count: "" if count <= 20 else "it must be at most 20",
    "recency": _wrong_recency,
    "record.file": _wrong_record,
    "record.max_bytes": lambda size: "" if 10_000 <= size <= 50_000_000 else "it must be from 10,000 to 50,000,000",
}


#: For settings that are tables of texts: of a key, its texts and the table they stand in.
_WRONG_ROW = {"synonyms": _wrong_synonyms}
