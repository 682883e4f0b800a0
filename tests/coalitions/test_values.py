"""Linear values against permutations, axioms and published answers; draws against a loop."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.coalitions import banzhaf, myerson, owen, sampled, shapley, tau
from negotiate.coalitions.game import CoalitionalGame, from_worths, glove, weighted_voting
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.solution import Point

NAMES = "abcdefgh"


def games(low: int = 2, high: int = 4) -> st.SearchStrategy[CoalitionalGame]:
    return st.integers(low, high).flatmap(
        lambda n: st.lists(
            st.fractions(-9, 9, max_denominator=6), min_size=2**n - 1, max_size=2**n - 1
        ).map(lambda rest: CoalitionalGame(tuple(NAMES[:n]), [0, *rest]))
    )


def by_orders(game: CoalitionalGame, orders: list[tuple[str, ...]]) -> dict[str, Fraction]:
    out = dict.fromkeys(game.players, Fraction(0))
    for order in orders:
        for k, player in enumerate(order):
            out[player] += game.worth(order[: k + 1]) - game.worth(order[:k])
    return {p: x / len(orders) for p, x in out.items()}


@settings(max_examples=40, deadline=None)
@given(games())
def test_shapley_is_the_mean_over_orders(game: CoalitionalGame) -> None:
    answer = shapley(game)
    assert answer[0].payoffs == by_orders(game, list(permutations(game.players)))
    assert answer.evidence[0].holds and answer.evidence[0].value == 0


@settings(max_examples=30, deadline=None)
@given(games(3, 4), st.integers(0, 3))
def test_owen_is_the_mean_over_orders_that_keep_blocs_together(
    game: CoalitionalGame, cut: int
) -> None:
    first, rest = game.players[: cut + 1], game.players[cut + 1 :]
    unions = [u for u in (first, rest) if u]
    orders = [
        order
        for order in permutations(game.players)
        if all(
            max(order.index(p) for p in u) - min(order.index(p) for p in u) == len(u) - 1
            for u in unions
        )
    ]
    answer = owen(game, unions=unions)
    assert answer[0].payoffs == by_orders(game, orders)
    assert answer.evidence[0].holds


@settings(max_examples=30, deadline=None)
@given(games(3, 4))
def test_owen_with_one_bloc_or_none_is_shapley(game: CoalitionalGame) -> None:
    right = shapley(game)[0].payoffs
    assert owen(game, unions=[])[0].payoffs == right
    assert owen(game, unions=[game.players])[0].payoffs == right


@settings(max_examples=30, deadline=None)
@given(games())
def test_banzhaf_is_the_mean_over_coalitions(game: CoalitionalGame) -> None:
    answer = banzhaf(game)
    for player in game.players:
        others = [p for p in game.players if p != player]
        total = Fraction(0)
        for mask in range(2 ** len(others)):
            members = [p for k, p in enumerate(others) if mask >> k & 1]
            total += game.worth([*members, player]) - game.worth(members)
        assert answer[0].payoffs[player] == total / 2 ** len(others)
    assert answer.evidence[0].holds


@settings(max_examples=25, deadline=None)
@given(games(3, 4), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4))
def test_myerson_is_efficient_by_parts_and_fair(
    game: CoalitionalGame, pairs: list[tuple[int, int]]
) -> None:
    links = sorted(
        {
            (game.players[min(a, b)], game.players[max(a, b)])
            for a, b in pairs
            if a != b and max(a, b) < game.n
        }
    )
    answer = myerson(game, links=links)
    assert answer.evidence[0].holds
    full = [(p, q) for k, p in enumerate(game.players) for q in game.players[k + 1 :]]
    assert myerson(game, links=full)[0].payoffs == shapley(game)[0].payoffs


@settings(max_examples=60, deadline=None)
@given(games())
def test_tau_lies_between_the_bounds_that_define_it(game: CoalitionalGame) -> None:
    answer = tau(game)
    if not answer.points:
        return
    point = answer[0]
    assert answer.evidence[0].holds
    assert sum(point.payoffs.values()) == game.worth(game.players)
    for p in game.players:
        low, high = point.facts["minimal_rights"][p], point.facts["utopia"][p]
        assert low <= point.payoffs[p] <= high


def test_tau_of_a_two_player_game_is_the_standard_solution() -> None:
    """Both take half of what is above their own worths: v(1) + (v(N) - v(1) - v(2)) / 2."""
    answer = tau(from_worths({"a": 1, "b": 3, "a+b": 10}))
    assert answer[0].payoffs == {"a": 4, "b": 6}


@settings(max_examples=20, deadline=None)
@given(games())
def test_perturbed_values_are_refuted(game: CoalitionalGame) -> None:
    for solve, holds in (
        (shapley, shapley.holds),
        (banzhaf, banzhaf.holds),
        (tau, tau.holds),
    ):
        answer = solve(game)
        if not answer.points:
            continue
        moved = dict(answer[0].payoffs)
        first, second = game.players[:2]
        moved[first] += Fraction(1, 7)
        moved[second] -= Fraction(1, 7)
        if solve is tau and answer[0].facts["utopia"] == answer[0].facts["minimal_rights"]:
            continue
        assert not holds(game, Point(payoffs=moved)).holds


def test_draws_are_a_loop() -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(50, 16))
    table[:, 0] = 0
    game = CoalitionalGame(tuple("abcd"), table)
    unions, links = [["a", "b"]], [("a", "b"), ("b", "c")]
    for solve in (
        shapley,
        banzhaf,
        tau,
        lambda g: owen(g, unions=unions),
        lambda g: myerson(g, links=links),
    ):
        whole = solve(game)[0].payoffs
        for k in (0, 7, 49):
            one = solve(game.draw(k))
            for p in game.players:
                if not one.points:
                    assert math.isnan(whole[p][k])
                else:
                    assert whole[p][k] == pytest.approx(one[0].payoffs[p], abs=1e-12)


def test_floats_agree_with_fractions() -> None:
    rng = np.random.default_rng(5)
    table = [0, *(Fraction(int(a), 7) for a in rng.integers(0, 60, 31))]
    game = CoalitionalGame(tuple("abcde"), table)
    for solve in (shapley, banzhaf):
        for p, x in solve(game)[0].payoffs.items():
            assert solve(game.floats())[0].payoffs[p] == pytest.approx(float(x), abs=1e-12)


def test_sampling_covers_the_truth_and_refuses_too_much() -> None:
    """A pair of members is worth one: each of 30 gets (n - 1)/2, exactly and by sampling."""
    names = [f"p{k}" for k in range(30)]

    def worth(member: np.ndarray) -> np.ndarray:
        size = member.sum(axis=1).astype(float)
        weight = member @ np.arange(30)
        return size * (size - 1) / 2 + weight

    answer = sampled(names, worth, orders=60, rng=np.random.default_rng(0))
    for k, p in enumerate(names):
        error = answer[0].facts["standard_error"][p]
        assert abs(answer[0].payoffs[p] - (29 / 2 + k)) <= 5 * error + 1e-9
    with pytest.raises(TooLargeError, match="coalitions"):
        sampled(names, worth, orders=10**7, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (lambda: CoalitionalGame(("a",), [1, 2]), InputError, "empty coalition is worth 1"),
        (lambda: CoalitionalGame(("a", "b"), [0, 1]), InputError, "2 worths for 2 players"),
        (lambda: CoalitionalGame(("a", "a"), [0] * 4), InputError, "repeat 'a'"),
        (lambda: CoalitionalGame(("a",), [0, float("nan")]), InputError, "nan"),
        (lambda: CoalitionalGame(tuple(map(str, range(30))), [0]), TooLargeError, "1,073,741,824"),
        (lambda: from_worths({"a": 1, "a+b": 3}), InputError, r"no worth for 1 coalition: \{b\}"),
        (lambda: from_worths({"a": 1, "b": 1, "b + a": 2, "a+b": 3}), InputError, "given twice"),
        (lambda: from_worths({"a": 1}, players=["b"]), UnknownNameError, "there is no player 'a'"),
        (lambda: owen(glove(["a"], ["b"]), unions=[["a"], ["a"]]), InputError, "two unions"),
        (lambda: myerson(glove(["a"], ["b"]), links=[("a", "a")]), InputError, "pairs of"),
        (lambda: weighted_voting({"a": 1}, 0), InputError, "quota"),
    ],
)
def test_bad_input(build: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        build()  # type: ignore[operator]


def test_unlisted_coalitions_take_the_best_of_their_parts() -> None:
    game = from_worths({"a+b": 3, "c+d": 2}, players="abcd", unlisted="best")
    assert game.worth(list("abcd")) == 5 and game.worth(list("abc")) == 3 and game.worth("a") == 0
    assert from_worths({"a+b": 3}, players="abc", unlisted="zero").worth(list("abc")) == 0


@settings(max_examples=25, deadline=None)
@given(games(3, 3), games(3, 3), st.fractions(-3, 3, max_denominator=4))
def test_additivity(first: CoalitionalGame, second: CoalitionalGame, scale: Fraction) -> None:
    """The value of v + s w is that of v plus s times that of w."""
    table = [first.number(m) + scale * second.number(m) for m in range(8)]
    both = CoalitionalGame(first.players, table)
    links, unions = (("a", "b"), ("b", "c")), [["a", "b"]]
    for solve in (
        shapley,
        banzhaf,
        lambda g: owen(g, unions=unions),
        lambda g: myerson(g, links=links),
    ):
        x, y, z = (solve(g)[0].payoffs for g in (first, second, both))
        assert all(z[p] == x[p] + scale * y[p] for p in first.players)
