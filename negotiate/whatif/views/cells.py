"""Cells along one quantity: a strip, a table of thresholds and a sentence."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import figures, tables
from negotiate.drawing.text import clean, escape, number
from negotiate.whatif.words import words


def sentence(item: Any) -> str:
    """Where the answer changes, how far the base is from it, and whether that is exact."""
    what = words(item.case, item.path)
    span = f"from {item.low:g} to {item.high:g}"
    head, space, rest = item.question.partition(" ")
    question = f"{words(item.case, head)}{space}{rest}"
    if not item.changes:
        how = ", exactly" if item.exact else f" at {item.points} points"
        return (
            f"Along {what} {span} it never changes whether {clean(question)}: "
            f"{clean(item.answers[0])} throughout{how}."
        )
    parts = [
        f"'{clean(c.below)}' becomes '{clean(c.above)}' at {number(c.at, 4)}"
        for c in item.changes[:6]
    ]
    more = f" and at {len(item.changes) - 6} further values" if len(item.changes) > 6 else ""
    nearest = min(item.changes, key=lambda c: abs(c.at - item.base))
    gap = number(abs(nearest.at - item.base))
    distance = f"The base value {item.base:g} is {gap} from the nearest threshold."
    how = (
        "The thresholds are exact."
        if item.exact
        else f"Found by a scan of {item.points} points and bisection; a change between two points "
        "that reverses itself is not seen."
    )
    return f"Along {what} {span}, {clean(question)}: {'; '.join(parts)}{more}. {distance} {how}"


HEAD = ("threshold", "exact value", "below", "above")


def rows(item: Any) -> list[list[Any]]:
    """One row a threshold."""
    return [
        [number(c.at, 6), _short(c.exact) or f"within {c.bracket:.1g}", c.below, c.above]
        for c in item.changes
    ]


def _short(exact: str) -> str:
    return exact if len(exact) <= 40 else "algebraic or long fraction"


def text(item: Any) -> str:
    """Sentence and table."""
    return sentence(item) + ("\n" + tables.text(HEAD, rows(item)) if item.changes else "")


def html(item: Any) -> str:
    """Sentence, strip and table."""
    table = tables.html(HEAD, rows(item)) if item.changes else ""
    return f"<p>{escape(sentence(item))}</p>{figure(item)}{table}"


def figure(item: Any) -> str:
    """The strip as SVG."""
    edges = [item.low, *(c.at for c in item.changes), item.high]
    quantity = item.case.quantities.get(item.path)
    unit = f" ({quantity.unit})" if quantity is not None and quantity.unit else ""
    span = None
    if quantity is not None and quantity.low is not None and quantity.high is not None:
        span = (float(quantity.low), float(quantity.high))
    return figures.strip(
        [(a, b, answer) for a, b, answer in zip(edges, edges[1:], item.answers)],
        quantity=words(item.case, item.path) + unit,
        base=item.base,
        span=span,
    )
