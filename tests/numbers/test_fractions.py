"""The one reader of numbers: the same number however it is given; what is no number is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from negotiate.bargaining.values import number as bargaining_number
from negotiate.case.expression import parse
from negotiate.case.quantity import Quantity
from negotiate.errors import InputError
from negotiate.numbers.fractions import exact, number
from negotiate.numbers.reading import to_fractions
from negotiate.strategic.arithmetic.equilibria_exact import as_integers

TENTHS: tuple[Any, ...] = (
    0.1, "0.1", " 0.1 ", "1/10", "1e-1", Decimal("0.1"), Fraction(1, 10), np.float64(0.1),
    np.float32(0.1), np.array(0.1), sympy.Rational(1, 10),
)  # fmt: skip


@pytest.mark.parametrize("given_as", TENTHS, ids=lambda x: f"{type(x).__name__}:{x}")
def test_a_tenth_is_a_tenth_everywhere(given_as: Any) -> None:
    assert exact(given_as) == Fraction(1, 10)
    assert number(given_as) == Fraction(1, 10)
    assert float(bargaining_number(given_as)) == pytest.approx(0.1, abs=1e-8)
    assert to_fractions(np.array([given_as], dtype=object))[0] == Fraction(1, 10)


@pytest.mark.parametrize("two", [2, np.int8(2), np.uint64(2), 2.0, "2", "4/2", "2.", np.array(2)])
def test_whole_numbers(two: Any) -> None:
    assert exact(two) == 2 and type(exact(two)) is Fraction


@pytest.mark.parametrize(
    "wrong",
    [True, np.bool_(False), None, float("nan"), float("inf"), np.float64("nan"), "", "a", "1/0",
     "0x10", "nan", "1e999999999", "9" * 500, [1, 2], np.array([1.0, 2.0]), sympy.Symbol("x"),
     Decimal("NaN"), 1j],
    ids=repr,
)  # fmt: skip
def test_what_is_no_number_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match=r"here: .*; allowed: a finite number"):
        exact(wrong, where="here")


def test_arrays_and_symbols_pass_where_draws_may_stand() -> None:
    x = sympy.Symbol("x")
    assert number(x) is x
    drawn = number([0.5, 1])
    assert drawn.dtype == np.float64 and not drawn.flags.writeable
    with pytest.raises(InputError, match="not finite"):
        number([0.5, float("nan")])
    with pytest.raises(InputError):
        number(["a", 1])


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_a_float_is_its_shortest_decimal_and_reads_back(x: float) -> None:
    assert exact(x) == exact(repr(x)) == exact(Decimal(repr(x)))
    assert float(exact(x)) == x


def test_rooms_agree() -> None:
    assert Quantity.model_validate({"value": 0.1}).value == parse("0.1").evaluate({}) == exact(0.1)


def test_payoffs_in_floats_are_read_as_their_decimals() -> None:
    assert as_integers([[0.1, 0.3], ["1/5", 1]]) == ([[1, 3], [2, 10]], 10)
