"""The escalation ladder: which threats are credible, and where the climb ends."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.crisis.escalation import HARMFUL
from negotiate.crisis.views import escalation as view
from negotiate.declare import section
from negotiate.drawing.text import number
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table
from negotiate.report.sections import _crisis as shared
from negotiate.whatif.words import inside


def applies(context: Any) -> bool:
    """Where a principal holds a lever that costs the other something."""
    return bool(context.two and any(_rungs(context, party) for party in context.case.principals))


def _rungs(context: Any, party: str) -> list[str]:
    case = context.case
    others = [p for p in case.principals if p != party]
    return [
        name
        for name in case.on_table()
        if case.levers[name].holder == party
        and HARMFUL & set(case.levers[name].enters)
        and any(case.has(f"lever.{name}.cost.{other}") for other in others)
    ]


@section("escalation", title="Escalation", order=56.2, applies=applies)
def blocks(context: Any) -> list[Block]:
    """One ladder for each principal that holds levers, the file's challenger first."""
    form = declare.file_of("escalation")
    first = context.case.setting("escalation", "challenger", context.case.principals[0])
    order = [first, *(p for p in context.case.principals if p != first)]
    out: list[Block] = [
        Paragraph(
            "A challenger demands, then climbs its levers in a stated order; at each threat "
            "the target concedes or resists, and the challenger carries the threat out or "
            "backs down at an audience cost. A threat is credible if carrying it out is "
            "then the better choice (Schelling 1966; Fearon 1994). Solved by backward "
            "induction."
        ),
    ]
    for party in order:
        if not _rungs(context, party):
            continue
        ladder, reason = shared.attempt(
            functools.partial(
                declare.load("compiles", "escalation"), context.case, challenger=party
            )
        )
        if ladder is None:
            out += shared.left_out({context.name(party): reason})
            continue
        out += _ladder(context, form, ladder, drawn=party == first)
    out += shared.whatif_table(
        context,
        {
            "escalation.demand_margin": "gain by demanding",
            "escalation.pr_concession": "chance of a concession",
            "escalation.pr_carried_out": "chance that a threat is carried out",
        },
        f"Scenarios that move the ladder of {context.name(first)}, in stakes and probabilities.",
    )
    out += [Paragraph(line) for line in thresholds(context, form, first)]
    return out


def _ladder(context: Any, form: Any, ladder: Any, *, drawn: bool) -> list[Block]:
    who, other = (context.name(p) for p in ladder.players)
    out: list[Block] = [
        Heading(f"{who} as the challenger"),
        Paragraph(prize(context, ladder)),
        Paragraph(path(context, ladder)),
        _threats(context, ladder),
    ]
    if drawn:
        out.append(
            Figure(
                view.ladder(ladder, names=context.names),
                f"Game tree of {who}'s ladder with the equilibrium path.",
                f"The tree, payoffs in the order {who}, {other}; the equilibrium path thickest, "
                "other best replies bold.",
            )
        )
    rows = []
    for kind, words in (
        ("derived", "decided when the time comes"),
        ("stated", "as likely as the file says"),
        ("full", "certain"),
    ):
        solved = declare.load("compiles", "escalation")(
            context.case, commitment=kind, challenger=ladder.players[0]
        ).solved()
        rows.append((words, _arrows(context, solved.path), *(float(v) for v in solved.value)))
    out.append(
        Table(
            ("a threat is carried out", "equilibrium path", who, other),
            tuple(rows),
            "The same ladder under three readings of credibility; payoffs in stakes. A threat "
            "called empty is one that its holder would not carry out when the time comes; how "
            "likely the file holds it is read in the second row only.",
            align="llrr",
        )
    )
    return out


def prize(context: Any, ladder: Any) -> str:
    """What the demand is worth to both sides, and whether the file says so."""
    who, other = (context.name(p) for p in ladder.players)
    text = (
        f"The demand is worth {number(float(ladder.stake_challenger))} stakes to {who} and would "
        f"cost {other} {number(float(ladder.stake_target))}"
    )
    given = [context.case.has(f"quantity.prize_{p}") for p in ladder.players]
    if all(given):
        return text + "."
    return text + ": a whole stake where the file gives no prize, which few demands are."


def path(context: Any, ladder: Any) -> str:
    """Where the climb ends, and why."""
    who, other = (context.name(p) for p in ladder.players)
    solved = ladder.solved()
    steps = solved.path
    credible = [name for name, margin in ladder.credible().items() if float(margin) > 0]
    names = shared.listed([_lever(context, n) for n in credible]) if credible else ""
    if steps[-1] == "keep the status quo":
        reason = (
            "no threat of its own is credible"
            if not credible
            else f"even {names}, which it would carry out, does not bring a concession that is "
            "worth the climb"
        )
        return (
            f"{who} does not demand: {reason}. By demanding it would lose "
            f"{number(-float(ladder.demand_margin))} stakes."
        )
    end = {
        "concede": f"{other} concedes",
        "give up": f"{who} gives up",
        "back down": f"{who} backs down",
    }.get(steps[-1], f"neither gives way after the last rung ({steps[-1]})")
    used = (
        "no threat is carried out" if not float(solved.carried_out) else "a threat is carried out"
    )
    return (
        f"{who} demands, and the path is: {_arrows(context, steps)}. In the end {end}; {used}. "
        + (f"Credible: {names}." if credible else "No threat is credible.")
    )


def _arrows(context: Any, steps: Any) -> str:
    return " → ".join(_lever(context, step) for step in steps)


def _lever(context: Any, step: str) -> str:
    """A step with the lever's name in place of its id."""
    for key in sorted(context.case.levers, key=len, reverse=True):
        if step == key or step.endswith(f" {key}"):
            return f"{step[: len(step) - len(key)]}{context.names[key]}"
    return step


def _threats(context: Any, ladder: Any) -> Block:
    margins = ladder.credible()
    rows = [
        (
            context.names.get(rung.name, rung.name),
            float(rung.cost_target),
            float(rung.cost_holder),
            float(rung.audience_cost),
            float(margins[rung.name]),
            "credible" if float(margins[rung.name]) > 0 else "empty",
        )
        for rung in ladder.rungs
        if rung.name in margins
    ]
    who, other = (context.name(p) for p in ladder.players)
    return Table(
        ("threat", f"cost to {other}", f"cost to {who}", "audience cost", "carrying it out pays",
         "verdict"),
        tuple(rows),
        "Threats in the order of the ladder, in stakes: the last number is what carrying the "
        "threat out pays over backing down, everything that follows included.",
        align="lrrrrl",
    )  # fmt: skip


def thresholds(context: Any, form: Any, first: str) -> list[str]:
    """The audience cost at which each threat becomes credible, and at which demanding pays."""
    case, path_ = context.case, f"quantity.audience_cost_{first}"
    if not case.has(path_):
        return []
    ladder = declare.load("compiles", "escalation")(case)
    dearest = max((float(r.cost_holder + r.announce) for r in ladder.rungs), default=0.0)
    top = float(np.ceil(2 * (sum(float(r.cost_holder) for r in ladder.rungs) + dearest) + 1) / 2)
    who = context.name(first)
    out = [
        shared.turning(case, path_, f"escalation.credible.{rung.name}", condition="> 0", low=0.0,
                       high=top, what=f"Threatening {inside(context.names[rung.name])} is credible")
        for rung in ladder.rungs
    ]  # fmt: skip
    out.append(
        shared.turning(case, path_, "escalation.demand_margin", condition="> 0", low=0.0, high=top,
                       what=f"{who} would demand")
    )  # fmt: skip
    return out
