"""The greedy round of `negotiate.spatial.arithmetic.exchange`, compiled, for many draws.

The same steps in the same order as the plain version; imported only where numba is installed
(extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import heapq
from typing import Any

import numba
import numpy.typing as npt

Array = npt.NDArray[Any]


@numba.njit(cache=True)
def _volume(
    a: int, b: int, q: int, p: int, s: Array, x: Array, y: Array, push: Array, want: Array
) -> float:
    """Largest joint volume of an exchange now; ``push`` is side times influence."""
    sold = min((x[b, q] - y[a, q]) * push[a, q], want[b, q])
    bought = min((x[a, p] - y[b, p]) * push[b, p], want[a, p])
    out: float = min(sold * (s[a, q] + s[b, q]), bought * (s[a, p] + s[b, p]))
    return out


@numba.njit(cache=True)
def _round(
    x: Array,
    y: Array,
    s: Array,
    side: Array,
    push: Array,
    want: Array,
    has: Array,
    priority: Array,
    tie: float,
    least: float,
    log: Array,
) -> int:
    """Exchanges of one draw; moves ``y``, fills ``log`` ``(steps, 9)``, returns their number."""
    n, m = x.shape
    who = [(0, 0, 0, 0)]
    who.pop()
    rates = [0.0]
    rates.pop()
    keys = [0.0]
    keys.pop()
    queue = [(0.0, 0.0, 0)]
    queue.pop()
    for a in range(n):
        for b in range(a + 1, n):
            for q in range(m):
                if not (has[a, q] and has[b, q]) or side[a, q] == side[b, q]:
                    continue
                for p in range(m):
                    if not (has[a, p] and has[b, p]) or side[a, p] == side[b, p]:
                        continue
                    lean = s[a, p] * s[b, q] - s[a, q] * s[b, p]
                    if not s[a, p] * s[b, q] > s[a, q] * s[b, p]:
                        continue
                    rate = lean / ((s[a, q] + s[b, q]) * (s[a, p] + s[b, p]))
                    key = rate * (1 + tie * priority[a, b, q, p])
                    head = _volume(a, b, q, p, s, x, y, push, want) * key
                    if head > least:
                        queue.append((-head, -priority[a, b, q, p], len(who)))
                        who.append((a, b, q, p))
                        rates.append(rate)
                        keys.append(key)
    heapq.heapify(queue)
    count = 0
    while len(queue) > 0:
        before, order, k = queue[0]
        a, b, q, p = who[k]
        v = _volume(a, b, q, p, s, x, y, push, want)
        now = v * keys[k]
        if now <= least:
            heapq.heappop(queue)
            continue
        if -now > before:
            heapq.heapreplace(queue, (-now, order, k))
            continue
        dq, dp = v / (s[a, q] + s[b, q]), v / (s[a, p] + s[b, p])
        log[count, 0], log[count, 1], log[count, 2], log[count, 3] = a, q, b, p
        log[count, 4] = v * rates[k]
        for step in range(2):
            mover, partner = (a, b) if step == 0 else (b, a)
            issue, shift = (q, dq) if step == 0 else (p, dp)
            start = y[mover, issue]
            end = start + shift / push[mover, issue]
            if abs(end - x[partner, issue]) <= least:
                end = x[partner, issue]
            log[count, 5 + 2 * step], log[count, 6 + 2 * step] = start, end
            y[mover, issue] = end
            want[partner, issue] = max(0.0, want[partner, issue] - shift)
        count += 1
    return count


@numba.njit(cache=True)
def rounds(
    x: Array,
    y: Array,
    s: Array,
    side: Array,
    push: Array,
    want: Array,
    has: Array,
    priority: Array,
    tie: float,
    least: Array,
    log: Array,
    counts: Array,
) -> None:
    """`_round` for every draw: arrays ``(draws, n, m)``, ``log`` ``(draws, steps, 9)``."""
    for d in range(x.shape[0]):
        counts[d] = _round(
            x[d], y[d], s[d], side[d], push[d], want[d], has[d], priority, tie, least[d], log[d]
        )


def bound(has: Array) -> int:
    """Most exchanges of a round: each uses up what one party can sell another on one issue."""
    n, m = has.shape[-2:]
    return int(n * (n - 1) * m)
