"""Sentences for people: two significant digits, whole percentages, levels and lists in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate.drawing.text import number, percent

SMALL = 0.005
"""Stakes below this are said to be under 0.01."""


def about(value: float) -> str:
    """A number with two significant digits, a true minus sign, never an exponent.

    >>> about(0.0456), about(71.43), about(-0.2), about(0), about(1234)
    ('0.046', '71', '−0.20', '0', '1,200')
    """
    x = float(value)
    if x == 0 or not np.isfinite(x):
        return "0" if x == 0 else number(x)
    places = 1 - int(np.floor(np.log10(abs(x))))
    rounded = round(x, places)
    if places > 0:
        return number(rounded, places)
    return ("−" if rounded < 0 else "") + f"{abs(rounded):,.0f}"


def stakes(value: float, *, unit: bool = True) -> str:
    """An amount of stakes, its size only: signs are said by the verb.

    >>> stakes(-0.456), stakes(0.001), stakes(1.0, unit=False)
    ('0.46 stakes', 'under 0.01 stakes', '1.00')
    """
    x = abs(float(value))
    text = "under 0.01" if x < SMALL else number(x, 2)
    return f"{text} stakes" if unit else text


def signed(value: float) -> str:
    """A change with its sign; one too small to show is nought.

    >>> signed(0.2), signed(-0.2), signed(0.001)
    ('+0.20', '−0.20', '0')
    """
    x = float(value)
    return "0" if abs(x) < SMALL else f"{'+' if x > 0 else ''}{number(x, 2)}"


def interval(triple: Sequence[float]) -> str:
    """Median and 90 % interval of draws, with signs.

    >>> interval((-0.1, 0.0, 0.2))
    '0 (−0.10 to +0.20)'
    """
    low, middle, high = triple
    if low == high:
        return signed(middle)
    return f"{signed(middle)} ({signed(low)} to {signed(high)})"


def gains(value: float) -> str:
    """A gain or a loss as a verb with its amount.

    >>> gains(0.5), gains(-0.5), gains(0.0)
    ('gains 0.50 stakes', 'loses 0.50 stakes', 'neither gains nor loses')
    """
    if abs(float(value)) < SMALL:
        return "neither gains nor loses"
    return f"{'gains' if value > 0 else 'loses'} {stakes(value)}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Names in a row; nothing is said of an empty one.

    >>> listed(["a", "b", "c"]), listed([])
    ('a, b and c', 'none')
    """
    items = list(items)
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def spread(values: Any) -> tuple[float, float, float] | None:
    """5 %, median and 95 % of the finite draws; None where there are none."""
    flat = np.asarray(values, dtype=float).ravel()
    flat = flat[np.isfinite(flat)]
    if not len(flat):
        return None
    low, middle, high = (float(x) for x in np.percentile(flat, [5, 50, 95]))
    return low, middle, high


def level(issue: Any, at: Any) -> str:
    """A level of an issue in the words of the file: the nearest one, or the two it lies between.

    Options are said by their names.
    """
    if not issue.is_interval:
        return _option(at)
    known = sorted(issue.levels, key=lambda entry: float(entry.at))
    x = float(at)
    if not known:
        return number(x, 2)
    near = min(known, key=lambda entry: abs(float(entry.at) - x))
    return str(near.means)


def _option(at: Any) -> str:
    return at.replace("-", " ") if isinstance(at, str) else "a mixture"


def nothing(what: str, remedy: str) -> str:
    """One line for a part that the file has not.

    >>> nothing("No lever is in the file", "[[lever]]")
    'No lever is in the file: add [[lever]].'
    """
    return f"{what}: add {remedy}."


def share(value: float) -> str:
    """A share of draws in whole per cent, never all or none of them unless it is so.

    >>> share(1.0), share(0.9999).startswith("over 99"), share(0.5)[:2], share(0.0)
    ('every one', True, '50', 'none')
    """
    x = float(value)
    if x == 1:
        return "every one"
    if x == 0:
        return "none"
    return f"over {percent(0.99)}" if x > 0.995 else percent(x)
