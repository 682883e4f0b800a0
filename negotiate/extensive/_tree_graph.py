"""Game trees to and from other libraries: networkx graphs and pygambit games.

A `networkx.DiGraph` carries, on nodes, ``player`` (and ``information_set``) or ``chance=True``, and
``payoffs`` (a mapping, or a sequence in the order of the players); on edges, ``action`` and, below
chance, ``probability``. Edges are taken in the order in which they were added.

>>> import networkx
>>> graph = networkx.DiGraph()
>>> graph.add_node("start", player="A")
>>> graph.add_node("left", payoffs={"A": 1}); graph.add_node("right", payoffs={"A": "1/2"})
>>> graph.add_edge("start", "left", action="l"); graph.add_edge("start", "right", action="r")
>>> game = from_networkx(graph, players=["A"])
>>> game.node_labels, to_networkx(game).edges[0, 2]["action"]
(('start', 'left', 'right'), 'r')
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate.errors import InputError, MissingExtraError
from negotiate.extensive import _tree_tables
from negotiate.extensive import efg as _gambit_efg
from negotiate.extensive.game import ExtensiveGame


def from_networkx(graph: Any, *, players: Sequence[str], title: str = "") -> ExtensiveGame:
    """A game from a directed tree; says where it has a cycle, two roots or a child of two nodes."""
    where = title or "graph"
    names = [str(node) for node in graph.nodes]
    if len(set(names)) < len(names):
        raise InputError("two nodes have the same name as text", where=where)
    roots = [node for node in graph.nodes if graph.in_degree(node) == 0]
    if len(roots) > 1:
        raise InputError(
            f"the nodes {', '.join(repr(str(r)) for r in roots[:5])} follow no other node",
            where=where,
            allowed="one root; every other node follows exactly one",
        )
    if not roots and names:
        # Every node follows another: walking up from any of them ends in a circle.
        node, seen = next(iter(graph.nodes)), dict[Any, int]()
        while node not in seen:
            seen[node] = len(seen)
            node = next(iter(graph.predecessors(node)))
        circle = [str(n) for n, k in seen.items() if k >= seen[node]][::-1]
        raise InputError(
            f"a cycle: {' -> '.join([*circle, circle[0]])}", where=where, allowed="a tree"
        )
    table: dict[str, Any] = {}
    for node, data in graph.nodes(data=True):
        entry: dict[str, Any] = {
            key: data[key] for key in ("payoffs", "information_set", "outcome") if key in data
        }
        follow: dict[str, str] = {}
        odds: dict[str, Any] = {}
        for place, (_, child, edge) in enumerate(graph.out_edges(node, data=True)):
            action = str(edge.get("action", place + 1))
            if action in follow:
                raise InputError(
                    f"action '{action}' leads to two nodes",
                    where=f"node '{node}'",
                    allowed="distinct actions",
                )
            follow[action] = str(child)
            if "probability" in edge:
                odds[action] = edge["probability"]
        if follow:
            entry["actions"] = follow
            if data.get("chance") or (odds and "player" not in data):
                entry["chance"] = {action: odds.get(action, 0) for action in follow}
            elif "player" not in data:
                raise InputError(
                    "nobody moves",
                    where=f"node '{node}'",
                    allowed="player=..., or probabilities on the edges",
                )
            else:
                entry["player"] = data["player"]
        table[str(node)] = entry
    data_file = {
        "players": list(players),
        "title": title,
        "nodes": table,
        "root": str(roots[0]) if roots else "",
    }
    return _tree_tables.from_dict(data_file, where=where)


def to_networkx(game: ExtensiveGame) -> Any:
    """The tree as a graph whose nodes are the node numbers; the inverse of `from_networkx`."""
    import networkx

    graph = networkx.DiGraph(title=game.title, players=game.players)
    rows = np.moveaxis(game.payoffs, (-2, -1), (0, 1))
    pays: Any = rows.tolist() if rows.ndim == 2 else rows
    odds: Any = game.chance.tolist() if game.chance.ndim == 1 else np.moveaxis(game.chance, -1, 0)
    for node in range(game.count):
        index, out = int(game.information_set[node]), int(game.outcome[node])
        data: dict[str, Any] = {}
        if index >= 0:
            who = int(game.owner[index])
            data = {"player": game.players[who]} if who >= 0 else {"chance": True}
            data["information_set"] = game.set_labels[index]
        if out >= 0:
            row = pays[out]
            data["payoffs"] = {p: row[k] for k, p in enumerate(game.players)}
        elif index < 0:
            data["payoffs"] = dict.fromkeys(game.players, 0)
        graph.add_node(node, **data)
    for node in range(1, game.count):
        up = int(game.parent[node])
        index = int(game.information_set[up])
        edge = {"action": game.set_actions[index][game.action[node]]}
        if game.owner[index] < 0:
            edge["probability"] = odds[node]
        graph.add_edge(up, node, **edge)
    return graph


def to_pygambit(game: ExtensiveGame) -> Any:
    """The game for pygambit, handed over in the ``.efg`` format."""
    return _pygambit().read_efg(io.BytesIO(_gambit_efg.dumps(game).encode("utf-8")))


def from_pygambit(game: Any) -> ExtensiveGame:
    """A game of pygambit's, handed over in the ``.efg`` format."""
    return _gambit_efg.loads(game.to_efg(), path="pygambit")


def _pygambit() -> Any:
    try:
        import pygambit
    except ImportError:
        raise MissingExtraError("pygambit", "gambit") from None
    return pygambit
