"""Maps of equilibria: known games by hand, hard ones, bad input, and the check that can fail."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiate as ng
from negotiate.errors import (
    InputError,
    NotApplicableError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.solution import Point
from negotiate.strategic import _file as _strategic_file

F = Fraction
t = sympy.Symbol("theta", real=True)


def game(a, b, **more):
    return ng.StrategicGame.from_arrays([a, b], players=("R", "C"), **more)


def right(found, points=2):
    evidence = found.verify(points=points)
    assert all(item.holds for item in evidence), evidence
    return found


# -- games solved by hand ------------------------------------------------------------------------


def test_inspection_game():
    """Turocy and von Stengel (2001), section 5: -10 q = -c - 5 q, so q = c / 5, until c = 5."""
    found = right(ng.equilibrium_map("inspection", "cost", low=0, high=10))
    assert [item.value.rational for item in found.critical] == [0, 5]
    mixed, pure = (cell.equilibria[0] for cell in found.cells)
    assert str(mixed.strategies["Inspectee"]["Cheat"]) == "cost/5"
    assert mixed.strategies["Inspector"] == {"Trust": F(9, 10), "Inspect": F(1, 10)}
    assert str(mixed.payoffs["Inspector"]) == "-2*cost"
    assert pure.label == "Trust | Cheat" and pure.payoffs == {"Inspector": -10, "Inspectee": 10}
    assert found.base == 1 and found.unit == "payoff"
    # the other quantity: 10 (1 - p) = penalty p
    other = right(ng.equilibrium_map("inspection", "penalty"))
    assert not other.critical and (other.low, other.high) == (10, 200)
    assert (
        str(other.cells[0].equilibria[0].strategies["Inspector"]["Inspect"]) == "10/(penalty + 10)"
    )


def test_values_change_the_other_quantities():
    found = ng.equilibrium_map("inspection", "penalty", values={"cost": "1/3"}, low=10, high=20)
    assert found.cells[0].equilibria[0].strategies["Inspectee"]["Cheat"] == F(1, 15)


def test_irrational_critical_value_is_solved_in_its_field():
    """Up beats down against left while theta^2 < 2; the column player only cares for matching."""
    found = right(ng.equilibrium_map(game([[2, 0], [t**2, 1]], [[1, 0], [0, 1]]), t, low=0, high=5))
    (cut,) = found.critical
    assert cut.value.coefficients == (-2, 0, 1) and str(cut.value) == "sqrt(2)"
    assert cut.value.decimal(12) == "1.414213562373"
    low, high = cut.value.interval()
    assert low**2 < 2 < high**2
    assert cut.value.sympy() == sympy.sqrt(2)
    below, above = found.cells
    assert (len(below.equilibria), len(above.equilibria)) == (3, 1)
    # row indifferent: 2 y = theta^2 y + 1 - y
    share = below.equilibria[2].strategies["C"]["1"]
    assert sympy.simplify(share.sympy(t) - 1 / (3 - t**2)) == 0
    # at the value itself y = 1, and the two equilibria at column 1 are joined
    assert cut.components and max(map(len, cut.components)) == 2
    assert all(point.regret == 0 for point in cut.equilibria)


def test_cubic_critical_value():
    found = right(ng.equilibrium_map(game([[t**3, 0], [2, 1]], [[1, 0], [0, 1]]), "theta"))
    (cut,) = found.critical
    assert cut.value.decimal(12) == "1.259921049895"  # OEIS A002580
    x = sympy.Symbol("x")
    assert sympy.minimal_polynomial(cut.value.sympy(), x) == x**3 - 2
    values = {float(v) for p in cut.equilibria for v in p.payoffs.values()}
    assert 2.0 in values


def test_numbers_of_the_field_in_a_mixture():
    """Row's indifference gives y = 1 / (1 + theta), at theta = sqrt(2) a number of Q(sqrt 2)."""
    a = [[t, 0], [0, 1]]
    found = ng.equilibrium_map(game(a, [[0, 1], [1, 0]]), t, low=1, high=2)
    # row indifferent: theta y = 1 - y
    (point,) = found.at(F(3, 2))
    assert point.strategies["C"] == {"1": F(2, 5), "2": F(3, 5)}
    b = [[0, 1], [t**2, 2]]
    cut = right(ng.equilibrium_map(game(a, b), t, low=1, high=2)).critical[0]
    assert str(cut.value) == "sqrt(2)"
    shares = {str(v) for p in cut.equilibria for v in p.strategies["C"].values()}
    assert "-1 + sqrt(2)" in shares  # 1 / (1 + sqrt 2)


