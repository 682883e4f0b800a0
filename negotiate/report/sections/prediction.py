"""Predicted against signed terms, with the baseline that a prediction must beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.bargaining.views import deal as judged_deal
from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.sections.summary import comparison
from negotiate.report.terms import concept


def applies(context: Any) -> bool:
    """Where two principals signed a deal."""
    return bool(context.two and context.case.signed_deal)


def nearest(context: Any) -> str:
    """Which concept comes nearest to the signed deal, by the largest difference in utility."""
    signed = [float(u) for u in context.signed.utility]
    gaps = {
        s.concept: max(
            abs(float(s[0].payoffs[p]) - u) for p, u in zip(context.problem.parties, signed)
        )
        for s in context.solutions
        if len(s)
    }
    if not gaps:
        return "No concept gives a deal here: there is no bargaining zone."
    best = min(gaps, key=lambda name: gaps[name])
    return (
        f"Of {len(gaps)} concepts {concept(best)} comes nearest to the signed deal: no "
        f"party's utility differs by more than {number(gaps[best])} stakes."
    )


@section("prediction", title="Predicted and signed terms", order=40, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Terms issue by issue, their spread over draws, the deals judged."""
    case = context.case
    issues = [issue for issue in case.issues.values() if issue.is_interval]
    predicted = context.threat_solution[0].terms
    deals = [case.signed_deal, *(n for n in case.deals if n != case.signed_deal)]
    terms = {name: case.terms(name) for name in deals}
    rows = tuple(
        (i.name, float(predicted[i.id]), *(float(terms[n][i.id]) for n in deals)) for i in issues
    )
    out: list[Block] = [
        Paragraph(comparison(context)),
        Table(
            ("issue", "predicted", *(case.deals[n].name.split(":")[0] for n in deals)),
            rows,
            "Levels of each issue from 0 to 1: predicted by rational threats, and of the deals "
            "of the file, the signed one first.",
            digits=2,
        ),
    ]
    spread = {
        i.id: np.percentile(context.drawn[f"threats.term.{i.id}"], [5, 50, 95]) for i in issues
    }
    out.append(
        Figure(
            figures.terms(
                [i.name for i in issues],
                *([float(spread[i.id][k]) for i in issues] for k in range(3)),
                marks=[
                    (case.deals[n].name.split(":")[0], [float(terms[n][i.id]) for i in issues])
                    for n in deals
                ],
            ),
            "Predicted terms over the draws with the signed and baseline terms.",
            f"Spread of the predicted terms over {context.draws:,} draws, and the terms signed.",
        )
    )
    out += [Paragraph(judged_deal.sentence(context.judged[n], context.names)) for n in deals]
    out.append(Paragraph(nearest(context)))
    return out
