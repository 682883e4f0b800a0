r"""Plain forecasts that a model has to beat: unweighted means and medians, midpoint, status quo.

* ``plain_mean``: mean of the positions, every party the same;
* ``plain_median``: median of the positions, the mean of the two middle ones where they are even;
* ``salience_mean``: mean weighted by salience alone;
* ``midpoint``: the middle of the scale, which knows nothing of the parties;
* ``status_quo``: no change, where the status quo of every issue is known.

They are hard to beat: on thirteen issues of Paris 2015 the compromise is nearer to the outcome than
the midpoint by 2.1 points of 100, with a standard error of 3.1 (`docs/theory/spatial.md`).

>>> from negotiate.spatial.positions import model
>>> m = model({"a": {"p": 0}, "b": {"p": 10}, "c": {"p": 20}, "d": {"p": 90}}, salience="0.5",
...           capability={"a": 9, "b": 1, "c": 1, "d": 1})
>>> {name: float(row["p"]) for name, row in baselines(m).items()}
{'plain_mean': 30.0, 'plain_median': 15.0, 'salience_mean': 30.0, 'midpoint': 50.0}
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import forecast, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic.aggregate import weighted_mean, weighted_median
from negotiate.spatial.positions import SpatialModel

RULES = ("plain_mean", "plain_median", "salience_mean", "midpoint", "status_quo")


def baselines(model: SpatialModel) -> dict[str, dict[str, Any]]:
    """Every plain forecast, by name, then by issue; without status quo where one is unknown.

    Parameters
    ----------
    model
        Positions and scales.
    """
    even = 0 * model.position + np.where(model.has, 1, 0)
    low, high = weighted_median(model.position, even)
    out = {
        "plain_mean": terms_of(model, weighted_mean(model.position, even)),
        "plain_median": terms_of(model, (low + high) / 2),
    }
    if np.all(model.salience.sum(axis=-2) > 0):
        out["salience_mean"] = terms_of(model, weighted_mean(model.position, model.salience))
    out["midpoint"] = {issue.name: issue.midpoint for issue in model.issues}
    if all(issue.status_quo is not None for issue in model.issues):
        out["status_quo"] = {issue.name: issue.status_quo for issue in model.issues}
    return out


@concept(
    "plain_forecast",
    title="Plain forecast: unweighted mean or median, midpoint, status quo",
    short="plain",
    games=("spatial",),
    field="rational",
    metrics=METRICS,
)
def baseline(model: SpatialModel, *, rule: str = "plain_mean") -> Solution:
    """One plain forecast as a solution.

    Parameters
    ----------
    model
        Positions and scales.
    rule
        Which; the head of this file lists them.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> baseline(model({"a": {"p": 0}, "b": {"p": 10}}), rule="midpoint")[0].terms
    {'p': Fraction(50, 1)}
    """
    known = baselines(model)
    if rule not in known:
        raise UnknownNameError("plain forecast", rule, known, where="baseline")
    terms = known[rule]
    return forecast(
        model,
        "plain_forecast",
        terms,
        exact=model.is_exact,
        settings={"rule": rule},
    )


@baseline.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the forecast is what the rule says, counted party by party for the first draw."""
    first = (0,) * len(model.shape)
    rule = point.facts["settings"]["rule"]
    worst, witness = 0.0, ""
    for k, issue in enumerate(model.issues):
        x = [float(model.position[first][i, k]) for i in np.nonzero(model.has[:, k])[0]]
        s = [float(model.salience[first][i, k]) for i in np.nonzero(model.has[:, k])[0]]
        expected = {
            "plain_mean": sum(x) / len(x),
            "plain_median": float(np.median(x)),
            "salience_mean": sum(a * b for a, b in zip(x, s)) / (sum(s) or 1),
            "midpoint": float(issue.low + issue.high) / 2,
            "status_quo": float(issue.status_quo or 0),
        }[rule]
        level = float(np.asarray(point.terms[issue.name], float)[first])
        gap = abs(level - expected) / float(issue.width)
        if gap > worst:
            worst, witness = gap, f"issue {issue.name}"
    return Evidence(worst <= tolerance.AGREEMENT, worst, "difference, share of the scale", witness)
