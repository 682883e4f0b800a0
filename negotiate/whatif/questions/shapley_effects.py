"""Shapley effects: shares of variance for inputs that are correlated.

Where inputs depend on one another, first-order and total indices no longer bracket a share. The
Shapley effect of X_k is its Shapley value in the game

    c(J) = E[ Var(Y | X_-J) ] / Var(Y),       c(none) = 0, c(all) = 1,

non-negative and summing to one (Owen 2014, doi:10.1137/130936233; estimator with given model and
exact or random orders: Song, Nelson and Staum 2016, doi:10.1137/15M1048070). c(J) is a mean of
inner variances over outer draws of X_-J, so its standard error, and that of the effects, follow.

>>> from negotiate.whatif.study.groups import Correlated
>>> from negotiate.whatif.study.marginal import fitted
>>> normal = fitted("normal", value=0.0, low=-1.6448536269514722, high=1.6448536269514722)
>>> pair = Correlated(("a", "b"), (normal, normal), ((1.0, 0.5), (0.5, 1.0)))
>>> space = Space({}, {"pair": pair})
>>> answer = shapley_effects(space, lambda v: {"y": v["a"] + v["b"]}, outer=3000)["y"]
>>> answer.column("effect").round(1).tolist()     # equal by symmetry
[0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError, TooLargeError
from negotiate.numbers.sampling import random_points
from negotiate.whatif.measures import shapley
from negotiate.whatif.questions.sensitivity import (
    Sensitivity,
    _constant,
    _reach,
    targets,
    too_many_gaps,
)
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.groups import Ordered
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]

MOST_INPUTS = 12
"""Inputs whose 2**k subsets are all visited."""

BATCH = 2**14
"""Rows of several subsets evaluated together: a call of a game costs as much as some hundred."""


class _Conditional:
    """Draws of a space with some inputs held and the others drawn given them."""

    def __init__(self, space: Space, inputs: Sequence[str]) -> None:
        self.space, self.inputs = space, list(inputs)
        self.columns = space.columns

    def outer(self, u: Floats) -> dict[str, Floats]:
        """Latent variables of every factor, ``(D, c)``."""
        return {
            name: (
                self.space.groups[name].latent(u[:, list(at)])
                if name in self.space.groups
                else u[:, list(at)]
            )
            for name, at in self.columns.items()
        }

    def redraw(self, latent: dict[str, Floats], held: set[str], u: Floats) -> dict[str, Floats]:
        """Latent variables with the inputs not held drawn again."""
        out = {}
        for name, at in self.columns.items():
            fresh = u[:, list(at)]
            group = self.space.groups.get(name)
            if name in self.inputs or group is None:  # one input: held or drawn as a whole
                again = fresh if group is None else group.latent(fresh)
                out[name] = latent[name] if name in held else again
            else:
                known = [member in held for member in group.members]
                out[name] = group.redraw(latent[name], known, fresh)
        return out

    def values(self, latent: dict[str, Floats]) -> dict[str, NDArray[Any]]:
        """Values of every path."""
        rows = len(next(iter(latent.values())))
        out: dict[str, NDArray[Any]] = {}
        for path, marginal in self.space.marginals.items():
            out[path] = (
                marginal.ppf(latent[path][:, 0])
                if path in latent
                else np.repeat(np.asarray(marginal.centre()), rows)
            )
        for name, group in self.space.groups.items():
            out |= group.values(latent[name])
        return out


def inputs_of(space: Space) -> tuple[str, ...]:
    """Inputs that get an effect: lone quantities, members of groups, ordered groups whole."""
    out = [path for path, marginal in space.marginals.items() if marginal.uncertain]
    for name, group in space.groups.items():
        out += [name] if isinstance(group, Ordered) else list(group.members)
    return tuple(out)


def _redrawn(
    draw: _Conditional, subset: int, inputs: Sequence[str], outer: int, inner: int, width: int,
    seed: int,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Outer draws with the inputs of a subset drawn again ``inner`` times, the others held."""
    held = {name for index, name in enumerate(inputs) if not subset >> index & 1}
    at = subset * outer
    latent = draw.outer(random_points(at, at + outer, width, seed=seed))
    latent = {name: np.repeat(value, inner, 0) for name, value in latent.items()}
    fresh = random_points(at * inner, (at + outer) * inner, width, seed=seed + 1)
    return draw.values(draw.redraw(latent, held, fresh))


