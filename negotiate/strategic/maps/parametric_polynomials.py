r"""Polynomials in one quantity with integer coefficients, and their factors over the rationals.

A polynomial is a tuple of integers, lowest degree first, without trailing zeros; the empty tuple
is zero. That is all the map of equilibria needs, and it keeps the exact path free of any library
but the factoriser. `Ring` holds the two costly steps, products of minors and factorisation into
irreducible polynomials; `FlintRing` does them with python-flint where that is installed. The
factorisation into primitive irreducible factors with positive leading coefficients is unique
(Gauss), and everything later is computed from it, so both give the same answers.

>>> multiply((1, 1), (-1, 1))
(-1, 0, 1)
>>> Ring().factor((-2, 0, 0, 2))
(((-1, 1), 1), ((1, 1, 1), 1))
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from negotiate.errors import InputError, MissingExtraError

Poly = tuple[int, ...]
ARITHMETICS = ("auto", "python", "flint")


def trimmed(coefficients: Sequence[int]) -> Poly:
    """The coefficients without trailing zeros."""
    end = len(coefficients)
    while end and not coefficients[end - 1]:
        end -= 1
    return tuple(coefficients[:end])


def add(p: Poly, q: Poly) -> Poly:
    """Sum p + q."""
    if len(p) < len(q):
        p, q = q, p
    return trimmed([*(a + b for a, b in zip(p, q)), *p[len(q) :]])


def negative(p: Poly) -> Poly:
    """Opposite -p."""
    return tuple(-c for c in p)


def subtract(p: Poly, q: Poly) -> Poly:
    """Difference p - q."""
    return add(p, negative(q))


def multiply(p: Poly, q: Poly) -> Poly:
    """Product p q."""
    if not p or not q:
        return ()
    out = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        if a:
            for j, b in enumerate(q):
                out[i + j] += a * b
    return tuple(out)


def content(p: Poly) -> int:
    """Greatest common divisor of the coefficients; 0 for the zero polynomial."""
    return gcd(*p) if p else 0


def primitive(p: Poly) -> Poly:
    """Divide p by its content, with a positive leading coefficient."""
    size = content(p)
    if not size:
        return ()
    size = size if p[-1] > 0 else -size
    return tuple(c // size for c in p)


def divided(p: Poly, q: Poly) -> Poly:
    """Quotient p / q where q divides p over the integers."""
    rest, out = list(p), [0] * (len(p) - len(q) + 1)
    for k in range(len(p) - len(q), -1, -1):
        factor = rest[k + len(q) - 1] // q[-1]
        out[k] = factor
        if factor:
            for i, c in enumerate(q):
                rest[k + i] -= factor * c
    return trimmed(out)


def greatest_divisor(p: Poly, q: Poly) -> Poly:
    """Greatest common divisor over the integers, by primitive remainders.

    >>> greatest_divisor((-2, 0, 2), (4, 4))
    (2, 2)
    """
    size = gcd(content(p), content(q))
    p, q = primitive(p), primitive(q)
    while q:
        if len(q) == 1:
            p = (1,)
            break
        p, q = q, primitive(_remainder(p, q))
    return tuple(size * c for c in p)


def _remainder(p: Poly, q: Poly) -> Poly:
    """A multiple of p modulo q, in integers."""
    rest, lead = list(p), q[-1]
    while len(rest) >= len(q):
        head = rest[-1]
        if head:
            shift = len(rest) - len(q)
            rest = [lead * c for c in rest]
            for i, c in enumerate(q):
                rest[shift + i] -= head * c
        rest.pop()
    return trimmed(rest)


def value(p: Poly, x: Fraction) -> Fraction:
    """Value of p at x."""
    return Fraction(
        scaled_value(p, x.numerator, x.denominator), x.denominator ** max(len(p) - 1, 0)
    )


def scaled_value(p: Poly, top: int, bottom: int) -> int:
    """Value at top / bottom, times bottom to the degree: an integer with the sign of p."""
    total, power = 0, 1
    for c in reversed(p):
        total = total * top + c * power
        power *= bottom
    return total


def sign(p: Poly, x: Fraction) -> int:
    """Sign of p at x: -1, 0 or 1."""
    found = scaled_value(p, x.numerator, x.denominator)
    return (found > 0) - (found < 0)


def integers(rows: Sequence[Sequence[Sequence[Fraction]]]) -> tuple[list[list[Poly]], int]:
    """A table of polynomials in fractions as integer polynomials, and the common multiplier."""
    scale = lcm(*(c.denominator for row in rows for p in row for c in p))
    table = [[trimmed([int(c * scale) for c in p]) for p in row] for row in rows]
    return table, scale


class Ring:
    """Products of minors and factorisation, in Python's integers and SymPy's factoriser."""

    @property
    def one(self) -> Any:
        """The polynomial 1."""
        return self.into((1,))

    def into(self, p: Poly) -> Any:
        """The polynomial as this ring holds it."""
        return p

    def out(self, p: Any) -> Poly:
        """The polynomial as a tuple."""
        found: Poly = p
        return found

    def combine(self, terms: Sequence[tuple[int, Any, Any]]) -> Any:
        """Sum of sign * p * q."""
        total: list[int] = []
        for one, p, q in terms:
            if not p or not q:
                continue
            need = len(p) + len(q) - 1
            if len(total) < need:
                total.extend([0] * (need - len(total)))
            for i, a in enumerate(p):
                if a:
                    a = a if one > 0 else -a
                    for j, b in enumerate(q):
                        total[i + j] += a * b
        return trimmed(total)

    def factor(self, p: Poly) -> tuple[tuple[Poly, int], ...]:
        """Primitive irreducible factors of positive degree with multiplicities, sorted."""
        if len(p) < 2:
            return ()
        p = primitive(p)
        if len(p) == 2:
            return ((p, 1),)
        from sympy import ZZ
        from sympy.polys.factortools import dup_factor_list

        found = dup_factor_list([ZZ(c) for c in reversed(p)], ZZ)[1]
        return tuple(
            sorted((primitive(tuple(int(c) for c in reversed(f))), int(k)) for f, k in found)
        )


class FlintRing(Ring):
    """The same with python-flint."""

    def __init__(self) -> None:
        import flint

        self._poly = flint.fmpz_poly

    def into(self, p: Poly) -> Any:
        """The polynomial as this ring holds it."""
        return self._poly(list(p))

    def out(self, p: Any) -> Poly:
        """The polynomial as a tuple."""
        return tuple(int(c) for c in p.coeffs())

    def combine(self, terms: Sequence[tuple[int, Any, Any]]) -> Any:
        """Sum of sign * p * q."""
        total = self._poly([])
        for one, p, q in terms:
            total = total + p * q if one > 0 else total - p * q
        return total

    def factor(self, p: Poly) -> tuple[tuple[Poly, int], ...]:
        """Primitive irreducible factors of positive degree with multiplicities, sorted."""
        if len(p) < 3:
            return super().factor(p)
        found = self._poly(list(p)).factor()[1]
        return tuple(sorted((primitive(self.out(f)), int(k)) for f, k in found))


def ring(arithmetic: str = "auto") -> Ring:
    """The ring by name: ``python``, ``flint``, or ``auto`` (flint where it is installed)."""
    if arithmetic not in ARITHMETICS:
        raise InputError(f"'{arithmetic}'", where="arithmetic", allowed=", ".join(ARITHMETICS))
    if arithmetic == "python":
        return Ring()
    if importlib.util.find_spec("flint") is None:
        if arithmetic == "flint":
            raise MissingExtraError("python-flint", "flint")
        return Ring()
    return FlintRing()
