"""A one-way curve: metrics along one quantity."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import figures, tables
from negotiate.drawing.text import escape
from negotiate.whatif import metric
from negotiate.whatif.words import words


def _numeric(item: Any) -> dict[str, Any]:
    return {name: v for name, v in item.answers.items() if np.asarray(v).dtype != object}


def text(item: Any) -> str:
    """A table of at most eleven points."""
    step = max(1, (len(item.values) - 1) // 10)
    names = list(item.answers)
    rows = [
        [float(item.values[k]), *(_plain(item.answers[name][k]) for name in names)]
        for k in range(0, len(item.values), step)
    ]
    return tables.text([words(item.case, item.path), *names], rows)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


def html(item: Any) -> str:
    """The figure, or the table where an answer is a label."""
    return figure(item) if _numeric(item) else f"<pre>{escape(text(item))}</pre>"


def figure(item: Any) -> str:
    """The curves as SVG."""
    return figures.curve(
        item.values.tolist(),
        {name: np.asarray(v, dtype=float).tolist() for name, v in _numeric(item).items()},
        x_label=words(item.case, item.path),
        y_label=metric.axis(item.case, _numeric(item)),
        base=item.base,
    )
