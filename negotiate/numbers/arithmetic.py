"""Arithmetic that is written once for fractions, floats, arrays over draws and SymPy symbols.

A formula built from these and from ``+ - * /`` serves every kind of number: exact numbers stay
fractions, arrays are taken element by element, symbols (where nothing is compared) stay symbols.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

Number = Any


def is_exact(*numbers: Number) -> bool:
    """Are all numbers fractions or integers?"""
    return all(isinstance(x, (int, Fraction)) and not isinstance(x, bool) for x in numbers)


def is_symbolic(*numbers: Number) -> bool:
    """Is any number a SymPy expression?"""
    return any(hasattr(x, "free_symbols") for x in numbers)


def larger(*numbers: Number) -> Number:
    """Elementwise maximum in whichever arithmetic the numbers carry."""
    return _extreme(numbers, max, "Max", np.maximum)


def smaller(*numbers: Number) -> Number:
    """Elementwise minimum."""
    return _extreme(numbers, min, "Min", np.minimum)


def _extreme(numbers: tuple[Number, ...], exact: Any, symbolic: str, floats: Any) -> Number:
    if is_exact(*numbers):
        return exact(_fraction(x) for x in numbers)
    if is_symbolic(*numbers):
        import sympy

        return getattr(sympy, symbolic)(*numbers)
    out = numbers[0]
    for x in numbers[1:]:
        out = floats(np.asarray(out, dtype=float), np.asarray(x, dtype=float))
    return _plain(out)


def clip(x: Number, low: Number, high: Number) -> Number:
    """``x`` moved into [low, high]."""
    return smaller(larger(x, low), high)


def choose(condition: Number, yes: Number, no: Number) -> Number:
    """``yes`` where the condition holds."""
    if isinstance(condition, (bool, np.bool_)):
        return yes if condition else no
    return _plain(np.where(condition, np.asarray(yes, dtype=float), np.asarray(no, dtype=float)))


def ratio(top: Number, bottom: Number, *, empty: Number) -> Number:
    """``top / bottom``, and ``empty`` where the bottom is zero."""
    if is_exact(top, bottom):
        return _fraction(top) / _fraction(bottom) if bottom else empty
    if is_symbolic(top, bottom):
        return top / bottom
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype=float), np.asarray(bottom, dtype=float))
    out = np.full(top.shape, empty, dtype=float)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return _plain(out)


def over(top: Number, bottom: Number) -> Number:
    """``top / bottom`` where the bottom is known not to be zero; exact for exact numbers."""
    return _fraction(top) / _fraction(bottom) if is_exact(top, bottom) else top / bottom


def _fraction(x: int | Fraction) -> Fraction:
    return x if isinstance(x, Fraction) else Fraction(x)  # a traced fraction keeps its trace


def _plain(x: Number) -> Number:
    return float(x) if isinstance(x, np.ndarray) and x.ndim == 0 else x
