"""Hyperplane games and legislative bargaining: special cases, definitions, simulation."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.coalitions import consistent_value, harsanyi_value, legislative_equilibrium, shapley
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.legislative import LegislativeGame
from negotiate.coalitions.ntu import HyperplaneGame, holds
from negotiate.errors import InputError
from negotiate.solution import Point


def key(mask: int) -> tuple[str, ...]:
    return tuple("abcd"[k] for k in range(4) if mask >> k & 1)


def tables(n: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 12), min_size=2**n - 1, max_size=2**n - 1)


@settings(max_examples=25, deadline=None)
@given(tables(3))
def test_at_par_both_are_the_shapley_value(rest: list[int]) -> None:
    game = HyperplaneGame(tuple("abc"), {key(m): w for m, w in enumerate(rest, 1)}, {})
    right = shapley(CoalitionalGame(tuple("abc"), [0, *rest]))[0].payoffs
    assert consistent_value(game)[0].payoffs == right
    assert harsanyi_value(game)[0].payoffs == right


@settings(max_examples=25, deadline=None)
@given(tables(3), st.lists(st.integers(1, 5), min_size=21, max_size=21))
def test_by_definition_at_any_rates(rest: list[int], rates: list[int]) -> None:
    game = HyperplaneGame(
        tuple("abc"),
        {key(m): w for m, w in enumerate(rest, 1)},
        {key(m): {p: rates[3 * (m - 1) + "abc".index(p)] for p in key(m)} for m in range(1, 8)},
    )
    for solve in (consistent_value, harsanyi_value):
        answer = solve(game)
        assert answer.evidence[0].holds, answer.evidence[0]
        moved = dict(answer[0].payoffs)
        whole = game.rate(7)
        moved["a"] += 1 / whole[0]
        moved["b"] -= 1 / whole[1]
        assert not holds(game, Point(payoffs=moved), name=answer.concept).holds


@settings(max_examples=25, deadline=None)
@given(*(st.integers(0, 4) for _ in range(2)), *(st.integers(1, 5) for _ in range(2)))
def test_two_parties_bargain_as_nash_says(d1: int, d2: int, r1: int, r2: int) -> None:
    """Nash on r1 x + r2 y <= v from d halves the surplus: r_i (x_i - d_i) are equal."""
    total = r1 * d1 + r2 * d2 + 10
    game = HyperplaneGame(("a", "b"), {"a": d1, "b": d2, "a+b": total}, {"a+b": {"a": r1, "b": r2}})
    for solve in (consistent_value, harsanyi_value):
        x = solve(game)[0].payoffs
        assert r1 * (x["a"] - d1) == r2 * (x["b"] - d2) == 5


def test_rates_must_be_positive() -> None:
    with pytest.raises(InputError, match="rate of a is 0"):
        HyperplaneGame(("a",), {"a": 1}, {"a": {"a": 0}})


def test_unequal_recognition_against_iterated_values() -> None:
    """Payoffs against a damped iteration of the equilibrium conditions in floats.

    Proposers mix over tied votes in proportion to a logit of the price, sharpened along the way:
    an independent route to the same fixed point.
    """
    rng = np.random.default_rng(0)
    for n in (3, 4, 5):
        weights = sorted(int(w) for w in rng.integers(1, 9, n))
        p = [Fraction(w, sum(weights)) for w in weights]
        delta = Fraction(8, 10)
        game = LegislativeGame({f"m{k}": x for k, x in enumerate(p)}, discount=delta)
        right = [float(x) for x in legislative_equilibrium(game)[0].payoffs.values()]
        chance, q, d = np.array([float(x) for x in p]), game.quota, 0.8
        value = np.full(n, 1 / n)
        total, steps = np.zeros(n), 0
        for t in range(9_000):
            price = d * value
            new = np.zeros(n)
            for i in range(n):
                others = sorted((j for j in range(n) if j != i), key=lambda j: price[j])[: q - 1]
                new[i] += chance[i] * (1 - price[others].sum())
                new[others] += chance[i] * price[others]
            value += (new - value) / (50 + t) ** 0.8
            if t > 3_000:
                total += value
                steps += 1
        assert np.allclose(total / steps, right, atol=1e-2), (n, p)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=7), st.integers(0, 9), st.integers(1, 7))
def test_every_legislature_has_its_equilibrium(weights: list[int], d: int, quota: int) -> None:
    game = LegislativeGame(
        {f"m{k}": Fraction(w, sum(weights)) for k, w in enumerate(weights)},
        discount=Fraction(d, 10),
        quota=min(quota, len(weights)),
    )
    answer = legislative_equilibrium(game)
    assert answer.evidence[0].holds
    x = answer[0].payoffs
    ordered = sorted(game.players, key=lambda m: game.recognition[m])
    assert all(x[a] <= x[b] for a, b in pairwise(ordered))


def test_equal_members_agree_with_the_closed_form() -> None:
    game = LegislativeGame(dict.fromkeys("abcde", Fraction(1, 5)), discount=Fraction(1, 2))
    assert set(legislative_equilibrium(game)[0].payoffs.values()) == {Fraction(1, 5)}
    with pytest.raises(InputError, match="sum to 1/2"):
        LegislativeGame({"a": Fraction(1, 2)}, discount=0)
    with pytest.raises(InputError, match="discount"):
        LegislativeGame({"a": 1}, discount=1)
