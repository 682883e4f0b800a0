r"""Absorbing Markov chains: expected time, survival curve, hazard, where it ends; over draws.

With Q the moves among transient states and r(s) the one-step chance of absorption, the expected
time to absorption solves :math:`(I - Q) m = 1`, the survival curve is
:math:`S(t) = e_0 Q^t 1`, the hazard is :math:`h(t) = 1 - S(t)/S(t-1)`, and the chance to end in
each absorbing state solves :math:`(I - Q) B = R`.

Source: Kemeny and Snell (1976), Finite Markov Chains, theorems 3.2.4, 3.3.5 and 3.3.7.

>>> step = [[Fraction(9, 10), Fraction(1, 10)], [Fraction(0), Fraction(1)]]
>>> expected_time_exact(step, [1])[0]                         # geometric: 1 / 0.1
Fraction(10, 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def _split(step: ArrayLike, absorbing: Sequence[int]) -> tuple[Array, Array, list[int]]:
    matrix = np.asarray(step, float)
    inner = [s for s in range(matrix.shape[-1]) if s not in set(absorbing)]
    return matrix[..., inner, :][..., inner], matrix[..., inner, :][..., list(absorbing)], inner


def _reaches(q: Array, r: Array) -> NDArray[np.bool_]:
    """Whether absorption is certain from each transient state: no escape from its closed sets."""
    count = q.shape[-1]
    hits: NDArray[np.bool_] = np.asarray((r > 0).any(-1))
    for _ in range(count):
        hits = np.asarray(hits | ((q > 0) & hits[..., None, :]).any(-1))
    lost: NDArray[np.bool_] = np.asarray(~hits)
    for _ in range(count):
        lost = np.asarray(lost | ((q > 0) & lost[..., None, :]).any(-1))
    return np.asarray(~lost)


def eliminated(matrix: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Solve many diagonally dominant systems at once, draws last, by elimination without pivoting.

    For I - delta P with P substochastic no pivot is needed (an M-matrix), and one pass over arrays
    whose memory runs along the draws beats a call a system.

    Parameters
    ----------
    matrix
        (S, S, ..., B).
    right
        (S, R, ..., B): R right-hand sides; the axes after the first two broadcast.

    Returns
    -------
    array, array
        Solutions (S, R, ..., B), and pivots (S, ..., B), whose product is the determinant.

    Examples
    --------
    >>> found, pivots = eliminated(np.array([[2.0, -1.0], [-1.0, 2.0]]), np.array([[1.0], [1.0]]))
    >>> found.round(12).tolist(), float(pivots.prod().round(12))
    ([[1.0], [1.0]], 3.0)
    """
    a, r = np.array(matrix), np.array(right)
    size = len(a)
    for k in range(size):
        for i in range(k + 1, size):
            factor = a[i, k] / a[k, k]
            a[i, k + 1 :] -= factor * a[k, k + 1 :]
            r[i] -= factor * r[k]
    for k in reversed(range(size)):
        for j in range(k + 1, size):
            r[k] -= a[k, j] * r[j]
        r[k] /= a[k, k]
    return r, np.stack([a[k, k] for k in range(size)])


def expected_time(step: ArrayLike, absorbing: Sequence[int]) -> Array:
    """Expected periods to absorption (..., S); infinite where absorption is not certain."""
    q, r, inner = _split(step, absorbing)
    sure = _reaches(q, r)
    both = sure[..., :, None] & sure[..., None, :]
    matrix = np.eye(len(inner)) - np.where(both, q, 0.0)
    found = np.linalg.solve(matrix, np.ones((*q.shape[:-1], 1)))[..., 0]
    out = np.zeros((*q.shape[:-2], np.shape(step)[-1]))
    out[..., inner] = np.where(sure, found, np.inf)
    return out


def ending(step: ArrayLike, absorbing: Sequence[int]) -> Array:
    """Chance of ending in each absorbing state (..., S, A); short of one where it may never."""
    q, r, inner = _split(step, absorbing)
    hits: NDArray[np.bool_] = np.asarray((r > 0).any(-1))
    for _ in range(len(inner)):
        hits = np.asarray(hits | ((q > 0) & hits[..., None, :]).any(-1))
    both = hits[..., :, None] & hits[..., None, :]
    found = np.linalg.solve(np.eye(len(inner)) - np.where(both, q, 0.0), r)
    out = np.zeros((*q.shape[:-2], np.shape(step)[-1], len(absorbing)))
    out[..., inner, :] = np.where(hits[..., None], found, 0.0)
    for a, state in enumerate(absorbing):
        out[..., state, a] = 1.0
    return out


def survival(step: ArrayLike, absorbing: Sequence[int], periods: int, start: int = 0) -> Array:
    """S(0), ..., S(periods) (..., periods + 1): chance of not being absorbed by then."""
    q, _, inner = _split(step, absorbing)
    at = np.zeros((*q.shape[:-2], len(inner)))
    out = np.zeros((*q.shape[:-2], periods + 1))
    if start not in inner:
        return out
    at[..., inner.index(start)] = 1.0
    for t in range(periods + 1):
        out[..., t] = at.sum(-1)
        at = np.einsum("...i,...ij->...j", at, q)
    return out


def hazard(curve: ArrayLike) -> Array:
    """Chance of ending in each period, given survival to its start (..., periods)."""
    s = np.asarray(curve, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(s[..., :-1] > 0, 1 - s[..., 1:] / s[..., :-1], np.nan)


def solve_exact(matrix: Sequence[Sequence[Fraction]], right: Sequence[Any]) -> list[Any]:
    """Solve a square system in fractions; ZeroDivisionError where it is singular."""
    n = len(matrix)
    rows = [[Fraction(v) for v in row] + [right[i]] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            raise ZeroDivisionError("singular system")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        head = rows[k][k]
        rows[k] = [v / head for v in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[n] for row in rows]


def expected_time_exact(step: Sequence[Sequence[Fraction]], absorbing: Sequence[int]) -> list[Any]:
    """Expected periods to absorption in fractions; infinity where it is not certain."""
    rough = expected_time(np.array([[float(v) for v in row] for row in step]), absorbing)
    inner = [s for s in range(len(step)) if s not in set(absorbing) and np.isfinite(rough[s])]
    matrix = [[Fraction(int(i == j)) - step[i][j] for j in inner] for i in inner]
    found = solve_exact(matrix, [Fraction(1)] * len(inner))
    out: list[Any] = [
        Fraction(0) if s in set(absorbing) else float("inf") for s in range(len(step))
    ]
    for s, value in zip(inner, found, strict=True):
        out[s] = value
    return out
