r"""Normal forms of a tree, and of the part of a tree between a subgame's root and its subgames.

A *plan* of a player gives an action to each of their information sets; a *reduced* plan only to
those that its own earlier actions let it reach. With plans s the normal form pays

    u_i(s) = sum over leaves z consistent with s of  (chance probability of z) x u_i(z).

Two plans that agree wherever they can lead pay everyone the same, so the reduced normal form loses
nothing (Kuhn 1953; Osborne and Rubinstein 1994, definition 95.1). A *region* is a subgame cut off
at the subgames inside it, which become leaves; a region's normal form is what an equilibrium
engine sees once the inner subgames are solved.

>>> from negotiate.extensive.game import from_dict
>>> game = from_dict({"players": ["E", "I"], "tree": {"player": "E", "actions": {
...     "out": {"payoffs": [0, 2]}, "in": {"player": "I", "actions": {
...         "fight": {"payoffs": [-1, -1]}, "yield": {"payoffs": [1, 1]}}}}}})
>>> table = normal_form(game)
>>> dict(table.strategies), table.payoff({"E": "in", "I": "yield"})["E"]
({'E': ('out', 'in'), 'I': ('fight', 'yield')}, Fraction(1, 1))
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import TooLargeError
from negotiate.extensive import profile
from negotiate.extensive.game import ExtensiveGame
from negotiate.strategic.game import StrategicGame

CELL_BOUND = 2_000_000
"""Payoff entries of a normal form; the count is made before the table."""

Path = tuple[tuple[int, int], ...]
"""Own moves on the way to a node: (information set, action), the earliest first."""


class Leaf(NamedTuple):
    """An end of a region: its node, chance probability, payoffs on the way, each player's moves."""

    node: int
    weight: Any
    earned: Any
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Region:
    """A subgame cut off at the subgames inside it.

    Attributes
    ----------
    root
        Node where it starts.
    leaves
        Terminal nodes and roots of inner subgames; ``earned`` counts the payoffs from the root's
        own on, a terminal node's included and an inner root's not.
    inner
        Roots of the inner subgames, in preorder.
    sets
        Information sets of each player inside, earlier ones first.
    before
        Own moves before each information set, by number of the set.
    """

    root: int
    leaves: tuple[Leaf, ...]
    inner: tuple[int, ...]
    sets: tuple[tuple[int, ...], ...]
    before: dict[int, Path]


def region(
    game: ExtensiveGame, root: int, roots: frozenset[int], payoffs: Sequence[Any], chance: Any
) -> Region:
    """The region of a root. ``payoffs`` (nodes) are arrays of players, ``chance`` (nodes)."""
    players = len(game.players)
    leaves: list[Leaf] = []
    inner: list[int] = []
    sets: list[list[int]] = [[] for _ in range(players)]
    before: dict[int, Path] = {}
    start: tuple[Path, ...] = ((),) * players
    waiting = [(root, 1, None, start)]
    while waiting:
        node, weight, earned, paths = waiting.pop()
        if node != root and node in roots:
            inner.append(node)
            leaves.append(Leaf(node, weight, earned, paths))
            continue
        here = payoffs[node] if earned is None else earned + payoffs[node]
        index = int(game.information_set[node])
        if index < 0:
            leaves.append(Leaf(node, weight, here, paths))
            continue
        who = int(game.owner[index])
        if who >= 0 and index not in before:
            before[index] = paths[who]
            sets[who].append(index)
        for place in range(len(game.children[node]) - 1, -1, -1):
            child = game.children[node][place]
            if who < 0:
                waiting.append((child, weight * chance[child], here, paths))
            else:
                longer = (*paths[who], (index, place))
                waiting.append((child, weight, here, (*paths[:who], longer, *paths[who + 1 :])))
    # Earlier sets first: a plan is extended set by set.
    order = [tuple(sorted(own, key=lambda h: (len(before[h]), h))) for own in sets]
    return Region(root, tuple(leaves), tuple(inner), tuple(order), before)


def reduced_count(game: ExtensiveGame, part: Region, who: int) -> int:
    """How many reduced plans a player has, without listing them (perfect recall)."""
    below: dict[tuple[int, int] | None, int] = {}
    for index in reversed(part.sets[who]):
        plans = sum(below.get((index, a), 1) for a in range(len(game.set_actions[index])))
        path = part.before[index]
        key = path[-1] if path else None
        below[key] = below.get(key, 1) * plans
    return below.get(None, 1)


def reduced_plans(game: ExtensiveGame, part: Region, who: int) -> NDArray[np.int64]:
    """(plans, sets) reduced plans, -1 where a plan does not lead; columns as ``part.sets``."""
    sets = part.sets[who]
    column = {index: k for k, index in enumerate(sets)}
    plans: list[tuple[int, ...]] = [()]
    for index in sets:
        path = [(column[h], a) for h, a in part.before[index]]
        actions = range(len(game.set_actions[index]))
        plans = [
            (*plan, action)
            for plan in plans
            for action in (actions if all(plan[h] == a for h, a in path) else (-1,))
        ]
    return np.array(plans, dtype=np.int64).reshape(len(plans), len(sets))


