"""Scenarios, one-way ranges, curves and cells, on the case of Idlib."""

from fractions import Fraction as F

import numpy as np
import pytest

from negotiate import declare
from negotiate.bargaining import deal
from negotiate.case import read as casefile
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif import metric
from negotiate.whatif.questions import oneway, scenarios
from negotiate.whatif.questions.cells import cells

CASE = casefile.load("idlib-2020")


def _known(name):
    form = name.partition(".")[0]
    return form in declare.names("game") and name in metric.available(CASE)


@pytest.mark.parametrize("scenario", list(CASE.scenarios))
def test_every_scenario_moves_what_it_names(scenario):
    names = [e.metric for e in CASE.scenarios[scenario].expects if _known(e.metric)]
    if not names:
        pytest.skip("its metrics belong to forms that are not available")
    found = scenarios.compare(CASE, scenarios=[scenario], metrics=names)
    assert [e.metric for e in found.of(scenario)] == names
    assert any(effect.moved for effect in found.effects), found.to_dict()
    # each value is that of the changed negotiation by itself
    for effect in found.effects:
        if effect.reason == "":
            assert effect.value == metric.number(CASE.scenario(scenario), effect.metric)
            assert effect.baseline == metric.number(CASE, effect.metric)


def test_surprise_is_a_wrong_direction_or_no_movement():
    def make(value, expected):
        return scenarios.Effect("s", "m", 1.0, value, expected)

    assert not make(2.0, "up").surprising and make(2.0, "down").surprising
    assert make(1.0, "any").surprising and not make(0.5, "any").surprising
    assert not make(1.0, "").surprising and make(0.5, "up").surprising


def _lasting_share(party):
    """Share of the stream enjoyed while the deal holds, summed period by period."""
    if not (CASE.has("quantity.hazard") and CASE.has("quantity.horizon")):
        return 1.0
    delta = float(CASE.value(f"party.{party}.foresight"))
    kept, periods = 1 - float(CASE.value("quantity.hazard")), int(CASE.value("quantity.horizon"))
    whole = sum(delta**t for t in range(periods))
    return sum((delta * kept) ** t for t in range(periods)) / whole


def test_against_shows_a_set_value():
    path = f"deal.{CASE.signed_deal}.m4_corridor"
    found = scenarios.against(CASE, CASE.with_value(path, 1), metrics=["deal.utility.turkey"])
    # turkey: weight 0.1, ideal 0.2, quadratic: 1 - (1 - 0.2)^2 against the signed level
    signed = float(CASE.value(path))
    expected = 0.1 * ((1 - 0.8**2) - (1 - (signed - 0.2) ** 2))
    assert found.effects[0].change == pytest.approx(expected * _lasting_share("turkey"), abs=1e-9)


# ---- metrics ------------------------------------------------------------------------------------


def test_metrics_are_named_by_form_and_unknown_ones_refused():
    known = metric.available(CASE)
    assert all(name.partition(".")[0] in metric.games() for name in known)
    assert {
        "deal.margin.turkey",
        "threats.rational_threats.used.straits",
        "bargaining.disagreement.russia",
    } <= set(known)
    for name in ("deal.margin.turky", "dael.margin.turkey", "deal", "", "deal."):
        with pytest.raises(UnknownNameError):
            metric.evaluate(CASE, [name])
    with pytest.raises(UnknownNameError, match=r"did you mean 'deal.margin.turkey'"):
        metric.evaluate(CASE, ["deal.margin.turky"])


def test_metrics_come_back_in_the_order_asked():
    names = ["deal.margin.turkey", "bargaining.disagreement.turkey", "deal.utility.turkey"]
    found = metric.evaluate(CASE, names)
    assert list(found) == names
    assert float(found[names[2]] - found[names[1]]) == pytest.approx(float(found[names[0]]))


# ---- one quantity at a time ---------------------------------------------------------------------

PATHS = ("lever.straits.cost.russia", "weight.turkey.displaced", "ideal.turkey.displaced")


def test_tornado_rows_are_the_metric_at_low_and_high():
    name = "deal.margin.turkey"
    found = oneway.tornado(CASE, name, paths=PATHS)
    assert sorted(found.paths) == sorted(PATHS) and found.skipped == ()
    widths = np.abs(found.answers[:, 1] - found.answers[:, 0])
    assert (np.diff(widths) <= 1e-15).all()
    assert found.base == pytest.approx(metric.number(CASE, name), abs=1e-12)
    for path, ends, answers in zip(found.paths, found.inputs, found.answers):
        quantity = CASE.quantities[path]
        assert ends.tolist() == [float(quantity.low), float(quantity.high)]
        for end, answer in zip(ends, answers):
            alone = metric.number(CASE.with_value(path, float(end)), name)
            assert answer == pytest.approx(alone, abs=1e-9)


def test_curve_is_the_metric_along_the_quantity():
    path, name = "weight.turkey.displaced", "deal.utility.turkey"
    found = oneway.curve(CASE, path, [name], points=5)
    for value, answer in zip(found.values, found.answers[name]):
        moved = CASE.with_value(path, float(value))
        assert sum(moved.weight("turkey", i) for i in CASE.issues) == 1
        assert answer == pytest.approx(metric.number(moved, name), abs=1e-9)
    with pytest.raises(InputError, match="2 to"):
        oneway.curve(CASE, path, [name], points=1)
    with pytest.raises(InputError, match="low < high"):
        oneway.curve(CASE, path, [name], low=0.5, high=0.5)
    with pytest.raises(InputError, match="no range"):
        oneway.tornado(CASE, name, paths=["party.turkey.bargaining_weight"])


# ---- cells --------------------------------------------------------------------------------------


def test_an_exact_threshold_of_the_deal():
    # Turkey values the corridor at 0.1 (1 - (x - 0.2)^2), so its utility falls from 0.2 on; the
    # level it has at 0.7 is passed there and nowhere else to the right of 0.3.
    path, name = f"deal.{CASE.signed_deal}.m4_corridor", "deal.utility.turkey"
    bound = metric.number(CASE.with_value(path, "0.7"), name)
    found = cells(CASE, path, name, condition=f">= {bound!r}", low=0.3, high=1.0)
    assert found.answers == ("yes", "no")
    assert found.changes[0].at == pytest.approx(0.7, abs=1e-9)
    assert found.exact and found.points == 0 and found.changes[0].exact


def test_exact_numbers_of_the_deal_are_those_of_the_metrics():
    for rest in ("utility.turkey", "utility.russia", "margin.turkey", "margin.least"):
        exact = deal.exact(CASE, rest)
        assert isinstance(exact, F)
        assert float(exact) == pytest.approx(metric.number(CASE, f"deal.{rest}"), abs=1e-12)


def test_cells_of_a_label_bracket_each_change():
    path = "lever.straits.cost.russia"
    low, high = 0.0, 3.0
    found = cells(
        CASE, path, "threats.used.straits", condition="> 0.5", low=low, high=high, points=33
    )
    assert len(found.answers) == len(found.changes) + 1
    for change in found.changes:
        for side, answer in ((-1, change.below), (1, change.above)):
            moved = CASE.with_value(path, change.at + side * 1e-6)
            holds = metric.number(moved, "threats.used.straits") > 0.5
            assert ("yes" if holds else "no") == answer


def test_a_label_is_refused_with_the_question_that_takes_it(capsys):
    from negotiate.cli import main

    code = main(["whatif", "idlib-2020", "--metric", "graph.sequential_stability.state.deal"])
    out, err = capsys.readouterr()
    assert code in (0, 2) and "internal" not in err
    assert "is a label" in out + err
