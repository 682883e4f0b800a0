r"""Draws of the parameters: from the normal, the posterior, or the bootstrap, all alike.

Whatever is asked of a fit (a probability, a ratio of payoffs, an effect) is computed at every draw
and its quantiles are the interval. Weighted draws (importance sampling) and unweighted ones are
used in the same way.

* **normal**: beta + L e with the covariance that was chosen;
* **posterior**: multivariate t about the mode with the curvature there, weighted by the posterior
  over its density. The effective number of draws, (sum w)^2 / sum w^2, is reported; a low one says
  that the curvature misdescribes the posterior, and then a sampler is needed (`emcee`, optional).

Sources: A. Gelman et al., Bayesian Data Analysis (3rd ed., 2013), chapters 10 and 13; D.
Foreman-Mackey et al., Publications of the Astronomical Society of the Pacific 125 (2013), 306-312.

>>> draws = Draws(("b",), np.arange(101.0)[:, None], None, "normal")
>>> [round(x, 9) for x in draws.interval(draws.beta[:, 0], level=0.9)]
[50.0, 5.0, 95.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, MissingExtraError, NoSolutionError
from negotiate.estimation.covariance import covariance
from negotiate.estimation.maximise import Maximum
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

_DEGREES = 5.0
"""Degrees of freedom of the proposal: tails heavier than any posterior's with finite moments."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of all parameters.

    Attributes
    ----------
    names
        Parameters.
    beta
        (draws, size).
    weights
        (draws,) that sum to one, or None for equal ones.
    kind
        "normal", "posterior", "bootstrap", "bootstrap by cluster".
    notes
        What a reader must know: failed fits, a low effective number.
    """

    names: tuple[str, ...]
    beta: Array
    weights: Array | None
    kind: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Draws({len(self.beta)} {self.kind}, effective {self.effective:.0f})"

    @property
    def effective(self) -> float:
        """Number of equally weighted draws that these are worth."""
        return len(self.beta) if self.weights is None else float(1.0 / np.sum(self.weights**2))

    def interval(self, values: Array, *, level: float = 0.9) -> tuple[float, float, float]:
        """Median and equal-tailed interval of a function of the parameters.

        Parameters
        ----------
        values
            (draws,) the function at each draw; draws at which it is not finite count for no side.
        level
            Level of the interval.
        """
        ok = np.isfinite(values)
        if not ok.any():
            raise NoSolutionError("not finite at any draw", where="interval")
        points = [0.5, 0.5 - 0.5 * level, 0.5 + 0.5 * level]
        if self.weights is None:
            middle, low, high = np.quantile(values[ok], points)
        else:
            order = np.argsort(values[ok])
            x, w = values[ok][order], self.weights[ok][order]
            place = (np.cumsum(w) - 0.5 * w) / w.sum()
            middle, low, high = np.interp(points, place, x)
        return float(middle), float(low), float(high)

    def table(self, *, level: float = 0.9) -> list[tuple[str, float, float, float]]:
        """Median and interval of every parameter."""
        return [
            (name, *self.interval(self.beta[:, k], level=level))
            for k, name in enumerate(self.names)
        ]

    def resampled(self, rng: np.random.Generator, count: int) -> Draws:
        """Equally weighted draws, for programs that know no weights."""
        pick = rng.choice(len(self.beta), count, p=self.weights)
        return Draws(self.names, self.beta[pick], None, self.kind, self.notes)

    def to_xarray(self) -> Any:
        """Dataset with dimensions (chain, draw), as ArviZ reads it; equal weights only."""
        import xarray

        if self.weights is not None:
            raise InputError(
                "these draws are weighted", where="to_xarray", remedy="call resampled first"
            )
        return xarray.Dataset(
            {name: (("chain", "draw"), self.beta[None, :, k]) for k, name in enumerate(self.names)},
            attrs={"kind": self.kind},
        )


def normal_draws(
    problem: Problem, maximum: Maximum, matrix: Array, *, count: int, rng: np.random.Generator
) -> Draws:
    """Draws from the normal distribution about the maximum.

    Parameters
    ----------
    matrix
        (size, size) covariance.
    """
    free = problem.free
    beta = np.tile(maximum.beta, (count, 1))
    root = _root(matrix[np.ix_(free, free)], problem.spreads[free])
    beta[:, free] += rng.standard_normal((count, int(free.sum()))) @ root.T
    return Draws(problem.names, beta, None, "normal")


def posterior_draws(
    problem: Problem, maximum: Maximum, *, count: int, rng: np.random.Generator
) -> Draws:
    """Laplace's approximation with importance weights.

    With a prior in the problem these are draws of the posterior, without one of the normalised
    likelihood (a flat prior).
    """
    free = problem.free
    width = int(free.sum())
    root = _root(covariance(problem, maximum)[np.ix_(free, free)], problem.spreads[free])
    stretch = np.sqrt(_DEGREES / rng.chisquare(_DEGREES, count))
    standard = rng.standard_normal((count, width)) * stretch[:, None]
    beta = np.tile(maximum.beta, (count, 1))
    beta[:, free] += standard @ root.T
    target = np.array([problem.evaluate(point).value for point in beta]) - maximum.value
    proposal = -0.5 * (_DEGREES + width) * np.log1p((standard**2).sum(axis=1) / _DEGREES)
    log_weights = target - proposal
    log_weights = np.where(np.isfinite(log_weights), log_weights, -np.inf)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    out = Draws(problem.names, beta, weights, "posterior")
    if out.effective < 0.05 * count:
        note = f"effective number of draws {out.effective:.0f} of {count}: use a sampler"
        out = Draws(problem.names, beta, weights, "posterior", (note,))
    return out


def sampled(
    problem: Problem,
    maximum: Maximum,
    *,
    count: int,
    rng: np.random.Generator,
    walkers: int = 0,
    thin: int = 10,
) -> Draws:
    """Draws by the affine-invariant ensemble sampler (`emcee`, optional).

    Parameters
    ----------
    count
        Draws to return.
    walkers
        Walkers; four a parameter where 0.
    thin
        Steps between draws kept, after as many again as burn-in.
    """
    try:
        import emcee
    except ImportError:
        raise MissingExtraError("emcee", "estimate") from None
    free = problem.free
    width = int(free.sum())
    walkers = walkers or max(4 * width, 8)
    root = _root(covariance(problem, maximum)[np.ix_(free, free)], problem.spreads[free])
    start = maximum.beta[free] + 0.1 * rng.standard_normal((walkers, width)) @ root.T

    def objective(point: Array) -> float:
        return problem.evaluate(problem.at(point)).value

    sampler = emcee.EnsembleSampler(walkers, width, objective)
    sampler.random_state = np.random.RandomState(rng.integers(2**31)).get_state()
    steps = thin * int(np.ceil(count / walkers))
    sampler.run_mcmc(start, 2 * steps)
    chain = sampler.get_chain(discard=steps, thin=thin, flat=True)[:count]
    beta = np.tile(maximum.beta, (len(chain), 1))
    beta[:, free] = chain
    return Draws(problem.names, beta, None, "posterior", ("ensemble sampler",))


def _root(matrix: Array, spreads: Array) -> Array:
    """L with L L' = matrix, whatever the units."""
    scaled = matrix * np.outer(spreads, spreads)
    values, axes = np.linalg.eigh(0.5 * (scaled + scaled.T))
    if values[0] < -tolerance.SAME_MAXIMUM * values[-1]:
        raise NoSolutionError(
            "the covariance has a negative variance: the fit is not at a maximum", where="draws"
        )
    return np.asarray((axes * np.sqrt(np.maximum(values, 0.0))) / spreads[:, None])