def full_plans(game: ExtensiveGame, part: Region, who: int) -> NDArray[np.int64]:
    """(plans, sets) every combination of actions."""
    sizes = [range(len(game.set_actions[index])) for index in part.sets[who]]
    plans = list(product(*sizes))
    return np.array(plans, dtype=np.int64).reshape(len(plans), len(sizes))


def tensor(
    part: Region,
    plans: Sequence[NDArray[np.int64]],
    ends: Sequence[Any],
    *,
    dtype: Any,
    draws: tuple[int, ...] = (),
) -> NDArray[Any]:
    """(..., players, S1, ..., Sn) payoffs; ``ends`` gives each leaf its (..., players) payoffs."""
    sizes = tuple(len(own) for own in plans)
    players = len(plans)
    out = np.zeros((*draws, players, *sizes), dtype=dtype)
    columns = [{index: k for k, index in enumerate(own)} for own in part.sets]
    known: list[dict[Path, NDArray[np.int64]]] = [{} for _ in range(players)]
    for leaf, end in zip(part.leaves, ends):
        places = []
        for who, path in enumerate(leaf.paths):
            if path not in known[who]:
                fits = np.ones(sizes[who], dtype=bool)
                for index, action in path:
                    fits &= plans[who][:, columns[who][index]] == action
                known[who][path] = np.flatnonzero(fits)
            places.append(known[who][path])
        gain = np.asarray(leaf.weight)[..., None] * end if draws else leaf.weight * end
        cell: Any = np.ix_(np.arange(players), *places)
        out[(..., *cell)] += np.reshape(gain, (*np.shape(gain), *(1,) * players))
    return out


def _whole(game: ExtensiveGame) -> tuple[Region, list[Any]]:
    """The game as one region, and what its leaves pay."""
    rows: Any = np.moveaxis(game.node_payoffs(), -2, 0)
    odds = np.moveaxis(game.chance, -1, 0)
    part = region(game, 0, frozenset(), rows, odds)
    return part, [leaf.earned for leaf in part.leaves]


def _check(game: ExtensiveGame, counts: Sequence[int], bound: int, what: str) -> None:
    cells = math.prod(counts) * len(game.players) * max(1, math.prod(game.draws))
    if cells > bound:
        raise TooLargeError(
            f"the {what} has {' x '.join(f'{n:,}' for n in counts)} plans, {cells:,} payoffs",
            where=game.title or "game tree",
            allowed=f"at most {bound:,} payoffs",
            remedy="the tree itself can be solved (subgame_perfect), or ask for the reduced form",
        )


def normal_form(game: ExtensiveGame, *, bound: int = CELL_BOUND) -> StrategicGame:
    """The normal form; a strategy is named by its actions, earlier information sets first."""
    part, ends = _whole(game)
    counts = [math.prod(len(game.set_actions[h]) for h in own) for own in part.sets]
    _check(game, counts, bound, "normal form")
    plans = [full_plans(game, part, who) for who in range(len(game.players))]
    return _table(game, part, plans, ends)


def reduced_normal_form(game: ExtensiveGame, *, bound: int = CELL_BOUND) -> StrategicGame:
    """The reduced normal form; ``*`` stands where a plan does not lead. Needs perfect recall."""
    profile.need_recall(game, "the reduced normal form")
    part, ends = _whole(game)
    counts = [reduced_count(game, part, who) for who in range(len(game.players))]
    _check(game, counts, bound, "reduced normal form")
    plans = [reduced_plans(game, part, who) for who in range(len(game.players))]
    return _table(game, part, plans, ends)


def _table(
    game: ExtensiveGame, part: Region, plans: Sequence[NDArray[np.int64]], ends: Sequence[Any]
) -> StrategicGame:
    exact = game.exact
    dtype: Any = object if exact or game.symbolic else np.float64
    payoffs = tensor(part, plans, ends, dtype=dtype, draws=game.draws)
    strategies = {
        player: tuple(plan_names(game, part.sets[who], plans[who]))
        for who, player in enumerate(game.players)
    }
    return StrategicGame(
        players=game.players, strategies=strategies, payoffs=payoffs, title=game.title
    )


def plan_names(game: ExtensiveGame, sets: Sequence[int], plans: NDArray[np.int64]) -> Iterator[str]:
    """Names of plans: their actions in the order of the information sets, joined by " / "."""
    if not sets:
        yield "no move"
        return
    names = [
        " / ".join(game.set_actions[h][a] if a >= 0 else "*" for h, a in zip(sets, plan))
        for plan in plans.tolist()
    ]
    if len(set(names)) == len(names):
        yield from names
        return
    yield from (f"{name} ({k})" for k, name in enumerate(names, start=1))