def test_narrow_range_of_three_equilibria():
    """Multiplicity in a range of 1/1000, as in crisis games with audience costs.

    Both players gain theta from moving to 1 together and 1/1000 - theta from staying at 2.
    """
    gap = F(1, 1000)
    found = right(ng.equilibrium_map(game([[t, 0], [0, gap - t]], [[t, 0], [0, gap - t]]), t))
    assert [cut.value.rational for cut in found.critical] == [0, gap]
    assert [len(cell.equilibria) for cell in found.cells] == [1, 3, 1]
    assert [cell.labels[0] for cell in found.cells] == ["2 | 2", "1 | 1", "1 | 1"]
    middle = found.cells[1].equilibria[2].strategies["R"]["1"]
    assert str(middle) == "1 - 1000*theta"


def test_touching_root_changes_nothing_around_it():
    """The difference (theta - 1)^2 is zero at 1 only: one degenerate value, equal neighbours."""
    found = right(ng.equilibrium_map(game([[(t - 1) ** 2, 0], [0, -1]], [[1, 0], [1, 0]]), t))
    (cut,) = found.critical
    assert cut.value.rational == 1
    assert found.cells[0].structure == found.cells[1].structure != cut.structure
    assert found.cells[0].labels == ("1 | 1",)
    assert set(cut.labels) == {"1 | 1", "2 | 1"} and cut.only == ("2 | 1",)
    assert cut.components == ((0, 1),)


def test_theta_that_does_not_appear():
    found = right(ng.equilibrium_map(game([[3, 0], [5, 1]], [[3, 5], [0, 1]]), "theta"))
    assert len(found.cells) == 1 and not found.critical
    assert found.cells[0].labels == ("2 | 2",)
    assert "No payoff depends on theta" in found.notes[0]
    loaded = ng.equilibrium_map(ng.open("inspection"), "cost")  # the game at the file's values
    assert "a file of a game, or its id, keeps quantities" in loaded.notes[1]
    assert found.at(10**9)[0].payoffs == {"R": 1, "C": 1}


def test_identically_degenerate_games():
    zero = right(ng.equilibrium_map(game([[t, t], [t, t]], [[0, 0], [0, 0]]), t))
    (cell,) = zero.cells
    assert cell.solution.degenerate is True and len(cell.equilibria) == 4
    assert cell.components == ((0, 1, 2, 3),)
    assert {p.facts["nash subsets"] for p in cell.equilibria} == {(0,)}
    # column always indifferent, row prefers 1 while theta > 0
    half = right(ng.equilibrium_map(game([[t, t], [0, 0]], [[1, 1], [1, 1]]), t))
    assert [c.components for c in half.cells] == [((0, 1),)] * 2
    assert half.critical[0].components == ((0, 1, 2, 3),)


def test_range_that_ends_on_a_critical_value():
    problem = game([[t, 0], [0, 1 - t]], [[1, 0], [0, 1]])
    found = right(ng.equilibrium_map(problem, t, low=0, high=1))
    assert [cut.value.rational for cut in found.critical] == [0, 1]
    assert len(found.cells) == 1 and (found.cells[0].low, found.cells[0].high) == (0, 1)
    assert found.critical[0].appear == found.critical[0].vanish == ()
    inside = ng.equilibrium_map(problem, t, low="1/4", high=0.75)
    assert not inside.critical and found.cells[0].structure == inside.cells[0].structure
    assert inside.piece(F(1, 4)) is inside.cells[0] is inside.piece(F(3, 4))


def test_denominators_that_vanish():
    """Chicken: both go straight with probability 1 / c; the formula's pole at 0 is outside."""
    found = right(
        ng.equilibrium_map(game([[0, -1], [1, -t]], [[0, 1], [-1, -t]]), t, low=-2, high=3)
    )
    shares = [str(v) for c in found.cells for p in c.equilibria for v in p.strategies["R"].values()]
    assert "1/theta" in shares
    assert [cut.value.rational for cut in found.critical] == [1]
    # theta (1, 1) against (1, 1): the mixture's denominator is theta times a constant and cancels
    same = right(ng.equilibrium_map(game([[t, -t], [-t, t]], [[-t, t], [t, -t]]), t))
    assert [c.equilibria[0].strategies["R"]["1"] for c in same.cells] == [F(1, 2)] * 2
    assert len(same.critical[0].equilibria) == 4


