"""Fractions that remember what they were computed from: proofs that hold on a whole range.

A computation in fractions is made of additions, products, quotients and comparisons. Fed a
`Traced` number in place of a quantity x, it gives the same value as before and, beside it, the
quotient of polynomials in x that the value is; every comparison that it makes on its way is put on
a tape, as the polynomial whose sign was asked for. Between the real roots of those polynomials
every comparison turns out as it did, so the quotient is the answer there, proved and not sampled.
`pieces` goes from one such cell to the next until the range is covered.

What would lose the trace (a float, a text, a hash, rounding) raises `TraceLostError`: then nothing
is proved and the caller says so.

Source: cell decomposition in one variable, as in Collins (1975), Lecture Notes in Computer Science
33:134-183, for the polynomials that the computation itself asks about.

>>> from fractions import Fraction as F
>>> found = pieces(lambda x: min(1 - x, F(13, 4) - 4 * x), 0, 1)
>>> [(str(piece.left), str(piece.right), str(piece.function)) for piece in found]
[('0', '3/4', '-x + 1'), ('3/4', '1', '(-16*x + 13)/4')]
"""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, isfinite
from typing import Any, NoReturn

from negotiate.errors import NotApplicableError

MOST_CELLS = 400
"""Cells after which a range is given up: the computation has too many cases."""

MOST_DEGREE = 24
"""Degree of a polynomial beyond which a computation is given up."""

_STEPS = (Fraction(1, 2), Fraction(211, 499), Fraction(307, 503), Fraction(101, 367),
          Fraction(283, 379))  # fmt: skip


class TraceLostError(NotApplicableError):
    """A computation left exact arithmetic, so that nothing is known of it but its value."""


@dataclass
class Tape:
    """The polynomials whose sign a computation has asked for."""

    field_: Any
    asked: dict[Any, None] = field(default_factory=dict)

    def ask(self, function: Any) -> None:
        """Note that the sign of ``function`` was asked for."""
        for part in (function.numer, function.denom):
            if not part.is_ground:
                if max(part.degrees()) > MOST_DEGREE:
                    raise TraceLostError(
                        f"a polynomial of degree {max(part.degrees())}",
                        where="exact cells", allowed=f"at most {MOST_DEGREE}",
                    )  # fmt: skip
                self.asked[part.primitive()[1]] = None


def _domain(value: Fraction) -> Any:
    from sympy import QQ

    return QQ(value._numerator, value._denominator)  # type: ignore[attr-defined]


class Traced(Fraction):
    """A fraction with the function of the traced quantities that it is."""

    __slots__ = ("function", "tape")
    function: Any
    tape: Tape

    def __new__(cls, value: Fraction, function: Any, tape: Tape) -> Traced:
        """A value at the point, the function, and where comparisons are noted."""
        self = super().__new__(cls, value)
        self.function, self.tape = function, tape
        return self

    def _other(self, other: Any) -> tuple[Fraction, Any] | None:
        if isinstance(other, Traced):
            return other._plain(), other.function
        if isinstance(other, bool) or not isinstance(other, numbers.Rational):
            return None
        value = Fraction(int(other.numerator), int(other.denominator))
        return value, self.tape.field_.ground_new(_domain(value))

    def _plain(self) -> Fraction:
        return Fraction(self._numerator, self._denominator)  # type: ignore[attr-defined]

    def _made(self, value: Fraction, function: Any) -> Fraction:
        if function.numer.is_ground and function.denom.is_ground:
            return value
        return Traced(value, function, self.tape)

    def _lost(self, *_: Any, **__: Any) -> NoReturn:
        raise TraceLostError(
            "a number left exact arithmetic", where="exact cells",
            remedy="nothing is proved about this computation; scan it",
        )  # fmt: skip

    def _binary(self, other: Any, work: Callable[[Any, Any], Any], swap: bool = False) -> Any:
        found = self._other(other)
        if found is None:
            if isinstance(other, float):
                self._lost()
            return NotImplemented
        mine, theirs = (self._plain(), self.function), found
        if swap:
            mine, theirs = theirs, mine
        return self._made(work(mine[0], theirs[0]), work(mine[1], theirs[1]))

    def __add__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a + b, True)

    def __sub__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a - b, True)

    def __mul__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Any:
        return self._binary(other, lambda a, b: a * b, True)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Traced):
            other.tape.ask(other.function)
        return self._binary(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> Any:
        self.tape.ask(self.function)
        return self._binary(other, lambda a, b: a / b, True)

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, int) or (isinstance(other, Fraction) and other.denominator == 1):
            power = int(other)
            if power < 0:
                self.tape.ask(self.function)
            return self._made(self._plain() ** power, self.function**power)
        return self._lost()

    def __neg__(self) -> Any:
        return self._made(-self._plain(), -self.function)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def _sign_against(self, other: Any) -> int | None:
        if isinstance(other, float) and isfinite(other):
            other = Fraction(other)  # fractions and floats are compared by their exact values
        found = self._other(other)
        if found is None:
            if isinstance(other, float):
                return (other < 0) - (other > 0) if other == other else None
            return None
        function = self.function - found[1]
        if not (function.numer.is_ground and function.denom.is_ground):
            self.tape.ask(function)
        difference = self._plain() - found[0]
        return (difference > 0) - (difference < 0)

    def __lt__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign < 0

    def __le__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign <= 0

    def __gt__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign > 0

    def __ge__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign >= 0

    def __eq__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign == 0

    def __ne__(self, other: Any) -> Any:
        sign = self._sign_against(other)
        return NotImplemented if sign is None else sign != 0

    def __bool__(self) -> bool:
        return self._sign_against(0) != 0

    def __copy__(self) -> Traced:
        return self

    def __deepcopy__(self, memo: Any) -> Traced:
        return self

    numerator = property(_lost)
    denominator = property(_lost)
    real = property(lambda self: self)
    __hash__ = _lost
    __float__ = __int__ = __trunc__ = __floor__ = __ceil__ = __round__ = _lost
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _lost
    __divmod__ = __rdivmod__ = __rpow__ = __complex__ = _lost
    __str__ = __repr__ = __format__ = __reduce__ = _lost
    as_integer_ratio = limit_denominator = is_integer = _lost


