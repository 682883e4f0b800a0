"""What happened afterwards: it scores the prediction and informed none of its numbers."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Cite, Definitions, Paragraph


def applies(context: Any) -> bool:
    """Where the file tells it."""
    return bool(context.case.case.aftermath)


@section("afterwards", title="What came after", order=90, applies=applies, length="standard")
def blocks(context: Any) -> list[Block]:
    """Events in order, with the facts they rest on."""
    items = []
    for event in context.case.case.aftermath:
        text: list[Any] = [event.text]
        for key in event.source:
            text += [" ", Cite(key)]
        items.append((event.date, tuple(text)))
    return [
        Paragraph(
            "These events were not known when the deal was signed; no number above uses them."
        ),
        Definitions(tuple(items)),
    ]
