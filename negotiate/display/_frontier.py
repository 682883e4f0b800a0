"""The bargaining plane: frontier, disagreement point, bargaining zone, solutions and deals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from negotiate.display._bars import same_length
from negotiate.display._plot import below, spread, x_axis, y_axis
from negotiate.display._text import number
from negotiate.display.svg import MARKERS, SERIES, WIDTH, Canvas, Scale, finite, padded, wrap

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
    """
    where = "frontier"
    edge = [_pair(point, where) for point in points]
    d = _pair(disagreement, where)
    same_length(where, points=edge)
    named = [(name, _pair(at, where), True) for name, at in solutions.items()]
    named += [(name, _pair(at, where), False) for name, at in (deals or {}).items()]
    faint = [_pair(point, where) for point in cloud]
    every = [*edge, d, *(at for _, at, _ in named), *faint]
    left, right, top, bottom = 72.0, 442.0, 20.0, 410.0
    sx = Scale(*padded(min(p[0] for p in every), max(p[0] for p in every)), left, right)
    sy = Scale(*padded(min(p[1] for p in every), max(p[1] for p in every)), bottom, top)
    across = f"utility of {parties[0]} ({unit})"
    said = "; ".join(f"{name} ({number(at[0])}, {number(at[1])})" for name, at, _ in named)
    board = Canvas(
        WIDTH, bottom + 6 + below(across, right - left),
        title=f"Frontier of {parties[0]} and {parties[1]}",
        desc=f"Disagreement ({number(d[0])}, {number(d[1])}) in {unit}; {said}.",
    )  # fmt: skip
    x_axis(board, sx, bottom, across, grid_to=top)
    y_axis(board, sy, left, f"utility of {parties[1]} ({unit})", grid_to=right)
    zone = _zone(edge, d)
    if zone:
        board.polyline([(sx(a), sy(b)) for a, b in zone], fill="blue", stroke=None, opacity=0.1)
    for a, b in faint:
        board.circle(sx(a), sy(b), 1.4, fill="rule", opacity=0.35)
    board.polyline([(sx(a), sy(b)) for a, b in edge], stroke="ink", width=1.8)
    board.line(sx(d[0]), sy(d[1]), sx(d[0]), top, stroke="soft", dash="3 3")
    board.line(sx(d[0]), sy(d[1]), right, sy(d[1]), stroke="soft", dash="3 3")
    board.marker(sx(d[0]), sy(d[1]), "square", colour="ink", size=4.5)
    _labels(board, named, ("disagreement", d), sx, sy)
    return board.render()


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
    base: tuple[str, Pair],
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
    groups.append(([base[0]], sx(base[1][0]), sy(base[1][1]), False))
    room = WIDTH - 468.0 - 20
    texts = [wrap(", ".join(names), room, 12, lines=4) for names, *_ in groups]
    tall = max(len(lines) for lines in texts)
    gap = 15.0 * (tall if tall > 1 else 1) + 5
    if gap * len(groups) > 390:
        gap = 390 / len(groups)
    places = spread([group[2] for group in groups], gap, 26, 404)
    seen = plain = 0
    for (names, x, y, is_solution), lines, at in zip(groups, texts, places):
        if names == [base[0]]:
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
