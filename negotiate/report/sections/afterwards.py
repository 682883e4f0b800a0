"""What happened afterwards: it scores the prediction and informed none of its numbers."""

from __future__ import annotations

from typing import Any

from negotiate.report.blocks import Block, Cite, Definitions, Paragraph

ORDER = 90
TITLE = "What came after"


def applies(context: Any) -> bool:
    """Where the file tells it."""
    return bool(context.case.case.aftermath)


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
