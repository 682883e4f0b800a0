"""Arcs of issues with quadratic or linear values: the root of a balance in lambda, by Newton.

On the Pareto part a weighted value is the polynomial c + p x - q x^2, so the efficient level and
its slope in lambda are

    x(lambda)  = (lambda p_1 + (1 - lambda) p_2) / (2 (lambda q_1 + (1 - lambda) q_2)), clipped,
    x'(lambda) = (p_1 - p_2 - 2 x (q_1 - q_2)) / (2 (lambda q_1 + (1 - lambda) q_2)), 0 if clipped,

and u_i' = sum (p_i - 2 q_i x) x'. Newton's step is taken where it stays inside the bracket and is
at most half the step before (else it could jump to and fro for ever across a kink, where a level
is clipped), a bisection elsewhere; a draw that has converged is frozen, so that an answer does not
depend on the draws solved beside it. Draws are taken a tile at a time, which keeps the arrays in
the cache.

>>> import numpy as np
>>> from negotiate.bargaining.arithmetic.frontier_smooth import smooth
>>> one = np.ones((1, 1))
>>> s = smooth(("quadratic",), ("quadratic",), (one, one), (one, 0 * one), (one, one), (one, one))
>>> equal = ((1.0, 0.0), (1.0, 0.0), (0.0, 0.0))  # u_1 = u_2
>>> root(s, *equal, np.zeros(1), np.ones(1), np.zeros((2, 1))).tolist()
[0.5]
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.bargaining.arithmetic.frontier_smooth import Smooth

Array = npt.NDArray[np.float64]
Affine = tuple[Any, Any]

_TILE = 2048
_STEPS = 120  # Newton needs five or six; a bisection after every other step twice 53


class _Arc(NamedTuple):
    """Coefficients of a tile, ``(M, n)`` each; ``constant`` ``(2, n)``."""

    p1: Array
    p2: Array
    q1: Array
    q2: Array
    dp: Array
    dq: Array
    low: Array
    high: Array
    constant: Array

    def take(self, rows: Any) -> _Arc:
        return _Arc(*(array[:, rows] for array in self))

    def at(self, lam: Array) -> tuple[Array, Array]:
        """Utilities ``(2, n)`` and their slopes in lambda."""
        double = 2.0 * (self.q2 + lam * self.dq)
        x = (self.p2 + lam * self.dp) / double
        slope = (self.dp - 2.0 * x * self.dq) / double
        slope[(x <= self.low) | (x >= self.high)] = 0.0
        x = np.minimum(np.maximum(x, self.low), self.high)
        up, down = self.p1 - self.q1 * x, self.p2 - self.q2 * x
        u = np.stack([_total(up, x), _total(down, x)])
        u += self.constant
        up -= self.q1 * x
        down -= self.q2 * x
        du = np.stack([_total(up, slope), _total(down, slope)])
        return u, du


def _total(a: Array, b: Array) -> Array:
    """Sum over issues of a b, without the products in memory."""
    return np.asarray(np.einsum("mn,mn->n", a, b))


def is_polynomial(s: Smooth) -> bool:
    """Whether this file serves: quadratic or linear values, one of them curved in every draw."""
    if any(kind not in ("quadratic", "linear") for kinds in s.kinds for kind in kinds):
        return False
    return bool((s.bend[0] + s.bend[1] > 0).all())


def _arc(s: Smooth, rows: Any) -> _Arc:
    p1, p2, q1, q2 = (array[:, rows] for array in (*s.slope, *s.bend))
    low, high = s.low[:, rows], s.high[:, rows]
    constant = []
    for i, (p, q) in enumerate(((p1, q1), (p2, q2))):
        w, ideal, scale = (a[i][:, rows] for a in (s.weight, s.ideal, s.scale))
        distance = np.abs(low - ideal) / scale
        curved = np.array([kind == "quadratic" for kind in s.kinds[i]])[:, None]
        value = w * (1.0 - distance * np.where(curved, distance, 1.0))
        constant.append((value - (p - q * low) * low).sum(0))
    return _Arc(p1, p2, q1, q2, p1 - p2, q1 - q2, low, high, np.stack(constant))


def root(
    s: Smooth, p: Affine, q: Affine, r: Affine, low: Array, high: Array, start: Array
) -> Array:
    """Lambda in [low, high] where p u_1 - q u_2 - r stops being negative.

    Parameters
    ----------
    s
        Smooth issues over N draws, `is_polynomial`.
    p, q, r
        Pairs (c0, c1) for c0 + c1 lambda, numbers or ``(N,)``; the expression grows with lambda.
    low, high
        ``(N,)`` brackets within [0, 1]; an end is returned where the sign does not change.
    start
        ``(2, N)`` utilities of the other issues.
    """
    out = np.empty_like(low)
    p, q, r = (tuple(_per_draw(c, low) for c in pair) for pair in (p, q, r))
    for first in range(0, len(low), _TILE):
        rows = slice(first, first + _TILE)
        here = _take((p, q, r), rows)
        out[rows] = _tile(_arc(s, rows), here, low[rows], high[rows], start[:, rows])
    return out


def _tile(arc: _Arc, affine: Any, low: Array, high: Array, start: Array) -> Array:
    # a hair inside 0 and 1, where the level of an issue that one party does not mind is defined
    a, b = (np.clip(end, tolerance.ROOT, 1.0 - tolerance.ROOT) for end in (low, high))
    fa = _balance(arc, affine, start, a)[0]
    fb = _balance(arc, affine, start, b)[0]
    out = np.where(fa >= 0, low, high)
    rows = np.flatnonzero((fa < 0) & (fb > 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        lam = (a + (b - a) * (fa / (fa - fb)))[rows]
    a, b = a[rows], b[rows]
    if len(rows) < len(low):
        arc, affine, start = arc.take(rows), _take(affine, rows), start[:, rows]
    open_ = np.ones(len(rows), dtype=bool)
    last = b - a
    for _ in range(_STEPS):
        if not open_.any():
            break
        if 2 * np.count_nonzero(open_) < len(open_):  # go on with the stragglers alone
            rows, lam, a, b, last = rows[open_], lam[open_], a[open_], b[open_], last[open_]
            arc, affine, start = arc.take(open_), _take(affine, open_), start[:, open_]
            open_ = open_[open_]
        f, slope = _balance(arc, affine, start, lam)
        a, b = np.where(f < 0, lam, a), np.where(f < 0, b, lam)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = lam - f / slope
        good = (new >= a) & (new <= b) & (2 * np.abs(new - lam) <= last)
        new = np.where(good, new, 0.5 * (a + b))
        new = np.where(open_ & (f != 0), new, lam)
        last = np.abs(new - lam)
        open_ &= last > tolerance.ROOT
        lam = new
        out[rows] = lam
    return out


def _per_draw(number: Any, low: Array) -> Any:
    """One number for each draw, where an array holds one for all."""
    return np.broadcast_to(number, low.shape) if isinstance(number, np.ndarray) else number


def _take(affine: Any, rows: Any) -> Any:
    return [tuple(c[rows] if isinstance(c, np.ndarray) else c for c in pair) for pair in affine]


def _balance(arc: _Arc, affine: Any, start: Array, lam: Array) -> tuple[Array, Array]:
    """The expression whose root is sought and its slope in lambda."""
    (p0, p1), (q0, q1), (r0, r1) = affine
    u, du = arc.at(lam)
    u1, u2 = u[0] + start[0], u[1] + start[1]
    first, second = p0 + p1 * lam, q0 + q1 * lam
    value = first * u1 - second * u2 - (r0 + r1 * lam)
    return value, p1 * u1 + first * du[0] - q1 * u2 - second * du[1] - r1
