"""Answers that were wrong once: each right value with its derivation."""

from fractions import Fraction as F

import numpy as np
import pytest

from negotiate import bargaining
from negotiate.bargaining.values import linear, power, quadratic
from negotiate.errors import InputError
from negotiate.threats.arithmetic import lever_saddle


def payoffs(solution):
    return [float(u) for u in solution[0].payoffs.values()]


def pie(first, second, d):
    return bargaining.from_issues(
        {"a": {"x": 1}, "b": {"x": 1}}, {"a": {"x": first}, "b": {"x": second}}, d
    )


@pytest.mark.parametrize(
    "problem",
    [
        bargaining.from_curve("x", "1 - x", (0.2, 0.1)),
        pie(power(1, 1), power(0, 1), {"a": F(1, 5), "b": F(1, 10)}),
        pie(power(1, 1), linear(0), {"a": F(1, 5), "b": F(1, 10)}),
        pie(power(1, 1.0), power(0, 1.0), {"a": 0.2, "b": 0.1}),
    ],
)
def test_a_straight_frontier_is_shared_by_its_surplus(problem):
    # u1 + u2 = 1 from (0.2, 0.1): the surplus 0.7 is halved by every symmetric solution
    for concept in (bargaining.nash, bargaining.kalai_smorodinsky, bargaining.egalitarian):
        assert payoffs(concept(problem)) == pytest.approx([0.55, 0.45], abs=1e-9)
    assert float(problem.zone()) == pytest.approx(0.35, abs=1e-9)


def test_a_flat_piece_of_curves_is_refused():
    with pytest.raises(InputError, match="flat piece"):
        bargaining.from_curve("min(x, 0.25 + 0.5*x)", "1 - x", (0, 0))


def test_what_one_party_does_not_mind_is_the_others():
    # b gives x no weight: x is at a's ideal everywhere, and the end best for b is (1/2, 1)
    problem = bargaining.from_issues(
        {"a": {"x": 0.5, "y": 0.5}, "b": {"x": 0, "y": 1}},
        {
            "a": {"x": power(1, 0.5), "y": linear(1)},
            "b": {"x": power(0, 0.5), "y": linear(0)},
        },
        {"a": -1, "b": 1},
    )
    found = bargaining.nash(problem)
    assert payoffs(found) == pytest.approx([0.5, 1.0], abs=1e-9)
    assert found[0].terms["x"] == pytest.approx(1, abs=1e-9)


def test_adjusted_winner_where_a_party_gives_no_points():
    # x to a (30), y to b (100); y is handed over until 30 + 70 t = 100 (1 - t): t = 7/17
    wants = {"a": dict.fromkeys("xy", linear(1)), "b": dict.fromkeys("xy", linear(0))}
    points = {"a": {"x": 30, "y": 70}, "b": {"x": 0, "y": 100}}
    found = bargaining.adjusted_winner(bargaining.from_issues(points, wants, {"a": 0, "b": 0}))
    assert list(found[0].payoffs.values()) == [F(1000, 17), F(1000, 17)]
    assert found[0].terms == {"x": 1, "y": F(7, 17)}


@pytest.mark.parametrize(
    ("corners", "d", "right"),
    [
        # one party is at its best already: the other rises alone to the frontier
        ([(0, 1), (1, 1), (1, 0)], (0, 1), (1, 1)),
        ([(0, 1), (1, F(1, 2))], (1, F(1, 5)), (1, 0.5)),
        ([(0, 1), (1, F(1, 2))], (F(-3, 10), 1), (0, 1)),
    ],
)
def test_continuous_raiffa_of_a_party_that_cannot_gain(corners, d, right):
    found = bargaining.raiffa_continuous(bargaining.from_polygon(corners, d))
    assert payoffs(found) == pytest.approx(right, abs=1e-9)


def test_threats_that_leave_no_zone_pay_no_deal():
    # a pie of 0.1 each from d = (0.1, 0.1): no deal, and nobody is paid less than d
    problem = pie(linear(1), linear(0), {"a": 1, "b": 1}).rescaled({"a": F(1, 10), "b": F(1, 10)})
    f = problem.float_frontier
    found = lever_saddle(f, np.array([0.1, 0.1]), np.zeros((0, 2)), holders=np.zeros(0, dtype=int))
    assert not found.agreed[0] and found.u[:, 0].tolist() == [0.1, 0.1]


@pytest.mark.parametrize("units", [(1e-9, 1e9), (1e9, 1e9), (1e-9, 1e-9), (100, 100), (1, 1e6)])
@pytest.mark.parametrize(
    "name", ["nash", "kalai_smorodinsky", "utilitarian", "equal_area", "perles_maschler"]
)
def test_units_do_not_matter(name, units):
    # scale invariance: the answer in other units is the answer times the units
    one = bargaining.from_curve("x", "(1 - x)**0.5", (0.1, 0.2))
    concept = getattr(bargaining, name)
    base = payoffs(concept(one))
    moved = concept(one.rescaled(dict(zip(one.parties, units))))
    scaled = [u / unit for u, unit in zip(payoffs(moved), units)]
    assert scaled == pytest.approx(base, rel=1e-6)
    assert all(item.holds for item in moved.evidence)


@pytest.mark.parametrize("scale", [1e-6, 1000, 1e7])
def test_three_parties_in_other_units(scale):
    # divide scale among three from d = 0: a third each (symmetry and efficiency)
    corner = {f"o{i}": tuple(scale if i == j else 0 for j in range(3)) for i in range(3)}
    problem = bargaining.from_points(corner, (0, 0, 0), parties=("a", "b", "c"))
    for concept in (bargaining.nash, bargaining.kalai_smorodinsky, bargaining.leximin):
        assert payoffs(concept(problem)) == pytest.approx([scale / 3] * 3, rel=1e-5)


def test_perles_maschler_where_the_slope_reaches_zero() -> None:
    """Half of a length that grows as the power 3/2 at its end.

    One issue t in [0, 0.6]: u_1 = (1 - (0.6 - t)^2) / 2 and u_2 = (1 - t) / 20 with d_1 at
    0.6 - t = r. With h = 0.6 - t, sqrt(-du_1 du_2) = sqrt(h / 20) dh, whose integral is
    proportional to h^(3/2): half of it lies below h = r 2^(-2/3).
    """
    r = 0.035**0.5
    problem = bargaining.BargainingProblem(
        parties=("a", "b"),
        issues=("t",),
        options=(None,),
        weights=np.array([[F(1, 2)], [F(1, 20)]], dtype=object),
        values=((quadratic(F(3, 5)),), (linear(F(0)),)),
        disagreement=np.array([(1 - r**2) / 2, 0.0125]),
        base=np.array([F(0), F(0)], dtype=object),
        bargaining_weights=np.array([F(1, 2), F(1, 2)], dtype=object),
    )
    h = r * 2 ** (-2 / 3)
    point = bargaining.perles_maschler(problem)[0].payoffs
    assert point["a"] == pytest.approx((1 - h**2) / 2, abs=1e-7)
    assert point["b"] == pytest.approx((0.4 + h) / 20, abs=1e-7)
