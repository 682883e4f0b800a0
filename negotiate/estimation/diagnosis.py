r"""Is it identified? Dependences, flat directions and separation, named by variable.

Three ways in which data say nothing about a parameter, told apart:

* **not identified**: along a direction of the parameters the likelihood does not change whatever
  the data, as when one regressor is in all of a player's utilities, of which only differences
  count. Every observation's gradient is orthogonal to such a direction at every point, so it is
  the null space of the gradients at points drawn at random. This is an error, before fitting.
* **separated**: in these data the likelihood rises for ever in a direction (no democracy ever
  resisted, say). Estimates and standard errors there mean nothing; a prior or a coarser variable
  is needed.
* **nearly flat**: it falls, but so slowly that a normal interval misleads; profile or bootstrap.

Sources: T. J. Rothenberg, Econometrica 39 (1971), 577-591 (local identification); A. Albert and
J. A. Anderson, Biometrika 71 (1984), 1-10 (separation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError
from negotiate.estimation.maximise import Maximum
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

NEARLY_FLAT = 1e6
"""Condition number of the information above which normal intervals are not the default."""
_SHARE = 0.25
_SAMPLE = 3000
_POINTS = 3


@dataclass(frozen=True)
class FlatDirection:
    """A direction in which the likelihood says little or nothing.

    Attributes
    ----------
    kind
        "not identified", "separated" or "nearly flat".
    parameters
        Names of the parameters that move, each with its share of the direction (unit length, in
        units of the index).
    """

    kind: Literal["not identified", "separated", "nearly flat"]
    parameters: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        names = " with ".join(f"{name} ({share:+.2f})" for name, share in self.parameters)
        return f"{self.kind}: {names}"


@dataclass(frozen=True)
class Diagnosis:
    """What the curvature at the maximum says.

    Attributes
    ----------
    condition
        Largest over least eigenvalue of minus the Hessian of the free parameters; infinite where
        the least is not positive.
    flat
        Directions, the flattest first.
    """

    condition: float
    flat: tuple[FlatDirection, ...]

    @property
    def separated(self) -> bool:
        """Whether the likelihood rises for ever in some direction."""
        return any(direction.kind == "separated" for direction in self.flat)

    @property
    def normal(self) -> bool:
        """Whether intervals from the curvature can be the default."""
        return self.condition < NEARLY_FLAT and not self.flat


def check(problem: Problem, *, rng: np.random.Generator | None = None) -> None:
    """Refuse data that cannot identify the model, naming what is wrong.

    Raises
    ------
    InputError
        No variation in the outcome, fewer rows than parameters, a regressor that depends on
        others of its part, or a direction that no data could identify.
    """
    where = problem.model.title
    findings: list[str] = []
    count = int(problem.free.sum())
    if problem.weights is not None:
        bad = ~(np.isfinite(problem.weights) & (problem.weights >= 0))
        if bad.any():
            findings.append(f"{int(bad.sum())} weights are negative or no numbers")
    counts = problem.model.counts(problem.outcome)
    seen = counts.sum(axis=0) > 0
    continuous = getattr(problem.model, "continuous", False)
    if seen.sum() == 1 and not continuous and len(seen) > 1:
        label = problem.model.outcomes[int(np.argmax(seen))]
        findings.append(f"no variation in the outcome: every row ended in '{label}'")
    if problem.rows * (1 if counts.sum() <= problem.rows else counts.shape[1]) < count:
        findings.append(f"{problem.rows} rows for {count} parameters")
    for index, labels, x in zip(problem.model.indices, problem.labels, problem.designs):
        for dependence in _dependences(x, labels):
            findings.append(f"{index}: {dependence}")
    if findings:
        raise InputError("; ".join(findings), where=where, remedy="leave out what cannot be told")
    for direction in _structural(problem, np.random.default_rng(0) if rng is None else rng):
        findings.append(str(direction))
    if findings:
        raise InputError(
            "; ".join(findings),
            where=where,
            remedy="only differences of a player's utilities are in the data: leave these"
            " regressors out of one of its utilities, or hold a scale fixed",
        )


def diagnose(problem: Problem, maximum: Maximum) -> Diagnosis:
    """Condition number and flat directions at the maximum.

    Parameters
    ----------
    problem, maximum
        What was maximised, and where.
    """
    free = np.flatnonzero(problem.free)
    if not len(free):
        return Diagnosis(1.0, ())
    information = -maximum.hessian[np.ix_(free, free)]
    plain = np.linalg.eigvalsh(information)
    condition = float(plain[-1] / plain[0]) if plain[0] > 0 else float("inf")
    unit = 1.0 / problem.spreads[free]
    curvature, axes = np.linalg.eigh(information * np.outer(unit, unit))
    names = [problem.names[k] for k in free]
    flat: list[FlatDirection] = []
    for value, axis in zip(curvature, axes.T):
        # a curvature of c leaves a standard deviation of c^(-1/2) in units of the index
        if value > max(_WEAK, float(curvature[-1]) / NEARLY_FLAT / 10.0) or len(flat) == _MOST:
            break
        step = np.zeros(problem.size)
        step[free] = axis * unit
        kind = _walk(problem, maximum, step)
        flat.append(FlatDirection(kind, _name(axis, names)))
    return Diagnosis(condition, tuple(flat))


_MOST = 4
"""Directions that are walked and named, the flattest first."""
_WEAK = 1.0 / 25.0
"""A curvature below this is a standard error of over five standard deviations of the errors."""


def _walk(
    problem: Problem, maximum: Maximum, step: Array
) -> Literal["not identified", "separated", "nearly flat"]:
    """Walk along a direction both ways and see whether the likelihood comes down."""
    falls = []
    for sign in (1.0, -1.0):
        values = [
            problem.evaluate(maximum.beta + sign * length * step).value
            for length in (3.0, 10.0, 30.0)
        ]
        finite = [value for value in values if np.isfinite(value)]
        lowest = min(finite) if len(finite) == 3 else -np.inf
        falls.append(maximum.value - lowest > _LEVEL * (1.0 + abs(maximum.value)) + 1e-4)
    if all(falls):
        return "nearly flat"
    return "separated" if any(falls) else "not identified"


_LEVEL = 1e-9


def _structural(problem: Problem, rng: np.random.Generator) -> list[FlatDirection]:
    """Null space of the gradients of all rows at a few random points."""
    free = np.flatnonzero(problem.free)
    if not len(free) or getattr(problem.model, "continuous", False):
        return []
    rows = np.arange(problem.rows)
    if len(rows) > _SAMPLE:
        rows = np.sort(rng.choice(rows, _SAMPLE, replace=False))
    part = problem.some(rows)
    stacked = []
    for _ in range(_POINTS):
        beta = problem.at(rng.normal(0.0, 0.3, problem.size) / problem.spreads)
        scores = part.scores(beta)[:, free] / problem.spreads[free]
        scores = scores[np.isfinite(scores).all(axis=1)]
        stacked.append(scores)
    matrix = np.concatenate(stacked)
    if len(matrix) < len(free):
        return []
    _, sizes, axes = np.linalg.svd(matrix, full_matrices=False)
    names = [problem.names[k] for k in free]
    return [
        FlatDirection("not identified", _name(axis, names))
        for size, axis in zip(sizes, axes)
        if size < tolerance.RANK * sizes[0]
    ]


def _dependences(x: Array, labels: tuple[str, ...]) -> list[str]:
    """Columns of one part that are zero, or combinations of the others."""
    if not x.shape[1]:
        return []
    rms = np.sqrt((x * x).mean(axis=0))
    out = [f"'{label}' is zero in every row" for label, size in zip(labels, rms) if size == 0]
    kept = rms > 0
    standard = x[:, kept] / rms[kept]
    names = [label for label, keep in zip(labels, kept) if keep]
    if not names:
        return out
    values, axes = np.linalg.eigh(standard.T @ standard)
    for value, axis in zip(values, axes.T):
        if value < tolerance.GRAM * values[-1] * len(names):
            together = ", ".join(f"'{name}'" for name, _ in _name(axis, names))
            out.append(f"{together} depend on each other")
    return out


def _name(axis: Array, names: list[str]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-np.abs(axis))
    top = abs(float(axis[order[0]]))
    kept = [k for k in order if abs(float(axis[k])) > _SHARE * top]
    return tuple((names[k], float(axis[k])) for k in kept[:6])
