"""Units: a closed list, each with its domain, read by checks, draws, axes and sentences.

A quantity's unit is one of the bases below, which may be qualified: ``BASE of SOMETHING`` says
whose ("stake of Syria", "share of the prize") and ``BASE per BASE`` makes a rate ("probability per
month", "stake per month"). Nothing about a number is inferred from its name or from a sentence.

>>> unit("probability per month").domain
(0.0, 1.0)
>>> unit("stake of Syria").base, unit("month").many
('stake', 'months')
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from negotiate.errors import UnknownNameError

REAL = (-math.inf, math.inf)
NOT_NEGATIVE = (0.0, math.inf)
ONE = (0.0, 1.0)


@dataclass(frozen=True, repr=False)
class Unit:
    """What a number counts, and between which ends it can lie.

    Attributes
    ----------
    name
        As it is written in files and beside one of it: ``stake``, ``probability per month``.
    many
        Beside several and on axes: ``stakes``.
    domain
        Least and largest value, infinite where there is none.
    base
        The entry of the closed list that it is made from.
    """

    name: str
    many: str
    domain: tuple[float, float]
    base: str

    def __repr__(self) -> str:
        return f"<Unit {self.name}>"

    def __str__(self) -> str:
        return self.name

    @property
    def is_bounded(self) -> bool:
        """Whether a value could lie outside the domain."""
        return self.domain != REAL


def _bases() -> dict[str, Unit]:
    table = (
        ("stake", "stakes", REAL),
        ("probability", "probability", ONE),
        ("share", "share", ONE),
        ("difference of shares", "difference of shares", (-1.0, 1.0)),
        ("weight", "weight", ONE),
        ("level", "level", ONE),
        ("discount factor", "discount factor", ONE),
        ("difference of discount factors", "difference of discount factors", (-1.0, 1.0)),
        ("day", "days", NOT_NEGATIVE),
        ("week", "weeks", NOT_NEGATIVE),
        ("month", "months", NOT_NEGATIVE),
        ("difference of months", "months", REAL),
        ("year", "years", NOT_NEGATIVE),
        ("period", "periods", NOT_NEGATIVE),
        ("rate", "rate", NOT_NEGATIVE),
        ("count", "count", NOT_NEGATIVE),
        ("ratio", "ratio", REAL),
        ("scale", "scale", NOT_NEGATIVE),
        ("exponent", "exponent", NOT_NEGATIVE),
        ("percent", "percent", (0.0, 100.0)),
        ("currency", "currency", REAL),
        ("payoff", "payoff", REAL),
        ("position", "position", REAL),
        ("score", "score", REAL),
        ("yes or no", "yes or no", ONE),
        ("label", "label", REAL),
        ("number", "", REAL),
    )
    return {name: Unit(name, many, domain, name) for name, many, domain in table}


BASES = _bases()
"""The closed list. ``number`` is a pure number without a unit; ``label`` is no number at all."""

_SAME = {"": "number", "stakes": "stake", "months": "month", "weeks": "week", "days": "day"}
_SAME |= {"years": "year", "periods": "period", "chance": "probability", "crises": "count"}
_SAME |= {"shares": "share", "levels": "level", "counts": "count", "percentage": "percent"}


@cache
def unit(text: str) -> Unit:
    """The unit that ``text`` names.

    Parameters
    ----------
    text
        A base of the closed list, ``BASE of SOMETHING``, ``BASE per BASE``, or ``per BASE`` (a
        rate). Currencies name themselves after the base: ``currency of USD million``.

    Returns
    -------
    Unit
        With the domain of its base; a rate of something unbounded is unbounded.

    Raises
    ------
    UnknownNameError
        Where the base is not in the list, with the nearest that is.

    Examples
    --------
    >>> unit("share of the prize").domain, unit("per month").base
    ((0.0, 1.0), 'rate')
    """
    text = " ".join(text.split())
    found = _base(text)
    if found:
        return BASES[found]
    head, rate, over = text.partition(" per ") if " per " in text else (text, "", "")
    if text.startswith("per "):
        head, rate, over = "rate", "per", text[4:]
    whole, _, whose = head.partition(" of ")
    base = _base(head) or _base(whole)
    if not base or (rate and not (_base(over) or _base(over.partition(" of ")[0]))):
        raise UnknownNameError("unit", text, BASES, where="unit")
    entry = BASES[base]
    many = entry.many + (f" of {whose}" if whose and _base(head) is None else "")
    if rate:
        many = f"{many} per {over}" if base != "rate" else f"per {over}"
    domain = entry.domain
    if rate and base not in ("probability", "share"):
        domain = NOT_NEGATIVE if base in ("rate", "count") else REAL
    return Unit(text, many, domain, base)


def _base(text: str) -> str | None:
    plain = re.sub(r"\s+", " ", text)
    plain = _SAME.get(plain, plain)
    return plain if plain in BASES else None
