r"""All extreme equilibria of one two-player game, exactly, degenerate or not.

With positive integer payoffs the best-reply polytopes of an m x n game (A, B) are

    P = {x in R^m : x >= 0, B'x <= 1}   and   Q = {y in R^n : Ay <= 1, y >= 0}.

A point of P carries label i (a row) where x_i = 0 and label j (a column) where column j is a best
reply to x; points of Q likewise. After scaling to sum one, a pair of vertices other than the
origin whose labels together are all m + n is an extreme equilibrium, and every equilibrium is a
convex combination of extreme ones inside a maximal Nash subset (see ``components``).

The vertices are found by walking the edges of each polytope (`polytope_vertices`).

A game is degenerate if some mixed strategy has more pure best replies than its support has
strategies. Such a point of P has more than m labels; its labels cut out a face of P, and every
vertex of that face has at least the same labels. So the game is degenerate exactly if a vertex
of P other than the origin has more than m labels, or one of Q more than n.

Sources: von Stengel, "Computing equilibria for two-person games", Handbook of Game Theory 3
(2002), 1723-1759, sections 2.2-2.6; Avis, Rosenberg, Savani and von Stengel, "Enumeration of Nash
equilibria for two-player games", Economic Theory 42 (2010), 9-37,
https://doi.org/10.1007/s00199-009-0449-x; McMullen, Mathematika 17 (1970), 179-184.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError
from negotiate.numbers.fractions import exact as read_exact
from negotiate.strategic.arithmetic.polytope_vertices import Matrix, most_vertices, vertices

LIMIT = 400_000
"""Largest upper bound on the bases of the larger polytope that is accepted (15 x 15 games)."""


@dataclass(frozen=True)
class ExactEquilibria:
    """All extreme equilibria of a two-player game.

    Attributes
    ----------
    row_strategies, column_strategies
        The distinct mixed strategies (vertices) that occur, as tuples of fractions.
    pairs
        ``(r, c)`` per equilibrium: indices into the two tuples above.
    payoffs
        Payoff of row and column player per equilibrium.
    regrets
        Larger of the two players' gains from the best deviation, recomputed from the payoffs.
    degenerate
        Whether some mixed strategy has more pure best replies than its support has strategies.
    bases
        Bases visited in both polytopes together.
    """

    row_strategies: tuple[tuple[Fraction, ...], ...]
    column_strategies: tuple[tuple[Fraction, ...], ...]
    pairs: tuple[tuple[int, int], ...]
    payoffs: tuple[tuple[Fraction, Fraction], ...]
    regrets: tuple[Fraction, ...]
    degenerate: bool
    bases: int

    @property
    def points(self) -> tuple[tuple[tuple[Fraction, ...], tuple[Fraction, ...]], ...]:
        """The equilibria as pairs of mixed strategies."""
        return tuple((self.row_strategies[r], self.column_strategies[c]) for r, c in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


def as_integers(payoffs: Any, *, where: str = "payoffs") -> tuple[Matrix, int]:
    """Integer matrix and the positive integer it was multiplied by; floats are taken exactly.

    >>> as_integers([[0.5, 1], [Fraction(1, 3), 2]])
    ([[3, 6], [2, 12]], 6)
    """
    source = payoffs.tolist() if isinstance(payoffs, np.ndarray) else payoffs
    try:
        rows = [list(row) for row in source]
    except TypeError:
        raise InputError(
            "payoffs are not a table", where=where, allowed="rows of numbers"
        ) from None
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise InputError(
            "payoffs are empty or their rows differ in length",
            where=where,
            allowed="m rows of n numbers each, m and n at least 1",
        )
    if all(type(value) is int for row in rows for value in row):
        return rows, 1
    exact: list[list[Fraction]] = []
    for i, row in enumerate(rows):
        exact.append([])
        for j, value in enumerate(row):
            try:
                exact[-1].append(read_exact(value))
            except (TypeError, ValueError, OverflowError):
                raise InputError(
                    f"payoff {value!r} in row {i + 1}, column {j + 1}",
                    where=where,
                    allowed="finite rational numbers or floats",
                ) from None
    scale = lcm(*(value.denominator for row in exact for value in row))
    return [[int(value * scale) for value in row] for row in exact], scale


def _positive(rows: Matrix) -> Matrix:
    """Constraint matrix with the same vertices: each column shifted to start at one.

    A number added to a column of payoffs (one strategy of the opponent) changes no comparison
    between own strategies, and small numbers keep the minors short.
    """
    lows = [min(column) for column in zip(*rows)]
    shifted = [[value - low for value, low in zip(row, lows)] for row in rows]
    step = gcd(*(value for row in shifted for value in row)) or 1
    return [[value // step + 1 for value in row] for row in shifted]


def _complementary(left: list[int], right: list[int], every: int) -> list[tuple[int, int]]:
    """Index pairs of masks that together carry every label."""
    if len(left) * len(right) < 2_000 or every.bit_length() > 63:
        return [(p, q) for p, a in enumerate(left) for q, b in enumerate(right) if a | b == every]
    masks = np.array(right, dtype=np.int64)
    pairs: list[tuple[int, int]] = []
    for p, mask in enumerate(left):
        needed = np.int64(every ^ mask)
        pairs.extend((p, int(q)) for q in np.flatnonzero((masks & needed) == needed))
    return pairs


def check_size(m: int, n: int, limit: int = LIMIT) -> int:
    """Upper bound on the bases of an m x n game; raises `TooLargeError` above ``limit``.

    >>> check_size(12, 12)
    24752
    """
    bound = max(most_vertices(m, m + n), most_vertices(n, m + n))
    if bound > limit:
        raise TooLargeError(
            f"full enumeration may need {bound:,} bases",
            where=f"game of {m} x {n} strategies",
            allowed=f"at most {limit:,} bases (15 x 15 strategies)",
            remedy="remove strictly dominated strategies first (kernels.dominance), or ask for "
            "the pure equilibria only (kernels.pure)",
        )
    return bound


def extreme_equilibria(a: Any, b: Any, *, limit: int = LIMIT) -> ExactEquilibria:
    r"""All extreme equilibria of the two-player game (a, b), in exact arithmetic.

    Parameters
    ----------
    a, b
        Payoffs of the row and the column player, m x n: integers, fractions or floats (a float
        is the dyadic rational it stores).
    limit
        Bound on the bases, checked before work starts.

    Returns
    -------
    ExactEquilibria
        Ordered by size of supports, then by supports, rows first; ties by descending
        probabilities.

    Raises
    ------
    InputError
        Payoffs that are not two finite tables of one shape.
    TooLargeError
        More bases than ``limit`` might be needed.

    Examples
    --------
    The 3 x 2 game of von Stengel (2002), equation (2.1) of the survey: three equilibria.

    >>> found = extreme_equilibria([[0, 6], [2, 5], [3, 3]], [[1, 0], [0, 2], [4, 3]])
    >>> [" ".join(map(str, x)) + " | " + " ".join(map(str, y)) for x, y in found.points]
    ['0 0 1 | 1 0', '2/3 1/3 0 | 1/3 2/3', '0 1/3 2/3 | 2/3 1/3']
    """
    rows_a, scale_a = as_integers(a, where="row player's payoffs")
    rows_b, scale_b = as_integers(b, where="column player's payoffs")
    m, n = len(rows_a), len(rows_a[0])
    if (len(rows_b), len(rows_b[0])) != (m, n):
        raise InputError(
            f"payoffs of {m} x {n} and {len(rows_b)} x {len(rows_b[0])}",
            where="two-player game",
            allowed="two tables of one shape",
        )
    check_size(m, n, limit)
    columns_b = [list(column) for column in zip(*rows_b)]
    of_p, bases_p = vertices(_positive(columns_b), m, 0)
    of_q, bases_q = vertices(_positive(rows_a), 0, m)
    degenerate = any(k.bit_count() > m for k in of_p) or any(k.bit_count() > n for k in of_q)
    left, right = list(of_p), list(of_q)
    pairs = _complementary(left, right, (1 << (m + n)) - 1)
    xs = {p: of_p[left[p]] for p, _ in pairs}
    ys = {q: of_q[right[q]] for _, q in pairs}
    pairs.sort(key=lambda pair: _order(xs[pair[0]], ys[pair[1]]))
    number_x = {p: k for k, p in enumerate(dict.fromkeys(p for p, _ in pairs))}
    number_y = {q: k for k, q in enumerate(dict.fromkeys(q for _, q in pairs))}
    replies = {q: [sum(map(int.__mul__, row, y)) for row in rows_a] for q, y in ys.items()}
    answers = {p: [sum(map(int.__mul__, column, x)) for column in columns_b] for p, x in xs.items()}
    payoffs, regrets = [], []
    for p, q in pairs:
        x, y = xs[p], ys[q]
        weight = sum(x) * sum(y)
        value_a, value_b = (
            sum(map(int.__mul__, x, replies[q])),
            sum(map(int.__mul__, y, answers[p])),
        )
        payoffs.append((Fraction(value_a, weight * scale_a), Fraction(value_b, weight * scale_b)))
        gain_a = Fraction(max(replies[q]) * sum(x) - value_a, weight * scale_a)
        gain_b = Fraction(max(answers[p]) * sum(y) - value_b, weight * scale_b)
        regrets.append(max(gain_a, gain_b))
    return ExactEquilibria(
        tuple(_normalised(xs[p]) for p in number_x),
        tuple(_normalised(ys[q]) for q in number_y),
        tuple((number_x[p], number_y[q]) for p, q in pairs),
        tuple(payoffs),
        tuple(regrets),
        degenerate,
        bases_p + bases_q,
    )


def _normalised(point: tuple[int, ...]) -> tuple[Fraction, ...]:
    total = sum(point)
    return tuple(Fraction(value, total) for value in point)


def _order(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[Any, ...]:
    support_x = tuple(i for i, value in enumerate(x) if value)
    support_y = tuple(j for j, value in enumerate(y) if value)
    total_x, total_y = sum(x), sum(y)
    return (
        len(support_x) + len(support_y),
        support_x,
        support_y,
        tuple(-Fraction(value, total_x) for value in x),
        tuple(-Fraction(value, total_y) for value in y),
    )
