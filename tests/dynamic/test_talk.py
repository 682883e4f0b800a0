"""Two-level games, mediation, cheap talk, reputation, attrition, Baron-Ferejohn, sanctions."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.crisis.attrition import Attrition
from negotiate.crisis.cheap_talk import CheapTalk
from negotiate.crisis.mediation import Mediation
from negotiate.crisis.reputation import Reputation
from negotiate.crisis.sanctions_game import CoercedThirdParty, Inspection, SanctionsThreat
from negotiate.crisis.two_level import TwoLevel, UncertainRatification, compare
from negotiate.dynamic.baron_ferejohn import BaronFerejohn
from negotiate.errors import InputError

share = st.fractions(0, 1, max_denominator=40)
positive = st.fractions(Fraction(1, 20), 3, max_denominator=20)


def test_schelling_conjecture_and_its_limit() -> None:
    # Schelling (1960), Putnam (1988): x = max(1/2, r) while r <= 0.9, no agreement above.
    form = TwoLevel(ratify_b=Fraction(1, 10))
    minima = [Fraction(x) for x in ("0", "0.3", "0.5", "0.6", "0.8", "1.1")]
    shares = [x for _, x in compare(form, minima)]
    half = Fraction(1, 2)
    assert shares == [half, half, half, Fraction(3, 5), Fraction(4, 5), None]
    none = replace(form, ratify_a=Fraction(11, 10)).equilibria()
    assert len(none) == 0 and none.complete and "ratified" in none.notes[0]
    drawn = replace(form, ratify_a=np.array([0.3, 0.6, 1.1]))
    np.testing.assert_allclose(drawn.share, [0.5, 0.6, np.nan])
    np.testing.assert_allclose(drawn.agreement_margin, [0.6, 0.3, -0.2])


@given(share, share, share, share, share)
@settings(max_examples=60, deadline=None)
def test_two_level(ra: Fraction, rb: Fraction, da: Fraction, db: Fraction, w: Fraction) -> None:
    form = TwoLevel(ra, rb, da, db, w)
    for point in form.equilibria():
        assert form.holds(point).holds
        tighter = replace(form, ratify_a=ra + Fraction(1, 20))
        if tighter.share is not None:
            assert tighter.share >= form.share  # Schelling, while a deal remains


@given(share, share, share)
@settings(max_examples=30, deadline=None)
def test_uncertain_ratification(low: Fraction, span: Fraction, d: Fraction) -> None:
    form = UncertainRatification(low, low + span + Fraction(1, 50), d)
    assert form.holds(form.equilibria()[0]).holds
    assert (form.risk_margin < 0) == (form.pr_failure > 0)


@pytest.mark.parametrize(
    ("risk", "bias"),
    [
        ("0", 0.0),
        ("0.02", 0.10309278350515465),
        ("0.05", 0.27027027027027034),
        ("0.1", 0.5882352941176471),
    ],
)
def test_mediator_bias(risk: str, bias: float) -> None:
    # w* = e K / ((1 - e) c_weak - c_tough) with K = 1, costs 0.1 and 0.3 (Kydd 2003).
    form = Mediation(Fraction(1, 2), Fraction(1, 10), Fraction(3, 10), Fraction(risk), 1, 0)
    assert float(form.critical_bias) == pytest.approx(bias, abs=1e-12)
    truthful = replace(form, bias=form.critical_bias)
    assert [p.label for p in truthful.equilibria()] == ["babbling", "truthful"]
    if risk != "0":
        assert len(form.equilibria()) == 1


@given(
    share,
    share,
    share,
    share,
    st.fractions(0, 3, max_denominator=10),
    st.fractions(-1, 3, max_denominator=10),
    share,
    share,
)
@settings(max_examples=60, deadline=None)
def test_mediation_by_definition(
    p: Fraction,
    tough: Fraction,
    more: Fraction,
    e: Fraction,
    k: Fraction,
    w: Fraction,
    weak: Fraction,
    ca: Fraction,
) -> None:
    form = Mediation(p, tough, tough + more + Fraction(1, 20), e, k, w, weak, ca)
    for point in form.equilibria():
        assert form.holds(point).holds, (form, point.label)
    # Where truth is not an equilibrium, the truthful profile fails the definition.
    if form.truth_margin < 0:
        always = replace(
            form,
            risk=Fraction(0),
            bias=Fraction(1),
            war_cost=Fraction(1),
            cost_a=Fraction(0),
            cost_tough=Fraction(0),
            cost_weak=Fraction(1),
        )
        truthful = always.equilibria()[1]
        assert not form.holds(truthful).holds


def test_crawford_sobel() -> None:
    # Crawford and Sobel (1982), p. 1441: N(b) steps; at b = 1/20 the cutoffs are 2/15 and 7/15.
    form = CheapTalk(Fraction(1, 20))
    assert form.partition(3) == (0, Fraction(2, 15), Fraction(7, 15), 1)
    counts = {Fraction(1, 4): 1, Fraction(6, 25): 2, Fraction(1, 12): 2, Fraction(2, 25): 3}
    for bias, steps in counts.items():  # 2 N (N - 1) b < 1, strictly
        assert CheapTalk(bias).steps == steps
        assert len(CheapTalk(bias).equilibria()) == steps
    drawn = CheapTalk(np.array([float(b) for b in counts])).steps
    assert drawn.tolist() == list(counts.values())
    with pytest.raises(InputError, match="bias is 0"):
        CheapTalk(0)


@given(st.fractions(Fraction(1, 300), Fraction(1, 2), max_denominator=300), st.booleans())
@settings(max_examples=25, deadline=None)
def test_cheap_talk_by_definition(bias: Fraction, mirrored: bool) -> None:
    form = CheapTalk(-bias if mirrored else bias)
    answer = form.equilibria()
    worth = []
    for point in answer:
        assert form.holds(point).holds
        cut = point.facts["cutoffs"]
        # Expected loss by definition: the variance within each step, width^3/12.
        loss = sum((b - a) ** 3 for a, b in pairwise(cut)) / 12
        assert point.payoffs["receiver"] == -loss
        worth.append(-loss)
    assert worth == sorted(worth)  # more steps, better informed
    assert answer[-1].payoffs["receiver"] == form.receiver_payoff


def test_chain_store() -> None:
    # Kreps and Wilson (1982), p. 261: deterrence while p > b^n. Here b = 1/2, p = 1/10: n >= 4.
    form = Reputation(10, Fraction(1, 10), 1, 1, 2)
    assert form.deterred == 7
    stages = form.play()
    assert [s.challenge for s in stages[:7]] == [0] * 7
    # Their formula for the weak defender's value: a (t - k(p) + 1), k(p) = 4 the first n with
    # b^n < p, where p is not a power of b.
    assert form.equilibria()[0].payoffs["defender"] == 2 * (10 - 4 + 1)
    # The number of challenges at the end does not depend on the length of the chain.
    assert Reputation(50, Fraction(1, 10), 1, 1, 2).deterred == 47
    assert Reputation(10, Fraction(0), 1, 1, 2).deterred == 0  # Selten (1978)


@given(
    st.integers(1, 10),
    st.fractions(Fraction(1, 500), Fraction(99, 100), max_denominator=500),
    positive,
    positive,
    positive,
)
@settings(max_examples=40, deadline=None)
def test_reputation_by_definition(
    n: int, p: Fraction, gain: Fraction, loss: Fraction, peace: Fraction
) -> None:
    form = Reputation(n, p, gain, loss, peace + 1)
    verdict = form.holds(form.equilibria()[0])
    assert verdict.holds, verdict
    assert Reputation(n, min(p * 2, Fraction(1)), gain, loss, peace + 1).deterred >= form.deterred


@given(positive, positive, positive, positive)
@settings(max_examples=30, deadline=None)
def test_attrition(va: Fraction, vb: Fraction, ca: Fraction, cb: Fraction) -> None:
    form = Attrition(va, vb, ca, cb)
    answer = form.equilibria()
    assert len(answer) == 3 and answer.components == ((0, 1, 2),)
    assert all(form.holds(p).holds for p in answer)
    # Indifference: conceding a moment later costs c dt and wins v with probability hazard dt.
    assert form.hazard_b * va == ca and form.hazard_a * vb == cb
    assert replace(form, value_a=va * 2).pr_a_wins < form.pr_a_wins


def test_attrition_refutes_a_wrong_hazard() -> None:
    form = Attrition(2, 1, 1, 1)
    mixed = form.equilibria()[1]
    wrong = {**mixed.strategies, "B": {"start": {"concede": 0}, "later": {"hazard": 1}}}
    assert not form.holds(replace(mixed, strategies=wrong)).holds


@pytest.mark.parametrize(
    ("n", "delta", "proposer", "partner"),
    [  # Baron and Ferejohn (1989), p. 1189: 1 - delta (n - 1)/(2n)
        (3, "1", "2/3", "1/3"),
        (3, "0.8", "11/15", "4/15"),
        (5, "1", "3/5", "1/5"),
        (5, "0.8", "0.68", "0.16"),
        (101, "0.9", "56/101", "9/1010"),
    ],
)
def test_baron_ferejohn(n: int, delta: str, proposer: str, partner: str) -> None:
    form = BaronFerejohn(n, Fraction(delta))
    assert (form.proposer, form.partner) == (Fraction(proposer), Fraction(partner))
    assert form.holds(form.equilibria()[0]).holds


def test_baron_ferejohn_quota() -> None:
    assert BaronFerejohn(5, Fraction(9, 10), 5).proposer == 1 - Fraction(9, 10) * Fraction(4, 5)
    assert BaronFerejohn(5, Fraction(9, 10), 1).proposer == 1
    for quota in range(1, 6):
        form = BaronFerejohn(5, Fraction(9, 10), quota)
        assert form.holds(form.equilibria()[0]).holds


@given(positive, share, share, positive)
@settings(max_examples=40, deadline=None)
def test_sanctions_selection(cost: Fraction, q: Fraction, k: Fraction, most: Fraction) -> None:
    form = SanctionsThreat(cost, q, k, most)
    verdict = form.holds(form.equilibria()[0])
    assert verdict.holds, verdict
    if q >= k:
        assert form.imposed_success == 0
    # A more credible threat never wins less.
    assert replace(form, credibility=(q + 1) / 2).threat_success >= form.threat_success


@given(positive, positive, positive, positive, share)
@settings(max_examples=40, deadline=None)
def test_inspection(g: Fraction, f: Fraction, c: Fraction, d: Fraction, m: Fraction) -> None:
    form = Inspection(g, f, c, d, m)
    assert form.holds(form.equilibria()[0]).holds
    # A heavier penalty lowers inspections, not violations, where both mix.
    if form.deterrence_margin > 0 and form.inspection_margin > 0:
        more = replace(form, penalty=2 * f)
        assert more.pr_violate == form.pr_violate and more.pr_inspect < form.pr_inspect


@given(*[positive] * 5)
@settings(max_examples=40, deadline=None)
def test_third_party(
    flow: Fraction, a: Fraction, concede: Fraction, worth: Fraction, cost: Fraction
) -> None:
    form = CoercedThirdParty(flow, a, concede, worth, cost)
    assert form.holds(form.equilibria()[0]).holds
    at = replace(form, flow=form.critical_flow)
    assert at.concession_margin == 0


def test_every_form_has_views() -> None:
    for form in (
        TwoLevel(),
        CheapTalk(0.1),
        Attrition(1, 1, 1, 1),
        BaronFerejohn(3, 1),
        Reputation(3, 0.1, 1, 1, 2),
        SanctionsThreat(1, 0.5, 0.5, 1),
        Inspection(1, 1, 0.1, 1),
        CoercedThirdParty(1, 1, 1, 1, 1),
    ):
        assert form.title in form.text() and form.title in form.html()
        assert form.figure().startswith("<svg")


def test_no_demand_exceeds_the_prize() -> None:
    """Where the weak would give up everything the bold demand is the whole prize, worth 1 - p."""
    whole = Mediation(Fraction(7, 10), Fraction(1, 10), Fraction(9, 10), Fraction(1, 20), 1, 1)
    capped = replace(whole, cost_weak=Fraction(3, 10))
    assert whole.critical_bias == capped.critical_bias == Fraction(5, 100) / Fraction(185, 1000)
    truthful = replace(whole, bias=2).equilibria()[-1]
    # Weak half: 0.95 of the prize and 0.05 of the chance of winning; tough half: p + 0.1.
    told = Fraction(1, 2) * (Fraction(95, 100) + Fraction(5, 100) * Fraction(7, 10))
    assert truthful.payoffs["A"] == told + Fraction(1, 2) * Fraction(8, 10)
    assert replace(whole, bias=2).holds(truthful).holds
