"""A pair of axes on a canvas: frame, ticks, labels with units, and labels kept from colliding."""

from __future__ import annotations

from collections.abc import Sequence

from negotiate.drawing.svg import Canvas, Scale, text_width, wrap


def below(label: str, length: float) -> float:
    """Height that an axis of ``length`` with its label takes below itself."""
    return 46.0 + 16 * (len(wrap(label, length, 13)) - 1)


def x_axis(
    board: Canvas, scale: Scale, y: float, label: str, *, grid_to: float | None = None
) -> None:
    """A horizontal axis at height ``y``; ``grid_to`` draws light lines up to that height."""
    for tick in scale.ticks():
        at = scale(tick)
        if grid_to is not None:
            board.line(at, y, at, grid_to, stroke="grid")
        board.line(at, y, at, y + 4, stroke="rule")
        board.text(at, y + 18, scale.label(tick), size=12, anchor="middle", fill="soft")
    board.line(scale.start, y, scale.end, y, stroke="rule")
    middle = (scale.start + scale.end) / 2
    for index, line in enumerate(wrap(label, abs(scale.end - scale.start), 13)):
        board.text(middle, y + 38 + 16 * index, line, anchor="middle")


def y_axis(
    board: Canvas, scale: Scale, x: float, label: str, *, grid_to: float | None = None
) -> None:
    """A vertical axis at ``x``, its label turned along it."""
    widest = 0.0
    for tick in scale.ticks():
        at, text = scale(tick), scale.label(tick)
        widest = max(widest, text_width(text, 12))
        if grid_to is not None:
            board.line(x, at, grid_to, at, stroke="grid")
        board.line(x - 4, at, x, at, stroke="rule")
        board.text(x - 8, at + 4, text, size=12, anchor="end", fill="soft")
    board.line(x, scale.start, x, scale.end, stroke="rule")
    middle = (scale.start + scale.end) / 2
    lines = wrap(label, abs(scale.start - scale.end), 13)
    for index, line in enumerate(lines):
        at = x - 20 - widest - 16 * (len(lines) - 1 - index)
        board.text(at, middle, line, anchor="middle", turn=-90)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near ``wanted`` and at least ``gap`` apart, inside ``[low, high]`` if they fit.

    Overlapping neighbours are merged into blocks centred on their mean wish, which minimises the
    summed squared displacement for a given order (pool adjacent violators).

    >>> spread([10, 10, 50], 10, 0, 100)
    [5.0, 15.0, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    if len(order) * gap > high - low:
        gap = (high - low) / max(len(order) - 1, 1) if len(order) > 1 else gap
    blocks: list[tuple[float, int]] = []  # (first place, members)
    for index in order:
        first, members = float(wanted[index]), 1
        while blocks and blocks[-1][0] + gap * blocks[-1][1] > first:
            before, count = blocks.pop()
            total = before * count + first * members - gap * count * members
            # the mean over members of (wish - rank * gap), both halves already being such means
            members, first = members + count, total / (members + count)
        first = max(low, min(first, high - gap * (members - 1)))
        blocks.append((first, members))
    out = [0.0] * len(wanted)
    at = 0
    edge = low
    for first, members in blocks:
        first = max(first, edge)
        for rank in range(members):
            out[order[at]] = first + rank * gap
            at += 1
        edge = first + gap * members
    overshoot = max((value for value in out), default=high) - high
    if overshoot > 0:
        limit = high
        for index in reversed(order):
            out[index] = min(out[index], limit)
            limit = out[index] - gap
    return out


def legend(
    board: Canvas, x: float, y: float, entries: Sequence[tuple[str, str, str]], *, width: float
) -> float:
    """Line samples with names, laid out in rows of ``width``; returns the height used.

    An entry is (name, colour, dash).
    """
    left, top = x, y
    for name, colour, dash in entries:
        text = wrap(name, width - 34, 12, lines=1)[0]
        need = 30 + text_width(text, 12) + 18
        if left > x and left + need > x + width:
            left, top = x, top + 18
        board.line(left, top - 4, left + 24, top - 4, stroke=colour, width=2, dash=dash)
        board.text(left + 30, top, text, size=12)
        left += need
    return top - y + 18 if entries else 0
