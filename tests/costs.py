"""Does work grow with its input, and no faster? In processor time of this thread, the least of several rounds.

Other programs, and other threads of this one, take nothing from either: a busy machine makes no test fail.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import thread_time

#: Linear work takes four times as long for four times the input, quadratic work sixteen times.
GROWTH = 4
MOST_GROWTH = 9
#: Shorter times, in seconds, say more of the clock than of the work.
LEAST_S = 0.01
ROUNDS = 5


def cpu_s(work: Callable[[], object]) -> float:
    """The seconds of processor time that this thread spends on the work, without collecting garbage of others."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        started = thread_time()
        work()
        return thread_time() - started
    finally:
        if collecting:
            gc.enable()


def check_linear(work: Callable[[int], object], size: int) -> None:
    """Work of this size takes no more than MOST_GROWTH times as long as work of a quarter of it."""
    work(size // 64)  # what is made on first use is made
    small = min(cpu_s(lambda: work(size // GROWTH)) for _ in range(2))
    large = float("inf")
    for _ in range(ROUNDS):
        large = min(large, cpu_s(lambda: work(size)))
        if large <= MOST_GROWTH * max(small, LEAST_S):
            return
        small = min(small, cpu_s(lambda: work(size // GROWTH)))
    raise AssertionError(f"{large:.3f} s for {size}, {small:.3f} s for a quarter of it: more than linear")


def check_cost(work: Callable[[], object], limit_s: float) -> None:
    """At least one of ROUNDS rounds takes less than the limit, which is far above what the work takes."""
    spent: list[float] = []
    while len(spent) < ROUNDS:
        spent.append(cpu_s(work))
        if spent[-1] < limit_s:
            return
    raise AssertionError(f"{min(spent):.3f} s, where {limit_s} s is much")
