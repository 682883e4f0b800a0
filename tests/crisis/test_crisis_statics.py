"""Comparative statics of the crisis models as laws: what more of something may never do."""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import negotiate as ng
from negotiate.crisis import attrition, crisis_bargaining
from negotiate.crisis.audience_costs import AudienceCosts
from negotiate.crisis.commitment import IndivisibleIssue, LongShift, ShiftingPower
from negotiate.crisis.crisis_bargaining import CostlyLottery, Screening
from negotiate.crisis.deterrence import UnilateralDeterrence
from negotiate.crisis.escalation import EscalationLadder, Rung
from negotiate.crisis.mediation import Mediation
from negotiate.crisis.sanctions_game import SanctionsThreat
from negotiate.crisis.two_level import TwoLevel
from negotiate.dynamic.alternating_offers import from_case as alternating_offers
from negotiate.dynamic.arithmetic import offers
from tests.measured import measured

alternating_offers_file = import_module("negotiate.dynamic.alternating_offers")

share = st.fractions(0, 1, max_denominator=30)
positive = st.fractions(Fraction(1, 20), 2, max_denominator=30)
few = settings(max_examples=50, deadline=None)


@given(share, share, share, share)
@few
def test_range_is_as_wide_as_the_costs_and_moves_with_power(
    p: Fraction, a: Fraction, b: Fraction, more: Fraction
) -> None:
    war = CostlyLottery(p, a, b)
    if p - a >= 0 and p + b <= 1:
        assert war.width == a + b
    stronger = replace(war, win_probability=min(p + more, Fraction(1)))
    assert stronger.low >= war.low and stronger.high >= war.high and stronger.nash >= war.nash
    # A dearer war to B never lowers A's Nash share, to A never raises it.
    assert replace(war, cost_b=b + more).nash >= war.nash
    assert replace(war, cost_a=a + more).nash <= war.nash


@given(share, share, share, positive, share, share)
@few
def test_screening_risk_rises_with_weakness(
    p: Fraction, a: Fraction, tough: Fraction, gap: Fraction, weak: Fraction, more: Fraction
) -> None:
    form = Screening(p, a, tough, tough + gap, weak)
    likelier = replace(form, pr_weak=min(weak + more, Fraction(1)))
    assert likelier.risk_margin >= form.risk_margin
    assert replace(form, cost_a=a + more).risk_margin <= form.risk_margin


@given(*[positive] * 3, st.fractions(-3, 1, max_denominator=20), positive, positive, positive)
@few
def test_audience_cost_locks_in_and_calms(
    v: Fraction,
    loss: Fraction,
    war: Fraction,
    low: Fraction,
    span: Fraction,
    a: Fraction,
    more: Fraction,
) -> None:
    """Fearon (1994): a larger audience cost binds more types, and B resists a challenge less."""
    form = AudienceCosts(v, loss, a, -war - loss, low, low + span)
    dearer = replace(form, audience_cost=a + more)
    assert dearer.fighters >= form.fighters
    assert dearer.concession_margin >= form.concession_margin
    if form.fighters > 0:
        assert dearer.resist <= form.resist


@given(positive, positive, share, share, positive, positive)
@few
def test_audience_cost_of_the_last_threat_only_adds_credibility(
    target: Fraction, own: Fraction, a: Fraction, more: Fraction, v: Fraction, w: Fraction
) -> None:
    ladder = EscalationLadder((Rung("strike", target, own, a),), v, w)
    dearer = replace(ladder, rungs=(replace(ladder.rungs[0], audience_cost=a + more),))
    # Carrying out ends the ladder: backing down is all that the cost touches.
    assert dearer.credible()["strike"] - ladder.credible()["strike"] == more
    assert replace(ladder, demand_audience_cost=a + more).demand_margin <= (
        replace(ladder, demand_audience_cost=a).demand_margin
    )


@given(share, share, share)
@few
def test_a_more_credible_defender_is_challenged_less(
    p: Fraction, q: Fraction, more: Fraction
) -> None:
    def most(form: UnilateralDeterrence) -> Fraction:
        return max(x.facts["pr_challenge"] for x in form.equilibria())

    form = UnilateralDeterrence(p, q)
    firmer = replace(form, pr_defender_hard=min(q + more, Fraction(1)))
    assume(not form.equilibria().degenerate and not firmer.equilibria().degenerate)
    assert most(firmer) <= most(form)


@given(share, share, share, share, share, share, share)
@few
def test_commitment_laws(
    now: Fraction,
    later: Fraction,
    a: Fraction,
    b: Fraction,
    delta: Fraction,
    more: Fraction,
    loss: Fraction,
) -> None:
    form = ShiftingPower(now, later, a, b, delta)
    assert replace(form, cost_a=a + more).commitment_margin <= form.commitment_margin + (
        delta * more
    )
    assert replace(form, guarantee=more).commitment_margin <= form.commitment_margin
    long = LongShift(now, later, loss, delta)
    # A war that destroys more is never more tempting; nor is a smaller fall.
    worse = replace(long, loss=min(loss + more, Fraction(1)))
    assert worse.commitment_margin <= long.commitment_margin or later * delta > now
    assert replace(long, later=min(later + more, Fraction(1))).commitment_margin <= (
        long.commitment_margin
    )


