"""Expected payoffs, deviations and regret of mixed profiles, over any leading draw axes.

For players i with strategies S_i, payoffs u_i(s) and mixed strategies x_j,

    u_i(s_i, x_-i) = sum over s_-i of u_i(s_i, s_-i) prod_{j != i} x_j(s_j),
    regret_i(x)    = max over s_i of u_i(s_i, x_-i) - u_i(x),

and x is a Nash equilibrium exactly if every regret is zero (Nash 1951, Annals of Mathematics
54, 286-295). Arithmetic is whatever the arrays hold: floats, fractions or SymPy expressions.

>>> import numpy as np
>>> pennies = np.array([[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]])
>>> regrets(pennies, [np.array([0.5, 0.5]), np.array([1.0, 0.0])]).tolist()
[1.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def against(payoffs: Array, mixed: Sequence[Array], player: int) -> Array:
    """Payoff of each pure strategy of ``player`` against the others' mixed strategies.

    Parameters
    ----------
    payoffs
        Shape ``(..., n, S1, ..., Sn)``.
    mixed
        One array of shape ``(..., Sj)`` per player; that of ``player`` is not read.
    player
        Position of the player.

    Returns
    -------
    ndarray
        Shape ``(..., S_player)``.
    """
    n = len(mixed)
    values = payoffs[(..., player) + (slice(None),) * n]
    for j in range(n):
        if j != player:
            shape = (1,) * j + (mixed[j].shape[-1],) + (1,) * (n - j - 1)
            values = (values * mixed[j].reshape(mixed[j].shape[:-1] + shape)).sum(
                axis=j - n, keepdims=True
            )
    return values.reshape((*values.shape[: values.ndim - n], values.shape[player - n]))


def expected(payoffs: Array, mixed: Sequence[Array]) -> Array:
    """Expected payoff of every player; shape ``(..., n)``."""
    n = len(mixed)
    return np.stack([(against(payoffs, mixed, i) * mixed[i]).sum(axis=-1) for i in range(n)], -1)


def regrets(payoffs: Array, mixed: Sequence[Array]) -> Array:
    """Gain of every player from the best unilateral deviation; shape ``(..., n)``."""
    out = []
    for i, own in enumerate(mixed):
        values = against(payoffs, mixed, i)
        out.append(values.max(axis=-1) - (values * own).sum(axis=-1))
    return np.stack(out, -1)


def spread(payoffs: Array, players: int) -> Array:
    """Largest less smallest payoff of each player, shape ``(..., n)``: the unit of a regret."""
    axes = tuple(range(-players, 0))
    return np.asarray(payoffs.max(axis=axes) - payoffs.min(axis=axes))
