"""Bars with intervals, and ranges each on its own scale: what most answers of a study draw."""

from __future__ import annotations

from collections.abc import Sequence

from negotiate.drawing.bars import _gutter, same_length
from negotiate.drawing.plot import below, x_axis
from negotiate.drawing.svg import WIDTH, Canvas, Scale, finite, padded, text_width, wrap
from negotiate.drawing.text import number

STEP = 31.0
"""Height of a row whose label has at most two lines."""

LINES = 5
"""Most lines of a label."""


def _step(labels: Sequence[str], left: float) -> float:
    """Height of a row: that of the longest label."""
    lines = max(len(wrap(label, left - 8, 12.5, lines=LINES)) for label in labels)
    return max(STEP, 14.0 * lines + 4)


def _label(board: Canvas, right: float, middle: float, label: str) -> None:
    lines = wrap(label, right - 8, 12.5, lines=LINES)
    for index, line in enumerate(lines):
        board.text(
            right - 8,
            middle + 4.5 + 14 * (index - (len(lines) - 1) / 2),
            line,
            size=12.5,
            anchor="end",
        )


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    quantity: str,
    low: Sequence[float] = (),
    high: Sequence[float] = (),
    marks: Sequence[float] = (),
    most: int = 20,
) -> str:
    """Horizontal bars in the order given, with intervals as whiskers and their values at the end.

    Parameters
    ----------
    labels, values
        One bar each; at most ``most`` are drawn and the figure counts the rest.
    low, high
        Ends of the intervals.
    marks
        Values to mark across all bars: a promised level, a base rate.
    """
    where = "bars"
    count = same_length(where, labels=labels, values=values)
    sizes = finite(values, where)
    lows, highs = finite(low, where), finite(high, where)
    shown = min(count, most)
    left = _gutter(labels[:shown], most=280)
    step = _step(labels[:shown], left)
    reach = [0.0, *sizes[:shown], *lows[:shown], *highs[:shown], *finite(marks, where)]
    lowest, highest = padded(min(reach), max(reach), 0.02)
    scale = Scale(0.0 if min(reach) >= 0 else lowest, highest, left + 6, WIDTH - 62)
    top = 10.0
    bottom = top + step * shown + 4
    left_out = count - shown
    board = Canvas(
        WIDTH,
        bottom + below(quantity, scale.end - scale.start) + (16 if left_out else 0),
        title=quantity,
        desc="; ".join(f"{name} {number(v)}" for name, v in zip(labels[:shown], sizes)) + ".",
    )
    x_axis(board, scale, bottom, quantity, grid_to=top)
    for row in range(shown):
        middle = top + step * (row + 0.5)
        _label(board, left, middle, labels[row])
        zero, edge = scale(0.0), scale(sizes[row])
        board.rect(
            min(zero, edge),
            middle - 8,
            abs(edge - zero),
            16,
            fill="blue" if sizes[row] >= 0 else "vermilion",
            opacity=0.85,
        )
        end = max(zero, edge)
        if lows:
            a, b = scale(lows[row]), scale(highs[row])
            board.line(a, middle, b, middle, stroke="ink", width=1.3)
            for x in (a, b):
                board.line(x, middle - 4, x, middle + 4, stroke="ink", width=1.3)
            end = max(end, b)
        board.text(end + 6, middle + 4, number(sizes[row]), size=12, halo=True)
    for mark in marks:
        board.line(scale(mark), top - 4, scale(mark), bottom, stroke="vermilion", dash="5 3")
    if left_out:
        board.text(
            WIDTH - 8,
            bottom + below(quantity, scale.end - scale.start) + 8,
            f"{left_out} more not drawn",
            size=11,
            anchor="end",
            fill="soft",
            italic=True,
        )
    return board.render()


def ranges(
    labels: Sequence[str],
    low: Sequence[float],
    high: Sequence[float],
    *,
    quantity: str,
    middle: Sequence[float] = (),
    ends: Sequence[tuple[str, str]] = (),
    most: int = 15,
) -> str:
    """A part of each quantity's own range: a box of scenario discovery, a posterior interval.

    Parameters
    ----------
    labels
        One row each.
    low, high
        Ends of the part as shares of the row's whole range, from 0 to 1.
    middle
        A point to mark in each row, as a share.
    ends
        The two ends of each part in the row's own unit, printed beside it.
    """
    where = "ranges"
    count = same_length(where, labels=labels, low=low, high=high)
    lows = [min(max(v, 0.0), 1.0) for v in finite(low, where)]
    highs = [min(max(v, 0.0), 1.0) for v in finite(high, where)]
    middles = finite(middle, where)
    shown = min(count, most)
    left = _gutter(labels[:shown], most=280)
    scale = Scale(0.0, 1.0, left + 10, WIDTH - 20)
    step = _step(labels[:shown], left) + (13 if ends else 0)
    top = 10.0
    bottom = top + step * shown + 4
    left_out = count - shown
    board = Canvas(
        WIDTH,
        bottom + below(quantity, scale.end - scale.start) + (16 if left_out else 0),
        title=quantity,
        desc="; ".join(
            f"{name}: {number(a)} to {number(b)} of its range"
            for name, a, b in zip(labels[:shown], lows, highs)
        )
        + ".",
    )
    x_axis(board, scale, bottom, quantity)
    for row in range(shown):
        y = top + step * row + 14
        _label(board, left, y, labels[row])
        board.rect(scale.start, y - 7, scale.end - scale.start, 14, fill="wash", stroke="grid")
        a, b = scale(lows[row]), scale(highs[row])
        board.rect(a, y - 7, max(b - a, 1.5), 14, fill="sky", opacity=0.75)
        if middles:
            at = scale(min(max(middles[row], 0.0), 1.0))
            board.line(at, y - 9, at, y + 9, stroke="blue", width=2.4)
        if ends:
            first, last = ends[row]
            wide = text_width(first, 11) + text_width(last, 11) + 12
            if b - a >= wide:
                board.text(a, y + 19, first, size=11, fill="soft")
                board.text(b, y + 19, last, size=11, fill="soft", anchor="end")
            else:
                text = " to ".join(word for word in (first, last) if word)
                half = text_width(text, 11) / 2
                at = min(max((a + b) / 2, scale.start + half), scale.end - half)
                board.text(at, y + 19, text, size=11, fill="soft", anchor="middle")
    if left_out:
        board.text(
            WIDTH - 8,
            bottom + below(quantity, scale.end - scale.start) + 8,
            f"{left_out} more not drawn",
            size=11,
            anchor="end",
            fill="soft",
            italic=True,
        )
    return board.render()
