"""Markov perfect equilibrium: published values, derivations, an independent search."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.dynamic.arithmetic import stochastic as kernel
from negotiate.dynamic.arithmetic import stochastic_many, stochastic_path
from negotiate.dynamic.markov_perfect import holds, markov_perfect
from negotiate.dynamic.stochastic import StochasticGame, build, repeated
from negotiate.errors import InputError, NotApplicableError, NotConvergedError, TooLargeError
from negotiate.solution import Point
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.nash import nash as nash_equilibrium

F = Fraction


def zero_sum(states, table, discount):
    """``table[state][row][column] = (payoff, {state: chance})``; others only wait."""

    def outcome(state, play):
        if state not in table:
            return {}, {}
        pay, to = table[state][int(play["x"])][int(play["y"])]
        return {"x": pay, "y": -pay}, to

    sets = {
        s: {"x": [str(k) for k in range(len(rows))], "y": [str(k) for k in range(len(rows[0]))]}
        for s, rows in table.items()
    }
    return build(
        ["x", "y"], states=states, actions=sets, outcome=outcome, discount=discount, start=states[0]
    )


@pytest.mark.parametrize("delta", [0.3, 0.5, 0.9, 0.99])
def test_shapley_value_of_a_quadratic_game(delta):
    """Value of [[1 + d v, 0], [0, 1]]: v = (1 + d v) / (2 + d v), a quadratic in v."""
    expected = (-(2 - delta) + np.sqrt((2 - delta) ** 2 + 4 * delta)) / (2 * delta)
    game = zero_sum(["s"], {"s": [[(1, {"s": 1}), (0, {})], [(0, {}), (1, {})]]}, delta)
    found = markov_perfect(game)
    assert found[0].payoffs["x"] == pytest.approx(expected, abs=1e-10)
    assert found.settings["error bound"] < 1e-8
    # the stop chance of Shapley's paper does the same as discounting
    stopping = zero_sum(["s"], {"s": [[(1, {"s": delta}), (0, {})], [(0, {}), (1, {})]]}, 1)
    assert markov_perfect(stopping)[0].payoffs["x"] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("delta", [0.2, 0.9, 0.999])
def test_discounted_big_match(delta):
    """Blackwell and Ferguson (1968): value 1/2; stop with chance (1 - d) / (2 - d).

    Row mixes so that both columns give (1 - d) ... : p = z / (1 + z), z = 1 - d.
    """
    table = {
        "play": [[(0, {"play": 1}), (1, {"play": 1})], [(1, {"won": 1}), (0, {"lost": 1})]],
        "won": [[(1, {"won": 1})]],
        "lost": [[(0, {"lost": 1})]],
    }
    found = markov_perfect(zero_sum(["play", "won", "lost"], table, delta))[0]
    assert found.payoffs["x"] * (1 - delta) == pytest.approx(0.5, abs=1e-9)
    assert found.strategies["x"]["play"]["1"] == pytest.approx((1 - delta) / (2 - delta), abs=1e-7)
    assert found.strategies["y"]["play"]["0"] == pytest.approx(0.5, abs=1e-7)


def test_zero_sum_over_random_games_is_a_fixed_point_of_shapleys_operator():
    from scipy.optimize import linprog

    rng = np.random.default_rng(7)
    for _ in range(5):
        names = ["a", "b", "c"]
        table = {
            s: [
                [
                    (float(rng.normal()), dict(zip(names, rng.dirichlet(np.ones(3)))))
                    for _ in range(3)
                ]
                for _ in range(3)
            ]
            for s in names
        }
        point = markov_perfect(zero_sum(names, table, 0.9), plans="mixed")[0]
        v = point.facts["value by state"]["x"]
        for s in names:
            cells = np.array(
                [
                    [pay + 0.9 * sum(q * v[t] for t, q in to.items()) for pay, to in row]
                    for row in table[s]
                ]
            )
            # an independent value: maximise w with x'A >= w
            lp = linprog(
                [0, 0, 0, -1],
                A_ub=np.hstack([-cells.T, np.ones((3, 1))]),
                b_ub=np.zeros(3),
                A_eq=[[1, 1, 1, 0]],
                b_eq=[1],
                bounds=[(0, 1)] * 3 + [(None, None)],
            )
            assert -lp.fun == pytest.approx(v[s], abs=1e-7)


@pytest.mark.parametrize(
    "payoffs",
    [
        [[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
        [[[2, 0], [0, 1]], [[1, 0], [0, 2]]],
        [[[1, -1], [-1, 1]], [[-1, 2], [1, -1]]],
        [[[0, 6], [2, 4]], [[0, 2], [6, 4]]],
    ],
)
@pytest.mark.parametrize("delta", [F(0), F(1, 2), F(19, 20)])
def test_one_state_has_the_stage_equilibria(payoffs, delta):
    """With one state a Markov plan cannot react: the equilibria are those of the stage game."""
    stage = StrategicGame.from_arrays(payoffs, players=("a", "b"), strategies=[("x", "y")] * 2)
    nash = nash_equilibrium(stage)
    pure = {
        tuple(max(mix, key=mix.get) for mix in p.strategies.values())
        for p in nash
        if all(set(mix.values()) <= {0, 1} for mix in p.strategies.values())
    }
    found = markov_perfect(repeated(stage, delta), plans="pure")
    assert found.complete and found.exact
    got = {
        tuple(max(rows["stage"], key=rows["stage"].get) for rows in p.strategies.values())
        for p in found
    }
    assert got == pure
    mixed = markov_perfect(repeated(stage, delta), plans="mixed")[0]
    probabilities = [[p.strategies[i][s] for i in ("a", "b") for s in ("x", "y")] for p in nash]
    own = [mixed.strategies[i]["stage"][s] for i in ("a", "b") for s in ("x", "y")]
    assert min(np.abs(np.array(row, float) - own).max() for row in probabilities) < 1e-7


def attrition(cost, discount):
    """Stay or quit: quitting alone gives the other 1; both staying costs each and goes on."""

    def outcome(state, play):
        if state == "over":
            return {}, "over"
        stay = {p: a == "stay" for p, a in play.items()}
        if all(stay.values()):
            return {"a": -cost, "b": -cost}, "contest"
        return {p: int(stay[p]) for p in play}, "over"

    sets = {"contest": {p: ["stay", "quit"] for p in "ab"}}
    return build(
        ["a", "b"],
        states=["contest", "over"],
        start="contest",
        discount=discount,
        actions=sets,
        outcome=outcome,
    )


def test_war_of_attrition():
    """Two pure equilibria; in the mixed one each quits with chance c / (1 + c), worth 0.

    Quitting is worth 0, so staying is: q x 1 + (1 - q)(-c + d x 0) = 0.
    """
    game = attrition(F(1, 4), F(9, 10))
    pure = markov_perfect(game, plans="pure")
    assert {p.label for p in pure} == {"contest: a stay, b quit", "contest: a quit, b stay"}
    mixed = markov_perfect(game, plans="mixed")
    assert not mixed.complete
    for player in "ab":
        assert mixed[0].strategies[player]["contest"]["quit"] == pytest.approx(0.2, abs=1e-8)
        assert mixed[0].payoffs[player] == pytest.approx(0, abs=1e-8)
    exact = Point(
        payoffs={"a": F(0), "b": F(0)},
        strategies={
            p: {"contest": {"stay": F(4, 5), "quit": F(1, 5)}, "over": {"wait": 1}} for p in "ab"
        },
    )
    verdict = holds(game, exact)
    assert verdict.holds and verdict.value == 0 and isinstance(verdict.value, Fraction)
    wrong = Point(
        payoffs=exact.payoffs,
        strategies={
            p: {"contest": {"stay": F(3, 4), "quit": F(1, 4)}, "over": {"wait": 1}} for p in "ab"
        },
    )
    verdict = holds(game, wrong)
    assert not verdict.holds and "plays stay in contest" in verdict.witness


@st.composite
def small_games(draw):
    """Two players, two states, two actions, integer payoffs, chances in quarters."""
    cells = {}
    for state in ("s", "t"):
        for play in product("ab", repeat=2):
            chance = F(draw(st.integers(0, 4)), 4)
            cells[state, play] = (
                {"x": draw(st.integers(-2, 2)), "y": draw(st.integers(-2, 2))},
                {"s": chance, "t": 1 - chance},
            )
    sets = {state: {p: ["a", "b"] for p in "xy"} for state in ("s", "t")}
    return build(
        ["x", "y"],
        states=["s", "t"],
        start="s",
        actions=sets,
        discount={"x": F(1, 2), "y": F(3, 4)},
        outcome=lambda s, play: cells[s, (play["x"], play["y"])],
    )


def best_value(game, player, plan):
    """Best reply value by value iteration over the player's own actions: the definition."""
    i = game.players.index(player)
    v = dict.fromkeys(game.states, 0.0)
    for _ in range(200):
        nxt = {}
        for s in game.states:
            options = []
            for a in game.actions[s][player]:
                play = [plan[p][s] if p != player else a for p in game.players]
                cell = tuple(game.actions[s][p].index(c) for p, c in zip(game.players, play))
                later = sum(
                    float(game.chances[s][cell][k]) * v[t] for k, t in enumerate(game.states)
                )
                options.append(
                    float(game.payoffs[s][i][cell]) + float(game.discount[player]) * later
                )
            nxt[s] = max(options)
        v = nxt
    return v


