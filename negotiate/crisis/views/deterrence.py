"""Deterrence as a plane: which equilibria exist by the credibility of both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.crisis_regions import regions

text = parametric.text


def html(form: Any) -> str:
    """Numbers, metrics, and the plane of one problem."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def _drawn(form: Any) -> bool:
    return any(
        getattr(x, "ndim", 0)
        for value in form.numbers().values()
        for x in (value if isinstance(value, tuple) else (value,))
    )


def figure(form: Any) -> str:
    """Regions of the unilateral game; margins of the mutual one."""
    if _drawn(form) or not hasattr(form, "pr_defender_hard"):
        return parametric.figure(form)
    return equilibrium_regions(form)


def equilibrium_regions(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Every equilibrium in the plane of the chances that Challenger and Defender are hard."""
    a, b = names or form.players

    return regions(
        lambda challenger, defender: replace(
            form, pr_challenger_hard=challenger, pr_defender_hard=defender
        ).existence(),
        (0.0, 1.0),
        (0.0, 1.0),
        x_label=f"chance that {a}, which may challenge, would rather fight than give way",
        y_label=f"chance that {b} would rather fight",
        at=(float(form.pr_challenger_hard), float(form.pr_defender_hard)),
    )
