"""Which posts are translations of each other, and what do their documents say of it?

As `embedded.read.translations` has it: a group are the published posts of one translation key, at least two, each in
another language. Documents carry what the cluster needs to count groups, to show one post of each, and to compare the
posts of a language with those that they are translations of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ....named_tuple import NamedTuple

#: The fields of a document that follow from its group.
GROUP_FIELDS = ("group", "group_language", "group_silent", "group_translated", "compared", "compared_with")

#: What a document says of its group.
GroupFields: TypeAlias = dict[str, Any]


class Member(NamedTuple):
    """A post with a translation key; of one group they sort by which is shown. `silent` is one without text,
    `translated` one that is not in the site's own language."""

    silent: bool
    translated: bool
    language: str
    key: str
    path: str


def fields_by_path(members: Iterable[Member]) -> dict[str, GroupFields]:
    """What the documents of these posts say, by their paths: of posts that are in no group nothing."""
    by_key: dict[str, list[Member]] = {}
    for member in members:
        by_key.setdefault(member.key, []).append(member)
    fields: dict[str, GroupFields] = {}
    for group in by_key.values():
        if len(group) > 1 and len({member.language for member in group}) == len(group):
            fields |= _of_group(sorted(group))
    return fields


def number_of_groups(fields: Mapping[str, GroupFields]) -> int:
    """How many groups these documents make."""
    return len({of_post["group"] for of_post in fields.values()})


def _of_group(group: list[Member]) -> dict[str, GroupFields]:
    original, *others = group
    compared = [] if original.silent else [member for member in others if not member.silent]
    fields: dict[str, GroupFields] = {
        member.path: {
            "group": member.key,
            "group_language": member.language,
            "group_silent": member.silent,
            "group_translated": member.translated,
        }
        for member in group
    }
    for member in compared:
        fields[member.path]["compared"] = member.language
    if compared:
        fields[original.path]["compared_with"] = [member.language for member in compared]
    return fields
