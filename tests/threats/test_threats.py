"""Threat games: every cell by an own formula, the saddle against all cells, derivations by hand."""

import itertools
import math
from importlib import import_module

import numpy as np
import pytest

from negotiate.bargaining.problem import divide, from_curve
from negotiate.case import read as casefile
from negotiate.errors import InputError, NotApplicableError
from negotiate.threats.arithmetic import profile_points
from negotiate.threats.equilibrium import equilibrium as threat_equilibrium
from negotiate.threats.rational import rational as rational_threats
from negotiate.whatif import metric

threats_file = import_module("negotiate.threats.game")

OWEN = [[[1, 3], [-3, 0]], [[2, 1], [0, 2]]]


def lever_game(problem, mine, theirs, weights=(1, 1)):
    """Threat game in which each lever adds a pair of effects to d."""
    effects = np.array([*mine, *theirs], dtype=float).reshape(-1, 2)
    holders = np.array([0] * len(mine) + [1] * len(theirs), dtype=np.intp)
    names = (
        tuple(f"a{i}" for i in range(len(mine))),
        tuple(f"b{i}" for i in range(len(theirs))),
    )
    base = problem.disagreement.astype(float)
    points = profile_points(base, effects, holders)
    game = threats_file.ThreatGame(
        problem, names, ((), ()), points, effects, np.array(weights, dtype=float)
    )
    strategies = tuple(tuple(map(threats_file.label, game.lever_sets(side))) for side in (0, 1))
    return threats_file.ThreatGame(problem, names, strategies, points, effects, game.weights)


@pytest.fixture(scope="module")
def parabola():
    """Frontier u2 = 1 - u1^2 from d = (0, 0)."""
    return from_curve("x", "1 - x**2", {"1": 0, "2": 0})


def deal(d1, d2):
    """Nash solution on u2 = 1 - u1^2, by hand.

    max (x - d1)(1 - x^2 - d2) has the condition 1 - x^2 - d2 = 2 x (x - d1), so that
    3 x^2 - 2 d1 x - (1 - d2) = 0 and x = (d1 + sqrt(d1^2 + 3 (1 - d2))) / 3.
    """
    return (d1 + np.sqrt(d1**2 + 3 * (1 - d2))) / 3


# ---- transferable utility -----------------------------------------------------------------------


def test_owens_example_pays_one_and_three():
    # Nash 1953; Owen, Game Theory, ch. VII: A - B = [[-2, -3], [1, -2]] has the saddle value -2 at
    # (t2, t2), so the payoffs are ((4 - 2)/2, (4 + 2)/2)
    game = threats_file.from_points(divide(4, {"a": 0, "b": 0}), OWEN)
    assert game.committed()["utility"] == pytest.approx([1, 3], abs=1e-9)
    realised = threat_equilibrium(game)
    assert realised.exact and [dict(p.payoffs) for p in realised.points] == [{"a": 1, "b": 3}]
    rational = rational_threats(game)[0]
    assert list(rational.payoffs.values()) == pytest.approx([1, 3], abs=1e-9)
    assert rational_threats.holds(game, rational).holds
    assert threat_equilibrium.holds(game, realised[0]).holds


@pytest.mark.parametrize("seed", range(8))
def test_transferable_utility_is_the_value_of_the_difference_game(seed):
    # a 2 x 2 zero-sum game solved by its formula: saddle point if there is one, else mixed value
    rng = np.random.default_rng(seed)
    points = rng.integers(-6, 3, size=(2, 2, 2))
    g = (points[..., 0] - points[..., 1]).astype(float)
    low, high = g.min(axis=1).max(), g.max(axis=0).min()
    mixed = g[0, 0] + g[1, 1] - g[0, 1] - g[1, 0]
    value = low if low == high else (g[0, 0] * g[1, 1] - g[0, 1] * g[1, 0]) / mixed
    pie = 20
    game = threats_file.from_points(divide(pie, {"a": 0, "b": 0}), points.tolist())
    expected = [(pie + value) / 2, (pie - value) / 2]
    assert game.committed()["utility"] == pytest.approx(expected, abs=1e-6)
    # on a straight frontier mixing payoffs and mixing d are the same
    for point in threat_equilibrium(game).points:
        assert [float(u) for u in point.payoffs.values()] == pytest.approx(expected, abs=1e-9)


# ---- a curved frontier --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "used", "d"),
    [
        # Party 1's lever (-0.1, -0.3) helps where 2x(-0.1) + 0.3 > 0: at every deal x <= 1.
        # Party 2's lever (-0.1, -0.15) helps where 2x(-0.1) + 0.15 < 0, so x > 0.75; from
        # d = (-0.1, -0.3) the deal is (-0.1 + sqrt(3.91)) / 3 = 0.626: it stays unused.
        ((-0.1, -0.15), [True, False], (-0.1, -0.3)),
        # (-0.2, -0.15) helps where x > 0.375; from d = (-0.3, -0.45) the deal is
        # (-0.3 + sqrt(4.44)) / 3 = 0.602: it is used.
        ((-0.2, -0.15), [True, True], (-0.3, -0.45)),
    ],
)
def test_a_curved_frontier_by_hand(parabola, second, used, d):
    game = lever_game(parabola, [(-0.1, -0.3)], [second])
    found = game.saddle
    x = (d[0] + math.sqrt(d[0] ** 2 + 3 * (1 - d[1]))) / 3
    assert found.used[:, 0].tolist() == used
    assert found.d[:, 0] == pytest.approx(d)
    assert found.deal.u[:, 0] == pytest.approx([x, 1 - x * x], abs=1e-8)
    if used[1]:  # a bisection of linear programmes: once is enough
        assert game.committed()["utility"] == pytest.approx([x, 1 - x * x], abs=1e-6)
    realised = threat_equilibrium(game)
    assert [list(p.payoffs.values()) for p in realised.points] == [
        pytest.approx([x, 1 - x * x], abs=1e-8)
    ]


