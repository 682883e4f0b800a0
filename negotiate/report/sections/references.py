"""Facts and sources of the file: the list that citations lead to."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Cite, Reference, References, Text


def applies(context: Any) -> bool:
    """Where the file states facts or sources."""
    return bool(context.case.case.fact or context.case.case.source)


@section("references", title="Facts and sources", order=97, applies=applies, length="standard")
def blocks(context: Any) -> list[Block]:
    """Facts first, each with its sources; what became known only later says so."""
    case = context.case
    late = {fact.id for fact in case.case.fact if not fact.known}
    references = [Reference(f.id, _fact(f, f.id in late)) for f in case.case.fact]
    references += [Reference(s.id, s.text, s.url) for s in case.case.source]
    return [References(tuple(references))]


def _fact(fact: Any, late: bool) -> Text:
    """The fact in words, and its sources by their numbers in the list."""
    text = f"{fact.text} [known only later]" if late else fact.text
    return (f"{text} ", Cite(*fact.source)) if fact.source else text
