"""Which segments have valid checksums and invalid contents?

Nobody writes one who does not mean to. To look for that beforehand would cost more than all searches, so it is asked
when something has failed that should not (`diagnose_damage`): then it takes as long as a merge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain

from ....errors import IndexDamagedError, Remedy
from ....schema import FACETS, SCORED
from ..format.segment_file import Column
from ..read.opening import newest
from ..read.scope import Part, Segment
from ..read.stored_documents import StoredDocument
from ..storage.commits import Store
from ..write.inverter import Inversion
from ..write.merger import PER_POST, STRETCHES, merged

#: Columns that a merge of one segment does not write again just so: texts as its zlib deflates them; impacts neither,
#: with other average lengths.
_DEFLATED = ("text_dictionary", "text_blocks", "text_block_start")


def malformed(store: Store) -> Iterator[IndexDamagedError]:
    """An error for each segment of the newest commit that cannot be read through."""
    for segment, _, _ in newest(store).parts:
        if not verify_contents(segment):
            yield IndexDamagedError(
                "this file of the index is damaged: it has its checksums and makes no sense",
                Remedy.REBUILD_ALL,
                path=segment.file.path,
            )


def verify_contents(segment: Segment) -> bool:
    """Whether all of a segment can be read, and a merge of it alone makes the same columns again. Raises what ails
    ourselves: a lack of memory, and what fails without any segment."""
    usual, _ = Inversion(segment.analyzer, bool(segment.file.meta.get("wide"))).columns([0.0] * len(SCORED))
    try:
        return _has_form(segment, usual) and _has_posts(segment) and _is_merged_alike(segment)
    except MemoryError:
        raise
    except Exception:  # whatever it is: nobody who reads it gets further
        return False


def _has_form(segment: Segment, usual: Mapping[str, Column]) -> bool:
    """Whether the columns that a merge copies have the types and lengths that they should have."""
    column, meta = segment.file.column, segment.file.meta
    starts = {name: column(name).tolist() for name in STRETCHES}
    return (
        list(map(type, meta["averages"])) == [float] * len(SCORED)
        and all(isinstance(language, str) for language in meta["languages"])
        and all(column(name).format == memoryview(values).format for name, values in usual.items())
        and all(len(column(name)) == segment.posts for name in PER_POST)
        and all(firsts == sorted(firsts) for firsts in starts.values())
        and all(len(column(name)) == starts[first][-1] for first, names in STRETCHES.items() for name in names)
        and max(column("date_is_own"), default=0) <= 1
        and min(column("impacts"), default=1) > 0
    )


def _has_posts(segment: Segment) -> bool:
    """Whether what is stored of the posts has the types that it should have."""
    for doc in range(segment.posts):
        post = StoredDocument(segment.documents, doc)
        sections = post.sections
        numbers = [section.level for section in sections]
        texts = [post.description, *chain.from_iterable((section.heading, section.anchor) for section in sections)]
        stored = map(type, segment.documents.fields(doc).values())
        if bool in stored or not ({*map(type, numbers)} <= {int} and {*map(type, texts)} == {str}):
            return False
    return True


def _is_merged_alike(segment: Segment) -> bool:
    for name in FACETS:
        segment.columns.facet(name, bytes([1]) * segment.posts)
    columns, meta = merged([Part(segment, frozenset(), False)])
    expected = segment.file.meta | {"averages": meta["averages"]}
    stored_columns = {name: segment.file.column(name) for name in columns if name not in _DEFLATED}
    return json.dumps(meta, sort_keys=True) == json.dumps(expected, sort_keys=True) and all(
        len(columns[name]) == len(stored_column) and (name == "impacts" or memoryview(columns[name]) == stored_column)
        for name, stored_column in stored_columns.items()
    )
