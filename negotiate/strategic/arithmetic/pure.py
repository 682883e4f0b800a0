"""Pure equilibria of games with any number of players, over any leading draw axes.

A profile s is a pure Nash equilibrium if no player gains by changing its own strategy:
u_i(s) >= u_i(t, s_-i) for every player i and strategy t of i. In array terms, u_i(s) equals the
maximum of u_i along i's own axis. Equality is exact: a pure equilibrium involves no arithmetic
on payoffs, so no tolerance is needed.

Source: Nash, "Equilibrium points in n-person games", PNAS 36 (1950), 48-49,
https://doi.org/10.1073/pnas.36.1.48.

Matching pennies has none, a coordination game two:

>>> pennies = np.array([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
>>> int(pure_equilibria(pennies).sum())
0
>>> np.argwhere(pure_equilibria(np.array([np.eye(2), np.eye(2)]))).tolist()
[[0, 0], [1, 1]]
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import InputError

Array = npt.NDArray[Any]


def players_of(payoffs: Array, players: int | None = None) -> int:
    """Number of players n of an array ``(..., n, S1, ..., Sn)``; raises if it does not fit.

    Without ``players``, n is the only number for which the axis before the last n has length n
    and there are no draw axes (``payoffs.ndim == n + 1``).
    """
    n = payoffs.ndim - 1 if players is None else players
    if n < 1 or payoffs.ndim < n + 1 or payoffs.shape[-n - 1] != n:
        raise InputError(
            f"payoffs of shape {payoffs.shape} for {n} players",
            where="pure equilibria",
            allowed="(..., n, S1, ..., Sn): draws, then the player paid, then a strategy axis each",
            remedy="pass players=n where there are draw axes",
        )
    if 0 in payoffs.shape[-n:]:
        raise InputError("a player has no strategy", where="pure equilibria", allowed="one or more")
    return n


def pure_equilibria(payoffs: npt.ArrayLike, *, players: int | None = None) -> Array:
    """Mask of the pure equilibria.

    Parameters
    ----------
    payoffs
        ``(..., n, S1, ..., Sn)``, floats, integers or fractions.
    players
        n; needed where there are draw axes.

    Returns
    -------
    ndarray of bool, ``(..., S1, ..., Sn)``
        True at equilibria; ``np.argwhere`` lists them.
    """
    values = np.asarray(payoffs)
    n = players_of(values, players)
    mask: Array | None = None
    for i in range(n):
        own = values[(..., i) + (slice(None),) * n]
        best = own == own.max(axis=i - n, keepdims=True)
        if mask is None:
            mask = best
        else:
            mask &= best
    assert mask is not None
    return mask if mask.dtype == bool else mask.astype(bool)


def pure_regret(payoffs: npt.ArrayLike, *, players: int | None = None) -> Array:
    """Regret of every pure profile: the largest gain of any player from a deviation.

    Parameters
    ----------
    payoffs, players
        As in `pure_equilibria`.

    Returns
    -------
    ndarray, ``(..., S1, ..., Sn)``
        Zero exactly at the pure equilibria.

    Examples
    --------
    >>> dilemma = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> pure_regret(dilemma).tolist()
    [[2, 1], [1, 0]]
    """
    values = np.asarray(payoffs)
    n = players_of(values, players)
    regret: Array | None = None
    for i in range(n):
        own = values[(..., i) + (slice(None),) * n]
        gain = own.max(axis=i - n, keepdims=True) - own
        regret = gain if regret is None else np.maximum(regret, gain)
    assert regret is not None
    return regret


def pure_margin(
    payoffs: npt.ArrayLike, profile: tuple[int, ...], *, players: int | None = None
) -> Any:
    """What the player nearest to leaving one pure profile would lose by it.

    Parameters
    ----------
    payoffs, players
        As in `pure_equilibria`.
    profile
        Strategy of each player by position.

    Returns
    -------
    ndarray ``(...)`` or number
        Positive at a strict equilibrium, zero at one with an indifferent player, else negative;
        infinite where no player has another strategy.

    Examples
    --------
    >>> dilemma = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> int(pure_margin(dilemma, (1, 1))), int(pure_margin(dilemma, (0, 0)))
    (1, -2)
    """
    values = np.asarray(payoffs)
    n = players_of(values, players)
    least: Any = None
    for i in range(n):
        cell = [slice(None) if j == i else profile[j] for j in range(n)]
        own = values[(..., i, *cell)]
        if own.shape[-1] < 2:
            continue
        gap = own[..., profile[i]] - np.delete(own, profile[i], axis=-1).max(axis=-1)
        least = gap if least is None else np.minimum(least, gap)
    return np.full(values.shape[: -n - 1], np.inf)[()] if least is None else least
