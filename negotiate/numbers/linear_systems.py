"""Square systems of linear equations in fractions, without rounding.

Rows are brought to whole numbers; elimination without fractions (Bareiss 1968, Mathematics of
Computation 22:565-578) keeps every entry a minor of the system. With python-flint, where it is
installed, its rational solver does the same faster.

>>> [str(v) for v in solve_rational([[2, 1], [1, 3]], [1, 2]) or ()]
['1/5', '3/5']
>>> solve_rational([[1, 2], [2, 4]], [1, 2]) is None
True
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

FLINT_FROM = 8
"""Unknowns from which python-flint is worth the conversion."""


def solve_rational(matrix: Sequence[Sequence[Any]], target: Sequence[Any]) -> list[Fraction] | None:
    """The solution of a square system, or None where it is not unique.

    Parameters
    ----------
    matrix
        ``n`` rows of ``n`` integers or fractions.
    target
        ``n`` integers or fractions.

    Returns
    -------
    list of Fraction, or None
        None where the matrix is singular.

    Examples
    --------
    >>> solve_rational([[Fraction(1, 2)]], [3])
    [Fraction(6, 1)]
    """
    rows = [_whole([*row, value]) for row, value in zip(matrix, target, strict=True)]
    if len(rows) >= FLINT_FROM and importlib.util.find_spec("flint") is not None:
        return _by_flint(rows)
    n, last = len(rows), 1
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        top = rows[k]
        for i in range(n):
            if i != k:
                factor, row = rows[i][k], rows[i]
                rows[i] = [(top[k] * v - factor * w) // last for v, w in zip(row, top)]
        last = top[k]
    return [Fraction(row[-1], row[k]) for k, row in enumerate(rows)]


def _whole(row: list[Any]) -> list[int]:
    values = [Fraction(v) for v in row]
    scale = math.lcm(*(v.denominator for v in values))
    return [v.numerator * (scale // v.denominator) for v in values]


def _by_flint(rows: list[list[int]]) -> list[Fraction] | None:
    import flint

    matrix = flint.fmpz_mat([row[:-1] for row in rows])
    try:
        found = matrix.solve(flint.fmpz_mat([[row[-1]] for row in rows]))
    except ZeroDivisionError:
        return None
    return [Fraction(int(found[k, 0].p), int(found[k, 0].q)) for k in range(len(rows))]
