"""Game trees: building and solving them against pygambit, or against a naive recursion.

Claims, each a ratio in the same run (theirs over ours):

- ``build and solve``: a binary tree of perfect information from nested moves, built with
  `GameTree` and solved by backward induction. The peer builds the same tree in pygambit, where it
  is installed, at the largest size it manages in a few seconds; else a `networkx.DiGraph` is built
  and solved by a recursion over its successors.
- ``solve``: backward induction on the built tree against that recursion, at every size.
- ``linear``: time a node at the largest size over time a node at a hundredth of it (near 1).
- ``ladder``: all subgame perfect equilibria of a three-stage escalation ladder whose rungs are
  simultaneous games, against brute force over pure profiles (which misses the mixed ones).

``--quick`` stays under 40 s.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import networkx
import numpy as np

from negotiate.forms import _gambit_efg
from negotiate.forms._tree_builder import GameTree
from negotiate.forms.extensive import ExtensiveGame, from_dict
from negotiate.solutions import backward_induction, subgame_perfect


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def build(levels: int, payoffs: list[list[float]]) -> ExtensiveGame:
    tree = GameTree(["A", "B"])
    front = [tree.root]
    for level in range(levels):
        front = _next(front, "AB"[level % 2])
    for node, row in zip(front, payoffs):
        node.pays(*row)
    return tree.build()


def _next(front: list[Any], player: str) -> list[Any]:
    out = []
    for node in front:
        node.move(player, ("l", "r"))
        out += (node["l"], node["r"])
    return out


def graph_of(levels: int, payoffs: list[list[float]]) -> networkx.DiGraph:
    graph = networkx.DiGraph()
    count = 2 ** (levels + 1) - 1
    graph.add_nodes_from(range(count))
    graph.add_edges_from(((k - 1) // 2, k) for k in range(1, count))
    first = 2**levels - 1
    for k, row in enumerate(payoffs):
        graph.nodes[first + k]["payoffs"] = row
    return graph


def recursion(graph: networkx.DiGraph, node: int = 0, level: int = 0) -> list[float]:
    below = [recursion(graph, child, level + 1) for child in graph.successors(node)]
    if not below:
        row: list[float] = graph.nodes[node]["payoffs"]
        return row
    return max(below, key=lambda row: row[level % 2])


def gambit_build(levels: int, payoffs: list[list[float]]) -> Any:
    import pygambit

    game = pygambit.Game.new_tree(players=["A", "B"])
    front = [game.root]
    for level in range(levels):
        for node in front:
            game.append_move(node, "AB"[level % 2], ["l", "r"])
        front = [child for node in front for child in node.children]
    for node, row in zip(front, payoffs):
        game.set_outcome(node, game.add_outcome(row))
    return game


def trees(sizes: list[int], results: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    per_node: dict[int, float] = {}
    for size in sizes:
        levels = size.bit_length() - 1
        count = 2 ** (levels + 1) - 1
        payoffs = rng.normal(size=(2**levels, 2)).tolist()
        built, game = timed(lambda: build(levels, payoffs))  # noqa: B023
        solved, answer = timed(lambda: backward_induction.induction(game))  # noqa: B023
        drawn, graph = timed(lambda: graph_of(levels, payoffs))  # noqa: B023
        walked, value = timed(lambda: recursion(graph))  # noqa: B023
        assert np.allclose(answer.values[0], value)
        per_node[count] = (built + solved) / count
        print(
            f"{count:>9,} nodes: build {built:7.3f} s, solve {solved:7.4f} s; "
            f"networkx build {drawn:7.3f} s, recursion {walked:7.3f} s"
        )
        results[f"solve, {count:,} nodes"] = claim("recursion over networkx", solved, walked)
    low, high = min(per_node), max(per_node)
    results["linear"] = claim(
        f"time a node at {low:,} nodes against {high:,}", per_node[high], per_node[low]
    )


def gambit(levels: int, results: dict[str, Any]) -> None:
    payoffs = np.random.default_rng(2).integers(0, 100, (2**levels, 2)).tolist()
    ours, _ = timed(lambda: backward_induction.induction(build(levels, payoffs)))
    try:
        theirs, _ = timed(lambda: gambit_build(levels, payoffs))
        peer = "pygambit, building only"
    except (ImportError, AttributeError, TypeError) as error:
        # Version 17 of pygambit builds trees otherwise; reading a file is compared below.
        print(f"pygambit does not build: {type(error).__name__}: {error}")
        theirs, _ = timed(lambda: recursion(graph_of(levels, payoffs)))
        peer = "networkx and a recursion"
    count = 2 ** (levels + 1) - 1
    print(f"{count:>9,} nodes: ours {ours:.3f} s, {peer} {theirs:.3f} s")
    results[f"build and solve, {count:,} nodes"] = claim(peer, ours, theirs)


def reading(levels: int, results: dict[str, Any]) -> None:
    try:
        import pygambit
    except ImportError:
        print("pygambit is not installed: reading is not compared")
        return
    payoffs = np.random.default_rng(3).integers(0, 100, (2**levels, 2)).tolist()
    text = build(levels, payoffs).to_efg()
    ours, _ = timed(lambda: backward_induction.induction(_gambit_efg.loads(text)))
    theirs, _ = timed(lambda: pygambit.read_efg(io.BytesIO(text.encode())))
    count = 2 ** (levels + 1) - 1
    print(
        f"{count:>9,} nodes from .efg: ours, solved, {ours:.3f} s; pygambit, read, {theirs:.3f} s"
    )
    results[f"read .efg and solve, {count:,} nodes"] = claim(
        f"pygambit {pygambit.__version__}, reading only", ours, theirs
    )


def ladder() -> dict[str, Any]:
    """Three rungs: both choose to press or to yield unseen; if both press, the next rung."""
    node: dict[str, Any] = {"payoffs": [-6, -6]}
    for rung in (3, 2, 1):
        rows = {}
        for a in ("press", "yield"):
            cells = {}
            for b in ("press", "yield"):
                gain = {("press", "yield"): [rung, -rung], ("yield", "press"): [-rung, rung]}
                both = node if (a, b) == ("press", "press") else {"payoffs": [0, 0]}
                cells[b] = {"payoffs": gain[a, b]} if (a, b) in gain else both
            rows[a] = {"player": "B", "information_set": f"B{rung}", "actions": cells}
        node = {"player": "A", "information_set": f"A{rung}", "actions": rows}
    return {"players": ["A", "B"], "tree": node}


def brute_force(tree: dict[str, Any]) -> int:
    """Pure subgame perfect profiles of the ladder, every profile and deviation tried."""
    roots = [tree]
    while True:
        below = roots[-1]["actions"]["press"]["actions"]["press"]
        if "actions" not in below:
            break
        roots.append(below)
    labels = [node["information_set"] for node in roots]
    labels += [label.replace("A", "B") for label in labels]

    def pays(node: dict[str, Any], choice: dict[str, str]) -> list[float]:
        while "actions" in node:
            node = node["actions"][choice[node["information_set"]]]
        row: list[float] = node["payoffs"]
        return row

    found = 0
    for actions in product(("press", "yield"), repeat=len(labels)):
        choice = dict(zip(labels, actions))
        found += all(
            pays(root, {**choice, **dict(zip(own, other))})[who] <= pays(root, choice)[who]
            for root in roots
            for who, own in enumerate((labels[: len(roots)], labels[len(roots) :]))
            for other in product(("press", "yield"), repeat=len(own))
        )
    return found


def escalation(results: dict[str, Any]) -> None:
    data = ladder()
    game = from_dict(data)
    ours, answer = timed(lambda: subgame_perfect.solve(game))
    theirs, pure = timed(lambda: brute_force(data["tree"]))
    ours_pure = sum(
        all(p in (0, 1) for own in point.strategies.values() for r in own.values()
            for p in r.values()) for point in answer
    )  # fmt: skip
    assert ours_pure == pure, (ours_pure, pure)
    print(
        f"ladder: {len(answer)} equilibria ({pure} pure), complete {answer.complete}, "
        f"{ours * 1e3:.1f} ms; brute force over pure profiles {theirs * 1e3:.1f} ms"
    )
    results["three-stage ladder, all equilibria"] = claim(
        "brute force over pure profiles only", ours, theirs
    )


def claim(peer: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"ratio": theirs / ours, "peer": peer, "ours": ours, "theirs": theirs}


def main() -> None:
    quick = "--quick" in sys.argv
    results: dict[str, Any] = {}
    trees([2**9, 2**13, 2**16] if quick else [2**9, 2**13, 2**16, 2**19], results)
    gambit(11 if quick else 15, results)
    reading(11 if quick else 15, results)
    escalation(results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
