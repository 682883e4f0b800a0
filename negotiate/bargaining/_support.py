"""The support function of S, from the values themselves: what verifies a solution.

h(lambda) = max over terms of sum_i lambda_i U_i, issue by issue. Options and the ends and ideals
of polygonal intervals are tried one by one (exact on fractions); other intervals are searched on
a grid and refined. Nothing here calls a frontier kernel, so that a solver cannot vouch for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiate.bargaining.values import POLYGONAL, floats

if TYPE_CHECKING:
    from negotiate.bargaining.problem import BargainingProblem

_GRID = 129
_REFINE = 45


def support(form: BargainingProblem, weights: Sequence[Any]) -> Any:
    """h(weights), weights >= 0, of one problem; exact where form and weights are fractions."""
    total: Any = sum(w * b for w, b in zip(weights, form.base))
    for k in range(len(form.issues)):
        push = [w * form.weights[i, k] for i, w in enumerate(weights)]
        values = [row[k] for row in form.values]

        def worth(level: Any, push: Any = push, values: Any = values) -> Any:
            return sum(p * value.at(level) for p, value in zip(push, values))

        labels = form.options[k]
        if labels is not None:
            total = total + max(worth(j) for j in range(len(labels)))
        elif all(value.kind in POLYGONAL for value in values):
            # concave and piecewise linear: the maximum is at an end or at somebody's ideal
            total = total + max(worth(level) for level in {value.target for value in values})
        else:
            total = total + _search(worth, values)
    return total


def _search(worth: Any, values: Any) -> float:
    low, high = 0.0, 1.0
    grid = np.linspace(low, high, _GRID)
    heights = floats(worth(grid))
    best = int(heights.argmax())
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    for _ in range(_REFINE):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        pair = floats(worth(np.array([left, right])))
        low, high = (left, high) if pair[0] < pair[1] else (low, right)
    tries = np.array([low, 0.5 * (low + high), high, grid[best]])
    return float(floats(worth(tries)).max())
