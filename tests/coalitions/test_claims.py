"""Claims problems: published tables, duality, the game's values, bounds, draws."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.coalitions import core, nucleolus, shapley, tau
from negotiate.coalitions.claims import (
    RULES,
    ClaimsProblem,
    adjusted_proportional,
    random_arrival,
    talmud,
)
from negotiate.coalitions.claims import holds as claims_holds
from negotiate.errors import InputError
from negotiate.solution import Point

SHARED = Path(os.environ.get("NEGOTIATE_SHARED", Path(__file__).parents[3] / "shared"))


def problems() -> st.SearchStrategy[ClaimsProblem]:
    return st.lists(st.fractions(0, 20, max_denominator=4), min_size=2, max_size=5).flatmap(
        lambda c: st.integers(0, 12).map(
            lambda s: ClaimsProblem({"abcde"[k]: x for k, x in enumerate(c)}, sum(c) * s / 12)
        )
    )


@pytest.mark.parametrize(
    ("estate", "awards"), [(100, "100/3 100/3 100/3"), (200, "50 75 75"), (300, "50 100 150")]
)
def test_the_estates_of_the_talmud(estate: int, awards: str) -> None:
    """Kethubot 93a; Aumann and Maschler 1985, table I."""
    found = talmud(ClaimsProblem({"a": 100, "b": 200, "c": 300}, estate))
    assert list(found[0].payoffs.values()) == [Fraction(x) for x in awards.split()]


@settings(max_examples=50, deadline=None)
@given(problems())
def test_rules_by_definition_and_in_the_core(problem: ClaimsProblem) -> None:
    game = problem.coalitional()
    for rule in RULES.values():
        answer = rule(problem)
        assert answer.evidence[0].holds, answer.evidence[0]
        assert core.holds(game, answer[0]).holds


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_rules_are_values_of_the_game(problem: ClaimsProblem) -> None:
    game = problem.coalitional()
    assert nucleolus(game)[0].payoffs == talmud(problem)[0].payoffs
    assert shapley(game)[0].payoffs == random_arrival(problem)[0].payoffs
    assert tau(game)[0].payoffs == adjusted_proportional(problem)[0].payoffs


@settings(max_examples=40, deadline=None)
@given(problems())
def test_duality(problem: ClaimsProblem) -> None:
    """Losses by a rule are awards of the missing amount by its dual; three rules are self-dual."""
    total = sum(problem.claims.values())
    missing = ClaimsProblem(problem.claims, total - problem.estate)
    pairs = {
        "talmud": "talmud",
        "proportional": "proportional",
        "random_arrival": "random_arrival",
        "adjusted_proportional": "adjusted_proportional",
        "constrained_equal_awards": "constrained_equal_losses",
    }
    for rule, dual in pairs.items():
        got = RULES[rule](problem)[0].payoffs
        lost = RULES[dual](missing)[0].payoffs
        assert all(got[p] == problem.claims[p] - lost[p] for p in problem.players)


def test_piniles_gives_nobody_more_than_half_before_all_have_half() -> None:
    """Claims 1 and 2, estate 5/4: (1/2, 3/4); a little more for the first is refuted."""
    problem = ClaimsProblem({"a": 1, "b": 2}, Fraction(5, 4))
    assert RULES["piniles"](problem)[0].payoffs == {"a": Fraction(1, 2), "b": Fraction(3, 4)}
    moved = Point(payoffs={"a": Fraction(51, 100), "b": Fraction(74, 100)})
    said = claims_holds(problem, moved, rule="piniles")
    assert not said.holds and said.witness == "a"


@settings(max_examples=30, deadline=None)
@given(problems(), st.sampled_from(sorted(RULES)))
def test_moved_awards_are_refuted(problem: ClaimsProblem, rule: str) -> None:
    moved = dict(RULES[rule](problem)[0].payoffs)
    first, second = problem.players[:2]
    moved[first] += Fraction(1, 97)
    moved[second] -= Fraction(1, 97)
    assert not claims_holds(problem, Point(payoffs=moved), rule=rule).holds


def test_piniles_is_refuted_beyond_half_a_claim() -> None:
    """Below half the claims nobody gets more than half his own.

    Claims 1 and 2, estate 5/4: equal awards of half-claims are 1/2 and 3/4. Awards 5/8 and 5/8 are
    equal, and 5/8 is beyond half of the claim 1.
    """
    problem = ClaimsProblem({"a": 1, "b": 2}, Fraction(5, 4))
    right = {"a": Fraction(1, 2), "b": Fraction(3, 4)}
    assert dict(RULES["piniles"](problem)[0].payoffs) == right
    assert claims_holds(problem, Point(payoffs=right), rule="piniles").holds
    equal = {"a": Fraction(5, 8), "b": Fraction(5, 8)}
    assert not claims_holds(problem, Point(payoffs=equal), rule="piniles").holds


def test_draws_and_floats_agree_with_fractions() -> None:
    rng = np.random.default_rng(7)
    demand = rng.integers(0, 12, (40, 4))
    estate = (demand.sum(axis=1) * rng.integers(0, 9, 40)) / 8
    drawn = ClaimsProblem({"abcd"[k]: demand[:, k].astype(float) for k in range(4)}, estate)
    for name, rule in RULES.items():
        whole = rule(drawn)[0].payoffs
        for k in range(40):
            one = rule(
                ClaimsProblem({"abcd"[j]: int(demand[k, j]) for j in range(4)}, Fraction(estate[k]))
            )
            for p in "abcd":
                assert whole[p][k] == pytest.approx(float(one[0].payoffs[p]), abs=1e-9), name


@pytest.mark.parametrize(
    ("demand", "estate", "text"),
    [
        ({"a": 1, "b": 2}, 4, "more than the claims"),
        ({"a": -1, "b": 2}, 1, "claim of a"),
        ({"a": 1}, -1, "estate"),
        ({}, 0, "no claimants"),
        ({"a": float("inf")}, 1.0, "not finite"),
    ],
)
def test_bad_input(demand: dict[str, object], estate: object, text: str) -> None:
    with pytest.raises(InputError, match=text):
        ClaimsProblem(demand, estate)


def test_nothing_claimed_and_one_claimant() -> None:
    for rule in RULES.values():
        assert list(rule(ClaimsProblem({"a": 0, "b": 0}, 0))[0].payoffs.values()) == [0, 0]
        assert rule(ClaimsProblem({"a": 3}, 2))[0].payoffs == {"a": 2}


@pytest.mark.skipif(not (SHARED / "reference").is_dir(), reason="no shared folder")
def test_the_euphrates() -> None:
    """public_bankruptcy_euphrates: all five rules."""
    case = json.loads((SHARED / "reference/public_bankruptcy_euphrates.json").read_text())
    given_case = case["input"]
    problem = ClaimsProblem(given_case["claims"], given_case["estate"])
    for rule, awards in case["expected"].items():
        found = RULES[rule](problem)[0].payoffs
        for party, right in awards.items():
            assert float(found[party]) == pytest.approx(right, abs=case["tolerance"])
