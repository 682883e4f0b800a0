"""Crisis bargaining, audience costs, deterrence: published values, definitions, statics."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.crisis.arithmetic import audience as kernel
from negotiate.crisis.audience_costs import AudienceCosts, LewisSchultz
from negotiate.crisis.crisis_bargaining import CostlyLottery, RiskReturn, Screening, risk_return
from negotiate.crisis.deterrence import MutualDeterrence, UnilateralDeterrence
from negotiate.errors import InputError
from negotiate.extensive.perfect_bayesian import perfect_bayesian

share = st.fractions(0, 1, max_denominator=20)
cost = st.fractions(Fraction(1, 20), 1, max_denominator=20)


def test_bargaining_range_fearon() -> None:
    # Fearon (1995), IO 49:387: the range is [p - c_A, p + c_B].
    war = CostlyLottery(Fraction(6, 10), Fraction(15, 100), Fraction(2, 10))
    assert (war.low, war.high, war.width) == (Fraction(9, 20), Fraction(4, 5), Fraction(7, 20))
    assert war.nash == Fraction(5, 8)
    payoffs = [p.payoffs["A"] for p in war.equilibria()]
    assert payoffs == [Fraction(4, 5), Fraction(9, 20)]
    assert all(war.holds(p).holds for p in war.equilibria())
    fond = CostlyLottery(Fraction(1, 2), Fraction(-3, 10), Fraction(1, 10))
    assert fond.width < 0 and len(fond.equilibria()) == 0


@pytest.mark.parametrize(
    ("p", "c", "top", "demand", "war", "worth"),
    [  # Fearon (1995), appendix: x* = p + (C - c)/2, Pr war = (1 - c/C)/2
        (0.5, 0.1, 0.4, 0.65, 0.375, 0.55625),
        (0.6, 0.05, 0.3, 0.725, 5 / 12, 0.65208333333333),
        (0.3, 0.2, 0.5, 0.45, 0.3, 0.345),
        (0.5, 0.4, 0.4, 0.5, 0.0, 0.5),
    ],
)
def test_risk_return(
    p: float, c: float, top: float, demand: float, war: float, worth: float
) -> None:
    form = RiskReturn(p, c, top)
    assert form.demand == pytest.approx(demand, abs=1e-9)
    assert form.pr_war == pytest.approx(war, abs=1e-9)
    assert form.payoff == pytest.approx(worth, abs=1e-9)
    assert form.holds(form.equilibria()[0]).holds
    general = risk_return(win_probability=p, cost_a=c, cdf=lambda x: x / top, support=(0.0, top))
    assert len(general) == 1
    assert general[0].facts["demand"] == pytest.approx(demand, abs=1e-6)


@given(share, cost, cost, st.fractions(0, 1, max_denominator=10))
@settings(max_examples=40, deadline=None)
def test_risk_return_statics(p: Fraction, c: Fraction, span: Fraction, low: Fraction) -> None:
    form = RiskReturn(p, c, low + span, low)
    assert form.holds(form.equilibria()[0]).holds
    # A dearer war to A never raises the risk; the margin is positive exactly where there is risk,
    # unless the end of the pie stops the demand first.
    assert RiskReturn(p, c + Fraction(1, 10), low + span, low).pr_war <= form.pr_war
    if p + low < 1:
        assert (form.risk_margin > 0) == (form.pr_war > 0)


def test_risk_return_two_peaks() -> None:
    # Two equally likely cost bands, around 0.1 and 0.5, with A indifferent between their upper
    # ends: 0.5 + c1 accepted by all against 0.5 + c2 accepted by half.
    # Nearly all mass at 0.1 and 0.5: safe 0.6, risky (1.0 + 0.5 - c)/2; equal at c = 0.3.
    def cdf(x: np.ndarray) -> np.ndarray:
        return 0.5 * np.clip((x - 0.1) / 1e-3, 0, 1) + 0.5 * np.clip((x - 0.499) / 1e-3, 0, 1)

    low = risk_return(win_probability=0.5, cost_a=0.32, cdf=cdf, support=(0.0, 0.5))
    high = risk_return(win_probability=0.5, cost_a=0.28, cdf=cdf, support=(0.0, 0.5))
    assert low[0].facts["pr_war"] < 0.01
    assert high[0].facts["pr_war"] > 0.45


def test_screening_threshold() -> None:
    # Risky pays pi (p + cW) + (1 - pi)(p - cA), safe p + cT: equal at (cA + cT)/(cA + cW).
    form = Screening(
        Fraction(1, 2), Fraction(1, 10), Fraction(1, 10), Fraction(3, 10), Fraction(1, 2)
    )
    assert form.critical_pr_weak == Fraction(1, 2)
    assert form.risk_margin == 0
    answer = form.equilibria()
    assert len(answer) == 2 and answer.components == ((0, 1),)
    assert all(form.holds(p).holds for p in answer)
    pr = np.array([0.2, 0.45, 0.8])
    np.testing.assert_allclose(Screening(0.5, 0.1, 0.1, 0.3, pr).pr_war, [0.0, 0.0, 0.2], atol=1e-9)


@pytest.mark.parametrize(
    ("a", "bluff", "resist", "challenge", "war"),
    [  # Derivation: beta = (0.5 + a)/1.5; b = beta/(1 - beta) at t = 1/2; r = 1/(1 + a).
        ("0.05", 0.5789473684210527, 1 / 1.05, 0.7333333333333334, 0.34920634920634924),
        ("0.1", 0.6666666666666666, 1 / 1.1, 0.8, 0.3636363636363636),
        ("0.2", 0.875, 1 / 1.2, 0.9333333333333333, 0.38888888888888884),
        ("0.3", 1.0, 0.0, 1.0, 0.0),
        ("0.6", 1.0, 0.0, 1.0, 0.0),
    ],
)
def test_audience_costs(a: str, bluff: float, resist: float, challenge: float, war: float) -> None:
    form = AudienceCosts(1, 1, Fraction(a), -2, -1, Fraction(1, 2))
    answer = perfect_bayesian(form)
    assert len(answer) == 1 and answer.exact
    facts = answer[0].facts
    got = [facts[k] for k in ("bluff", "resist", "pr_challenge", "pr_war")]
    assert [float(x) for x in got] == pytest.approx([bluff, resist, challenge, war], abs=1e-12)
    assert [form.bluff, form.resist, form.pr_challenge, form.pr_war] == got
    assert perfect_bayesian.holds(form, answer[0]).holds


@given(*[st.integers(1, 8)] * 2, *[st.integers(-12, 4)] * 2, st.integers(0, 6), st.integers(1, 10))
@settings(max_examples=120, deadline=None)
def test_audience_cost_regions(v: int, loss: int, war_b: int, low: int, a: int, span: int) -> None:
    numbers = [Fraction(x, 4) for x in (v, loss, a, war_b, low, low + span)]
    form = AudienceCosts(*numbers)
    answer = form.equilibria()
    assert len(answer) > 0
    margins = form.existence()
    for point in answer:
        assert form.holds(point).holds, (form, point.label)
        if point.label in margins:
            assert margins[point.label] >= 0


def test_no_challenge_and_challenge_coexist() -> None:
    # No type gains from war as such (high < 0): if B would resist, nobody challenges; yet
    # audience costs lock enough types in that B, believing it, concedes. Both are equilibria.
    form = AudienceCosts(1, 1, Fraction(1, 2), -2, -1, Fraction(-1, 10))
    assert [p.label for p in form.equilibria()] == ["bluffing", "deterred"]


def test_lewis_schultz_three_equilibria() -> None:
    # Jo (2011): the game may have three equilibria. Each is checked by quadrature over the
    # errors, and the count against sign changes on a fine grid.
    form = LewisSchultz(0, 1.37, 0, -1.93, -3.51, -1.0, 0.98)
    answer = form.equilibria()
    assert answer.complete and len(answer) == 3
    assert [p.marks[0] for p in answer] == ["stable", "unstable", "stable"]
    assert all(form.holds(p).holds for p in answer)
    grid = np.linspace(1e-6, 1 - 1e-6, 20001)
    signs = np.sign(form.gap(grid))
    assert np.count_nonzero(signs[1:] != signs[:-1]) == 3
    counts = LewisSchultz(0, 1.37, 0, -1.93, np.linspace(-4, -2, 9), -1.0, 0.98).equilibrium_count
    assert set(counts.tolist()) == {1, 3}


def test_joint_normal_against_scipy() -> None:
    from scipy.stats import multivariate_normal

    rho = 2**-0.5
    law = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    for c, war, back in [(0.3, 0.2, -0.5), (0.3, -0.2, 0.5), (-1.0, -1.0, -1.0), (0.0, 0.5, 0.5)]:
        expected = law.cdf([(war - back) * rho, war - c])
        assert float(kernel.joint_fight(c, war, back, 1.0)) == pytest.approx(expected, abs=1e-6)


orders = st.lists(st.integers(0, 30), min_size=5, max_size=5, unique=True).map(sorted)


@given(orders, orders, share, share)
@settings(max_examples=40, deadline=None)
def test_unilateral_against_signalling(
    c: list[int], d: list[int], p: Fraction, q: Fraction
) -> None:
    form = UnilateralDeterrence(
        p,
        q,
        c_dd_soft=c[0],
        c_cd=c[1],
        c_dd_hard=c[2],
        c_sq=c[3],
        c_dc=c[4],
        d_dd_soft=d[0],
        d_dc=d[1],
        d_dd_hard=d[2],
        d_cd=d[3],
        d_sq=d[4],
    )
    answer = form.equilibria()
    assert len(answer) > 0
    assert all(form.holds(point).holds for point in answer)
    if answer.degenerate or p in (0, 1):
        return

    def challenge(point: object) -> tuple[Fraction, Fraction]:
        rows = point.strategies["Challenger"]  # type: ignore[attr-defined]
        return rows["hard"]["challenge"], rows["soft"]["challenge"]

    # The exact enumerator knows nothing of regions.
    exhaustive = perfect_bayesian(form.signalling())
    assert {challenge(x) for x in answer} == {challenge(x) for x in exhaustive}


def test_unilateral_regions_are_named() -> None:
    # c1 = 1/2, c2 = 1/3, r* = 2/3 with the ordinal payoffs 4..0.
    form = UnilateralDeterrence(Fraction(1, 4), Fraction(1, 5))
    assert (form.hard_threshold, form.soft_threshold) == (Fraction(1, 2), Fraction(1, 3))
    assert form.defender_threshold == Fraction(2, 3)
    names = {
        (p, q): {x.label for x in UnilateralDeterrence(p, q).equilibria()}
        for p in (Fraction(1, 4), Fraction(3, 4))
        for q in (Fraction(1, 5), Fraction(2, 5), Fraction(3, 5))
    }
    steady = "steadfast deterrence"
    assert names[Fraction(1, 4), Fraction(1, 5)] == {"bluff", steady}
    assert names[Fraction(3, 4), Fraction(1, 5)] == {"attrition", steady}
    assert names[Fraction(1, 4), Fraction(2, 5)] == {"separating", steady}
    assert names[Fraction(3, 4), Fraction(3, 5)] == {"certain deterrence", steady}


@given(orders, orders, share, share)
@settings(max_examples=30, deadline=None)
def test_mutual_by_definition(a: list[int], b: list[int], p: Fraction, q: Fraction) -> None:
    pairs = list(zip(a, b))
    form = MutualDeterrence((p, q), pairs[4], pairs[3], pairs[2], pairs[1], pairs[0])
    answer = form.equilibria()
    assert len(answer) > 0  # Nash
    for point in answer:
        verdict = form.holds(point)
        assert verdict.holds, (point.label, verdict)
    calm = {x.label for x in answer} >= {"sure-thing deterrence"}
    live = 0 < p < 1 and 0 < q < 1
    if live:
        assert calm == (form.deterrence_margin >= 0)


def test_bad_input_names_the_number() -> None:
    with pytest.raises(InputError, match="win_probability is 2"):
        CostlyLottery(2, 0, 0)
    with pytest.raises(InputError, match="c_cd is 5"):
        UnilateralDeterrence(Fraction(1, 2), Fraction(1, 2), c_cd=5)
    with pytest.raises(InputError, match="array"):
        RiskReturn(np.array([0.4, 0.5]), 0.1, 0.4).equilibria()


def test_views() -> None:
    for form in (
        RiskReturn(0.5, 0.1, 0.4),
        UnilateralDeterrence(Fraction(1, 4), Fraction(1, 5), players=("<A>", "B&C")),
        LewisSchultz(0, 1.37, 0, -1.93, -3.51, -1.0, 0.98),
        CostlyLottery(np.array([0.4, 0.5]), 0.1, 0.2),
    ):
        assert form.title in form.text()
        assert "<A>" not in form.html()
        assert form.figure().startswith("<svg")
    game = UnilateralDeterrence(Fraction(1, 4), Fraction(1, 5)).signalling()
    assert "challenge" in game.html() and "challenge" in game.text()
    assert game.figure().startswith("<svg")


def test_lewis_schultz_has_no_equilibria_made_of_rounding():
    # A challenges with about 1e-17 near Pr(resist) = 0.85. With 40 digits (mpmath, direct
    # integration of the definition) g(0.848911) = 0.012451 and g(0.863554) = 0.012451, so the two
    # solutions that doubles once showed there are none; only the one near 0 satisfies g(r) = r.
    game = LewisSchultz(
        status_quo_a=0.0,
        concession_a=2.66293268049867,
        concession_b=-1.7442778423516763,
        war_a=-2.1324190404359076,
        war_b=-2.192861823522387,
        back_down_a=-2.8200075409196925,
        back_down_b=0.9764921060609384,
        sigma=0.2,
    )
    assert game.gap(0.8489113705511722) == pytest.approx(0.012451 - 0.8489113705511722, abs=1e-6)
    answer = game.equilibria()
    assert len(answer) == 1 and answer.complete
    assert answer[0].facts["resist"] < 0.02
    assert game.equilibrium_count == 1
