"""Marginal distributions of one uncertain quantity, by inverse distribution function.

A marginal is a family with numbers; ``ppf`` maps (0, 1) to values, so that any design on the unit
cube (random, Latin hypercube, Sobol') becomes a design on the quantity. ``low`` and ``high`` of a
quantity are its 5 % and 95 % points unless the file says they are bounds; `fitted` turns them,
with the central value, into the family's parameters:

=============  =====================================================================
point          the value, no uncertainty
uniform        5 % and 95 % points met exactly; with ``bounds`` the interval itself
triangular     mode = value; ends solve F(low) = 0.05, F(high) = 0.95
pert           mode = value, beta with weight 4; ends solve the same two equations
normal         both points met exactly (the mean is their midpoint)
lognormal      both points met exactly (the median is their geometric mean)
gamma          both points met exactly, support from zero
beta           both points met exactly on (0, 1); with ``bounds`` the same as pert
=============  =====================================================================

Source: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* (1994, 1995);
PERT: Malcolm, Roseboom, Clark and Fazar (1959), doi:10.1287/opre.7.5.646.

>>> fitted("normal", value=0.0, low=-1.644853627, high=1.644853627).params["sd"].__round__(6)
1.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.numbers.quantile import beta_quantile, gamma_quantile

Floats = NDArray[np.float64]
LOW_POINT, HIGH_POINT = 0.05, 0.95
"""What ``low`` and ``high`` mean unless they are bounds."""


def _special() -> Any:
    import scipy.special

    return scipy.special


def _uniform(p: Mapping[str, float], u: Floats) -> Floats:
    return p["a"] + (p["b"] - p["a"]) * u


def _uniform_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    return np.clip((x - p["a"]) / (p["b"] - p["a"]), 0.0, 1.0)


def _triangular(p: Mapping[str, float], u: Floats) -> Floats:
    a, m, b = p["a"], p["mode"], p["b"]
    split = (m - a) / (b - a)
    left = a + np.sqrt(u * (b - a) * (m - a))
    right = b - np.sqrt((1.0 - u) * (b - a) * (b - m))
    return np.where(u < split, left, right)


def _triangular_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    a, m, b = p["a"], p["mode"], p["b"]
    x = np.clip(x, a, b)
    rise = (x - a) ** 2 / ((b - a) * max(m - a, np.finfo(float).tiny))
    fall = 1.0 - (b - x) ** 2 / ((b - a) * max(b - m, np.finfo(float).tiny))
    return np.where(x < m, rise, fall)


def _normal(p: Mapping[str, float], u: Floats) -> Floats:
    return np.asarray(p["mean"] + p["sd"] * _special().ndtri(u))


def _normal_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    return np.asarray(_special().ndtr((x - p["mean"]) / p["sd"]))


def _lognormal(p: Mapping[str, float], u: Floats) -> Floats:
    return np.exp(_normal(p, u))


def _lognormal_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return _normal_cdf(p, np.log(np.maximum(x, 0.0)))


def _gamma(p: Mapping[str, float], u: Floats) -> Floats:
    return np.asarray(p["scale"] * gamma_quantile(u, p["shape"]))


def _gamma_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    return np.asarray(_special().gammainc(p["shape"], np.maximum(x, 0.0) / p["scale"]))


def _beta(p: Mapping[str, float], u: Floats) -> Floats:
    inner = beta_quantile(u, p["alpha"], p["beta"])
    return np.asarray(p["a"] + (p["b"] - p["a"]) * inner)


def _beta_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    scaled = np.clip((x - p["a"]) / (p["b"] - p["a"]), 0.0, 1.0)
    return np.asarray(_special().betainc(p["alpha"], p["beta"], scaled))


def _point(p: Mapping[str, float], u: Floats) -> Floats:
    return np.full(np.shape(u), p["value"])


def _point_cdf(p: Mapping[str, float], x: Floats) -> Floats:
    return np.where(x >= p["value"], 1.0, 0.0)


_Curve = Callable[[Mapping[str, float], Floats], Floats]
_FAMILIES: dict[str, tuple[_Curve, _Curve]] = {
    "point": (_point, _point_cdf),
    "uniform": (_uniform, _uniform_cdf),
    "triangular": (_triangular, _triangular_cdf),
    "normal": (_normal, _normal_cdf),
    "lognormal": (_lognormal, _lognormal_cdf),
    "gamma": (_gamma, _gamma_cdf),
    "beta": (_beta, _beta_cdf),
    "pert": (_beta, _beta_cdf),
}
FAMILIES = (*_FAMILIES, "discrete")
"""Names a distribution may have."""


@dataclass(frozen=True)
class Marginal:
    """The distribution of one quantity.

    Attributes
    ----------
    family
        One of `FAMILIES`.
    params
        The family's numbers: ``value``; ``a, b``; ``a, mode, b``; ``mean, sd`` (of the logarithm
        for the lognormal); ``shape, scale``; ``alpha, beta, a, b``.
    values, probabilities
        Discrete only: what it may be (numbers or labels) and how likely.
    support
        Truncation: the distribution conditional on this interval (a credibility on [0, 1]).
    base
        The central value, used where the other quantities are moved; NaN means the median.
    """

    family: str
    params: Mapping[str, float] = field(default_factory=dict)
    values: tuple[Any, ...] = ()
    probabilities: tuple[float, ...] = ()
    support: tuple[float, float] = (-math.inf, math.inf)
    base: Any = math.nan

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise UnknownNameError("distribution", self.family, FAMILIES)
        if self.family != "discrete" and self.cdf(self.support[1]) <= self.cdf(
            np.nextafter(self.support[0], -math.inf)
        ):
            raise InputError(
                f"no probability between {self.support[0]:g} and {self.support[1]:g}",
                where=f"{self.family} distribution",
                remedy="widen the support or move low and high into it",
            )

    @property
    def uncertain(self) -> bool:
        """Whether it takes a column of the design."""
        return self.family != "point" and len(self.values) != 1

    def ppf(self, u: Any) -> NDArray[Any]:
        """Value at each probability ``u`` in [0, 1], any shape."""
        u = np.asarray(u, float)
        if self.family == "discrete":
            edges = np.cumsum(self.probabilities)
            index = np.searchsorted(edges[:-1], u, side="right")
            return np.asarray(np.asarray(self.values)[index])
        low, high = self.support
        if low > -math.inf or high < math.inf:
            below = self.cdf(low) if low > -math.inf else 0.0
            share = (self.cdf(high) if high < math.inf else 1.0) - below
            if below != 0 or share != 1:
                u = below + u * share
            found = np.asarray(_FAMILIES[self.family][0](self.params, u))
            return np.clip(found, low, high, out=found)
        return _FAMILIES[self.family][0](self.params, u)

    def cdf(self, x: Any) -> Any:
        """Distribution function of the family (before truncation) at ``x``."""
        return _FAMILIES[self.family][1](self.params, np.asarray(x, float))

    def centre(self) -> Any:
        """The central value: ``base`` where given, else the median."""
        if isinstance(self.base, float) and math.isnan(self.base):
            return self.ppf(np.array([0.5]))[0]
        return self.base

    def describe(self) -> dict[str, Any]:
        """JSON-ready description, enough to rebuild it; part of a study's hash."""
        out: dict[str, Any] = {"family": self.family, "params": dict(self.params)}
        if self.values:
            out |= {"values": list(self.values), "probabilities": list(self.probabilities)}
        if self.support != (-math.inf, math.inf):
            out["support"] = [str(bound) for bound in self.support]
        return out


