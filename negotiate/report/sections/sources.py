"""Every number with its range and source; facts and sources in full."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Paragraph, Reference, References, Table


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
        Paragraph(f"{len(rows)} numbers stand in the file; {judged} are judgement, with the facts "
                  "they were judged from."),
        Table(("path", "value [low, high]", "unit", "source", "note"), tuple(rows),
              "Every number of the case; low and high are 5 % and 95 % points unless its note "
              "says otherwise.", align="lllll"),
    ]  # fmt: skip
    late = {fact.id for fact in case.case.fact if not fact.known}
    references = [
        Reference(f.id, f.text + (" [known only later]" if f.id in late else "")
                  + (f" ({', '.join(f.source)})" if f.source else ""))
        for f in case.case.fact
    ]  # fmt: skip
    references += [Reference(s.id, s.text, s.url) for s in case.case.source]
    if references:
        out.append(References(tuple(references)))
    return out
