r"""Real roots of integer polynomials as exact numbers, and the numbers they generate.

A `RealRoot` is an irreducible polynomial over the rationals with an interval that holds exactly
one of its roots. Roots are isolated by Descartes' rule of signs and bisection (Collins and Akritas
1976, "Polynomial real root isolation using Descartes' rule of signs", SYMSAC, 272-275,
https://doi.org/10.1145/800205.806346): the number of sign variations of (1 + x)^n p(1 / (1 + x))
bounds the roots of p in (0, 1) and is exact when it is 0 or 1. Roots of different irreducible
polynomials differ, so comparing two roots only needs their intervals refined until disjoint; no
rounding decides anything. `Algebraic` is an element c_0 + c_1 a + ... of the field Q(a).

>>> root = real_roots((-2, 0, 1))[1]
>>> root, root.decimal(10), root > 1
(RealRoot(sqrt(2)), '1.4142135624', True)
>>> Algebraic.of((1, 1), root) * Algebraic.of((-1, 1), root)
Fraction(1, 1)
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from negotiate.kernels import parametric_polynomials as poly
from negotiate.kernels.parametric_polynomials import Poly

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
            self._halve()

    def _halve(self) -> None:
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
            self._halve()  # never zero: zero is rational
        return float((self._low + self._high) / 2)

    def decimal(self, digits: int = 12) -> str:
        """Rounded to ``digits`` decimals, correctly: both ends of an enclosure round alike."""
        if self.degree == 1:
            return _decimals(self._low, digits)
        while _decimals(self._low, digits) != _decimals(self._high, digits):
            self._halve()
        return _decimals(self._low, digits)

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
            self._halve()
            other._halve()

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
    roots = tuple(RealRoot(p, k, low, high) for k, (low, high) in enumerate(found))
    for root in roots:
        _sharpen(root)
    return roots


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


def _sharpen(root: RealRoot) -> None:
    """Shrink the interval: a float guess, kept only if exact signs at both sides confirm it."""
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


class Algebraic:
    """An irrational element c_0 + c_1 a + ... + c_(d-1) a^(d-1) of Q(a), a a `RealRoot`.

    Elements that are rational come out of `of` and of all arithmetic as fractions.
    """

    __slots__ = ("coefficients", "root")

    def __init__(self, coefficients: Sequence[Fraction], root: RealRoot) -> None:
        self.coefficients, self.root = tuple(coefficients), root

    @staticmethod
    def of(p: Sequence[int | Fraction], root: RealRoot) -> Algebraic | Fraction:
        """p(a), reduced."""
        out = [Fraction(c) for c in p]
        modulus, n = root.coefficients, root.degree
        while len(out) > n:
            head = out.pop() / modulus[-1]
            if head:
                for i in range(n):
                    out[len(out) - n + i] -= head * modulus[i]
        if not any(out[1:]):
            return out[0] if out else Fraction(0)
        return Algebraic(out, root)

    def _lift(self, other: object) -> tuple[Fraction, ...] | None:
        if isinstance(other, Algebraic):
            if other.root != self.root:
                raise ValueError("numbers of different fields")
            return other.coefficients
        return (Fraction(other),) if isinstance(other, (int, Fraction)) else None

    def __add__(self, other: object) -> Any:
        right = self._lift(other)
        if right is None:
            return NotImplemented
        left = self.coefficients
        size = max(len(left), len(right))
        zero = Fraction(0)
        pad = [(*c, *([zero] * (size - len(c)))) for c in (left, right)]
        return Algebraic.of([a + b for a, b in zip(*pad)], self.root)

    def __mul__(self, other: object) -> Any:
        right = self._lift(other)
        if right is None:
            return NotImplemented
        out = [Fraction(0)] * (len(self.coefficients) + len(right) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(right):
                out[i + j] += a * b
        return Algebraic.of(out, self.root)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Algebraic:
        return Algebraic([-c for c in self.coefficients], self.root)

    def __sub__(self, other: object) -> Any:
        return self + (-other) if isinstance(other, (int, Fraction, Algebraic)) else NotImplemented

    def __rsub__(self, other: object) -> Any:
        return (-self) + other

    def inverse(self) -> Algebraic | Fraction:
        """1 / self: solve (self) x = 1, linear in the coefficients of x."""
        n = self.root.degree
        columns = []
        for k in range(n):
            shifted = Algebraic.of([Fraction(0)] * k + list(self.coefficients), self.root)
            column = list(shifted.coefficients) if isinstance(shifted, Algebraic) else [shifted]
            columns.append(column + [Fraction(0)] * (n - len(column)))
        rows = [[column[i] for column in columns] + [Fraction(int(i == 0))] for i in range(n)]
        for c in range(n):  # the matrix is regular: a field has no divisors of zero
            pivot = next(r for r in range(c, n) if rows[r][c])
            rows[c], rows[pivot] = rows[pivot], rows[c]
            rows[c] = [v / rows[c][c] for v in rows[c]]
            for r in range(n):
                if r != c and rows[r][c]:
                    rows[r] = [v - rows[r][c] * w for v, w in zip(rows[r], rows[c])]
        return Algebraic.of([row[-1] for row in rows], self.root)

    def __truediv__(self, other: object) -> Any:
        if isinstance(other, Algebraic):
            return self * other.inverse()
        return (
            self * (1 / Fraction(other)) if isinstance(other, (int, Fraction)) else NotImplemented
        )

    def __rtruediv__(self, other: int | Fraction) -> Any:
        return self.inverse() * other

    def __bool__(self) -> bool:
        return True  # zero is rational, so it is a Fraction

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Algebraic):
            return False if isinstance(other, (int, Fraction)) else NotImplemented
        return (self.coefficients, self.root) == (other.coefficients, other.root)

    def __hash__(self) -> int:
        return hash((self.coefficients, self.root))

    def enclosure(self) -> tuple[Fraction, Fraction]:
        """Rational bounds on the value at the root's present interval."""
        low = high = Fraction(0)
        a, b = self.root.interval(0) if self.root.degree == 1 else (self.root._low, self.root._high)
        for c in reversed(self.coefficients):
            ends = (low * a, low * b, high * a, high * b)
            low, high = min(ends) + c, max(ends) + c
        return low, high

    def sign(self) -> int:
        """-1 or 1 (it is irrational)."""
        low, high = self.enclosure()
        while low <= 0 <= high:
            self.root._halve()
            low, high = self.enclosure()
        return 1 if low > 0 else -1

    def __lt__(self, other: object) -> bool:
        return _sign(self - other) < 0

    def __gt__(self, other: object) -> bool:
        return _sign(self - other) > 0

    def __le__(self, other: object) -> bool:
        return _sign(self - other) <= 0

    def __ge__(self, other: object) -> bool:
        return _sign(self - other) >= 0

    def __float__(self) -> float:
        low, high = self.enclosure()
        while (high - low) * (1 << 54) > min(abs(low), abs(high)) or low <= 0 <= high:
            self.root._halve()
            low, high = self.enclosure()
        return float((low + high) / 2)

    def sympy(self) -> Any:
        """The number for SymPy."""
        import sympy

        root = self.root.sympy()
        total = sum(
            sympy.Rational(c.numerator, c.denominator) * root**k
            for k, c in enumerate(self.coefficients)
        )
        return sympy.expand(total) if self.root.degree == 2 else total

    def __str__(self) -> str:
        parts = self.root.radical()
        if parts:
            r, s, d = parts
            c0, c1 = self.coefficients
            return surd(c0 + c1 * r, c1 * s, d)
        scale = 1
        for c in self.coefficients:
            scale = scale * c.denominator // _gcd(scale, c.denominator)
        body = written(tuple(int(c * scale) for c in self.coefficients), "a")
        return body if scale == 1 else f"({body})/{scale}"

    def __repr__(self) -> str:
        return f"Algebraic({self})"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: value and exact text (``a`` is the critical value)."""
        return {"value": float(self), "exact": str(self)}


def _sign(x: Any) -> int:
    return x.sign() if isinstance(x, Algebraic) else (x > 0) - (x < 0)


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


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


def _decimals(x: Fraction, digits: int) -> str:
    """Half-up decimal text without trailing zeros."""
    scaled = abs(x) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    text = str(whole).rjust(digits + 1, "0")
    head, tail = (text[:-digits], text[-digits:].rstrip("0")) if digits else (text, "")
    minus = "-" if x < 0 and whole else ""
    return f"{minus}{head}.{tail}" if tail else f"{minus}{head}"


def surd(r: Fraction, s: Fraction, d: int) -> str:
    """Write r + s sqrt(d) as text.

    >>> surd(Fraction(1, 2), Fraction(-1, 2), 5), surd(Fraction(0), Fraction(1), 2)
    ('(1 - sqrt(5))/2', 'sqrt(2)')
    """
    scale = r.denominator * s.denominator // _gcd(r.denominator, s.denominator)
    a, b = int(r * scale), int(s * scale)
    size = "" if abs(b) == 1 else f"{abs(b)}*"
    term = f"{size}sqrt({d})"
    if a:
        body = f"{a} {'-' if b < 0 else '+'} {term}"
        return body if scale == 1 else f"({body})/{scale}"
    body = f"-{term}" if b < 0 else term
    return body if scale == 1 else f"{body}/{scale}"


def written(p: Poly, name: str) -> str:
    """A polynomial as text, highest degree first.

    >>> written((-1, 0, 3), "t"), written((), "t"), written((0, -1), "t")
    ('3*t**2 - 1', '0', '-t')
    """
    out = ""
    for k in range(len(p) - 1, -1, -1):
        c = p[k]
        if not c:
            continue
        power = "" if k == 0 else name if k == 1 else f"{name}**{k}"
        size = str(abs(c)) if k == 0 or abs(c) != 1 else ""
        body = f"{size}*{power}" if size and power else size or power
        out += (f" {'-' if c < 0 else '+'} " if out else "-" if c < 0 else "") + body
    return out or "0"
