"""Every model of the case side by side: terms, chance of no deal, levers, why they differ."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Bullets, Figure, Paragraph, Table
from negotiate.whatif.questions.lenses import lenses
from negotiate.whatif.views import lenses as view

MOST = 1000
"""Most draws of the chances of no deal: a share is then known to some 0.03."""


def applies(context: Any) -> bool:
    """Where principals bargain over issues and the file names a deal."""
    return bool(context.case.issues and context.case.deals and len(context.case.principals) >= 2)


@section("lenses", title="What each model says", order=46, applies=applies)
def blocks(context: Any) -> list[Block]:
    """The lenses in four tables and a figure."""
    found = lenses(context.case, draws=min(context.draws, MOST), seed=context.seed)
    head, terms = view.term_rows(found, whole=True)
    top, levers = view.lever_rows(found, moved=True)
    out: list[Block] = [
        Paragraph(found.said()),
        Table(view.HEAD, tuple(map(tuple, view.rows(found))),
              "Models as lenses: mean distance of their terms from the deal, chance of no deal, "
              "levers that move something.", align="lrrl"),
        Table(tuple(head), tuple(map(tuple, terms)),
              "Terms that each model of every issue predicts, and those of the deal.",
              align="l" + "r" * (len(head) - 1)),
    ]  # fmt: skip
    if any(look.distance is not None for look in found.looks) and view.predicts_levels(found):
        out.append(
            Figure(view.figure(found), "Range of the terms that the models predict.",
                   "Terms: the range over all models, with the deal and three models marked.")
        )  # fmt: skip
    if levers:
        out.append(
            Table(tuple(top), tuple(map(tuple, levers)),
                  "What each lever does: change of the margin / largest change of a term, in the "
                  "model's own unit, or (its holder's payoff) where only that moves; a dot where "
                  "it is not read, idle where nothing moves. Models in which no lever moves "
                  "anything are left out.",
                  align="l" + "r" * (len(top) - 1))
        )  # fmt: skip
    if found.disagreements:
        out += [
            Paragraph(
                "Why predictions differ, and what is left where the assumptions are the same:"
            ),
            Bullets(tuple(view.reasons(found))),
        ]
    return out
