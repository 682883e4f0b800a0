"""Marking: kinds of answer, partial credit, mistakes, follow-through, expressions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.case.expression import parse
from negotiate.course import algebra
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise, Question
from negotiate.course.grading import mark_all
from negotiate.course.kinds import KINDS, NotReadable, read_number
from negotiate.course.marking import mark
from negotiate.course.submission import Submission
from tests.course.conftest import KEY, right_answers, variant_of


def question(**fields: Any) -> Question:
    return Question.model_validate({"id": "q", "text": "t", "answer": 1, **fields})


@pytest.fixture(scope="module")
def variant(chicken: Exercise) -> Variant:
    return variant_of(chicken, "ada")


def marked(variant: Variant, name: str, entry: Any, **more: Any) -> Any:
    found = next(q for q in variant.exercise.question if q.id == name)
    return mark(found, entry, variant.world, key=KEY, seed=variant.stamp, **more)[0]


def test_everything_right_earns_everything(variant: Variant) -> None:
    submission = Submission("chicken-commitment", "ada", variant.stamp, right_answers(variant))
    marks = mark_all(variant.exercise, variant, submission, KEY, None)
    assert sum(m.points for m in marks) == variant.exercise.points() == 13
    assert all(m.status == "right" for m in marks)


def test_the_mixed_equilibrium_by_hand(variant: Variant) -> None:
    q = variant.drawn
    p = q["prize"] / (q["prize"] + q["clash"])  # indifference: p (clash) = (1 - p) prize
    assert marked(variant, "press", str(p)).status == "right"
    assert marked(variant, "press", float(p)).status in ("right", "wrong")  # exact only if it is
    worth = q["fair"] - p * q["slight"]
    assert marked(variant, "worth", float(worth) + 0.0049).status == "right"
    # p carried to three decimals, as exactly as the exercise asks for numbers, is right
    carried = (1 - round(p, 3)) * q["fair"] + round(p, 3) * (q["fair"] - q["slight"])
    assert marked(variant, "worth", str(carried)).status == "right"
    near = marked(variant, "worth", float(worth) + 0.03)
    assert (near.status, near.points) == ("near", Fraction(3, 2))  # three quarters of two points
    assert marked(variant, "worth", float(worth) * 1.05).status == "wrong"
    assert marked(variant, "gain", str(q["fair"] + q["prize"] - worth)).status == "right"


def test_mistakes_have_their_own_feedback_and_credit(variant: Variant) -> None:
    p = variant.world["p"]
    found = marked(variant, "press", str(1 - p))
    assert (found.status, found.points) == ("mistake", 1)  # a third of three points
    assert found.feedback == ("This is the probability of yielding.",)


def test_follow_through(variant: Variant) -> None:
    wrong = Fraction(1, 7)
    q = variant.drawn
    follows = (1 - wrong) * q["fair"] + wrong * (q["fair"] - q["slight"])
    got = marked(variant, "worth", str(follows), earlier={"press": wrong})
    assert (got.status, got.points) == ("follows", 1)  # half of two points
    assert marked(variant, "worth", str(follows)).status == "wrong"
    assert marked(variant, "worth", str(follows), earlier={"press": None}).status == "wrong"


def test_equilibria_in_any_order_parts_and_extras(variant: Variant) -> None:
    one = {"A": "Yield", "B": "Press on"}
    two = {"A": {"Press on": 1}, "B": {"Yield": Fraction(1), "Press on": 0}}
    extra = {"A": "Yield", "B": "Yield"}
    for entry, share in (
        ([two, one], 1),
        ([one], Fraction(1, 2)),
        ([one, two, extra], Fraction(1, 2)),
        ([one, one], Fraction(1, 2)),
        ([extra], 0),
        ([one, extra], 0),
        (one, Fraction(1, 2)),
        ([{"A": "yield", "B": "PRESS ON"}, two], 1),
    ):
        assert marked(variant, "pure", entry).share == share, entry


def test_profiles_of_a_tree_earn_by_information_set(variant: Variant) -> None:
    right = {
        "A": {"A moves": "Press on"},
        "B": {"after Yield": "Press on", "after Press on": "Yield"},
    }
    assert marked(variant, "commit", right).share == 1
    half = {**right, "B": {"after Yield": "Yield", "after Press on": "Yield"}}
    assert marked(variant, "commit", half).share == Fraction(2, 3)
    missing = {"A": {"A moves": "Press on"}, "B": {"after Yield": "Press on"}}
    assert marked(variant, "commit", missing).status == "unreadable"


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("3/4", Fraction(3, 4)),
        ("0.75", Fraction(3, 4)),
        (0.1, Fraction(1, 10)),
        (2, 2),
        ("-1/2", Fraction(-1, 2)),
        (" 2 * (1/3) ", Fraction(2, 3)),
        ("1e-2", Fraction(1, 100)),
    ],
)
def test_numbers_are_read_exactly(entry: Any, value: Fraction) -> None:
    assert read_number(entry) == value


@pytest.mark.parametrize(
    "entry",
    ["", "x", "1/0", True, None, [1], {"a": 1}, "nan", "inf", math.inf, math.nan, "9" * 300,
     "__import__('os').system('true')", "1; 2", "0x10", "(-1)**0.5", "9**9**9", "10**400"],
)  # fmt: skip
def test_what_is_no_number_is_not_read(entry: Any) -> None:
    with pytest.raises(NotReadable):
        read_number(entry)


def test_tolerances() -> None:
    absolute = question(kind="number", tolerance="0.01")
    relative = question(kind="number", relative="0.01")
    share = KINDS["number"].share
    assert share(absolute, Fraction(5), Fraction("5.01")) == 1
    assert share(absolute, Fraction(5), Fraction("5.0101")) == 0
    assert share(relative, Fraction(500), Fraction(505)) == 1
    assert share(relative, Fraction(-500), Fraction("-505.1")) == 0
    assert share(relative, Fraction(0), Fraction("0.001")) == 0


def test_intervals_and_tables_earn_by_part() -> None:
    q = question(kind="interval", tolerance=0)
    read, share = KINDS["interval"].read, KINDS["interval"].share
    assert share(q, (Fraction(1, 5), Fraction(1)), read(q, ["0.2", 1], dict)) == 1
    assert share(q, (Fraction(1, 5), Fraction(1)), read(q, "[1/5, 2]", dict)) == Fraction(1, 2)
    for entry in ([1], [2, 1], "1, 2", {"low": 1}, [1, "x"], [1, 2, 3]):
        with pytest.raises(NotReadable):
            read(q, entry, dict)
    t = question(kind="numbers", tolerance=0, labels=["A", "B", "C"])
    read, share = KINDS["numbers"].read, KINDS["numbers"].share
    correct = {"A": Fraction(1), "B": Fraction(2), "C": Fraction(3)}
    assert share(t, correct, read(t, {"A": 1, "C": "3", "B": ""}, dict)) == Fraction(2, 3)
    with pytest.raises(NotReadable, match="there is no 'D'"):
        read(t, {"D": 1}, dict)


def test_choices_cannot_be_won_by_ticking_everything() -> None:
    options = [{"id": c, "text": c} for c in "abcd"]
    q = question(kind="choices", options=options)
    read, share = KINDS["choices"].read, KINDS["choices"].share
    for entry, wanted in (
        (["a", "b"], 1),
        (["b"], Fraction(1, 2)),
        (["a", "c"], 0),
        (list("abcd"), 0),
        (["a", "b", "c"], Fraction(1, 2)),
        ("a, B", 1),
    ):
        assert share(q, ("a", "b"), read(q, entry, dict)) == wanted, entry


def test_partial_credit_can_be_turned_off(variant: Variant) -> None:
    found = variant.exercise.question[0].model_copy(update={"partial": False})
    one = [{"A": "Yield", "B": "Press on"}]
    assert mark(found, one, variant.world, key=KEY, seed="s")[0].points == 0


# Expressions

LEAF = st.sampled_from(["v", "c", "1", "2", "0.5", "3"])
TEXT = st.recursive(
    LEAF,
    lambda inner: (
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from("+-*"), inner)
        | st.builds(lambda a: f"({a}) ** 2", inner)
    ),
    max_leaves=8,
)
DOMAIN = {"v": (1, 2), "c": (3, 4)}


@settings(max_examples=40, deadline=None)
@given(one=TEXT, two=TEXT)
def test_equality_agrees_with_sympy(one: str, two: str) -> None:
    """Polynomials are equal if and only if SymPy expands their difference to zero."""
    sympy = pytest.importorskip("sympy")
    letters = {name: sympy.Symbol(name) for name in DOMAIN}

    def symbolic(text: str) -> Any:  # our own parser gives the tree; SymPy only does the algebra
        found = parse(text).evaluate(letters)
        if isinstance(found, Fraction):
            return sympy.Rational(found.numerator, found.denominator)
        return sympy.nsimplify(found)

    same = sympy.expand(symbolic(one) - symbolic(two)) == 0
    points = algebra.draw_points(KEY, ("v", "c"), DOMAIN)
    assert algebra.equal(parse(one), parse(two), points) == same


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("v / c", "1 / (c / v)", True),
        ("(v**2 - c**2) / (v - c)", "v + c", True),
        ("v ** 0.5 * v ** 0.5", "v", True),
        ("min(v, c)", "v", True),
        ("max(v, c)", "v", False),
        ("v / (c - c)", "v", False),
        ("v + 1e-9", "v", False),
        ("v", "v + 1e-30", False),
    ],
)
def test_quotients_roots_and_ends(one: str, two: str, same: bool) -> None:
    points = algebra.draw_points(KEY, ("v", "c"), DOMAIN)
    assert algebra.equal(parse(one), parse(two), points) is same


@pytest.mark.parametrize(
    "entry",
    ["__import__('os')", "prize.__class__", "lambda: 1", "prize if clash else 1", "clash[0]",
     "prize ** clash", "prize ** 1000", "(" * 500, "x", "1" * 501, "prize; clash", ["prize"]],
)  # fmt: skip
def test_hostile_expressions_are_not_read(variant: Variant, entry: Any) -> None:
    got = marked(variant, "formula", entry)
    assert got.status == "unreadable" and got.points == 0 and got.problem
