r"""The best-reply polyhedron of one player as signs of minors, for payoffs polynomial in theta.

Let a player have s strategies and let the opponent, with o strategies, be paid b_ij(theta) when
the player plays i and the opponent replies j. The pairs (x, v) with

    x_i >= 0   (i = 1..s),      v - sum_i b_ij x_i >= 0   (j = 1..o)

form a cone; its extreme rays with sum x > 0, scaled to sum one, are the vertices x of the player's
best-reply polyhedron, and v is what the opponent then gets. A ray is cut out by s of these s + o
constraints. Write chi(S) for the determinant of s + 1 constraints S. By Cramer's rule the ray cut
out by s constraints beta has slack (-1)^pos(c) chi(beta + c) in constraint c, up to one common
factor, pos(c) being the place of c in beta + c. So at any value of theta:

*   beta gives a vertex if and only if its non-zero slacks have one sign and some x_i is among them;
*   the vertex is the point with x_i proportional to those slacks, and its labels are beta and the
    constraints whose slack is zero.

Everything is decided by the signs of the C(s + o, s + 1) polynomials chi(S), also where the game
is degenerate. They are minors of the payoff table bordered by ones: rows J, columns I and the ones
with |J| = |I| + 1. Laplace's expansion over shared smaller minors computes all of them without a
division. A number added to one row of the table (a strategy of the player) changes none of them.

Sources: von Stengel (2002), Handbook of Game Theory 3, 1723-1759, section 2.3, for the polyhedron;
Bjoerner et al., Oriented Matroids (2nd ed., 1999), section 1.5, for signs of minors as the
combinatorics of a configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Any

from negotiate.strategic.maps import parametric_polynomials as poly
from negotiate.strategic.maps.parametric_polynomials import Poly, Ring

Table = Sequence[Sequence[Any]]


def count(own: int, other: int) -> int:
    """Number of minors of one player's polyhedron.

    >>> count(2, 2), count(4, 4)
    (4, 56)
    """
    return comb(own + other, own + 1)


class Polyhedron:
    """Minors of one player's best-reply polyhedron, and how labels depend on their signs.

    Labels are bits: own strategies 0 .. s - 1 (unplayed), then the opponent's s .. s + o - 1 (best
    reply).

    Attributes
    ----------
    own, other
        Numbers of strategies.
    minors
        Label set S to chi(S) as an integer polynomial.
    bases
        All label sets of size s.
    slacks
        Basis to the constraints outside it: number, sign of Cramer's rule, minor.
    """

    def __init__(self, paid: Table, ring: Ring) -> None:
        self.own, self.other = len(paid), len(paid[0])
        self.minors = _minors(paid, ring)
        every = range(self.own + self.other)
        self.bases = [sum(1 << c for c in chosen) for chosen in combinations(every, self.own)]
        self.own_mask = (1 << self.own) - 1
        size = self.own + self.other
        self.slacks = {
            base: [
                (
                    c,
                    -1 if (base & ((1 << c) - 1)).bit_count() % 2 else 1,
                    base | 1 << c,
                )
                for c in range(size)
                if not base >> c & 1
            ]
            for base in self.bases
        }
        self.formulas: dict[int, tuple[Poly, ...]] = {}

    def touched(self, minor: int) -> list[int]:
        """Bases whose slacks use this minor."""
        return [minor ^ (1 << c) for c in range(self.own + self.other) if minor >> c & 1]

    def labels(self, base: int, signs: Mapping[int, int]) -> int | None:
        """All labels of the vertex that ``base`` gives under these signs; None if it gives none."""
        found, seen, own = base, 0, False
        for c, turn, minor in self.slacks[base]:
            one = signs[minor] * turn
            if not one:
                found |= 1 << c
            elif seen and one != seen:
                return None
            else:
                seen = one
                own = own or c < self.own
        return found if own else None

    def weights(self, base: int) -> list[tuple[int, Poly]]:
        """Own strategy and its weight (a polynomial, up to a common factor) of a basis's ray."""
        return [
            (c, self.minors[minor] if turn > 0 else poly.negative(self.minors[minor]))
            for c, turn, minor in self.slacks[base]
            if c < self.own
        ]

    def formula(self, labels: int, bases: Sequence[int]) -> tuple[Poly, ...]:
        """Weights of the vertex with these labels, shortest of the bases; common factors removed.

        A vertex is the only solution of its tight constraints, so one formula serves wherever the
        vertex has these labels.
        """
        if labels in self.formulas:
            return self.formulas[labels]
        best: list[tuple[int, Poly]] = []
        size = None
        for base in bases:
            if labels & base != base:
                continue
            found = self.weights(base)
            if not any(p for _, p in found):
                continue
            need = sum(len(p) * (1 + max(map(abs, p), default=0).bit_length()) for _, p in found)
            if size is None or need < size:
                best, size = found, need
        common: Poly = ()
        for _, p in best:
            common = poly.greatest_divisor(common, p) if common else p
        out: list[Poly] = [()] * self.own
        for c, p in best:
            out[c] = poly.divided(p, common) if p else ()
        self.formulas[labels] = tuple(out)
        return self.formulas[labels]


def _minors(paid: Table, ring: Ring) -> dict[int, Any]:
    """Compute chi of every set of s + 1 constraints."""
    own, other = len(paid), len(paid[0])
    one = ring.one
    given = [[ring.into(p) for p in row] for row in paid]
    # a number added to a row changes no minor; zeros in the first column save work
    entry = [[ring.combine([(1, p, one), (-1, row[0], one)]) for p in row] for row in given]
    # known[columns, rows]: minor of these rows (replies) and columns (own) and the ones
    known: dict[tuple[int, int], Any] = {(0, 1 << j): one for j in range(other)}
    out: dict[int, Any] = {}

    def put(columns: int, rows: int, minor: Any) -> None:
        absent = [c for c in range(own) if not columns >> c & 1]
        place = sum(absent) - len(absent) * (len(absent) - 1) // 2
        odd = (place + columns.bit_count()) % 2
        label = sum(1 << c for c in absent) | rows << own
        out[label] = ring.out(ring.combine([(-1, minor, one)]) if odd else minor)

    for (columns, rows), minor in known.items():
        put(columns, rows, minor)
    for size in range(1, min(own, other - 1) + 1):
        layer: dict[tuple[int, int], Any] = {}
        for chosen in combinations(range(own), size):
            columns, rest = sum(1 << c for c in chosen), sum(1 << c for c in chosen[1:])
            for replies in combinations(range(other), size + 1):
                rows = sum(1 << j for j in replies)
                terms = [
                    (-1 if k % 2 else 1, entry[chosen[0]][j], known[rest, rows ^ (1 << j)])
                    for k, j in enumerate(replies)
                ]
                layer[columns, rows] = ring.combine(terms)
        for (columns, rows), minor in layer.items():
            put(columns, rows, minor)
        known = layer
    return out
