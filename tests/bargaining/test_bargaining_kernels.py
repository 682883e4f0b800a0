"""Two-party kernels against brute force: dense grids over the terms, and single problems."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.bargaining.arithmetic import curves as bargaining_curves
from negotiate.bargaining.arithmetic import exact as bargaining_exact
from negotiate.bargaining.arithmetic import judge as bargaining_judge
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.frontier import frontier, hull_path, linear_frontier, vertices
from negotiate.bargaining.arithmetic.frontier_exact import pareto_path, polygon
from negotiate.bargaining.arithmetic.frontier_smooth import smooth
from negotiate.bargaining.arithmetic.raiffa import end_of_path
from negotiate.bargaining.arithmetic.roots import bracketed_root
from negotiate.bargaining.problem import from_issues
from negotiate.bargaining.values import linear, quadratic


def quadratic_problem(rng, draws, issues, segments):
    """Quadratic issues and segments: (frontier, utilities as a function of levels and shares)."""
    w = rng.dirichlet(np.ones(issues + segments), size=(draws, 2))
    ideal, scale = rng.random((draws, 2, issues)), 0.5 + rng.random((draws, 2, issues))
    gain, loss = w[:, 0, issues:], w[:, 1, issues:]
    pairs = [
        tuple(np.ascontiguousarray(a[:, i, :issues].T) for i in (0, 1)) for a in (w, ideal, scale)
    ]
    one = (np.ones((issues, draws)),) * 2
    moving = smooth(("quadratic",) * issues, ("quadratic",) * issues, *pairs, one)
    start = np.stack([np.zeros(draws), loss.sum(axis=1)], axis=1)
    f = frontier(start, gain, loss, moving)

    def worth(i, levels, shares):
        """Utilities of draw i at levels (..., issues) and shares (..., segments)."""
        v = 1 - ((levels[..., None, :] - ideal[i]) / scale[i]) ** 2
        smooth_part = (w[i, :, :issues] * v).sum(axis=-1)
        linear = np.stack([shares @ gain[i], (1 - shares) @ loss[i]], axis=-1)
        return smooth_part + linear

    return f, worth


@pytest.mark.parametrize(("issues", "segments"), [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2)])
def test_nash_and_friends_beat_every_grid_point(issues, segments):
    rng = np.random.default_rng(issues * 10 + segments)
    draws = 12
    f, worth = quadratic_problem(rng, draws, issues, segments)
    steps = 61 if issues + segments < 3 else 31
    axis = np.linspace(0, 1, steps)
    grid = np.array(list(product(axis, repeat=issues + segments)))
    d = np.full((draws, 2), 0.15)
    found = {
        "nash": bargaining.nash(f, d).u.T,
        "egalitarian": bargaining.egalitarian(f, d).u.T,
        "ks": bargaining.kalai_smorodinsky(f, d).u.T,
    }
    ideal = bargaining.ideal(f, d).T
    room = bargaining.zone(f, d)
    for i in range(draws):
        u = worth(i, grid[:, :issues], grid[:, issues:])
        gains = u - d[i]
        best = gains.min(axis=1).max()
        assert room[i] >= best - 1e-9
        assert room[i] <= best + 0.05  # the grid is not that coarse
        if room[i] <= 0:
            continue
        fair = (gains >= 0).all(axis=1)
        product_ = np.where(fair, gains[:, 0] * gains[:, 1], 0).max()
        mine = (found["nash"][i] - d[i]).prod()
        assert product_ - 1e-9 <= mine <= product_ + 0.02
        assert (found["egalitarian"][i] - d[i]).min() == pytest.approx(room[i], abs=1e-12)
        rational = u[fair]
        assert (ideal[i] >= rational.max(axis=0) - 1e-9).all()
        share = (found["ks"][i] - d[i]) / (ideal[i] - d[i])
        assert share[0] == pytest.approx(share[1], abs=1e-9)
        # nothing on the grid is better for both than a solution
        for point in found.values():
            assert not (u > point[i] + 1e-9).all(axis=1).any()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8, unique=True)
)
def test_hull_of_options_agrees_with_exact(points):
    exact = pareto_path([(F(x), F(y)) for x, y in points])
    start, gain, loss, path = hull_path(np.array(points, dtype=float).T)
    assert list(dict.fromkeys(path.tolist())) == exact
    assert start.tolist() == [float(c) for c in points[exact[0]]]
    assert gain.sum() == points[exact[-1]][0] - points[exact[0]][0]
    assert loss.sum() == points[exact[0]][1] - points[exact[-1]][1]
    # the definition: no mixture of two options lies above the path
    corners = np.array([points[k] for k in exact], dtype=float)
    for (x1, y1), (x2, y2) in product(points, repeat=2):
        for t in (0.0, 0.5, 1.0):
            x, y = t * x1 + (1 - t) * x2, t * y1 + (1 - t) * y2
            if x <= corners[0, 0]:
                assert y <= corners[0, 1]
            elif x <= corners[-1, 0]:
                assert y <= np.interp(x, corners[:, 0], corners[:, 1]) + 1e-9


def test_zero_weights_and_shared_issues_need_no_division():
    # issue 1: only party 1 cares; issue 2: both want the same end; issue 3: opposed
    f = linear_frontier(np.array([0.5, 0.2, 0.3]), np.array([0.0, 0.4, -0.6]), np.array([0, 0.6]))
    ends = bargaining.ends(f)
    assert ends[0].ravel().tolist() == pytest.approx([0.7, 1.0])
    assert ends[1].ravel().tolist() == pytest.approx([1.0, 0.4])
    nobody = linear_frontier(np.zeros(3), np.zeros(3), np.array([0.25, 0.75]))
    assert bargaining.nash(nobody, np.zeros(2)).u.ravel().tolist() == [0.25, 0.75]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6, 7, 12, 24, 25, 40])
def test_pieces_come_in_order(count):
    rng = np.random.default_rng(count)
    a, b = rng.random((2, 50, count))
    f = frontier(np.zeros((50, 2)), a, b)
    assert (np.diff(f.critical, axis=0) >= 0).all()
    assert vertices(f)[:, -1] == pytest.approx(np.stack([a.sum(1), -b.sum(1)], axis=1))
    slopes = f.loss / f.gain
    assert (np.diff(slopes, axis=0) >= -1e-12).all()


def test_leading_axes_are_draws():
    rng = np.random.default_rng(2)
    w = rng.random((3, 4, 2, 5))
    f = linear_frontier(w[..., 0, :], -w[..., 1, :])
    many = bargaining.nash(f, np.full(2, -3.0)).u.reshape(2, 3, 4)
    for i, j in product(range(3), range(4)):
        one = linear_frontier(w[i, j, 0], -w[i, j, 1])
        assert one.shape == ()
        assert bargaining.nash(one, np.full(2, -3.0)).u[:, 0].tolist() == many[:, i, j].tolist()
    assert vertices(f).shape == (3, 4, 6, 2)


def test_chunks_and_threads_change_nothing():
    rng = np.random.default_rng(3)
    w, d = rng.random((1000, 2, 6)), rng.random((1000, 2)) - 2

    def solve(w, d):
        return (bargaining.nash(linear_frontier(w[:, 0], -w[:, 1]), d).u.T,)

    whole = solve(w, d)[0]
    for size, workers in ((64, 1), (333, 2)):
        parts = bargaining.in_chunks(solve, w, d, size=size, workers=workers)[0]
        assert np.array_equal(parts, whole)


fraction = st.integers(1, 12).map(lambda n: F(n, 12))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(fraction, fraction), min_size=1, max_size=6), fraction, fraction)
def test_weight_interval_and_loss_of_a_deal(pieces, x, y):
    shape = polygon([[(0, b), (a, 0)] for a, b in pieces])
    top = shape.vertices[0][1]
    u = (x * shape.vertices[-1][0], y * top / 2)
    d = (u[0] / 2 - F(1, 5), u[1] / 2 - F(1, 5))
    loss, near, weights = bargaining_judge.judge_exact(shape.vertices, d, u)
    f = linear_frontier(
        np.array([float(a) for a, _ in pieces]),
        np.array([-float(b) for _, b in pieces]),
        np.array([0.0, float(top)]),
    )
    rough = bargaining_judge.judge(f, [float(c) for c in d], [float(c) for c in u])
    assert rough.loss[0] == pytest.approx(float(loss), abs=1e-9)
    if weights is None:
        return
    low, high = weights
    assert rough.weight_low[0] == pytest.approx(float(low), abs=1e-6)
    assert rough.weight_high[0] == pytest.approx(float(high), abs=1e-6)
    # with these weights, and only these, the nearest point is the Nash solution
    for alpha in {low, high, (low + high) / 2}:
        if 0 < alpha < 1:
            point = bargaining_exact.nash(shape.vertices, d, (alpha, 1 - alpha))
            assert (point.u1, point.u2) == (near.u1, near.u2)
    for alpha in (low - F(1, 1000), high + F(1, 1000)):
        if 0 < alpha < 1:
            point = bargaining_exact.nash(shape.vertices, d, (alpha, 1 - alpha))
            assert (point.u1, point.u2) != (near.u1, near.u2)


def test_path_of_raiffa_against_an_integrator():
    scipy_integrate = pytest.importorskip("scipy.integrate")
    rng = np.random.default_rng(8)
    for pieces in (1, 2, 4):
        a, b = rng.random((2, pieces))
        order = np.argsort(b / a)
        x = 0.2 + np.concatenate([[0], np.cumsum(a[order])])
        y = 0.1 + b.sum() - np.concatenate([[0], np.cumsum(b[order])])

        def speed(_, z, x=x, y=y):
            return [
                np.interp(z[1], y[::-1], x[::-1]) - z[0],
                np.interp(z[0], x, y) - z[1],
            ]

        path = scipy_integrate.solve_ivp(
            speed, (0, 40), [0.0, 0.0], rtol=1e-10, atol=1e-12, max_step=0.05
        )
        end = end_of_path((x[:, None], y[:, None]), np.zeros((2, 1)))[:, 0]
        assert end == pytest.approx(path.y[:, -1], abs=1e-7)


def test_curve_rules_on_a_quarter_circle():
    # u = (sin, cos): symmetric, so every symmetric rule gives the middle; and by hand for the
    # area and length in unequal units: both are invariant to u1 -> 3 u1
    t = np.linspace(0, np.pi / 2, 4001)[:, None]
    middle = np.sqrt(0.5)
    for factor in (1.0, 3.0):
        line = (factor * np.sin(t), np.cos(t))
        for rule in (bargaining_curves.equal_area, bargaining_curves.perles_maschler, end_of_path):
            point = rule(line, np.zeros((2, 1)))[:, 0]
            assert point == pytest.approx([factor * middle, middle], abs=1e-6)


def test_bracketed_root_keeps_its_bracket():
    rng = np.random.default_rng(0)
    target = rng.random(500) * 1.5 - 0.25
    power = rng.integers(1, 12, 500)
    root = bracketed_root(lambda x: x**power - target, np.zeros(500), np.ones(500))
    assert root == pytest.approx(np.clip(target, 0, 1) ** (1 / power), abs=1e-11)


@pytest.mark.parametrize(
    ("weights", "ideals", "d"),
    [  # found by hypothesis: Newton's steps jumped to and fro across a kink
        ([(0.65, 0.55), (0.2, 0.35)], [(None, 0.75), (0.65, 0.05)], (0.828125, 0.299625)),
        ([(0.05, 0.5), (0.3, 0.25)], [(None, 0.65), (0.55, 0.0)], (0.48875, 0.31175)),
        # and one whose bracket was the end of [0, 1], where an indifferent party divides by zero
        ([(0.05, 0.05), (0.05, 0.05)], [(None, None), (None, 0.0)], (0.0375, 0.0375)),
    ],
)
def test_egalitarian_point_across_kinks_against_a_scan_of_all_levels(weights, ideals, d):
    # values: 1 - x (None) or 1 - (x - ideal)^2; the point of equal gains by scanning two levels
    def value(ideal):
        return linear(0) if ideal is None else quadratic(ideal)

    form = from_issues(
        {p: dict(zip(("x", "y"), w)) for p, w in zip("ab", weights)},
        {p: dict(zip(("x", "y"), map(value, own))) for p, own in zip("ab", ideals)},
        dict(zip("ab", d)),
    )
    found = bargaining.egalitarian(form.float_frontier, np.array(d)).u[:, 0]
    grid = np.linspace(0, 1, 2001)
    gains = []
    for w, own, base in zip(weights, ideals, d):
        x, y = (1 - grid if i is None else 1 - (grid - i) ** 2 for i in own)
        gains.append(w[0] * x[:, None] + w[1] * y[None, :] - base)
    best = np.minimum(*gains).max()
    assert min(found - d) == pytest.approx(best, abs=1e-3)
    assert min(found - d) >= best - 1e-12
