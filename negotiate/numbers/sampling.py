"""Points of the unit cube whose row i never depends on how rows are cut into chunks.

Every function returns rows ``start`` to ``stop`` of one fixed sequence. Random numbers come in
blocks of `BLOCK` rows, each block with its own generator keyed by (seed, stream, block), so that
any worker can make any rows.

- ``random_points``: independent uniforms, Philox streams (Salmon et al. 2011,
  doi:10.1145/2063384.2063405).
- ``latin_hypercube_points``: each of n strata of each column hit once (McKay, Beckman and Conover
  1979, doi:10.2307/1268522). The permutation of the strata is a keyed bijection (a Feistel network
  with cycle walking; Black and Rogaway 2002, doi:10.1007/3-540-45760-7_9), computed row by row:
  no memory of size n.
- ``sobol_points``: Owen-scrambled Sobol' sequence (scipy.stats.qmc), wound forward to ``start``.

>>> a = random_points(0, 10, 2, seed=1)
>>> bool((a[4:7] == random_points(4, 7, 2, seed=1)).all())
True
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BLOCK = 8192
"""Rows of one random block: long enough to be cheap, short enough to be thrown away."""

_STREAMS = {"random": 0, "jitter": 1, "permutation": 2, "bootstrap": 3}


def generator(seed: int, *keys: int) -> np.random.Generator:
    """Generator of a stream, independent of every other (seed, keys)."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=keys)))


def _uniform_rows(start: int, stop: int, width: int, seed: int, stream: int) -> Floats:
    out = np.empty((width, stop - start)).T  # columns lie together: quantiles read one at a time
    for block in range(start // BLOCK, -(-stop // BLOCK)):
        first = block * BLOCK
        rows = generator(seed, stream, block).random((BLOCK, width))
        low, high = max(start, first), min(stop, first + BLOCK)
        out[low - start : high - start] = rows[low - first : high - first]
    return np.maximum(out, 2.0**-54, out=out)  # zero would be minus infinity under a normal


def random_points(start: int, stop: int, width: int, *, seed: int) -> Floats:
    """Independent uniform rows, shape ``(stop - start, width)``."""
    return _uniform_rows(start, stop, width, seed, _STREAMS["random"])


def _mix(x: NDArray[np.uint64], key: np.uint64) -> NDArray[np.uint64]:
    # splitmix64 finaliser, doi:10.1145/2660193.2660195
    x = x + key
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def permute(index: NDArray[np.uint64], size: int, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A keyed bijection of 0 .. size - 1, computed where it is asked.

    >>> keys = np.arange(6, dtype=np.uint64)
    >>> sorted(permute(np.arange(10, dtype=np.uint64), 10, keys).tolist()) == list(range(10))
    True
    """
    half = np.uint64(max(1, (max(size - 1, 1).bit_length() + 1) // 2))
    mask = (np.uint64(1) << half) - np.uint64(1)
    out = index.astype(np.uint64)
    todo = np.ones(out.shape, bool)
    while todo.any():
        left, right = out[todo] >> half, out[todo] & mask
        for key in keys:
            left, right = right, left ^ (_mix(right, key) & mask)
        out[todo] = (left << half) | right
        todo[todo] = out[todo] >= size
    return out


def latin_hypercube_points(start: int, stop: int, width: int, *, size: int, seed: int) -> Floats:
    """Rows of a Latin hypercube of ``size`` rows: strata permuted per column, jittered within."""
    out = _uniform_rows(start, stop, width, seed, _STREAMS["jitter"])
    rows = np.arange(start, stop, dtype=np.uint64)
    for column in range(width):
        keys = generator(seed, _STREAMS["permutation"], column).integers(
            0, 2**63, 6, dtype=np.uint64
        )
        out[:, column] = (permute(rows, size, keys) + out[:, column]) / size
    return np.minimum(out, np.nextafter(1.0, 0.0))


@lru_cache(maxsize=8)
def _scrambled(width: int, seed: int) -> Any:
    from scipy.stats import qmc

    return qmc.Sobol(width, scramble=True, bits=30, rng=np.random.default_rng(seed))


def sobol_points(start: int, stop: int, width: int, *, seed: int) -> Floats:
    """Rows of the scrambled Sobol' sequence; at most 2**30 rows."""
    import copy
    import warnings

    engine = copy.deepcopy(_scrambled(width, seed))
    with warnings.catch_warnings():
        # scipy warns unless a draw from the start is a power of two; the design says so instead
        warnings.simplefilter("ignore", UserWarning)
        if start:
            engine.fast_forward(start)
        points = np.asarray(engine.random(stop - start))
    return np.asarray(np.clip(points, 2.0**-32, 1 - 2.0**-32), dtype=float)


def bootstrap_counts(block: int, rows: int, copies: int, *, seed: int) -> Floats:
    """Poisson(1) multiplicities ``(copies, rows)`` of the rows of one block.

    Independent Poisson counts stand for the multinomial counts of the bootstrap and need no
    total, so that rows may stream (Hanley and MacGibbon 2006, doi:10.1016/j.cmpb.2006.04.006).
    """
    edges = np.cumsum([0.36787944117144233 / f for f in (1, 1, 2, 6, 24, 120, 720, 5040)])
    drawn = generator(seed, _STREAMS["bootstrap"], block).random((copies, rows), dtype=np.float32)
    return np.asarray(np.searchsorted(edges, drawn), dtype=float)
