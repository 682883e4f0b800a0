r"""The map of equilibria: where along one quantity the equilibria of a two-player game change.

The payoffs are polynomials in one quantity theta. Its range falls into cells, open intervals on
which the extreme equilibria, their supports and their pure best replies stay the same, and critical
values between them, exact algebraic numbers. In a cell every equilibrium is a formula: its
probabilities and payoffs are rational functions of theta. At each critical value the game is solved
on its own, in fractions or in the number field of that value: there, and often only there, the
game is degenerate and equilibria form continua. The method, and why nothing is missed, is in
`negotiate.strategic.maps.parametric_equilibria`.

The inspection game of Turocy and von Stengel (2001), LSE CDAM Research Report 2001-09, section 5:
the inspectee cheats with probability c / 5 where the inspection costs c, and at c = 5 the inspector
gives up.

>>> found = equilibrium_map("inspection", "cost", low=0, high=10)
>>> [str(item.value) for item in found.critical]
['0', '5']
>>> [str(cell.equilibria[0].strategies["Inspectee"]["Cheat"]) for cell in found.cells]
['cost/5', '1']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from negotiate.errors import InputError
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic.maps import _polynomial_payoffs as payoffs_of
from negotiate.strategic.maps._equilibrium_pieces import Critical, MapCell
from negotiate.strategic.maps._equilibrium_writer import Writer, evaluated, table_at
from negotiate.strategic.maps.parametric_equilibria import ParametricGame
from negotiate.strategic.maps.parametric_roots import RealRoot
from negotiate.view import Viewable


@dataclass(frozen=True)
class EquilibriumMap(Viewable):
    """All extreme equilibria of a game along one quantity.

    Attributes
    ----------
    players, strategies, title
        The game.
    name, unit, base
        The quantity, and its value in the file where there is one.
    low, high
        The range; None is infinite.
    cells, critical
        In order. Ends of the range are among the critical values only where the equilibria there
        differ from those of the cell beside them.
    game
        The payoffs: per player a table of coefficients, lowest degree first.
    notes
        Sentences a reader must know.
    """

    players: tuple[str, ...]
    strategies: Mapping[str, tuple[str, ...]]
    title: str
    name: str
    unit: str
    base: Fraction | None
    low: Fraction | None
    high: Fraction | None
    cells: tuple[MapCell, ...]
    critical: tuple[Critical, ...]
    game: ParametricGame = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()

    _view = "negotiate.strategic.maps.equilibrium_map_view"

    def __len__(self) -> int:
        return len(self.cells)

    def piece(self, x: Any) -> MapCell | Critical:
        """The cell or critical value that holds at ``x`` (a number of the range)."""
        x = x if isinstance(x, RealRoot) else _bound(x, "value", self.name)
        for item in self.critical:
            if item.value == x:
                return item
        for cell in self.cells:
            inside = (cell.low is None or x > cell.low or cell.low == x == self.low) and (
                cell.high is None or x < cell.high or cell.high == x == self.high
            )
            if inside:
                return cell
        raise InputError(
            f"{self.name} = {x}", where="map of equilibria", allowed=f"{self.range_text()}"
        )

    def at(self, x: Any) -> tuple[Point, ...]:
        """The extreme equilibria at one value, as numbers: fractions at a rational value."""
        piece = self.piece(x)
        if isinstance(piece, Critical):
            return piece.equilibria
        x = x if isinstance(x, RealRoot) else _bound(x, "value", self.name)
        table = table_at(self.game, x)
        return tuple(evaluated(point, x, table) for point in piece.equilibria)

    def verify(self, *, points: int = 3) -> tuple[Evidence, ...]:
        """The map judged by the definition at random points of every cell; see the check's file."""
        from negotiate.strategic.maps._equilibrium_check import verify

        found: tuple[Evidence, ...] = verify(self, points=points)
        return found

    def range_text(self) -> str:
        """The range in words."""
        if self.low is None and self.high is None:
            return "the whole line"
        if self.low is None:
            return f"up to {self.high}"
        return f"from {self.low}" if self.high is None else f"{self.low} to {self.high}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "game": self.title,
            "players": list(self.players),
            "strategies": {p: list(s) for p, s in self.strategies.items()},
            "quantity": self.name,
            "unit": self.unit,
            "base": _shown(self.base),
            "low": _shown(self.low),
            "high": _shown(self.high),
            "complete": True,
            "exact": True,
            "cells": [
                {"low": _shown(c.low), "high": _shown(c.high), "sample": str(c.sample),
                 **_body(c.solution)} for c in self.cells
            ],
            "critical": [
                {**c.value.to_dict(), "appear": list(c.appear), "vanish": list(c.vanish),
                 "only": list(c.only), **_body(c.solution)} for c in self.critical
            ],
            "notes": list(self.notes),
        }  # fmt: skip


