"""Brams's theory of moves in 2 x 2 games, over any leading draw axes.

Play starts in one of the four states, with a player who may move first. A move changes that
player's own strategy; moves alternate and run around the cycle of states. Each mover looks ahead
by backward induction to where play would end if it moves, and moves only if that is strictly better
for it than staying; staying ends play for good, and so does coming back to the first state (the
fourth move). The non-myopic equilibria of a state are the ends that players choose: if neither
moves first, the state itself; if one does, where that leads; if both do, both ends, either of which
comes about by who moves first.

By the **two-sidedness convention** a player that would rather stay moves nevertheless where the
other player's move would lead to an end worse for both than the end of its own move: it takes the
initiative, lest the other do. Source: Brams (1994), Theory of Moves, Cambridge University Press,
chapter 1 (rules of play, rationality rules, two-sidedness convention); the same rules without the
convention give other equilibria (Woerdman 2000, Rationality and Society 12:67-86).

Only the order of a player's payoffs counts.

>>> chicken = np.array([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
>>> equilibria(chicken).astype(int).tolist()     # from (1,1) it stays; from (2,2) two ends
[[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 1, 1, 0]]
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

STATES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The four states: strategy of the first player, of the second; the order of all results."""


def _after(state: int, mover: int) -> int:
    row, column = STATES[state]
    return STATES.index((1 - row, column) if mover == 0 else (row, 1 - column))


def cycle(start: int, mover: int) -> tuple[tuple[int, int], ...]:
    """The four (state, mover) pairs of a round, in order."""
    steps, state = [], start
    for _ in range(4):
        steps.append((state, mover))
        state, mover = _after(state, mover), 1 - mover
    return tuple(steps)


def ends(payoffs: Array) -> Array:
    """Where play ends from each state, for each first mover.

    Parameters
    ----------
    payoffs
        Shape ``(..., 2, 2, 2)``: player paid, first player's strategy, second player's.

    Returns
    -------
    ndarray of int
        Shape ``(..., 2, 4)``: first mover, starting state (numbered as `STATES`). Equal to the
        starting state where the first mover stays.
    """
    return _ends(payoffs)[0]


def _ends(payoffs: Array) -> tuple[Array, Array]:
    """`ends`, and where play would end if the first mover moved whatever it prefers."""
    flat = np.asarray(payoffs).reshape((*payoffs.shape[:-3], 2, 4))
    out = np.empty((*flat.shape[:-2], 2, 4), dtype=int)
    forced = out.copy()
    for start in range(4):
        for first in (0, 1):
            end = np.full(flat.shape[:-2], start)
            for state, mover in reversed(cycle(start, first)):
                forced[..., first, start] = end
                worth = flat[..., mover, :]
                ahead = np.take_along_axis(worth, end[..., None], axis=-1)[..., 0]
                end = np.where(ahead > worth[..., state], end, state)
            out[..., first, start] = end
    return out, forced


def equilibria(payoffs: Array, *, two_sided: bool = True) -> Array:
    """Mask ``(..., 4, 4)``: from each state (first axis), which states are non-myopic ends.

    A state stays only if neither player moves; if at least one moves, the ends of those who move.

    Parameters
    ----------
    payoffs
        ``(..., 2, 2, 2)``.
    two_sided
        Whether the two-sidedness convention holds: where one player alone moves, and the other's
        move would lead to an end better for both, that end.

    Examples
    --------
    The prisoner's dilemma: from where one defects, the cooperator would lead to (2, 2), so the
    defector moves to (3, 3); without the convention play ends at (2, 2).

    >>> dilemma = np.array([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> equilibria(dilemma).argmax(axis=-1).tolist()
    [0, 0, 0, 3]
    >>> equilibria(dilemma, two_sided=False).argmax(axis=-1).tolist()
    [0, 3, 3, 3]
    """
    chosen, forced = _ends(payoffs)
    states = np.arange(4)
    moves = chosen != states  # (..., 2, 4)
    if two_sided:
        flat = np.asarray(payoffs).reshape((*payoffs.shape[:-3], 2, 4))
        led = np.take_along_axis(flat[..., None, :, :], chosen[..., :, None, :], axis=-1)
        other = np.take_along_axis(
            flat[..., None, :, :], forced[..., ::-1, :][..., :, None, :], axis=-1
        )
        better = (other > led).all(axis=-2)  # (..., mover, start): what the other's move brings
        alone = moves & ~moves[..., ::-1, :]
        chosen = np.where(alone & better, forced[..., ::-1, :], chosen)
    reached = chosen[..., None] == states  # (..., 2, 4 start, 4 end)
    by_moving = (reached & moves[..., None]).any(axis=-3)
    still = ~moves.any(axis=-2)
    return np.asarray(by_moving | (still[..., None] & np.eye(4, dtype=bool)))
