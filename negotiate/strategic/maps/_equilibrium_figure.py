"""Equilibria along one quantity, drawn: a panel a player, a line an equilibrium.

A player with two strategies is shown by the probability of the first, others by their payoff. A
continuum of equilibria at a critical value is a vertical bar; along a whole cell it is a band.
"""

from __future__ import annotations

import math
from typing import Any

from negotiate.drawing.plot import below, spread, x_axis, y_axis
from negotiate.drawing.svg import (
    DASHES,
    SERIES,
    WIDTH,
    Canvas,
    Scale,
    padded,
    text_width,
    wrap,
)
from negotiate.drawing.text import MINUS, clean, number

MAX_LINES = 12
"""Equilibria named in the key; further ones are drawn in grey."""
STEPS = 64
_LEFT, _RIGHT, _TALL = 72.0, WIDTH - 16.0, 150.0


def letter(k: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    return (letter(k // 26 - 1) if k >= 26 else "") + chr(65 + k % 26)


def window(item: Any) -> tuple[float, float]:
    """Range drawn: infinite ends are cut a little beyond the outermost critical values."""
    cuts = [float(c.value) for c in item.critical]
    cuts += [float(v) for v in (item.low, item.high, item.base) if v is not None]
    low, high = (min(cuts), max(cuts)) if cuts else (-1.0, 1.0)
    pad = 0.25 * (high - low) or max(1.0, abs(low) * 0.5)
    return (
        float(item.low) if item.low is not None else low - pad,
        float(item.high) if item.high is not None else high + pad,
    )


def figure(item: Any, title: str, told: str) -> str:
    """The figure as SVG."""
    start, stop = window(item)
    labels = list(dict.fromkeys(p.label for c in item.cells for p in c.equilibria))
    named = labels[:MAX_LINES]
    key_rows = [wrap(clean(label), 270, 12, lines=1)[0] for label in named]
    key = 14.0 + 18 * math.ceil(len(key_rows) / 2) + (18 if len(labels) > len(named) else 0)
    cuts = sorted(float(c.value) for c in item.critical if start <= float(c.value) <= stop)
    top = key + 34
    panels = [(top + k * (_TALL + 34), player) for k, player in enumerate(item.players)]
    bottom = panels[-1][0] + _TALL
    unit = f" ({clean(item.unit)})" if item.unit else ""
    quantity = f"{clean(item.name)}{unit}"
    cut_room = 18.0 if cuts else 0.0
    board = Canvas(
        WIDTH, bottom + cut_room + below(quantity, _RIGHT - _LEFT), title=title, desc=told
    )
    sx = Scale(start, stop, _LEFT, _RIGHT)
    for k, label in enumerate(key_rows):
        x, y = 24.0 + 300 * (k % 2), 14.0 + 18 * (k // 2)
        board.line(x, y - 4, x + 26, y - 4, stroke=_colour(k), width=2.4, dash=_dash(k))
        board.text(x + 33, y, label, size=12)
    if len(labels) > len(named):
        board.text(
            24,
            key - 4,
            f"{len(labels) - len(named)} further equilibria in grey",
            size=12,
            fill="soft",
        )
    _bands(board, item, sx, cuts, start, stop, top, bottom)
    for y, player in panels:
        _panel(board, item, player, sx, y, start, stop, named)
    if item.base is not None and start <= float(item.base) <= stop:
        at = sx(float(item.base))
        board.line(at, top - 5, at, bottom, stroke="ink", width=1.4, dash="1 3")
        board.text(
            at, bottom - 5, "base", size=11, anchor="middle", halo=True, fill="soft", italic=True
        )
    _cut_labels(board, cuts, sx, bottom)
    x_axis(board, sx, bottom + cut_room, quantity)
    return board.render()


def _colour(k: int) -> str:
    return SERIES[k % len(SERIES)]


def _dash(k: int) -> str:
    return DASHES[(k // len(SERIES)) % len(DASHES)]


def _bands(
    board: Canvas,
    item: Any,
    sx: Scale,
    cuts: list[float],
    start: float,
    stop: float,
    top: float,
    bottom: float,
) -> None:
    """Cells in turn washed, with their letter and number of equilibria."""
    for k, cell in enumerate(item.cells):
        low = start if cell.low is None else max(start, float(cell.low))
        high = stop if cell.high is None else min(stop, float(cell.high))
        if high <= low:
            continue
        a, b = sx(low), sx(high)
        if k % 2 == 0:
            board.rect(a, top, b - a, bottom - top, fill="wash")
        name = f"{letter(k)}: {len(cell.equilibria)}"
        if b - a > text_width(name, 12) + 4:
            board.text((a + b) / 2, top - 10, name, size=12, anchor="middle", bold=True)
        elif b - a > text_width(letter(k), 12) + 2:
            board.text((a + b) / 2, top - 10, letter(k), size=12, anchor="middle", bold=True)
    for cut in cuts:
        board.line(sx(cut), top, sx(cut), bottom, stroke="rule", width=0.8)


def _panel(
    board: Canvas,
    item: Any,
    player: str,
    sx: Scale,
    top: float,
    start: float,
    stop: float,
    named: list[str],
) -> None:
    strategies = item.strategies[player]
    share = len(strategies) == 2

    def reading(point: Any) -> Any:
        return point.strategies[player][strategies[0]] if share else point.payoffs[player]

    lines = []
    for cell in item.cells:
        low = start if cell.low is None else max(start, float(cell.low))
        high = stop if cell.high is None else min(stop, float(cell.high))
        if high <= low:
            continue
        xs = [
            low + (high - low) * (k + 0.5 * (k == 0) - 0.5 * (k == STEPS)) / STEPS
            for k in range(STEPS + 1)
        ]
        curves = [[_value(reading(p), x) for x in xs] for p in cell.equilibria]
        lines.append((cell, xs, curves))
    bars = []
    for item_ in item.critical:
        at = float(item_.value)
        if start <= at <= stop:
            for group in item_.components:
                values = [float(reading(item_.equilibria[k])) for k in group]
                bars.append((at, min(values), max(values), len(group)))
    every = [v for _, _, curves in lines for c in curves for v in c]
    every += [v for _, low, high, _ in bars for v in (low, high)]
    low, high = (0.0, 1.0) if share else padded(min(every), max(every), 0.06)
    if share:
        low, high = -0.04, 1.04
    sy = Scale(low, high, top + _TALL, top)
    label = f"{clean(player)}: P({clean(strategies[0])})" if share else f"{clean(player)}: payoff"
    y_axis(board, sy, _LEFT, wrap(label, _TALL, 13, lines=1)[0], grid_to=_RIGHT)
    for cell, xs, curves in lines:
        for group in cell.components:
            if len(group) > 1:
                upper = [(sx(x), sy(max(curves[k][i] for k in group))) for i, x in enumerate(xs)]
                lower = [(sx(x), sy(min(curves[k][i] for k in group))) for i, x in enumerate(xs)]
                board.polyline([*upper, *lower[::-1]], stroke=None, fill="sky", opacity=0.22)
        for point, curve in zip(cell.equilibria, curves):
            known = point.label in named
            k = named.index(point.label) if known else 0
            board.polyline(
                [(sx(x), sy(v)) for x, v in zip(xs, curve)],
                stroke=_colour(k) if known else "rule",
                width=2.2 if known else 1,
                dash=_dash(k) if known else "",
            )
    for at, a, b, count in bars:
        if count > 1:
            board.line(sx(at), sy(a), sx(at), sy(b), stroke="ink", width=3.4)
        for v in {a, b}:
            board.circle(sx(at), sy(v), 3, fill="ink", stroke="paper")


def _value(value: Any, x: float) -> float:
    return float(value(x)) if callable(value) else float(value)


def _cut_labels(board: Canvas, cuts: list[float], sx: Scale, bottom: float) -> None:
    """Decimals of the critical values under the panels, kept apart, left out where too many."""
    if not cuts:
        return
    texts = [number(cut).replace("-", MINUS) for cut in cuts]
    widest = max(text_width(text, 11) for text in texts)
    if len(cuts) * (widest + 8) > _RIGHT - _LEFT:
        board.text(
            _LEFT,
            bottom + 14,
            f"{len(cuts)} critical values, listed in the table",
            size=11,
            fill="soft",
        )
        return
    places = spread([sx(cut) for cut in cuts], widest + 8, _LEFT + widest / 2, _RIGHT - widest / 2)
    for cut, at, text in zip(cuts, places, texts):
        board.line(sx(cut), bottom, at, bottom + 5, stroke="soft", width=0.7)
        board.text(at, bottom + 15, text, size=11, anchor="middle")