@settings(max_examples=25, deadline=None)
@given(small_games())
def test_all_pure_equilibria_and_no_other(game):
    """Against a search that knows no Bellman trick: no reply of any kind does better."""
    expected = set()
    for choice in product("ab", repeat=4):
        plan = {"x": {"s": choice[0], "t": choice[1]}, "y": {"s": choice[2], "t": choice[3]}}
        worth = game.values(plan)
        if all(
            best_value(game, p, plan)[s] <= float(worth[p][s]) + 1e-9
            for p in game.players
            for s in game.states
        ):
            expected.add(choice)
    found = markov_perfect(game, plans="pure")
    got = {
        tuple(max(p.strategies[i][s], key=p.strategies[i][s].get) for i in "xy" for s in "st")
        for p in found
    }
    assert got == expected
    assert all(e.holds and e.value == 0 for e in found.evidence)
    # over draws the kernel says the same, in floats
    _, margins = stochastic_many.margins_over_draws(*_arrays(game))
    assert (margins >= -1e-12).sum() == len(expected)


def _arrays(game):
    reward, move, discount = game.arrays
    return reward, move, game.rules, discount


@settings(max_examples=15, deadline=None)
@given(small_games())
def test_a_mixed_equilibrium_passes_its_definition_or_says_why_not(game):
    try:
        found = markov_perfect(game, plans="mixed")
    except NotConvergedError as error:
        assert error.residual > 0
        return
    assert found.evidence[0].holds
    assert found[0].regret == pytest.approx(0, abs=1e-6)


