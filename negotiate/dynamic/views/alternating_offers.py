"""Alternating offers: its metrics, one a row, and its two offers on the frontier."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import facts as _facts
from negotiate.drawing import figures
from negotiate.dynamic.alternating_offers import evaluate_game, nash_limit


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    return dict(evaluate_game(form, []))


def title(form: Any) -> str:
    """What the table is of."""
    return "Alternating offers: " + " and ".join(form.players)


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Any) -> str:
    """Table for a notebook, and the picture of one problem."""
    return _facts.html(title(form), facts(form)) + ("" if _drawn(form) else figure(form))


def _drawn(form: Any) -> bool:
    return bool(form.discount.ndim > 1 or form.frontier.ndim > 2 or form.breakdown.ndim > 0)


def figure(form: Any) -> str:
    """The frontier with the offer of each side, their limit, and the worth of talking for ever.

    Over draws the means of the payoffs by who proposes, along the order of proposing.
    """
    if _drawn(form):
        paid = form.offers().payoffs
        rows = {
            who: [float(np.nanmean(paid[..., i, k])) for i in (0, 1)]
            for k, who in enumerate(form.players)
        }
        return figures.curve(
            [0.0, 1.0],
            rows,
            x_label=f"proposer: 0 {form.players[0]}, 1 {form.players[1]}",
            y_label="mean gain over no deal (stakes)",
        )
    from negotiate.dynamic.arithmetic.offers import perpetual, rejection_terms

    paid = form.offers().payoffs
    limit = nash_limit(form)
    talking = perpetual(
        *rejection_terms(form.discount, form.breakdown, form.breakdown_payoff, form.inside)
    )
    marked = {
        f"{who} proposes": tuple(float(x) for x in paid[i]) for i, who in enumerate(form.players)
    }
    if np.isfinite(limit).all():
        marked["without delay"] = tuple(float(x) for x in limit)
    finite = bool(np.isfinite(talking).all())
    return figures.frontier(
        form.frontier.tolist(),
        [float(x) for x in (talking if finite else (0.0, 0.0))],
        parties=form.players,
        solutions={name: at for name, at in marked.items() if np.isfinite(at).all()},
        unit="stakes over no deal",
    )
