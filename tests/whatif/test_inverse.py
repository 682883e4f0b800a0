"""Inverse questions against conjugate posteriors and closed forms."""

import itertools
import json

import numpy as np
import pytest

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.whatif.questions.calibration import coverage
from negotiate.whatif.questions.inverse import rejection, sequential, sequential_markov
from negotiate.whatif.questions.matching import intervals
from negotiate.whatif.study.groups import Dirichlet
from negotiate.whatif.study.marginal import fitted, uniform
from negotiate.whatif.study.space import Space

NORMAL = fitted("normal", value=0.0, low=-1.6448536269514722, high=1.6448536269514722)
PAIR = Space({"x": NORMAL, "e": NORMAL})


def total(v):
    return {"y": v["x"] + v["e"]}


# x, e standard normal, x + e = 1 observed: x | y is N(1/2, 1/2)
TRUTH = (0.5, np.sqrt(0.5))


@pytest.mark.parametrize(
    "answer",
    [
        rejection(PAIR, total, {"y": 1.0}, draws=200_000, keep=3000, seed=2),
        sequential(PAIR, total, {"y": 1.0}, particles=2000, rounds=7, seed=1),
    ],
    ids=["rejection", "sequential"],
)
def test_conjugate_posterior(answer):
    mean = answer.weights @ answer.values["x"]
    spread = np.sqrt(answer.weights @ (answer.values["x"] - mean) ** 2)
    assert (mean, spread) == (pytest.approx(TRUTH[0], abs=0.05), pytest.approx(TRUTH[1], abs=0.05))
    reach = 1.6448536 * TRUTH[1]
    assert answer.quantile("x", 0.05) == pytest.approx(0.5 - reach, abs=0.12)
    assert answer.quantile("x", 0.95) == pytest.approx(0.5 + reach, abs=0.12)
    assert answer.contraction("x") == pytest.approx(1 - TRUTH[1], abs=0.05)
    assert answer.weights.sum() == pytest.approx(1.0)
    assert np.abs(answer.values["x"] + answer.values["e"] - 1).max() == pytest.approx(
        answer.distances.max() * np.sqrt(2), rel=0.01
    )
    json.dumps(answer.to_dict())


def test_sequential_narrows_and_counts():
    answer = sequential(PAIR, total, {"y": 1.0}, particles=500, rounds=6, seed=3)
    assert list(answer.rounds) == sorted(answer.rounds, reverse=True) and len(answer.rounds) == 6
    assert answer.distances.max() <= answer.tolerance
    assert 1 < answer.effective_sample_size < 500
    assert answer.effective_sample_size == pytest.approx(1 / np.square(answer.weights).sum())
    same = sequential(PAIR, total, {"y": 1.0}, particles=500, rounds=6, seed=3)
    assert np.array_equal(same.values["x"], answer.values["x"])
    short = sequential(PAIR, total, {"y": 1.0}, particles=500, rounds=60, most=20_000)
    assert "stopped after" in short.notes[0]


def test_weights_undo_the_kernel():
    # with a tolerance that accepts all, the posterior is the prior whatever the moves
    answer = sequential(
        Space({"x": uniform(0.0, 1.0)}),
        lambda v: {"y": 0 * v["x"]},
        {"y": 0.0},
        particles=4000,
        rounds=2,
        target=-1.0,
        seed=1,
    )
    for at in (0.1, 0.5, 0.9):
        assert answer.quantile("x", at) == pytest.approx(at, abs=0.03)


def test_labels_and_groups():
    space = Space({"x": uniform(0.0, 1.0)}, {"w": Dirichlet(("w1", "w2"), (1.0, 1.0))})

    def model(v):
        return {"deal": np.where(v["x"] > 0.8, "signed", "none"), "y": v["w1"]}

    found = rejection(space, model, {"deal": "signed", "y": 0.3}, draws=50_000, keep=200)
    assert (found.values["x"] > 0.8).all()
    assert found.values["w1"] + found.values["w2"] == pytest.approx(np.ones(200))
    assert found.quantile("w2", 0.5) == pytest.approx(0.7, abs=0.01)
    with pytest.raises(NoSolutionError, match="cannot produce"):
        rejection(space, model, {"deal": "war"}, draws=100, keep=10)


def test_hindsight_is_said():
    found = rejection(PAIR, total, {"y": 1.0}, draws=1000, keep=100)
    assert found.hindsight == ("y",) and "This uses hindsight: y" in found.sentence()
    found = rejection(PAIR, total, {"y": 1.0}, draws=1000, keep=100, hindsight=())
    assert "hindsight" not in found.sentence()
    assert "x is about" in found.sentence() and "effective sample size 100" in found.sentence()
    assert found.figure().startswith("<svg")


