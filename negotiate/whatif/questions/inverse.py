"""The inverse question: what must have been true for this outcome to be the one predicted?

The posterior of the inputs given that a model's metrics come within a tolerance of what was
observed (approximate Bayesian computation):

- `rejection`: keep the nearest draws from the prior (Pritchard et al. 1999,
  doi:10.1093/oxfordjournals.molbev.a026091);
- `sequential`: populations with falling tolerance, moved by a normal kernel and weighted by prior
  over proposal (Beaumont et al. 2009, doi:10.1093/biomet/asp052, sec. 4; kernel variance twice the
  weighted variance). Moves are made on the unit cube, where the prior is uniform.

Weights w give an effective sample size 1 / sum w^2 (w summing to one; Kong 1992). Whether the
intervals keep their promise is checked in `negotiate.whatif.questions.calibration`; values of one
quantity
that do it, the others at base, are found in `negotiate.whatif.questions.matching`. What was
observed is
hindsight unless the caller says otherwise, and every answer says on which observations it rests.

>>> from negotiate.whatif.study.marginal import uniform
>>> space = Space({"x": uniform(0.0, 1.0)})
>>> found = rejection(space, lambda v: {"y": 2 * v["x"]}, {"y": 1.0}, draws=10_000, keep=200)
>>> round(found.quantile("x", 0.5), 1)
0.5
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.numbers.sampling import generator, sobol_points
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]
OUTSIDE = 20
"""Batches of proposals without one inside the ranges after which a population is given up."""

CHUNK = 2**16
"""Draws evaluated at once."""


@dataclass(frozen=True)
class Posterior(Answer):
    """Inputs given what was observed.

    Attributes
    ----------
    observed
        Metric to observed value.
    values
        Path to values of the kept draws, ``(m,)``.
    weights
        Their weights, summing to one.
    distances
        Distance of each kept draw from what was observed, in scales.
    prior
        Path to (5 %, median, 95 %, standard deviation) before the observation, of the inputs that
        are reported.
    tolerance
        Largest distance kept.
    evaluated
        Draws evaluated in all.
    rounds
        Tolerance of each population; one for rejection.
    hindsight
        Observations not known at the case's date.
    """

    observed: Mapping[str, Any]
    values: Mapping[str, NDArray[Any]]
    weights: Floats
    distances: Floats
    prior: Mapping[str, tuple[float, float, float, float]]
    tolerance: float
    evaluated: int
    rounds: tuple[float, ...]
    hindsight: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def effective_sample_size(self) -> float:
        """1 / sum of squared weights."""
        return float(1 / np.square(self.weights).sum())

    def quantile(self, path: str, at: float) -> float:
        """Weighted quantile of one input."""
        if path not in self.values:
            raise UnknownNameError("input", path, self.values, where="posterior")
        column = np.asarray(self.values[path], float)
        order = np.argsort(column, kind="stable")
        mass = np.cumsum(self.weights[order]) - 0.5 * self.weights[order]
        return float(np.interp(at, mass, column[order]))

    def contraction(self, path: str) -> float:
        """1 - posterior / prior standard deviation: 0 nothing learnt, 1 all learnt."""
        column = np.asarray(self.values[path], float)
        mean = float(self.weights @ column)
        spread = float(np.sqrt(self.weights @ (column - mean) ** 2))
        return 1 - spread / self.prior[path][3]

    def order(self) -> list[str]:
        """Numeric inputs, those learnt most about first."""
        return sorted(self.prior, key=lambda path: -self.contraction(path))

    def records(self) -> list[dict[str, Any]]:
        """One row for each numeric input."""
        return [
            {
                "input": path,
                "q05": self.quantile(path, 0.05),
                "median": self.quantile(path, 0.5),
                "q95": self.quantile(path, 0.95),
                "prior q05": self.prior[path][0],
                "prior median": self.prior[path][1],
                "prior q95": self.prior[path][2],
                "contraction": self.contraction(path),
            }
            for path in self.order()
        ]

    def sentence(self) -> str:
        """What the observation says about the inputs it says most about."""
        facts = listed([f"{name} = {_shown(value)}" for name, value in self.observed.items()])
        rows = [row for row in self.records() if row["contraction"] > 0.1][:3]
        size = self.effective_sample_size
        near = (
            f"closest {percent(len(self.weights) / self.evaluated)} of {self.evaluated:,} draws"
            if len(self.rounds) == 1
            else f"{len(self.rounds)} populations, {self.evaluated:,} draws"
        )
        tail = (
            f"({near}, the farthest {shown(self.tolerance)} standard deviations away; effective "
            f"sample size {size:,.0f})"
        )
        if not rows:
            return f"Given {facts}, no input is known better than before {tail}."
        parts = [
            f"{row['input']} is about {shown(row['median'])} [{shown(row['q05'])}, "
            f"{shown(row['q95'])}] instead of {shown(row['prior median'])} "
            f"[{shown(row['prior q05'])}, {shown(row['prior q95'])}]"
            for row in rows
        ]
        text = f"Given {facts}, {listed(parts)} {tail}."
        if self.hindsight:
            late = list(self.hindsight)
            text += (
                " All that was observed is hindsight: it was not known when the case is set."
                if set(late) == set(self.observed) and len(late) > 1
                else f" This uses hindsight: {listed(late)}."
            )
        return text

    def picture(self) -> Picture:
        """Posterior intervals on each input's prior range from 5 % to 95 %."""
        order = self.order()

        def place(path: str, at: float) -> float:
            low, _, high, _ = self.prior[path]
            return float(np.clip((self.quantile(path, at) - low) / (high - low or 1.0), 0, 1))

        return Picture(
            "box",
            tuple(order),
            tuple(place(path, 0.5) for path in order),
            tuple(place(path, 0.05) for path in order),
            tuple(place(path, 0.95) for path in order),
            x_label="90 % interval on the prior's 5 % to 95 % range",
            points=tuple(place(path, 0.5) for path in order),
            ends=tuple(
                (shown(self.quantile(path, 0.05)), shown(self.quantile(path, 0.95)))
                for path in order
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return super().to_dict() | {
            "observed": {name: _plain(value) for name, value in self.observed.items()},
            "hindsight": list(self.hindsight),
            "tolerance": self.tolerance,
            "effective sample size": self.effective_sample_size,
            "evaluated": self.evaluated,
            "rounds": list(self.rounds),
        }


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else shown(float(value))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


def _distance(
    metrics: Mapping[str, NDArray[Any]], observed: Mapping[str, Any], scale: Mapping[str, float]
) -> Floats:
    """Largest miss of any observed metric, in scales; a wrong label is a miss without bound."""
    misses = []
    for name, target in observed.items():
        if name not in metrics:
            raise UnknownNameError("metric", name, metrics, where="observation")
        column = np.asarray(metrics[name])
        if isinstance(target, str):
            misses.append(np.where(column == target, 0.0, np.inf))
        else:
            misses.append(np.abs(np.asarray(column, float) - float(target)) / scale[name])
    out = np.max(np.stack(misses), axis=0)
    return np.where(np.isnan(out), np.inf, out)


def _table(
    space: Space, evaluate: Evaluate, u: Floats, names: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    """Metrics at points of the unit cube, failed draws as NaN, chunk by chunk."""
    parts = []
    for start in range(0, len(u), CHUNK):
        found = evaluate_rows(evaluate, space.values(u[start : start + CHUNK]))
        missing = [name for name in names if name not in found.metrics]
        rows = min(CHUNK, len(u) - start)
        if missing and len(found.failures) < rows:
            raise UnknownNameError("metric", missing[0], found.metrics, where="observation")
        parts.append(
            {
                name: found.metrics.get(
                    name, np.zeros(rows, "U1") if isinstance(target, str) else np.full(rows, np.nan)
                )
                for name, target in names.items()
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _scales(
    table: Mapping[str, NDArray[Any]], observed: Mapping[str, Any], given: Mapping[str, float]
) -> dict[str, float]:
    """Scale of each numeric metric: as given, else its standard deviation under the prior."""
    out = {}
    for name, target in observed.items():
        if isinstance(target, str):
            continue
        column = np.asarray(table[name], float)
        spread = float(np.nanstd(column)) if not np.isnan(column).all() else 0.0
        out[name] = float(given.get(name, spread)) or 1.0
        if out[name] < 0:
            raise InputError(f"scale {out[name]:g}", where=name, allowed="above zero")
    return out


def _prior(
    space: Space, values: Mapping[str, NDArray[Any]]
) -> dict[str, tuple[float, float, float, float]]:
    out = {}
    for path, column in values.items():
        if column.dtype.kind in "fiu" and (column != column[0]).any():
            low, middle, high = np.quantile(column.astype(float), [0.05, 0.5, 0.95])
            out[path] = (float(low), float(middle), float(high), float(column.std()))
    return out


def _observed(observed: Mapping[str, Any]) -> None:
    if not observed:
        raise InputError("nothing was observed", where="inverse", allowed="one metric or more")


def _known(observed: Mapping[str, Any], hindsight: tuple[str, ...] | None) -> tuple[str, ...]:
    names = tuple(observed) if hindsight is None else hindsight
    for name in names:
        if name not in observed:
            raise UnknownNameError("observation", name, observed, where="hindsight")
    return names


def rejection(
    space: Space,
    evaluate: Evaluate,
    observed: Mapping[str, Any],
    *,
    draws: int = 100_000,
    keep: int = 1000,
    scale: Mapping[str, float] | None = None,
    hindsight: tuple[str, ...] | None = None,
    seed: int = 0,
) -> Posterior:
    """Keep the draws whose metrics are nearest to what was observed.

    Parameters
    ----------
    space, evaluate
        The seam; the space is the prior.
    observed
        Metric to observed value: numbers, or labels that must be met.
    draws, keep
        Draws from the prior; how many of them are kept.
    scale
        Distance of a metric that counts as one; by default its standard deviation.
    hindsight
        Observations not known at the case's date; by default all of them.
    """
    _observed(observed)
    if not 1 <= keep <= draws:
        raise InputError(f"keep {keep} of {draws} draws", where="rejection", allowed="1 to draws")
    return _nearest(
        space,
        evaluate,
        observed,
        draws=draws,
        keep=keep,
        scale=scale,
        hindsight=hindsight,
        seed=seed,
    )[0]


def _nearest(
    space: Space,
    evaluate: Evaluate,
    observed: Mapping[str, Any],
    *,
    draws: int,
    keep: int,
    scale: Mapping[str, float] | None,
    hindsight: tuple[str, ...] | None,
    seed: int,
) -> tuple[Posterior, Floats, dict[str, float]]:
    """The nearest draws as a posterior, their points of the unit cube, and the scales used."""
    u = sobol_points(0, draws, max(space.dimension, 1), seed=seed)
    table = _table(space, evaluate, u, observed)
    scales = _scales(table, observed, scale or {})
    far = _distance(table, observed, scales)
    order = np.argsort(far, kind="stable")[:keep]
    order = order[np.isfinite(far[order])]
    if not order.size:
        raise NoSolutionError(
            f"none of {draws:,} draws comes near what was observed",
            where="rejection",
            remedy="widen the ranges: the model cannot produce it inside them",
        )
    prior_values = space.values(u)
    values = {path: column[order] for path, column in prior_values.items()}
    weights = np.full(len(order), 1 / len(order))
    tolerance = float(far[order].max())
    found = Posterior(
        dict(observed),
        values,
        weights,
        far[order],
        _prior(space, prior_values),
        tolerance,
        draws,
        (tolerance,),
        _known(observed, hindsight),
    )
    return found, u[order], scales


def _check(particles: int, shrink: float, sweeps: int = 1) -> None:
    if particles < 10 or not 0 < shrink < 1 or sweeps < 1:
        raise InputError(
            f"{particles} particles, shrink {shrink:g}, {sweeps} sweeps",
            where="sequential",
            allowed="10 particles or more, shrink between 0 and 1, 1 sweep or more",
        )


def sequential(
    space: Space,
    evaluate: Evaluate,
    observed: Mapping[str, Any],
    *,
    particles: int = 1000,
    rounds: int = 8,
    target: float = 0.0,
    shrink: float = 0.5,
    most: int = 2_000_000,
    scale: Mapping[str, float] | None = None,
    hindsight: tuple[str, ...] | None = None,
    seed: int = 0,
) -> Posterior:
    """Populations of falling tolerance.

    Parameters
    ----------
    particles
        Size of a population.
    rounds, target
        Most populations; tolerance at which to stop.
    shrink
        Next tolerance: this quantile of the population's distances.
    most
        Most draws to evaluate; the last whole population is returned, with a note.
    """
    _observed(observed)
    _check(particles, shrink)
    width = max(space.dimension, 1)
    first, u, scales = _nearest(
        space,
        evaluate,
        observed,
        draws=4 * particles,
        keep=particles,
        scale=scale,
        hindsight=hindsight,
        seed=seed,
    )
    distance = first.distances
    weights = first.weights
    used, tolerances, notes = 4 * particles, [float(distance.max())], []
    for index in range(rounds - 1):
        if tolerances[-1] <= target:
            break
        tolerance = max(float(np.quantile(distance, shrink)), target)
        rng = generator(seed, 7, index)
        deviation = np.sqrt(2) * np.sqrt(weights @ (u - weights @ u) ** 2) + 1e-9
        fresh, near = [np.empty((0, width))], [np.empty(0)]
        found = outside = 0
        # in many dimensions a normal step almost never stays inside the cube
        while found < particles and used < most and outside < OUTSIDE:
            batch = min(max(4 * (particles - found), particles), most - used)
            proposal = u[rng.choice(len(u), batch, p=weights)]
            proposal = proposal + deviation * rng.standard_normal((batch, width))
            inside = ((proposal > 0) & (proposal < 1)).all(1)
            proposal = proposal[inside]
            used += len(proposal)
            outside = 0 if len(proposal) else outside + 1
            if not len(proposal):
                continue
            gap = _distance(_table(space, evaluate, proposal, observed), observed, scales)
            good = gap <= tolerance
            fresh.append(proposal[good])
            near.append(gap[good])
            found += int(good.sum())
        if found < particles:
            notes.append(
                f"stopped after {used:,} draws before tolerance {shown(tolerance)}"
                + (
                    f": steps in {width} dimensions leave the ranges; use sequential_markov"
                    if outside >= OUTSIDE
                    else ""
                )
            )
            break
        nxt = np.concatenate(fresh)[:particles]
        distance = np.concatenate(near)[:particles]
        weights = _importance(nxt, u, weights, deviation)
        u = nxt
        tolerances.append(tolerance)
    return replace(
        first,
        values=space.values(u),
        weights=weights,
        distances=distance,
        tolerance=tolerances[-1],
        evaluated=used,
        rounds=tuple(tolerances),
        notes=tuple(notes),
    )


def sequential_markov(
    space: Space,
    evaluate: Evaluate,
    observed: Mapping[str, Any],
    *,
    particles: int = 1000,
    rounds: int = 10,
    sweeps: int = 4,
    shrink: float = 0.5,
    most: int = 2_000_000,
    scale: Mapping[str, float] | None = None,
    hindsight: tuple[str, ...] | None = None,
    seed: int = 0,
) -> Posterior:
    """Populations of falling tolerance, moved by Markov chains: for many inputs.

    Each round keeps the particles within the next tolerance, resamples them and moves each by
    ``sweeps`` Metropolis steps that change a few coordinates, reflected at the ends of the unit
    cube, where the prior is uniform; a step is taken if it stays within the tolerance (Del Moral,
    Doucet and Jasra 2012, doi:10.1007/s11222-011-9271-y). Weights stay equal; copies that never
    moved are counted once in the effective sample size. Parameters as in `sequential`.
    """
    _observed(observed)
    _check(particles, shrink, sweeps)
    width = max(space.dimension, 1)
    first, u, scales = _nearest(
        space,
        evaluate,
        observed,
        draws=4 * particles,
        keep=particles,
        scale=scale,
        hindsight=hindsight,
        seed=seed,
    )
    distance = first.distances
    used, tolerances, notes = 4 * particles, [float(distance.max())], []
    for index in range(rounds - 1):
        tolerance = float(np.quantile(distance, shrink))
        if not tolerance < tolerances[-1] or used + sweeps * particles > most:
            break
        rng = generator(seed, 9, index)
        alive = np.nonzero(distance <= tolerance)[0]
        pick = rng.choice(alive, particles)
        u, distance = u[pick], distance[pick]
        step = 2.0 * u.std(0) + 1e-9
        taken = 0
        for _ in range(sweeps):
            few = rng.random((particles, width)) < min(1.0, 6.0 / width)
            proposal = u + few * step * rng.standard_normal((particles, width))
            proposal = np.abs(proposal) % 2.0  # reflection at both ends keeps the step symmetric
            proposal = np.clip(np.where(proposal > 1, 2 - proposal, proposal), 1e-12, 1 - 1e-12)
            gap = _distance(_table(space, evaluate, proposal, observed), observed, scales)
            good = gap <= tolerance
            u, distance = np.where(good[:, None], proposal, u), np.where(good, gap, distance)
            taken += int(good.sum())
        used += sweeps * particles
        tolerances.append(tolerance)
        if taken < 0.02 * sweeps * particles:
            notes.append(f"stopped at tolerance {shown(tolerance)}: hardly a step was taken")
            break
    _, where, copies = np.unique(u, axis=0, return_index=True, return_counts=True)
    weights = copies / copies.sum()
    return replace(
        first,
        values=space.values(u[where]),
        weights=weights,
        distances=distance[where],
        tolerance=tolerances[-1],
        evaluated=used,
        rounds=tuple(tolerances),
        notes=tuple(notes),
    )


def _importance(new: Floats, old: Floats, weights: Floats, deviation: Floats) -> Floats:
    """Prior over proposal: 1 / sum_j w_j K(u | u_j), normalised; row blocks bound the memory."""
    density = np.empty(len(new))
    for start in range(0, len(new), 256):
        part = new[start : start + 256, None, :]
        exponent = -0.5 * (((part - old[None]) / deviation) ** 2).sum(-1)
        density[start : start + 256] = np.exp(exponent) @ weights
    raw = 1 / np.maximum(density, np.finfo(float).tiny)
    return np.asarray(raw / raw.sum())
