"""The efficient frontier of a two-party bargaining problem, for many draws at once.

Definition. Party i values the level x_k of issue k by v_ik(x_k) and weighs it by w_ik; a set of
terms is worth U_i(x) = sum_k w_ik v_ik(x_k). S is the comprehensive hull (free disposal) of the
attainable pairs (U_1, U_2). Its efficient frontier is read off the support function, which is
separable by issue: for lambda in (0, 1)

    max over S of  lambda u_1 + (1 - lambda) u_2
        = sum_k max_x  lambda w_1k v_1k(x) + (1 - lambda) w_2k v_2k(x).

- An issue with *polygonal* values (linear, or a table of options) contributes its Pareto part:
  a path of segments (a, b), a > 0 gained by party 1 and b > 0 lost by party 2. A segment is taken
  when lambda a > (1 - lambda) b, that is when lambda passes ``b / (a + b)``: the frontier has a
  flat piece there. (The sum a + b never vanishes, so zero weights need no division.)
- An issue with *smooth* values (quadratic, power, or linear against one of these) moves along
  with lambda; quadratic against quadratic at the weighted mean of the two ideals.

The frontier is the Minkowski sum of the parts: walked from the end best for party 2 (lambda -> 0)
to the end best for party 1, u_1 never falls and u_2 never rises. Mixing over the options of a
tabled issue is allowed along a segment; at a vertex no option is mixed, and at an efficient point
at most one issue is split, unless critical lambdas tie.

Sources: Nash (1950), Econometrica 18:155-162, doi:10.2307/1907266 (the set S); Raiffa (1982), The
Art and Science of Negotiation, ch. 10-11 (additive scoring, efficient frontier by ratios of
weights); Rockafellar (1970), Convex Analysis, section 13 (support function of a sum).

Tollison and Willett's linkage (1979, International Organization 33:425-449), weights 60, 30, 10
against 10, 30, 60: vertices (0, 100), (60, 90), (90, 60), (100, 0).

>>> import numpy as np
>>> f = linear_frontier(np.array([60.0, 30, 10]), np.array([-10.0, -30, -60]))
>>> vertices(f).tolist()
[[0.0, 0.0], [60.0, -10.0], [90.0, -40.0], [100.0, -100.0]]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.bargaining.arithmetic.frontier_smooth import Smooth, levels, utilities

Array = npt.NDArray[np.float64]


class Frontier(NamedTuple):
    """A frontier over N draws; arrays are issue first, ``(J, N)``, for speed.

    Attributes
    ----------
    start
        ``(2, N)``: utilities of the polygonal issues at the end best for party 2.
    gain, loss, critical
        ``(J, N)``: segments in order of their critical lambda; padding has length zero.
    piece_gain, piece_critical
        ``(J, N)``: the same segments as they were given, for the terms; critical lambda -1 means
        always taken (party 2 does not mind), 2 never taken (party 1 does not care).
    smooth
        The issues that move with lambda, or None.
    shape
        Shape of the draws; ``N`` is their product.
    """

    start: Array
    gain: Array
    loss: Array
    critical: Array
    piece_gain: Array
    piece_critical: Array
    smooth: Smooth | None
    shape: tuple[int, ...]


class Located(NamedTuple):
    """A point of the frontier for each draw, and where on it it lies.

    Attributes
    ----------
    u
        ``(2, N)`` utilities.
    low, high
        ``(N,)`` range of lambda that supports the point: an interval at a vertex.
    flat
        ``(N,)`` true in the inside of a flat piece (an issue is split).
    """

    u: Array
    low: Array
    high: Array
    flat: npt.NDArray[np.bool_]


def hull_path(values: Array) -> tuple[Array, Array, Array, npt.NDArray[np.intp]]:
    """Pareto part of the concave hull of option points, by gift wrapping over draws.

    Parameters
    ----------
    values
        ``(..., 2, m)``: worth of each of m options to the two parties.

    Returns
    -------
    start, gain, loss, path
        ``(..., 2)`` the option best for party 2 (ties: best for party 1); ``(..., m - 1)``
        segments towards the option best for party 1, zero where the path has ended; ``(..., m)``
        option indices along the path.
    """
    first, second = values[..., 0, :], values[..., 1, :]
    m = values.shape[-1]
    best = second == second.max(axis=-1, keepdims=True)
    here = np.where(best, first, -np.inf).argmax(axis=-1)
    path = [here]
    gain, loss = [], []

    def pick(array: Array, index: Any) -> Array:
        return np.take_along_axis(array, index[..., None], axis=-1)[..., 0]

    for _ in range(m - 1):
        more = first - pick(first, here)[..., None]
        less = pick(second, here)[..., None] - second
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(more > 0, less / more, np.inf)
        cheapest = slope.min(axis=-1, keepdims=True)
        # collinear options (to rounding): the nearest first, so that each needs no mixing
        with np.errstate(invalid="ignore"):
            tied = slope <= cheapest + tolerance.ROOT * (1.0 + np.abs(cheapest))
        step = np.where(tied & (more > 0), more, np.inf).argmin(axis=-1)
        stays = ~np.isfinite(cheapest[..., 0])
        there = np.where(stays, here, step)
        gain.append(pick(first, there) - pick(first, here))
        loss.append(pick(second, here) - pick(second, there))
        path.append(there)
        here = there
    start = np.stack([pick(first, path[0]), pick(second, path[0])], axis=-1)
    shape = (*start.shape[:-1], m - 1)
    return (
        start,
        np.stack(gain, axis=-1) if gain else np.zeros(shape),
        np.stack(loss, axis=-1) if loss else np.zeros(shape),
        np.stack(path, axis=-1),
    )


def frontier(start: Array, gain: Array, loss: Array, smooth: Smooth | None = None) -> Frontier:
    """Lay segments end to end in order of their critical lambda.

    Parameters
    ----------
    start
        ``(..., 2)`` utilities at the end best for party 2, polygonal issues only.
    gain, loss
        ``(..., J)`` non-negative: what party 1 gains and party 2 loses along each segment.
    smooth
        Issues that move with lambda, arrays ``(M, N)``.
    """
    shape = np.broadcast_shapes(start.shape[:-1], gain.shape[:-1], loss.shape[:-1])
    number = int(np.prod(shape, dtype=np.int64))
    pieces = gain.shape[-1]

    def issue_first(array: Array, last: int) -> Array:
        # a private, contiguous copy: it is changed below
        flat = np.broadcast_to(array, (*shape, last)).reshape(number, last)
        return np.array(flat.T, dtype=np.float64, order="C")

    begin = issue_first(start, 2)
    a, b = issue_first(gain, pieces), issue_first(loss, pieces)
    return _assemble(begin, a, b, smooth, shape)


def _assemble(
    begin: Array, a: Array, b: Array, smooth: Smooth | None, shape: tuple[int, ...]
) -> Frontier:
    total = a + b
    proper = (a > 0) & (b > 0)
    if proper.all():
        critical = b / total
        return Frontier(begin, *_in_order(critical, a, b), a, critical, smooth, shape)
    free = (a > 0) & (b <= 0)
    begin[0] += np.where(free, a, 0.0).sum(axis=0)
    begin[1] -= np.where(free, b, 0.0).sum(axis=0)
    critical = np.where(proper, b / np.where(proper, total, 1.0), 1.0)
    taken = np.where(free, -1.0, np.where(proper, critical, 2.0))
    short_a, short_b = np.where(proper, a, 0.0), np.where(proper, b, 0.0)
    return Frontier(begin, *_in_order(critical, short_a, short_b), short_a, taken, smooth, shape)


def _network(size: int) -> list[tuple[int, int]]:
    """Batcher's odd-even merge sort as a list of comparators (Knuth, TAOCP 3, 5.2.2, alg. M)."""
    pairs, p = [], 1
    while p < size:
        k = p
        while k >= 1:
            for j in range(k % p, size - k, 2 * k):
                for i in range(min(k, size - j - k)):
                    if (i + j) // (2 * p) == (i + j + k) // (2 * p):
                        pairs.append((i + j, i + j + k))
            k //= 2
        p *= 2
    return pairs


