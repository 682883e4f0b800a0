import numpy as np
import pytest

from negotiate.numbers.quantile import beta_quantile, gamma_quantile

U = np.concatenate(
    [10.0 ** -np.arange(1, 14), 1 - 10.0 ** -np.arange(1, 14), np.linspace(0, 1, 4001)]
)


@pytest.mark.parametrize("alpha", [0.4, 1.0, 2.5, 15.3, 400.0])
@pytest.mark.parametrize("beta", [0.3, 1.0, 7.0])
def test_beta_against_scipy(alpha, beta):
    from scipy.special import betaincinv

    assert np.abs(beta_quantile(U, alpha, beta) - betaincinv(alpha, beta, U)).max() < 1e-9


@pytest.mark.parametrize("shape", [0.05, 0.4, 1.0, 3.6, 80.0])
def test_gamma_against_scipy(shape):
    from scipy.special import gammaincinv

    theirs = gammaincinv(shape, U)
    good = np.isfinite(theirs) & (theirs > 1e-290)
    ours = gamma_quantile(U, shape)
    assert ours[good] == pytest.approx(theirs[good], rel=1e-8)
    assert np.array_equal(np.isinf(ours), np.isinf(theirs))


def test_a_value_does_not_depend_on_the_others():
    whole = beta_quantile(U, 2.0, 3.0)
    assert all(beta_quantile(u, 2.0, 3.0) == w for u, w in zip(U[:50], whole[:50]))


def test_shapes_that_underflow():
    assert np.isfinite(gamma_quantile(np.array([0.1, 0.5, 0.9]), 0.001)).all()
