"""Chapter 8: what came after, in order, and how the forecasts score beside the naive ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing.text import number
from negotiate.report import history
from negotiate.report.blocks import Block, Cite, Definitions, Paragraph, Table
from negotiate.report.sections.shares import threatened
from negotiate.report.tell import nothing

DAYS_A_MONTH = 365.25 / 12


@section("afterwards", title="What came after", order=9, length="standard")
def blocks(context: Any) -> list[Block]:
    """Events in order, with the facts they rest on; then the scores."""
    items = []
    for event in sorted(context.case.case.aftermath, key=lambda event: event.date):
        text: list[Any] = [event.text]
        for key in event.source:
            text += [" ", Cite(key)]
        items.append((event.date, tuple(text)))
    out: list[Block] = []
    if items:
        out += [
            Paragraph("Not known when the deal was made; no prediction above uses it."),
            Definitions(tuple(items)),
        ]
    else:
        out.append(Paragraph(nothing("What came after is not in the file", "[[aftermath]]")))
    rows = scores(context)
    if rows:
        out.append(
            Table(
                ("forecast of", "theory", "naive", "nearer", "the naive forecast"),
                tuple(
                    (name, number(ours, 2), number(naive, 2), nearer(ours, naive), word)
                    for name, ours, naive, word in rows
                ),
                "Proper scores, 0 is perfect: of terms the continuous ranked probability score, of "
                "the rest the squared distance of a chance from what happened.",
                align="lrrll",
            )
        )
    return out


def nearer(ours: float, naive: float) -> str:
    """Which forecast came nearer.

    >>> nearer(0.1, 0.2), nearer(0.2, 0.1), nearer(0.1, 0.1)
    ('theory', 'naive', 'neither')
    """
    if abs(ours - naive) < 0.005:
        return "neither"
    return "theory" if ours < naive else "naive"


def scores(context: Any) -> list[tuple[str, float, float, str]]:
    """What is forecast, the score of theory and of the naive forecast, what that says."""
    case, out = context.case, []
    issues = [i for i in case.issues.values() if i.is_interval]
    if context.two and case.signed_deal and issues:
        at = case.terms(case.signed_deal)
        ours = [
            history.crps(context.drawn[f"threats.term.{i.id}"], float(at[i.id])) for i in issues
        ]
        naive = [abs(0.5 - float(at[i.id])) for i in issues]
        if np.isfinite(ours).all():
            out.append(
                ("the terms", float(np.mean(ours)), float(np.mean(naive)), "the middle of all")
            )
    seen = {n: history.of_lever(case, n) for n in threatened(case)} if context.two else {}
    levers = [n for n, item in seen.items() if item is not None]
    if levers:
        ours = [
            history.brier(float(np.mean(context.drawn[f"threats.used.{n}"])),
                          history.pressed(seen[n]))
            for n in levers
        ]  # fmt: skip
        out.append(("the levers used", float(np.mean(ours)), 0.25, "one in two, for each"))
    lasted = case.setting("durability", "observed")
    lasting, base = context.questions.lasting, context.questions.base_rate
    if (
        lasting is not None
        and base is not None
        and isinstance(lasted, Mapping)
        and "days" in lasted
    ):
        held = float(lasted["days"]) >= 12 * DAYS_A_MONTH
        out.append(("holding a year", history.brier(lasting[1], held), history.brier(base, held),
                    "the share of agreements that did"))  # fmt: skip
    return out
