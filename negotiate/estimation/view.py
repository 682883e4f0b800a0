"""How a fit is shown: tables of estimates and starts, intervals as a picture, curves with bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate.drawing import planes, tables
from negotiate.drawing.plot import below, x_axis
from negotiate.drawing.svg import Canvas, Scale, padded, text_width
from negotiate.drawing.text import escape, number
from negotiate.errors import InputError
from negotiate.estimation.draws import Draws
from negotiate.estimation.fit import Fit
from negotiate.estimation.prediction import Prediction

WIDTH = 640.0
_LEVEL = 1.645


def text(fit: Fit) -> str:
    """The summary, then where the starts ended."""
    rows = [[start.kind, start.value, start.steps, _yes(start.agrees)] for start in _starts(fit)]
    return fit.summary() + "\n\n" + tables.text(["start", "log-likelihood", "steps", "here"], rows)


def html(fit: Fit) -> str:
    """Tables of estimates and starts, remarks, and the picture."""
    body = [
        [row.name, row.estimate, "fixed" if row.fixed else row.se, "" if row.fixed else row.z]
        for row in fit.shown
    ]
    starts = [[s.kind, s.value, s.steps, _yes(s.agrees)] for s in _starts(fit)]
    remarks = "".join(f"<li>{escape(line)}</li>" for line in fit.status)
    return (
        tables.html(["parameter", "estimate", "std. error", "z"], body, caption=repr(fit))
        + f"<ul>{remarks}</ul>"
        + tables.html(["start", "log-likelihood", "steps", "here"], starts)
        + figure(fit)
    )


def latex(fit: Fit) -> str:
    """The table of estimates."""
    return fit.to_latex()


def figure(fit: Fit) -> str:
    """Every free estimate with its 90 % interval, in units of the index."""
    rows = [row for row in fit.shown if not row.fixed]
    spreads = fit.problem.spreads[fit.problem.free]
    return intervals(
        [row.name for row in rows],
        [row.estimate * s for row, s in zip(rows, spreads)],
        [(row.estimate - _LEVEL * row.se) * s for row, s in zip(rows, spreads)],
        [(row.estimate + _LEVEL * row.se) * s for row, s in zip(rows, spreads)],
        label="estimate times the spread of its regressor (standard deviations of the errors)",
    )


def intervals(
    names: Sequence[str],
    middle: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    label: str,
) -> str:
    """Dots with intervals, one a row.

    Parameters
    ----------
    names, middle, low, high
        One entry a row.
    label
        What the axis measures.
    """
    kept = [k for k in range(len(names)) if np.isfinite([middle[k], low[k], high[k]]).all()]
    if not kept:
        raise InputError("there is nothing to draw", where="intervals", allowed="finite numbers")
    left = min(300.0, 20.0 + max(text_width(names[k], 12) for k in kept))
    ends = padded(min(0.0, *(low[k] for k in kept)), max(0.0, *(high[k] for k in kept)))
    scale = Scale(*ends, left, WIDTH - 16.0)
    top, step = 12.0, 20.0
    bottom = top + step * len(kept) + 4.0
    board = Canvas(
        WIDTH,
        bottom + below(label, scale.end - scale.start),
        title=label,
        desc="; ".join(f"{names[k]} {number(middle[k])}" for k in kept) + ".",
    )
    x_axis(board, scale, bottom, label, grid_to=top)
    board.line(scale(0.0), top, scale(0.0), bottom, stroke="rule")
    for place, k in enumerate(kept):
        y = top + step * place + 10.0
        board.text(left - 8.0, y + 4.0, names[k], size=12, anchor="end")
        board.line(scale(low[k]), y, scale(high[k]), y, stroke="ink", width=1.6)
        board.circle(scale(middle[k]), y, 3.2, fill="ink")
    return board.render()


def along(points: Sequence[tuple[Any, Prediction]], *, variable: str) -> str:
    """A probability as one number moves, with its interval.

    Parameters
    ----------
    points
        As `Fit.along` gives them, for a variable of numbers.
    variable
        Its name, for the axis.
    """
    if not points:
        raise InputError("no points", where="along")
    return planes.curve(
        [float(x) for x, _ in points],
        {
            "estimate": [p.value for _, p in points],
            "low": [p.low for _, p in points],
            "high": [p.high for _, p in points],
        },
        x_label=variable,
        y_label=f"P({points[0][1].event})",
        y_range=(0.0, 1.0),
    )


def spread(draws: Draws, *, level: float = 0.9) -> str:
    """Medians and intervals of draws."""
    rows = draws.table(level=level)
    return intervals(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        label=f"{draws.kind}: median and {100 * level:g} % interval",
    )


def _starts(fit: Fit) -> list[Any]:
    return sorted(fit.maximum.starts, key=lambda start: -start.value)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
