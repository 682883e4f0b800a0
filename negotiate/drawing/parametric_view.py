"""Forms given by named numbers: a table of numbers, a table of metrics, a strip of margins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from negotiate.drawing.text import clean, escape, number


def text(form: Any) -> str:
    """Title, numbers and metrics, one a line."""
    lines = [clean(form.title or type(form).__name__)]
    lines += [f"  {clean(name)} = {_show(value)}" for name, value in form.numbers().items()]
    for name, value in form.metrics().items():
        lines.append(f"  -> {clean(name)} = {_show(value)} ({clean(form.metric_names()[name])})")
    return "\n".join(lines)


def html(form: Any) -> str:
    """The same as two tables; every label escaped."""
    given = _table(("number", "value"), ((n, _show(v)) for n, v in form.numbers().items()))
    meaning: Mapping[str, str] = form.metric_names()
    found = _table(
        ("metric", "value", "meaning"),
        ((name, _show(value), meaning[name]) for name, value in form.metrics().items()),
    )
    title = escape(form.title or type(form).__name__)
    return f"<section><h4>{title}</h4>{given}{found}</section>"


def figure(form: Any) -> str:
    """Signed margins of the equilibria as bars from zero (forms with ``existence``).

    A bar to the right says that the equilibrium exists, its length how far it is from the
    boundary; forms without regions show their metrics that lie between zero and one.
    """
    from negotiate.drawing.svg import Canvas, Scale

    rows = _rows(form)
    height = 46 + 26 * max(len(rows), 1)
    title = form.title or type(form).__name__
    board = Canvas(640, height, title=title, desc="; ".join(f"{n}: {v:.3g}" for n, v in rows))
    reach = max([abs(v) for _, v in rows] + [1e-9])
    low = -reach if any(v < 0 for _, v in rows) else 0.0
    scale = Scale(low, reach, 230.0, 570.0)
    board.line(scale(0.0), 20, scale(0.0), height - 12, stroke="rule")
    for k, (name, value) in enumerate(rows):
        y = 34.0 + 26 * k
        start, end = sorted((scale(0.0), scale(value)))
        board.rect(start, y - 8, max(end - start, 1.0), 16, fill="blue" if value >= 0 else "soft")
        board.text(220, y + 4, name, anchor="end")
        board.text(578, y + 4, number(value), anchor="start")
    return board.render()


def _rows(form: Any) -> list[tuple[str, float]]:
    source = form.existence() if hasattr(form, "existence") else form.metrics()
    rows = []
    for name, value in source.items():
        if getattr(value, "ndim", 0) or isinstance(value, (str, bool)):
            continue
        try:
            rows.append((str(name), float(value)))
        except (TypeError, ValueError):
            continue
    return rows


def _show(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(_show(item) for item in value)
    if getattr(value, "ndim", 0):
        return f"{value.shape[0]} draws, {number(value.min())} to {number(value.max())}"
    if isinstance(value, str):
        return clean(value)
    return number(value)


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
