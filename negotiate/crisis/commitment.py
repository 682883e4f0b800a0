r"""Why bargaining fails although a deal exists: commitment, indivisibility, and their remedies.

* `ShiftingPower`: two periods, one unit each. A fights now, winning p1 and keeping what war gives
  in both periods, or takes what B offers now (at most one) and faces an offer later when A wins
  only p2. B cannot promise more later than max(0, p2 - c_A). A prefers preventive war if

      (1 + delta) p1 - c_A  >  1 + delta max(0, p2 - c_A).

* `LongShift`: the same over an infinite horizon with war final, l the share war destroys. With B
  making every offer A fights if p (1 - l) > (1 - delta) + delta p' (1 - l) in per-period averages;
  Powell's condition, delta M_B(t + 1) - [B - M_A(t)] > 0 (2006, eq. 1; page unverified), is that no
  equilibrium is peaceful, whoever offers. Both are metrics, each under its name.
* ``guarantee``: a share of tomorrow's prize that a third party secures to A; the least one that
  keeps the peace is a metric. `ThirdPartyGuarantee` asks whether the third party would.
* `IndivisibleIssue`: the prize goes whole to one side. A range exists in shares but no allocation
  lies in it; side payments or a linked issue of worth at least the gap restore a deal.
* `mechanism`: names why bargaining fails, from signed margins.

Source: Fearon (1995), IO 49:379-414, pp. 401-409; Powell (2006), IO 60:169-203; Walter (1997), IO
51:335-364 (guarantees); Tollison and Willett (1979), IO 33:425-449 (linkage). A fall from 0.8 to
0.2 with costs 0.1 and delta 0.9 gives war, 1.42 against 1.09:

>>> fall = ShiftingPower(now=Fraction(4, 5), later=Fraction(1, 5), cost_a=Fraction(1, 10),
...                      cost_b=Fraction(1, 10), discount=Fraction(9, 10))
>>> fall.war, fall.peace, fall.equilibria()[0].marks
(Fraction(71, 50), Fraction(109, 100), ('commitment',))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import (
    NotNegative,
    ParametricForm,
    Probability,
    answer,
    single,
    verdict,
)
from negotiate.case.slots.table import linkage, side_payment
from negotiate.crisis.crisis_bargaining import crisis_bargaining, hidden_cost
from negotiate.declare import Metric, Playable, assessment, compiles, concept, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import (
    Number,
    choose,
    clip,
    is_symbolic,
    larger,
    over,
    ratio,
    smaller,
)
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "commitment"
METRICS = (
    Metric(
        "war",
        "payoff",
        "value of preventive war to A, in units of one period's prize",
    ),
    Metric(
        "peace",
        "payoff",
        "the most A can be given in peace",
    ),
    Metric(
        "commitment_margin",
        "payoff",
        "war less peace: positive where A fights for want of commitment",
    ),
    Metric(
        "critical_later",
        "probability",
        "winning chance tomorrow below which A fights today; nan: at none, 1: at any",
    ),
    Metric(
        "guarantee_needed",
        "payoff",
        "least value tomorrow a third party must secure to A for peace",
    ),
)


@game(
    "commitment",
    title="Shifting power and preventive war",
    short="commitment",
    solved_by=("subgame_perfect",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class ShiftingPower(
    ParametricForm,
    view="negotiate.crisis.views.commitment",
):
    """Preventive war in two periods: A declines from ``now`` to ``later``."""

    now: Probability
    later: Probability
    cost_a: NotNegative
    cost_b: NotNegative
    discount: Probability
    guarantee: Probability = Fraction(0)
    players: tuple[str, str] = ("A", "B")

    @property
    def war(self) -> Number:
        """(1 + delta) p1 - c_A."""
        return (1 + self.discount) * self.now - self.cost_a

    @property
    def tomorrow(self) -> Number:
        """What A gets later in peace: its war value then, or the guaranteed share if larger."""
        return larger(self.later - self.cost_a, self.guarantee, 0)

    @property
    def peace(self) -> Number:
        """1 + delta tomorrow: all of today, and what is credible tomorrow."""
        return 1 + self.discount * self.tomorrow

    @property
    def commitment_margin(self) -> Number:
        """War less the best peace."""
        return self.war - self.peace

    @property
    def critical_later(self) -> Number:
        """Winning chance tomorrow below which A fights today: c_A + (war - 1)/delta, at most 1.

        nan where A fights at no chance tomorrow: where a guarantee, or nothing, is enough to keep
        it from war. At 1 it fights whatever tomorrow brings.
        """
        needed = self._needed()
        fights = needed > larger(self.guarantee, 0)
        if is_symbolic(needed, self.guarantee):
            return self.cost_a + needed
        return choose(fights, smaller(self.cost_a + needed, 1), float("nan"))

    def _needed(self) -> Number:
        return ratio(self.war - 1, self.discount, empty=0)

    @property
    def guarantee_needed(self) -> Number:
        """Least g in [0, 1] with 1 + delta g >= war; above 1 no guarantee is enough."""
        return larger(self._needed(), 0)

    @property
    def offer(self) -> Number:
        """What B offers A today in peace: the least A accepts."""
        return clip(self.war - self.discount * self.tomorrow, 0, 1)

    def equilibria(self) -> Solution:
        """The subgame perfect outcome when B proposes in each period."""
        single(self)
        a, b = self.players
        fights = self.commitment_margin > 0
        total = 1 + self.discount
        outside_b = total * (1 - self.now) - self.cost_b
        if fights:
            payoffs = {a: self.war, b: outside_b}
            label = f"preventive war by {a}"
        else:
            mine = self.offer + self.discount * self.tomorrow
            payoffs = {a: mine, b: total - mine}
            label = "peace"
            if payoffs[b] < outside_b:
                # A rises (or is guaranteed too much): B, giving nothing today, still prefers war.
                fights, label = True, f"preventive war by {b}"
                payoffs = {a: self.war, b: outside_b}
        point = Point(
            payoffs=payoffs,
            terms={}
            if fights
            else {f"share of {a} today": self.offer, f"share of {a} tomorrow": self.tomorrow},
            label=label,
            regret=0,
            marks=("commitment",) if fights else (),
            facts={
                "commitment_margin": self.commitment_margin,
                "guarantee_needed": self.guarantee_needed,
            },
        )
        return answer(self, (point,), concept="subgame_perfect")

    def holds(self, point: Point) -> Evidence:
        """One-shot deviations, period by period."""
        a, b = self.players
        total = 1 + self.discount
        outside = {a: self.war, b: total * (1 - self.now) - self.cost_b}
        if point.label == f"preventive war by {a}":
            # No offer of today's whole prize makes A wait; B has nothing else to offer.
            gap = self.peace - point.payoffs[a]
        elif point.label == f"preventive war by {b}":
            gap = total - self.discount * self.tomorrow - point.payoffs[b]
        else:
            today = point.terms[f"share of {a} today"]
            later = point.terms[f"share of {a} tomorrow"]
            gap = max(
                outside[a] - (today + self.discount * later),
                outside[b] - point.payoffs[b],
                (self.later - self.cost_a) - later,
                -today,
                today - 1,
                later - 1,
            )
        return verdict({a: gap})


@game(
    "long_shift",
    title="A lasting shift of power",
    short="long shift",
    solved_by=("subgame_perfect",),
    metrics=(
        Metric(
            "commitment_margin",
            "share of the prize",
            "war now less the best peace when the other side makes every offer; positive: A fights",
        ),
        Metric(
            "powell_margin",
            "share of the prize",
            "Powell's condition, left side less right; positive: no equilibrium is peaceful",
        ),
        Metric(
            "critical_discount",
            "discount factor",
            "discount factor above which A fights when the other side makes every offer",
        ),
        Metric(
            "powell_discount",
            "discount factor",
            "discount factor above which Powell's condition is met",
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class LongShift(
    ParametricForm,
    view="negotiate.crisis.views.commitment",
):
    """Infinite horizon: A's value of war is ``now`` this period and ``later`` from the next on.

    War is for good: winning gives one unit each period for ever, and destroys the share ``loss`` of
    every period's prize. Values are per-period averages (multiplied by 1 - delta). Two conditions
    for war, which differ by who gets what peace saves tomorrow, delta times ``loss``:

    * B makes every offer and so keeps it: A fights if
      p (1 - l) > (1 - delta) + delta p' (1 - l);
    * Powell (2006), eq. 1: whoever makes the offers, B gets at least its own war value tomorrow,
      so that A gets at most the rest, and no equilibrium is peaceful if
      delta M_B(t + 1) - [1 - M_A(t)] > 0.
    """

    now: Probability
    later: Probability
    loss: Probability
    discount: Probability
    players: tuple[str, str] = ("A", "B")

    @property
    def _keep(self) -> Number:
        return 1 - self.loss

    @property
    def war(self) -> Number:
        """A's value of war today, p (1 - l)."""
        return self.now * self._keep

    @property
    def commitment_margin(self) -> Number:
        """Margin p (1 - l) - delta p' (1 - l) - (1 - delta): positive where A fights.

        A accepts today's whole prize, 1 - delta in average terms, and its war value tomorrow,
        delta p' (1 - l), only if together they match war now.
        """
        return self.war - self.discount * self.later * self._keep - (1 - self.discount)

    @property
    def powell_margin(self) -> Number:
        """Delta (1 - p') (1 - l) - [1 - p (1 - l)]: positive where no equilibrium is peaceful."""
        return self.discount * (1 - self.later) * self._keep - (1 - self.war)

    @property
    def critical_discount(self) -> Number:
        """Delta at which the margin is zero: (1 - p (1 - l)) / (1 - p' (1 - l)); 1 or more: never.

        Infinite where A's value of war tomorrow is the whole prize.
        """
        top, bottom = 1 - self.war, 1 - self.later * self._keep
        return ratio(top, bottom, empty=float("inf"))

    @property
    def powell_discount(self) -> Number:
        """Delta at which Powell's margin is zero: (1 - p (1 - l)) / ((1 - p') (1 - l))."""
        return ratio(1 - self.war, (1 - self.later) * self._keep, empty=float("inf"))

    @property
    def offer(self) -> Number:
        """A's share today at which it is indifferent between peace and war, within [0, 1]."""
        due = self.war - self.discount * self.later * self._keep
        return clip(ratio(due, 1 - self.discount, empty=Fraction(1)), 0, 1)

    def equilibria(self) -> Solution:
        """The subgame perfect outcome when B makes every offer."""
        single(self)
        a, b = self.players
        tomorrow = self.later * self._keep
        mine = (1 - self.discount) * self.offer + self.discount * tomorrow
        war_b = (1 - self.now) * self._keep
        if self.commitment_margin > 0:
            payoffs, label = {a: self.war, b: war_b}, f"preventive war by {a}"
        elif 1 - mine < war_b:
            payoffs, label = {a: self.war, b: war_b}, f"preventive war by {b}"
        else:
            payoffs, label = {a: mine, b: 1 - mine}, "peace"
        fights = label != "peace"
        point = Point(
            payoffs=payoffs,
            terms={}
            if fights
            else {f"share of {a} today": self.offer, f"share of {a} later": tomorrow},
            label=label,
            regret=0,
            marks=("commitment",) if fights else (),
            facts={
                "commitment_margin": self.commitment_margin,
                "powell_margin": self.powell_margin,
            },
        )
        tie = self.commitment_margin == 0
        return answer(
            self,
            (point,),
            concept="subgame_perfect",
            complete=not tie,
            degenerate=bool(tie),
            notes=("Powell's condition is met: no equilibrium is peaceful, whoever offers.",)
            if self.powell_margin > 0
            else (),
        )

    def holds(self, point: Point) -> Evidence:
        """One-shot deviations, from the payoffs of war and the shares alone."""
        a, b = self.players
        keep, d = 1 - self.loss, self.discount
        war = {a: self.now * keep, b: (1 - self.now) * keep}
        later = {a: self.later * keep, b: 1 - self.later * keep}
        gaps = {who: war[who] - point.payoffs[who] for who in (a, b)}
        if point.label == f"preventive war by {a}":
            gaps["an offer that A takes"] = (1 - d) + d * later[a] - war[a]
        elif point.label == f"preventive war by {b}":
            gaps["B at peace, giving nothing today"] = (1 - d) + d * later[b] - war[b]
        else:
            today = point.terms[f"share of {a} today"]
            gaps["shares today"] = larger(-today, today - 1)
            gaps["A's worth"] = abs((1 - d) * today + d * later[a] - point.payoffs[a])
            # B would offer less if A still took it
            slack = point.payoffs[a] - war[a]
            gaps["B offers too much"] = smaller(slack, (1 - d) * today)
        return verdict(gaps)


