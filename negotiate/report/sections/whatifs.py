"""Scenarios beside the baseline, and the tornado of the signed deal."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.whatif.views import scenario_table, tornado


def applies(context: Any) -> bool:
    """Where the file has scenarios or a signed deal."""
    return bool(context.two and (context.case.scenarios or context.case.signed_deal))


@section("whatifs", title="Every scenario", order=60, applies=applies)
def blocks(context: Any) -> list[Block]:
    """The scenario table and one-way ranges."""
    from negotiate.whatif.questions import oneway, scenarios
    from negotiate.whatif.words import words

    out: list[Block] = []
    if context.case.scenarios:
        table = scenarios.compare(context.case)
        out += [
            Paragraph(scenario_table.sentence(table)),
            Table(
                scenario_table.HEAD,
                tuple(
                    (row[0], words(context.case, row[1]), *row[2:])
                    for row in scenario_table.rows(table)
                ),
                "Each scenario against the baseline on the metrics it should move.",
                align="llrrrl",
                note="Here, in the tornado and over the draws no deal means no deal with every "
                "lever on the table threatened; the sections before it take only the threats "
                "of the solution, so their margins differ.",
            ),
        ]
    if context.case.signed_deal:
        found = oneway.tornado(context.case, "deal.margin.least")
        out += [
            Paragraph(tornado.sentence(found)),
            Figure(
                tornado.figure(found),
                "Tornado of the smaller margin of the signed deal.",
                "One quantity at a time from its low to its high value: how the smaller of the "
                "two sides' gains by the signed deal responds.",
            ),
        ]
    return out
