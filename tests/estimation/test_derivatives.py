"""Gradients and Hessians of every model against central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from negotiate.estimation.arithmetic import jets, links
from negotiate.estimation.arithmetic.two_tails import bivariate_normal, bivariate_normal_jet
from negotiate.estimation.crisis_signalling import CrisisPseudo, CrisisSignalling
from negotiate.estimation.durations import Cox, CoxProblem, Weibull
from negotiate.estimation.multinomial import MultinomialLogit
from negotiate.estimation.problem import Prior, Problem
from negotiate.estimation.quantal_counts import QuantalCounts
from negotiate.estimation.strategic_tree import Chance, Move, Outcome, tree
from negotiate.estimation.ultimatum import Ultimatum

RNG = np.random.default_rng(4)
ROWS = 30


def problem(model: Any, outcome: Any, *, scale: float = 0.4, **extra: Any) -> tuple[Problem, Any]:
    """Every index has a constant and a regressor."""
    rng = np.random.default_rng(11)
    rows = len(outcome)
    designs = tuple(np.column_stack([np.ones(rows), rng.normal(size=rows)]) for _ in model.indices)
    made = Problem(
        model, designs, (("constant", "x"),) * len(designs), np.asfortranarray(outcome), **extra
    )
    return made, rng.normal(0.0, scale, made.size)


def drawn(model: Any) -> Any:
    return model.simulate([RNG.normal(0, 0.5, ROWS) for _ in model.indices], RNG)


TWICE = Move(
    "1",
    (
        ("L", Outcome(("1",))),
        (
            "R",
            Move(
                "2",
                (
                    ("L", Outcome(("1",))),
                    ("R", Move("1", (("L", Outcome(("1", "2"))), ("R", Outcome(("1", "2")))))),
                ),
            ),
        ),
    ),
)
MANY = Move(
    "1",
    (
        ("a", Outcome(("1",))),
        ("b", Outcome(("1",))),
        (
            "c",
            Move(
                "2",
                (
                    ("x", Outcome(("1",))),
                    ("y", Outcome(("1", "2"))),
                    ("z", Outcome(("1", "2"))),
                ),
            ),
        ),
    ),
)
LUCK = Move(
    "1",
    (
        ("L", Outcome(("1",))),
        (
            "R",
            Chance(
                (
                    ("fair", 0.25, Outcome(("1",), "fair")),
                    (
                        "foul",
                        0.75,
                        Move(
                            "2", (("L", Outcome(("1",), "foul")), ("R", Outcome(("1", "2"), "war")))
                        ),
                    ),
                )
            ),
        ),
    ),
)

TREES = [
    tree(shape, link=link, errors=errors, scale=scale)
    for shape in ("egame12", "egame122", "egame123")
    for link in ("probit", "logit")
    for errors in ("agent", "private")
    for scale in ("none", "one", "player")
] + [
    tree(TWICE, link="logit"),
    tree(TWICE),
    tree(MANY, link="logit"),
    tree(LUCK, errors="private"),
]


def check(made: Problem, beta: Any, *, tolerance: float = 2e-6) -> None:
    at = made.evaluate(beta)
    assert at.finite
    steps = 1e-5 * np.eye(made.size)
    gradient = np.array(
        [(made.evaluate(beta + h).value - made.evaluate(beta - h).value) / 2e-5 for h in steps]
    )
    hessian = np.array(
        [
            (made.evaluate(beta + h).gradient - made.evaluate(beta - h).gradient) / 2e-5
            for h in steps
        ]
    )
    size = 1.0 + np.abs(at.hessian).max()
    assert np.abs(gradient - at.gradient).max() < tolerance * size
    assert np.abs(hessian - at.hessian).max() < tolerance * size


@pytest.mark.parametrize("model", TREES, ids=lambda m: f"{m.title}, {m.scale}")
def test_trees(model: Any) -> None:
    made, beta = problem(model, drawn(model))
    check(made, beta)
    assert np.allclose(made.scores(beta).sum(axis=0), made.evaluate(beta).gradient)


def test_counts_of_outcomes_are_as_many_rows() -> None:
    model = tree("egame123")
    counts = RNG.integers(0, 4, (ROWS, 4)) + np.eye(4)[RNG.integers(0, 4, ROWS)]
    columns = {name: counts[:, k] for k, name in enumerate("abcd")}
    named, outcome = model.read_outcome(columns)
    made, beta = problem(named, outcome)
    check(made, beta)
    rows = np.repeat(np.arange(ROWS), counts.sum(axis=1).astype(int))
    codes = np.concatenate([np.repeat(np.arange(4), row.astype(int)) for row in counts])
    single = model._taken(np.eye(4)[codes])
    long = Problem(named, tuple(x[rows] for x in made.designs), made.labels, single)
    assert long.evaluate(beta).value == pytest.approx(made.evaluate(beta).value, rel=1e-12)


def test_events_sum_to_one_and_carry_derivatives() -> None:
    for model in [*TREES, MultinomialLogit(("a", "b", "c"))]:
        eta = [RNG.normal(0, 0.6, 5) for _ in model.indices]
        events = model.events(eta)
        assert np.allclose(sum(events[name] for name in model.outcomes), 1.0)
        jet = model.events(jets.seeds(eta))[model.outcomes[-1]]
        for k in range(len(eta)):
            moved = [e + (1e-6 if k == j else 0.0) for j, e in enumerate(eta)]
            back = [e - (1e-6 if k == j else 0.0) for j, e in enumerate(eta)]
            slope = (
                model.events(moved)[model.outcomes[-1]] - model.events(back)[model.outcomes[-1]]
            ) / 2e-6
            assert np.allclose(slope, jet.first.get(k, 0.0), atol=1e-8)


def test_multinomial_and_prior() -> None:
    made, beta = problem(
        MultinomialLogit(("a", "b", "c"), every=True),
        RNG.integers(0, 5, (ROWS, 3)).astype(float),
        prior=Prior(scale=0.7, constant=2.0),
    )
    check(made, beta)


def test_weights_multiply() -> None:
    model = tree("egame12")
    outcome = drawn(model)
    weights = RNG.integers(0, 3, ROWS).astype(float)
    made, beta = problem(model, outcome, weights=weights)
    check(made, beta)
    repeated, _ = problem(model, outcome)
    again = repeated.some(np.repeat(np.arange(ROWS), weights.astype(int)))
    assert again.evaluate(beta).value == pytest.approx(made.evaluate(beta).value)


def test_ultimatum() -> None:
    model = Ultimatum(most=10.0)
    offers = np.concatenate([[0.0, 10.0], RNG.uniform(0, 10, ROWS - 2)])
    outcome = np.column_stack([offers, RNG.integers(0, 2, ROWS)])
    made, beta = problem(model, outcome)
    beta[::2] = [1.0, 3.0, 0.8, 0.9]
    check(made, beta, tolerance=2e-5)
    eta = [np.array([x]) for x in (1.0, 3.0, 0.5, 0.3)]
    jet = model.events(jets.seeds(eta))["best offer"]
    for k in range(4):
        ends = [
            model.events([e + s * (k == j) for j, e in enumerate(eta)])["best offer"][0]
            for s in (1e-5, -1e-5)
        ]
        assert jets.column(jet.first.get(k, 0.0), 1)[0] == pytest.approx(
            (ends[0] - ends[1]) / 2e-5, abs=1e-6
        )


@pytest.mark.parametrize("selection", ["best", "uniform", "lowest", "highest"])
def test_full_crisis_likelihood(selection: Any) -> None:
    x = np.linspace(-1.0, 2.0, 7)
    counts = RNG.integers(1, 9, (7, 4)).astype(float)
    one, none = np.ones((7, 1)), np.zeros((7, 0))
    made = Problem(
        CrisisSignalling(selection),
        (one, one, one, one, np.column_stack([one, x]), one, one),
        (("",),) * 4 + (("constant", "x"),) + (("",),) * 2,
        counts,
    )
    assert none.shape[1] == 0
    check(made, np.array([0.02, 1.0, 0.01, -1.9, -2.9, 0.1, -1.2, 1.0]), tolerance=2e-5)


def test_pseudo_likelihood() -> None:
    counts = RNG.integers(1, 9, (ROWS, 4)).astype(float)
    first = RNG.uniform(0.3, 0.7, (ROWS, 2))
    made, beta = problem(CrisisPseudo(), np.column_stack([counts, first]), scale=0.3)
    check(made, beta)


@pytest.mark.parametrize("answers", ["equilibrium", "observed"])
def test_quantal_counts(answers: Any) -> None:
    games = [RNG.integers(0, 9, (2, 2, 3)).astype(float) for _ in range(4)]
    direction = np.zeros((2, 2, 3))
    direction[0, 0, 0] = 1.0
    model = QuantalCounts.of(games, directions={"theta": direction}, power=True, answers=answers)
    counts = RNG.integers(1, 30, (4, 5)).astype(float)
    one = np.ones((4, 1))
    made = Problem(model, (one,) * 3, (("",),) * 3, model._checked(counts))
    check(made, np.array([0.35, 0.4, 0.2]), tolerance=2e-5)


def test_three_players_respond_quantally() -> None:
    model = QuantalCounts.of([RNG.integers(0, 5, (3, 2, 2, 2)).astype(float)])
    counts = RNG.integers(1, 30, (1, 6)).astype(float)
    made = Problem(model, (np.ones((1, 1)),), (("",),), model._checked(counts))
    check(made, np.array([0.5]), tolerance=2e-5)


def test_durations() -> None:
    outcome = np.column_stack([RNG.exponential(size=ROWS), RNG.integers(0, 2, ROWS)])
    made, beta = problem(Weibull(), outcome)
    check(made, beta)
    x = RNG.normal(size=(ROWS, 2))
    tied = np.column_stack([np.ceil(4 * outcome[:, 0]), outcome[:, 1]])
    cox = CoxProblem(Cox(), (x,), (("a", "b"),), tied)
    check(cox, np.array([0.3, -0.2]))


# tails


def test_bivariate_normal_against_another_program() -> None:
    """Genz's integration in SciPy, correlation 1/sqrt 2, away from the tails."""
    law = multivariate_normal(cov=[[1.0, np.sqrt(0.5)], [np.sqrt(0.5), 1.0]])
    for h, k in RNG.normal(0, 1.5, (60, 2)):
        assert bivariate_normal(h, k) == pytest.approx(law.cdf([h, k]), abs=2e-7)


