"""The individually rational frontier as a dense line: what verifies the curve solutions.

Corners are gains over d; smooth arcs are cut into 4,096 chords, so that integrals along the line
are right to some 1e-7. Interpolation replaces the kernels' root finding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from negotiate.forms._bargaining_values import floats
from negotiate.forms.bargaining import BargainingProblem
from negotiate.solution import Point

_CHORDS = 4096


class Line(NamedTuple):
    """Gains along the frontier, from party 2's ideal to party 1's; x grows, y falls."""

    x: Any
    y: Any

    def second(self, x: Any) -> Any:
        """Most that party 2 gains when party 1 gains x."""
        return np.interp(x, self.x, self.y)

    def first(self, y: Any) -> Any:
        """Most that party 1 gains when party 2 gains y."""
        return np.interp(y, self.y[::-1], self.x[::-1])


def line(form: BargainingProblem) -> Line:
    """The rational part of the frontier of one problem."""
    corners = floats([[float(u) for u in v] for v in form.frontier(resolution=_CHORDS)])
    gains = corners - floats(form.disagreement)
    x, y = gains[:, 0], gains[:, 1]
    left = max(x[0], 0.0)
    top = float(np.interp(left, x, y))
    low = max(y[-1], 0.0)
    right = float(np.interp(low, y[::-1], x[::-1]))
    inner = (x > left) & (y > low)
    xs = np.concatenate([[left], x[inner], [right]])
    ys = np.concatenate([[top], y[inner], [low]])
    return Line(xs, ys)


def gains(form: BargainingProblem, point: Point) -> tuple[float, float]:
    """Gains of the two parties at a point, as floats."""
    first, second = (
        float(point.payoffs[p]) - float(d) for p, d in zip(form.parties, form.disagreement)
    )
    return first, second
