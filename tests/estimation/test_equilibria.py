"""The crisis game: every equilibrium, and finding the truth when several are played."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from negotiate.estimation.arithmetic import crisis
from negotiate.estimation.crisis_signalling import (
    INDICES,
    CrisisSignalling,
    all_equilibria,
    smoothed_frequencies,
)
from negotiate.estimation.maximise import climb
from negotiate.estimation.problem import Problem

TRUTH = np.array([1.0, -1.9, -2.9, 0.1, -1.2, 1.0])


def payoffs(x: Any) -> list[Any]:
    """sigInt's example: V_A = V_B = 1, W_A = -1.9, a = -1.2, W_B = -2.9 + 0.1 x."""
    one = np.ones(len(x))
    return [0 * one, one, 0 * one, -1.9 * one, -2.9 + 0.1 * x, -1.2 * one, one]


def test_counts_of_equilibria_against_a_fine_grid() -> None:
    """Changes of sign on 10,000 points, for games at random: none that the search misses."""
    rng = np.random.default_rng(6)
    eta = [rng.normal(0, 2.0, 60) for _ in range(7)]
    eta = [np.concatenate([e, f]) for e, f in zip(eta, payoffs(np.linspace(-1, 2, 31)))]
    row, p = crisis.equilibria(eta)
    count = np.bincount(row, minlength=len(eta[0]))
    q = np.linspace(-8.0, 8.0, 10_001)
    for k in range(len(count)):
        one = [e[k] for e in eta]
        under = q < crisis.reply(ndtr(q), one).z
        assert (under[1:] != under[:-1]).sum() <= count[k]
    assert set(count[60:]) == {1, 3}
    at = crisis.reply(p, [e[row] for e in eta])
    told = at.challenge > 1e-280  # B's answer to a challenge that never comes is arbitrary
    assert told.sum() > 100
    assert np.abs(p - at.resist)[told].max() < 1e-9


def test_no_spurious_equilibria_in_the_tails() -> None:
    """With the tail as a difference such games had a hundred; the truth is one or three."""
    rng = np.random.default_rng(3)
    eta = [rng.normal(0, 1.0, 400) for _ in range(7)]
    eta[0] = rng.uniform(2.0, 9.0, 400)  # a good status quo: challenges are rare
    row, _ = crisis.equilibria(eta)
    assert set(np.bincount(row)) <= {1, 2, 3}


def test_equilibria_of_chosen_payoffs_are_labelled() -> None:
    (found,) = all_equilibria(dict(zip(INDICES, (0.0, 1.0, 0.0, -1.9, -2.9, -1.2, 1.0))))
    assert len(found) == 3
    for one in found:
        assert one["sq"] + one["cd"] + one["sf"] + one["bd"] == pytest.approx(1.0)
        at = crisis.reply(np.array(one["resist | challenge"]), [e[0] for e in payoffs(np.zeros(1))])
        assert float(at.resist) == pytest.approx(one["resist | challenge"], abs=1e-9)


def played(rule: str, seed: int, *, games: int = 100, plays: int = 100) -> tuple[Problem, Any]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 2.0, games)
    eta = payoffs(x)
    row, p = crisis.equilibria(eta)
    each = [p[row == k] for k in range(games)]
    if rule == "lowest":
        chosen = np.array([q[0] for q in each])
    elif rule == "random":
        chosen = np.array([rng.choice(q) for q in each])
    else:
        chosen = np.array([q[-1] if v > 0.75 else q[0] for q, v in zip(each, x)])
    at = crisis.reply(chosen, eta)
    threat, firm = at.challenge, at.firm
    shares = np.column_stack(
        [1 - threat, threat * (1 - chosen), threat * chosen * firm, threat * chosen * (1 - firm)]
    )
    counts = np.array([rng.multinomial(plays, s / s.sum()) for s in shares], dtype=float)
    one, none = np.ones((games, 1)), np.zeros((games, 0))
    designs = (none, one, none, one, np.column_stack([one, x]), one, one)
    labels = ((), ("",), (), ("",), ("constant", "x"), ("",), ("",))
    return Problem(CrisisSignalling(), designs, labels, np.asfortranarray(counts)), x


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["lowest", "random", "covariate"])
@pytest.mark.parametrize("seed", [21, 22])
def test_the_basin_of_the_truth_is_found_without_being_told(rule: str, seed: int) -> None:
    """Six data sets, most games with three equilibria, three rules of selection."""
    problem, _ = played(rule, seed)
    told = climb(problem, TRUTH)
    found = climb(problem, problem.model.own_starts(problem)[0])
    assert found.at.value > max(told.at.value, problem.log_likelihood(TRUTH)) - 1e-3
    assert np.abs(found.beta - TRUTH).max() < 0.8


def test_frequencies_fall_back_on_the_rates_of_all_rows() -> None:
    counts = np.array([[5.0, 0, 0, 0], [0, 10, 60, 30]])
    resist, firm = smoothed_frequencies(counts)
    assert resist[0] == pytest.approx(90.5 / 101) and firm[0] == pytest.approx(60.5 / 91)
    assert abs(resist[1] - 0.9) < 0.01


def test_selection_rules_name_the_ends() -> None:
    x = np.zeros(3)
    low = CrisisSignalling("lowest").events(payoffs(x))["resist | challenge"]
    high = CrisisSignalling("highest").events(payoffs(x))["resist | challenge"]
    middle = CrisisSignalling("uniform").events(payoffs(x))["resist | challenge"]
    assert (low < middle).all() and (middle < high).all()