def test_tails_are_tails() -> None:
    """P(Z2 <= k) bounds P(Z1 <= h, Z2 <= k), and meets it as h grows: to ten digits at 30 sd."""
    for k in (-6.0, -13.9, -30.0):
        assert bivariate_normal(50.0, k) / ndtr(k) == pytest.approx(1.0, rel=1e-10)
        ratios = [bivariate_normal(h, k) / ndtr(k) for h in np.linspace(-9.0, 3.0, 60)]
        assert np.all(np.diff(ratios) >= 0.0)  # no digits are lost anywhere on the way
    log = links.log_normal(np.array([-40.0, -1e6]))
    assert np.isfinite(log).all() and log[1] < -1e11


def test_bivariate_derivatives() -> None:
    h, k = jets.seeds([np.array([0.3, -4.0, -1.0]), np.array([-0.2, -6.0, 2.0])])
    jet = bivariate_normal_jet(h, k)
    step = 1e-4
    for j, (a, b) in enumerate([(h.value, k.value)] * 2):
        up = bivariate_normal(a + step * (j == 0), b + step * (j == 1))
        down = bivariate_normal(a - step * (j == 0), b - step * (j == 1))
        assert np.allclose((up - down) / (2 * step), jet.first[j], rtol=1e-5)
        middle = bivariate_normal(a, b)
        second = (up - 2 * middle + down) / step**2
        assert np.allclose(second, jet.second[j, j], rtol=2e-3, atol=1e-12)
