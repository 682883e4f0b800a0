"""Extreme equilibria of a batch of small games with NumPy alone: all bases, vectorised over games.

A vertex of {z >= 0, M z <= 1}, M positive, other than the origin has as many positive variables S
as it needs binding constraints T, with M[T, S] z_S = 1 and M[T, S] regular. So running through all
equal-size pairs (S, T) meets every vertex, degenerate or not; a vertex met more than once is one
label mask. Values are zero up to ``TIE``; a value up to ``DOUBT`` or a small pivot marks the game
as doubtful.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.tolerance import DOUBT, PIVOT, TIE

Array = npt.NDArray[Any]
CHUNK = 8_192


def scaled(payoffs: Array) -> Array:
    """Constraint matrices ``(N, rows, columns)`` in [1, 2] with the same vertices.

    Each column (a strategy of the opponent) is shifted to start at zero, the whole matrix is
    divided by its range, and one is added.
    """
    shifted = payoffs - payoffs.min(axis=1, keepdims=True)
    size = shifted.max(axis=(1, 2), keepdims=True)
    return np.asarray(shifted / np.where(size > 0, size, 1.0) + 1.0)


def _solve_ones(matrix: Array) -> tuple[Array, Array]:
    """Solutions z of matrix z = 1 for ``(N, k, k)`` and the smallest pivot of each elimination."""
    count, k, _ = matrix.shape
    if k == 1:
        return 1.0 / matrix[:, :, 0], np.ones(count)
    if k == 2:
        a, b, c, d = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 0], matrix[:, 1, 1]
        det = a * d - b * c
        inverse = 1.0 / np.where(np.abs(det) < TIE, np.nan, det)
        return np.stack([(d - b) * inverse, (a - c) * inverse], axis=1), np.abs(det)
    work = np.concatenate([matrix, np.ones((count, k, 1))], axis=2)
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
    return work[:, :, k], least


def vertices(
    matrix: Array, first_slack: int, first_variable: int
) -> tuple[Array, Array, Array, Array]:
    """Vertices of {z >= 0, M z <= 1} for each M of ``(N, constraints, variables)``.

    Returns
    -------
    game, mask, point, doubtful
        One row per vertex, sorted by game and label mask (bits ``first_variable + i`` where
        z_i = 0, ``first_slack + j`` where constraint j binds); doubtful is per game.
    """
    count, rows, size = matrix.shape
    doubtful = np.zeros(count, dtype=bool)
    games, masks, points = [], [], []
    variable_bits = 1 << (first_variable + np.arange(size, dtype=np.int64))
    slack_bits = 1 << (first_slack + np.arange(rows, dtype=np.int64))
    for k in range(1, min(rows, size) + 1):
        for inside in combinations(range(size), k):
            columns = np.ascontiguousarray(matrix[:, :, inside])
            for binding in combinations(range(rows), k):
                z, pivot = _solve_ones(columns[:, binding])
                with np.errstate(invalid="ignore"):
                    live = np.flatnonzero((z > -DOUBT).all(axis=1) | (pivot < PIVOT))
                z, pivot = z[live], pivot[live]
                weak = (pivot < PIVOT) & (pivot >= TIE) & (z > -0.1).all(axis=1)
                doubtful[live[weak]] = True
                slack = 1.0 - np.matmul(columns[live], z[:, :, None])[:, :, 0]
                slack[:, binding] = 0.0
                with np.errstate(invalid="ignore"):
                    near = (z > -DOUBT).all(axis=1) & (slack > -DOUBT).all(axis=1)
                live, z, slack = live[near], z[near], slack[near]
                if not live.size:
                    continue
                values = np.concatenate([z, slack], axis=1)
                unsure = ((np.abs(values) > TIE) & (np.abs(values) < DOUBT)).any(axis=1)
                doubtful[live[unsure]] = True
                kept = (values >= -TIE).all(axis=1)
                live, z, slack = live[kept], z[kept], slack[kept]
                point = np.zeros((live.size, size))
                point[:, inside] = np.where(z > TIE, z, 0.0)
                games.append(live)
                points.append(point)
                masks.append((point == 0.0) @ variable_bits + (slack <= TIE) @ slack_bits)
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
    game_p, mask_p, point_p, doubt_p = vertices(scaled(b.transpose(0, 2, 1)), m, 0)
    game_q, mask_q, point_q, doubt_q = vertices(scaled(a), 0, m)
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


def enumerate_games(a: Array, b: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Extreme equilibria of the games ``a, b`` of shape ``(N, m, n)``, all finite.

    Returns
    -------
    game, x, y
        One row per equilibrium, sorted by game and label masks.
    degenerate, doubtful
        Per game.
    """
    parts = []
    for start in range(0, a.shape[0], CHUNK):
        part = _chunk(a[start : start + CHUNK], b[start : start + CHUNK])
        parts.append((part[0] + start, *part[1:]))
    game, x, y, degenerate, doubtful = (np.concatenate(column) for column in zip(*parts))
    return game, x, y, degenerate, doubtful
