"""All global maximisers of a function of one variable on an interval, peaks refined from a grid.

The function need not be concave, nor its maximiser unique. Every local peak of the grid that may be
the highest is refined by Brent's bounded search (Brent 1973, Algorithms for Minimization without
Derivatives, chapter 5); peaks narrower than the grid's step can be missed.

>>> [round(x, 6) for x in global_peaks(lambda x: -((x * x - 1) ** 2), -2.0, 2.0)]
[-1.0, 1.0]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from negotiate.tolerance import UTILITY


def global_peaks(
    function: Callable[[Any], Any], low: float, high: float, *, resolution: int = 4001
) -> list[float]:
    """Where ``function`` is greatest on [low, high], to the tolerance of utilities, rising.

    Parameters
    ----------
    function
        Takes arrays, and numbers.
    resolution
        Points of the grid, three or more.
    """
    from scipy.optimize import minimize_scalar

    grid = np.linspace(low, high, resolution)
    worth = function(grid)
    padded = np.concatenate([[-np.inf], worth, [-np.inf]])
    peaks = np.flatnonzero((worth >= padded[:-2]) & (worth >= padded[2:]))
    # A peak between grid points exceeds its best neighbour by at most one step of the steepest
    # observed slope; lower ones cannot be global.
    slack = float(np.max(np.abs(np.diff(worth))))
    found: list[float] = []
    for k in peaks[worth[peaks] >= worth.max() - slack]:
        a, b = grid[max(k - 1, 0)], grid[min(k + 1, resolution - 1)]
        best = float(grid[k])
        if b > a:
            trial = minimize_scalar(
                lambda x: -float(function(x)),
                bounds=(a, b),
                method="bounded",
                options={"xatol": 1e-12},
            )
            best = max(best, float(trial.x), key=lambda x: float(function(x)))
        found.append(best)
    top = max(float(function(x)) for x in found)
    kept = [x for x in sorted(found) if float(function(x)) >= top - UTILITY]
    return [x for i, x in enumerate(kept) if i == 0 or x - kept[i - 1] > grid[1] - grid[0]]
