"""Bars: the tornado of one-way ranges, the waterfall of shares, the spread of each term."""

from __future__ import annotations

from collections.abc import Sequence

from negotiate.drawing.plot import below, x_axis
from negotiate.drawing.svg import WIDTH, Canvas, Scale, finite, padded, text_width, wrap
from negotiate.drawing.text import number
from negotiate.errors import InputError


def same_length(where: str, **series: Sequence[object]) -> int:
    """The common length of several sequences; refuses different ones."""
    sizes = {name: len(values) for name, values in series.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise InputError(f"lengths differ: {told}", where=where, allowed="one length")
    count = next(iter(sizes.values()))
    if not count:
        raise InputError("there is nothing to draw", where=where, allowed="one entry or more")
    return count


def _gutter(labels: Sequence[str], *, most: float = 215) -> float:
    return min(most, max(text_width(label, 12.5) for label in labels) + 14)


def _row_label(board: Canvas, right: float, middle: float, label: str) -> None:
    lines = wrap(label, right - 8, 12.5)
    for index, line in enumerate(lines):
        board.text(
            right - 8,
            middle + 4.5 + 14 * (index - (len(lines) - 1) / 2),
            line,
            size=12.5,
            anchor="end",
        )


def tornado(
    labels: Sequence[str],
    low: Sequence[float],
    high: Sequence[float],
    base: float,
    *,
    quantity: str,
    ranges: Sequence[tuple[str, str]] = (),
    most: int = 20,
) -> str:
    """One-way ranges: what the answer is at the low and the high end of each input.

    Parameters
    ----------
    labels
        Names of the inputs.
    low, high
        The answer with the input at its low end and at its high end, the rest at base.
    base
        The answer with every input at base.
    quantity
        Name of the answer with its unit, for the axis.
    ranges
        The low and high end of each input as text, printed at the ends of its bar.
    most
        How many bars to draw, the longest first; what is left out is counted in the figure.
    """
    where = "tornado"
    count = same_length(where, labels=labels, low=low, high=high)
    lows, highs = finite(low, where), finite(high, where)
    base = finite([base], where)[0]
    order = sorted(
        range(count), key=lambda i: (-max(abs(highs[i] - lows[i]), abs(lows[i] - base)), labels[i])
    )
    shown, left_out = order[:most], count - min(count, most)
    left = _gutter([labels[i] for i in shown])
    values = [lows[i] for i in shown] + [highs[i] for i in shown] + [base]
    edge = [text for i in shown if ranges for text in ranges[i]]
    room = min(110.0, max((text_width(text, 11) for text in edge), default=4) + 8)
    scale = Scale(*padded(min(values), max(values), 0.02), left + room, WIDTH - room - 8)
    step, top = 30.0, 34.0
    bottom = top + step * len(shown) + 4
    height = bottom + below(quantity, scale.end - scale.start) + (16 if left_out else 0)
    widest = labels[shown[0]]
    board = Canvas(
        WIDTH,
        height,
        title=f"One-way ranges of {quantity}",
        desc=f"Horizontal bars, longest first; base {number(base)}. The widest is {widest}, from "
        f"{number(lows[shown[0]])} at its low end to {number(highs[shown[0]])} at its high end.",
    )
    x_axis(board, scale, bottom, quantity, grid_to=top - 6)
    for row, i in enumerate(shown):
        middle = top + step * (row + 0.5)
        _row_label(board, left, middle, labels[i])
        for end, colour in ((lows[i], "sky"), (highs[i], "vermilion")):
            board.rect(
                scale(base), middle - 8, scale(end) - scale(base), 16, fill=colour, opacity=0.9
            )
        same_side = (lows[i] - base) * (highs[i] - base) > 0
        if same_side:  # both ends move the answer one way: the shorter bar is drawn last, thinner
            end, colour = min(
                ((lows[i], "sky"), (highs[i], "vermilion")), key=lambda pair: abs(pair[0] - base)
            )
            board.rect(
                scale(base), middle - 4, scale(end) - scale(base), 8, fill=colour, stroke="paper"
            )
        if ranges:
            for end, text, other in (
                (lows[i], ranges[i][0], highs[i]),
                (highs[i], ranges[i][1], lows[i]),
            ):
                if same_side and abs(end - base) < abs(other - base):
                    continue
                right = end > other or (end == other and text == ranges[i][1])
                word = wrap(text, room - 4, 11, lines=1)[0]
                at = max(scale(end), scale(base)) + 5 if right else min(scale(end), scale(base)) - 5
                board.text(
                    at,
                    middle + 4,
                    word,
                    size=11,
                    fill="soft",
                    halo=True,
                    anchor="start" if right else "end",
                )
    board.line(scale(base), top - 8, scale(base), bottom, stroke="ink", width=1.2)
    board.text(scale(base), top - 13, f"base {number(base)}", size=12, anchor="middle", halo=True)
    board.rect(8, 8, 11, 11, fill="sky", opacity=0.9)
    board.text(24, 18, "input low", size=12)
    board.rect(92, 8, 11, 11, fill="vermilion", opacity=0.9)
    board.text(108, 18, "input high", size=12)
    if left_out:
        board.text(
            WIDTH - 8,
            height - 6,
            f"{left_out} shorter bars not drawn",
            size=11,
            anchor="end",
            fill="soft",
            italic=True,
        )
    return board.render()


def waterfall(
    labels: Sequence[str],
    shares: Sequence[float],
    start: float,
    end: float,
    *,
    quantity: str,
    start_label: str = "no lever",
    end_label: str = "all levers",
    bounds: Sequence[tuple[float, float]] = (),
) -> str:
    """From ``start`` to ``end`` by one share after another, in the order given.

    ``bounds`` are lower and upper shares where ties leave them open; drawn as whiskers at the end
    of each bar. A remainder (shares that do not add up) is drawn as a bar of its own and named.
    """
    where = "waterfall"
    count = same_length(where, labels=labels, shares=shares)
    parts = finite(shares, where)
    start, end = finite([start, end], where)
    rest = end - start - sum(parts)
    names = [start_label, *labels]
    if abs(rest) > 1e-6 * max(1.0, abs(end - start)):
        names.append("not attributed")
        parts.append(rest)
    names.append(end_label)
    levels = [start]
    for part in parts:
        levels.append(levels[-1] + part)
    reach = list(levels)
    for i, (low, high) in enumerate(bounds[:count]):
        reach += [levels[i] + low, levels[i] + high]
    left = _gutter(names)
    scale = Scale(*padded(min(reach), max(reach), 0.06), left + 10, WIDTH - 62)
    step, top = 30.0, 14.0
    bottom = top + step * len(names) + 4
    board = Canvas(
        WIDTH,
        bottom + below(quantity, scale.end - scale.start),
        title=f"Shares in {quantity}",
        desc=f"From {number(start)} ({start_label}) to {number(end)} ({end_label}): "
        + "; ".join(f"{name} {number(part)}" for name, part in zip(names[1:], parts))
        + ".",
    )
    x_axis(board, scale, bottom, quantity, grid_to=top)
    for row, name in enumerate(names):
        middle = top + step * (row + 0.5)
        _row_label(board, left, middle, name)
        if row in (0, len(names) - 1):
            value = start if row == 0 else end
            board.line(scale(value), middle - 10, scale(value), middle + 10, stroke="ink", width=3)
            shown, edge = number(value), scale(value)
        else:
            part, before, after = parts[row - 1], levels[row - 1], levels[row]
            colour = "blue" if part >= 0 else "vermilion"
            if name == "not attributed":
                colour = "rule"
            board.rect(scale(before), middle - 8, scale(after) - scale(before), 16, fill=colour)
            if part == 0:
                board.line(
                    scale(after), middle - 8, scale(after), middle + 8, stroke="soft", width=2
                )
            edge = max(scale(before), scale(after))
            if row - 1 < len(bounds):
                a, b = (scale(before + bound) for bound in bounds[row - 1])
                board.line(a, middle, b, middle, stroke="ink", width=1.2)
                for x in (a, b):
                    board.line(x, middle - 4, x, middle + 4, stroke="ink", width=1.2)
                edge = max(edge, a, b)
            shown = ("+" if part > 0 else "") + number(part)
        board.text(edge + 6, middle + 4, shown, size=12, halo=True)
        if row < len(names) - 1:
            x = scale(levels[min(row, len(levels) - 1)])
            board.line(x, middle + 8, x, middle + step - 8, stroke="soft", dash="2 2")
    return board.render()


def terms(
    labels: Sequence[str],
    low: Sequence[float],
    middle: Sequence[float],
    high: Sequence[float],
    *,
    quantity: str = "level of the issue",
    marks: Sequence[tuple[str, Sequence[float | None]]] = (),
    ends: Sequence[tuple[str, str]] = (),
    spread_label: str = "5 % to 95 % of draws, median",
) -> str:
    """The spread of each term over the draws, with points to compare: the signed deal, a midpoint.

    Parameters
    ----------
    labels
        Names of the issues.
    low, middle, high
        Ends of the interval and the median of the predicted level, one an issue.
    quantity
        Name and unit of the common scale.
    marks
        (name, level for each issue or None): drawn as signs on each row.
    ends
        What the low and the high end of each issue mean, in words.
    spread_label
        What the bar is.
    """
    where = "terms"
    same_length(where, labels=labels, low=low, middle=middle, high=high)
    lows, mids, highs = finite(low, where), finite(middle, where), finite(high, where)
    left = _gutter(labels)
    given = [value for _, row in marks for value in row if value is not None]
    everything = [*lows, *highs, *finite(given, where)]
    inside = min(everything) >= 0 and max(everything) <= 1
    span = (0.0, 1.0) if inside else padded(min(everything), max(everything))
    scale = Scale(*span, left + 14, WIDTH - 18)
    step = 57.0 if ends else 32.0
    top = 34.0
    bottom = top + step * len(labels) + 2
    board = Canvas(
        WIDTH,
        bottom + below(quantity, scale.end - scale.start),
        title=f"Spread of each term ({quantity})",
        desc="; ".join(
            f"{name}: {number(a)} to {number(c)}, median {number(b)}"
            for name, a, b, c in zip(labels, lows, mids, highs)
        ),
    )
    x_axis(board, scale, bottom, quantity, grid_to=top - 4)
    signs = (("diamond", "vermilion"), ("ring", "ink"), ("triangle", "green"), ("cross", "purple"))
    for row, name in enumerate(labels):
        y = top + step * row + 16
        _row_label(board, left, y, name)
        board.line(scale.start, y, scale.end, y, stroke="grid")
        board.rect(
            scale(lows[row]),
            y - 6,
            max(scale(highs[row]) - scale(lows[row]), 1),
            12,
            fill="sky",
            opacity=0.55,
        )
        board.line(scale(mids[row]), y - 8, scale(mids[row]), y + 8, stroke="blue", width=2.4)
        for (_, values), (shape, colour) in zip(marks, signs):
            value = values[row]
            if value is not None:
                board.marker(scale(value), y, shape, colour=colour, size=5)
        if ends:
            half = (scale.end - scale.start) / 2 - 6
            for text, x, anchor in (
                (ends[row][0], scale.start, "start"),
                (ends[row][1], scale.end, "end"),
            ):
                for line, part in enumerate(wrap(text, half, 11)):
                    board.text(
                        x,
                        y + 21 + 13 * line,
                        part,
                        size=11,
                        fill="soft",
                        anchor=anchor,
                        italic=True,
                    )
    x = 8.0
    board.rect(x, 8, 22, 11, fill="sky", opacity=0.55)
    board.line(x + 11, 6, x + 11, 21, stroke="blue", width=2.4)
    wanted = sum(text_width(name, 12) + 38 for name in (spread_label, *(n for n, _ in marks)))
    # where they do not all fit, each entry has its part of the row
    share = WIDTH if wanted <= WIDTH - 20 else (WIDTH - 60.0) / (len(marks) + 1) - 40
    spread_label = wrap(spread_label, max(share, 180), 12, lines=1)[0]
    board.text(x + 28, 18, spread_label, size=12)
    x += 28 + text_width(spread_label, 12) + 22
    for (name, _), (shape, colour) in zip(marks, signs):
        board.marker(x + 5, 13.5, shape, colour=colour, size=5)
        shown = wrap(name, share, 12, lines=1)[0]
        board.text(x + 16, 18, shown, size=12)
        x += 16 + text_width(shown, 12) + 20
    return board.render()
