r"""Rules for claims problems: claims ``(..., n)`` and estate ``(...)`` to awards ``(..., n)``.

Each rule is written once, in broadcasting arithmetic: floats with draw axes or object arrays of
fractions (then without draw axes) give the same formulas.

>>> constrained_equal_awards(np.array([100.0, 200.0, 300.0]), np.array(200.0)).round(4).tolist()
[66.6667, 66.6667, 66.6667]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.arithmetic.values import shapley_weights

Array = np.ndarray[Any, np.dtype[Any]]


def _each(estate: Any, claims: Array) -> Array:
    """The estate with a last axis, in the arithmetic of the claims."""
    out: Array = np.asarray(estate, dtype=claims.dtype)[..., None]
    return out


def proportional(claims: Array, estate: Any) -> Array:
    """x_i = E c_i / C; nothing where nothing is claimed."""
    total = claims.sum(axis=-1, keepdims=True)
    some = total != 0
    out: Array = claims * _each(estate, claims) / np.where(some, total, total + 1)
    return out


def constrained_equal_awards(claims: Array, estate: Any) -> Array:
    """x_i = min(c_i, L), L such that the estate is used up."""
    ordered = np.sort(claims, axis=-1)
    n = claims.shape[-1]
    below = np.cumsum(ordered, axis=-1) - ordered
    # With the first k claims paid in full, the rest would get (E - sum of the first k)/(n - k).
    left = np.array([n - k for k in range(n)], dtype=claims.dtype)
    level = (_each(estate, claims) - below) / left
    # The first k at which the level does not exceed the next claim.
    at = np.argmax((level <= ordered).astype(int), axis=-1)
    fits = (level <= ordered).any(axis=-1)
    chosen = np.take_along_axis(level, at[..., None], axis=-1)
    chosen = np.where(fits[..., None], chosen, ordered[..., -1:])
    out: Array = np.minimum(claims, chosen)
    return out


def constrained_equal_losses(claims: Array, estate: Any) -> Array:
    """x_i = max(0, c_i - L): equal awards of what is missing."""
    missing = claims.sum(axis=-1) - np.asarray(estate, dtype=claims.dtype)
    out: Array = claims - constrained_equal_awards(claims, missing)
    return out


def talmud(claims: Array, estate: Any) -> Array:
    """Equal awards of half-claims up to half the total, equal losses of half-claims above."""
    half = claims / 2
    middle = half.sum(axis=-1)
    amount = np.asarray(estate, dtype=claims.dtype)
    low = constrained_equal_awards(half, np.minimum(amount, middle))
    rest = np.maximum(amount - middle, amount - amount)
    high = half + constrained_equal_losses(half, rest)
    return np.where(_each(amount, claims) <= half.sum(axis=-1, keepdims=True), low, high)


def piniles(claims: Array, estate: Any) -> Array:
    """Equal awards of half-claims, once up to half the total and once more above."""
    half = claims / 2
    middle = half.sum(axis=-1)
    amount = np.asarray(estate, dtype=claims.dtype)
    low = constrained_equal_awards(half, np.minimum(amount, middle))
    rest = np.maximum(amount - middle, amount - amount)
    out: Array = low + constrained_equal_awards(half, rest)
    return out


def minimal_rights(claims: Array, estate: Any) -> Array:
    """What is left to each when all others are paid in full, or nothing."""
    others = claims.sum(axis=-1, keepdims=True) - claims
    left = _each(estate, claims) - others
    out: Array = np.maximum(left, left - left)
    return out


def adjusted_proportional(claims: Array, estate: Any) -> Array:
    """Minimal rights first, then proportional to what is left of claims cut to the rest."""
    rights = minimal_rights(claims, estate)
    rest = np.asarray(estate, dtype=claims.dtype) - rights.sum(axis=-1)
    left = np.minimum(claims - rights, _each(rest, claims))
    out: Array = rights + proportional(left, rest)
    return out


def game(claims: Array, estate: Any) -> Array:
    """v(S) = max(0, E - claims of the others), ``(..., 2^n)``."""
    amount = np.asarray(estate, dtype=claims.dtype)
    mine = subsets.sums(claims)
    left = _each(amount, claims) - (claims.sum(axis=-1, keepdims=True) - mine)
    worth: Array = np.maximum(left, left - left)
    worth[..., 0] = worth[..., 0] * 0  # an estate above all claims is refused before
    return worth


def random_arrival(claims: Array, estate: Any) -> Array:
    """First come, first served, averaged over all orders: the Shapley value of the game."""
    table = game(claims, estate)
    n = claims.shape[-1]
    weights = shapley_weights(n)
    by_size = subsets.sizes(n - 1)
    chance = np.array([w if claims.dtype == object else float(w) for w in weights])[by_size]
    return np.stack([subsets.marginals(table, k) @ chance for k in range(n)], axis=-1)
