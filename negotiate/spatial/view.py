"""How a spatial model is shown: tables of positions, parties on their scales, rounds.

On a scale every party is a disc at its position, its area in proportion to its weight, discs at
one place stacked; forecasts are marks below the line, the status quo and the outcome above it.
The figure of rounds shows how a forecast moves from round to round, one panel for each issue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from negotiate.drawing import plot, tables
from negotiate.drawing.svg import MARKERS, SERIES, Canvas, Scale, text_width, wrap
from negotiate.drawing.text import clean, escape
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.solution import Solution
from negotiate.spatial._forecast import naive
from negotiate.spatial.positions import SpatialModel

MAX_ISSUES = 40
"""Scales in one drawing."""
MAX_ROWS = 60
"""Parties in a table."""
WIDTH = 720.0


def rows(model: SpatialModel) -> tuple[list[str], list[list[object]]]:
    """Head and rows: for every party the position on each issue, with its salience, and capability.

    Over draws these are means.
    """
    axes = tuple(range(len(model.shape)))
    x, s, c = (
        np.asarray(t, float).mean(axis=axes) if axes else np.asarray(t, float)
        for t in (model.position, model.salience, model.capability)
    )
    head = ["party", "capability", *model.issue_names]
    body: list[list[object]] = []
    for i, party in enumerate(model.parties[:MAX_ROWS]):
        own = [float(c[i, k]) for k in range(len(model.issues)) if model.has[i, k]]
        power: object = own[0] if len(set(own)) == 1 else ("" if not own else "by issue")
        cells = [
            f"{x[i, k]:.4g} ({s[i, k]:.2g})" if model.has[i, k] else ""
            for k in range(len(model.issues))
        ]
        body.append([party, power, *cells])
    for name, row in naive(model).items():
        cells = [
            f"{float(np.mean(np.asarray(row[k], float))):.4g}" if k in row else ""
            for k in model.issue_names
        ]
        body.append([name.replace("_", " "), "", *cells])
    return head, body


def _legend(model: SpatialModel) -> str:
    said = [f"{model!r}. Positions, saliences in brackets."]
    if len(model.parties) > MAX_ROWS:
        said.append(f"The first {MAX_ROWS} parties are shown.")
    said += [f"{clean(note)}." for note in model.notes]
    if model.note:
        said.append(clean(model.note))
    return " ".join(said)


def text(model: SpatialModel) -> str:
    """Table for a terminal."""
    head, body = rows(model)
    return f"{clean(model.title or 'Positions')}\n{tables.text(head, body)}\n{_legend(model)}"


def html(model: SpatialModel) -> str:
    """Table for a notebook, every label escaped."""
    head, body = rows(model)
    table = tables.html(head, body, caption=model.title or "Positions")
    return f"{table}<p>{escape(_legend(model))}</p>"


def figure(model: SpatialModel) -> str:
    """Positions on their scales with the naive forecasts."""
    return on_scales(model, naive(model))


def on_scales(model: SpatialModel, forecasts: Mapping[str, Mapping[str, Any]]) -> str:
    """Parties and forecasts on the scales of the issues, as SVG.

    Parameters
    ----------
    model
        With at most `MAX_ISSUES` issues and no draws.
    forecasts
        Name to levels by issue.

    Returns
    -------
    str
        SVG.
    """
    if model.shape:
        raise NotApplicableError("positions over draws", where="figure", remedy="take one draw")
    if len(model.issues) > MAX_ISSUES:
        raise TooLargeError(
            f"{len(model.issues)} scales in one drawing", allowed=f"up to {MAX_ISSUES}"
        )
    labels = [issue.title or issue.name for issue in model.issues]
    left = 30.0 + min(160.0, max(text_width(label, 13) for label in labels))
    stacks = [_stacks(model, k) for k in range(len(model.issues))]
    names = list(forecasts)[: len(MARKERS)]
    below = [
        _rows([_share(model, k, forecasts[name]) for name in names], 11 / (WIDTH - 30 - left))
        for k in range(len(model.issues))
    ]
    lows = [11.0 * max((row for row in rows if row is not None), default=0) for rows in below]
    heights = [
        64.0 + low + 13 * max((rank for *_, rank in stack), default=0)
        for stack, low in zip(stacks, lows, strict=True)
    ]
    board = Canvas(
        WIDTH,
        sum(heights) + 60 + 18 * math.ceil(len(names) / 4),
        title=f"Positions{': ' + model.title if model.title else ''}",
        desc=_described(model, forecasts),
    )
    top = 10.0
    for k, issue in enumerate(model.issues):
        scale = Scale(float(issue.low), float(issue.high), left, WIDTH - 30)
        y = top + heights[k] - 38 - lows[k]
        board.line(scale.start, y, scale.end, y, stroke="rule")
        for end in (float(issue.low), float(issue.high)):
            board.text(
                scale(end), y + 30 + lows[k], f"{end:.4g}", size=11, anchor="middle", fill="soft"
            )
        lines = wrap(labels[k], left - 20, 12.5, lines=2)
        for number, line in enumerate(lines):
            board.text(left - 12, y + 4 + 14 * (number - (len(lines) - 1) / 2), line, size=12,
                       anchor="end")  # fmt: skip
        for party, level, radius, rank in stacks[k]:
            board.circle(scale(level), y - 7 - 13 * rank, radius, fill="blue", opacity=0.55)
            if rank == 0 and len(model.parties) <= 12 and len(model.issues) == 1:
                board.text(scale(level), y - 16, party, size=10, anchor="middle", turn=-30)
        for number, name in enumerate(names):
            told, row = forecasts[name].get(issue.name), below[k][number]
            if told is not None and row is not None:
                board.marker(
                    scale(float(told)),
                    y + 10 + 11 * row,
                    MARKERS[number],
                    colour=_colour(number),
                    size=4,
                )
        for known, words in ((issue.status_quo, "status quo"), (issue.outcome, "outcome")):
            if known is not None:
                at = scale(float(known))
                board.line(at, y - 9, at, y + 9, stroke="ink", width=2,
                           dash="" if words == "outcome" else "2 2")  # fmt: skip
        top += heights[k]
    x, y = 30.0, top + 18
    for number, name in enumerate(names):
        board.marker(x, y - 4, MARKERS[number], colour=_colour(number), size=4)
        board.text(x + 10, y, name.replace("_", " "), size=12)
        x += 165
        if x > WIDTH - 150:
            x, y = 30.0, y + 18
    board.text(
        30, y + 22, "Discs: parties, area by salience times capability. Bar: outcome; dashed: "
        "status quo.", size=11, fill="soft",
    )  # fmt: skip
    return board.render()


def _share(model: SpatialModel, k: int, row: Mapping[str, Any]) -> float | None:
    """A forecast as a share of the scale."""
    level = row.get(model.issue_names[k])
    return None if level is None else float((float(level) - model.low[k]) / model.width[k])


def _rows(places: Sequence[float | None], gap: float) -> list[int | None]:
    """A row for each mark, so that marks in one row are at least ``gap`` apart.

    >>> _rows([0.5, 0.5, 0.9, None, 0.51], 0.1)
    [0, 1, 0, None, 2]
    """
    taken: list[list[float]] = []
    out: list[int | None] = []
    for place in places:
        if place is None:
            out.append(None)
            continue
        row = next(
            (r for r, held in enumerate(taken) if all(abs(place - h) >= gap for h in held)),
            len(taken),
        )
        if row == len(taken):
            taken.append([])
        taken[row].append(place)
        out.append(row)
    return out


def _stacks(model: SpatialModel, k: int) -> list[tuple[str, float, float, int]]:
    """Discs of an issue: party, level, radius, how many stand below it at the same place."""
    weight = model.weight[:, k].astype(float)
    most = weight.max() or 1.0
    seen: dict[float, int] = {}
    out = []
    for i in np.argsort(-weight, kind="stable"):
        if model.has[i, k]:
            level = float(model.position[i, k])
            place = round(float(model.share[i, k]), 2)
            rank = seen.get(place, 0)
            seen[place] = rank + 1
            out.append((model.parties[i], level, 2 + 5 * math.sqrt(weight[i] / most), rank))
    return out


def _described(model: SpatialModel, forecasts: Mapping[str, Mapping[str, Any]]) -> str:
    parts = []
    for issue in model.issue_names:
        levels = ", ".join(
            f"{name.replace('_', ' ')} {float(row[issue]):.4g}"
            for name, row in forecasts.items()
            if issue in row
        )
        parts.append(f"{issue}: {levels}")
    return f"{len(model.parties)} parties. " + "; ".join(parts)


def rounds_figure(solution: Solution) -> str:
    """How the forecast moves from round to round, one line for each issue, in shares of the scale.

    Parameters
    ----------
    solution
        Of `exchange`, `challenge` or `politics`, without draws.

    Returns
    -------
    str
        SVG.
    """
    model, path = solution.form, solution[0].facts.get("rounds")
    if path is None or model is None or model.shape:
        raise NotApplicableError(
            f"{solution.concept} has no rounds to draw", where="figure",
            allowed="exchange, challenge, spatial_politics, without draws",
        )  # fmt: skip
    lines: dict[str, Sequence[float]] = {}
    for k, issue in enumerate(model.issue_names):
        levels = np.atleast_1d(np.asarray(path[issue], float))
        lines[issue] = ((levels - model.low[k]) / model.width[k]).tolist()
    longest = max(len(line) for line in lines.values())
    first = 1 if solution.concept == "exchange" else 0
    last = {issue: f"{line[0]:.3g} to {line[-1]:.3g}" for issue, line in lines.items()}
    board = Canvas(
        WIDTH,
        430 + 18 * math.ceil(len(lines) / 4),
        title=f"{solution.concept.replace('_', ' ')}: rounds",
        desc="Share of the scale, first and last round: "
        + "; ".join(f"{issue} {ends}" for issue, ends in last.items()),
    )
    across = Scale(first, max(first + longest - 1, first + 1), 80, WIDTH - 40)
    up = Scale(0, 1, 360, 30)
    plot.x_axis(board, across, 360, "round")
    plot.y_axis(board, up, 80, "share of the scale", grid_to=WIDTH - 40)
    for number, line in enumerate(lines.values()):
        points = [(across(first + t), up(value)) for t, value in enumerate(line)]
        colour = SERIES[number % len(SERIES)]
        if len(points) > 1:
            board.polyline(points, stroke=colour, dash=_dash(number))
        board.circle(*points[-1], 3, fill=colour)
    plot.legend(
        board, 80, 424,
        [(issue, SERIES[n % len(SERIES)], _dash(n)) for n, issue in enumerate(lines)],
        width=WIDTH - 120,
    )  # fmt: skip
    return board.render()


def _dash(number: int) -> str:
    return ("", "6 3", "2 3")[number // len(SERIES) % 3]


def _colour(number: int) -> str:
    return SERIES[number % len(SERIES)]