def test_the_end_of_a_cell_that_is_not_critical_belongs_to_it():
    found = ng.equilibrium_map("inspection", "cost", low=1, high=5)
    assert found.piece(1) is found.cells[0] and found.piece(5) is found.critical[0]
    assert found.at("3/2")[0].strategies["Inspectee"]["Cheat"] == F(3, 10)
    assert found.at(2)[0].regret == 0
    with pytest.raises(InputError, match=r"cost = 6.*1 to 5"):
        found.at(6)


# -- any game ------------------------------------------------------------------------------------


@st.composite
def symbolic(draw):
    m, n = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    wide = draw(st.booleans())
    entry = st.builds(
        lambda c, d, e: c + d * t + e * t**2,
        st.integers(-6, 6) if wide else st.integers(0, 2),
        st.integers(-3, 3) if wide else st.integers(0, 1),
        st.integers(-1, 1) if draw(st.booleans()) else st.just(0),
    )
    table = st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)
    return game(draw(table), draw(table))


@settings(max_examples=15, deadline=None)
@given(symbolic(), st.sampled_from([(None, None), (0, 1), (-1, 2)]))
def test_random_games_hold_by_the_definition(problem, span):
    right(ng.equilibrium_map(problem, t, low=span[0], high=span[1]), points=1)


@settings(max_examples=10, deadline=None)
@given(symbolic())
def test_python_and_flint_write_the_same_document(problem):
    pytest.importorskip("flint")
    one, two = (
        ng.equilibrium_map(problem, t, low=-1, high=1, arithmetic=k).to_dict()
        for k in ("python", "flint")
    )
    assert json.dumps(one) == json.dumps(two)


@settings(max_examples=10, deadline=None)
@given(symbolic())
def test_exchanging_the_players_exchanges_the_answer(problem):
    one = ng.equilibrium_map(problem, t, low=-1, high=1)
    two = ng.equilibrium_map(problem.transposed(), t, low=-1, high=1)
    assert [c.value for c in one.critical] == [c.value for c in two.critical]
    for left, right_ in zip(one.cells, two.cells):
        assert {json.dumps(p.to_dict()["strategies"], sort_keys=True) for p in left.equilibria} == {
            json.dumps(p.to_dict()["strategies"], sort_keys=True) for p in right_.equilibria
        }


def test_formulas_agree_with_sympy_on_a_support():
    """Indifference of all three rows and columns, solved by SymPy."""
    a = [[0, t, 2], [2, 0, t], [t, 2, 0]]
    found = right(ng.equilibrium_map(game(a, a), t, low=3, high=4))
    labels = [p for p in found.cells[0].equilibria if p.label == "1 + 2 + 3 | 1 + 2 + 3"]
    assert len(labels) == 1
    y = sympy.symbols("y1:4")
    rows = [sum(v * q for v, q in zip(row, y)) for row in a]
    (only,) = sympy.solve([rows[0] - rows[1], rows[1] - rows[2], sum(y) - 1], y, dict=True)
    for k, v in enumerate(labels[0].strategies["C"].values()):
        assert (
            sympy.simplify(
                only[y[k]]
                - (sympy.Rational(v.numerator, v.denominator) if isinstance(v, F) else v.sympy(t))
            )
            == 0
        )


def test_the_check_can_fail():
    found = ng.equilibrium_map("inspection", "cost", low=1, high=4)
    (cell,) = found.cells
    point = cell.equilibria[0]
    wrong = {**point.strategies, "Inspectee": {"Comply": F(1, 2), "Cheat": F(1, 2)}}
    bad = replace(
        cell,
        solution=replace(
            cell.solution,
            points=(Point(payoffs=point.payoffs, strategies=wrong, label=point.label),),
        ),
    )
    regret, missing, *_ = replace(found, cells=(bad,)).verify()
    assert not regret.holds and regret.witness.startswith("cost = ")
    assert not missing.holds and missing.value == 2
    empty = replace(cell, solution=replace(cell.solution, points=()))
    assert [e.holds for e in replace(found, cells=(empty,)).verify()][:2] == [True, False]


# -- what goes in and out ------------------------------------------------------------------------


def test_a_file_given_as_text_or_path(tmp_path):
    text = """
format = 1
kind = "strategic"
id = "costly"
title = "Costly war"
players = ["A", "B"]
[strategies]
A = ["war", "deal"]
B = ["war", "deal"]
[payoffs]
A = [["half - cost", 1], [0, 0.5]]
B = [["half - cost", 0], [1, 0.5]]
[quantity]
cost = { value = 0.2, low = 0.1, high = 0.9 }
half = "0.25 + 0.25"
"""
    file = _strategic_file.loads(text)
    path = tmp_path / "costly.toml"
    path.write_text(text, encoding="utf-8")
    one, two = (right(ng.equilibrium_map(source, "cost")) for source in (file, path))
    assert one.to_dict() == two.to_dict()
    assert [cut.value.rational for cut in one.critical] == [F(1, 2)]  # war pays 1/2 - cost, else 0
    with pytest.raises(UnknownNameError, match=r"quantity 'costs'.*did you mean 'cost'"):
        ng.equilibrium_map(file, "costs")


