r"""Which signs in a word are a pattern, and what does that look for? `refc*`, `*fallback`, `/smc_\w+_fallback/`.

    refc*, smc_*_fallback   two characters in front: nobody pastes that, it is a pattern wherever it stands
    *fallback, ?oo*         what C, Python and Markdown have, too (`*args`, `*bold*`): a pattern if it stands alone, is
                            required, or in a field; beside words it is text. What it may be as text is found with it
    /smc_\w+/               no blank and no slash inside, and signs that only an expression has: a \ with one plain
                            character, or others with two side by side, since `/[slug]/` is a route

What is neither is text, and that is said where it may have been meant otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from postdex_index import forks
from postdex_index.errors import MissingExtraError, QueryError
from postdex_index.query import Phrase, Prefix, Query, Regex, Wildcard
from postdex_index.text import compounds, tokenizer
from postdex_index.text.characters import fold, is_spaceless

from .terms import Say, Spelling, TermReading, WordContext, WordLeaf, in_spellings, read_word

#: Characters side by side that stand for themselves, so that a pattern doesn't cover half of the index. Of all pairs of
#: letters 12 stand in more than 1,000 of 12,000 words, 27 of 77,000, of single letters all do.
LITERAL = 2

_PATTERN = r"[\w.\-'’‐‑*?]+"
_WILD = r"[*?]+"
#: `*` anywhere, `?` only inside a word: at its end people ask a question.
_IS_WILD = r"\*|\?[\w*]"
#: A pattern may begin with signs, but `**kwargs`, `**bold**` and `*.md` are none.
_BEGINS = r"(?!\*\*)[*?]*\w"
_CLOSING = ",.;:!"

#: Of an expression what is no plain character: what may stand between the parts of a name, and what only an expression
#: has. Words are indexed in one, but for some dots between digits, and lines of nothing but `_`.
SPECIAL = (
    r"(?P<joint>(?:\\[-_.'’]|\[[-_.'’\\]+\]|[-_'’])(?:[*+?]|\{\d+,?\d*\})?\??)"
    r"|(?P<sign>\\Q.*?(?:\\E|\Z)|\\[pPx]\{[^}]*\}|\(\?(?:P?<\w+>|<?[=!]|[A-Za-z-]*)|\\."
    r"|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\{\d+,?\d*\})"
)
_JOINT = "[._]*"
#: What is a sign of an expression among plain characters; `/index.php/`, `/(group)/`, `/$HOME/`, `/Make*/` have none.
_SIGN = r"\0|[.)][*+?]|\w[*+?](?!\Z)|\||\A\^|\$\Z"
#: What no word has in it, but pasted addresses and code have.
_FOREIGN = r"[=&%:@,;<>\"!~]"
_WORDLY = r"(?:(?![\0-\x7f])\w)+"


def pattern(text: str, reading: WordContext, meant: bool, say: Say) -> TermReading | None:
    """`refc*` or `*fallback`, or None (the text is searched) with a word of why. `meant` says that no plain word stands
    beside it that it may have been pasted with."""
    if not re.search(_IS_WILD, text):
        return None
    body = text.rstrip(_CLOSING)
    if not re.fullmatch(_PATTERN, body):
        if "*" in body and re.search(r"\w", body):
            say(f"* works inside one word only; {text} was searched as text")
        return None
    front, *rest = re.split(_WILD, body)
    if any(is_spaceless(token.raw) for token in reading.analyzer.words(body)):
        if any(rest) or "?" in body:
            say(f"{text} was searched as text: scripts without blanks need no pattern")
        return None
    literals = [_literal(piece, reading) for piece in (front, *rest)]
    in_front = len(literals[0]) >= LITERAL
    if not in_front and (max(map(len, literals)) < LITERAL or not re.match(_BEGINS, body)):
        if re.search(r"\w", body):
            say(f"a pattern needs {LITERAL} characters side by side; {text} was searched as text")
        return None
    if not in_front:
        if not meant:
            say(f"{text} was searched as text; +{text} is a pattern")
            return None
        covered = _wildcard(body, literals, reading)
        words = read_word(body, -1, reading, say)
        return TermReading(covered, (*[word.required for word in words], covered))
    leaf = _wildcard(body, literals, reading) if any(rest) or "?" in body else _prefix(front, reading)
    return TermReading(leaf, (leaf,))


def regex(text: str, reading: WordContext, say: Say) -> TermReading | None:
    """`/smc_\\w+_fallback/`, or None (the text is searched) with a word of why, if an expression may be meant."""
    body = re.sub(_WORDLY, lambda letters: fold(reading.analyzer.simplified(letters[0])), text[1:-1])
    plain = re.sub(SPECIAL, lambda part: part[0] if len(part[0]) == 1 else "\0", body)
    if not re.search(_SIGN, plain):
        return None
    if why := _why_none(body, plain, reading):
        say(f"{text} was searched as text: {why}")
        return None
    with forks.barred:
        from postdex_index.text import regexes

    in_one = re.sub(SPECIAL, lambda part: part["sign"] or _JOINT, body)
    try:
        regexes.of_words(body)
        regexes.of_words(in_one)
    except (MissingExtraError, QueryError) as error:
        say(f"{text} was searched as text: {error}")
        return None
    leaf = Regex(f"/{in_one}/", reading.field, reading.weight)
    return TermReading(leaf, (leaf,))


def _why_none(body: str, plain: str, reading: WordContext) -> str:
    """Why an expression, `plain` without its signs, is none over words; "" if it is one."""
    if foreign := re.search(_FOREIGN, plain):
        return f"no word has a {foreign[0]} in it (regex: looks in lines)"
    if any(map(is_spaceless, reading.analyzer.raw_tokens(plain))):
        return "scripts without blanks need no pattern"
    least = 1 if "\\" in body else LITERAL
    if not re.search(rf"[^\W_]{{{least}}}", plain):
        return f"a regular expression needs {LITERAL} characters side by side that stand for themselves"
    return ""


def _wildcard(body: str, literals: Sequence[str], reading: WordContext) -> Query:
    signs = ["*" if "*" in sign else sign for sign in re.findall(_WILD, body)]
    covered = "".join(literal + sign for literal, sign in zip(literals, [*signs, ""], strict=True))
    return Wildcard(covered, reading.field, reading.weight)


def _prefix(front: str, reading: WordContext) -> WordLeaf:
    """`sk_user_d*`: the beginning of its joined form, or the phrase of its parts, the last a beginning."""
    parts = tuple(part for token in reading.analyzer.words(front) for part in tokenizer.compound(token.raw).subwords)
    spellings: list[Spelling] = [Prefix(_literal(front, reading), reading.field)]
    if len(parts) > 1:
        spellings.append(Phrase(parts, reading.field, prefix=True))
    return in_spellings(spellings, reading.weight)


def _literal(piece: str, reading: WordContext) -> str:
    """A stretch of a pattern as the terms have it: folded, in one."""
    return compounds.literal(reading.analyzer.raw_tokens(piece))
