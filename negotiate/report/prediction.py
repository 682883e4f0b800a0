"""Predicted against signed terms, with the baseline that a prediction must beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.display import figures, judged_deal
from negotiate.report._blocks import Block, Figure, Paragraph, Table
from negotiate.report.summary import comparison

ORDER = 40
TITLE = "Predicted and signed terms"


def applies(context: Any) -> bool:
    """Where two principals signed a deal."""
    return bool(context.two and context.case.signed_deal)


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
        Table(("issue", "predicted", *(case.deals[n].name for n in deals)), rows,
              "Levels of each issue: predicted by rational threats, signed, and baseline.",
              digits=2),
    ]  # fmt: skip
    spread = {
        i.id: np.percentile(context.drawn[f"threats.term.{i.id}"], [5, 50, 95]) for i in issues
    }
    out.append(
        Figure(
            figures.terms(
                [i.name for i in issues],
                *([float(spread[i.id][k]) for i in issues] for k in range(3)),
                marks=[(case.deals[n].name.split(":")[0],
                        [float(terms[n][i.id]) for i in issues]) for n in deals],
            ),
            "Predicted terms over the draws with the signed and baseline terms.",
            f"Spread of the predicted terms over {context.draws:,} draws, and the terms signed.",
        )
    )  # fmt: skip
    out += [Paragraph(judged_deal.sentence(context.judged[name])) for name in deals]
    return out
