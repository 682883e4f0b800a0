"""Slot ``side_payment``: the lever transfers value from its holder to its targets.

Source: Powell 2006, IO 60:169-203.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import costs_if_used

MEANING = "transfers value from its holder to its targets"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """What each payment costs its payer: ``{lever: {party: stakes}}``.

    All levers of the slot count unless ``used`` names some.
    """
    return costs_if_used(negotiation, "side_payment", used)
