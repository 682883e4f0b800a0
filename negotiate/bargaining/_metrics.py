"""Metrics of a two-party bargaining problem over draws: numbers read off its solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _layout as layout
from negotiate.bargaining.arithmetic import judge as bargaining_judge
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.frontier import Frontier, Located
from negotiate.errors import NotApplicableError

Array = np.ndarray[Any, Any]

CONCEPTS: dict[str, Callable[[Frontier, Array, Array], Located]] = {
    "nash_bargaining": bargaining.nash,
    "kalai_smorodinsky": lambda f, d, weights: bargaining.kalai_smorodinsky(f, d),
    "egalitarian": lambda f, d, weights: bargaining.egalitarian(f, d),
    "utilitarian": lambda f, d, weights: bargaining.utilitarian(f, d),
}


def metrics(
    form: Any,
    names: Sequence[str],
    deals: Mapping[str, Mapping[str, Any]],
    *,
    weights: Mapping[str, Any],
) -> dict[str, Array]:
    """Metrics asked for by ``names``; all of them where none is named."""
    if len(form.parties) != 2:
        raise NotApplicableError(
            f"{len(form.parties)} principals", where="bargaining metrics", allowed="two"
        )
    problem = form.floats()
    heads = {name.split(".")[0] for name in names}
    out: dict[str, Array] = {}
    f, d = problem.float_frontier, np.asarray(problem.disagreement, dtype=float)
    shape = problem.shape
    for side, party in enumerate(form.parties):
        out[f"disagreement.{party}"] = np.broadcast_to(d[..., side], shape)
    if not names or "zone" in heads:
        out["zone"] = bargaining.zone(f, d).reshape(shape)
    if not names or "ideal" in heads:
        best = bargaining.ideal(f, d)
        for side, party in enumerate(form.parties):
            out[f"ideal.{party}"] = best[side].reshape(shape)
    alpha = np.stack(
        np.broadcast_arrays(*(np.asarray(weights[p], dtype=float) for p in form.parties)), axis=-1
    )
    for concept, solve in CONCEPTS.items():
        if names and concept not in heads:
            continue
        with_terms = not names or any(name.startswith(f"{concept}.term.") for name in names)
        _solved(out, problem, concept, solve(f, d, alpha), terms=with_terms)
    for name, terms in deals.items():
        if names and name not in heads:
            continue
        worth = problem.utilities(terms)
        u = np.stack(
            [np.broadcast_to(np.asarray(worth[p], dtype=float), shape) for p in form.parties], -1
        )
        found = bargaining_judge.judge(f, d, u)
        out[f"{name}.loss"] = found.loss.reshape(shape)
        for side, party in enumerate(form.parties):
            out[f"{name}.utility.{party}"] = u[..., side]
            out[f"{name}.margin.{party}"] = u[..., side] - d[..., side]
    return {name: out[name] for name in names} if names else out


def _has_zone(problem: Any, point: Located, concept: str) -> Array:
    """Whether d leaves a zone: at an individually rational concept, whether both gain there.

    The utilitarian point may leave a party below d although there is a zone.
    """
    d = np.asarray(problem.disagreement, dtype=float)
    if concept == "utilitarian":
        room: Array = bargaining.zone(problem.float_frontier, d)
    else:
        gains = point.u.T - np.broadcast_to(d, (*problem.shape, 2)).reshape(-1, 2)
        room = gains.min(axis=-1)
    return np.asarray(room.reshape(problem.shape) >= -tolerance.UTILITY)


def _solved(
    out: dict[str, Array], problem: Any, concept: str, point: Located, *, terms: bool
) -> None:
    """Utilities, gains and terms of one concept; d, 0 and NaN where there is no zone."""
    d = np.asarray(problem.disagreement, dtype=float)
    zone = _has_zone(problem, point, concept)
    for side, party in enumerate(problem.parties):
        u = point.u[side].reshape(problem.shape)
        out[f"{concept}.utility.{party}"] = np.where(zone, u, d[..., side])
        out[f"{concept}.gain.{party}"] = np.where(zone, u - d[..., side], 0.0)
    if not terms:
        return
    for issue, level in layout.float_terms(problem, point)[0].items():
        if not isinstance(level, Mapping):
            values = np.asarray(level, dtype=float).reshape(problem.shape)
            out[f"{concept}.term.{issue}"] = np.where(zone, values, np.nan)
