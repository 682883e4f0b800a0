"""Extensive games from arrays over nodes: the quick way to a large or a generated tree.

>>> import numpy as np
>>> game = from_arrays(                            # entry deterrence, nodes in any order
...     ["Entrant", "Incumbent"],
...     parent=[-1, 0, 0, 2, 2], mover=[0, -2, 1, -2, -2],
...     payoffs=[[0, 0], [0, 2], [0, 0], [-1, -1], [1, 1]], action_labels=["no", "yes"])
>>> [item.label for item in game.information_sets()], game.path_payoffs()[-1].tolist()
(['1', '1'], [Fraction(1, 1), Fraction(1, 1)])
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiate.errors import InputError, TooLargeError
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive.arithmetic import tree
from negotiate.extensive.arithmetic.backward_induction import CHANCE, LEAF
from negotiate.extensive.game import NODE_BOUND, ExtensiveGame


def from_arrays(
    players: Sequence[str],
    *,
    parent: ArrayLike,
    mover: ArrayLike,
    payoffs: ArrayLike,
    chance: ArrayLike | None = None,
    information_set: ArrayLike | None = None,
    action_labels: Sequence[str] = (),
    title: str = "",
) -> ExtensiveGame:
    """A game from one entry a node; nodes stand in any order, siblings in that of their actions.

    Parameters
    ----------
    players
        Labels.
    parent
        (nodes,) number of the parent, -1 at the root.
    mover
        (nodes,) number of the player who moves, -1 chance, -2 at a leaf.
    payoffs
        (..., nodes, players) earned on reaching the node; floats with draw axes, whole numbers or
        fractions.
    chance
        (..., nodes) probability of the node given its parent; read below chance nodes only.
    information_set
        (nodes,) equal numbers of one player's nodes mean one set; by default each node is one.
    action_labels
        Labels of the first, second ... action of every set; "1", "2" ... by default.
    title
        For people.

    Raises
    ------
    InputError
        Where the arrays are no tree (two roots, a cycle), or break the definition.
    """
    where = title or "game tree"
    above = np.asarray(parent, dtype=np.int64)
    who = np.asarray(mover, dtype=np.int64)
    count = len(above)
    if count > NODE_BOUND:
        raise TooLargeError(f"{count:,} nodes", where=where, allowed=f"at most {NODE_BOUND:,}")
    rows = np.asarray(payoffs)
    if who.shape != above.shape or rows.shape[-2:] != (count, len(players)):
        raise InputError(
            f"parent has {above.shape}, mover {who.shape}, payoffs {rows.shape}",
            where=where,
            allowed=f"({count},), ({count},) and (..., {count}, {len(players)})",
        )
    level = _levels(above, where)
    # Parents first, then preorder.
    first = np.argsort(level, kind="stable")
    place = np.empty(count, dtype=np.int64)
    place[first] = np.arange(count)
    sorted_parent = np.where(above[first] >= 0, place[above[first]], -1)
    spot = tree.preorder(sorted_parent, first)
    order = np.empty(count, dtype=np.int64)
    order[spot] = first
    place[order] = np.arange(count)
    up = np.where(above[order] >= 0, place[above[order]], -1)
    who = who[order]
    inner = who > LEAF
    below = np.bincount(up[1:], minlength=count)
    if (inner != (below > 0)).any():
        node = int(order[np.flatnonzero(inner != (below > 0))[0]])
        fault = (
            "has no children but a mover" if who[place[node]] > LEAF else "is a leaf with children"
        )
        raise InputError(
            f"node {node} {fault}",
            where=where,
            allowed="a mover exactly where there are children",
        )
    # Siblings in preorder keep the order of their numbers: the place among them is the action.
    by_parent = np.argsort(up[1:], kind="stable") + 1
    starts = np.cumsum(below) - below
    action = np.full(count, -1)
    action[by_parent] = np.arange(count - 1) - starts[up[by_parent]]
    sets, owner, sizes = _sets(who, below, information_set, order, where)
    wanted = [str(k + 1) for k in range(int(below.max(initial=0)))]
    wanted[: len(action_labels)] = map(str, action_labels[: len(wanted)])
    named = {int(size): tuple(wanted[: int(size)]) for size in np.unique(sizes)}
    here = rows[..., order, :]
    paid = ~inner | (here != 0).any(axis=-1).reshape(-1, count).any(axis=0)
    odds = np.ones(count) if chance is None else np.asarray(chance)[..., order]
    exact = rows.dtype == object or rows.dtype.kind in "iu"
    if exact and (odds.dtype == object or not (who == CHANCE).any()):
        here, odds = _fractions(here), _fractions(odds if odds.dtype == object else np.ones(count))
    else:
        here, odds = here.astype(np.float64), odds.astype(np.float64)
    luck = np.zeros(count, dtype=bool)
    luck[1:] = who[up[1:]] == CHANCE
    one: Any = Fraction(1) if odds.dtype == object else 1.0
    return ExtensiveGame(
        players=tuple(players),
        parent=up,
        action=action,
        information_set=sets,
        owner=owner,
        set_labels=_numbered(owner),
        set_actions=tuple([named[size] for size in sizes.tolist()]),
        outcome=np.where(paid, np.cumsum(paid) - 1, -1),
        payoffs=here[..., paid, :],
        chance=np.where(luck, odds, one),
        title=title,
    )


def _levels(parent: NDArray[np.int64], where: str) -> NDArray[np.int64]:
    """Depth of each node; the arrays must be a tree."""
    count = len(parent)
    roots = np.flatnonzero(parent < 0)
    if len(roots) != 1:
        raise InputError(f"{len(roots)} roots", where=where, allowed="one node with parent -1")
    if (parent >= count).any():
        raise InputError("a parent is out of range", where=where, allowed=f"-1 to {count - 1}")
    hop, level = parent.copy(), (parent >= 0).astype(np.int64)
    for _ in range(count.bit_length() + 1):
        inside = hop >= 0
        if not inside.any():
            return level
        level = level + np.where(inside, level[hop], 0)
        hop = np.where(inside, hop[hop], -1)
    lost = int(np.flatnonzero(hop >= 0)[0])
    raise InputError(f"node {lost} lies on or below a cycle", where=where, allowed="a tree")


def _sets(
    who: NDArray[np.int64],
    below: NDArray[np.int64],
    information_set: ArrayLike | None,
    order: NDArray[np.int64],
    where: str,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Information sets numbered as they first appear; owner and number of actions of each."""
    inner = np.flatnonzero(who > LEAF)
    out = np.full(len(who), -1)
    if information_set is None:
        out[inner] = np.arange(len(inner))
        return out, who[inner], below[inner]
    given = np.asarray(information_set, dtype=np.int64)[order][inner]
    pairs = np.stack([who[inner], given], axis=-1)
    _, at, which = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(at), dtype=np.int64)
    rank[np.argsort(at)] = np.arange(len(at))
    out[inner] = rank[which.reshape(-1)]
    heads = inner[np.sort(at)]
    sizes = below[heads]
    if (below[inner] != sizes[out[inner]]).any():
        node = int(order[inner[np.flatnonzero(below[inner] != sizes[out[inner]])[0]]])
        raise InputError(f"node {node} has other actions than its information set", where=where)
    return out, who[heads], sizes


def _numbered(owner: NDArray[np.int64]) -> tuple[str, ...]:
    """Sets of each player called "1", "2" ... in preorder."""
    number = np.empty(len(owner), dtype=np.int64)
    for who in np.unique(owner):
        own = owner == who
        number[own] = np.arange(1, own.sum() + 1)
    return tuple(map(str, number.tolist()))


def _fractions(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers and exact objects as fractions; equal numbers share one object."""
    if values.dtype != object:
        distinct, which = np.unique(values, return_inverse=True)
        made = np.empty(len(distinct), dtype=object)
        made[:] = [Fraction(int(value)) for value in distinct.tolist()]
        return np.asarray(made[which.reshape(values.shape)])
    out = np.empty(values.size, dtype=object)
    out[:] = [numbers.number(value) for value in values.reshape(-1).tolist()]
    return out.reshape(values.shape)
