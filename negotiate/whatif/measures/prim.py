"""Patient rule induction: the box in which something happens most often.

From the whole sample, peel off the slice of `alpha` of the remaining points, at the low or the
high end of one column, whose removal gains most (or loses least: a loss may have to be taken on
the way to a corner), until the box would hold less than `mass_min` of all points or nothing is
left to gain; then paste back slices that raise the mean. The gain is the rise of the mean per
point removed. Every box on the way is kept: the peeling trajectory trades density for coverage.

Friedman and Fisher (1999), doi:10.1023/A:1008894516817, sec. 8; scenario discovery: Bryant and
Lempert (2010), doi:10.1016/j.techfore.2009.08.002; the gain per point and the quantile convention
(midway between two points, ties kept together) are those of Kwakkel and Jaxa-Rozen (2016),
doi:10.1016/j.envsoft.2015.11.020, so that boxes agree with those of their EMA Workbench as long as
it goes on: it stops where no slice gains.

Speed: columns are sorted once; a candidate slice is read off the end of the sorted column, so a
step costs the slices, not the sample. Dead points are swept out when they are half.

>>> x = np.linspace(0, 1, 1001)[:, None]
>>> path = peel(x, (x[:, 0] > 0.5).astype(float))
>>> bool(abs(path[-1].low[0] - 0.5) < 0.03), path[-1].mean > 0.99
(True, True)
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Box(NamedTuple):
    """One box of the trajectory: limits per column (infinite where free), size, sum, mean."""

    low: Floats
    high: Floats
    points: int
    total: float
    mean: float


class _End:
    """One end of one sorted column: reads the outermost living points."""

    def __init__(self, order: NDArray[np.int64]) -> None:
        self.order, self.at = order, 0

    def sweep(self, alive: NDArray[np.bool_]) -> None:
        rest = self.order[self.at :]
        self.order, self.at = rest[alive[rest]], 0

    def outer(self, alive: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
        """The first ``count`` living points or more, from the end inwards."""
        width = count + (count >> 2) + 8
        while True:
            window = self.order[self.at : self.at + width]
            living = window[alive[window]]
            if len(living) >= count or self.at + width >= len(self.order):
                return living
            width *= 2


def _slice(
    x: Floats, end: _End, alive: NDArray[np.bool_], points: int, alpha: float
) -> tuple[float, NDArray[np.int64]] | None:
    """Limit and points of the slice at an end, or None if the column cannot be peeled there.

    The limit is midway between the points of ranks floor and ceil of alpha (m - 1), counted from
    the end; where these are equal, ranks move inwards past the tie.
    """
    rank = (points - 1) * alpha
    first, second = math.floor(rank), math.ceil(rank)
    need = second + 1
    while True:
        living = end.outer(alive, need)
        values = x[living]
        if len(living) <= second:
            return None
        if values[first] != values[second]:
            inner = second
        else:
            beyond = np.nonzero(values[second:] != values[first])[0]
            if not beyond.size:
                if len(living) >= points:
                    return None  # one value is left
                need = min(2 * len(living) + 1, points)
                continue
            inner = second + int(beyond[0])
        limit = 0.5 * (values[first] + values[inner])
        return float(limit), living[:inner]


def peel(x: Floats, y: Floats, *, alpha: float = 0.05, mass_min: float = 0.05) -> list[Box]:
    """Peeling trajectory.

    Parameters
    ----------
    x
        Points ``(n, k)``.
    y
        What happens, ``(n,)``: 0 or 1, or any number whose mean shall be high.
    alpha, mass_min
        Share peeled off at each step; smallest share of points in a box.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    rows, columns = x.shape
    columns_of = [np.ascontiguousarray(x[:, j]) for j in range(columns)]
    orders = [np.argsort(column, kind="quicksort") for column in columns_of]
    ends = [(_End(order), _End(order[::-1])) for order in orders]
    alive = np.ones(rows, bool)
    points, total = rows, float(y.sum())
    low, high = np.full(columns, -np.inf), np.full(columns, np.inf)
    path = [Box(low.copy(), high.copy(), points, total, total / rows)]
    swept = rows
    highest = y.max()
    while total < highest * points:
        best: tuple[float, int, int, int, float, NDArray[np.int64], float] | None = None
        mean = total / points
        for j in range(columns):
            for side in (0, 1):
                found = _slice(columns_of[j], ends[j][side], alive, points, alpha)
                if found is None or len(found[1]) >= points:
                    continue
                limit, gone = found
                lost = float(y[gone].sum())
                left = points - len(gone)
                gain = ((total - lost) / left - mean) / len(gone)
                # of equal gains, the one that restricts fewer columns
                new = int(np.isinf(low[j]) and np.isinf(high[j]))
                key = (gain, -new)
                if best is None or key > (best[0], -best[1]):
                    best = (gain, new, j, side, limit, gone, lost)
        if best is None:
            break
        _, _, j, side, limit, gone, lost = best
        if points - len(gone) < mass_min * rows:
            break
        alive[gone] = False
        points -= len(gone)
        total -= lost
        (low if side == 0 else high)[j] = limit
        path.append(Box(low.copy(), high.copy(), points, total, total / points))
        if points < 0.5 * swept:
            swept = points
            for pair in ends:
                for end in pair:
                    end.sweep(alive)
    return path


def inside(x: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Which points lie in a box."""
    out = np.ones(len(x), bool)
    for j in np.nonzero(np.isfinite(low) | np.isfinite(high))[0]:
        out &= (x[:, j] >= low[j]) & (x[:, j] <= high[j])
    return out


def paste(x: Floats, y: Floats, box: Box, *, alpha: float = 0.05) -> list[Box]:
    """Boxes grown from ``box`` by slices that raise its mean, best first at each step."""
    out: list[Box] = []
    while True:
        best: Box | None = None
        slack = max(1, math.ceil(alpha * box.points))
        for j in range(x.shape[1]):
            for side in (0, 1):
                if np.isinf((box.low, box.high)[side][j]):
                    continue
                low, high = box.low.copy(), box.high.copy()
                (low, high)[side][j] = (-np.inf, np.inf)[side]
                rest = inside(x, low, high)
                rest &= (x[:, j] < box.low[j]) if side == 0 else (x[:, j] > box.high[j])
                outside = x[rest, j]
                if not outside.size:
                    continue
                ranks = np.sort(outside) if side else -np.sort(-outside)
                (low, high)[side][j] = ranks[min(slack, len(ranks)) - 1]
                member = inside(x, low, high)
                grown = Box(low, high, int(member.sum()), float(y[member].sum()), y[member].mean())
                if grown.mean > (best or box).mean:
                    best = grown
        if best is None:
            return out
        out.append(best)
        box = best


def quasi_p(x: Floats, y: Floats, box: Box) -> NDArray[np.float64]:
    """One-sided binomial test of each limit, ``(k, 2)``, NaN where the box has none.

    How likely is at least the box's number of hits if its points had the density of the box
    without that one limit (Bryant and Lempert 2010, p. 43).
    """
    from scipy.special import bdtrc

    out = np.full((x.shape[1], 2), np.nan)
    for j in range(x.shape[1]):
        for side in (0, 1):
            if np.isinf((box.low, box.high)[side][j]):
                continue
            low, high = box.low.copy(), box.high.copy()
            (low, high)[side][j] = (-np.inf, np.inf)[side]
            share = y[inside(x, low, high)].mean()
            hits = round(box.total)
            out[j, side] = 1.0 if hits == 0 else bdtrc(hits - 1, box.points, share)
    return out
