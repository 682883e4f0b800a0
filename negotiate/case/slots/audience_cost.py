"""Slot ``audience_cost``: what the holder loses by backing down after a public threat.

A pledge, an ultimatum, a vote of parliament: its cost to the holder is what the holder loses at
home if it backs down after all. It is not carried out, so its credibility is not read; it makes the
threats beside it credible, and a demand that fails dearer.

Source: Fearon 1994, APSR 88:577-592, doi:10.2307/2944796.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import costs_if_used

MEANING = "is what its holder loses by backing down after threatening it"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, Any]:
    """What backing down costs each party on account of its levers in the slot, in stakes.

    All levers of the slot count unless ``used`` names some; it comes on top of
    ``quantity.audience_cost_<party>``.
    """
    out: dict[str, Any] = dict.fromkeys(negotiation.parties, 0)
    for lever, costs in costs_if_used(negotiation, "audience_cost", used).items():
        holder = negotiation.levers[lever].holder
        out[holder] = out[holder] + costs[holder]
    return out
