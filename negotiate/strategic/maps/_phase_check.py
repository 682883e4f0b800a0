"""The phase diagram judged by other means than those that made it.

At random rational points the game is enumerated by pivoting (`kernels.equilibria_exact`). Along
random lines the exact map of one quantity, which cannot miss a change, gives critical values; each
must be a zero of a listed curve. Drawn points must lie on their curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.solution import Evidence
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.maps._equilibrium_names import supports
from negotiate.strategic.maps.parametric_equilibria import ParametricGame, at
from negotiate.strategic.maps.parametric_plane import Factor
from negotiate.strategic.maps.parametric_roots import RealRoot

LINES = 3
"""Lines along each quantity."""


def verify(found: Any, points: int, rng: np.random.Generator) -> tuple[Evidence, ...]:
    """Evidence on points, lines and drawn curves, each with a witness where it fails."""
    return (_points(found, points, rng), _lines(found, rng), _drawn(found))


def _random(span: tuple[Fraction, Fraction], rng: np.random.Generator) -> Fraction:
    return span[0] + (span[1] - span[0]) * Fraction(int(rng.integers(1, 997)), 997)


def _points(found: Any, points: int, rng: np.random.Generator) -> Evidence:
    wrong, place = 0, ""
    m, n = found.game.m, found.game.n
    for _ in range(points):
        x, y = _random(found.x_range, rng), _random(found.y_range, rng)
        tables = [[[_at(terms, x, y) for terms in row] for row in table] for table in found.payoffs]
        answer = extreme_equilibria(tables[0], tables[1])
        ((structure, _),) = found.game.structures(found.game.signs([x], [y]))
        mine = sorted(supports(pair, m, n) for pair in structure)
        theirs = sorted((_support(one), _support(two)) for one, two in answer.points)
        if mine != theirs:
            wrong += 1
            place = place or f"{found.names[0]} = {x}, {found.names[1]} = {y}"
    return Evidence(wrong == 0, wrong, f"points of {points} at which an enumeration differs", place)


def _lines(found: Any, rng: np.random.Generator) -> Evidence:
    """Critical values of exact maps along lines that lie on no listed curve."""
    missed, place, seen = 0, "", 0
    for axis, (span, across) in enumerate(
        ((found.x_range, found.y_range), (found.y_range, found.x_range))
    ):
        for _ in range(LINES):
            level = _random(across, rng)
            a, b = (
                [[_restricted(terms, axis, level) for terms in row] for row in table]
                for table in found.payoffs
            )
            curves = [_restricted(c.terms, axis, level) for c in found.boundaries]
            for piece in ParametricGame(a, b).pieces(*span):
                if not isinstance(piece.low, RealRoot) or not piece.single:
                    continue
                seen += 1
                if not any(at(curve, piece.low) == 0 for curve in curves):
                    missed += 1
                    other = found.names[1 - axis]
                    place = place or f"{found.names[axis]} = {piece.low}, {other} = {level}"
    what = f"changes of {seen} along {2 * LINES} lines that lie on no listed curve"
    return Evidence(missed == 0, missed, what, place)


def _restricted(terms: Any, axis: int, level: Fraction) -> list[Fraction]:
    """Coefficients in the quantity ``axis``, the other one at ``level``."""
    out = [Fraction(0)] * (max((p[axis] for p in terms), default=-1) + 1)
    for powers, c in terms.items():
        out[powers[axis]] += c * level ** powers[1 - axis]
    while out and not out[-1]:
        out.pop()
    return out


def _drawn(found: Any) -> Evidence:
    """Largest distance of a drawn point from its curve, in boxes, to first order."""
    off = 0.0
    steps = [float(high - low) / found.mesh for low, high in (found.x_range, found.y_range)]
    for boundary in found.boundaries:
        factor = Factor(boundary.terms)
        for line in boundary.lines:
            x, y = np.array(line).T
            dx, dy = factor.gradient(x, y)
            size = np.hypot(dx * steps[0], dy * steps[1])
            value = abs(factor.values(x, y))
            off = max(off, float(np.max(value / np.where(size > 0, size, 1))))
    return Evidence(off < 1, off, "largest distance of a drawn point from its curve, in boxes")


def _at(terms: Any, x: Fraction, y: Fraction) -> Fraction:
    return sum((c * x**i * y**j for (i, j), c in terms.items()), Fraction(0))


def _support(row: Sequence[Fraction]) -> tuple[int, ...]:
    return tuple(k for k, v in enumerate(row) if v)
