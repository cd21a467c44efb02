"""What are the logarithm and the power of two of a number, and the sum of several, the same to the last bit everywhere?

`math.log` and `math.exp2` are the C library's, and `Math.log` a browser's: they differ in the last bit. A score is the
same wherever it is reckoned (a published index is searched in JavaScript, by `reader/elementary.js`), so these are made
of operations that IEEE 754 prescribes to the bit: + - * / and scaling by powers of two. Methods and coefficients are
those of Sun's fdlibm (e_log.c, e_exp.c), whose error is below one unit in the last place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import floor, frexp, ldexp
from operator import add

#: ln 2 in two parts, the first short enough that an exponent times it is exact.
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LN2, _SQRT_HALF = 0.6931471805599453, 0.7071067811865476


def plain_sum(values: Iterable[float]) -> float:
    """A sum from left to right. Not `sum`, which adds otherwise from Python 3.12 on.

    >>> plain_sum([0.1] * 10)
    0.9999999999999999
    """
    return reduce(add, values, 0.0)


def log(value: float) -> float:
    """Natural logarithm of a positive number.

    >>> log(1.0), log(10.0)
    (0.0, 2.302585092994046)
    """
    mantissa, exponent = frexp(value)
    if mantissa < _SQRT_HALF:
        mantissa, exponent = mantissa * 2, exponent - 1
    f = mantissa - 1
    s = f / (2 + f)
    z = s * s
    w = z * z
    odd = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    half_square = 0.5 * f * f
    return s * (half_square + (even + odd)) + exponent * _LN2_LOW - half_square + f + exponent * _LN2_HIGH


def exp2(value: float) -> float:
    """2 to the power of a number that is at most 1,000; 0 for what is below -1,000.

    >>> exp2(0.0), exp2(-2.0), exp2(-1000.5)
    (1.0, 0.25, 0.0)
    """
    if value < -1000:
        return 0.0
    whole = floor(value + 0.5)
    r = (value - whole) * _LN2
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))
        )
    )
    return ldexp(1 - (r * c / (c - 2) - r), whole)
