"""What must the reader of a published index know of scripts without blanks that no browser does?

Which simplified character stands for a traditional one, and which words only ask. Nobody fetches that for a text
without such characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import Any

from ...text.characters import read_table, run_text
from ...text.questions import SPACELESS

#: A number is written as a character, which deflates to half of what numbers do: from `#` on, for JSON escapes `"`.
_ZERO = 35
#: The code of a simplified character is cut in two: most are near by another, so the higher parts deflate well.
_LOW = 64


@cache
def tables() -> dict[str, Any]:
    """The tables as JSON by their names: `spaceless` has the traditional characters as distances, their simplified
    forms as higher and lower parts of their codes, and the words of `questions.asking_characters`.

    >>> sorted(tables()["spaceless"])
    ['high', 'licence', 'low', 'questions', 'traditional']
    """
    pairs = sorted(read_table("ts_characters.txt"))
    traditional, codes = ([ord(pair[at]) for pair in pairs] for at in (0, 1))
    return {
        "spaceless": {
            "licence": "Simplified characters: OpenCC, Apache License 2.0",
            "traditional": _written(after - before for before, after in pairwise([0, *traditional])),
            "high": _written(code // _LOW for code in codes),
            "low": _written(code % _LOW for code in codes),
            "questions": sorted(set(map(run_text, read_table(SPACELESS)))),
        }
    }


def _written(numbers: Iterable[int]) -> str:
    return "".join(chr(_ZERO + number) for number in numbers)
