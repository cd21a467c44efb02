r"""What does a regular expression for lines say: where does it stand in a query, and which posts can have such a line?

tag:linux regex:/sk_\w+ = NULL/    the expression, and `tag:linux`
regex:"sk_user_data = "            in quotes, for whoever has slashes in it; without a blank neither is needed
"""

from __future__ import annotations

import re

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Wildcard
from postdex_index.text.tokenizer import LONGEST_TERM

from .patterns import SPECIAL

#: A slash within closes nothing where no blank follows.
_REGEX = r'(?<![^\s(])regex:(?:/((?:\\.|[^\\]){1,1000}?)/(i?)(?=\s|\Z)|"([^"]+)"|([^\s"/]\S*))'
#: Letters and digits side by side that a post must have in a word, so that it is looked at; fewer are in most posts.
_TELLING = 3
#: Where what stands there need not be in the line, or is no plain text: choices, groups, numbers of characters.
_UNCERTAIN = r"[|(]|\\[xpPQ0-7]"
#: A run of letters and digits, less the last one where a sign says how often that stands there.
_RUN = r"[A-Za-z0-9]+(?![A-Za-z0-9*?+{])|[A-Za-z0-9]+(?=[A-Za-z0-9][*?+{])"


class LineQuery(NamedTuple):
    """A query for lines: the expression as it was typed ("" if there is none), whether it is one in any case, and the
    query for the posts."""

    pattern: str
    any_case: bool
    posts: str


def of_query(text: str) -> LineQuery:
    """The expression in a query and the rest of that; `regex:/x/i` is in any case.

    >>> of_query("tag:linux regex:/return [0-9]+;/ after:2022")
    LineQuery(pattern='return [0-9]+;', any_case=False, posts='tag:linux  after:2022')
    """
    match = re.search(_REGEX, text, re.DOTALL)
    if match is None:
        return LineQuery("", False, text)
    slashed, any_case, quoted, plain = match.groups()
    return LineQuery(slashed or quoted or plain, bool(any_case), text[: match.start()] + text[match.end() :])


def posts_with(pattern: str) -> Clauses | None:
    r"""The posts that can have such a line, as far as the words of the index tell, whatever its case; None for all.

    They have the longest run of letters in some word, or a word that was indexed only in part. It adds to no score.

    >>> posts_with(r"sk_\w+ = NULL").optional[0], posts_with("a|b")
    (Wildcard(pattern='*null*', field='', weight=0.0), None)
    """
    if not pattern.isascii() or re.search(_UNCERTAIN, pattern):
        return None
    plain = re.sub(SPECIAL, lambda part: part[0] if len(part[0]) == 1 or part[0][0] == "{" else "\0", pattern)
    run = max(re.findall(_RUN, plain), key=len, default="")
    if len(run) < _TELLING:
        return None
    words = (f"*{run.lower()}*", "?" * LONGEST_TERM)
    return Clauses(optional=tuple([Wildcard(word, weight=0.0) for word in words]), minimum=1)
