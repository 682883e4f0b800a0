"""Parties, what they want, and who can do what to whom."""

from __future__ import annotations

from typing import Any

from negotiate.case import view
from negotiate.declare import section
from negotiate.report.blocks import Block, Definitions, Figure, Paragraph, Table


def applies(context: Any) -> bool:
    """Always."""
    return True


@section("leverage", title="Parties and leverage", order=20, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Outside options, salience and ideals, levels in words, levers, the map."""
    case = context.case
    out: list[Block] = []
    if case.case.stake.strip():
        out.append(Paragraph("One stake. " + " ".join(case.case.stake.split())))
    options = [(p.name, p.outside_option) for p in case.parties.values() if p.outside_option]
    if options:
        out += [Paragraph("What each would do without a deal:"), Definitions(tuple(options))]
    head, rows = view.salience_rows(case)
    out.append(
        Table(
            tuple(head),
            tuple(map(tuple, rows)),
            "Salience of the issues (weights sum to one); the level each principal likes best.",
            align="l" + "r" * (len(head) - 1),
        )
    )
    levels = [
        (issue.name, f"{float(level.at):g}", level.means)
        for issue in case.issues.values()
        for level in issue.levels
    ]
    if levels:
        out.append(
            Table(
                ("issue", "level", "what it means"),
                tuple(levels),
                "Levels of the issues in words.",
                align="lrl",
            )
        )
    if case.levers:
        head, rows = view.lever_rows(case)
        out.append(
            Table(
                tuple(head[:-1]),
                tuple(tuple(row[:-1]) for row in rows),
                "Levers: costs in stakes of the one who pays; the probability of use averages "
                "the credibility over the branches of no deal.",
                align="lllrr",
            )
        )
        out.append(
            Figure(
                view.figure(case),
                "Arrows from the holder of each lever to its targets.",
                "Who can hurt whom: the wider the arrow, the greater the cost to its target; "
                "dashed where the threat is not credible.",
            )
        )
    return out
