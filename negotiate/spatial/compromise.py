r"""The compromise: the mean of the positions, weighted by salience and capability.

.. math:: y_k = \frac{\sum_i s_{ik} c_{ik} x_{ik}}{\sum_i s_{ik} c_{ik}}

Van den Bos (1991) called it the compromise model; in tests on decisions of the European Union no
model has done clearly better (Thomson, Stokman, Achen and König, eds., 2006).

Why it should work is Achen's argument (2006, "Institutional realism and bargaining models", ch. 4
of the same book): where all parties lose much if talks fail, the Nash bargaining solution is close
to it. Let a party's gain over failure be :math:`g_i(y) = D - s_i (y - x_i)^2` (distances as shares
of the scale, D what an agreement as such is worth) and its bargaining power :math:`c_i`. The
weighted Nash solution maximises :math:`\sum_i c_i \ln g_i`, so that

.. math:: \sum_i \frac{c_i s_i}{g_i(y)}\,(x_i - y) = 0,

a weighted mean with weights :math:`c_i s_i / g_i`. As D grows all :math:`g_i / D \to 1` and it
tends to the compromise; the gap is of order 1/D. `nash` gives the solution at any D, so that the
quality of the approximation can be seen instead of believed. D must exceed every feasible loss.

>>> from negotiate.spatial.positions import model
>>> m = model({"a": {"p": 0}, "b": {"p": 100}}, salience={"a": 1, "b": "0.5"}, capability=1)
>>> compromise(m)[0].terms
{'p': Fraction(100, 3)}
>>> [round(float(nash(m, stake=stake)[0].terms["p"]), 2) for stake in (1.1, 2, 10, 1000)]
[35.36, 34.5, 33.58, 33.34]
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import forecast, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic.aggregate import weighted_mean
from negotiate.spatial.positions import SpatialModel

HALVINGS = 60
"""Bisections of an interval of length one: past the precision of a float."""


@concept(
    "compromise",
    title="Compromise: the mean weighted by salience and capability",
    short="compromise",
    games=("spatial",),
    field="rational",
    metrics=METRICS,
)
def compromise(model: SpatialModel) -> Solution:
    """The weighted mean of the positions on every issue.

    Parameters
    ----------
    model
        Positions, saliences, capabilities.

    Returns
    -------
    Solution
        One point with the level of each issue; exact where the model is.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> compromise(model({"a": {"p": 20}, "b": {"p": 60}}, capability={"a": 3, "b": 1}))[0].terms
    {'p': Fraction(30, 1)}
    """
    levels = weighted_mean(model.position, model.weight)
    return forecast(model, "compromise", terms_of(model, levels), exact=model.is_exact)


@compromise.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the pulls of all parties, weight times distance, cancel on every issue.

    The largest resultant pull is given as a share of the issue's weight times its scale.
    """
    worst, witness = Fraction(0), ""
    for k, issue in enumerate(model.issues):
        pull: Any = 0
        for i in range(len(model.parties)):
            if model.has[i, k]:
                pull = pull + model.salience[..., i, k] * model.capability[..., i, k] * (
                    model.position[..., i, k] - point.terms[issue.name]
                )
        size = np.max(np.abs(pull / model.weight[..., k].sum(axis=-1))) / issue.width
        if size > worst:
            worst, witness = size, f"issue {issue.name}"
    least = 0 if model.is_exact else tolerance.UTILITY
    return Evidence(bool(worst <= least), worst, "resultant pull, share of the scale", witness)


