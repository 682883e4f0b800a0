"""Extreme equilibria of a batch of small games with NumPy alone: all bases, vectorised over games.

A vertex of {z >= 0, M z <= 1}, M positive, other than the origin has as many positive variables S
as it needs binding constraints T, with M[T, S] z_S = 1 and M[T, S] regular. So running through all
equal-size pairs (S, T) meets every vertex, degenerate or not; a vertex met more than once is one
label mask. Values are zero up to ``TIE``; a value up to ``DOUBT`` or a small pivot marks the game
as doubtful.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.tolerance import DOUBT, PIVOT, TIE

Array = npt.NDArray[Any]
CHUNK = 8_192
CLEAR = 1e-3
"""A value below minus this is negative, whatever digits a weak system has lost."""


def scaled(payoffs: Array) -> Array:
    """Constraint matrices ``(rows, columns, N)`` in [1, 2] with the same vertices.

    ``payoffs`` is ``(rows, columns, N)``. Each column (a strategy of the opponent) is shifted to
    start at zero, the whole matrix is divided by its range, and one is added. A range that is
    rounding of the payoffs themselves counts as none.
    """
    shifted = payoffs - payoffs.min(axis=0)
    size = shifted.max(axis=(0, 1))
    flat = size <= TIE * np.abs(payoffs).max(axis=(0, 1))
    return np.asarray(np.where(flat, 0.0, shifted) / np.where(flat, 1.0, size) + 1.0)


def _cross(rows: Sequence[Sequence[Array]]) -> list[Array]:
    """The vector orthogonal to k - 1 vectors in k dimensions, k = 2, 3, 4, up to its sign."""
    if len(rows) == 1:
        ((a, b),) = rows
        return [b, -a]
    if len(rows) == 2:
        (a, b, c), (d, e, f) = rows
        return [b * f - c * e, c * d - a * f, a * e - b * d]
    first, second, third = rows
    minor = {
        (p, q): second[p] * third[q] - second[q] * third[p] for p, q in combinations(range(4), 2)
    }
    out = []
    for at in range(4):
        p, q, r = (c for c in range(4) if c != at)
        value = first[p] * minor[q, r] - first[q] * minor[p, r] + first[r] * minor[p, q]
        out.append(-value if at % 2 else value)
    return out


def _solve_small(
    matrix: Array, inside: tuple[int, ...], binding: tuple[int, ...]
) -> tuple[Array, Array, Array]:
    """Solutions of M[binding, inside] z = 1 that may be non-negative, for 2 to 4 unknowns.

    Differences of rows are orthogonal to z, so z is their cross product, scaled. How far the
    differences are from dependent is the size of that product against theirs.

    Returns
    -------
    live, z, weight
        Games, z as ``(k, live)``, and that ratio.
    """
    base = [matrix[binding[0], s] for s in inside]
    rows = [[matrix[t, s] - own for s, own in zip(inside, base)] for t in binding[1:]]
    product = _cross(rows)
    det = sum(own * value for own, value in zip(base, product))
    z = np.array(product)
    z /= det
    # Well below zero even where a weak product has cost many digits: no vertex.
    live = np.flatnonzero((z > -CLEAR).all(axis=0))
    z = z[:, live]
    if not live.size:
        return live, z, np.zeros(0)
    top = np.abs(np.array([value[live] for value in product])).max(axis=0)
    sizes = [np.abs(np.array([d[live] for d in row])).max(axis=0) for row in rows]
    least = np.minimum.reduce(sizes)
    whole = np.multiply.reduce(sizes)
    weight = np.where(least > TIE, top / np.where(whole > 0, whole, 1.0), 0.0)
    return live, z, np.minimum(weight, least)


def _solve_large(
    matrix: Array, inside: tuple[int, ...], binding: tuple[int, ...]
) -> tuple[Array, Array, Array]:
    """As `_solve_small`, by elimination, for any number of unknowns; weight: the least pivot."""
    k = len(inside)
    block = matrix[np.ix_(binding, inside)].transpose(2, 0, 1)
    count = block.shape[0]
    work = np.concatenate([block, np.ones((count, k, 1))], axis=2)
    every = np.arange(count)
    least = np.full(count, np.inf)
    for at in range(k):
        place = at + np.abs(work[:, at:, at]).argmax(axis=1)
        chosen = work[every, place].copy()
        work[every, place] = work[:, at]
        size = np.abs(chosen[:, at])
        least = np.minimum(least, size)
        chosen /= np.where(size < TIE, np.nan, chosen[:, at])[:, None]
        work[:, at] = chosen
        others = [r for r in range(k) if r != at]
        work[:, others] -= work[:, others, at, None] * chosen[:, None, :]
    live = np.flatnonzero((work[:, :, k] > -CLEAR).all(axis=1))
    return live, work[live, :, k].T, least[live]


def _solve_one(
    matrix: Array, inside: tuple[int, ...], binding: tuple[int, ...]
) -> tuple[Array, Array, Array]:
    """One unknown: a row that is largest in its column, or nearly so."""
    column = matrix[:, inside[0]]
    live = np.flatnonzero(column[binding[0]] > column.max(axis=0) - CLEAR)
    return live, 1.0 / column[binding[0], live][None], np.ones(live.size)


_SOLVERS = {1: _solve_one, 2: _solve_small, 3: _solve_small, 4: _solve_small}


def vertices(
    matrix: Array, first_slack: int, first_variable: int
) -> tuple[Array, Array, Array, Array]:
    """Vertices of {z >= 0, M z <= 1} for each M of ``(constraints, variables, N)``.

    Returns
    -------
    game, mask, point, doubtful
        One row per vertex, sorted by game and label mask (bits ``first_variable + i`` where
        z_i = 0, ``first_slack + j`` where constraint j binds); doubtful is per game.
    """
    rows, size, count = matrix.shape
    doubtful = np.zeros(count, dtype=bool)
    games, masks, points = [], [], []
    variable_bits = 1 << (first_variable + np.arange(size, dtype=np.int64))
    slack_bits = 1 << (first_slack + np.arange(rows, dtype=np.int64))
    for k in range(1, min(rows, size) + 1):
        solve = _SOLVERS.get(k, _solve_large)
        for inside in combinations(range(size), k):
            for binding in combinations(range(rows), k):
                with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                    live, z, weight = solve(matrix, inside, binding)
                regular = weight > TIE
                live, z, weight = live[regular], z[:, regular], weight[regular]
                if not live.size:
                    continue
                slack = np.ones((rows, live.size))
                for s, value in zip(inside, z):
                    slack -= matrix[:, s, live] * value
                slack[list(binding)] = 0.0
                weak = weight < PIVOT
                edge = np.where(weak, CLEAR, DOUBT)
                near = (z > -edge).all(axis=0) & (slack > -edge).all(axis=0)
                live, z, slack, weak = live[near], z[:, near], slack[:, near], weak[near]
                values = np.abs(np.concatenate([z, slack]))
                unsure = weak | ((values > TIE) & (values < DOUBT)).any(axis=0)
                doubtful[live[unsure]] = True
                kept = (z >= -TIE).all(axis=0) & (slack >= -TIE).all(axis=0)
                live, z, slack = live[kept], z[:, kept], slack[:, kept]
                point = np.zeros((live.size, size))
                point[:, list(inside)] = np.where(z > TIE, z, 0.0).T
                games.append(live)
                points.append(point)
                masks.append((point == 0.0) @ variable_bits + slack_bits @ (slack <= TIE))
    game, mask, point = np.concatenate(games), np.concatenate(masks), np.concatenate(points)
    _, first = np.unique(game << np.int64(rows + size) | mask, return_index=True)
    return game[first], mask[first], point[first], doubtful


def _padded(game: Array, mask: Array, count: int) -> tuple[Array, Array]:
    """Masks as ``(count, most)`` padded with zero, and the offset of each game's first vertex."""
    number = np.bincount(game, minlength=count)
    start = np.concatenate([[0], np.cumsum(number)[:-1]])
    out = np.zeros((count, int(number.max(initial=1))), dtype=np.int64)
    out[game, np.arange(game.size) - start[game]] = mask
    return out, start


