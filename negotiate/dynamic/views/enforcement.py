"""Enforcement of a deal: patience against the patience it takes, one row a party."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import facts as _facts
from negotiate.drawing.plot import below, x_axis
from negotiate.drawing.svg import WIDTH, Canvas, Scale
from negotiate.drawing.text import clean, number
from negotiate.dynamic.enforcement import evaluate_game

_ROW = 54.0
_WORDS = {
    "critical_discount": "critical discount factor of the deal",
    "patience": "discount factor minus the critical one, the smaller",
    "margin": "margin of keeping the deal, stakes per period, the smaller",
}
_BY_PARTY = {
    "critical_discount": "critical discount factor of {}",
    "patience": "discount factor minus the critical one, {}",
    "margin": "margin of keeping the deal, {}, stakes per period",
    "deterrence": "deterrence of {}: loss times chance of alarm per unit of temptation",
    "value": "worth of the kept deal to {} above suspension, stakes per period",
    "punisher_margin": "margin of using its own levers, {}, stakes per period",
    "weakest_clause": "weakest clause for {}",
    "clause_margin": "margin of the clause {}, stakes per period",
}


def facts(form: Any) -> dict[str, Any]:
    """The rows shown, in words."""
    out: dict[str, Any] = {}
    for name, value in evaluate_game(form, []).items():
        head, _, tail = name.partition(".")
        if name == "weakest_clause":
            words = "weakest clause of the deal"
        else:
            words = _BY_PARTY[head].format(tail) if tail else _WORDS[name]
        out[words] = _labels(value) if value.dtype.kind == "U" else value
    return out


def _labels(value: Any) -> str:
    """A label, or over draws how often each occurs."""
    if value.ndim == 0:
        return str(value)
    names, counts = np.unique(value, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return ", ".join(f"{names[k]} in {100 * counts[k] / value.size:.0f} %" for k in order[:4])


def title(form: Any) -> str:
    """What the table is of."""
    return f"Enforcement: {form.punishment.name}"


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html(title(form), facts(form))


def figure(form: Any) -> str:
    """Discount factor of each party beside the one from which it keeps the deal.

    Over draws, the median and the range from the 5 % to the 95 % point; what is above one is drawn
    at the right edge: no patience is enough there.
    """
    rows = [
        (p, _spread(form.discount[..., i]), _spread(form.critical()[..., i]))
        for i, p in enumerate(form.players)
    ]
    label = "discount factor per period (1 is full weight on the next period)"
    bottom = 40 + _ROW * len(rows)
    board = Canvas(
        WIDTH,
        bottom + below(label, 420),
        title=title(form),
        desc="; ".join(
            f"{clean(p)}: patience {number(own[1])}, needed {number(need[1])}"
            for p, own, need in rows
        )
        + ".",
    )
    board.text(16, 22, title(form)[0].upper() + title(form)[1:], bold=True)
    scale = Scale(0.0, 1.0, 150, WIDTH - 100)
    x_axis(board, scale, bottom, label, grid_to=36)
    for k, (party, own, need) in enumerate(rows):
        middle = 40 + _ROW * (k + 0.5)
        board.text(140, middle + 4, clean(party), anchor="end")
        for (low, at, high), colour, shape, shift, words in (
            (need, "vermilion", "diamond", -9, "needed"),
            (own, "blue", "circle", 9, "patience"),
        ):
            edge = [scale(min(v, 1.0)) for v in (low, at, high)]
            board.line(edge[0], middle + shift, edge[2], middle + shift, stroke=colour, width=3)
            board.marker(edge[1], middle + shift, shape, colour=colour)
            value = f"{words} {number(at)}" if np.isfinite(at) else "none is enough"
            board.text(WIDTH - 90, middle + shift + 4, value, size=11, fill="soft")
    return board.render()


def _spread(values: Any) -> tuple[float, float, float]:
    array = np.array([float(v) for v in np.asarray(values).reshape(-1)])
    if array.size == 1:
        return float(array[0]), float(array[0]), float(array[0])
    low, middle, high = np.quantile(np.minimum(array, 1e9), [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)
