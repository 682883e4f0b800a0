"""Slot ``outside_option``: the lever changes what a party gets by leaving the talks.

An outside option matters only where it binds.

Source: Binmore, Shaked and Sutton 1989, QJE 104:753-770.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import harms

MEANING = "changes what a party can get by leaving the talks"


def read(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected fall of the outside option, by party, in stakes.

    All levers of the slot count unless ``used`` names some.
    """
    return harms(negotiation, "outside_option", used, commitment)
