"""Quantities, changes of value, groups, draws, symbols and scenarios."""

from decimal import Decimal
from fractions import Fraction as F

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.case import read as casefile
from negotiate.case.quantity import Quantity, exact
from negotiate.errors import CaseError, InputError, UnknownNameError

TEXT = """format = 1
kind = "negotiation"
id = "groups"
title = "Groups"
issue = [{ id = "land", name = "L" }, { id = "trade", name = "T" }, { id = "sea", name = "S" }]

[[party]]
id = "ann"
name = "Ann"
discount = 0.9
weights = { land = 0.5, trade = 0.3, sea = 0.2 }
values.land = { form = "quadratic", ideal = 1, scale = 1 }
values.trade = { form = "linear", ideal = 1 }
values.sea = { form = "peaked", ideal = 0.4, scale = 2 }

[[party]]
id = "bob"
name = "Bob"
weights = { land = 0.2, trade = 0.2, sea = 0.6 }
values.land = { ideal = 0 }
values.trade = { ideal = 0 }
values.sea = { ideal = 0 }

[[lever]]
id = "ban"
name = "Ban"
holder = "ann"
cost = { bob = 0.4, ann = "0.25 * rate" }

[[lever]]
id = "loan"
name = "Loan"
holder = "bob"
available = false
cost = { ann = 0.1 }

[quantity]
rate = 0.5
low = 0.2
high = 0.6
twice = { value = "2 * rate + lever.ban.cost.bob" }

[[group]]
id = "ann-weights"
kind = "dirichlet"
members = ["weight.ann.*"]

[[group]]
id = "order"
kind = "ordered"
members = ["quantity.low", "quantity.high"]

[[scenario]]
id = "all"
name = "All kinds"
remove = ["ban"]
add = ["loan"]
set = { "quantity.rate" = 0.1 }
scale = { "quantity.rate" = 3, "lever.*.cost.bob" = 0.5 }
shift = { "quantity.rate" = -0.05 }
"""


@pytest.fixture(scope="module")
def case():
    return casefile.loads(TEXT)


@pytest.mark.parametrize(
    ("given_", "value"),
    [(0.1, F(1, 10)), ("0.1", F(1, 10)), (Decimal("1.25"), F(5, 4)), ("1/3", F(1, 3)), (-2, F(-2)),
     ("-1/4", F(-1, 4)), ("1e-3", F(1, 1000)), (F(2, 7), F(2, 7)), (1e22, F(10**22))],
)  # fmt: skip
def test_numbers_are_read_exactly(given_, value):
    assert exact(given_) == value
    assert Quantity.model_validate(given_).value == value


@pytest.mark.parametrize(
    "text",
    ["x", "", "1/0", "nan", "inf", "1e500", "9" * 500, float("nan"), True, None, [1], "1/2/3"],
)
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(ValueError):
        exact(text)


def test_utility_by_hand(case):
    # land 1 - (1/2 - 1)^2 = 3/4; trade 1/4; sea 1 - |0.9 - 0.4|/2 = 3/4
    terms = {"land": F(1, 2), "trade": F(1, 4), "sea": F(9, 10)}
    assert case.utility("ann", terms) == F(5, 10) * F(3, 4) + F(3, 10) / 4 + F(2, 10) * F(3, 4)
    assert case.utility("bob", terms) == F(2, 10) / 2 + F(2, 10) * F(3, 4) + F(6, 10) / 10
    with pytest.raises(InputError, match="no level for trade, sea"):
        case.utility("ann", {"land": F(0)})


def test_a_change_makes_a_new_negotiation_and_derived_values_follow(case):
    changed = case.with_value("quantity.rate", "0.2")
    assert (case.value("quantity.twice"), changed.value("quantity.twice")) == (F(7, 5), F(4, 5))
    assert (case["lever.ban.cost.ann"], changed["lever.ban.cost.ann"]) == (F(1, 8), F(1, 20))
    # setting a derived value replaces its expression
    assert (
        case.with_value("quantity.twice", 3).with_value("quantity.rate", 0)["quantity.twice"] == 3
    )
    with pytest.raises(UnknownNameError, match=r"did you mean 'lever.ban.cost.bob'"):
        case.with_value("lever.ban.cost.bbo", 1)
    with pytest.raises(TypeError):
        case.base["quantity.rate"] = 1


@pytest.mark.parametrize(
    ("path", "value"),
    [("party.ann.discount", 1.2), ("party.ann.discount", -0.1), ("quantity.rate", "x"),
     ("lever.ban.available", 1), ("form.ann.land", "cubic"), ("weight.ann.land", 1.5),
     ("quantity.low", 0.7), ("quantity.rate", float("nan"))],
)  # fmt: skip
def test_values_out_of_range_are_refused(case, path, value):
    with pytest.raises(InputError):
        case.with_value(path, value)


def test_a_long_chain_of_expressions():
    links = "\n".join(f'x{i} = "x{i + 1} + 1"' for i in range(700))
    long = casefile.loads(TEXT.replace("rate = 0.5", f"rate = 0.5\n{links}\nx700 = 0"))
    assert long["quantity.x0"] == 700


