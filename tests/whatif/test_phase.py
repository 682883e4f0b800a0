"""Phase diagrams: boundaries judged by the metric itself, areas by the polygons' own."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
import sympy

import negotiate as ng
from negotiate import declare
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif import metric

X, Y = "deal.signed.front_line", "deal.signed.m4_corridor"
COSTS = "lever.sanctions.cost.turkey", "lever.air_power.cost.turkey"


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


@pytest.fixture(scope="module")
def acceptable(idlib):
    return ng.phase(
        idlib, X, Y, "deal.margin.least", "> 0.4", x_range=(0, 1), y_range=(0, 1), grid=33
    )


@pytest.fixture(scope="module")
def threats(idlib):
    return ng.phase(idlib, *COSTS, "threats.profile", grid=33)


def _area(points):
    x, y = np.array(points).T
    return 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def test_the_margin_vanishes_on_the_boundary(idlib, acceptable):
    assert acceptable.labels == ("yes", "no")
    for x, y in list(acceptable.crossings.values())[::7]:
        moved = idlib.floats().with_value(X, x).with_value(Y, y)
        assert metric.number(moved, "deal.margin.least") == pytest.approx(0.4, abs=1e-12)


def test_the_equation_has_the_sign_of_the_exact_margin(idlib, acceptable):
    assert acceptable.exact and len(acceptable.curves) == 1
    across, up = sympy.symbols("X Y")
    left = sympy.sympify(acceptable.curves[0].removesuffix(" = 0"))
    compute = declare.file_of("deal").exact
    rng = np.random.default_rng(1)
    signs = set()
    for a, b in rng.integers(0, 1000, (12, 2)):
        x, y = Fraction(int(a), 999), Fraction(int(b), 999)
        value = left.subs(
            {
                across: sympy.Rational(x.numerator, x.denominator),
                up: sympy.Rational(y.numerator, y.denominator),
            }
        )
        parts = [
            compute(idlib.with_value(X, x).with_value(Y, y), f"margin.{p}")
            for p in idlib.principals
        ]
        # the curve is that of the party whose margin crosses; its sign is fixed by one point
        margin = min(parts) - Fraction("0.4")
        assert (value == 0) == (margin == 0)
        signs.add((value > 0) == (margin > 0))
    assert len(signs) == 1
    for x, y in list(acceptable.crossings.values())[::9]:
        scale = max(abs(float(c)) for c in sympy.Poly(left, across, up).coeffs())
        assert abs(float(left.subs({across: x, up: y}))) / scale < 1e-12


@pytest.mark.parametrize("which", ["acceptable", "threats"])
def test_the_pieces_fill_the_plane(which, request):
    found = request.getfixturevalue(which)
    plane = np.ptp(found.x_range) * np.ptp(found.y_range)
    areas = np.zeros(len(found.labels))
    for label, corners in found.pieces():
        areas[label] += _area(corners)
    assert areas.sum() == pytest.approx(plane, rel=1e-9)
    assert areas / plane == pytest.approx(found.shares, abs=0.04)


def test_labels_hold_on_their_own_side(idlib, threats):
    """Centres of the polygons are asked the question afresh."""
    assert len(threats.labels) >= 3
    for label, corners in list(threats.pieces())[::17]:
        x, y = np.mean(corners, axis=0)
        moved = idlib.floats().with_value(COSTS[0], float(x)).with_value(COSTS[1], float(y))
        found = str(metric.evaluate(moved, ["threats.profile"])["threats.profile"])
        assert found == threats.labels[label]


def test_base_nearest_and_views(threats):
    assert threats.at_base() in threats.sentence()
    x, y, far = threats.nearest()
    size = np.array([np.ptp(threats.x_range), np.ptp(threats.y_range)])
    gap = (np.array([x, y]) - np.array(threats.base)) / size
    assert far == pytest.approx(np.linalg.norm(gap)) and not threats.exact
    assert threats.figure() == threats.figure() and threats.figure().startswith("<svg")
    assert "<svg" in threats.html() and threats.labels[0] in threats.text()
    assert json.loads(json.dumps(threats.to_dict()))["labels"][0]["share"] > 0


def test_one_answer_everywhere(idlib):
    found = ng.phase(idlib, *COSTS, "deal.margin.least", "> -9", grid=5)
    assert found.labels == ("yes",) and found.nearest() is None and not found.crossings
    assert "always" in found.sentence() and found.figure().startswith("<svg")


def test_a_group_follows_its_rule(idlib):
    paths = "branch.limited_war.probability", "lever.force.cost.russia"
    found = ng.phase(idlib, *paths, "deal.margin.least", "> 0.5", grid=5)
    i, j = 3, 1
    value = np.linspace(*found.x_range, 5)[j], np.linspace(*found.y_range, 5)[i]
    moved = idlib.floats().with_value(paths[0], value[0]).with_value(paths[1], value[1])
    holds = metric.number(moved, "deal.margin.least") > 0.5
    assert found.labels[found.map[i, j]] == ("yes" if holds else "no")


def test_bad_questions(idlib):
    with pytest.raises(InputError, match="twice"):
        ng.phase(idlib, X, X, "deal.margin.least")
    with pytest.raises(InputError, match="grid"):
        ng.phase(idlib, X, Y, "deal.margin.least", grid=2)
    with pytest.raises(UnknownNameError, match="did you mean"):
        ng.phase(idlib, "deal.signed.front_lin", Y, "deal.margin.least")
    with pytest.raises(UnknownNameError):
        ng.phase(idlib, X, Y, "deal.margin.lest")
    with pytest.raises(InputError, match="no range"):
        ng.phase(idlib, "scale.turkey.posts", Y, "deal.margin.least")