@game(
    "third_party_guarantee",
    title="A third party's guarantee of a settlement",
    short="guarantee",
    solved_by=("subgame_perfect",),
    metrics=(
        Metric(
            "credibility_margin",
            "stake",
            "guarantor's interest in enforcing less what it costs; negative: its word is empty",
        ),
        Metric(
            "commitment_margin",
            "payoff",
            "war less the best peace with the guarantee as far as it is believed; positive: war",
        ),
        Metric("guarantee_needed", "payoff", "least share tomorrow that keeps the peace"),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class ThirdPartyGuarantee(
    ParametricForm,
    view="negotiate.crisis.views.commitment",
):
    """`ShiftingPower` with a guarantor who decides tomorrow whether to enforce the guarantee.

    Enforcing costs it ``enforcement_cost`` and is worth ``interest`` to it (both in its stakes); A
    believes in the guarantee exactly where it will be enforced (Walter 1997).
    """

    now: Probability
    later: Probability
    cost_a: NotNegative
    cost_b: NotNegative
    discount: Probability
    guarantee: Probability
    interest: NotNegative
    enforcement_cost: NotNegative
    players: tuple[str, str] = ("A", "B")

    @property
    def credibility_margin(self) -> Number:
        """Interest less cost."""
        return self.interest - self.enforcement_cost

    @property
    def _shift(self) -> ShiftingPower:
        kept = choose(self.credibility_margin >= 0, self.guarantee, 0 * self.guarantee)
        return ShiftingPower(
            self.now, self.later, self.cost_a, self.cost_b, self.discount, kept, self.players
        )

    @property
    def commitment_margin(self) -> Number:
        """War less the best credible peace."""
        return self._shift.commitment_margin

    @property
    def guarantee_needed(self) -> Number:
        """Least share tomorrow that keeps the peace; above 1 none is enough."""
        return self._shift.guarantee_needed

    def equilibria(self) -> Solution:
        """The subgame perfect outcome; a guarantor that is indifferent enforces."""
        single(self)
        inner = self._shift.equilibria()
        enforced = int(self.credibility_margin >= 0)
        points = tuple(
            replace(
                point,
                strategies={"guarantor": {"enforce": enforced, "stand by": 1 - enforced}},
                facts={**point.facts, "credibility_margin": self.credibility_margin},
            )
            for point in inner
        )
        tie = self.credibility_margin == 0
        return answer(
            self, points, concept="subgame_perfect", complete=not tie, degenerate=bool(tie)
        )

    def holds(self, point: Point) -> Evidence:
        """The guarantor's choice is best, and the two sides' play is, given it."""
        enforced = point.strategies["guarantor"]["enforce"]
        gain = self.interest - self.enforcement_cost
        slip = larger(gain * (1 - enforced), -gain * enforced)
        inner = self._shift.holds(point)
        return inner if not inner.holds else verdict({"guarantor": slip})


@game(
    "indivisibility",
    title="An indivisible prize",
    short="indivisibility",
    solved_by=("individually_rational",),
    metrics=(
        Metric(
            "payment_needed",
            "share of the prize",
            "least side payment with which giving the prize whole beats war",
            was=("commitment.indivisible.payment_needed",),
        ),
        Metric(
            "deal_margin",
            "share of the prize",
            "payments and links at hand less those needed, were the prize whole; signed",
            was=("commitment.indivisible.deal_margin",),
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class IndivisibleIssue(
    ParametricForm,
    view="negotiate.crisis.views.commitment",
):
    """A prize that goes whole to one side, with side payments and a linked issue.

    ``transfer_limit``: the most either side can pay the other; ``linked``: worth to each side of
    a second, divisible issue that may be traded.
    """

    win_probability: Probability
    cost_a: NotNegative
    cost_b: NotNegative
    transfer_limit: NotNegative = Fraction(0)
    linked: NotNegative = Fraction(0)
    players: tuple[str, str] = ("A", "B")

    @property
    def gap_if_a(self) -> Number:
        """max(0, 1 - p - c_B): B's war value when it gets nothing."""
        return larger(1 - self.win_probability - self.cost_b, 0)

    @property
    def gap_if_b(self) -> Number:
        """max(0, p - c_A)."""
        return larger(self.win_probability - self.cost_a, 0)

    @property
    def payment_needed(self) -> Number:
        """The smaller gap.

        A payment t from the winner of the prize costs it t, and leaves it 1 - t, which exceeds its
        war value whenever the costs of war are not negative.
        """
        return smaller(self.gap_if_a, self.gap_if_b)

    @property
    def deal_margin(self) -> Number:
        """transfer_limit + linked - payment_needed."""
        return self.transfer_limit + self.linked - self.payment_needed

    def equilibria(self) -> Solution:
        """Allocations (with the least payment) that beat war for both; none means war."""
        single(self)
        a, b = self.players
        means = self.transfer_limit + self.linked
        points = []
        for winner, loser, gap in ((a, b, self.gap_if_a), (b, a, self.gap_if_b)):
            if gap <= means:
                points.append(
                    Point(
                        payoffs={winner: 1 - gap, loser: gap},
                        terms={"prize": winner, f"payment to {loser}": gap},
                        label=f"prize to {winner}",
                        facts={"payment": gap},
                    )
                )
        return answer(
            self,
            points,
            concept="individually_rational",
            settings={"mechanism": "" if points else "indivisibility"},
            notes=()
            if points
            else (
                "Every share in the bargaining range would beat war, but the prize cannot be "
                "shared: bargaining fails by indivisibility.",
            ),
        )

    def holds(self, point: Point) -> Evidence:
        """Both sides prefer the allocation to war, and the payment is within the means."""
        a, b = self.players
        war = {a: self.win_probability - self.cost_a, b: 1 - self.win_probability - self.cost_b}
        lack = max(war[who] - point.payoffs[who] for who in (a, b))
        lack = max(lack, point.facts["payment"] - self.transfer_limit - self.linked, 0 * lack)
        return Evidence(
            bool(lack <= UTILITY),
            lack,
            "what the worse-off side lacks",
            "" if lack <= UTILITY else point.label,
        )


def mechanism(
    *,
    width: Number,
    information: Number = 0,
    commitment: Number = 0,
    indivisibility: Number = 0,
) -> tuple[str, ...]:
    """Name why bargaining fails, all that apply; empty where a deal is reached.

    Parameters
    ----------
    width
        Signed width of the bargaining range under complete information.
    information, commitment, indivisibility
        Signed margins: positive where private information makes a side run a risk of war, where no
        credible promise matches war, where no allocation lies in the range.

    >>> mechanism(width=0.2, commitment=0.1)
    ('commitment',)
    >>> mechanism(width=-0.1, information=0.3)
    ('no bargaining range',)
    """
    if width < 0:
        return ("no bargaining range",)
    named = (
        ("information", information),
        ("commitment", commitment),
        ("indivisibility", indivisibility),
    )
    return tuple(name for name, margin in named if margin > 0)


def why(form: Any) -> tuple[str, ...]:
    """Mechanism of a single form, from whichever margins it has.

    >>> why(IndivisibleIssue(Fraction(1, 2), Fraction(1, 10), Fraction(1, 10)))
    ('indivisibility',)
    """
    costs = getattr(form, "cost_a", 0) + getattr(form, "cost_b", 0)
    gap = -form.deal_margin if hasattr(form, "deal_margin") else 0
    return mechanism(
        width=getattr(form, "width", costs),
        information=getattr(form, "risk_margin", 0),
        commitment=getattr(form, "commitment_margin", 0),
        indivisibility=choose(gap > 0, gap, 0),
    )


@concept(
    "individually_rational",
    title="Individually rational division",
    games=(),
    field="rational",
    axioms=("no profitable deviation",),
)
def individually_rational(game: IndivisibleIssue) -> Solution:
    """The answer of the game itself; see `IndivisibleIssue.equilibria`."""
    return game.equilibria()


@compiles("commitment", slots=("win_probability", "war_cost"))
def commitment(negotiation: Negotiation, *, commitment: str | None = None) -> ShiftingPower:
    """Shifting power: A is ``[model.commitment] declining``, else the first principal.

    Reads the win probability now, ``quantity.win_probability_later`` (of the same party), costs
    of war, the foresight of A and ``quantity.guarantee``.
    """
    a, b = case.sides(negotiation, KIND, first="declining")
    foresight = (f"party.{a}.foresight", f"party.{a}.discount")
    later = "quantity.win_probability_later"
    case.require(negotiation, KIND, case.war_fields(a, b) | {"later": later, "discount": foresight})
    sure = case.commitment(negotiation, KIND, commitment)
    war = case.war(negotiation, KIND, a, b, commitment=sure)
    return ShiftingPower(
        now=war.win_probability,
        later=case.number(negotiation, KIND, "later", later),
        cost_a=war.cost_a,
        cost_b=war.cost_b,
        discount=case.number(negotiation, KIND, "discount", *foresight),
        guarantee=case.number(negotiation, KIND, "guarantee", "quantity.guarantee", default=0),
        players=(a, b),
    )


@compiles("long_shift", slots=("win_probability",))
def long_shift(negotiation: Negotiation, *, commitment: str | None = None) -> LongShift:
    """The shift of a case as a lasting one, war destroying ``quantity.war_loss`` of the prize."""
    a, b = case.sides(negotiation, KIND, first="declining")
    foresight = (f"party.{a}.foresight", f"party.{a}.discount")
    later = "quantity.win_probability_later"
    asked: dict[str, Any] = {
        "win_probability": "quantity.win_probability",
        "later": later,
        "loss": "quantity.war_loss",
        "discount": foresight,
    }
    case.require(negotiation, KIND, asked)
    sure = case.commitment(negotiation, KIND, commitment)
    return LongShift(
        now=case.win_probability(negotiation, KIND, a, commitment=sure),
        later=case.number(negotiation, KIND, "later", later),
        loss=case.number(negotiation, KIND, "loss", "quantity.war_loss"),
        discount=case.number(negotiation, KIND, "discount", *foresight),
        players=(a, b),
    )


@compiles("indivisibility", slots=("win_probability", "war_cost", "linkage", "side_payment"))
def indivisibility(negotiation: Negotiation, *, commitment: str | None = None) -> IndivisibleIssue:
    """The case as if its prize could not be shared, with the payments and links its levers offer.

    A lever in the slot ``side_payment`` can move what it costs its holder; one in the slot
    ``linkage`` brings an issue worth, to each side, what it would cost that side to lose it, of
    which the smaller worth counts. ``quantity.transfer_limit`` and ``quantity.linked`` add to them.
    """
    a, b = case.sides(negotiation, KIND, first="declining")
    sure = case.commitment(negotiation, KIND, commitment)
    war = case.war(negotiation, KIND, a, b, commitment=sure)
    prizes = {party: case.prize(negotiation, KIND, party) for party in (a, b)}
    paid = case.number(negotiation, KIND, "transfer_limit", "quantity.transfer_limit", default=0)
    for lever, costs in side_payment(negotiation).items():
        holder = negotiation.levers[lever].holder
        paid = paid + over(costs[holder], prizes.get(holder, 1))
    linked = case.number(negotiation, KIND, "linked", "quantity.linked", default=0)
    for costs in linkage(negotiation).values():
        linked = linked + smaller(over(costs[a], prizes[a]), over(costs[b], prizes[b]))
    return IndivisibleIssue(
        war.win_probability, war.cost_a, war.cost_b, paid, linked, players=(a, b)
    )


def indivisible(negotiation: Negotiation) -> bool:
    """Whether the file says that the prize cannot be shared.

    By ``[model.commitment] indivisible``, else where no issue is an interval: lotteries apart, a
    choice among options cannot be split.
    """
    said = negotiation.setting(KIND, "indivisible")
    if said is not None:
        return bool(said)
    return not any(issue.is_interval for issue in negotiation.issues.values())


@assessment(
    "bargaining_failure",
    title="Why bargaining fails",
    short="mechanism",
    metrics=(
        Metric(
            "mechanism",
            "label",
            "why bargaining fails: information, commitment, indivisibility, or none",
            was=("commitment.mechanism",),
        ),
    ),
)
@dataclass(frozen=True)
class BargainingFailure(Playable):
    """Signed margins by which bargaining fails in a case, as `mechanism` reads them.

    Attributes
    ----------
    width
        Of the bargaining range under complete information.
    information
        Chance of war at the first principal's demand, not knowing the other's cost of war.
    commitment
        What the declining side gains by fighting now over the best that can be promised.
    indivisibility
        What payments lack of bridging the gap, were the prize whole.
    """

    width: Number
    information: Number = 0
    commitment: Number = 0
    indivisibility: Number = 0

    _view = "negotiate.drawing.parametric_view"
    title = "Why bargaining fails"

    def numbers(self) -> dict[str, Number]:
        """Margin by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def named(self) -> tuple[str, ...]:
        """Mechanisms of a single case, all that apply; empty where bargaining succeeds."""
        if any(getattr(value, "ndim", 0) for value in self.numbers().values()):
            raise InputError(
                "the case is over draws",
                where="bargaining_failure",
                allowed="one problem",
                remedy="use the metric bargaining_failure.mechanism",
            )
        return mechanism(**self.numbers())

    @property
    def mechanism(self) -> Any:
        """The mechanisms joined by " + ", draw by draw; "none" where bargaining succeeds."""
        rows = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in self.numbers().values()))
        width, *rest = rows
        label = np.full(width.shape, "", dtype=object)
        for name, margin in zip(list(self.numbers())[1:], rest, strict=True):
            named = np.where(label == "", name, label + f" + {name}")
            label = np.where(margin > 0, named, label)
        label = np.where(width < 0, "no bargaining range", np.where(label == "", "none", label))
        return label.astype(str)

    def metrics(self) -> dict[str, Any]:
        """What is read off it."""
        return {"mechanism": self.mechanism}

    @classmethod
    def metric_names(cls) -> Mapping[str, str]:
        """Metric to meaning."""
        return {m.name: m.meaning for m in cls.declaration.metrics}


@compiles("bargaining_failure", slots=("win_probability", "war_cost", "linkage", "side_payment"))
def bargaining_failure(negotiation: Negotiation) -> BargainingFailure:
    """The margins of a case.

    Information is asked where the file says what the first principal believes of the other's cost
    of war, commitment where it says how power shifts, indivisibility where the prize cannot be
    shared.
    """
    _, b = case.sides(negotiation, "crisis_bargaining")
    believed = all(
        negotiation.has(path) or negotiation.setting("crisis_bargaining", field) is not None
        for field, path in case.type_fields(b).items()
    )
    shifts = negotiation.has("quantity.win_probability_later") or negotiation.setting(KIND, "later")
    return BargainingFailure(
        width=crisis_bargaining(negotiation).width,
        information=hidden_cost(negotiation).pr_war if believed else 0,
        commitment=commitment(negotiation).commitment_margin if shifts else 0,
        indivisibility=-indivisibility(negotiation).deal_margin if indivisible(negotiation) else 0,
    )


def why_talks_fail(negotiation: Negotiation) -> tuple[str, ...]:
    """Mechanisms by which bargaining fails in a case, all that apply; empty where it succeeds.

    Information: the first principal's best demand, not knowing the other's cost of war, runs a
    risk of war. Commitment: the declining side would rather fight now than take what can be
    promised (asked where the file says how power shifts). Indivisibility: the prize goes whole to
    one side and payments do not bridge the gap.
    """
    return bargaining_failure(negotiation).named
