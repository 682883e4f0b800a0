"""The grammar of expressions, in three arithmetics, and against texts that mean harm."""

import time
from fractions import Fraction as F

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.case.expression import MAX_DEGREE, parse
from negotiate.errors import FileFormatError, TooLargeError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 - 3 - 4", -5),
        ("12 / 3 / 2", 2),
        ("-2 ** 2", -4),  # the power binds closer than the sign, as in Python
        ("2 ** -2", F(1, 4)),
        ("2 ^ 3", 8),
        ("--1", 1),
        ("0.1 + 0.2", F(3, 10)),
        ("1e-3", F(1, 1000)),
        (".5", F(1, 2)),
        ("min(3, 1, 2) + max(1, 4)", 5),
        ("a * (b - c)", F(1, 2) * (F(1, 3) - 2)),
        ("a-b", F(1, 2) - F(1, 3)),
        ("lever.s-400.cost.x - a", 7 - F(1, 2)),
    ],
)
def test_values_are_exact(text, value):
    names = {"a": F(1, 2), "b": F(1, 3), "c": F(2), "lever.s-400.cost.x": F(7)}
    found = parse(text).evaluate(names)
    assert found == value and isinstance(found, (int, F))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("1 +", 4),
        ("1 2", 3),
        ("a b", 3),
        ("(1", 3),
        ("1)", 2),
        ("a ** b", 6),
        ("f(1)", 2),
        ("min()", 5),
        ("min(1,)", 7),
        ("__import__('os')", 11),
        ("a[0]", 2),
        ("a; b", 2),
        ("a = 1", 3),
        ("lambda: 1", 7),
        ("'x'", 1),
        ("a if b else c", 3),
        ("1 // 2", 4),
        ("5 % 2", 3),
        ("9 ** 9 ** 9", 8),
        ("9 ** 65", 6),
        ("((a ** 8) ** 8) ** 2", 20),
        ("2 ** 0.0001", 6),
        ("1e999", 1),
        ("1e9999", 1),
        ("é", 1),
        ("a\x00", 2),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_at_its_column(text, column):
    with pytest.raises(FileFormatError) as caught:
        parse(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "-" * 1500 + "1", "(" * 900 + "1" + ")" * 900, "min(" * 400, "a" * 3000,
     "1+" * 990 + "(", "9" * 1990 + "e", "2**" * 600, "max(" * 300 + "1" + ")" * 300],
)  # fmt: skip
def test_hostile_texts_are_refused_at_once(text):
    started = time.perf_counter()
    with pytest.raises(FileFormatError):
        parse(text)
    assert time.perf_counter() - started < 1


def test_no_expression_of_allowed_length_asks_for_a_huge_number():
    text = "*".join(f"9**{MAX_DEGREE}" for _ in range(300))
    assert parse(text).evaluate({}) == F(9) ** (MAX_DEGREE * 300)
    assert parse("+".join(["1"] * 999)).evaluate({}) == 999
    assert parse("(" + "+".join(["a"] * 900) + ") ** 2").evaluate({"a": F(1)}) == 810_000
    assert parse("-".join(["1"] * 999)).evaluate({}) == -997


@given(st.text(alphabet="ab.0123456789+-*/^(), minax_e'\"[]{}\n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_is_refused(text):
    try:
        expression = parse(text)
    except FileFormatError:
        return
    try:
        value = expression.evaluate(dict.fromkeys(expression.names, F(1, 3)))
    except (ZeroDivisionError, FileFormatError, TooLargeError):
        return
    assert isinstance(value, (int, float, F))


TEXTS = (
    "a + b * c",
    "(a - b) / (1 + c)",
    "min(a, b) * max(b, c) - a ** 3",
    "-a ** 2 + (b + 0.25) ** -2",
    "max(a - b, 0) + 0.1 * c",
    "(1 + a) ** 0.5",
)


@pytest.mark.parametrize("text", TEXTS)
def test_three_arithmetics_agree(text):
    draws = [(F(1, 3), F(2, 7), F(5, 4)), (F(0), F(1), F(1, 9)), (F(7, 2), F(1, 2), F(3))]
    expression = parse(text)
    symbols = {n: sympy.Symbol(n, real=True) for n in "abc"}
    formula = expression.evaluate(symbols)
    columns = {n: np.array([float(d[i]) for d in draws]) for i, n in enumerate("abc")}
    over_draws = expression.evaluate(columns)
    assert over_draws.dtype == float and over_draws.shape == (3,)
    for index, draw in enumerate(draws):
        exact = expression.evaluate(dict(zip("abc", draw)))
        assert over_draws[index] == pytest.approx(float(exact), rel=1e-13)
        put = {
            s: sympy.Rational(v.numerator, v.denominator) for s, v in zip(symbols.values(), draw)
        }
        assert float(formula.subs(put)) == pytest.approx(float(exact), rel=1e-13)
        if isinstance(exact, F):
            assert formula.subs(put) == sympy.Rational(exact.numerator, exact.denominator)


def test_names_division_by_zero_and_roots_of_negatives():
    assert parse("b + a * b + quantity.x").names == ("b", "a", "quantity.x")
    with pytest.raises(UnknownNameError, match="did you mean 'stake'"):
        parse("stak + 1").evaluate({"stake": F(1)})
    with pytest.raises(ZeroDivisionError):
        parse("1 / (a - a)").evaluate({"a": F(2)})
    with pytest.raises(FileFormatError, match="not a real number"):
        parse("a ** 0.5").evaluate({"a": F(-1)})
