"""Two negotiations side by side: the inputs that differ."""

from __future__ import annotations

from typing import Any

from negotiate.case.live import shown
from negotiate.drawing import tables


def _rows(item: Any) -> list[list[str]]:
    return [[path, *("-" if v is None else shown(v) for v in pair)] for path, *pair in item.rows]


def text(item: Any) -> str:
    """A line for each input that differs."""
    if not item.rows:
        return f"{item.here} and {item.there}: the same inputs"
    return tables.text(["path", item.here, item.there], _rows(item))


def html(item: Any) -> str:
    """The same as a table."""
    return tables.html(["path", item.here, item.there], _rows(item))
