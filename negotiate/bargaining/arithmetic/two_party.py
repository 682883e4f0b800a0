"""Bargaining solutions on a two-party frontier, for many draws at once.

Every solution below is the point of the frontier where a function G(lambda, u), affine in u and
growing along the frontier, changes sign; d is the disagreement point, g = u - d the gains and m
the ideal point, m_i = max {u_i : u in S, u >= d}.

    Nash, weights alpha     lambda alpha_2 g_1 = (1 - lambda) alpha_1 g_2   (first-order condition
                            of max g_1^alpha_1 g_2^alpha_2 along the support line of slope lambda)
    Kalai-Smorodinsky       g_1 (m_2 - d_2) = g_2 (m_1 - d_1)
    egalitarian             g_1 = g_2
    relative utilitarian    lambda (m_1 - d_1) = (1 - lambda) (m_2 - d_2)
    ideal of party 1        u_2 = d_2
    adjusted winner         equal shares of each party's range on the frontier

On a flat piece G is linear, so the root is one division; on a smooth arc it is bracketed (Newton
within the bracket where values are polynomials). Nothing is maximised numerically, and no product
of gains is formed before both gains are known to be non-negative.

Sources: Nash (1950), Econometrica 18:155-162, doi:10.2307/1907266; Kalai (1977), IJGT 6:129-133
(weights); Kalai and Smorodinsky (1975), Econometrica 43:513-518, doi:10.2307/1914280; Kalai
(1977), Econometrica 45:1623-1630 (egalitarian); Dhillon and Mertens (1999), Econometrica
67:471-498 (relative utilitarianism); Raiffa (1953), in Contributions to the Theory of Games II,
361-387; Brams and Taylor (1996), Fair Division, ch. 4.

>>> import numpy as np
>>> from negotiate.bargaining.arithmetic.frontier import linear_frontier
>>> f = linear_frontier(np.array([60.0, 30, 10]), np.array([-10.0, -30, -60]), np.array([0, 100.0]))
>>> nash(f, np.zeros(2)).u[:, 0].tolist()
[75.0, 75.0]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.bargaining.arithmetic import frontier_arc
from negotiate.bargaining.arithmetic.frontier import Array, Frontier, Located, corners
from negotiate.bargaining.arithmetic.frontier_smooth import levels, utilities
from negotiate.bargaining.arithmetic.roots import bracketed_root

Affine = tuple[Any, Any]
"""(c0, c1) standing for c0 + c1 lambda; each ``(N,)`` or a number."""

_EVEN = (0.5, 0.5)
_ONES = (1.0, 1.0)
_RAIFFA_STEPS = 64  # each step at least halves what is left to gain


def locate(f: Frontier, p: Affine, q: Affine, r: Affine) -> Located:
    """First frontier point where ``p u_1 - q u_2 - r`` is no longer negative.

    ``p``, ``q``, ``r`` are affine in lambda and make the expression grow along the frontier; if
    it is negative throughout, the end best for party 1.
    """
    first, second = corners(f)
    lam = f.critical
    count = np.zeros(f.start.shape[1], dtype=np.intp)
    low_u1, low_u2, high_u1, high_u2 = first[:-1], second[:-1], first[1:], second[1:]
    if f.smooth is not None and len(lam):
        shift = utilities(f.smooth, levels(f.smooth, lam))
        low_u1, high_u1 = low_u1 + shift[0], high_u1 + shift[0]
        low_u2, high_u2 = low_u2 + shift[1], high_u2 + shift[1]
    coefficients = [
        c0 if isinstance(c1, float) and c1 == 0 else c0 + c1 * lam for c0, c1 in (p, q, r)
    ]
    P, Q, R = coefficients
    at_start = P * low_u1 - Q * low_u2 - R
    at_end = P * high_u1 - Q * high_u2 - R
    for j in range(len(lam)):
        count += at_start[j] < 0
        count += at_end[j] < 0
    index, flat = count >> 1, (count & 1).astype(bool)
    low, high, u = _read(f, lam, first, second, at_start, at_end, index, flat)
    if f.smooth is not None:
        low, high, u = _on_arc(f, p, q, r, low, high, u, flat)
    return Located(u, low, high, flat)


def _read(
    f: Frontier,
    lam: Array,
    first: Array,
    second: Array,
    at_start: Array,
    at_end: Array,
    index: npt.NDArray[np.intp],
    flat: npt.NDArray[np.bool_],
) -> tuple[Array, Array, Array]:
    """Point of the polygonal part, and its lambda range, by selecting the piece of each draw."""
    count, number = len(lam), len(index)
    columns = np.arange(number)

    def rows(array: Array, row: npt.NDArray[np.intp]) -> Array:
        return array.reshape(-1).take(row * number + columns)

    u = np.stack([rows(first, index), rows(second, index)])
    if not count:
        return np.zeros(number), np.ones(number), u
    piece = np.minimum(index, count - 1)
    high = np.where(index < count, rows(lam, piece), 1.0)
    low = np.where(index > 0, rows(lam, np.maximum(index - 1, 0)), 0.0)
    start, end = rows(at_start, piece), rows(at_end, piece)
    width = end - start
    part = np.where(flat, -start / np.where(flat, width, 1.0), 0.0)
    u[0] += part * rows(f.gain, piece)
    u[1] -= part * rows(f.loss, piece)
    return np.where(flat, high, low), high, u


def _on_arc(
    f: Frontier,
    p: Affine,
    q: Affine,
    r: Affine,
    low: Array,
    high: Array,
    u: Array,
    flat: npt.NDArray[np.bool_],
) -> tuple[Array, Array, Array]:
    """Between two critical lambdas the smooth issues move: bracket the root in lambda."""
    smooth = f.smooth
    assert smooth is not None

    def excess(lam: Array) -> Array:
        v = u + utilities(smooth, levels(smooth, lam))
        return np.asarray(
            (p[0] + p[1] * lam) * v[0] - (q[0] + q[1] * lam) * v[1] - (r[0] + r[1] * lam)
        )

    high = np.where(flat, low, high)
    if frontier_arc.is_polynomial(smooth):
        lam = frontier_arc.root(smooth, p, q, r, low, high, u)
    else:
        lam = bracketed_root(excess, low, high)
    lam = np.where(flat, low, lam)
    return lam, lam, u + utilities(smooth, levels(smooth, lam))


def flatten(f: Frontier, d: Any) -> Array:
    """``(..., c)`` as ``(c, N)``, one column a draw of the frontier."""
    number = f.start.shape[1]
    array = np.asarray(d, dtype=np.float64)
    return np.ascontiguousarray(
        np.broadcast_to(array, (*f.shape, array.shape[-1])).reshape(number, array.shape[-1]).T
    )


def zone(f: Frontier, d: Any, units: Any = _ONES) -> Array:
    """``(N,)`` largest t with d + (t, t) in S: negative where there is no bargaining zone.

    ``units`` ``(2,)`` or ``(2, N)``: what one of each party's utility on this frontier stands for;
    t is counted in those.
    """
    point = flatten(f, d)
    gains = (egalitarian(f, d, units).u - point) * np.asarray(units).reshape(2, -1)
    return np.asarray(gains.min(axis=0))


def ideal(f: Frontier, d: Any) -> Array:
    """``(2, N)`` ideal point m_i = max {u_i : u in S, u_j >= d_j}."""
    d1, d2 = flatten(f, d)
    return np.stack([best_given_second(f, d2).u[0], best_given_first(f, d1).u[1]])


def best_given_second(f: Frontier, u2: Array) -> Located:
    """Frontier point at which party 2 gets ``u2`` (at least, where the frontier ends above)."""
    return locate(f, (0.0, 0.0), (1.0, 0.0), (-u2, 0.0))


def best_given_first(f: Frontier, u1: Array) -> Located:
    """Frontier point at which party 1 gets ``u1`` (at least, where the frontier starts above)."""
    return locate(f, (1.0, 0.0), (0.0, 0.0), (u1, 0.0))


def nash(f: Frontier, d: Any, weights: Any = _EVEN) -> Located:
    """Nash bargaining solution with weights ``(..., 2)``; meaningful where both gains >= 0."""
    d1, d2 = flatten(f, d)
    a1, a2 = flatten(f, weights)
    return locate(f, (0.0, a2), (a1, -a1), (-a1 * d2, a2 * d1 + a1 * d2))


def kalai_smorodinsky(f: Frontier, d: Any) -> Located:
    """Gains in proportion to what each party could get at best."""
    d1, d2 = flatten(f, d)
    m1, m2 = ideal(f, d)
    p, q = m2 - d2, m1 - d1
    return locate(f, (p, 0.0), (q, 0.0), (p * d1 - q * d2, 0.0))


def egalitarian(f: Frontier, d: Any, units: Any = _ONES) -> Located:
    """Efficient point nearest to equal gains; the larger gain may be disposed of to equalise.

    ``units`` as in `zone`: gains are equal once multiplied by them.
    """
    d1, d2 = flatten(f, d)
    s1, s2 = units
    return locate(f, (s1, 0.0), (s2, 0.0), (s1 * d1 - s2 * d2, 0.0))


def utilitarian(f: Frontier, d: Any) -> Located:
    """Largest sum of gains, each relative to its party's ideal gain (first of ties).

    Where a flat piece has exactly the critical slope all of it is optimal; ``flat`` is set and
    the point returned is its middle.
    """
    d1, d2 = flatten(f, d)
    m1, m2 = ideal(f, d)
    q, p = m1 - d1, m2 - d2
    with np.errstate(divide="ignore", invalid="ignore"):
        target = np.where(p + q > 0, p / (p + q), 0.5)
    before = locate(f, (0.0, 0.0), (0.0, 0.0), (target - tolerance.UTILITY, -1.0))
    after = locate(f, (0.0, 0.0), (0.0, 0.0), (target + tolerance.UTILITY, -1.0))
    tied = np.abs(after.u - before.u).max(axis=0) > 10 * tolerance.UTILITY
    if f.smooth is not None:  # on an arc the two differ only by the width of the probe
        near = np.abs(f.critical - target) <= tolerance.UTILITY
        tied &= (near & (f.gain > 0)).any(axis=0)
    exact = np.where(tied, 0.5 * (before.u + after.u), before.u)
    return Located(
        exact, np.where(tied, target, before.low), np.where(tied, target, after.high), tied
    )


def adjusted_winner(f: Frontier, lowest: Array, highest: Array) -> Located:
    """Equal shares of each party's range, ``(2, N)``: every issue lost to every issue won."""
    q, p = highest - lowest
    return locate(f, (p, 0.0), (q, 0.0), (p * lowest[0] - q * lowest[1], 0.0))


