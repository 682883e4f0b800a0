r"""What a signed deal is worth month by month: shared by enforcement, repeated and durability.

All numbers are stakes per period, on both sides of every comparison. A stake is a stock over the
parties' horizon of T periods, so that whatever moves the terms is spread evenly over it: clause k
is worth :math:`w_{ik}[v_{ik}(x_k) - \sum_b P(b) v_{ik}(x^b_k)]/T` per period to party i, and the
war costs of no deal :math:`\sum_b P(b) c_i(b)/T`. What i could still take on clause k, were it to
move it alone to its own ideal, is :math:`G_{ik} = w_{ik}[\max v_{ik} - v_{ik}(x_k)]`: a period
there brings :math:`G_{ik}/T`, and a violation cannot bring more. It takes the share s_i of the way
on every clause where i gains and the other side loses; s_i is ``quantity.violation_share_<party>``
(1 without it), or follows from ``quantity.temptation_<party>``, the stakes that a period of
violation brings, which may not exceed what the whole way would. The other side then loses the same
share of what the way would cost it on those clauses, per period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import disagreement, monitoring, punishment
from negotiate.errors import InputError, NotApplicableError
from negotiate.numbers.arithmetic import choose, larger, ratio
from negotiate.tolerance import TIE


@dataclass(frozen=True)
class DealInTime:
    """Numbers of a deal over time; mappings by party, and by clause where two levels deep.

    Attributes
    ----------
    surplus
        Worth of a clause per period, party by clause.
    war
        Expected war costs of no deal per period, by party.
    temptation
        What a period of violation brings, party by clause.
    harm
        What it takes from the other side in a period, by the violator.
    detection, false_alarm
        Chances per period that a violation is established, and that one is that was none.
    loss, cost
        What the other side's punishments cost a party, and its own cost it, each used once.
    discount
        Weight of the next period, by party.
    horizon
        Periods over which worth is spread.
    """

    parties: tuple[str, str]
    clauses: tuple[str, ...]
    surplus: Mapping[str, Mapping[str, Any]]
    war: Mapping[str, Any]
    temptation: Mapping[str, Mapping[str, Any]]
    harm: Mapping[str, Any]
    detection: Any
    false_alarm: Any
    loss: Mapping[str, Any]
    cost: Mapping[str, Any]
    discount: Mapping[str, Any]
    horizon: Any

    def other(self, party: str) -> str:
        """The other side."""
        return self.parties[1] if party == self.parties[0] else self.parties[0]

    def flow(self, party: str) -> Any:
        """Worth of the whole deal over no deal, per period."""
        return sum(self.surplus[party].values(), start=self.war[party])

    def gain(self, party: str) -> Any:
        """What a period in which every clause is violated brings."""
        return sum(self.temptation[party].values(), start=0)


def read(
    negotiation: Negotiation, form: str, *, deal: str | None = None, commitment: str
) -> DealInTime:
    """The numbers of ``deal``, by default the one judged."""
    name = deal or negotiation.setting(form, "deal") or negotiation.judged_deal
    if name is None:
        raise NotApplicableError(
            "no deal to hold",
            where=f"case {negotiation.id}, form {form}",
            allowed="a case with a deal, signed or on the table",
            remedy="add a [[deal]]; on the command line: --deal 'ISSUE=LEVEL, ...'",
        )
    parties = case.sides(negotiation, form)
    terms = negotiation.terms(str(name))
    clauses = tuple(negotiation.issues)
    horizon = case.number(negotiation, form, "horizon", "quantity.horizon", default=1)
    seen, noise = monitoring.chances(negotiation)
    harms = punishment.by_holder(negotiation, commitment=commitment)
    surplus, war, temptation, loss, cost, discount = {}, {}, {}, {}, {}, {}
    shares: dict[str, Any] = {}
    harm: dict[str, Any] = {}
    for party in parties:
        other = parties[1] if party == parties[0] else parties[0]
        surplus[party] = {
            issue: _worth_over_none(negotiation, party, issue, terms[issue]) / horizon
            for issue in clauses
        }
        war[party] = _war_costs(negotiation, party) / horizon
        room = {
            issue: _room(negotiation, party, other, issue, terms[issue]) / horizon
            for issue in clauses
        }
        shares[party] = _share(negotiation, form, party, sum(room.values(), start=0))
        temptation[party] = {issue: shares[party] * part for issue, part in room.items()}
        taken = (_taken(negotiation, party, other, issue, terms[issue]) for issue in clauses)
        harm[party] = shares[party] * sum(taken, start=0) / horizon
        loss[party], cost[party] = harms[other][party], harms[party][party]
        discount[party] = case.number(
            negotiation,
            form,
            f"discount_{party}",
            f"party.{party}.foresight",
            f"party.{party}.discount",
        )
    return DealInTime(
        parties=parties,
        clauses=clauses,
        surplus=surplus,
        war=war,
        temptation=temptation,
        harm=harm,
        detection=seen,
        false_alarm=noise,
        loss=loss,
        cost=cost,
        discount=discount,
        horizon=horizon,
    )


def _share(negotiation: Negotiation, form: str, party: str, most: Any) -> Any:
    """Share of the way to its ideals that the party takes by a period of violation.

    A temptation above what a period at one's ideal on every clause would bring is refused, in one
    draw too: a share is in every draw what it is.
    """
    one: Any = 1.0 if negotiation.as_floats else Fraction(1)
    path = f"quantity.temptation_{party}"
    if not (negotiation.has(path) or negotiation.setting(form, f"temptation_{party}") is not None):
        field = f"violation_share_{party}"
        share = case.number(negotiation, form, field, f"quantity.{field}", default=one)
        if np.any((np.asarray(share, float) < 0) | (np.asarray(share, float) > 1)):
            raise InputError("is no share", where=f"quantity.{field}", allowed="0 to 1")
        return share
    given = case.number(negotiation, form, f"temptation_{party}", path)
    over = np.asarray(given, float) > np.asarray(most, float) * (1 + TIE)
    if over.any():
        k = int(np.flatnonzero(over)[0])
        value, bound = (
            float(np.broadcast_to(np.asarray(x, float), over.shape).ravel()[k])
            for x in (given, most)
        )
        where = f" in draw {k} ({int(over.sum())} of {over.size} draws)" if over.ndim else ""
        raise InputError(
            f"{value:.6g} stakes a period, more than the {bound:.6g} of a period at {party}'s own "
            f"ideal on every clause{where}",
            where=f"case {negotiation.id}, {path}",
            allowed=f"at most {bound:.6g}",
            remedy=f"state quantity.violation_share_{party}, the share of the way it takes",
        )
    return ratio(given, most, empty=0 * one)


def _worth_over_none(negotiation: Negotiation, party: str, issue: str, level: Any) -> Any:
    """Weight times [v(deal) - expected v of no deal]; a file without branches loses nothing."""
    if not negotiation.has(f"weight.{party}.{issue}"):
        return 0
    worth = negotiation.worth(party, issue, level)
    none: Any = 0
    for branch in negotiation.branches:
        there = negotiation.value(f"branch.{branch}.terms.{issue}")
        chance = negotiation.value(f"branch.{branch}.probability")
        none = none + chance * negotiation.worth(party, issue, there)
    return negotiation.weight(party, issue) * (worth - none)


def _war_costs(negotiation: Negotiation, party: str) -> Any:
    """Expected war costs of no deal, in stakes: what the base has besides the terms."""
    total: Any = 0
    for branch in negotiation.branches:
        terms = negotiation.utility(party, negotiation.branch_terms(branch))
        total = total + negotiation.value(f"branch.{branch}.probability") * (
            terms - disagreement.branch_payoff(negotiation, branch, party)
        )
    return total


def _ideal(negotiation: Negotiation, party: str, issue: str) -> Any:
    """Level or option the party likes best; for options by the base values."""
    item = negotiation.issues[issue]
    if item.options:
        values = {o: negotiation.value(f"table.{party}.{issue}.{o}") for o in item.options}
        return max(values, key=lambda o: float(np.mean(np.asarray(values[o], float))))
    half = 0.5 if negotiation.as_floats else Fraction(1, 2)
    return negotiation.get(f"ideal.{party}.{issue}", half)


def _gain(negotiation: Negotiation, party: str, issue: str, level: Any, new: Any) -> Any:
    return negotiation.weight(party, issue) * (
        negotiation.worth(party, issue, new) - negotiation.worth(party, issue, level)
    )


def _room(negotiation: Negotiation, party: str, other: str, issue: str, level: Any) -> Any:
    """G: what the party could take on the issue; 0 where the other side would gain by it too."""
    if not negotiation.has(f"weight.{party}.{issue}"):
        return 0
    best = _ideal(negotiation, party, issue)
    if not negotiation.has(f"weight.{other}.{issue}"):
        return 0
    own = larger(_gain(negotiation, party, issue, level, best), 0)
    theirs = _gain(negotiation, other, issue, level, best)
    return _where_negative(theirs, own)


def _taken(negotiation: Negotiation, party: str, victim: str, issue: str, level: Any) -> Any:
    """What the victim loses were the issue moved to the violator's ideal; never below 0.

    Nothing where the violator would not gain by it: it does not violate such a clause.
    """
    if not all(negotiation.has(f"weight.{p}.{issue}") for p in (party, victim)):
        return 0
    best = _ideal(negotiation, party, issue)
    own = _gain(negotiation, party, issue, level, best)
    return _where_negative(-own, larger(-_gain(negotiation, victim, issue, level, best), 0))


def _where_negative(sign: Any, value: Any) -> Any:
    if isinstance(sign, (int, Fraction)):
        return value if sign < 0 else 0 * value
    return choose(sign < 0, value, 0.0)
