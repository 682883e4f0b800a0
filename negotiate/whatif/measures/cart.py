"""A classification tree for yes and no: where in the space does something happen?

Each node splits one column at the point that lowers the Gini impurity 2 p (1 - p) most, weighted
by size, until nodes are pure, small or deep enough (Breiman, Friedman, Olshen and Stone 1984,
*Classification and Regression Trees*, ch. 2 and 4). Splits lie midway between neighbouring values.

>>> x = np.linspace(0, 1, 101)[:, None]
>>> [(leaf.low.tolist(), leaf.high.tolist(), leaf.share) for leaf in grow(x, x[:, 0] > 0.305)]
[([-inf], [0.305], 0.0), ([0.305], [inf], 1.0)]
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance

Floats = NDArray[np.float64]


class Leaf(NamedTuple):
    """One leaf: limits per column (low < x <= high), points, share of yes."""

    low: Floats
    high: Floats
    points: int
    share: float


def best_split(x: Floats, y: Floats, smallest: int) -> tuple[float, int, float] | None:
    """Impurity removed (per point of the node), column and place of the best split."""
    rows = len(y)
    total = y.sum()
    node = 2 * total * (rows - total) / rows
    best: tuple[float, int, float] | None = None
    left = np.arange(1, rows)
    right = rows - left
    for column in range(x.shape[1]):
        order = np.argsort(x[:, column], kind="stable")
        values = x[order, column]
        hits = np.cumsum(y[order])[:-1]
        rest = total - hits
        impurity = 2 * hits * (left - hits) / left + 2 * rest * (right - rest) / right
        allowed = (values[1:] > values[:-1]) & (left >= smallest) & (right >= smallest)
        if not allowed.any():
            continue
        at = int(np.where(allowed, impurity, np.inf).argmin())
        gain = float(node - impurity[at]) / rows
        if best is None or gain > best[0] + tolerance.SPACING:
            best = (gain, column, 0.5 * float(values[at] + values[at + 1]))
    return best


def grow(x: Floats, y: NDArray[np.bool_], *, depth: int = 4, smallest: float = 0.02) -> list[Leaf]:
    """Leaves of the tree, from low to high along each split.

    Parameters
    ----------
    x, y
        Points ``(n, k)`` and what happened ``(n,)``.
    depth
        Most splits on the way to a leaf.
    smallest
        Least share of all points in a leaf.
    """
    least = max(1, int(np.ceil(smallest * len(y))))
    out: list[Leaf] = []

    def visit(member: NDArray[np.int64], low: Floats, high: Floats, left: int) -> None:
        inner, hits = x[member], y[member].astype(float)
        share = float(hits.mean())
        found = best_split(inner, hits, least) if left and 0 < share < 1 else None
        if found is None or found[0] <= 0:
            out.append(Leaf(low, high, len(member), share))
            return
        _, column, place = found
        below = inner[:, column] <= place
        upper, lower = high.copy(), low.copy()
        upper[column] = lower[column] = place
        visit(member[below], low, upper, left - 1)
        visit(member[~below], lower, high, left - 1)

    free = np.full(x.shape[1], np.inf)
    visit(np.arange(len(y)), -free, free, depth)
    return out
