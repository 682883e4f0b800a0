"""A forecast as a solution: terms by issue, payoffs, the naive baselines beside it, its score.

Every concept of the room returns its answer through `forecast`, so that none is ever shown without
what it has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.solution import Point, Solution
from negotiate.spatial.arithmetic.aggregate import weighted_mean, weighted_median
from negotiate.spatial.positions import SpatialModel, distance_payoffs
from negotiate.spatial.score import score

Array = npt.NDArray[Any]


def terms_of(model: SpatialModel, levels: Array) -> dict[str, Any]:
    """Issue to level from an array ``(..., m)``."""
    return {name: plain(levels[..., k]) for k, name in enumerate(model.issue_names)}


def by_round(model: SpatialModel, levels: Array) -> dict[str, Any]:
    """Issue to its levels round by round, from ``(rounds, ..., m)``; arrays over draws."""
    columns = {name: levels[..., k] for k, name in enumerate(model.issue_names)}
    return {
        name: list(column) if model.shape else column.tolist() for name, column in columns.items()
    }


def plain(value: Any) -> Any:
    """A single number as a Python number, draws as they are."""
    if isinstance(value, (np.ndarray, np.generic)) and value.ndim == 0:
        return value.item()
    return value


def naive(model: SpatialModel) -> dict[str, dict[str, Any]]:
    """The forecasts that any other has to beat, by name, then by issue.

    The weighted mean and the lower weighted median, the middle of the scale, and the status quo
    where it is known.
    """
    weight = model.weight
    out = {
        "compromise": terms_of(model, weighted_mean(model.position, weight)),
        "median": terms_of(model, weighted_median(model.position, weight)[0]),
        "midpoint": {issue.name: issue.midpoint for issue in model.issues},
    }
    known = {i.name: i.status_quo for i in model.issues if i.status_quo is not None}
    if known:
        out["status_quo"] = known
    return out


def forecast(
    model: SpatialModel,
    concept: str,
    terms: Mapping[str, Any],
    *,
    exact: bool,
    facts: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    marks: Sequence[str] = (),
    notes: Sequence[str] = (),
    complete: bool = True,
) -> Solution:
    """The solution of a concept, beside the naive forecasts, scored where the outcome is known.

    The facts hold the settings too, so that a point can be judged by itself.
    """
    beside = naive(model)
    known = model.outcomes()
    found: dict[str, Any] = {**(facts or {}), "settings": dict(settings or {}), "beside": beside}
    whole = not model.shape and all(name in terms for name in known)
    if known and whole:
        found["score"] = score(model, terms).to_dict()
        found["score_beside"] = {
            name: score(model, row).to_dict()
            for name, row in beside.items()
            if all(issue in row for issue in known)
        }
    every = all(issue in terms for issue in model.issue_names)
    point = Point(
        payoffs=distance_payoffs(model, terms) if every else {},
        terms=dict(terms),
        label=", ".join(f"{name} {_short(value)}" for name, value in list(terms.items())[:3]),
        marks=tuple(marks),
        facts=found,
    )
    return Solution(
        concept=concept,
        players=model.parties,
        points=(point,),
        complete=complete,
        exact=exact,
        settings=dict(settings or {}),
        notes=(*model.notes, *notes),
        form=model,
    )


def _short(value: Any) -> str:
    if isinstance(value, (int, float, Fraction)):
        return f"{float(value):.4g}"
    return "over draws"


def table(model: SpatialModel, rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Forecasts by issue as plain text, one column for each."""
    names = list(rows)
    width = max(7, *(len(name) for name in names))
    left = max(5, *(len(name) for name in model.issue_names))
    lines = [f"{'issue':<{left}}  " + "  ".join(f"{name:>{width}}" for name in names)]
    for issue in model.issue_names:
        cells = []
        for name in names:
            value = rows[name].get(issue)
            shown = "-" if value is None else f"{float(np.mean(np.asarray(value, float))):.4g}"
            cells.append(f"{shown:>{width}}")
        lines.append(f"{issue:<{left}}  " + "  ".join(cells))
    return "\n".join(lines)
