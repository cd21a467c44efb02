"""Which fields does a document have in the cluster, how are they analysed, and is an index that is there one of ours?

The fields follow from `schema`; what they hold is made in `documents.py` and, for groups and commits, by the writer.
An index says in its mapping what it was made with: by whom, in which format, under which rules, against which lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .... import schema, scoring
from ....schema import FACETS, SORTS
from ...embedded.storage import commits
from .documents import BESIDE, GAP
from .one_post_segment import SEGMENT

#: Raised with every change of what a document holds. An index of another format is made anew.
FORMAT = 2
#: Under this name the mapping says whose it is.
OURS = "postdex"
#: No position is longer: the words that stand there, each of 80 characters at most.
_LONGEST_POSITION = 32_768
_ANALYSIS = {
    "tokenizer": {"positions": {"type": "whitespace", "max_token_length": _LONGEST_POSITION}},
    "filter": {
        "beside": {"type": "pattern_capture", "preserve_original": False, "patterns": [f"([^{BESIDE}]+)"]},
        "gap": {"type": "stop", "stopwords": [GAP]},
    },
    "analyzer": {
        "places": {"type": "custom", "tokenizer": "positions", "filter": ["beside", "gap"]},
        "words": {"type": "custom", "tokenizer": "positions"},
    },
}
_SOUGHT = {"type": "keyword", "doc_values": False}
_COUNTED = {"type": "keyword"}
_SORTED_TEXT = {"type": "keyword", "index": False}
_SORTED_NUMBER = {"type": "long"}
_SORTED_REAL = {"type": "double", "index": False}
_KEYS = {"type": "long", "doc_values": False}
_UNSEARCHED = {"type": "object", "enabled": False}
_FIELDS: dict[str, dict[str, Any]] = {
    "kind": _COUNTED,
    "since": {"type": "long"},
    "path": _COUNTED,
    "draft": {"type": "boolean"},
    "floor": {"type": "long"},
    "stamp": _UNSEARCHED,
    "commit": _UNSEARCHED,
    SEGMENT: {"type": "binary", "doc_values": True},
    "stems": {"type": "rank_features"},
    "forms": _COUNTED,
    "respelled": _SOUGHT,
    "parts": _SOUGHT,
    "title_words": _SOUGHT,
    "places": {"type": "text", "analyzer": "places", "search_analyzer": "words", "norms": False},
    "values": _SOUGHT,
    "title_keys": _KEYS,
    "heading_keys": _KEYS,
    "date": {"type": "long"},
    "boost": {"type": "double", "index": False},
    "own_date": {"type": "long"},
    "own_kinds": _COUNTED,
    "own_values": _COUNTED,
    "own": {
        "type": "nested",
        "properties": {
            "name": _SOUGHT,
            "text": _SORTED_TEXT,
            "boolean": _SORTED_REAL,
            "number": {"type": "double"},
            "date": {"type": "double"},
        },
    },
    "group": _COUNTED,
    "group_language": _COUNTED,
    "group_silent": {"type": "boolean"},
    "group_translated": {"type": "boolean"},
    "compared": _COUNTED,
    "compared_with": _COUNTED,
}
#: What a document gives back; the rest of it is there to be searched.
_KEPT = ("kind", "since", "path", "stamp", "commit", "group", "group_language", "group_silent",
         "group_translated", "compared", "compared_with")  # fmt: skip


def body(averages: Mapping[str, Any], *, shards: int, replicas: int) -> dict[str, Any]:
    """The settings and mappings to create an index with, whose posts are measured against these average lengths."""
    # A server stores each document as it was sent, too, until a merge finds that no copy needs it to catch up: most of
    # what a young index takes. No search reads it, so it may be slow to unpack.
    index = {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",
        "codec": "best_compression",
    }
    return {"settings": {"index": {**index, "analysis": _ANALYSIS}}, "mappings": mappings(averages)}


def mappings(averages: Mapping[str, Any]) -> dict[str, Any]:
    """The mappings of an index."""
    return {
        "dynamic": "strict",
        "_source": {"includes": list(_KEPT)},
        "_meta": {OURS: {**made_with(), "averages": dict(averages)}},
        "properties": fields(),
    }


def fields() -> dict[str, dict[str, Any]]:
    """Every field of a document with its mapping."""
    facets = {f"facet_{name}": _COUNTED for name in FACETS}
    sorts = {f"sort_{name}": _SORTED_TEXT if field.type == "text" else _SORTED_NUMBER for name, field in SORTS.items()}
    return {**_FIELDS, **facets, **sorts}


def made_with() -> dict[str, Any]:
    """What decides what an index of this version holds: an index that says otherwise is made anew."""
    return {
        "format": FORMAT,
        "segments": commits.FORMAT,
        "analysis": commits.ANALYSIS,
        "schema": schema.fingerprint(),
        "scoring": scoring.fingerprint(),
    }


def is_ours(index: Mapping[str, Any]) -> bool:
    """Whether an index, as the cluster describes it, was made by postdex, in whatever version."""
    return OURS in index.get("mappings", {}).get("_meta", {})


def differences(index: Mapping[str, Any]) -> list[str]:
    """Where an index, as the cluster describes it, differs from one that this version makes: each as `name: what is
    there, not what is wanted`. Numbers of shards and replicas, averages, and what the cluster adds are its own."""
    wanted = body({}, shards=1, replicas=0)
    found, expected = dict(_flat(index["mappings"])), dict(_flat(wanted["mappings"]))
    analysis = index["settings"]["index"].get("analysis", {})
    found |= dict(_flat(analysis, "analysis."))
    expected |= dict(_flat(wanted["settings"]["index"]["analysis"], "analysis."))
    averages = f"_meta.{OURS}.averages"
    return [
        f"{name}: {found.get(name, 'nothing')}, not {expected.get(name, 'nothing')}"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name) and not name.startswith(averages)
    ]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a JSON object by dotted names, as text: the cluster gives back numbers and booleans as such."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", " ".join(sorted(map(str, value)))
        else:
            yield f"{prefix}{name}", str(value).lower()
