r"""Equilibria of a two-player game over the plane of two quantities.

As along one quantity (`negotiate.strategic.maps.parametric_minors`), the extreme equilibria at a
point
depend only on the signs of the minors, now polynomials in x and y. Each minor is factorised over
the rationals; so the plane is cut by the zero sets of the irreducible factors, and the equilibria
are the same wherever the factors have the same signs. At a point the signs are exact: a value in
floats decides only where it exceeds a bound on its rounding error (Higham, *Accuracy and Stability
of Numerical Algorithms*, 2nd ed. 2002, section 5.1), else it is computed in fractions. On a
generic point of one curve the sign of its factor is zero and the others are those beside it, so the
equilibria on a boundary are exact as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from negotiate.errors import TooLargeError
from negotiate.strategic.maps.parametric_minors import Polyhedron, count
from negotiate.strategic.maps.parametric_polynomials import Ring

LIMIT = 4_000
"""Most minors times their highest degree: 5 x 5 strategies with linear payoffs."""
EPSILON = float(np.finfo(float).eps)

Terms = Mapping[tuple[int, int], Fraction]
Structure = frozenset[tuple[int, int]]
State = tuple[Structure, bool]


class PlaneRing(Ring):
    """Integer polynomials in two quantities, in SymPy's sparse ring."""

    def __init__(self) -> None:
        from sympy import ZZ
        from sympy.polys.rings import ring

        self.ring = ring("x,y", ZZ)[0]

    def into(self, p: Any) -> Any:
        """A mapping of exponents to integers, or the constant tuple ``(1,)``, as an element."""
        return self.ring(p[0]) if isinstance(p, tuple) else self.ring.from_dict(dict(p))

    def out(self, p: Any) -> Any:
        """The element itself."""
        return p

    def combine(self, terms: Sequence[tuple[int, Any, Any]]) -> Any:
        """Sum of sign * p * q."""
        total = self.ring.zero
        for one, p, q in terms:
            total = total + p * q if one > 0 else total - p * q
        return total


