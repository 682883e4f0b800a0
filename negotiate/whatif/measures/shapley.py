"""Shapley value and interaction index of set functions given as arrays.

A set function on L players is an array with last axis 2**L: entry ``s`` is v of the players whose
bits are set in ``s`` (player 0 is bit 0). Leading axes are draws.

    phi_k  = sum over S without k of |S|! (L - |S| - 1)! / L! [v(S + k) - v(S)]
    I_jk   = sum over S without j, k of |S|! (L - |S| - 2)! / (L - 1)!
             [v(S + j + k) - v(S + j) - v(S + k) + v(S)]

phi sums to v(all) - v(none) (Shapley 1953, in *Contributions to the Theory of Games II*, p. 311);
I is the Shapley interaction index (Grabisch and Roubens 1999, doi:10.1007/s001820050125, def. 3).

>>> v = np.array([0, 0, 0, 1, 0, 1, 1, 1])   # simple majority of three
>>> values(v).round(4).tolist()
[0.3333, 0.3333, 0.3333]
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, TooLargeError
from negotiate.numbers.sampling import generator

Floats = NDArray[np.float64]

EXACT_PLAYERS = 15
"""Most players whose 2**L coalitions are all evaluated."""


def players_of(v: NDArray[Any]) -> int:
    """Number of players of a set function, from its last axis."""
    size = int(v.shape[-1])
    players = size.bit_length() - 1
    if size < 1 or size != 1 << players:
        raise InputError(
            f"a set function with {size} values",
            where="Shapley value",
            allowed="a power of two: one value for each subset",
        )
    if players > EXACT_PLAYERS + 5:
        raise TooLargeError(f"{players} players", allowed=f"at most {EXACT_PLAYERS + 5}")
    return players


def sizes(players: int) -> NDArray[np.int64]:
    """Number of members of each subset, ``(2**L,)``."""
    out = np.zeros(1, np.int64)
    for _ in range(players):
        out = np.concatenate([out, out + 1])
    return out


def members(players: int) -> NDArray[np.bool_]:
    """Membership ``(2**L, L)``."""
    return np.asarray((np.arange(1 << players)[:, None] >> np.arange(players)) & 1, bool)


def _differences(v: NDArray[Any], player: int) -> NDArray[Any]:
    """v(S + k) - v(S) over the S without k, in increasing order of S without its bit k."""
    split = v.reshape(*v.shape[:-1], -1, 2, 1 << player)
    return np.asarray((split[..., 1, :] - split[..., 0, :]).reshape(*v.shape[:-1], -1))


def weights(players: int, *, less: int = 1) -> Floats:
    """|S|! (L - |S| - less)! / (L - less + 1)! for each subset of the other L - less players."""
    others = players - less
    table = np.array(
        [
            float(Fraction(factorial(s) * factorial(others - s), factorial(others + 1)))
            for s in range(others + 1)
        ]
    )
    return np.asarray(table[sizes(others)])


def values(v: NDArray[Any]) -> Floats:
    """Shapley value of each player, ``(..., L)``."""
    v = np.asarray(v)
    players = players_of(v)
    if not players:
        return np.zeros((*v.shape[:-1], 0))
    w = weights(players)
    return np.stack([_differences(v, k) @ w for k in range(players)], -1)


def exact_values(v: list[Fraction]) -> list[Fraction]:
    """Shapley value of one set function in fractions.

    >>> exact_values([Fraction(x) for x in (0, 0, 0, 1)])
    [Fraction(1, 2), Fraction(1, 2)]
    """
    players = len(v).bit_length() - 1
    out = []
    for k in range(players):
        total = Fraction(0)
        for s in range(1 << players):
            if not s >> k & 1:
                size = s.bit_count()
                share = Fraction(
                    factorial(size) * factorial(players - size - 1), factorial(players)
                )
                total += share * (v[s | 1 << k] - v[s])
        out.append(total)
    return out


def interactions(v: NDArray[Any]) -> Floats:
    """Shapley interaction index of each pair, ``(..., L, L)``, zero on the diagonal."""
    v = np.asarray(v)
    players = players_of(v)
    out = np.zeros((*v.shape[:-1], players, players))
    if players < 2:
        return out
    w = weights(players, less=2)
    for j in range(players):
        for k in range(j):
            # taking out the higher bit first leaves the lower one in its place
            both = _differences(_differences(v, j), k)
            out[..., j, k] = out[..., k, j] = both @ w
    return out


def bounds(lower: NDArray[Any], upper: NDArray[Any]) -> tuple[Floats, Floats]:
    """Lowest and highest Shapley value of each player while lower <= v <= upper.

    The value is linear in v, so each end takes v at its bounds by the sign of the coefficient.
    """
    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    middle = values(0.5 * (lower + upper))
    players = players_of(lower)
    reach = 0.5 * (upper - lower) @ np.abs(values(np.eye(1 << players)))
    return middle - reach, middle + reach


def sampled(
    value: Callable[[NDArray[np.bool_]], Floats],
    players: int,
    *,
    permutations: int = 1000,
    seed: int = 0,
) -> tuple[Floats, Floats]:
    """Shapley value by random orders of entry, with its standard error.

    Orders come in pairs, one the reverse of the other (Castro, Gomez and Tejada 2009,
    doi:10.1016/j.cor.2008.04.004; antithetic pairs: Mitchell et al. 2022, JMLR 23:43, sec. 3). In
    every order the marginal contributions sum to v(all) - v(none), hence so do the estimates.

    Parameters
    ----------
    value
        Memberships ``(m, L)`` to values ``(m, ...)``.
    players, permutations, seed
        Number of players; orders, rounded up to an even number; seed of the orders.
    """
    pairs = max((permutations + 1) // 2, 2)
    first = generator(seed, 5).permuted(np.tile(np.arange(players), (pairs, 1)), axis=1)
    orders = np.stack([first, first[:, ::-1]], 1).reshape(2 * pairs, players)
    place = np.argsort(orders, 1)
    present = place[:, None, :] < np.arange(players + 1)[None, :, None]
    distinct, inverse = np.unique(present.reshape(-1, players), axis=0, return_inverse=True)
    v = np.asarray(value(distinct), float)[inverse.ravel()]
    v = v.reshape(2 * pairs, players + 1, *v.shape[1:])
    gains = np.diff(v, axis=1)
    gains = np.take_along_axis(gains, place.reshape(*place.shape, *[1] * (gains.ndim - 2)), 1)
    by_pair = gains.reshape(pairs, 2, *gains.shape[1:]).mean(1)
    mean, error = by_pair.mean(0), by_pair.std(0, ddof=1) / np.sqrt(pairs)
    return np.moveaxis(mean, 0, -1), np.moveaxis(error, 0, -1)
