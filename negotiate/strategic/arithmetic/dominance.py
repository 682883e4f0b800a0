"""Iterated elimination of dominated strategies by pure strategies, for batches of two-player games.

Strategy s of a player is strictly dominated by t if t pays more against every strategy the
opponent has left. A round removes all dominated strategies of both players at once; rounds go on
until none is left. The end does not depend on the order, and every equilibrium of the game lives
on what is left, so nothing is lost.

Source: Osborne and Rubinstein (1994), A Course in Game Theory, Proposition 61.2. Dominance by
mixed strategies, exact, for any number of players: `negotiate.strategic.dominance`.

The prisoner's dilemma is solved by one round:

>>> a = np.array([[3, 0], [5, 1]])
>>> rows, columns, rounds = iterated_strict(a, a.T)
>>> rows.tolist(), columns.tolist(), int(rounds)
([False, True], [False, True], 1)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import InputError

Array = npt.NDArray[Any]
CHUNK = 4_194_304
"""Payoff entries worked on at once; bounds memory."""


def _strict(own: Array, other: Array, opponent: Array, closed: Array) -> Array:
    return np.asarray(((other > own) | closed).all(axis=0) & opponent.any(axis=0))


def _dominated(payoffs: Array, kept: Array, opponent: Array) -> Array:
    """Which kept strategies are dominated; arrays ``(s, t, N)``, ``(s, N)``, ``(t, N)``."""
    out = np.zeros_like(kept)
    closed = ~opponent
    for s in range(payoffs.shape[0]):
        for t in range(payoffs.shape[0]):
            if s != t and kept[t].any():
                out[s] |= kept[t] & _strict(payoffs[s], payoffs[t], opponent, closed)
    return np.asarray(out & kept)


def iterated_strict(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """What iterated strict dominance by pure strategies leaves; no equilibrium is lost.

    Parameters
    ----------
    a, b
        Payoffs of row and column player, ``(..., m, n)``: floats, integers or fractions.

    Returns
    -------
    rows, columns
        Masks of the strategies left, ``(..., m)`` and ``(..., n)``.
    rounds
        Rounds in which something was removed, ``(...)``.
    """
    left, right = np.asarray(a), np.asarray(b)
    if left.ndim < 2 or right.ndim < 2 or left.shape[-2:] != right.shape[-2:]:
        raise InputError(
            f"payoffs of shapes {left.shape} and {right.shape}",
            where="iterated dominance",
            allowed="(..., m, n) twice, m and n the same",
        )
    left, right = np.broadcast_arrays(left, right)
    draws, (m, n) = left.shape[:-2], left.shape[-2:]
    left, right = left.reshape(-1, m, n), right.reshape(-1, m, n)
    games = left.shape[0]
    rows, columns = np.ones((games, m), dtype=bool), np.ones((games, n), dtype=bool)
    rounds = np.zeros(games, dtype=np.int64)
    size = max(1, CHUNK // (m * n))
    for start in range(0, games, size):
        # Games last: each comparison then runs along contiguous memory.
        own = np.ascontiguousarray(left[start : start + size].transpose(1, 2, 0))
        other = np.ascontiguousarray(right[start : start + size].transpose(2, 1, 0))
        live = np.arange(start, min(start + size, games))
        kept_rows, kept_columns = np.ones((m, live.size), bool), np.ones((n, live.size), bool)
        while live.size:
            out_rows = _dominated(own, kept_rows, kept_columns)
            out_columns = _dominated(other, kept_columns, kept_rows)
            moved = out_rows.any(axis=0) | out_columns.any(axis=0)
            kept_rows, kept_columns = kept_rows & ~out_rows, kept_columns & ~out_columns
            rows[live], columns[live] = kept_rows.T, kept_columns.T
            rounds[live[moved]] += 1
            live = live[moved]
            own, other = own[..., moved], other[..., moved]
            kept_rows, kept_columns = kept_rows[:, moved], kept_columns[:, moved]
    return rows.reshape(*draws, m), columns.reshape(*draws, n), rounds.reshape(draws)
