"""Behaviour strategies on a tree: what a profile is worth, and what a deviation would gain.

A behaviour strategy gives each information set of a player a probability for each action. The
value of a node is the expected payoff from there on, what the node itself pays included. The
regret of a player in a subgame is the value of their best reply to the others there, any plan for
all their information sets allowed, less the value of what they do: zero in every subgame exactly
at a subgame perfect equilibrium (Selten 1975, p. 33).

>>> from negotiate.extensive.game import from_dict
>>> game = from_dict({"players": ["E", "I"], "tree": {"player": "E", "actions": {
...     "out": {"payoffs": [0, 2]}, "in": {"player": "I", "actions": {
...         "fight": {"payoffs": [-1, -1]}, "yield": {"payoffs": [1, 1]}}}}}})
>>> threat = {"E": {"start": {"out": 1}}, "I": {"in": {"fight": 1}}}
>>> regrets(game, threat)[0], regrets(game, threat)[2]
({'E': Fraction(0, 1), 'I': Fraction(0, 1)}, {'E': Fraction(0, 1), 'I': Fraction(2, 1)})
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.errors import InputError, UnknownNameError
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive._metrics import set_name
from negotiate.extensive.game import ExtensiveGame

Strategies = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""``{player: {information set: {action: probability}}}``; actions left out have none."""


def move_probabilities(game: ExtensiveGame, strategies: Strategies) -> list[Any]:
    """(nodes,) probability of reaching each node from its parent; checks the strategies."""
    rows: list[list[Any]] = []
    for player in strategies:
        if player not in game.players:
            raise UnknownNameError("player", player, game.players, where="strategies")
    for who, label, actions in zip(game.owner.tolist(), game.set_labels, game.set_actions):
        if who < 0:
            rows.append([])
            continue
        place = f"strategy of {game.players[who]}"
        given = strategies.get(game.players[who], {})
        if label not in given:
            raise InputError(
                f"nothing for information set '{label}'",
                where=place,
                remedy="give every information set its probabilities",
            )
        for action in given[label]:
            if action not in actions:
                raise UnknownNameError("action", action, actions, where=f"{place} at '{label}'")
        row = [numbers.number(given[label].get(a, 0), where=place) for a in actions]
        slack = 0 if all(isinstance(v, Fraction) for v in row) else tolerance.PROBABILITY
        if not numbers.is_one(sum(row)) or any(np.any(np.asarray(v) < -slack) for v in row):
            raise InputError(
                f"the probabilities at '{label}' are {', '.join(map(numbers.shown, row))}",
                where=place,
                allowed="from 0 to 1, summing to one",
            )
        rows.append(row)
    chance: list[Any] = game.chance.tolist() if game.chance.ndim == 1 else []
    out: list[Any] = [Fraction(1)]
    sets, mover, action = game.information_set.tolist(), game.mover.tolist(), game.action.tolist()
    for node, up in enumerate(game.parent.tolist()[1:], start=1):
        if mover[up] >= 0:
            out.append(rows[sets[up]][action[node]])
        else:
            out.append(chance[node] if chance else game.chance[..., node])
    return [_real(value) for value in out] if game.draws else out


def _real(value: Any) -> Any:
    """A fraction as a float: beside arrays over draws it would make arrays of objects."""
    return float(value) if isinstance(value, Fraction) else np.asarray(value, dtype=np.float64)


def values(game: ExtensiveGame, move: list[Any]) -> list[list[Any]]:
    """(nodes, players) expected payoff from each node on."""
    rows = _payoff_rows(game)
    for node in range(game.count - 1, 0, -1):
        weight, up = move[node], int(game.parent[node])
        if np.ndim(weight) or weight:
            rows[up] = [a + weight * b for a, b in zip(rows[up], rows[node])]
    return rows


def payoffs(game: ExtensiveGame, strategies: Strategies) -> dict[str, Any]:
    """Expected payoff of every player."""
    return dict(zip(game.players, values(game, move_probabilities(game, strategies))[0]))


