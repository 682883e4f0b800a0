"""One table of a form's numbers, as text and as HTML: what the dynamic forms share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape, number


def cell(value: Any) -> str:
    """A number, a list of numbers, or mean and 90 % range over draws."""
    if isinstance(value, str):
        return clean(value)
    try:
        values = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return clean(value)
    if values.ndim == 0:
        return number(float(values)) if np.isfinite(values) else clean(float(values))
    good = values[np.isfinite(values)]
    if not good.size:
        return "no number in any draw"
    low, high = np.quantile(good, [0.05, 0.95])
    return f"{number(float(good.mean()))} ({number(float(low))} to {number(float(high))})"


def text(title: str, facts: Mapping[str, Any]) -> str:
    """Title and table for a terminal."""
    rows = [[clean(name), cell(value)] for name, value in facts.items()]
    return f"{clean(title)}\n{tables.text(['what', 'value'], rows)}"


def html(title: str, facts: Mapping[str, Any]) -> str:
    """Title and table, escaped."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(cell(value))}</td></tr>"
        for name, value in facts.items()
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{rows}</tbody></table>"
