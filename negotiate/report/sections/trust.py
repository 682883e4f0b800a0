"""Chapter 7: how far to trust it: claims with placebos, drivers, reach, other lenses."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number, percent
from negotiate.errors import NegotiateError
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.sections.shares import threatened
from negotiate.report.tell import listed, nothing

NEAR = 0.1
"""Terms within this part of an issue's range count as met."""

MOST = 8
"""Numbers in the figure of drivers."""

LENSES = 200
"""Draws of the chances of no deal in the table of lenses."""


@section("trust", title="How far to trust it", order=8, length="standard")
def blocks(context: Any) -> list[Block]:
    """Claims, reach, drivers, lenses."""
    out: list[Block] = [*_claims(context)]
    reach = reachable(context)
    if reach:
        out.append(Paragraph(reach))
    out += _drivers(context)
    out += _lenses(context)
    return out


def _claims(context: Any) -> list[Block]:
    asked = context.questions
    if not asked.stated:
        return [Paragraph(nothing("No claim is in the file", "[[claim]] with its condition"))]
    rows = []
    for item in asked.stated:
        share, now = asked.claimed[item.id]
        rows.append((item.text or item.id, "holds" if now else "fails", percent(share),
                     placebo(context, item)))  # fmt: skip
    return [
        Table(
            ("claim of the file", "at its values", "in draws", "placebo"),
            tuple(rows),
            "Claims and what passes the same test without theory: deals drawn blindly, or a lever "
            "drawn at random.",
            align="llrl",
        )
    ]


def placebo(context: Any, item: Any) -> str:
    """What would pass the test of a claim without any theory."""
    asked = context.questions
    if item.metric.startswith("deal.margin.least") and asked.placebo is not None:
        return f"{percent(asked.placebo.blind)} of blind deals pass"
    if item.metric.startswith("threats.advantage.") and context.two:
        from negotiate.whatif.questions.condition import read

        levers = [n for n in threatened(context.case) if n in context.advantages]
        shares = [float(np.mean(read(item.condition).holds(context.advantages[n]))) for n in levers]
        if shares:
            return f"{percent(float(np.mean(shares)))} of levers drawn at random pass"
    return "none known"


def reachable(context: Any) -> str:
    """Whether any draw predicts the signed terms."""
    case = context.case
    issues = [i for i in case.issues.values() if i.is_interval]
    if not context.two or not case.signed_deal or not issues:
        return ""
    at = case.terms(case.signed_deal)
    gaps = np.array(
        [np.abs(context.drawn[f"threats.term.{i.id}"] - float(at[i.id])) for i in issues]
    )
    gaps = gaps[:, np.isfinite(gaps).all(axis=0)]
    if not gaps.size:
        return ""
    worst = np.median(gaps, axis=1)
    far = issues[int(np.argmax(worst))]
    return reach_sentence(
        float((gaps.max(axis=0) <= NEAR).mean()), far.name, float(worst.max()), context.draws
    )


def reach_sentence(share: float, issue: str, gap: float, draws: int) -> str:
    """No combination within the ranges gives the terms; or the share that does."""
    tenth = "a tenth of its range"
    if share > 0:
        return (
            f"In {percent(share)} of {draws:,} draws every predicted term lies within {tenth} of "
            "the signed one."
        )
    return (
        f"No combination within the ranges gives the signed terms: in none of {draws:,} draws does "
        f"every predicted term lie within {tenth} of the signed one. {issue} is farthest off, by "
        f"{percent(gap)} of its range in the median."
    )


def _drivers(context: Any) -> list[Block]:
    """Which numbers move the answer most, one at a time over their ranges."""
    from negotiate.whatif.questions import oneway
    from negotiate.whatif.words import words

    case = context.case
    if not case.uncertain():
        return [Paragraph(nothing("No number has a range", "low and high"))]
    name, what = (
        ("deal.margin.least", "the least gain by the deal")
        if case.judged_deal
        else ("bargaining.zone", "the room for a deal")
    )
    try:
        found = oneway.tornado(case, name)
    except NegotiateError as error:
        return [Paragraph(f"Which numbers drive the answer is not computed: {error}")]
    shown = [
        (words(case, path), inputs, answers)
        for path, inputs, answers in list(zip(found.paths, found.inputs, found.answers))[:MOST]
        if float(answers[0]) != float(answers[1])
    ]
    if not shown:
        return [Paragraph(f"No number moves {what} by itself over its range.")]
    base = float(found.base)
    flips = [w for w, _, a in shown if min(map(float, a)) < 0 < max(map(float, a))]
    top = shown[0]
    low, high = sorted(float(a) for a in top[2])
    title = f"{_capital(top[0])} moves {what} most"
    text = f"{title}: from {number(low, 2)} to {number(high, 2)} stakes over its range."
    text += (
        f" What would change its sign by itself: {listed(flips)}."
        if flips
        else f" No number by itself changes the sign of {what}."
    )
    return [
        Paragraph(text),
        Figure(
            figures.tornado(
                [w for w, _, _ in shown],
                [float(a[0]) for _, _, a in shown],
                [float(a[1]) for _, _, a in shown],
                base,
                quantity=f"{what.removeprefix('the ')} (stakes)",
                ranges=[(f"{i[0]:.2g}", f"{i[1]:.2g}") for _, i, _ in shown],
            ),
            f"{title}: the {len(shown)} numbers that move it most, one at a time.",
            f"{title}. Each number from its low to its high value, the others as in the file.",
        ),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lenses(context: Any) -> list[Block]:
    """How far each model's terms are from the deal: one row a model."""
    from negotiate.whatif.questions.lenses import lenses
    from negotiate.whatif.views import lenses as view

    case = context.case
    if not case.deals or not context.two:  # of three and more parties each lens takes long
        return []
    try:
        found = lenses(case, draws=min(context.draws, LENSES), seed=context.seed)
    except NegotiateError:
        return []
    rows = [row for row in view.rows(found) if any(str(cell).strip() for cell in row[1:3])]
    if not rows:
        return []
    return [
        Table(
            ("model", "its terms miss the deal by", "no deal"),
            tuple(tuple(row[:3]) for row in rows),
            "The same file through other models: parts of an issue's range, and the chance of no "
            "deal.",
            align="lrr",
        )
    ]
