"""Figures of solutions: the strategy square, strategy simplices, payoffs.

In the square the axes are the probabilities of each player's second strategy. Segments and
polygons are sets of equilibria: a maximal Nash subset is a product, so in the square it is a
point, a segment along an axis or a rectangle, and in a simplex the hull of one player's extreme
strategies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from negotiate.drawing.svg import MARKERS, SERIES, Canvas, Scale, padded, text_width
from negotiate.drawing.text import clean
from negotiate.errors import NotApplicableError
from negotiate.solution import Solution

SIDE = 300.0
MAX_DRAWN = 400
SETS = ("vermilion", "blue", "green", "purple", "orange", "sky")
"""Colours of sets of equilibria."""
IN_LINE = 1e-6
"""Area in square pixels below which three points are drawn as one line."""


def figure(solution: Solution, title: str) -> str:
    """The figure that fits the solution."""
    profiles = _profiles(solution)
    if profiles is not None and len(profiles[0]) == 2:
        sizes = [len(labels) for labels in profiles[0].values()]
        if sizes == [2, 2]:
            return _square(solution, title, *profiles)
        if max(sizes) == 3 and min(sizes) >= 2:
            return _simplices(solution, title, *profiles)
    return _payoffs(solution, title)


Profiles = tuple[dict[str, tuple[str, ...]], list[list[Any]]]


def _profiles(solution: Solution) -> Profiles | None:
    """Strategies by player, and the mixed strategies of each point, if all points have them."""
    labels: dict[str, tuple[str, ...]] = {}
    out: list[list[Any]] = []
    for point in solution.points[:MAX_DRAWN]:
        rows = []
        for player in solution.players:
            mixed = point.strategies.get(player)
            if not isinstance(mixed, Mapping) or not mixed:
                return None
            if any(isinstance(v, Mapping) or getattr(v, "ndim", 0) for v in mixed.values()):
                return None
            if labels.setdefault(player, tuple(mixed)) != tuple(mixed):
                return None
            try:
                rows.append([float(v) for v in mixed.values()])
            except (TypeError, ValueError):
                return None
        out.append(rows)
    return (labels, out) if out else None


def _sets(solution: Solution) -> Iterator[tuple[int, ...]]:
    """Indices of the extreme points of each product set of more than one point."""
    subsets: dict[Any, list[int]] = {}
    for k, point in enumerate(solution.points[:MAX_DRAWN]):
        for name in point.facts.get("nash subsets", ()):
            subsets.setdefault(name, []).append(k)
    if subsets:
        yield from (tuple(s) for s in subsets.values() if len(s) > 1)
        return
    # Without them: two points of a component that share one player's strategy span a segment.
    for component in solution.components:
        members = [k for k in component if k < MAX_DRAWN]
        for i, a in enumerate(members):
            for b in members[i + 1 :]:
                first, second = solution.points[a].strategies, solution.points[b].strategies
                if any(first.get(p) == second.get(p) for p in solution.players):
                    yield (a, b)


def _square(
    solution: Solution,
    title: str,
    labels: dict[str, tuple[str, ...]],
    points: Sequence[Sequence[Any]],
) -> str:
    (row, column) = solution.players
    left, top = 70.0, 30.0
    across = Scale(0.0, 1.0, left, left + SIDE)
    up = Scale(0.0, 1.0, top + SIDE, top)
    board = Canvas(left + SIDE + 40, top + SIDE + 62, title=title, desc=_desc(solution))
    board.rect(left, top, SIDE, SIDE, stroke="rule")
    for share in (0.0, 0.5, 1.0):
        board.text(across(share), top + SIDE + 18, f"{share:g}", anchor="middle", size=12)
        board.text(left - 8, up(share) + 4, f"{share:g}", anchor="end", size=12)
    board.text(
        left + SIDE / 2,
        top + SIDE + 42,
        f"P({clean(column)} plays {clean(labels[column][1])})",
        anchor="middle",
    )
    board.text(
        22,
        top + SIDE / 2,
        f"P({clean(row)} plays {clean(labels[row][1])})",
        anchor="middle",
        turn=-90,
    )
    _replies(board, solution, across, up)
    places = [(across(p[1][1]), up(p[0][1])) for p in points]
    for members in _sets(solution):
        xs, ys = zip(*(places[k] for k in members))
        if min(xs) < max(xs) and min(ys) < max(ys):
            corners = [
                (min(xs), min(ys)),
                (max(xs), min(ys)),
                (max(xs), max(ys)),
                (min(xs), max(ys)),
            ]
            board.polyline(corners, fill="orange", stroke="vermilion", opacity=0.35)
        else:
            board.line(min(xs), min(ys), max(xs), max(ys), stroke="vermilion", width=5)
    for x, y in places:
        board.marker(x, y, "circle", colour="ink")
    return board.render()


def _replies(board: Canvas, solution: Solution, across: Scale, up: Scale) -> None:
    """Best-reply curves of a 2 x 2 game, under the points."""
    form = solution.form
    payoffs = getattr(form, "payoffs", None)
    if payoffs is None or getattr(payoffs, "shape", None) != (2, 2, 2):
        return
    try:
        u = payoffs.astype(float)
    except (TypeError, ValueError):
        return
    # gain of the second strategy against the other's probability q of its second one
    gains = [(u[0, 1] - u[0, 0]), (u[1, :, 1] - u[1, :, 0])]
    for player, (at0, at1) in enumerate(gains):
        cuts = [0.0, 1.0]
        if at0 != at1 and 0 < at0 / (at0 - at1) < 1:
            cuts.insert(1, float(at0 / (at0 - at1)))
        path: list[tuple[float, float]] = []
        for low, high in pairwise(cuts):
            middle = at0 + (at1 - at0) * (low + high) / 2
            if middle == 0:
                path = []
                break
            path += [(low, float(middle > 0)), (high, float(middle > 0))]
        if not path:
            continue
        # Indifferent only where the other's probability is 0 or 1: everything is a reply there.
        if at0 == 0:
            path.insert(0, (0.0, 1.0 - path[0][1]))
        if at1 == 0:
            path.append((1.0, 1.0 - path[-1][1]))
        if player == 0:
            spots = [(across(q), up(p)) for q, p in path]
        else:
            spots = [(across(p), up(q)) for q, p in path]
        colour, dash = ("blue", "") if player == 0 else ("green", "7 3")
        board.polyline(spots, stroke=colour, width=2, dash=dash)


def _simplices(
    solution: Solution,
    title: str,
    labels: dict[str, tuple[str, ...]],
    points: Sequence[Sequence[Any]],
) -> str:
    gap, top, side = 70.0, 50.0, 240.0
    height = side * math.sqrt(3) / 2
    board = Canvas(2 * side + 3 * gap, top + height + 50, title=title, desc=_desc(solution))
    products = any("nash subsets" in point.facts for point in solution.points)
    for k, player in enumerate(solution.players):
        left = gap + k * (side + gap)
        names = labels[player]
        corners = [(left, top + height), (left + side, top + height), (left + side / 2, top)][
            : len(names)
        ]
        board.text(left + side / 2, 18, player, anchor="middle", italic=True)
        board.polyline([*corners, corners[0]], stroke="rule", width=1)
        for n, ((x, y), name) in enumerate(zip(corners, names)):
            below = n < 2
            board.text(x, y + (20 if below else -8), name, anchor="middle", size=12)

        def place(weights: Sequence[float], at: Sequence[Any] = tuple(corners)) -> Any:
            xy = np.asarray(weights) @ np.asarray(at)
            return float(xy[0]), float(xy[1])

        places = [place(p[k]) for p in points]
        for number, members in enumerate(_sets(solution)):
            hull = _hull([places[m] for m in members])
            # One colour a set: its factor in the other simplex has the same, be it one point.
            colour = SETS[number % len(SETS)] if products else SETS[0]
            if len(hull) > 2:
                board.polyline(hull, fill=colour, stroke=colour, opacity=0.35)
            elif len(hull) == 2:
                board.line(*hull[0], *hull[1], stroke=colour, width=5)
            elif products:
                board.circle(*hull[0], 7, fill=colour)
        named: dict[tuple[float, float], list[str]] = {}
        for n, (x, y) in enumerate(places):
            board.marker(x, y, "circle", colour="ink")
            named.setdefault((round(x, 3), round(y, 3)), []).append(str(n))
        if len(points) <= 12:
            for (x, y), numbers in named.items():
                board.text(x + 8, y - 6, ", ".join(numbers), size=11, halo=True)
    return board.render()


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Convex hull in the plane, without points in line (Andrew's monotone chain)."""
    distinct = sorted({(round(x, 6), round(y, 6)) for x, y in points})
    if len(distinct) < 3:
        return distinct

    def chain(items: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for p in items:
            while (
                len(out) > 1
                and (
                    (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1])
                    - (out[-1][1] - out[-2][1]) * (p[0] - out[-2][0])
                )
                <= IN_LINE
            ):
                out.pop()
            out.append(p)
        return out[:-1]

    return chain(distinct) + chain(distinct[::-1])


