"""Audience-cost crises: which equilibria exist where, and the map whose fixed points they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate.drawing import figures
from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.crisis_regions import nice, regions

text = parametric.text


def html(form: Any) -> str:
    """Numbers, metrics, and the picture of one problem."""
    drawn = any(getattr(x, "ndim", 0) for x in form.numbers().values())
    return parametric.html(form) + ("" if drawn else figure(form))


def figure(form: Any) -> str:
    """Regions for the one-sided crisis; the map whose fixed points are equilibria for the other."""
    if any(getattr(x, "ndim", 0) for x in form.numbers().values()):
        return parametric.figure(form)
    return fixed_points(form) if hasattr(form, "sigma") else equilibrium_regions(form)


def equilibrium_regions(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Every equilibrium in the plane of A's audience cost and what war costs B beyond its loss."""
    a, b = names or form.players
    plain = replace(
        form,
        **{
            key: float(value)
            for key, value in form.numbers().items()
            if not isinstance(value, tuple)
        },
    )
    reach = nice(
        max(2 * plain.audience_cost, -plain.war_a_low, 0.5 * (plain.war_a_high - plain.war_a_low))
    )
    deep = nice(max(1.6 * -plain.war_b, 1.5 * plain.loss))

    return regions(
        lambda cost, war: replace(plain, audience_cost=cost, war_b=-war).existence(),
        (0.0, reach),
        (0.0, deep),
        x_label=f"audience cost of {a} (stakes)",
        y_label=f"what fighting costs {b}, its share of the loss included (stakes)",
        at=(plain.audience_cost, -plain.war_b),
    )


def fixed_points(form: Any) -> str:
    """B's resistance as a reply to what A expects of it: equilibria lie on the diagonal."""
    grid = np.linspace(0.001, 0.999, 300)
    reply = grid + np.asarray(form.gap(grid), dtype=float)
    found = form.equilibria()
    a, b = form.players
    return figures.curve(
        grid.tolist(),
        {f"reply of {b}": reply.tolist(), "as expected": grid.tolist()},
        x_label=f"chance of resistance that {a} expects",
        y_label=f"chance that {b} then resists",
        marks=[(float(p.facts["resist"]), p.marks[0]) for p in found],
    )