@dataclass(frozen=True)
class Trace:
    """A computation at one point, with what it is around it.

    Attributes
    ----------
    value
        At the point.
    function
        Quotient of polynomials (an element of a SymPy field) that gives the value wherever no
        polynomial of ``borders`` changes sign.
    borders
        Polynomials whose sign the computation asked for.
    """

    value: Fraction
    function: Any
    borders: tuple[Any, ...]


def trace(function: Callable[..., Any], at: Sequence[Fraction], symbols: str = "x") -> Trace:
    """One run of a computation at a point, with its function and its comparisons.

    Raises
    ------
    TraceLostError
        Where the computation leaves exact arithmetic or its result is no fraction.

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> found = trace(lambda x, y: max(x, y) * 2, (F(1, 3), F(1, 4)), "x,y")
    >>> found.function, found.borders
    (2*x, (-x + y,))
    """
    from sympy import QQ
    from sympy.polys.fields import field as function_field

    whole, *names = function_field(symbols, QQ)
    tape = Tape(whole)
    points = [Fraction(value) for value in at]
    made = function(*(Traced(v, name, tape) for v, name in zip(points, names)))
    if isinstance(made, Traced):
        return Trace(made._plain(), made.function, _with_pole(tape, made.function))
    if isinstance(made, (int, Fraction)) and not isinstance(made, bool):
        value = Fraction(made)
        return Trace(value, whole.ground_new(_domain(value)), tuple(tape.asked))
    raise TraceLostError(f"a result that is no fraction ({type(made).__name__})",
                         where="exact cells")  # fmt: skip


def _with_pole(tape: Tape, function: Any) -> tuple[Any, ...]:
    if not function.denom.is_ground:
        tape.asked[function.denom.primitive()[1]] = None
    return tuple(tape.asked)


@dataclass(frozen=True)
class Piece:
    """An open cell and the function there; ends are fractions or SymPy algebraic numbers."""

    left: Any
    right: Any
    function: Any

    def at(self, x: Fraction) -> Fraction:
        """The function at a fraction inside the cell."""
        top, bottom = self.function.numer, self.function.denom
        value = top.evaluate(0, _domain(x)) / bottom.evaluate(0, _domain(x))
        return Fraction(int(value.numerator), int(value.denominator))


def pieces(
    function: Callable[[Fraction], Any], low: Fraction | int | str, high: Fraction | int | str,
    *, most: int = MOST_CELLS,
) -> tuple[Piece, ...]:  # fmt: skip
    """A computation on a range as quotients of polynomials on cells that cover it.

    Parameters
    ----------
    function
        Fraction to fraction, made of arithmetic and comparisons.
    low, high
        The range.
    most
        Cells after which the range is given up.

    Returns
    -------
    tuple of Piece
        Open cells in order, neighbours with the same function joined. At their common ends the
        computation may give something else again.

    Raises
    ------
    TraceLostError
        Where the computation leaves exact arithmetic, or has more cells than ``most``.
    """
    found: list[Piece] = []
    waiting: list[tuple[Any, Any]] = [(Fraction(low), Fraction(high))]
    while waiting:
        left, right = waiting.pop()
        if len(found) >= most:
            raise TraceLostError(
                f"more than {most} cells", where="exact cells", remedy="narrow the range"
            )
        point, traced = _inside(function, left, right)
        near, far = left, right
        for border in traced.borders:
            for root in roots(border):
                if _less(root, point):
                    near = root if _less(near, root) else near
                else:
                    far = root if _less(root, far) else far
        found.append(Piece(near, far, traced.function))
        if _less(left, near):
            waiting.append((left, near))
        if _less(far, right):
            waiting.append((far, right))
    found.sort(key=lambda piece: decimal(piece.left))
    joined: list[Piece] = []
    for piece in found:
        if joined and joined[-1].function == piece.function and not _is_root(
            piece.function.denom, piece.left
        ):  # fmt: skip
            joined[-1] = Piece(joined[-1].left, piece.right, piece.function)
        else:
            joined.append(piece)
    return tuple(joined)


