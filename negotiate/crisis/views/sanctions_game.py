"""Sanctions as curves: what threats and imposed sanctions win, by the credibility of the threat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate.drawing import figures
from negotiate.drawing import parametric_view as parametric

text = parametric.text


def _drawn(form: Any) -> bool:
    return any(getattr(x, "ndim", 0) for x in form.numbers().values())


def html(form: Any) -> str:
    """Numbers, metrics, and the picture of one problem."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def figure(form: Any) -> str:
    """Success of both stages by credibility; other forms of the file show their metrics."""
    if _drawn(form) or not hasattr(form, "remaining"):
        return parametric.figure(form)
    return by_credibility(form)


def by_credibility(form: Any) -> str:
    """Success of the threat and of imposed sanctions against the credibility of the threat."""
    grid = np.linspace(0.0, 0.999, 181)
    plain = {k: float(v) for k, v in form.numbers().items() if not isinstance(v, tuple)}
    drawn = replace(form, **(plain | {"credibility": grid}))
    return figures.curve(
        grid.tolist(),
        {
            "the threat works": np.broadcast_to(drawn.threat_success, grid.shape).tolist(),
            "works once imposed": np.broadcast_to(drawn.imposed_success, grid.shape).tolist(),
        },
        x_label="credibility of the threat (probability)",
        y_label="probability of a concession",
        base=float(form.credibility) if float(form.credibility) < 1 else None,
    )
