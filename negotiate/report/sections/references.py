"""Facts and sources of the file: the list that citations lead to."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Reference, References


def applies(context: Any) -> bool:
    """Where the file states facts or sources."""
    return bool(context.case.case.fact or context.case.case.source)


@section("references", title="Facts and sources", order=97, applies=applies, length="standard")
def blocks(context: Any) -> list[Block]:
    """Facts first, each with its sources; what became known only later says so."""
    case = context.case
    late = {fact.id for fact in case.case.fact if not fact.known}
    references = [
        Reference(
            f.id,
            f.text
            + (" [known only later]" if f.id in late else "")
            + (f" ({', '.join(f.source)})" if f.source else ""),
        )
        for f in case.case.fact
    ]
    references += [Reference(s.id, s.text, s.url) for s in case.case.source]
    return [References(tuple(references))]
