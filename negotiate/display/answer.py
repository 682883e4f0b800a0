"""An answer, shown: its sentence, its table, its picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from negotiate.display._axes import axes_svg
from negotiate.display._text import escape, number

BLUE, RED, GREY = "#4477aa", "#cc6677", "#888888"


def text(answer: Any) -> str:
    """Sentence, table, notes."""
    table = answer.table().to_string(index=False, na_rep="")
    return "\n".join([answer.sentence(), table, *answer.notes])


def html(answer: Any) -> str:
    """Sentence, table and notes, every label escaped."""
    frame = answer.table()
    head = "".join(f"<th>{escape(name)}</th>" for name in frame.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(item)}</td>" for item in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in answer.notes)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<p>{escape(answer.sentence())}</p>{table}{notes}"


def _cell(item: Any) -> str:
    if item is None or (isinstance(item, float) and item != item):
        return ""
    return escape(item if isinstance(item, str) else number(item))


def _bars(axis: Any, picture: Any) -> None:
    places = range(len(picture.labels))
    axis.barh(places, picture.values, color=BLUE, height=0.6)
    if picture.low:
        for place, low, high in zip(places, picture.low, picture.high):
            axis.plot([low, high], [place, place], color="black", linewidth=1)
    axis.set_yticks(places, picture.labels)
    axis.invert_yaxis()


def _waterfall(axis: Any, picture: Any) -> None:
    """First and last values are totals, the others steps between them."""
    total = picture.values[0]
    last = len(picture.values) - 1
    for place, value in enumerate(picture.values):
        if place in (0, last):
            axis.barh(place, value, color=GREY, height=0.6)
            continue
        axis.barh(place, value, left=total, color=BLUE if value >= 0 else RED, height=0.6)
        total += value
    axis.set_yticks(range(len(picture.labels)), picture.labels)
    axis.invert_yaxis()
    axis.axvline(0, color="black", linewidth=0.8)


def _histogram(axis: Any, picture: Any) -> None:
    for label, values in zip(picture.labels, picture.values):
        axis.hist(
            values,
            bins=40,
            alpha=0.7,
            label=label,
            color=BLUE if label == picture.labels[0] else None,
        )
    if len(picture.labels) > 1:
        axis.legend(frameon=False)


def _lines(axis: Any, picture: Any) -> None:
    for label, values in zip(picture.labels, picture.values):
        axis.plot(picture.x, values, label=label)
    if len(picture.labels) > 1:
        axis.legend(frameon=False)


def _box(axis: Any, picture: Any) -> None:
    """Each range as a bar on its quantity's own scale from 0 to 1."""
    places = range(len(picture.labels))
    for place, low, high in zip(places, picture.low, picture.high):
        axis.barh(place, 1, color="#dddddd", height=0.5)
        axis.barh(place, high - low, left=low, color=BLUE, height=0.5)
    axis.set_yticks(places, picture.labels)
    axis.set_xlim(0, 1)
    axis.invert_yaxis()


_DRAW: dict[str, Callable[[Any, Any], None]] = {
    "bars": _bars,
    "waterfall": _waterfall,
    "histogram": _histogram,
    "lines": _lines,
    "box": _box,
}


def figure(answer: Any) -> str:
    """The answer's picture as SVG."""
    picture = answer.picture()

    def draw(axes: Any) -> None:
        axis = axes[0]
        _DRAW[picture.kind](axis, picture)
        for mark in picture.marks:
            axis.axvline(mark, color=RED, linewidth=1, linestyle="--")
        axis.set_xlabel(picture.x_label)
        axis.set_ylabel(picture.y_label)

    rows = len(picture.labels) if picture.kind in ("bars", "waterfall", "box") else 8
    return axes_svg(draw, height=max(1.6, 0.35 * rows + 0.9))
