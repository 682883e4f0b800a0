"""Units of metrics, as their declarations have them."""

import numpy as np
import pytest

import negotiate as ng
from negotiate.whatif.metric import available, unit
from negotiate.whatif.study.design import Sobol

CASE = ng.load("idlib-2020")
WANTED = {
    "repeated.critical_discount.turkey": "discount factor",
    "repeated.critical_discount": "discount factor",  # "the larger of them"
    "enforcement.patience": "difference of discount factors",
    "enforcement.grim.critical_discount.russia": "discount factor",  # "the same where ..."
    "enforcement.margin": "stake per period",
    "enforcement.value.russia": "stake per period",
    "enforcement.deterrence.russia": "ratio",  # a ratio
    "durability.expected_time": "month",
    "durability.median_time": "month",
    "durability.worth.monitoring": "difference of months",
    "durability.honours.turkey": "probability",
    "durability.equilibria": "count",
    "commitment.critical_later": "probability",
    "threats.rational_threats.used.force": "yes or no",
    "deal.stands": "yes or no",
    "deal.margin.least": "stake",
}


@pytest.mark.parametrize("name", WANTED)
def test_units_by_meaning(name):
    assert name in available(CASE)
    assert unit(CASE, name) == WANTED[name]


def test_a_curve_and_a_study_say_them():
    case = ng.load("idlib-2020")
    path = "lever.sanctions.cost.turkey"
    drawn = ng.curve(case, path, ["enforcement.critical_discount"], points=5).figure()
    assert "discount factor" in drawn and "stakes" not in drawn
    both = ng.curve(case, path, ["durability.expected_time", "deal.margin.least"], points=5)
    assert "months, stakes" in both.figure()
    found = ng.study(case, ["durability.expected_time"], Sobol(16))
    assert found.dataset["durability.expected_time"].attrs["unit"] == "month"
    assert np.isfinite(found.metric("durability.expected_time")).all()
