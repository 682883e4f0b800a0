"""Repeated games from a case: the stage by hand, metrics over draws, what is refused."""

from fractions import Fraction

import numpy as np
import pytest

import negotiate
from negotiate.case import read as casefile
from negotiate.dynamic.nash_reversion import nash_reversion
from negotiate.dynamic.repeated import from_case as repeated
from negotiate.errors import NotApplicableError, UnknownNameError
from tests.dynamic.test_enforcement import CASE
from tests.measured import measured

F = Fraction


@pytest.fixture(scope="module")
def two():
    return casefile.loads(CASE)


def test_the_stage_by_hand(two):
    game = repeated(two)
    assert game.exact and dict(game.discount) == {"north": F(9, 10), "south": F(4, 5)}
    # surplus per period: the issues less those of war, and the war costs, over 12 periods
    north = (F(-1, 8) + F(15, 100) - F(1, 5) + F(4, 10)) / 12
    south = (F(15, 100) + F(1, 10) + F(1, 5) + F(8, 10)) / 12
    kept = game.stage.payoff({"north": "honour", "south": "honour"})
    assert kept == {"north": north, "south": south}
    # north takes 0.0075 of the 0.45 / 12 of a month at its ideal: a fifth of the way, which costs
    # south a fifth of (0.6 x 1/2 + 0.2) / 12
    broken = game.stage.payoff({"north": "violate", "south": "honour"})
    assert broken == {"north": north + F(3, 400), "south": south - F(1, 5) * F(1, 2) / 12}
    assert game.stage.payoff({"north": "violate", "south": "violate"}) == {"north": 0, "south": 0}
    # south would rather honour alone than have no deal: north violating alone is an equilibrium
    factor = game.reversion_factor({"north": "honour", "south": "honour"})
    assert factor["north"] == float("inf")


def test_metrics_are_the_reversion_factors_over_draws(two):
    values = np.array([0.002, 0.0075, 0.025])
    drawn = measured("repeated")(two.with_draws({"quantity.temptation_north": values}))
    for k, value in enumerate(values):
        case = two.with_value("quantity.temptation_north", Fraction(str(value)))
        factor = repeated(case).reversion_factor(dict.fromkeys(case.principals, "honour"))
        for party in case.principals:
            found = np.broadcast_to(drawn[f"critical_discount.{party}"], (3,))[k]
            assert found == pytest.approx(float(factor[party]))
    assert drawn["patience"].shape == (3,)
    with pytest.raises(UnknownNameError):
        measured("repeated")(two, ["critical_discount.east"])


def test_what_idlib_can_sustain_without_levers():
    """Kept for ever exactly where both are patient enough."""
    game = repeated(negotiate.load("idlib-2020"))
    kept = dict.fromkeys(game.players, "honour")
    factor = game.reversion_factor(kept)
    able = all(game.discount[p] >= factor[p] for p in game.players)
    labels = [point.label for point in nash_reversion(game)]
    assert ("honour, honour" in labels) == able


def test_draws_have_metrics_and_no_solution(two):
    game = repeated(two.with_draws({"quantity.horizon": np.array([10.0, 12.0])}))
    assert game.measure("patience").shape == (2,)
    with pytest.raises(NotApplicableError, match="draw axes"):
        game.solve()


def test_the_vectorised_factor_is_the_general_one():
    """All kinds of 2 x 2 stages: against the equilibria found by the equilibrium engine."""
    rng = np.random.default_rng(3)
    case = casefile.loads(CASE)
    size = 40
    values = {
        "quantity.temptation_north": rng.uniform(0.0008, 0.015, size).round(5),
        "quantity.horizon": rng.uniform(1, 30, size).round(2),
        "branch.war.war_cost.south": rng.uniform(0, 1.5, size).round(3),
        "branch.war.war_cost.north": rng.uniform(0, 1.5, size).round(3),
    }
    drawn = measured("repeated")(case.with_draws(values))
    kinds = set()
    for k in range(size):
        one = case.with_values({p: Fraction(str(float(v[k]))) for p, v in values.items()})
        factor = repeated(one).reversion_factor(dict.fromkeys(one.principals, "honour"))
        for party in one.principals:
            found = float(np.broadcast_to(drawn[f"critical_discount.{party}"], (size,))[k])
            assert found == pytest.approx(float(factor[party]), rel=1e-9)
            kinds.add(found if found in (0, float("inf")) else "between")
    assert len(kinds) > 1
