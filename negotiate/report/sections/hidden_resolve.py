"""Hidden resolve: the bargaining range, what a demand risks, what signals tell, why talks fail."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.crisis.views import audience_costs as audience_view
from negotiate.crisis.views import crisis_bargaining as range_view
from negotiate.crisis.views import deterrence as deterrence_view
from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table, note
from negotiate.report.sections import _crisis as shared
from negotiate.tolerance import UTILITY


def applies(context: Any) -> bool:
    """Where the file gives the chance of winning a war, or how resolved a side is."""
    case = context.case
    return bool(
        context.two
        and (
            case.has("quantity.win_probability")
            or all(case.has(f"quantity.resolve_{p}") for p in case.principals)
        )
    )


@section("hidden_resolve", title="Hidden resolve", order=56.4, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Range, risk and return, screening, signals, deterrence; then why talks fail."""
    reasons: dict[str, str] = {}
    out: list[Block] = [
        Paragraph(
            "What each side would do is known to itself alone: what a demand risks then, "
            "what a signal tells, and why talks fail although a deal exists."
        ),
    ]
    for title, part in (
        ("The bargaining range", _range),
        ("Risk and return", _risk),
        ("Audience costs as signals", _signals),
        ("Deterrence", _deterrence),
        ("Why bargaining fails", _mechanism),
    ):
        made, reason = shared.attempt(functools.partial(part, context))
        if reason:
            reasons[title] = reason
        elif made:
            out += [Heading(title), *made]
    return out + shared.left_out(reasons)


# ---- the bargaining range ----------------------------------------------------------------------


def _range(context: Any) -> list[Block]:
    form = declare.load("compiles", "crisis_bargaining")(context.case)
    a, b = (context.name(p) for p in form.players)
    return [
        Paragraph(
            "War as a costly lottery over one divisible prize (Fearon 1995). Shares are "
            "shares of the prize of the side named; costs are in stakes."
        ),
        Paragraph(range_sentence(form, a, b) + added_sentence(context.case, form)),
        Figure(
            range_view.bargaining_range(form, names=(a, b)),
            f"Shares of {a} that both sides prefer to war.",
            f"Shares of {a} that beat war for both: from its chance of winning less its own cost "
            "to that chance plus the other's cost.",
        ),
    ]


def range_sentence(form: Any, a: str, b: str) -> str:
    """Ends and width of the range, and who gets which end by a take-it-or-leave-it demand."""
    p, ca, cb = (float(x) for x in (form.win_probability, form.cost_a, form.cost_b))
    if float(form.width) < 0:
        return f"War pays the two together {number(-ca - cb)} more than any division: no range."
    low, high = float(form.low), float(form.high)
    text = (
        f"{a} would win a war with probability {number(p)}; war costs it {number(ca)} and {b} "
        f"{number(cb)}. Every share of {a} from {number(low)} to {number(high)} beats war for both."
    )
    if p + cb > 1:
        text += f" {b} would rather give up everything than fight."
    if p - ca < 0:
        text += f" {a} would rather give up everything than fight."
    return text + f" The Nash division gives {a} {number(float(form.nash))}."


def added_sentence(case: Any, form: Any) -> str:
    """What the file says before levers act, where they do."""
    a, b = form.players
    base = [
        float(case.value(path))
        for path in ("quantity.win_probability", f"quantity.war_cost_{a}", f"quantity.war_cost_{b}")
    ]
    now = [float(x) for x in (form.win_probability, form.cost_a, form.cost_b)]
    if np.allclose(base, now, atol=UTILITY):
        return ""
    return (
        f" Without levers the file puts the chance at {number(base[0])} and the costs at "
        f"{number(base[1])} and {number(base[2])}; the levers that enter a war make the difference."
    )


# ---- risk and return ---------------------------------------------------------------------------


