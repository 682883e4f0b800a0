"""Slot ``audience_cost``: what the holder loses by backing down after a public threat.

Source: Fearon 1994, APSR 88:577-592.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.levers._expected import entering
from negotiate.model.negotiation import Negotiation

MEANING = "is what its holder loses by backing down after threatening it"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, Any]:
    """Cost to its holder of backing down from each lever: ``{lever: stakes}``.

    It is ``quantity.audience_cost_<holder>`` where the file states one, plus the announcing cost.
    """
    out = {}
    for lever in entering(negotiation, "audience_cost"):
        if used is None or lever in used:
            holder = negotiation.levers[lever].holder
            out[lever] = negotiation.get(f"quantity.audience_cost_{holder}", 0) + negotiation.get(
                f"lever.{lever}.announce", 0
            )
    return out