def test_saddles_of_random_games_leave_no_regret_in_128_cells(parabola):
    rng = np.random.default_rng(7)
    seen = set()
    for _ in range(8):
        effects = -rng.uniform(0, 0.12, size=(7, 2)) * rng.choice([0.2, 1, 1.5], size=(7, 2))
        game = lever_game(parabola, effects[:3], effects[3:])
        used = game.saddle.used[:, 0]
        first = np.array([np.dot(c, effects[:3]) for c in itertools.product((0, 1), repeat=3)])
        second = np.array([np.dot(c, effects[3:]) for c in itertools.product((0, 1), repeat=4)])
        x = deal(*np.moveaxis(first[:, None] + second[None, :], -1, 0))
        assert x.shape == (8, 16) and ((x > 0) & (x < 1)).all()
        mine, theirs = used[:3] @ effects[:3], used[3:] @ effects[3:]
        now = deal(*(mine + theirs))
        assert game.saddle.deal.u[0, 0] == pytest.approx(now, abs=1e-8)
        # neither party gains in any cell of its own row or column
        assert deal(*np.moveaxis(first + theirs, -1, 0)).max() <= now + 1e-9
        assert deal(*np.moveaxis(second + mine, -1, 0)).min() >= now - 1e-9
        # and the value of all cells is that of the saddle, from both sides
        assert x.min(axis=1).max() == pytest.approx(now, abs=1e-9)
        assert x.max(axis=0).min() == pytest.approx(now, abs=1e-9)
        seen.add(tuple(used))
    assert len(seen) > 2


def test_cells_by_the_formula(parabola):
    game = lever_game(parabola, [(-0.1, -0.3), (-0.05, -0.01)], [(-0.2, -0.15)])
    x = deal(game.points[..., 0], game.points[..., 1])
    assert game.cells["payoffs"] == pytest.approx(np.stack([x, 1 - x * x]), abs=1e-8)
    assert game.cells["zone"].all()


def test_a_cell_without_a_bargaining_zone_pays_d():
    game = threats_file.from_points(divide(1, {"a": 0, "b": 0}), [[[0, 0], [1, 1]]])
    assert game.cells["zone"].tolist() == [[True, False]]
    assert game.cells["payoffs"][:, 0, 1].tolist() == [1, 1]


def test_malformed_points_are_refused():
    with pytest.raises(InputError, match=r"\(m, n, 2\)"):
        threats_file.from_points(divide(1, {"a": 0, "b": 0}), [[[1, 2, 3]]])
    game = threats_file.from_points(divide(1, {"a": 0, "b": 0}), [[[0, 0]]])
    with pytest.raises(NotApplicableError, match="given by points"):
        game.saddle  # noqa: B018


# ---- the case -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def idlib():
    return casefile.load("idlib-2020")


@pytest.mark.parametrize("commitment", ["stated", "full"])
def test_the_case_realised_and_committed_agree(idlib, commitment):
    game = threats_file.game(idlib, commitment=commitment)
    size = tuple(len(s) for s in game.strategies)
    assert size == tuple(2 ** len(own) for own in game.levers)
    rational = rational_threats(game)[0]
    if not game.cells["zone"].all():
        pytest.skip("a cell without a zone: the saddle is not proved")
    realised = threat_equilibrium(game)
    assert len(realised) >= 1
    for point in realised.points:
        assert list(map(float, point.payoffs.values())) == pytest.approx(
            list(map(float, rational.payoffs.values())), abs=1e-7
        )
        assert threat_equilibrium.holds(game, point).holds
    payoffs = game.cells["payoffs"].astype(float)
    row, column = (
        game.strategies[side].index(next(iter(rational.strategies[party])))
        for side, party in enumerate(game.players)
    )
    assert payoffs[0, :, column].max() <= payoffs[0, row, column] + 1e-8
    assert payoffs[1, row, :].max() <= payoffs[1, row, column] + 1e-8


def test_metrics_over_draws_are_those_of_each_draw(idlib):
    path = next(p for p in idlib.uncertain() if p.startswith("lever.") and ".cost." in p)
    quantity = idlib.quantities[path]
    values = np.array([float(quantity.low), float(quantity.value), float(quantity.high)])
    names = [
        f"threats.{name}"
        for name in ("utility.turkey", "utility.russia", "disagreement.turkey", "profile")
    ]
    drawn = metric.evaluate(idlib.with_draws({path: values}), names)
    for index, value in enumerate(values):
        alone = metric.evaluate(idlib.floats().with_value(path, float(value)), names)
        for name in names[:3]:
            assert drawn[name][index] == pytest.approx(float(alone[name]), abs=1e-8)
        assert str(drawn[names[3]][index]) == str(alone[names[3]])


def test_metrics_of_the_concept_and_their_former_names(idlib):
    now = str(rational_threats.metric.profile)
    assert now == "threats.rational_threats.profile"
    utility = rational_threats.metric.utility["turkey"]
    found = metric.evaluate(idlib, [now, "threats.profile", utility, "threats.utility.turkey"])
    assert str(found[now]) == str(found["threats.profile"])
    assert found[str(utility)] == found["threats.utility.turkey"]
    assert metric.named(idlib, "threats.utility.turkey").concept == "rational_threats"
