"""Voting bodies: published indices, enumeration, several majorities, fifty members at once."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.coalitions import (
    VotingBody,
    banzhaf,
    banzhaf_index,
    deegan_packel,
    shapley,
    shapley_shubik,
)
from negotiate.coalitions.arithmetic import generating
from negotiate.coalitions.voting import INDICES, holds
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.solution import Point


def council() -> VotingBody:
    weights = {f"P{k}": 7 for k in range(5)} | {f"E{k}": 1 for k in range(10)}
    return VotingBody.weighted(39, weights, title="UN Security Council")


def test_the_security_council() -> None:
    """421/2145 and 4/2145; 848 winning coalitions; swings 848 and 84 (Shapley and Shubik 1954)."""
    body = council()
    power = shapley_shubik(body)[0].payoffs
    assert power["P0"] == Fraction(421, 2145) and power["E9"] == Fraction(4, 2145)
    assert body.winning_coalitions() == 848
    assert body.swings()["P0"] == 848 and body.swings()["E0"] == 84
    normal = banzhaf_index(body)[0]
    assert float(normal.payoffs["P0"]) == pytest.approx(0.16692913385826771)
    assert normal.facts["absolute"]["E0"] == Fraction(84, 2**14)
    assert body.facts()["power_to_act"] == Fraction(848, 2**15)
    assert body.veto_players() == tuple(f"P{k}" for k in range(5))
    named = VotingBody.of(
        body.players,
        {"members": (9, None), "permanent": (5, {f"P{k}": 1 for k in range(5)})},
    )
    assert shapley_shubik(named)[0].payoffs == power


def test_the_council_of_the_six() -> None:
    """EEC 1958: 12 of 17, weights 4, 4, 4, 2, 2, 1: Luxembourg has no power.

    By hand: it needs 12 among even weights, so 1 more never helps. Of the 14 winning coalitions
    a large member is needed in 10 and a middle one in 6: 5/21 and 1/7.
    """
    weights = {"DE": 4, "FR": 4, "IT": 4, "BE": 2, "NL": 2, "LU": 1}
    body = VotingBody.weighted(12, weights)
    power = shapley_shubik(body)[0].payoffs
    assert (power["DE"], power["BE"], power["LU"]) == (Fraction(14, 60), Fraction(9, 60), 0)
    shares = banzhaf_index(body)[0].payoffs
    assert (shares["DE"], shares["BE"], shares["LU"]) == (Fraction(5, 21), Fraction(1, 7), 0)
    assert body.facts()["dummies"] == ["LU"]


def bodies() -> st.SearchStrategy[VotingBody]:
    def build(weights: list[int], other: list[int], cut: int, quota: int) -> VotingBody:
        names = "abcdefg"[: len(weights)]
        rules: dict[str, tuple[int, dict[str, int] | None]] = {
            "votes": (max(1, sum(weights) * cut // 10), dict(zip(names, weights))),
            "heads": (min(quota, len(names)), None),
            "people": (max(1, sum(other[: len(names)]) // 2), dict(zip(names, other))),
        }
        passes = [["votes", "people"], ["heads", "votes"]] if quota % 2 else [["votes", "heads"]]
        return VotingBody.of(names, rules, passes=passes)

    return st.builds(
        build,
        st.lists(st.integers(0, 6), min_size=2, max_size=6).filter(any),
        st.lists(st.integers(1, 5), min_size=7, max_size=7),
        st.integers(1, 10),
        st.integers(1, 6),
    )


@settings(max_examples=60, deadline=None)
@given(bodies())
def test_several_majorities_against_the_game(body: VotingBody) -> None:
    """The generating functions against values of the table of all coalitions."""
    game = body.coalitional()
    if not game.table.any():
        return
    power = shapley_shubik(body)
    assert power[0].payoffs == shapley(game)[0].payoffs
    half = 2 ** (len(body.players) - 1)
    raw = banzhaf(game)[0].payoffs
    assert {p: Fraction(c, half) for p, c in body.swings().items()} == raw
    for index in INDICES.values():
        assert index(body).evidence[0].holds
    for size in range(len(body.players) + 1):
        for members in combinations(body.players, size):
            assert body.wins(members) == bool(game.worth(members))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=2, max_size=8).filter(any), st.integers(1, 10))
def test_minimal_coalitions_of_one_rule(weights: list[int], cut: int) -> None:
    names = "abcdefgh"[: len(weights)]
    body = VotingBody.weighted(max(1, sum(weights) * cut // 10), dict(zip(names, weights)))
    listed = body.minimal_winning()
    assert sum(body._minimal[1]) == len(listed)
    for row, p in zip(body._minimal[0], body.players):
        for size in range(len(names) + 1):
            assert row[size] == sum(p in c and len(c) == size for c in listed)
    for c in listed:
        assert body.wins(c) and not any(body.wins([q for q in c if q != p]) for p in c)


def test_fifty_members_at_once() -> None:
    """Fifty members: against the chance that a random order puts each at the pivot, by sampling."""
    rng = np.random.default_rng(0)
    weights = {f"m{k}": int(w) for k, w in enumerate(rng.integers(1, 60, 50))}
    body = VotingBody.weighted(sum(weights.values()) * 2 // 3, weights)
    start = time.perf_counter()
    power = shapley_shubik(body)[0].payoffs
    assert time.perf_counter() - start < 5
    assert sum(power.values()) == 1
    names, w = list(weights), np.array(list(weights.values()))
    quota = int(body.rules[0].quota)
    count = np.zeros(50)
    for _ in range(4000):
        order = rng.permutation(50)
        count[order[np.searchsorted(np.cumsum(w[order]), quota)]] += 1
    share = count / 4000
    right = np.array([float(power[p]) for p in names])
    assert np.all(np.abs(share - right) < 5 * np.sqrt(right / 4000) + 1e-3)


def test_two_majorities_of_many_members() -> None:
    """27 members, half the members and 65 % of the people, or all but three members."""
    rng = np.random.default_rng(1)
    people = {f"m{k}": int(x) for k, x in enumerate(rng.integers(1, 80, 27))}
    body = VotingBody.of(
        people,
        {
            "members": (15, None),
            "people": (sum(people.values()) * 65 // 100, people),
            "blocking": (24, None),
        },
        passes=[["members", "people"], ["blocking"]],
    )
    answer = shapley_shubik(body)
    assert answer.evidence[0].holds and sum(answer[0].payoffs.values()) == 1
    with pytest.raises(TooLargeError, match="134,217,728"):
        deegan_packel(body)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="quota is 5"):
        VotingBody.weighted(5, {"a": 2, "b": 1})
    with pytest.raises(InputError, match="negative"):
        VotingBody.weighted(1, {"a": 2, "b": -1})
    with pytest.raises(UnknownNameError, match="member"):
        VotingBody.of(["a"], {"votes": (1, {"b": 1})})
    with pytest.raises(UnknownNameError, match="rule"):
        VotingBody.of(["a"], {"votes": (1, None)}, passes=[["heads"]])
    with pytest.raises(TooLargeError, match="counts"):
        shapley_shubik(VotingBody.weighted(10**9, {f"m{k}": 10**8 + k for k in range(40)}))


def test_a_false_index_is_refuted() -> None:
    body = VotingBody.weighted(3, {"a": 2, "b": 1, "c": 1})
    lie = Point(payoffs={"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)})
    for index in INDICES:
        assert not holds(body, lie, index=index).holds
    large = council()
    uneven = dict(shapley_shubik(large)[0].payoffs)
    uneven["P0"], uneven["P1"] = uneven["P0"] + Fraction(1, 99), uneven["P1"] - Fraction(1, 99)
    assert holds(large, Point(payoffs=uneven), index="shapley_shubik").witness == "P0, P1"


@settings(max_examples=40, deadline=None)
@given(bodies())
def test_counting_by_halves_is_counting_by_sums(body: VotingBody) -> None:
    """The same turns by both methods, where one rule has weights of its own."""
    weights, quotas, passes, own = body._layout
    if own != 1:
        return
    turns, won = generating.swings_by_halves(weights[0], body._least(quotas, passes))
    assert turns == body._swings[0] and won == body._swings[1]


def test_populations_as_they_are() -> None:
    """27 members with millions of people each: no table of sums could hold them."""
    rng = np.random.default_rng(4)
    people = {f"m{k}": int(x) for k, x in enumerate(rng.integers(400_000, 83_000_000, 27))}
    body = VotingBody.of(
        people,
        {
            "members": (15, None),
            "people": (sum(people.values()) * 65 // 100, people),
            "blocking": (24, None),
        },
        passes=[["members", "people"], ["blocking"]],
    )
    start = time.perf_counter()
    answer = shapley_shubik(body)
    assert time.perf_counter() - start < 20
    assert sum(answer[0].payoffs.values()) == 1 and answer.evidence[0].holds
    rounded = {p: x // 100_000 for p, x in people.items()}
    near = shapley_shubik(
        VotingBody.of(
            rounded,
            {
                "members": (15, None),
                "people": (sum(rounded.values()) * 65 // 100, rounded),
                "blocking": (24, None),
            },
            passes=[["members", "people"], ["blocking"]],
        )
    )
    assert all(abs(float(near[0].payoffs[p] - answer[0].payoffs[p])) < 1e-3 for p in people)