def shapley_effects(
    space: Space,
    evaluate: Evaluate,
    *,
    outer: int = 1000,
    inner: int = 3,
    seed: int = 0,
    confidence: float = 0.95,
) -> dict[str, Sensitivity]:
    """Shapley effects of every scalar metric.

    Parameters
    ----------
    outer, inner
        Outer draws of each subset and inner draws given each of them; ``outer x inner x 2**k``
        evaluations in all.
    """
    inputs = inputs_of(space)
    size = len(inputs)
    if not size:
        raise InputError("nothing is uncertain", where="Shapley effects", remedy="give ranges")
    if size > MOST_INPUTS:
        raise TooLargeError(
            f"{size} inputs, {2**size:,} subsets", where="Shapley effects",
            allowed=f"at most {MOST_INPUTS} inputs",
            remedy="screen with morris() first and fix what does not matter",
        )  # fmt: skip
    if outer < 2 or inner < 2:
        raise InputError(f"{outer} outer, {inner} inner draws", allowed="2 or more of each")
    draw = _Conditional(space, inputs)
    width = space.dimension
    means: dict[str, Floats] = {}
    errors: dict[str, Floats] = {}
    pooled: dict[str, list[NDArray[Any]]] = {}
    tables: list[tuple[int, dict[str, NDArray[Any]], NDArray[Any]]] = []
    rows, missing = outer * inner, 0
    together = max(BATCH // rows, 1)
    for first in range(1, 1 << size, together):
        subsets = range(first, min(first + together, 1 << size))
        pieces_of = [
            _redrawn(draw, subset, inputs, outer, inner, width, seed) for subset in subsets
        ]
        values = {path: np.concatenate([p[path] for p in pieces_of]) for path in pieces_of[0]}
        found = evaluate_rows(evaluate, values)
        bad = np.zeros(rows * len(subsets), bool)
        bad[list(found.failures)] = True
        missing += int(bad.sum())
        scalars = {name: v for name, v in found.metrics.items() if v.ndim == 1}
        for place, subset in enumerate(subsets):
            here = slice(place * rows, (place + 1) * rows)
            good = np.asarray(~bad[here].reshape(outer, inner).any(1))
            if good.sum() < 2:
                raise NoSolutionError(
                    f"only {int(good.sum())} of {outer:,} outer draws were solved",
                    where="Shapley effects",
                    remedy="narrow the ranges to where the model has an answer",
                )
            columns = {n: v[here].reshape(outer, inner)[good] for n, v in scalars.items()}
            tables.append((subset, columns, good))
    everything = tables[-1][1]  # the subset of all inputs: independent draws
    failed = sum(int((~good).sum()) for _, _, good in tables)
    gaps = missing / (rows * len(tables))
    refused = too_many_gaps(gaps, "shares of variance")
    for metric in everything:
        for _, columns, _ in tables:
            pooled.setdefault(metric, []).append(columns[metric].ravel())
    out: dict[str, Sensitivity] = {}
    for metric, pieces in pooled.items():
        whole = np.concatenate(pieces)
        if refused:
            nothing = {"effect": np.full(size, np.nan)}
            out[metric] = Sensitivity(
                metric,
                "shapley",
                inputs,
                nothing,
                "effect",
                "",
                None,
                len(whole),
                failed,
                (refused,),
                undefined=gaps,
                refused=refused,
            )
            continue
        value = _constant(whole)
        if value is not None:
            nothing = {"effect": np.full(size, np.nan)}
            out[metric] = Sensitivity(
                metric, "shapley", inputs, nothing, "effect", "", value, len(whole), failed
            )
            continue
        for label in targets(whole):
            game, error = np.zeros(1 << size), np.zeros(1 << size)
            for subset, columns, _ in tables:
                y = columns[metric]
                y = (y == label).astype(float) if label else y
                spread = y.var(1, ddof=1)
                game[subset], error[subset] = spread.mean(), spread.std() / np.sqrt(len(spread))
            means[label], errors[label] = _effects(game, error)
            low, high = _ends(means[label], errors[label], confidence)
            measures = {"effect": means[label], "effect_low": low, "effect_high": high}
            key = f"{metric} == {label}" if label else metric
            out[key] = Sensitivity(
                metric,
                "shapley",
                inputs,
                measures,
                "effect",
                label,
                None,
                len(whole),
                failed,
                undefined=gaps,
            )
    return out


def _effects(game: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Effects as shares of c(all), and their standard errors.

    Subsets are drawn independently and the value is linear in the game, phi_k = sum_S a_kS c(S),
    so Var phi_k = sum a_kS^2 Var c(S); the share phi_k / c(all) has its coefficient at S = all
    lowered by the share itself.
    """
    size = shapley.players_of(game)
    total = game[-1]
    coefficients = shapley.values(np.eye(len(game)))  # (2**k, k): effect of each c(S)
    share = shapley.values(game) / total
    influence = coefficients.copy()
    influence[-1] -= share
    assert influence.shape == (len(game), size)
    return share, np.sqrt((influence**2 * error[:, None] ** 2).sum(0)) / total


def _ends(middle: Floats, error: Floats, confidence: float) -> tuple[Floats, Floats]:
    reach = _reach(confidence)
    return middle - reach * error, middle + reach * error
