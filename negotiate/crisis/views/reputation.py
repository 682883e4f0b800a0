"""Reputation along a chain of crises: who challenges, and what a fight would make believed."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import figures
from negotiate.drawing import parametric_view as parametric

text = parametric.text

MOST = 400


def _single(form: Any) -> bool:
    drawn = any(getattr(x, "ndim", 0) for x in form.numbers().values())
    return not drawn and 1 < form.crises <= MOST


def html(form: Any) -> str:
    """Numbers, metrics, and the path of one problem."""
    return parametric.html(form) + (figure(form) if _single(form) else "")


def figure(form: Any) -> str:
    """Chance of a challenge and of a fight by a weak defender, and the belief that it is tough.

    The path is the one on which every challenge has met a fight.
    """
    if not _single(form):
        return parametric.figure(form)
    stages = form.play()
    return figures.curve(
        list(range(1, len(stages) + 1)),
        {
            "challenge": [float(s.challenge) for s in stages],
            "a weak defender fights": [float(s.weak_fights) for s in stages],
            "belief that it is tough": [float(s.belief) for s in stages],
        },
        x_label="crisis in the chain",
        y_label="probability",
        y_range=(-0.04, 1.04),
    )
