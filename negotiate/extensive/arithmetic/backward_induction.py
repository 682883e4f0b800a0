"""Backward induction on a tree of perfect information, for many payoff draws at once.

The value of a leaf is its payoff; of a chance node, the mean of its children's values; of a
decision node, the value of the child that its owner likes best. Payoffs written at an inner node
are earned on the way and added. Where the owner is indifferent the first child in order is taken
and the node is flagged: the answer is then one of several (see ``solutions/subgame_perfect``).

Source: H. W. Kuhn, "Extensive games and the problem of information", in Contributions to the
Theory of Games II (1953), pp. 193-216, corollary 1 (p. 209).

Two kernels, tested against each other: by levels of the tree, vectorised over nodes and draws,
and node by node for exact numbers and for deep narrow trees of one draw. Both are linear in nodes.
Without chance only comparisons and sums along paths are made, so fractions over one denominator
take the vectorised pass as whole numbers and stay exact.

>>> import numpy as np
>>> parent = np.array([-1, 0, 0, 2, 2])              # entry deterrence: out, in -> fight, yield
>>> owner = np.array([0, -2, 1, -2, -2])
>>> payoffs = np.array([[0, 0], [0, 2], [0, 0], [-1, -1], [1, 1.0]])
>>> answer = backward_induction(parent, owner, payoffs)
>>> answer.values[0], answer.choice
(array([1., 1.]), array([ 2, -1,  4, -1, -1]))
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.extensive.arithmetic import tree

CHANCE = -1
LEAF = -2

SMALL = 256
"""Nodes below which walking exact numbers node by node is quick enough."""


class Induction(NamedTuple):
    """Values (..., nodes, players), chosen child (..., nodes) or -1, ties (..., nodes)."""

    values: NDArray[Any]
    choice: NDArray[np.int64]
    tie: NDArray[np.bool_]


def backward_induction(
    parent: NDArray[np.int64],
    owner: NDArray[np.int64],
    payoffs: NDArray[Any],
    *,
    chance: NDArray[Any] | None = None,
    slack: float = tolerance.UTILITY,
) -> Induction:
    """Values, choices and ties of every node.

    Parameters
    ----------
    parent
        (nodes,) in preorder, the root first with parent -1.
    owner
        (nodes,) player who moves; ``CHANCE`` -1, ``LEAF`` -2.
    payoffs
        (..., nodes, players), earned on reaching the node.
    chance
        (..., nodes), probability of the node given its parent; read below chance nodes only.
    slack
        Two payoffs of the mover this close are a tie (floats only).
    """
    exact = payoffs.dtype == object or (chance is not None and chance.dtype == object)
    draws = payoffs.ndim > 2 or (chance is not None and chance.ndim > 1)
    if exact and draws:
        raise TypeError("draw axes need floats; exact numbers are solved one problem at a time")
    by = tree.levels(parent)
    if exact and len(parent) >= max(SMALL, tree.NARROW * (len(by.bounds) - 1)):
        whole = _whole(owner, payoffs)
        if whole is not None:
            scaled, unit = whole
            answer = by_levels(parent, owner, scaled, slack=0, by=by)
            return answer._replace(values=_fractions(answer.values, unit))
    if exact or (not draws and len(parent) < tree.NARROW * (len(by.bounds) - 1)):
        return by_nodes(parent, owner, payoffs, chance=chance, slack=0 if exact else slack)
    return by_levels(parent, owner, payoffs, chance=chance, slack=slack, by=by)


def by_levels(
    parent: NDArray[np.int64],
    owner: NDArray[np.int64],
    payoffs: NDArray[Any],
    *,
    chance: NDArray[np.float64] | None = None,
    slack: float = tolerance.UTILITY,
    by: tree.Levels | None = None,
) -> Induction:
    """The float kernel: one pass over the levels, every node and draw of a level at once."""
    order, bounds = by if by is not None else tree.levels(parent)
    shape = payoffs.shape[:-2]
    if chance is not None:
        shape = np.broadcast_shapes(shape, chance.shape[:-1])
    # Whole numbers stay whole, so that exact payoffs take the same pass.
    dtype: Any = np.int64 if payoffs.dtype == np.int64 else np.float64
    values: NDArray[Any] = np.array(
        np.broadcast_to(payoffs, (*shape, *payoffs.shape[-2:])), dtype=dtype
    )
    choice = np.full(values.shape[:-1], -1, dtype=np.int64)
    tie = np.zeros(values.shape[:-1], dtype=bool)
    for low, high in zip(bounds[-2:0:-1], bounds[:0:-1]):
        children = order[low:high]
        above = parent[children]
        starts = np.flatnonzero(np.concatenate([[True], above[1:] != above[:-1]]))
        nodes = above[starts]
        below = values[..., children, :]
        mover = owner[nodes]
        if (mover == CHANCE).any():
            weight = np.ones(len(children)) if chance is None else chance[..., children]
            mean = np.add.reduceat(below * weight[..., None], starts, axis=-2)
            luck = mover == CHANCE
            values[..., nodes[luck], :] += mean[..., luck, :]
        deciding = mover >= 0
        if not deciding.any():
            continue
        group = np.repeat(np.arange(len(nodes)), np.diff([*starts, len(children)]))
        judge = np.maximum(owner[above], 0)
        own = np.take_along_axis(
            below, np.broadcast_to(judge[:, None], (*shape, len(children), 1)), axis=-1
        )[..., 0]
        best = np.maximum.reduceat(own, starts, axis=-1)
        near = own >= best[..., group] - slack
        # The first child of the largest value among those within the slack of the best.
        place = np.where(near, np.arange(len(children)), len(children))
        picked = np.minimum.reduceat(place, starts, axis=-1)[..., deciding]
        movers = nodes[deciding]
        values[..., movers, :] += np.take_along_axis(below, picked[..., None], axis=-2)
        choice[..., movers] = children[picked]
        tie[..., movers] = (
            np.add.reduceat(near.astype(np.int64), starts, axis=-1)[..., deciding] > 1
        )
    return Induction(values, choice, tie)


def _whole(owner: NDArray[np.int64], payoffs: NDArray[Any]) -> tuple[NDArray[np.int64], int] | None:
    """Fractions times their common denominator as whole numbers, where sums of them fit."""
    if (owner == CHANCE).any():
        return None
    rows = payoffs.reshape(-1).tolist()
    if not set(map(type, rows)) <= {Fraction, int}:
        return None
    # Attributes only: hashing a fraction costs more than all the rest.
    tops, bottoms = [v.numerator for v in rows], [v.denominator for v in rows]
    unit = math.lcm(*set(bottoms))
    if unit * max(max(tops), -min(tops)) * len(payoffs) >= 2**62:
        return None
    whole = np.array(tops, dtype=np.int64) * (unit // np.array(bottoms, dtype=np.int64))
    return whole.reshape(payoffs.shape), unit


def _fractions(values: NDArray[np.int64], unit: int) -> NDArray[Any]:
    distinct, which = np.unique(values, return_inverse=True)
    made = np.empty(len(distinct), dtype=object)
    made[:] = [Fraction(value, unit) for value in distinct.tolist()]
    return np.asarray(made[which.reshape(values.shape)])


def by_nodes(
    parent: NDArray[np.int64],
    owner: NDArray[np.int64],
    payoffs: NDArray[Any],
    *,
    chance: NDArray[Any] | None = None,
    slack: float = 0,
) -> Induction:
    """The exact kernel: one pass over the nodes, each handing its value to its parent."""
    count, players = payoffs.shape
    above, mover = parent.tolist(), owner.tolist()
    rows: list[list[Any]] = payoffs.tolist()
    odds = [1] * count if chance is None else chance.tolist()
    choice, tie = [-1] * count, [False] * count
    carried: list[list[Any] | None] = [None] * count
    top: list[Any] = [0] * count
    for node in range(count - 1, -1, -1):
        gain = carried[node]
        row = rows[node]
        if gain is not None:
            row = rows[node] = [a + b for a, b in zip(row, gain)]
            carried[node] = None
        up = above[node]
        if up < 0:
            continue
        who = mover[up]
        held = carried[up]
        if who < 0:
            part = [odds[node] * value for value in row]
            carried[up] = part if held is None else [a + b for a, b in zip(held, part)]
        elif held is None:
            carried[up], choice[up], top[up] = row, node, row[who]
        else:
            # Walking backwards: an earlier child replaces a later one on a tie.
            lead = row[who] - top[up]
            if lead >= -slack:
                tie[up] = lead <= slack
                carried[up], choice[up] = row, node
                if lead > 0:
                    top[up] = row[who]
    values = np.empty((count, players), dtype=payoffs.dtype)
    values[...] = rows
    return Induction(values, np.array(choice, dtype=np.int64), np.array(tie, dtype=bool))
