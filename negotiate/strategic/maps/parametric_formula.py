"""Rational functions of one quantity, in lowest terms: how equilibria depend on it.

>>> half = Formula.of((0, 1), (0, 2), "t")
>>> half
Fraction(1, 2)
>>> share = Formula.of((-1, 0, 1), (2, 2), "t")
>>> str(share), share(3)
('(t - 1)/2', Fraction(1, 1))
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

from negotiate.strategic.maps import parametric_polynomials as poly
from negotiate.strategic.maps.parametric_equilibria import at
from negotiate.strategic.maps.parametric_polynomials import Poly
from negotiate.strategic.maps.parametric_roots import RealRoot
from negotiate.strategic.maps.parametric_text import written


@dataclass(frozen=True)
class Formula:
    """A quotient of two integer polynomials without common factor, not constant.

    Attributes
    ----------
    numerator, denominator
        Coefficients, lowest degree first; the denominator's leading coefficient is positive.
    name
        The quantity.
    """

    numerator: Poly
    denominator: Poly
    name: str

    @staticmethod
    def of(top: Poly, bottom: Poly, name: str) -> Formula | Fraction:
        """The quotient in lowest terms; a constant comes out as a fraction."""
        if not top:
            return Fraction(0)
        common = poly.greatest_divisor(top, bottom)
        if bottom[-1] < 0:
            common = poly.negative(common)
        top, bottom = poly.divided(top, common), poly.divided(bottom, common)
        if len(top) == 1 and len(bottom) == 1:
            return Fraction(top[0], bottom[0])
        return Formula(top, bottom, name)

    def __call__(self, x: Any) -> Any:
        """Value at a fraction or integer, at a `RealRoot` (in its field), or at floats."""
        if isinstance(x, int):
            x = Fraction(x)
        if isinstance(x, (Fraction, RealRoot)):
            return at(self.numerator, x) / at(self.denominator, x)
        return _horner(self.numerator, x) / _horner(self.denominator, x)

    def sympy(self, symbol: Any = None) -> Any:
        """The formula as a SymPy expression in ``symbol`` (a real symbol of its name if None)."""
        import sympy

        t = symbol if symbol is not None else sympy.Symbol(self.name, real=True)
        top, bottom = (
            sum((sympy.Integer(c) * t**k for k, c in enumerate(p)), sympy.Integer(0))
            for p in (self.numerator, self.denominator)
        )
        return top / bottom

    def __str__(self) -> str:
        top, bottom = self.numerator, self.denominator
        minus = top[-1] < 0 and top[0] <= 0
        if minus:
            top = poly.negative(top)
        # what divides all coefficients stands before the bracket
        size, several = gcd(*top), sum(map(bool, top)) > 1
        if size > 1 and several and len(bottom) > 1:
            head = f"{size}*({written(tuple(c // size for c in top), self.name)})"
        else:
            head = written(top, self.name)
            if several and (minus or bottom != (1,)):
                head = f"({head})"
        if minus:
            head = f"-{head}"
        if bottom == (1,):
            return head
        below = written(bottom, self.name)
        simple = sum(map(bool, bottom)) == 1 and (len(bottom) == 1 or bottom[-1] == 1)
        return f"{head}/{below}" if simple else f"{head}/({below})"


def _horner(p: Poly, x: Any) -> Any:
    total: Any = 0.0 * x
    for c in reversed(p):
        total = total * x + float(c)
    return total
