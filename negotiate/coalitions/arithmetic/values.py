r"""Values that are linear in the worths: weights on marginal contributions.

A semivalue gives player i the sum over coalitions S without it of p_|S| (v(S + i) - v(S)):

    Shapley   p_s = s! (n - s - 1)! / n!        Banzhaf   p_s = 2^-(n - 1)

Exact tables are summed by size in integers first, so that no fraction is made before the end.

>>> semivalue(np.array([0, 0, 0, 1, 0, 1, 1, 1]), shapley_weights(3))
[Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]
>>> semivalue(np.array([[0, 0, 0, 1.0]]), shapley_weights(2)).tolist()
[[0.5, 0.5]]
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import factorial
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.tolerance import UTILITY

Array = np.ndarray[Any, np.dtype[Any]]

MATRIX_PLAYERS = 12
"""Players up to whom a semivalue over draws is one product with a matrix of 2^n rows."""


def shapley_weights(n: int) -> list[Fraction]:
    """Chance that exactly these s players come before one, by s."""
    return [Fraction(factorial(s) * factorial(n - s - 1), factorial(n)) for s in range(n)]


def banzhaf_weights(n: int) -> list[Fraction]:
    """Every coalition of the others is as likely as any other."""
    return [Fraction(1, 2 ** (n - 1))] * n


@cache
def _matrix(n: int, weights: tuple[float, ...]) -> Array:
    """Weight of every worth in every player's semivalue, ``(2^n, n)``."""
    member = np.arange(2**n)[:, None] >> np.arange(n) & 1
    size = subsets.sizes(n).astype(np.int64)[:, None]
    padded = np.array([*weights, 0.0])
    return np.where(member == 1, padded[size - 1], -padded[size])


def semivalue(worths: Array, weights: Sequence[Fraction]) -> Any:
    """The semivalue: a list of fractions for one integer table, ``(..., n)`` floats otherwise."""
    n = subsets.count(worths.shape[-1])
    by_size = subsets.sizes(n - 1)
    if worths.dtype.kind == "f":
        if n <= MATRIX_PLAYERS:
            return worths @ _matrix(n, tuple(float(w) for w in weights))
        chance = np.array([float(w) for w in weights])[by_size]
        return np.stack([subsets.marginals(worths, k) @ chance for k in range(n)], axis=-1)
    order = np.argsort(by_size, kind="stable")
    starts = np.searchsorted(by_size[order], np.arange(n))
    out = []
    for k in range(n):
        totals = np.add.reduceat(subsets.marginals(worths, k)[order], starts)
        out.append(sum((w * int(t) for w, t in zip(weights, totals)), start=Fraction(0)))
    return out


def combined(worths: Array, terms: Sequence[dict[int, Fraction]]) -> Any:
    """Linear values given as weights on masks, one mapping a player; fractions or floats."""
    if worths.dtype.kind == "f":
        out = np.zeros((*worths.shape[:-1], len(terms)))
        for k, term in enumerate(terms):
            masks = np.array(list(term), dtype=np.intp)
            out[..., k] = worths[..., masks] @ np.array([float(w) for w in term.values()])
        return out
    return [
        sum((w * int(worths[mask]) for mask, w in term.items()), start=Fraction(0))
        for term in terms
    ]


def owen_terms(n: int, unions: Sequence[Sequence[int]]) -> list[dict[int, Fraction]]:
    """Weights of the Owen value on masks, by player.

    Unions come in an order drawn at random, and within a union its members do (Owen 1977).
    """
    whole = [subsets.mask_of(union) for union in unions]
    m = len(unions)
    outer = shapley_weights(m)
    out: list[dict[int, Fraction]] = [{} for _ in range(n)]
    for u, union in enumerate(unions):
        others = [mask for k, mask in enumerate(whole) if k != u]
        inner = shapley_weights(len(union))
        for chosen in range(2 ** (m - 1)):
            before = 0
            for k in subsets.members(chosen):
                before |= others[k]
            for i in union:
                rest = whole[u] ^ (1 << i)
                for mates in subsets.submasks(rest):
                    weight = outer[chosen.bit_count()] * inner[mates.bit_count()]
                    term, base = out[i], before | mates
                    term[base | 1 << i] = term.get(base | 1 << i, Fraction(0)) + weight
                    term[base] = term.get(base, Fraction(0)) - weight
    return out


def components(n: int, links: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Connected parts of every coalition on a graph, as masks, by the coalition's mask."""
    near = [0] * n
    for a, b in links:
        near[a] |= 1 << b
        near[b] |= 1 << a
    out: list[tuple[int, ...]] = [()]
    for mask in range(1, 2**n):
        top = mask.bit_length() - 1
        joined, apart = 1 << top, []
        for part in out[mask ^ (1 << top)]:
            if part & near[top]:
                joined |= part
            else:
                apart.append(part)
        out.append((*apart, joined))
    return out


def restricted(worths: Array, parts: Sequence[tuple[int, ...]]) -> Array:
    """Worths of the graph game: the sum over the connected parts of each coalition."""
    out = np.zeros_like(worths)
    width = max(len(p) for p in parts)
    for k in range(width):
        index = np.array([p[k] if k < len(p) else 0 for p in parts], dtype=np.intp)
        out = out + worths[..., index]  # entry 0 is nobody's worth, zero
    return out


def tau(worths: Array) -> tuple[Any, Any, Any]:
    """Utopia payoffs M, minimal rights m and the tau value, each ``(..., n)``; floats.

    The value is NaN where the game is not quasi-balanced.
    """
    utopia, rights = bounds_of_tau(worths)
    total = worths[..., -1]
    low, high = rights.sum(-1), utopia.sum(-1)
    scale = np.abs(worths).max(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(high > low, (total - low) / (high - low), 0.0)
    value = rights + share[..., None] * (utopia - rights)
    slack = UTILITY * scale
    good = (
        (rights <= utopia + slack[..., None]).all(-1)
        & (low <= total + slack)
        & (total <= high + slack)
    )
    return utopia, rights, np.where(good[..., None], value, np.nan)


def bounds_of_tau(worths: Array) -> tuple[Array, Array]:
    """M_i = v(N) - v(N - i), and m_i = max over S with i of v(S) - sum of M_j over the others."""
    n = subsets.count(worths.shape[-1])
    grand = 2**n - 1
    alone = np.array([grand ^ (1 << k) for k in range(n)])
    utopia = worths[..., -1:] - worths[..., alone]
    left = worths - subsets.sums(utopia)
    rights = np.stack(
        [subsets.split(left, k)[1].max(axis=-1) + utopia[..., k] for k in range(n)], axis=-1
    )
    return utopia, rights
