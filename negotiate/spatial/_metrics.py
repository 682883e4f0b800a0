"""What a sweep can read off a forecast: the level of each issue, errors, what parties lose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.declare import Metric
from negotiate.errors import InputError
from negotiate.solution import Solution


def issues_of(case: Any) -> tuple[str, ...]:
    """Issues that a case's spatial model has: those of its file, or the case's intervals."""
    held = case.case.model.get("spatial", {})
    if "issue" in held:
        return tuple(row["name"] for row in held["issue"])
    return tuple(name for name, issue in case.issues.items() if issue.is_interval)


def _level(found: Solution, names: Mapping[str, str]) -> Any:
    return found[0].terms[names["name"]]


def _error(found: Solution, names: Mapping[str, str]) -> Any:
    model = found.form
    errors = [
        np.abs(_float(found[0].terms[issue.name]) - float(issue.outcome)) / float(issue.width)
        for issue in model.issues
        if issue.outcome is not None
    ]
    if not errors:
        raise InputError(
            "no outcome is known",
            where="error",
            remedy="give `outcome`, or sign a deal of the case",
        )
    return 100 * sum(errors) / len(errors)


def _float(value: Any) -> Any:
    return np.asarray(value, dtype=float)


def _payoff(found: Solution, names: Mapping[str, str]) -> Any:
    return found[0].payoffs[names["party"]]


METRICS = (
    Metric(
        "level.<name>",
        "position",
        "level that is forecast for the issue, on its own scale",
        words="forecast of {name}",
        read=_level,
        choices=issues_of,
    ),
    Metric(
        "error",
        "percent",
        "mean distance of the forecast from the outcomes that are known, in percent of the scales",
        words="error of the forecast",
        read=_error,
    ),
    Metric(
        "payoff.<party>",
        "payoff",
        "minus the sum of salience times distance from the party's positions, in shares of scales",
        words="what the forecast costs {party}, salience times distance",
        read=_payoff,
    ),
)
"""Metrics of every forecast."""
