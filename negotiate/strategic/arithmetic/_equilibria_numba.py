"""Extreme equilibria of a batch of games, compiled: closed forms where small, else a walk.

Up to four strategies on the smaller side, ``_equilibria_two`` and ``_equilibria_direct`` find the
vertices; larger polytopes are walked along their edges (``_equilibria_walk``). A game in which any
of these is in doubt is reported as doubtful and left to the exact path.

Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import comb
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from negotiate.strategic.arithmetic._equilibria_direct import (
    BLOCK,
    WIDEST,
    WORK,
    enumerate_block,
    load,
)
from negotiate.strategic.arithmetic._equilibria_two import solve_two
from negotiate.strategic.arithmetic._equilibria_walk import DELTA, scale, walk

Array = npt.NDArray[Any]
SHARE = 1_024
"""Fewest games that are worth a thread."""
DIRECT_BASES = 500
"""Bases up to which all of them are tried in closed form (4 x 8, 3 x 12): the walk is slower by a
factor of two or more on all of these."""


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
        scale(b[g], True, bt)
        found_p, many_p, doubt_p = walk(
            bt, m, 0, delta, tp, basic_p, out_p, bases, steps, table, masks_p, points_p
        )
        scale(a[g], False, at)
        found_q, many_q, doubt_q = walk(
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