def _body(solution: Solution) -> dict[str, Any]:
    out = solution.to_dict()
    return {key: out[key] for key in ("degenerate", "points", "components", "evidence")}


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, Fraction):
        return None if value is None else str(value)
    return str(value.rational) if value.rational is not None else value.to_dict()


def equilibrium_map(
    game: Any,
    theta: Any,
    *,
    low: Any = None,
    high: Any = None,
    values: Mapping[str, Any] | None = None,
    arithmetic: str = "auto",
) -> EquilibriumMap:
    """All extreme equilibria of a two-player game along ``theta``, cell by cell, exactly.

    Parameters
    ----------
    game
        A `StrategicGame` whose payoffs are polynomials in theta (SymPy expressions); or a file of
        ``kind = "strategic"``, opened, by its path or by its id, with payoffs over quantities.
    theta
        The quantity: a SymPy symbol or its name.
    low, high
        Range, both ends included: numbers, or "-inf", "inf". By default the range that the file
        gives the quantity, else the whole line.
    values
        Values of other quantities or symbols, by name.
    arithmetic
        ``auto``, ``python`` or ``flint``: how polynomials are multiplied and factorised; the
        answer is the same.

    Returns
    -------
    EquilibriumMap
        Complete and exact: every extreme equilibrium at every value of the range.

    Raises
    ------
    InputError
        Payoffs that are no polynomials in theta, further symbols (named), an empty range.
    NotApplicableError
        More players than two, or draw axes.
    TooLargeError
        More minors than `kernels.parametric_equilibria.LIMIT` allows (7 x 7 with linear payoffs).

    Examples
    --------
    In a game of chicken with a cost of collision c > 1, both swerve less the less it costs.

    >>> from negotiate.strategic.game import StrategicGame
    >>> import sympy
    >>> c = sympy.Symbol("c")
    >>> game = StrategicGame.from_arrays(
    ...     [[[0, -1], [1, -c]], [[0, 1], [-1, -c]]], players=("A", "B"),
    ...     strategies=[("Swerve", "Straight")] * 2)
    >>> found = equilibrium_map(game, c, low=0)
    >>> [(str(cell.low), str(cell.high), len(cell.equilibria)) for cell in found.cells]
    [('0', '1', 1), ('1', 'None', 3)]
    >>> str(found.cells[1].equilibria[-1].strategies["A"]["Straight"])
    '1/c'
    """
    problem = payoffs_of.read(game, (theta,), values, "equilibrium_map")
    file_low, file_high = problem.ranges[0]
    start = file_low if low is None else _bound(low, "low", problem.names[0])
    stop = file_high if high is None else _bound(high, "high", problem.names[0])
    if start is not None and stop is not None and not start < stop:
        raise InputError(
            f"the range {start} to {stop} is empty"
            if start > stop
            else f"the range is the one value {start}",
            where=f"equilibrium_map over {problem.names[0]}",
            allowed="low below high",
            remedy="exchange the ends"
            if start > stop
            else "solve the game at this value (nash_equilibrium)",
        )
    tables = [
        [[payoffs_of.coefficients(terms) for terms in row] for row in table]
        for table in problem.payoffs
    ]
    kernel = ParametricGame(tables[0], tables[1], arithmetic=arithmetic)
    return _assembled(problem, kernel, start, stop)


def _bound(value: Any, what: str, name: str) -> Fraction | None:
    if isinstance(value, str) and value.strip().lstrip("+-") in ("inf", "oo"):
        return None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    if hasattr(value, "is_Rational") and value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    try:
        return exact(value.item() if hasattr(value, "item") else value)
    except ValueError as error:
        raise InputError(
            str(error), where=f"{what} of {name}", allowed='2, 0.5, "1/3", "inf"'
        ) from None


def _assembled(
    problem: payoffs_of.PolynomialGame,
    kernel: ParametricGame,
    low: Fraction | None,
    high: Fraction | None,
) -> EquilibriumMap:
    writer = Writer(problem, kernel)
    pieces = kernel.pieces(low, high)
    cells = []
    critical = []
    for k, piece in enumerate(pieces):
        if not (piece.single and piece.low is not None):
            cells.append(writer.cell(piece))
            continue
        below = pieces[k - 1].structure if k else None
        above = pieces[k + 1].structure if k + 1 < len(pieces) else None
        critical.append(writer.critical(piece, below, above))
    return EquilibriumMap(
        problem.players, problem.strategies, problem.title or "game", problem.names[0],
        problem.units[0], problem.bases[0], low, high, tuple(cells), tuple(critical), kernel,
        problem.notes,
    )  # fmt: skip
