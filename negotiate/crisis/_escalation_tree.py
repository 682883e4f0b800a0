"""The escalation ladder as a game tree, on which every tie can be explored."""

from __future__ import annotations

from typing import Any

from negotiate.extensive.build import GameTree


def tree(ladder: Any) -> Any:
    """The tree of an `EscalationLadder`, each step under the label it has in `solved`."""
    out = GameTree(list(ladder.players), title=ladder.title)
    challenger, target = ladder.players
    start = out.root.move(challenger, ["demand", "keep the status quo"], information_set="start")
    start["keep the status quo"].pays(0, 0)

    def answer(node: Any, label: str, spent_c: Any, spent_t: Any) -> Any:
        reply = node.move(target, ["resist", "concede"], information_set=label)
        reply["concede"].pays(ladder.stake_challenger - spent_c, -ladder.stake_target - spent_t)
        return reply["resist"]

    node = answer(start["demand"], "demand", 0, 0)
    spent_c: Any = 0
    spent_t: Any = 0
    earlier = ladder.demand_audience_cost
    for rung in ladder.rungs:
        label = f"threaten {rung.name}"
        choice = node.move(challenger, [label, "give up"], information_set=f"before {rung.name}")
        choice["give up"].pays(-spent_c - earlier, -spent_t)
        spent_c = spent_c + rung.announce
        node = answer(choice[label], f"{rung.name} threatened", spent_c, spent_t)
        back_pays = (-spent_c - rung.audience_cost, -spent_t)
        spent_c, spent_t = spent_c + rung.cost_holder, spent_t + rung.cost_target
        act = f"carry out {rung.name}"
        if ladder.commitment == "derived":
            ending = node.move(
                challenger, [act, "back down"], information_set=f"{rung.name} resisted"
            )
            ending["back down"].pays(*back_pays)
            node = ending[act]
        elif ladder.commitment == "stated":
            p = rung.credibility
            ending = node.chance({act: p, "back down": 1 - p})
            ending["back down"].pays(*back_pays)
            node = ending[act]
        node = answer(node, f"{rung.name} carried out", spent_c, spent_t)
        earlier = rung.audience_cost
    node.pays(ladder.end_challenger - spent_c, ladder.end_target - spent_t)
    return out.build()
