"""Slot ``monitoring``: the lever makes a violation more likely to be seen.

With a lever of the slot on the table the deal is watched: ``quantity.detection`` and
``quantity.false_alarm`` are the chances per period that a violation is established, and that one
is established that was none. Without it ``quantity.detection_without_<lever>`` and
``quantity.false_alarm_without_<lever>`` hold where the file has them. With several such levers off
the table the worst chances named hold. A case with no lever of the slot is as watched as it says.

Source: Fortna 2003, IO 57:337-372.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation


def devices(negotiation: Negotiation) -> tuple[str, ...]:
    """Levers of the slot, on the table or not."""
    return tuple(name for name, item in negotiation.levers.items() if "monitoring" in item.enters)


def unwatched(negotiation: Negotiation) -> Negotiation:
    """The same case with every device of the slot off the table."""
    off = {f"lever.{name}.available": False for name in devices(negotiation)}
    return negotiation.with_values(off) if off else negotiation


def chances(negotiation: Negotiation) -> tuple[Any, Any]:
    """(detection, false alarm) per period; 1 and 0 where the file has no such quantities.

    Detection is never below the false-alarm chance: an alarm that says less than nothing is read
    as saying nothing.
    """
    missing = [d for d in devices(negotiation) if not negotiation.value(f"lever.{d}.available")]
    one: Any = 1.0 if negotiation.as_floats else 1
    seen = negotiation.get("quantity.detection", one)
    noise = negotiation.get("quantity.false_alarm", 0 * one)
    for device in missing:
        seen = _least(seen, negotiation.get(f"quantity.detection_without_{device}", seen))
        noise = -_least(-noise, -negotiation.get(f"quantity.false_alarm_without_{device}", noise))
    return -_least(-seen, -noise), noise


def hazard(negotiation: Negotiation) -> Any:
    """Chance per period that the deal collapses, of the devices that are on the table."""
    found = negotiation.value("quantity.hazard")
    for device in devices(negotiation):
        path = f"quantity.hazard_without_{device}"
        if negotiation.has(path) and not negotiation.value(f"lever.{device}.available"):
            found = -_least(-found, -negotiation.value(path))
    return found


def _least(first: Any, second: Any) -> Any:
    if hasattr(first, "dtype") or hasattr(second, "dtype"):
        return np.minimum(first, second)
    if hasattr(first, "free_symbols") or hasattr(second, "free_symbols"):
        import sympy

        return sympy.Min(first, second)
    return min(first, second)
