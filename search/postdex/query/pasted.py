"""Which words of a pasted text are searched for? A stack trace or a paragraph -> the words that tell most.

People paste more than they mean. What limits a query here cuts the text or leaves words out, and says so; what stands
between operators, in quotes, behind signs or in a filter was meant and stays (`parser` limits it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import is_spaceless
from postdex_index.text.tokenizer import terms_at

from .lexer import is_filter
from .parser import Clause, Group, Node
from .terms import PostCounts

#: Characters that are read: people type less, and most of a longer text says nothing more about what is looked for.
MAX_CHARACTERS = 2_000
#: A text is cut at a blank if there is one among so many characters before the limit.
_NEAR = 100
#: Words that are searched for; a text of more is one that was pasted, of which the common words say little.
MAX_WORDS = 64


def beginning(text: str) -> tuple[str, str]:
    """What is read of a text, and what is to be said of that ("" for nothing).

    >>> start, said = beginning("word " * 1000)
    >>> len(start), said
    (1999, 'the text has 5,000 characters; only the first 1,999 were read')
    """
    if len(text) > MAX_CHARACTERS:
        text = text.lstrip()
    if len(text) <= MAX_CHARACTERS:
        return text, ""
    blanks = (blank for blank in range(MAX_CHARACTERS, MAX_CHARACTERS - _NEAR, -1) if text[blank].isspace())
    stop = next(blanks, MAX_CHARACTERS)
    return text[:stop], f"the text has {len(text):,} characters; only the first {stop:,} were read"


def telling(root: Group, post_counts: PostCounts | None, analyzer: Analyzer) -> tuple[Group, str]:
    """The query with no more than MAX_WORDS of its free words, and what is to be said of that ("" for nothing).

    They are those that fewest posts have. Words that no post has are left out, unless no post has any.
    """
    typed = list(_free(root))
    if sum(map(len, typed)) <= MAX_WORDS:
        return root, ""
    free = [_words(chunk, analyzer) for chunk in typed]
    size = sum(map(_size, free))
    if size <= MAX_WORDS:
        return root, ""
    words = dict.fromkeys(word for words_of_chunk in free for word in words_of_chunk)
    posts = _posts(words, post_counts, analyzer) if post_counts else dict.fromkeys(words, 0)
    rare = sorted(filter(posts.__getitem__, words), key=posts.__getitem__)
    chosen = set((rare or list(words))[:MAX_WORDS])
    warning = f"the text of {size:,} words was searched for by {len(chosen)} of them"
    return _only(root, iter(free), chosen), warning + (", the rarest in these posts" if rare else "")


def _free(group: Group) -> Iterator[str]:
    """The words that stand beside others, as they were typed, in order."""
    for part in group.parts:
        if isinstance(part, Group):
            if part.sign != "-":
                yield from _free(part)
        elif _is_free(part, group):
            yield part.token.text


def _is_free(part: Clause, group: Group) -> bool:
    token = part.token
    free = group.kind == "beside" and not part.sign and token.kind == "word"
    return free and not (token.field and is_filter(token.field))


def _words(typed: str, analyzer: Analyzer) -> list[str]:
    """What is chosen from where something was typed without blanks: the whole, or each bigram of its runs."""
    raws = analyzer.raw_tokens(typed)
    if not any(map(is_spaceless, raws)):
        return [typed]
    return [word for raw in raws for word in (_terms(raw) if is_spaceless(raw) else [raw])]


def _terms(raw: str) -> list[str]:
    """The terms of a raw token; of a run its bigrams."""
    positions = terms_at(raw)
    if is_spaceless(raw):
        positions = positions[:-1] or positions
    return [term for position in positions for term in position]


def _size(words: list[str]) -> int:
    """How many words these are: two characters without a blank, which overlap, are one."""
    pairs = sum(map(is_spaceless, words))
    return len(words) - pairs + -(-pairs // 2)


def _posts(words: Iterable[str], post_counts: PostCounts, analyzer: Analyzer) -> dict[str, int]:
    """In how many posts the rarest term of each word stands that stands in any; 0 if none does."""
    terms_of = {word: {term for raw in analyzer.raw_tokens(word) for term in _terms(raw)} for word in words}
    terms = sorted(set().union(*terms_of.values()))
    posts = dict(zip(terms, post_counts(terms), strict=True))
    return {word: min(filter(None, map(posts.__getitem__, own)), default=0) for word, own in terms_of.items()}


def _only(group: Group, free: Iterator[list[str]], chosen: set[str]) -> Group:
    """The group with these of its `free` words, each once; they are taken from `chosen` on the way."""
    parts: list[Node] = []
    for part in group.parts:
        if isinstance(part, Group):
            parts.append(part if part.sign == "-" else _only(part, free, chosen))
        elif not _is_free(part, group):
            parts.append(part)
        else:
            for word in next(free):
                if word in chosen:
                    chosen.remove(word)
                    parts.append(part._replace(token=part.token._replace(text=word)))
    return group._replace(parts=tuple(parts))
