"""Planes: one-way curves, survival curves, boxes in a scatter of draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from negotiate.drawing.bars import same_length
from negotiate.drawing.plot import below, legend, x_axis, y_axis
from negotiate.drawing.svg import (
    DASHES,
    MARKERS,
    SERIES,
    WIDTH,
    Canvas,
    Scale,
    finite,
    padded,
    text_width,
    wrap,
)
from negotiate.drawing.text import number
from negotiate.errors import InputError

Pair = tuple[float, float]


def curve(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    x_label: str,
    y_label: str,
    base: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
    y_range: tuple[float, float] | None = None,
) -> str:
    """One-way response: one or more answers as functions of one input.

    ``base`` is the input's value in the file; ``marks`` are (value, word) pairs drawn as vertical
    lines, thresholds mostly. A NaN in a series leaves a gap.
    """
    board, _, _ = _curves("curve", x, series, x_label, y_label, base, marks, y_range)
    return board.render()


def _curves(
    where: str,
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    x_label: str,
    y_label: str,
    base: float | None,
    marks: Sequence[tuple[float, str]],
    y_range: tuple[float, float] | None,
) -> tuple[Canvas, Scale, Scale]:
    xs = finite(x, where)
    for name, values in series.items():
        same_length(f"{where} '{name}'", x=xs, series=values)
    kept = [float(v) for values in series.values() for v in values if math.isfinite(float(v))]
    if not kept or not xs:
        raise InputError("there is nothing to draw", where=where, allowed="finite numbers")
    left, right, top, bottom = 72.0, WIDTH - 16.0, 30.0, 314.0
    entries = [
        (name, SERIES[i % len(SERIES)], DASHES[i % len(DASHES)]) for i, name in enumerate(series)
    ]
    if len(series) > 1:
        used = legend(Canvas(1, 1, title="", desc=""), left, 16, entries, width=right - left)
        top, bottom = top + used - 6, bottom + used - 6
    span = [*xs, *(value for value, _ in marks)] + ([base] if base is not None else [])
    sx = Scale(min(span), max(span), left, right)
    sy = Scale(*(y_range or padded(min(kept), max(kept), 0.06)), bottom, top)
    board = Canvas(
        WIDTH,
        bottom + below(x_label, right - left),
        title=f"{y_label} against {x_label}",
        desc=f"{', '.join(series)} over {number(min(xs))} to {number(max(xs))}"
        + "".join(f"; mark at {number(value)}: {word}" for value, word in marks)
        + ".",
    )
    x_axis(board, sx, bottom, x_label, grid_to=top)
    y_axis(board, sy, left, y_label, grid_to=right)
    if len(series) > 1:
        legend(board, left, 16, entries, width=right - left)
    _verticals(board, sx, top, bottom, base, marks)
    for (_, colour, dash), values in zip(entries, series.values()):
        runs: list[list[Pair]] = [[]]
        for a, b in zip(xs, values):
            if math.isfinite(float(b)):
                runs[-1].append((sx(a), sy(b)))
            elif runs[-1]:
                runs.append([])
        for run in runs:
            if len(run) == 1:
                board.circle(*run[0], 2.2, fill=colour)
            elif run:
                board.polyline(run, stroke=colour, width=2, dash=dash)
    return board, sx, sy


def _verticals(
    board: Canvas,
    sx: Scale,
    top: float,
    bottom: float,
    base: float | None,
    marks: Sequence[tuple[float, str]],
) -> None:
    lines = [(value, word, "ink", "") for value, word in marks]
    if base is not None:
        lines.append((base, f"base {number(base)}", "soft", "4 3"))
    used: list[tuple[float, float, float]] = []
    for value, word, colour, dash in sorted(lines):
        x, text = sx(value), wrap(word, 190, 11.5, lines=1)[0]
        length = text_width(text, 11.5)
        flip = x + length + 6 > board.width - 8
        a, b = (x - length - 6, x) if flip else (x, x + length + 6)
        row = 0
        while any(row == r and a < e and s < b for s, e, r in used):
            row += 1
        used.append((a, b, row))
        board.line(x, top, x, bottom, stroke=colour, dash=dash, width=1.2)
        board.text(
            x - 5 if flip else x + 5,
            top + 12 + 15 * row,
            text,
            size=11.5,
            halo=True,
            anchor="end" if flip else "start",
            fill=colour,
        )


def survival(
    times: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    baserates: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    time_unit: str = "months",
    what: str = "probability that the deal still holds",
    events: Sequence[tuple[float, str]] = (),
) -> str:
    """Survival curves against time, with observed base rates as points to compare.

    Every curve holds probabilities in [0, 1] that never rise; ``baserates`` maps a name to
    (time, share surviving) pairs; ``events`` are dated facts, drawn as vertical lines.
    """
    where = "survival"
    for name, values in curves.items():
        for before, after in zip([1.0, *finite(values, where)], finite(values, where)):
            if not -1e-9 <= after <= before + 1e-9:
                raise InputError(
                    f"{after:.4g} follows {before:.4g}",
                    where=f"survival curve '{name}'",
                    allowed="probabilities that never rise",
                    remedy="sort by time",
                )
    points = baserates or {}
    extra = [t for pairs in points.values() for t, _ in pairs]
    span = [*finite(times, where), *(value for value, _ in events)]
    if extra and (min(extra) < min(span) or max(extra) > max(span)):
        raise InputError(
            "a base rate lies outside the times",
            where=where,
            allowed=f"{min(span):g} to {max(span):g}",
            remedy="compute the curves further",
        )
    board, sx, sy = _curves(
        where, times, curves, f"time since signature ({time_unit})", what, None, events, (0.0, 1.0)
    )
    first = sy(0) - 10 - 18 * (len(points) - 1)
    for i, (name, pairs) in enumerate(points.items()):
        shape = MARKERS[(i + 2) % len(MARKERS)]
        for t, share in pairs:
            board.marker(sx(t), sy(share), shape, colour="ink", size=4.5)
        y = first + 18 * i
        board.marker(86, y - 4, shape, colour="ink", size=4.5)
        board.text(98, y, f"observed: {name}", size=12, halo=True)
    return board.render()


def box(
    x: Sequence[float],
    y: Sequence[float],
    hit: Sequence[bool],
    limits: tuple[float, float, float, float],
    *,
    x_label: str,
    y_label: str,
    hit_label: str,
    miss_label: str,
    most: int = 1500,
) -> str:
    """Draws in the plane of two inputs, those of interest filled, and the box found around them.

    ``limits`` are x low, x high, y low, y high of the box (PRIM, scenario discovery). At most
    ``most`` draws are drawn, every k-th, and the figure says so.
    """
    where = "box"
    same_length(where, x=x, y=y, hit=hit)
    every = max(1, math.ceil(len(x) / most))
    xs, ys = finite(x, where), finite(y, where)
    x0, x1, y0, y1 = finite(limits, where)
    left, right, top, bottom = 72.0, WIDTH - 16.0, 40.0, 390.0
    sx = Scale(*padded(min([*xs, x0]), max([*xs, x1]), 0.03), left, right)
    sy = Scale(*padded(min([*ys, y0]), max([*ys, y1]), 0.03), bottom, top)
    inside = [h for a, b, h in zip(xs, ys, hit) if x0 <= a <= x1 and y0 <= b <= y1]
    hits = sum(map(bool, hit))
    density = f"{number(sum(map(bool, inside)) / len(inside))}" if inside else "undefined"
    cover = f"{number(sum(map(bool, inside)) / hits)}" if hits else "undefined"
    board = Canvas(
        WIDTH,
        bottom + below(x_label, right - left),
        title=f"{hit_label} by {x_label} and {y_label}",
        desc=f"Box {number(x0)} to {number(x1)} by {number(y0)} to {number(y1)}; in this plane "
        f"share of hits inside {density}, share of all hits inside {cover}.",
    )
    x_axis(board, sx, bottom, x_label)
    y_axis(board, sy, left, y_label)
    board.rect(sx(x0), sy(y1), sx(x1) - sx(x0), sy(y0) - sy(y1), fill="orange", opacity=0.14)
    for wanted in (False, True):
        for a, b, h in list(zip(xs, ys, hit))[::every]:
            if bool(h) is wanted:
                if wanted:
                    board.circle(sx(a), sy(b), 2.3, fill="vermilion", opacity=0.8)
                else:
                    board.circle(sx(a), sy(b), 2, fill=None, stroke="sky", line=0.9)
    board.rect(sx(x0), sy(y1), sx(x1) - sx(x0), sy(y0) - sy(y1), stroke="ink", line=1.6)
    board.circle(left + 6, 16, 3.2, fill="vermilion")
    board.text(left + 15, 20, hit_label, size=12)
    at = left + 15 + text_width(hit_label, 12) + 24
    board.circle(at, 16, 3, fill=None, stroke="sky", line=1)
    board.text(at + 9, 20, miss_label, size=12)
    if every > 1:
        board.text(
            right,
            20,
            f"1 in {every} of {len(xs)} draws drawn",
            size=11,
            anchor="end",
            fill="soft",
            italic=True,
        )
    return board.render()
