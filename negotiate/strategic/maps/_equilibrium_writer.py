"""From label sets to labelled equilibria: formulas in a cell, exact numbers at a critical value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.arithmetic.components import connected, nash_subsets
from negotiate.strategic.maps._equilibrium_names import ordered, support_names, supports
from negotiate.strategic.maps._equilibrium_pieces import Critical, MapCell, Value
from negotiate.strategic.maps._polynomial_payoffs import PolynomialGame
from negotiate.strategic.maps.parametric_equilibria import ParametricGame, Piece, Structure, at
from negotiate.strategic.maps.parametric_formula import Formula
from negotiate.strategic.maps.parametric_polynomials import Poly, add, integers, multiply
from negotiate.strategic.maps.parametric_roots import RealRoot


class Writer:
    """Turns pieces of the kernel into solutions with labels."""

    def __init__(self, problem: PolynomialGame, kernel: ParametricGame) -> None:
        self.problem, self.kernel = problem, kernel
        self.tables = [integers(table) for table in (kernel.a, kernel.b)]
        self.formulas: dict[tuple[int, int], tuple[tuple[Any, ...], tuple[Poly, ...], Poly]] = {}
        self.numbers: dict[tuple[Any, int, int], Any] = {}

    def supports(self, pair: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return supports(pair, self.kernel.m, self.kernel.n)

    def ordered(self, structure: Structure) -> list[tuple[int, int]]:
        return ordered(structure, self.kernel.m, self.kernel.n)

    def names(self, structure: Iterable[tuple[int, int]] | None) -> tuple[str, ...]:
        return support_names(structure or (), self.problem.players, self.problem.strategies)

    # -- pieces --------------------------------------------------------------------------------

    def cell(self, piece: Piece) -> MapCell:
        sample = piece.sample
        assert isinstance(sample, Fraction)
        pairs = self.ordered(piece.structure)
        points = []
        for pair in pairs:
            (x, wx, sx), (y, wy, sy) = self.formula(0, pair[0]), self.formula(1, pair[1])
            one, two = self.supports(pair)
            pays = (self.value(0, one[0], wy, sy), self.value(1, two[0], wx, sx))
            points.append((x, y, pays))
        return MapCell(
            _end(piece.low),
            _end(piece.high),
            sample,
            self.solution(piece, pairs, points, sample, self.at_sample(points, sample)),
            piece.structure,
        )

    def critical(self, piece: Piece, below: Structure | None, above: Structure | None) -> Critical:
        low = piece.low
        value = low if isinstance(low, RealRoot) else _rational_root(low)
        pairs = self.ordered(piece.structure)
        points = []
        tables = table_at(self.kernel, value)
        for pair in pairs:
            x, y = (self.number(k, labels, value) for k, labels in enumerate(pair))
            pays = expected.expected(tables, [_array(x), _array(y)]).tolist()
            points.append((x, y, pays))
        before, after, here = (set(self.names(s)) for s in (below, above, piece.structure))
        ends = below is None or above is None
        return Critical(
            value,
            self.solution(piece, pairs, points, value, points),
            () if ends else tuple(n for n in self.names(above) if n not in before),
            () if ends else tuple(n for n in self.names(below) if n not in after),
            tuple(n for n in self.names(pairs) if n in here - before - after),
            piece.structure,
        )

    def formula(self, side: int, labels: int) -> Any:
        """Probabilities as formulas, weights and their sum."""
        key = (side, labels)
        if key not in self.formulas:
            weights = self.kernel.weights(side, labels)
            total: Poly = ()
            for w in weights:
                total = add(total, w)
            name = self.problem.names[0]
            shares = tuple(Formula.of(w, total, name) for w in weights)
            self.formulas[key] = shares, weights, total
        return self.formulas[key]

    def value(self, player: int, own: int, weights: Sequence[Poly], total: Poly) -> Any:
        """Payoff of a strategy against a vertex of the other side, as a formula."""
        table, scale = self.tables[player]
        top: Poly = ()
        for k, w in enumerate(weights):
            entry = table[own][k] if player == 0 else table[k][own]
            top = add(top, multiply(entry, w))
        return Formula.of(top, tuple(scale * c for c in total), self.problem.names[0])

    def number(self, side: int, labels: int, value: RealRoot) -> list[Any]:
        key = (value, labels, side)
        if key not in self.numbers:
            self.numbers[key] = self.kernel.probabilities(side, labels, value)
        found: list[Any] = self.numbers[key]
        return found

    def at_sample(self, points: Any, sample: Fraction) -> Any:
        return [
            ([_at(v, sample) for v in x], [_at(v, sample) for v in y], pays)
            for x, y, pays in points
        ]

    def solution(
        self, piece: Piece, pairs: Sequence[tuple[int, int]], points: Any, x: Value, numbers: Any
    ) -> Solution:
        """The points with labels, components, and the regret at ``x`` from the definition."""
        table = table_at(self.kernel, x)
        regrets = [
            expected.regrets(table, [_array(one), _array(two)]).max() for one, two, _ in numbers
        ]
        index = [{v: k for k, v in enumerate(dict.fromkeys(p[s] for p in pairs))} for s in (0, 1)]
        edges = [(index[0][p], index[1][q]) for p, q in pairs]
        components = connected(edges)
        subsets = nash_subsets(edges) if len(components) < len(edges) else ()
        number = {k: c for c, group in enumerate(components) for k in group}
        problem = self.problem
        made = []
        for k, (label, (one, two, pays)) in enumerate(zip(self.names(pairs), points)):
            facts: dict[str, Any] = {"component": number[k]}
            if len(components[number[k]]) > 1:
                facts["nash subsets"] = tuple(s for s, b in enumerate(subsets) if k in b.points)
            made.append(
                Point(
                    payoffs=dict(zip(problem.players, pays)),
                    strategies={
                        p: dict(zip(problem.strategies[p], row))
                        for p, row in zip(problem.players, (one, two))
                    },
                    regret=regrets[k],
                    label=label,
                    facts=facts,
                )
            )
        worst = max(regrets, default=Fraction(0))
        place = f"{problem.names[0]} = {x}"
        notes = []
        if piece.degenerate is None:
            notes.append(
                "The game is degenerate at some values of the cell, which changes no equilibrium."
            )
        return Solution(
            concept="nash_equilibrium",
            players=problem.players,
            points=tuple(made),
            complete=True,
            exact=True,
            degenerate=piece.degenerate,
            components=components,
            evidence=(Evidence(worst == 0, worst, f"largest regret at {place} (payoff units)"),),
            settings={problem.names[0]: place if piece.single else _interval(piece)},
            notes=tuple(notes),
        )


def _interval(piece: Piece) -> str:
    low = "-inf" if piece.low is None else str(piece.low)
    high = "inf" if piece.high is None else str(piece.high)
    return f"({low}, {high})"


def _end(end: Any) -> Value | None:
    return end.rational if isinstance(end, RealRoot) and end.rational is not None else end


def _rational_root(x: Fraction) -> RealRoot:
    return RealRoot((-x.numerator, x.denominator), 0, x, x)


def _array(row: Sequence[Any]) -> Any:
    out: Any = np.empty(len(row), dtype=object)
    out[:] = list(row)
    return out


def _at(value: Any, x: Value) -> Any:
    return value(x) if isinstance(value, Formula) else value


def table_at(game: ParametricGame, x: Value) -> Any:
    """Payoffs at one value, ``(2, m, n)``."""
    out: Any = np.empty((2, game.m, game.n), dtype=object)
    for k, table in enumerate((game.a, game.b)):
        for i, row in enumerate(table):
            for j, p in enumerate(row):
                out[k, i, j] = at(p, x)
    return out


def evaluated(point: Point, x: Value, table: Any) -> Point:
    """The point at one value; its regret is computed there."""
    mixed = [[_at(v, x) for v in row.values()] for row in point.strategies.values()]
    return Point(
        payoffs={k: _at(v, x) for k, v in point.payoffs.items()},
        strategies={
            p: dict(zip(old, row)) for (p, old), row in zip(point.strategies.items(), mixed)
        },
        regret=expected.regrets(table, [_array(row) for row in mixed]).max(),
        label=point.label,
        facts=point.facts,
    )
