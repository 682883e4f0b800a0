r"""How long agreements last: Kaplan-Meier, Weibull and Cox.

Let T be the time to the end of an agreement, d = 1 where the end was seen and 0 where watching
stopped first.

* **Kaplan-Meier**: S(t) = product over end times s <= t of (1 - ends_s / at risk_s), with
  Greenwood's variance and intervals on the scale of log(-log S).
* **Weibull**: log T = mu + sigma e, mu = x' b, e of the least extreme value; the hazard rises if
  sigma < 1. Log-likelihood of a row: d (z - log sigma - log t) - exp z, z = (log t - mu)/sigma.
* **Cox**: hazard h_0(t) exp(x' b), h_0 free; partial likelihood with Efron's correction for ties.

Sources: E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958),
457-481; D. R. Cox, Journal of the Royal Statistical Society B 34 (1972), 187-220; B. Efron, Journal
of the American Statistical Association 72 (1977), 557-565; J. D. Kalbfleisch and R. L. Prentice,
The Statistical Analysis of Failure Time Data (1980).

Remissions in weeks of 21 leukaemia patients under 6-MP (Freireich et al. 1963, in Cox 1972; + is
censored): the published product-limit estimates are 0.857 at 6 weeks and 0.807 at 7.

>>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
>>> ended = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
>>> curve = kaplan_meier(weeks, ended)
>>> [round(float(s), 3) for s in curve.survival[:3]], [round(float(e), 4) for e in curve.se[:2]]
([0.857, 0.807, 0.753], [0.0764, 0.0869])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from negotiate.errors import InputError, NotApplicableError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.outcomes import Labels
from negotiate.estimation.problem import Evaluation, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """A product-limit estimate.

    Attributes
    ----------
    times
        (k,) times at which something ended.
    survival, se
        (k,) share that lasts longer, and Greenwood's standard error.
    low, high
        (k,) interval at ``level``.
    at_risk, ends
        (k,) how many were watched just before, and how many ended.
    level
        Level of the interval.
    """

    times: Array
    survival: Array
    se: Array
    low: Array
    high: Array
    at_risk: Array
    ends: Array
    level: float

    def __repr__(self) -> str:
        return f"SurvivalCurve({int(self.ends.sum())} ends of {int(self.at_risk[0])})"

    def at(self, time: float) -> tuple[float, float, float]:
        """Share that lasts beyond ``time``, with its interval."""
        k = int(np.searchsorted(self.times, time, side="right")) - 1
        if k < 0:
            return 1.0, 1.0, 1.0
        return float(self.survival[k]), float(self.low[k]), float(self.high[k])


def kaplan_meier(
    time: Sequence[float] | Array, ended: Sequence[int] | Array, *, level: float = 0.9
) -> SurvivalCurve:
    """Product-limit estimate of how long agreements last.

    Parameters
    ----------
    time
        (rows,) durations, above zero.
    ended
        (rows,) 1 where the end was seen, 0 where watching stopped.
    level
        Level of the intervals.

    Raises
    ------
    InputError
        Durations that are not positive, or no end at all.
    """
    t, d = _durations(np.asarray(time), np.asarray(ended))
    if not 0.0 < level < 1.0:
        raise InputError(f"level {level}", allowed="between 0 and 1")
    if not d.any():
        raise InputError("no end was seen", where="durations")
    times = np.unique(t[d])
    at_risk = np.array([(t >= s).sum() for s in times], dtype=float)
    ends = np.array([(t[d] == s).sum() for s in times], dtype=float)
    survival = np.cumprod(1.0 - ends / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        sum_ = np.cumsum(ends / (at_risk * (at_risk - ends)))
        se = survival * np.sqrt(sum_)
        z = ndtri(0.5 + 0.5 * level)
        width = z * np.sqrt(sum_) / np.abs(np.log(survival))
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    gone = survival <= 0.0
    low, high, se = (np.where(gone, x, y) for x, y in ((0.0, low), (0.0, high), (np.nan, se)))
    return SurvivalCurve(times, survival, se, low, high, at_risk, ends, level)


@dataclass(frozen=True)
class Weibull:
    """Durations with a Weibull distribution, as an accelerated failure time."""

    indices = ("log(time)", "log(sigma)")
    outcomes = ("lasting", "ended")
    title = "Weibull duration"
    continuous = True

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Weibull, Array]:
        """Two variables: duration, and whether the end was seen."""
        return self, _read(columns, self.title)

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The two variables."""
        return {names[0]: outcome[:, 0], names[1]: outcome[:, 1].astype(int)}

    def counts(self, outcome: Array) -> Array:
        """Lasting, ended."""
        return np.column_stack([1.0 - outcome[:, 1], outcome[:, 1]])

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Density where the end was seen, survival where not."""
        mu, log_sigma = jets.seeds(eta)
        log_time, ended = np.log(outcome[:, 0]), outcome[:, 1]
        z = (log_time - mu) * jets.exp(-log_sigma)
        out: Jet = (z - log_sigma - log_time) * ended - jets.exp(z)
        return out

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """Median, mean log and the share that lasts one unit of time."""
        mu, log_sigma = eta
        sigma = jets.exp(log_sigma)
        lasting = jets.exp(-jets.exp(-mu / sigma))
        return {
            "median": jets.exp(mu + sigma * float(np.log(np.log(2.0)))),
            "lasts 1": lasting,
            "shape": 1.0 / sigma,
        }

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """Durations, all watched to their end."""
        e = np.log(rng.exponential(size=len(eta[0])))
        return np.column_stack([np.exp(eta[0] + np.exp(eta[1]) * e), np.ones(len(e))])


@dataclass(frozen=True)
class Cox:
    """Proportional hazards with a free baseline; fitted by `CoxProblem`."""

    indices = ("log(hazard)",)
    outcomes = ("lasting", "ended")
    title = "Cox proportional hazards"
    continuous = True

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Cox, Array]:
        """Two variables: duration, and whether the end was seen."""
        return self, _read(columns, self.title)

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The two variables."""
        return {names[0]: outcome[:, 0], names[1]: outcome[:, 1].astype(int)}

    def counts(self, outcome: Array) -> Array:
        """Lasting, ended."""
        return np.column_stack([1.0 - outcome[:, 1], outcome[:, 1]])

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Rows share their risk sets: there is no log-likelihood of one row."""
        raise NotApplicableError(
            "a partial likelihood has no terms by row",
            where=self.title,
            remedy="use Hessian standard errors, or the bootstrap",
        )

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """The hazard relative to that of a row with all regressors at zero."""
        return {"relative hazard": jets.exp(eta[0])}

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """Durations with a constant baseline hazard of one."""
        time = rng.exponential(size=len(eta[0])) / np.exp(eta[0])
        return np.column_stack([time, np.ones(len(time))])

    def problem(self, base: Problem) -> CoxProblem:
        """The problem with this model's likelihood in place of the sum over rows."""
        return CoxProblem(
            base.model,
            base.designs,
            base.labels,
            base.outcome,
            base.fixed,
            base.weights,
            base.prior,
        )