def test_a_circle_through_another_table_is_a_finding():
    circle = TEXT.replace('"0.25 * rate"', '"twice"').replace(
        "lever.ban.cost.bob", "lever.ban.cost.ann"
    )
    with pytest.raises(CaseError, match="a circle of expressions"):
        casefile.loads(circle)
    # the same quantity read twice on the way is no circle
    diamond = TEXT.replace(
        "rate = 0.5", 'rate = 0.5\na = "b + c"\nb = "d"\nc = "d + b"\nd = "rate"'
    )
    assert casefile.loads(diamond)["quantity.a"] == F(3, 2)


# ---- groups -------------------------------------------------------------------------------------


def test_a_dirichlet_member_moves_and_the_others_rescale_in_proportion(case):
    moved = case.with_value("weight.ann.land", "0.75")
    # trade : sea stays 3 : 2 within what is left, 1/4
    assert [moved.weight("ann", i) for i in moved.issues] == [F(3, 4), F(3, 20), F(1, 10)]
    assert [moved.weight("bob", i) for i in moved.issues] == [F(1, 5), F(1, 5), F(3, 5)]
    two = case.with_values({"weight.ann.land": "0.1", "weight.ann.sea": "0.4"})
    assert two.weight("ann", "trade") == F(1, 2)
    gone = case.with_value("weight.ann.land", 1)
    assert [gone.weight("ann", i) for i in gone.issues] == [1, 0, 0]
    # from (1, 0, 0) proportions say nothing: the rest is shared equally
    assert gone.with_value("weight.ann.land", 0).weight("ann", "sea") == F(1, 2)


def test_dirichlet_members_set_together_must_sum_to_one(case):
    full = {"weight.ann.land": "0.1", "weight.ann.trade": "0.2", "weight.ann.sea": "0.7"}
    assert case.with_values(full).weight("ann", "sea") == F(7, 10)
    with pytest.raises(InputError, match=r"sum to 1\.1"):
        case.with_values(full | {"weight.ann.sea": "0.8"})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.sampled_from(["land", "trade", "sea"]))
@settings(max_examples=40, deadline=None)
def test_weights_sum_to_one_on_every_draw(values, issue):
    case = casefile.loads(TEXT).with_draws({f"weight.ann.{issue}": np.array(values)})
    weights = [case.weight("ann", i) for i in case.issues]
    assert np.sum(np.broadcast_arrays(*weights), axis=0) == pytest.approx(np.ones(len(values)))
    assert all((np.asarray(w) >= -1e-12).all() for w in weights)


def test_ordered_members_keep_their_order(case):
    assert case.with_value("quantity.low", "0.6")["quantity.low"] == F(3, 5)
    with pytest.raises(InputError, match="would pass"):
        case.with_value("quantity.high", "0.1")
    assert case.with_values({"quantity.low": 1, "quantity.high": 2})["quantity.high"] == 2


# ---- three arithmetics --------------------------------------------------------------------------


def test_fractions_draws_and_symbols_agree(case):
    rates = [F(1, 10), F(1, 3), F(4, 5)]
    paths = ("quantity.twice", "lever.ban.cost.ann")
    drawn = case.with_draws({"quantity.rate": np.array([float(r) for r in rates])})
    symbolic = case.symbols({"quantity.rate": "r"})
    r = sympy.Symbol("r", real=True)
    assert drawn.draws == 3 and symbolic["quantity.rate"] == r
    for path in paths:
        for index, rate in enumerate(rates):
            value = case.with_value("quantity.rate", rate)[path]
            assert isinstance(value, F)
            assert drawn[path][index] == pytest.approx(float(value), rel=1e-14)
            put = symbolic[path].subs(r, sympy.Rational(rate.numerator, rate.denominator))
            assert sympy.simplify(put - sympy.Rational(value.numerator, value.denominator)) == 0
            floats = case.floats().with_value("quantity.rate", float(rate))[path]
            assert isinstance(floats, float) and floats == pytest.approx(float(value), rel=1e-14)


def test_utilities_agree_in_three_arithmetics(case):
    land = [F(0), F(1, 4), F(1)]
    rest = {"trade": F(1, 3), "sea": F(1, 5)}
    x = sympy.Symbol("x", real=True)
    formula = case.utility("ann", {"land": x, **rest})
    drawn = case.floats().utility(
        "ann", {"land": np.array([float(v) for v in land]), "trade": 1 / 3, "sea": 0.2}
    )
    for index, level in enumerate(land):
        value = case.utility("ann", {"land": level, **rest})
        assert drawn[index] == pytest.approx(float(value), rel=1e-14)
        put = sympy.Rational(level.numerator, level.denominator)
        assert float(formula.subs(x, put)) == pytest.approx(float(value), rel=1e-14)


def test_draws_of_different_length_are_refused(case):
    with pytest.raises(InputError, match="different length"):
        case.with_draws({"quantity.rate": np.zeros(2), "lever.ban.cost.bob": np.zeros(3)})


# ---- scenarios ----------------------------------------------------------------------------------


def test_a_scenario_applies_levers_then_set_scale_shift(case):
    changed = case.scenario("all")
    assert case.on_table() == ("ban",) and changed.on_table() == ("loan",)
    assert changed["quantity.rate"] == F(1, 10) * 3 - F(5, 100)
    assert changed["lever.ban.cost.bob"] == F(1, 5)
    assert changed.applied == ("all",) and case.applied == ()
    assert case["quantity.rate"] == F(1, 2)  # the case itself is untouched
    floats = case.floats().scenario("all")
    assert floats["quantity.rate"] == pytest.approx(0.25)
    with pytest.raises(UnknownNameError, match="did you mean 'all'"):
        case.scenario("al")
