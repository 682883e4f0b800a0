"""One function a question: each checked against the thing it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

import negotiate as ng
from negotiate.errors import InputError, NoSolutionError, TooLargeError, UnknownNameError
from negotiate.whatif import metric
from negotiate.whatif.questions import ask, methods, oneway
from negotiate.whatif.study.design import Sobol
from negotiate.whatif.words import names, told, words

LEAST = "deal.margin.least"


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


def test_what_is_left_out_changes_nothing(idlib):
    kept = set(methods.relevant(idlib, [LEAST]))
    assert "lever.force.cost.russia" in kept and "quantity.audience_cost_russia" not in kept
    space = ng.study(idlib, [LEAST], Sobol(2)).space
    out = [path for path in space.marginals if path not in kept]
    base = metric.number(idlib.floats(), LEAST)
    for path in out[::6]:
        for end in np.asarray(space.marginal(path).ppf(np.array([0.01, 0.99]))):
            assert metric.number(idlib.floats().with_value(path, float(end)), LEAST) == base


def test_counterfactual_is_paired(idlib):
    found = ng.counterfactual(idlib, LEAST, without="force", draws=256)
    both = [
        ng.study(case, [LEAST], Sobol(256)).metric(LEAST)
        for case in (idlib, idlib.with_value("lever.force.available", False))
    ]
    assert found.difference == pytest.approx(both[1] - both[0], abs=1e-12)
    assert "Turkish force" in found.said() and found.figure().startswith("<svg")
    moved = ng.counterfactual(idlib, "threats.profile", without="force", draws=256)
    assert moved.counts.sum() == 256


def test_counterfactual_under_a_scenario_acts_on_the_draws(idlib):
    """ "Sanctions cost 1.57 times as much" scales every draw and is not drawn over."""
    name = "bargaining.disagreement.turkey"
    found = ng.counterfactual(idlib, name, scenario="sanctions-of-2015", draws=128)
    assert (found.difference < 0).all()


def test_threshold_flips_the_condition(idlib):
    path, name = "lever.sanctions.cost.turkey", "threats.advantage.sanctions"
    found = ng.threshold(idlib, path, name, "> 0", low=0, high=1, draws=16)
    space = ng.study(idlib, [name], Sobol(2)).space
    space = type(space)({**space.marginals}, space.groups)
    values = Sobol(16).values(space, 0, 16)
    for row in range(0, 16, 5):
        at = found.values[row]
        one = {p: v[row : row + 1] for p, v in values.items()}
        for x, sign in ((at - 1e-6, -1), (at + 1e-6, 1)):
            drawn = idlib.with_draws({**one, path: np.array([x])})
            assert np.sign(metric.evaluate(drawn, [name])[name][0]) == sign


def test_information_is_worth_what_it_says(idlib):
    """Knowing everything makes every draw right, so the total is the chance of being wrong."""
    found = ng.information(idlib, "threats.advantage.air_power", "> 0", draws=2048)
    assert found.perfect == pytest.approx(1 - found.worth)
    assert found.partial.max() < found.perfect
    acts = {"sign": "deal.utility.turkey", "refuse": "bargaining.disagreement.turkey"}
    choice = ng.information(idlib, acts=acts, draws=512)
    assert choice.best == "sign" and choice.perfect == pytest.approx(0, abs=1e-12)


def test_shapley_effects_sum_to_one(idlib):
    found = ng.sensitivity(idlib, LEAST, method="shapley", draws=2000)
    assert found.column("effect").sum() == pytest.approx(1.0)
    assert len(found.factors) <= methods.MOST_SHAPLEY and "base values" in found.notes[0]


def test_labels_have_drivers(idlib):
    whole = ng.sensitivity(idlib, "threats.profile", draws=8000)
    assert np.isfinite(whole.column("total")).all() and whole.column("total").max() > 0.05
    with pytest.raises(UnknownNameError, match="label"):
        ng.sensitivity(idlib, "threats.profile", label="peace", draws=2000)


def test_attribution_sums_and_is_told_in_words(idlib):
    found = ng.attribute(idlib, "threats.utility.turkey", draws=4, levers=["force", "nato"])
    assert found.share.sum() == pytest.approx(found.all - found.none)
    assert "Turkish force" in found.said() and "force" in found.text()


def test_infer_keeps_the_nearest_draws(idlib):
    found = ng.infer(idlib, draws=1000, keep=50)
    assert set(found.hindsight) == set(ask.signed_terms(idlib))
    drawn = ng.study(idlib, list(found.observed), Sobol(1000))
    table = {name: drawn.metric(name) for name in found.observed}
    far = np.max(
        [np.abs(table[n] - v) / (table[n].std() or 1.0) for n, v in found.observed.items()], axis=0
    )
    assert np.sort(far)[:50] == pytest.approx(np.sort(found.distances), rel=1e-6)
    json.dumps(found.to_dict())


def test_robustness_of_a_claim_of_every_concept(idlib):
    found = ng.robustness(
        idlib,
        ask.make_claim(idlib, "bargaining.nash_bargaining.gain.turkey", "> 0.6"),
        draws=64,
        scenarios=[],
    )
    each = found.each[0]
    assert {cell["concept"] for cell in each.cells} == {
        "nash_bargaining",
        "kalai_smorodinsky",
        "egalitarian",
        "utilitarian",
    }
    for cell in each.cells:
        name = f"bargaining.{cell['concept']}.gain.turkey"
        values = ng.study(idlib, [name], Sobol(64)).metric(name)
        assert cell["holds"] == (values > 0.6).sum()
    assert found["bargaining.nash_bargaining.gain.turkey > 0.6"].share == each.share
    assert found.figure().startswith("<svg") and "<svg" in found.html()
    with pytest.raises(UnknownNameError):
        found["gain"]


def test_the_one_input_that_breaks_a_claim(idlib):
    found = ng.robustness(idlib, "air-power-used", draws=200, scenarios=["no-air-power"])
    each = found["air-power-used"]
    assert each.at_base == ("no-air-power",)
    ((path, (base, value)),) = each.alone.moved.items()
    name = "threats.advantage.air_power"
    assert metric.number(idlib.floats().with_value(path, value), name) <= 1e-12
    back = base + (value - base) * 0.999
    assert metric.number(idlib.floats().with_value(path, back), name) > 0
    world = {p: np.array([v]) for p, (_, v) in each.nearest.moved.items()}
    assert metric.evaluate(idlib.with_draws(world), [name])[name][0] <= 1e-9


def test_spider_is_the_metric_along_each(idlib):
    found = ng.spider(idlib, LEAST, points=5)
    assert found.paths[0] == oneway.tornado(idlib, LEAST).paths[0]
    for path, inputs, answers in zip(found.paths[:2], found.inputs, found.answers):
        for x, y in list(zip(inputs, answers))[::2]:
            moved = idlib.floats().with_value(path, float(x))
            assert y == pytest.approx(metric.number(moved, LEAST), abs=1e-9)
    assert found.figure().startswith("<svg") and len(found.records()) == len(found.paths)


def test_words(idlib):
    known = names(idlib, (LEAST,))
    assert set(idlib.paths) <= set(known)
    assert known["quantity.audience_cost_turkey"] == "audience cost Turkey"
    assert words(idlib, "branch.limited_war.war_cost_per_period.turkey") == (
        "cost per period to Turkey of limited war"
    )
    assert told("lever.force.cost.russia and force", known).endswith(" and force")


def test_bad_questions(idlib):
    for draws in (0, -3, 2.5, True):
        with pytest.raises(InputError):
            ng.sensitivity(idlib, LEAST, draws=draws)
    with pytest.raises(TooLargeError, match="PiB"):
        ng.sensitivity(idlib, LEAST, draws=10**12)
    with pytest.raises(UnknownNameError, match="did you mean"):
        ng.sensitivity(idlib, "deal.margin.leest")
    with pytest.raises(UnknownNameError, match="scenario"):
        ng.discover(idlib, LEAST, "< 0.5", scenario="peace")
    with pytest.raises(UnknownNameError, match="did you mean"):
        ng.threshold(idlib, "lever.sanction.cost.turkey", LEAST)
    with pytest.raises(NoSolutionError, match="none of"):
        ng.discover(idlib, LEAST, "< -9", draws=100)
    with pytest.raises(InputError, match="one of"):
        ng.counterfactual(idlib, LEAST)
    with pytest.raises(UnknownNameError, match="claim"):
        ng.robustness(idlib, "deal-stand")
