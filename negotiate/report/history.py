"""History beside the theory: what the file observed of levers, and proper scores of forecasts.

Scores are proper: a forecaster does best by saying what it believes. Of a yes or no the Brier
score (p - x)^2; of a level the continuous ranked probability score E|X - x| - E|X - X'|/2, which
for a point forecast is its distance. Both are better the smaller (Gneiting and Raftery 2007,
Journal of the American Statistical Association 102:359-378).
"""

from __future__ import annotations

from typing import Any

import numpy as np

WORDS = {"used": "used", "threatened": "threatened", "not used": "not used"}


def of_lever(case: Any, lever: str) -> Any:
    """What the file observed of a lever, or None."""
    return next((item for item in case.case.observed if item.lever == lever), None)


def pressed(item: Any) -> bool:
    """Whether the lever put pressure: used, or threatened."""
    return bool(item.use != "not used")


def brier(chance: float, happened: bool) -> float:
    """Squared distance of a chance from what happened.

    >>> brier(0.75, True), brier(0.5, False)
    (0.0625, 0.25)
    """
    return (float(chance) - float(happened)) ** 2


def crps(draws: Any, value: float) -> float:
    """Continuous ranked probability score of a sample of forecasts.

    >>> float(crps([0.2], 0.5)), float(crps([0.0, 1.0], 0.5))  # |x - y|; 1/2 - 1/4
    (0.3, 0.25)
    """
    x = np.sort(np.asarray(draws, dtype=float))
    x = x[np.isfinite(x)]
    n = len(x)
    rank = 2 * np.arange(1, n + 1) - n - 1
    return float(np.mean(np.abs(x - value)) - np.sum(rank * x) / n**2)
