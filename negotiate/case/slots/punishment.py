"""Slot ``punishment``: the lever punishes a violation of the deal.

The holder is the party wronged: it pays its own cost, the violator the cost to a target. How sure
a lever is to be used is the commitment of the model: certain under ``full``, by the file's
credibilities under ``stated``, where it pays its holder under ``derived``.

Source: Friedman 1971, REStud 38:1-12; Abreu 1988, Econometrica 56:383-396.
"""

from __future__ import annotations

from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import (
    cost,
    entering,
    expected_use,
    rational_use,
)


def by_holder(negotiation: Negotiation, *, commitment: str) -> dict[str, dict[str, Any]]:
    """What each principal's punishments are expected to cost: ``{holder: {party: stakes}}``.

    Each lever once, times its chance of being carried out under the commitment.
    """
    out: dict[str, dict[str, Any]] = {
        holder: dict.fromkeys(negotiation.parties, 0) for holder in negotiation.principals
    }
    for lever in entering(negotiation, "punishment"):
        holder = negotiation.levers[lever].holder
        if holder not in out:
            continue
        use = (
            rational_use(negotiation, lever)
            if commitment == "derived"
            else expected_use(negotiation, lever, commitment)
        )
        for party in out[holder]:
            out[holder][party] = out[holder][party] + use * cost(negotiation, lever, party)
    return out
