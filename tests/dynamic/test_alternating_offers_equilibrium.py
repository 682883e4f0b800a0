"""The concept: exact points, zero regret, refusals, and a wrong point is caught."""

import dataclasses
import json
from fractions import Fraction

import numpy as np
import pytest

from negotiate.dynamic.alternating_offers import alternating_offers, evaluate_game, nash_limit
from negotiate.dynamic.alternating_offers_equilibrium import alternating_offers_equilibrium, holds
from negotiate.dynamic.arithmetic.offers import alternating_offers as kernel
from negotiate.errors import InputError, NotApplicableError, UnknownNameError

F = Fraction
NAMES = ("Turkey", "Russia")


def test_exact_point_with_zero_regret():
    solution = alternating_offers_equilibrium(
        alternating_offers(NAMES, discount=(F(19, 20), F(9, 10)))
    )
    assert solution.exact and solution.complete
    assert solution[0].payoffs == {"Turkey": F(20, 29), "Russia": F(9, 29)}
    assert all(item.holds and item.value == 0 for item in solution.evidence)
    json.dumps(solution.to_dict())


@pytest.mark.parametrize("who, by", [("Turkey", F(1, 1000)), ("Russia", F(-1, 1000))])
def test_wrong_point_is_refuted_with_a_witness(who, by):
    game = alternating_offers(NAMES, discount=(F(9, 10), F(9, 10)))
    point = alternating_offers_equilibrium(game)[0]
    offers = {p: dict(v["offers"]) for p, v in point.strategies.items()}
    offers[who]["Turkey"] += by
    offers[who]["Russia"] -= by
    wrong = dataclasses.replace(
        point, strategies={p: {**v, "offers": offers[p]} for p, v in point.strategies.items()}
    )
    verdict = holds(game, wrong)
    assert not verdict.holds and verdict.value > 0 and verdict.witness


def test_deadline_point_is_exact_and_wrong_one_is_caught():
    game = alternating_offers(
        NAMES, discount=(F(9, 10), F(9, 10)), periods=10, deadline_payoff=(0, F(1, 5))
    )
    point = alternating_offers_equilibrium(game)[0]
    assert holds(game, point).value == 0
    path = list(point.strategies["path"])
    path[3] = {"Turkey": path[3]["Turkey"] + F(1, 50), "Russia": path[3]["Russia"] - F(1, 50)}
    assert not holds(game, dataclasses.replace(point, strategies={"path": tuple(path)})).holds


def test_no_room_says_so():
    solution = alternating_offers_equilibrium(
        alternating_offers(NAMES, discount=(F(9, 10), F(9, 10)), outside=(F(3, 5), F(3, 5)))
    )
    assert solution[0].marks[0] == "walk out" and not solution.complete
    assert "No agreement" in solution.notes[0]


@pytest.mark.parametrize(
    "kwargs, words",
    [
        ({"discount": (1, 1)}, "every division"),
        ({"discount": (1.2, 0.5)}, "1.2"),
        ({"discount": (0.5, 0.5), "breakdown": -0.1}, "breakdown"),
        ({"discount": (1, 0.5), "inside": (0.1, 0)}, "infinite"),
        ({"discount": (0.5, 0.5), "frontier": ((0, 1), (0.5, 0.2), (1, 0))}, "concave"),
        ({"discount": (0.5, 0.5), "periods": 0}, "periods"),
        ({"discount": (float("nan"), 0.5)}, "NaN"),
    ],
)
def test_bad_input_is_refused(kwargs, words):
    with pytest.raises(InputError, match=words):
        alternating_offers(NAMES, **kwargs)


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="Turkey"):
        alternating_offers(NAMES, discount={"Turky": 0.5})
    game = alternating_offers(NAMES, discount=(0.5, 0.5))
    with pytest.raises(UnknownNameError):
        evaluate_game(game, ["payoff.France"])
    with pytest.raises(NotApplicableError):
        alternating_offers_equilibrium(
            alternating_offers(NAMES, discount=(np.array([0.5, 0.6]), 0.5))
        )


def test_limit_equals_offers_of_short_periods_over_draws():
    """Weighted Nash with weight ln d2 / (ln d1 + ln d2), against periods of a millionth."""
    rng = np.random.default_rng(0)
    n = 200
    rates = rng.uniform(0.05, 1, (n, 2))
    frontier = np.array([[0, 1.2], [0.6, 1.0], [0.9, 0.6], [1.1, 0.0]])
    forever = rng.uniform(0, 0.3, (n, 2))
    option = rng.uniform(0, 0.5, (n, 2))
    game = alternating_offers(
        NAMES,
        discount=np.exp(-rates),
        inside=forever * (1 - np.exp(-rates)),
        outside=option,
        frontier=frontier,
    )
    short = np.exp(-rates * 1e-6)
    near = kernel(
        (frontier[:, 0], frontier[:, 1]),
        discount=short,
        inside=forever * (1 - short),
        outside=option,
    )
    assert nash_limit(game) == pytest.approx(near.payoffs[:, 0], abs=1e-5)


def test_metrics_over_draws():
    game = alternating_offers(NAMES, discount=(np.linspace(0.5, 0.9, 5), 0.8))
    values = evaluate_game(game, [])
    assert values["payoff.Turkey"].shape == (5,)
    assert (np.diff(values["payoff.Turkey"]) > 0).all()
    assert (values["first_mover_advantage"] > 0).all()
