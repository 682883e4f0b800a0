"""Game trees: building, reading and solving them against pygambit, or a recursion over networkx.

Claims, each a ratio in the same run (theirs over ours), every size as measured:

- ``build and solve``: a binary tree of perfect information, every node its own information set,
  built from arrays and solved by backward induction. The peer, pygambit, builds the same tree; it
  has no backward induction, so building is all it is charged for. Its time is measured at the size
  that the claim names, never scaled up.
- ``build by moves``: the same with ours built move by move (`GameTree`).
- ``exact``: payoffs in fractions instead of floats.
- ``read``: an ``.efg`` file read and solved against reading only.
- ``solve``: backward induction on the built tree against a recursion over a `networkx.DiGraph`.
- ``linear``: time a node at the smallest size of 1e4 and more over time a node at the largest.
- ``ladder``: all subgame perfect equilibria of a three-stage escalation ladder whose rungs are
  simultaneous games; no peer finds them, so against pygambit's enumeration of all Nash equilibria
  of the same tree (or, without pygambit, brute force over pure profiles, which misses the mixed).

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

from negotiate.extensive import efg as _gambit_efg
from negotiate.extensive.backward_induction import induction
from negotiate.extensive.build import GameTree
from negotiate.extensive.game import ExtensiveGame, from_arrays, from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect


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
    out: list[Any] = []
    for node in front:
        out.extend(node.move(player, ("l", "r")))
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


def arrays(levels: int, payoffs: list[list[float]], *, exact: bool = False) -> ExtensiveGame:
    count, first = 2 ** (levels + 1) - 1, 2**levels - 1
    nodes = np.arange(count)
    parent = (nodes - 1) // 2
    parent[0] = -1
    level = np.floor(np.log2(nodes + 1)).astype(int)
    rows = np.zeros((count, 2), dtype=int if exact else float)
    rows[first:] = payoffs
    mover = np.where(nodes < first, level % 2, -2)
    return from_arrays(["A", "B"], parent=parent, mover=mover, payoffs=rows)


def gambit_build(levels: int, payoffs: list[list[float]]) -> Any:
    import pygambit

    if not hasattr(pygambit, "ExtensiveGame"):  # up to version 16
        game = pygambit.Game.new_tree(players=["A", "B"])
        front = [game.root]
        for level in range(levels):
            for node in front:
                game.append_move(node, "AB"[level % 2], ["l", "r"])
            front = [child for node in front for child in node.children]
        for node, row in zip(front, payoffs):
            game.set_outcome(node, game.add_outcome(row))
        return game
    H = pygambit.H
    game = pygambit.ExtensiveGame(["A", "B"])
    for level in range(levels):
        each = H.plays.by(lambda history: tuple(step.action for step in history))
        game.append_move(each, "AB"[level % 2], ["l", "r"])
    for k, (path, row) in enumerate(zip(product("lr", repeat=levels), payoffs)):
        game.make_outcome(H.path(*path), dict(zip("AB", row)), str(k + 1))
    return game


def trees(sizes: list[int], results: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    per_node: dict[int, float] = {}
    for size in sizes:
        levels = size.bit_length() - 1
        count = 2 ** (levels + 1) - 1
        payoffs = rng.normal(size=(2**levels, 2)).tolist()
        built, game = timed(lambda: arrays(levels, payoffs))  # noqa: B023
        solved, answer = timed(lambda: induction(game))  # noqa: B023
        per_node[count] = (built + solved) / count
        line = f"{count:>9,} nodes: from arrays {built:7.3f} s, solve {solved:7.4f} s"
        if count < 300_000:
            moved, again = timed(lambda: build(levels, payoffs))  # noqa: B023
            drawn, graph = timed(lambda: graph_of(levels, payoffs))  # noqa: B023
            walked, value = timed(lambda: recursion(graph))  # noqa: B023
            assert np.allclose(answer.values[0], value)
            assert np.allclose(induction(again).values[0], value)
            line += (
                f"; by moves {moved:7.3f} s; networkx build {drawn:7.3f} s, "
                f"recursion {walked:7.3f} s"
            )
            results[f"solve, {count:,} nodes"] = claim("recursion over networkx", solved, walked)
        print(line)
    low = min(count for count in per_node if count >= 10_000)
    high = max(per_node)
    results["linear"] = claim(
        f"time a node at {low:,} nodes against {high:,}", per_node[high], per_node[low]
    )


def gambit(levels: int, results: dict[str, Any]) -> None:
    try:
        import pygambit
    except ImportError:
        print("pygambit is not installed: building is compared with networkx above only")
        return
    payoffs = np.random.default_rng(2).integers(0, 100, (2**levels, 2)).tolist()
    count = 2 ** (levels + 1) - 1
    name = f"pygambit {pygambit.__version__}, building only, at this size"
    # Ours first: a large peer left in memory would slow our garbage collection.
    made: list[tuple[str, Callable[[], ExtensiveGame]]] = [
        ("build and solve", lambda: arrays(levels, payoffs)),
        ("exact, build and solve", lambda: arrays(levels, payoffs, exact=True)),
        ("build by moves and solve", lambda: build(levels, payoffs)),
    ]
    taken = {}
    for label, make in made:
        taken[label], answer = timed(lambda: induction(make()))  # noqa: B023
    theirs, peer = timed(lambda: gambit_build(levels, payoffs))
    for label, ours in taken.items():
        print(f"{count:>9,} nodes, {label}: ours {ours:.3f} s, {name} {theirs:.3f} s")
        results[f"{label}, {count:,} nodes"] = claim(name, ours, theirs)
    if count < 5_000:  # the same game, as far as pygambit can say
        text = peer.to_efg()
        assert (induction(_gambit_efg.loads(text)).values[0] == answer.values[0]).all()


def reading(levels: int, results: dict[str, Any]) -> None:
    try:
        import pygambit
    except ImportError:
        print("pygambit is not installed: reading is not compared")
        return
    payoffs = np.random.default_rng(3).integers(0, 100, (2**levels, 2)).tolist()
    text = arrays(levels, payoffs, exact=True).to_efg()
    ours = min(timed(lambda: induction(_gambit_efg.loads(text)))[0] for _ in range(3))
    theirs = min(timed(lambda: pygambit.read_efg(io.BytesIO(text.encode())))[0] for _ in range(3))
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
    subgame_perfect(game)  # imports done
    ours = min(timed(lambda: subgame_perfect(game))[0] for _ in range(3))
    answer = subgame_perfect(game)
    spent, pure = timed(lambda: brute_force(data["tree"]))
    ours_pure = sum(
        all(
            p in (0, 1)
            for own in point.strategies.values()
            for r in own.values()
            for p in r.values()
        )
        for point in answer.points
    )
    assert ours_pure == pure, (ours_pure, pure)
    peer, theirs = "brute force over pure profiles only: no mixed equilibria", spent
    try:
        import pygambit

        other = game.to_pygambit()
        theirs = min(timed(lambda: pygambit.nash.enummixed_solve(other))[0] for _ in range(3))
        peer = f"pygambit {pygambit.__version__} enummixed: all Nash equilibria, perfect or not"
    except ImportError:
        pass
    print(
        f"ladder: {len(answer)} equilibria ({pure} pure), complete {answer.complete}, "
        f"{ours * 1e3:.1f} ms; {peer} {theirs * 1e3:.1f} ms"
    )
    results["three-stage ladder, all equilibria"] = claim(peer, ours, theirs)


def claim(peer: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"ratio": theirs / ours, "peer": peer, "ours": ours, "theirs": theirs}


def main() -> None:
    quick = "--quick" in sys.argv
    results: dict[str, Any] = {}
    trees([2**9, 2**13, 2**16] if quick else [2**9, 2**13, 2**16, 2**19], results)
    for levels in (11, 13) if quick else (11, 13, 16):
        gambit(levels, results)
    reading(13 if quick else 16, results)
    escalation(results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