@concept(
    "spatial_nash",
    title="Nash bargaining solution with quadratic losses, issue by issue",
    short="Nash (spatial)",
    games=("spatial",),
    field="algebraic",
    metrics=METRICS,
)
def nash(model: SpatialModel, *, stake: float = 2.0) -> Solution:
    """The weighted Nash bargaining solution, issue by issue, with quadratic losses.

    Parameters
    ----------
    model
        Positions, saliences, capabilities.
    stake
        D, what agreement as such is worth to each party, in units of a loss at full salience over
        the whole scale. At 1 a party with salience 1 that gets the other end of the scale is as
        well off as without agreement.

    Returns
    -------
    Solution
        One point; ``facts`` hold the distance from the compromise on each issue.

    Raises
    ------
    InputError
        Where a stake does not cover the greatest loss between the extreme positions.
    """
    x = np.where(model.has, model.share, 0.0)
    s = np.where(model.has, model.salience.astype(float), 0.0)
    c = np.where(model.has, model.capability.astype(float), 0.0)
    low = np.where(model.has, x, np.inf).min(axis=-2)
    high = np.where(model.has, x, -np.inf).max(axis=-2)
    worst = (s * np.maximum((x - low[..., None, :]) ** 2, (x - high[..., None, :]) ** 2)).max()
    if not stake > worst:
        raise InputError(
            f"a stake of {stake:g}",
            where="nash",
            allowed=f"above {worst:.6g}, the greatest loss between the extreme positions",
            remedy="with less some parties would rather have no agreement at some levels",
        )
    lower, upper = low, high
    for _ in range(HALVINGS):
        y = (lower + upper) / 2
        up = _slope(x, s, c, stake, y) > 0
        lower, upper = np.where(up, y, lower), np.where(up, upper, y)
    y = (lower + upper) / 2
    terms = terms_of(model, model.levels(y))
    mean = model.levels(weighted_mean(x, s * c))
    gap = np.abs(model.levels(y) - mean)
    return forecast(
        model,
        "spatial_nash",
        terms,
        exact=False,
        facts={"from_compromise": terms_of(model, gap)},
        settings={"stake": stake, "losses": "quadratic", "issues": "one by one"},
    )


def _slope(x: Any, s: Any, c: Any, stake: float, y: Any) -> Any:
    """Half the derivative of the log of the Nash product."""
    away = x - y[..., None, :]
    return (c * s * away / (stake - s * away**2)).sum(axis=-2)


@nash.checked_by
def nash_holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether no other level within the positions has a larger Nash product.

    The product is concave in logs between the extreme positions, so the two neighbours at a
    distance of a thousandth of the scale decide; the greatest gain in the log is given.
    """
    best, witness = 0.0, ""
    stake = float(point.facts["settings"]["stake"])
    for k, issue in enumerate(model.issues):
        here = (np.asarray(point.terms[issue.name], float) - model.low[k]) / model.width[k]
        x = np.where(model.has[:, k], model.share[..., k], np.nan)
        s, c = (a[..., k].astype(float) for a in (model.salience, model.capability))
        low, high = np.nanmin(x, axis=-1), np.nanmax(x, axis=-1)

        def product(y: Any, x: Any = x, s: Any = s, c: Any = c) -> Any:
            gain = stake - s * (x - y[..., None]) ** 2
            return np.nansum(c * np.log(gain), axis=-1)

        for step in (-1e-3, 1e-3):
            there = np.clip(here + step, low, high)
            gain = float(np.max(product(there) - product(here)))
            if gain > best:
                best, witness = gain, f"issue {issue.name}"
    return Evidence(best <= tolerance.AGREEMENT, best, "gain in the log of the product", witness)


@compromise.explained_by
def explain(model: SpatialModel) -> str:
    r"""Worked steps of the compromise, in Markdown with TeX.

    >>> from negotiate.spatial.positions import model
    >>> print(explain(model({"a": {"p": 20}, "b": {"p": 60}}, capability={"a": 3, "b": 1})))
    **p.** Weights $w_i = s_i c_i$: a 3, b 1; sum 4.
    <BLANKLINE>
    $$y = \frac{3 \cdot 20 + 1 \cdot 60}{4} = \frac{120}{4} = 30$$
    """
    out = []
    for k, issue in enumerate(model.issues):
        rows = [
            (party, float(model.weight[i, k]), float(model.position[i, k]))
            for i, party in enumerate(model.parties)
            if model.has[i, k]
        ]
        total = sum(w for _, w, _ in rows)
        pulled = sum(w * x for _, w, x in rows)
        weights = ", ".join(f"{party} {w:.4g}" for party, w, _ in rows)
        products = " + ".join(rf"{w:.4g} \cdot {x:.4g}" for _, w, x in rows)
        out.append(
            f"**{issue.name}.** Weights $w_i = s_i c_i$: {weights}; sum {total:.4g}.\n\n"
            rf"$$y = \frac{{{products}}}{{{total:.4g}}} = \frac{{{pulled:.6g}}}{{{total:.4g}}}"
            f" = {pulled / total:.6g}$$"
        )
    return "\n\n".join(out)
