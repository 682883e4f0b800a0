r"""Text that came from a file, made safe to show: cleaning, escaping, numbers in words and signs.

Characters that a reader cannot see but a screen obeys (control characters, overrides of the
writing direction, lone surrogates) are shown as U+FFFD; see Boucher and Anderson, "Trojan Source:
Invisible Vulnerabilities", USENIX Security 2023, for what the direction overrides can hide. Plain
direction marks, which Arabic and Hebrew text uses, are dropped without a trace. Every writer cleans
first and then escapes for its own format.

>>> escape("Russia & <Syria>")
'Russia &amp; &lt;Syria&gt;'
>>> number(-0.12345), number(1234567.0), number(0.00004)
('−0.123', '1\u202f234\u202f567', '4.00e−5')
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; tab, newline, NEL are space below
    "\u202a-\u202e\u2066-\u2069"  # direction overrides, isolates
    "\ufff9-\ufffb\ufffe\uffff\ufeff"  # annotation marks, noncharacters, byte-order mark
    "\ud800-\udfff\U000e0000-\U000e007f]"  # lone surrogates, tag characters
)
_MARKS = re.compile("[\u061c\u200e\u200f]")
_SPACE = re.compile("[ \t\n\r\x85\u2028\u2029]+")

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"


def clean(text: object) -> str:
    r"""One line of visible text: unseen characters become U+FFFD, runs of space one space.

    >>> ascii(clean("a\u202eb\x00 \n c"))
    "'a\\ufffdb\\ufffd c'"
    """
    return _SPACE.sub(" ", _unseen(str(text)))


def clean_lines(text: object) -> str:
    """Like `clean`, but line breaks and indentation stay: for code and data."""
    normal = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", str(text))
    return _unseen(normal).expandtabs(4)


def _unseen(text: str) -> str:
    return _MARKS.sub("", _UNSEEN.sub("\ufffd", text))


def escape(text: object) -> str:
    """`clean`, then the five characters of HTML and XML replaced by entities."""
    return _entities(clean(text))


def escape_lines(text: object) -> str:
    """`clean_lines`, then the five characters of HTML and XML replaced by entities."""
    return _entities(clean_lines(text))


def _entities(text: str) -> str:
    for raw, entity in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "#39")):
        text = text.replace(raw, f"&{entity};")
    return text


def number(value: Any, digits: int = 3) -> str:
    """A number for a table: ``digits`` decimals, thin spaces in thousands, a true minus sign.

    Integers stay integers; values that ``digits`` decimals would round to zero, and very large
    ones, are written with an exponent; what is not finite says so. Other types come back cleaned.

    >>> number(Fraction(2, 3)), number(12), number(float("nan")), number("n/a")
    ('0.667', '12', 'undefined', 'n/a')
    """
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, int):
        return _grouped(str(value))
    if not isinstance(value, (float, Fraction, Decimal)):
        return clean(value)
    return _real(value, digits)


def _real(value: Any, digits: int) -> str:
    if value != value:
        return "undefined"
    if abs(value) == float("inf"):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return f"{0:.{digits}f}"
    if abs(value) * 10**digits < Fraction(1, 2) or abs(value) >= 10**15:
        mantissa, exponent = f"{float(value):.2e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
    if abs(value) >= 10**6:
        return _grouped(f"{float(value):.0f}")
    return _grouped(f"{float(value):.{digits}f}")


def exact(value: Any) -> str:
    """A payoff as it was written where that is short: ``3``, ``0.25``, ``1/3``; else `number`.

    >>> exact(Fraction(1, 3)), exact(Fraction(1, 4)), exact(Fraction(12345, 678901)), exact(2.0)
    ('1/3', '0.25', '0.018', '2')
    """
    if isinstance(value, float) and value == value and value == round(value) and abs(value) < 1e6:
        value = int(value)
    if not isinstance(value, Fraction):
        return number(value)
    if value.denominator == 1:
        return number(value.numerator)
    for places in (1, 2, 3):
        if (value * 10**places).denominator == 1:
            return number(value, places)
    if value.denominator <= 99 and abs(value.numerator) <= 999:
        return f"{value.numerator}/{value.denominator}".replace("-", MINUS)
    return number(value)


def percent(value: Any, digits: int = 0) -> str:
    """A share as per cent, ``'87 %'`` for 0.873; one that rounds to nothing is ``'<1 %'``."""
    share = float(value) * 100
    if 0 < share < 0.5 * 10.0**-digits:
        return f"<{10.0**-digits:.{digits}f}{THIN}%"
    return f"{number(share, digits)}{THIN}%"


def _grouped(text: str) -> str:
    sign, body = (MINUS, text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = body.partition(".")
    if len(whole) > 4:
        first = len(whole) % 3
        parts = ([whole[:first]] if first else []) + [
            whole[i : i + 3] for i in range(first, len(whole), 3)
        ]
        whole = THIN.join(parts)
    return sign + whole + dot + rest
