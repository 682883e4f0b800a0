"""A Markov chain as a drawing: states on a ring, arrows as wide as the chance they carry."""

from __future__ import annotations

import math
from collections.abc import Sequence

from negotiate.drawing.svg import WIDTH, Canvas, wrap
from negotiate.drawing.text import number
from negotiate.tolerance import PROBABILITY

_RADIUS = 34.0


def figure(
    states: Sequence[str],
    chances: Sequence[Sequence[float]],
    *,
    start: str,
    absorbing: Sequence[str] = (),
    title: str,
    numbers: bool = True,
    notes: Sequence[Sequence[str]] = (),
) -> str:
    """Draw the chain; ``notes`` are lines under each state, such as what is chosen there."""
    count = len(states)
    wide = max(150.0, 58.0 * count / 2)
    height = 2 * wide + 190 if count > 2 else 250
    board = Canvas(
        WIDTH,
        height,
        title=title,
        desc="; ".join(
            f"from {s}: "
            + ", ".join(
                f"{t} {number(p)}" for t, p in zip(states, row, strict=True) if p > PROBABILITY
            )
            for s, row in zip(states, chances, strict=True)
        ),
    )
    cx, cy = WIDTH / 2, height / 2 + 12
    rx, ry = min(wide * 1.45, WIDTH / 2 - 90), (wide if count > 2 else 0)
    places = [
        (cx - rx * math.cos(2 * math.pi * k / count), cy - ry * math.sin(2 * math.pi * k / count))
        for k in range(count)
    ]
    board.text(16, 24, title, bold=True)
    for a in range(count):
        for b in range(count):
            chance = float(chances[a][b])
            if a != b and chance > PROBABILITY:
                _arrow(board, places[a], places[b], chance, numbers)
    for k, (state, (x, y)) in enumerate(zip(states, places, strict=True)):
        ends = state in absorbing
        board.circle(
            x,
            y,
            _RADIUS,
            fill="wash" if not ends else "grid",
            stroke="blue" if state == start else "ink",
            line=2.5 if state == start else 1,
        )
        lines = wrap(state, 2 * _RADIUS - 8, 11, lines=3)
        for n, line in enumerate(lines):
            board.text(x, y + 4 + 12 * (n - (len(lines) - 1) / 2), line, size=11, anchor="middle")
        stays = float(chances[k][k])
        under = list(notes[k]) if notes else []
        if numbers and stays > PROBABILITY and not ends:
            under.insert(0, f"stays {number(stays)}")
        # words stand outside the ring, where no arrow runs
        above = count > 2 and y < cy - ry / 4
        first = y - _RADIUS - 8 - 13 * (len(under) - 1) if above else y + _RADIUS + 14
        for n, line in enumerate(under):
            board.text(
                x,
                first + 13 * n,
                line,
                size=10.5,
                anchor="middle",
                halo=True,
                italic=not line.startswith("stays"),
                fill="soft",
            )
    return board.render()


def _arrow(
    board: Canvas, start: tuple[float, float], end: tuple[float, float], chance: float, shown: bool
) -> None:
    """An arc bent to the left of its direction, so that there and back stay apart."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bend = 22.0
    mx, my = (x0 + x1) / 2 + bend * uy, (y0 + y1) / 2 - bend * ux
    ax, ay = _toward((x0, y0), (mx, my))
    bx, by = _toward((x1, y1), (mx, my))
    width = 0.8 + 4.2 * math.sqrt(chance) if shown else 1.2
    board.curve(
        f"M {ax:.1f} {ay:.1f} Q {mx:.1f} {my:.1f} {bx:.1f} {by:.1f}", stroke="rule", width=width
    )
    angle = math.atan2(by - my, bx - mx)
    size = 5 + width
    board.polyline(
        [
            (bx, by),
            (bx - size * math.cos(angle - 0.4), by - size * math.sin(angle - 0.4)),
            (bx - size * math.cos(angle + 0.4), by - size * math.sin(angle + 0.4)),
        ],
        fill="rule",
        stroke=None,
    )
    if shown:
        share = 0.42  # nearer the tail, where arrows that cross the middle are still apart
        lx = (1 - share) ** 2 * ax + 2 * share * (1 - share) * mx + share**2 * bx
        ly = (1 - share) ** 2 * ay + 2 * share * (1 - share) * my + share**2 * by
        text = number(chance)
        board.text(lx, ly + 4, text, size=11, anchor="middle", halo=True)


def _toward(point: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The rim of a state's circle on the way to another point."""
    gap = math.hypot(other[0] - point[0], other[1] - point[1]) or 1.0
    share = (_RADIUS + 2) / gap
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share