def point(value: Any) -> Marginal:
    """A known number."""
    return Marginal("point", {"value": float(value)}, base=float(value))


def uniform(a: float, b: float) -> Marginal:
    """Uniform on [a, b].

    >>> uniform(0.0, 4.0).ppf(0.25).item()
    1.0
    """
    if not a < b:
        raise InputError(f"uniform from {a:g} to {b:g}", allowed="low below high")
    return Marginal("uniform", {"a": float(a), "b": float(b)})


def discrete(values: Sequence[Any], probabilities: Sequence[float] | None = None) -> Marginal:
    """One of ``values`` (numbers or labels), equally likely unless told.

    >>> discrete(["a", "b"], [0.25, 0.75]).ppf([0.2, 0.3]).tolist()
    ['a', 'b']
    """
    if not values:
        raise InputError("a discrete distribution without values", allowed="one or more values")
    weights = (
        np.full(len(values), 1.0) if probabilities is None else np.asarray(probabilities, float)
    )
    if len(weights) != len(values) or (weights < 0).any() or weights.sum() <= 0:
        raise InputError(
            f"{len(values)} values with probabilities {weights.tolist()}",
            where="discrete distribution",
            allowed="one non-negative probability for each value, not all zero",
        )
    return Marginal(
        "discrete", values=tuple(values), probabilities=tuple((weights / weights.sum()).tolist())
    )


