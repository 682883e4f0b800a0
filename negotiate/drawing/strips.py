"""Strips: which answer holds where along one quantity, and how draws spread along one answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from negotiate.drawing.bars import same_length
from negotiate.drawing.plot import below, spread, x_axis, y_axis
from negotiate.drawing.svg import SERIES, WIDTH, Canvas, Scale, finite, padded, text_width, wrap
from negotiate.drawing.text import number
from negotiate.errors import InputError


def strip(
    cells: Sequence[tuple[float, float, str]],
    *,
    quantity: str,
    base: float | None = None,
    points: Sequence[tuple[float, str]] = (),
    span: tuple[float, float] | None = None,
) -> str:
    """The answer as a function of one quantity: cells in a row, cut at the thresholds.

    Parameters
    ----------
    cells
        (low, high, answer), in order and without overlap. Equal answers share a colour.
    quantity
        Name and unit of the quantity.
    base
        Its value in the file, drawn as a line.
    points
        (value, answer) pairs that hold at one value only, drawn as dots.
    span
        Low and high of the plausible range, drawn as a bracket under the strip.
    """
    where = "strip"
    if not cells:
        raise InputError("there is no cell", where=where, allowed="one cell or more")
    edges = finite([v for low, high, _ in cells for v in (low, high)], where)
    if any(b < a for a, b in itertools.pairwise(edges)):
        raise InputError(
            "the cells overlap or are out of order",
            where=where,
            allowed="each cell's low at or above the last one's high",
        )
    answers = list(dict.fromkeys(answer for *_, answer in cells))
    extra = ([base] if base is not None else []) + [v for v, _ in points] + list(span or ())
    scale = Scale(min([*edges, *extra]), max([*edges, *extra]), 24, WIDTH - 24)
    rows = {answer: wrap(answer, 250, 12, lines=2) for answer in answers}
    columns = 2
    lines_above = -(-len(answers) // columns)
    key = 20.0 + 32 * lines_above
    cuts = sorted(set(edges[1:-1]) | {value for value, _ in points})
    top = key + (26 if base is not None else 12)
    tall = 34.0
    label_row = top + tall + 18
    axis = top + tall + 38 + (16 if span else 0)
    board = Canvas(
        WIDTH,
        axis + below(quantity, WIDTH - 48.0),
        title=f"The answer along {quantity}",
        desc="; ".join(f"{number(a)} to {number(b)}: {answer}" for a, b, answer in cells),
    )
    tints = {answer: SERIES[i % len(SERIES)] for i, answer in enumerate(answers)}
    for i, answer in enumerate(answers):
        x, y = 24.0 + (i % columns) * 300, 8.0 + 32 * (i // columns)
        board.rect(x, y + 2, 16, 16, fill=tints[answer], opacity=0.55 if i < 6 else 0.25)
        board.text(x + 8, y + 14.5, chr(65 + i % 26), size=11.5, anchor="middle", bold=True)
        for index, line in enumerate(rows[answer]):
            board.text(x + 24, y + 14 + 14 * index, line, size=12)
    for low, high, answer in cells:
        i = answers.index(answer)
        width = scale(high) - scale(low)
        board.rect(
            scale(low),
            top,
            width,
            tall,
            fill=tints[answer],
            opacity=0.55 if i < 6 else 0.25,
            stroke="paper",
        )
        if width > 14:
            board.text(
                (scale(low) + scale(high)) / 2,
                top + 22,
                chr(65 + i % 26),
                size=14,
                anchor="middle",
                bold=True,
            )
    for value, answer in points:
        board.circle(scale(value), top + tall / 2, 5, fill=tints.get(answer, "ink"), stroke="ink")
    if cuts:
        widest = max(text_width(number(cut), 11.5) for cut in cuts)
        places = spread(
            [scale(cut) for cut in cuts], widest + 10, 24 + widest / 2, WIDTH - 24 - widest / 2
        )
        for cut, at in zip(cuts, places):
            board.line(scale(cut), top, scale(cut), top + tall + 4, stroke="ink")
            board.line(scale(cut), top + tall + 4, at, label_row - 9, stroke="soft", width=0.7)
            board.text(at, label_row, number(cut), size=11.5, anchor="middle")
    if base is not None:
        board.line(scale(base), top - 7, scale(base), top + tall + 3, stroke="ink", width=2.2)
        side = "end" if scale(base) > WIDTH - 60 else "start" if scale(base) < 60 else "middle"
        board.text(scale(base), top - 11, f"base {number(base)}", size=12, anchor=side)
    if span is not None:
        a, b = scale(span[0]), scale(span[1])
        y = label_row + 13
        board.line(a, y, b, y, stroke="soft", width=1.2)
        for x in (a, b):
            board.line(x, y - 4, x, y + 4, stroke="soft", width=1.2)
        board.text(
            (a + b) / 2,
            y - 3,
            "plausible range",
            size=10.5,
            anchor="middle",
            halo=True,
            fill="soft",
            italic=True,
        )
    x_axis(board, scale, axis, quantity)
    return board.render()


def histogram(
    edges: Sequence[float],
    counts: Sequence[float],
    *,
    quantity: str,
    marks: Sequence[tuple[float, str]] = (),
    y_label: str = "share of draws",
) -> str:
    """Spread of one answer over the draws: bins given by ``edges`` (one more than ``counts``).

    ``marks`` are (value, word) pairs: the base, the signed deal, a quantile.
    """
    where = "histogram"
    same_length(where, counts=counts, bins=edges[1:])
    bounds, bars = finite(edges, where), finite(counts, where)
    if any(b <= a for a, b in itertools.pairwise(bounds)) or min(bars) < 0:
        raise InputError("edges must rise and counts be 0 or more", where=where)
    span = [*bounds, *(value for value, _ in marks)]
    left, right, bottom = 72.0, WIDTH - 16.0, 300.0
    top = 22.0 + 17 * len(marks)
    sx = Scale(*padded(min(span), max(span), 0.01), left, right)
    sy = Scale(0, max(bars) * 1.04 or 1, bottom, top)
    board = Canvas(
        WIDTH,
        bottom + below(quantity, right - left),
        title=f"Spread of {quantity}",
        desc=f"{len(bars)} bins from {number(bounds[0])} to {number(bounds[-1])}"
        + "".join(f"; {word} at {number(value)}" for value, word in marks)
        + ".",
    )
    y_axis(board, sy, left, y_label, grid_to=right)
    for a, b, bar in zip(bounds, bounds[1:], bars):
        board.rect(
            sx(a), sy(bar), sx(b) - sx(a), bottom - sy(bar), fill="sky", stroke="paper", line=0.7
        )
    x_axis(board, sx, bottom, quantity)
    flags = []
    for place, (value, word) in enumerate(marks):
        text = f"{word} {number(value)}"
        flip = sx(value) + text_width(text, 12) + 8 > right
        flags.append((not flip, -value if flip else value, place, sx(value), text, flip))
    for row, (_, _, place, x, text, flip) in enumerate(sorted(flags)):  # no line cuts a label
        y = 20.0 + 17 * row
        board.line(
            x,
            y - 8,
            x,
            bottom,
            stroke="ink" if place == 0 else "vermilion",
            width=1.6,
            dash="" if place == 0 else "5 3",
        )
        board.text(
            x - 6 if flip else x + 6, y, text, size=12, halo=True, anchor="end" if flip else "start"
        )
    return board.render()
