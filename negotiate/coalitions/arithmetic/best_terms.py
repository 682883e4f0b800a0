r"""The terms that are best for a group together: the maximum of weighted values, issue by issue.

On an interval a party's weighted value is linear, or quadratic about its ideal; the sum over a
group is one concave parabola (or a line), whose maximum on [0, 1] is at its vertex or at an end.
Values of other concave shapes (peaked, power) are searched by sections of the interval. Floats over
draws or fractions of one problem.

>>> from fractions import Fraction
>>> best_on_interval(Fraction(-1), Fraction(1))       # x - x^2
(Fraction(1, 2), Fraction(1, 4))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SECTIONS = 90
"""Golden sections: the interval shrinks by 0.618 each, to 1e-18."""
GOLDEN = (5**0.5 - 1) / 2


def best_on_interval(square: Any, line: Any) -> tuple[Any, Any]:
    """Maximiser and maximum of square x^2 + line x on [0, 1], where square <= 0."""
    if isinstance(square, np.ndarray) or isinstance(line, np.ndarray):
        square, line = np.broadcast_arrays(np.asarray(square, float), np.asarray(line, float))
        with np.errstate(divide="ignore", invalid="ignore"):
            vertex = np.where(square < 0, -line / (2 * square), np.where(line > 0, 1.0, 0.0))
        x = np.clip(vertex, 0.0, 1.0)
    elif square < 0:
        x = min(max(-line / (2 * square), 0 * line), 1 + 0 * line)
    else:
        x = (1 if line > 0 else 0) + 0 * line
    return x, x * (square * x + line)


def best_by_sections(value: Callable[[Any], Any], shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Maximiser and maximum on [0, 1] of a concave function, by golden sections; floats."""
    low, high = np.zeros(shape), np.ones(shape)
    for _ in range(SECTIONS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        keep_left = value(left) >= value(right)
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
    x = (low + high) / 2
    candidates = np.stack([x, np.zeros(shape), np.ones(shape)])
    heights = np.stack([np.broadcast_to(value(c), shape) for c in candidates])
    at = heights.argmax(axis=0)
    x = np.take_along_axis(candidates, at[None], axis=0)[0]
    best = np.take_along_axis(heights, at[None], axis=0)[0]
    return (x, best) if shape else (float(x), float(best))
