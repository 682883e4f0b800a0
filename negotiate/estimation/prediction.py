r"""What a fit says: probabilities for chosen rows, along a variable, and marginal effects.

An event's probability at a row is a function g of the parameters, with exact derivatives from the
model's jets, so its standard error is (g' V g')^(1/2) (delta method). Intervals of probabilities
are taken on the scale of log-odds, so that they stay inside (0, 1). Draws of the parameters, where
given, are used instead: the interval is then of quantiles.

The average marginal effect of a variable is the mean over the sample of dP/dx, or of the contrast
between two levels, all other variables as they are.

Sources: G. King, M. Tomz and J. Wittenberg, American Journal of Political Science 44 (2000),
347-361; M. J. Hanmer and K. O. Kalkan, American Journal of Political Science 57 (2013), 263-277
(observed values rather than averages).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from negotiate.errors import UnknownNameError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.draws import Draws
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """An event at a row, with its interval.

    Attributes
    ----------
    row
        Number of the row, from 0.
    event
        Name of the event.
    value, low, high
        Estimate and interval.
    se
        Standard error; not a number where the interval comes from draws.
    """

    row: int
    event: str
    value: float
    low: float
    high: float
    se: float


@dataclass(frozen=True)
class Effect:
    """The average effect of a variable on the probability of an event.

    Attributes
    ----------
    variable, event
        Which.
    contrast
        "slope", or "b - a" for two levels.
    value, low, high, se
        Estimate, interval and standard error.
    """

    variable: str
    event: str
    contrast: str
    value: float
    low: float
    high: float
    se: float


def events_at(problem: Problem, beta: Array, designs: Sequence[Array]) -> Mapping[str, Array]:
    """Every event at rows given by their matrices, ``{event: (rows,)}``."""
    indices = [x @ beta[s] for x, s in zip(designs, problem.slices)]
    rows = len(designs[0])
    with np.errstate(all="ignore"):
        events = problem.model.events(indices)
    return {name: jets.column(x, rows) for name, x in events.items()}


def gradients_at(
    problem: Problem, beta: Array, designs: Sequence[Array], event: str
) -> tuple[Array, Array]:
    """An event's values (rows,) and their gradients in the parameters (rows, size)."""
    indices = [x @ beta[s] for x, s in zip(designs, problem.slices)]
    rows = len(designs[0])
    with np.errstate(all="ignore"):
        events = problem.model.events(jets.seeds(indices))
    jet = events[known(event, events)]
    gradient = np.zeros((rows, problem.size))
    for k, column in getattr(jet, "first", {}).items():
        gradient[:, problem.slices[k]] = designs[k] * jets.column(column, rows)[:, None]
    return jets.column(jets.value(jet), rows), gradient


def known(event: str, events: Mapping[str, Any]) -> str:
    """The event's name, spaces aside."""
    plain = {name.replace(" ", ""): name for name in events}
    found = plain.get(event.replace(" ", ""))
    if found is None:
        raise UnknownNameError("event", event, events)
    return found


def predict(
    problem: Problem,
    beta: Array,
    designs: Sequence[Array],
    events: Sequence[str],
    *,
    covariance: Array | None = None,
    draws: Draws | None = None,
    level: float = 0.9,
) -> list[Prediction]:
    """Events at rows, with intervals by the delta method or from draws.

    Parameters
    ----------
    problem, beta
        The model and its estimates.
    designs
        Matrices of the rows.
    events
        Names of the events.
    covariance
        (size, size), for the delta method.
    draws
        Draws of the parameters, used instead where given.
    level
        Level of the intervals.
    """
    out = []
    rows = len(designs[0])
    if draws is not None:
        every = [events_at(problem, point, designs) for point in draws.beta]
        here = events_at(problem, beta, designs)
        for event in events:
            name = known(event, here)
            table = np.array([sample[name] for sample in every])
            for row in range(rows):
                _, low, high = draws.interval(table[:, row], level=level)
                out.append(Prediction(row, name, float(here[name][row]), low, high, float("nan")))
        return out
    z = float(ndtri(0.5 + 0.5 * level))
    for event in events:
        values, gradient = gradients_at(problem, beta, designs, event)
        matrix = np.zeros((problem.size, problem.size)) if covariance is None else covariance
        se = np.sqrt(np.maximum(np.einsum("rk,km,rm->r", gradient, matrix, gradient), 0.0))
        for row, (p, s) in enumerate(zip(values, se)):
            if 0.0 < p < 1.0:
                width = z * s / (p * (1.0 - p))
                low, high = expit(logit(p) - width), expit(logit(p) + width)
            else:
                low, high = p - z * s, p + z * s
            out.append(Prediction(row, event, float(p), float(low), float(high), float(s)))
    return out


def effect(
    problem: Problem,
    beta: Array,
    below: Sequence[Array],
    above: Sequence[Array],
    divisor: float,
    *,
    variable: str,
    event: str,
    contrast: str,
    covariance: Array,
    level: float = 0.9,
) -> Effect:
    """Mean over rows of (P(above) - P(below)) / divisor, with its delta interval.

    Parameters
    ----------
    below, above
        Matrices of the rows with the variable moved down and up.
    divisor
        The distance between the two, or 1 for a contrast.
    """
    low_p, low_g = gradients_at(problem, beta, below, event)
    high_p, high_g = gradients_at(problem, beta, above, event)
    value = float((high_p - low_p).mean() / divisor)
    gradient = (high_g - low_g).mean(axis=0) / divisor
    se = float(np.sqrt(max(gradient @ covariance @ gradient, 0.0)))
    width = float(ndtri(0.5 + 0.5 * level)) * se
    return Effect(variable, event, contrast, value, value - width, value + width, se)
