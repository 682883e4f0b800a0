"""Building a game tree in Python, move by move.

>>> tree = GameTree(["Russia", "Turkey"], title="A demand")
>>> demand = tree.root.move("Russia", ["low", "high"], information_set="demand")
>>> demand["low"].pays(1, 1)
>>> answer = demand["high"].move("Turkey", ["give in", "resist"])
>>> answer["give in"].pays(2, 0)
>>> storm = answer["resist"].chance({"war": "1/4", "stalemate": "3/4"})
>>> storm["war"].pays(Russia=-2, Turkey=-3); storm["stalemate"].pays(0, 0)
>>> game = tree.build()
>>> game.count, game.history(5)
(7, ('high', 'resist', 'war'))

Two moves with the same `information_set` and player are one information set: the mover cannot tell
them apart. Payoffs given at a node with moves are earned on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.forms import _tree_numbers as numbers
from negotiate.forms.extensive import NODE_BOUND, ExtensiveGame
from negotiate.kernels import tree

_ONE = Fraction(1)


class TreeNode:
    """A node of a tree under construction: give it a move, a chance move or payoffs."""

    __slots__ = ("_tree", "index")

    def __init__(self, tree_: GameTree, index: int) -> None:
        self._tree, self.index = tree_, index

    def move(
        self,
        player: str,
        actions: Sequence[str],
        *,
        information_set: str | None = None,
        name: str = "",
    ) -> TreeNode:
        """Let ``player`` choose among ``actions`` here; returns the node itself.

        Without a name the information set is this node alone, named by its history.
        """
        if player not in self._tree.number:
            raise UnknownNameError("player", player, self._tree.players, where=self._tree.title)
        self._tree.add_move(
            self.index, self._tree.number[player], tuple(actions), information_set, name
        )
        return self

    def chance(
        self, odds: Mapping[str, Any], *, information_set: str | None = None, name: str = ""
    ) -> TreeNode:
        """Let chance move here, ``{branch: probability}``; returns the node itself."""
        first = self._tree.add_move(self.index, -1, tuple(odds), information_set, name)
        for offset, (branch, value) in enumerate(odds.items()):
            where = f"probability of '{branch}'"
            self._tree.odds[first + offset] = numbers.number(value, where=where)
        if information_set is not None:
            self._tree.same_odds(self.index, information_set, first, len(odds))
        return self

    def pays(self, *payoffs: Any, outcome: str = "", **by_player: Any) -> None:
        """Payoffs earned on reaching this node: in the order of the players, or by their names.

        A name that is no Python word goes in a mapping: ``node.pays({"Player 1": 3})``. Players
        left out of a mapping earn nothing here.
        """
        self._tree.add_payoffs(self.index, payoffs, by_player, outcome)

    def __getitem__(self, action: str) -> TreeNode:
        """The node that an action leads to."""
        return TreeNode(self._tree, self._tree.child(self.index, action))


class GameTree:
    """A tree under construction; ``root`` is where to start, `build` makes the game."""

    def __init__(self, players: Sequence[str], *, title: str = "", note: str = "") -> None:
        self.players, self.title, self.note = tuple(players), title, note
        self.number = {player: index for index, player in enumerate(self.players)}
        self.parent, self.action, self.set_of, self.names = [-1], [-1], [-1], [""]
        self.odds: list[Any] = [_ONE]
        self.first = [-1]
        self.owner: list[int] = []
        self.set_labels: list[str | None] = []
        self.set_actions: list[tuple[str, ...]] = []
        self.named: dict[tuple[int, str], int] = {}
        self.events: dict[str, list[Any]] = {}
        self.outcome = [-1]
        self.rows: list[Sequence[Any]] = []
        self.outcome_labels: list[str] = []
        self._alike: dict[tuple[str, ...], tuple[str, ...]] = {}

    @property
    def root(self) -> TreeNode:
        """The node where the game starts."""
        return TreeNode(self, 0)

    def history(self, node: int) -> tuple[str, ...]:
        """Actions that lead to a node."""
        out = []
        while node > 0:
            up = self.parent[node]
            out.append(self.set_actions[self.set_of[up]][self.action[node]])
            node = up
        return tuple(reversed(out))

    def place(self, node: int) -> str:
        """Where a node is, in words."""
        path = " / ".join(self.history(node))
        return f"{self.title or 'game tree'}, {'after ' + path if path else 'at the root'}"

    def child(self, node: int, action: str) -> int:
        """Number of the node that an action leads to."""
        index = self.set_of[node]
        actions = self.set_actions[index] if index >= 0 else ()
        if action not in actions:
            raise UnknownNameError("action", action, actions, where=self.place(node))
        return self.first[node] + actions.index(action)

    def add_move(
        self, node: int, owner: int, actions: tuple[str, ...], label: str | None, name: str
    ) -> int:
        """Make a node an inner one; returns the number of its first child."""
        if self.set_of[node] >= 0:
            raise InputError(
                "two moves are given",
                where=self.place(node),
                allowed="one move a node",
                remedy="describe the second one after an action of the first",
            )
        if not actions:
            raise InputError(
                "a move without actions", where=self.place(node), allowed="one or more"
            )
        if len(set(actions)) < len(actions):
            twice = next(a for a in actions if actions.count(a) > 1)
            raise InputError(
                f"action '{twice}' is listed twice", where=self.place(node),
                allowed="distinct actions",
            )  # fmt: skip
        self.set_of[node] = self._set(node, owner, actions, label)
        self.names[node] = name
        start, size = len(self.parent), len(actions)
        if start + size > NODE_BOUND:
            raise TooLargeError(
                f"the tree has over {NODE_BOUND:,} nodes", where=self.title or "game tree",
                allowed=f"at most {NODE_BOUND:,}",
            )  # fmt: skip
        self.first[node] = start
        self.parent.extend([node] * size)
        self.action.extend(range(size))
        blank = [-1] * size
        self.set_of.extend(blank)
        self.first.extend(blank)
        self.outcome.extend(blank)
        self.odds.extend([_ONE] * size)
        self.names.extend([""] * size)
        return start

    def same_odds(self, node: int, label: str, first: int, size: int) -> None:
        """Chance nodes of one name are one event, so they have the same probabilities."""
        odds = self.odds[first : first + size]
        known = self.events.setdefault(label, odds)
        if any(np.any(np.not_equal(a, b)) for a, b in zip(known, odds)):
            raise InputError(
                f"chance node '{label}' has other probabilities elsewhere",
                where=self.place(node),
                allowed="the same at all nodes of one name",
                remedy="leave the name out, or give this node another",
            )

    def _set(self, node: int, owner: int, actions: tuple[str, ...], label: str | None) -> int:
        known = self.named.get((owner, label), -1) if label is not None else -1
        if known >= 0:
            if self.set_actions[known] != actions:
                raise InputError(
                    f"information set '{label}' has the actions {', '.join(actions)} here and "
                    f"{', '.join(self.set_actions[known])} elsewhere",
                    where=self.place(node),
                    allowed="the same actions in the same order at all its nodes",
                )
            return known
        self.owner.append(owner)
        self.set_labels.append(label)
        self.set_actions.append(self._alike.setdefault(actions, actions))
        if label is not None:
            self.named[owner, label] = len(self.owner) - 1
        return len(self.owner) - 1

    def add_payoffs(
        self, node: int, payoffs: Sequence[Any], by_player: Mapping[str, Any], outcome: str
    ) -> None:
        """Write payoffs at a node, once."""
        first = payoffs[0] if len(payoffs) == 1 else None
        if isinstance(first, Mapping):
            payoffs, by_player = (), {**first, **by_player}
        for player in by_player:
            if player not in self.number:
                raise UnknownNameError("player", player, self.players, where=self.place(node))
        if by_player and payoffs:
            raise InputError(
                "payoffs by order and by name", where=self.place(node), allowed="one of the two"
            )
        if by_player:
            payoffs = [by_player.get(player, 0) for player in self.players]
        if len(payoffs) != len(self.players):
            raise InputError(
                f"{len(payoffs)} payoffs for {len(self.players)} players", where=self.place(node),
                allowed=f"one for each of {', '.join(self.players)}",
            )  # fmt: skip
        if self.outcome[node] >= 0:
            raise InputError("payoffs are given twice", where=self.place(node), allowed="once")
        self.outcome[node] = len(self.rows)
        self.rows.append(payoffs)
        self.outcome_labels.append(outcome)

    def build(self) -> ExtensiveGame:
        """The game; everything the definition asks is checked."""
        for node, (index, out) in enumerate(zip(self.set_of, self.outcome)):
            if index < 0 and out < 0 and node > 0:
                raise InputError(
                    "neither a move nor payoffs", where=self.place(node),
                    allowed="every path ends with payoffs",
                    remedy="call .pays(...) or .move(...) on this node",
                )  # fmt: skip
        labels = self._labels()
        parent = np.array(self.parent, dtype=np.int64)
        place = tree.preorder(parent, np.array(self.action))
        order = np.argsort(place)
        moved = parent[order]
        moved[1:] = place[moved[1:]]
        # Information sets are numbered as they first appear from the root on.
        sets = np.array(self.set_of)[order]
        used, first = np.unique(sets, return_index=True)
        ranked = used[np.argsort(first)]
        ranked = ranked[ranked >= 0]
        renumber = np.full(len(self.owner) + 1, -1)
        renumber[ranked] = np.arange(len(ranked))
        return ExtensiveGame(
            players=self.players,
            parent=moved,
            action=np.array(self.action)[order],
            information_set=renumber[sets],
            owner=np.array(self.owner, dtype=np.int64)[ranked],
            set_labels=tuple(labels[k] for k in ranked.tolist()),
            set_actions=tuple(self.set_actions[k] for k in ranked.tolist()),
            outcome=np.array(self.outcome)[order],
            payoffs=numbers.pack(self.rows, width=len(self.players)),
            chance=numbers.pack([[self.odds[k] for k in order.tolist()]])[..., 0, :],
            outcome_labels=tuple(self.outcome_labels) if any(self.outcome_labels) else (),
            node_labels=tuple(self.names[k] for k in order.tolist()) if any(self.names) else (),
            title=self.title,
            note=self.note,
        )

    def _labels(self) -> tuple[str, ...]:
        """Names of all sets; an unnamed one is called by its history, kept apart from the named."""
        out: list[str] = [label or "" for label in self.set_labels]
        used = {(owner, label) for owner, label in zip(self.owner, out) if label}
        home: dict[int, int] = {}
        paths = [""] * len(self.parent)
        for node, index in enumerate(self.set_of):
            if index >= 0:
                home.setdefault(index, node)
                # A deep history would make names as long as the tree: the path is cut in front.
                stem = paths[node]
                for offset, action in enumerate(self.set_actions[index]):
                    path = f"{stem} / {action}" if stem else action
                    paths[self.first[node] + offset] = (
                        path
                        if len(path) < 200
                        else ("... / " + action + f" #{self.first[node] + offset}")
                    )
        for index, label in enumerate(out):
            if not label:
                name = paths[home[index]] or "start"
                while (self.owner[index], name) in used:
                    name += "'"
                used.add((self.owner[index], name))
                out[index] = name
        return tuple(out)