def _payoff_rows(game: ExtensiveGame) -> list[list[Any]]:
    """(nodes, players) as lists, one per node."""
    array = np.moveaxis(game.node_payoffs(), (-2, -1), (0, 1))
    if game.draws:
        array = array.astype(np.float64)
    if array.ndim == 2:
        return [list(row) for row in array.tolist()]
    return [list(row) for row in array]


def best_replies(game: ExtensiveGame, move: list[Any], who: int) -> list[Any]:
    """(nodes,) value of player ``who`` if they alone reply best from each subgame on.

    Nodes are taken by the number of own moves before them, latest first: then everything that may
    follow an own information set has its value before the set is decided.
    """
    parent, mover, sets = game.parent.tolist(), game.mover.tolist(), game.information_set.tolist()
    roots = set(game.subgames())
    own, weight = [0] * game.count, [Fraction(1)] * game.count
    for node in range(1, game.count):
        up = parent[node]
        own[node] = own[up] + (mover[up] == who)
        if node not in roots:
            # How likely the others make this node, within the smallest subgame that holds it.
            weight[node] = weight[up] if mover[up] == who else weight[up] * move[node]
    value = [row[who] for row in _payoff_rows(game)]
    done = [False] * len(game.set_labels)
    # A stable sort of the reversed nodes keeps children before parents within one rank.
    for node in sorted(range(game.count - 1, -1, -1), key=lambda k: -own[k]):
        if mover[node] < -1:
            continue
        if mover[node] != who:
            for child in game.children[node]:
                if move[child]:
                    value[node] = value[node] + move[child] * value[child]
            continue
        index = sets[node]
        if done[index]:
            continue
        done[index] = True
        members = game.members[index]
        totals = [
            sum((weight[m] * value[game.children[m][a]] for m in members), start=Fraction(0))
            for a in range(len(game.set_actions[index]))
        ]
        best = max(range(len(totals)), key=totals.__getitem__)
        for member in members:
            value[member] = value[member] + value[game.children[member][best]]
    return value


def regrets(game: ExtensiveGame, strategies: Strategies) -> dict[int, dict[str, Any]]:
    """``{root of subgame: {player: gain from the best deviation there}}``."""
    need_recall(game, "a best reply")
    move = move_probabilities(game, strategies)
    worth = values(game, move)
    roots = game.subgames()
    out: dict[int, dict[str, Any]] = {root: {} for root in roots}
    for who, player in enumerate(game.players):
        best = best_replies(game, move, who)
        for root in roots:
            out[root][player] = best[root] - worth[root][who]
    return out


def need_recall(game: ExtensiveGame, what: str) -> None:
    """Raise `InputError` with the witness if a player forgets."""
    evidence = game.perfect_recall()
    if not evidence.holds:
        raise InputError(
            f"imperfect recall: {evidence.witness}",
            where=game.title or "game tree",
            allowed=f"{what} in behaviour strategies needs perfect recall",
            remedy="split the information set, or solve the normal form (to_strategic)",
        )


def reach(game: ExtensiveGame, move: list[Any]) -> list[Any]:
    """(nodes,) probability that play passes through each node."""
    out = [Fraction(1)] * game.count
    for node, up in enumerate(game.parent.tolist()[1:], start=1):
        out[node] = out[up] * move[node]
    return out


def beliefs(game: ExtensiveGame, strategies: Strategies) -> dict[str, dict[str, Any]]:
    """Beliefs by Bayes' rule at information sets of several nodes that play reaches.

    ``{information set: {history: probability}}``; a set whose name another player uses too is
    called "player: set".
    """
    at = reach(game, move_probabilities(game, strategies))
    out = {}
    for index, members in enumerate(game.members):
        total = sum(at[node] for node in members)
        if game.owner[index] >= 0 and len(members) > 1 and total:
            out[set_name(game, index)] = {
                " / ".join(game.history(node)) or "start": at[node] / total for node in members
            }
    return out


