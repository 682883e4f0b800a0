"""Draws that a form refuses stand alone; the others keep the numbers they have without them."""

import numpy as np

from negotiate.whatif.study.case import seam
from negotiate.whatif.study.chunks import evaluate_rows

HAZARD = "quantity.hazard"
METRICS = ("durability.stated.expected_time", "durability.survival.12")


def test_a_chance_outside_0_to_1_costs_its_own_draw_only():
    # mean of a geometric time: 1 / hazard
    chances = np.linspace(0.02, 0.4, 41)
    bad = [0, 7, 8, 40]
    chances[bad] = [1.5, -0.1, 2.0, 1.0001]
    _, evaluate = seam("idlib-2020", METRICS[:1], paths=[HAZARD])
    found = evaluate_rows(evaluate, {HAZARD: chances})
    values = found.metrics[METRICS[0]]
    good = np.setdiff1d(np.arange(41), bad)
    assert sorted(found.failures) == bad
    assert all("allowed: 0" in reason for reason in found.failures.values())
    assert np.isnan(values[bad]).all()
    np.testing.assert_allclose(values[good], 1 / chances[good], rtol=1e-12)


def test_a_study_with_bad_draws_has_the_numbers_of_one_without():
    _, evaluate = seam("idlib-2020", METRICS, paths=[HAZARD, "quantity.detection"])
    rng = np.random.default_rng(5)
    drawn = {HAZARD: rng.uniform(0.01, 0.2, 300), "quantity.detection": rng.uniform(0.5, 1, 300)}
    clean = evaluate_rows(evaluate, drawn)
    assert not clean.failures
    spoilt = {path: values.copy() for path, values in drawn.items()}
    bad = rng.choice(300, 20, replace=False)
    spoilt["quantity.detection"][bad] = 1.2
    found = evaluate_rows(evaluate, spoilt)
    assert sorted(found.failures) == sorted(bad)
    good = np.setdiff1d(np.arange(300), bad)
    for name in METRICS:
        np.testing.assert_array_equal(found.metrics[name][good], clean.metrics[name][good])
        assert np.isnan(found.metrics[name][bad]).all()