def _bounded(value: float, low: float, high: float, family: str) -> Marginal:
    """Parameters where low and high are bounds of the support."""
    if family == "uniform":
        return uniform(low, high)
    if family == "triangular":
        return Marginal("triangular", {"a": low, "mode": value, "b": high}, base=value)
    if family in ("pert", "beta"):
        share = (value - low) / (high - low)
        shape = {"alpha": 1 + 4 * share, "beta": 1 + 4 * (1 - share), "a": low, "b": high}
        return Marginal("pert", shape, base=value)
    inner = fitted(family, value=value, low=low, high=high)
    return Marginal(family, inner.params, support=(low, high), base=value)


def _ends(value: float, low: float, high: float, lower: Any, upper: Any) -> tuple[float, float]:
    """Ends a, b such that the unit-interval family with mode t has its 5 %, 95 % points there.

    With t = (mode - a) / (b - a): mode - low = s (t - q05(t)) and high - mode = s (q95(t) - t),
    s = b - a; dividing removes s and leaves one root in t.
    """
    import scipy.optimize

    left, right = value - low, high - value
    root = scipy.optimize.brentq(
        lambda t: left * (upper(t) - t) - right * (t - lower(t)), 1e-9, 1 - 1e-9, xtol=1e-15
    )
    down, up = root - lower(root), upper(root) - root
    scale = right / up if up > down else left / down
    return value - root * scale, value + (1 - root) * scale


def _fit_uniform(value: float, low: float, high: float) -> dict[str, float]:
    margin = (high - low) * LOW_POINT / (HIGH_POINT - LOW_POINT)
    return {"a": low - margin, "b": high + margin}


def _fit_triangular(value: float, low: float, high: float) -> dict[str, float]:
    # 5 % point of the triangle on [0, 1] with mode t: on the rising side if t > 0.05, else beyond
    def lower(t: float) -> float:
        return math.sqrt(LOW_POINT * t) if t > LOW_POINT else 1 - math.sqrt(HIGH_POINT * (1 - t))

    def upper(t: float) -> float:
        return 1 - lower(1 - t)

    a, b = _ends(value, low, high, lower, upper)
    return {"a": a, "mode": value, "b": b}


def _fit_pert(value: float, low: float, high: float) -> dict[str, float]:
    inverse = _special().betaincinv

    def quantile(t: float, u: float) -> float:
        return float(inverse(1 + 4 * t, 1 + 4 * (1 - t), u))

    a, b = _ends(
        value, low, high, lambda t: quantile(t, LOW_POINT), lambda t: quantile(t, HIGH_POINT)
    )
    share = (value - a) / (b - a)
    return {"alpha": 1 + 4 * share, "beta": 1 + 4 * (1 - share), "a": a, "b": b}


def _fit_normal(value: float, low: float, high: float) -> dict[str, float]:
    reach = float(_special().ndtri(HIGH_POINT))
    return {"mean": (low + high) / 2, "sd": (high - low) / (2 * reach)}


