"""What the solutions along the frontier share: it as a dense line, their answers and evidence.

Corners are gains over d; smooth arcs are cut into 4,096 chords, so that integrals along the line
are right to some 1e-7. Interpolation replaces the kernels' root finding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from negotiate.bargaining import _solving as shared
from negotiate.bargaining.arithmetic import curves
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.solution import Evidence, Point

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


def by_chords(form: BargainingProblem, rule: Any) -> Callable[[Any, Any, Any], shared.Found]:
    """The float rule of a kernel on chords: extrapolated in their number, error estimated."""

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        return estimated(form, *curves.extrapolated(f, d, rule), units)

    return float_rule


def estimated(form: BargainingProblem, point: Any, error: Any, units: Any) -> shared.Found:
    """What a float rule found, with its estimated error."""
    facts = {"error estimate": (error * units.max(axis=0)).reshape(form.shape)[()]}
    return shared.Found((point[0], point[1]), None, facts)


def on_frontier(form: BargainingProblem, point: Point) -> Evidence:
    """Evidence that a point lies on the frontier, once it is right along the line."""
    slack = 0 if form.is_exact else shared.CURVE
    left = shared.loss(form, point)
    return shared.verdict(form, point, left, "distance to frontier, stakes", extra=slack)


def reached(
    form: BargainingProblem, point: Point, end: Any, *, what: str, name: str, chords: float = 1
) -> Evidence:
    """Evidence that a path of gains which ends at ``end`` leads to a point.

    ``what`` is measured, ``name`` says what the point is not where it fails; ``chords`` widens the
    slack for paths that gather the errors of many steps.
    """
    part = line(form)
    apart = float(np.abs(end - floats(gains(form, point))).max())
    size = max(1.0, float(part.x[-1]), float(part.y[0]))
    if apart > chords * shared.CURVE * size:
        return Evidence(False, apart, what, name)
    return shared.verdict(form, point, 0, what, extra=shared.CURVE)
