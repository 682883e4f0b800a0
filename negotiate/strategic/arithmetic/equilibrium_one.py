r"""One equilibrium of a two-player game too large to enumerate: linear programme or Lemke-Howson.

Of a zero-sum game a pair of optimal strategies is an equilibrium (von Neumann 1928), found by one
linear programme. Of other games the path of Lemke and Howson from the artificial equilibrium, for
one missing label after another, ends at an equilibrium unless rounding spoils it. Either way
floats only suggest the supports: where they are small enough the equalities of payoffs on them are
solved again in fractions and every other strategy is compared, so that the regret is zero exactly.
Else the answer is in floats and its regret is given.

Sources: C. E. Lemke and J. T. Howson (1964), Journal of the Society for Industrial and Applied
Mathematics 12:413-423; B. von Stengel (2002), Handbook of Game Theory 3, 1723-1759, section 2.

>>> x, y, exact = one_equilibrium(np.array([[1, -1], [-1, 1]]), np.array([[-1, 1], [1, -1]]))
>>> [str(v) for v in (*x, *y)], exact
(['1/2', '1/2', '1/2', '1/2'], True)
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import NotConvergedError
from negotiate.numbers.linear_systems import solve_rational
from negotiate.tolerance import PIVOTED, PROBABILITY, REGRET, TIE

Array = npt.NDArray[Any]

SUPPORT_BOUND = 60
"""Most strategies in use of a side for which the equalities are solved in fractions."""
LABELS = 200
"""Most starting labels of the path that are tried."""


def one_equilibrium(a: Array, b: Array) -> tuple[list[Any], list[Any], bool]:
    """One equilibrium of the game with payoffs ``a`` and ``b``.

    Parameters
    ----------
    a, b
        ``(m, n)`` payoffs of the row and the column player: integers, fractions or floats.

    Returns
    -------
    x, y
        Mixed strategies.
    exact
        Whether they are fractions with regret zero; otherwise floats.

    Raises
    ------
    NotConvergedError
        Where no path ended at an equilibrium within tolerance.
    """
    left, right = _scaled(a), _scaled(b)
    total = a[0, 0] + b[0, 0]
    constant = all(v + w == total for v, w in zip(a.reshape(-1), b.reshape(-1)))
    ways = _zero_sum if constant else _paths
    best: tuple[float, Array, Array] | None = None
    for x, y in ways(left, right):
        found = _in_fractions(a, b, x, y)
        if found is not None:
            return found[0], found[1], True
        worst = _regret(left, right, x, y)
        if best is None or worst < best[0]:
            best = worst, x, y
        if worst < PROBABILITY:
            break
    if best is None or best[0] > REGRET:
        raise NotConvergedError(
            "no path of Lemke and Howson ended at an equilibrium",
            residual=float("inf") if best is None else best[0],
            where="one equilibrium",
        )
    return best[1].tolist(), best[2].tolist(), False


def _scaled(table: Array) -> Array:
    """Floats between one and two, in the same order and proportion."""
    flat = table.reshape(-1).tolist()
    if all(isinstance(v, Fraction) and v.denominator == 1 for v in flat):
        flat = [v.numerator for v in flat]  # whole numbers are subtracted faster
    low = min(flat)
    spread = max(flat) - low
    if not spread:
        return np.ones(table.shape)
    over = float(spread) if isinstance(spread, int) else spread
    return np.array([1 + float((v - low) / over) for v in flat]).reshape(table.shape)


def _regret(a: Array, b: Array, x: Array, y: Array) -> float:
    rows, columns = a @ y, x @ b
    return float(max(rows.max() - x @ rows, columns.max() - columns @ y))


def _zero_sum(a: Array, b: Array) -> Any:
    """Optimal strategies: the least guarantee is as large as it can be; duals are the other's."""
    from scipy.optimize import linprog

    m, n = a.shape
    # max v with (x'A)_j >= v, over x >= 0 that sum to one; v is the last variable
    answer = linprog(
        np.append(np.zeros(m), -1.0),
        A_ub=np.hstack([-a.T, np.ones((n, 1))]),
        b_ub=np.zeros(n),
        A_eq=np.append(np.ones(m), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * m + [(None, None)],
        method="highs",
    )
    if answer.status == 0:
        x = np.clip(answer.x[:m], 0, None)
        y = np.clip(-answer.ineqlin.marginals, 0, None)
        yield x / x.sum(), y / y.sum()


def _paths(a: Array, b: Array) -> Any:
    m, n = a.shape
    for label in range(min(m + n, LABELS)):
        found = _path(a, b, label)
        if found is not None:
            yield found


def _path(a: Array, b: Array, label: int) -> tuple[Array, Array] | None:
    """The path with one missing label; None where it is too long or rounding breaks it."""
    m, n = a.shape
    tables = [
        np.hstack([b.T, np.eye(n), np.ones((n, 1))]),
        np.hstack([np.eye(m), a, np.ones((m, 1))]),
    ]
    bases = [list(range(m, m + n)), list(range(m))]
    side, entering = int(label >= m), label
    for _ in range(50 * (m + n)):
        table, basis = tables[side], bases[side]
        column = table[:, entering]
        ratio = np.full(len(basis), np.inf)
        up = column > PIVOTED
        if not up.any():
            return None
        ratio[up] = table[up, -1] / column[up]
        least = ratio.min()
        tied = np.flatnonzero(ratio <= least + TIE)
        missing = [k for k in tied if basis[k] == label]
        row = int(missing[0] if missing else tied[column[tied].argmax()])
        table[row] /= table[row, entering]
        others = np.arange(len(basis)) != row
        table[others] -= np.outer(table[others, entering], table[row])
        leaving, basis[row] = basis[row], entering
        if leaving == label:
            return _strategy(tables[0], bases[0], 0, m), _strategy(tables[1], bases[1], m, n)
        entering, side = leaving, 1 - side
    return None


def _strategy(table: Array, basis: list[int], start: int, size: int) -> Array:
    out = np.zeros(size)
    for row, label in enumerate(basis):
        if start <= label < start + size:
            out[label - start] = max(table[row, -1], 0.0)
    return np.asarray(out / out.sum())


def _in_fractions(a: Array, b: Array, x: Array, y: Array) -> tuple[list[Any], list[Any]] | None:
    """Equal payoffs on the supports, solved exactly and judged by the definition."""
    rows, columns = np.flatnonzero(x > PROBABILITY), np.flatnonzero(y > PROBABILITY)
    if len(rows) != len(columns) or len(rows) > SUPPORT_BOUND:
        return None
    k = len(rows)
    square_a = [[*(Fraction(v) for v in a[i, columns]), Fraction(-1)] for i in rows]
    square_b = [[*(Fraction(v) for v in b[rows, j]), Fraction(-1)] for j in columns]
    last = [*([Fraction(1)] * k), Fraction(0)]
    target = [*([Fraction(0)] * k), Fraction(1)]
    own = solve_rational([*square_b, last], target)
    other = solve_rational([*square_a, last], target)
    if own is None or other is None or min(*own[:k], *other[:k]) < 0:
        return None
    left, right = [Fraction(0)] * len(x), [Fraction(0)] * len(y)
    for place, value in zip(rows.tolist(), own):
        left[place] = value
    for place, value in zip(columns.tolist(), other):
        right[place] = value
    for i in range(len(x)):
        if sum(Fraction(a[i, j]) * right[j] for j in columns) > other[k]:
            return None
    for j in range(len(y)):
        if sum(Fraction(b[i, j]) * left[i] for i in rows) > own[k]:
            return None
    return left, right
