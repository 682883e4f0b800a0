"""A study, shown: the sentence, the summary table, the distributions of its metrics."""

from __future__ import annotations

from typing import Any

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


def figure(study: Any) -> str:
    """A histogram of each numeric metric, bars for each label metric, as SVG."""
    import numpy as np

    from negotiate.drawing.matplotlib_axes import axes_svg

    names = [name for name in study.metrics if study.dataset[name].dims[-1:] != ("axis",)][:6]

    def draw(axes: Any) -> None:
        for axis, name in zip(axes, names):
            values = study.metric(name).ravel()
            if values.dtype.kind == "U":
                labels, counts = np.unique(values[values != ""], return_counts=True)
                axis.barh(labels, counts / max(counts.sum(), 1), color="#4477aa")
                axis.set_xlabel("share of draws")
            else:
                axis.hist(values[np.isfinite(values)], bins=40, color="#4477aa")
                axis.set_ylabel("draws")
                axis.set_xlabel(study.dataset[name].attrs.get("unit", ""))
            axis.set_title(name, fontsize=9)

    return axes_svg(draw, panels=max(len(names), 1))
