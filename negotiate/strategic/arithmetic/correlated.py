"""Incentive constraints of correlated and coarse correlated equilibria, over draw axes.

A distribution p over profiles is a correlated equilibrium (Aumann 1974, Journal of Mathematical
Economics 1, 67-96) if no player gains by replacing a recommended strategy s by another t,

    sum over s_-i of p(s, s_-i) (u_i(s, s_-i) - u_i(t, s_-i)) >= 0   for all i, s, t,

and a coarse one (Moulin and Vial 1978, International Journal of Game Theory 7, 201-221) if no
player gains by committing to one strategy t beforehand,

    sum over all s' of p(s') (u_i(s') - u_i(t, s'_-i)) >= 0          for all i, t.

Both are linear in p; the functions give the matrices G with G p >= 0.

>>> chicken = np.array([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
>>> correlated_constraints(chicken, players=2).tolist()
[[-1, 2, 0, 0], [0, 0, 1, -2], [-1, 0, 2, 0], [0, 1, 0, -2]]
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def correlated_constraints(payoffs: Array, *, players: int) -> Array:
    """Constraint matrix of correlated equilibrium.

    Parameters
    ----------
    payoffs
        Shape ``(..., n, S1, ..., Sn)``.
    players
        n.

    Returns
    -------
    ndarray
        Shape ``(..., K, S1 * ... * Sn)``, one row for each player i and ordered pair s, t of its
        strategies; columns are profiles, the last player's strategy varying fastest.
    """
    sizes = payoffs.shape[-players:]
    lead = payoffs.shape[: -players - 1]
    zero = payoffs.dtype.type(0) if payoffs.dtype != object else 0
    rows = []
    for i in range(players):
        own = np.moveaxis(_of(payoffs, i, players), i - players, -players)
        for s in range(sizes[i]):
            for t in range(sizes[i]):
                if s == t:
                    continue
                line: Any = np.full(own.shape, zero, dtype=payoffs.dtype)
                front: Any = (..., s, *(slice(None),) * (players - 1))
                back: Any = (..., t, *(slice(None),) * (players - 1))
                line[front] = own[front] - own[back]
                rows.append(np.moveaxis(line, -players, i - players).reshape((*lead, -1)))
    if not rows:
        return np.zeros((*lead, 0, int(np.prod(sizes))), dtype=payoffs.dtype)
    return np.stack(rows, axis=-2)


def coarse_constraints(payoffs: Array, *, players: int) -> Array:
    """Constraint matrix of coarse correlated equilibrium; one row per player i and strategy t."""
    lead, sizes = payoffs.shape[: -players - 1], payoffs.shape[-players:]
    rows = []
    for i in range(players):
        own = _of(payoffs, i, players)
        for t in range(sizes[i]):
            fixed = np.take(own, [t], axis=i - players)
            rows.append((own - fixed).reshape((*lead, -1)))
    return np.stack(rows, axis=-2)


def _of(payoffs: Array, i: int, players: int) -> Array:
    out: Array = np.take(payoffs, i, axis=-players - 1)
    return out