class Factor:
    """An irreducible polynomial f(x, y); its zero set is a curve on which equilibria may change.

    Attributes
    ----------
    terms
        Exponents of x and y to integer coefficient.
    """

    def __init__(self, terms: Mapping[tuple[int, int], int]) -> None:
        self.terms = dict(terms)
        degrees = [max(p[k] for p in terms) for k in (0, 1)]
        table = np.zeros((degrees[0] + 1, degrees[1] + 1))
        size = max(abs(c) for c in terms.values())
        for (i, j), c in terms.items():
            table[i, j] = float(Fraction(c, size))
        self.table = table
        # Horner: two roundings a step, one for the coefficient, one a power for the point
        self._slack = 4 * (sum(degrees) + 3) * EPSILON

    def values(self, x: Any, y: Any) -> Any:
        """F over its largest coefficient, in floats."""
        return np.polynomial.polynomial.polyval2d(x, y, self.table)

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Partial derivatives of `values`."""
        from numpy.polynomial import polynomial

        out = []
        for axis in (0, 1):
            table = polynomial.polyder(self.table, axis=axis)
            out.append(polynomial.polyval2d(x, y, table) if table.size else np.zeros_like(x))
        return out[0], out[1]

    def signs(self, x: Sequence[Any], y: Sequence[Any], fx: Any, fy: Any) -> Any:
        """Exact signs at points given exactly, as fractions or floats, and in floats; int8."""
        found = self.values(fx, fy)
        size = np.polynomial.polynomial.polyval2d(abs(fx), abs(fy), abs(self.table))
        bound = self._slack * size + np.finfo(float).tiny
        out = np.sign(found).astype(np.int8)
        for k in np.flatnonzero(~(abs(found) > bound)).tolist():
            exact = self.exact(Fraction(x[k]), Fraction(y[k]))
            out[k] = (exact > 0) - (exact < 0)
        return out

    def exact(self, x: Fraction, y: Fraction) -> Fraction:
        """F at a rational point."""
        return sum((c * x**i * y**j for (i, j), c in self.terms.items()), Fraction(0))


class PlaneGame:
    """A two-player game with payoffs polynomial in two quantities.

    Parameters
    ----------
    a, b
        Payoffs: m x n tables of mappings of exponents (of x, of y) to fractions.
    limit
        Bound on minors times degree, checked before work starts.

    Attributes
    ----------
    factors
        Distinct irreducible factors of all minors.
    """

    def __init__(
        self, a: Sequence[Sequence[Terms]], b: Sequence[Sequence[Terms]], *, limit: int = LIMIT
    ) -> None:
        self.m, self.n = len(a), len(a[0])
        degree = max((i + j for t in (a, b) for row in t for p in row for i, j in p), default=0)
        _check_size(self.m, self.n, degree, limit)
        ring = PlaneRing()
        tables = [_integers(a), _integers(b)]
        self.sides = (
            Polyhedron(tables[1], ring),
            Polyhedron([list(column) for column in zip(*tables[0])], ring),
        )
        self.factors: list[Factor] = []
        number: dict[Any, int] = {}
        known: dict[Any, tuple[int, tuple[tuple[int, int], ...]]] = {}
        # per side: minor -> sign of its content, and (factor, multiplicity) pairs
        self.parts: list[dict[int, tuple[int, tuple[tuple[int, int], ...]]]] = []
        for side in self.sides:
            found = {}
            for label, p in side.minors.items():
                if p not in known:
                    known[p] = self._factorised(p, number)
                found[label] = known[p]
            self.parts.append(found)
        self._known: dict[bytes, State] = {}

    def _factorised(self, p: Any, number: dict[Any, int]) -> Any:
        if not p:
            return 0, ()
        unit, factors = p.factor_list()
        sign = 1 if int(unit) > 0 else -1
        parts = []
        for f, times in factors:
            if f.LC < 0:
                f, sign = -f, sign * (-1) ** times
            if f not in number:
                number[f] = len(self.factors)
                terms = {(int(i), int(j)): int(c) for (i, j), c in f.terms()}
                self.factors.append(Factor(terms))
            parts.append((number[f], int(times)))
        return sign, tuple(parts)

    def signs(self, x: Sequence[Any], y: Sequence[Any]) -> Any:
        """Exact signs of all factors, ``(factors, points)``, at fractions or (exact) floats.

        A float that stands for a fraction is off by one rounding, which the bound allows for.
        """
        if not self.factors:
            return np.zeros((0, len(x)), dtype=np.int8)
        fx, fy = (np.array([float(v) for v in values]) for values in (x, y))
        return np.stack([factor.signs(x, y, fx, fy) for factor in self.factors])

    def structures(self, patterns: Any) -> list[State]:
        """Extreme equilibria and degeneracy verdict for signs of the factors ``(factors, points)``.

        Labels as in `negotiate.strategic.maps.parametric_equilibria.Piece`.
        """
        columns = np.ascontiguousarray(np.asarray(patterns, dtype=np.int8).T)
        keys = [row.tobytes() for row in columns]
        new = list({key: k for k, key in enumerate(keys) if key not in self._known}.values())
        if new:
            for k, state in zip(new, self._solved(columns[new])):
                self._known[keys[k]] = state
        return [self._known[key] for key in keys]

    def _solved(self, patterns: Any) -> list[State]:
        """All distinct sign patterns ``(K, factors)`` at once; only the pairing goes one by one."""
        m, n = self.m, self.n
        every, low = (1 << (m + n)) - 1, (1 << n) - 1
        left, right = (
            _vertices(side, parts, patterns) for side, parts in zip(self.sides, self.parts)
        )
        out: list[State] = []
        for rows, columns in zip(left.tolist(), right.tolist()):
            ps = {v for v in rows if v >= 0}
            qs = {(v & low) << m | v >> n for v in columns if v >= 0}
            pairs = frozenset((p, q) for p in ps for q in qs if p | q == every)
            degenerate = any(p.bit_count() > m for p in ps) or any(q.bit_count() > n for q in qs)
            out.append((pairs, degenerate))
        return out


def _vertices(side: Polyhedron, parts: Any, patterns: Any) -> Any:
    """Labels of the vertex of every basis ``(K, bases)``, -1 where it gives none."""
    signs = {}
    for label, (sign, factors) in parts.items():
        found = np.full(len(patterns), sign, dtype=np.int8)
        for k, times in factors:
            found *= patterns[:, k] if times % 2 else patterns[:, k] ** 2
        signs[label] = found
    out = np.empty((len(patterns), len(side.bases)), dtype=np.int64)
    for at, base in enumerate(side.bases):
        labels = np.full(len(patterns), base, dtype=np.int64)
        up = np.zeros(len(patterns), dtype=bool)
        down, own = up.copy(), up.copy()
        for c, turn, minor in side.slacks[base]:
            one = signs[minor] * turn
            labels |= (one == 0).astype(np.int64) << c
            up |= one > 0
            down |= one < 0
            if c < side.own:
                own |= one != 0
        out[:, at] = np.where(own & ~(up & down), labels, -1)
    return out


def _integers(table: Sequence[Sequence[Terms]]) -> list[list[dict[tuple[int, int], int]]]:
    scale = lcm(*(c.denominator for row in table for p in row for c in p.values()))
    return [[{e: int(c * scale) for e, c in p.items()} for p in row] for row in table]


def _check_size(m: int, n: int, degree: int, limit: int) -> None:
    work = (count(m, n) + count(n, m)) * min(m, n) * max(degree, 1)
    if work > limit:
        raise TooLargeError(
            f"{count(m, n) + count(n, m):,} minors of degree up to {min(m, n) * max(degree, 1)} in "
            "two quantities",
            where=f"phase diagram of a game of {m} x {n} strategies",
            allowed=f"minors times degree at most {limit:,}",
            remedy="remove dominated strategies, or fix one quantity and use equilibrium_map",
        )
