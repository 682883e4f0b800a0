"""Coalitions as numbers: bit k of a mask says whether player k is a member.

A coalitional game of n players is an array ``(..., 2^n)`` of worths; entry ``m`` is the worth of
the coalition whose mask is m, entry 0 that of nobody. Leading axes are draws.

>>> sums(np.array([1, 2, 4])).tolist()
[0, 1, 2, 3, 4, 5, 6, 7]
>>> sizes(2).tolist()
[0, 1, 1, 2]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@cache
def sizes(n: int) -> Array:
    """Number of members of every coalition of n players, ``(2^n,)``."""
    out = np.zeros(1, dtype=np.int8)
    for _ in range(n):
        out = np.concatenate([out, out + np.int8(1)])
    out.setflags(write=False)
    return out


def sums(weights: Array) -> Array:
    """Sum over its members for every coalition: ``(..., n)`` to ``(..., 2^n)``."""
    lead = weights.shape[:-1]
    out = np.zeros((*lead, 1), dtype=weights.dtype)
    if weights.dtype == object:
        out = out + 0
    for k in range(weights.shape[-1]):
        out = np.concatenate([out, out + weights[..., k : k + 1]], axis=-1)
    return out


def largest(weights: Array, nobody: Any = 0) -> Array:
    """Largest weight of a member, for every coalition: ``(..., n)`` to ``(..., 2^n)``."""
    lead = weights.shape[:-1]
    out = np.full((*lead, 1), nobody, dtype=weights.dtype)
    for k in range(weights.shape[-1]):
        mine = weights[..., k : k + 1]
        with_k = np.maximum(out, mine)
        with_k[..., :1] = mine
        out = np.concatenate([out, with_k], axis=-1)
    return out


def split(worths: Array, player: int) -> tuple[Array, Array]:
    """Worths of the coalitions without a player, and of the same with it: ``(..., 2^(n-1))``."""
    n = count(worths.shape[-1])
    shape = (*worths.shape[:-1], 2 ** (n - 1 - player), 2, 2**player)
    cube = worths.reshape(shape)
    flat = (*worths.shape[:-1], 2 ** (n - 1))
    return cube[..., 0, :].reshape(flat), cube[..., 1, :].reshape(flat)


def marginals(worths: Array, player: int) -> Array:
    """What a player adds to each coalition without it, ``(..., 2^(n-1))``."""
    without, having = split(worths, player)
    return having - without


def dividends(worths: Array) -> Array:
    """Harsanyi dividends ``d(S) = sum over T in S of (-1)^(|S|-|T|) v(T)``, ``(..., 2^n)``."""
    out = worths.copy()
    n = count(worths.shape[-1])
    for k in range(n):
        cube = out.reshape((*out.shape[:-1], 2 ** (n - 1 - k), 2, 2**k))
        cube[..., 1, :] -= cube[..., 0, :]
    return out


def from_dividends(shares: Array) -> Array:
    """Worths from Harsanyi dividends: the sum over subsets."""
    out = shares.copy()
    n = count(shares.shape[-1])
    for k in range(n):
        cube = out.reshape((*out.shape[:-1], 2 ** (n - 1 - k), 2, 2**k))
        cube[..., 1, :] += cube[..., 0, :]
    return out


def count(length: int) -> int:
    """Number of players n, where the length is 2^n."""
    return length.bit_length() - 1


def members(mask: int) -> tuple[int, ...]:
    """Positions of the members of a coalition."""
    return tuple(k for k in range(mask.bit_length()) if mask >> k & 1)


def mask_of(positions: Iterable[int]) -> int:
    """Mask of the coalition of these players."""
    out = 0
    for k in positions:
        out |= 1 << k
    return out


def submasks(mask: int) -> Iterator[int]:
    """Every subset of a coalition, itself first, nobody last."""
    sub = mask
    while True:
        yield sub
        if not sub:
            return
        sub = (sub - 1) & mask
