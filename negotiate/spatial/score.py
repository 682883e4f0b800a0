r"""How far forecasts were from what was decided, and whether one did better than another.

With forecast :math:`y_k`, outcome :math:`o_k` and errors :math:`e_k = |y_k - o_k|` on K issues: the
mean absolute error, the root mean square error, the mean distance to the range of levels that a
fair reader could call the outcome (0 inside it), and the standard error of the mean. Two forecasts
are compared issue by issue: the mean difference of their errors with its standard error. Errors are
in points of a scale of 100, so that issues can be averaged.

Achen (in *The European Union Decides*, 2006) compares models in this way; that it needs many
issues is the point of Slapin (2014, European Union Politics 15:24-42): on thirteen issues a
difference of two points is nothing.

>>> from negotiate.spatial.positions import Scale, model
>>> two = model({"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 10}},
...             scales=[Scale("p", outcome=40), Scale("q", high=10, outcome=5)])
>>> found = score(two, {"p": 50, "q": 2})
>>> found.mean_absolute, found.errors
(20.0, {'p': 10.0, 'q': 30.0})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate.errors import InputError
from negotiate.spatial.positions import SpatialModel


@dataclass(frozen=True)
class Score:
    """Errors of a forecast in points of a scale of 100.

    Attributes
    ----------
    errors
        Issue to distance from the outcome.
    mean_absolute, root_mean_square
        Over the issues.
    to_range
        Mean distance to the outcome's range (to the outcome itself where no range is given).
    standard_error
        Of the mean absolute error; None with one issue.
    """

    errors: Mapping[str, float]
    mean_absolute: float
    root_mean_square: float
    to_range: float
    standard_error: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "mean_absolute_error": self.mean_absolute,
            "root_mean_square_error": self.root_mean_square,
            "mean_distance_to_range": self.to_range,
            "standard_error": self.standard_error,
            "errors": dict(self.errors),
        }


@dataclass(frozen=True)
class Difference:
    """Mean error of one forecast less that of another, issue by issue.

    ``mean`` below 0 speaks for the first; ``standard_error`` is None with one issue.
    """

    mean: float
    standard_error: float | None
    issues: int


def errors(model: SpatialModel, terms: Mapping[str, Any]) -> dict[str, float]:
    """Distance of a forecast from the outcome, issue by issue, in points of a scale of 100.

    Parameters
    ----------
    model
        A model with known outcomes.
    terms
        Issue to level, for every issue whose outcome is known.

    Raises
    ------
    InputError
        Where no outcome is known, or an issue with one has no forecast.
    """
    known = {issue.name: issue for issue in model.issues if issue.outcome is not None}
    if not known:
        raise InputError(
            "no outcome is known",
            where=model.title or "spatial model",
            remedy="give `outcome` of the issues that have been decided",
        )
    missing = [name for name in known if name not in terms]
    if missing:
        raise InputError(
            f"no forecast of {', '.join(missing)}",
            where="score",
            allowed="a level for every issue whose outcome is known",
        )
    return {
        name: 100 * abs(float(terms[name]) - float(issue.outcome)) / float(issue.width)
        for name, issue in known.items()
        if issue.outcome is not None
    }


def score(model: SpatialModel, terms: Mapping[str, Any]) -> Score:
    """Errors of a forecast against the outcomes of the model.

    Parameters
    ----------
    model
        A model with known outcomes.
    terms
        Issue to level.

    Returns
    -------
    Score
    """
    found = errors(model, terms)
    values = np.array(list(found.values()))
    away = []
    for issue in model.issues:
        if issue.outcome is not None:
            low, high = issue.outcome_range or (issue.outcome, issue.outcome)
            level = float(terms[issue.name])
            gap = max(float(low) - level, level - float(high), 0.0)
            away.append(100 * gap / float(issue.width))
    return Score(
        errors=found,
        mean_absolute=float(values.mean()),
        root_mean_square=float(np.sqrt((values**2).mean())),
        to_range=float(np.mean(away)),
        standard_error=_standard_error(values),
    )


def compare(model: SpatialModel, first: Mapping[str, Any], second: Mapping[str, Any]) -> Difference:
    """Whether the first forecast was nearer than the second, issue by issue.

    Examples
    --------
    >>> from negotiate.spatial.positions import Scale, model
    >>> two = model({"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}},
    ...             scales=[Scale("p", outcome=40), Scale("q", outcome=50)])
    >>> compare(two, {"p": 40, "q": 40}, {"p": 50, "q": 50})
    Difference(mean=0.0, standard_error=10.0, issues=2)
    """
    one, other = errors(model, first), errors(model, second)
    gaps = np.array([one[name] - other[name] for name in one])
    return Difference(float(gaps.mean()), _standard_error(gaps), len(gaps))


def _standard_error(values: Any) -> float | None:
    if len(values) < 2:
        return None
    return float(values.std(ddof=1) / np.sqrt(len(values)))
