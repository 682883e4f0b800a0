r"""Stability of every state by the definitions, where preferences are rankings or utilities.

A decision maker i leaves state s by a move to :math:`q \in R_i(s)` that it prefers, unless a
sanction deters it. With :math:`w(q)` the worst that the opponents' legal sequences from q can do,
judged by i, every concept of this family has one **margin**

.. math:: m_i(s) = v_i(s) - \max_{q \in R_i(s)} \min\{v_i(q), w(q)\}

and s is stable for i if and only if :math:`m_i(s) \ge 0` (no move: infinite). What differs is w:

======================== =========================== =========================================
concept                  opponents use               value that a sanction leaves
======================== =========================== =========================================
Nash                     nothing                     :math:`w = \infty`
general metarational     all their moves             :math:`v_i(r)`
symmetric metarational   all their moves             :math:`\max\{v_i(r), \max v_i(R_i(r))\}`
sequential               their improvements          :math:`v_i(r)`
symmetric sequential     their improvements          :math:`\max\{v_i(r), \max v_i(R_i(r))\}`
======================== =========================== =========================================

The equality of margins and definitions is what the property tests attack.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from negotiate.graphmodel.arithmetic.arcs import Arcs, over
from negotiate.graphmodel.arithmetic.reach import worst_reached


def improvements(values: np.ndarray, arcs: Arcs, *, slack: float = 0.0) -> np.ndarray:
    """Which arcs lead to a state that is worth more.

    Parameters
    ----------
    values
        Worth of each state to the mover, shape ``(..., states)``.
    arcs
        The mover's arcs.
    slack
        Differences up to this are a tie; zero for ranks and fractions.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(..., arcs)``.

    Examples
    --------
    >>> from negotiate.graphmodel.arithmetic.arcs import from_pairs
    >>> arcs = from_pairs([0, 1], [1, 0], states=2)
    >>> improvements(np.array([1, 2]), arcs).tolist()
    [True, False]
    """
    return np.asarray(values[..., arcs.end] > values[..., arcs.start] + slack, dtype=bool)


def sanctions(
    values: np.ndarray,
    movers: Sequence[Arcs],
    player: int,
    *,
    credible: bool,
    counter: bool,
    judged: np.ndarray | None = None,
    slack: float = 0.0,
) -> np.ndarray:
    """Worst that the opponents can do to a player from each state, w in the module's table.

    Parameters
    ----------
    values
        Worth of each state to each player, shape ``(..., players, states)``.
    movers
        Arcs of each player.
    player
        Index of the focal player.
    credible
        The opponents use only moves that are improvements for the one who makes them.
    counter
        The player may answer the sanction with a move of its own.
    judged
        What the player counts in a sanction, shape ``(..., states)``: its worth if not given, its
        levels under strength of preference.
    slack
        As in `improvements`.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., states)``; infinity where the opponents cannot move.
    """
    own = values[..., player, :] if judged is None else judged
    if own.dtype.kind in "iub":
        own = own.astype(float)
    if counter:
        own = np.maximum(own, over(np.maximum, own, movers[player], empty=-np.inf))
    others = [j for j in range(len(movers)) if j != player]
    masks = None
    if credible:
        masks = [improvements(values[..., j, :], movers[j], slack=slack) for j in others]
    return worst_reached(own, [movers[j] for j in others], masks=masks)


def margin(values: np.ndarray, arcs: Arcs, worst: np.ndarray | None = None) -> np.ndarray:
    """Margin of stability of each state, see the module.

    Parameters
    ----------
    values
        Worth of each state to the player, shape ``(..., states)``.
    arcs
        The player's moves.
    worst
        What a move is worth once the opponents have answered, `sanctions`; none for Nash.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., states)``: stable where it is not negative; infinity without a move.

    Examples
    --------
    >>> from negotiate.graphmodel.arithmetic.arcs import from_pairs
    >>> arcs = from_pairs([0, 1], [1, 0], states=3)
    >>> margin(np.array([1.0, 3.0, 0.0]), arcs).tolist()
    [-2.0, 2.0, inf]
    """
    own = values.astype(float) if values.dtype.kind in "iub" else values
    left = own if worst is None else np.minimum(own, worst)
    return np.asarray(own - over(np.maximum, left, arcs, empty=-np.inf))


def strongly_stable(
    values: np.ndarray, levels: np.ndarray, arcs: Arcs, worst: np.ndarray, *, slack: float = 0.0
) -> np.ndarray:
    """Strong stability: every improvement is deterred by a strongly less preferred state.

    Parameters
    ----------
    values
        Worth of each state to the player, shape ``(..., states)``.
    levels
        Level of each state, shape ``(..., states)``: of two states, the one at a higher level is
        strongly preferred; states at one level are at most mildly preferred to each other.
    arcs
        The player's moves.
    worst
        `sanctions` with ``judged=levels``.
    slack
        As in `improvements`.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(..., states)``.
    """
    tempting = improvements(values, arcs, slack=slack)
    open_ = tempting & ~(worst[..., arcs.end] < levels[..., arcs.start])
    unstable = np.zeros(np.broadcast_shapes(values.shape, worst.shape), dtype=bool)
    if len(arcs):
        unstable[..., arcs.rows] = np.logical_or.reduceat(open_, arcs.first, axis=-1)
    return ~unstable


def limited_move_step(
    values: np.ndarray, movers: Sequence[Arcs], before: np.ndarray | None, *, slack: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """One more move of foresight: what each player foresees for everybody, and where it stays.

    With ``before[i, k, s]`` the worst that k must reckon with when i is to move at s with h moves
    left, the step gives the same for h + 1. The mover stays if no move gives it more than the
    state; else it makes a move that is best for it. Ties between best moves and, with three
    players and more, the order of those who answer are open: everybody reckons with the worst.

    Parameters
    ----------
    values
        Worth of each state to each player, shape ``(..., players, states)``, floats.
    movers
        Arcs of each player.
    before
        Shape ``(..., players, players, states)``; None with no move left.
    slack
        As in `improvements`.

    Returns
    -------
    after : numpy.ndarray
        Shape ``(..., players, players, states)``.
    stays : numpy.ndarray
        Boolean, shape ``(..., players, states)``.
    """
    count = len(movers)
    after = np.empty((*values.shape[:-2], count, count, values.shape[-1]))
    stays = np.empty(values.shape, dtype=bool)
    for i, arcs in enumerate(movers):
        if before is None or count == 1:
            answer = values
        else:
            answer = np.min(
                np.stack([before[..., j, :, :] for j in range(count) if j != i]), axis=0
            )
        mine = answer[..., i, :]
        best = over(np.maximum, mine, arcs, empty=-np.inf)
        stay = ~(best > values[..., i, :] + slack)
        chosen = mine[..., arcs.end] >= best[..., arcs.start] - slack
        for k in range(count):
            foreseen = over(np.minimum, answer[..., k, :], arcs, empty=np.inf, mask=chosen)
            after[..., i, k, :] = np.where(stay, values[..., k, :], foreseen)
        stays[..., i, :] = stay
    return after, stays