def named(game: ExtensiveGame, rows: Mapping[int, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Probabilities by number of information set as ``{player: {set: {action: p}}}``."""
    out: dict[str, dict[str, dict[str, Any]]] = {player: {} for player in game.players}
    for index, who in enumerate(game.owner.tolist()):
        if who >= 0 and index in rows:
            out[game.players[who]][game.set_labels[index]] = dict(
                zip(game.set_actions[index], rows[index])
            )
    return out


class Judge:
    """Payoffs and largest gain of many exact profiles of one game; see `regrets`.

    What does not depend on the profile is laid out once, and payoffs are taken over one
    denominator: the arithmetic of whole numbers is ten times as quick as that of fractions.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        self.parent = game.parent.tolist()
        self.mover, self.sets = game.mover.tolist(), game.information_set.tolist()
        self.action, self.children = game.action.tolist(), game.children
        rows = game.node_payoffs().tolist()
        self.unit = math.lcm(*{v.denominator for row in rows for v in row})
        self.pay = [[_whole(v * self.unit) for v in row] for row in rows]
        self.chance = [_whole(v) for v in game.chance.tolist()]
        self.roots = frozenset(game.subgames())
        self.orders = [self._order(who) for who in range(len(game.players))]

    def _order(self, who: int) -> list[int]:
        own = [0] * self.game.count
        for node in range(1, self.game.count):
            up = self.parent[node]
            own[node] = own[up] + (self.mover[up] == who)
        inner = [n for n in range(self.game.count - 1, -1, -1) if self.children[n]]
        return sorted(inner, key=lambda k: -own[k])

    def judge(self, rows: Mapping[int, tuple[Any, ...]]) -> tuple[list[Any], Any]:
        """Payoffs at the root, and the largest gain from a deviation in any subgame."""
        parent, mover, sets = self.parent, self.mover, self.sets
        plain = {index: [_whole(p) for p in row] for index, row in rows.items()}
        move: list[Any] = [1]
        for node in range(1, len(parent)):
            up = parent[node]
            move.append(plain[sets[up]][self.action[node]] if mover[up] >= 0 else self.chance[node])
        worth = [list(row) for row in self.pay]
        for node in range(len(parent) - 1, 0, -1):
            if weight := move[node]:
                above = worth[parent[node]]
                for who, value in enumerate(worth[node]):
                    above[who] += weight * value
        gain: Any = 0
        for who, order in enumerate(self.orders):
            best = self._best(who, order, move)
            gain = max([gain, *(best[root] - worth[root][who] for root in self.roots)])
        return [self._scaled(value) for value in worth[0]], self._scaled(gain)

    def _scaled(self, value: Any) -> Any:
        return value / self.unit if isinstance(value, float) else Fraction(value) / self.unit

    def _best(self, who: int, order: list[int], move: list[Any]) -> list[Any]:
        """(nodes,) value of the best reply of one player from each subgame on."""
        parent, mover, children = self.parent, self.mover, self.children
        weight: list[Any] = [1] * len(parent)
        for node in range(1, len(parent)):
            up = parent[node]
            if node not in self.roots:
                weight[node] = weight[up] if mover[up] == who else weight[up] * move[node]
        value = [row[who] for row in self.pay]
        done: set[int] = set()
        for node in order:
            if mover[node] != who:
                for child in children[node]:
                    if move[child]:
                        value[node] += move[child] * value[child]
                continue
            index = self.sets[node]
            if index in done:
                continue
            done.add(index)
            members = self.game.members[index]
            totals = [
                sum(weight[m] * value[children[m][a]] for m in members)
                for a in range(len(children[node]))
            ]
            best = totals.index(max(totals))
            for member in members:
                value[member] += value[children[member][best]]
        return value


def _whole(value: Any) -> Any:
    """A fraction that is a whole number as an int; floats (algebraic mixtures) as they are."""
    if isinstance(value, float):
        return value
    return value.numerator if value.denominator == 1 else value
