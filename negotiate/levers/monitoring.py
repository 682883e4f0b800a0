"""Slot ``monitoring``: the lever makes a violation more likely to be seen.

Source: Fortna 2003, IO 57:337-372.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.levers._expected import costs_if_used
from negotiate.model.negotiation import Negotiation

MEANING = "makes a violation of the deal more likely to be detected"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Cost to each party of each device that watches the deal: ``{lever: {party: stakes}}``.

    All levers of the slot count unless ``used`` names some.
    """
    return costs_if_used(negotiation, "monitoring", used)
