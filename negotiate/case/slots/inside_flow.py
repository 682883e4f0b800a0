"""Slot ``inside_flow``: the lever costs something in every period while talks go on.

Inside options shift the division at once.

Source: Muthoo 1999, ch. 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import harms

MEANING = "costs a party something in every period while talks go on"


def read(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected cost per period of talks, by party, in stakes.

    All levers of the slot count unless ``used`` names some.
    """
    return harms(negotiation, "inside_flow", used, commitment)
