"""Figures of the crisis models: bargaining range, win-sets, regions of equilibria.

`share_bar` draws intervals of one divisible prize with marked shares: the bargaining range of a
costly lottery, the win-sets of a two-level game. `regions` draws the plane of two numbers, coloured
by which equilibria exist there; where several do, the region says all of them.

>>> text = share_bar([("better than war for both", 0.45, 0.8)], [(0.6, "chance of winning")],
...                  who="Russia", other="Turkey", what="share of the prize")
>>> text.startswith("<svg") and "better than war for both" in text
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from negotiate.drawing.plot import below, spread, x_axis, y_axis
from negotiate.drawing.svg import SERIES, WIDTH, Canvas, Scale, finite, text_width, wrap
from negotiate.drawing.text import number
from negotiate.errors import InputError

GRID = 184
"""Cells a side at which a plane is read; neighbours with one answer are drawn as one."""


def share_bar(
    bands: Sequence[tuple[str, float, float]],
    marks: Sequence[tuple[float, str]],
    *,
    who: str,
    other: str,
    what: str,
) -> str:
    """One bar from 0 to 1, the share of ``who``: bands in rows, marks above with leaders.

    A band whose low end is above its high end is empty and says so.
    """
    finite([x for _, a, b in bands for x in (a, b)] + [x for x, _ in marks], "share bar")
    span = [0.0, 1.0, *(x for _, a, b in bands for x in (a, b)), *(x for x, _ in marks)]
    scale = Scale(min(span), max(span), 30.0, WIDTH - 30.0)
    flags = _flags(scale, marks)
    rows = 1 + max((row for *_, row in flags), default=-1)
    top = 20.0 + 17 * rows + (14 if rows else 0)
    tall, gap = 26.0, 20.0
    bottom = top + len(bands) * (tall + gap)
    board = Canvas(
        WIDTH,
        bottom + below(what, WIDTH - 60.0) + 4,
        title=f"{what} of {who} against {other}",
        desc="; ".join(f"{name}: {number(a)} to {number(b)}" for name, a, b in bands)
        + "".join(f"; {word} at {number(at)}" for at, word in marks)
        + ".",
    )
    board.rect(scale(0), top, scale(1) - scale(0), bottom - top - gap + 6, fill="wash")
    for k, (name, a, b) in enumerate(bands):
        y = top + k * (tall + gap)
        board.line(scale(0), y + tall / 2, scale(1), y + tall / 2, stroke="grid")
        label = f"{name}: {number(a)} to {number(b)}" if a <= b else f"{name}: empty"
        if a <= b:
            board.rect(scale(a), y, max(scale(b) - scale(a), 1.5), tall, opacity=0.6,
                       fill=SERIES[k % len(SERIES)])  # fmt: skip
        middle = min(
            max((scale(a) + scale(b)) / 2, 30 + text_width(label, 12) / 2),
            WIDTH - 30 - text_width(label, 12) / 2,
        )
        board.text(middle, y + tall + 13, label, size=12, anchor="middle")
    for at, word, x, row in flags:
        y = 16.0 + 17 * row
        board.text(x, y, f"{word} {number(at)}", size=12, anchor="middle")
        board.line(x, y + 4, scale(at), top - 2, stroke="soft", width=0.8)
        board.line(scale(at), top - 2, scale(at), bottom - gap + 4, stroke="ink", width=1.6)
    x_axis(board, scale, bottom, f"{what} of {who} (the rest is {other}'s)")
    return board.render()


def _flags(scale: Scale, marks: Sequence[tuple[float, str]]) -> list[tuple[float, str, float, int]]:
    """Value, word, place of the word and its row: words of one row do not meet."""
    out: list[tuple[float, str, float, int]] = []
    ends: list[float] = []
    for at, word in sorted(marks):
        half = text_width(f"{word} {number(at)}", 12) / 2 + 5
        x = min(max(scale(at), half + 4), WIDTH - half - 4)
        row = next((k for k, end in enumerate(ends) if x - half > end), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = x + half
        out.append((at, word, x, row))
    return out


def regions(
    existence: Callable[[Any, Any], Mapping[str, Any]],
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    x_label: str,
    y_label: str,
    at: tuple[float, float] | None = None,
    here: str = "the case",
) -> str:
    """The plane of two numbers by which equilibria exist, read at the middle of each cell.

    Parameters
    ----------
    existence
        Signed margin of every equilibrium over arrays of both numbers: it exists where that is not
        negative. Where several exist the region carries all their names.
    x, y
        Ranges of the axes.
    at
        A point to mark, with ``here`` beside it.
    """
    if not (x[0] < x[1] and y[0] < y[1]):
        raise InputError(f"ranges {x} and {y}", where="regions", allowed="low below high")
    left, right, top, bottom = 72.0, 440.0, 16.0, 384.0
    sx, sy = Scale(*x, left, right), Scale(*y, bottom, top)
    step_x, step_y = (x[1] - x[0]) / GRID, (y[1] - y[0]) / GRID
    table = _labels(
        existence, x[0] + (np.arange(GRID) + 0.5) * step_x, y[0] + (np.arange(GRID) + 0.5) * step_y
    )
    names = sorted(
        {label for row in table for label in row},
        key=lambda label: (-sum(row.count(label) for row in table), label),
    )
    tints = {
        name: (SERIES[k % len(SERIES)], 0.5 if k < 6 else 0.22) for k, name in enumerate(names)
    }
    board = Canvas(
        WIDTH,
        bottom + below(x_label, right - left),
        title=f"Equilibria by {x_label} and {y_label}",
        desc="Regions: "
        + "; ".join(names)
        + (f". {here} at {number(at[0])}, {number(at[1])}." if at else "."),
    )
    for first, last, low, high, label in _blocks(table):
        colour, opacity = tints[label]
        board.rect(
            sx(x[0] + first * step_x),
            sy(y[0] + high * step_y),
            sx(x[0] + last * step_x) - sx(x[0] + first * step_x),
            sy(y[0] + low * step_y) - sy(y[0] + high * step_y),
            fill=colour,
            opacity=opacity,
        )
    x_axis(board, sx, bottom, x_label)
    y_axis(board, sy, left, y_label)
    line = 22.0
    for k, name in enumerate(names):
        letter = chr(65 + k % 26)
        spot = _middle(table, name)
        if spot is not None:
            board.text(
                sx(x[0] + spot[0] * step_x),
                sy(y[0] + spot[1] * step_y) + 5,
                letter,
                anchor="middle",
                bold=True,
            )
        colour, opacity = tints[name]
        board.rect(right + 16, line - 12, 16, 16, fill=colour, opacity=opacity)
        board.text(right + 24, line + 0.5, letter, size=11.5, anchor="middle", bold=True)
        words = wrap(name or "none", WIDTH - right - 46, 12, lines=5)
        for index, word in enumerate(words):
            board.text(right + 40, line + 15 * index, word, size=12)
        line += 15 * len(words) + 9
    if at is not None:
        px = min(max(at[0], x[0]), x[1])
        py = min(max(at[1], y[0]), y[1])
        board.marker(sx(px), sy(py), "diamond")
        side = "end" if sx(px) > (left + right) / 2 else "start"
        board.text(sx(px) + (-10 if side == "end" else 10), sy(py) - 8, here, size=12.5,
                   anchor=side, bold=True, halo=True)  # fmt: skip
    return board.render()


def _labels(
    existence: Callable[[Any, Any], Mapping[str, Any]], xs: Any, ys: Any
) -> list[list[str]]:
    """Names of the equilibria at every cell of a grid, one row for each of ``ys``."""
    across, up = (a.ravel() for a in np.meshgrid(xs, ys))
    margins = existence(across, up)
    label = np.full(across.shape, "", dtype=object)
    for name, margin in margins.items():
        there = np.broadcast_to(np.asarray(margin, dtype=float) >= 0, across.shape)
        label[there] = [f"{old}, {name}" if old else name for old in label[there]]
    rows: list[list[str]] = label.reshape(len(ys), len(xs)).tolist()
    return rows


def _blocks(table: list[list[str]]) -> list[tuple[int, int, int, int, str]]:
    """Rectangles of one answer: runs along a row, and equal runs of neighbouring rows together."""
    done: list[tuple[int, int, int, int, str]] = []
    growing: dict[tuple[int, int, str], int] = {}
    for j, row in enumerate(table):
        runs, start = set(), 0
        for i in range(1, len(row) + 1):
            if i == len(row) or row[i] != row[start]:
                runs.add((start, i, row[start]))
                start = i
        for run in [r for r in growing if r not in runs]:
            low = growing.pop(run)
            done.append((run[0], run[1], low, j, run[2]))
        for run in sorted(runs):
            growing.setdefault(run, j)
    done += [(a, b, low, len(table), label) for (a, b, label), low in growing.items()]
    return sorted(done)


def _middle(table: list[list[str]], name: str) -> tuple[float, float] | None:
    """A cell deep inside the largest part of a region: the middle of its longest run, mid-height.

    None where the region is too thin for a letter.
    """
    best: tuple[int, float, float] | None = None
    for j, row in enumerate(table):
        start = 0
        for i in range(1, len(row) + 1):
            if i == len(row) or row[i] != row[start]:
                if row[start] == name:
                    i_mid = (start + i) // 2
                    height = 0
                    while j + height + 1 < len(table) and table[j + height + 1][i_mid] == name:
                        height += 1
                    depth = 0
                    while j - depth - 1 >= 0 and table[j - depth - 1][i_mid] == name:
                        depth += 1
                    room = min(i - start, height + depth + 1)
                    score = room * 1000 + i - start - abs(height - depth)
                    if best is None or score > best[0]:
                        best = (score, (start + i) / 2, j + (height - depth) / 2 + 0.5)
                start = i
    if best is None or best[0] < 5000:
        return None
    return best[1], best[2]


def steps(cutoffs: Sequence[Sequence[float]], *, what: str) -> str:
    """Partitions of a line, one a row: what talk can tell apart in each equilibrium."""
    rows = [finite(row, "steps") for row in cutoffs]
    scale = Scale(0.0, 1.0, 90.0, WIDTH - 20.0)
    bottom = 18.0 + 34 * len(rows)
    board = Canvas(
        WIDTH,
        bottom + below(what, WIDTH - 110.0),
        title=f"What talk can tell: {what}",
        desc="; ".join(", ".join(number(x) for x in row) for row in rows),
    )
    for k, row in enumerate(rows):
        y = 14.0 + 34 * k
        parts = len(row) - 1
        board.text(80, y + 17, f"{parts} step{'s' if parts > 1 else ''}", anchor="end")
        for i, (a, b) in enumerate(pairwise(row)):
            board.rect(scale(a), y, scale(b) - scale(a), 22, stroke="paper", line=2, opacity=0.5,
                       fill=SERIES[i % len(SERIES)])  # fmt: skip
        cuts = row[1:-1]
        if cuts and len(cuts) < 12:
            places = spread([scale(c) for c in cuts], 34, 100, WIDTH - 30)
            for cut, place in zip(cuts, places):
                board.text(place, y + 15.5, number(cut, 2), size=11, anchor="middle", halo=True)
    x_axis(board, scale, bottom, what)
    return board.render()


def nice(value: float) -> float:
    """The next round number up (1, 2 or 5 times a power of ten), for the end of an axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * 0.999)
