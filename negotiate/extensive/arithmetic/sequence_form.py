r"""One equilibrium of a two-player tree, exactly: Lemke's algorithm on the sequence form.

A *sequence* is what a player has chosen on the way to a node. With x and y the realisation weights
of the players' sequences (E x = e, F y = f, not negative) and A, B the payoffs by pairs of
sequences, x is a best reply to y exactly if some p has E'p >= A y with equality wherever x > 0,
and likewise for y. Together a linear complementarity problem, linear in the size of the tree where
the normal form is exponential. Lemke's path ends at an equilibrium if no payoff is positive, which
subtracting a constant from all ends arranges; ties are broken lexicographically, so it cannot
cycle. All numbers are integers over one denominator.

Sources: Koller, Megiddo and von Stengel (1996), "Efficient computation of equilibria for extensive
two-person games", Games and Economic Behavior 14:247-259, theorem 4.1; von Stengel (1996), the
same volume 220-246 (sequence form); Lemke (1965), Management Science 11:681-689.

Matching pennies, both at the root of one information set each (sequence 0 is the empty one):

>>> import numpy as np
>>> a = np.zeros((3, 3), dtype=int); a[1:, 1:] = [[1, -1], [-1, 1]]
>>> x, y = equilibrium(a, -a, [(0, (1, 2))], [(0, (1, 2))], paid=a != 0)
>>> [str(v) for v in x], [str(v) for v in y]
(['1', '1/2', '1/2'], ['1', '1/2', '1/2'])
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import NotConvergedError, TooLargeError

Choices = Sequence[tuple[int, tuple[int, ...]]]
"""Information sets of a player: the sequence that leads there, and those that go on from it."""

SIZE_BOUND = 320
"""Variables of the complementarity problem: a pivot touches twice their square, in big integers."""
PIVOT_BOUND = 20_000


def size(first: Choices, second: Choices) -> int:
    """Variables of the problem."""
    return sum(
        1 + sum(len(after) for _, after in own) + 2 * (len(own) + 1) for own in (first, second)
    )


def equilibrium(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    first: Choices,
    second: Choices,
    *,
    paid: npt.ArrayLike,
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Realisation weights of an equilibrium.

    Parameters
    ----------
    a, b
        (sequences of the first, of the second) whole numbers: payoffs times the probability of
        chance, summed over the ends of each pair of sequences.
    first, second
        Information sets of the two players; sequence 0 is the empty one.
    paid
        (sequences, sequences) weight of chance of each pair's ends, times any positive number.

    Raises
    ------
    TooLargeError
        Over `SIZE_BOUND` variables.
    """
    variables = size(first, second)
    if variables > SIZE_BOUND:
        raise TooLargeError(
            f"{variables} variables", where="sequence form", allowed=f"at most {SIZE_BOUND}"
        )
    left, right = np.array(a, dtype=object), np.array(b, dtype=object)
    ends = np.array(paid, dtype=object) * 1
    # No positive payoff: take the same amount off every end, in proportion to its weight.
    for table in (left, right):
        for weight in {int(w) for w in ends.reshape(-1) if w}:
            here = ends == weight
            high = max([0, *(-(-int(v) // weight) for v in table[here])])
            table -= ends * high
    e, f = _constraints(first, left.shape[0]), _constraints(second, left.shape[1])
    n, m, k, h = left.shape[0], left.shape[1], len(e), len(f)
    total = n + m + 2 * k + 2 * h
    matrix = np.zeros((total, total), dtype=object)
    x, y = slice(0, n), slice(n, n + m)
    p, minus_p = slice(n + m, n + m + k), slice(n + m + k, n + m + 2 * k)
    q, minus_q = slice(n + m + 2 * k, n + m + 2 * k + h), slice(n + m + 2 * k + h, total)
    matrix[x, y], matrix[y, x] = -left, -right.T
    for rows, plus, minus, own in ((x, p, minus_p, e), (y, q, minus_q, f)):
        matrix[rows, plus], matrix[rows, minus] = own.T, -own.T
        matrix[plus, rows], matrix[minus, rows] = -own, own
    constant = np.zeros(total, dtype=object)
    constant[p.start], constant[minus_p.start] = 1, -1
    constant[q.start], constant[minus_q.start] = 1, -1
    z = lemke(matrix, constant)
    return tuple(z[:n]), tuple(z[n : n + m])


def _constraints(own: Choices, sequences: int) -> npt.NDArray[Any]:
    """E: the empty sequence has weight one; what goes on from a set adds up to what leads there."""
    out = np.zeros((len(own) + 1, sequences), dtype=object)
    out[0, 0] = 1
    for row, (before, after) in enumerate(own, start=1):
        out[row, before] = -1
        out[row, list(after)] = 1
    return out


def lemke(matrix: npt.NDArray[Any], constant: npt.NDArray[Any]) -> list[Fraction]:
    """Z >= 0 with w = constant + matrix z >= 0 and w'z = 0, by Lemke's complementary pivots.

    Raises
    ------
    NotConvergedError
        The path ends in a ray (the matrix is not one for which Lemke's theorem holds).
    """
    count = len(constant)
    # Columns: w, z, the covering variable, right-hand side. Rows: w - M z - z_0 = q.
    table = np.zeros((count, 2 * count + 2), dtype=object)
    table[np.arange(count), np.arange(count)] = 1
    table[:, count : 2 * count] = -matrix
    table[:, 2 * count] = -1
    table[:, -1] = constant
    basis = list(range(count))
    cover = 2 * count
    if min(constant) >= 0:
        return [Fraction(0)] * count
    leaving = _lexicographic(table, np.ones(count, dtype=object), range(count), count)
    denominator, entering = 1, cover
    for step in range(PIVOT_BOUND):
        denominator = _pivot(table, leaving, entering, denominator)
        left = basis[leaving]
        basis[leaving] = entering
        if left == cover:
            break
        entering = left + count if left < count else left - count
        column = table[:, entering]
        rows = [i for i in range(count) if column[i] > 0]
        if not rows:
            raise NotConvergedError(
                f"Lemke's path ends in a ray after {step} pivots",
                residual=1.0,
                where="sequence form",
            )
        # The covering variable leaves as soon as it may.
        leaving = _lexicographic(table, column, rows, count, prefer=basis, cover=cover)
    else:
        raise NotConvergedError(
            f"no equilibrium within {PIVOT_BOUND} pivots", residual=1.0, where="sequence form"
        )
    z = [Fraction(0)] * count
    for i, variable in enumerate(basis):
        if count <= variable < cover:
            z[variable - count] = Fraction(int(table[i, -1]), denominator)
    return z


def _lexicographic(
    table: npt.NDArray[Any],
    column: npt.NDArray[Any],
    rows: Sequence[int],
    count: int,
    *,
    prefer: Sequence[int] = (),
    cover: int = -1,
) -> int:
    """Row of the least (right-hand side, inverse basis) over the entering column."""
    left = list(rows)
    for place in (-1, *range(count)):
        best = left[0]
        for i in left[1:]:
            if table[i, place] * column[best] < table[best, place] * column[i]:
                best = i
        left = [i for i in left if table[i, place] * column[best] == table[best, place] * column[i]]
        if place == -1 and prefer:
            for i in left:
                if prefer[i] == cover:
                    return i
        if len(left) == 1:
            return left[0]
    return left[0]


def _pivot(table: npt.NDArray[Any], r: int, s: int, denominator: int) -> int:
    """Bring column s into the basis at row r; every entry stays a whole number."""
    if table[r, s] < 0:
        table[r] = -table[r]
    pivot = table[r, s]
    row = table[r].copy()
    factors = table[:, s].copy()
    for i in range(len(table)):
        if i == r:
            continue
        if factors[i]:
            table[i] = (table[i] * pivot - factors[i] * row) // denominator
        elif pivot != denominator:
            table[i] = table[i] * pivot // denominator
    return int(pivot)
