"""Extreme equilibria of a batch of games, compiled: closed forms where small, else a walk.

Up to four strategies on the smaller side, ``_equilibria_two`` and ``_equilibria_direct`` find the
vertices; larger polytopes are walked along their edges. The walk is the float twin of that in
``equilibria_exact``. Each constraint has two right-hand sides, 1 and 1 + delta_j; the walk goes by
the second, whose deltas (fractional parts of square roots of primes, linearly independent over
the rationals) leave no ties, and reads the vertex off the first. Why that is sound: suppose at
every basis visited each true value is zero or positive. Scaling delta by t in (0, 1] then keeps
every basis feasible, so the graph is the same for all t, and the argument for t -> 0 in
``equilibria_exact`` applies. A game where a true value is negative or in doubt, or a ratio is tied
even with delta, is reported as doubtful and left to the exact path.

Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import comb
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from negotiate.kernels._equilibria_direct import BLOCK, WIDEST, WORK, enumerate_block, load
from negotiate.kernels._equilibria_two import solve_two
from negotiate.tolerance import DOUBT, PIVOT, SHAKE, TIE

Array = npt.NDArray[Any]
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
          89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179,
          181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277,
          281, 283, 293)  # fmt: skip
DELTA = SHAKE * np.array([1.0 + math.sqrt(p) % 1.0 for p in PRIMES])
MAX_LABELS = len(PRIMES)
SHARE = 1_024
"""Fewest games that are worth a thread."""
DIRECT_BASES = 500
"""Bases up to which all of them are tried in closed form (4 x 8, 3 x 12): the walk is slower by a
factor of two or more on all of these."""


@numba.njit(cache=True, error_model="numpy")
def _slot(table: Array, mask: int) -> int:
    """Place of ``mask`` in an open-addressing table (size a power of two), or of a free entry."""
    size = table.shape[0]
    k: int = ((mask * 2654435761) >> 7) & (size - 1)
    while table[k] != 0 and table[k] != mask:
        k = (k + 1) & (size - 1)
    return k


@numba.njit(cache=True, error_model="numpy")
def _walk(
    matrix: Array,
    first_slack: int,
    first_variable: int,
    delta: Array,
    tableaux: Array,
    basics: Array,
    outsides: Array,
    bases: Array,
    steps: Array,
    table: Array,
    masks: Array,
    points: Array,
) -> tuple[int, bool, bool]:
    """Vertices of {z >= 0, M z <= 1}; returns their number, degenerate, doubtful.

    Work arrays have room for McMullen's bound of bases; ``table`` is all zero on entry and exit.
    """
    rows, size = matrix.shape
    room = bases.shape[0]
    mask = 0
    for r in range(rows):
        for c in range(size):
            tableaux[0, r, c] = matrix[r, c]
        tableaux[0, r, size] = 1.0
        tableaux[0, r, size + 1] = 1.0 + delta[r]
        basics[0, r] = first_slack + r
    for c in range(size):
        outsides[0, c] = first_variable + c
        mask |= 1 << (first_variable + c)
    bases[0] = mask
    table[_slot(table, mask)] = mask
    visited, found = 1, 0
    degenerate = doubtful = False
    k = 0
    while k < visited and not doubtful:
        back = -1
        if k > 0:
            # Index the stored tableaux directly: a slice would cost more than the arithmetic.
            parent, r, c = steps[k, 0], steps[k, 1], steps[k, 2]
            back = c
            inverse = 1.0 / tableaux[parent, r, c]
            for j in range(size + 2):
                tableaux[k, r, j] = tableaux[parent, r, j] * inverse
            for i in range(rows):
                basics[k, i] = basics[parent, i]
                if i != r:
                    factor = tableaux[parent, i, c]
                    for j in range(size + 2):
                        tableaux[k, i, j] = tableaux[parent, i, j] - factor * tableaux[k, r, j]
                    tableaux[k, i, c] = -factor * inverse
            tableaux[k, r, c] = inverse
            for j in range(size):
                outsides[k, j] = outsides[parent, j]
            basics[k, r] = outsides[parent, c]
            outsides[k, c] = basics[parent, r]
            # Read the true vertex off the first right-hand side.
            labels = bases[k]
            for j in range(size):
                points[found, j] = 0.0
            for i in range(rows):
                value = tableaux[k, i, size]
                if value <= TIE:
                    if value < -TIE or tableaux[k, i, size + 1] <= TIE:
                        doubtful = True
                    labels |= 1 << basics[k, i]
                else:
                    if value < DOUBT:
                        doubtful = True
                    j = basics[k, i] - first_variable
                    if 0 <= j < size:
                        points[found, j] = value
            known = False
            if labels != bases[k]:
                degenerate = True
                for v in range(found):
                    if masks[v] == labels:
                        known = True
                        break
            if not known:
                masks[found] = labels
                found += 1
        for c in range(size):
            if c == back:
                continue
            best = -1
            right = entry = 1.0
            tied = False
            for i in range(rows):
                e = tableaux[k, i, c]
                if e > TIE:
                    v = tableaux[k, i, size + 1]
                    if best < 0:
                        best, right, entry = i, v, e
                        continue
                    gap = v * entry - right * e
                    if gap <= TIE * e * entry:
                        tied = gap >= -TIE * e * entry
                        best, right, entry = i, v, e
            if best < 0 or tied or entry < PIVOT:
                doubtful = True
                break
            mask = bases[k] ^ (1 << outsides[k, c]) ^ (1 << basics[k, best])
            slot = _slot(table, mask)
            if table[slot] == 0:
                if visited == room:
                    doubtful = True
                    break
                table[slot] = mask
                bases[visited] = mask
                steps[visited, 0], steps[visited, 1], steps[visited, 2] = k, best, c
                visited += 1
        k += 1
    # Empty the table by the shorter way: entries are found by value, so all at once or none.
    if 4 * visited > table.shape[0]:
        table[:] = 0
    else:
        for v in range(visited):
            k = ((bases[v] * 2654435761) >> 7) & (table.shape[0] - 1)
            while table[k] != 0:
                table[k] = 0
                k = (k + 1) & (table.shape[0] - 1)
    return found, degenerate, doubtful


@numba.njit(cache=True, error_model="numpy")
def _scale(payoffs: Array, transpose: bool, out: Array) -> None:
    """``out`` (own x other) with each opponent strategy shifted to start at 0, range 1, plus 1."""
    own, other = out.shape
    size = largest = 0.0
    for j in range(other):
        low = np.inf
        for i in range(own):
            out[i, j] = payoffs[j, i] if transpose else payoffs[i, j]
            low = min(low, out[i, j])
            largest = max(largest, abs(out[i, j]))
        for i in range(own):
            out[i, j] -= low
            size = max(size, out[i, j])
    for j in range(other):
        for i in range(own):
            # A range that is rounding of the payoffs themselves counts as none.
            out[i, j] = out[i, j] / size + 1.0 if size > TIE * largest else 1.0


@numba.njit(cache=True, error_model="numpy")
def _pair(masks_p: Array, masks_q: Array, every: int, degenerate: bool, pairs: Array) -> int:
    """Vertex pairs that carry every label, sorted by masks; returns their number."""
    count, capacity = 0, pairs.shape[0]
    for p in range(masks_p.shape[0]):
        needed = every ^ masks_p[p]
        for q in range(masks_q.shape[0]):
            if masks_q[q] & needed != needed:
                continue
            if count < capacity:
                k = count
                while k > 0 and (
                    masks_p[pairs[k - 1, 0]] > masks_p[p]
                    or (pairs[k - 1, 0] == p and masks_q[pairs[k - 1, 1]] > masks_q[q])
                ):
                    pairs[k, 0], pairs[k, 1] = pairs[k - 1, 0], pairs[k - 1, 1]
                    k -= 1
                pairs[k, 0], pairs[k, 1] = p, q
            count += 1
            if not degenerate:
                break
    return count


@numba.njit(cache=True, error_model="numpy")
def _judge(a: Array, b: Array, x: Array, y: Array, strategies: Array, payoffs: Array) -> float:
    """Write one equilibrium and its payoffs; returns its regret, from the definition."""
    m, n = a.shape
    total_x = total_y = 0.0
    for i in range(m):
        total_x += x[i]
    for j in range(n):
        total_y += y[j]
    for i in range(m):
        strategies[i] = x[i] / total_x
    for j in range(n):
        strategies[m + j] = y[j] / total_y
    best_a = best_b = -np.inf
    value_a = value_b = 0.0
    for i in range(m):
        reply = 0.0
        for j in range(n):
            reply += a[i, j] * strategies[m + j]
        value_a += strategies[i] * reply
        best_a = max(best_a, reply)
    for j in range(n):
        reply = 0.0
        for i in range(m):
            reply += b[i, j] * strategies[i]
        value_b += strategies[m + j] * reply
        best_b = max(best_b, reply)
    payoffs[0], payoffs[1] = value_a, value_b
    return max(best_a - value_a, best_b - value_b, 0.0)


@numba.njit(cache=True, error_model="numpy")
def _finish(
    a: Array,
    b: Array,
    masks_p: Array,
    masks_q: Array,
    points_p: Array,
    points_q: Array,
    degenerate: bool,
    pairs: Array,
    strategies: Array,
    payoffs: Array,
    regrets: Array,
) -> int:
    """Pair the vertices of one game and write its equilibria; returns their number."""
    m, n = a.shape
    capacity = regrets.shape[0]
    count: int = _pair(masks_p, masks_q, (1 << (m + n)) - 1, degenerate, pairs)
    for k in range(min(count, capacity)):
        p, q = pairs[k, 0], pairs[k, 1]
        regrets[k] = _judge(a, b, points_p[p], points_q[q], strategies[k], payoffs[k])
    for k in range(count, capacity):
        for i in range(m + n):
            strategies[k, i] = np.nan
        payoffs[k, 0] = payoffs[k, 1] = regrets[k] = np.nan
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _solve_by_walk(
    a: Array,
    b: Array,
    delta: Array,
    room_p: int,
    room_q: int,
    table_size: int,
    strategies: Array,
    payoffs: Array,
    regrets: Array,
    counts: Array,
    degenerate: Array,
    doubtful: Array,
) -> None:
    games, m, n = a.shape
    room = max(room_p, room_q)
    bt, at = np.empty((n, m)), np.empty((m, n))
    tp, tq = np.empty((room_p, n, m + 2)), np.empty((room_q, m, n + 2))
    basic_p, basic_q = np.empty((room_p, n), np.int64), np.empty((room_q, m), np.int64)
    out_p, out_q = np.empty((room_p, m), np.int64), np.empty((room_q, n), np.int64)
    bases, steps = np.empty(room, np.int64), np.empty((room, 3), np.int64)
    table = np.zeros(table_size, np.int64)
    masks_p, masks_q = np.empty(room_p, np.int64), np.empty(room_q, np.int64)
    points_p, points_q = np.empty((room_p, m)), np.empty((room_q, n))
    pairs = np.empty((regrets.shape[1], 2), np.int64)
    for g in range(games):
        _scale(b[g], True, bt)
        found_p, many_p, doubt_p = _walk(
            bt, m, 0, delta, tp, basic_p, out_p, bases, steps, table, masks_p, points_p
        )
        _scale(a[g], False, at)
        found_q, many_q, doubt_q = _walk(
            at, 0, m, delta, tq, basic_q, out_q, bases, steps, table, masks_q, points_q
        )
        if doubt_p or doubt_q:
            doubtful[g] = True
            continue
        degenerate[g] = many_p or many_q
        counts[g] = _finish(
            a[g], b[g], masks_p[:found_p], masks_q[:found_q], points_p, points_q,
            degenerate[g], pairs, strategies[g], payoffs[g], regrets[g],
        )  # fmt: skip


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _solve_by_blocks(
    a: Array,
    b: Array,
    sets_m: Any,
    sets_n: Any,
    room: int,
    strategies: Array,
    payoffs: Array,
    regrets: Array,
    counts: Array,
    degenerate: Array,
    doubtful: Array,
) -> None:
    games, m, n = a.shape
    widest = max(m, n)
    table = np.empty((m * n, BLOCK))
    work, lines, x = np.zeros((WORK, BLOCK)), np.empty((3, BLOCK)), np.empty(widest)
    # By player: vertices of P, then of Q.
    masks, found = np.empty((2, BLOCK, room), np.int64), np.empty((2, BLOCK), np.int64)
    points = np.empty((2, BLOCK, room, widest))
    pairs = np.empty((regrets.shape[1], 2), np.int64)
    for start in range(0, games, BLOCK):
        end = min(start + BLOCK, games)
        many, doubt = degenerate[start:end], doubtful[start:end]
        for side in range(2):
            of_rows = side == 0
            own, other = (m, n) if of_rows else (n, m)
            load(b[start:end] if of_rows else a[start:end], of_rows, table, work)
            enumerate_block(
                table, own, other, end - start, 0 if of_rows else m, m if of_rows else 0,
                sets_m if of_rows else sets_n, sets_n if of_rows else sets_m,
                work, lines, x, masks[side], points[side], found[side], many, doubt,
            )  # fmt: skip
        for k in range(end - start):
            g = start + k
            if doubt[k]:
                degenerate[g] = False
                continue
            counts[g] = _finish(
                a[g], b[g], masks[0, k, : found[0, k]], masks[1, k, : found[1, k]], points[0, k],
                points[1, k], many[k], pairs, strategies[g], payoffs[g], regrets[g],
            )  # fmt: skip


def _sets(size: int) -> tuple[Array, Array, Array]:
    """All sets of 2, 3 and 4 out of ``size`` strategies."""
    return tuple(  # type: ignore[return-value]
        np.array(list(combinations(range(size), k)), np.int64).reshape(-1, k) for k in (2, 3, 4)
    )


def is_direct(m: int, n: int) -> bool:
    """Whether closed forms over all bases beat the walk."""
    return min(m, n) <= WIDEST and comb(m + n, m) <= DIRECT_BASES


def solve_games(
    a: Array, b: Array, room_p: int, room_q: int, capacity: int
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """All extreme equilibria of finite games ``(N, m, n)``, padded to ``capacity`` with NaN.

    ``room_p`` and ``room_q`` bound the bases of the polytopes. Returns strategies
    ``(N, capacity, m + n)``, payoffs, regrets, counts (which may exceed ``capacity``: ask again),
    degenerate and doubtful flags; the rows of a doubtful game are not filled.
    """
    games, m, n = a.shape
    # NumPy's allocator asks for huge pages, numba's does not: it is worth a third of the time.
    out = (
        np.empty((games, capacity, m + n)),
        np.empty((games, capacity, 2)),
        np.empty((games, capacity)),
        np.zeros(games, dtype=np.int64),
        np.zeros(games, dtype=np.bool_),
        np.zeros(games, dtype=np.bool_),
    )
    if (m, n, capacity) == (2, 2, 4):
        work: Callable[..., None] = solve_two
        settings: tuple[Any, ...] = ()
    elif is_direct(m, n):
        work, settings = _solve_by_blocks, (_sets(m), _sets(n), max(room_p, room_q))
    else:
        table_size = 1 << (4 * max(room_p, room_q)).bit_length()
        work, settings = _solve_by_walk, (DELTA, room_p, room_q, table_size)
    # One type of array, read-only, or numba would compile once more for every mixture of flags.
    given = [part.view() for part in (a, b)]
    for part in given:
        part.flags.writeable = False

    def part_of(start: int) -> None:
        cut = slice(start, start + share)
        work(*(part[cut] for part in given), *settings, *(part[cut] for part in out))

    # The work releases the interpreter's lock; a few parts per thread even out their loads.
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    share = max(-(-games // (4 * (threads or 1))), SHARE)
    starts = range(0, games, share)
    if len(starts) == 1:
        part_of(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part_of, starts))
    return out
