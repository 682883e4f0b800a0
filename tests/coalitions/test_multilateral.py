"""Bargaining with coalitions behind it: Nash's for two, Shapley's at par, draws a loop."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiate as ng
from negotiate.bargaining.nash import nash
from negotiate.bargaining.problem import from_points, problem
from negotiate.coalitions import from_worths, shapley
from negotiate.coalitions.multilateral import Multilateral, coalitional_bargaining, from_case
from negotiate.errors import InputError
from negotiate.solution import Point
from negotiate.whatif import metric


def pie(size: int, names: str):
    corners = {f"to {p}": [size if q == p else 0 for q in names] for p in names}
    return from_points(corners, dict.fromkeys(names, 0), parties=tuple(names))


def test_the_answer_says_what_smaller_coalitions_give() -> None:
    """Of 12, a and b alone can have 6: both bring 3, c nothing."""
    worths = from_worths({"a+b": 6, "a+b+c": 12}, players=("a", "b", "c"), unlisted="zero")
    point = coalitional_bargaining(Multilateral(pie(12, "abc"), worths))[0]
    given = {p: Fraction(x) for p, x in point.facts["smaller coalitions give"].items()}
    assert given == {"a": 3, "b": 3, "c": 0}


@given(st.lists(st.integers(0, 4), min_size=4, max_size=4), st.integers(30, 40))
@settings(max_examples=25, deadline=None)
def test_at_par_it_is_the_shapley_value(small: list[int], whole: int) -> None:
    """Utility that can be handed over: Harsanyi's account gives Shapley's value."""
    worths = {
        "a+b": small[0] + 4,
        "a+c": small[1] + 4,
        "b+c": small[2] + 4,
        "a": small[3],
        "b": 0,
        "c": 1,
        "a+b+c": whole,
    }
    table = from_worths(worths, players=("a", "b", "c"))
    right = shapley(table)[0].payoffs
    found = coalitional_bargaining(Multilateral(pie(whole, "abc"), table))[0].payoffs
    for party in "abc":
        assert float(found[party]) == pytest.approx(float(right[party]), abs=1e-6)


def test_two_parties_bargain_as_nash_has_it() -> None:
    case = ng.load("idlib-2020")
    game = from_case(case)
    alone = {p: game.worths.number(1 << k) for k, p in enumerate(game.players)}
    assert game.disagreement() == alone
    direct = nash(problem(case, disagreement=alone))[0].payoffs
    found = coalitional_bargaining(game)[0].payoffs
    assert all(float(found[p]) == pytest.approx(float(direct[p])) for p in found)


def test_dividends_by_hand() -> None:
    """Apex among four: a with any other secures 6, the three others together 6."""
    names = ("a", "b", "c", "d")
    worths = {}
    for size in range(1, 5):
        for group in combinations(names, size):
            wins = ("a" in group and size > 1) or group == ("b", "c", "d")
            worths[group] = 6 if wins else 0
    game = Multilateral(pie(6, "abcd"), from_worths(worths, players=names))
    # dividends: pairs with a 6; (a, x, y) -6; (b, c, d) 6; all: 6 - 18 + 18 - 6 = 0
    d = game.disagreement()
    assert d["a"] == Fraction(3 * 6, 2) - Fraction(3 * 6, 3) == 3
    assert d["b"] == 3 - 2 * 2 + 2 == 1
    assert sum(d.values()) == 6  # nothing is left for the deal of all
    assert not coalitional_bargaining(game).points


def test_a_wrong_point_and_wrong_coalitions_are_refuted() -> None:
    table = from_worths({"a+b": 6, "a+b+c": 12}, players=("a", "b", "c"), unlisted="zero")
    game = Multilateral(pie(12, "abc"), table)
    point = coalitional_bargaining(game)[0]
    off = Point(payoffs={"a": 4.0, "b": 4.0, "c": 4.0}, terms=point.terms, facts=point.facts)
    assert not coalitional_bargaining.holds(game, off).holds
    with pytest.raises(InputError, match="exactly the parties"):
        Multilateral(pie(12, "abc"), from_worths({"a": 1}, players=("a",)))


def test_smaller_coalitions_that_want_too_much_leave_no_deal_of_all() -> None:
    table = from_worths(
        {"a+b": 12, "a+c": 12, "b+c": 12, "a+b+c": 12}, players=("a", "b", "c"), unlisted="zero"
    )
    found = coalitional_bargaining(Multilateral(pie(12, "abc"), table))
    assert not found.points


def test_draws_are_a_loop() -> None:
    case = ng.load("idlib-2020")
    path = "lever.force.cost.russia"
    names = [
        "multilateral.disagreement.russia",
        "multilateral.coalitional_bargaining.utility.turkey",
        "multilateral.coalitional_bargaining.term.hts",
    ]
    whole = metric.evaluate(case.with_draws({path: np.array([0.1, 0.4])}), names)
    for k, value in enumerate((0.1, 0.4)):
        one = metric.evaluate(case.floats().with_values({path: value}), names)
        for name in names:
            assert float(whole[name][k]) == pytest.approx(float(one[name]), abs=1e-9)
