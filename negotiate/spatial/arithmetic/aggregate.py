"""Weighted means and medians of positions, exact where the arrays hold fractions.

``position`` and ``weight`` have shape ``(..., n, m)``: parties, then issues. A party without a
position on an issue has weight 0 there and any number as its position. Both functions work on
floats and on arrays of fractions alike.

>>> from fractions import Fraction as F
>>> x = np.array([[F(4)], [F(7)], [F(10)]], dtype=object)
>>> w = np.array([[F(2)], [F(1)], [F(1)]], dtype=object)
>>> weighted_mean(x, w), weighted_median(x, w)
(array([Fraction(25, 4)], dtype=object), (array([Fraction(4, 1)], dtype=object),
 array([Fraction(7, 1)], dtype=object)))
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance

Array = npt.NDArray[Any]


def weighted_mean(position: Array, weight: Array) -> Array:
    """Mean of the positions on each issue.

    Parameters
    ----------
    position, weight
        ``(..., n, m)``; weights are not negative and some weight on every issue is positive.

    Returns
    -------
    ndarray
        ``(..., m)``, in the unit of the positions.
    """
    mean: Array = (weight * position).sum(axis=-2) / weight.sum(axis=-2)
    return mean


def weighted_median(position: Array, weight: Array) -> tuple[Array, Array]:
    """Ends of the interval of weighted medians on each issue.

    A median is a level with at most half of the weight on either side of it. The two ends differ
    exactly where some position splits the weight in halves; floats count as halves within
    ``tolerance.WEIGHT_SUM`` of the whole weight.

    Parameters
    ----------
    position, weight
        ``(..., n, m)``.

    Returns
    -------
    low, high : ndarray
        ``(..., m)``; ``low`` is the lowest position at which the cumulated weight reaches a half.
    """
    position, weight = np.broadcast_arrays(position, weight)
    slack = 0 if weight.dtype == object else tolerance.WEIGHT_SUM
    order = np.argsort(position, axis=-2, kind="stable")
    sorted_position = np.take_along_axis(position, order, axis=-2)
    sorted_weight = np.take_along_axis(weight, order, axis=-2)
    cumulated = np.cumsum(sorted_weight, axis=-2)
    total = cumulated[..., -1:, :]
    counts = sorted_weight > 0
    reaches = (2 * cumulated >= total * (1 - slack)) & counts
    passes = (2 * cumulated > total * (1 + slack)) & counts
    return _at_first(sorted_position, reaches), _at_first(sorted_position, passes)


def _at_first(position: Array, mask: Array) -> Array:
    index = np.argmax(mask, axis=-2)[..., None, :]
    return np.take_along_axis(position, index, axis=-2)[..., 0, :]
