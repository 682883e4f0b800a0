"""Which values of one quantity make the model say what was observed?

The set { x : |metric(x) - observed| <= tolerance } on a range, everything else at base, as
intervals with ends to the last float. Where the metric is a rational function of the quantity,
`negotiate.whatif.questions.threshold.exact_threshold` of ``metric - observed`` gives the values
exactly.

>>> from negotiate.whatif.study.marginal import uniform
>>> space = Space({"x": uniform(-2.0, 2.0)})
>>> found = intervals(
...     space, lambda v: {"y": v["x"] ** 2}, "x", "y", 1.0, tolerance=0.5, low=-2, high=2
... )
>>> [(round(a, 6), round(b, 6)) for a, b in found.intervals]
[(-1.224745, -0.707107), (0.707107, 1.224745)]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.whatif.questions.answer import Answer, Picture, listed, shown
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Matching(Answer):
    """Values of one quantity for which a metric comes within a tolerance of what was observed."""

    path: str
    metric: str
    observed: float
    tolerance: float
    searched: tuple[float, float]
    intervals: tuple[tuple[float, float], ...]
    nearest: tuple[float, float]
    unit: str = ""
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each interval."""
        return [
            {"quantity": self.path, "from": low, "to": high, "unit": self.unit}
            for low, high in self.intervals
        ]

    def sentence(self) -> str:
        """The intervals, or how near one gets."""
        what = f"{self.metric} to be {shown(self.observed)} (within {shown(self.tolerance)})"
        unit = f" {self.unit}" if self.unit else ""
        if not self.intervals:
            at, value = self.nearest
            return (
                f"No {self.path} between {shown(self.searched[0])} and {shown(self.searched[1])} "
                f"makes {what}, the rest at base; "
                f"the nearest is {shown(value)} at {shown(at)}{unit}."
            )
        spans = [f"between {shown(low)} and {shown(high)}" for low, high in self.intervals]
        return f"For {what}, {self.path} must be {listed(spans, 'or')}{unit}, the rest at base."

    def picture(self) -> Picture:
        """The intervals on the range searched."""
        low, high = self.searched
        return Picture(
            "box",
            tuple(self.path for _ in self.intervals),
            tuple(1.0 for _ in self.intervals),
            tuple((a - low) / (high - low) for a, _ in self.intervals),
            tuple((b - low) / (high - low) for _, b in self.intervals),
            x_label=f"range searched, {shown(low)} to {shown(high)} {self.unit}".strip(),
            ends=tuple((shown(a), shown(b)) for a, b in self.intervals),
        )


def intervals(
    space: Space,
    evaluate: Evaluate,
    path: str,
    metric: str,
    observed: float,
    *,
    tolerance: float,
    low: float | None = None,
    high: float | None = None,
    points: int = 513,
) -> Matching:
    """Values of ``path`` that bring ``metric`` within ``tolerance`` of ``observed``.

    Everything else stays at base, groups follow their move rule. Each end is bisected to the last
    float between two grid points; an interval narrower than the grid is met only if it holds a
    point or the metric crosses the observed value between two.
    """
    space.check(path)
    if tolerance < 0:
        raise InputError(f"tolerance {tolerance:g}", where=path, allowed="zero or more")
    if low is None or high is None:
        ends = np.asarray(space.marginal(path).ppf(np.array([0.001, 0.999])), float)
        low, high = float(ends[0]) if low is None else low, float(ends[1]) if high is None else high
    if not low < high:
        raise InputError(f"range {low:g} to {high:g}", where=path, allowed="low below high")
    base = {name: np.asarray(value) for name, value in space.centre().items()}

    def miss(x: Floats) -> Floats:
        values = space.move({n: np.repeat(v, len(x)) for n, v in base.items()}, path, x)
        found = evaluate_rows(evaluate, values)
        if metric not in found.metrics:
            if len(found.failures) == len(x):
                return np.full(len(x), np.nan)
            raise UnknownNameError("metric", metric, found.metrics, where="inverse")
        return np.asarray(found.metrics[metric], float) - observed

    grid = np.linspace(low, high, points)
    gap = miss(grid)
    # where the metric crosses the observed value between two points, a point is added there
    cross = np.nonzero(gap[:-1] * gap[1:] < 0)[0]
    if cross.size:
        at = _bisected(
            lambda x: miss(x) * np.sign(gap[cross + 1]) >= 0, grid[cross], grid[cross + 1]
        )
        grid = np.concatenate([grid, at])
        gap = np.concatenate([gap, miss(at)])
        order = np.argsort(grid, kind="stable")
        grid, gap = grid[order], gap[order]
    inside = np.abs(gap) <= tolerance
    edges = np.nonzero(inside[1:] != inside[:-1])[0]
    rising = inside[edges + 1]
    ends_at = _bisected(
        lambda x: (np.abs(miss(x)) <= tolerance) == rising, grid[edges], grid[edges + 1]
    )
    starts = [float(x) for x, up in zip(ends_at, rising) if up]
    stops = [float(x) for x, up in zip(ends_at, rising) if not up]
    starts = [float(low), *starts] if inside[0] else starts
    stops = [*stops, float(high)] if inside[-1] else stops
    if np.isnan(gap).all():
        raise NoSolutionError(f"no value of {path} has an answer", where="inverse")
    best = int(np.nanargmin(np.abs(gap)))
    return Matching(
        path,
        metric,
        observed,
        tolerance,
        (float(low), float(high)),
        tuple(zip(starts, stops)),
        (float(grid[best]), float(gap[best] + observed)),
        space.units.get(path, ""),
    )


def _bisected(beyond: Any, a: Floats, b: Floats) -> Floats:
    """Points at which ``beyond`` turns true between a (false) and b (true), to the last float."""
    a, b = a.copy(), b.copy()
    if not a.size:
        return b
    for _ in range(64):
        middle = 0.5 * (a + b)
        if ((middle <= a) | (middle >= b)).all():
            break
        yes = beyond(middle)
        a, b = np.where(yes, a, middle), np.where(yes, middle, b)
    return np.asarray(0.5 * (a + b))
