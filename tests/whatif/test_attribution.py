import json
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.whatif.measures import shapley
from negotiate.whatif.questions.attribution import attribute, attribute_between

games = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.integers(-9, 9), min_size=2**size, max_size=2**size)
)


def by_orders(v):
    """The definition: mean marginal contribution over all orders of entry."""
    size = len(v).bit_length() - 1
    total = [Fraction(0)] * size
    orders = list(permutations(range(size)))
    for order in orders:
        s = 0
        for k in order:
            total[k] += v[s | 1 << k] - v[s]
            s |= 1 << k
    return [t / len(orders) for t in total]


def by_definition(v, j, k):
    """Interaction as the Shapley value of the pair's joint marginal (Grabisch, Roubens 1999)."""
    size = len(v).bit_length() - 1
    others = [i for i in range(size) if i not in (j, k)]
    out = Fraction(0)
    orders = list(permutations([*others, "pair"]))
    for order in orders:
        s = sum(1 << i for i in order[: order.index("pair")])
        out += v[s | 1 << j | 1 << k] - v[s | 1 << j] - v[s | 1 << k] + v[s]
    return out / len(orders)


@settings(max_examples=60, deadline=None)
@given(games)
def test_value_and_interaction_by_the_definition(v):
    v = [Fraction(x) for x in v]
    floats = np.array([float(x) for x in v])
    truth = by_orders(v)
    assert shapley.exact_values(v) == truth
    assert shapley.values(floats) == pytest.approx([float(x) for x in truth], abs=1e-12)
    assert sum(truth) == v[-1] - v[0]
    found = shapley.interactions(floats)
    for j in range(len(truth)):
        assert found[j, j] == 0
        for k in range(j):
            assert found[j, k] == pytest.approx(float(by_definition(v, j, k)), abs=1e-12)


