r"""Links from an index to a probability, with tails as tails.

Every function takes a jet or an array. Logarithms of probabilities are computed as logarithms
(``log_ndtr``, ``log_expit``) and never of a rounded probability: a likelihood that floors
probabilities has other maxima than the model's. The normal link's inverse Mills ratio
r(z) = phi(z) / Phi(z) gives d log Phi = r and d^2 log Phi = -r (z + r).

The logit link here is the standard logistic distribution function; what its argument is divided
by (the square root of two of agent error models) is the model's convention, not the link's.

>>> float(log_normal(np.array([-40.0]))[0].round(6))
-804.608442
>>> from negotiate.estimation.arithmetic.jets import seeds
>>> (z,) = seeds([np.array([0.0])])
>>> float(normal(z).first[0][0].round(6)), float(log_logistic(z).second[0, 0][0])
(0.398942, -0.25)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, ndtr

from negotiate.estimation.arithmetic.jets import Jet, value

_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
_DENSITY_AT_ZERO = 1.0 / np.sqrt(2.0 * np.pi)


def density(z: Any) -> Any:
    """Standard normal density of an array."""
    return _DENSITY_AT_ZERO * np.exp(-0.5 * z * z)


def normal(z: Any) -> Any:
    """Standard normal distribution function."""
    v = value(z)
    if not isinstance(z, Jet):
        return ndtr(v)
    d = density(v)
    return z.through(ndtr(v), d, -v * d)


def log_normal(z: Any) -> Any:
    """Logarithm of the standard normal distribution function."""
    v = value(z)
    f = log_ndtr(v)
    if not isinstance(z, Jet):
        return f
    mills = np.exp(-0.5 * v * v - _LOG_ROOT_TWO_PI - f)
    return z.through(f, mills, -mills * (v + mills))


def logistic(z: Any) -> Any:
    """Standard logistic distribution function."""
    p = expit(value(z))
    if not isinstance(z, Jet):
        return p
    slope = p * expit(-z.value)
    return z.through(p, slope, slope * (1.0 - 2.0 * p))


def log_logistic(z: Any) -> Any:
    """Logarithm of the standard logistic distribution function."""
    v = value(z)
    if not isinstance(z, Jet):
        return log_expit(v)
    q = expit(-v)
    return z.through(log_expit(v), q, -q * (1.0 - q))


class Link(NamedTuple):
    """A distribution function of differences of errors and its logarithm; both symmetric."""

    name: str
    cdf: Callable[[Any], Any]
    log_cdf: Callable[[Any], Any]


LINKS = {
    "probit": Link("probit", normal, log_normal),
    "logit": Link("logit", logistic, log_logistic),
}
