"""What makes arrays an extensive game, and what its players remember: the checks of `extensive`.

Everything is one pass over the arrays; only when a pass finds a fault is the place looked up and
named by its labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive.arithmetic import tree
from negotiate.extensive.arithmetic.backward_induction import CHANCE
from negotiate.solution import Evidence

if TYPE_CHECKING:
    from negotiate.extensive.game import ExtensiveGame


def check(game: ExtensiveGame) -> None:
    """Raise `InputError` for the first rule of the definition that the arrays break."""
    where = game.title or "game tree"
    count, sets = game.count, len(game.set_labels)
    _labels(game.players, "player", where)
    if count == 0:
        raise InputError("no node", where=where, allowed="at least a root")
    _shapes(game, where)
    if not tree.is_preorder(game.parent):
        raise InputError(
            "the nodes are not in preorder",
            where=where,
            allowed="each node after its parent, every subtree in one piece",
            remedy="build the game with GameTree or from_dict, which sort the nodes",
        )
    for name, array, low, high in (
        ("information set", game.information_set, -1, sets),
        ("outcome", game.outcome, -1, game.payoffs.shape[-2]),
        ("owner", game.owner, CHANCE, len(game.players)),
    ):
        if array.size and (array.min() < low or array.max() >= high):
            raise InputError(f"a number of {name} is out of range", where=where)
    _set_labels(game, where)
    _moves(game, where)
    _chance(game, where)


def _labels(labels: Sequence[str], what: str, where: str) -> None:
    if not labels:
        raise InputError(f"no {what}", where=where, allowed="at least one")
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if list(labels).count(label) > 1)
        raise InputError(
            f"{what} '{twice}' is listed twice", where=where, allowed=f"distinct {what}s"
        )
    for label in labels:
        if not isinstance(label, str) or not label:
            raise InputError(f"{what} {label!r} has no name", where=where, allowed="a label")


def _shapes(game: ExtensiveGame, where: str) -> None:
    count, sets = game.count, len(game.set_labels)
    for name in ("action", "information_set", "outcome"):
        if len(getattr(game, name)) != count:
            raise InputError(f"'{name}' does not have one entry a node", where=where)
    if len(game.owner) != sets or len(game.set_actions) != sets:
        raise InputError("owner, labels and actions of information sets differ", where=where)
    if game.payoffs.ndim < 2 or game.payoffs.shape[-1] != len(game.players):
        raise InputError(
            f"payoffs have shape {game.payoffs.shape}",
            where=where,
            allowed=f"(..., outcomes, {len(game.players)})",
        )
    if game.chance.shape[-1:] != (count,):
        raise InputError(
            f"chance has shape {game.chance.shape}", where=where, allowed=f"(..., {count})"
        )
    for name in ("payoffs", "chance"):
        array = getattr(game, name)
        if array.dtype != object and not np.isfinite(array).all():
            raise InputError(f"{name} are not finite", where=where, allowed="finite numbers")


def _set_labels(game: ExtensiveGame, where: str) -> None:
    named = set(zip(game.owner.tolist(), game.set_labels))
    if len(named) < len(game.set_labels):
        seen: set[tuple[int, str]] = set()
        for key in zip(game.owner.tolist(), game.set_labels):
            if key in seen:
                raise InputError(
                    f"two information sets of one player are called '{key[1]}'",
                    where=where,
                    allowed="names distinct within a player",
                )
            seen.add(key)
    for actions in set(game.set_actions):
        _labels(actions, "action", where)
    used = np.bincount(game.information_set[game.information_set >= 0], minlength=1)
    used = np.pad(used, (0, max(0, len(game.set_labels) - len(used))))
    if game.set_labels and not used[: len(game.set_labels)].all():
        lost = int(np.flatnonzero(used == 0)[0])
        raise InputError(
            f"no path leads to information set '{game.set_labels[lost]}'",
            where=where,
            remedy="put it on a node of the tree or leave it out",
        )


def _moves(game: ExtensiveGame, where: str) -> None:
    """Every inner node has one child for each action, in order; leaves have none."""
    sizes = np.array([len(a) for a in game.set_actions] + [0])
    wanted = sizes[game.information_set]
    found = np.bincount(game.parent[1:], minlength=game.count)
    if (wanted != found).any():
        node = int(np.flatnonzero(wanted != found)[0])
        raise InputError(
            f"the node after ({', '.join(game.history(node))}) has {found[node]} children "
            f"but its information set has {wanted[node]} actions",
            where=where,
            allowed="one child for each action",
        )
    order = np.argsort(game.parent[1:], kind="stable") + 1
    starts = np.cumsum(found) - found
    place = np.arange(len(order)) - starts[game.parent[order]]
    if (game.action[order] != place).any():
        node = int(order[np.flatnonzero(game.action[order] != place)[0]])
        raise InputError(
            f"node {node} is not the child of the action it is listed for",
            where=where,
            allowed="children in the order of the actions, each once",
        )


def _chance(game: ExtensiveGame, where: str) -> None:
    """Probabilities are not negative and sum to one at each chance node."""
    luck = game.mover == CHANCE
    below = np.flatnonzero(luck[game.parent] & (np.arange(game.count) > 0))
    if not len(below):
        return
    values = game.chance[..., below]
    above = game.parent[below]
    order = np.argsort(above, kind="stable")
    if values.dtype != object:
        negative = (values < 0).reshape(-1, len(below)).any(axis=0)
        starts = np.flatnonzero(np.diff(above[order], prepend=-1))
        totals = np.add.reduceat(values[..., order], starts, axis=-1)
        bad = (
            np.array([not numbers.is_one(totals[..., k]) for k in range(len(starts))])
            if (not numbers.is_one(totals))
            else np.zeros(len(starts), dtype=bool)
        )
        faults = [(int(above[order][starts[k]]), totals[..., k]) for k in np.flatnonzero(bad)[:1]]
    else:
        negative = np.array([numbers.is_negative(value) for value in values.tolist()])
        sums: dict[int, Any] = {}
        for node, value in zip(above.tolist(), values.tolist()):
            sums[node] = sums.get(node, Fraction(0)) + value if node in sums else value
        faults = [(node, total) for node, total in sums.items() if not numbers.is_one(total)][:1]
    if negative.any():
        node = int(below[np.flatnonzero(negative)[0]])
        raise InputError(
            f"the probability of '{game.history(node)[-1]}' is negative",
            where=where,
            allowed="0 to 1",
        )
    for node, total in faults:
        index = int(game.information_set[node])
        wrong = (
            total
            if np.ndim(total) == 0
            else np.ravel(total)[np.argmax(np.abs(np.ravel(total) - 1))]
        )
        raise InputError(
            f"the probabilities of chance node '{game.set_labels[index]}' after "
            f"({', '.join(game.history(node))}) sum to {numbers.shown(wrong)}",
            where=where,
            allowed="they sum to one",
            remedy="give every branch its probability",
        )


def perfect_recall(game: ExtensiveGame) -> Evidence:
    """See `ExtensiveGame.perfect_recall`."""
    what = "information sets where the mover forgets"
    if game.perfect_information:
        return Evidence(True, 0, what)
    # A player's memory at a node is their last own move; by induction that fixes all earlier ones.
    memory = memories(game)
    faults: list[str] = []
    for index, nodes in enumerate(game.members):
        who = int(game.owner[index])
        if who < 0 or len(nodes) < 2:
            continue
        first = int(memory[nodes[0], who])
        other = next((n for n in nodes if memory[n, who] != first), None)
        if other is not None:
            told = [_told(game, nodes[0], who), _told(game, other, who)]
            faults.append(
                f"{game.players[who]} at '{game.set_labels[index]}' cannot tell having "
                f"{told[0]} from having {told[1]}"
            )
    return Evidence(not faults, len(faults), what, witness="; ".join(faults[:3]))


def memories(game: ExtensiveGame) -> NDArray[np.int64]:
    """(nodes, players) number of each player's last own move before the node, -1 for none."""
    start = np.cumsum([0] + [len(a) for a in game.set_actions])
    rows: list[list[int]] = [[-1] * len(game.players)]
    mover, sets, action = game.mover.tolist(), game.information_set.tolist(), game.action.tolist()
    for node, up in enumerate(game.parent.tolist()[1:], start=1):
        row = rows[up]
        if mover[up] >= 0:
            row = row.copy()
            row[mover[up]] = int(start[sets[up]]) + action[node]
        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(game.count, len(game.players))


