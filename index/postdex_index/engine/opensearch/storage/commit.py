"""What is a commit in the cluster, which one answers, and which documents belong to it?

A document is never changed: a new version of a post is a document of its own, whose field `since` is the number of the
commit that it was made for. The commit is the document COMMIT beside them. It is replaced as a whole, on condition that
nobody did so since it was read, so that a commit is made at one moment and a writer that comes too late makes none.

    visible = made for this commit or an earlier one, by a writer that did commit, and not replaced or removed since
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ....errors import EngineUnavailableError, IndexDamagedError, IndexMissingError, IndexVersionError, Remedy
from ....named_tuple import NamedTuple
from ...api import Identity
from ...embedded.write.inverter import FieldTotal
from ..cluster.answers import LATER, NoSuchDocument
from ..format.schema_mapping import made_with

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: The `_id` of the document that is the commit.
COMMIT = "commit"
#: The kinds of documents: a post; a file with nothing to index; the problems of a commit; the commit.
POST, FILE, PROBLEMS = "post", "file", "problems"


def path_key(path: str) -> str:
    """What the ids of all versions of a file begin with: its path as 16 characters.

    >>> path_key("a.md")
    't9l4w1OM7XbIX7GR'
    """
    return urlsafe_b64encode(blake2b(path.encode("utf-8", "surrogateescape"), digest_size=12).digest()).decode()


def document_id(path: str, since: int) -> str:
    """The id of the version of a file that was made for a commit."""
    return f"{path_key(path)}.{since}"


class Version(NamedTuple):
    """A state of a document, as the cluster tells it from every other: what a conditional write names."""

    seq_no: int
    primary_term: int

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Version:
        """The version in the answer to a read or a write of one document."""
        return cls(answer["_seq_no"], answer["_primary_term"])

    def condition(self) -> dict[str, str]:
        """The parameters of a write that is refused if the document has another version by then."""
        return {"if_seq_no": str(self.seq_no), "if_primary_term": str(self.primary_term)}


class LanguageCount(NamedTuple):
    """How many posts of a commit have the stemmer of a language: published ones and others."""

    code: str
    published: int
    unpublished: int


class Died(NamedTuple):
    """The documents that a commit replaced or removed, and when it was made (ns since 1970 of its writer's clock)."""

    generation: int
    made_ns: int
    ids: tuple[str, ...]


class Contents(NamedTuple):
    """What a commit says of its documents, by which it is the next one's base.

    `lengths` is the total length of each field of all posts, by its code, and `built_lengths` what it was when the
    index was built; the impacts of posts that are added are measured against `averages`. `groups` is the number of
    groups of translations, `boosted` that of the posts with a boost, `pinned` that of those which come first for some
    query. `problems` is the document that has the problems of the folder, "" for none.
    """

    posts: int = 0
    unpublished: int = 0
    files: int = 0
    languages: tuple[LanguageCount, ...] = ()
    simplify: bool = True
    settings: str = ""
    lengths: tuple[FieldTotal, ...] = ()
    built_lengths: tuple[FieldTotal, ...] = ()
    averages: Mapping[str, Sequence[float]] = MappingProxyType({})
    groups: int = 0
    boosted: int = 0
    pinned: int = 0
    problems: str = ""


class Numbers(NamedTuple):
    """Which numbers of commits were given in an index, and which documents are on their way out of it.

    `taken` is the last number that a writer took before it wrote, for its documents, and `taker` what tells that writer
    from others; `void` are those that were taken by writers that committed nothing. Of the documents in `dead` none may
    be left that died up to `floor`: a reader of an older commit would miss them. `born` tells the index from all
    others, those of its name too.
    """

    born: str
    taken: int
    taker: str = ""
    void: tuple[int, ...] = ()
    dead: tuple[Died, ...] = ()
    floor: int = 0


@dataclass(frozen=True)
class SiteCommit:
    """A commit of a site: the index that it lies in, its number, a random `token`, when it was made (ns since 1970 of
    the writer's clock), and the `version` of its document, which changes when a number is taken, too."""

    index: str
    version: Version
    generation: int
    token: str
    made_ns: int
    contents: Contents
    numbers: Numbers

    @property
    def identity(self) -> Identity:
        """What tells it from every other commit."""
        return Identity(self.generation, self.token.encode(), 0, self.made_ns)

    @cached_property
    def dead(self) -> tuple[str, ...]:
        """The documents that are there and not part of it any more."""
        return tuple(chain.from_iterable(died.ids for died in self.numbers.dead))

    def languages(self, drafts: bool) -> tuple[str, ...]:
        """The languages whose stemmers its published posts have, with `drafts` all posts."""
        counts = self.contents.languages
        return tuple(sorted(one.code for one in counts if one.published or (drafts and one.unpublished)))

    def document(self) -> dict[str, Any]:
        """The document that the cluster is told."""
        return {
            "kind": COMMIT,
            "since": self.generation,
            "floor": self.numbers.floor,
            "commit": {
                "made_with": made_with(),
                "generation": self.generation,
                "token": self.token,
                "made_ns": self.made_ns,
                **self.contents._asdict(),
                "averages": dict(self.contents.averages),
                **self.numbers._asdict(),
            },
        }


def identity_of(commits: Sequence[SiteCommit]) -> Identity:
    """What tells a state of one or several sites from every other, by their commits."""
    if len(commits) == 1:
        return commits[0].identity
    tokens = "".join([commit.token for commit in commits]).encode()
    return Identity(sum(one.generation for one in commits), tokens, 0, max(one.made_ns for one in commits))


def newest(cluster: Cluster, alias: str) -> SiteCommit | None:
    """The commit that answers now under an alias, or the one in an index; None where there is none yet.

    Raises IndexMissingError for one of an older version, which is made anew, IndexVersionError for one of a newer,
    IndexDamagedError for an index that is not ours or whose commit is lost.
    """
    try:
        answer = _commit_document(cluster, alias)
    except NoSuchDocument as error:
        if error.index:
            return None
        raise IndexDamagedError(
            f"what is called {alias} in the cluster is no index of postdex, or lost its commit",
            "choose another opensearch.prefix or site, or remove it",
            path=f"{cluster.place}/{alias}",
        ) from error
    return _read(answer, f"{cluster.place}/{alias}")


def _commit_document(cluster: Cluster, alias: str) -> Any:
    """The commit as a node has it. That there is no index is believed of the one that manages the cluster, since a node
    that has just come back knows of none. Raises NoSuchDocument, EngineUnavailableError."""
    path = f"/{alias}/_doc/{COMMIT}"
    try:
        return cluster.read("GET", path)
    except NoSuchDocument as error:
        if not error.index:
            raise
    cluster.read("GET", f"/{alias}/_alias")
    try:
        return cluster.read("GET", path)
    except NoSuchDocument as error:
        if not error.index:
            raise
        place = f"{cluster.place}/{alias}"
        raise EngineUnavailableError("a node has not heard of the index yet", LATER, path=place) from error


def _read(answer: Mapping[str, Any], place: str) -> SiteCommit:
    try:
        value = answer["_source"]["commit"]
        _check_version(value["made_with"], place)
        contents = Contents(**{name: value[name] for name in Contents._fields})._replace(
            languages=tuple([LanguageCount(*row) for row in value["languages"]]),
            lengths=tuple([FieldTotal(*row) for row in value["lengths"]]),
            built_lengths=tuple([FieldTotal(*row) for row in value["built_lengths"]]),
        )
        numbers = Numbers(**{name: value[name] for name in Numbers._fields})._replace(
            void=tuple(map(int, value["void"])),
            dead=tuple([Died(number, made_ns, tuple(ids)) for number, made_ns, ids in value["dead"]]),
        )
        generation, token, made_ns = int(value["generation"]), str(value["token"]), int(value["made_ns"])
        return SiteCommit(answer["_index"], Version.of(answer), generation, token, made_ns, contents, numbers)
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamagedError("the commit of the index has another form", Remedy.REBUILD, path=place) from error


def _check_version(written: Mapping[str, Any], place: str) -> None:
    ours = made_with()
    if written == ours:
        return
    if any(_number(written[name]) > _number(ours[name]) for name in ("format", "segments", "analysis")):
        raise IndexVersionError("this index was written by a newer postdex", Remedy.UPDATE, path=place)
    raise IndexMissingError("this index was written by another version of postdex", Remedy.REBUILD, path=place)


def _number(value: object) -> int:
    """The number of a format, or of the rules that stand first in how text is analysed."""
    return int(str(value).partition("/")[0])


def visible(commit: SiteCommit, drafts: bool, kinds: Sequence[str] = (POST,)) -> dict[str, Any]:
    """The filter for the documents of a commit: its posts, published ones alone or with `drafts` all, or the documents
    of other `kinds`. Every query, count and aggregation has it."""
    clauses: list[dict[str, Any]] = [
        {"terms": {"kind": list(kinds)}},
        {"range": {"since": {"lte": commit.generation}}},
    ]
    if not drafts:
        clauses.append({"term": {"draft": False}})
    hidden: list[dict[str, Any]] = []
    if void := [number for number in commit.numbers.void if number <= commit.generation]:
        hidden.append({"terms": {"since": void}})
    if commit.dead:
        hidden.append({"ids": {"values": list(commit.dead)}})
    return {"bool": {"filter": clauses, **({"must_not": hidden} if hidden else {})}}


#: The body of the small search that tells how far old documents may have been deleted; it is sent beside each search.
FLOOR: Mapping[str, Any] = {
    "size": 1,
    "query": {"term": {"kind": COMMIT}},
    "_source": False,
    "docvalue_fields": ["floor"],
}


def is_whole(commit: SiteCommit, answer: Mapping[str, Any]) -> bool:
    """Whether all documents of a commit are still there, by the answer to FLOOR."""
    hits = answer["hits"]["hits"]
    return bool(hits) and commit.generation >= hits[0]["fields"]["floor"][0]
