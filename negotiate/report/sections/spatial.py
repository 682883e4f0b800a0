"""Forecasts from positions, salience and capability, always beside the naive ones, and scored."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing.text import number
from negotiate.errors import NegotiateError
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.sections._crisis import listed
from negotiate.spatial.case import spatial
from negotiate.spatial.compare import compare

SHOWN = {
    "compromise": "compromise",
    "weighted_median": "median",
    "exchange": "exchange",
    "challenge": "challenge",
}
"""Forecasts shown level by level, and how they are called at the head of a column."""


def applies(context: Any) -> bool:
    """Where parties have positions on intervals and a capability."""
    if not any(issue.is_interval for issue in context.case.issues.values()):
        return False
    try:
        spatial(context.case)
    except NegotiateError:
        return False
    return True


@section("spatial", title="Forecasts from positions", order=47, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Levels by concept and baseline, errors where the deal is known."""
    model = spatial(context.case)
    found = compare(model)
    shown = [name for name in SHOWN if name in found.rows]
    known = any(issue.outcome is not None for issue in model.issues)
    rows = tuple(
        (
            issue.title or issue.name,
            *([_level(issue.outcome)] if known else []),
            *(_level(found.rows[name].get(issue.name)) for name in shown),
        )
        for issue in model.issues
    )
    head = ("issue", *(["signed"] if known else []), *(SHOWN[name] for name in shown))
    out: list[Block] = [
        Paragraph(
            f"Positions of {listed([context.names.get(p, p) for p in model.parties])} are their "
            "ideals, their salience the weights. A forecast that does not beat the plain ones "
            "below it has shown nothing."
        ),
        Table(
            head,
            rows,
            "Forecast level of each issue by some models; all are scored below.",
            digits=2,
        ),
    ]
    if found.scores:
        order = sorted(found.scores, key=lambda name: found.scores[name].mean_absolute)
        scored = []
        for name in order:
            score, gap = found.scores[name], found.from_midpoint.get(name)
            scored.append((name.replace("_", " "), score.mean_absolute, score.to_range, *_gap(gap)))
        out.append(
            Table(("forecast", "mean error", "to the range", "less the midpoint's", "± error"),
                  tuple(scored),
                  "Errors in points of a scale of 100 against the signed deal, the best first; a "
                  "difference from the midpoint that is not larger than its standard error is not "
                  "shown to be one.", digits=1)
        )  # fmt: skip
        out.append(Paragraph(_nearest(found, order[0])))
    if found.left_out:
        reasons = [f"{name.replace('_', ' ')} ({why})" for name, why in found.left_out.items()]
        out.append(Paragraph(f"Left out: {'; '.join(reasons)}."))
    out.append(
        Figure(found.figure(), "Forecasts on the scale of each issue.",
               "Forecasts of every issue with the parties' positions.")
    )  # fmt: skip
    return out


def _level(level: Any) -> Any:
    return "" if level is None else round(float(np.mean(np.asarray(level, float))), 2)


def _gap(gap: Any) -> tuple[Any, Any]:
    if gap is None:
        return "", ""
    error = gap.standard_error
    return float(gap.mean), "" if error is None else float(error)


def _nearest(found: Any, name: str) -> str:
    """The best forecast, and whether its lead over the midpoint is more than its error."""
    score, gap = found.scores[name], found.from_midpoint.get(name)
    text = (
        f"Nearest to the signed deal: {name.replace('_', ' ')}, "
        f"{number(float(score.mean_absolute), 1)} points of 100 away on {len(score.errors)} issues"
    )
    if name == "midpoint":
        return f"{text}: no model beats splitting every difference."
    if gap is None or gap.standard_error is None:
        return f"{text}."
    lead = -float(gap.mean)
    shown = "more" if lead > float(gap.standard_error) else "no more"
    return (
        f"{text}; it leads the midpoint by {number(lead, 1)}, {shown} than the standard error of "
        f"{number(float(gap.standard_error), 1)}."
    )
