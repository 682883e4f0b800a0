"""What each lever contributed: Shapley shares over which levers are on the table."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.report.blocks import Block, Figure, Paragraph, Table

MOST = 10


def applies(context: Any) -> bool:
    """Where two principals hold at least one and at most ten levers."""
    return bool(context.two and 0 < len(threatened(context.case)) <= MOST)


def threatened(case: Any) -> tuple[str, ...]:
    """Levers of the threat game: on the table, a principal's, entering ``disagreement``."""
    return tuple(
        name
        for name in case.on_table()
        if case.levers[name].holder in case.principals
        and "disagreement" in case.levers[name].enters
    )


@section("shares", title="What each lever contributed", order=55, applies=applies)
def blocks(context: Any) -> list[Block]:
    """One attribution a party: the threat game solved again for every set of levers."""
    from negotiate.whatif import metric
    from negotiate.whatif.questions import attribution

    case = context.case
    levers = threatened(case)
    names = [f"threats.utility.{party}" for party in case.principals]

    def worth(members: Any) -> dict[str, Any]:
        rows = []
        for row in np.asarray(members, dtype=bool):
            off = {f"lever.{n}.available": bool(on) for n, on in zip(levers, row)}
            rows.append(metric.evaluate(case.with_values(off), names))
        return {name: np.array([float(r[name]) for r in rows]) for name in names}

    out: list[Block] = [
        Paragraph(
            "A lever's share is its Shapley value in the game of which levers are on the "
            "table: the threat game is solved again without it, over every set of the "
            "others. Shares sum to the difference between all levers and none."
        )
    ]
    found = attribution.attribute(worth, levers, rule="rational threats")
    for party, name in zip(case.principals, names):
        answer = found[name].named(context.questions.names)
        out.append(Paragraph(answer.said()))
        order = answer.order()
        labels = [case.levers[levers[i]].name for i in order]
        shares = [float(answer.share[i]) for i in order]
        out.append(
            Table(
                ("lever", "share"),
                tuple(zip(labels, shares)),
                f"Shares in the utility of {context.name(party)}: {answer.none:.3f} with no "
                f"lever, {answer.all:.3f} with all, in stakes.",
            )
        )
        out.append(
            Figure(
                figures.waterfall(
                    labels,
                    shares,
                    float(answer.none),
                    float(answer.all),
                    quantity=f"utility of {context.name(party)} (stakes)",
                ),
                f"Waterfall of lever shares for {context.name(party)}.",
                f"From no lever to all: what each adds to or takes from {context.name(party)}.",
            )
        )
    return out
