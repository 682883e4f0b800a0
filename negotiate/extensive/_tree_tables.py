"""Extensive games from parameter files: ``kind = "extensive"``, in one of three layouts.

**Nested**, the tree as it is drawn::

    format = 1
    kind = "extensive"
    players = ["Entrant", "Incumbent"]
    [quantity]
    war = { value = -1, low = -2, high = 0 }
    [tree]
    player = "Entrant"
    [tree.actions.out]
    payoffs = { Entrant = 0, Incumbent = 2 }
    [tree.actions.in]
    player = "Incumbent"
    actions = { fight = { payoffs = ["war", "war"] }, yield = { payoffs = [1, 1] } }

**By history**, one entry a node in ``[[node]]``; the list of actions that lead there, or one text
with the actions joined by " / "::

    [[node]]
    history = []
    player = "Entrant"
    actions = ["out", "in"]
    [[node]]
    history = ["out"]
    payoffs = [0, 2]

**By name**, ``root`` and one table a node in ``[nodes]``; actions lead to names::

    root = "entry"
    [nodes.entry]
    player = "Entrant"
    actions = { out = "stay", in = "reply" }

A node has ``player`` (with ``actions`` and perhaps ``information_set``), or ``chance`` (a table
``branch = probability``; nested: ``actions`` too), or ``payoffs`` alone. Payoffs beside a move are
earned on the way; a list is in the order of the players, and whoever a table leaves out earns
nothing. Payoffs and probabilities may be expressions over ``[quantity]``, a table of numbers
(or of tables with a ``value``).

>>> import tomllib
>>> game = from_dict(tomllib.loads('''
... kind = "extensive"
... players = ["Chance taker"]
... quantity = { prize = 3, double = "2 * prize" }
... [tree]
... chance = { win = "1/3", lose = "2/3" }
... [tree.actions]
... win = { payoffs = ["double"] }
... lose = { payoffs = [0] }
... '''))
>>> game.path_payoffs()[1].tolist(), game.chance[1]
([Fraction(6, 1)], Fraction(1, 3))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from negotiate.errors import FileFormatError, InputError, TooLargeError, UnknownNameError
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive.build import GameTree, TreeNode
from negotiate.extensive.game import NODE_BOUND, ExtensiveGame

_TOP = frozenset(
    {"format", "kind", "id", "title", "note", "source", "expected", "players", "quantity"}
    | {"tree", "node", "nodes", "root"}
)
_NODE = frozenset(
    {"player", "actions", "information_set", "chance", "payoffs", "outcome", "history"}
    | {"name", "note", "source"}
)
FILE_BOUND = 20_000_000
"""Bytes of a parameter file; a tree beyond it should be built in Python."""


def read(path: str | Path) -> ExtensiveGame:
    """The game of a ``.toml`` file; decimals are exact."""
    import tomllib

    path = Path(path)
    if path.stat().st_size > FILE_BOUND:
        raise TooLargeError(
            f"{path.stat().st_size:,} bytes", where=str(path), allowed=f"at most {FILE_BOUND:,}"
        )
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = int(getattr(error, "lineno", 0) or 0)
        column = int(getattr(error, "colno", 0) or 0)
        raise FileFormatError(str(error), path=str(path), line=line, column=column) from None
    return from_dict(data, where=str(path))


def from_dict(
    data: Mapping[str, Any],
    *,
    quantities: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    where: str = "",
) -> ExtensiveGame:
    """A game from the mapping of a parameter file, see the module's description.

    Parameters
    ----------
    data
        The file as nested mappings.
    quantities
        Values that replace those of the file: numbers, arrays over draws or SymPy symbols.
    values
        Numbers by name, instead of the file's own quantities: those of a case.
    where
        Name of the file, for messages.
    """
    _shapes(data, where or "file")
    reader = _Tables(data, quantities or {}, where, values)
    layouts = [name for name in ("tree", "node", "nodes") if name in data]
    if len(layouts) != 1:
        raise InputError(
            f"the tree is given {len(layouts)} times" if layouts else "there is no tree",
            where=reader.where,
            allowed="one of [tree], [[node]] or [nodes]",
        )
    {"tree": reader.nested, "node": reader.by_history, "nodes": reader.by_name}[layouts[0]]()
    game = reader.tree.build()
    return game if values is not None else replace(game, origin=data)


_TABLE, _LIST, _TEXT = "a table", "a list", "text"
_TOP_SHAPES: dict[str, tuple[str, ...]] = {
    "players": (_LIST,),
    "quantity": (_TABLE,),
    "tree": (_TABLE,),
    "node": (_LIST,),
    "nodes": (_TABLE,),
    "root": (_TEXT,),
    "title": (_TEXT,),
    "id": (_TEXT,),
}
_NODE_SHAPES: dict[str, tuple[str, ...]] = {
    "player": (_TEXT,),
    "actions": (_TABLE, _LIST),
    "information_set": (_TEXT,),
    "chance": (_TABLE,),
    "payoffs": (_LIST, _TABLE),
    "outcome": (_TEXT,),
    "history": (_LIST, _TEXT),
    "name": (_TEXT,),
}


def _shape(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return _TABLE
    if isinstance(entry, str):
        return _TEXT
    return _LIST if isinstance(entry, (list, tuple)) else type(entry).__name__


def _shapes(data: Mapping[str, Any], where: str) -> None:
    """Every part of the file has the shape it must have; all findings at once.

    Raises
    ------
    InputError
        Names the part, what it is and what it may be.
    """
    findings: list[str] = []

    def check(entry: Any, at: str, allowed: tuple[str, ...]) -> bool:
        right = _shape(entry) in allowed
        if not right:
            findings.append(f"{at} is {str(entry)[:30]!r}, not {' or '.join(allowed)}")
        return right

    for key, allowed in _TOP_SHAPES.items():
        if key in data:
            check(data[key], key, allowed)
    players = data.get("players")
    for index, player in enumerate(players if isinstance(players, (list, tuple)) else ()):
        check(player, f"players[{index + 1}]", (_TEXT,))
    waiting: list[tuple[Any, str]] = []
    if isinstance(data.get("tree"), Mapping):
        waiting.append((data["tree"], "tree"))
    if isinstance(data.get("nodes"), Mapping):
        waiting += [(node, f"nodes.{name}") for name, node in data["nodes"].items()]
    if isinstance(data.get("node"), (list, tuple)):
        waiting += [(node, f"node[{i + 1}]") for i, node in enumerate(data["node"])]
    nested = "tree" in data
    while waiting and len(findings) < MANY:
        node, at = waiting.pop()
        if not check(node, at, (_TABLE,)):
            continue
        for key, allowed in _NODE_SHAPES.items():
            if key in node:
                check(node[key], f"{at}.{key}", allowed)
        actions = node.get("actions")
        if isinstance(actions, (list, tuple)):
            for action in actions:
                check(action, f"{at}.actions", (_TEXT,))
        elif isinstance(actions, Mapping) and nested:
            waiting += [(entry, f"{at}.actions.{name}") for name, entry in actions.items()]
        elif isinstance(actions, Mapping):
            for name, entry in actions.items():
                check(entry, f"{at}.actions.{name}", (_TEXT,))
        history = node.get("history")
        for step in history if isinstance(history, (list, tuple)) else ():
            check(step, f"{at}.history", (_TEXT,))
        for key in ("payoffs", "chance"):
            entries = node.get(key)
            if isinstance(entries, (Mapping, list, tuple)):
                numbers_ = entries.values() if isinstance(entries, Mapping) else entries
                for number in numbers_:
                    if isinstance(number, (Mapping, list, tuple, bool)):
                        check(number, f"{at}.{key}", ("a number", "an expression"))
    if findings:
        raise InputError(
            "; ".join(findings[:MANY]), where=where, allowed="see the layouts of extensive files"
        )


MAX_CHAIN = 200
"""Quantities that read each other in a row."""
MANY = 20
"""Findings shown of one file."""


class _Tables:
    """Reads one mapping into a `GameTree`."""

    def __init__(
        self,
        data: Mapping[str, Any],
        given: Mapping[str, Any],
        where: str,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self.data = data
        self.where = where or str(data.get("title", "")) or "extensive game"
        if data.get("kind", "extensive") != "extensive":
            raise InputError(
                f"kind is '{data['kind']}'", where=self.where, allowed='kind = "extensive"'
            )
        for key in data:
            if key not in _TOP:
                raise UnknownNameError("key", key, sorted(_TOP), where=self.where)
        players = data.get("players")
        if isinstance(players, Mapping):
            players = list(players)
        if not isinstance(players, list) or not players:
            raise InputError("no players", where=self.where, allowed='players = ["A", "B"]')
        self.values: Any = {} if values is None else values
        known = data.get("quantity", {})
        for name in given:
            if name not in known:
                raise UnknownNameError("quantity", name, known, where=self.where)
        for name in known:
            self._settle(name, known, given, ())
        self.tree = GameTree(
            players, title=str(data.get("title", "")), note=str(data.get("note", ""))
        )

    def _settle(
        self, name: str, known: Mapping[str, Any], given: Mapping[str, Any], chain: tuple[str, ...]
    ) -> None:
        """Value of a quantity: given, a number, or an expression over other quantities."""
        where = f"{self.where}: quantity {name}"
        if name in chain:
            raise InputError(
                f"quantities define each other: {' -> '.join((*chain, name))}", where=self.where
            )
        if len(chain) >= MAX_CHAIN:
            raise TooLargeError(
                f"quantities that read each other more than {MAX_CHAIN} deep",
                where=self.where,
                allowed=f"at most {MAX_CHAIN}",
            )
        entry = given.get(name, known[name])
        if isinstance(entry, Mapping):
            if "value" not in entry:
                raise InputError("no value", where=where, allowed="{ value = ... }")
            entry = entry["value"]
        if isinstance(entry, str):
            from negotiate.case.expression import parse

            for other in parse(entry).names:
                if other in known and other not in self.values:
                    self._settle(other, known, given, (*chain, name))
        self.values[name] = self.number(entry, where)

    def number(self, entry: Any, place: str) -> Any:
        """A number as it stands, or an expression over the quantities."""
        if not isinstance(entry, str):
            return numbers.number(entry, where=place)
        from negotiate.case.expression import parse

        expression = parse(entry)
        for name in expression.names:
            if name not in self.values:
                raise UnknownNameError("quantity", name, self.values, where=place)
        try:
            return numbers.number(expression.evaluate(self.values), where=place)
        except ZeroDivisionError:
            raise InputError(f"'{entry}' divides by zero", where=place) from None

    def fill(self, node: TreeNode, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """Write one node; returns its actions."""
        place = f"{self.where}: {self.tree.place(node.index)}"
        if not isinstance(entry, Mapping):
            raise InputError(f"{entry!r} is no node", where=place, allowed="a table")
        for key in entry:
            if key not in _NODE:
                raise UnknownNameError("key", key, sorted(_NODE), where=place)
        if "player" in entry and "chance" in entry:
            raise InputError("both a player and chance move", where=place, allowed="one of them")
        if "payoffs" in entry:
            self._pay(node, entry, place)
        name = str(entry.get("name", ""))
        if name:
            self.tree.names[node.index] = name
        label = entry.get("information_set")
        if "chance" in entry:
            if not isinstance(entry["chance"], Mapping):
                raise InputError(
                    f"chance is {entry['chance']!r}",
                    where=place,
                    allowed="a table of branch to probability, such as { rain = 0.3, sun = 0.7 }",
                )
            odds = {
                str(branch): self.number(value, f"{place}: probability of '{branch}'")
                for branch, value in entry["chance"].items()
            }
            node.chance(odds, information_set=label, name=name)
            return tuple(odds)
        if "player" in entry:
            actions = tuple(map(str, entry.get("actions", ())))
            node.move(str(entry["player"]), actions, information_set=label, name=name)
            return actions
        if "actions" in entry:
            raise InputError(
                "actions but nobody to choose", where=place, allowed="player or chance"
            )
        if "payoffs" not in entry:
            raise InputError("an empty node", where=place, allowed="player, chance or payoffs")
        return ()

    def _pay(self, node: TreeNode, entry: Mapping[str, Any], place: str) -> None:
        given = entry["payoffs"]
        if isinstance(given, Mapping):
            row = {str(k): self.number(v, f"{place}: payoff of {k}") for k, v in given.items()}
            for player in row:
                if player not in self.tree.number:
                    raise UnknownNameError("player", player, self.tree.players, where=place)
            values = [row.get(player, 0) for player in self.tree.players]
        elif isinstance(given, Sequence) and not isinstance(given, str):
            values = [
                self.number(value, f"{place}: payoff {k + 1}") for k, value in enumerate(given)
            ]
        else:
            raise InputError(f"payoffs are {given!r}", where=place, allowed="a list or a table")
        node.pays(*values, outcome=str(entry.get("outcome", "")))

    def nested(self) -> None:
        """The layout ``[tree]``."""
        waiting = [(self.tree.root, self.data["tree"])]
        while waiting:
            node, entry = waiting.pop()
            below = entry.get("actions", {}) if isinstance(entry, Mapping) else {}
            if not isinstance(below, Mapping):
                raise InputError(
                    "actions are a list",
                    where=self.tree.place(node.index),
                    allowed="in [tree], a table with a node for each action",
                )
            below_here = []
            for action in self.fill(node, entry):
                if action not in below:
                    raise InputError(
                        f"nothing follows '{action}'",
                        where=self.tree.place(node.index),
                        allowed="a node for every action and branch",
                    )
                below_here.append((node[action], below[action]))
            waiting.extend(reversed(below_here))
            for action in below:
                if "chance" in entry and action not in entry["chance"]:
                    raise InputError(
                        f"branch '{action}' has no probability",
                        where=self.tree.place(node.index),
                    )

    def by_history(self) -> None:
        """The layout ``[[node]]``."""
        entries: dict[tuple[str, ...], Mapping[str, Any]] = {}
        for entry in self.data["node"]:
            history = entry.get("history")
            if isinstance(history, str):
                history = [part.strip() for part in history.split("/") if part.strip()]
            if history is None:
                raise InputError("a node without its history", where=self.where)
            key = tuple(map(str, history))
            if key in entries:
                raise InputError(
                    f"the node after ({', '.join(key)}) is listed twice",
                    where=self.where,
                    allowed="one entry a history",
                )
            entries[key] = entry
        used = 0
        waiting: list[tuple[TreeNode, tuple[str, ...]]] = [(self.tree.root, ())]
        while waiting:
            node, key = waiting.pop()
            if key not in entries:
                raise InputError(
                    f"there is no node after ({', '.join(key)})",
                    where=self.where,
                    allowed="an entry for every history",
                )
            used += 1
            actions = self.fill(node, entries[key])
            waiting.extend((node[a], (*key, a)) for a in reversed(actions))
        if used < len(entries):
            reached = {self.tree.history(n) for n in range(len(self.tree.parent))}
            lost = next(key for key in entries if key not in reached)
            raise InputError(
                f"no path leads to ({', '.join(lost)})",
                where=self.where,
                remedy="check that every action of the history exists where it is taken",
            )

    def by_name(self) -> None:
        """The layout ``[nodes]``."""
        nodes = self.data["nodes"]
        root = str(self.data.get("root", next(iter(nodes), "")))
        if root not in nodes:
            raise UnknownNameError("node", root, nodes, where=self.where)
        above: dict[str, str] = {}
        waiting: list[tuple[TreeNode, str]] = [(self.tree.root, root)]
        while waiting:
            node, name = waiting.pop()
            if len(above) > NODE_BOUND:
                raise TooLargeError("too many nodes", where=self.where)
            entry, below_here = nodes[name], []
            for action in self.fill(node, {"name": name, **entry}):
                follow = entry.get("actions", {})
                if not isinstance(follow, Mapping) or action not in follow:
                    raise InputError(
                        f"nothing follows '{action}'",
                        where=f"{self.where}: node '{name}'",
                        allowed='actions = { action = "name of a node" }',
                    )
                child = str(follow[action])
                if child not in nodes:
                    raise UnknownNameError("node", child, nodes, where=f"node '{name}'")
                _one_parent(above, root, name, child, self.where)
                below_here.append((node[action], child))
            waiting.extend(reversed(below_here))
        lost = [name for name in nodes if name != root and name not in above]
        if lost:
            raise InputError(
                f"no path leads to node '{lost[0]}'",
                where=self.where,
                remedy="let an action lead there, or leave it out",
            )


def _one_parent(above: dict[str, str], root: str, name: str, child: str, where: str) -> None:
    """A node follows one node only: else the graph has a cycle or a child listed twice."""
    if child != root and child not in above:
        above[child] = name
        return
    up: str | None = name
    while up is not None and up != child:
        up = above.get(up)
    if up == child:
        raise InputError(
            f"a cycle: '{child}' leads to '{name}', which leads back to '{child}'",
            where=where,
            allowed="a tree",
        )
    raise InputError(
        f"node '{child}' is listed twice as a child, of '{above.get(child, root)}' and of '{name}'",
        where=where,
        allowed="each node follows exactly one action",
        remedy="write the node twice, and give both the same information_set if the mover cannot "
        "tell them apart",
    )


def to_dict(game: ExtensiveGame) -> dict[str, Any]:
    """The nested description of a game; numbers as texts, so that nothing is rounded."""
    entries: list[dict[str, Any]] = [{} for _ in range(game.count)]
    for node in range(game.count - 1, -1, -1):
        index, entry = int(game.information_set[node]), entries[node]
        if game.node_labels and game.node_labels[node]:
            entry["name"] = game.node_labels[node]
        if index >= 0:
            who, actions = int(game.owner[index]), game.set_actions[index]
            if who >= 0:
                entry["player"] = game.players[who]
            else:
                entry["chance"] = {
                    a: str(game.chance[c]) for a, c in zip(actions, game.children[node])
                }
            entry["information_set"] = game.set_labels[index]
            entry["actions"] = {a: entries[c] for a, c in zip(actions, game.children[node])}
        out = int(game.outcome[node])
        if out >= 0 or index < 0:
            row = game.payoffs[out].tolist() if out >= 0 else [0] * len(game.players)
            entry["payoffs"] = {p: str(value) for p, value in zip(game.players, row)}
            if out >= 0 and game.outcome_labels and game.outcome_labels[out]:
                entry["outcome"] = game.outcome_labels[out]
    head = {"kind": "extensive", "title": game.title, "note": game.note}
    return {
        **{k: v for k, v in head.items() if v},
        "players": list(game.players),
        "tree": entries[0],
    }
