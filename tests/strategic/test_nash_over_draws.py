"""Strategic files over draws: metrics against formulas worked by hand and the exact solver."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import negotiate as ng
from negotiate import strategic
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.strategic.game import StrategicGame, profile_names
from negotiate.whatif import metric
from negotiate.whatif.questions.cells import cells

NASH = "strategic.nash_equilibrium."


@pytest.fixture
def inspection():
    return ng.open("inspection").as_case()


def test_the_inspection_game_follows_its_formulas(inspection):
    # -10 q = -c - 5 q: cheat with q = c/5; 10 (1 - p) = penalty p: inspect with
    # p = 10/(10 + penalty); the inspector gets -10 q = -2 c, the inspectee 0: where 0 < c < 5 and
    # the penalty is positive, which ranges of 5 % and 95 % points leave in a few draws.
    names = [NASH + n for n in ("count", "equilibria", "welfare.payoff.Inspector",
             "welfare.payoff.Inspectee", "welfare.probability.Inspector.Inspect",
             "welfare.probability.Inspectee.Cheat")]  # fmt: skip
    data = ng.study(inspection, names).dataset
    cost, penalty = data["quantity.cost"].values, data["quantity.penalty"].values
    inside = (cost > 0) & (cost < 5) & (penalty > 0)
    assert 900 < inside.sum() < 1024
    data, cost, penalty = data.isel(draw=inside), cost[inside], penalty[inside]
    assert (data[names[0]].values == 1).all()
    assert (data[names[1]].values == "{Trust, Inspect}, {Comply, Cheat}").all()
    np.testing.assert_allclose(data[names[2]], -2 * cost, atol=1e-12)
    np.testing.assert_allclose(data[names[3]], 0, atol=1e-12)
    np.testing.assert_allclose(data[names[4]], 10 / (10 + penalty), atol=1e-12)
    np.testing.assert_allclose(data[names[5]], cost / 5, atol=1e-12)


def test_thresholds_of_pure_profiles_are_exact(inspection):
    # Trust against cheating costs 10, inspecting c + 5: trust is better from c = 5 on, exactly.
    found = cells(
        inspection,
        "quantity.cost",
        "strategic.margin.Trust.Cheat",
        condition=">= 0",
        low=0,
        high=8,
    )
    assert found.exact and [c.exact for c in found.changes] == ["5"]
    assert found.answers == ("no", "yes")
    which = cells(inspection, "quantity.cost", NASH + "equilibria", low=4, high=6)
    assert which.changes[-1].at == pytest.approx(5)
    assert which.answers[-1] == "Trust, Cheat"


def test_a_changed_quantity_is_the_edited_file(inspection):
    moved = inspection.with_values({"quantity.cost": 3})
    assert metric.number(moved, NASH + "welfare.payoff.Inspector") == pytest.approx(-6)
    from negotiate import declare

    game = declare.load("compiles", "strategic")(moved)
    assert strategic.nash(game)[0].payoffs["Inspector"] == Fraction(-6)


def drawn(a, b):
    return StrategicGame.from_arrays([np.asarray(a, float), np.asarray(b, float)])


def values(game, name):
    declared = {m.name: m for m in strategic.nash.metrics}
    solution = strategic.nash(game)
    head, _, filled = name.partition("|")
    kind = declared[head].placeholders
    return np.asarray(declared[head].value(solution, dict(zip(kind, [filled]))))


def test_rules_pick_what_their_definitions_say():
    # Stag hunt [[9, 0], [8, s]]: both get 9 at the stag, s at the hare. Losses from leaving alone:
    # 9 - 8 = 1 each at the stag, s - 0 each at the hare: products 1 and s^2.
    safe = np.array([0.5, 0.9, 1.1, 7.0])
    a = np.array([[[9, 0], [8, s]] for s in safe])
    game = drawn(a, a.transpose(0, 2, 1))
    assert values(game, "count").tolist() == [3, 3, 3, 3]
    assert values(game, "payoff_dominant.profile").tolist() == ["1, 1"] * 4
    assert values(game, "risk_dominant.profile").tolist() == ["1, 1", "1, 1", "2, 2", "2, 2"]
    assert values(game, "risk_dominant.payoff.<party>|Player 1").tolist() == [9, 9, 1.1, 7]
    assert values(game, "welfare.payoff.<party>|Player 2").tolist() == [9] * 4
    # at the mixture the stag is hunted with probability q: 9 q = 8 q + s (1 - q), q = s / (1 + s)
    q = safe / (1 + safe)
    expected = np.minimum(safe, 9 * q)
    np.testing.assert_allclose(values(game, "lowest.<party>|Player 1"), expected)
    chicken = [[3, 2], [4, 1]]
    game = drawn([chicken], [np.transpose(chicken)])
    assert values(game, "payoff_dominant.profile").tolist() == ["none"]
    assert values(game, "risk_dominant.profile").tolist() == ["none"]  # equal losses
    assert np.isnan(values(game, "payoff_dominant.payoff.<party>|Player 1")).all()


def test_draws_agree_with_the_exact_solver_ties_included():
    rng = np.random.default_rng(5)
    for shape in ((2, 2), (3, 3), (2, 4), (1, 3)):
        a, b = rng.integers(-2, 3, (2, 40, *shape))
        game = drawn(a, b)
        found, count = strategic.nash(game), values(game, "count")
        for k in range(40):
            alone = strategic.nash(StrategicGame.from_arrays([a[k], b[k]]))
            assert count[k] == len(alone)
            seen = sorted(
                tuple(round(float(v[k]), 9) for row in p.strategies.values() for v in row.values())
                for p in found
                if not np.isnan(p.regret[k])
            )
            want = sorted(
                tuple(round(float(v), 9) for row in p.strategies.values() for v in row.values())
                for p in alone
            )
            assert seen == want


def test_draws_that_cannot_be_solved_are_counted_not_guessed():
    rng = np.random.default_rng(1)
    game = drawn(*rng.random((2, 3, 14, 14)))
    found = strategic.nash(game)
    if not found.complete:
        assert "draws have no answer" in found.notes[0]
        assert np.isnan(values(game, "count")).any()


def test_three_players_are_solved_draw_by_draw():
    # Two dominant strategies and a third player who follows: one equilibrium, proved.
    table = np.zeros((3, 2, 2, 2))
    table[0, 1], table[1, :, 1], table[2, :, :, 1] = 1, 1, 2
    game = StrategicGame.from_arrays(list(np.stack([table, table + 1], axis=1)))
    assert game.draws == (2,)
    found = strategic.nash(game)
    assert found.complete and values(game, "welfare.profile").tolist() == ["2, 2, 2"] * 2
    assert values(game, "welfare.payoff.<party>|Player 3").tolist() == [2, 3]


def test_profile_names_are_distinct_and_read_back():
    odd = {"One": ("a", "a.b"), "Two": ("b.c", "c")}
    names = profile_names(odd)
    assert len(names) == 4 and len(set(names.values())) == 4


def test_errors_name_what_there_is(inspection):
    with pytest.raises(UnknownNameError, match="Inspect"):
        metric.evaluate(inspection, ["strategic.margin.Inspect.Chaet"])
    with pytest.raises(InputError, match="not read from a parameter file"):
        StrategicGame.from_arrays([[[1]], [[1]]]).as_case()
    three = StrategicGame.from_arrays([np.zeros((3, 3)), np.zeros((3, 3))])
    with pytest.raises(NotApplicableError, match="two strategies each"):
        values(three, "risk_dominant.profile")


def test_a_case_may_hold_a_strategic_game():
    from dataclasses import replace

    idlib = ng.load("idlib-2020")
    held = idlib.case.model_copy(update={"model": {**idlib.case.model, "strategic": {
        "strategies": {"russia": ["press", "wait"], "turkey": ["hold", "yield"]},
        "payoffs": {
            "russia": [["-lever.sanctions.cost.turkey", 1], [0, 0]],
            "turkey": [[-1, "-1/2"], [0, 0]],
        }}}})  # fmt: skip
    case = replace(idlib, case=held, _cache={})
    cost = float(case.value("lever.sanctions.cost.turkey"))
    found = metric.evaluate(case, ["strategic.margin.press.hold"])
    # Russia would rather wait (by the cost), Turkey yield (by 1/2): the worst of the two decides.
    assert found["strategic.margin.press.hold"] == pytest.approx(min(-cost, -0.5))
    assert not any(n.startswith("strategic.") for n in metric.declared(idlib))
