"""Many small stochastic games at once: against single games, closed forms and the definition."""

import numpy as np
import pytest

import negotiate
from negotiate.dynamic.arithmetic import markov, stochastic_many
from negotiate.dynamic.arithmetic import stochastic as kernel
from negotiate.dynamic.durability import from_case as durability
from negotiate.errors import NotApplicableError
from negotiate.whatif.study import design, world

RULES = kernel.Rules(np.array([[2, 2], [2, 1], [1, 2], [1, 1]]))
"""Both choose in the first state, one each in the next two, nobody in the last."""


def drawn(size, seed, rules=RULES):
    rng = np.random.default_rng(seed)
    states, players = rules.counts.shape
    width = max(rules.joint)
    reward = rng.normal(size=(size, states, players, width))
    move = rng.dirichlet(np.full(states, 0.5), (size, states, width))
    return reward, move, rng.uniform(0.3, 0.95, (size, players))


def best_reply_value(reward, move, rules, plan, discount, player):
    """Value of the best reply to a plan, by value iteration: the definition, no equation solved."""
    value = np.zeros(len(rules.counts))
    for _ in range(2_000):
        new = np.empty_like(value)
        for s, count in enumerate(rules.joint):
            worth = np.zeros(int(rules.counts[s, player]))
            for m in range(count):
                own = rules.own[s, :, m]
                chance = np.prod(
                    [plan[s, j, own[j]] for j in range(len(own)) if j != player], initial=1.0
                )
                worth[own[player]] += chance * (
                    reward[s, player, m] + discount[player] * (move[s, m] @ value)
                )
            new[s] = worth.max()
        value = new
    return value


def own_value(reward, move, rules, plan, discount, player):
    chance = kernel.spread(rules, plan)
    step = (move * chance[..., None]).sum(-2)
    pay = (reward[:, player] * chance).sum(-1)
    return np.linalg.solve(np.eye(len(step)) - discount[player] * step, pay)


def test_every_equilibrium_found_is_a_best_reply_to_itself():
    reward, move, discount = drawn(400, 3)
    made = stochastic_many.most_lasting(reward, move, RULES, discount, start=0, ends=[3])
    assert made.found.all() and (made.pure == 0).sum() > 30
    for k in [*np.flatnonzero(made.pure == 0)[:8], *np.flatnonzero(made.pure > 0)[:4]]:
        for player in (0, 1):
            game = reward[k], move[k], RULES, made.plans[k], discount[k], player
            assert own_value(*game) == pytest.approx(best_reply_value(*game), abs=1e-7)


def test_pure_plans_of_all_games_as_of_each():
    reward, move, discount = drawn(60, 4)
    plans, margins = stochastic_many.margins_over_draws(reward, move, RULES, discount)
    for k in range(60):
        found, _, _ = kernel.pure_equilibria(reward[k], move[k], RULES, discount[k])
        assert {tuple(p) for p in plans[margins[k] >= -1e-9]} == {tuple(p) for p in found}


def test_a_coin_is_matched_by_its_closed_form():
    """[[a, b], [c, d]] against [[e, f], [g, h]] of one state: odds from the other's payoffs."""
    rng = np.random.default_rng(5)
    rules = kernel.Rules(np.array([[2, 2]]))
    high, low = rng.uniform(1, 2, (2, 50, 2)), rng.uniform(-1, 0, (2, 50, 2))
    first = np.stack([high[0, :, 0], low[0, :, 0], low[0, :, 1], high[0, :, 1]], -1)
    second = np.stack([low[1, :, 0], high[1, :, 0], high[1, :, 1], low[1, :, 1]], -1)
    reward = np.stack([first, second], 1)[:, None]
    game = stochastic_many.folded(
        *stochastic_many.draws_last(reward, np.ones((50, 1, 4, 1))),
        rules,
        np.full((2, 50), 0.7),
    )
    rows, plans = stochastic_many.mixed(game)
    assert rows.tolist() == list(range(50))
    a, b, c, d = first.T
    e, f, g, h = second.T
    assert plans[:, 0, 0, 0] == pytest.approx((h - g) / (e - f - g + h))
    assert plans[:, 0, 1, 0] == pytest.approx((d - b) / (a - b - c + d))


def test_lasting_longest_of_several():
    """Coordination in peace: two pure equilibria, of which the one that lasts is taken."""
    rules = kernel.Rules(np.array([[2, 2], [1, 1]]))
    reward = np.zeros((2, 2, 2, 4))
    reward[:, 0, :, 0] = reward[:, 0, :, 3] = 1
    move = np.zeros((2, 2, 4, 2))
    move[:, 1, 0, 1] = 1
    move[:, 0, :, 0], move[:, 0, :, 1] = 0.5, 0.5
    move[0, 0, 0], move[1, 0, 3] = [0.9, 0.1], [0.9, 0.1]
    made = stochastic_many.most_lasting(
        reward, move, rules, np.full((2, 2), 0.5), start=0, ends=[1]
    )
    assert made.pure.tolist() == [2, 2]
    assert made.plans[:, 0, 0].tolist() == [[1, 0], [0, 1]]
    assert markov.expected_time(made.step, [1])[:, 0] == pytest.approx([10, 10])


def test_every_draw_of_the_lead_case_has_an_equilibrium():
    case = negotiate.load("idlib-2020")
    drawn_case = case.with_draws(design.Sobol(2_048, seed=1).values(world.space(case), 0, 2_048))
    play = durability(drawn_case).play
    assert not np.isnan(play["mixed"]).any()
    assert 0.3 < play["mixed"].mean() < 0.5
    for party in case.principals:
        inside = (play[f"honours.{party}"] > 0) & (play[f"honours.{party}"] < 1)
        # who mixes is indifferent
        assert np.abs(play[f"honour_margin.{party}"][inside]).max() < 1e-9


def test_three_actions_are_refused_with_the_reason():
    rules = kernel.Rules(np.array([[3, 3]]))
    reward, move, discount = drawn(1, 6, rules)
    game = stochastic_many.folded(*stochastic_many.draws_last(reward, move), rules, discount.T)
    with pytest.raises(NotApplicableError, match="two players, two actions"):
        stochastic_many.mixed(game)
