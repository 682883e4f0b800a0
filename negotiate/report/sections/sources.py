"""Every number with its range and source; facts and sources in full."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.drawing.ranges import bars
from negotiate.report.blocks import (
    Block,
    Figure,
    Heading,
    Paragraph,
    Table,
)


def applies(context: Any) -> bool:
    """Always."""
    return True


@section("sources", title="Numbers and sources", order=95, applies=applies)
def blocks(context: Any) -> list[Block]:
    """The table of quantities, then facts and sources."""
    case = context.case
    rows = []
    for path, q in case.stated.items():
        value = case.value(path)
        shown = f"{float(value):g}" if not isinstance(value, str) else value
        if q.low is not None and q.high is not None:
            shown += f" [{float(q.low):g}, {float(q.high):g}]"
        basis = ", ".join(q.source) + (" (judgement)" if q.judgement and q.source else "")
        basis = basis or ("judgement" if q.judgement else "")
        rows.append((path, shown, q.unit, basis, q.note))
    judged = sum(q.judgement for q in case.stated.values())
    out: list[Block] = [
        Paragraph(
            f"{len(rows)} numbers stand in the file; {judged} are judgement, with the facts "
            "they were judged from."
        ),
        Table(
            ("path", "value [low, high]", "unit", "source", "note"),
            tuple(rows),
            "Every number of the case; low and high are 5 % and 95 % points unless its note "
            "says otherwise.",
            align="lllll",
        ),
    ]
    out += _estimates(case, rows)
    return out


def _estimates(case: Any, rows: list[Any]) -> list[Block]:
    """Where numbers come from: how many were judged, sourced, estimated; the fits themselves."""
    fits = case.case.estimate
    if not fits:
        return []
    basis = [
        "estimated" if set(q.source) & set(fits) else "judged" if q.judgement else "from a source"
        for q in case.quantities.values()
    ]
    counts = {name: basis.count(name) for name in ("judged", "from a source", "estimated")}
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    picture = bars(
        list(counts), [float(count) for count in counts.values()], quantity="numbers of the case"
    )
    table = Table(
        ("estimate", "model", "rows", "log-likelihood", "starts", "interval", "note"),
        tuple(
            (
                name,
                fit.model,
                fit.rows or "",
                "" if fit.log_likelihood is None else f"{float(fit.log_likelihood):.1f}",
                fit.starts,
                fit.interval,
                fit.note,
            )
            for name, fit in fits.items()
        ),
        "Fits to data on which numbers of the case rest.",
        align="lllllll",
    )
    return [
        Heading("Where the numbers come from"),
        Figure(picture, f"Of {len(rows)} numbers {words}.", f"Judged against estimated: {words}."),
        table,
    ]
