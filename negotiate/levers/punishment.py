"""Slot ``punishment``: the lever punishes a violation of the deal.

Source: Friedman 1971, REStud 38:1-12; Abreu 1988, Econometrica 56:383-396.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.levers._expected import costs_if_used
from negotiate.model.negotiation import Negotiation

MEANING = "punishes a violation of the deal"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Cost to each party of each punishment, once carried out: ``{lever: {party: stakes}}``.

    All levers of the slot count unless ``used`` names some.
    """
    return costs_if_used(negotiation, "punishment", used)
