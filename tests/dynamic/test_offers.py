"""Alternating offers: published shares, exact against float, definition, comparative statics."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negotiate.dynamic.arithmetic import offers_exact
from negotiate.dynamic.arithmetic.offers import (
    AGREE,
    TALK_ON,
    UNIT_PIE,
    WALK_OUT,
    alternating_offers,
    finite_offers,
    polygon,
    power_pie,
    rejection_terms,
)

F = Fraction
patience = st.fractions(min_value=F(1, 20), max_value=F(19, 20), max_denominator=40)
stake = st.fractions(min_value=0, max_value=F(2, 5), max_denominator=40)


@st.composite
def frontiers(draw):
    """A concave polygon of rational vertices, as a Minkowski sum of falling edges."""
    steps = draw(
        st.lists(
            st.tuples(st.integers(1, 9), st.integers(1, 9)),
            min_size=1,
            max_size=5,
            unique_by=lambda edge: F(edge[1], edge[0]),
        )
    )
    steps.sort(key=lambda edge: F(edge[1], edge[0]))
    x, y = F(0), F(sum(e[1] for e in steps), 20)
    vertices = [(x, y)]
    for dx, dy in steps:
        x, y = x + F(dx, 20), y - F(dy, 20)
        vertices.append((x, y))
    return vertices


def split(vertices):
    return [float(v[0]) for v in vertices], [float(v[1]) for v in vertices]


@pytest.mark.parametrize(
    "d1, d2, x1",
    [  # Rubinstein (1982): x1 = (1 - d2) / (1 - d1 d2), worked by hand in fractions
        (0.9, 0.9, 10 / 19),
        (0.95, 0.9, 20 / 29),
        (0.8, 0.95, 5 / 24),
        (0.5, 0.5, 2 / 3),
        (0.99, 0.99, 100 / 199),
        (1.0, 0.5, 1.0),
        (0.0, 0.5, 0.5),
        (0.5, 0.0, 1.0),
    ],
)
def test_rubinstein_shares(d1, d2, x1):
    result = alternating_offers(UNIT_PIE, discount=[d1, d2])
    assert result.payoffs[0] == pytest.approx([x1, 1 - x1], abs=1e-12)
    assert (result.outcome == AGREE).all()


@pytest.mark.parametrize(
    "option, x1", [(0, 10 / 19), (0.2, 10 / 19), (0.45, 10 / 19), (0.5, 0.5), (0.6, 0.4)]
)
def test_outside_option_principle(option, x1):
    """Binmore, Shaked and Sutton (1989): flat below d/(1+d) = 9/19, then the option itself."""
    result = alternating_offers(UNIT_PIE, discount=[0.9, 0.9], outside=[-np.inf, option])
    assert result.payoffs[0, 0] == pytest.approx(x1, abs=1e-12)
    assert (result.binds[1] > 0) == (option > 9 / 19)


@pytest.mark.parametrize(
    "p, x, y",
    [  # Binmore, Rubinstein, Wolinsky (1986): 1-x = p b2 + (1-p)(1-y), y = p b1 + (1-p) x
        (0.5, 2 / 3, 13 / 30),
        (0.1, 0.5684210526315789, 0.531578947368421),
        (0.01, 0.5517587939698492, 0.5482412060301508),
    ],
)
def test_breakdown_risk(p, x, y):
    result = alternating_offers(UNIT_PIE, discount=[1, 1], breakdown=p, breakdown_payoff=[0.2, 0.1])
    assert result.payoffs[:, 0] == pytest.approx([x, y], abs=1e-9)


@pytest.mark.parametrize("periods", [1, 2, 3, 4, 5, 10, 50])
def test_deadline(periods):
    """Stahl (1972): the first proposer gets (1 - (-d)^T) / (1 + d)."""
    share = finite_offers(UNIT_PIE, discount=[0.9, 0.9], periods=periods)[0, 0]
    assert share == pytest.approx((1 - (-0.9) ** periods) / 1.9, abs=1e-12)


def test_waiting_free_for_both_has_no_determinate_answer():
    result = alternating_offers(UNIT_PIE, discount=[[1, 1], [0.5, 0.5]])
    assert np.isnan(result.payoffs[0]).all()
    assert result.payoffs[1, 0, 0] == pytest.approx(2 / 3)


@settings(max_examples=60, deadline=None)
@given(frontiers(), patience, patience, stake, stake, stake, stake, st.booleans())
def test_float_equals_exact_on_polygons(vertices, d1, d2, s1, s2, o1, o2, walk):
    inside = (s1 * (1 - d1), s2 * (1 - d2))
    outside = (o1, o2) if walk else (None, None)
    try:
        exact = offers_exact.stationary(vertices, discount=(d1, d2), inside=inside, outside=outside)
    except offers_exact.NoSolutionError:
        assume(False)
    result = alternating_offers(
        split(vertices),
        discount=[float(d1), float(d2)],
        inside=[float(v) for v in inside],
        outside=[-np.inf if v is None else float(v) for v in outside],
    )
    assert result.payoffs == pytest.approx(
        np.array([[float(v) for v in row] for row in exact.payoffs]), abs=1e-9
    )
    # and the equations of the definition hold exactly, at points of the frontier
    (a1, a2), (b1, b2) = exact.payoffs
    assert a2 == offers_exact.phi(vertices, a1) and b2 == offers_exact.phi(vertices, b1)
    stay1 = inside[0] + d1 * a1
    stay2 = inside[1] + d2 * b2
    need1 = max(stay1, o1) if walk else stay1
    need2 = max(stay2, o2) if walk else stay2
    assert b1 >= need1 and a2 >= need2
    assert b1 == need1 or b1 == vertices[0][0]
    assert a2 == need2 or a1 == vertices[-1][0]


@settings(max_examples=60, deadline=None)
@given(frontiers(), patience, patience, patience)
def test_patience_never_lowers_ones_payoff(vertices, d1, d2, more):
    better = max(d1, more)
    both = alternating_offers(
        split(vertices), discount=[[float(d1), float(d2)], [float(better), float(d2)]]
    )
    assert (both.payoffs[1, :, 0] >= both.payoffs[0, :, 0] - 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(frontiers(), patience, patience, stake, stake)
def test_own_options_never_hurt_and_outside_needs_to_bind(vertices, d1, d2, option, flow):
    base = alternating_offers(split(vertices), discount=[float(d1), float(d2)])
    given_option = alternating_offers(
        split(vertices), discount=[float(d1), float(d2)], outside=[float(option), -np.inf]
    )
    assume(given_option.zone >= 0)
    if option < d1 * base.payoffs[0, 0]:
        assert given_option.payoffs == pytest.approx(base.payoffs, abs=1e-9)
    assert (given_option.payoffs[:, 0] >= base.payoffs[:, 0] - 1e-9).all()
    richer = alternating_offers(
        split(vertices),
        discount=[float(d1), float(d2)],
        inside=[float(flow * (1 - d1)), 0.0],
    )
    assume(richer.zone >= 0)
    assert (richer.payoffs[:, 0] >= base.payoffs[:, 0] - 1e-9).all()


def test_inside_option_moves_the_deal_at_once():
    """Muthoo (1999), ch. 6: on the pie, x1 = (1 - d2 + s1 d2 - s2) / (1 - d1 d2).

    From 1 - x = s2 + d2 (1 - y) and y = s1 + d1 x, solved by hand.
    """
    d1, d2, s1, s2 = 0.9, 0.8, 0.01, 0.02
    result = alternating_offers(UNIT_PIE, discount=[d1, d2], inside=[s1, s2])
    assert result.payoffs[0, 0] == pytest.approx((1 - d2 + s1 * d2 - s2) / (1 - d1 * d2))


def test_limit_of_short_periods_on_a_smooth_frontier():
    """Limit is the weighted Nash solution; on u2 = 1 - u1^2 found from its first-order condition.

    w / u = (1 - w) 2u / (1 - u^2)  =>  u^2 = w / (2 - w).
    """
    r1, r2, dt = 0.3, 0.6, 1e-6
    result = alternating_offers(power_pie(0.5, 1.0), discount=np.exp([-r1 * dt, -r2 * dt]))
    weight = r2 / (r1 + r2)
    expected = np.sqrt(weight / (2 - weight))
    assert result.payoffs[:, 0] == pytest.approx([expected, expected], abs=1e-5)


def test_smooth_frontier_obeys_the_equations():
    rng = np.random.default_rng(4)
    d = rng.uniform(0.05, 0.999, (2000, 2))
    curve = power_pie(rng.uniform(0.2, 1, 2000), rng.uniform(0.2, 1, 2000))
    result = alternating_offers(curve, discount=d)
    a, b = result.payoffs[:, 0], result.payoffs[:, 1]
    # near its end the frontier is vertical, so u2 is known only to a root of the last digit of u1
    assert np.abs(a[:, 1] - d[:, 1] * b[:, 1]).max() < 1e-8
    assert np.abs(b[:, 0] - d[:, 0] * a[:, 0]).max() < 1e-9


def test_no_room_walks_out_or_talks_on():
    walk = alternating_offers(UNIT_PIE, discount=[0.9, 0.9], outside=[0.6, 0.6])
    assert (walk.outcome == WALK_OUT).all() and walk.payoffs == pytest.approx(0.6)
    assert walk.zone == pytest.approx(-0.2)
    talk = alternating_offers(UNIT_PIE, discount=[0.9, 0.9], inside=[0.06, 0.06])
    assert (talk.outcome == TALK_ON).all() and talk.payoffs == pytest.approx(0.6)


def test_every_answer_without_room_survives_one_shot_deviations():
    """The definition, written out again on the pie, over random games without room."""
    rng = np.random.default_rng(11)
    n = 4000
    d, s, o = rng.uniform(0.3, 0.99, (n, 2)), rng.uniform(0, 1, (n, 2)), rng.uniform(0, 1, (n, 2))
    s = s * (1 - d)
    result = alternating_offers(UNIT_PIE, discount=d, inside=s, outside=o)
    assert (result.zone < 0).sum() > 1000
    c, k = rejection_terms(d, 0.0, [0, 0], s)
    for i in (0, 1):
        j = 1 - i
        v = result.payoffs
        stay_j = c[:, j] + k[:, j] * v[:, j, j]
        stay_i = c[:, i] + k[:, i] * v[:, j, i]
        ask = np.maximum(o[:, j], stay_j)
        solved = result.outcome[:, 0] >= 0
        assert solved.mean() > 0.99
        assert (v[:, i, j] >= ask - 1e-8)[solved].all()
        refused = np.where(o[:, j] > stay_j, o[:, i], stay_i)
        best = np.maximum(np.where(ask <= 1, 1 - ask, -np.inf), refused)
        assert (v[:, i, i] >= best - 1e-8)[solved].all()


def test_finite_game_converges_to_the_stationary_one_on_a_polygon():
    x, y = [0, 0.5, 1.0, 1.2], [1.0, 0.9, 0.4, 0.0]
    terms = {
        "discount": [0.9, 0.85],
        "breakdown": 0.05,
        "breakdown_payoff": [0.1, 0.05],
        "inside": [0.01, 0.02],
        "outside": [0.1, 0.45],
    }
    long = finite_offers((x, y), periods=400, **terms)[0]
    assert alternating_offers((x, y), **terms).payoffs[0] == pytest.approx(long, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(frontiers(), patience, patience, stake, stake, st.integers(1, 7), st.sampled_from([0, 1]))
def test_finite_exact_equals_float(vertices, d1, d2, e1, e2, periods, first):
    exact = offers_exact.finite(
        vertices, discount=(d1, d2), periods=periods, first=first, deadline_payoff=(e1, e2)
    )
    got = finite_offers(
        split(vertices),
        discount=[float(d1), float(d2)],
        periods=periods,
        first=first,
        deadline_payoff=[float(e1), float(e2)],
    )
    assert got == pytest.approx(np.array([[float(v) for v in row] for row in exact]), abs=1e-9)


def test_polygon_matches_interpolation():
    x, y = np.array([0.0, 0.2, 0.7, 1.0]), np.array([1.0, 0.95, 0.5, 0.0])
    at = np.linspace(0, 1, 41)
    curve = polygon(x, y)
    assert curve.phi(at) == pytest.approx(np.interp(at, x, y))
    assert curve.psi(at) == pytest.approx(np.interp(at, y[::-1], x[::-1]))
