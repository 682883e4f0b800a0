"""What drives the answers: Sobol' indices, and which quantity is worth knowing better."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.whatif.views import answer as view

ROWS = 6


def applies(context: Any) -> bool:
    """Where something is uncertain."""
    return bool(context.two and context.case.uncertain())


@section("drivers", title="What drives the answers", order=64, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Bars of total indices, a table for the other metrics, the value of information."""
    from negotiate.whatif.questions import oneway

    asked = context.questions
    found = asked.drivers
    first = found[asked.headline]
    out: list[Block] = [
        Paragraph(
            f"Over {first.used:,} solutions of the game, the variance of each answer is shared out "
            "among the uncertain quantities. A first-order index is what a quantity does alone, a "
            "total index what goes through it alone or with others; weights and the probabilities "
            "of branches move as groups."
        ),
        Paragraph(first.said()),
    ]
    if first.constant is None:
        out.append(
            Figure(
                view.figure(first),
                f"Total Sobol' indices of {asked.names[asked.headline]}.",
                f"What drives {asked.names[asked.headline]}: total indices with 95 % intervals.",
            )
        )
    rows = []
    for name, answer in found.items():
        if answer.constant is not None:
            continue
        out += [Paragraph(answer.said())] if name != asked.headline else []
        for row, record in enumerate(answer.records()[:ROWS]):
            rows.append(
                (
                    "" if row else asked.names[name],
                    asked.names.get(record["factor"], record["factor"]),
                    record["first"],
                    record["total"],
                    record["total_low"],
                    record["total_high"],
                )
            )
    if rows:
        out.append(
            Table(
                ("answer", "factor", "first order", "total", "low", "high"),
                tuple(rows),
                f"The {ROWS} largest total Sobol' indices of each answer, with the ends of the "
                "95 % intervals of the total index. A first-order index a little below zero, or "
                "above its total, is sampling error.",
                digits=3,
            )
        )
    out += _others(context)
    spider = oneway.spider(context.case, asked.headline)
    if spider.paths:
        out += [
            Paragraph(spider.said()),
            Figure(
                view.figure(spider),
                "Spider plot of the widest quantities.",
                "One quantity at a time from its low to its high value, the rest at the file's "
                "values.",
            ),
        ]
    return out + _information(asked)


def _others(context: Any) -> list[Block]:
    """Measures that look at the whole distribution, at dependence, and at labels."""
    from negotiate.report.questions import GIVEN
    from negotiate.whatif.questions import ask

    asked = context.questions
    if asked.drivers[asked.headline].constant is not None:
        return []
    delta, pawn = asked.given
    effects = ask.sensitivity(
        context.case,
        asked.headline,
        method="shapley",
        draws=min(asked.draws, GIVEN),
        seed=asked.seed,
    )
    labels = ask.sensitivity(
        context.case, "threats.profile", draws=min(asked.draws, GIVEN), seed=asked.seed
    )
    place = {factor: i for i, factor in enumerate(pawn.factors)}
    rows = tuple(
        (
            asked.names.get(row["factor"], row["factor"]),
            row["delta"],
            row["delta_low"],
            row["delta_high"],
            float(pawn.column("median")[place[row["factor"]]]),
        )
        for row in delta.records()[:ROWS]
    )
    return [
        Paragraph("Measures that do not rest on the variance:"),
        Table(
            ("quantity", "Borgonovo's delta", "low", "high", "PAWN, median"),
            rows,
            f"How far the distribution of {asked.names[asked.headline]} moves when one quantity "
            f"is known, from {min(asked.draws, GIVEN):,} draws.",
            digits=3,
        ),
        Paragraph(
            "Shapley effects, fair where inputs depend on one another: "
            + effects.said()
            + "".join(f" ({note}.)" for note in effects.notes)
        ),
        Paragraph(labels.said()),
    ]


def _information(asked: Any) -> list[Block]:
    out: list[Block] = []
    rows = []
    for item in asked.open_claims:
        answer = asked.information(item)
        out.append(Paragraph(f"“{item.text or item.id}” {answer.said()}"))
        for row, record in enumerate(answer.records()[:3]):
            rows.append(
                (
                    "" if row else item.text or item.id,
                    asked.names.get(record["input"], record["input"]),
                    record["value"],
                    record["error"],
                    record["changes the choice"],
                )
            )
    if rows:
        out.append(
            Table(
                ("conclusion", "quantity", "gain", "error", "changes it in"),
                tuple(rows),
                "Value of information: by how much knowing one quantity would raise the "
                "probability of being right about a conclusion, and the share of draws in which "
                "it would change it.",
                digits=3,
            )
        )
    return out