def _risk(context: Any) -> list[Block]:
    hidden = declare.load("compiles", "hidden_cost")(context.case)
    if hidden is None:
        return []
    a, b = (context.name(p) for p in hidden.players)
    out: list[Block] = [
        Paragraph(risk_sentence(hidden, a, b)),
        Figure(
            range_view.risk_return(hidden, names=(a, b)),
            f"Expected share of {a} and chance of war against its demand.",
            "Beyond the safe demand every further share is won from the weak and lost to war with "
            "the strong.",
        ),
    ]
    screening = declare.load("compiles", "screening")(context.case)
    if screening is not None:
        out.append(Paragraph(screening_sentence(screening, a, b)))
    own = f"quantity.war_cost_{hidden.players[0]}"
    if context.case.has(own):
        out.append(
            Paragraph(
                shared.turning(context.case, own, "crisis_bargaining.hidden.risk_margin",
                               condition="> 0", low=0.0, high=1.0, what=f"{a} runs a risk of war")
            )
        )  # fmt: skip
    out += shared.whatif_table(
        context,
        {
            "crisis_bargaining.nash": f"Nash share of {a}",
            "crisis_bargaining.hidden.demand": f"demand of {a}",
            "crisis_bargaining.hidden.pr_war": "chance of war",
        },
        "Bargaining in the shadow of war under the scenarios.",
    )
    return out


def risk_sentence(form: Any, a: str, b: str) -> str:
    """The best demand, its risk, and how far the case is from running none."""
    low, high = float(form.cost_b_low), float(form.cost_b_high)
    margin = float(form.risk_margin)
    text = (
        f"Suppose {a} knows only that war costs {b} between {number(low)} and {number(high)}. Its "
        f"best demand is {number(float(form.demand))}, refused with probability "
        f"{number(float(form.pr_war))}. "
    )
    if float(form.pr_war) > 0:
        text += (
            f"It risks war because the range of {b}'s costs is wide: the risk would pay no longer "
            f"if war cost {a} {number(margin)} more."
        )
    elif margin > UTILITY:
        text += "It would risk war for more, but the safe demand already takes the whole prize."
    elif margin > -UTILITY:
        text += "It asks for what everybody accepts, but only just: a cheaper war would be risked."
    else:
        text += (
            "It asks for what everybody accepts, and would go on doing so until war cost it "
            f"{number(-margin)} less."
        )
    return text


def screening_sentence(form: Any, a: str, b: str) -> str:
    """The choice between a demand that both types accept and one that only the weak do."""
    critical = float(form.critical_pr_weak)
    chance = float(form.pr_weak)
    doing = "asks for what both accept" if float(form.risk_margin) <= 0 else "asks for more"
    return (
        f"With two kinds of {b} only, at the ends of that range, and weak with probability "
        f"{number(chance)}, {a} {doing}: {number(float(form.safe_demand))} is accepted by both, "
        f"{number(float(form.risky_demand))} by the weak alone, and risking war pays from a "
        f"probability of {number(critical)} on."
    )


# ---- signals -----------------------------------------------------------------------------------


def _signals(context: Any) -> list[Block]:
    form = declare.load("compiles", "audience_costs")(context.case)
    a, b = (context.name(p) for p in form.players)
    solution = form.equilibria()
    margins = form.existence()
    rows = [
        (
            point.label,
            float(point.facts["pr_challenge"]),
            float(point.facts["bluff"]),
            float(point.facts["resist"]),
            float(point.facts["pr_war"]),
            float(margins.get(point.label, 0)),
        )
        for point in solution
    ]
    out: list[Block] = [
        Paragraph(signal_sentence(form, solution, a, b)),
        Table(
            ("equilibrium", f"{a} challenges", "bluffers challenge", f"{b} resists", "war",
             "margin"),
            tuple(rows),
            f"All {len(rows)} equilibria of the crisis; probabilities, and how far each is from "
            "ceasing to exist." if len(rows) > 1 else
            "The only equilibrium of the crisis; probabilities, and how far it is from ceasing to "
            "exist.",
        ),
        Figure(
            audience_view.equilibrium_regions(form, names=(a, b)),
            "Equilibria by audience cost and the cost of fighting.",
            f"Which equilibria exist, by what backing down costs {a} at home and what fighting "
            f"costs {b}.",
        ),
    ]  # fmt: skip
    out += _two_sided(context, a, b)
    path = f"quantity.audience_cost_{form.players[0]}"
    if context.case.has(path):
        out.append(
            Paragraph(
                shared.turning(context.case, path, "audience_costs.concession_margin",
                               condition=">= 0", low=0.0, high=1.0,
                               what=f"A challenge by {a} is believed enough to make {b} concede")
            )
        )  # fmt: skip
    return out


