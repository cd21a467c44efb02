"""Of which clauses are the queries of the cluster made, and how many may they be?

Plain dictionaries in OpenSearch's query DSL, which `translation` puts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias

from ..format.documents import IMPACT, feature
from .patterns import regex_escaped

Clause: TypeAlias = dict[str, Any]

EVERYTHING: Clause = {"match_all": {}}
NOTHING: Clause = {"match_none": {}}
#: The cluster takes no more values in a clause (`index.max_terms_count`).
MAX_TERMS = 65_536
#: So many beginnings of values have a clause each.
_FEW = 8
#: The cluster takes no longer expression.
LONGEST_REGEX = 1_000
_LONGEST_PACKED = LONGEST_REGEX - len("().*")
#: A boost is a float: below 3.4e38.
MAX_FACTOR = 3e38 * IMPACT


# -- what matches


def any_of(clauses: Iterable[Clause]) -> Clause:
    """The posts that match any of these filters: values of one field become one clause, and many beginnings few.

    >>> any_of([{"terms": {"forms": ["a"]}}, NOTHING, any_of([{"terms": {"forms": ["b"]}}])])
    {'terms': {'forms': ['a', 'b']}}
    """
    values: dict[str, dict[str, None]] = {}
    beginnings: dict[str, dict[str, None]] = {}
    others: list[Clause] = []
    for clause in chain.from_iterable(map(_alternatives, clauses)):
        if "terms" in clause:
            ((field, terms),) = clause["terms"].items()
            values.setdefault(field, {}).update(dict.fromkeys(terms))
        elif "prefix" in clause:
            ((field, beginning),) = clause["prefix"].items()
            beginnings.setdefault(field, {})[beginning] = None
        elif clause != NOTHING:
            others.append(clause)
    should: list[Clause] = [
        {"terms": {field: list(terms)[start : start + MAX_TERMS]}}
        for field, terms in values.items()
        for start in range(0, len(terms), MAX_TERMS)
    ]
    for field, several in beginnings.items():
        should += _begins_with(field, [*several])
    should += others
    if not should:
        return NOTHING
    return should[0] if len(should) == 1 else {"bool": {"should": should, "minimum_should_match": 1}}


def _alternatives(clause: Clause) -> Sequence[Clause]:
    """Those that a clause of `any_of` is made of; of another the clause itself."""
    parts: Clause = clause.get("bool", {})
    if parts.keys() == {"should", "minimum_should_match"} and parts["minimum_should_match"] == 1:
        alternatives: Sequence[Clause] = parts["should"]
        return alternatives
    return [clause]


def _begins_with(field: str, beginnings: Sequence[str]) -> list[Clause]:
    """The posts where a value of a field begins with any of these: many go into expressions as long as may be."""
    if len(beginnings) <= _FEW:
        return [{"prefix": {field: beginning}} for beginning in beginnings]
    clauses: list[Clause] = []
    packed = ""
    for beginning in beginnings:
        escaped = regex_escaped(beginning)
        if len(escaped) > _LONGEST_PACKED:
            clauses.append({"prefix": {field: beginning}})
        elif len(packed) + len(escaped) < _LONGEST_PACKED:
            packed += f"|{escaped}" if packed else escaped
        else:
            clauses.append(_begins_with_any(field, packed))
            packed = escaped
    return [*clauses, _begins_with_any(field, packed)] if packed else clauses


def _begins_with_any(field: str, packed: str) -> Clause:
    return {"regexp": {field: {"value": f"({packed}).*", "flags": "NONE"}}}


def all_of(filters: Iterable[Clause], excluded: Iterable[Clause] = ()) -> Clause:
    """The posts that match all filters, and none of those that are excluded."""
    filters = [clause for clause in filters if clause != EVERYTHING]
    unwanted = any_of(excluded)
    if unwanted != NOTHING:
        return {"bool": {"filter": filters or [EVERYTHING], "must_not": [unwanted]}}
    if not filters:
        return EVERYTHING
    return filters[0] if len(filters) == 1 else {"bool": {"filter": filters}}


def widened(clause: Clause, room: int) -> tuple[Clause, int]:
    """A filter of no more than so many clauses that matches these posts and others, and how many more there may be."""
    size = clause_count(clause)
    if size <= room:
        return clause, room - size
    if "intervals" in clause:
        return widened(_anywhere(clause["intervals"]["places"]), room)
    if "bool" not in clause or "should" in clause["bool"]:
        return EVERYTHING, room
    filters: list[Clause] = []
    for part in clause["bool"]["filter"]:
        wider, room = widened(part, room)
        filters.append(wider)
    excluded = [part for part in clause["bool"].get("must_not", ()) if clause_count(part) <= room]
    return all_of(filters, excluded), room - sum(map(clause_count, excluded))


def _anywhere(source: Clause) -> Clause:
    """The posts that have the words of an `intervals` query, wherever they stand."""
    if "all_of" in source:
        return all_of(map(_anywhere, source["all_of"]["intervals"]))
    return {"terms": {"places": [one["match"]["query"] for one in source["any_of"]["intervals"]]}}


# -- what scores


def impact(stem: str, factor: float) -> Clause:
    """Scores factor x the impact byte of a stem; with a factor that the cluster's numbers cannot hold as much as any
    byte would."""
    rank_feature = {"field": f"stems.{feature(stem)}", "linear": {}}
    if factor > MAX_FACTOR:
        return constant({"rank_feature": rank_feature}, 255 * factor)
    return {"rank_feature": {**rank_feature, "boost": factor / IMPACT}}


def constant(clause: Clause, score: float) -> Clause:
    """Scores the same in each post that matches."""
    return {"constant_score": {"filter": clause, "boost": score}}


def best_of(scores: Sequence[Clause]) -> Clause:
    """Scores what the best of these does."""
    if not scores:
        return NOTHING
    return scores[0] if len(scores) == 1 else {"dis_max": {"queries": list(scores)}}


def sum_of(stems: Sequence[str], factor: float) -> Clause:
    """Scores at least factor x the impact byte that the occurrences of these stems have together, as if they were one
    word's. Saturation makes it less than the sum of their impacts, which each were rounded: by half a byte at most.
    Matches every post: for the side of a filter."""
    if len(stems) == 1:
        return impact(stems[0], factor)
    rounded = constant(EVERYTHING, factor * ((len(stems) + 1) // 2))
    return {"bool": {"should": [*(impact(stem, factor) for stem in stems), rounded]}}


# -- how many they are


def clause_count(clause: Clause) -> int:
    """What the cluster counts of a query: clauses without those that hold others; a `terms` is one, of a phrase and of
    intervals every word is.

    >>> clause_count({"bool": {"filter": [{"terms": {"places": ["=a", "=b"]}}, {"match_all": {}}]}})
    2
    """
    ((kind, body),) = clause.items()
    match kind:
        case "bool":
            return sum(clause_count(part) for parts in body.values() if isinstance(parts, list) for part in parts)
        case "dis_max":
            return sum(map(clause_count, body["queries"]))
        case "constant_score":
            return clause_count(body["filter"])
        case "nested":
            return clause_count(body["query"])
        case "match_phrase":
            return 1 + str(body["places"]["query"]).count(" ")
        case "intervals":
            return _word_count(body)
    return 1


def _word_count(intervals: Any) -> int:
    """The words of an `intervals` query."""
    if isinstance(intervals, list):
        return sum(map(_word_count, intervals))
    if isinstance(intervals, dict):
        return ("match" in intervals) + sum(map(_word_count, intervals.values()))
    return 0