def _fit_lognormal(value: float, low: float, high: float) -> dict[str, float]:
    if low <= 0:
        raise InputError(
            f"5 % point {low:g}", where="lognormal", allowed="above zero", remedy="use a normal"
        )
    return _fit_normal(value, math.log(low), math.log(high))


def _fit_gamma(value: float, low: float, high: float) -> dict[str, float]:
    import scipy.optimize

    if low <= 0:
        raise InputError(f"5 % point {low:g}", where="gamma", allowed="above zero")
    inverse = _special().gammaincinv

    def gap(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return float(math.log(inverse(shape, HIGH_POINT) / inverse(shape, LOW_POINT))) - math.log(
            high / low
        )

    if gap(-3.0) < 0:
        raise NoSolutionError(
            f"no gamma distribution has 5 % and 95 % points {low:g} and {high:g}",
            remedy="use a lognormal",
        )
    shape = math.exp(scipy.optimize.brentq(gap, -3.0, 20.0, xtol=1e-14))
    return {"shape": shape, "scale": high / float(inverse(shape, HIGH_POINT))}


def _fit_beta(value: float, low: float, high: float) -> dict[str, float]:
    import scipy.optimize

    if not 0 < low < high < 1:
        raise InputError(
            f"points {low:g} and {high:g}",
            where="beta",
            allowed="strictly between 0 and 1",
            remedy="give alpha and beta, or say that low and high are bounds",
        )
    inverse = _special().betaincinv

    def gaps(logs: Floats) -> list[float]:
        alpha, beta = np.exp(logs)
        return [
            float(inverse(alpha, beta, LOW_POINT)) - low,
            float(inverse(alpha, beta, HIGH_POINT)) - high,
        ]

    mean, sd = (low + high) / 2, (high - low) / 3.3
    size = max(mean * (1 - mean) / sd**2 - 1, 0.5)
    found = scipy.optimize.root(gaps, np.log([mean * size, (1 - mean) * size]), tol=1e-13)
    if max(abs(gap) for gap in gaps(found.x)) > tolerance.AGREEMENT:
        raise NoSolutionError(
            f"no beta distribution found with 5 % and 95 % points {low:g} and {high:g}",
            remedy="give alpha and beta",
        )
    alpha, beta = np.exp(found.x)
    return {"alpha": float(alpha), "beta": float(beta), "a": 0.0, "b": 1.0}


_FITS: dict[str, Callable[[float, float, float], dict[str, float]]] = {
    "uniform": _fit_uniform,
    "triangular": _fit_triangular,
    "pert": _fit_pert,
    "normal": _fit_normal,
    "lognormal": _fit_lognormal,
    "gamma": _fit_gamma,
    "beta": _fit_beta,
}


def fitted(
    family: str,
    *,
    value: float,
    low: float | None = None,
    high: float | None = None,
    bounds: bool = False,
    support: tuple[float, float] = (-math.inf, math.inf),
    where: str = "",
) -> Marginal:
    """The marginal of a quantity with a central value, a low and a high.

    Parameters
    ----------
    family
        One of `FAMILIES` except ``discrete``.
    value, low, high
        Central value, 5 % and 95 % points; without low and high the quantity is a point.
    bounds
        True where low and high are the ends of the support instead.
    support
        Truncation that the meaning of the quantity demands, such as (0, 1) for a probability.
    where
        The quantity's path, for the message.
    """
    if family not in (*_FITS, "point"):
        raise UnknownNameError("distribution", family, (*_FITS, "point"), where=where)
    if low is None or high is None or family == "point" or low == high:
        return point(value)
    value, low, high = float(value), float(low), float(high)
    if not low <= value <= high:
        raise InputError(
            f"value {value:g} lies outside low {low:g} and high {high:g}",
            where=where,
            allowed="low <= value <= high",
        )
    if bounds:
        made = _bounded(value, low, high, family)
    else:
        made = Marginal(family, _FITS[family](value, low, high), base=value)
    if support != (-math.inf, math.inf):
        made = Marginal(family, made.params, support=support, base=value)
    return made
