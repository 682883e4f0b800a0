"""The jet crisis: clean, its stated answers hold, its contradictions are carried as ranges."""

from __future__ import annotations

import math

import pytest

import negotiate as ng
from negotiate.crisis import attrition, sanctions_game
from negotiate.whatif import metric
from negotiate.whatif.questions import condition, scenarios


@pytest.fixture(scope="module")
def jet() -> ng.Negotiation:
    return ng.load("jet-crisis-2015")


@pytest.mark.parametrize("case", ["jet-crisis-2015", "idlib-2020"])
def test_check_is_clean(case: str) -> None:
    assert not ng.check(case)


def test_stated_answers_hold(jet: ng.Negotiation) -> None:
    assert len(jet.case.claim) >= 4
    for claim in jet.case.claim:
        value = metric.evaluate(jet, [claim.metric])[claim.metric]
        assert condition.read(claim.condition).holds(value).all(), claim.id


def test_every_scenario_moves_what_it_says(jet: ng.Negotiation) -> None:
    assert not scenarios.compare(jet).surprises
    for scenario in jet.scenarios.values():
        moved = jet.scenario(scenario.id)
        for expected in scenario.expects:
            before = float(metric.evaluate(jet, [expected.metric])[expected.metric])
            after = float(metric.evaluate(moved, [expected.metric])[expected.metric])
            sign = {"up": 1, "down": -1}[expected.direction]
            assert sign * (after - before) > 1e-9, (scenario.id, expected.metric)


def test_predictions_by_hand(jet: ng.Negotiation) -> None:
    """Nine tenths of 0.3 stakes still to come, a sender that stands firm in 0.714 of cases."""
    game = sanctions_game(jet)
    t = 0.714 * 0.1 * 0.3 / (1 - 0.714)
    assert float(game.threat_success) == pytest.approx(t)
    assert float(game.imposed_success) == pytest.approx((0.27 - t) / (1 - t))
    contest = attrition(jet)
    # Hazards: what waiting costs the other over what the prize is worth to it.
    assert float(contest.hazard_b) == pytest.approx(0.06 / 12 / 0.5)
    assert float(contest.hazard_a) == pytest.approx(0.3 / 12 / 0.5)
    observed = jet.setting("sanctions_game", "observed")
    chance = 1 - math.exp(-float(observed["months"]) * (0.05 + 0.01))
    assert 0.05 < chance < 0.95


def test_both_readings_of_the_letter(jet: ng.Negotiation) -> None:
    """As regret it beats going on for Turkey, as an apology it does not: worked by hand.

    U = 1 - 0.6 s^2. No deal loses 0.03 (0.6 x 0.09 + 0.4 x 0.01) by the terms of a clash,
    0.03 x 1.2 by its cost, 0.3 (0.75 x 0.95 + 0.22 x 0.4 + 0.03) by sanctions, and for the Straits
    0.5 (0.75 x 0.02 + 0.03 x 0.8) and 0.02 for announcing.
    """
    d = 1 - 0.03 * (0.6 * 0.09 + 0.4 * 0.01) - 0.03 * 1.2 - 0.3 * (0.7125 + 0.088 + 0.03)
    d -= 0.5 * (0.015 + 0.024) + 0.02
    for name, level in (("ankaras-reading", 0.5), ("moscows-reading", 1.0)):
        margin = metric.evaluate(jet.scenario(name), ["deal.margin.turkey"])["deal.margin.turkey"]
        assert float(margin) == pytest.approx(1 - 0.6 * level**2 - d, abs=1e-9)
    assert 1 - 0.6 * 0.25 > d > 1 - 0.6


def test_contradictions_are_stated(jet: ng.Negotiation) -> None:
    letter = jet.quantities["deal.letter.statement"]
    assert (float(letter.low), float(letter.high)) == (0.5, 1.0)
    known_later = {fact.id for fact in jet.case.fact if not fact.known}
    used = {
        source
        for path, quantity in jet.quantities.items()
        if not path.startswith("deal.")
        for source in quantity.source
    }
    assert known_later and not used & known_later
