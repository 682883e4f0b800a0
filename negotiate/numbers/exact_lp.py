"""Linear programmes in exact arithmetic: maximise c.x with A x <= b, E x = f, x >= 0.

The simplex method on a dictionary (Chvatal 1983, Linear Programming, chapters 2 and 3) whose
numbers stay integers: with one common denominator D, a pivot p turns every other entry t into
(t p - column x row) / D, a division without remainder (Edmonds 1967, Journal of Research of the
National Bureau of Standards 71B, 241-245). The steepest column enters until the programme has
had time to stall, then Bland's rule, which cannot cycle (Bland 1977, Mathematics of Operations
Research 2, 103-107). Meant for the small programmes of game theory, where a tie decides.

Chvatal's example, p. 13: maximise 5x + 4y + 3z; the maximum is 13 at (2, 0, 1).

>>> best = maximise((5, 4, 3), at_most=[((2, 3, 1), 5), ((4, 1, 2), 11), ((3, 4, 2), 8)])
>>> best.value, best.x
(Fraction(13, 1), (Fraction(2, 1), Fraction(0, 1), Fraction(1, 1)))
>>> maximise((1,), at_most=[((1,), -1)]) is None
True
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from negotiate.errors import NoSolutionError, TooLargeError

Constraint = tuple[Sequence[Fraction | int], Fraction | int]
"""Coefficients and the right-hand side."""

ENTRIES_BOUND = 250_000
"""Largest dictionary (rows x columns): a pivot touches every entry, in big integers."""
STALL = 8
"""After STALL x (rows + columns) pivots, Bland's rule takes over."""


class Optimum(NamedTuple):
    """A maximiser and the maximum."""

    x: tuple[Fraction, ...]
    value: Fraction


def maximise(
    objective: Sequence[Fraction | int],
    *,
    at_most: Iterable[Constraint] = (),
    equal: Iterable[Constraint] = (),
) -> Optimum | None:
    """Solve the programme; None if no x satisfies the constraints.

    Raises
    ------
    NoSolutionError
        The objective has no bound.
    TooLargeError
        Over `ENTRIES_BOUND`.
    """
    below, exactly = list(at_most), list(equal)
    columns = len(objective) + sum(1 for _, bound in below if bound < 0) + 1
    size = (len(below) + len(exactly) + 1) * columns
    if size > ENTRIES_BOUND:
        raise TooLargeError(
            f"an exact linear programme of {len(below) + len(exactly)} constraints in "
            f"{len(objective)} variables",
            where="exact_lp",
            allowed=f"{ENTRIES_BOUND:,} entries",
            remedy="use floats",
        )
    table = _Dictionary(len(objective), below, exactly)
    if table.artificial and not table.feasible():
        return None
    return table.optimum([Fraction(c) for c in objective])


