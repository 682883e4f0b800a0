"""Game trees over quantities: draws, metrics and thresholds, against hand-worked games."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import negotiate as ng
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.extensive import _tree_case as extensive
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.whatif import metric
from negotiate.whatif.questions.cells import cells

# The incumbent fights if it expects 4 p + war - 2 > 1... here: win pays 2 + war, lose pays war, so
# fighting is worth 2 p + war against 1 for yielding; the entrant gets -1 against a fight, 1 else.
ENTRY = """
format = 1
kind = "extensive"
id = "entry"
title = "Entry"
players = ["Entrant", "Incumbent"]
[quantity]
war = { value = -1, low = -2, high = 2, unit = "stake" }
p = { value = 0.25, low = 0.1, high = 0.9 }
[tree]
player = "Entrant"
information_set = "entry"
actions.out = { payoffs = [0, 2], outcome = "peace" }
[tree.actions.in]
player = "Incumbent"
information_set = "reply"
[tree.actions.in.actions.fight]
chance = { win = "p", lose = "1 - p" }
actions = { win = { payoffs = [-1, "2 + war"] }, lose = { payoffs = [-1, "war"] } }
[tree.actions.in.actions.yield]
payoffs = [1, 1]
"""


@pytest.fixture
def game(tmp_path):
    path = tmp_path / "entry.toml"
    path.write_text(ENTRY)
    return ng.open(path)


def test_metrics_over_draws_follow_the_formula(game):
    names = ["extensive.margin.reply.fight", "extensive.path", "extensive.outcome",
             "extensive.choice.entry", "extensive.reached.reply", "extensive.payoff.Incumbent",
             "extensive.path_margin", "extensive.path_probability"]  # fmt: skip
    data = ng.study(game, names).dataset
    war, p = data["quantity.war"].values, data["quantity.p"].values
    margin = 2 * p + war - 1
    np.testing.assert_allclose(data[names[0]], margin, atol=1e-12)
    fights = margin > 0
    assert fights.any() and not fights.all()
    assert (data[names[1]].values == np.where(fights, "out", "in / yield")).all()
    assert (data[names[2]].values == np.where(fights, "peace", "in / yield")).all()
    assert (data[names[3]].values == np.where(fights, "out", "in")).all()
    np.testing.assert_allclose(data[names[4]], 1.0 - fights)
    np.testing.assert_allclose(data[names[5]], np.where(fights, 2, 1))
    # On the path: the entrant gains 1 either way; the incumbent's choice is on it if entry is.
    np.testing.assert_allclose(data[names[6]], np.where(fights, 1, np.minimum(1, -margin)))
    np.testing.assert_allclose(data[names[7]], 1.0)


def test_each_draw_is_the_game_at_its_numbers(game):
    case = game.as_case()
    values = {"quantity.war": np.array([-2.0, 0.4, 1.75]), "quantity.p": np.array([0.2, 0.5, 0.9])}
    found = metric.evaluate(case.with_draws(values), ["extensive.payoff.Entrant"])
    for k in range(3):
        one = {name: values[f"quantity.{name}"][k] for name in ("war", "p")}
        point = subgame_perfect(from_dict(game.origin, quantities=one))[0]
        assert found["extensive.payoff.Entrant"][k] == pytest.approx(point.payoffs["Entrant"])


def test_thresholds_are_exact_where_the_margin_is_rational(game):
    # 2 (1/4) + war - 1 = 0 at war = 1/2.
    found = cells(game, "quantity.war", "extensive.margin.reply.fight", condition=">= 0")
    assert found.exact and [c.exact for c in found.changes] == ["1/2"]
    path = cells(game, "quantity.war", "extensive.path")
    assert path.answers == ("in / yield", "out") and path.changes[0].at == pytest.approx(0.5)
    assert extensive.exact(game.as_case(), "payoff.Incumbent") == Fraction(1)


def test_a_case_may_hold_a_tree():
    idlib = ng.load("idlib-2020")
    held = idlib.case.model_copy(update={"model": {**idlib.case.model, "extensive": {
        "tree": {"player": "russia", "information_set": "press", "actions": {
            "press": {"payoffs": ["2 * lever.sanctions.cost.turkey - 1", -1]},
            "wait": {"payoffs": [0, 0]}}}}}})  # fmt: skip
    from dataclasses import replace

    case = replace(idlib, case=held, _cache={})
    cost = float(case.value("lever.sanctions.cost.turkey"))
    found = metric.evaluate(case, ["extensive.margin.press.press", "extensive.payoff.turkey"])
    assert found["extensive.margin.press.press"] == pytest.approx(2 * cost - 1)
    assert "extensive.payoff.russia" in metric.available(case)
    assert not any(name.startswith("extensive.") for name in metric.available(idlib))
    with pytest.raises(InputError, match="there is no tree"):
        extensive.from_case(idlib)


def test_bad_questions_say_what_exists(game):
    case = game.as_case()
    with pytest.raises(UnknownNameError, match=r"did you mean 'extensive\.path'"):
        ng.study(case, ["extensive.pth"])
    for name, message in (
        ("extensive.margin.rply.fight", "did you mean 'reply'"),
        ("extensive.margin.reply.figt", "did you mean 'fight'"),
        ("extensive.payoff.Nobody", "no metric"),
    ):
        with pytest.raises(UnknownNameError, match=message):
            metric.evaluate(case, [name])
    hidden = from_dict({"players": ["A", "B"], "tree": {"player": "A", "actions": {
        a: {"player": "B", "information_set": "h", "actions": {
            "x": {"payoffs": [1, 0]}, "y": {"payoffs": [0, 1]}}} for a in "ab"}}})  # fmt: skip
    with pytest.raises(NotApplicableError, match="perfect information"):
        metric.evaluate(hidden.as_case(), ["extensive.path"])
    with pytest.raises(InputError, match="not read from a parameter file"):
        game.floats().as_case()
