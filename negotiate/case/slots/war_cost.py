"""Slot ``war_cost``: the lever adds to the cost of war of those it costs something.

Source: Fearon 1995, IO 49:379-414.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import harms

MEANING = "adds to the cost of war"


def read(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected addition to the cost of war, by party, in stakes.

    All levers of the slot count unless ``used`` names some.
    """
    return harms(negotiation, "war_cost", used, commitment)