def _payoffs(solution: Solution, title: str) -> str:
    """Payoff of each player at each point: one row of marks per player."""
    players = [p for p in solution.players if any(p in q.payoffs for q in solution.points)]
    if not players:
        raise NotApplicableError(
            "the solution has no point with payoffs", where="figure", remedy="use text() or html()"
        )
    values = [
        [_number(point.payoffs.get(p)) for p in players] for point in solution.points[:MAX_DRAWN]
    ]
    known = [v for row in values for v in row if v is not None and math.isfinite(v)]
    if not known:
        raise NotApplicableError(
            "payoffs are not numbers", where="figure", remedy="give every symbol a value"
        )
    left = min(220.0, max(text_width(clean(p)) for p in players) + 24)
    scale = Scale(*padded(min(known), max(known)), left, left + 380)
    top, gap = 40.0, 40.0
    bottom = top + gap * len(players)
    board = Canvas(left + 420, bottom + 50, title=title, desc=_desc(solution))
    for tick in scale.ticks():
        board.line(scale(tick), top - 14, scale(tick), bottom - 14, stroke="grid")
        board.text(scale(tick), bottom + 6, scale.label(tick), anchor="middle", size=12)
    board.text(left + 190, bottom + 30, "payoff", anchor="middle")
    for k, player in enumerate(players):
        y = top + gap * k
        board.text(left - 10, y + 4, player, anchor="end")
        board.line(left, y, left + 380, y, stroke="grid")
        for n, row in enumerate(values):
            value = row[k]
            if value is not None and math.isfinite(value):
                colour, shape = SERIES[n % len(SERIES)], MARKERS[n % len(MARKERS)]
                board.marker(scale(value), y, shape, colour=colour)
    return board.render()


def _number(value: Any) -> float | None:
    try:
        return float(np.mean(np.asarray(value, dtype=float)))
    except (TypeError, ValueError):
        return None


def _desc(solution: Solution) -> str:
    labels = "; ".join(clean(p.label) for p in solution.points[:8])
    more = f" and {len(solution.points) - 8} more" if len(solution.points) > 8 else ""
    return f"{len(solution.points)} points: {labels}{more}."