@given(share, share, share, share, share)
@few
def test_payments_and_links_never_hurt_an_indivisible_prize(
    p: Fraction, a: Fraction, b: Fraction, pay: Fraction, link: Fraction
) -> None:
    form = IndivisibleIssue(p, a, b)
    richer = replace(form, transfer_limit=pay, linked=link)
    assert richer.deal_margin == form.deal_margin + pay + link
    assert len(richer.equilibria()) >= len(form.equilibria())


@given(positive, share, share, positive, share)
@few
def test_sanctions_laws(
    cost: Fraction, q: Fraction, k: Fraction, most: Fraction, more: Fraction
) -> None:
    form = SanctionsThreat(cost, q, k, most)
    dearer = replace(form, cost_target=cost * (1 + more))
    assert dearer.success >= form.success and dearer.threat_success >= form.threat_success
    # Dearer issues are conceded less.
    assert replace(form, most_resolved=most * (1 + more)).success <= form.success


@given(share, share, share, share, positive, positive, share)
@few
def test_mediator_laws(
    p: Fraction,
    tough: Fraction,
    gap: Fraction,
    e: Fraction,
    k: Fraction,
    w: Fraction,
    more: Fraction,
) -> None:
    form = Mediation(p, tough, tough + gap + Fraction(1, 20), e, k, w)
    # A mediator who dreads war more must be more biased to be believed (Kydd 2003).
    assert replace(form, war_cost=k + more).critical_bias >= form.critical_bias
    assert form.pr_war_truthful <= Fraction(1)


@given(share, share, share)
@few
def test_the_other_side_s_ratifiers_never_help(
    mine: Fraction, theirs: Fraction, more: Fraction
) -> None:
    form = TwoLevel(mine, theirs)
    tighter = replace(form, ratify_b=theirs + more)
    if tighter.share is not None:
        assert tighter.share <= form.share


@pytest.fixture(scope="module")
def idlib() -> ng.Negotiation:
    return ng.load("idlib-2020")


def test_own_patience_and_the_other_s_impatience_pay_in_the_case(idlib: ng.Negotiation) -> None:
    grid = np.linspace(0.6, 0.99, 14)
    for party in idlib.principals:
        drawn = idlib.with_draws({f"party.{party}.discount": grid})
        found = measured("alternating_offers")(drawn, [f"utility.{p}" for p in idlib.principals])
        other = next(p for p in idlib.principals if p != party)
        assert (np.diff(found[f"utility.{party}"]) >= -1e-9).all()
        assert (np.diff(found[f"utility.{other}"]) <= 1e-9).all()


def test_outside_option_of_the_case_moves_nothing_until_it_binds(idlib: ng.Negotiation) -> None:
    game = alternating_offers(idlib.floats())
    base, binds = game.first_payoffs(), game.offers().binds
    for k in (0, 1):
        for step, moves in ((-0.01, False), (0.05, True)):
            outside = game.outside.copy()
            outside[k] = outside[k] - binds[k] + step
            changed = replace(game, outside=outside, left=outside).offers()
            same = np.allclose(changed.payoffs[1 - k], game.offers().payoffs[1 - k], atol=1e-9)
            assert same is not moves
    assert np.isfinite(base).all()


def test_breakdown_tends_to_nash_with_the_breakdown_payoffs() -> None:
    """Binmore, Rubinstein and Wolinsky (1986): (0.55, 0.45) at (0.2, 0.1) as the risk vanishes."""
    for p, x in ((0.001, 0.5501750875437853), (1e-6, 0.55)):
        found = offers.alternating_offers(
            offers.UNIT_PIE, discount=[1, 1], breakdown=p, breakdown_payoff=[0.2, 0.1]
        )
        assert found.payoffs[0, 0] == pytest.approx(x, abs=1e-6)


def test_a_dearer_wait_shortens_the_contest(idlib: ng.Negotiation) -> None:
    base = attrition(idlib).duration
    dear = idlib.with_value("branch.limited_war.war_cost_per_period.turkey", Fraction(1, 10))
    assert attrition(dear).duration < base


def test_the_lottery_and_its_draws_share_one_body(idlib: ng.Negotiation) -> None:
    values = np.array([0.3, 0.65, 0.9])
    drawn = crisis_bargaining(idlib.with_draws({"quantity.win_probability": values}))
    for k, value in enumerate(("0.3", "0.65", "0.9")):
        one = crisis_bargaining(idlib.with_value("quantity.win_probability", value))
        assert float(one.nash) == pytest.approx(float(drawn.nash[k]), abs=1e-12)
