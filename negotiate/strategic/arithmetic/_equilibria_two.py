"""Extreme equilibria of a batch of 2 x 2 games, compiled, in closed form.

Against two strategies of its own, a player's opponent gains ``first`` or ``second`` from its
strategy 0 over its strategy 1. The vertices of the best-reply polytope are the two pure strategies
and, where the gains have opposite signs, the mixture that makes the opponent indifferent. A pair
of vertices that carries all four labels is an equilibrium (``equilibria_batch`` has the sources).

Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from negotiate.tolerance import DOUBT, TIE

Array = npt.NDArray[Any]


@numba.njit(cache=True, error_model="numpy", inline="always")
def _scaled(first: float, second: float, largest: float) -> tuple[float, float]:
    """Gains scaled to a range of one; a range that is rounding of the payoffs counts as none."""
    size = max(abs(first), abs(second))
    if size <= TIE * largest:
        return 0.0, 0.0
    return first / size, second / size


@numba.njit(cache=True, error_model="numpy", inline="always")
def _labels(gain: float, other: int) -> int:
    """Best-reply labels of the opponent, strategy 0 at bit ``other``."""
    mask = 0
    if gain >= -TIE:
        mask |= 1 << other
    if gain <= TIE:
        mask |= 2 << other
    return mask


@numba.njit(cache=True, error_model="numpy", inline="always")
def _unsure(gain: float) -> bool:
    return TIE < abs(gain) < DOUBT


@numba.njit(cache=True, nogil=True, error_model="numpy")
def solve_two(
    a: Array,
    b: Array,
    strategies: Array,
    payoffs: Array,
    regrets: Array,
    counts: Array,
    degenerate: Array,
    doubtful: Array,
) -> None:
    """Fill the arrays of `_equilibria_numba.solve_games` for games ``(N, 2, 2)``."""
    left, right = np.empty(3, np.int64), np.empty(3, np.int64)
    xs, ys = np.empty(3), np.empty(3)
    keys = np.empty(9, np.int64)
    for g in range(a.shape[0]):
        a00, a01, a10, a11 = a[g, 0, 0], a[g, 0, 1], a[g, 1, 0], a[g, 1, 1]
        b00, b01, b10, b11 = b[g, 0, 0], b[g, 0, 1], b[g, 1, 0], b[g, 1, 1]
        top_a = max(max(abs(a00), abs(a01)), max(abs(a10), abs(a11)))
        top_b = max(max(abs(b00), abs(b01)), max(abs(b10), abs(b11)))
        q0, q1 = _scaled(a00 - a10, a01 - a11, top_a)  # row's gains against each column
        p0, p1 = _scaled(b00 - b01, b10 - b11, top_b)  # column's gains against each row
        if _unsure(p0) or _unsure(p1) or _unsure(q0) or _unsure(q1):
            doubtful[g] = True
            continue
        tied_p = abs(p0) <= TIE or abs(p1) <= TIE
        tied_q = abs(q0) <= TIE or abs(q1) <= TIE
        left[0], left[1] = 2 | _labels(p0, 2), 1 | _labels(p1, 2)
        right[0], right[1] = 8 | _labels(q0, 0), 4 | _labels(q1, 0)
        xs[0], xs[1], ys[0], ys[1] = 1.0, 0.0, 1.0, 0.0
        many_p = many_q = 2
        if not tied_p and (p0 > 0.0) != (p1 > 0.0):
            left[2], many_p = 12, 3
            xs[2] = abs(p1) / (abs(p0) + abs(p1))
        if not tied_q and (q0 > 0.0) != (q1 > 0.0):
            right[2], many_q = 3, 3
            ys[2] = abs(q1) / (abs(q0) + abs(q1))
        count = 0
        for p in range(many_p):
            for q in range(many_q):
                if left[p] | right[q] == 15:
                    key = left[p] << 8 | right[q] << 4 | p << 2 | q
                    k = count
                    while k > 0 and keys[k - 1] > key:
                        keys[k] = keys[k - 1]
                        k -= 1
                    keys[k] = key
                    count += 1
        counts[g] = count
        degenerate[g] = tied_p or tied_q
        for k in range(count):
            x, y = xs[keys[k] >> 2 & 3], ys[keys[k] & 3]
            z, w = 1.0 - x, 1.0 - y
            strategies[g, k, 0], strategies[g, k, 1] = x, z
            strategies[g, k, 2], strategies[g, k, 3] = y, w
            row0, row1 = a00 * y + a01 * w, a10 * y + a11 * w
            column0, column1 = b00 * x + b10 * z, b01 * x + b11 * z
            value_a, value_b = x * row0 + z * row1, y * column0 + w * column1
            payoffs[g, k, 0], payoffs[g, k, 1] = value_a, value_b
            gain = max(max(row0, row1) - value_a, max(column0, column1) - value_b)
            regrets[g, k] = max(gain, 0.0)
        for k in range(count, 4):
            for i in range(4):
                strategies[g, k, i] = np.nan
            payoffs[g, k, 0] = payoffs[g, k, 1] = regrets[g, k] = np.nan
