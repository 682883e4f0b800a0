"""Durations: the leukaemia remissions of Freireich et al. (1963), as in Cox (1972); recovery."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from negotiate.errors import NotApplicableError
from negotiate.estimation import Cox, Weibull, fit, kaplan_meier, simulate

TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
CONTROL = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def remissions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "weeks": TREATED + CONTROL,
            "ended": ENDED + [1] * 21,
            "placebo": [0] * 21 + [1] * 21,
        }
    )


def test_product_limit_estimate() -> None:
    """Published: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448."""
    curve = kaplan_meier(TREATED, ENDED)
    assert np.allclose(curve.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=6e-4)
    share, low, high = curve.at(12)
    assert low < share < high and share == pytest.approx(0.753, abs=1e-3)
    assert curve.at(1) == (1.0, 1.0, 1.0)


def test_cox_with_ties() -> None:
    """Efron's method gives 1.572 with standard error 0.412 (R's survival, coxph)."""
    found = fit(Cox(), remissions(), formula="weeks + ended ~ placebo - 1", starts=2)
    assert found.beta[0] == pytest.approx(1.5721, abs=1e-3)
    assert found.standard_errors()["log(hazard):placebo"] == pytest.approx(0.4124, abs=1e-3)
    with pytest.raises(NotApplicableError, match="by row"):
        found.covariance("robust")


def test_weibull() -> None:
    """R's survreg: 2.248, 1.267 for the treated, scale 0.732, log-likelihood -106.6."""
    frame = remissions().assign(treated=lambda d: 1 - d.placebo)
    found = fit(Weibull(), frame, formula="weeks + ended ~ treated", starts=2)
    assert found.beta[:2] == pytest.approx([2.248, 1.267], abs=2e-3)
    assert np.exp(found.beta[2]) == pytest.approx(0.732, abs=2e-3)
    assert found.log_likelihood == pytest.approx(-106.579, abs=5e-3)


def test_weibull_recovers_and_forecasts() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=2000)})
    data = simulate(
        Weibull(), frame, parts=("x",), outcome=("t", "d"), beta=[1.0, 0.5, -0.3], rng=rng
    )
    found = fit(Weibull(), data, formula="t + d ~ x", starts=2)
    assert np.allclose(found.beta, [1.0, 0.5, -0.3], atol=0.06)
    (median,) = found.predict({"x": 0.0}, events=["median"])
    truth = np.exp(1.0 + np.exp(-0.3) * np.log(np.log(2.0)))
    assert median.low < truth < median.high
