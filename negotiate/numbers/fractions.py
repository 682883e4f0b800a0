"""One number as a fraction."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from negotiate.errors import InputError


def exact(number: Any, *, where: str = "number") -> Fraction:
    """A number as a fraction; a float is read as the decimal it prints as.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    try:
        if isinstance(number, (Fraction, int, str)) and not isinstance(number, bool):
            return Fraction(number)
        return Fraction(repr(float(number)))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise InputError(
            f"{number!r} is not one finite number",
            where=where,
            allowed="a fraction, an integer, a decimal or a float",
            remedy="use `pure_margins` for arrays over draws",
        ) from error
