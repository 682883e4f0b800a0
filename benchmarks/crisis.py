"""Crises over draws: vectorised kernels against a loop over single draws.

Claims, each a ratio of seconds a draw in the same run (theirs over ours):

- ``escalation ladder``: backward induction of a three-rung ladder over a million draws; the peer
  builds the tree in `networkx` and walks it for each draw.
- ``risk and return``: the best demand over a million draws of war costs; the peer maximises with
  `scipy.optimize.minimize_scalar` for each draw.

The answers of both are compared on the draws of the peer. ``--quick`` stays under 40 s.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
from scipy.optimize import minimize_scalar

from negotiate.crisis.crisis_bargaining import RiskReturn
from negotiate.crisis.escalation import EscalationLadder, Rung


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def claim(peer: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"ratio": theirs / ours, "peer": peer, "ours": ours, "theirs": theirs}


def walk(costs: Any, stake: float) -> float:
    """Payoff of the challenger on a ladder of rungs (target, holder, audience), one draw."""
    tree = networkx.DiGraph()
    spent_c = spent_t = 0.0
    shame = 0.0

    def reply(parent: str, here: str) -> None:
        tree.add_node(here, mover=1)
        tree.add_node(f"{here} no", pay=(stake - spent_c, -stake - spent_t))
        tree.add_edge(parent, here)
        tree.add_edge(here, f"{here} no")

    tree.add_node("start", mover=0)
    tree.add_node("quiet", pay=(0.0, 0.0))
    tree.add_edge("start", "quiet")
    reply("start", "demand")
    last = "demand"
    for k, (target, holder, audience) in enumerate(costs):
        tree.add_node(f"{k}", mover=0)
        tree.add_node(f"{k} quit", pay=(-spent_c - shame, -spent_t))
        tree.add_edge(last, f"{k}")
        tree.add_edge(f"{k}", f"{k} quit")
        reply(f"{k}", f"{k} threat")
        tree.add_node(f"{k} act", mover=0)
        tree.add_node(f"{k} back", pay=(-spent_c - audience, -spent_t))
        tree.add_edge(f"{k} threat", f"{k} act")
        tree.add_edge(f"{k} act", f"{k} back")
        spent_c, spent_t, shame = spent_c + holder, spent_t + target, audience
        reply(f"{k} act", f"{k} done")
        last = f"{k} done"
    tree.add_node("end", pay=(-spent_c, -spent_t))
    tree.add_edge(last, "end")

    def value(node: str) -> tuple[float, float]:
        data = tree.nodes[node]
        if "pay" in data:
            pay: tuple[float, float] = data["pay"]
            return pay
        # The peaceful action stands first where a leaf ends it, as in our tie rule.
        options = sorted(
            (value(child) for child in tree.successors(node)), key=lambda v: v[data["mover"]]
        )
        return options[-1]

    return value("start")[0]


def ladders(draws: int, loop: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    c = rng.uniform(0.0, 1.5, (draws, 3, 3))
    stake = np.full(draws, 1.0)
    form = EscalationLadder(
        tuple(Rung(f"lever {k}", c[:, k, 0], c[:, k, 1], c[:, k, 2]) for k in range(3)),
        stake,
        stake,
    )
    ours, answer = timed(form.solved)
    theirs, single = timed(lambda: [walk(c[k], 1.0) for k in range(loop)])
    worst = float(np.abs(answer.value[0][:loop] - single).max())
    assert worst < 1e-9, worst
    print(f"ladder: {draws:,} draws in {ours:.2f} s, largest difference to the walk {worst:.1e}")
    results["escalation ladder"] = claim("networkx tree, one draw", ours / draws, theirs / loop)


def risk(draws: int, loop: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    p, own = rng.uniform(0.2, 0.7, draws), rng.uniform(0.0, 0.3, draws)
    top = rng.uniform(0.2, 0.3, draws)

    def ours_() -> Any:
        return RiskReturn(p, own, top, np.zeros(draws)).demand

    def best(k: int) -> float:
        def loss(x: float) -> float:
            chance = min(max((x - p[k]) / top[k], 0.0), 1.0)
            return -(x * (1 - chance) + (p[k] - own[k]) * chance)

        found = minimize_scalar(
            loss, bounds=(p[k], p[k] + top[k]), method="bounded", options={"xatol": 1e-9}
        )
        return float(found.x)

    ours, demand = timed(ours_)
    theirs, single = timed(lambda: [best(k) for k in range(loop)])
    worst = float(np.abs(demand[:loop] - single).max())
    assert worst < 1e-5, worst
    print(f"risk: {draws:,} draws in {ours:.3f} s, largest difference to the search {worst:.1e}")
    results["risk and return"] = claim("scipy minimize_scalar", ours / draws, theirs / loop)


def main() -> None:
    quick = "--quick" in sys.argv
    draws, loop = (200_000, 1_000) if quick else (1_000_000, 5_000)
    results: dict[str, Any] = {}
    ladders(draws, loop, results)
    risk(draws, loop, results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
