"""In which spellings may posts have a compound indexed? `GitHub` as github or git hub, `C++` as c++.

For queries and for programs that know terms only: raw tokens -> words in a row. What the parts of a raw token are is
`tokenizer`'s answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .characters import is_spaceless
from .tokenizer import Compound, compound, terms_at


def spellings(raws: Sequence[str], tails: bool = True) -> list[tuple[str, ...]]:
    """The words of raw tokens in a row, in each way that posts may have them indexed, at most three.

    As code (`git hub`), as prose where two humps stay together (`github`, but sk user data), and
    everything in one (`github`, `skuserdata`). In a row a run of Chinese ends with its last
    character alone, as in posts; the last run may go on, so there it does not (without `tails` none does).

    >>> spellings(["GitHub", "C++"]), spellings(["内核的"])
    ([('git', 'hub', 'c++'), ('github', 'c++')], [('内核', '核的')])
    """
    ways: list[list[str]] = [[], [], []]
    for at, raw in enumerate(raws):
        if is_spaceless(raw):
            terms = as_prose(raw)
            if len(terms) > 1 and (not tails or at == len(raws) - 1):
                terms = terms[:-1]
            spelled = [terms] * 3
        else:
            unit = compound(raw)
            spelled = [words_of(unit), as_prose(raw), (unit.in_one,)]
        for way, words in zip(ways, spelled, strict=True):
            way += words
    return [way for way in dict.fromkeys(map(tuple, ways)) if way]


def as_prose(raw: str) -> tuple[str, ...]:
    """The words of a raw token as a post has it outside code, one a position.

    >>> as_prose("GitHub"), as_prose("sk_user_data"), as_prose("内核的")
    (('github',), ('sk', 'user', 'data'), ('内核', '核的', '的'))
    """
    words = tuple([terms[0] for terms in terms_at(raw)])
    return words if is_spaceless(raw) else words_of(compound(raw)._replace(subwords=words))


def words_of(unit: Compound) -> tuple[str, ...]:
    """The parts of a raw token, with the signs of its symbol form in place: `.net`, `c++`.

    >>> words_of(compound("GitHub")), words_of(compound("Objective-C++"))
    (('git', 'hub'), ('objective', 'c++'))
    """
    words = list(unit.subwords)
    words[0] = "." * unit.symbol.startswith(".") + words[0]
    words[-1] += "#" if unit.symbol.endswith("#") else "++" * unit.symbol.endswith("++")
    return tuple(words)


def literal(raws: Iterable[str]) -> str:
    """What stands between the signs of a pattern as terms have it: folded, in one.

    >>> literal(["SMC_"]), literal(["user-Data"])
    ('smc', 'userdata')
    """
    units = [Compound(raw, (), "") if is_spaceless(raw) else compound(raw) for raw in raws]
    return "".join([unit.concatenated or "".join(unit.subwords) for unit in units]).strip("_")
