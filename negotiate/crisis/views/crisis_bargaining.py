"""Crisis bargaining as pictures: bargaining range, risk against return, the screening demand."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import figures
from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.crisis_regions import share_bar

text = parametric.text


def html(form: Any) -> str:
    """Numbers, metrics, and the picture of one problem."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def _drawn(form: Any) -> bool:
    return any(getattr(x, "ndim", 0) for x in form.numbers().values())


def figure(form: Any) -> str:
    """The range, the risk-return curve, or the value of both demands by the chance of weakness."""
    if _drawn(form):
        return parametric.figure(form)
    if hasattr(form, "cost_b_high"):
        return risk_return(form)
    if hasattr(form, "cost_weak"):
        return screening(form)
    return bargaining_range(form)


def bargaining_range(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Shares better than war for both, with the chance of winning, both demands, the Nash share."""
    a, b = names or form.players
    marks = [(float(form.win_probability), "chance of winning")]
    if float(form.width) >= 0:
        marks.append((float(form.nash), "Nash"))
    return share_bar(
        [("better than war for both", float(form.low), float(form.high))]
        if float(form.width) >= 0
        else [("better than war for both", 1.0, 0.0)],
        marks,
        who=a,
        other=b,
        what="share of the prize",
    )


def risk_return(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Expected share of A, and the chance of war, against its demand."""
    a, b = names or form.players
    p, own = float(form.win_probability), float(form.cost_a)
    low, high = float(form.cost_b_low), float(form.cost_b_high)
    start, end = max(0.0, p - own - 0.05), min(1.0, p + high + 0.05)
    demand = np.unique(np.append(np.linspace(start, end, 181), np.clip([p + low, p + high], 0, 1)))
    risk = np.clip((demand - p - low) / (high - low), 0, 1)
    worth = demand * (1 - risk) + (p - own) * risk
    return figures.curve(
        demand.tolist(),
        {f"expected share of {a}": worth.tolist(), "chance of war": risk.tolist()},
        x_label=f"share that {a} demands, not knowing what war costs {b}",
        y_label="share of the prize, probability",
        marks=[(float(form.demand), "best demand"), (min(p + low, 1.0), "safe demand")],
    )


def screening(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Worth of the safe and of the risky demand by the chance that B is weak."""
    a, b = names or form.players
    chance = np.linspace(0, 1, 101)
    war = float(form.win_probability) - float(form.cost_a)
    risky = chance * float(form.risky_demand) + (1 - chance) * war
    critical = float(form.critical_pr_weak)
    return figures.curve(
        chance.tolist(),
        {
            f"demand what both accept ({float(form.safe_demand):.3f})": [float(form.safe_demand)]
            * 101,
            f"demand what only the weak accept ({float(form.risky_demand):.3f})": risky.tolist(),
        },
        x_label=f"chance that {b} is weak (war costs it much)",
        y_label=f"expected share of {a}",
        base=float(form.pr_weak),
        marks=[(critical, "risk pays")] if 0 <= critical <= 1 else [],
    )
