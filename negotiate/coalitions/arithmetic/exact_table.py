"""A table of exact numbers as integers over one denominator, in machine words where they fit.

Fractions one by one would make a game of 20 players a million objects; integers over their common
denominator are an array, and sums over coalitions stay exact as long as no sum can overflow.

>>> integers([Fraction(1, 2), Fraction(1, 3)])
(array([3, 2]), 6)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

WORD = 2**62
"""Sums in machine words stay below this."""
HEADROOM = 2**40
"""Integers below this in absolute value may be summed over 2^20 coalitions in machine words."""
FLOAT_BITS = 40
"""A float table is read to this many bits below its largest entry."""


def integers(values: Sequence[Fraction | int] | Array) -> tuple[Array, int]:
    """Integers and their common denominator, the same shape as ``values``."""
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return narrowed(array.astype(object)), 1
    flat = [Fraction(v) for v in array.reshape(-1).tolist()]
    denominator = math.lcm(*(f.denominator for f in flat)) if flat else 1
    out = np.empty(len(flat), dtype=object)
    out[:] = [f.numerator * (denominator // f.denominator) for f in flat]
    return narrowed(out).reshape(array.shape), denominator


def narrowed(array: Array) -> Array:
    """Machine words where every entry leaves headroom, else Python integers."""
    if array.dtype != object:
        return array
    flat = array.reshape(-1).tolist()
    if all(-HEADROOM < v < HEADROOM for v in flat):
        return array.astype(np.int64)
    return array


def from_floats(values: Array) -> tuple[Array, int, Fraction]:
    """Integers, denominator and half the step to which one float table was read."""
    top = float(np.max(np.abs(values))) if values.size else 0.0
    if top == 0:
        return np.zeros(values.shape, dtype=np.int64), 1, Fraction(0)
    shift = FLOAT_BITS - 1 - math.frexp(top)[1]
    scaled = np.rint(np.ldexp(values, shift)).astype(np.int64)
    if shift >= 0:
        return scaled, 2**shift, Fraction(1, 2 ** (shift + 1))
    out = scaled.astype(object) * 2**-shift
    return narrowed(out), 1, Fraction(2**-shift, 2)
