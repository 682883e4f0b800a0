"""Chapter 4: every crisis model in one table: question, answer, chance of war, what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing.text import percent
from negotiate.errors import MissingQuantityError, NegotiateError
from negotiate.report.blocks import Block, Paragraph, Table
from negotiate.report.sections._crisis import draws_of
from negotiate.report.tell import about, listed, nothing, spread, stakes

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """One model of crisis: what it asks and answers, and why one may doubt it.

    Attributes
    ----------
    question
        What a reader wants to know.
    metrics
        What its answer reads.
    answer
        Values, and the names of both sides, to words.
    assumes, against
        The assumption that makes the answer; what speaks against it, with its source.
    war
        The metric that is its chance of war; empty where the model has none.
    """

    question: str
    metrics: tuple[str, ...]
    answer: Callable[[Values, str, str], str]
    assumes: str
    against: str
    war: str = ""


def _range(v: Values, a: str, b: str) -> str:
    width = v["crisis_bargaining.width"]
    return (
        f"yes: {percent(min(width, 1.0))} of all divisions"
        if width > 0
        else "no: war is better for one of them than any division"
    )


def _screen(v: Values, a: str, b: str) -> str:
    risks = v["screening.risk_margin"] > 0
    share = percent(v["screening.demand"])
    return f"{'yes' if risks else 'no'}: {a} asks for {share} of the prize"


def _audience(v: Values, a: str, b: str) -> str:
    ties = v["audience_costs.concession_margin"] > 0
    chance = percent(v["audience_costs.pr_challenge"])
    return f"{'yes' if ties else 'not enough'}: {a} challenges with a chance of {chance}"


def _commitment(v: Values, a: str, b: str) -> str:
    margin = v["commitment.commitment_margin"]
    return (
        f"yes: war now is worth {stakes(margin)} more to {a}"
        if margin > 0
        else f"no: peace is worth {stakes(margin)} more to {a}"
    )


def _whole(v: Values, a: str, b: str) -> str:
    margin = v["indivisibility.deal_margin"]
    return (
        f"yes: payments and links exceed what is needed by {stakes(margin)}"
        if margin >= 0
        else f"no: {stakes(margin)} in payments are missing"
    )


def _ladder(v: Values, a: str, b: str) -> str:
    margin = v["escalation.demand_margin"]
    return (
        f"demanding pays {stakes(margin)}"
        if margin > 0
        else f"none: demanding would cost {stakes(margin)}"
    )


def _endurance(v: Values, a: str, b: str) -> str:
    first = v["attrition.pr_a_wins"]
    who, chance = (b, first) if first >= 0.5 else (a, 1 - first)
    return f"{who}, with a chance of {percent(chance)}"


def _mediator(v: Values, a: str, b: str) -> str:
    return "yes" if v["mediation.truth_margin"] >= 0 else "no: its word is not believed"


def _name(v: Values, a: str, b: str) -> str:
    count = int(v["reputation.deterred"])
    return f"yes: the first {count} challengers" if count else "no: nobody at the start"


def _sanctions(v: Values, a: str, b: str) -> str:
    return f"the threat alone with a chance of {percent(v['sanctions_game.threat_success'])}"


def _stable(v: Values, a: str, b: str) -> str:
    return (
        "yes" if v["graph.sequential_stability.equilibrium.deal"] > 0 else "no: somebody would move"
    )


def _home(v: Values, a: str, b: str) -> str:
    margin = v["two_level.agreement_margin"]
    return "yes" if margin >= 0 else f"no: {about(-margin)} of the prize apart"


MODELS = (
    Model("Was there a division that both preferred to war?", ("crisis_bargaining.width",), _range,
          "both know the odds and the costs of war",
          "wars begin despite a range (Fearon 1995)"),
    Model("Did it pay to risk war by asking for more?",
          ("screening.risk_margin", "screening.demand"), _screen,
          "one demand, to take or to leave", "offers go back and forth (Powell 2002)",
          "screening.pr_war"),
    Model("Did public threats tie hands?",
          ("audience_costs.concession_margin", "audience_costs.pr_challenge"), _audience,
          "leaders pay at home for backing down",
          "audiences seldom punish that (Snyder and Borghard 2011)", "audience_costs.pr_war"),
    Model("Did fear of a stronger foe make war now better?", ("commitment.commitment_margin",),
          _commitment, "power shifts and promises do not bind",
          "guarantors make promises bind (Walter 1997)"),
    Model("Could the prize be shared or paid for?", ("indivisibility.deal_margin",), _whole,
          "the prize itself is whole", "indivisibility is made, not given (Goddard 2006)"),
    Model("Which threat would be carried out?", ("escalation.demand_margin",), _ladder,
          "every step is seen and nobody errs", "some of it is left to chance (Schelling 1966)"),
    Model("Who gives way first where both wait?", ("attrition.pr_a_wins",), _endurance,
          "only yielding ends it", "mediators end most: 62 % against 22 % without (ICB data)"),
    Model("Would a mediator be believed?", ("mediation.truth_margin",), _mediator,
          "it knows and can only talk", "those with means do better (ICB data)"),
    Model("Does a name for firmness deter?", ("reputation.deterred",), _name,
          "each challenger has seen all before", "past retreats are not read so (Press 2005)"),
    Model("What makes sanctions succeed?", ("sanctions_game.threat_success",), _sanctions,
          "each learns only from the other's moves", "imposed ones succeed in 31 % (TIES data)"),
    Model("Is the deal stable against moves and counter-moves?",
          ("graph.sequential_stability.equilibrium.deal",), _stable,
          "each foresees the other's counter-moves", "says nothing on how a state is reached"),
    Model("Would it pass at home?", ("two_level.agreement_margin",), _home,
          "what parliaments would accept is known", "it is misjudged at times (Putnam 1988)"),
)  # fmt: skip


@section("why_no_war", title="Why it did not become war", order=5, length="standard")
def blocks(context: Any) -> list[Block]:
    """One row a model that the file has numbers for; the others in a line."""
    if not context.two:
        return [
            Paragraph(
                "The models of crisis are written for two sides; here there are "
                f"{len(context.case.principals)}: none is asked."
            )
        ]
    sides = [context.name(p) for p in context.case.principals]
    case, drawn = context.case, draws_of(context)
    rows, lost, chances, tail = [], [], [], 0.0
    for model in MODELS:
        values, why = asked(case, model.metrics)
        if values is None:
            lost.append((model.question, why))
            continue
        war = _war(case, drawn, model.war)
        if war:
            chances.append(war[1])
            tail = max(tail, war[2])
        rows.append(
            (model.question, model.answer(values, sides[0], sides[1]), war[0] if war else "–",
             model.assumes, model.against)
        )  # fmt: skip
    if not rows:
        return [
            Paragraph(
                nothing("The file has no numbers for a model of crisis", "war costs and odds")
            )
        ]
    out: list[Block] = [Paragraph(finding(chances, len(rows), tail))]
    out.append(
        Table(
            ("question", "answer", "war", "what makes it so", "what speaks against"),
            tuple(rows),
            "Every crisis model of the case. War: the chance of it, median and 90 % of draws; a "
            "dash where the model has none.",
            align="lllll",
        )
    )
    if lost:
        out.append(Paragraph(f"Not asked, for want of numbers: {listed([q for q, _ in lost])}"))
    return out


def finding(chances: list[float], models: int, tail: float = 0.0) -> str:
    """What the models agree on: the medians of the chance of war, the largest 95 % point.

    >>> finding([], 3)
    'None of the 3 models gives a chance of war.'
    """
    count = f"the {models} models" if models > 1 else "the one model"
    if not chances:
        return f"None of {count} gives a chance of war."
    low, high = min(chances), max(chances)
    if high < 0.005:
        worst = f"; in the worst twentieth it reaches {percent(tail)}" if tail >= 0.005 else ""
        return (
            f"No model expects war: in half of the draws its chance is under 1 % in all "
            f"{len(chances)} that give one{worst}. Each rests on an assumption that may be doubted."
        )
    span = percent(high) if high - low < 0.005 else f"{percent(low)} to {percent(high)}"
    verdict = "War was the less likely end in each" if high < 0.5 else "Not every model saw peace"
    return (
        f"Of {count} {len(chances)} give a chance of war: {span}. {verdict}; each rests on an "
        "assumption that may be doubted."
    )


def asked(case: Any, names: tuple[str, ...]) -> tuple[dict[str, float] | None, str]:
    """The metrics at the file's values; None with the reason where a number is missing."""
    from negotiate.whatif import metric

    try:
        found = metric.evaluate(case, list(names))
    except MissingQuantityError as error:
        return None, ", ".join(error.missing)
    except NegotiateError as error:
        return None, str(error)
    values = {name: float(np.asarray(value)) for name, value in found.items()}
    if not all(np.isfinite(v) for v in values.values()):
        return None, "not defined"
    return values, ""


def _war(case: Any, drawn: Any, name: str) -> tuple[str, float, float] | None:
    from negotiate.whatif import metric

    if not name:
        return None
    try:
        told = spread(metric.evaluate(drawn, [name])[name])
    except NegotiateError:
        return None
    if told is None:
        return None
    low, middle, high = told
    if high - low < 0.005:
        return percent(middle), middle, high
    return f"{percent(middle)} ({percent(low)} to {percent(high)})", middle, high
