"""Issues whose efficient level moves with the weight lambda: quadratic, power, mixed with linear.

Definition. For one issue and lambda in [0, 1] the efficient level is

    x(lambda) = argmax over [low, high] of  lambda w_1 v_1(x) + (1 - lambda) w_2 v_2(x),

where [low, high] is the issue's Pareto part, the levels between the two ideals. Values are

    linear      1 - |x - ideal| / scale
    quadratic   1 - ((x - ideal) / scale)^2
    power       (1 - |x - ideal| / scale)^exponent, 0 < exponent <= 1  (risk aversion)

On the Pareto part linear and quadratic values are polynomials, so x(lambda) is a ratio of two
linear functions of lambda, clipped; two quadratic values give the mean of the ideals weighted by
lambda w_1 / scale_1^2 and (1 - lambda) w_2 / scale_2^2. With a power value the first-order
condition is monotone in x and its root is bracketed; so it is with a ``curve``, any concave
function given as a vectorised callable, whose slope is taken by central differences (error below
1e-9).

Sources: Davis, Hinich and Ordeshook (1970), American Political Science Review 64:426-448, p. 432
(quadratic loss; contract curve as weighted means of ideals); Osborne and Rubinstein (1990),
Bargaining and Markets, section 2.4 (power utilities).

Ideals 1 and 0 of equal weight and scale: x(lambda) = lambda.

>>> import numpy as np
>>> one = np.ones((1, 1))
>>> s = smooth(("quadratic",), ("quadratic",), (one, one), (one, 0 * one), (one, one), (one, one))
>>> float(levels(s, np.array([0.25]))[0, 0])
0.25
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate.bargaining.arithmetic.roots import bracketed_root

Array = npt.NDArray[np.float64]
Pair = tuple[Array, Array]
Curves = tuple[Callable[[Array], Array] | None, ...]

_STEP = 1e-6  # central difference: truncation 1e-12, rounding 1e-10


class Smooth(NamedTuple):
    """Smooth issues; pairs of ``(M, N)`` arrays for party 1 and party 2.

    Attributes
    ----------
    kinds
        Pair of tuples of value names, one name per issue.
    weight, ideal, scale, exponent
        Pairs of ``(M, N)``.
    low, high
        ``(M, N)`` ends of the Pareto part.
    slope, bend
        Pairs ``(M, N)``: weighted value is const + slope x - bend x^2 on the Pareto part.
    """

    kinds: tuple[tuple[str, ...], tuple[str, ...]]
    weight: Pair
    ideal: Pair
    scale: Pair
    exponent: Pair
    low: Array
    high: Array
    slope: Pair
    bend: Pair
    curves: tuple[Curves, Curves] = ((), ())


def smooth(
    first: tuple[str, ...],
    second: tuple[str, ...],
    weight: Pair,
    ideal: Pair,
    scale: Pair,
    exponent: Pair,
    curves: tuple[Curves, Curves] = ((), ()),
) -> Smooth:
    """Prepare issues: Pareto parts and polynomial coefficients; all arrays ``(M, N)``.

    ``curves`` holds, for issues of kind ``curve``, the callables of either party (else None).
    """
    target = tuple(np.clip(array, 0.0, 1.0) for array in ideal)
    low, high = np.minimum(*target), np.maximum(*target)
    slopes, bends = [], []
    for party, kinds in enumerate((first, second)):
        towards = np.where(target[party] >= target[1 - party], 1.0, -1.0)
        slope, bend = np.zeros_like(low), np.zeros_like(low)
        for k, kind in enumerate(kinds):
            w, i, s = weight[party][k], ideal[party][k], scale[party][k]
            if kind == "quadratic":
                bend[k] = w / (s * s)
                slope[k] = 2 * i * bend[k]
            elif kind == "linear":
                slope[k] = towards[k] * w / s
        slopes.append(slope)
        bends.append(bend)
    return Smooth(
        (tuple(first), tuple(second)), weight, ideal, scale, exponent, low, high,
        (slopes[0], slopes[1]), (bends[0], bends[1]), curves,
    )  # fmt: skip


def value(kind: str, x: Array, ideal: Array, scale: Array, exponent: Array) -> Array:
    """v(x) of one kind, elementwise."""
    distance = np.abs(x - ideal) / scale
    if kind == "quadratic":
        return 1.0 - distance * distance
    if kind == "power":
        return np.maximum(1.0 - distance, 0.0) ** exponent
    return 1.0 - distance


def _derivative(kind: str, x: Array, ideal: Array, scale: Array, exponent: Array) -> Array:
    if kind == "quadratic":
        return -2.0 * (x - ideal) / (scale * scale)
    sign = np.where(x < ideal, 1.0, -1.0) / scale
    if kind == "linear":
        return sign
    rest = np.maximum(1.0 - np.abs(x - ideal) / scale, 0.0)
    with np.errstate(divide="ignore"):
        return sign * exponent * rest ** (exponent - 1.0)


def levels(s: Smooth, lam: Array) -> Array:
    """Efficient levels ``(M, *lam.shape)``; ``lam`` is ``(N,)`` or ``(J, N)``."""
    extra = (slice(None),) + (None,) * (lam.ndim - 1)
    p1, p2, q1, q2 = (array[extra] for array in (*s.slope, *s.bend))
    mirror = 1.0 - lam
    numerator = lam * p1 + mirror * p2
    denominator = 2.0 * (lam * q1 + mirror * q2)
    low, high = s.low[extra], s.high[extra]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = numerator / denominator
    x = np.minimum(np.maximum(x, low), high)
    lost = np.isnan(x)  # 0/0: only one party cares, or lambda is 0 or 1 and that party does not
    if lost.any():
        target1 = np.clip(s.ideal[0], 0.0, 1.0)[extra]
        target2 = np.clip(s.ideal[1], 0.0, 1.0)[extra]
        x = np.where(lost, np.where(s.weight[1][extra] > 0, target2, target1), x)
        both = (s.weight[0][extra] > 0) & (s.weight[1][extra] > 0)
        x = np.where(lost & both & (lam > 0.5), target1, x)
    for k, pair in enumerate(zip(*s.kinds)):
        if "power" in pair or "curve" in pair:
            x[k] = _first_order(s, k, lam)
            for own, other in ((0, 1), (1, 0)):  # what one party does not mind is the other's
                alone = (s.weight[other][k] <= 0) & (s.weight[own][k] > 0)
                if alone.any():
                    x[k] = np.where(alone, np.clip(s.ideal[own][k], 0.0, 1.0), x[k])
    return x


def _first_order(s: Smooth, k: int, lam: Array) -> Array:
    """Level where the weighted slopes of issue k cancel; the sum falls as the level rises."""
    share = (lam, 1.0 - lam)

    def fall(x: Array) -> Array:
        total = np.zeros_like(x)
        for i in (0, 1):
            push = share[i] * s.weight[i][k]
            # 0 x infinity: a party that does not count has no say at its steep end
            total = total - np.where(push > 0, push * _steepness(s, i, k, x), 0.0)
        return total

    low = np.broadcast_to(s.low[k], lam.shape).copy()
    with np.errstate(invalid="ignore"):
        return bracketed_root(fall, low, np.broadcast_to(s.high[k], lam.shape).copy())


def _steepness(s: Smooth, i: int, k: int, x: Array) -> Array:
    if s.kinds[i][k] != "curve":
        return _derivative(s.kinds[i][k], x, s.ideal[i][k], s.scale[i][k], s.exponent[i][k])
    curve = s.curves[i][k]
    assert curve is not None
    low, high = np.maximum(x - _STEP, 0.0), np.minimum(x + _STEP, 1.0)
    return np.asarray((curve(high) - curve(low)) / (high - low))


def utilities(s: Smooth, x: Array) -> Array:
    """``(2, ...)`` utilities of levels ``x`` ``(M, ...)`` from the smooth issues alone."""
    extra = (None,) * (x.ndim - 2)
    out = np.zeros((2, *x.shape[1:]))
    for i in (0, 1):
        for k, kind in enumerate(s.kinds[i]):
            curve = s.curves[i][k] if kind == "curve" else None
            if curve is not None:
                out[i] += s.weight[i][k][extra] * np.asarray(curve(x[k]))
                continue
            args = (array[k][extra] for array in (s.ideal[i], s.scale[i], s.exponent[i]))
            out[i] += s.weight[i][k][extra] * value(kind, x[k], *args)
    return out
