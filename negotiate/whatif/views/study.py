"""A study, shown: the sentence, the summary table, the distributions of its metrics."""

from __future__ import annotations

from typing import Any

from negotiate.drawing.plot import x_axis, y_axis
from negotiate.drawing.svg import WIDTH, Canvas, Scale, padded, wrap
from negotiate.drawing.text import escape, number

LABELS = 8
"""Labels of a metric that are shown, most frequent first; the rest are counted together."""


def shown(study: Any) -> Any:
    """The summary with the most frequent labels of each metric, the rest in one row."""
    import pandas as pd

    frame = study.summary()
    if "label" not in frame.columns:
        return frame
    parts = []
    for _, rows in frame.groupby(["scenario", "metric"], sort=False, dropna=False):
        if rows["label"].isna().all() or len(rows) <= LABELS + 1:
            parts.append(rows)
            continue
        ordered = rows.sort_values("share", ascending=False, kind="stable")
        rest = ordered.iloc[[LABELS]].copy()
        rest["label"] = f"{len(ordered) - LABELS} others together"
        rest["share"] = ordered["share"].iloc[LABELS:].sum()
        parts += [ordered.iloc[:LABELS], rest]
    return pd.concat(parts, ignore_index=True)


def text(study: Any) -> str:
    """Sentence and summary table."""
    return f"{study.sentence()}\n{shown(study).to_string(index=False, na_rep='')}"


def html(study: Any) -> str:
    """Sentence and summary table, every label escaped."""
    frame = shown(study)
    head = "".join(f"<th>{escape(name)}</th>" for name in frame.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(item)}</td>" for item in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in study.notes)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<p>{escape(study.sentence())}</p>{table}{notes}"


def _cell(item: Any) -> str:
    if item is None or (isinstance(item, float) and item != item):
        return ""
    return escape(item if isinstance(item, str) else number(item))


BARS = 6
"""Labels of one metric that are drawn; the rest is counted."""


def figure(study: Any) -> str:
    """A histogram of each numeric metric, bars for each label metric, one below the other."""
    import numpy as np

    names = [name for name in study.metrics if study.dataset[name].dims[-1:] != ("axis",)][:6]
    board = Canvas(
        WIDTH,
        190.0 * max(len(names), 1),
        title="Spread of each metric over the draws",
        desc=", ".join(names),
    )
    for row, name in enumerate(names):
        top, left, right, bottom = 190.0 * row + 24, 72.0, WIDTH - 16.0, 190.0 * row + 140
        values = study.metric(name).ravel()
        board.text(left, top - 8, name, bold=True)
        if values.dtype.kind == "U":
            labels, counts = np.unique(values[values != ""], return_counts=True)
            order = np.argsort(-counts, kind="stable")
            shares = counts[order] / max(counts.sum(), 1)
            shown = min(len(labels), BARS)
            step = (bottom + 24 - top) / max(shown, 1)
            scale = Scale(0, 1, left + 200, right - 50)
            for k, (label, share) in enumerate(zip(labels[order][:shown], shares)):
                y = top + step * (k + 0.5)
                end = scale(float(share))
                word = wrap(label, left + 150, 12, lines=1)[0]
                board.text(left + 192, y + 4, word, anchor="end", size=12)
                board.rect(scale(0), y - 0.35 * step, end - scale(0), 0.7 * step, fill="sky")
                board.text(end + 6, y + 4, number(float(share)), size=12)
            if len(labels) > shown:
                rest = (
                    f"and {len(labels) - shown} more, {number(float(shares[shown:].sum()))} in all"
                )
                board.text(right, bottom + 40, rest, anchor="end", size=12, fill="soft")
            continue
        known = values[np.isfinite(values)]
        if not known.size:
            board.text(left, top + 16, "no draw has a value", fill="soft")
            continue
        counts, edges = np.histogram(known, bins=40)
        sx = Scale(*padded(float(edges[0]), float(edges[-1]), 0.01), left, right)
        sy = Scale(0, float(counts.max()) * 1.04, bottom, top)
        y_axis(board, sy, left, "draws", grid_to=right)
        for a, b, count in zip(edges, edges[1:], counts):
            board.rect(
                sx(a),
                sy(count),
                sx(b) - sx(a),
                bottom - sy(count),
                fill="sky",
                stroke="paper",
                line=0.7,
            )
        x_axis(board, sx, bottom, study.dataset[name].attrs.get("unit", ""))
    return board.render()
