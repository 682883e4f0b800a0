"""Core, least core, nucleolus, kernel and bargaining set by their definitions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiate.coalitions import (
    bargaining_set,
    core,
    kernel,
    least_core,
    nucleolus,
    prenucleolus,
    properties,
    shapley,
)
from negotiate.coalitions.arithmetic import corners, lexicographic, subsets
from negotiate.coalitions.core import excess
from negotiate.coalitions.game import CoalitionalGame, airport, from_worths, glove, weighted_voting
from negotiate.solution import Point

NAMES = "abcdefgh"


def games(low: int = 2, high: int = 4, size: int = 12) -> st.SearchStrategy[CoalitionalGame]:
    return st.integers(low, high).flatmap(
        lambda n: st.lists(st.integers(0, size), min_size=2**n - 1, max_size=2**n - 1).map(
            lambda rest: CoalitionalGame(tuple(NAMES[:n]), [0, *rest])
        )
    )


def scaled_excesses(game: CoalitionalGame, x: list[Fraction]) -> list[Fraction]:
    return sorted(
        (game.number(m) - sum(x[k] for k in subsets.members(m)) for m in range(1, game.grand)),
        reverse=True,
    )


def grid(game: CoalitionalGame, parts: int) -> list[list[Fraction]]:
    """Individually rational payoffs on a grid."""
    n = game.n
    own = [game.number(1 << k) for k in range(n)]
    room = game.number(game.grand) - sum(own)
    return [
        [own[k] + room * Fraction(s, parts) for k, s in enumerate((*steps, parts - sum(steps)))]
        for steps in product(range(parts + 1), repeat=n - 1)
        if sum(steps) <= parts
    ]


@settings(max_examples=60, deadline=None)
@given(games(2, 4))
def test_no_payoffs_of_a_grid_come_before_the_nucleolus(game: CoalitionalGame) -> None:
    if game.number(game.grand) < sum(game.number(1 << k) for k in range(game.n)):
        assert not nucleolus(game).points
        return
    answer = nucleolus(game)
    assert answer.evidence[0].holds, answer.evidence[0]
    x = [answer[0].payoffs[p] for p in game.players]
    best = scaled_excesses(game, x)
    for other in grid(game, 6):
        assert best <= scaled_excesses(game, other)


def float_prenucleolus(game: CoalitionalGame) -> np.ndarray:
    """The scheme in floats: settle what has the excess at every optimum."""
    n = game.n
    masks = list(range(1, game.grand))
    rows = np.array([[m >> k & 1 for k in range(n)] for m in range(game.grand + 1)], dtype=float)
    v = [float(game.number(m)) for m in range(game.grand + 1)]
    equal, rhs, x = [np.append(rows[-1], 0.0)], [v[-1]], None
    while masks:
        a = np.array([np.append(-rows[m], -1.0) for m in masks])
        b = np.array([-v[m] for m in masks])
        c = np.append(np.zeros(n), 1.0)
        solved = linprog(c, a, b, np.array(equal), rhs, bounds=(None, None), method="highs")
        eps, x = solved.fun, solved.x[:n]
        held = []
        for m in masks:
            push = linprog(
                np.append(-rows[m], 0.0),
                a,
                b,
                np.vstack([*equal, c]),
                [*rhs, eps],
                bounds=(None, None),
                method="highs",
            )
            if push.status == 0 and -push.fun - (v[m] - eps) <= 1e-7:
                held.append(m)
        assert held
        for m in held:
            equal.append(np.append(rows[m], 0.0))
            rhs.append(v[m] - eps)
        masks = [m for m in masks if m not in held]
        if np.linalg.matrix_rank(np.array(equal)[:, :n]) == n:
            break
    assert x is not None
    return x


@settings(max_examples=40, deadline=None)
@given(games(2, 4, 30))
def test_prenucleolus_against_the_plain_scheme_in_floats(game: CoalitionalGame) -> None:
    answer = prenucleolus(game)
    assert answer.evidence[0].holds
    right = float_prenucleolus(game)
    found = [float(answer[0].payoffs[p]) for p in game.players]
    assert np.allclose(found, right, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(games(2, 5))
def test_core_by_its_definition(game: CoalitionalGame) -> None:
    answer = core(game)
    rows = np.array([[m >> k & 1 for k in range(game.n)] for m in range(1, game.grand)], float)
    v = np.array([float(game.number(m)) for m in range(1, game.grand)])
    whole = float(game.number(game.grand))
    some = linprog(
        np.zeros(game.n),
        -rows,
        -v,
        np.ones((1, game.n)),
        [whole],
        bounds=(None, None),
        method="highs",
    )
    assert bool(answer.points) == (some.status == 0)
    assert answer.evidence[0].holds
    if not answer.points:
        weights = answer.settings["certificate"]
        for p in game.players:
            assert sum(w["weight"] for w in weights if p in w["members"]) == 1
        worth = sum(w["weight"] * game.worth(w["members"]) for w in weights)
        assert worth == answer.settings["balanced_worth"] > game.worth(game.players)
        return
    # the support function of the corners is that of the set
    rng = np.random.default_rng(0)
    points = np.array([[float(p.payoffs[q]) for q in game.players] for p in answer.points])
    for direction in rng.normal(size=(4, game.n)):
        best = linprog(
            -direction,
            -rows,
            -v,
            np.ones((1, game.n)),
            [whole],
            bounds=(None, None),
            method="highs",
        )
        assert (points @ direction).max() == pytest.approx(-best.fun, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(games(2, 4))
def test_least_core_attains_the_least_excess(game: CoalitionalGame) -> None:
    answer = least_core(game)
    assert answer.evidence[0].holds
    for point in answer.points:
        assert least_core.holds(game, point).holds
    x = [prenucleolus(game)[0].payoffs[p] for p in game.players]
    assert scaled_excesses(game, x)[0] == answer.settings["epsilon"]


@settings(max_examples=25, deadline=None)
@given(games(2, 4, 6))
def test_kernel_holds_the_nucleolus_and_points_between_corners(game: CoalitionalGame) -> None:
    if game.number(game.grand) < sum(game.number(1 << k) for k in range(game.n)):
        return
    answer = kernel(game)
    assert answer.evidence[0].holds
    assert kernel.holds(game, nucleolus(game)[0]).holds
    for piece in answer.components:
        middle = {
            p: sum((answer[k].payoffs[p] for k in piece), start=Fraction(0)) / len(piece)
            for p in game.players
        }
        assert kernel.holds(game, Point(payoffs=middle)).holds
    if answer.complete and game.n == 3:
        spots = [tuple(p.payoffs.values()) for p in answer.points]
        for x in grid(game, 12):
            inside = kernel.holds(game, Point(payoffs=dict(zip(game.players, x)))).holds
            assert not inside or tuple(x) in spots or any(len(c) > 1 for c in answer.components)


@settings(max_examples=20, deadline=None)
@given(games(2, 4, 6))
def test_the_kernel_lies_in_the_bargaining_set(game: CoalitionalGame) -> None:
    if game.number(game.grand) < sum(game.number(1 << k) for k in range(game.n)):
        return
    for point in kernel(game).points:
        assert bargaining_set.holds(game, point).holds
    for point in core(game).points[:3]:
        assert bargaining_set.holds(game, point).holds


def test_an_uncountered_objection_is_named() -> None:
    """Glove market, all to one right glove: the left glove objects with the other right one."""
    game = glove(["l"], ["r", "s"])
    found = bargaining_set.holds(
        game, Point(payoffs={"l": Fraction(0), "r": Fraction(1), "s": Fraction(0)})
    )
    assert not found.holds and found.witness == "l against r by {l, s}"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=15, max_size=15))
def test_convex_games(dividends: list[int]) -> None:
    """Non-negative dividends of coalitions make a game convex; its core holds the Shapley value."""
    shares = np.array([0, *dividends])
    game = CoalitionalGame(tuple("abcd"), subsets.from_dividends(shares))
    assert properties.is_convex(game).holds and properties.is_superadditive(game).holds
    assert properties.is_totally_balanced(game).holds
    assert core.holds(game, shapley(game)[0]).holds
    corner_set = {tuple(p.payoffs.values()) for p in core(game).points}
    by_cuts = corners.corners([int(w) for w in game.table])
    assert corner_set == set(by_cuts)
    assert [tuple(p.payoffs.values()) for p in kernel(game).points] == [
        tuple(nucleolus(game)[0].payoffs.values())
    ]


def test_properties_name_what_refutes_them() -> None:
    game = weighted_voting({"a": 1, "b": 1, "c": 1}, 2)
    assert "adds less to {" in properties.is_convex(game).witness
    apart = from_worths({"a": 2, "b": 2, "a+b": 3})
    assert properties.is_superadditive(apart).witness == "{a} and {b}"
    assert properties.is_monotone(from_worths({"a": 2, "b": 0, "a+b": 1})).witness == "b joins {a}"
    assert properties.veto_players(glove(["l"], ["r", "s"])) == ("l",)
    assert properties.symmetric(glove(["l"], ["r", "s"])) == (("l",), ("r", "s"))
    assert properties.dummies(from_worths({"a": 1, "b": 2, "a+b": 3})) == ("a", "b")
    assert properties.dual(properties.dual(game)).worth(["a"]) == game.worth(["a"])


def test_published_answers() -> None:
    """Airport 8, 11, 13, 18 (nucleolus by Littlechild's formula: 13/4 thrice, then the rest)."""
    costs = airport({"a": 8, "b": 11, "c": 13, "d": 18})
    assert list(nucleolus(costs)[0].payoffs.values()) == [
        Fraction(13, 4),
        Fraction(13, 4),
        Fraction(13, 4),
        Fraction(33, 4),
    ]
    assert list(shapley(costs)[0].payoffs.values()) == [2, 3, 4, 9]
    market = glove(["l"], ["r", "s"])
    assert [tuple(p.payoffs.values()) for p in core(market).points] == [(1, 0, 0)]
    assert tuple(nucleolus(market)[0].payoffs.values()) == (1, 0, 0)
    assert tuple(shapley(market)[0].payoffs.values()) == (
        Fraction(2, 3),
        Fraction(1, 6),
        Fraction(1, 6),
    )
    council = weighted_voting({f"m{k}": 1 for k in range(3)}, 2)
    assert least_core(council).settings["epsilon"] == Fraction(1, 3)


def test_apex_game() -> None:
    """Apex and one minor win, or all four minors do: the nucleolus is (3/7, 1/7, ..., 1/7)."""
    game = weighted_voting({"apex": 3, "p": 1, "q": 1, "r": 1, "s": 1}, 4)
    x = nucleolus(game)[0].payoffs
    # e(apex, p) = 1 - x_A - m and e(minors) = 1 - 4 m are equal with x_A + 4 m = 1: x_A = 3 m
    assert x["apex"] == Fraction(3, 7) and x["p"] == Fraction(1, 7)


def test_exact_worths_with_large_denominators_are_compared_exactly() -> None:
    """A player held at its own worth, which no float can hold: a zero slack once was a float."""
    own = Fraction(356099, 400000) + Fraction(1, 3**30)
    game = from_worths({"a": 0, "b": 0, "c": own, "a+b": 3, "a+c": own, "b+c": own, "a+b+c": own})
    assert nucleolus(game).evidence == () or nucleolus(game).evidence[0].holds
    tight = from_worths(
        {"a": 0, "b": 0, "c": own, "a+b": 2, "a+c": own, "b+c": own, "a+b+c": 2 + own / 2}
    )
    answer = nucleolus(tight)
    assert answer[0].payoffs["c"] == own and answer.evidence[0].holds


def test_scale_and_translation() -> None:
    rng = np.random.default_rng(2)
    table = [0, *(int(a) for a in rng.integers(0, 40, 31))]
    game = CoalitionalGame(tuple("abcde"), table)
    base = prenucleolus(game)[0].payoffs
    add = [3, -2, 0, 7, 1]
    for unit in (Fraction(1, 10**9), 10**9):
        moved = CoalitionalGame(
            game.players,
            [
                unit * table[m] + sum(unit * add[k] for k in subsets.members(m))
                for m in range(len(table))
            ],
        )
        found = prenucleolus(moved)[0].payoffs
        for k, p in enumerate(game.players):
            assert found[p] == unit * base[p] + unit * add[k]
        floats = prenucleolus(moved.floats())
        assert floats.evidence[0].holds
        for p in game.players:
            assert floats[0].payoffs[p] == pytest.approx(float(found[p]), rel=1e-6, abs=1e-6 * unit)


def test_draws_are_a_loop() -> None:
    rng = np.random.default_rng(3)
    for n in (2, 3, 4, 5):
        table = rng.uniform(0, 1, (60, 2**n)) * subsets.sizes(n) ** 1.5
        table[:, 0] = 0
        table[:5] = np.round(table[:5], 1)  # ties
        game = CoalitionalGame(tuple(NAMES[:n]), table)
        for solve in (nucleolus, prenucleolus):
            whole = solve(game)[0].payoffs
            for k in range(60):
                answer = solve(game.draw(k))
                if not answer.points:
                    assert np.isnan(whole["a"][k])
                    continue
                one = answer[0].payoffs
                for p in game.players:
                    assert whole[p][k] == pytest.approx(one[p], abs=1e-8)
        eps = excess(game)
        for k in range(0, 60, 7):
            assert eps[k] == pytest.approx(excess(game.draw(k)), abs=1e-8)


def test_twenty_players_are_solved_and_checked_in_seconds() -> None:
    sizes = subsets.sizes(16).astype(np.int64)
    rng = np.random.default_rng(1)
    table = rng.integers(0, 1000, 2**16) * sizes
    table[0] = 0
    game = CoalitionalGame(tuple(f"p{k}" for k in range(16)), table)
    answer = prenucleolus(game)
    assert answer.evidence[0].holds
    x, stages = lexicographic.stages(game.table, rational=False)
    assert sum(x) == game.number(game.grand) and len(stages) <= 15


@settings(max_examples=40, deadline=None)
@given(games(2, 4), st.integers(0, 14), st.integers(1, 9))
def test_what_the_page_says_moves_what(game: CoalitionalGame, pick: int, more: int) -> None:
    """More for all never empties a core, more for others never fills one; Shapley by membership."""
    mask = pick % game.grand + 1
    table = [int(w) for w in game.table]
    table[mask] += more
    richer = CoalitionalGame(game.players, table)
    if mask == game.grand:
        assert excess(richer) <= excess(game)
    elif game.n > 1:
        assert excess(richer) >= excess(game)
    before, after = shapley(game)[0].payoffs, shapley(richer)[0].payoffs
    for k, p in enumerate(game.players):
        if mask >> k & 1:
            assert after[p] >= before[p]
        else:
            assert after[p] <= before[p]
