"""The map of equilibria judged by the definition, with none of the arithmetic that made it.

At random rational points of every cell the formulas are evaluated and judged: probabilities, the
regret from the payoffs, and the set of points against `kernels.equilibria_exact`, which enumerates
vertices by pivoting. At critical values the regret is computed in the value's field; a rational one
is enumerated again too. That a critical value is one root of its polynomial is read off Sturm's
theorem (SymPy's count of roots in the isolating interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.solution import Evidence, Point
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.maps._equilibrium_pieces import Critical, MapCell
from negotiate.strategic.maps._equilibrium_writer import table_at
from negotiate.strategic.maps.parametric_roots import RealRoot


def verify(found: Any, *, points: int = 3, rng: np.random.Generator | None = None) -> Any:
    """Evidence that a map is right: tuple of `Evidence`, each with a witness where it fails.

    Parameters
    ----------
    found
        An `EquilibriumMap`.
    points
        Random rational points tried in each cell, beside its sample.
    rng
        Source of the points; a fixed one by default.
    """
    rng = rng if rng is not None else np.random.default_rng(0)
    regret, missing, roots, still = _Worst(), _Worst(), _Worst(), _Worst()
    tried = 0
    for cell in found.cells:
        for x in (cell.sample, *(_inside(cell, rng) for _ in range(points))):
            tried += 1
            here = found.at(x)
            table = table_at(found.game, x)
            regret.see(_judged(here, table), f"{found.name} = {x}")
            missing.see(_difference(here, table), f"{found.name} = {x}")
    for k, item in enumerate(found.critical):
        place = f"{found.name} = {item.value}"
        table = table_at(found.game, item.value)
        regret.see(_judged(item.equilibria, table), place)
        if item.value.rational is not None:
            missing.see(
                _difference(item.equilibria, table_at(found.game, item.value.rational)), place
            )
        roots.see(abs(_roots_inside(item.value) - 1), place)
        still.see(int(_unchanged(found, k)), place)
    return (
        regret.evidence(
            f"largest regret at {tried} points and {len(found.critical)} critical "
            "values (payoff units)"
        ),
        missing.evidence("equilibria by which the map and an enumeration differ"),
        roots.evidence("critical values that are not one root of their polynomial"),
        still.evidence("critical values at which nothing changes"),
    )


class _Worst:
    """The largest number seen, and where."""

    def __init__(self) -> None:
        self.value: Any = Fraction(0)
        self.place = ""

    def see(self, value: Any, place: str) -> None:
        if value > self.value:
            self.value, self.place = value, place

    def evidence(self, what: str) -> Evidence:
        return Evidence(self.value == 0, self.value, what, self.place)


def _inside(cell: MapCell, rng: np.random.Generator) -> Fraction:
    """A random rational inside the cell."""
    low, high = (
        end if isinstance(end, Fraction) or end is None else end.bounds[side]
        for end, side in ((cell.low, 1), (cell.high, 0))
    )
    low = low if low is not None else (high if high is not None else Fraction(0)) - 100
    high = high if high is not None else low + 100
    share = Fraction(int(rng.integers(1, 997)), 997)
    x = low + (high - low) * share
    return x if low < x < high else cell.sample


def _array(row: Sequence[Any]) -> Any:
    out: Any = np.empty(len(row), dtype=object)
    out[:] = list(row)
    return out


def _mixed(point: Point) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in point.strategies.values()]


def _judged(points: Sequence[Point], table: Any) -> Any:
    """Largest regret; a profile that is none, or payoffs that are not the expected ones, count."""
    worst: Any = Fraction(0)
    for point in points:
        rows = [_array(row) for row in _mixed(point)]
        for row in rows:
            worst = max(worst, abs(sum(row, Fraction(0)) - 1), *(-p for p in row))
        paid = expected.expected(table, rows).tolist()
        apart = [a - b for a, b in zip(paid, point.payoffs.values())]
        worst = max(worst, expected.regrets(table, rows).max(), *(max(d, -d) for d in apart))
    return worst


def _difference(points: Sequence[Point], table: Any) -> int:
    enumerated = extreme_equilibria(table[0], table[1])
    return len({tuple(_mixed(point)) for point in points} ^ set(enumerated.points))


def _roots_inside(value: RealRoot) -> int:
    import sympy

    x = sympy.Symbol("x")
    polynomial = sympy.Poly(value.coefficients[::-1], x)
    low, high = (sympy.Rational(end.numerator, end.denominator) for end in value.interval())
    return int(polynomial.count_roots(low, high))


def _unchanged(found: Any, k: int) -> bool:
    """Whether the structures beside a critical value are the one at it."""
    item: Critical = found.critical[k]
    beside = [c.structure for c in found.cells if item.value in (c.low, c.high)]
    return all(structure == item.structure for structure in beside)