def test_relabelling_players_permutes_the_answer():
    def outcome(first, second):
        def rule(state, play):
            one, two = play[first] == "b", play[second] == "b"
            return {first: 2 * one - two, second: one + 3 * two - 4 * one * two}, "s"

        return rule

    sets = {"s": {p: ["a", "b"] for p in "xy"}}
    one = build(
        ["x", "y"], states=["s"], start="s", discount=0.5, actions=sets, outcome=outcome("x", "y")
    )
    two = build(
        ["y", "x"], states=["s"], start="s", discount=0.5, actions=sets, outcome=outcome("x", "y")
    )
    assert [p.payoffs for p in markov_perfect(one)] == [
        dict(p.payoffs) for p in markov_perfect(two)
    ]


def test_three_players_and_a_single_decider():
    """A decision problem: stop now for 1, or wait one period for 2 at discount d."""

    def outcome(state, play):
        if state == "later":
            return {"a": 2}, {}
        return ({"a": 1}, {}) if play["a"] == "stop" else ({}, "later")

    for delta, best in ((F(1, 4), "stop"), (F(3, 4), "go")):
        game = build(
            ["a", "b", "c"],
            states=["now", "later"],
            start="now",
            discount=delta,
            actions={"now": {"a": ["stop", "go"]}},
            outcome=outcome,
        )
        found = markov_perfect(game, plans="pure")
        assert [p.label for p in found] == [f"now: a {best}"]
    tie = build(
        ["a"],
        states=["now", "later"],
        start="now",
        discount=F(1, 2),
        actions={"now": {"a": ["stop", "go"]}},
        outcome=outcome,
    )
    assert len(markov_perfect(tie, plans="pure")) == 2


