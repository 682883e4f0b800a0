"""Numbers of a game tree: exact where they are given exactly, floats where they are floats.

Whole numbers, fractions, decimals and texts such as ``"1/3"`` are exact; one float makes the whole
array float; an array over draws adds its axes in front; SymPy expressions stay as they are.

>>> pack([[1, "1/3"], ["0.1", 2]])
array([[Fraction(1, 1), Fraction(1, 3)],
       [Fraction(1, 10), Fraction(2, 1)]], dtype=object)
>>> pack([[1, 0.5]])
array([[1. , 0.5]])
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError
from negotiate.numbers.fractions import number as read


def number(value: Any, *, where: str = "") -> Any:
    """One entry: a `Fraction`, a float, a float array over draws or a SymPy expression."""
    if isinstance(value, (float, np.floating)) and math.isfinite(value):
        return float(value)
    return read(value, where=where)


def pack(rows: Sequence[Sequence[Any]], *, width: int | None = None) -> NDArray[Any]:
    """Rows of entries as one array (..., rows, columns), read-only."""
    width = len(rows[0]) if width is None else width
    flat = [value for row in rows for value in row]
    kinds = set(map(type, flat))
    if kinds == {float} and all(map(math.isfinite, flat)):  # the common cases at full speed
        return _sealed(np.array(flat), len(rows), width)
    if kinds == {int}:  # equal whole numbers share one fraction
        made = {value: Fraction(value) for value in set(flat)}
        flat = [made[value] for value in flat]
        kinds = {Fraction}
    if kinds != {Fraction}:
        flat = [number(value) for value in flat]
        kinds = {Fraction if isinstance(value, Fraction) else type(value) for value in flat}
    shape: tuple[int, ...] = ()
    if np.ndarray in kinds:
        shape = np.broadcast_shapes(*{v.shape for v in flat if isinstance(v, np.ndarray)})
    symbolic = bool(kinds - {float, Fraction, np.ndarray})
    floats = shape or float in kinds
    if symbolic and shape:
        raise InputError(
            "symbols and draws are mixed", allowed="one or the other", remedy="substitute first"
        )
    if floats and not symbolic:
        out = np.empty((*shape, len(flat)), dtype=np.float64)
        for index, value in enumerate(flat):
            out[..., index] = value if isinstance(value, np.ndarray) else float(value)
    else:
        out = np.empty(len(flat), dtype=object)
        out[:] = [_as_symbol(value) for value in flat] if symbolic else flat
    return _sealed(out, len(rows), width)


def sparse(odds: Mapping[int, Any], place: NDArray[np.int64]) -> NDArray[Any]:
    """(..., nodes) ones but for the numbers given, moved to their place; read-only."""
    given = pack([list(odds.values())])[..., 0, :] if odds else np.empty(0, dtype=object)
    out = np.empty((*given.shape[:-1], len(place)), dtype=given.dtype)
    symbols = any(hasattr(value, "free_symbols") for value in odds.values())
    out[...] = _as_symbol(Fraction(1)) if symbols else Fraction(1)
    if odds:
        out[..., place[np.fromiter(odds, np.int64, len(odds))]] = given
    out.setflags(write=False)
    return out


def _sealed(flat: NDArray[Any], rows: int, width: int) -> NDArray[Any]:
    """The last axis cut into rows; read-only."""
    out = flat.reshape(*flat.shape[:-1], rows, width)
    out.setflags(write=False)
    return out


def _as_symbol(value: Any) -> Any:
    """Fractions do not mix with SymPy numbers of their own accord."""
    if isinstance(value, (Fraction, float)):
        import sympy

        return sympy.nsimplify(value) if isinstance(value, float) else sympy.Rational(value)
    return value


def is_one(total: Any) -> bool:
    """Whether probabilities that add up to ``total`` sum to one; exact for exact numbers."""
    if isinstance(total, Fraction):
        return total == 1
    if hasattr(total, "free_symbols"):
        import sympy

        return bool(sympy.simplify(total - 1) == 0)
    return bool(np.all(np.abs(np.asarray(total, dtype=np.float64) - 1) <= tolerance.WEIGHT_SUM))


def is_negative(value: Any) -> bool:
    """Whether a probability is surely below zero; a symbol without a sign is let through."""
    if hasattr(value, "free_symbols"):
        return bool(value.is_negative)
    return bool(np.any(np.asarray(value < 0)))


def shown(value: Any) -> str:
    """A number as people write it: ``1/3``, ``0.25``, an expression; draws by their mean.

    >>> shown(Fraction(1, 3)), shown(Fraction(2)), shown(0.25)
    ('1/3', '2', '0.25')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return f"{value.mean():.4g} (mean of {value.size} draws)"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    return str(value)
