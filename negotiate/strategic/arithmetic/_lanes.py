"""Arithmetic on rows of a block, one entry a game, in loops that fill the vector units.

Each loop writes one array only: with more, the compiler cannot rule out overlaps and gives up
vectors. Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numba
import numpy.typing as npt

Array = npt.NDArray[Any]


@numba.njit(cache=True, error_model="numpy")
def fill(to: Array, value: float) -> None:
    for g in range(to.shape[0]):
        to[g] = value


@numba.njit(cache=True, error_model="numpy")
def lower_to(to: Array, other: Array) -> None:
    for g in range(to.shape[0]):
        to[g] = other[g] if other[g] < to[g] else to[g]


@numba.njit(cache=True, error_model="numpy")
def raise_to(to: Array, other: Array) -> None:
    for g in range(to.shape[0]):
        to[g] = other[g] if other[g] > to[g] else to[g]


@numba.njit(cache=True, error_model="numpy")
def runner_up(second: Array, top: Array, other: Array) -> None:
    """Second largest so far, before ``top`` has seen ``other``."""
    for g in range(second.shape[0]):
        less = other[g] if other[g] < top[g] else top[g]
        second[g] = less if less > second[g] else second[g]


@numba.njit(cache=True, error_model="numpy")
def where_larger(place: Array, top: Array, other: Array, j: int) -> None:
    for g in range(place.shape[0]):
        place[g] = j if other[g] > top[g] else place[g]


@numba.njit(cache=True, error_model="numpy")
def difference(to: Array, left: Array, right: Array) -> None:
    for g in range(to.shape[0]):
        to[g] = left[g] - right[g]


@numba.njit(cache=True, error_model="numpy")
def cross(to: Array, a: Array, b: Array, c: Array, d: Array) -> None:
    """To = a b - c d."""
    for g in range(to.shape[0]):
        to[g] = a[g] * b[g] - c[g] * d[g]


@numba.njit(cache=True, error_model="numpy")
def triple(to: Array, a: Array, p: Array, b: Array, q: Array, c: Array, r: Array) -> None:
    """To = a p - b q + c r."""
    for g in range(to.shape[0]):
        to[g] = a[g] * p[g] - b[g] * q[g] + c[g] * r[g]


@numba.njit(cache=True, error_model="numpy")
def added(to: Array, other: Array) -> None:
    for g in range(to.shape[0]):
        to[g] += other[g]


@numba.njit(cache=True, error_model="numpy")
def divided(to: Array, by: Array) -> None:
    for g in range(to.shape[0]):
        to[g] /= by[g]


@numba.njit(cache=True, error_model="numpy")
def mean(to: Array, x: Array, a: Array, y: Array, b: Array) -> None:
    for g in range(to.shape[0]):
        to[g] = x[g] * a[g] + y[g] * b[g]


@numba.njit(cache=True, error_model="numpy")
def plus_mean(to: Array, x: Array, a: Array) -> None:
    for g in range(to.shape[0]):
        to[g] += x[g] * a[g]


@numba.njit(cache=True, error_model="numpy")
def slack(low: Array, value: Array, reply: Array) -> None:
    for g in range(low.shape[0]):
        slack = value[g] - reply[g]
        low[g] = slack if slack < low[g] else low[g]


@numba.njit(cache=True, error_model="numpy")
def crossing(x: Array, left_j: Array, left_k: Array, right_j: Array, right_k: Array) -> None:
    """Share of the left strategy where the payoffs of j and k cross; -1 where they do not."""
    for g in range(x.shape[0]):
        left, right = left_j[g] - left_k[g], right_j[g] - right_k[g]
        x[g] = right / (right - left) if left * right < 0.0 else -1.0


@numba.njit(cache=True, error_model="numpy")
def rest(to: Array, x: Array) -> None:
    for g in range(to.shape[0]):
        to[g] = 1.0 - x[g]
