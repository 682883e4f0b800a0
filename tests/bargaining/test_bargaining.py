"""The bargaining problem as a form: its numbers, labels, errors, and how a case becomes one."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

import negotiate as ng
from negotiate import bargaining
from negotiate.bargaining._support import support
from negotiate.bargaining.nash import nash as nash_bargaining
from negotiate.bargaining.values import Value, linear, peaked, power, quadratic, table
from negotiate.case.slots import disagreement
from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.whatif import metric


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


def example(**numbers):
    return bargaining.from_issues(
        {"a": {"x": "0.6", "y": "0.4"}, "b": {"x": "0.5", "y": "0.5"}},
        {
            "a": {"x": quadratic("0.9"), "y": table(["1", "0.5", "0"])},
            "b": {"x": quadratic("0.2"), "y": table(["0", "0.9", "1"])},
        },
        numbers or {"a": "0.3", "b": "0.3"},
        options={"y": ("now", "later", "never")},
    )


def test_values_follow_their_formulas():
    half = F(1, 2)
    assert linear(1).at(half) == linear(0).at(half) == half
    assert linear("0.8").at(F(1, 4)) == F(1, 4)  # linear wants the nearer end
    assert peaked(half, half).at(F(3, 4)) == half
    assert quadratic(half, half).at(F(3, 4)) == F(3, 4)
    assert power(0, half).at(F(3, 4)) == pytest.approx(0.5)
    assert table([F(1, 3), F(2, 3)]).at([half, half]) == half


def test_text_and_ints_are_exact_floats_are_not():
    assert bargaining.divide("1/3", {"a": 0, "b": "0.1"}).is_exact
    assert not bargaining.divide(0.5, {"a": 0, "b": 0}).is_exact
    assert not example().is_exact  # quadratic values are not polygonal
    assert example().draw(0).shape == ()


def test_utilities_of_terms_in_three_arithmetics():
    sympy = pytest.importorskip("sympy")
    problem = example()
    exact = problem.utilities({"x": F(1, 2), "y": "later"})
    assert exact == {
        "a": F(6, 10) * (1 - F(4, 10) ** 2) + F(2, 10),
        "b": F(1, 2) * (1 - F(3, 10) ** 2) + F(45, 100),
    }
    x = sympy.Symbol("x")
    formula = problem.utilities({"x": x, "y": "later"})["a"]
    assert formula.subs(x, sympy.Rational(1, 2)) == sympy.Rational(str(exact["a"]))
    levels = np.array([0.5, 0.9])
    drawn = problem.utilities({"x": levels, "y": "later"})["a"]
    assert np.asarray(drawn, dtype=float) == pytest.approx([float(exact["a"]), 0.8])
    mixed = problem.utilities({"x": F(1, 2), "y": {"now": F(1, 2), "never": F(1, 2)}})
    assert mixed["a"] == F(6, 10) * (1 - F(16, 100)) + F(2, 10)


def test_terms_attain_the_utilities_along_the_frontier():
    problem = example().floats()
    corners = problem.frontier(resolution=50)
    for u, v in corners[1:-1:7]:
        terms = problem.terms_at(u)
        assert list(problem.utilities(terms).values()) == pytest.approx([u, v], abs=1e-9)


def test_support_function_bounds_the_frontier():
    problem = example().floats()
    corners = problem.frontier(resolution=400)
    for lam in np.linspace(0.02, 0.98, 25):
        weights = np.array([lam, 1 - lam])
        reached = (corners @ weights).max()
        assert reached <= support(problem, weights) + 1e-12
        assert reached >= support(problem, weights) - 1e-5


def test_zone_and_ideal():
    problem = bargaining.divide(10, {"a": 4, "b": 3})
    assert problem.zone() == F(3, 2)
    assert problem.ideal() == {"a": 7, "b": 6}
    assert problem.with_disagreement({"a": 6, "b": 6}).zone() == -1
    three = bargaining.from_points(
        {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}, (0, 0, 0), parties=("a", "b", "c")
    )
    assert three.zone() == pytest.approx(1 / 3, abs=1e-7)
    assert list(three.ideal().values()) == pytest.approx([1, 1, 1], abs=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Value("cubic"), InputError, "cubic"),
        (lambda: quadratic(0, 0), InputError, "scale"),
        (lambda: power(1, 2), InputError, "not concave"),
        (lambda: example(a=0, c=0), UnknownNameError, "'c'"),
        (lambda: example(a=0), InputError, "nothing for b"),
        (lambda: example(a=float("nan"), b=0), InputError, "NaN"),
        (lambda: example().utilities({"x": 0}), InputError, "nothing for y"),
        (lambda: example().utilities({"x": 0, "y": "latre"}), UnknownNameError, "later"),
        (lambda: bargaining.from_curve("x", "x*x", (0, 0)), InputError, "not concave"),
        (lambda: bargaining.from_curve("x", "1 - z", (0, 0)), UnknownNameError, "'z'"),
        (lambda: example().exact_frontier, InputError, "smooth"),
        (lambda: bargaining.from_points({"p": (0, 0, 0)}, (0, 0)), InputError, "3 utilities"),
        (
            lambda: bargaining.from_polygon([(k, -k) for k in range(5001)], (0, 0)),
            TooLargeError,
            "5001",
        ),
        (
            lambda: bargaining.from_points(
                {"p": (1, 1, 1)}, (0, 0, 0), parties=("a", "b", "c")
            ).frontier(),
            NotApplicableError,
            "3 parties",
        ),
        (
            lambda: nash_bargaining(example(), weights={"a": 0, "b": 1}),
            InputError,
            "bargaining weights",
        ),
    ],
)
def test_errors_say_what(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        example().weights[0, 0] = 1


def test_a_case_compiles_to_the_same_utilities(idlib):
    form = bargaining.problem(idlib)
    assert form.parties == tuple(idlib.principals)
    for deal in idlib.deals:
        terms = idlib.terms(deal)
        expected = {}
        for party in form.parties:  # a deal is worth its terms only as long as it lasts
            omega, rest = disagreement.lasting(idlib, party)
            expected[party] = omega * idlib.utility(party, terms) + rest
        assert {p: float(u) for p, u in form.utilities(terms).items()} == pytest.approx(
            {p: float(u) for p, u in expected.items()}, abs=1e-12
        )


def test_metrics_over_draws_are_those_of_single_problems(idlib):
    path = next(p for p in idlib.paths if p.startswith("ideal."))
    levels = np.array([0.3, 0.6, 0.9])
    drawn = idlib.with_draws({path: levels})
    party = idlib.principals[0]
    name = str(nash_bargaining.metric.utility[party])
    many = metric.evaluate(drawn, (name,))[name]
    for i, level in enumerate(levels):
        single = bargaining.problem(idlib.floats().with_value(path, float(level)))
        weights = {p: float(idlib.get(f"party.{p}.bargaining_weight", 1)) for p in single.parties}
        point = nash_bargaining(single, weights=weights)[0]
        assert many[i] == pytest.approx(point.payoffs[party], abs=1e-9)


def test_views():
    problem = example()
    assert "x" in problem.text()
    assert "<svg" in problem.html() or "<table" in problem.html()