def _in_order(critical: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Segments sorted by critical lambda; a sorting network, as each step is one vector op."""
    size = len(critical)
    if size > 24:  # the network grows as J log^2 J with vector steps; argsort takes over
        order = critical.argsort(axis=0, kind="stable")
        take = np.take_along_axis
        return take(a, order, 0), take(b, order, 0), take(critical, order, 0)
    key, first, second = list(critical), list(a), list(b)
    for i, j in _network(size):
        swap = key[i] > key[j]
        key[i], key[j] = np.minimum(key[i], key[j]), np.maximum(key[i], key[j])
        for rows in (first, second):
            low = np.where(swap, rows[j], rows[i])
            rows[j] = np.where(swap, rows[i], rows[j])
            rows[i] = low
    empty = np.empty_like(critical)
    return tuple(np.stack(rows) if rows else empty for rows in (first, second, key))  # type: ignore[return-value]


def linear_frontier(first: Array, second: Array, base: Array | None = None) -> Frontier:
    """Frontier of linear issues, each with a level in [0, 1].

    Parameters
    ----------
    first, second
        ``(..., K)``: what moving issue k from level 0 to level 1 adds to each party's utility
        (weight times slope); of the same sign where both want the same end.
    base
        ``(..., 2)`` utilities when every level is 0; zero if left out.

    Notes
    -----
    Piece k runs from the end party 2 wants to the end party 1 wants.
    """
    shape = np.broadcast_shapes(first.shape, second.shape)
    number = int(np.prod(shape[:-1], dtype=np.int64))
    p, q = (
        np.ascontiguousarray(np.broadcast_to(array, shape).reshape(number, shape[-1]).T)
        for array in (first, second)
    )
    begin = np.zeros((2, number))
    if base is not None:
        begin += np.broadcast_to(base, (*shape[:-1], 2)).reshape(number, 2).T
    opposed = p * q < 0
    # where party 2 wants the level up, or does not mind and party 1 does, the walk starts at 1
    if opposed.all() and (q < 0).all():
        return _assemble(begin, p, -q, None, shape[:-1])
    up = (q > 0) | ((q == 0) & (p > 0))
    begin[0] += np.where(up, p, 0.0).sum(axis=0)
    begin[1] += np.where(up, q, 0.0).sum(axis=0)
    a, b = np.where(opposed, np.abs(p), 0.0), np.where(opposed, np.abs(q), 0.0)
    return _assemble(begin, a, b, None, shape[:-1])


def corners(f: Frontier) -> tuple[Array, Array]:
    """Polygonal part only: ``(J + 1, N)`` cumulative utilities of party 1 and of party 2."""
    count, number = len(f.gain), f.start.shape[1]
    first, second = np.empty((count + 1, number)), np.empty((count + 1, number))
    first[0], second[0] = f.start
    for j in range(count):
        np.add(first[j], f.gain[j], out=first[j + 1])
        np.subtract(second[j], f.loss[j], out=second[j + 1])
    return first, second


def vertices(f: Frontier) -> Array:
    """Vertices ``(..., J + 1, 2)`` of a polygonal frontier, from party 2's end to party 1's."""
    return np.moveaxis(np.stack(corners(f)), 0, -1).transpose(1, 0, 2).reshape(*f.shape, -1, 2)


def at_lambda(f: Frontier, lam: Array, *, after: bool = False) -> Array:
    """Frontier point ``(2, N)`` at each draw's lambda ``(N,)``.

    At a critical lambda the point before the flat piece, or after it with ``after``.
    """
    taken = f.critical <= lam if after else f.critical < lam
    u = np.stack(
        [
            f.start[0] + np.where(taken, f.gain, 0.0).sum(axis=0),
            f.start[1] - np.where(taken, f.loss, 0.0).sum(axis=0),
        ]
    )
    return u if f.smooth is None else u + utilities(f.smooth, levels(f.smooth, lam))


def terms(f: Frontier, point: Located) -> tuple[Array, Array | None, npt.NDArray[np.bool_]]:
    """How far each piece is taken, levels of smooth issues, and whether that is unique.

    Returns
    -------
    taken
        ``(J, N)`` in [0, 1], in the order the pieces were given. Tied pieces are split in the
        same proportion.
    smooth
        ``(M, N)`` levels, or None.
    unique
        ``(N,)`` false where several pieces of one slope are split.
    """
    lam = 0.5 * (point.low + point.high)
    level = None if f.smooth is None else levels(f.smooth, lam)
    same = (np.abs(f.piece_critical - lam) <= tolerance.UTILITY) & point.flat
    before = (f.piece_critical < lam) & ~same
    counted = np.where(before & (f.piece_critical >= 0), f.piece_gain, 0.0).sum(axis=0)
    base = f.start[0] + counted
    if f.smooth is not None and level is not None:
        base = base + utilities(f.smooth, level)[0]
    width = np.where(same, f.piece_gain, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(width > 0, (point.u[0] - base) / np.where(width > 0, width, 1.0), 0.0)
    share = np.clip(share, 0.0, 1.0)
    taken = np.where(same, share, before.astype(np.float64))
    return taken, level, ~((same.sum(axis=0) > 1) & (share > 0) & (share < 1))


def stack_pieces(parts: Sequence[Array], shape: tuple[int, ...]) -> Array:
    """Join per-issue segments ``(..., m_k)`` along the last axis; none gives ``(..., 0)``."""
    if not parts:
        return np.zeros((*shape, 0))
    return np.concatenate(
        [np.broadcast_to(part, (*shape, part.shape[-1])) for part in parts], axis=-1
    )
