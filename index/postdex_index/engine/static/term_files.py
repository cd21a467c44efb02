"""How are the words of a published index, and their posting lists, put into files?

Terms, which are word forms and stems, stand in chunks in the order of their keys, a stem with its list: so a query
fetches one file a word. Of a long list postings, positions and forms lie in files of their own, positions in several.
Word forms alone, with how many posts have them, stand in files for completion, patterns and slips.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from zlib import crc32

from ...named_tuple import NamedTuple
from .encoding import coded, deltas, sized, varint, varints
from .merged_lists import Lead, MergedForm, MergedList, MergedLists, MergedTerm
from .published_files import PublishedFiles

# Of 944 pages of documentation a chunk of 30 KB is 21 KB gzipped, one of 7 KB is 5 KB: of the index a median first
# query fetched 89 and 52 KB, one of eleven words 383 and 172. But each chunk costs every visitor 12 bytes of the entry:
# hence no more than so many, however large a site is.
#: A chunk has at least so many bytes, and ends at the next key that its own checksum makes an end, one key of so many:
#: so what changes in one chunk moves no other's borders. One that is twice as long ends anyway.
LEAST, ENDS = 5_000, 32
#: Where more chunks than this would come of it, all these numbers are doubled, and again. There is about a chunk for so
#: many times LEAST bytes of lists, some of which are files of their own.
MOST_CHUNKS, USUAL = 1_300, 2
#: The words alone have larger ones: slips and completion look at all with one first letter.
WORDS_LEAST, WORDS_ENDS = 12_000, 256
#: What of a list has more bytes is a file of its own, positions in blocks of so many.
APART, BLOCK = 4_000, 24_000


class Chunks(NamedTuple):
    """Where chunks begin, the checks of their files, and how many entries they have together."""

    firsts: list[str]
    checks: list[str]
    entries: int


def put_terms(lists: MergedLists, files: PublishedFiles) -> Chunks:
    """Put the files of all terms and their lists."""
    doubled = 1
    while lists.size > doubled * LEAST * USUAL * MOST_CHUNKS:
        doubled *= 2
    entries = ((term.key, term_entry(term, lists, files)) for term in lists.terms())
    return _put("terms", entries, doubled * LEAST, doubled * ENDS, files)


def put_words(lists: MergedLists, files: PublishedFiles) -> Chunks:
    """Put the files of the word forms."""
    entries = ((term.key, word_entry(term.key, term.form)) for term in lists.terms() if term.form)
    return _put("words", entries, WORDS_LEAST, WORDS_ENDS, files)


def word_entry(key: bytes, form: MergedForm) -> bytes:
    """What stands at a word form: how many posts, and how it is shown, if that is not the key."""
    shown = form.shown.encode("utf-8", "replace")
    return varint(form.posts) + sized(b"" if shown == key else shown)


def _put(kind: str, entries: Iterable[tuple[bytes, bytes]], least: int, ends: int, files: PublishedFiles) -> Chunks:
    firsts: list[str] = []
    checks: list[str] = []
    total = 0
    for first, count, content in cut(entries, least, ends):
        firsts.append(first)
        checks.append(files.put(kind, varint(count) + content))
        total += count
    return Chunks(firsts, checks, total)


def cut(entries: Iterable[tuple[bytes, bytes]], least: int, ends: int) -> Iterator[tuple[str, int, bytes]]:
    """Entries cut into chunks, each as a text that none of its keys is less than, but each key before is, how many they
    are, and their content: each key after the one before it, and what stands at it."""
    content, first, before, count = bytearray(), "", b"", 0
    for key, entry in entries:
        if not content and before:
            first, before = between(before.decode(), key.decode()), b""
        content += coded(key, before) + entry
        before, count = key, count + 1
        if len(content) >= 2 * least or (len(content) >= least and not crc32(key) % ends):
            yield first, count, bytes(content)
            content, count = bytearray(), 0
    if content:
        yield first, count, bytes(content)


def between(before: str, key: str) -> str:
    """The shortest beginning of a key that the one before it is less than.

    >>> between("cache", "card"), between("car", "card")
    ('car', 'card')
    """
    same = next(
        (index for index, (one, other) in enumerate(zip(before, key, strict=False)) if one != other), len(before)
    )
    return key[: same + 1]


def term_entry(term: MergedTerm, lists: MergedLists, files: PublishedFiles) -> bytes:
    """What stands at a term: the lists that it leads to as a word form, and its own list if it is a stem.

    The first number: 1 if it is a stem, 2 if it is also the only form of its list, and 4 times the lists named here.
    """
    key = term.key
    direct = [*term.forms] == [key]
    leads: list[Lead] = [lead for lead in (term.form.leads if term.form else ()) if not (direct and lead.stem == key)]
    entry = varint(bool(term.forms) | direct << 1 | len(leads) << 2)
    for lead in leads:
        entry += coded(lead.stem, key) + varints((lead.form, lead.posts))
    return entry + _list(lists.read(term), files) if term.forms else entry


def _list(postings: MergedList, files: PublishedFiles) -> bytes:
    """A posting list: how many posts, then posts with impacts and titles, then positions, then forms."""
    columns = b"".join(
        (
            varints(deltas(postings.docs)),
            postings.impacts,
            varint(len(postings.titles)),
            varints(
                chain.from_iterable(zip(deltas([doc for doc, _ in postings.titles]), _shares(postings), strict=True))
            ),
        )
    )
    return b"".join(
        (
            varint(len(postings.docs)),
            _apart("list", columns, files),
            _positions(postings, files),
            _apart("forms", postings.forms, files),
        )
    )


def _shares(postings: MergedList) -> list[int]:
    return [share for _, share in postings.titles]


def _apart(kind: str, content: bytes, files: PublishedFiles) -> bytes:
    """Content after twice its length; or, if it is long, one more than that, and the check of the file that has it."""
    if len(content) <= APART:
        return varint(len(content) << 1) + content
    return varint(len(content) << 1 | 1) + bytes.fromhex(files.put(kind, content))


def _positions(postings: MergedList, files: PublishedFiles) -> bytes:
    """The occurrences of a list: a 0, and they themselves after their length; or the number of blocks, and of each
    the number of its postings and the check of its file."""
    counts = [varint(len(here)) for here in postings.positions]
    places = [varints(deltas(here)) for here in postings.positions]
    if sum(map(len, counts)) + sum(map(len, places)) <= APART:
        return b"\0" + sized(b"".join(counts) + b"".join(places))
    blocks: list[bytes] = []
    first = size = 0
    for posting, place in enumerate(places, 1):
        size += len(place) + 1
        if size >= BLOCK or posting == len(places):
            content = b"".join(counts[first:posting]) + b"".join(places[first:posting])
            blocks.append(varint(posting - first) + bytes.fromhex(files.put("positions", content)))
            first, size = posting, 0
    return varint(len(blocks)) + b"".join(blocks)
