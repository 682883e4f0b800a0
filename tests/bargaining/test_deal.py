"""A deal judged: margins, what was left on the table, weights that explain it."""

import math

import numpy as np
import pytest

from negotiate.bargaining import deal
from negotiate.bargaining.problem import divide, from_curve
from negotiate.case import read as casefile
from negotiate.whatif import metric


def test_a_split_of_a_pie_by_hand():
    # pie 10, d = (1, 2), party a gets 4: margins 3 and 4, efficient. On a straight frontier the
    # weighted Nash solution shares the surplus 7 by weight, so a's weight is 3/7.
    found = deal.judged(divide(10, {"a": 1, "b": 2}), {"pie": 0.4})
    assert found.utility.tolist() == pytest.approx([4, 6])
    assert found.margins.tolist() == pytest.approx([3, 4])
    assert found.loss == pytest.approx(0, abs=1e-9) and bool(found.acceptable)
    assert found.weights.tolist() == pytest.approx([3 / 7, 3 / 7], abs=1e-8)


def test_a_deal_below_disagreement_is_not_acceptable():
    found = deal.judged(divide(10, {"a": 5, "b": 2}), {"pie": 0.4})
    assert found.margins.tolist() == pytest.approx([-1, 4]) and not found.acceptable
    assert np.isnan(found.weights).all()  # no weight explains a point where a party loses


def test_weight_on_a_curved_frontier_by_hand():
    # u2 = 1 - u1^2, d = 0: max x^a (1 - x^2)^(1 - a) gives a (1 - x^2) = (1 - a) 2 x^2, so that
    # a = 2 x^2 / (1 + x^2); at x = 1/2 it is 2/5.
    problem = from_curve("x", "1 - x**2", {"1": 0, "2": 0})
    found = deal.judged(problem, {"x": 0.5})
    assert found.loss == pytest.approx(0, abs=1e-7)
    assert found.weights.tolist() == pytest.approx([0.4, 0.4], abs=1e-5)
    assert found.nearest.tolist() == pytest.approx([0.5, 0.75], abs=1e-6)


TEXT = """format = 1
kind = "negotiation"
id = "split"
title = "Two issues"
issue = [{ id = "land", name = "Land" }, { id = "trade", name = "Trade" }]

[[party]]
id = "ann"
name = "Ann"
weights = { land = 0.75, trade = 0.25 }
values = { land = { ideal = 1 }, trade = { ideal = 1 } }

[[party]]
id = "bob"
name = "Bob"
weights = { land = 0.25, trade = 0.75 }
values = { land = { ideal = 0 }, trade = { ideal = 0 } }

[[branch]]
id = "none"
name = "No deal"
probability = 1
terms = { land = 0.5, trade = 1 }

[[deal]]
id = "middle"
name = "Half of everything"
signed = true
terms = { land = 0.5, trade = 0.5 }
"""


def test_what_was_left_on_the_table_by_hand():
    # Ann cares for land three to one, Bob for trade. Half of everything pays (1/2, 1/2); land to
    # Ann and trade to Bob pays (3/4, 3/4), the vertex of the frontier on the diagonal: loss 1/4.
    # No deal pays Ann 3/8 + 1/4 = 5/8 and Bob 1/8.
    case = casefile.loads(TEXT)
    found = deal.from_case(case)
    assert found.name == "middle" and found.players == ("ann", "bob")
    assert found.utility.tolist() == pytest.approx([0.5, 0.5])
    assert found.loss == pytest.approx(0.25, abs=1e-8)
    assert found.nearest.tolist() == pytest.approx([0.75, 0.75], abs=1e-8)
    assert found.margins.tolist() == pytest.approx([0.5 - 0.625, 0.5 - 0.125])
    assert not found.acceptable
    names = ("deal.margin.least", "deal.stands", "deal.loss")
    metrics = metric.evaluate(case, names)
    assert [float(metrics[name]) for name in names] == pytest.approx([-0.125, 0, 0.25], abs=1e-8)


def test_weights_at_a_kink_are_an_interval_by_hand():
    # At the vertex (3/4, 3/4) the frontier's slopes are -1/3 and -3. The weighted product from d
    # has slope -(a / (1 - a)) g2 / g1 there, with gains g1 = 1/8, g2 = 5/8 (d as above), so
    # 5 a / (1 - a) runs from 1/3 to 3: a from 1/16 to 3/8.
    text = TEXT.replace("terms = { land = 0.5, trade = 0.5 }", "terms = { land = 1, trade = 0 }")
    found = deal.from_case(casefile.loads(text))
    assert found.loss == pytest.approx(0, abs=1e-8)
    assert found.weights.tolist() == pytest.approx([1 / 16, 3 / 8], abs=1e-6)


def test_metrics_over_draws_are_those_of_each_draw():
    case = casefile.load("idlib-2020")
    path = f"deal.{case.signed_deal}.hts"
    levels = np.array([0.1, 0.4, 0.9])
    names = [
        f"deal.{name}"
        for name in ("margin.turkey", "margin.russia", "loss", "margin.least", "stands")
    ]
    drawn = metric.evaluate(case.with_draws({path: levels}), names)
    for index, level in enumerate(levels):
        alone = metric.evaluate(case.floats().with_value(path, float(level)), names)
        for name in names:
            assert np.broadcast_to(drawn[name], 3)[index] == pytest.approx(
                float(alone[name]), abs=1e-7
            )
        assert math.isclose(
            float(alone["deal.margin.least"]),
            min(float(alone["deal.margin.turkey"]), float(alone["deal.margin.russia"])),
        )


def test_a_case_without_a_signed_deal_judges_the_first_on_the_table():
    unsigned = casefile.loads(TEXT.replace("signed = true\n", ""))
    assert unsigned.signed_deal is None
    assert deal.from_case(unsigned).name == next(iter(unsigned.deals))
    named = deal.from_case(casefile.loads(TEXT.replace("signed = true\n", "")), deal="middle")
    assert named.name == "middle"
