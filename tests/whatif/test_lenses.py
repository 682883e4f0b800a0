"""Lenses: what they say is what the models say, and a lie among them is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import negotiate as ng
from negotiate.bargaining.problem import problem
from negotiate.coalitions.multilateral import coalitional_bargaining
from negotiate.coalitions.multilateral import from_case as multilateral
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif import metric
from negotiate.whatif.questions import lenses as rooms
from negotiate.whatif.study import case as cases
from negotiate.whatif.views import lenses as views

IDLIB = ng.load("idlib-2020")


@pytest.fixture(scope="module")
def found():
    return ng.lenses(IDLIB, draws=120, seed=3)


def test_every_lens_applies_to_idlib(found):
    assert [look.lens.name for look in found.looks if look.refused] == []
    assert found.unexplained == ()
    assert any(item.residual is not None for item in found.disagreements)


def test_predictions_are_those_of_the_models(found):
    """Each number of the table, asked of the model by its own metric."""
    read = metric.evaluate(
        IDLIB.floats(),
        ["threats.term.hts", "alternating_offers.utility.turkey", "crisis_bargaining.width",
         "enforcement.margin", "graph.sequential_stability.margin.deal",
         "spatial.compromise.level.posts", "coalitional.shapley.payoff.eu"],
    )  # fmt: skip
    assert found["threats"].terms["hts"] == pytest.approx(float(read["threats.term.hts"]))
    assert found["patience"].payoffs["turkey"] == pytest.approx(
        float(read["alternating_offers.utility.turkey"])
    )
    assert found["crisis bargaining"].margin == pytest.approx(
        float(read["crisis_bargaining.width"])
    )
    assert found["enforcement"].margin == pytest.approx(float(read["enforcement.margin"]))
    assert found["graph model"].margin == pytest.approx(
        float(read["graph.sequential_stability.margin.deal"])
    )
    assert found["spatial forecast"].terms["posts"] == pytest.approx(
        float(read["spatial.compromise.level.posts"])
    )
    assert found["coalitions"].payoffs["eu"] == pytest.approx(
        float(read["coalitional.shapley.payoff.eu"])
    )


def test_terms_of_patience_are_worth_its_payoffs(found):
    """The terms shown are worth what the first offer pays; a chord of the frontier apart."""
    look = found["patience"]
    worth = problem(IDLIB.floats()).utilities(look.terms)
    for party, payoff in look.payoffs.items():
        assert float(worth[party]) == pytest.approx(payoff, abs=2e-3)


def test_share_of_the_prize_is_that_share_of_its_worth(found):
    """Below the whole prize: the level gives A that part of the worth of all of it."""
    weak = IDLIB.with_values(
        {
            "quantity.win_probability": 0.4,
            "quantity.war_cost_russia": 0.05,
            "quantity.war_cost_turkey": 0.05,
        }
    ).floats()
    look = ng.lenses(weak, draws=8, only=["crisis bargaining"])["crisis bargaining"]
    share = look.payoffs["russia"]
    assert 0 < share < 1
    level = look.terms["front_line"]
    there = weak.value("branch.drift.terms.front_line")
    whole = weak.worth("russia", "front_line", there) - weak.worth("russia", "front_line", 0.0)
    part = weak.worth("russia", "front_line", level) - weak.worth("russia", "front_line", 0.0)
    assert float(part) == pytest.approx(share * float(whole), abs=1e-9)


def test_chance_of_no_deal_is_the_share_of_draws_below_zero(found):
    drawn = cases.draw(IDLIB, 120, seed=3)
    name = "graph.sequential_stability.margin.deal"
    below = float((metric.evaluate(drawn, [name])[name] < 0).mean())
    assert found["graph model"].no_deal == pytest.approx(below)
    assert found["spatial forecast"].no_deal is None


def test_a_lever_is_judged_by_solving_without_it(found):
    effect = {x.lever: x for x in found["threats"].levers}
    less = IDLIB.floats().with_values({"lever.force.available": False})
    names = ["threats.term.front_line", "threats.utility.turkey"]
    one, two = metric.evaluate(IDLIB.floats(), names), metric.evaluate(less, names)
    assert effect["force"].holder == pytest.approx(float(one[names[1]] - two[names[1]]))
    assert effect["force"].split >= abs(float(one[names[0]] - two[names[0]])) - 1e-12
    assert effect["straits"].state == "idle"  # it costs its holder more than it brings
    assert effect["patrols"].state == "not read"


def test_a_lying_lens_is_found(monkeypatch):
    """An error in a model shows as a distance that no assumption makes."""

    def lie(case, deal):
        seen = lens.look(case, deal)
        terms = {
            k: v if isinstance(v, dict) else np.minimum(v + 0.1, 1) for k, v in seen.terms.items()
        }
        return rooms.View(terms, seen.margin, seen.payoffs)

    lens = next(x for x in rooms.LENSES if x.name == "outside options")
    crooked = tuple(replace(x, look=lie) if x is lens else x for x in rooms.LENSES)
    monkeypatch.setattr(rooms, "LENSES", crooked)
    told = ng.lenses(IDLIB, draws=8, only=["threats", "outside options", "patience"])
    assert ("threats", "outside options") in {(d.one, d.other) for d in told.unexplained}
    assert "not explained" in told.sentence() and "NOT EXPLAINED" in told.text()


def test_a_lens_that_does_not_apply_says_why():
    told = ng.lenses("jet-crisis-2015", draws=20)
    assert "win_probability" in told["crisis bargaining"].refused
    assert told.unexplained == ()


def test_scenario_changes_every_lens_at_once():
    told = ng.lenses(IDLIB, draws=20, scenario="no-force", only=["threats", "graph model"])
    assert "force" not in {x.lever for x in told["threats"].levers}


def test_json_text_and_figure(found):
    data = found.to_dict()
    assert data["answer"] == "lenses" and len(data["levers"]) == 8 * 8
    assert {"one", "other", "gap", "by", "residual", "explained"} <= set(data["disagreements"][0])
    assert "midpoint" in found.sentence() and "Why predictions differ" in found.text()
    assert found.figure().startswith("<svg") and "<table" in found.html()


def test_names_that_are_not_there():
    with pytest.raises(UnknownNameError, match="nobody"):
        ng.lenses(IDLIB, deal="nobody")
    with pytest.raises(UnknownNameError, match="crystal"):
        ng.lenses(IDLIB, only=["crystal ball"])
    with pytest.raises(InputError, match="issues"):
        ng.lenses("talmud")


def test_three_principals_are_answered_or_told_why_not():
    """A case of three: groups by their own model, lenses of two sides name what comes nearest."""
    nile = ng.load("nile-dam-2020")
    some = ["threats", "outside options", "smaller groups", "patience", "crisis bargaining"]
    found = ng.lenses(nile, draws=4, only=some)
    point = coalitional_bargaining(multilateral(nile.floats()))[0]
    look = found["smaller groups"]
    for party, payoff in point.payoffs.items():
        assert look.payoffs[party] == pytest.approx(float(payoff), abs=1e-6)
    assert look.terms["drought"] == pytest.approx(float(point.terms["drought"]), abs=1e-5)
    assert look.no_deal == 0 and "convex programme" in look.note
    for name, nearest in (
        ("threats", "smaller groups"),
        ("patience", "baron_ferejohn"),
        ("crisis bargaining", "third"),
    ):
        assert nearest in found[name].refused and not found[name].terms
    assert "threats does not apply: 3 principals" in views.text(found)
    assert [x.lens.name for x in ng.lenses(IDLIB, draws=2).looks].count("smaller groups") == 0


def test_a_lens_for_three_refuses_two():
    look = ng.lenses(IDLIB, draws=2, only=["smaller groups"])["smaller groups"]
    assert "three and more" in look.refused
