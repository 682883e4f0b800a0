"""Exact real roots and their fields, against SymPy and against hand calculation."""

import importlib.util
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, MissingExtraError
from negotiate.strategic.maps import parametric_polynomials as poly
from negotiate.strategic.maps.parametric_field import Algebraic
from negotiate.strategic.maps.parametric_roots import between, real_roots

F = Fraction
small = st.lists(st.integers(-30, 30), min_size=2, max_size=7).map(poly.trimmed)


def of(p):
    """All real roots of a polynomial, each once."""
    return sorted(
        (root for factor, _ in poly.Ring().factor(p) for root in real_roots(factor)), key=float
    )


@settings(max_examples=60, deadline=None)
@given(small)
def test_roots_are_those_of_sympy(p):
    sympy = pytest.importorskip("sympy")
    if len(p) < 2:
        return
    x = sympy.Symbol("x")
    theirs = sorted(set(sympy.Poly(p[::-1], x).real_roots()), key=lambda r: sympy.N(r, 30))
    ours = of(p)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        assert abs(sympy.N(other, 30) - sympy.Float(mine.decimal(20), 30)) < 1e-19
        if other.is_Rational:
            assert mine.rational == F(int(other.p), int(other.q))


@settings(max_examples=60, deadline=None)
@given(small)
def test_flint_factorises_alike(p):
    pytest.importorskip("flint")
    if len(p) > 1:
        assert poly.FlintRing().factor(p) == poly.Ring().factor(p)


@settings(max_examples=60, deadline=None)
@given(small, small, small)
def test_greatest_divisor_divides_and_keeps_common_factors(p, q, r):
    if not (p and q and r):
        return
    common = poly.greatest_divisor(poly.multiply(p, r), poly.multiply(q, r))
    for part in (poly.multiply(p, r), poly.multiply(q, r)):
        assert poly.multiply(poly.divided(part, common), common) == part
    assert len(common) >= len(r)


def test_close_roots_of_different_polynomials_are_told_apart():
    # sqrt(2) and a convergent of its continued fraction agree to 30 digits
    a, b = 1, 1
    for _ in range(40):
        a, b = a + 2 * b, a + b
    near, root = F(a, b), real_roots((-2, 0, 1))[1]
    assert float(near) == float(root)
    assert root.against(near) == (1 if near * near < 2 else -1)
    other = real_roots((-2 * b**4 - 1, 0, b**4))[1]  # sqrt(2 + 1 / b^4)
    assert root < other and other > root and root != other
    assert root == real_roots((-2, 0, 1))[1] and hash(root) == hash(real_roots((-2, 0, 1))[1])


def test_decimals_are_rounded_correctly():
    # cube root of 2 = 1.25992104989487316476... (OEIS A002580)
    root = real_roots((-2, 0, 0, 1))[0]
    assert root.decimal(12) == "1.259921049895" and root.decimal(19) == "1.2599210498948731648"
    assert str(real_roots((-1, -1, 1))[1]) == "(1 + sqrt(5))/2"
    assert real_roots((-1, 3))[0].decimal(4) == "0.3333"


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([(-2, 0, 1), (-2, 0, 0, 1), (1, -3, 0, 1), (-1, -1, 0, 0, 3)]),
    st.lists(st.fractions(-9, 9, max_denominator=12), min_size=2, max_size=5),
    st.lists(st.fractions(-9, 9, max_denominator=12), min_size=2, max_size=5),
)
def test_field_arithmetic(modulus, p, q):
    root = real_roots(modulus)[-1]
    x, y = Algebraic.of(p, root), Algebraic.of(q, root)
    a = float(root)
    approximate = sum(float(c) * a**k for k, c in enumerate(p))
    assert float(x) == pytest.approx(approximate, abs=1e-9)
    assert x + y - y == x and x * y == y * x and x - x == 0
    if y != 0:
        assert x / y * y == x and y * (1 / y) == 1
    assert (x > y) == (float(x - y) > 0) and (x >= x) is True


def test_between_is_the_simplest_fraction():
    for low, high in [(F(1, 3), F(1, 2)), (F(-7, 5), F(-4, 3)), (F(0), F(1, 9)), (F(2), F(3))]:
        found = between(low, high)
        assert low < found < high
        for q in range(1, found.denominator):  # no smaller denominator fits
            assert not any(low < F(p, q) < high for p in range(-30, 31))


def test_without_flint_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert type(poly.ring("auto")) is poly.Ring
    with pytest.raises(MissingExtraError, match=r"negotiate-toolkit\[flint\]"):
        poly.ring("flint")


def test_unknown_arithmetic_is_named():
    with pytest.raises(InputError, match=r"'fast'.*auto, python, flint"):
        poly.ring("fast")
