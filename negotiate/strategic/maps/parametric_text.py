"""Exact numbers and polynomials as text that SymPy, Python and a reader can read."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from negotiate.strategic.maps.parametric_polynomials import Poly


def decimals(x: Fraction, digits: int) -> str:
    """Half-up decimal text without trailing zeros."""
    scaled = abs(x) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    text = str(whole).rjust(digits + 1, "0")
    head, tail = (text[:-digits], text[-digits:].rstrip("0")) if digits else (text, "")
    minus = "-" if x < 0 and whole else ""
    return f"{minus}{head}.{tail}" if tail else f"{minus}{head}"


def surd(r: Fraction, s: Fraction, d: int) -> str:
    """Write r + s sqrt(d) as text.

    >>> surd(Fraction(1, 2), Fraction(-1, 2), 5), surd(Fraction(0), Fraction(1), 2)
    ('(1 - sqrt(5))/2', 'sqrt(2)')
    """
    scale = lcm(r.denominator, s.denominator)
    a, b = int(r * scale), int(s * scale)
    size = "" if abs(b) == 1 else f"{abs(b)}*"
    term = f"{size}sqrt({d})"
    if a:
        body = f"{a} {'-' if b < 0 else '+'} {term}"
        return body if scale == 1 else f"({body})/{scale}"
    body = f"-{term}" if b < 0 else term
    return body if scale == 1 else f"{body}/{scale}"


def written(p: Poly, name: str) -> str:
    """A polynomial as text, highest degree first, or lowest first where that starts positive.

    >>> written((-1, 0, 3), "t"), written((), "t"), written((0, -1), "t")
    ('3*t**2 - 1', '0', '-t')
    >>> written((5, -1), "t")
    '5 - t'
    """
    out = ""
    order = range(len(p)) if p and p[-1] < 0 < p[0] else range(len(p) - 1, -1, -1)
    for k in order:
        c = p[k]
        if not c:
            continue
        power = "" if k == 0 else name if k == 1 else f"{name}**{k}"
        size = str(abs(c)) if k == 0 or abs(c) != 1 else ""
        body = f"{size}*{power}" if size and power else size or power
        out += (f" {'-' if c < 0 else '+'} " if out else "-" if c < 0 else "") + body
    return out or "0"
