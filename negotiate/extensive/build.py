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

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive.arithmetic import tree
from negotiate.extensive.game import NODE_BOUND, ExtensiveGame

_PATH = 200
"""Longest name made from a history, in characters."""


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
        who = self._tree.number.get(player)
        if who is None:
            raise UnknownNameError("player", player, self._tree.players, where=self._tree.title)
        self._tree.add_move(self.index, who, tuple(actions), information_set, name)
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

    def __iter__(self) -> Iterator[TreeNode]:
        """The nodes that the actions lead to, in their order."""
        tree_, (first, size) = self._tree, self._tree.below(self.index)
        return (TreeNode(tree_, child) for child in range(first, first + size))


class GameTree:
    """A tree under construction; ``root`` is where to start, `build` makes the game.

    Nodes are numbered as they are made, the children of one move in a row, so that a move is kept
    as its node, its first child and its information set.
    """

    def __init__(self, players: Sequence[str], *, title: str = "", note: str = "") -> None:
        self.players, self.title, self.note = tuple(players), title, note
        self.number = {player: index for index, player in enumerate(self.players)}
        self.parent = [-1]
        self.moves: dict[int, tuple[int, int]] = {}  # node to (first child, information set)
        self.names: dict[int, str] = {}
        self.odds: dict[int, Any] = {}
        self.owner: list[int] = []
        self.set_labels: list[str | None] = []
        self.set_actions: list[tuple[str, ...]] = []
        self.named: dict[tuple[int, str], int] = {}
        self.events: dict[str, list[Any]] = {}
        self.outcome: dict[int, int] = {}
        self.rows: list[Sequence[Any]] = []
        self.outcome_labels: list[str] = []
        self._alike: dict[tuple[str, ...], tuple[str, ...]] = {}

    @property
    def root(self) -> TreeNode:
        """The node where the game starts."""
        return TreeNode(self, 0)

    def below(self, node: int) -> tuple[int, int]:
        """First child of a node, and how many it has."""
        if node not in self.moves:
            return 0, 0
        first, index = self.moves[node]
        return first, len(self.set_actions[index])

    def history(self, node: int) -> tuple[str, ...]:
        """Actions that lead to a node."""
        out = []
        while node > 0:
            up = self.parent[node]
            first, index = self.moves[up]
            out.append(self.set_actions[index][node - first])
            node = up
        return tuple(reversed(out))

    def place(self, node: int) -> str:
        """Where a node is, in words."""
        path = " / ".join(self.history(node))
        return f"{self.title or 'game tree'}, {'after ' + path if path else 'at the root'}"

    def child(self, node: int, action: str) -> int:
        """Number of the node that an action leads to."""
        move = self.moves.get(node)
        if move is not None:
            first, index = move
            actions = self.set_actions[index]
            if action in actions:
                return first + actions.index(action)
        raise UnknownNameError(
            "action", action, self.set_actions[move[1]] if move else (), where=self.place(node)
        )

    def add_move(
        self, node: int, owner: int, actions: tuple[str, ...], label: str | None, name: str
    ) -> int:
        """Make a node an inner one; returns the number of its first child."""
        if node in self.moves:
            raise InputError(
                "two moves are given",
                where=self.place(node),
                allowed="one move a node",
                remedy="describe the second one after an action of the first",
            )
        if actions not in self._alike:
            self._check_actions(node, actions)
        if name:
            self.names[node] = name
        parent = self.parent
        start, size = len(parent), len(actions)
        if start + size > NODE_BOUND:
            raise TooLargeError(
                f"the tree has over {NODE_BOUND:,} nodes",
                where=self.title or "game tree",
                allowed=f"at most {NODE_BOUND:,}",
            )
        if label is None:
            index = len(self.owner)
            self.owner.append(owner)
            self.set_labels.append(None)
            self.set_actions.append(self._alike[actions])
        else:
            index = self._set(node, owner, actions, label)
        self.moves[node] = (start, index)
        parent.extend((node,) * size)
        return start

    def _check_actions(self, node: int, actions: tuple[str, ...]) -> None:
        if not actions:
            raise InputError(
                "a move without actions", where=self.place(node), allowed="one or more"
            )
        if len(set(actions)) < len(actions):
            twice = next(a for a in actions if actions.count(a) > 1)
            raise InputError(
                f"action '{twice}' is listed twice",
                where=self.place(node),
                allowed="distinct actions",
            )
        self._alike[actions] = actions

    def same_odds(self, node: int, label: str, first: int, size: int) -> None:
        """Chance nodes of one name are one event, so they have the same probabilities."""
        odds = [self.odds[k] for k in range(first, first + size)]
        known = self.events.setdefault(label, odds)
        if any(np.any(np.not_equal(a, b)) for a, b in zip(known, odds)):
            raise InputError(
                f"chance node '{label}' has other probabilities elsewhere",
                where=self.place(node),
                allowed="the same at all nodes of one name",
                remedy="leave the name out, or give this node another",
            )

    def _set(self, node: int, owner: int, actions: tuple[str, ...], label: str) -> int:
        known = self.named.get((owner, label), -1)
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
        self.set_actions.append(self._alike[actions])
        self.named[owner, label] = len(self.owner) - 1
        return len(self.owner) - 1

    def add_payoffs(
        self, node: int, payoffs: Sequence[Any], by_player: Mapping[str, Any], outcome: str
    ) -> None:
        """Write payoffs at a node, once."""
        first = payoffs[0] if len(payoffs) == 1 else None
        if isinstance(first, Mapping):
            payoffs, by_player = (), {**first, **by_player}
        if by_player:
            payoffs = self._by_player(node, payoffs, by_player)
        if len(payoffs) != len(self.players):
            raise InputError(
                f"{len(payoffs)} payoffs for {len(self.players)} players",
                where=self.place(node),
                allowed=f"one for each of {', '.join(self.players)}",
            )
        if node in self.outcome:
            raise InputError("payoffs are given twice", where=self.place(node), allowed="once")
        self.outcome[node] = len(self.rows)
        self.rows.append(payoffs)
        self.outcome_labels.append(outcome)

    def _by_player(
        self, node: int, payoffs: Sequence[Any], by_player: Mapping[str, Any]
    ) -> list[Any]:
        for player in by_player:
            if player not in self.number:
                raise UnknownNameError("player", player, self.players, where=self.place(node))
        if payoffs:
            raise InputError(
                "payoffs by order and by name", where=self.place(node), allowed="one of the two"
            )
        return [by_player.get(player, 0) for player in self.players]

    def build(self) -> ExtensiveGame:
        """The game; everything the definition asks is checked."""
        count = len(self.parent)
        parent = np.array(self.parent, dtype=np.int64)
        moved = np.fromiter(self.moves, np.int64, len(self.moves))
        pairs = np.array(list(self.moves.values()), dtype=np.int64).reshape(-1, 2)
        set_of, first = np.full(count, -1), np.full(count, -1)
        set_of[moved], first[moved] = pairs[:, 1], pairs[:, 0]
        earned = np.full(count, -1)
        earned[np.fromiter(self.outcome, np.int64, len(self.outcome))] = np.fromiter(
            self.outcome.values(), np.int64, len(self.outcome)
        )
        empty = np.flatnonzero((set_of < 0) & (earned < 0))
        if len(empty) and empty[-1] > 0:
            raise InputError(
                "neither a move nor payoffs",
                where=self.place(int(empty[empty > 0][0])),
                allowed="every path ends with payoffs",
                remedy="call .pays(...) or .move(...) on this node",
            )
        action = np.arange(count) - first[parent]
        action[0] = -1
        labels = self._labels()
        place = tree.preorder(parent, action)
        order = np.empty(count, dtype=np.int64)
        order[place] = np.arange(count)
        above = parent[order]
        above[1:] = place[above[1:]]
        # Information sets are numbered as they first appear from the root on.
        sets = set_of[order]
        used, at = np.unique(sets, return_index=True)
        ranked = used[np.argsort(at)]
        ranked = ranked[ranked >= 0]
        renumber = np.full(len(self.owner) + 1, -1)
        renumber[ranked] = np.arange(len(ranked))
        listed = ranked.tolist()
        names = self.names
        return ExtensiveGame(
            players=self.players,
            parent=above,
            action=action[order],
            information_set=renumber[sets],
            owner=np.array(self.owner, dtype=np.int64)[ranked],
            set_labels=tuple([labels[k] for k in listed]),
            set_actions=tuple([self.set_actions[k] for k in listed]),
            outcome=earned[order],
            payoffs=numbers.pack(self.rows, width=len(self.players)),
            chance=numbers.sparse(self.odds, place),
            outcome_labels=tuple(self.outcome_labels) if any(self.outcome_labels) else (),
            node_labels=tuple([names.get(k, "") for k in order.tolist()])
            if any(names.values())
            else (),
            title=self.title,
            note=self.note,
        )

    def _labels(self) -> list[str]:
        """Names of all sets; an unnamed one is called by its history, kept apart from the named."""
        paths: dict[int, str] = {0: ""}
        out: list[str] = [""] * len(self.owner)
        parent, moves, labels, actions = self.parent, self.moves, self.set_labels, self.set_actions
        for node, (_, index) in moves.items():
            if node:
                up = parent[node]
                first, above = moves[up]
                step, stem = actions[above][node - first], paths[up]
                # A deep history would make names as long as the tree: the path is cut in front.
                path = f"{stem} / {step}" if stem else step
                if len(path) >= _PATH:
                    path = f"... / {step} #{node}"
                paths[node] = path
            label = labels[index]
            out[index] = label if label is not None else (paths[node] or "start")
        if self.named:
            used = set(self.named)
            for index, label in enumerate(labels):
                if label is None:
                    name = out[index]
                    while (self.owner[index], name) in used:
                        name += "'"
                    out[index] = name
        return out
