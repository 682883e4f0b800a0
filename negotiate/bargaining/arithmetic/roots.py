"""Roots of growing functions in brackets, one bracket per draw (Chandrupatla's method).

Inverse quadratic interpolation where it is safe, bisection where it is not: about ten steps for
smooth functions and never more than bisection needs.

Source: Chandrupatla (1997), Advances in Engineering Software 28:145-149,
doi:10.1016/S0965-9978(96)00051-8.

>>> import numpy as np
>>> bracketed_root(lambda x: x * x - np.array([0.25, 0.5]), np.zeros(2), np.ones(2)).round(12)
array([0.5       , 0.70710678])
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from negotiate import tolerance

Array = npt.NDArray[np.float64]

_STEPS = 120  # bisection alone needs 53


def bracketed_root(function: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Root in [low, high] of a function that grows; an end where it does not change sign."""
    a, b = high.copy(), low.copy()
    fa, fb = function(a), function(b)
    ends = np.where(fb >= 0, low, high)
    open_ = (fb < 0) & (fa > 0)
    done = ~open_
    c, fc = a.copy(), fa.copy()
    part = np.full_like(a, 0.5)
    for _ in range(_STEPS):
        x = a + part * (b - a)
        fx = function(x)
        same = (fx > 0) == (fa > 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        better = np.abs(fa) < np.abs(fb)
        best = np.where(better, a, b)
        width = np.abs(b - a)
        done |= (width <= 2 * tolerance.ROOT) | (fa == 0)
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi * phi < xi) & ((1 - phi) * (1 - phi) < 1 - xi)
            inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                fc - fb
            )
            edge = tolerance.ROOT / np.where(width > 0, width, 1.0)
        part = np.where(safe & np.isfinite(inverse), inverse, 0.5)
        part = np.clip(part, np.minimum(edge, 0.5), np.maximum(1 - edge, 0.5))
    return np.where(open_, np.where(fa == 0, a, best), ends)