def ends(f: Frontier) -> tuple[Array, Array]:
    """The frontier's ends ``(2, N)``: best for party 2, best for party 1."""
    nothing = (0.0, 0.0)
    return (
        locate(f, nothing, nothing, (-1.0, 0.0)).u,
        locate(f, nothing, nothing, (1.0, 0.0)).u,
    )


def raiffa_discrete(f: Frontier, d: Any) -> Array:
    """Limit ``(2, N)`` of d -> (d + m(d)) / 2: each round gives each party half of what it could.

    After k rounds nobody can gain more than 2^-k of its first ideal gain, which bounds the error.
    """
    point = flatten(f, d)
    for _ in range(_RAIFFA_STEPS):
        best = np.stack([best_given_second(f, point[1]).u[0], best_given_first(f, point[0]).u[1]])
        step = 0.5 * (best - point)
        point = point + step
        if not np.any(np.abs(step) > tolerance.ROOT):
            break
    return point


def in_chunks(
    function: Callable[..., tuple[Array, ...]],
    *arrays: Array,
    size: int = 1 << 14,
    workers: int = 1,
) -> tuple[Array, ...]:
    """Apply a kernel to slices of the first axis, so that memory does not grow with the draws.

    NumPy releases the interpreter lock in its loops, so ``workers`` are threads.
    """
    total = len(arrays[0])
    starts = range(0, total, size)

    def work(begin: int) -> tuple[Array, ...]:
        return function(*(array[begin : begin + size] for array in arrays))

    if workers > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(work, starts))
    else:
        parts = [work(begin) for begin in starts]
    return tuple(np.concatenate(column) for column in zip(*parts))
