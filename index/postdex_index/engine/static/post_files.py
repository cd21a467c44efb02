"""What has a published index of each post: what is shown of it, and what is reckoned with?

A fragment has all that a hit shows of a post. Of so many posts together there are the checks of their fragments, with
their titles if they are few, the lengths and spans of their fields, and where their links stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from ...named_tuple import NamedTuple
from ...schema import CODE, SCORED, STORED
from ..embedded.read.stored_documents import BEYOND, Documents
from .encoding import deltas, json_bytes, varint, varints
from .post_order import OrderedPost, PostOrder
from .published_files import PublishedFiles

# Of 10,000 posts a name that is a phrase (`time.Now`) fetched 175 KB of places in 17 files of 512 posts each, and each
# query 40 KB of checks in files of 8,192; a site of 1,000 has no more than two files of either.
#: So many posts have all their titles in one file (942: 10 KB); of more each ten hits would lie in many files, as their
#: fragments do. So many have the checks of their fragments in one, and the places where their links stand.
TITLES, CHECKS, LINKS = 1024, 1024, 512
#: So many have the lengths and spans of their fields in one, on sites of more than SMALL posts the second number.
PLACES, SMALL = (512, 128), 2048
_TITLED = ("path", "title", "url", "lang", "tags", "date_seconds")
_LINKS = next(place for place, field in enumerate(STORED) if field.name == "links")


class PostFiles(NamedTuple):
    """Files of one kind, of so many posts each: their checks, one after the other."""

    posts: int
    checks: Sequence[str]


class PostTables(NamedTuple):
    """The files that have something of many posts each."""

    posts: PostFiles
    titles: PostFiles
    places: PostFiles
    links: PostFiles


def put_posts(order: PostOrder, files: PublishedFiles) -> PostTables:
    """Put the files of all posts."""
    checks = b""
    for start in range(0, len(order), CHECKS):
        fragments = map(fragment, order.posts(start, start + CHECKS))
        checks += bytes.fromhex("".join([files.put("post", content) for content in fragments]))
        for part in order.parts:
            part.segment.documents.forget()
    titled: list[str] = []
    named: list[str] = []
    if len(order) <= TITLES:
        titled.append(files.put("titles", titles([*order.posts(0, len(order))], checks)))
    else:
        named += [files.put("posts", checks[at : at + 4 * CHECKS]) for at in range(0, len(checks), 4 * CHECKS)]

    def each(kind: str, posts: int, of_post: Callable[[OrderedPost], bytes]) -> PostFiles:
        contents = (map(of_post, order.posts(start, start + posts)) for start in range(0, len(order), posts))
        return PostFiles(posts, [files.put(kind, b"".join(content)) for content in contents])

    few = PLACES[len(order) > SMALL]
    return PostTables(
        PostFiles(CHECKS, named),
        PostFiles(TITLES, titled),
        each("places", few, places),
        each("links", LINKS, link_edges),
    )


def fragment(post: OrderedPost) -> bytes:
    """All that a hit shows of a post, as JSON."""
    store, doc_id = post.segment.documents, post.doc_id
    fields = [*store.stored(doc_id)]
    fields[_LINKS] = []
    first, last = store.section_first[doc_id], store.section_first[doc_id + 1]
    positions = [
        *chain.from_iterable(zip(store.section_start[first:last], store.section_body[first:last], strict=True))
    ]
    start, stop = store.check_first[doc_id], store.check_first[doc_id + 1]
    check_positions = store.check_position[start:stop]
    return json_bytes(
        {
            "fields": fields,
            "outline": store.outline(doc_id),
            "positions": deltas([*positions, store.end[doc_id]]),
            "offsets": deltas(store.section_offset[first:last]),
            "lines": deltas(store.section_line[first:last]),
            "check_positions": deltas(check_positions),
            "check_offsets": deltas(store.check_offset[start:stop]),
            "code": deltas([number for number, code in enumerate(_in_code(store, doc_id, check_positions)) if code]),
            "text": store.texts.read(doc_id, 0, BEYOND),
        }
    )


def _in_code(store: Documents, doc_id: int, positions: Sequence[int]) -> Iterator[bool]:
    """Whether each of these ascending positions is in code."""
    span, last = store.span_first[doc_id], store.span_first[doc_id + 1]
    for position in positions:
        while span + 1 < last and store.span_start[span + 1] <= position:
            span += 1
        yield store.span_code[span] == CODE


def titles(posts: Sequence[OrderedPost], checks: bytes) -> bytes:
    """The checks of the fragments of some posts, and what a list of hits shows before these are there, as JSON: a list
    for each field."""
    fields = [post.segment.documents.fields(post.doc_id) for post in posts]
    return checks + json_bytes({name: [of_post[name] for of_post in fields] for name in _TITLED})


def places(post: OrderedPost) -> bytes:
    """What impacts are computed from: the segment of a post, whose average lengths count, the lengths of its fields,
    and where its field spans begin, each with its code."""
    store, doc_id, lists = post.segment.documents, post.doc_id, post.segment.lists
    first, last = store.span_first[doc_id], store.span_first[doc_id + 1]
    lengths = lists.lengths(doc_id)
    assert len(lengths) == len(SCORED)
    return b"".join(
        (
            varints((post.origin, *lengths, last - first)),
            varints(deltas(store.span_start[first:last])),
            bytes(store.span_code[first:last]),
        )
    )


def link_edges(post: OrderedPost) -> bytes:
    """Where the links of a post begin and end."""
    edges = post.segment.lists.links(post.doc_id)
    return varint(len(edges)) + varints(deltas(edges))
