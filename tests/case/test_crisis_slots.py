"""Each slot of the crisis models, one lever at a time: the same cost, other comparative statics."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from negotiate.case import slot_reading as from_case
from negotiate.case.negotiation import Negotiation
from negotiate.case.read import loads
from negotiate.case.slots.table import (
    audience_cost,
    inside_flow,
    linkage,
    outside_option,
    side_payment,
    war_cost,
    win_probability,
)
from negotiate.crisis import audience_costs, crisis_bargaining, escalation, hidden_cost
from negotiate.crisis.commitment import indivisibility, why_talks_fail
from negotiate.dynamic.alternating_offers import from_case as alternating_offers
from negotiate.errors import CaseError

F = Fraction

CASE = """
format = 1
kind = "negotiation"
id = "slots"
title = "One lever, one slot"

[[issue]]
id = "land"
name = "Land"

[[party]]
id = "north"
name = "North"
discount = 0.9
[party.weights]
land = 1
[party.values.land]
form = "linear"
ideal = 1

[[party]]
id = "south"
name = "South"
discount = 0.9
[party.weights]
land = 1
[party.values.land]
form = "linear"
ideal = 0

[[branch]]
id = "war"
name = "War"
probability = 1
[branch.terms]
land = 0.5
[branch.war_cost]
north = 0.25
south = 0.25

[[lever]]
id = "plain"
name = "A rung"
holder = "north"
enters = ["disagreement"]
available = false
cost = {{ south = 0.8, north = 0.3 }}
credibility = {{ war = 1 }}

[[lever]]
id = "tool"
name = "The lever"
holder = "north"
enters = ["{slot}"]
cost = {{ south = 0.2, north = 0.05 }}
win_probability = 0.3
audience_cost = 0.05
credibility = {{ war = 0.5 }}

