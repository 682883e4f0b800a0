"""The bargaining zone, the frontier, and every concept's deal beside the signed one."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate import declare
from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number
from negotiate.report.blocks import Block, Figure, Paragraph, Table, note
from negotiate.report.terms import concept


def applies(context: Any) -> bool:
    """For two principals."""
    return bool(context.two)


def checked(problem: Any, solution: Any) -> str:
    """Whether the point passes its own definition, recomputed, and whether it is exact."""
    evidence = declare.concept_named(solution.concept).holds(problem, solution[0])
    verdict = "holds" if evidence.holds else f"fails: {evidence.witness}"
    return f"{verdict}, {'exact' if solution.exact else 'float'}"


@section("bargaining", title="Bargaining zone and frontier", order=30, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Zone, frontier, concepts."""
    problem, case = context.problem, context.case
    d = [float(x) for x in np.asarray(problem.disagreement)]
    room = float(problem.zone())
    names = [context.name(p) for p in problem.parties]
    head = ", ".join(f"{n} {number(x)}" for n, x in zip(names, d))
    text = f"With the threats of the solution, no deal is worth (in stakes): {head}. "
    text += (
        f"There is a bargaining zone: both could gain {number(room)} at once."
        if room > 0
        else f"There is no bargaining zone: a deal falls short by {number(-room)}."
    )
    out: list[Block] = [Paragraph(text)]
    line = np.asarray(problem.floats().frontier(), dtype=float)
    points = {
        concept(s.concept): [float(s[0].payoffs[p]) for p in problem.parties]
        for s in context.solutions
        if len(s)
    }
    deals = {
        case.deals[name].name.split(":")[0]: [float(x) for x in judged.utility]
        for name, judged in context.judged.items()
    }
    out.append(
        Figure(
            figures.frontier(
                line.tolist(), d, parties=(names[0], names[1]), solutions=points, deals=deals
            ),
            "Efficient frontier with the solutions of each concept and the deals of the file.",
            "The efficient frontier, the point of no deal, what each concept picks, and the deals "
            "of the file. Points inside the frontier leave value on the table.",
        )
    )
    rows = []
    for s in context.solutions:
        if len(s):
            p = s[0]
            rows.append(
                (
                    concept(s.concept),
                    *(float(p.payoffs[x]) for x in problem.parties),
                    *(float(p.payoffs[x]) - y for x, y in zip(problem.parties, d)),
                    checked(problem, s),
                    ", ".join(p.marks) or "",
                )
            )
    width = len(rows[0]) - (not any(row[-1] for row in rows)) if rows else 0
    out.append(
        Table(
            (
                "concept",
                *(f"{n}: utility" for n in names),
                *(f"{n}: gain" for n in names),
                "check",
                "remarks",
            )[:width],
            tuple(row[:width] for row in rows),
            "What each concept gives each side, in stakes; the check recomputes the concept's "
            "definition at the point found.",
            note="Gain: utility less that of no deal.",
        )
    )
    kinks = [s for s in context.solutions if len(s) and "kink" in s[0].marks]
    if kinks:
        out.append(
            note(
                "At a kink of the frontier the deal does not move with small changes of the "
                "disagreement point: insensitive, which is not the same as no leverage."
            )
        )
    return out
