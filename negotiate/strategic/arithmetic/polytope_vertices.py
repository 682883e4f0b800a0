r"""Vertices of {z >= 0, M z <= 1} for a positive integer matrix, exactly, by walking its edges.

The vertices are found by walking the edges of the polytope with fraction-free integer pivoting.
Ties are broken by a perturbation of the right-hand sides, 1 + eps^j, which makes the polytope
simple: every vertex of the true polytope is the limit of a perturbed one (it is the only
maximiser of some linear function, whose perturbed maximiser tends to it), and the graph of a
simple polytope is connected, so the walk reaches all of them and visits no more bases than
McMullen's upper bound. No eps is chosen: where two ratios tie, their coefficients of eps, eps^2
and so on are compared in turn, and these stand in the columns of the slack variables (the
lexicographic rule).

Sources: Avis, Rosenberg, Savani and von Stengel, "Enumeration of Nash equilibria for two-player
games", Economic Theory 42 (2010), 9-37, https://doi.org/10.1007/s00199-009-0449-x; McMullen,
Mathematika 17 (1970), 179-184; Edmonds, Journal of Research of the National Bureau of Standards
71B (1967), 241-245 (pivoting in integers).

>>> found, bases = vertices([[1, 2], [2, 1]], first_slack=2, first_variable=0)
>>> sorted(found.values())  # (1/2, 0), (0, 1/2), (1/3, 1/3), up to a factor
[(0, 1), (1, 0), (1, 1)]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import comb
from typing import Any

Matrix = list[list[int]]


def most_vertices(dimension: int, facets: int) -> int:
    """McMullen's upper bound on the vertices of a polytope of that dimension and facet count.

    >>> most_vertices(6, 12), most_vertices(12, 24)
    (112, 24752)
    """
    low, high = dimension // 2, dimension - dimension // 2
    return comb(facets - high, low) + comb(facets - low - 1, high - 1)


def vertices(
    rows: Matrix, first_slack: int, first_variable: int
) -> tuple[dict[int, tuple[int, ...]], int]:
    """Vertices of {z >= 0, M z <= 1} for a positive integer matrix M, by label mask.

    Parameters
    ----------
    rows
        M, k rows (constraints) of d positive integers.
    first_slack, first_variable
        Bit of the label of constraint 0 and of variable 0.

    Returns
    -------
    found
        Label mask to the vertex as d non-negative integers, up to a positive factor; the origin
        is left out. Bit ``first_variable + i`` is set where z_i = 0, ``first_slack + j`` where
        constraint j binds.
    bases
        Number of bases visited.
    """
    count, size = len(rows), len(rows[0])
    basic = [first_slack + j for j in range(count)]
    outside = [first_variable + i for i in range(size)]
    origin = sum(1 << label for label in outside)
    low, high = first_variable, first_variable + size
    slacks = range(first_slack, first_slack + count)
    found: dict[int, tuple[int, ...]] = {}
    seen = {origin}
    # Stored by rows or by columns, right-hand side last: few long lines are faster than many short.
    by_rows = size > count
    lines = [[*row, 1] for row in rows]
    if not by_rows:
        lines = [list(column) for column in zip(*lines)]
    pivot = _pivot_rows if by_rows else _pivot_columns
    # A waiting entry is a known tableau and the pivot to make on it; pivots are made when popped.
    unit, mask = 1, origin
    waiting: deque[tuple[Any, ...]] = deque()
    while True:
        *columns, rhs = zip(*lines) if by_rows else lines
        labels = mask
        for label, value in zip(basic, rhs):
            if not value:
                labels |= 1 << label
        if labels != origin and labels not in found:
            point = [0] * size
            for label, value in zip(basic, rhs):
                if low <= label < high:
                    point[label - low] = value
            found[labels] = tuple(point)
        state = (lines, basic, outside, unit)
        place: dict[int, int] = {}
        for c, column in enumerate(columns):
            best, best_right, best_entry = -1, 1, 0  # a ratio above all others
            for r, entry in enumerate(column):
                if entry > 0:
                    difference = rhs[r] * best_entry - best_right * entry
                    if not difference:
                        place = place or _places(basic, outside)
                        difference = _tie(columns, place, slacks, (r, entry), (best, best_entry))
                    if difference < 0:
                        best, best_right, best_entry = r, rhs[r], entry
            neighbour = mask ^ (1 << outside[c]) ^ (1 << basic[best])
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append((state, best, c, neighbour))
        if not waiting:
            return found, len(seen)
        (lines, basic, outside, unit), r, c, mask = waiting.popleft()
        lines, unit = pivot(lines, unit, r, c)
        basic, outside = list(basic), list(outside)
        basic[r], outside[c] = outside[c], basic[r]


def _places(basic: list[int], outside: list[int]) -> dict[int, int]:
    """Label to its column, or, in the basis, to minus one minus its row."""
    place = {label: k for k, label in enumerate(outside)}
    place.update({label: ~r for r, label in enumerate(basic)})
    return place


def _tie(
    columns: Sequence[Sequence[int]],
    place: dict[int, int],
    slacks: range,
    one: tuple[int, int],
    two: tuple[int, int],
) -> int:
    """Sign of the ratio of row ``one`` less that of row ``two``, (row, entry), by the perturbation.

    The coefficient of eps^(j + 1) in a right-hand side is the row's entry in the column of slack j.
    That column stands in the tableau if the slack is outside the basis; else it is a unit vector.
    """
    (r, entry), (best, best_entry) = one, two
    for label in slacks:
        k = place[label]
        if k >= 0:
            difference = columns[k][r] * best_entry - columns[k][best] * entry
            if difference:
                return difference
        elif ~k == r:
            return best_entry
        elif ~k == best:
            return -entry
    raise AssertionError("two rows of a basis are proportional")


def _pivot_rows(lines: Matrix, unit: int, r: int, c: int) -> tuple[Matrix, int]:
    """Exchange basic variable r and outside variable c; every division is exact (Edmonds)."""
    row = lines[r]
    pivot = row[c]
    new: Matrix = []
    for k, old in enumerate(lines):
        factor = old[c]
        if k == r:
            line = row[:]
            line[c] = unit
        else:
            line = _eliminated(old, pivot, factor, row, unit)
            line[c] = -factor
        new.append(line)
    return new, pivot


def _pivot_columns(lines: Matrix, unit: int, r: int, c: int) -> tuple[Matrix, int]:
    """`_pivot_rows` on a tableau stored by columns."""
    column = lines[c]
    pivot = column[r]
    new: Matrix = []
    for k, old in enumerate(lines):
        factor = old[r]
        if k == c:
            line = [-value for value in column]
            line[r] = unit
        else:
            line = _eliminated(old, pivot, factor, column, unit)
            line[r] = factor
        new.append(line)
    return new, pivot


def _eliminated(old: list[int], pivot: int, factor: int, by: list[int], unit: int) -> list[int]:
    if unit == 1:
        return [a * pivot - factor * b for a, b in zip(old, by)]
    if not factor:
        return [a * pivot // unit for a in old]
    return [(a * pivot - factor * b) // unit for a, b in zip(old, by)]