[quantity]
win_probability = 0.5
war_cost_north = {{ value = 0.1, low = 0.05, high = 0.2 }}
war_cost_south = {{ value = 0.1, low = 0.05, high = 0.2 }}
war_cost_south_tough = 0.05
war_cost_south_weak = 0.2
war_cost_north_tough = 0.05
war_cost_north_weak = 0.2
win_probability_later = 0.4
audience_cost_north = 0.1
"""


def case(slot: str) -> Negotiation:
    return loads(CASE.format(slot=slot), "slots.toml")


def off(negotiation: Negotiation) -> Negotiation:
    return negotiation.with_value("lever.tool.available", False)


def test_win_probability_moves_chances_and_no_costs() -> None:
    """Its own number, half believed: 0.5 + 0.3 / 2. What it costs anybody is no chance."""
    one = case("win_probability")
    war = crisis_bargaining(one)
    assert war.win_probability == F(13, 20)
    assert (war.cost_a, war.cost_b) == (F(1, 10), F(1, 10))
    assert win_probability(one) == {"north": F(3, 20), "south": 0}
    assert crisis_bargaining(one, commitment="full").win_probability == F(4, 5)
    # It gains North 0.3 of the prize for 0.05: carried out for its own sake.
    assert crisis_bargaining(one, commitment="derived").win_probability == F(4, 5)
    # Whatever it costs the target, and whatever its holder, the chance is the same: force that
    # costs the other side nothing must not raise the other side's chance above that without it.
    for cost in ("south", "north"):
        free = one.with_value(f"lever.tool.cost.{cost}", 0)
        assert crisis_bargaining(free).win_probability == war.win_probability
    assert crisis_bargaining(off(one)).win_probability == F(1, 2)


def test_war_cost_adds_and_is_no_threat_by_itself() -> None:
    one = case("war_cost")
    war = crisis_bargaining(one)
    assert (war.cost_a, war.cost_b) == (F(1, 10) + F(1, 40), F(1, 10) + F(1, 10))
    assert war.win_probability == F(1, 2) and war_cost(one)["north"] == F(1, 40)
    # It costs North 0.05 and brings nothing, but backing down would cost it 0.1 at home.
    assert crisis_bargaining(one, commitment="derived").cost_b == F(3, 10)
    quiet = one.with_value("quantity.audience_cost_north", 0)
    assert crisis_bargaining(quiet, commitment="derived").cost_b == F(1, 10)
    # The hidden range moves with the lever; A's demand with it.
    hidden, plain = hidden_cost(one), hidden_cost(off(one))
    assert (
        hidden.cost_b_low - plain.cost_b_low == hidden.cost_b_high - plain.cost_b_high == F(1, 10)
    )


def test_inside_flow_moves_the_deal_at_once() -> None:
    one = case("inside_flow")
    assert inside_flow(one) == {"north": F(1, 40), "south": F(1, 10)}
    flow, none = alternating_offers(one), alternating_offers(off(one))
    np.testing.assert_allclose(flow.inside - none.inside, [-0.1 * 0.025, -0.1 * 0.1], atol=1e-12)
    # South loses more by waiting than North, so North gets more at once.
    assert flow.first_payoffs()[0] > none.first_payoffs()[0] + 1e-4
    np.testing.assert_allclose(flow.outside, none.outside)


def test_outside_option_moves_nothing_until_it_binds() -> None:
    one = case("outside_option")
    assert outside_option(one) == {"north": F(1, 40), "south": F(1, 10)}
    worse, none = alternating_offers(one), alternating_offers(off(one))
    np.testing.assert_allclose(worse.outside, [-0.025, -0.1], atol=1e-12)
    np.testing.assert_allclose(worse.first_payoffs(), none.first_payoffs(), atol=1e-12)


def test_the_same_cost_through_disagreement_moves_what_no_deal_is_worth() -> None:
    one = case("disagreement")
    game, none = alternating_offers(one), alternating_offers(off(one))
    # No deal is worse for both, so both gain more over it; the walk-out is no deal itself.
    np.testing.assert_allclose(game.outside, 0, atol=1e-12)
    assert (game.first_payoffs() > none.first_payoffs()).all()


def test_audience_cost_makes_other_threats_credible() -> None:
    one = case("audience_cost").with_value("lever.plain.available", True)
    assert audience_cost(one) == {"north": F(1, 20), "south": 0}
    assert from_case.audience_cost(one, "escalation", "north") == F(3, 20)
    ladder, without = escalation(one), escalation(off(one))
    # A pledge is not carried out: it is no rung, but makes the rung beside it dearer to leave.
    assert [rung.name for rung in ladder.rungs] == [r.name for r in without.rungs] == ["plain"]
    assert (ladder.rungs[0].audience_cost, without.rungs[0].audience_cost) == (F(3, 20), F(1, 10))
    assert audience_costs(one).audience_cost == F(3, 20)
    assert audience_costs(off(one)).audience_cost == F(1, 10)


def test_side_payments_and_links_bridge_an_indivisible_prize() -> None:
    """War is worth 0.4 to each: either can be bought off for that much."""
    for slot, means, module in (
        ("side_payment", F(1, 20), side_payment),  # what it costs the payer
        ("linkage", F(1, 20), linkage),  # the smaller of the two worths
    ):
        one = case(slot)
        assert module(one) == {"tool": {"north": F(1, 20), "south": F(1, 5)}}
        form = indivisibility(one)
        assert form.payment_needed == F(2, 5)
        assert form.deal_margin == means - F(2, 5)
        assert indivisibility(off(one)).deal_margin == -F(2, 5)


@pytest.mark.parametrize("indivisible", [True, False])
def test_indivisibility_is_named_where_the_file_says_so(indivisible: bool) -> None:
    text = CASE.format(slot="linkage")
    if indivisible:
        text += "\n[model.commitment]\nindivisible = true\n"
    mechanisms = why_talks_fail(loads(text, "slots.toml"))
    assert ("indivisibility" in mechanisms) is indivisible
    assert "commitment" not in mechanisms  # 0.4 + delta (0.4 - 0.1) leaves nothing to fight for


@pytest.mark.parametrize("slot", ["win_probability", "audience_cost"])
def test_a_slot_that_reads_no_cost_asks_for_its_own_number(slot: str) -> None:
    text = CASE.format(slot=slot).replace(f"{slot} = 0", f"note = '{slot}' # 0", 1)
    with pytest.raises(CaseError, match=f"enters {slot} and does not say by how much"):
        loads(text, "slots.toml")


def test_beliefs_are_quantities_of_their_own() -> None:
    """The analyst's range of a cost moves nothing that a party believes."""
    one = case("disagreement")
    wide = loads(CASE.format(slot="disagreement").replace("low = 0.05", "low = 0.0"), "slots.toml")
    assert hidden_cost(one) == hidden_cost(wide)
    moved = one.with_value("quantity.war_cost_south_weak", F(2, 5))
    assert hidden_cost(moved).cost_b_high == F(2, 5)
    assert hidden_cost(moved.with_value("quantity.war_cost_south", F(3, 10))).cost_b_high == F(2, 5)


def test_costs_are_shares_of_the_prize() -> None:
    """A war that costs 0.1 stakes over a prize of 0.25 costs two fifths of it."""
    text = CASE.format(slot="disagreement") + "prize_north = 0.25\nprize_south = 0.5\n"
    war = crisis_bargaining(loads(text, "slots.toml"))
    assert (war.cost_a, war.cost_b) == (F(2, 5), F(1, 5))
    asked = CASE.format(slot="disagreement") + "\n[model.prize]\ndemand = { land = 0.75 }\n"
    # linear values: from 0.5 in the war to 0.75 is a quarter of a stake to each
    war = crisis_bargaining(loads(asked, "slots.toml"))
    assert (war.cost_a, war.cost_b) == (F(2, 5), F(2, 5))
