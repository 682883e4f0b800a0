"""Equality of expressions up to algebra, decided at random rational points.

Two quotients of polynomials of degree at most D that differ as functions agree on a grid of N
values per variable with probability at most D / N (Schwartz 1980, Journal of the ACM 27:701-717,
doi:10.1145/322217.322225, lemma 1). Points are fractions with some 40 bits, drawn from a keyed
hash, so that nobody can write an expression that is right only there. A student's text is parsed
by the toolkit's own grammar and evaluated in fractions; nothing is executed. Where a root makes a
number irrational, floats within `tolerance.AGREEMENT` are equal.

>>> points = draw_points(b"sixteen bytes key", ("v", "c"), {"v": (1, 2), "c": (3, 4)})
>>> equal(parse("1 - (v - c)/c"), parse("(2*c - v)/c"), points)
True
>>> equal(parse("v/c"), parse("c/v"), points)
False
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from negotiate import tolerance
from negotiate.case.expression import Expression, parse
from negotiate.errors import FileFormatError, TooLargeError

__all__ = ["draw_points", "equal", "parse"]

POINTS = 6
"""Points an expression must agree at: one decides already, several tell min and max apart."""
BITS = 40
MAX_TEXT = 500
"""Characters of a student's expression."""


def digest(key: bytes, *parts: str) -> bytes:
    """Keyed hash of texts, each with its length before it, so that no two lists collide."""
    message = b"".join(
        len(data).to_bytes(4, "big") + data
        for data in (unicodedata.normalize("NFC", part).encode() for part in parts)
    )
    return hmac.new(key, message, hashlib.sha256).digest()


def draw_points(
    key: bytes, variables: Sequence[str], domain: Mapping[str, tuple[Any, Any]], *, seed: str = ""
) -> Iterator[dict[str, Fraction]]:
    """An endless stream of points, each variable inside its domain."""
    k = 0
    while True:
        point = {}
        for name in variables:
            low, high = (Fraction(x) for x in domain[name])
            hashed = int.from_bytes(digest(key, "point", seed, name, str(k))[:8], "big")
            share = Fraction(hashed >> (64 - BITS), 2**BITS)
            point[name] = low + (high - low) * share
        yield point
        k += 1


def equal(
    given: Expression,
    correct: Expression | Callable[[Mapping[str, Fraction]], Any],
    points: Iterator[dict[str, Fraction]],
    *,
    known: Mapping[str, Any] | None = None,
) -> bool:
    """Whether two expressions agree at `POINTS` points at which the correct one is defined.

    ``correct`` may be a function: the toolkit's answer computed anew at each point.
    """
    agreed = 0
    for tried, point in enumerate(points):
        values = {**(known or {}), **point}
        wanted = _value(correct, values)
        if wanted is None:
            if tried > 20 * POINTS:
                return False
            continue
        found = _value(given, values)
        if found is None or not close(found, wanted):
            return False
        agreed += 1
        if agreed == POINTS:
            return True
    return False


def _value(entry: Any, values: Mapping[str, Any]) -> Any:
    """Value at a point; None where it is not defined there."""
    try:
        value = entry.evaluate(values) if isinstance(entry, Expression) else entry(values)
    except (ZeroDivisionError, OverflowError, FileFormatError, TooLargeError):
        return None
    if isinstance(value, complex) or value is None:
        return None
    return value


def close(found: Any, wanted: Any) -> bool:
    """Exactly equal fractions, or floats that agree to the toolkit's precision."""
    if isinstance(found, (int, Fraction)) and isinstance(wanted, (int, Fraction)):
        return found == wanted
    try:
        gap = abs(float(found) - float(wanted))
    except OverflowError:
        return False
    return gap <= tolerance.AGREEMENT * max(1.0, abs(float(wanted)))