def _inside(function: Callable[[Fraction], Any], left: Any, right: Any) -> tuple[Fraction, Trace]:
    """A point strictly inside at which no comparison is a tie, and the trace there."""
    a, b = between(left, right)
    for step in _STEPS:
        point = a + (b - a) * step
        try:
            traced = trace(function, (point,))
        except ZeroDivisionError:
            continue
        if all(border.evaluate(0, _domain(point)) != 0 for border in traced.borders):
            return point, traced
    raise TraceLostError("no point without a tie was found", where="exact cells")


def roots(polynomial: Any) -> tuple[Any, ...]:
    """Real roots of a polynomial in one variable, once each: fractions or algebraic numbers.

    >>> from sympy import QQ, ring
    >>> _, x = ring("x", QQ)
    >>> [str(root) for root in roots((2 * x - 1) ** 2 * (x**2 - 2))]
    ['CRootOf(x**2 - 2, 0)', '1/2', 'CRootOf(x**2 - 2, 1)']
    """
    key = tuple(sorted((power[0], str(value)) for power, value in polynomial.terms()))
    if key not in _KNOWN:
        if len(_KNOWN) > 4096:
            _KNOWN.clear()
        _KNOWN[key] = _roots(polynomial)
    return _KNOWN[key]


_KNOWN: dict[tuple[tuple[int, str], ...], tuple[Any, ...]] = {}


def _roots(polynomial: Any) -> tuple[Any, ...]:
    import sympy

    if polynomial.degree() == 1:
        b = Fraction(str(polynomial.coeff(1)))
        a = Fraction(str(polynomial.coeff(polynomial.ring.gens[0])))
        return (-b / a,)
    x = sympy.Symbol("x")
    expression = polynomial.as_expr(x)
    out: list[Any] = []
    for factor, _ in sympy.Poly(expression, x, domain="QQ").factor_list()[1]:
        for i in range(factor.count_roots()):
            root = sympy.CRootOf(factor, i, radicals=False)
            out.append(Fraction(int(root.p), int(root.q)) if root.is_Rational else root)
    return tuple(sorted(out, key=decimal))


def decimal(number: Any) -> Fraction:
    """A fraction within 1e-60 of an algebraic number; of a fraction, itself."""
    if isinstance(number, Fraction):
        return number
    from sympy import Rational

    return Fraction(str(Rational(str(number.eval_rational(n=60)))))


def _less(a: Any, b: Any) -> bool:
    """Order of two numbers; algebraic numbers are the same only where they are the same root."""
    if type(a) is type(b) and a == b:
        return False
    x, y = decimal(a), decimal(b)
    if abs(x - y) < Fraction(1, 10**50):  # two numbers of this kind differ by more, or not at all
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a < b
        raise TraceLostError("two borders that cannot be told apart", where="exact cells")
    return x < y


def _is_root(polynomial: Any, number: Any) -> bool:
    return not polynomial.is_ground and any(
        type(root) is type(number) and root == number for root in roots(polynomial)
    )


def between(left: Any, right: Any) -> tuple[Fraction, Fraction]:
    """Two fractions strictly between two numbers (the numbers themselves where they are ones)."""
    a, b = decimal(left), decimal(right)
    gap = (b - a) / 1000
    a = a if isinstance(left, Fraction) else (a + gap).limit_denominator(max(int(4 / gap) + 1, 10))
    b = b if isinstance(right, Fraction) else (b - gap).limit_denominator(max(int(4 / gap) + 1, 10))
    return a, b


