"""Slot ``linkage``: the lever brings another issue to the table.

Source: Tollison and Willett 1979, IO 33:425-449.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import costs_if_used

MEANING = "brings another issue to the table"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """What the linked issue costs each party: ``{lever: {party: stakes}}``.

    All levers of the slot count unless ``used`` names some.
    """
    return costs_if_used(negotiation, "linkage", used)
