import math

import numpy as np
import pytest

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.whatif.study.marginal import Marginal, discrete, fitted, point, uniform

FITTED = ["uniform", "triangular", "pert", "normal", "lognormal", "gamma", "beta"]


@pytest.mark.parametrize("family", FITTED)
@pytest.mark.parametrize("value", [0.1, 0.3, 0.6])
def test_low_and_high_are_five_and_ninety_five_percent(family, value):
    made = fitted(family, value=value, low=0.1, high=0.6)
    assert made.ppf([0.05, 0.95]) == pytest.approx([0.1, 0.6], abs=1e-8)


@pytest.mark.parametrize("family", FITTED)
def test_ppf_inverts_cdf(family):
    made = fitted(family, value=0.3, low=0.1, high=0.6)
    u = np.linspace(0.001, 0.999, 301)
    assert made.cdf(made.ppf(u)) == pytest.approx(u, abs=1e-9)


def test_against_scipy_stats():
    from scipy import stats

    u = np.linspace(0.01, 0.99, 50)
    tri = fitted("triangular", value=2.0, low=1.0, high=4.0)
    a, m, b = tri.params["a"], tri.params["mode"], tri.params["b"]
    assert tri.ppf(u) == pytest.approx(stats.triang.ppf(u, (m - a) / (b - a), a, b - a))
    gam = fitted("gamma", value=2.0, low=1.0, high=4.0)
    theirs = stats.gamma.ppf(u, gam.params["shape"], scale=gam.params["scale"])
    assert gam.ppf(u) == pytest.approx(theirs)


@pytest.mark.parametrize("family", ["triangular", "pert"])
def test_mode_is_the_value(family):
    made = fitted(family, value=0.25, low=0.1, high=0.6)
    x = np.linspace(0.05, 0.7, 2001)
    density = np.gradient(np.asarray(made.cdf(x)), x)
    assert x[density.argmax()] == pytest.approx(0.25, abs=0.002)


def test_bounds_are_ends_of_the_support():
    for family in ["uniform", "triangular", "pert", "beta"]:
        made = fitted(family, value=0.3, low=0.1, high=0.6, bounds=True)
        assert made.ppf([0.0, 1.0]) == pytest.approx([0.1, 0.6])
    cut = fitted("normal", value=0.3, low=0.1, high=0.6, bounds=True).ppf(np.linspace(0, 1, 101))
    assert cut.min() >= 0.1 and cut.max() <= 0.6


def test_truncation_is_the_conditional_distribution():
    made = fitted("normal", value=0.0, low=-1.0, high=1.0, support=(0.0, math.inf))
    plain = fitted("normal", value=0.0, low=-1.0, high=1.0)
    # given x > 0 of a symmetric normal, the median is its 75 % point
    assert made.ppf(0.5) == pytest.approx(float(plain.ppf(0.75)))


def test_points_and_discrete():
    assert not fitted("normal", value=2.0).uncertain
    assert point(3).ppf([0.1, 0.9]).tolist() == [3.0, 3.0]
    assert discrete([1, 2, 4]).ppf([0.0, 0.34, 0.99]).tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    "call",
    [
        lambda: fitted("lognormal", value=0.1, low=-1.0, high=1.0),
        lambda: fitted("beta", value=0.5, low=0.0, high=1.0),
        lambda: fitted("normal", value=3.0, low=0.0, high=1.0),
        lambda: uniform(1.0, 0.0),
        lambda: discrete([]),
        lambda: discrete([1, 2], [-1, 2]),
        lambda: fitted("normal", value=0.0, low=-1.0, high=1.0, support=(50.0, 60.0)),
    ],
)
def test_impossible_ones_are_refused(call):
    with pytest.raises(InputError):
        call()


def test_unknown_family_suggests():
    with pytest.raises(UnknownNameError, match="did you mean 'normal'"):
        fitted("normol", value=0.0, low=-1.0, high=1.0)
    with pytest.raises(UnknownNameError):
        Marginal("cauchy")


def test_gamma_that_does_not_exist_says_so():
    with pytest.raises(NoSolutionError):
        fitted("gamma", value=1.0, low=1e-300, high=1e300)
