"""Which commits of a site are kept in the cluster, how large are they, and are all their documents there?

For whoever looks after an index; a search never asks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from ...errors import IndexDamagedError, IndexMissingError
from ...model import Problem
from ..api import CommitInfo
from .format.one_post_segment import SEGMENT, content_of, opened
from .storage.commit import FILE, POST, newest, visible
from .storage.site import Site

#: So many posts are checked to the last byte, others each time.
CHECKED = 100


def retained_commits(site: Site) -> tuple[CommitInfo, ...]:
    """The commit that answers, and the one of the index that did before. Raises IndexDamagedError."""
    survey = site.indices.survey()
    infos: list[CommitInfo] = []
    for index, state in ((survey.current, "current"), (survey.kept, "kept")):
        if index:
            try:
                commit = newest(site.cluster, index)
            except (IndexMissingError, IndexDamagedError) as error:
                if state == "current" and isinstance(error, IndexDamagedError):
                    raise
                # One that was damaged and built anew since is kept, and nobody can go back to it.
                infos.append(CommitInfo(0, 0, posts=0, segments=0, bytes=_bytes(site, index), state="old"))
                continue
            if commit:
                posts = commit.contents.posts + commit.contents.unpublished
                made = commit.made_ns // 10**9
                segments = _number(site, index, "primaries", "segments", "count")
                infos.append(CommitInfo(commit.generation, made, posts, segments, _bytes(site, index), state))
    return tuple(infos)


def bytes_of(site: Site) -> int:
    """The bytes of all indices of a site with their copies, left-overs too."""
    survey = site.indices.survey()
    names = {survey.current, survey.kept, *survey.coming, *survey.needless} - {""}
    return sum(_bytes(site, name) for name in names)


def _bytes(site: Site, index: str) -> int:
    return _number(site, index, "total", "store", "size_in_bytes")


def _number(site: Site, index: str, copies: str, metric: str, name: str) -> int:
    """What the cluster counts in an index, of its "primaries" or in "total"."""
    stats: dict[str, Any] = site.cluster.read("GET", f"/{index}/_stats/{metric}")
    return int(stats["_all"][copies][metric][name])


def damages(site: Site) -> Iterator[Problem]:
    """What is wrong with the commit that answers: documents that are missing, and of CHECKED that are drawn by chance
    those that are not what they were. All would take minutes."""
    try:
        commit = newest(site.cluster, site.indices.alias)
        if commit is None:
            return
    except IndexMissingError:
        return
    except IndexDamagedError as error:
        yield Problem(error.path, 0, "damaged", error.message, error.hint)
        return
    chance = {
        "function_score": {
            "query": visible(commit, True, (POST, FILE)),
            "random_score": {"seed": secrets.randbits(31), "field": "_seq_no"},
        }
    }
    asked_for = {"_source": ["path"], "docvalue_fields": [SEGMENT]}
    body = {"size": CHECKED, "query": chance, "track_total_hits": True, **asked_for}
    answer = site.cluster.read("POST", f"/{commit.index}/_search", body)
    contents, found = commit.contents, answer["hits"]["total"]["value"]
    expected = contents.posts + contents.unpublished + contents.files
    if found != expected:
        message = f"the index has {found:,} documents of {expected:,}"
        yield Problem(site.place, 0, "damaged", message, "build it anew")
    for hit in answer["hits"]["hits"]:
        source = hit["_source"]
        try:
            if content := content_of(hit):
                opened(content, source["path"])
        except (IndexDamagedError, ValueError) as error:
            yield Problem(source["path"], 0, "damaged", str(error), "build it anew")