def test_document_is_json_and_numbers_are_exact():
    found = ng.equilibrium_map(game([[2, 0], [t**2, 1]], [[1, 0], [0, 1]]), t, low=0)
    document = json.loads(json.dumps(found.to_dict()))
    (cut,) = document["critical"]
    assert cut["polynomial"] == ["-2", "0", "1"] and cut["decimal"] == "1.414213562373"
    assert cut["exact"] == "sqrt(2)" and cut["value"] == pytest.approx(2**0.5, abs=1e-15)
    assert document["low"] == "0" and document["high"] is None
    assert document["cells"][1]["points"][0]["strategies"]["R"] == {"1": "0", "2": "1"}


def test_floats_are_read_as_decimals():
    found = ng.equilibrium_map(game([[0.1 * t, 0.0], [0.3, -1.0]], [[1.0, 0.0], [1.0, 0.0]]), t)
    assert [cut.value.rational for cut in found.critical] == [3]


def test_bad_input():
    one = game([[t, 0], [1, 2]], [[1, 0], [0, 1]])
    x, y = sympy.symbols("x y")
    with pytest.raises(InputError, match=r"also contain x, y; allowed: theta only; give values"):
        ng.equilibrium_map(game([[t + x, 0], [1, y]], [[1, 0], [0, 1]]), t)
    assert (
        ng.equilibrium_map(
            game([[t + x, 0], [1, y]], [[1, 0], [0, 1]]), t, values={"x": 0, y: 2}
        ).critical
        == ng.equilibrium_map(one, t).critical
    )
    for entry in (1 / t, sympy.sqrt(t), sympy.Max(t, 0), sympy.exp(t), sympy.Abs(t)):
        with pytest.raises(InputError, match=r"payoff of R at \(1, 1\): is .*polynomial in theta"):
            ng.equilibrium_map(game([[entry, 0], [1, 2]], [[1, 0], [0, 1]]), t)
    with pytest.raises(InputError, match=r"coefficient pi; allowed: rational"):
        ng.equilibrium_map(game([[sympy.pi * t, 0], [1, 2]], [[1, 0], [0, 1]]), t)
    with pytest.raises(InputError, match="has power 100; allowed: up to 64"):
        ng.equilibrium_map(game([[t**100, 0], [1, 2]], [[1, 0], [0, 1]]), t)
    with pytest.raises(InputError, match=r"range 2 to 1 is empty.*exchange the ends"):
        ng.equilibrium_map(one, t, low=2, high=1)
    with pytest.raises(InputError, match=r"one value 1.*nash_equilibrium"):
        ng.equilibrium_map(one, t, low=1, high=1)
    with pytest.raises(InputError, match="low of theta: 'a' is not a number"):
        ng.equilibrium_map(one, t, low="a")
    with pytest.raises(InputError, match="low of theta: nan"):
        ng.equilibrium_map(one, t, low=float("nan"))
    three = ng.StrategicGame.from_arrays([[[[t, 0], [0, 1]]] * 2] * 3)
    with pytest.raises(NotApplicableError, match="has 3 players; allowed: 2 players"):
        ng.equilibrium_map(three, t)
    with pytest.raises(NotApplicableError, match="is a list"):
        ng.equilibrium_map([[1]], t)
    big = [[t * i - j for i in range(9)] for j in range(9)]
    with pytest.raises(TooLargeError, match=r"9 x 9 strategies: 87,516 minors"):  # 2 C(18, 10)
        ng.equilibrium_map(game(big, big), t)
    with pytest.raises(NotApplicableError, match="of kind extensive"):
        ng.equilibrium_map("centipede", "x")
    with pytest.raises(InputError, match="cost is given a value and is to vary"):
        ng.equilibrium_map("inspection", "cost", values={"cost": 1})
    with pytest.raises(UnknownNameError, match="symbol 'z'"):
        ng.equilibrium_map(one, t, values={"z": 1})


def test_infinite_ends_may_be_asked_for():
    found = ng.equilibrium_map("inspection", "cost", low="-inf", high=float("inf"))
    assert found.low is found.high is None
    assert [cut.value.rational for cut in found.critical] == [0, 5]
    assert right(found).piece(-1).labels == ("Inspect | Comply",)
