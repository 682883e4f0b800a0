"""A tornado: one-way ranges of a metric, widest first."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import figures, tables
from negotiate.drawing.text import escape, number
from negotiate.whatif.words import words

__all__ = ["HEAD", "MOST", "figure", "html", "rows", "sentence", "text", "words"]

MOST = 15


def sentence(item: Any) -> str:
    """Which quantities move the metric most."""
    what = words(item.case, item.metric)
    if not item.paths:
        return f"No quantity has a range, so {what} stays at {number(item.base)}."
    widths = abs(item.answers[:, 1] - item.answers[:, 0])
    if widths[0] <= 0.0005:
        return f"No single quantity moves {what} from {number(item.base)}."
    moving = int((widths > 0.0005).sum())
    return (
        f"{what[:1].upper()}{what[1:]} is {number(item.base)} at the base; of {len(item.paths)} "
        f"uncertain quantities {moving} move it by themselves, most of all "
        f"{words(item.case, item.paths[0])} (from {number(item.answers[0, 0])} at its low to "
        f"{number(item.answers[0, 1])} at its high value)."
    )


def rows(item: Any) -> list[list[Any]]:
    """Table rows: quantity, range, metric at both ends."""
    return [
        [words(item.case, p), float(i[0]), float(i[1]), float(a[0]), float(a[1])]
        for p, i, a in list(zip(item.paths, item.inputs, item.answers))[:MOST]
    ]


HEAD = ("quantity", "low", "high", "metric at low", "metric at high")


def text(item: Any) -> str:
    """Sentence and table."""
    return sentence(item) + "\n" + tables.text(HEAD, rows(item))


def html(item: Any) -> str:
    """Figure and table."""
    return f"<p>{escape(sentence(item))}</p>" + figure(item)


def figure(item: Any) -> str:
    """The tornado as SVG."""
    shown = list(zip(item.paths, item.inputs, item.answers))[:MOST]
    return figures.tornado(
        [words(item.case, path) for path, _, _ in shown],
        [float(a[0]) for _, _, a in shown],
        [float(a[1]) for _, _, a in shown],
        item.base,
        quantity=words(item.case, item.metric),
        ranges=[(f"{i[0]:g}", f"{i[1]:g}") for _, i, _ in shown],
    )
