"""Bargaining solutions on a polygonal frontier in exact arithmetic (fractions), one problem.

The same definitions as in the float kernels (`negotiate.bargaining.arithmetic.two_party` and
`negotiate.bargaining.arithmetic.curves`), without a tolerance: a frontier is a list of vertices
from
party 2's end to party 1's, and every solution below is rational there, but Perles-Maschler, which
is rational only where the ratios of the lengths sqrt(a b) of the pieces are.

Kalai and Smorodinsky's problem S2, which contains S1 = hull of (0, 1), (3/4, 3/4), (1, 0): KS
rises to (10/13, 10/13), while the Nash payoff of party 2 falls from 3/4 to 7/10.

>>> s2 = [(Fraction(0), Fraction(1)), (Fraction(1), Fraction(7, 10))]
>>> [str(u) for u in kalai_smorodinsky(s2, (0, 0))[:2]], [str(u) for u in nash(s2, (0, 0))[:2]]
(['10/13', '10/13'], ['1', '7/10'])

Sources: as in the float kernels; Kalai and Smorodinsky (1975), Econometrica 43:513-518.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, NamedTuple

Vertex = tuple[Any, Any]
Vertices = Sequence[Vertex]

_RAIFFA_ROUNDS = 64


class ExactPoint(NamedTuple):
    """A frontier point and the range of lambda that supports it (see `Located`)."""

    u1: Any
    u2: Any
    low: Any
    high: Any
    flat: bool


def critical(vertices: Vertices) -> list[Any]:
    """Critical lambda b / (a + b) of each piece."""
    out = []
    for (x, y), (x_next, y_next) in itertools.pairwise(vertices):
        gain, loss = x_next - x, y - y_next
        out.append(loss / (gain + loss))
    return out


def locate(vertices: Vertices, excess: Callable[[Any, Any, Any], Any]) -> ExactPoint:
    """First point where ``excess(lambda, u1, u2)``, affine in u and growing, is not negative."""
    lam = critical(vertices)
    bounds = [Fraction(0), *lam, Fraction(1)]
    for j, weight in enumerate(lam):
        (x, y), (x_next, y_next) = vertices[j], vertices[j + 1]
        start = excess(weight, x, y)
        if start >= 0:
            return ExactPoint(x, y, bounds[j], bounds[j + 1], False)
        end = excess(weight, x_next, y_next)
        if end > 0:
            t = -start / (end - start)
            return ExactPoint(x + t * (x_next - x), y + t * (y_next - y), weight, weight, True)
    # nothing left, or the sign changes exactly at the last vertex
    return ExactPoint(*vertices[-1], bounds[-2], bounds[-1], False)


def best_given_second(vertices: Vertices, u2: Any) -> ExactPoint:
    """Point at which party 2 gets ``u2`` (at least, where the frontier ends above)."""
    return locate(vertices, lambda lam, x, y: u2 - y)


def best_given_first(vertices: Vertices, u1: Any) -> ExactPoint:
    """Point at which party 1 gets ``u1`` (at least, where the frontier starts above)."""
    return locate(vertices, lambda lam, x, y: x - u1)


def egalitarian(vertices: Vertices, d: Vertex) -> ExactPoint:
    """Efficient point nearest to equal gains."""
    return locate(vertices, lambda lam, x, y: (x - d[0]) - (y - d[1]))


def zone(vertices: Vertices, d: Vertex) -> Any:
    """Largest t with d + (t, t) in S; negative without a bargaining zone."""
    point = egalitarian(vertices, d)
    return min(point.u1 - d[0], point.u2 - d[1])


def ideal(vertices: Vertices, d: Vertex) -> Vertex:
    """m_i = max {u_i : u in S, u_j >= d_j}."""
    return best_given_second(vertices, d[1]).u1, best_given_first(vertices, d[0]).u2


def nash(vertices: Vertices, d: Vertex, weights: Vertex = (1, 1)) -> ExactPoint:
    """Weighted Nash bargaining solution; meaningful where a zone exists."""
    a1, a2 = weights
    return locate(vertices, lambda lam, x, y: lam * a2 * (x - d[0]) - (1 - lam) * a1 * (y - d[1]))


def kalai_smorodinsky(vertices: Vertices, d: Vertex) -> ExactPoint:
    """Gains in proportion to the ideal gains."""
    m1, m2 = ideal(vertices, d)
    return locate(vertices, lambda lam, x, y: (x - d[0]) * (m2 - d[1]) - (y - d[1]) * (m1 - d[0]))


def utilitarian(vertices: Vertices, d: Vertex) -> tuple[ExactPoint, ExactPoint]:
    """Both ends of the set with the largest sum of relative gains (equal where it is one point)."""
    m1, m2 = ideal(vertices, d)
    p, q = m2 - d[1], m1 - d[0]
    target = p / (p + q) if p + q > 0 else Fraction(1, 2)
    lam = critical(vertices)
    bounds = [Fraction(0), *lam, Fraction(1)]
    before = sum(weight < target for weight in lam)
    after = sum(weight <= target for weight in lam)

    def corner(j: int) -> ExactPoint:
        return ExactPoint(*vertices[j], bounds[j], bounds[j + 1], False)

    return corner(before), corner(after)


def adjusted_winner(vertices: Vertices, lowest: Vertex, highest: Vertex) -> ExactPoint:
    """Equal shares of each party's range from losing every issue to winning every one."""
    (x0, y1), (x1, y0) = lowest, highest
    return locate(vertices, lambda lam, x, y: (x - x0) * (y0 - y1) - (y - y1) * (x1 - x0))