def test_published_values():
    # gloves: one left, two right; Shapley value (2/3, 1/6, 1/6) (Osborne and Rubinstein 1994, 293)
    glove = [0, 0, 0, 1, 0, 1, 0, 1]
    assert shapley.values(np.array(glove)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    # airport game, costs 1, 2, 3: 1/3, 1/3 + 1/2, 1/3 + 1/2 + 1 (Littlechild and Owen 1973)
    costs = np.array([1.0, 2.0, 3.0])
    airport = (shapley.members(3) * costs).max(1)
    assert shapley.values(airport) == pytest.approx([1 / 3, 5 / 6, 11 / 6])


def test_leading_axes_and_size():
    rng = np.random.default_rng(1)
    v = rng.random((7, 3, 16))
    assert shapley.values(v)[4, 1] == pytest.approx(shapley.values(v[4, 1]))
    big = rng.random((4, 2**15))
    assert shapley.values(big).sum(-1) == pytest.approx(big[:, -1] - big[:, 0], abs=1e-9)
    with pytest.raises(InputError, match="power of two"):
        shapley.values(np.zeros(6))
    with pytest.raises(TooLargeError):
        shapley.values(np.zeros(2**21))


@settings(max_examples=30, deadline=None)
@given(games, st.integers(0, 5))
def test_bounds_hold_for_every_game_between(v, seed):
    rng = np.random.default_rng(seed)
    lower = np.array(v, float)
    upper = lower + rng.integers(0, 4, len(v))
    low, high = shapley.bounds(lower, upper)
    for _ in range(5):
        between = shapley.values(lower + rng.random(len(v)) * (upper - lower))
        assert (between >= low - 1e-9).all() and (between <= high + 1e-9).all()
    # and are reached: v high where the coefficient is positive
    coefficients = shapley.values(np.eye(len(v)))[:, 0]
    reached = shapley.values(np.where(coefficients > 0, upper, lower))[0]
    assert reached == pytest.approx(high[0], abs=1e-9)


def over_draws(on):
    rng = np.random.default_rng(3)
    slopes = rng.random((3, 50))
    return {"u": on @ slopes + (on[:, 0] & on[:, 1])[:, None] * 0.5}


def test_shares_over_draws_sum_to_the_whole():
    answer = attribute(over_draws, ("a", "b", "c"), rule="payoff dominant")["u"]
    assert answer.draws.shape == (50, 3)
    slopes = np.random.default_rng(3).random((3, 50))
    truth = slopes.T + np.array([0.25, 0.25, 0.0])
    assert answer.draws == pytest.approx(truth)
    assert answer.share.sum() == pytest.approx(answer.all - answer.none, abs=1e-12)
    assert answer.interaction[0, 1] == pytest.approx(0.5)
    assert answer.pairs()[0] == {"player": "a", "with": "b", "interaction": pytest.approx(0.5)}
    assert "reinforce each other" in answer.sentence()
    assert answer.to_dict()["sum of shares"] == pytest.approx(answer.all - answer.none)
    json.dumps(answer.to_dict())
    steps = answer.picture().values
    assert steps[0] + sum(steps[1:-1]) == pytest.approx(steps[-1])
    assert answer.figure().startswith("<svg")


def test_labels_by_indicators():
    def worth(on):
        return {"deal": np.where(on.all(1), "signed", "none")[:, None].repeat(4, 1)}

    answer = attribute(worth, ("a", "b"))["deal"]
    assert answer.label == "signed" and answer.share == pytest.approx([0.5, 0.5])
    assert "'signed'" in answer.sentence()


def test_draws_without_an_answer_are_left_out_and_said():
    def worth(on):
        table = np.repeat(on.sum(1)[:, None], 3, 1).astype(float)
        table[1, 0] = np.nan
        return {"terms": table}

    answer = attribute(worth, ("a", "b"))["terms"]
    assert answer.undefined == 1 and "1 draws have no attribution" in answer.sentence()
    with pytest.raises(NotApplicableError, match="disagreement"):
        attribute(lambda on: {"terms": np.full(len(on), np.nan)}, ("a", "b"))


def test_sampled_beyond_fifteen():
    rng = np.random.default_rng(2)
    worths = rng.random(18)

    def worth(on):
        # additive part and a pair bonus: exact share worths + half of the bonus
        return {"u": on @ worths + 2.0 * (on[:, 0] & on[:, 1])}

    answer = attribute(worth, [f"l{i}" for i in range(18)], permutations=4000, seed=1)["u"]
    truth = worths + np.where(np.arange(18) < 2, 1.0, 0.0)
    assert answer.share.sum() == pytest.approx(answer.all - answer.none, abs=1e-9)
    assert np.abs(answer.share - truth).max() < max(4 * answer.error.max(), 1e-9)
    assert answer.error.max() < 0.05 and "sampling error" in answer.notes[0]
    # additive players are met exactly by any order
    assert answer.share[5] == pytest.approx(worths[5])


def test_sampling_error_is_honest():
    rng = np.random.default_rng(0)
    v = rng.random(2**6)

    def value(on):
        return v[on @ (1 << np.arange(6))]

    truth, hits = shapley.values(v), 0
    for seed in range(40):
        mean, error = shapley.sampled(value, 6, permutations=200, seed=seed)
        hits += (np.abs(mean - truth) < 1.96 * error).sum()
    assert 0.88 < hits / 240 < 0.99


def test_ties_give_a_range():
    def lower(on):
        return {"u": on[:, 0].astype(float)}

    def upper(on):
        return {"u": on[:, 0] + 0.4 * on.all(1)}

    answer = attribute_between(lower, upper, ("a", "b"))["u"]
    assert (answer.lower[0], answer.upper[0]) == pytest.approx((1.0, 1.2))
    assert answer.rule == "ties left open"


def test_bad_players():
    with pytest.raises(InputError):
        attribute(over_draws, ())
    with pytest.raises(InputError):
        attribute(over_draws, ("a", "a", "b"))
    with pytest.raises(InputError, match="shape"):
        attribute(lambda on: {"u": np.zeros(3)}, ("a", "b"))
