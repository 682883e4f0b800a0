"""Chapter 6: what if: scenarios sorted by effect, on paired draws."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.drawing.ranges import bars
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.effects import ScenarioEffect
from negotiate.report.tell import SMALL, listed, nothing, signed

SHOWN = 12
"""Most scenarios in the figure."""

COLUMNS = {
    "deal.margin.least": "least gain by the deal",
    "bargaining.zone": "room for a deal",
    "durability.survival.12": "chance to hold twelve steps",
}


@section("scenarios", title="What if", order=7, length="standard")
def blocks(context: Any) -> list[Block]:
    """The figure of the first answer, the table of all."""
    case = context.case
    if not case.scenarios:
        return [Paragraph(nothing("No scenario is in the file", "[[scenario]]"))]
    effects, lost = context.questions.scenario_effects
    first = next((m for m in COLUMNS if any(m in e.changes for e in effects)), None)
    if first is None:
        return [Paragraph("No scenario could be compared on the answers of this report.")]
    out: list[Block] = [Paragraph(finding(effects, first))]
    moved = [e for e in effects if first in e.changes and abs(e.changes[first][1]) >= SMALL]
    if moved:
        out.append(_figure(moved[:SHOWN], first))
    rest = [
        e for e in effects if e not in moved and any(abs(c[1]) >= SMALL for c in e.changes.values())
    ]
    other = [m for m in COLUMNS if m != first and any(m in e.changes for e in effects)]
    if other and (moved or rest):
        out.append(_table(context, [*moved, *rest], [first, *other]))
    still = [e.name for e in effects if e not in moved and e not in rest]
    if still:
        out.append(Paragraph(f"These scenarios hardly move any of the three: {listed(still)}."))
    if lost:
        out.append(Paragraph(f"No model could read: {listed(list(lost))}."))
    return out


def finding(effects: tuple[ScenarioEffect, ...], first: str) -> str:
    """The scenario that moves the first answer most, up and down."""
    word = COLUMNS[first]
    known = [(e.changes[first][1], e.name) for e in effects if first in e.changes]
    up = max(known, default=(0.0, ""))
    down = min(known, default=(0.0, ""))
    parts = []
    if up[0] >= SMALL:
        parts.append(f"most is gained under “{up[1]}” ({signed(up[0])})")
    if down[0] <= -SMALL:
        parts.append(f"most is lost under “{down[1]}” ({signed(down[0])})")
    if not parts:
        return f"No scenario moves the {word} by as much as 0.01."
    return f"Of the {word}, {' and '.join(parts)}, in stakes."


def _figure(effects: list[ScenarioEffect], first: str) -> Figure:
    triples = [e.changes[first] for e in effects]
    name = effects[0].name
    title = f"“{name}” moves the {COLUMNS[first]} most, by {signed(triples[0][1])} stakes"
    return Figure(
        bars(
            [e.name for e in effects],
            [t[1] for t in triples],
            quantity=f"change of the {COLUMNS[first]} (stakes)",
            low=[t[0] for t in triples],
            high=[t[2] for t in triples],
            most=SHOWN,
        ),
        f"{title}: every scenario that moves it.",
        f"{title}. Median and 90 % of paired draws.",
    )


def _table(context: Any, effects: list[ScenarioEffect], names: list[str]) -> Table:
    rows = []
    for e in effects:
        cells = [e.name]
        for m in names:
            change = e.changes.get(m)
            if change is None:
                cells.append("–")
            elif m.startswith("durability"):
                points = 100 * change[1]
                cells.append("0" if abs(points) < 0.5 else f"{points:+.0f}".replace("-", "−"))
            else:
                cells.append(signed(change[1]))
        rows.append(tuple(cells))
    clock = context.case.case.clock.deal
    heads = {**COLUMNS, "durability.survival.12": f"holds twelve {clock}s"}
    return Table(
        ("scenario", *(heads[m] for m in names)),
        tuple(rows),
        "Median change, the largest first: stakes"
        + ("; of holding, percentage points." if "durability.survival.12" in names else "."),
        align="l" + "r" * len(names),
        note="Here no deal means every lever used.",
    )