def _told(game: ExtensiveGame, node: int, who: int) -> str:
    """What a player did on the way to a node, in words."""
    path = []
    while node > 0:
        up = int(game.parent[node])
        if game.mover[up] == who:
            index = int(game.information_set[up])
            path.append(
                f"'{game.set_actions[index][game.action[node]]}' at '{game.set_labels[index]}'"
            )
        node = up
    return "chosen " + ", then ".join(reversed(path)) if path else "not moved"


def subgames(game: ExtensiveGame) -> tuple[int, ...]:
    """See `ExtensiveGame.subgames`."""
    inner = np.flatnonzero(game.information_set >= 0)
    if game.perfect_information:
        return tuple(inner.tolist())
    # The span of an information set must lie inside a subtree or wholly outside it. With perfect
    # recall the root of such a subtree is alone in its set.
    low = np.arange(game.count)
    high = np.arange(game.count)
    for index, nodes in enumerate(game.members):
        if game.owner[index] >= 0:
            low[list(nodes)], high[list(nodes)] = nodes[0], nodes[-1]
    least, most = low.tolist(), high.tolist()
    end = game.end.tolist()
    parent = game.parent.tolist()
    for node in range(game.count - 1, 0, -1):
        up = parent[node]
        least[up] = min(least[up], least[node])
        most[up] = max(most[up], most[node])
    return tuple(node for node in inner.tolist() if least[node] >= node and most[node] < end[node])
