"""A course of learning: the shares of strategies over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import figures, tables
from negotiate.drawing.text import escape

POINTS = 400
"""Most points in time that are drawn."""


def _series(course: Any) -> dict[str, Any]:
    """Shares by name; two players who move as one (one population) are shown once."""
    shares = list(course.shares.values())
    alike = len(shares) == 2 and shares[0] is shares[1]
    kept = list(course.shares)[:1] if alike else list(course.shares)
    return {
        label if alike else f"{player}: {label}": course.shares[player][:, k]
        for player in kept
        for k, label in enumerate(course.strategies[player])
    }


def _unit(course: Any) -> str:
    return "time" if "replicator" in course.dynamics else "rounds"


def text(course: Any) -> str:
    """A table of at most eleven points in time."""
    series = _series(course)
    steps = np.unique(np.linspace(0, len(course.times) - 1, 11).astype(int))
    rows = [[float(course.times[t]), *(float(v[t]) for v in series.values())] for t in steps]
    return f"{course.dynamics}\n{tables.text([_unit(course), *series], rows)}"


def html(course: Any) -> str:
    """The figure with its name."""
    name = escape(course.dynamics.replace("_", " "))
    return f"<p><strong>{name}</strong></p>{figure(course)}"


def figure(course: Any) -> str:
    """The shares as SVG."""
    steps = np.unique(np.linspace(0, len(course.times) - 1, POINTS).astype(int))
    return figures.curve(
        np.asarray(course.times, float)[steps].tolist(),
        {name: np.asarray(v, float)[steps].tolist() for name, v in _series(course).items()},
        x_label=_unit(course),
        y_label="share",
    )
