"""Slot ``win_probability``: the lever shifts the probability of winning to its holder.

By how much is a number of its own, ``lever.<l>.win_probability``: a probability, not a cost. What
the lever costs anybody is no chance of winning: costs enter through the slots that say so.

Source: Fearon 1995, IO 49:379-414.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import entering, expected_use, shift

MEANING = "shifts the probability of winning a war to its holder"


def read(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected rise of the probability of winning, by holder: P(carried out) x shift.

    Parameters
    ----------
    negotiation
        The case.
    used
        Levers that count; all of the slot that are on the table if left out.
    commitment
        How sure a threatened lever is to be carried out.

    Returns
    -------
    dict
        Party to what its levers add to its chance, in probability.

    Raises
    ------
    MissingQuantityError
        Where a lever of the slot does not state its shift.
    """
    active = entering(negotiation, "win_probability")
    chosen = active if used is None else [name for name in used if name in active]
    out: dict[str, Any] = dict.fromkeys(negotiation.parties, 0)
    for lever in chosen:
        holder = negotiation.levers[lever].holder
        moved = expected_use(negotiation, lever, commitment) * shift(negotiation, lever)
        out[holder] = out[holder] + moved
    return out
