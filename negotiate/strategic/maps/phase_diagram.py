r"""The phase diagram: which equilibria a two-player game has, over the plane of two quantities.

Payoffs are polynomials in x and y. The plane is cut by curves f(x, y) = 0, f irreducible, into
regions on which the extreme equilibria, their supports and their best replies are the same. The
diagram gives the regions found on a grid, each point of it decided exactly, and of every curve the
parts that bound them, as the polynomial itself. A part of a curve is kept only where the equilibria
on its two sides, or on it, differ; both are decided with exact signs
(`negotiate.strategic.maps.parametric_plane`). A region that fits between the lines of the mesh on
which
curves are traced may be missed; the width of the mesh is stated. For one quantity nothing can be
missed: `equilibrium_map`.

In a crisis between two sides that stand firm or yield, worth v to the winner, at a cost of war c,
with the prize shared if both yield, war is an equilibrium exactly if v / 2 > c.

>>> from negotiate.strategic.game import StrategicGame
>>> import sympy
>>> v, c = sympy.symbols("v c")
>>> game = StrategicGame.from_arrays(
...     [[[v / 2 - c, v], [0, v / 2]], [[v / 2 - c, 0], [v, v / 2]]], players=("A", "B"),
...     strategies=[("Firm", "Yield")] * 2)
>>> found = phase_diagram(game, v, c, x_range=("1/10", 2), y_range=("1/10", 2))
>>> [boundary.text for boundary in found.boundaries]
['v - 2*c']
>>> [region.labels for region in found.regions]
[('Firm | Yield', 'Yield | Firm', 'Firm + Yield | Firm + Yield'), ('Firm | Firm',)]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import InputError
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence
from negotiate.strategic.maps import _phase_curves as curves
from negotiate.strategic.maps import _polynomial_payoffs as payoffs_of
from negotiate.strategic.maps._equilibrium_names import support_names
from negotiate.strategic.maps.parametric_plane import Factor, PlaneGame, Structure
from negotiate.view import Viewable

MAX_POINTS = 400
"""Most points of the grid along one quantity."""

Pair = tuple[Fraction, Fraction]
Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Region:
    """A set of equilibria, and where it was found.

    Attributes
    ----------
    labels
        Supports of the extreme equilibria.
    degenerate
        Whether the game is degenerate at the sample.
    sample
        A rational point at which it holds.
    share
        Share of the grid's points.
    structure
        Labels of the equilibria, for `PhaseDiagram.verify`.
    """

    labels: tuple[str, ...]
    degenerate: bool
    sample: Pair
    share: float
    structure: Structure = field(repr=False, compare=False)


@dataclass(frozen=True)
class Boundary:
    """A curve f(x, y) = 0 across which, or on which, the equilibria change.

    Attributes
    ----------
    text
        f, readable by SymPy.
    terms
        Exponents of x and y to integer coefficient.
    lines
        Traced parts that bound regions: points on the curve to float precision.
    between
        Pairs of regions on its two sides (numbers into ``regions``; -1 for one not on the grid).
    on
        Supports of equilibria that exist on the curve and on neither side.
    """

    text: str
    terms: Mapping[tuple[int, int], int]
    lines: tuple[Line, ...] = field(repr=False)
    between: tuple[tuple[int, int], ...]
    on: tuple[str, ...]


@dataclass(frozen=True)
class PhaseDiagram(Viewable):
    """Regions and boundary curves of the equilibria of a game over two quantities.

    Attributes
    ----------
    names, units, bases
        The two quantities, and their values in the file where there are any.
    x_range, y_range
        The rectangle.
    xs, ys
        Grid of points, exact; each in the middle of its box.
    regions
        By share of the grid, largest first.
    grid
        Number of the region at each point, ``(len(ys), len(xs))``; -1 on a boundary.
    boundaries
        The curves, by length.
    mesh
        Boxes along each side of the mesh on which curves are traced.
    """

    players: tuple[str, ...]
    strategies: Mapping[str, tuple[str, ...]]
    title: str
    names: tuple[str, str]
    units: tuple[str, str]
    bases: tuple[Fraction | None, Fraction | None]
    x_range: Pair
    y_range: Pair
    xs: tuple[Fraction, ...] = field(repr=False)
    ys: tuple[Fraction, ...] = field(repr=False)
    regions: tuple[Region, ...]
    grid: Any = field(repr=False, compare=False)
    boundaries: tuple[Boundary, ...]
    mesh: int
    game: PlaneGame = field(repr=False, compare=False)
    payoffs: Any = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()

    _view = "negotiate.strategic.maps.phase_diagram_view"

    def region(self, x: Any, y: Any) -> tuple[str, ...]:
        """Supports of the extreme equilibria at one rational point, exactly."""
        point = [exact(v, where="phase_diagram") for v in (x, y)]
        pattern = self.game.signs([point[0]], [point[1]])[:, 0]
        return support_names(
            self.game.structures(pattern[:, None])[0][0], self.players, self.strategies
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "game": self.title,
            "players": list(self.players),
            "quantities": list(self.names),
            "units": list(self.units),
            "ranges": [[str(v) for v in span] for span in (self.x_range, self.y_range)],
            "mesh": self.mesh,
            "regions": [
                {
                    "equilibria": list(r.labels),
                    "degenerate": r.degenerate,
                    "sample": [str(v) for v in r.sample],
                    "share": r.share,
                }
                for r in self.regions
            ],
            "boundaries": [
                {
                    "polynomial": b.text,
                    "between": [list(p) for p in b.between],
                    "only_on_it": list(b.on),
                }
                for b in self.boundaries
            ],
            "xs": [str(v) for v in self.xs],
            "ys": [str(v) for v in self.ys],
            "grid": self.grid.tolist(),
            "notes": list(self.notes),
        }

    def verify(
        self, *, points: int = 40, rng: np.random.Generator | None = None
    ) -> tuple[Evidence, ...]:
        """The diagram against enumeration at random points and against exact maps along lines."""
        from negotiate.strategic.maps._phase_check import verify

        return verify(self, points, rng if rng is not None else np.random.default_rng(0))


def phase_diagram(
    game: Any,
    x: Any,
    y: Any,
    *,
    x_range: tuple[Any, Any] | None = None,
    y_range: tuple[Any, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    points: int = 81,
    mesh: int = 120,
) -> PhaseDiagram:
    """Regions of constant equilibria over two quantities, with their exact boundary curves.

    Parameters
    ----------
    game
        As for `equilibrium_map`, with payoffs polynomial in two quantities.
    x, y
        The quantities: symbols or names.
    x_range, y_range
        (low, high) of each; by default the ranges that the file gives.
    values
        Values of other quantities or symbols, by name.
    points
        Points of the grid along each quantity.
    mesh
        Boxes along each side of the mesh on which curves are traced.

    Raises
    ------
    InputError
        As for `equilibrium_map`; also a quantity without a range.
    TooLargeError
        More minors than `kernels.parametric_plane.LIMIT` allows (5 x 5 with linear payoffs), or a
        grid of more than `MAX_POINTS` points a side.
    """
    if not (1 <= points <= MAX_POINTS and 2 <= mesh <= MAX_POINTS):
        raise InputError(
            f"points = {points}, mesh = {mesh}",
            where="phase_diagram",
            allowed=f"1 to {MAX_POINTS} points, a mesh of 2 to {MAX_POINTS}",
        )
    problem = payoffs_of.read(game, (x, y), values, "phase_diagram")
    spans = tuple(
        _span(given, stated, name)
        for given, stated, name in zip((x_range, y_range), problem.ranges, problem.names)
    )
    plane = PlaneGame(problem.payoffs[0], problem.payoffs[1])  # type: ignore[arg-type]
    xs, ys = (
        tuple(low + (high - low) * Fraction(2 * k + 1, 2 * points) for k in range(points))
        for low, high in spans
    )
    traced = curves.traced(plane, spans, mesh)
    every = [(a, b) for b in ys for a in xs]
    signs = plane.signs([p[0] for p in every], [p[1] for p in every])
    on_curve = (signs[[k for k, *_ in traced]] == 0).any(axis=0)
    flat = [None if cut else state for cut, state in zip(on_curve, plane.structures(signs))]
    regions, number = _regions(problem, flat, every)
    grid = np.array([-1 if s is None else number[s[0]] for s in flat]).reshape(len(ys), len(xs))
    boundaries = tuple(
        _boundary(problem, plane.factors[k], lines, sides, on, number)
        for k, lines, sides, on in traced
    )
    notes = (
        *problem.notes,
        f"Curves are exact; they were traced on a mesh of {mesh} x {mesh} boxes, and a region that "
        "lies inside one box may be missed.",
    )
    return PhaseDiagram(
        problem.players,
        problem.strategies,
        problem.title or "game",
        (problem.names[0], problem.names[1]),
        (problem.units[0], problem.units[1]),
        (problem.bases[0], problem.bases[1]),
        spans[0],
        spans[1],
        xs,
        ys,
        regions,
        grid,
        boundaries,
        mesh,
        plane,
        problem.payoffs,
        notes,
    )


def _span(given: Any, stated: tuple[Any, Any], name: str) -> Pair:
    if given is not None and len(given) != 2:
        raise InputError(f"{given!r}", where=f"range of {name}", allowed="(low, high)")
    low, high = given if given is not None else stated
    if low is None or high is None:
        raise InputError(
            "has no range",
            where=f"phase_diagram: {name}",
            allowed="(low, high), both finite",
            remedy="give x_range and y_range",
        )
    start, stop = (exact(v, where=f"range of {name}") for v in (low, high))
    if not start < stop:
        raise InputError(
            f"the range {start} to {stop} is empty",
            where=f"phase_diagram: {name}",
            allowed="low below high",
        )
    return start, stop


def _regions(
    problem: payoffs_of.PolynomialGame, flat: list[Any], every: list[Pair]
) -> tuple[tuple[Region, ...], dict[Structure, int]]:
    """Distinct structures of the grid, largest share first."""
    where: dict[Structure, list[int]] = {}
    for k, state in enumerate(flat):
        if state is not None:
            where.setdefault(state[0], []).append(k)
    order = sorted(where, key=lambda s: (-len(where[s]), where[s][0]))
    return (
        tuple(
            Region(
                support_names(s, problem.players, problem.strategies),
                any(flat[k][1] for k in where[s]),
                every[where[s][len(where[s]) // 2]],
                len(where[s]) / len(flat),
                s,
            )
            for s in order
        ),
        {s: k for k, s in enumerate(order)},
    )


def _boundary(
    problem: payoffs_of.PolynomialGame,
    factor: Factor,
    lines: tuple[Line, ...],
    sides: Any,
    on: set[Structure],
    number: dict[Structure, int],
) -> Boundary:
    beside = {s for pair in sides for s in pair}
    names = [support_names(s, problem.players, problem.strategies) for s in beside]
    known = {label for labels in names for label in labels}
    only = {
        label for s in on for label in support_names(s, problem.players, problem.strategies)
    } - known
    between = {
        (min(a, b), max(a, b))
        for one, two in sides
        for a, b in [(number.get(one, -1), number.get(two, -1))]
    }
    return Boundary(
        curves.written(factor.terms, problem.names),
        factor.terms,
        lines,
        tuple(sorted(between)),
        tuple(sorted(only)),
    )