class CoxProblem(Problem):
    """A problem whose likelihood is Efron's partial likelihood."""

    def evaluate(self, beta: Array) -> Evaluation:
        """Partial log-likelihood with derivatives; weights count rows."""
        value, gradient, hessian = self._partial(beta)
        precision = self._precision
        if precision is not None:
            value -= 0.5 * float(precision @ beta**2)
            gradient, hessian = gradient - precision * beta, hessian - np.diag(precision)
        return Evaluation(value, gradient, hessian)

    def log_likelihood(self, beta: Array) -> float:
        """Partial log-likelihood without the prior."""
        return self._partial(beta)[0]

    def _partial(self, beta: Array) -> tuple[float, Array, Array]:
        x, size = self.designs[0], self.size
        time, ended = self.outcome[:, 0], self.outcome[:, 1] > 0
        weight = np.ones(len(x)) if self.weights is None else self.weights
        with np.errstate(over="ignore", invalid="ignore"):
            index = x @ beta
            index = index - index.max(initial=0.0)  # a shift common to all cancels
            risk = weight * np.exp(index)
        order = np.argsort(-time, kind="stable")
        value, gradient, hessian = 0.0, np.zeros(size), np.zeros((size, size))
        s0, s1, s2 = 0.0, np.zeros(size), np.zeros((size, size))
        place = 0
        while place < len(order):
            stop = place
            while stop < len(order) and time[order[stop]] == time[order[place]]:
                stop += 1
            rows = order[place:stop]
            place = stop
            s0 += float(risk[rows].sum())
            s1 = s1 + risk[rows] @ x[rows]
            s2 = s2 + (x[rows] * risk[rows, None]).T @ x[rows]
            tied = rows[ended[rows] & (weight[rows] > 0)]
            if not len(tied):
                continue
            count, mean = len(tied), float(weight[tied].mean())
            t0 = float(risk[tied].sum())
            t1 = risk[tied] @ x[tied]
            t2 = (x[tied] * risk[tied, None]).T @ x[tied]
            value += float(weight[tied] @ index[tied])
            gradient += weight[tied] @ x[tied]
            for k in range(count):
                share = k / count
                d0, d1, d2 = s0 - share * t0, s1 - share * t1, s2 - share * t2
                value -= mean * float(np.log(d0))
                gradient -= mean * d1 / d0
                hessian -= mean * (d2 / d0 - np.outer(d1, d1) / (d0 * d0))
        return value, gradient, hessian


def _durations(time: NDArray[Any], ended: NDArray[Any]) -> tuple[Array, NDArray[np.bool_]]:
    numbers = np.asarray(time, dtype=float)
    if len(numbers) != len(ended):
        raise InputError(f"{len(numbers)} durations, {len(ended)} ends", where="durations")
    wrong = ~(np.isfinite(numbers) & (numbers > 0))
    if wrong.any():
        raise InputError(
            f"{int(wrong.sum())} durations are not above zero (first: {numbers[wrong][0]:g})",
            where="durations",
        )
    return numbers, Labels.indicator(ended, where="ended")


def _read(columns: Mapping[str, NDArray[Any]], where: str) -> Array:
    if len(columns) != 2:
        raise InputError(
            f"{len(columns)} outcome variables", where=where, allowed="duration and end (0 or 1)"
        )
    time, ended = columns.values()
    numbers, bits = _durations(time, ended)
    return np.asfortranarray(np.column_stack([numbers, bits]))
