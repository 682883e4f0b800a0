r"""Logit choices at the information sets of a tree: residuals, one pass, path following.

The mover at information set h chooses a with probability proportional to exp(lambda u(a | h)),
where u(a | h) = sum over nodes of h of P(node | h) x (value of the node's child after a). Beliefs
come from the logarithms of reach probabilities, so that they survive probabilities too small for
a float. Leading axes are draws.

Sources: McKelvey and Palfrey, Experimental Economics 1 (1998), 9-41; T. Turocy, Games and Economic
Behavior 51 (2005), 243-263 (following the branch by arc length).

>>> parent, owner, sets = np.array([-1, 0, 0]), np.array([0, -2, -2]), np.array([0, -1, -1])
>>> move = by_induction(parent, owner, np.array([[0.0], [1.0], [0.0]]), np.array([0.0, 1.0]))
>>> move[:, 1].round(4)
array([0.5   , 0.7311])
>>> game = Tree.of(parent, owner, sets, np.array([[0.0], [1.0], [0.0]]))
>>> float(residual(game, move[1], 1.0)) < 1e-9
True
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.extensive.arithmetic import tree as nodes_of

Array = NDArray[Any]

_TINY_STEP = 1e-7
_MAX_STEPS = 20_000
_IMAGINARY = 1e-30


class Tree(NamedTuple):
    """A tree with its flat list of actions.

    Attributes
    ----------
    parent, payoffs
        As in `backward_induction`.
    levels
        Nodes by depth.
    slot
        (nodes,) number of the action that leads here from a player's node, else -1.
    first, size
        (player sets,) first action and number of actions.
    judge
        (actions,) player who chooses the action.
    group
        (actions,) number of the player set.
    own
        (nodes,) number of the player set of the node, -1 for chance nodes and leaves.
    """

    parent: Array
    payoffs: Array
    levels: nodes_of.Levels
    slot: Array
    first: Array
    size: Array
    judge: Array
    group: Array
    own: Array

    @classmethod
    def of(cls, parent: Array, owner: Array, sets: Array, payoffs: Array) -> Tree:
        """From (nodes,) arrays; ``sets`` numbers information sets, shared by nodes of one set."""
        used, own = np.unique(np.where(owner >= 0, sets, -1), return_inverse=True)
        own = own - int(used[0] == -1)
        count = int(own.max()) + 1
        children = np.bincount(parent[1:], minlength=len(parent))
        size = np.zeros(count, dtype=np.int64)
        judge = np.zeros(count, dtype=np.int64)
        inside = np.flatnonzero(own >= 0)
        size[own[inside]] = children[inside]
        judge[own[inside]] = owner[inside]
        first = np.cumsum(size) - size
        slot = np.full(len(parent), -1, dtype=np.int64)
        seen = [0] * len(parent)
        for node, up in enumerate(parent.tolist()[1:], start=1):
            if own[up] >= 0:
                slot[node] = first[own[up]] + seen[up]
                seen[up] += 1
        group = np.repeat(np.arange(count), size)
        return cls(
            parent, payoffs, nodes_of.levels(parent), slot, first, size, judge[group], group, own
        )


def worth(tree: Tree, move: Array) -> Array:
    """(..., nodes, players) expected payoff from each node on; ``move`` (..., nodes)."""
    shape = np.broadcast_shapes(tree.payoffs.shape[:-2], move.shape[:-1])
    dtype = np.result_type(tree.payoffs, move)
    out = np.array(np.broadcast_to(tree.payoffs, (*shape, *tree.payoffs.shape[-2:])), dtype=dtype)
    order, bounds = tree.levels
    for low, high in zip(bounds[-2:0:-1], bounds[:0:-1]):
        children = order[low:high]
        above = tree.parent[children]
        starts = np.flatnonzero(np.concatenate([[True], above[1:] != above[:-1]]))
        gain = move[..., children, None] * out[..., children, :]
        out[..., above[starts], :] += np.add.reduceat(gain, starts, axis=-2)
    return out


def action_values(tree: Tree, move: Array, log_move: Array) -> Array:
    """(..., actions) payoff of each action to its mover, given that its set is reached."""
    value = worth(tree, move)
    taken = np.flatnonzero(tree.slot >= 0)
    slots, up = tree.slot[taken], tree.parent[taken]
    reach = np.array(log_move)
    order, bounds = tree.levels
    for low, high in pairwise(bounds[1:]):
        children = order[low:high]
        reach[..., children] += reach[..., tree.parent[children]]
    inside = np.flatnonzero(tree.own >= 0)
    where = tree.own[inside]
    top = np.full((*reach.shape[:-1], len(tree.size)), -np.inf)
    _scatter(np.maximum, top, where, reach[..., inside].real)
    # A set that chance never reaches gets equal beliefs: any are consistent there.
    lost = ~np.isfinite(top)
    weight = np.exp(
        np.where(lost[..., where], 0, reach[..., inside] - np.where(lost, 0, top)[..., where])
    )
    total = np.zeros((*reach.shape[:-1], len(tree.size)), dtype=weight.dtype)
    _scatter(np.add, total, where, weight)
    belief = np.zeros(reach.shape, dtype=weight.dtype)
    belief[..., inside] = weight / total[..., where]
    judge = tree.judge[slots]
    gain = belief[..., up] * value[..., taken, judge]
    out = np.zeros((*gain.shape[:-1], len(tree.judge)), dtype=gain.dtype)
    _scatter(np.add, out, slots, gain)
    return out


def _scatter(how: Any, target: Array, where: Array, values: Array) -> None:
    """Combine ``values`` (..., k) into the entries ``where`` (k,) of ``target`` (..., n)."""
    how.at(target, (..., where), values)


def residual(tree: Tree, move: Array, precision: Any) -> Array:
    """(...) largest distance of a choice probability from the logit reply to its own values."""
    if not len(tree.judge):
        return np.zeros(np.shape(precision))
    with np.errstate(divide="ignore"):
        log_move = np.log(move)
    # Where an action has no weight left in floats its belief is still wanted: floor the log.
    log_move = np.maximum(log_move, -1e4) if not np.any(move == 0) else _floored(tree, log_move)
    values = action_values(tree, move, log_move)
    reply = softmax(tree, np.asarray(precision)[..., None] * values)
    given = move[..., _first_nodes(tree)]
    return np.asarray(np.abs(reply - given).max(axis=-1))


def _floored(tree: Tree, log_move: Array) -> Array:
    """A player's action never has log weight below the floor; chance keeps its zeros."""
    return np.where(tree.slot >= 0, np.maximum(log_move, -1e4), log_move)