def rational_part(vertices: Vertices, d: Vertex) -> list[Vertex]:
    """Gains at the corners of the frontier's individually rational part."""
    first = best_given_first(vertices, d[0])
    last = best_given_second(vertices, d[1])
    inner = [v for v in vertices if first.u1 < v[0] < last.u1]
    points = [(first.u1, first.u2), *inner]
    if last.u1 > first.u1:
        points.append((last.u1, last.u2))
    return [(x - d[0], y - d[1]) for x, y in points]


def equal_area(vertices: Vertices, d: Vertex) -> Vertex:
    """The ray from d through it halves the area of {u in S : u >= d}."""
    part = rational_part(vertices, d)
    line = [(0 * part[0][0], part[0][1]), *part, (part[-1][0], 0 * part[-1][1])]
    sizes = [p[1] * q[0] - p[0] * q[1] for p, q in itertools.pairwise(line)]
    x, y = _halve(line, sizes)
    return x + d[0], y + d[1]


def _halve(line: Sequence[Vertex], sizes: Sequence[Any]) -> Vertex:
    left = Fraction(sum(sizes)) / 2
    for (p, q), size in zip(itertools.pairwise(line), sizes):
        if size > 0 and left <= size:
            t = left / size
            return p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])
        left -= size
    return line[0] if len(line) == 1 else line[len(line) // 2]


def _root(value: Fraction) -> Fraction | None:
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    return None


def perles_maschler(vertices: Vertices, d: Vertex) -> Vertex | None:
    """Halves the length sum sqrt(a b); None where that is not rational."""
    part = rational_part(vertices, d)
    if len(part) == 1:
        return part[0][0] + d[0], part[0][1] + d[1]
    areas = [(q[0] - p[0]) * (p[1] - q[1]) for p, q in itertools.pairwise(part)]
    lengths = [_root(Fraction(area) / Fraction(areas[0])) for area in areas]
    if any(length is None for length in lengths):
        return None
    x, y = _halve(part, lengths)
    return x + d[0], y + d[1]


def raiffa_discrete(vertices: Vertices, d: Vertex) -> tuple[Vertex, bool]:
    """Limit of d -> (d + m(d)) / 2, and whether it was reached exactly.

    What is left above d is a triangle as soon as one piece spans it, and the limit is then the
    middle of that piece.
    """
    for _ in range(_RAIFFA_ROUNDS):
        part = rational_part(vertices, d)
        if len(part) == 1:  # a corner: every step halves the way to it
            return (part[0][0] + d[0], part[0][1] + d[1]), True
        if len(part) == 2 and part[0][0] == 0 and part[1][1] == 0:
            return (d[0] + Fraction(part[1][0]) / 2, d[1] + Fraction(part[0][1]) / 2), True
        best = ideal(vertices, d)
        d = ((d[0] + best[0]) / Fraction(2), (d[1] + best[1]) / Fraction(2))
        if max(best[0] - d[0], best[1] - d[1]) == 0:
            return d, True
    return d, False
