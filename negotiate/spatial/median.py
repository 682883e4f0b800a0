r"""The weighted median: the level that beats every other in a vote by weight.

On one issue, let each party vote, with its weight :math:`w_i = s_i c_i`, for the nearer of two
levels. A level y wins or ties against all others if and only if at most half of the weight lies on
either side of it (Black 1948, Journal of Political Economy 56:23-34): it is a weighted median, a
Condorcet winner. Where the weights split in halves the medians form an interval; the forecast then
is its lower end (``tie = "lower"``, the field's habit), its upper end or its midpoint.

Issues are taken one by one: with several issues a Condorcet winner need not exist (Plott 1967,
American Economic Review 57:787-806), and the medians of the issues are the structure-induced
equilibrium of Shepsle (1979, American Journal of Political Science 23:27-59).

>>> from negotiate.spatial.positions import model
>>> half = model({"a": {"p": 10}, "b": {"p": 30}, "c": {"p": 90}}, capability=dict(a=2, b=1, c=1))
>>> median(half)[0].terms, median(half, tie="midpoint")[0].terms
({'p': Fraction(10, 1)}, {'p': Fraction(20, 1)})
>>> median(half)[0].facts["interval"]
{'p': (Fraction(10, 1), Fraction(30, 1))}
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import forecast, plain, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic.aggregate import weighted_median
from negotiate.spatial.positions import SpatialModel

TIES = {
    "lower": lambda low, high: low,
    "upper": lambda low, high: high,
    "midpoint": lambda low, high: (low + high) / 2,
}
"""Which level stands for an interval of medians."""


@concept(
    "weighted_median",
    title="Weighted median: the level that beats every other by weight",
    short="median",
    games=("spatial",),
    field="rational",
    metrics=METRICS,
)
def median(model: SpatialModel, *, tie: str = "lower") -> Solution:
    """The weighted median of the positions on every issue.

    Parameters
    ----------
    model
        Positions, saliences, capabilities.
    tie
        ``lower``, ``upper`` or ``midpoint``: which level of an interval of medians.

    Returns
    -------
    Solution
        One point; ``facts["interval"]`` gives both ends where they differ, and the point is then
        marked as not unique.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> median(model({"a": {"p": 10}, "b": {"p": 30}, "c": {"p": 90}}))[0].terms
    {'p': Fraction(30, 1)}
    """
    if tie not in TIES:
        raise UnknownNameError("way to settle a tie", tie, TIES, where="median")
    low, high = weighted_median(model.position, model.weight)
    terms = terms_of(model, TIES[tie](low, high))
    open_issues = {
        issue.name: (plain(low[..., k]), plain(high[..., k]))
        for k, issue in enumerate(model.issues)
        if np.any(low[..., k] != high[..., k])
    }
    return forecast(
        model,
        "weighted_median",
        terms,
        exact=model.is_exact,
        facts={"interval": open_issues} if open_issues else {},
        settings={"tie": tie},
        marks=("not unique",) if open_issues else (),
        complete=not open_issues,
        notes=[
            f"every level between the ends is a median of {name}: the {tie} one is shown"
            for name in open_issues
        ],
    )


@median.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether no level beats the forecast: the largest majority against it, as a share of weight.

    Against y it suffices to try levels just above and just below it, for which every party on
    that side votes: the share of weight strictly above and strictly below.
    """
    worst, witness = Fraction(0), ""
    for k, issue in enumerate(model.issues):
        level = point.terms[issue.name]
        for side, words in ((1, "above"), (-1, "below")):
            away: Any = 0
            for i in range(len(model.parties)):
                beyond = side * (model.position[..., i, k] - level) > _slack(model, issue)
                away = away + np.where(beyond, model.weight[..., i, k], 0 * away)
            excess = np.max(away / model.weight[..., k].sum(axis=-1)) - Fraction(1, 2)
            if excess > worst:
                worst, witness = excess, f"levels {words} it on {issue.name}"
    least = 0 if model.is_exact else tolerance.WEIGHT_SUM
    return Evidence(bool(worst <= least), worst, "weight against it beyond one half", witness)


def _slack(model: SpatialModel, issue: Any) -> Any:
    return 0 if model.is_exact else tolerance.UTILITY * float(issue.width)


@median.explained_by
def explain(model: SpatialModel) -> str:
    """Worked steps: positions in order with cumulated weight, in Markdown.

    >>> from negotiate.spatial.positions import model
    >>> print(explain(model({"a": {"p": 10}, "b": {"p": 30}, "c": {"p": 90}})))
    **p.** Half of the weight is 1.5.
    <BLANKLINE>
    | level | party | weight | cumulated |
    |---|---|---|---|
    | 10 | a | 1 | 1 |
    | 30 | b | 1 | 2 |
    | 90 | c | 1 | 3 |
    <BLANKLINE>
    The half is reached at 30.
    """
    out = []
    low, _ = weighted_median(model.position, model.weight)
    for k, issue in enumerate(model.issues):
        rows = sorted(
            (float(model.position[i, k]), party, float(model.weight[i, k]))
            for i, party in enumerate(model.parties)
            if model.has[i, k]
        )
        half = sum(w for _, _, w in rows) / 2
        lines = [
            f"**{issue.name}.** Half of the weight is {half:.4g}.",
            "",
            "| level | party | weight | cumulated |",
            "|---|---|---|---|",
        ]
        run = 0.0
        for level, party, weight in rows:
            run += weight
            lines.append(f"| {level:.4g} | {party} | {weight:.4g} | {run:.4g} |")
        lines += ["", f"The half is reached at {float(low[k]):.4g}."]
        out.append("\n".join(lines))
    return "\n\n".join(out)