def _first_nodes(tree: Tree) -> Array:
    """(actions,) one node that each action leads to."""
    out = np.zeros(len(tree.judge), dtype=np.int64)
    taken = np.flatnonzero(tree.slot >= 0)[::-1]
    out[tree.slot[taken]] = taken
    return out


def softmax(tree: Tree, scores: Array) -> Array:
    """(..., actions) logit probabilities within each information set."""
    top = np.maximum.reduceat(scores, tree.first, axis=-1)
    weight = np.exp(scores - top[..., tree.group])
    return np.asarray(weight / np.add.reduceat(weight, tree.first, axis=-1)[..., tree.group])


def by_induction(
    parent: Array, owner: Array, payoffs: Array, precision: Any, *, chance: Array | None = None
) -> Array:
    """(..., nodes) move probabilities under perfect information, from the leaves up.

    ``payoffs`` (..., nodes, players) and ``precision`` (...) broadcast over draws.
    """
    lam = np.asarray(precision, dtype=np.float64)
    odds = np.ones(len(parent)) if chance is None else chance
    shape = np.broadcast_shapes(payoffs.shape[:-2], lam.shape, odds.shape[:-1])
    value = np.array(np.broadcast_to(payoffs, (*shape, *payoffs.shape[-2:])), dtype=np.float64)
    move = np.array(np.broadcast_to(odds, (*shape, len(parent))), dtype=np.float64)
    order, bounds = nodes_of.levels(parent)
    for low, high in zip(bounds[-2:0:-1], bounds[:0:-1]):
        children = order[low:high]
        above = parent[children]
        starts = np.flatnonzero(np.concatenate([[True], above[1:] != above[:-1]]))
        group = np.cumsum(np.concatenate([[0], above[1:] != above[:-1]]))
        below = value[..., children, :]
        judge = np.broadcast_to(np.maximum(owner[above], 0)[:, None], (*shape, len(children), 1))
        score = lam[..., None] * np.take_along_axis(below, judge, axis=-1)[..., 0]
        top = np.maximum.reduceat(score, starts, axis=-1)
        weight = np.exp(score - top[..., group])
        logit = weight / np.add.reduceat(weight, starts, axis=-1)[..., group]
        row = np.where(owner[above] >= 0, logit, move[..., children])
        move[..., children] = row
        value[..., above[starts], :] += np.add.reduceat(row[..., None] * below, starts, axis=-2)
    return move


