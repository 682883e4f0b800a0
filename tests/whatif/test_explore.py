"""Sliders and switches, driven as a hand would drive them."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

import negotiate as ng
from negotiate.errors import InputError, MissingExtraError
from negotiate.whatif import metric


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


def predicted(case, party="turkey"):
    name = f"threats.utility.{party}"
    return float(metric.evaluate(case.floats(), [name])[name])


def test_a_slider_moves_the_answer(idlib):
    pytest.importorskip("ipywidgets")
    path = "lever.force.cost.russia"
    hand = ng.explore(idlib, paths=[path])
    assert "application/vnd.jupyter.widget-view+json" in hand._repr_mimebundle_()
    before = hand.view.value
    hand.sliders[path].value = 0.4
    assert hand.now.value(path) == pytest.approx(0.4)
    assert hand.view.value != before and "<svg" in hand.view.value
    assert predicted(hand.now) == pytest.approx(predicted(idlib.with_value(path, 0.4)))
    moved = idlib.with_value(path, 0.4).floats()
    used = [n for n in idlib.levers if metric.number(moved, f"threats.used.{n}") >= 0.5]
    none = metric.number(moved, "threats.disagreement.russia")
    margin = metric.number(moved, "deal.utility.russia") - none
    assert used and f"Russia {margin:.3f}" in hand.view.value
    hand._back()
    assert hand.now is idlib and hand.view.value == before


def test_a_group_moves_together(idlib):
    pytest.importorskip("ipywidgets")
    paths = [f"branch.{branch}.probability" for branch in idlib.branches]
    hand = ng.explore(idlib, paths=paths)
    hand.sliders[paths[0]].value = 0.2
    shown = [hand.sliders[path].value for path in paths]
    assert shown[0] == pytest.approx(0.2) and sum(shown) == pytest.approx(1.0)
    hand.sliders[paths[1]].value = 0.7
    assert sum(hand.sliders[path].value for path in paths) == pytest.approx(1.0)


def test_switches_and_scenarios(idlib):
    pytest.importorskip("ipywidgets")
    hand = ng.explore(idlib, paths=["lever.force.cost.russia"])
    hand.switches["force"].value = False
    assert not hand.now.value("lever.force.available")
    assert predicted(hand.now) == pytest.approx(
        predicted(idlib.with_value("lever.force.available", False))
    )
    hand.scenario.value = "no-sanctions"
    assert hand.switches["sanctions"].value is False and hand.switches["force"].value is True
    assert predicted(hand.now) == pytest.approx(predicted(idlib.scenario("no-sanctions")))


def test_every_step_of_the_hand_is_answered(idlib):
    """Along a whole slider the case moves with the hand; how fast is said by a benchmark."""
    pytest.importorskip("ipywidgets")
    hand = ng.explore(idlib)
    path, slider = next(iter(hand.sliders.items()))
    for value in np.linspace(slider.min, slider.max, 5):
        slider.value = float(value)
        assert float(hand.now.value(path)) == pytest.approx(slider.value)


def test_without_ipywidgets(idlib, monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "ipywidgets":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"negotiate-toolkit\[notebook\]"):
        ng.explore(idlib)


def test_unknown_or_fixed_paths(idlib):
    pytest.importorskip("ipywidgets")
    with pytest.raises(LookupError, match="did you mean"):
        ng.explore(idlib, paths=["lever.force.cost.rusia"])
    with pytest.raises(InputError, match="no range"):
        ng.explore(idlib, paths=["lever.force.available"])