def _two_sided(context: Any, a: str, b: str) -> list[Block]:
    """Every equilibrium where both sides' war payoffs, and A's backing down, are private."""
    form = declare.load("compiles", "lewis_schultz")(context.case)
    solution = form.equilibria()
    count = len(solution)
    rows = tuple(
        (
            point.marks[0],
            float(point.facts["pr_challenge"]),
            float(point.facts["resist"]),
            float(point.facts["pr_fight_if_resisted"]),
            float(point.facts["pr_war"]),
        )
        for point in solution
    )
    return [
        Paragraph(
            "If what war is worth is private to both sides, with errors as wide as the range in "
            f"the file (Lewis and Schultz 2003), there {'is' if count == 1 else 'are'} {count} "
            f"equilibri{'um' if count == 1 else 'a'}"
            + ("." if count == 1 else ": one answer would be a wrong answer.")
        ),
        Table(
            ("equilibrium", f"{a} challenges", f"{b} resists", f"{a} then fights", "war"),
            rows,
            "All equilibria with errors on both sides, probabilities.",
        ),
    ]


def signal_sentence(form: Any, solution: Any, a: str, b: str) -> str:
    """How many would fight, what that takes to be believed, how many equilibria there are."""
    beta, threshold = float(form.fighters), float(form.threshold)
    text = (
        f"{a} may challenge in public; to back down then costs it "
        f"{number(float(form.audience_cost))}. It would rather fight than back down in "
        f"{percent(beta)} of the range of its own cost of war. "
    )
    if threshold <= 1:
        text += f"{b} concedes if it holds a fight likelier than {percent(threshold)}. "
    else:
        text += f"{b} would rather resist whatever it believes. "
    labels = [f"'{point.label}'" for point in solution]
    text += (
        f"There is one equilibrium: {labels[0]}."
        if len(labels) == 1
        else f"There are {len(labels)} equilibria: {shared.listed(labels)}; theory does not choose "
        "between them."
    )
    return text


# ---- deterrence --------------------------------------------------------------------------------


def _deterrence(context: Any) -> list[Block]:
    form = declare.load("compiles", "deterrence")(context.case)
    a, b = (context.name(p) for p in form.players)
    solution = form.equilibria()
    rows = [
        (
            point.label,
            float(point.facts["pr_challenge"]),
            float(point.facts["pr_resist"]),
            float(point.facts["pr_war"]),
            float(point.facts["margin"]),
        )
        for point in solution
    ]
    c1, c2 = float(form.hard_threshold), float(form.soft_threshold)
    here = float(form.pr_defender_hard)
    text = (
        f"{a} may challenge, {b} resist; each is hard with the probability in the file "
        f"({number(float(form.pr_challenger_hard))} and {number(here)}). A soft {a} is deterred "
        f"where resistance is likelier than {number(c2)}, a hard one where it is likelier than "
        f"{number(c1)}; a soft {b} gives way where it holds a hard {a} likelier than "
        f"{number(float(form.defender_threshold))}. "
    )
    edge = min((abs(here - c1), c1, "hard"), (abs(here - c2), c2, "soft"))
    text += (
        f"The case lies on the boundary at {number(edge[1])}."
        if edge[0] == 0
        else f"{b}'s credibility is {number(edge[0])} from the nearest of the two thresholds."
    )
    scale = context.case.setting("deterrence", "c_dc") or context.case.has("quantity.c_dc")
    if not scale:
        text += (
            " Payoffs are the ranks 4 to 0, since the file gives no others: the thresholds move "
            "with them."
        )
    return [
        Paragraph(text),
        Table(
            ("equilibrium", f"{a} challenges", f"{b} resists", "war", "margin"),
            tuple(rows),
            "All equilibria at the file's numbers; certain and steadfast deterrence are one "
            "outcome with different reasons (names after Zagare and Kilgour 2000).",
        ),
        Figure(
            deterrence_view.equilibrium_regions(form, names=(a, b)),
            "Regions of equilibria by the credibility of both sides.",
            "Which equilibria exist, by how likely each side is to prefer conflict to giving way.",
        ),
        *(
            Paragraph(line.replace(": solve `signalling()`", ", of which the table shows the ends"))
            for line in solution.notes
        ),
    ]