def by_continuation(tree: Tree, chance: Array, target: float) -> tuple[Array, int, float]:
    """Move probabilities (nodes,) at precision ``target`` on the principal branch.

    Returns them with the steps taken and the residual of the logit equations.
    """
    size = len(tree.judge)
    point = np.concatenate([-np.log(tree.size[tree.group]), [0.0]])
    ahead = np.zeros(size + 1)
    ahead[-1] = 1.0
    step, steps = 0.1, 0
    while point[-1] < target and steps < _MAX_STEPS and step > _TINY_STEP:
        steps += 1
        tangent = _tangent(_jacobian(tree, chance, point), ahead)
        guess = point + step * tangent
        if guess[-1] > target:  # land on the target: a corrector at fixed precision
            near = point + tangent * (target - point[-1]) / max(tangent[-1], 1e-12)
            near[-1] = target
            fixed = np.zeros(size + 1)
            fixed[-1] = 1.0
            found = _correct(tree, chance, near, fixed)
            if found is not None:
                point = found
                break
        found = _correct(tree, chance, guess, tangent)
        if found is None or np.linalg.norm(found - guess) > step:
            step /= 2
            continue
        point, ahead = found, tangent
        step = min(step * 1.5, max(1.0, 0.25 * float(np.linalg.norm(point))))
    if point[-1] > target:  # the corrector came down beyond the target: go back to it
        fixed = np.zeros(size + 1)
        fixed[-1] = 1.0
        found = _correct(tree, chance, np.append(point[:-1], target), fixed)
        point = point if found is None else found
    move = _moves(tree, chance, point[:-1])[0]
    if abs(point[-1] - target) > tolerance.ROOT * max(1.0, target):
        return move, steps, float(abs(point[-1] - target))
    return move, steps, float(residual(tree, move, target))


def _moves(tree: Tree, chance: Array, x: Array) -> tuple[Array, Array]:
    """Move probabilities (..., nodes) and their logarithms, from log choices (..., actions)."""
    with np.errstate(divide="ignore"):
        luck = np.log(chance).astype(x.dtype)
    logs = np.array(np.broadcast_to(luck, (*x.shape[:-1], len(chance))))
    taken = tree.slot >= 0
    logs[..., taken] = x[..., tree.slot[taken]]
    return np.exp(logs), logs


def _equations(tree: Tree, chance: Array, z: Array) -> Array:
    """(..., actions) zero on the correspondence: one sum and the log odds of each set."""
    x, lam = z[..., :-1], z[..., -1:]
    move, logs = _moves(tree, chance, x)
    values = action_values(tree, move, logs)
    base = tree.first[tree.group]
    out = x - x[..., base] - lam * (values - values[..., base])
    out[..., tree.first] = np.add.reduceat(np.exp(x), tree.first, axis=-1) - 1
    return np.asarray(out)


def _jacobian(tree: Tree, chance: Array, z: Array) -> Array:
    """(actions, actions + 1) by complex steps: exact to rounding, all columns in one call."""
    shifted = z + 1j * _IMAGINARY * np.eye(len(z))
    return np.asarray(_equations(tree, chance, shifted).imag.T / _IMAGINARY)


def _tangent(jacobian: Array, ahead: Array) -> Array:
    """Unit vector along the branch, pointing as the last one did."""
    q, _ = np.linalg.qr(jacobian.T, mode="complete")
    out = q[:, -1]
    return out if out @ ahead >= 0 else -out


def _correct(tree: Tree, chance: Array, guess: Array, normal: Array) -> Array | None:
    """Newton's method in the hyperplane through ``guess``; None if it does not settle."""
    point = guess
    for _ in range(12):
        # A guess too far along the branch overflows: it is refused, and the step halved.
        with np.errstate(over="ignore", invalid="ignore"):
            value = _equations(tree, chance, point)
        if not np.isfinite(value).all():
            return None
        system = np.vstack([_jacobian(tree, chance, point), normal])
        right = np.concatenate([-value, [-(normal @ (point - guess))]])
        try:
            change = np.linalg.solve(system, right)
        except np.linalg.LinAlgError:
            return None
        point = point + change
        if np.abs(change).max() <= tolerance.PROBABILITY * 1e-2 * (1 + np.abs(point).max()):
            return np.asarray(point)
    return None
