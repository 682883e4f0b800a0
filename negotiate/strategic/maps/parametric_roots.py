r"""Real roots of integer polynomials as exact numbers, and the numbers they generate.

A `RealRoot` is an irreducible polynomial over the rationals with an interval that holds exactly
one of its roots. Roots are isolated by Descartes' rule of signs and bisection (Collins and Akritas
1976, "Polynomial real root isolation using Descartes' rule of signs", SYMSAC, 272-275,
https://doi.org/10.1145/800205.806346): the number of sign variations of (1 + x)^n p(1 / (1 + x))
bounds the roots of p in (0, 1) and is exact when it is 0 or 1. Roots of different irreducible
polynomials differ, so comparing two roots only needs their intervals refined until disjoint; no
rounding decides anything. Numbers of the field Q(a) of a root a are in `parametric_field`.

>>> root = real_roots((-2, 0, 1))[1]
>>> root, root.decimal(10), root > 1
(RealRoot(sqrt(2)), '1.4142135624', True)
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import isqrt
from typing import Any

from negotiate.strategic.maps import parametric_polynomials as poly
from negotiate.strategic.maps.parametric_polynomials import Poly
from negotiate.strategic.maps.parametric_text import decimals, surd, written

WIDTH_BITS = 40
"""Intervals are first refined to 2^-40 of their size: enough to tell most roots apart."""


class RealRoot:
    """One real root of an irreducible polynomial.

    Attributes
    ----------
    coefficients
        The primitive irreducible polynomial, lowest degree first, leading coefficient positive.
    index
        Number of the root among the polynomial's real roots, in order, from 0.
    """

    __slots__ = ("_high", "_low", "_side", "coefficients", "index")

    def __init__(self, coefficients: Poly, index: int, low: Fraction, high: Fraction) -> None:
        self.coefficients, self.index = coefficients, index
        self._low, self._high = low, high
        self._side = poly.sign(coefficients, low)

    # -- what it is --------------------------------------------------------------------------

    @property
    def degree(self) -> int:
        """Degree of the number over the rationals."""
        return len(self.coefficients) - 1

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, or None where it is irrational."""
        return self._low if self.degree == 1 else None

    def interval(self, bits: int = WIDTH_BITS) -> tuple[Fraction, Fraction]:
        """Rational ends, at most 2^-bits apart, that enclose this root and no other."""
        self.refine(Fraction(1, 1 << bits))
        return self._low, self._high

    def refine(self, width: Fraction) -> None:
        """Bisect until the interval is no wider; the number itself does not change."""
        while self._high - self._low > width:
            self.halve()

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The present interval; equal ends for a rational number."""
        return self._low, self._high

    def halve(self) -> None:
        """Bisect the interval once."""
        if self.degree == 1:
            return
        middle = (self._low + self._high) / 2
        if poly.sign(self.coefficients, middle) == self._side:
            self._low = middle
        else:
            self._high = middle

    def __float__(self) -> float:
        if self.degree == 1:
            return float(self._low)
        self.refine(Fraction(1, 1 << 60))
        while (self._high - self._low) * (1 << 54) > min(abs(self._low), abs(self._high)):
            self.halve()  # never zero: zero is rational
        return float((self._low + self._high) / 2)

    def decimal(self, digits: int = 12) -> str:
        """Rounded to ``digits`` decimals, correctly: both ends of an enclosure round alike."""
        if self.degree == 1:
            return decimals(self._low, digits)
        while decimals(self._low, digits) != decimals(self._high, digits):
            self.halve()
        return decimals(self._low, digits)

    def radical(self) -> tuple[Fraction, Fraction, int] | None:
        """(r, s, d) with value r + s sqrt(d), d squarefree up to small squares; degree 2 only."""
        if self.degree != 2:
            return None
        c, b, a = self.coefficients
        inside, outside = _square_free(b * b - 4 * a * c)
        scale = Fraction(outside, 2 * a) * (1 if self.index else -1)
        return Fraction(-b, 2 * a), scale, inside

    def sympy(self) -> Any:
        """The number for SymPy: a rational, a square-root expression, or a ``CRootOf``."""
        import sympy

        if self.degree == 1:
            return sympy.Rational(self._low.numerator, self._low.denominator)
        parts = self.radical()
        if parts:
            r, s, d = parts
            return sympy.Rational(r.numerator, r.denominator) + sympy.Rational(
                s.numerator, s.denominator
            ) * sympy.sqrt(d)
        x = sympy.Symbol("x")
        return sympy.CRootOf(sympy.Poly(self.coefficients[::-1], x), self.index)

    def __str__(self) -> str:
        if self.degree == 1:
            return str(self._low)
        parts = self.radical()
        if parts:
            return surd(*parts)
        return f"root {self.index + 1} of {written(self.coefficients, 'x')}"

    def __repr__(self) -> str:
        return f"RealRoot({self})"

    # -- order -------------------------------------------------------------------------------

    def against(self, other: RealRoot | Fraction | int) -> int:
        """-1, 0 or 1: below, equal to or above ``other``."""
        if not isinstance(other, RealRoot):
            other = Fraction(other)
            if self.degree == 1:
                return (self._low > other) - (self._low < other)
            while self._low < other < self._high:
                if poly.sign(self.coefficients, other) == self._side:
                    self._low = other
                else:
                    self._high = other
            return 1 if self._low >= other else -1
        if self == other:
            return 0
        if other.degree == 1:
            return self.against(other._low)
        if self.degree == 1:
            return -other.against(self._low)
        while True:
            if self._high <= other._low:
                return -1
            if other._high <= self._low:
                return 1
            self.halve()
            other.halve()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, Fraction)):
            return self.rational == other
        if not isinstance(other, RealRoot):
            return NotImplemented
        return (self.coefficients, self.index) == (other.coefficients, other.index)

    def __hash__(self) -> int:
        return hash(self._low) if self.degree == 1 else hash((self.coefficients, self.index))

    def __lt__(self, other: RealRoot | Fraction | int) -> bool:
        return self.against(other) < 0

    def __gt__(self, other: RealRoot | Fraction | int) -> bool:
        return self.against(other) > 0

    def __le__(self, other: RealRoot | Fraction | int) -> bool:
        return self.against(other) <= 0

    def __ge__(self, other: RealRoot | Fraction | int) -> bool:
        return self.against(other) >= 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: value, polynomial, isolating interval, closed form."""
        low, high = self.interval()
        return {
            "value": float(self),
            "decimal": self.decimal(),
            "exact": str(self) if self.degree < 3 else None,
            "polynomial": [str(c) for c in self.coefficients],
            "root": self.index + 1,
            "interval": [str(low), str(high)],
        }


