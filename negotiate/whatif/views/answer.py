"""An answer, shown: its sentence, its table, its picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from negotiate.drawing import figures
from negotiate.drawing.text import clean, escape, number

ROWS = 15
"""Rows of a table that are shown; the rest are counted."""

BINS = 40


def text(answer: Any) -> str:
    """Sentence, table, notes; the table keeps paths, so that they can be typed again."""
    records = answer.records()
    more = [f"... and {len(records) - ROWS} more rows"] if len(records) > ROWS else []
    frame = answer.table().head(ROWS).to_string(index=False, na_rep="") if records else ""
    return "\n".join(filter(None, [answer.said(), frame, *more, *answer.notes]))


def html(answer: Any) -> str:
    """Sentence, picture, table and notes, every label escaped."""
    notes = "".join(f"<p>{escape(note)}</p>" for note in answer.notes)
    picture = answer.picture()
    drawn = figure(answer) if _drawable(picture) else ""
    return f"<p>{escape(answer.said())}</p>{drawn}{table(answer)}{notes}"


def table(answer: Any) -> str:
    """The table, its first rows, with words for paths."""
    records = answer.records()
    if not records:
        return ""
    if len(records) == 1:  # one long row reads better downwards
        rows = "".join(
            f"<tr><th scope='row'>{escape(name)}</th><td>{_cell(answer, item)}</td></tr>"
            for name, item in records[0].items()
        )
        return f"<table><tbody>{rows}</tbody></table>"
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in records[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(answer, item)}</td>" for item in row.values()) + "</tr>"
        for row in records[:ROWS]
    )
    more = f"<p>and {len(records) - ROWS} more rows</p>" if len(records) > ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(answer: Any, item: Any) -> str:
    if item is None or (isinstance(item, float) and item != item):
        return ""
    return escape(answer.word(item) if isinstance(item, str) else number(item))


def _bars(picture: Any) -> str:
    return figures.bars(
        picture.labels,
        picture.values,
        low=picture.low,
        high=picture.high,
        quantity=picture.x_label,
        marks=picture.marks,
    )


def _waterfall(picture: Any) -> str:
    """First and last values are totals, the others steps between them."""
    ends = list(zip(picture.low, picture.high))
    return figures.waterfall(
        picture.labels[1:-1],
        picture.values[1:-1],
        picture.values[0],
        picture.values[-1],
        quantity=picture.x_label,
        start_label=picture.labels[0],
        end_label=picture.labels[-1],
        bounds=ends,
    )


def _histogram(picture: Any) -> str:
    import numpy as np

    values = np.asarray(picture.values[0], float)
    low, high = float(values.min()), float(values.max())
    # the outermost draws would squeeze the rest into a few bins; they join the last one
    if len(values) > 1000:
        low, high = (float(q) for q in np.quantile(values, [0.001, 0.999]))
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(values, low, high), edges)
    words = picture.mark_words or ("",) * len(picture.marks)
    return figures.histogram(
        edges.tolist(),
        (counts / len(values)).tolist(),
        quantity=picture.x_label,
        marks=list(zip(picture.marks, words)),
        y_label=f"share of {picture.y_label or 'draws'}",
    )


def _lines(picture: Any) -> str:
    import numpy as np

    series = {
        clean(label): np.asarray(values, float).tolist()
        for label, values in zip(picture.labels, picture.values)
    }
    words = picture.mark_words or tuple(number(mark) for mark in picture.marks)
    return figures.curve(
        np.asarray(picture.x, float).tolist(),
        series,
        x_label=picture.x_label,
        y_label=picture.y_label,
        marks=list(zip(picture.marks, words)),
    )


def _box(picture: Any) -> str:
    return figures.ranges(
        picture.labels,
        picture.low,
        picture.high,
        quantity=picture.x_label,
        middle=picture.points,
        ends=picture.ends,
    )


_DRAW: dict[str, Callable[[Any], str]] = {
    "bars": _bars,
    "waterfall": _waterfall,
    "histogram": _histogram,
    "lines": _lines,
    "box": _box,
}


def _drawable(picture: Any) -> bool:
    """Whether there is anything to draw: a box without limits, a threshold nowhere have nothing."""
    return bool(picture.labels) and all(getattr(value, "size", 1) for value in picture.values)


def figure(answer: Any) -> str:
    """The answer's picture as SVG, with words for paths."""
    return draw(answer, answer.picture())


def draw(answer: Any, picture: Any) -> str:
    """Another picture of the answer, such as the trade-off of a peeling trajectory."""
    from dataclasses import replace

    from negotiate.errors import NoSolutionError
    from negotiate.whatif.words import told

    if not _drawable(picture):
        raise NoSolutionError(
            "there is nothing to draw",
            where=type(answer).__name__.lower(),
            remedy="read its sentence: it says why",
        )
    worded = replace(
        picture,
        labels=tuple(told(answer.word(label), answer.names) for label in picture.labels),
        x_label=told(picture.x_label, answer.names),
        y_label=told(picture.y_label, answer.names),
    )
    return _DRAW[picture.kind](worded)
