"""Chapter 2: the deal that theory predicts and the one signed, in words, and what was left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate.bargaining.arithmetic.convex import best_response, level_worth
from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.tell import SMALL, gains, level, listed, nothing, spread, stakes

STEPS = 60
"""Bisections of the direction in which the deal is improved."""


@section("agreement", title="The deal predicted and the deal signed", order=3, length="standard")
def blocks(context: Any) -> list[Block]:
    """Terms in words, what they leave on the table, and the frontier."""
    case = context.case
    out: list[Block] = []
    if not case.judged_deal:
        out.append(Paragraph(nothing("No deal is in the file", "[[deal]] with its terms")))
    elif not case.signed_deal:
        name = case.deals[case.judged_deal].name
        out.append(Paragraph(f"No deal was signed; {name} is the deal on the table."))
    out.append(_terms(context))
    found = context.questions.judgement
    if found is not None and case.judged_deal:
        out.append(Paragraph(standing(context, found)))
        swap = improvement(context) if context.two else None
        out.append(Paragraph(left_over(context, found.loss, swap)))
    if context.two:
        out.append(_frontier(context))
    else:
        out.append(
            Paragraph(
                "No frontier is drawn: it has as many directions as there are parties at the "
                f"table, here {len(case.principals)}."
            )
        )
    return out


def _terms(context: Any) -> Table:
    case = context.case
    name = case.judged_deal
    terms = case.terms(name) if name else {}
    word = "signed" if case.signed_deal else "on the table"
    rows = []
    for issue in case.issues.values():
        predicted = _predicted(context, issue)
        shown: list[str] = [issue.name, predicted]
        if name:
            at = terms[issue.id]
            scale = f" ({number(float(at), 2)})" if issue.is_interval else ""
            shown.append(f"{level(issue, at)}{scale}")
        rows.append(tuple(shown))
    return Table(
        ("issue", "predicted", *((word,) if name else ())),
        tuple(rows),
        "The terms in words. Levels run from 0 to 1 between the two ends of an issue; "
        + (
            "predicted: the median of the draws with its 90 % interval, put into the nearest words "
            "of the file."
            if context.two
            else "predicted: the Nash bargaining solution with every lever used."
        ),
        align="ll" + ("l" if name else ""),
    )


def _predicted(context: Any, issue: Any) -> str:
    """The median level in words with its interval; options and many parties at the file's values.

    Many parties play no threat game: their prediction is the Nash bargaining solution.
    """
    values = context.drawn.get(f"threats.term.{issue.id}") if context.two else None
    told = spread(values) if values is not None else None
    if told is not None:
        low, middle, high = told
        return (
            f"{level(issue, middle)} ({number(middle, 2)}; {number(low, 2)} to {number(high, 2)})"
        )
    terms: Mapping[str, Any] = context.predicted_terms
    if issue.id not in terms:
        return "no deal beats no deal"
    at = terms[issue.id]
    return f"{level(issue, at)}{f' ({number(float(at), 2)})' if issue.is_interval else ''}"


def standing(context: Any, found: Any) -> str:
    """Who gains by the deal over no deal, with the levers that are meant."""
    name = context.case.deals[context.case.judged_deal].name.split(":")[0]
    margins = found.margins[found.meant]
    told = listed([f"{context.name(p)} {gains(m)}" for p, m in margins.items()])
    bare = found.margins.get("no lever used", {})
    text = f"Against no deal with {_meant(found.meant)}, by “{name}” {told}."
    worse = [context.name(p) for p, m in bare.items() if m < 0 <= margins[p]]
    if worse:
        text += f" Without levers {listed(worse)} would have been better off with no deal."
    return text


def _meant(word: str) -> str:
    return {"threats of the solution": "the threats that theory expects"}.get(word, word)


@dataclass(frozen=True)
class Swap:
    """An efficient deal that leaves both better off by the same: terms, and what they change.

    Attributes
    ----------
    terms
        Issue to level in the better deal, interval issues that move only.
    changes
        Issue to what its move is worth to each side, stakes.
    """

    terms: Mapping[str, float]
    changes: Mapping[str, tuple[float, float]]


def improvement(context: Any) -> Swap | None:
    """The deal on the frontier from which both gain equally over the judged deal.

    Maximises w u_1 + (1 - w) u_2 issue by issue and bisects w until both gain the same; None where
    an issue of the file is no interval, or the deal is efficient.
    """
    case, program = context.case, context.problem.program
    names = list(case.issues)
    if any(not issue.is_interval for issue in case.issues.values()):
        return None
    terms = {key: float(at) for key, at in case.terms(case.judged_deal).items()}
    before = {n: level_worth(i, terms[n]) for n, i in zip(names, program.issues)}
    start = np.asarray(program.base, dtype=float) + np.sum(list(before.values()), axis=0)
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        w = (low + high) / 2
        gain = best_response(program, np.array([w, 1 - w]))[0] - start
        low, high = (w, high) if gain[0] < gain[1] else (low, w)
    found, levels = best_response(program, np.array([high, 1 - high]))
    if min(found - start) < SMALL:
        return None
    better = {n: float(x) for n, x in zip(names, levels)}
    changes = {
        n: tuple(float(v) for v in level_worth(i, better[n]) - before[n])
        for n, i in zip(names, program.issues)
    }
    moved = {n: x for n, x in better.items() if abs(x - terms[n]) > 0.02}
    return Swap(moved, {n: (changes[n][0], changes[n][1]) for n in moved})


def left_over(context: Any, loss: float, swap: Swap | None) -> str:
    """What both could have had more, and the swap that would have got it."""
    who = "both" if context.two else "all"
    if loss < SMALL:
        return f"Nothing was left on the table: no other terms would have given {who} more."
    text = f"Left on the table: {who} could have had {stakes(loss)} more."
    if swap is None or not swap.changes:
        return text
    parts: dict[int, list[str]] = {0: [], 1: []}
    issues = context.case.issues
    for name, (one, two) in sorted(swap.changes.items(), key=lambda item: -abs(sum(item[1]))):
        winner = 0 if one > two else 1
        parts[winner].append(issues[name].name)
    sides = [
        f"{context.name(p)} would have got its way on {listed(parts[k])}"
        for k, p in enumerate(context.case.principals)
        if parts[k]
    ]
    return f"{text} The swap: {' and '.join(sides)}."


def _frontier(context: Any) -> Figure:
    problem, case = context.problem, context.case
    line = np.asarray(problem.floats().frontier(), dtype=float)
    one, two = (context.name(p) for p in problem.parties)
    d = [float(x) for x in np.asarray(problem.disagreement)]
    point = context.threat_solution
    picked = [float(point[0].payoffs[p]) for p in problem.parties] if len(point) else None
    deals = {
        ("signed" if name == case.signed_deal else case.deals[name].name.split(":")[0]): [
            float(x) for x in judged.utility
        ]
        for name, judged in context.judged.items()
    }
    room = float(problem.zone())
    finding = (
        f"A deal was there to be had: both could gain {stakes(room)} at once"
        if room > 0
        else f"No deal beats no deal for both: {stakes(room)} are missing"
    )
    return Figure(
        figures.frontier(
            line.tolist(), d, parties=(one, two),
            solutions={"predicted": picked} if picked else {}, deals=deals,
        ),
        f"{finding}: the frontier of what {one} and {two} can have, no deal, and the deals.",
        f"{finding}. In stakes, with the threats that theory expects.",
    )  # fmt: skip