def real_roots(p: Poly) -> tuple[RealRoot, ...]:
    """Real roots, in order, of an irreducible primitive polynomial with positive lead."""
    degree = len(p) - 1
    if degree < 1:
        return ()
    if degree == 1:
        at = Fraction(-p[0], p[1])
        return (RealRoot(p, 0, at, at),)
    bound = max(abs(c) for c in p[:-1]) // p[-1] + 2  # Cauchy's bound on the size of a root
    power = bound.bit_length()
    big = 1 << power
    found = []
    for one in (-1, 1):
        turned = tuple(c * one**k << (power * k) for k, c in enumerate(p))
        ends = [
            (Fraction(one * big * c, 1 << k), Fraction(one * big * (c + 1), 1 << k))
            for c, k in _in_unit(turned)
        ]
        found += sorted((min(a, b), max(a, b)) for a, b in ends)
    return tuple(RealRoot(p, k, low, high) for k, (low, high) in enumerate(found))


def _in_unit(p: Poly) -> list[tuple[int, int]]:
    """(c, k): one root of the squarefree p in (c / 2^k, (c + 1) / 2^k), for all roots in (0, 1)."""
    out, waiting = [], [(p, 0, 0)]
    while waiting:
        q, c, k = waiting.pop()
        count = _variations(_shifted(q[::-1]))
        if count == 1:
            out.append((c, k))
        elif count > 1:
            n = len(q) - 1
            left = tuple(a << (n - i) for i, a in enumerate(q))
            waiting += [(left, 2 * c, k + 1), (_shifted(left), 2 * c + 1, k + 1)]
    return out


def _shifted(p: Poly) -> Poly:
    """p(x + 1)."""
    out = list(p)
    for i in range(len(out) - 1):
        for j in range(len(out) - 2, i - 1, -1):
            out[j] += out[j + 1]
    return tuple(out)


def _variations(p: Poly) -> int:
    signs = [c > 0 for c in p if c]
    return sum(a != b for a, b in itertools.pairwise(signs))


def sharpen(root: RealRoot) -> None:
    """Shrink the interval: a float guess, kept only if exact signs at both sides confirm it."""
    if root.degree == 1:
        return
    low, high = root._low, root._high
    p = root.coefficients
    try:
        a, b = float(low), float(high)
        for _ in range(60):
            middle = 0.5 * (a + b)
            total = 0.0
            for c in reversed(p):
                total = total * middle + c
            if (total > 0) == (root._side > 0):
                a = middle
            else:
                b = middle
        guess = Fraction(0.5 * (a + b))
    except OverflowError:
        guess = (low + high) / 2
    step = max(abs(guess), Fraction(1, 1 << 20)) / (1 << WIDTH_BITS)
    # round to a short dyadic grid, so that later arithmetic stays small
    grid = 1 << max(0, step.denominator.bit_length() - step.numerator.bit_length() + 2)
    left, right = (Fraction(int((guess + d) * grid), grid) for d in (-step, step))
    if low < left < high and poly.sign(p, left) == root._side:
        root._low = left
    if low < right < high and poly.sign(p, right) == -root._side:
        root._high = right
    root.refine(4 * step)


def between(low: Fraction, high: Fraction) -> Fraction:
    """The simplest fraction strictly between two.

    >>> between(Fraction(2, 7), Fraction(3, 7))
    Fraction(1, 3)
    """
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -between(-high, -low)
    whole = low.numerator // low.denominator
    if whole + 1 < high:
        return Fraction(whole + 1)
    # now whole <= low < high <= whole + 1
    if low == whole:
        rest = high - whole
        return whole + Fraction(1, rest.denominator // rest.numerator + 1)
    if high == whole + 1:
        inverse = 1 / (low - whole)
        return whole + 1 / between(Fraction(1), inverse)
    return whole + 1 / between(1 / (high - whole), 1 / (low - whole))


def _square_free(n: int) -> tuple[int, int]:
    """(d, s) with n = d s^2, where s takes out all squares of small primes."""
    outside, p = 1, 2
    while p * p <= n and p < 1000:
        while n % (p * p) == 0:
            n //= p * p
            outside *= p
        p += 1
    whole = isqrt(n)
    return (1, outside * whole) if whole * whole == n else (n, outside)