def one_function(
    function: Callable[..., Any], low: Sequence[Fraction], high: Sequence[Fraction], symbols: str,
    *, most: int = 64,
) -> Any | None:  # fmt: skip
    """The one quotient of polynomials that a computation is all over a box, or None.

    The box is cut where a comparison on one variable turns; what remains must turn out alike
    inside each part (`sign_on_box`), and the parts must give the same quotient.

    Parameters
    ----------
    function
        Fractions to a fraction.
    low, high
        Corners of the box.
    symbols
        Names of the variables, with commas.
    most
        Parts after which the box is given up.

    Returns
    -------
    element of a SymPy field, or None

    >>> box = (Fraction(0), Fraction(0)), (Fraction(1), Fraction(1))
    >>> one_function(lambda x, y: abs(2 * x - 1) ** 2 + y, *box, "x,y")
    4*x**2 - 4*x + y + 1
    >>> one_function(lambda x, y: max(x, y), *box, "x,y") is None
    True
    """
    waiting = [(list(low), list(high))]
    found, done = None, 0
    while waiting:
        a, b = waiting.pop()
        done += 1
        traced = trace(function, [p + (q - p) * _STEPS[1 + k % 4] for k, (p, q) in
                                  enumerate(zip(a, b))], symbols)  # fmt: skip
        open_ = [border for border in traced.borders if sign_on_box(border, a, b) is None]
        if not open_:
            if found is not None and found != traced.function:
                return None
            found = traced.function
            continue
        cut = next((c for border in open_ if (c := _cut(border, a, b)) is not None), None)
        if cut is None or done > most:
            return None
        which, where = cut
        for start, stop in ((a[which], where), (where, b[which])):
            own_low, own_high = list(a), list(b)
            own_low[which], own_high[which] = start, stop
            waiting.append((own_low, own_high))
    return found


def _cut(
    border: Any, low: Sequence[Fraction], high: Sequence[Fraction]
) -> tuple[int, Fraction] | None:
    """Variable and value at which a border of that variable alone cuts the box."""
    free = [k for k, degree in enumerate(border.degrees()) if degree > 0]
    if len(free) != 1 or border.degrees()[free[0]] != 1:
        return None
    k = free[0]
    slope = Fraction(str(border.coeff(border.ring.gens[k])))
    where = -Fraction(str(border.coeff(1))) / slope
    return (k, where) if low[k] < where < high[k] else None


def sign_on_box(polynomial: Any, low: Sequence[Fraction], high: Sequence[Fraction],
                *, depth: int = 6) -> int | None:  # fmt: skip
    """Sign of a polynomial inside a box where it has one, by its Bernstein coefficients.

    Parameters
    ----------
    polynomial
        Element of a SymPy ring in as many variables as the box has sides.
    depth
        Halvings of the box before it is given up.

    Returns
    -------
    int or None
        1 or -1 where that sign is proved at every point inside (on the borders, and on the planes
        that halve the box, it may be zero); None where it changes or was not decided.

    Notes
    -----
    The range of a polynomial on the unit box lies between its least and largest Bernstein
    coefficients (Garloff 1985, Lecture Notes in Computer Science 212:37-56).

    >>> from sympy import QQ, ring
    >>> _, x, y = ring("x,y", QQ)
    >>> box = (Fraction(0), Fraction(0)), (Fraction(1), Fraction(1))
    >>> sign_on_box(x * y + 1, *box), sign_on_box(x - y, *box)
    (1, None)
    """
    size = [b - a for a, b in zip(low, high)]
    degrees = polynomial.degrees()
    shape = [range(d + 1) for d in degrees]
    power = {index: Fraction(0) for index in itertools.product(*shape)}
    for exponents, value in polynomial.terms():
        # (a + s t)^e expanded in t, variable by variable
        spread = [
            [comb(e, k) * a ** (e - k) * s**k for k in range(e + 1)]
            for e, a, s in zip(exponents, low, size)
        ]
        for index in itertools.product(*(range(e + 1) for e in exponents)):
            term = Fraction(int(value.numerator), int(value.denominator))
            for k, row in zip(index, spread):
                term *= row[k]
            power[index] += term
    signs = set()
    for index in itertools.product(*shape):
        total = Fraction(0)
        for lower in itertools.product(*(range(i + 1) for i in index)):
            term = power[lower]
            for i, k, d in zip(index, lower, degrees):
                term = term * comb(i, k) / comb(d, k)
            total += term
        signs.add((total > 0) - (total < 0))
    if len(signs - {0}) == 1:
        return (signs - {0}).pop()
    corners = {1, -1} & {_sign(polynomial, corner) for corner in itertools.product(*zip(low, high))}
    if depth == 0 or len(corners) != 1:
        return None
    widest = max(range(len(size)), key=lambda k: size[k])
    middle = low[widest] + size[widest] / 2
    halves: set[int | None] = set()
    for start, stop in ((low[widest], middle), (middle, high[widest])):
        own_low, own_high = list(low), list(high)
        own_low[widest], own_high[widest] = start, stop
        halves.add(sign_on_box(polynomial, own_low, own_high, depth=depth - 1))
        if halves not in ({1}, {-1}):
            return None
    return halves.pop()


def _sign(polynomial: Any, point: Sequence[Fraction]) -> int:
    value = polynomial(*(_domain(x) for x in point))
    return int(value > 0) - int(value < 0)
