"""The bargaining plane: frontier, disagreement point, bargaining zone, solutions and deals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from negotiate.drawing.bars import same_length
from negotiate.drawing.plot import below, spread, x_axis, y_axis
from negotiate.drawing.svg import MARKERS, SERIES, WIDTH, Canvas, Scale, finite, padded, wrap
from negotiate.drawing.text import number
from negotiate.errors import InputError

Pair = tuple[float, float]


def _pair(point: Sequence[float], where: str) -> Pair:
    a, b = finite(point, where)
    return a, b


def frontier(
    points: Sequence[Sequence[float]],
    disagreement: Sequence[float],
    *,
    parties: tuple[str, str],
    solutions: Mapping[str, Sequence[float]],
    deals: Mapping[str, Sequence[float]] | None = None,
    cloud: Sequence[Sequence[float]] = (),
    unit: str = "stakes",
    window: tuple[float, float, float, float] | None = None,
) -> str:
    """The Pareto frontier, the disagreement point, the bargaining zone, every solution and deal.

    Parameters
    ----------
    points
        The frontier from one end to the other, utilities of the two parties, shape (n, 2).
    disagreement
        The disagreement point.
    parties
        Names of the party on the horizontal and on the vertical axis.
    solutions
        Name to utilities; solutions that coincide share one sign and one label.
    deals
        Deals to compare (the signed deal, the midpoint of every issue).
    cloud
        Utilities of other deals or of draws, as faint dots; at most a few thousand.
    unit
        Unit of the utilities.
    window
        x low, x high, y low, y high: show this part only, to tell close solutions apart. Points
        outside it are named under the figure's axes, not drawn.
    """
    where = "frontier"
    edge = [_pair(point, where) for point in points]
    d = _pair(disagreement, where)
    same_length(where, points=edge)
    named = [(name, _pair(at, where), True) for name, at in solutions.items()]
    named += [(name, _pair(at, where), False) for name, at in (deals or {}).items()]
    faint = [_pair(point, where) for point in cloud]
    every = [*edge, d, *(at for _, at, _ in named), *faint]
    if window is not None:
        x0, x1, y0, y1 = finite(window, where)
        if not (x1 > x0 and y1 > y0):
            raise InputError(
                f"the window is {window}", where=where, allowed="x low < x high, y low < y high"
            )
        every = [(x0, y0), (x1, y1)]
    left, right, top, bottom = 72.0, 442.0, 20.0, 410.0
    margin = 0.05 if window is None else 0.0
    sx = Scale(*padded(min(p[0] for p in every), max(p[0] for p in every), margin), left, right)
    sy = Scale(*padded(min(p[1] for p in every), max(p[1] for p in every), margin), bottom, top)

    def seen(point: Pair) -> bool:
        return sx.low <= point[0] <= sx.high and sy.low <= point[1] <= sy.high

    shown = [entry for entry in named if seen(entry[1])]
    hidden = [name for name, at, _ in named if not seen(at)]
    hidden += [] if seen(d) else ["disagreement"]
    across = f"utility of {parties[0]} ({unit})"
    said = "; ".join(f"{name} ({number(at[0])}, {number(at[1])})" for name, at, _ in named)
    board = Canvas(
        WIDTH,
        bottom + 6 + below(across, right - left) + (18 if hidden else 0),
        title=f"Frontier of {parties[0]} and {parties[1]}",
        desc=f"Disagreement ({number(d[0])}, {number(d[1])}) in {unit}; {said}.",
    )
    x_axis(board, sx, bottom, across, grid_to=top)
    y_axis(board, sy, left, f"utility of {parties[1]} ({unit})", grid_to=right)
    frame = (sx.low, sx.high, sy.low, sy.high)
    zone = _clip(_zone(edge, d), frame)
    if zone:
        board.polyline([(sx(a), sy(b)) for a, b in zone], fill="blue", stroke=None, opacity=0.1)
    for a, b in filter(seen, faint):
        board.circle(sx(a), sy(b), 1.4, fill="rule", opacity=0.35)
    for start, end in itertools.pairwise(edge):
        piece = _cut(start, end, frame)
        if piece is not None:
            (a, b), (c, e) = piece
            board.line(sx(a), sy(b), sx(c), sy(e), stroke="ink", width=1.8)
    if seen((d[0], sy.high)):
        board.line(sx(d[0]), min(sy(d[1]), bottom), sx(d[0]), top, stroke="soft", dash="3 3")
    if seen((sx.high, d[1])):
        board.line(max(sx(d[0]), left), sy(d[1]), right, sy(d[1]), stroke="soft", dash="3 3")
    _labels(board, shown, ("disagreement", d) if seen(d) else None, sx, sy)
    if hidden:
        words = wrap(f"outside this window: {', '.join(hidden)}", WIDTH - left, 11.5, lines=1)[0]
        board.text(left, board.height - 6, words, size=11.5, fill="soft", italic=True)
    return board.render()


Frame = tuple[float, float, float, float]


def _cut(start: Pair, end: Pair, frame: Frame) -> tuple[Pair, Pair] | None:
    """The part of a segment inside the frame (Liang and Barsky 1984), or None."""
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    first, last = 0.0, 1.0
    for step, room in (
        (-dx, x - frame[0]),
        (dx, frame[1] - x),
        (-dy, y - frame[2]),
        (dy, frame[3] - y),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first > last:
        return None
    return (x + first * dx, y + first * dy), (x + last * dx, y + last * dy)


def _clip(polygon: list[Pair], frame: Frame) -> list[Pair]:
    """A polygon cut to the frame, one side after another (Sutherland and Hodgman 1974)."""
    for axis, bound, sign in (
        (0, frame[0], 1),
        (0, frame[1], -1),
        (1, frame[2], 1),
        (1, frame[3], -1),
    ):
        out: list[Pair] = []
        for before, here in zip([*polygon[-1:], *polygon[:-1]], polygon):
            a, b = sign * (before[axis] - bound), sign * (here[axis] - bound)
            if (a >= 0) != (b >= 0):
                t = a / (a - b)
                out.append(
                    (before[0] + t * (here[0] - before[0]), before[1] + t * (here[1] - before[1]))
                )
            if b >= 0:
                out.append(here)
        polygon = out
    return polygon


def _zone(edge: Sequence[Pair], d: Pair) -> list[Pair]:
    """The part of the feasible set that gives both at least d; empty without a bargaining zone."""
    path = sorted(edge)
    out: list[Pair] = []
    for (a, b), (c, e) in itertools.pairwise(path):
        cuts = [0.0, 1.0]
        if a < d[0] < c:
            cuts.append((d[0] - a) / (c - a))
        if min(b, e) < d[1] < max(b, e):
            cuts.append((d[1] - b) / (e - b))
        for t in sorted(cuts):
            x, y = a + t * (c - a), b + t * (e - b)
            if x >= d[0] - 1e-12 and y >= d[1] - 1e-12 and (not out or out[-1] != (x, y)):
                out.append((x, y))
    if len(path) == 1 and path[0][0] >= d[0] and path[0][1] >= d[1]:
        out = [path[0]]
    if not out:
        return []
    return [d, (d[0], out[0][1]), *out, (out[-1][0], d[1])]


def _labels(
    board: Canvas,
    named: Sequence[tuple[str, Pair, bool]],
    base: tuple[str, Pair] | None,
    sx: Scale,
    sy: Scale,
) -> None:
    """Signs in the plane and their names in a column at the right, joined by thin lines."""
    groups: list[tuple[list[str], float, float, bool]] = []
    for name, (a, b), is_solution in named:
        x, y = sx(a), sy(b)
        for names, gx, gy, kind in groups:
            if kind == is_solution and math.hypot(gx - x, gy - y) < 1.5:
                names.append(name)
                break
        else:
            groups.append(([name], x, y, is_solution))
    if base is not None:
        groups.append(([base[0]], sx(base[1][0]), sy(base[1][1]), False))
    if not groups:
        return
    room = WIDTH - 468.0 - 20
    texts = [wrap(", ".join(names), room, 12, lines=4) for names, *_ in groups]
    tall = max(len(lines) for lines in texts)
    gap = 15.0 * (tall if tall > 1 else 1) + 5
    if gap * len(groups) > 390:
        gap = 390 / len(groups)
    places = spread([group[2] for group in groups], gap, 26, 404)
    seen = plain = 0
    for (names, x, y, is_solution), lines, at in zip(groups, texts, places):
        if base is not None and names == [base[0]]:
            shape, colour = "square", "ink"
        elif is_solution:
            shape, colour = MARKERS[seen % 4 if seen % 4 != 1 else 6], SERIES[seen % len(SERIES)]
            seen += 1
        else:
            shape, colour = ("star", "vermilion") if plain == 0 else ("cross", "soft")
            plain += 1
        board.polyline([(x, y), (448, at), (460, at)], stroke="rule", width=0.7)
        board.marker(x, y, shape, colour=colour, size=5.5)
        board.marker(468, at, shape, colour=colour, size=4.5)
        for index, line in enumerate(lines):
            offset = 15 * (index - (len(lines) - 1) / 2)
            board.text(480, at + 4 + offset, line, size=12)
