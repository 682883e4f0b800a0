"""Escalation ladders and commitment problems: trees, published conditions, statics."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.crisis.commitment import (
    IndivisibleIssue,
    LongShift,
    ShiftingPower,
    mechanism,
    why,
)
from negotiate.crisis.crisis_bargaining import RiskReturn
from negotiate.crisis.escalation import COMMITMENTS, EscalationLadder, Rung
from negotiate.errors import InputError, UnknownNameError
from negotiate.extensive.subgame_perfect import subgame_perfect

number = st.fractions(0, 2, max_denominator=997)
share = st.fractions(0, 1, max_denominator=40)
rungs = st.lists(st.tuples(number, number, number, share, number), min_size=1, max_size=3).map(
    lambda rows: tuple(Rung(f"lever {k}", *row) for k, row in enumerate(rows))
)


@given(rungs, st.tuples(number, number, number, number), st.sampled_from(COMMITMENTS))
@settings(max_examples=25, deadline=None)
def test_ladder_against_the_tree(
    steps: tuple[Rung, ...], x: tuple[Fraction, ...], commitment: str
) -> None:
    ladder = EscalationLadder(
        steps, x[0] + Fraction(1, 9), x[1] + Fraction(1, 9), x[2], -x[3], -x[3], commitment
    )
    answer = ladder.equilibria()
    assert ladder.holds(answer[0]).holds
    full = subgame_perfect(ladder.extensive())
    payoffs = [dict(point.payoffs) for point in full]
    assert dict(answer[0].payoffs) in payoffs
    if answer.complete:
        assert len(full) == 1


def test_audience_costs_make_a_threat_credible() -> None:
    # Carrying out costs 3/2 and wins nothing (the target has then nothing more to lose); backing
    # down costs a. The threat is credible exactly for a > 3/2, and then wins the prize of 1.
    a = np.array([0.0, 1.0, 1.4, 1.6, 3.0])
    ladder = EscalationLadder((Rung("strike", 2, 1.5, a),), 1, 1)
    np.testing.assert_array_equal(ladder.payoff_challenger, [0, 0, 0, 1, 1])
    np.testing.assert_allclose(ladder.credible()["strike"], a - 1.5)
    one = replace(ladder, rungs=(Rung("strike", 2, Fraction(3, 2), 3),))
    assert one.solved().path == ("demand", "concede")


def test_full_commitment_needs_no_audience() -> None:
    ladder = EscalationLadder((Rung("strike", 2, Fraction(3, 2)),), 1, 1)
    assert ladder.payoff_challenger == 0
    assert replace(ladder, commitment="full").payoff_challenger == 1
    # Stated: the target compares conceding, -1, with -2 p: credible enough above one half.
    for p, wins in ((Fraction(2, 5), 0), (Fraction(3, 5), 1)):
        rung = replace(ladder.rungs[0], credibility=p)
        stated = replace(ladder, rungs=(rung,), commitment="stated")
        assert stated.payoff_challenger == wins


def test_ladder_refusals() -> None:
    with pytest.raises(UnknownNameError, match="derived"):
        EscalationLadder((), 1, 1, commitment="derivd")
    with pytest.raises(InputError, match="distinct"):
        EscalationLadder((Rung("a", 1, 1), Rung("a", 1, 1)), 1, 1)
    assert EscalationLadder((), 1, 1).solved().path == ("keep the status quo",)


@pytest.mark.parametrize(
    ("p1", "p2", "ca", "cb", "delta", "war", "peace"),
    [  # war iff p1 (1 + delta) - cA > 1 + delta max(0, p2 - cA): Fearon (1995), pp. 404-408
        ("0.8", "0.2", "0.1", "0.1", "0.9", "1.42", "1.09"),
        ("0.8", "0.5", "0.1", "0.1", "0.9", "1.42", "1.36"),
        ("0.9", "0.2", "0.05", "0.05", "0.95", "1.705", "1.1425"),
        ("0.6", "0.1", "0.05", "0.05", "0.95", "1.12", "1.0475"),
        ("0.7", "0.3", "0.2", "0.2", "0.9", "1.13", "1.09"),
        ("0.9", "0.6", "0.05", "0.05", "0.5", "1.3", "1.275"),
    ],
)
def test_preventive_war(
    p1: str, p2: str, ca: str, cb: str, delta: str, war: str, peace: str
) -> None:
    form = ShiftingPower(*(Fraction(x) for x in (p1, p2, ca, cb, delta)))
    assert form.war == Fraction(war) and form.peace == Fraction(peace)
    answer = form.equilibria()
    assert answer[0].label == "preventive war by A" and answer[0].marks == ("commitment",)
    assert form.holds(answer[0]).holds
    # The third party's guarantee that just keeps the peace.
    kept = replace(form, guarantee=form.guarantee_needed)
    assert kept.commitment_margin == 0 and kept.equilibria()[0].label == "peace"


@given(share, share, share, share, share, share)
@settings(max_examples=80, deadline=None)
def test_shifting_power(
    p1: Fraction, p2: Fraction, ca: Fraction, cb: Fraction, delta: Fraction, g: Fraction
) -> None:
    form = ShiftingPower(p1, p2, ca, cb, delta, g)
    assert form.holds(form.equilibria()[0]).holds
    # A larger fall never makes war less tempting; a guarantee never more.
    assert replace(form, later=p2 / 2).commitment_margin >= form.commitment_margin
    assert replace(form, guarantee=1).commitment_margin <= form.commitment_margin
    if delta and p2 > form.critical_later and p2 > ca:
        assert form.commitment_margin < 0


def test_long_shift() -> None:
    # p = 0.9 falls to 0.1, war destroys a fifth: 0.72 - 0.08 d > 1 - d exactly if d > 0.28/0.92.
    form = LongShift(Fraction(9, 10), Fraction(1, 10), Fraction(1, 5), Fraction(1, 2))
    assert form.critical_discount == Fraction(28, 92)
    assert replace(form, discount=form.critical_discount).commitment_margin == 0


def test_indivisible_issue() -> None:
    form = IndivisibleIssue(Fraction(1, 2), Fraction(1, 10), Fraction(1, 10))
    assert len(form.equilibria()) == 0 and why(form) == ("indivisibility",)
    # Each side's war value is 0.4: a payment of that much buys it off.
    bought = replace(form, transfer_limit=Fraction(2, 5))
    answer = bought.equilibria()
    assert [p.label for p in answer] == ["prize to A", "prize to B"]
    assert all(bought.holds(p).holds for p in answer)
    assert len(replace(form, linked=Fraction(2, 5)).equilibria()) == 2


def test_mechanisms_are_named() -> None:
    assert mechanism(width=1) == ()
    assert mechanism(width=1, information=1, commitment=1) == ("information", "commitment")
    assert why(RiskReturn(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5))) == ("information",)
