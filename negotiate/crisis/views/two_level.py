"""Two-level games as pictures: the win-sets of both sides, their overlap, where they settle."""

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
    """Win-sets where both minima are known; the offer where one is not."""
    if _drawn(form):
        return parametric.figure(form)
    return win_sets(form) if hasattr(form, "ratify_a") else uncertain(form)


def win_sets(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Win-set of each side, what both can ratify, and the shares with and without ratifiers."""
    a, b = names or form.players
    low, high = float(form.low), float(form.high)
    marks = [(float(form.unconstrained), "without ratifiers")]
    share = form.share
    if share is not None and share == share:
        marks.append((float(share), "settled at"))
    return share_bar(
        [
            (f"{a} can ratify", low, max(1.0, low)),
            (f"{b} can ratify", min(0.0, high), high),
            ("both can", low, high),
        ],
        marks,
        who=a,
        other=b,
        what="share of the prize",
    )


def schelling(form: Any, *, names: tuple[str, str] | None = None) -> str:
    """Share of A against its own ratification minimum: Schelling's conjecture and its end."""
    from dataclasses import replace

    a, _ = names or form.players
    minima = np.linspace(0, 1.1, 221)
    share = np.asarray(replace(form, ratify_a=minima).share, dtype=float)
    return figures.curve(
        minima.tolist(),
        {f"share of {a}": share.tolist()},
        x_label=f"least share that {a} can ratify at home",
        y_label=f"share of {a}",
        base=float(form.ratify_a),
        marks=[(float(form.unconstrained), "binds"), (float(form.high), "no deal beyond")],
    )


def uncertain(form: Any) -> str:
    """Payoff of the proposer against its offer, with the chance of rejection."""
    offer = np.linspace(float(form.low), float(form.high), 121)
    passed = (offer - float(form.low)) / (float(form.high) - float(form.low))
    a, b = form.players
    worth = passed * (1 - offer) + (1 - passed) * float(form.disagreement_b)
    return figures.curve(
        offer.tolist(),
        {f"expected share of {b}": worth.tolist(), "chance of rejection": (1 - passed).tolist()},
        x_label=f"share offered to {a}, whose ratifiers are not known",
        y_label="share, probability",
        marks=[(float(form.offer), "offer")],
    )
