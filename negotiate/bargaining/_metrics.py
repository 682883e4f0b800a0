"""What can be read off every bargaining solution: utilities, gains, terms; one convention.

Where there is no bargaining zone there is no deal: a party has its disagreement payoff, gains
nothing, and no terms are agreed. So ``utility`` is d, ``gain`` is 0 and ``term`` is NaN, in one
problem and in each draw alike. Where a solution has several points (ties), the first is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.bargaining.values import floats
from negotiate.declare import Metric
from negotiate.solution import Solution


def _shape(found: Solution) -> tuple[int, ...]:
    shape: tuple[int, ...] = found.form.shape
    return shape


def without_deal(found: Solution, party: str) -> Any:
    """D of ``party`` in the problem that was solved, over its draws."""
    form = found.form
    d = floats(form.disagreement)[..., form.parties.index(party)]
    return np.broadcast_to(d, _shape(found))


def utility(found: Solution, names: Mapping[str, str]) -> Any:
    """Utility of the party at the first point; d where there is none."""
    nothing = without_deal(found, names["party"])
    if not found.points:
        return nothing
    u = floats(found.points[0].payoffs[names["party"]])
    return np.where(np.isnan(u), nothing, u)


def gain(found: Solution, names: Mapping[str, str]) -> Any:
    """Utility less d; 0 where there is no deal."""
    return utility(found, names) - without_deal(found, names["party"])


def term(found: Solution, names: Mapping[str, str]) -> Any:
    """Level of the issue, or share of the option, at the first point; NaN where there is none."""
    if not found.points or not found.points[0].terms:
        return np.full(_shape(found), np.nan)
    level = found.points[0].terms[names["issue"]]
    if "option" not in names:
        return floats(level)
    shares = level if isinstance(level, Mapping) else {level: 1.0}
    option = names["option"]
    if option in shares:
        return floats(shares[option])
    return 0.0 * sum(floats(share) for share in shares.values())  # NaN where there is no deal


SOLUTION = (
    Metric(
        "utility.<party>",
        "stake",
        "utility at the solution, stakes; the payoff of no deal where there is no bargaining zone",
        words="utility of {party} at {concept}",
        read=utility,
    ),
    Metric(
        "gain.<party>",
        "stake",
        "utility at the solution less the payoff of no deal, stakes; 0 where there is no zone",
        words="gain of {party} at {concept}",
        read=gain,
    ),
    Metric(
        "term.<issue>",
        "level",
        "level of the issue at the solution; NaN (no terms) where there is no bargaining zone",
        words="level of {issue} at {concept}",
        read=term,
    ),
    Metric(
        "term.<issue>.<option>",
        "share",
        "share of the option in the lottery over the issue's options (1: agreed for certain); NaN "
        "where there is no bargaining zone",
        words="share of {option} in {issue} at {concept}",
        read=term,
    ),
)
"""Metrics of every bargaining concept."""
