"""Names that a reader knows for ids: solution concepts, and short codes for levers in a matrix."""

from __future__ import annotations

from typing import Any

_CONCEPTS = {
    "nash_bargaining": "Nash",
    "kalai_smorodinsky": "Kalai–Smorodinsky",
    "raiffa_discrete": "Raiffa (discrete steps)",
    "perles_maschler": "Perles–Maschler",
}


def concept(name: str) -> str:
    """A concept as the field calls it.

    >>> concept("kalai_smorodinsky"), concept("equal_area")
    ('Kalai–Smorodinsky', 'equal area')
    """
    return _CONCEPTS.get(name, name.replace("_", " "))


def codes(case: Any) -> dict[str, str]:
    """A short code for every lever: the holder's initial and a number, ``R1``, ``T2``."""
    heads: dict[str, str] = {}
    for key, party in case.parties.items():
        letters = [c for c in party.name.upper() if c.isalpha()] or ["P"]
        heads[key] = next((c for c in letters if c not in heads.values()), key)
    count: dict[str, int] = {}
    out = {}
    for name, lever in case.levers.items():
        count[lever.holder] = count.get(lever.holder, 0) + 1
        out[name] = f"{heads[lever.holder]}{count[lever.holder]}"
    return out


def coded(label: str, known: dict[str, str]) -> str:
    """A set of levers, ``a + b``, in codes."""
    return " + ".join(known.get(part, part) for part in label.split(" + "))
