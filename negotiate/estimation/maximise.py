r"""Maximum likelihood by Newton's method from several starts, and where each start ended.

Newton's step solves |H| s = g, where |H| has the absolute eigenvalues of minus the Hessian: far
from a maximum it still goes up, close to one it is Newton's own, so six to eleven steps are
enough. A step that does not raise the objective is cut; its length is bounded by a radius, in
units of the indices, that grows again while steps succeed.

Strategic likelihoods have several local maxima, and quasi-Newton methods stop at the wrong one
with a clean convergence code (on the currency attacks of Leblang 2003 half of random starts do).
So a maximum is always the best of several starts, and the table of where they ended is part of
the answer. With many rows the starts are screened on a sample of the rows; distinct ends are then
polished on all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NotConvergedError
from negotiate.estimation.problem import Evaluation, Problem

Array = NDArray[np.float64]

STEPS = 200
"""Newton steps from one start; good starts need about ten."""
SCREEN = 20_000
"""Rows on which random starts are screened."""
_FIRST_RADIUS = 2.0
_CUTS = 40


class Ascent(NamedTuple):
    """One run of Newton's method.

    Attributes
    ----------
    beta
        Where it ended.
    at
        The objective there with its derivatives.
    steps
        Newton steps taken.
    decrement
        g' |H|^-1 g at the end: twice the gain that is still to be expected.
    """

    beta: Array
    at: Evaluation
    steps: int
    decrement: float

    @property
    def converged(self) -> bool:
        """Whether nothing is left to gain."""
        return self.decrement < tolerance.NEWTON


@dataclass(frozen=True, eq=False)
class Maximum:
    """The best end of all starts.

    Attributes
    ----------
    beta
        (size,) parameters, the fixed ones included.
    value
        Objective: log-likelihood plus log prior.
    gradient, hessian
        Exact derivatives there, of all parameters.
    steps, converged
        Of the start that ended here.
    starts
        One row a start: what it was, objective, steps, converged, whether it agrees with the best.
    """

    beta: Array
    value: float
    gradient: Array
    hessian: Array
    steps: int
    converged: bool
    starts: tuple[Start, ...] = field(default=())

    @property
    def agreeing(self) -> int:
        """How many starts ended at this maximum."""
        return sum(start.agrees for start in self.starts)


class Start(NamedTuple):
    """Where one start ended."""

    kind: str
    value: float
    steps: int
    converged: bool
    agrees: bool


def ascend(problem: Problem, start: Array, *, steps: int = STEPS) -> Ascent:
    """Newton's method from one start.

    Parameters
    ----------
    problem
        What is maximised.
    start
        (size,) parameters; fixed ones are put at their values.
    steps
        Bound on the number of steps.
    """
    free = problem.free
    unit = 1.0 / problem.spreads[free]
    beta = problem.at(np.asarray(start, dtype=float))
    here = problem.evaluate(beta)
    if not here.finite:
        return Ascent(beta, Evaluation(-np.inf, here.gradient, here.hessian), 0, np.inf)
    if not free.any():
        return Ascent(beta, here, 0, 0.0)
    radius, decrement, stalled = _FIRST_RADIUS, np.inf, 0
    for count in range(steps + 1):
        g = here.gradient[free] * unit
        curvature, axes = np.linalg.eigh(-here.hessian[np.ix_(free, free)] * np.outer(unit, unit))
        curvature = np.abs(curvature)
        curvature = np.maximum(curvature, tolerance.FLAT * max(1.0, float(curvature.max())))
        step = axes @ ((axes.T @ g) / curvature)
        decrement = float(g @ step)
        if decrement < tolerance.NEWTON or count == steps or stalled > 2:
            return Ascent(beta, here, count, decrement)
        length = float(np.linalg.norm(step))
        step *= min(1.0, radius / length)
        for _ in range(_CUTS):
            trial = beta.copy()
            trial[free] += step * unit
            there = problem.evaluate(trial)
            slack = tolerance.SPACING * (1.0 + abs(here.value))
            if there.finite and there.value >= here.value - slack:
                break
            step *= 0.25
        else:
            return Ascent(beta, here, count, decrement)
        stalled = stalled + 1 if there.value <= here.value + slack else 0
        radius = max(float(np.linalg.norm(step)) * 4.0, tolerance.FLAT)
        beta, here = trial, there
    return Ascent(beta, here, steps, decrement)


def climb(problem: Problem, start: Array) -> Ascent:
    """The model's own way up where it has one, else Newton's method."""
    own = getattr(problem.model, "climb", None)
    run: Ascent = own(problem, start) if own is not None else ascend(problem, start)
    return run


def maximise(
    problem: Problem,
    *,
    starts: int = 8,
    rng: np.random.Generator | None = None,
    first: Sequence[Array] = (),
    spread: float = 1.0,
) -> Maximum:
    """The best of several ascents.

    Parameters
    ----------
    problem
        What is maximised.
    starts
        How many starts: the given ones, the model's own or zero, then random ones.
    rng
        For the random starts; a fixed seed where None.
    first
        Starts to be tried first, each (size,).
    spread
        Standard deviation of random starts, per parameter, in units of the indices.

    Raises
    ------
    InputError
        Fewer than one start.
    NotConvergedError
        The likelihood is not finite at any start.
    """
    if starts < 1:
        raise InputError(f"{starts} starts", allowed="at least 1")
    rng = np.random.default_rng(0) if rng is None else rng
    points = [("given", np.asarray(point, dtype=float)) for point in first]
    own = getattr(problem.model, "own_starts", None)
    points.extend(("model", point) for point in (own(problem) if own is not None else ()))
    if len(points) < starts:
        points.append(("zero", np.zeros(problem.size)))
    while len(points) < starts:
        points.append(("random", rng.normal(0.0, spread, problem.size) / problem.spreads))
    points = points[: max(starts, len(first))]
    if problem.rows > 2 * SCREEN and len(points) > 1:
        sample = np.sort(rng.choice(problem.rows, SCREEN, replace=False))
        screened = [climb(problem.some(sample), point) for _, point in points]
        ends = _distinct(screened)
        polished = [climb(problem, screened[k].beta) for k in ends]
        runs = [polished[ends.index(_nearest(screened, ends, k))] for k in range(len(points))]
    else:
        runs = [climb(problem, point) for _, point in points]
    best = max(runs, key=lambda run: run.at.value)
    if not np.isfinite(best.at.value):
        raise NotConvergedError(
            "the likelihood is not finite at any start",
            residual=float("inf"),
            where=problem.model.title,
            remedy="rescale the regressors, or give a start",
        )
    close = tolerance.SAME_MAXIMUM * (1.0 + abs(best.at.value))
    table = tuple(
        Start(
            kind,
            run.at.value,
            run.steps,
            run.converged,
            run.converged and best.at.value - run.at.value < close,
        )
        for (kind, _), run in zip(points, runs)
    )
    return Maximum(
        best.beta,
        best.at.value,
        best.at.gradient,
        best.at.hessian,
        best.steps,
        best.converged,
        table,
    )


def _distinct(runs: Sequence[Ascent]) -> list[int]:
    """Numbers of ascents with ends of their own, the best first; at most four."""
    order = sorted(range(len(runs)), key=lambda k: -runs[k].at.value)
    kept: list[int] = []
    for k in order:
        value = runs[k].at.value
        if np.isfinite(value) and all(
            abs(runs[j].at.value - value) > 1e-4 * (1.0 + abs(value)) for j in kept
        ):
            kept.append(k)
    return kept[:4] or [order[0]]


def _nearest(runs: Sequence[Ascent], ends: Sequence[int], k: int) -> int:
    """The kept end whose objective is nearest to that of run k."""
    mine = runs[k].at.value
    if not np.isfinite(mine):
        return ends[-1]
    return min(ends, key=lambda j: abs(runs[j].at.value - mine))
