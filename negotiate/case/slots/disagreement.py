"""Slot ``disagreement``: the lever lowers what parties get if talks fail.

    d_i(A) = sum_b P(b) [ U_i(terms_b) - war costs_i(b) ] + sum_{l in A} e_l,i
    e_l,i  = - sum_b P(b) credibility_l(b) cost_l,i  - announcing cost (holder)
             + response of a third party

Effects add up, so the disagreement points of all 2^L lever profiles are sums of one row a lever.

A lever on a third party is a two-move stage: the third party concedes where conceding costs it no
more than the lever is expected to. A concession is worth to each principal what the file says, and
then nobody bears the lever's costs; it never presses a principal directly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.expected import check, cost, entering, expected_use
from negotiate.numbers.streams import annuity, holding_share


def base(negotiation: Negotiation, party: str) -> Any:
    """Payoff of no deal with no lever used, in stakes: an average over the branches."""
    total: Any = 0
    for branch in negotiation.branches:
        total = total + negotiation.value(f"branch.{branch}.probability") * branch_payoff(
            negotiation, branch, party
        )
    return total


def branch_payoff(negotiation: Negotiation, branch: str, party: str) -> Any:
    """Payoff of one branch of no deal: its terms less its war costs, in stakes."""
    head = f"branch.{branch}"
    terms = negotiation.utility(party, negotiation.branch_terms(branch))
    once = negotiation.get(f"{head}.war_cost.{party}", 0)
    flow = negotiation.get(f"{head}.war_cost_per_period.{party}", 0)
    if isinstance(flow, int):
        return terms - once
    foresight = negotiation.get(f"party.{party}.foresight", 1.0 if negotiation.as_floats else 1)
    return terms - once - flow * annuity(foresight, negotiation.value(f"{head}.duration"))


def effect(negotiation: Negotiation, lever: str, party: str, *, commitment: str = "stated") -> Any:
    """e_l,i: what threatening ``lever`` adds to the disagreement payoff of ``party``."""
    total: Any = 0
    used = expected_use(negotiation, lever, commitment)
    response = negotiation.levers[lever].response
    if response is None:
        total = total - used * cost(negotiation, lever, party)
    else:
        margin = used * cost(negotiation, lever, response.party) - negotiation.value(
            f"lever.{lever}.concession_cost"
        )
        conceded = negotiation.get(f"lever.{lever}.worth.{party}", 0)
        if party == response.party:
            conceded = -negotiation.value(f"lever.{lever}.concession_cost")
        total = total + _step(margin, conceded, -used * cost(negotiation, lever, party))
    if party == negotiation.levers[lever].holder:
        total = total - negotiation.get(f"lever.{lever}.announce", 0)
    return total


def lasting(negotiation: Negotiation, party: str) -> tuple[Any, Any]:
    """(omega, offset): a deal x that lasts only as long as it holds is worth omega U(x) + offset.

    omega is the share of the discounted stream over ``quantity.horizon`` that is enjoyed while the
    deal holds (constant hazard ``quantity.hazard`` per period of the deal's clock, weights from the
    party's foresight); after its collapse the party has the payoff of no deal with no lever used,
    so offset = (1 - omega) base. (1, 0) where the file states no hazard and horizon.
    """
    one: Any = 1.0 if negotiation.as_floats else 1
    if not (negotiation.has("quantity.hazard") and negotiation.has("quantity.horizon")):
        return one, 0 * one
    omega = holding_share(
        negotiation.get(f"party.{party}.foresight", one),
        negotiation.value("quantity.hazard"),
        negotiation.value("quantity.horizon"),
    )
    return omega, (1 - omega) * base(negotiation, party)


def concedes(negotiation: Negotiation, lever: str, *, commitment: str = "stated") -> Any:
    """Margin, in stakes, by which the third party prefers to concede; negative where it holds."""
    response = negotiation.levers[lever].response
    assert response is not None
    return expected_use(negotiation, lever, commitment) * cost(
        negotiation, lever, response.party
    ) - negotiation.value(f"lever.{lever}.concession_cost")


def point(
    negotiation: Negotiation,
    used: Iterable[str] = (),
    *,
    commitment: str = "stated",
    parties: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Disagreement payoff of ``parties`` (by default all) with the levers ``used`` threatened."""
    used = check(negotiation, used, commitment)
    active = set(entering(negotiation, "disagreement"))
    out = {}
    for party in negotiation.parties if parties is None else parties:
        total = base(negotiation, party)
        for lever in used:
            if lever in active:
                total = total + effect(negotiation, lever, party, commitment=commitment)
        out[party] = total
    return out


def _step(margin: Any, yes: Any, no: Any) -> Any:
    """``yes`` where margin >= 0, else ``no``; over draws, exactly, or as a SymPy piecewise."""
    if hasattr(margin, "dtype"):
        import numpy as np

        return np.where(margin >= 0, yes, no)
    if hasattr(margin, "free_symbols") and margin.free_symbols:
        import sympy

        return sympy.Piecewise((yes, margin >= 0), (no, True))
    return yes if margin >= 0 else no
