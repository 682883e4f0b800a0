"""Expected harm of levers through a slot: shared by the slots that read costs.

Through a slot, lever l costs party i, in branch b, credibility_l(b) x cost_l,i. Under ``full``
commitment a threatened lever is certain to be carried out; under ``stated`` the file's credibility
counts; ``derived`` asks whether the holder would carry it out when the time comes: whether what the
lever then gains it exceeds what backing down costs it, the file's credibility not being read.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, MissingQuantityError, UnknownNameError
from negotiate.numbers.arithmetic import larger

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

    In a war the lever moves the chance of winning the prize (slot ``win_probability``, by the shift
    it states); through every other slot it only costs its holder. Backing down costs the audience
    cost. A positive margin is a credible threat; at a margin of 0 the holder is taken to back down.
    """
    item = negotiation.levers[lever]
    gain: Any = -cost(negotiation, lever, item.holder)
    if "win_probability" in item.enters:
        gain = gain + shift(negotiation, lever) * prize(negotiation, item.holder)
    loss = negotiation.get(f"quantity.audience_cost_{item.holder}", 0)
    for pledge in entering(negotiation, "audience_cost"):
        if negotiation.levers[pledge].holder == item.holder:
            loss = loss + shame(negotiation, pledge)
    return gain + loss


def shift(negotiation: Negotiation, lever: str) -> Any:
    """What carrying the lever out adds to its holder's chance of winning, a probability."""
    return _own(negotiation, lever, "win_probability", "a probability")


def shame(negotiation: Negotiation, lever: str) -> Any:
    """What its holder loses by backing down after pledging the lever, in stakes."""
    return _own(negotiation, lever, "audience_cost", "stakes")


def _own(negotiation: Negotiation, lever: str, slot: str, unit: str) -> Any:
    """The number with which a lever enters a slot that reads no costs."""
    path = f"lever.{lever}.{slot}"
    if not negotiation.has(path):
        raise MissingQuantityError(
            [path],
            f"lever '{lever}' enters {slot} and does not say by how much",
            where=f"case {negotiation.id}, {path}",
            allowed=f"{unit}, with its range and source",
            remedy=f"state the number, or take {slot} out of what the lever enters",
        )
    return negotiation.value(path)


def prize(negotiation: Negotiation, party: str) -> Any:
    """What is at stake in a crisis, to ``party``, in its stakes: one number for every model.

    ``quantity.prize_<party>``; else, where ``[model.prize] demand`` names levels of issues, how far
    meeting that demand moves the party's utility from the terms of the branch ``[model.prize]
    otherwise``, under whatever form of values the case has; else one whole stake.
    """
    one: Any = 1.0 if negotiation.as_floats else Fraction(1)
    demand = negotiation.setting("prize", "demand")
    if demand is None or negotiation.has(f"quantity.prize_{party}"):
        return negotiation.get(f"quantity.prize_{party}", one)
    branch = str(negotiation.setting("prize", "otherwise", next(iter(negotiation.branches), "")))
    if branch not in negotiation.branches:
        raise UnknownNameError("branch", branch, negotiation.branches, where="model.prize")
    total = 0 * one
    for issue, level in dict(demand).items():
        if issue not in negotiation.issues:
            raise UnknownNameError("issue", issue, negotiation.issues, where="model.prize.demand")
        there = negotiation.value(f"branch.{branch}.terms.{issue}")
        asked = Fraction(str(level)) if isinstance(one, Fraction) else float(level)
        total = total + negotiation.weight(party, issue) * (
            negotiation.worth(party, issue, asked) - negotiation.worth(party, issue, there)
        )
    return larger(total, -total)


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