def test_bounds_and_wrong_questions():
    game = build(
        ["a"],
        states=[f"s{k}" for k in range(25)],
        start="s0",
        discount=0.5,
        actions={f"s{k}": {"a": ["x", "y"]} for k in range(25)},
        outcome=lambda s, play: ({}, s),
    )
    with pytest.raises(TooLargeError, match="33,554,432 pure stationary plans"):
        markov_perfect(game)
    idle = build(
        ["a"],
        states=[f"s{k}" for k in range(12)],
        start="s0",
        discount=0.5,
        actions={f"s{k}": {"a": ["x", "y"]} for k in range(12)},
        outcome=lambda s, play: ({}, s),
    )
    with pytest.raises(TooLargeError, match="4,096 pure plans are equilibria"):
        markov_perfect(idle)
    with pytest.raises(InputError, match="any, pure, mixed"):
        markov_perfect(attrition(1, 0.5), plans="all")
    with pytest.raises(NotApplicableError, match="stochastic"):
        markov_perfect(object())
    assert isinstance(game, StochasticGame)


def price_duopoly(delta):
    """Maskin and Tirole's alternating price competition on seven prices; demand 1 - p."""
    prices = [f"p{k}" for k in range(7)]
    profit = [F(k, 6) * (1 - F(k, 6)) for k in range(7)]
    states = [f"{mover} faces {p}" for mover in "12" for p in prices]

    def outcome(state, play):
        mover, other = state[0], "2" if state[0] == "1" else "1"
        own, rival = int(play[mover][1]), int(state[-1])
        share = F(1, 2) if own == rival else F(int(own < rival))
        pay = {mover: share * profit[own], other: (1 - share) * profit[rival]}
        return pay, f"{other} faces p{own}"

    return build(
        ["1", "2"],
        states=states,
        start="1 faces p3",
        discount=delta,
        actions={s: {s[0]: prices} for s in states},
        outcome=outcome,
    )


@pytest.mark.parametrize("delta", [F(8, 10), F(9, 10), F(19, 20)])
def test_kinked_demand_curve_of_maskin_and_tirole(delta):
    """Maskin and Tirole (1988), Econometrica 56:571-599, table I: the monopoly price p3 is kept.

    Above p3 return to it, at p2 undercut to p1, at p1 stay with alpha = (5 + d)/(5d + 9d^2) and
    else relent to p3, at p0 relent.
    """
    alpha = (5 + delta) / (5 * delta + 9 * delta**2)
    reply = {k: {"p3": 1} for k in (0, 3, 4, 5, 6)}
    reply |= {2: {"p1": 1}, 1: {"p1": alpha, "p3": 1 - alpha}}
    game = price_duopoly(delta)
    plan = {i: {f"{i} faces p{k}": mix for k, mix in reply.items()} for i in "12"}
    worth = game.values(plan)
    point = Point(payoffs={i: worth[i][game.start] for i in "12"}, strategies=plan)
    verdict = holds(game, point)
    assert verdict.holds and verdict.value == 0 and isinstance(verdict.value, Fraction)
    # half of the monopoly profit of a quarter, for ever
    assert worth["1"]["1 faces p3"] == F(1, 8) / (1 - delta)
    # any other weight is refuted by a witness
    plan["1"] = plan["1"] | {"1 faces p1": {"p1": alpha / 2, "p3": 1 - alpha / 2}}
    assert not holds(game, Point(payoffs=point.payoffs, strategies=plan)).holds


def test_no_convergence_is_an_error_with_the_residual(monkeypatch):
    """A path cut off at its start: in a dilemma the uniform plan is no equilibrium."""
    monkeypatch.setattr(stochastic_path, "_STEPS", 0)
    stage = StrategicGame.from_arrays(
        [[[3.0, 0.0], [5.0, 1.0]], [[3.0, 5.0], [0.0, 1.0]]],
        players=("a", "b"),
        strategies=[("keep", "break")] * 2,
    )
    with pytest.raises(NotConvergedError, match="residual") as caught:
        markov_perfect(repeated(stage, 0.5), plans="mixed")
    # breaking gains (5 + 1 - 3 - 0) / 4 over the uniform mix: 0.15 of the spread of 5
    assert caught.value.residual == pytest.approx(0.75 / 5)


def test_path_following_finds_an_equilibrium_of_random_games_with_ties():
    rng = np.random.default_rng(0)
    rules = kernel.Rules(np.array([[2, 2], [2, 2]]))
    for _ in range(25):
        reward = rng.integers(-2, 3, (2, 2, 4)).astype(float)
        stay = rng.integers(0, 5, (2, 4)) / 4
        move = np.stack([stay, 1 - stay], -1)
        plan, gain = stochastic_path.by_continuation(reward, move, rules, np.array([0.5, 0.75]))
        assert gain < 1e-9
        assert plan.sum(-1) == pytest.approx(1)
