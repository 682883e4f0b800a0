"""A small tree laid out for exact solvers of assessments: lists instead of arrays, fractions only.

An *assessment* is a profile of behaviour strategies, ``rows``: information set (its number) to the
probabilities of its actions, together with beliefs, ``{information set: {node: probability}}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.extensive._metrics import set_name
from negotiate.extensive.game import ExtensiveGame

Rows = dict[int, tuple[Any, ...]]
Beliefs = dict[int, dict[int, Any]]


@dataclass(frozen=True)
class Frame:
    """What the solvers read off a game, once.

    Attributes
    ----------
    sets
        Numbers of the players' information sets (chance nodes have none here).
    chance
        (nodes,) probability given the parent; 1 below a player's node.
    pay
        (nodes, players) earned on reaching the node.
    """

    game: ExtensiveGame
    parent: list[int]
    children: tuple[tuple[int, ...], ...]
    set_of: list[int]
    action: list[int]
    mover: list[int]
    owner: list[int]
    members: tuple[tuple[int, ...], ...]
    sets: tuple[int, ...]
    end: list[int]
    chance: list[Any]
    pay: list[list[Any]]

    @classmethod
    def of(cls, game: ExtensiveGame) -> Frame:
        """The frame of a game of numbers."""
        owner = game.owner.tolist()
        return cls(
            game,
            game.parent.tolist(),
            game.children,
            game.information_set.tolist(),
            game.action.tolist(),
            game.mover.tolist(),
            owner,
            game.members,
            tuple(index for index, who in enumerate(owner) if who >= 0),
            game.end.tolist(),
            game.chance.tolist(),
            game.node_payoffs().tolist(),
        )

    def size(self, index: int) -> int:
        """Number of actions at an information set."""
        return len(self.game.set_actions[index])

    def move(self, rows: Rows) -> list[Any]:
        """(nodes,) probability of each node given its parent."""
        out: list[Any] = [Fraction(1)]
        for node in range(1, len(self.parent)):
            up = self.parent[node]
            index = self.set_of[up]
            out.append(
                rows[index][self.action[node]] if self.owner[index] >= 0 else self.chance[node]
            )
        return out

    def reach(self, move: Sequence[Any]) -> list[Any]:
        """(nodes,) probability that play passes through each node."""
        out = list(move)
        for node in range(1, len(out)):
            out[node] = out[self.parent[node]] * move[node]
        return out

    def values(self, move: Sequence[Any]) -> list[list[Any]]:
        """(nodes, players) expected payoff from each node on."""
        out = [list(row) for row in self.pay]
        for node in range(len(out) - 1, 0, -1):
            weight = move[node]
            if weight:
                up = out[self.parent[node]]
                for who, value in enumerate(out[node]):
                    up[who] = up[who] + weight * value
        return out

    def between(self, above: int, below: int, move: Sequence[Any], *, besides: int = -2) -> Any:
        """Probability of ``below`` given its ancestor ``above``, moves of ``besides`` left out."""
        weight: Any = Fraction(1)
        while below != above:
            up = self.parent[below]
            if self.mover[up] != besides:
                weight = weight * move[below]
            below = up
        return weight

    def ancestor(self, nodes: Sequence[int], below: int) -> int:
        """The one of ``nodes`` that lies strictly above ``below``, or -1."""
        return next((x for x in nodes if x < below < self.end[x]), -1)

    def name(self, index: int) -> str:
        """Name of an information set where no player is given beside it."""
        return set_name(self.game, index)

    def place(self, node: int) -> str:
        """Name of a node in beliefs: its history."""
        return " / ".join(self.game.history(node)) or "start"

    def bayes(self, index: int, reach: Sequence[Any]) -> dict[int, Any] | None:
        """Beliefs by Bayes' rule, or None off the path."""
        nodes = self.members[index]
        total = sum(reach[node] for node in nodes)
        return {node: reach[node] / total for node in nodes} if total else None

    def own_best(self, index: int, belief: Mapping[int, Any], move: Sequence[Any]) -> Any:
        """Best expected payoff of the mover from the set on, any continuation plan allowed.

        With perfect recall every later own set lies inside the subtrees of this one. Nodes are
        taken by the number of own moves above them, latest first, so that all that may follow a
        set has its value before the set is decided.
        """
        who = self.owner[index]
        weight: dict[int, Any] = {}
        own: dict[int, int] = {}
        for top in self.members[index]:
            weight[top], own[top] = belief[top], 0
            for node in range(top + 1, self.end[top]):
                up = self.parent[node]
                mine = self.mover[up] == who
                weight[node] = weight[up] if mine else weight[up] * move[node]
                own[node] = own[up] + mine
        value = {node: self.pay[node][who] for node in weight}
        decided: set[int] = set()
        for node in sorted(weight, key=lambda k: (-own[k], -k)):
            if not self.children[node]:
                continue
            if self.mover[node] != who:
                for child in self.children[node]:
                    value[node] = value[node] + move[child] * value[child]
                continue
            here = self.set_of[node]
            if here in decided:
                continue
            decided.add(here)
            members = [m for m in self.members[here] if m in weight]
            totals = [
                sum((weight[m] * value[self.children[m][a]] for m in members), start=Fraction(0))
                for a in range(self.size(here))
            ]
            best = max(range(len(totals)), key=totals.__getitem__)
            for member in members:
                value[member] = value[member] + value[self.children[member][best]]
        return sum((belief[top] * value[top] for top in self.members[index]), start=Fraction(0))
