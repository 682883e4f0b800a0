"""Slot ``audience_cost``: what the holder loses by backing down after a public threat.

A pledge, an ultimatum, a vote of parliament: what the holder loses at home if it backs down after
all is a number of its own, ``lever.<l>.audience_cost``, in stakes; what the lever costs when it is
carried out is another. It is not carried out, so its credibility is not read; it makes the threats
beside it credible, and a demand that fails dearer.

Source: Fearon 1994, APSR 88:577-592, doi:10.2307/2944796.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import entering, shame

MEANING = "is what its holder loses by backing down after threatening it"


def read(negotiation: Negotiation, used: Iterable[str] | None = None) -> dict[str, Any]:
    """What backing down costs each party on account of its levers in the slot, in stakes.

    Parameters
    ----------
    negotiation
        The case.
    used
        Levers that count; all of the slot that are on the table if left out. They come on top of
        ``quantity.audience_cost_<party>``.

    Returns
    -------
    dict
        Party to stakes.
    """
    active = entering(negotiation, "audience_cost")
    chosen = active if used is None else [name for name in used if name in active]
    out: dict[str, Any] = dict.fromkeys(negotiation.parties, 0)
    for lever in chosen:
        holder = negotiation.levers[lever].holder
        out[holder] = out[holder] + shame(negotiation, lever)
    return out
