"""A repeated game: minmax payoffs and patience, and the payoffs that patience can sustain."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import facts as _facts
from negotiate.drawing.plot import below, x_axis, y_axis
from negotiate.drawing.svg import WIDTH, Canvas, Scale, padded
from negotiate.drawing.text import clean, number
from negotiate.dynamic.arithmetic.abreu_sannikov import hull, payoff_set


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    out: dict[str, Any] = {}
    low = form.pure_minmax()
    for player in form.players:
        out[f"discount factor of {player}"] = form.discount[player]
        out[f"pure minmax of {player}"] = low[player]
    return out


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text("Repeated game", facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html("Repeated game", facts(form))


def figure(form: Any) -> str:
    """Average payoffs of two players: all that is feasible, and what equilibria sustain.

    The sustained set is Abreu and Sannikov's, at the lowest of the discount factors.
    """
    first, second = form.players
    stage = form.stage.floats()
    tables = [stage.table(p) for p in form.players]
    cells = list(zip(tables[0].ravel().tolist(), tables[1].ravel().tolist(), strict=True))
    delta = float(min(form.discount.values()))
    held = payoff_set(tuple(t.tolist() for t in tables), delta).vertices
    names = [
        ", ".join((r, c))
        for r in form.stage.strategies[first]
        for c in form.stage.strategies[second]
    ]
    left, right, top, bottom = 86.0, WIDTH - 30, 36.0, 380.0
    sx = Scale(*padded(min(x for x, _ in cells), max(x for x, _ in cells), 0.08), left, right)
    sy = Scale(*padded(min(y for _, y in cells), max(y for _, y in cells), 0.08), bottom, top)
    label = f"average payoff of {clean(first)} per period"
    board = Canvas(
        WIDTH,
        bottom + below(label, right - left),
        title=f"Payoffs sustained at a discount factor of {number(delta)}",
        desc="; ".join(f"({number(x)}, {number(y)})" for x, y in held)
        or "no equilibrium in pure strategies",
    )
    board.text(16, 22, board.title, bold=True)
    x_axis(board, sx, bottom, label, grid_to=top)
    y_axis(board, sy, left, f"average payoff of {clean(second)} per period", grid_to=right)
    board.polyline([(sx(x), sy(y)) for x, y in hull(cells)], fill="wash", stroke="rule", width=1)
    if len(held) > 1:
        board.polyline([(sx(x), sy(y)) for x, y in held], fill="sky", stroke="blue", opacity=0.55)
    for x, y in held:
        board.circle(sx(x), sy(y), 3.5, fill="blue")
    for (x, y), name in zip(cells, names, strict=True):
        end = sx(x) > (left + right) / 2
        board.marker(sx(x), sy(y), "ring", colour="ink", size=4)
        board.text(
            sx(x) + (-9 if end else 9),
            sy(y) - 8,
            clean(name),
            size=11,
            anchor="end" if end else "start",
            halo=True,
        )
    return board.render()
