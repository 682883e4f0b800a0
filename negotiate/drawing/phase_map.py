"""The plane of two quantities, divided among the answers that hold in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from negotiate.drawing.plot import below, x_axis, y_axis
from negotiate.drawing.svg import SERIES, WIDTH, Canvas, Scale, wrap
from negotiate.drawing.text import number
from negotiate.errors import InputError

Place = tuple[float, float]
MOST = 12
"""Answers that get a letter and a tint of their own; further ones share the last."""


def phase_map(
    pieces: Iterable[tuple[int, Sequence[Place]]],
    labels: Sequence[str],
    boundary: Iterable[tuple[Place, Place]],
    *,
    x_range: Place,
    y_range: Place,
    x_label: str,
    y_label: str,
    base: Place | None = None,
) -> str:
    """Which answer holds where.

    Parameters
    ----------
    pieces
        Index of the answer and corners of each polygon, in units of the data.
    labels
        The answers.
    boundary
        Segments to draw between them.
    x_range, y_range
        Ends of the axes.
    base
        The point of the case.
    """
    if not labels:
        raise InputError("there is no answer", where="phase map", allowed="one or more")
    names = [*labels[:MOST]]
    if len(labels) > MOST:
        names[-1] = f"{len(labels) - MOST + 1} other answers"
    left, right = 72.0, WIDTH - 16.0
    columns = 2 if max(map(len, names)) > 26 else 4
    wide = (right - 24) / columns
    rows = -(-len(names) // columns)
    top = 16.0 + 30 * rows
    bottom = top + 340
    sx, sy = Scale(*x_range, left, right), Scale(*y_range, bottom, top)
    board = Canvas(
        WIDTH,
        bottom + below(x_label, right - left),
        title=f"The answer over {x_label} and {y_label}",
        desc="; ".join(f"{letter(i)}: {name}" for i, name in enumerate(names))
        + (f"; base {number(base[0])}, {number(base[1])}." if base else "."),
    )
    for i, name in enumerate(names):
        x, y = 24.0 + (i % columns) * wide, 6.0 + 30 * (i // columns)
        _swatch(board, x, y, i)
        for index, line in enumerate(wrap(name, wide - 34, 12)):
            board.text(x + 24, y + 13 + 13 * index, line, size=12)
    x_axis(board, sx, bottom, x_label)
    y_axis(board, sy, left, y_label)
    weights: dict[int, tuple[float, float, float]] = {}
    # the first answer is the ground, so that the joints of its polygons do not show
    board.rect(left, top, right - left, bottom - top, fill=SERIES[0], opacity=_tint(0))
    for label, corners in pieces:
        i = min(label, MOST - 1)
        places = [(sx(a), sy(b)) for a, b in corners]
        if i:
            board.polyline(places, fill="paper", stroke=None)
            board.polyline(places, fill=SERIES[i % len(SERIES)], stroke=None, opacity=_tint(i))
        area, mx, my = _centre(places)
        old = weights.get(i, (0.0, 0.0, 0.0))
        weights[i] = (old[0] + area, old[1] + area * mx, old[2] + area * my)
    for (x0, y0), (x1, y1) in boundary:
        board.line(sx(x0), sy(y0), sx(x1), sy(y1), stroke="ink", width=1.4)
    plane = (right - left) * (bottom - top)
    for i, (area, mx, my) in sorted(weights.items()):
        if area > 0.02 * plane:
            board.text(
                mx / area, my / area + 5, letter(i), size=15, anchor="middle", bold=True, halo=True
            )
    if base is not None:
        board.marker(sx(base[0]), sy(base[1]), "diamond", colour="vermilion", size=6)
        flip = sx(base[0]) > right - 70
        board.text(
            sx(base[0]) + (-9 if flip else 9),
            sy(base[1]) - 7,
            "the case",
            size=12,
            halo=True,
            anchor="end" if flip else "start",
        )
    return board.render()


def letter(index: int) -> str:
    """The letter of an answer."""
    return chr(65 + index % 26)


def _tint(index: int) -> float:
    return 0.5 if index < len(SERIES) else 0.22


def _swatch(board: Canvas, x: float, y: float, index: int) -> None:
    board.rect(x, y + 1, 17, 17, fill=SERIES[index % len(SERIES)], opacity=_tint(index))
    board.text(x + 8.5, y + 14, letter(index), size=11.5, anchor="middle", bold=True)


def _centre(places: Sequence[Place]) -> tuple[float, float, float]:
    """Area and centroid of a polygon."""
    area = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(places, [*places[1:], places[0]]):
        cross = x0 * y1 - x1 * y0
        area += cross
        cx += (x0 + x1) * cross
        cy += (y0 + y1) * cross
    if abs(area) < 1e-12:
        return 0.0, *places[0]
    return abs(area) / 2, cx / (3 * area), cy / (3 * area)
