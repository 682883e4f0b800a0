"""How one point of a solution looks, whatever its concept: its named parts, one under another.

Exact numbers stay as they are written; floats are rounded for reading; arrays over draws are given
by their mean and range; nested mappings (strategies by information set, beliefs by node) become
lines of label and value. Probabilities of zero are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from negotiate.drawing.text import MINUS, clean, escape, exact, number
from negotiate.solution import Point
from negotiate.tolerance import SPACING

PARTS = ("strategies", "terms", "payoffs", "beliefs", "facts")
"""The mappings of a point, in the order shown."""
MAX_LINES = 60
"""Lines shown of one part."""
MAX_EXACT = 30
"""Characters of an exact algebraic number that are still readable."""


def text(point: Point) -> str:
    """Plain text, one part after another."""
    lines = [heading(point)]
    for name, rows in parts(point):
        lines.append(f"  {name}")
        lines += [f"    {label}: {value}" for label, value in rows]
    return "\n".join(lines)


def html(point: Point) -> str:
    """A definition list in a table, every label escaped."""
    body = []
    for name, rows in parts(point):
        for k, (label, value) in enumerate(rows):
            head = (
                f'<th scope="rowgroup" rowspan="{len(rows)}">{escape(name)}</th>' if k == 0 else ""
            )
            body.append(f"<tr>{head}<td>{escape(label)}</td><td>{escape(value)}</td></tr>")
    return (
        f'<div class="ng-point"><p><strong>{escape(heading(point))}</strong></p>'
        f'<table class="ng-table">{"".join(body)}</table></div>'
    )


def heading(point: Point) -> str:
    """Label and marks."""
    marks = f" [{', '.join(clean(m) for m in point.marks)}]" if point.marks else ""
    return f"{clean(point.label) or 'Point'}{marks}"


def parts(point: Point) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Name of each part that is not empty, with its lines as (label, value)."""
    size = scale(point)
    for name in PARTS:
        mapping = settled(getattr(point, name), size)
        if not mapping:
            continue
        rows = list(_flat(mapping, zeros=name not in ("strategies", "beliefs")))
        if len(rows) > MAX_LINES:
            rows = [*rows[:MAX_LINES], ("...", f"{len(rows) - MAX_LINES} more")]
        if rows:
            yield name, rows
    if point.regret is not None:
        yield "regret", [("largest gain from a deviation", value(settled(point.regret, size)))]


def _flat(
    mapping: Mapping[Any, Any], path: tuple[str, ...] = (), *, zeros: bool
) -> Iterator[tuple[str, str]]:
    for key, item in mapping.items():
        here = (*path, clean(key))
        if isinstance(item, Mapping):
            if item and all(not isinstance(v, (Mapping, list, tuple)) for v in item.values()):
                shown = [
                    f"{clean(k)} {value(v)}" for k, v in item.items() if zeros or not _is_zero(v)
                ]
                if sum(map(len, shown)) <= 100:
                    yield " / ".join(here), "; ".join(shown) or "none"
                    continue
            yield from _flat(item, here, zeros=zeros)
        elif isinstance(item, (list, tuple)) and any(isinstance(v, Mapping) for v in item):
            for k, inner in enumerate(item):
                line = "; ".join(f"{clean(a)}: {value(b)}" for a, b in inner.items())
                yield " / ".join((*here, str(k + 1))), line
        elif zeros or not _is_zero(item):
            yield " / ".join(here), value(item)


def scale(point: Point) -> float:
    """Largest number among a point's strategies, terms and payoffs: what rounding is measured by.

    >>> scale(Point({"a": 0.25, "b": -40.0}))
    40.0
    """
    return max((_largest(getattr(point, name)) for name in PARTS[:3]), default=0.0) or 1.0


def _largest(item: Any) -> float:
    if isinstance(item, Mapping):
        return max(map(_largest, item.values()), default=0.0)
    if isinstance(item, (list, tuple)):
        return max(map(_largest, item), default=0.0)
    if isinstance(item, float):
        return abs(item) if math.isfinite(item) else 0.0
    if isinstance(item, (int, Fraction)):
        return float(min(max(item, -item), 10**300))
    return 0.0


def settled(item: Any, size: float) -> Any:
    """The item with floats that are rounding, next to numbers of that size, as zero.

    >>> settled({"gain": 1.1e-16, "share": 0.25, "exact": Fraction(1, 10**17)}, 1.0)["gain"]
    0.0
    >>> settled(1.1e-16, 1e-12)
    1.1e-16
    """
    if isinstance(item, Mapping):
        return {key: settled(value, size) for key, value in item.items()}
    if isinstance(item, (list, tuple)) and not hasattr(item, "_fields"):
        return type(item)(settled(value, size) for value in item)
    return 0.0 if isinstance(item, float) and abs(item) <= SPACING * size else item


def _is_zero(item: Any) -> bool:
    return isinstance(item, (int, float, Fraction)) and not isinstance(item, bool) and item == 0


def value(item: Any) -> str:
    """One value as text.

    >>> value(Fraction(1, 3)), value(0.25), value(("a", "b")), value({"x": 1, "y": 2})
    ('1/3', '0.250', 'a, b', 'x: 1; y: 2')

    A mapping inside a mapping stands in brackets, so that it is seen where it ends.

    >>> value({"from": {"Row": "Yield", "Column": "Stand"}, "rounds": 3})
    'from: (Row: Yield; Column: Stand); rounds: 3'
    """
    if isinstance(item, Mapping):
        return "; ".join(
            f"{clean(k)}: {f'({value(v)})' if isinstance(v, Mapping) else value(v)}"
            for k, v in item.items()
        )
    if isinstance(item, (tuple, list, set, frozenset)):
        shown = [value(v) for v in item]
        # items that hold commas of their own, such as profiles, are set apart
        return (" | " if any(", " in text for text in shown) else ", ").join(shown) or "none"
    if isinstance(item, Fraction):
        short = f"{item.numerator}/{item.denominator}" if item.denominator > 1 else str(item)
        return short.replace("-", MINUS) if len(short) <= 15 else exact(item)
    if getattr(item, "ndim", 0):
        return _draws(item)
    if getattr(item, "is_number", False) and len(str(item)) > MAX_EXACT:
        return f"{number(float(item))} (exact: an algebraic number)"
    return number(item)


def _draws(array: Any) -> str:
    import numpy as np

    try:
        values = np.asarray(array, dtype=float)
    except (TypeError, ValueError):
        return f"{np.size(array)} values"
    fine = values[np.isfinite(values)]
    if fine.size == 0:
        return f"undefined in all {values.size} draws"
    span = f"{number(float(fine.min()))} to {number(float(fine.max()))}"
    lost = f", undefined in {values.size - fine.size}" if fine.size < values.size else ""
    return f"mean {number(float(fine.mean()))} ({span}; {values.size} draws{lost})"
