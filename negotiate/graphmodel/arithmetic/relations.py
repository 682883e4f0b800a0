r"""Stability from preference relations: for preferences that are no ranking, and for coalitions.

For one group H (a decision maker or a coalition) the four definitions read the same:

.. math::

   \forall q \in I_H(s)\; \exists r \in \mathcal R_{N \setminus H}(q) \cap L_H(s)
   \quad \bigl[\text{and } R_H(r) \cap \overline{L_H(s)} = \emptyset \text{ with a counter-move}
   \bigr]

with :math:`I_H(s)` the moves that H has an incentive for, :math:`L_H(s)` the states that deter it,
and :math:`\mathcal R` all moves or only improvements of the others. Boolean matrices hold all of
it: entry (s, q). Sets of reachable states are packed rows of `reach`.
"""

from __future__ import annotations

import numpy as np

from negotiate.graphmodel.arithmetic.reach import meets, pack


def deterred(
    incentive: np.ndarray,
    reached: np.ndarray | None,
    below: np.ndarray,
    *,
    own: np.ndarray | None = None,
) -> np.ndarray:
    """Which states are stable for a group.

    Parameters
    ----------
    incentive
        ``(s, q)``: the group can move from s to q and wants to, shape ``(states, states)``.
    reached
        Packed reachable lists of the others, shape ``(states, words)``; None for Nash.
    below
        ``(s, r)``: being left at r deters the group from leaving s, shape ``(states, states)``.
    own
        ``(r, t)``: the group's own moves, shape ``(states, states)``, when it may answer the
        sanction; a sanction from which it reaches a state that is not below is none.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(states,)``.

    Examples
    --------
    Leaving 0 for 1 is deterred by the answer 2:

    >>> incentive = np.zeros((3, 3), dtype=bool); incentive[0, 1] = True
    >>> below = np.zeros((3, 3), dtype=bool); below[0, [0, 2]] = True
    >>> reached = np.zeros((3, 3), dtype=bool); reached[1, 2] = True
    >>> deterred(incentive, None, below).tolist()
    [False, True, True]
    >>> deterred(incentive, pack(reached), below).tolist()
    [True, True, True]
    """
    states = len(incentive)
    start, end = np.nonzero(incentive)
    stable = np.ones(states, dtype=bool)
    if reached is None:
        stable[start] = False
        return stable
    if own is not None:
        below = below & ~escapes(own, below)
    met = meets(reached, pack(below), end, start)
    stable[start[~met]] = False
    return stable


def escapes(own: np.ndarray, below: np.ndarray) -> np.ndarray:
    """``(s, r)``: from r the group can move to a state that is not below s.

    Parameters
    ----------
    own, below
        As in `deterred`, shape ``(states, states)``.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(states, states)``.

    Examples
    --------
    >>> own = np.array([[False, True], [False, False]])
    >>> escapes(own, np.array([[True, False], [True, True]])).astype(int).tolist()
    [[1, 0], [0, 0]]
    """
    ways = (~below).astype(np.float32) @ own.T.astype(np.float32)
    return np.asarray(ways > 0)