def _chunk(a: Array, b: Array) -> tuple[Array, Array, Array, Array, Array]:
    count, m, n = a.shape
    # Games last, so that every step runs along contiguous memory.
    game_p, mask_p, point_p, doubt_p = vertices(
        scaled(np.ascontiguousarray(b.transpose(2, 1, 0))), m, 0
    )
    game_q, mask_q, point_q, doubt_q = vertices(
        scaled(np.ascontiguousarray(a.transpose(1, 2, 0))), 0, m
    )
    degenerate = np.zeros(count, dtype=bool)
    degenerate[game_p[np.bitwise_count(mask_p) > m]] = True
    degenerate[game_q[np.bitwise_count(mask_q) > n]] = True
    left, start_p = _padded(game_p, mask_p, count)
    right, start_q = _padded(game_q, mask_q, count)
    every = (1 << (m + n)) - 1
    game, p, q = np.nonzero((left[:, :, None] | right[:, None, :]) == every)
    x, y = point_p[start_p[game] + p], point_q[start_q[game] + q]
    x /= x.sum(axis=1, keepdims=True)
    y /= y.sum(axis=1, keepdims=True)
    return game, x, y, degenerate, doubt_p | doubt_q


def _two(
    first: Array, second: Array, largest: Array, own: int, other: int
) -> tuple[Array, Array, Array, Array]:
    """Vertices against two strategies, in closed form.

    ``first`` and ``second`` are the opponent's gains from its strategy 0 over 1 against own
    strategies 0 and 1, ``largest`` its largest payoff in size. Returns masks ``(3, N)`` (zero
    where the third, mixed vertex is missing), the mixed vertex's probability of strategy 0,
    degenerate and doubtful flags.
    """
    size = np.maximum(np.abs(first), np.abs(second))
    flat = size <= TIE * largest
    size[flat] = 1.0
    masks = np.zeros((3, first.size), dtype=np.int64)
    degenerate, doubtful = flat.copy(), np.zeros(first.size, dtype=bool)
    first, second = np.where(flat, 0.0, first) / size, np.where(flat, 0.0, second) / size
    for s, gain in enumerate((first, second)):
        near = np.abs(gain)
        masks[s] = (1 << (own + 1 - s)) + ((gain >= -TIE) << other) + ((gain <= TIE) << (other + 1))
        degenerate |= near <= TIE
        doubtful |= (near > TIE) & (near < DOUBT)
    mixes = ~degenerate & ((first > 0.0) != (second > 0.0))
    masks[2] = np.where(mixes, 3 << other, 0)
    chance = np.abs(second) / np.where(mixes, np.abs(first) + np.abs(second), 1.0)
    return masks, chance, degenerate, doubtful


