"""Cells and critical values of a map of equilibria: the parts of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from negotiate.solution import Point, Solution
from negotiate.strategic.maps.parametric_equilibria import Structure
from negotiate.strategic.maps.parametric_roots import RealRoot

Value = Fraction | RealRoot


class _Solved:
    """A part of a map, whose solution is read by parts: formulas on a cell, numbers at a value."""

    solution: Solution

    @property
    def equilibria(self) -> tuple[Point, ...]:
        """The extreme equilibria."""
        return self.solution.points

    @property
    def components(self) -> tuple[tuple[int, ...], ...]:
        """Connected sets of equilibria, by their extreme points."""
        return self.solution.components

    @property
    def labels(self) -> tuple[str, ...]:
        """Supports of the equilibria."""
        return tuple(point.label for point in self.equilibria)


@dataclass(frozen=True)
class MapCell(_Solved):
    """An interval of the quantity with one equilibrium structure.

    Attributes
    ----------
    low, high
        Ends: fractions, `RealRoot`, or None for infinity. The ends of the range belong to the cell
        unless they are critical; critical values never do.
    sample
        A rational value inside, at which ``solution.evidence`` was computed.
    solution
        The extreme equilibria: probabilities and payoffs are fractions or `Formula`, and hold on
        the whole cell; components are the connected sets.
    structure
        Labels of the extreme equilibria, for `verify`.
    """

    low: Value | None
    high: Value | None
    sample: Fraction
    solution: Solution
    structure: Structure = field(repr=False, compare=False)

    def holds(self, x: Value) -> bool:
        """Whether ``x`` lies inside."""
        return (self.low is None or x > self.low) and (self.high is None or x < self.high)


@dataclass(frozen=True)
class Critical(_Solved):
    """A value at which the equilibria change, solved on its own.

    Attributes
    ----------
    value
        The exact value: its polynomial, isolating interval, decimals (`RealRoot`).
    solution
        The extreme equilibria at this value, exactly: fractions, or numbers of its field.
    appear, vanish
        Supports of equilibria that exist in the cell above but not below, and the reverse.
    only
        Supports of equilibria that exist at this value and in neither neighbouring cell.
    """

    value: RealRoot
    solution: Solution
    appear: tuple[str, ...]
    vanish: tuple[str, ...]
    only: tuple[str, ...]
    structure: Structure = field(repr=False, compare=False)

    def __float__(self) -> float:
        return float(self.value)