# ---- why it fails ------------------------------------------------------------------------------


def _mechanism(context: Any) -> list[Block]:
    module = declare.file_of("commitment")
    names = module.why_talks_fail(context.case)
    out: list[Block] = [note(mechanism_sentence(names), kind="finding")]
    if context.case.uncertain():
        from negotiate.whatif import metric
        from negotiate.whatif.study import case as cases

        drawn = cases.draw(context.case, min(context.draws, 4000), seed=context.seed)
        labels, reason = shared.attempt(
            lambda: metric.evaluate(drawn, ["commitment.mechanism"])["commitment.mechanism"]
        )
        if not reason:
            rows = shared.shares(labels)
            out.append(
                Table(
                    ("why bargaining would fail", "share of draws"),
                    tuple(rows),
                    "Mechanisms over the draws of every uncertain number; 'none' where both get "
                    "a deal they prefer to war for certain.",
                    align="lr",
                )
            )
    shift, reason = shared.attempt(lambda: declare.load("compiles", "commitment")(context.case))
    if shift is not None:
        out.append(Paragraph(shift_sentence(shift, *(context.name(p) for p in shift.players))))
        path = "quantity.win_probability_later"
        if context.case.has(path):
            a = context.name(shift.players[0])
            out.append(
                Paragraph(
                    shared.turning(context.case, path, "commitment.commitment_margin",
                                   condition="> 0", low=0.0, high=1.0,
                                   what=f"{a} would rather fight now than wait")
                )
            )  # fmt: skip
    else:
        out.append(Paragraph(f"Shifting power was not asked about: {reason}."))
    return out


def mechanism_sentence(names: tuple[str, ...]) -> str:
    """What would make bargaining fail, in words."""
    words = {
        "information": "information: one side does not know what war would cost the other, and its "
        "best demand runs a risk",
        "commitment": "commitment: power shifts, and nothing that can be promised matches fighting "
        "now",
        "indivisibility": "indivisibility: the prize goes whole to one side and payments do not "
        "bridge the gap",
        "no bargaining range": "there is nothing to bargain about: war pays the two together more "
        "than any deal",
    }
    if not names:
        return "At the file's numbers nothing stands between the sides and a deal."
    return "If bargaining fails it is by " + "; and by ".join(words[name] for name in names) + "."


def shift_sentence(form: Any, a: str, b: str) -> str:
    """What the shift of power does, and the guarantee that would keep the peace."""
    margin = float(form.commitment_margin)
    text = (
        f"{a}'s chance in a war is {number(float(form.now))} now and would be "
        f"{number(float(form.later))} a period later. "
    )
    if margin > 0:
        need = float(np.asarray(form.guarantee_needed))
        text += (
            f"Fighting now is worth {number(margin)} more to it than all {b} can give and credibly "
            "promise. "
        )
        text += (
            f"A third party that secured it {number(need)} of tomorrow's prize would keep the "
            "peace."
            if need <= 1
            else "No guarantee of tomorrow's prize would be enough."
        )
    else:
        text += (
            f"What {b} can give now and credibly promise is worth {number(-margin)} more to it "
            "than fighting now: the shift alone does not cause a war."
        )
    return text
