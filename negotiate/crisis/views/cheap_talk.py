"""Cheap talk as partitions: what each equilibrium can tell apart, one a row."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.crisis_regions import steps

text = parametric.text

MOST_ROWS = 8


def html(form: Any) -> str:
    """Numbers, metrics, and the partitions of one problem."""
    return parametric.html(form) + ("" if getattr(form.bias, "ndim", 0) else figure(form))


def figure(form: Any) -> str:
    """The partitions of the line, from one that tells nothing to the finest."""
    if getattr(form.bias, "ndim", 0):
        return parametric.figure(form)
    most = int(form.steps)
    counts = range(1, most + 1) if most <= MOST_ROWS else [1, 2, 3, most // 2, most]
    return steps(
        [[float(x) for x in form.partition(n)] for n in counts],
        what=f"state known to {form.players[0]}",
    )
