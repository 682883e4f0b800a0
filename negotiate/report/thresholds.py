"""At which values the answer changes: which levers are used, whether the deal is acceptable."""

from __future__ import annotations

from typing import Any

from negotiate.display import cells as view
from negotiate.report._blocks import Block, Figure, Paragraph, Table

ORDER = 70
TITLE = "Thresholds"


def applies(context: Any) -> bool:
    """Where two principals hold levers."""
    return bool(context.two and context.case.levers)


def blocks(context: Any) -> list[Block]:
    """For each lever its cost to a target from 0 to 1; and the exact margins of the deal."""
    from negotiate.whatif.cells import cells

    case = context.case
    rows = []
    out: list[Block] = []
    for name, lever in case.levers.items():
        target = next((t for t in lever.targets if t in case.principals), None)
        idle = "disagreement" not in lever.enters or not case.value(f"lever.{name}.available")
        if target is None or idle:
            continue
        found = cells(case, f"lever.{name}.cost.{target}", f"threats.used.{name}",
                      condition=">= 0.5", low=0.0, high=1.0, points=129)  # fmt: skip
        where = "; ".join(f"{c.below} to {c.above} at {c.at:.3f}" for c in found.changes)
        rows.append((lever.name, found.base, where or f"always {found.answers[0]}"))
        if not out and found.changes:
            out = [
                Figure(
                    view.figure(found),
                    f"Whether {lever.name} is used, along its cost.",
                    f"{lever.name}: is it threatened, as its cost to the target varies?",
                )
            ]
    blocks_: list[Block] = [
        Paragraph("A lever is used where, at the slope of the deal, it costs the other side more "
                  "than its holder. The table gives the cost to the target at which that changes, "
                  "by a scan of 129 points and bisection."),
        Table(("lever", "cost in the file", "is it used? (cost to target from 0 to 1)"),
              tuple(rows), "Cost to the target at which a lever comes into use."),
        *out,
    ]  # fmt: skip
    if case.signed_deal:
        for party in case.principals:
            issue = max(case.issues, key=lambda i: float(case.weight(party, i)))
            path = f"deal.{case.signed_deal}.{issue}"
            if case.quantities[path].low is None:
                continue
            found = cells(case, path, f"deal.margin.{party}", low=0.0, high=1.0)
            blocks_.append(Paragraph(f"{context.name(party)}: " + view.sentence(found)))
    return blocks_