def _chunk_two(a: Array, b: Array) -> tuple[Array, Array, Array, Array, Array]:
    """`_chunk` for 2 x 2 games."""
    top_a, top_b = np.abs(a).max(axis=(1, 2)), np.abs(b).max(axis=(1, 2))
    left, p, many_p, doubt_p = _two(b[:, 0, 0] - b[:, 0, 1], b[:, 1, 0] - b[:, 1, 1], top_b, 0, 2)
    right, q, many_q, doubt_q = _two(a[:, 0, 0] - a[:, 1, 0], a[:, 0, 1] - a[:, 1, 1], top_a, 2, 0)
    which, other, game = np.nonzero((left[:, None] | right[None]) == 15)
    order = np.argsort(game << 8 | left[which, game] << 4 | right[other, game], kind="stable")
    which, other, game = which[order], other[order], game[order]
    x0 = np.where(which == 2, p[game], which == 0)
    y0 = np.where(other == 2, q[game], other == 0)
    x, y = np.stack([x0, 1.0 - x0], axis=1), np.stack([y0, 1.0 - y0], axis=1)
    return game, x, y, many_p | many_q, doubt_p | doubt_q


def enumerate_games(a: Array, b: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Extreme equilibria of the games ``a, b`` of shape ``(N, m, n)``, all finite.

    Returns
    -------
    game, x, y
        One row per equilibrium, sorted by game and label masks.
    degenerate, doubtful
        Per game.
    """
    chunk = _chunk_two if a.shape[1:] == (2, 2) else _chunk
    parts = []
    for start in range(0, a.shape[0], CHUNK):
        part = chunk(a[start : start + CHUNK], b[start : start + CHUNK])
        parts.append((part[0] + start, *part[1:]))
    game, x, y, degenerate, doubtful = (np.concatenate(column) for column in zip(*parts))
    return game, x, y, degenerate, doubtful
