r"""Profile likelihood: how far a parameter can move while the others give way.

The profile of theta is l_p(t) = max of l over the other parameters with theta held at t. The set
{t : 2 (l_max - l_p(t)) <= chi-square quantile} is an interval that does not care for the scale on
which theta is measured and stays honest where the likelihood is flat: it may be open on a side,
and then says so. A profile that rises above l_max has found a maximum that the starts missed; its
point is returned.

Source: S. A. Murphy and A. W. van der Vaart, Journal of the American Statistical Association 95
(2000), 449-465.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from negotiate import tolerance
from negotiate.errors import InputError
from negotiate.estimation.covariance import covariance
from negotiate.estimation.maximise import Maximum, climb
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

_REACH = 40
_HALVINGS = 25


@dataclass(frozen=True, eq=False)
class Profile:
    """Profile likelihood of one parameter.

    Attributes
    ----------
    name
        The parameter.
    estimate
        Its value at the maximum.
    low, high
        Ends of the interval; infinite on a side where the likelihood does not come down.
    level
        Level of the interval.
    values, log_likelihood
        The points that were computed, ascending.
    better
        Parameters with a higher likelihood than the maximum's, if the profile met them.
    """

    name: str
    estimate: float
    low: float
    high: float
    level: float
    values: Array
    log_likelihood: Array
    better: Array | None

    def __repr__(self) -> str:
        return f"Profile({self.name}: {self.estimate:.4g} [{self.low:.4g}, {self.high:.4g}])"


def profile(problem: Problem, maximum: Maximum, name: str, *, level: float = 0.9) -> Profile:
    """Profile likelihood interval of one parameter.

    Parameters
    ----------
    problem, maximum
        What was maximised, and where.
    name
        The parameter.
    level
        Level of the interval.
    """
    if not 0.0 < level < 1.0:
        raise InputError(f"level {level}", allowed="between 0 and 1")
    number = problem.number(name)
    if not problem.free[number]:
        raise InputError(f"{name} is held fixed", where="profile")
    drop = 0.5 * float(ndtri(0.5 + 0.5 * level)) ** 2
    estimate = float(maximum.beta[number])
    se = float(np.sqrt(max(covariance(problem, maximum)[number, number], 0.0)))
    se = se if np.isfinite(se) and se > 0 else 1.0 / float(problem.spreads[number])
    points: dict[float, tuple[float, Array]] = {estimate: (maximum.value, maximum.beta)}

    def at(value: float, start: Array) -> tuple[float, Array]:
        held = problem.holding({number: value})
        moved = start.copy()
        moved[number] = value
        run = climb(held, moved)
        points[value] = (run.at.value, run.beta)
        return points[value]

    ends = []
    for sign in (-1.0, 1.0):
        inner, outer = estimate, estimate
        beta, step, open_ = maximum.beta, se, True
        for _ in range(_REACH):
            outer = inner + sign * step
            value, found = at(outer, beta)
            if maximum.value - value > drop:
                open_ = False
                break
            inner, beta = outer, found
            step *= 1.6
            if step > 1e4 * se:
                break
        if open_:
            ends.append(sign * float("inf"))
            continue
        for _ in range(_HALVINGS):
            middle = 0.5 * (inner + outer)
            value, found = at(middle, beta)
            if maximum.value - value > drop:
                outer = middle
            else:
                inner, beta = middle, found
            if abs(outer - inner) < 1e-4 * se:
                break
        ends.append(0.5 * (inner + outer))
    best = max(points.values(), key=lambda point: point[0])
    gain = best[0] - maximum.value
    better = best[1] if gain > tolerance.SAME_MAXIMUM * (1.0 + abs(maximum.value)) else None
    order = sorted(points)
    return Profile(
        name,
        estimate,
        ends[0],
        ends[1],
        level,
        np.array(order),
        np.array([points[value][0] for value in order]),
        better,
    )
