"""Commitment problems as curves: war now against what peace can promise, by the shift of power."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate.drawing import figures
from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.crisis_regions import share_bar

text = parametric.text


def _drawn(form: Any) -> bool:
    return any(getattr(x, "ndim", 0) for x in form.numbers().values())


def html(form: Any) -> str:
    """Numbers, metrics, and the picture of one problem."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def figure(form: Any) -> str:
    """War against peace by tomorrow's chance; the gaps that payments must bridge; else metrics."""
    if _drawn(form):
        return parametric.figure(form)
    if hasattr(form, "guarantee"):
        return shift(form)
    return whole_prize(form) if hasattr(form, "transfer_limit") else parametric.figure(form)


def shift(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Value of preventive war, and of the best peace, against A's chance of winning tomorrow."""
    a, _ = names or form.players
    grid = np.linspace(0, 1, 101)
    plain = {k: float(v) for k, v in form.numbers().items() if not isinstance(v, tuple)}
    drawn = replace(form, **(plain | {"later": grid}))
    critical = float(form.critical_later)
    return figures.curve(
        grid.tolist(),
        {
            f"war now, to {a}": np.broadcast_to(drawn.war, grid.shape).tolist(),
            "the most that peace can promise": np.broadcast_to(drawn.peace, grid.shape).tolist(),
        },
        x_label=f"chance that {a} would win a period later",
        y_label="worth, in one period's prize",
        base=float(form.later),
        marks=[(critical, "indifferent")] if float(form.cost_a) < critical <= 1 else [],
    )


def whole_prize(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """The range in which a share would have to lie, and how far payments reach from both ends."""
    a, b = names or form.players
    low, high = float(form.gap_if_b), 1 - float(form.gap_if_a)
    means = min(float(form.transfer_limit + form.linked), 1.0)
    return share_bar(
        [
            ("better than war for both", low, high),
            (f"prize to {b}, with what payments reach", 0.0, means),
            (f"prize to {a}, with what payments reach", 1.0 - means, 1.0),
        ],
        [(float(form.win_probability), "chance of winning")],
        who=a,
        other=b,
        what="share of the prize",
    )
