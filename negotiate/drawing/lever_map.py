"""The lever map: a directed graph of who can hurt whom, with what, and how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from negotiate.drawing.svg import WIDTH, Canvas, text_width, wrap
from negotiate.drawing.text import clean, number
from negotiate.errors import InputError, TooLargeError, UnknownNameError

MOST_PARTIES, MOST_EDGES = 12, 40
_GAP = 47.0  # between neighbouring arcs of the principals: room for two lines of label


@dataclass(frozen=True)
class Edge:
    """One lever aimed at one party.

    ``cost`` is what its use costs the target (in stakes; may be negative, a benefit),
    ``credibility`` the probability that it is carried out, or None where there is no such number.
    """

    holder: str
    target: str
    label: str
    cost: float
    credibility: float | None = None


def lever_map(
    parties: Mapping[str, str] | Sequence[str],
    edges: Sequence[Edge],
    *,
    principals: Sequence[str] = (),
    unit: str = "stakes",
) -> str:
    """Draw the map: an arrow from the holder to the target, wider the more it hurts.

    The line is whole where the threat is credible (0.5 or more), dashed where it is not, and the
    number at its label is the cost to the target.

    Parameters
    ----------
    parties
        Names by id, or the names themselves.
    edges
        The levers, one a target.
    principals
        Ids of the parties that bargain; drawn left and right in a bold frame.
    unit
        Unit of the costs.
    """
    names = dict(parties) if isinstance(parties, Mapping) else {name: name for name in parties}
    where = "lever map"
    if len(names) > MOST_PARTIES or len(edges) > MOST_EDGES:
        raise TooLargeError(
            f"{len(names)} parties and {len(edges)} arrows",
            where=where,
            allowed=f"{MOST_PARTIES} parties and {MOST_EDGES} arrows",
            remedy="draw the principals and their levers only",
        )
    for edge in edges:
        for party in (edge.holder, edge.target):
            if party not in names:
                raise UnknownNameError("party", party, names, where=where)
        if not math.isfinite(float(edge.cost)):
            raise InputError(
                f"the cost of '{clean(edge.label)}' is {edge.cost}",
                where=where,
                allowed="a finite number",
            )
    chosen = [p for p in principals if p in names] or list(names)[:2]
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault((edge.holder, edge.target), []).append(edge)
    between = [len(group) for pair, group in pairs.items() if set(pair) == set(chosen)]
    arcs = max(between, default=0)
    height = 2 * (
        _GAP * max(arcs - 0.45, 1.2 if len(names) < 5 else 1.8)
        + (84 if len(names) > len(chosen) else 40)
    )
    places = _places(list(names), chosen, height)
    board = Canvas(
        WIDTH,
        height + 36,
        title="Who can hurt whom, and how much",
        desc="; ".join(
            f"{names[e.holder]} on {names[e.target]}: {e.label}, cost {number(float(e.cost))}"
            + (f", credibility {number(float(e.credibility))}" if e.credibility is not None else "")
            for e in edges
        )
        or "No lever.",
    )
    top_cost = max((abs(float(edge.cost)) for edge in edges), default=1.0) or 1.0
    labels: list[tuple[float, float, list[str], str]] = []
    for (holder, target), group in pairs.items():
        mutual = (target, holder) in pairs
        for rank, edge in enumerate(sorted(group, key=lambda e: (-abs(float(e.cost)), e.label))):
            labels.append(
                _arrow(
                    board,
                    places[holder],
                    places[target],
                    edge,
                    rank,
                    len(group),
                    mutual,
                    top_cost,
                    {holder, target} <= set(chosen),
                )
            )
    for party, (x, y) in places.items():
        _node(board, x, y, names[party], party in chosen)
    _place_labels(board, labels, places)
    _key(board, height + 22, unit)
    return board.render()


def _places(names: list[str], chosen: list[str], height: float) -> dict[str, tuple[float, float]]:
    """Two principals left and right, the others in rows above and below; else a ring."""
    cy = height / 2
    if len(chosen) != 2:
        out = {}
        for k, name in enumerate(names):
            turn = 2 * math.pi * k / len(names) - math.pi / 2
            out[name] = (320 + 235 * math.cos(turn), cy + (height / 2 - 32) * math.sin(turn))
        return out
    out = {chosen[0]: (78.0, cy), chosen[1]: (WIDTH - 78.0, cy)}
    others = [name for name in names if name not in chosen]
    rows = (others[1::2], others[0::2])  # the first goes below, the second above
    for row, y in zip(rows, (30.0, height - 30.0)):
        for k, name in enumerate(row):
            out[name] = (WIDTH * (k + 1) / (len(row) + 1), y)
    return {name: out[name] for name in names}


def _node(board: Canvas, x: float, y: float, name: str, principal: bool) -> None:
    lines = wrap(name, 112, 14)
    width = max(text_width(line, 14) for line in lines) + 26
    height = 18.0 * len(lines) + 14
    board.rect(
        x - width / 2,
        y - height / 2,
        width,
        height,
        fill="paper",
        stroke="ink" if principal else "soft",
        line=1.8 if principal else 1,
        radius=5,
    )
    for index, line in enumerate(lines):
        board.text(
            x,
            y + 5 + 18 * (index - (len(lines) - 1) / 2),
            line,
            size=14,
            anchor="middle",
            bold=principal,
        )


def _arrow(
    board: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    edge: Edge,
    rank: int,
    count: int,
    mutual: bool,
    top_cost: float,
    central: bool,
) -> tuple[float, float, list[str], str]:
    """Draw one curved arrow; returns where its label wants to be."""
    x0, y0 = start
    x1, y1 = end
    colour = "vermilion" if float(edge.cost) > 0 else "green"
    width = 1.2 + 4.3 * abs(float(edge.cost)) / top_cost
    dash = "6 4" if edge.credibility is not None and float(edge.credibility) < 0.5 else ""
    if start == end:
        board.circle(x0, y0 - 34, 15, fill=None, stroke=colour, line=width)
        return x0, y0 - 60, _words(edge), colour
    length = math.hypot(x1 - x0, y1 - y0)
    nx, ny = (y1 - y0) / length, -(x1 - x0) / length
    outward = nx * ((x0 + x1) / 2 - WIDTH / 2) + ny * ((y0 + y1) / 2 - board.height / 2 + 18)
    if not central and not mutual and outward < 0:
        nx, ny = -nx, -ny
    if central:
        bend = _GAP * (rank + 0.55)
    else:
        bend = 24.0 * (rank + (0.7 if mutual else 0.45))
    mx, my = (x0 + x1) / 2 + nx * bend * 2, (y0 + y1) / 2 + ny * bend * 2

    def at(t: float) -> tuple[float, float]:
        u = 1 - t
        return (u * u * x0 + 2 * u * t * mx + t * t * x1, u * u * y0 + 2 * u * t * my + t * t * y1)

    def clear(t: float, centre: tuple[float, float], half: float) -> bool:
        x, y = at(t)
        return abs(x - centre[0]) > half or abs(y - centre[1]) > 24

    first = next((k / 100 for k in range(50) if clear(k / 100, start, 60)), 0.1)
    last = next((k / 100 for k in range(99, 50, -1) if clear(k / 100, end, 62)), 0.9)
    steps = [at(first + (last - first) * k / 24) for k in range(25)]
    (tx, ty), (px, py) = steps[-1], steps[-3]
    reach = math.hypot(tx - px, ty - py) or 1.0
    dx, dy = (tx - px) / reach, (ty - py) / reach
    head = 6.0 + 1.3 * width
    tip = (tx + dx * head * 0.8, ty + dy * head * 0.8)
    board.polyline(steps, stroke=colour, width=width, dash=dash)
    side = head * 0.55
    board.polyline(
        [
            tip,
            (tip[0] - dx * head - dy * side, tip[1] - dy * head + dx * side),
            (tip[0] - dx * head + dy * side, tip[1] - dy * head - dx * side),
        ],
        fill=colour,
        stroke=None,
    )
    lx, ly = at(0.5)
    if not central:  # beside the arrow, away from the middle of the map
        lx += 46 if lx > WIDTH / 2 else -46
    return lx, ly, _words(edge), colour


def _words(edge: Edge) -> list[str]:
    lines = wrap(edge.label, 150, 12)
    cost = number(float(edge.cost), 2)
    tail = (
        f"{cost}" if edge.credibility is None else f"{cost} × {number(float(edge.credibility), 2)}"
    )
    return [*lines[:-1], f"{lines[-1]}  {tail}"]


def _place_labels(
    board: Canvas,
    labels: Sequence[tuple[float, float, list[str], str]],
    places: Mapping[str, tuple[float, float]],
) -> None:
    """Labels in order of height, moved until they cover neither each other nor a party."""
    taken = [(x - 64, y - 22, x + 64, y + 22) for x, y in places.values()]
    for x, y, lines, _ in sorted(labels, key=lambda entry: (entry[1], entry[0], entry[2])):
        width = max(text_width(line, 12) for line in lines)
        tall = 15.0 * len(lines)
        best = None
        for shift in range(60):
            for sign in (1, -1):
                for slide in (0, -60, 60, -120, 120):
                    cx = min(max(x + slide, width / 2 + 4), board.width - width / 2 - 4)
                    cy = y + sign * shift * 5
                    frame = (cx - width / 2 - 3, cy - tall / 2, cx + width / 2 + 3, cy + tall / 2)
                    if frame[1] < 2 or frame[3] > board.height - 34:
                        continue
                    if any(
                        frame[0] < c and a < frame[2] and frame[1] < d and b < frame[3]
                        for a, b, c, d in taken
                    ):
                        continue
                    cost = shift * 5 + abs(slide) * 0.7
                    if best is None or cost < best[0]:
                        best = (cost, cx, cy, frame)
            if best is not None and shift * 5 > best[0]:
                break
        _, cx, cy, frame = best or (0.0, x, y, (x, y, x, y))
        taken.append(frame)
        board.rect(
            frame[0] + 1, frame[1], frame[2] - frame[0] - 2, frame[3] - frame[1], fill="paper"
        )
        for index, line in enumerate(lines):
            board.text(
                cx, cy + 4 + 15 * (index - (len(lines) - 1) / 2), line, size=12, anchor="middle"
            )


def _key(board: Canvas, y: float, unit: str) -> None:
    board.line(10, y - 4, 40, y - 4, stroke="vermilion", width=3)
    board.text(46, y, "credible (0.5 or more)", size=11.5, fill="soft")
    board.line(180, y - 4, 210, y - 4, stroke="vermilion", width=3, dash="6 4")
    board.text(216, y, "not credible", size=11.5, fill="soft")
    board.text(
        WIDTH - 8,
        y,
        f"number: cost to the target ({unit}) × credibility; width: cost",
        size=11.5,
        anchor="end",
        fill="soft",
    )
