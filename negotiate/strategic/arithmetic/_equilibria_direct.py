"""Vertices of best-reply polytopes of very small games, compiled: all bases, many games at once.

Own mixed strategies x with the best-reply labels of the opponent are the upper envelope of the
opponent's payoffs over the simplex. A vertex with support S has a set T of best replies, of the
same size, whose payoffs are equal on S at one point only: so running through all pairs (S, T) of
size 1 to 4 meets every vertex, degenerate or not. Differences of payoffs are orthogonal to x, which
is therefore a cross product, and one pass over contiguous memory serves a block of games, so that
the processor's vector units do the arithmetic. For four strategies or fewer this beats a pivoting
walk several times over.

A candidate whose least slack is clear of ``DOUBT`` is a simple vertex and is kept as it stands;
every other one is judged by itself as the NumPy engine does (``_equilibria_numpy``): values up to
``TIE`` are ties; a value up to ``DOUBT``, or a weak system, makes the game doubtful and leaves it
to the exact path. Near-ties at a corner of a support are met, and doubted, with the support of that
corner.

The arithmetic on blocks is in ``_lanes``. Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from negotiate.strategic.arithmetic import _lanes as lanes
from negotiate.tolerance import DOUBT, PIVOT, TIE

Array = npt.NDArray[Any]
BLOCK = 64
"""Games of a block: their tables and work space fit the first-level cache."""
CLEAR = 1e-3
"""A share below minus this is negative, whatever digits a weak system has lost."""
WIDEST = 4
"""Most strategies that the smaller side may have."""
WORK = 24
"""Rows of work space."""


@numba.njit(cache=True, error_model="numpy")
def load(payoffs: Array, transpose: bool, table: Array, work: Array) -> None:
    """Payoffs ``(games, ...)`` of the opponent as ``(opponent's x own, BLOCK)``, range one.

    ``transpose`` if the opponent's strategies run along the last axis. Each column of the opponent
    (one own strategy) is shifted to start at zero and the whole table divided by its range; a range
    that is rounding of the payoffs themselves counts as none. Rows beyond the games are zero.
    """
    games, first, second = payoffs.shape
    other, own = (second, first) if transpose else (first, second)
    for j in range(other):
        for i in range(own):
            row = table[j * own + i]
            for g in range(games):
                row[g] = payoffs[g, i, j] if transpose else payoffs[g, j, i]
            for g in range(games, BLOCK):
                row[g] = 0.0
    low, size, largest = work[0], work[1], work[2]
    lanes.fill(size, 0.0)
    lanes.fill(largest, 0.0)
    for e in range(other * own):
        row = table[e]
        for g in range(BLOCK):
            largest[g] = abs(row[g]) if abs(row[g]) > largest[g] else largest[g]
    for i in range(own):
        lanes.fill(low, np.inf)
        for j in range(other):
            lanes.lower_to(low, table[j * own + i])
        for j in range(other):
            lanes.difference(table[j * own + i], table[j * own + i], low)
            lanes.raise_to(size, table[j * own + i])
    for g in range(BLOCK):
        size[g] = size[g] if size[g] > TIE * largest[g] else np.inf
    for e in range(other * own):
        lanes.divided(table[e], size)


@numba.njit(cache=True, error_model="numpy")
def _accept(
    table: Array, own: int, other: int, g: int, x: Array, chosen: int, first: int, weak: bool,
    first_own: int, first_other: int, masks: Array, points: Array, found: int,
) -> tuple[int, bool, bool]:  # fmt: skip
    """Judge the candidate ``x`` (sum one), indifferent among ``chosen``; keep it if it is new.

    Returns the number of vertices, whether it has more labels than a simple vertex, doubtful.
    """
    edge = CLEAR if weak else DOUBT
    value = 0.0
    doubt = weak
    mask = labels = 0
    for i in range(own):
        value += x[i] * table[first * own + i, g]
        if x[i] <= TIE:
            if x[i] < -TIE:
                if x[i] <= -edge:
                    return found, False, False
                doubt = True
            mask |= 1 << (first_own + i)
            labels += 1
        elif x[i] < DOUBT:
            doubt = True
    for j in range(other):
        slack = 0.0
        if not chosen >> j & 1:
            slack = value
            for i in range(own):
                slack -= x[i] * table[j * own + i, g]
        if slack <= TIE:
            if slack < -TIE:
                if slack <= -edge:
                    return found, False, False
                doubt = True
            mask |= 1 << (first_other + j)
            labels += 1
        elif slack < DOUBT:
            doubt = True
    if doubt:
        return found, False, True
    many = labels > own
    if many:  # only such a vertex is met more than once
        for v in range(found):
            if masks[v] == mask:
                return found, True, False
    if found == masks.shape[0]:
        return found, many, True
    masks[found] = mask
    for i in range(own):
        points[found, i] = x[i] if x[i] > TIE else 0.0
    return found + 1, many, False


@numba.njit(cache=True, error_model="numpy")
def _corners(
    table: Array, own: int, other: int, games: int, first_own: int, first_other: int,
    work: Array, masks: Array, points: Array, found: Array, many: Array, doubtful: Array,
) -> None:  # fmt: skip
    """Vertices that are pure strategies: the best replies to each."""
    top, second, place = work[0], work[1], work[2]
    every = ((1 << own) - 1) << first_own
    for i in range(own):
        lanes.fill(top, -np.inf)
        lanes.fill(second, -np.inf)
        for j in range(other):
            row = table[j * own + i]
            lanes.runner_up(second, top, row)
            lanes.where_larger(place, top, row, j)
            lanes.raise_to(top, row)
        base = every ^ (1 << (first_own + i))
        for g in range(games):
            mask = base | 1 << (first_other + int(place[g]))
            if top[g] - second[g] < DOUBT:
                for j in range(other):
                    gap = top[g] - table[j * own + i, g]
                    if gap <= TIE:
                        mask |= 1 << (first_other + j)
                    elif gap < DOUBT:
                        doubtful[g] = True
                many[g] |= top[g] - second[g] <= TIE
            masks[g, i] = mask
            for k in range(own):
                points[g, i, k] = 0.0
            points[g, i, i] = 1.0
    for g in range(games):
        found[g] = own


@numba.njit(cache=True, error_model="numpy")
def _strength(
    table: Array, own: int, g: int, inside: Array, binding: Array, size: int, product: Array
) -> float:
    """How far payoff differences are from dependent: their cross product against their sizes."""
    least, whole, top = np.inf, 1.0, 0.0
    for k in range(1, size):
        widest = 0.0
        for i in range(size):
            gap = table[binding[0] * own + inside[i], g] - table[binding[k] * own + inside[i], g]
            widest = max(widest, abs(gap))
        least = min(least, widest)
        whole *= widest
    if least <= TIE:
        return 0.0
    for i in range(size):
        top = max(top, abs(product[i, g]))
    return min(top / whole, least)


@numba.njit(cache=True, error_model="numpy")
def _candidates(
    table: Array, own: int, inside: Array, binding: Array, size: int, work: Array
) -> None:
    """Shares into work[0:size], the cross product into work[4:8]."""
    if size == 2:
        i, h, j, k = inside[0], inside[1], binding[0], binding[1]
        rows = table[j * own + i], table[k * own + i], table[j * own + h], table[k * own + h]
        lanes.crossing(work[0], rows[0], rows[1], rows[2], rows[3])
        lanes.rest(work[1], work[0])
        lanes.difference(work[4], rows[0], rows[1])
        lanes.difference(work[5], rows[2], rows[3])
        return
    for k in range(1, size):
        for i in range(size):
            lanes.difference(
                work[8 + (k - 1) * 4 + i],
                table[binding[0] * own + inside[i]],
                table[binding[k] * own + inside[i]],
            )
    if size == 3:
        for i in range(3):
            p, q = (i + 1) % 3, (i + 2) % 3
            lanes.cross(work[4 + i], work[8 + p], work[12 + q], work[8 + q], work[12 + p])
    else:
        for i in range(4):
            p, q, r = (1 if i == 0 else 0), (2 if i < 2 else 1), (3 if i < 3 else 2)
            sign = 1 if i % 2 == 0 else -1
            if sign < 0:
                p, q = q, p  # an exchange of two columns turns the sign
            lanes.cross(work[20], work[12 + q], work[16 + r], work[12 + r], work[16 + q])
            lanes.cross(work[21], work[12 + p], work[16 + r], work[12 + r], work[16 + p])
            lanes.cross(work[22], work[12 + p], work[16 + q], work[12 + q], work[16 + p])
            lanes.triple(
                work[4 + i], work[8 + p], work[20], work[8 + q], work[21], work[8 + r], work[22]
            )
    lanes.fill(work[23], 0.0)
    for i in range(size):
        lanes.added(work[23], work[4 + i])
    for i in range(size):
        for g in range(BLOCK):
            work[i, g] = work[4 + i, g]
        lanes.divided(work[i], work[23])


@numba.njit(cache=True, error_model="numpy")
def _mixtures(
    table: Array, own: int, other: int, games: int, first_own: int, first_other: int, size: int,
    supports: Array, replies: Array, work: Array, low: Array, value: Array, reply: Array,
    x: Array, masks: Array, points: Array, found: Array, many: Array, doubtful: Array,
) -> None:  # fmt: skip
    """Vertices that mix ``size`` strategies."""
    room = masks.shape[1]
    live = np.empty(games + 1, np.int64)
    every = ((1 << own) - 1) << first_own
    for inside in supports:
        base = every
        for k in range(size):
            base ^= 1 << (first_own + inside[k])
        for binding in replies:
            _candidates(table, own, inside, binding, size, work)
            lanes.fill(low, np.inf)
            for k in range(size):
                lanes.lower_to(low, work[k])
            first = binding[0]
            chosen = 0
            for k in range(size):
                chosen |= 1 << binding[k]
            lanes.mean(
                value,
                work[0],
                table[first * own + inside[0]],
                work[1],
                table[first * own + inside[1]],
            )
            for k in range(2, size):
                lanes.plus_mean(value, work[k], table[first * own + inside[k]])
            for j in range(other):
                if chosen >> j & 1:
                    continue
                lanes.mean(
                    reply, work[0], table[j * own + inside[0]], work[1], table[j * own + inside[1]]
                )
                for k in range(2, size):
                    lanes.plus_mean(reply, work[k], table[j * own + inside[k]])
                lanes.slack(low, value, reply)
            mask = base | chosen << first_other
            # Without a branch: where candidates are is beyond prediction.
            near = 0
            for g in range(games):
                live[near] = g
                near += low[g] > -CLEAR
            for at in range(near):
                g = live[at]
                if doubtful[g]:
                    continue
                if size == 2:
                    strength = max(abs(work[4, g]), abs(work[5, g]))
                else:
                    strength = _strength(table, own, g, inside, binding, size, work[4:8])
                if strength <= TIE:
                    continue
                v = found[g]
                if low[g] >= DOUBT and strength >= PIVOT and v < room:
                    masks[g, v] = mask
                    for i in range(own):
                        points[g, v, i] = 0.0
                    for k in range(size):
                        points[g, v, inside[k]] = work[k, g]
                    found[g] = v + 1
                    continue
                for i in range(own):
                    x[i] = 0.0
                for k in range(size):
                    x[inside[k]] = work[k, g]
                found[g], more, doubt = _accept(
                    table, own, other, g, x, chosen, first, strength < PIVOT, first_own,
                    first_other, masks[g], points[g], v,
                )  # fmt: skip
                many[g] |= more
                doubtful[g] |= doubt


@numba.njit(cache=True, error_model="numpy")
def enumerate_block(
    table: Array, own: int, other: int, games: int, first_own: int, first_other: int,
    supports: Any, replies: Any, work: Array, lines: Array, x: Array,
    masks: Array, points: Array, found: Array, many: Array, doubtful: Array,
) -> None:  # fmt: skip
    """All vertices of the first ``games`` of a block.

    ``table`` is as `load` leaves it; ``supports`` and ``replies`` are the sets of 2, 3 and 4 own
    and opponent's strategies, ``(number, size)`` each. ``masks`` ``(BLOCK, room)``, ``points``
    ``(BLOCK, room, own)``, ``found``, ``many`` (degenerate) and ``doubtful`` ``(BLOCK,)`` are
    filled; the flags are set, never cleared.
    """
    _corners(
        table, own, other, games, first_own, first_other, work, masks, points, found, many, doubtful
    )
    for size in range(2, min(own, other) + 1):
        _mixtures(
            table, own, other, games, first_own, first_other, size, supports[size - 2],
            replies[size - 2], work, lines[0], lines[1], lines[2], x, masks, points, found, many,
            doubtful,
        )  # fmt: skip