def test_failed_draws_are_never_kept():
    def model(v):
        return {"y": np.where(v["x"] < 0, np.nan, v["x"] + v["e"])}

    assert (rejection(PAIR, model, {"y": 1.0}, draws=5000, keep=500).values["x"] >= 0).all()


def test_intervals_cover_simulated_truth():
    found = coverage(PAIR, total, ("y",), truths=400, seed=2)
    for share in found.share.values():
        assert share == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 400))
    half = coverage(PAIR, total, ("y",), truths=400, level=0.5)
    assert half.share["x"] == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 400))
    assert "simulated truths" in found.sentence()


def test_coverage_sees_intervals_that_are_too_wide():
    # keeping half of all draws is no posterior: intervals hold nearly everything when y is exact
    space = Space({"x": uniform(0.0, 1.0)})
    wide = coverage(space, lambda v: {"y": v["x"]}, ("y",), truths=200, draws=2000, keep=1000)
    assert wide.share["x"] > 0.93


def test_exact_intervals():
    space = Space({"cost": uniform(0.0, 1.0), "stake": uniform(1.0, 3.0)})

    def model(v):
        return {"share": v["cost"] * v["stake"] - 0.2}

    # stake at its median 2: |2 cost - 0.2 - 0.4| <= 0.1
    found = intervals(space, model, "cost", "share", 0.4, tolerance=0.1)
    assert len(found.intervals) == 1
    assert found.intervals[0] == pytest.approx((0.25, 0.35), abs=1e-12)
    assert "cost must be between 0.25 and 0.35" in found.sentence()
    none = intervals(space, model, "cost", "share", 9.0, tolerance=0.1, low=0.0, high=1.0)
    assert none.intervals == () and "nearest is 1.8 at 1" in none.sentence()


def test_interval_narrower_than_the_grid():
    space = Space({"x": uniform(0.0, 1.0)})
    found = intervals(space, lambda v: {"y": v["x"] ** 3}, "x", "y", 0.2, tolerance=1e-9)
    low, high = found.intervals[0]
    assert low < 0.2 ** (1 / 3) < high and high - low < 1e-8


def test_vertex_gives_an_interval_at_zero_tolerance():
    # locally constant metric: a whole interval gives the same answer exactly
    space = Space({"x": uniform(0.0, 1.0)})
    found = intervals(
        space, lambda v: {"y": np.clip(v["x"], 0.25, 0.5)}, "x", "y", 0.5, tolerance=0.0,
        low=0.0, high=1.0,
    )  # fmt: skip
    assert found.intervals == (pytest.approx((0.5, 1.0), abs=1e-12),)


def test_bad_questions():
    with pytest.raises(UnknownNameError, match="did you mean 'yy'"):
        rejection(PAIR, lambda v: {"yy": v["x"]}, {"yyy": 1.0}, draws=100, keep=10)
    with pytest.raises(InputError, match="nothing was observed"):
        rejection(PAIR, total, {})
    with pytest.raises(InputError, match="keep 20 of 10"):
        rejection(PAIR, total, {"y": 1.0}, draws=10, keep=20)
    with pytest.raises(UnknownNameError):
        rejection(PAIR, total, {"y": 1.0}, draws=10, keep=2, hindsight=("z",))
    with pytest.raises(UnknownNameError):
        intervals(PAIR, total, "q", "y", 0.0, tolerance=0.1)


def test_markov_populations_against_the_normal_posterior():
    """x, e standard normal, y = x + e = 1: x is normal with mean 1/2 and variance 1/2."""
    found = sequential_markov(PAIR, total, {"y": 1.0}, particles=2000, rounds=4, seed=3)
    assert found.tolerance < 0.1 and len(found.rounds) == 4
    assert all(b < a for a, b in itertools.pairwise(found.rounds))
    mean = float(found.weights @ found.values["x"])
    spread = float(np.sqrt(found.weights @ (found.values["x"] - mean) ** 2))
    # some 400 effective draws: a standard error of 0.035
    assert mean == pytest.approx(0.5, abs=0.1) and spread == pytest.approx(0.5**0.5, abs=0.1)
    assert (found.distances <= found.tolerance).all()
    assert found.weights.sum() == pytest.approx(1.0)


def test_many_inputs_do_not_stop_either_sampler():
    """Steps in fifty dimensions nearly always leave the cube: one says so, the other goes on."""
    space = Space({f"x{i}": uniform(0.0, 1.0) for i in range(50)})

    def mean(v):
        return {"y": np.mean([v[f"x{i}"] for i in range(50)], axis=0)}

    given_up = sequential(space, mean, {"y": 0.6}, particles=50, seed=1)
    assert any("sequential_markov" in note for note in given_up.notes)
    found = sequential_markov(space, mean, {"y": 0.6}, particles=400, seed=1)
    assert found.tolerance < given_up.tolerance
    centre = float(found.weights @ mean(found.values)["y"])
    assert centre == pytest.approx(0.6, abs=0.01)
