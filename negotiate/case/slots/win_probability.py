"""Slot ``win_probability``: the lever shifts the probability of winning to its holder.

Source: Fearon 1995, IO 49:379-414.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import harms

MEANING = "shifts the probability of winning a war to its holder"


def read(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected fall of the probability of winning, by party, in stakes.

    All levers of the slot count unless ``used`` names some.
    """
    return harms(negotiation, "win_probability", used, commitment)
