"""How sure conclusions are: the claims of the file over draws, scenarios and concepts."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Bullets, Figure, Paragraph, Table
from negotiate.whatif.views import answer as view


def applies(context: Any) -> bool:
    """Where the file states conclusions."""
    return bool(context.two and context.questions.stated and context.case.uncertain())


@section("robustness", title="How sure the conclusions are", order=76, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Share of worlds of each claim, its weakest scenario, the nearest world of failure."""
    from negotiate.report.questions import PER_SCENARIO
    from negotiate.whatif.questions import ask

    asked = context.questions
    draws = min(asked.draws, PER_SCENARIO)
    found = ask.robustness(context.case, draws=draws, seed=asked.seed)
    rows = []
    for row in found.records():
        far = row["distance to failure"]
        rows.append(
            (
                row["claim"],
                percent(row["share"], 1),
                percent(row["weakest"], 1),
                found.word(row["under"]),
                "none found" if np.isnan(far) else number(far, 2),
            )
        )
    sentences = [item.named(found.names).said() for item in found.each]
    return [
        Paragraph(
            f"Each conclusion of the file is put to {draws:,} draws under the baseline and under "
            "every scenario. Distances are in standard units: the 5 % to 95 % range of a quantity "
            "is 3.29 of them."
        ),
        Bullets((*sentences, *found.notes)),
        Table(("conclusion", "holds in", "at its weakest", "under", "distance to failure"),
              tuple(rows), "Share of worlds in which each conclusion holds.", align="lrrlr"),
        Figure(view.figure(found), "Share of worlds in which each conclusion holds.",
               "Share of draws and scenarios in which each conclusion holds, with 95 % intervals."),
    ]  # fmt: skip
