"""How sure: everything uncertain drawn at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import percent
from negotiate.report.blocks import Block, Figure, Paragraph, Table


def applies(context: Any) -> bool:
    """Where something is uncertain."""
    return bool(context.two and context.case.uncertain())


@section("uncertainty", title="Uncertainty", order=59.5, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Spread of the metrics, use of the levers, pairs of threats."""
    from negotiate.whatif import metric
    from negotiate.whatif.words import words

    case, drawn = context.case, context.drawn
    names = [n for n in drawn if drawn[n].dtype.kind == "f" and not n.startswith("threats.used")]
    meanings = metric.available(case)
    rows = []
    for name in names:
        values = drawn[name][np.isfinite(drawn[name])]
        low, middle, high = np.percentile(values, [5, 50, 95])
        rows.append(
            (words(case, name), meanings.get(name, ""), float(low), float(middle), float(high))
        )
    failed = int(sum(~np.isfinite(drawn[n]).all() for n in names))
    out: list[Block] = [
        Paragraph(
            f"{len(case.uncertain())} quantities are drawn together, {context.draws:,} times (seed "
            f"{context.seed}); weights and branch probabilities from Dirichlet distributions. "
            + ("Every draw was solved." if not failed else f"{failed} metrics lack some draws.")
        ),
        Table(
            ("metric", "what it is", "5 %", "median", "95 %"),
            tuple(rows),
            "Spread over the draws.",
            note="Margins: worth of the signed deal less that of no deal, every lever on the table "
            "threatened.",
        ),
    ]
    used = [
        (case.levers[n].name, percent(float(np.mean(drawn[f"threats.used.{n}"]))))
        for n in case.levers
        if "disagreement" in case.levers[n].enters
    ]
    out.append(Table(("lever", "used in"), tuple(used), "Share of draws in which a lever is used.",
                     align="lr"))  # fmt: skip
    profiles, counts = np.unique(drawn["threats.profile"], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:6]
    frequent = [
        (context.profile(str(profiles[i])), percent(counts[i] / context.draws)) for i in order
    ]
    out.append(
        Table(
            ("pair of threats", "share of draws"),
            tuple(frequent),
            f"The most frequent of {len(profiles)} pairs.",
            align="lr",
        )
    )
    if "deal.margin.least" in drawn:
        counts_of, edges = np.histogram(drawn["deal.margin.least"], bins=40)
        out.append(
            Figure(
                figures.histogram(
                    edges.tolist(),
                    (counts_of / context.draws).tolist(),
                    quantity="smaller margin of the signed deal (stakes)",
                ),
                "Histogram of the smaller margin of the signed deal.",
                "The signed deal stands where the smaller of the two margins is above zero.",
            )
        )
    return out
