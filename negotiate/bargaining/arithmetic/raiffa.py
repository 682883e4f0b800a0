r"""The continuous Raiffa path on a polygonal line, piece by piece in closed form, over draws.

Definition. From d the interim agreement z moves by z'(s) = m(z) - z until it meets the frontier.
While party 1's best, given z_2, lies on the piece i with dx/dy = -p and party 2's best, given z_1,
on the piece j with dy/dx = -q, the motion is linear: z'' = M z', M = -I + N, N = [[0, -p],
[-q, 0]], and N^2 = pq I, so that with r = sqrt(pq) and v = z'(0)

    z(t) = z(0) + C(t) v + D(t) N v,
    C(t) = integral of e^-s cosh(rs),   D(t) = integral of e^-s sinh(rs) / r.

A phase ends when a coordinate passes a corner. Both coordinates are concave in t, so that Newton's
method started at 0 climbs to that time from below and cannot miss it. Once i = j the gap closes
evenly in both directions, and the path ends at z + v / 2.

Source: Raiffa (1953), in Kuhn and Tucker (eds), Contributions to the Theory of Games II, 361-387;
Livne (1989), International Journal of Game Theory 18:383-394.

>>> line = (np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]]))
>>> end_of_path(line, np.array([[0.2], [0.0]])).round(12).ravel().tolist()
[0.6, 0.4]
"""

from __future__ import annotations

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic.frontier import Array

_SMALL = 1e-3  # below it D is taken from its series, whose next term is r^4
_NEWTON = 100
_LAST = 1e3  # a corner not reached by then is not reached: what is left falls as exp(-(1 - r) t)


def _growth(rate: Array, t: Array) -> Array:
    """Integral of exp(-rate s) from 0 to t; t itself where the rate vanishes."""
    flat = np.abs(rate * t) < tolerance.TINY
    return np.where(flat, t, -np.expm1(-rate * t) / np.where(flat, 1.0, rate))


def _integrals(r: Array, t: Array) -> tuple[Array, Array]:
    slow, fast = _growth(1.0 - r, t), _growth(1.0 + r, t)
    small = r < _SMALL
    decay = np.exp(-t)
    series = 1.0 - (1.0 + t) * decay
    series = series + r * r / 6.0 * (6.0 - decay * (t**3 + 3 * t**2 + 6 * t + 6.0))
    return 0.5 * (slow + fast), np.where(small, series, (slow - fast) / np.where(small, 1, 2 * r))


def _speeds(r: Array, t: Array) -> tuple[Array, Array]:
    slow, fast = np.exp(-(1.0 - r) * t), np.exp(-(1.0 + r) * t)
    small = r < _SMALL
    series = np.exp(-t) * (t + r * r * t**3 / 6.0)
    return 0.5 * (slow + fast), np.where(small, series, (slow - fast) / np.where(small, 1, 2 * r))


def _arrival(way: Array, own: Array, cross: Array, r: Array) -> Array:
    """First time at which ``C(t) own - D(t) cross`` covers ``way``; infinite if never."""
    t = np.zeros_like(way)
    open_ = way > 0
    for _ in range(_NEWTON):
        c, d = _integrals(r, t)
        rise, fall = _speeds(r, t)
        speed = own * rise - cross * fall
        left = way - (own * c - cross * d)
        step = np.where(speed > 0, left / np.where(speed > 0, speed, 1.0), np.inf)
        move = open_ & (left > 0)
        new = np.where(move, np.minimum(t + step, _LAST), t)
        open_ = move & (new < _LAST) & (new > t)
        still = np.abs(new - t) > tolerance.ROOT * new
        t = new
        if not (open_ & still).any():
            break
    return np.where(t >= _LAST, np.inf, t)


def end_of_path(line: tuple[Array, Array], d: Array) -> Array:
    """Where the path from ``d`` ``(2, N)`` meets the line of corners ``(P, N)`` twice."""
    first, second = line
    corners, number = first.shape
    pieces, columns = corners - 1, np.arange(number)
    z = d.astype(np.float64).copy()
    # j: the piece above z_1, -1 before the first corner; i: the piece right of z_2, `pieces` below
    j = (first <= z[0]).sum(axis=0) - 1
    i = (second >= z[1]).sum(axis=0) - 1
    for _ in range(2 * corners + 2):
        active = i > j
        left, right = np.clip(j, 0, pieces), np.clip(i, 0, pieces)
        left_end, right_end = np.minimum(left + 1, pieces), np.minimum(right + 1, pieces)
        x0, y0 = first[left, columns], second[left, columns]
        x1, y1 = first[right, columns], second[right, columns]
        a, b = first[left_end, columns] - x0, y0 - second[left_end, columns]
        c, e = first[right_end, columns] - x1, y1 - second[right_end, columns]
        x1 = np.where((i < pieces) & (e <= 0), first[right_end, columns], x1)  # a level top
        q = np.where((j >= 0) & (a > 0), b / np.where(a > 0, a, 1.0), 0.0)
        p = np.where((i < pieces) & (e > 0), c / np.where(e > 0, e, 1.0), 0.0)
        v1 = x1 + p * (y1 - z[1]) - z[0]
        v2 = y0 - q * (z[0] - x0) - z[1]
        same = i == j
        # both gain: they meet half way; where one cannot, the other goes all the way alone
        part = np.where((v1 > 0) & (v2 > 0), 0.5, 1.0)
        step = np.stack([np.maximum(v1, 0.0), np.maximum(v2, 0.0)])
        z = np.where(same, z + part * step, z)
        j = np.where(same, j + 1, j)  # done
        if not active.any():
            break
        r = np.minimum(np.sqrt(p * q), 1.0)
        next_x = first[np.clip(j + 1, 0, pieces), columns]
        next_y = second[np.clip(i, 0, pieces), columns]
        to_x, to_y = _arrival(
            np.where(active, np.stack([next_x, next_y]) - z, 0.0),
            np.stack([v1, v2]),
            np.stack([p * v2, q * v1]),
            r,
        )
        t = np.minimum(to_x, to_y)
        lost = active & ~np.isfinite(t)  # both creep towards one corner: that is the end
        t = np.where(np.isfinite(t), t, 0.0)
        cosh, sinh = _integrals(r, t)
        moved = z + np.stack([cosh * v1 - sinh * p * v2, cosh * v2 - sinh * q * v1])
        z = np.where(active & ~lost, moved, z)
        z = np.where(lost, np.stack([next_x, next_y]), z)
        # a corner passed is met exactly, so that rounding cannot stop the walk
        by_x, by_y = active & ~lost & (to_x <= to_y), active & ~lost & (to_y <= to_x)
        z[0] = np.where(by_x, np.maximum(next_x, z[0]), z[0])
        z[1] = np.where(by_y, np.maximum(next_y, z[1]), z[1])
        j = np.where(lost, i, j) + by_x + lost
        i = i - by_y
    return z
