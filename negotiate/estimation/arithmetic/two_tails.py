r"""The bivariate normal distribution function at correlation 1/sqrt 2, exact in the tails.

With independent standard normal e and f, the pair (e, (e - f)/sqrt 2) has correlation 1/sqrt 2, so

    Phi_2(h, k; 1/sqrt 2) = P(e <= k, (e + f)/sqrt 2 <= h)
                          = integral over e from -inf to k of phi(e) Phi(sqrt 2 h - e).

The usual route, a sum of two normal distribution functions and two of Owen's T functions, loses all
digits when the result is small: a *ratio* of two such tails then jumps about, and a game whose
equilibrium condition contains the ratio shows a hundred equilibria that are not there. Where k is
far out the integral itself is computed, all of its terms positive, by Gauss-Legendre quadrature.

Source: D. B. Owen, Annals of Mathematical Statistics 27 (1956), 1075-1090 (T function).

>>> float(bivariate_normal(np.array(0.0), np.array(0.0)).round(6))  # 1/4 + asin(1/sqrt 2)/(2 pi)
0.375
>>> tail = bivariate_normal(np.array([50.0]), np.array([-10.0]))
>>> float((tail / ndtr(-10.0))[0].round(9))
1.0
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t

from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.arithmetic.links import density

Array = NDArray[np.float64]

ROOT_TWO = np.sqrt(2.0)
_FINE = np.polynomial.legendre.leggauss(40)
_ROUGH = np.polynomial.legendre.leggauss(20)
_FAR = -4.0
"""Below this k, or where the result would be under `_SMALL`, the integral is computed."""
_SMALL = 1e-5
"""The T function's sum is right to some 1e-16 absolutely, so to eleven digits above this."""
_REACH = 6.0
"""Half width of the window about an inner mode, whose standard deviation is 1/sqrt 2."""
_NEVER_ZERO = 1e-300


def bivariate_normal(h: Any, k: Any, *, rough: bool = False) -> Any:
    """P(Z1 <= h, Z2 <= k) for standard normals of correlation 1/sqrt 2; broadcast arrays.

    ``rough`` halves the nodes in the tails, for a search whose finds are polished.
    """
    h, k = np.broadcast_arrays(np.asarray(h, float), np.asarray(k, float))
    h0 = np.where(h == 0.0, _NEVER_ZERO, h)
    k0 = np.where(k == 0.0, _NEVER_ZERO, k)
    ratio = k0 / h0
    # (k - rho h) / (h sqrt(1 - rho^2)) with rho = sqrt(1 - rho^2) = 1/sqrt 2
    total = 0.5 * (ndtr(h0) + ndtr(k0))
    total = total - owens_t(h0, ROOT_TWO * ratio - 1.0) - owens_t(k0, ROOT_TWO / ratio - 1.0)
    total = np.where(h0 * k0 < 0.0, total - 0.5, total)
    far = (k < _FAR) | (total < _SMALL)
    if np.any(far):
        total = np.array(total)
        total[far] = _by_quadrature(h[far], k[far], _ROUGH if rough else _FINE)
    return total


def _by_quadrature(h: Array, k: Array, rule: tuple[Array, Array]) -> Array:
    """The integral, over e from k downwards; the integrand lives within 40/|mode| of its mode."""
    nodes, weights = rule
    shift = ROOT_TWO * h
    # the integrand's log is about -(e^2 + max(0, e - shift)^2)/2: mode at shift/2 if shift < 0
    mode = np.minimum(k, np.minimum(0.5 * shift, 0.0))
    upper = np.minimum(k, mode + _REACH)
    slope = np.maximum(-k, 0.0)
    lower = np.where(
        mode < k, mode - _REACH, k - np.minimum(9.0, 40.0 / np.maximum(slope, _NEVER_ZERO))
    )
    half = 0.5 * (upper - lower)
    e = (lower + half)[..., None] + half[..., None] * nodes
    return np.asarray((half[..., None] * weights * density(e) * ndtr(shift[..., None] - e)).sum(-1))


def bivariate_normal_jet(h: Jet, k: Jet) -> Jet:
    """The same with derivatives: dPhi_2/dh = phi(h) Phi(sqrt 2 k - h), and so for k."""
    zh, zk = ROOT_TWO * k.value - h.value, ROOT_TWO * h.value - k.value
    fh, fk = density(h.value) * ndtr(zh), density(k.value) * ndtr(zk)
    cross = ROOT_TWO * density(h.value) * density(zh)
    fhh = -h.value * fh - density(h.value) * density(zh)
    fkk = -k.value * fk - density(k.value) * density(zk)
    out = h.through(bivariate_normal(h.value, k.value), fh, fhh) + k.through(0.0, fk, fkk)
    mixed = Jet(0.0, h.first, {}) * Jet(0.0, k.first, {})  # keeps the products of gradients only
    return out + Jet(0.0, {}, {kl: cross * column for kl, column in mixed.second.items()})
