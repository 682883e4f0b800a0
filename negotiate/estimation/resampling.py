r"""Bootstrap of rows or of whole clusters, with what failed counted.

Each resample draws rows (or clusters) with replacement, as whole-number weights on the data, and
fits again from the estimate, and where that climb stops short once more from a quick start of its
own (`second_start` of a model, else zero): a resample is not searched as the data are, so a slow
climb is cut there. How many needed the second start is counted. Resamples that did not converge,
and those in which the likelihood rises for ever (separation), are counted and kept apart: their
estimates are where the climb was stopped, so the spread of the estimates means nothing and
quantiles are reported instead.

Sources: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993); A. C. Cameron,
J. B. Gelbach and D. L. Miller, Review of Economics and Statistics 90 (2008), 414-427 (clusters).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NotConvergedError
from negotiate.estimation.diagnosis import diagnose
from negotiate.estimation.draws import Draws
from negotiate.estimation.maximise import Maximum, climb
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]


class Executor(Protocol):
    """Anything with a ``map`` like that of `concurrent.futures`."""

    def map(self, fn: Callable[[Any], Any], *iterables: Iterable[Any]) -> Iterable[Any]:
        """Apply ``fn`` to every item, in order."""


class Resample(NamedTuple):
    """One resample's fit."""

    beta: Array
    converged: bool
    separated: bool
    again: bool
    """Whether it was fitted from the second start."""


class _Job(NamedTuple):
    problem: Problem
    start: Array
    weights: Array


def bootstrap(
    problem: Problem,
    maximum: Maximum,
    *,
    count: int,
    rng: np.random.Generator,
    cluster: NDArray[Any] | None = None,
    executor: Executor | None = None,
) -> Draws:
    """Estimates on resampled data.

    Parameters
    ----------
    problem, maximum
        What was maximised, and where.
    count
        Resamples.
    rng
        For the resampling.
    cluster
        (rows,) labels: whole clusters are drawn.
    executor
        Anything with a ``map``, such as a pool of processes.

    Returns
    -------
    Draws
        One draw a resample that converged and did not separate; notes count the others.

    Raises
    ------
    NotConvergedError
        No resample could be fitted.
    """
    if count < 1:
        raise InputError(f"{count} resamples", allowed="at least 1")
    if cluster is None:
        codes, groups = np.arange(problem.rows), problem.rows
    else:
        if len(cluster) != problem.rows:
            raise InputError(
                f"{len(cluster)} cluster labels for {problem.rows} rows", where="bootstrap"
            )
        codes = np.unique(np.asarray(cluster), return_inverse=True)[1]
        groups = int(codes.max()) + 1
        if groups < 2:
            raise InputError(f"{groups} cluster", where="bootstrap", allowed="two or more")
    jobs = [
        _Job(
            problem,
            maximum.beta,
            rng.multinomial(groups, np.full(groups, 1 / groups))[codes].astype(float),
        )
        for _ in range(count)
    ]
    run = map if executor is None else executor.map
    fits: list[Resample] = list(run(refit, jobs))
    good = [fit for fit in fits if fit.converged and not fit.separated]
    failed = sum(not fit.converged for fit in fits)
    separated = sum(fit.converged and fit.separated for fit in fits)
    if not good:
        raise NotConvergedError(
            f"of {count} resamples {failed} did not converge and {separated} separated",
            residual=float("inf"),
            where="bootstrap",
        )
    again = sum(fit.again for fit in good)
    notes = (
        f"{len(good)} of {count} resamples used: {failed} failed (their climb was cut), "
        f"{separated} separated; {again} of those used were fitted from a second start",
    )
    kind = "bootstrap" if cluster is None else "bootstrap by cluster"
    return Draws(problem.names, np.array([fit.beta for fit in good]), None, kind, notes)


def refit(job: _Job) -> Resample:
    """One resample: rows drawn no time are left out, the others weighted."""
    rows = np.flatnonzero(job.weights)
    part = job.problem.some(rows).weighted(job.weights[rows])
    run = climb(part, job.start)
    second = False
    if not run.converged:
        quick = getattr(part.model, "second_start", None)
        again = climb(part, quick(part) if quick is not None else np.zeros(part.size))
        second = again.at.value > run.at.value
        run = again if second else run
    found = Maximum(
        run.beta, run.at.value, run.at.gradient, run.at.hessian, run.steps, run.converged
    )
    separated = bool(np.isfinite(run.at.value)) and diagnose(part, found).separated
    return Resample(run.beta, run.converged, separated, second)
