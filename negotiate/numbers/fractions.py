"""The one reader of numbers: whatever form one number is given in, the same exact fraction.

A whole number, a fraction, a decimal, a text that spells one, a float and a NumPy or SymPy number
that mean the same number are read as the same number. A float is its shortest decimal: 0.1 is one
tenth, as its writer meant, and not 3602879701896397/36028797018963968.

>>> import numpy as np
>>> from decimal import Decimal
>>> given = (0.1, "0.1", "1/10", Decimal("0.1"), Fraction(1, 10), np.float64(0.1), np.array(0.1))
>>> {exact(number) for number in given}
{Fraction(1, 10)}
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

import numpy as np

from negotiate.errors import InputError

MAX_DIGITS = 400
"""A number whose exact form needs more digits than this is refused: it is a mistake or a trap."""

ALLOWED = 'a finite number: 2, 0.5, "1/3"'
_RATIO = re.compile(r"([+-]?\d[\d_]*)\s*/\s*(\d[\d_]*)\Z")


def exact(value: Any, *, where: str = "") -> Fraction:
    """One number as a fraction.

    Parameters
    ----------
    value
        An int, fraction, decimal, float (read as the shortest decimal that prints as it), text
        ("0.1", "1e-3", "1/3"), NumPy scalar or array without axes, or SymPy rational.
    where
        Place of the number, for the message.

    Returns
    -------
    Fraction
        The same for every way of giving the same number.

    Raises
    ------
    InputError
        For true and false, NaN, infinity, text that is no number, a number of more than
        `MAX_DIGITS` digits, an array, a symbol.

    Examples
    --------
    >>> exact(0.1), exact("1/3"), exact(2)
    (Fraction(1, 10), Fraction(1, 3), Fraction(2, 1))
    >>> exact(True)
    Traceback (most recent call last):
    negotiate.errors.InputError: true is not a number; allowed: ...
    """
    kind = type(value)
    if isinstance(value, Fraction):  # a traced one keeps its trace
        return value
    if kind is int:
        return Fraction(value)
    if isinstance(value, (bool, np.bool_)):
        raise _refused(f"{str(value).lower()} is not a number", where)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return exact(value.item(), where=where)
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise _refused(f"{value} is not finite, so that one cannot compute with it", where)
        return Fraction(str(value))  # of a float32 too, its own shortest decimal
    if isinstance(value, str):
        return _written(value, where)
    if isinstance(value, Decimal):
        return _decimal(value, where)
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if getattr(value, "is_Rational", False):  # SymPy
        return Fraction(int(value.p), int(value.q))
    if getattr(value, "is_Float", False):  # SymPy
        return exact(float(value), where=where)
    raise _refused(_described(value), where)


def number(value: Any, *, where: str = "") -> Any:
    """One entry of a game or a case: a fraction, an array over draws, or a SymPy expression.

    Parameters
    ----------
    value
        What `exact` reads; or an array with draw axes, which becomes a read-only array of finite
        floats; or a SymPy expression, which stays.
    where
        Place of the number, for the message.

    Returns
    -------
    Fraction, ndarray or SymPy expression

    Examples
    --------
    >>> number("0.25"), number([1, 2]).dtype.name
    (Fraction(1, 4), 'float64')
    """
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        try:
            out = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise _refused("not an array of numbers", where) from None
        if not np.isfinite(out).all():
            raise InputError("a draw is not finite", where=where, allowed="finite numbers")
        out.setflags(write=False)
        return out
    if hasattr(value, "free_symbols") and value.free_symbols:
        return value
    return exact(value, where=where)


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"expected one number, found an array of shape {value.shape}"
    if hasattr(value, "free_symbols"):
        return f"{value} is not one exact number"
    return f"{value!r} is not a number"


def _written(text: str, where: str) -> Fraction:
    plain = text.strip()
    if len(plain) > MAX_DIGITS:
        raise _refused(f"a number of {len(plain)} characters", where)
    ratio = _RATIO.match(plain)
    if ratio and int(ratio[2]):
        return Fraction(int(ratio[1]), int(ratio[2]))
    if not ratio:
        try:
            return _decimal(Decimal(plain), where)
        except InvalidOperation:
            pass
    raise _refused(f"'{text}' is not a number", where)


def _decimal(value: Decimal, where: str) -> Fraction:
    if not value.is_finite():
        raise _refused(f"{value} is not finite, so that one cannot compute with it", where)
    if abs(value.adjusted()) > MAX_DIGITS:
        raise _refused(f"{value} is out of range", where)
    return Fraction(value)


def _refused(what: str, where: str) -> InputError:
    return InputError(what, where=where, allowed=ALLOWED)
