"""Expected harm of levers through a slot: shared by the slots that read costs.

Through a slot, lever l costs party i, in branch b, credibility_l(b) x cost_l,i. Under ``full``
commitment a threatened lever is certain to be carried out; under ``stated`` the file's credibility
counts; ``derived`` asks whether the holder would carry it out when the time comes: whether what the
lever then gains it exceeds what backing down costs it, the file's credibility not being read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, UnknownNameError

COMMITMENTS = ("full", "stated", "derived")


def entering(negotiation: Negotiation, slot: str) -> tuple[str, ...]:
    """Levers on the table that enter through ``slot``."""
    return tuple(
        lever for lever in negotiation.on_table() if slot in negotiation.levers[lever].enters
    )


def check(negotiation: Negotiation, used: Iterable[str], commitment: str) -> tuple[str, ...]:
    """Names of levers used, each known; the commitment is one of `COMMITMENTS`."""
    used = tuple(used)
    for lever in used:
        if lever not in negotiation.levers:
            raise UnknownNameError("lever", lever, negotiation.levers)
    if commitment not in COMMITMENTS:
        raise InputError(f"'{commitment}'", where="commitment", allowed=", ".join(COMMITMENTS))
    return used


def credibility(negotiation: Negotiation, lever: str, branch: str, commitment: str) -> Any:
    """P(carried out | branch, threatened) under a commitment."""
    if commitment == "full":
        return 1.0 if negotiation.as_floats else 1
    return negotiation.get(f"lever.{lever}.credibility.{branch}", 0)


def expected_use(negotiation: Negotiation, lever: str, commitment: str) -> Any:
    """P(carried out | no deal, threatened) = sum_b P(b) credibility(b).

    Under ``derived`` commitment one or zero, by the holder's interest when the time comes.
    """
    if commitment == "derived":
        return rational_use(negotiation, lever)
    total: Any = 0
    for branch in negotiation.branches:
        total = total + negotiation.value(f"branch.{branch}.probability") * credibility(
            negotiation, lever, branch, commitment
        )
    return total


def cost(negotiation: Negotiation, lever: str, party: str) -> Any:
    """Cost to ``party`` when the lever is used; 0 for a party it does not touch."""
    return negotiation.get(f"lever.{lever}.cost.{party}", 0)


def harms(
    negotiation: Negotiation, slot: str, used: Iterable[str] | None, commitment: str
) -> dict[str, Any]:
    """Expected harm through ``slot``, by party: sum over levers of P(carried out) x cost, >= 0."""
    uses = {
        lever: expected_use(negotiation, lever, commitment)
        for lever in _chosen(negotiation, slot, used, commitment)
    }
    return {
        party: sum((use * cost(negotiation, lever, party) for lever, use in uses.items()), start=0)
        for party in negotiation.parties
    }


def carrying_out(negotiation: Negotiation, lever: str) -> Any:
    """Margin, in stakes, by which the holder would rather carry the lever out than back down.

    In a war the lever moves the chance of winning a prize of one stake (slot ``win_probability``:
    what it takes from its targets less what it costs the holder's own chance); through every other
    slot it only costs. Backing down costs the audience cost. A positive margin is a credible
    threat; at a margin of 0 the holder is taken to back down.
    """
    item = negotiation.levers[lever]
    own = cost(negotiation, lever, item.holder)
    gain: Any = -own
    if "win_probability" in item.enters:
        rivals = [p for p in item.targets if p in negotiation.principals]
        gain = gain + sum((cost(negotiation, lever, p) for p in rivals), start=0)
        if "war_cost" in item.enters:
            gain = gain - own
    shame = negotiation.get(f"quantity.audience_cost_{item.holder}", 0)
    for pledge in entering(negotiation, "audience_cost"):
        if negotiation.levers[pledge].holder == item.holder:
            shame = shame + cost(negotiation, pledge, item.holder)
    return gain + shame


def rational_use(negotiation: Negotiation, lever: str) -> Any:
    """1 where the holder would carry the lever out when the time comes, else 0."""
    margin = carrying_out(negotiation, lever)
    if hasattr(margin, "dtype"):
        return (margin > 0).astype(float)
    if hasattr(margin, "free_symbols"):
        import sympy

        return sympy.Piecewise((1, margin > 0), (0, True))
    return int(margin > 0)


def costs_if_used(
    negotiation: Negotiation, slot: str, used: Iterable[str] | None
) -> dict[str, dict[str, Any]]:
    """Cost to each party of each lever that enters through ``slot``, were it carried out."""
    return {
        lever: {party: cost(negotiation, lever, party) for party in negotiation.parties}
        for lever in _chosen(negotiation, slot, used, "stated")
    }


def _chosen(
    negotiation: Negotiation, slot: str, used: Iterable[str] | None, commitment: str
) -> tuple[str, ...]:
    active = entering(negotiation, slot)
    if used is None:
        return active
    return tuple(lever for lever in check(negotiation, used, commitment) if lever in active)