class _Dictionary:
    """Basic variables in terms of the others: D x_B = rhs - sum_j T_j x_N(j), all integers."""

    def __init__(
        self, variables: int, below: Sequence[Constraint], exactly: Sequence[Constraint]
    ) -> None:
        self.variables = variables
        self.labels = list(range(variables))  # of columns; artificial variables are negative
        self.basis: list[int] = []
        self.rows: list[list[int]] = []
        self.denominator = 1
        self.artificial = 0
        surplus: list[tuple[int, int]] = []
        for k, (coefficients, bound) in enumerate(below):
            row = _integers((*coefficients, bound))
            slack = variables + k
            if row[-1] >= 0:
                self.basis.append(slack)
            else:  # the slack cannot start at a negative value: it leaves, an artificial enters
                row = [-entry for entry in row]
                surplus.append((len(self.rows), slack))
                self._add_artificial()
            self.rows.append(row)
        for coefficients, bound in exactly:
            row = _integers((*coefficients, bound))
            self.rows.append(row if row[-1] >= 0 else [-entry for entry in row])
            self._add_artificial()
        for at, slack in surplus:
            self.labels.append(slack)
            for i, row in enumerate(self.rows):
                row.insert(-1, -1 if i == at else 0)

    def _add_artificial(self) -> None:
        self.artificial += 1
        self.basis.append(-self.artificial)

    def feasible(self) -> bool:
        """Phase one: drive the artificial variables to zero and out of the dictionary."""
        columns = range(len(self.labels) + 1)
        cost = [-sum(row[j] for row, b in zip(self.rows, self.basis) if b < 0) for j in columns]
        self._climb(cost)
        if cost[-1] < 0:
            return False
        for i in range(len(self.rows) - 1, -1, -1):
            if self.basis[i] >= 0:
                continue
            column = next((j for j, entry in enumerate(self.rows[i][:-1]) if entry), None)
            if column is None:  # the constraint repeats others
                del self.rows[i], self.basis[i]
                continue
            if self.rows[i][column] < 0:  # its right-hand side is zero, so the sign is free
                self.rows[i] = [-entry for entry in self.rows[i]]
            self._pivot(i, column, [0] * (len(self.labels) + 1))
        return True

    def optimum(self, objective: Sequence[Fraction]) -> Optimum:
        """Phase two, from a feasible dictionary."""
        scale = math.lcm(*(c.denominator for c in objective)) if objective else 1
        weights = [int(c * scale) for c in objective]

        def weight(label: int) -> int:
            return weights[label] if 0 <= label < self.variables else 0

        cost = [-weight(label) * self.denominator for label in self.labels] + [0]
        for row, b in zip(self.rows, self.basis):
            if w := weight(b):
                cost = [entry + w * t for entry, t in zip(cost, row)]
        self._climb(cost)
        x = [Fraction(0)] * self.variables
        for row, b in zip(self.rows, self.basis):
            if b < self.variables:
                x[b] = Fraction(row[-1], self.denominator)
        return Optimum(tuple(x), Fraction(cost[-1], self.denominator * scale))

    def _climb(self, cost: list[int]) -> None:
        pivots, patience = 0, STALL * (len(self.rows) + len(self.labels))
        while True:
            falling = [j for j, entry in enumerate(cost[:-1]) if entry < 0]
            if not falling:
                return
            if pivots < patience:
                column = min(falling, key=lambda j: (cost[j], self.labels[j]))
            else:
                column = min(falling, key=lambda j: self.labels[j])
            leaving = -1
            for i, row in enumerate(self.rows):
                if row[column] <= 0:
                    continue
                if leaving < 0:
                    leaving = i
                    continue
                best = self.rows[leaving]
                left, right = row[-1] * best[column], best[-1] * row[column]
                if left < right or (left == right and self.basis[i] < self.basis[leaving]):
                    leaving = i
            if leaving < 0:
                raise NoSolutionError("the objective has no bound", where="exact_lp")
            self._pivot(leaving, column, cost)
            pivots += 1

    def _pivot(self, r: int, s: int, cost: list[int]) -> None:
        pivot_row, d = self.rows[r], self.denominator
        p = pivot_row[s]
        for i, row in enumerate((*self.rows, cost)):
            if i == r:
                continue
            factor = row[s]
            if factor:
                row[:] = [(t * p - factor * u) // d for t, u in zip(row, pivot_row)]
            elif p != d:
                row[:] = [t * p // d for t in row]
            row[s] = -factor
        pivot_row[s] = d
        self.denominator = p
        self.basis[r], self.labels[s] = self.labels[s], self.basis[r]
        if self.labels[s] < 0:  # an artificial variable never returns
            del self.labels[s]
            for row in (*self.rows, cost):
                del row[s]


def _integers(row: Sequence[Fraction | int]) -> list[int]:
    fractions = [Fraction(entry) for entry in row]
    scale = math.lcm(*(f.denominator for f in fractions))
    return [int(f * scale) for f in fractions]
