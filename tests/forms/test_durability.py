"""Durability: closed forms by hand, simulation of the chain, base rates, paired devices."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, UnknownNameError
from negotiate.forms import durability
from negotiate.forms.durability import (
    Durability,
    evaluate_game,
    from_hazard,
    from_stages,
    worth_of,
)
from negotiate.kernels import markov

F = Fraction
chance = st.fractions(min_value=F(1, 20), max_value=F(19, 20), max_denominator=20)


def test_constant_hazard_is_geometric():
    game = from_hazard(F(1, 20))
    assert game.exact and game.expected_time() == 20
    assert game.survival(24) == pytest.approx(0.95 ** np.arange(25))
    assert game.long_run_hazard() == pytest.approx(0.05)
    assert markov.hazard(game.survival(24)) == pytest.approx(np.full(24, 0.05))


def test_competing_risks():
    """Two independent risks: 1 - 0.9 * 0.8 = 0.28 a period."""
    assert from_hazard(F(1, 10), F(1, 5)).expected_time() == F(25, 7)


@settings(max_examples=40, deadline=None)
@given(chance, chance, chance)
def test_stages_by_first_step_analysis(v, c, e):
    """m_P = 1/v + m_I, m_I = 1 + c m_P + (1-c) m_R, m_R = 1 + e m_P; solved by hand."""
    game = from_stages(violation=v, containment=c, calming=e)
    ends = (1 - c) * (1 - e)
    assert game.expected_time() == (1 / v + 1 + (1 - c)) / ends
    rough = from_stages(violation=float(v), containment=float(c), calming=float(e))
    assert float(rough.expected_time()) == pytest.approx(float(game.expected_time()), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(chance, chance, chance, chance, chance)
def test_better_devices_never_shorten_a_deal(v, s, c, e, better):
    terms = {"violation": v, "spoiler": s, "containment": c, "calming": e}
    base = from_stages(**terms).expected_time()
    for name in ("containment", "calming"):
        assert from_stages(**{**terms, name: max(terms[name], better)}).expected_time() >= base
    for name in ("violation", "spoiler"):
        assert from_stages(**{**terms, name: min(terms[name], better)}).expected_time() >= base


def test_expected_time_is_the_area_under_the_survival_curve():
    rng = np.random.default_rng(2)
    game = from_stages(
        violation=rng.uniform(0.1, 0.5, 50),
        offensive=rng.uniform(0.01, 0.1, 50),
        containment=rng.uniform(0.1, 0.8, 50),
        calming=rng.uniform(0.1, 0.8, 50),
    )
    assert game.survival(5000).sum(-1) == pytest.approx(game.expected_time(), rel=1e-6)


def test_against_simulation():
    game = from_stages(violation=0.3, offensive=0.02, containment=0.4, calming=0.5)
    rng = np.random.default_rng(5)
    edges = np.cumsum(game.step, -1)
    at, alive = np.zeros(20_000, int), []
    for _ in range(13):
        alive.append((at != 3).mean())
        at = (rng.random(at.size)[:, None] > edges[at]).sum(-1).clip(max=3)
    assert game.survival(12) == pytest.approx(alive, abs=0.015)


def test_never_collapses_is_infinite_and_certain_ending_is_one():
    assert from_hazard(0).expected_time() == float("inf")
    assert np.isinf(from_hazard(0.0).expected_time())
    mixed = from_hazard(np.array([0.0, 0.5])).expected_time()
    assert np.isinf(mixed[0]) and mixed[1] == pytest.approx(2)
    step = np.array([[0.5, 0.3, 0.2], [0, 1, 0], [0, 0, 1.0]])
    assert markov.ending(step, [1, 2])[0] == pytest.approx([0.6, 0.4])


def test_beside_base_rates():
    """A monthly hazard with 26.7 % ended in a year meets that base rate and over-ends by year 5."""
    game = from_hazard(1 - (1 - 0.267) ** (1 / 12))
    rows = {row[0]: row for row in game.beside_base_rates()}
    shares = [float(row[2]) for row in rows.values()]
    assert shares[1] == pytest.approx(0.267, abs=1e-9)
    assert shares[3] == pytest.approx(1 - (1 - 0.267) ** 5, abs=1e-9)
    assert shares[3] > 0.369  # real hazards fall with time


def test_devices_are_worth_months_on_the_same_draws():
    assert worth_of(from_hazard(F(3, 100)), from_hazard(F(1, 20))) == F(40, 3)
    base = np.random.default_rng(0).uniform(0.02, 0.1, 300)
    assert (worth_of(from_hazard(0.6 * base), from_hazard(base)) > 0).all()


class Case:
    """The few calls of a negotiation that the form makes."""

    def __init__(self, **quantities):
        self.numbers = {f"quantity.{k}": v for k, v in quantities.items()}

    def value(self, path):
        return self.numbers[path]

    def get(self, path, default=None):
        return self.numbers.get(path, default)

    def has(self, path):
        return path in self.numbers


def test_a_stated_hazard_is_of_all_causes_and_stages_win_over_it():
    case = Case(hazard=F(3, 100), hazard_without_patrols=F(1, 20), spoiler_rate=F(1, 50))
    assert durability.compile(case).expected_time() == F(100, 3)
    assert durability.compile(case, tripwire=False).expected_time() == 20
    staged = Case(hazard=F(1, 2), violation_rate=F(1, 5), containment=F(1, 2))
    assert durability.compile(staged).expected_time() == 13


def test_metrics_views_and_refusals():
    game = from_hazard(np.array([0.03, 0.05]))
    values = evaluate_game(game, [])
    assert all(v.shape == (2,) for v in values.values())
    assert values["median_time"].tolist() == [23, 14]  # ln 2 / -ln(1 - h), rounded up
    assert "base rate" in game.text() and "<table>" in game.html()
    with pytest.raises(UnknownNameError):
        evaluate_game(game, ["survive.12"])
    with pytest.raises(InputError, match="hazard"):
        from_hazard(1.2)
    with pytest.raises(InputError, match="sum to 1"):
        Durability(("peace", "war"), np.array([[0.5, 0.4], [0, 1]]))
