r"""War of attrition: who gives way first, with everything known.

Two sides hold out for a prize worth v_i, at a cost c_i a unit of time each, until one concedes.
Equilibria of the game in continuous time:

* i concedes at once and j never does (and the reverse);
* mixed: i concedes with constant hazard lambda_i = c_j / v_j, which leaves j indifferent; one of
  the two (not both) may concede at the start with any probability m in [0, 1).

The set is connected: m = 1 is the first kind. In the mixed equilibrium without a start each side's
payoff is 0, the expected length is 1/(lambda_1 + lambda_2), and i wins with probability
lambda_j / (lambda_1 + lambda_2): the side with more at stake holds out less often, for it is the
other's indifference that sets its hazard.

Source: Maynard Smith (1974), J. Theor. Biology 47:209-221; Hendricks, Weiss and Wilson (1988), IER
29:663-680 (all equilibria); Fudenberg and Tirole (1991), section 4.5.2.

>>> war = Attrition(value_a=2, value_b=1, cost_a=1, cost_b=1)
>>> war.hazard_a, war.hazard_b, war.duration, war.pr_a_wins
(Fraction(1, 1), Fraction(1, 2), Fraction(2, 3), Fraction(1, 3))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Positive, answer, single
from negotiate.declare import Metric, compiles, game
from negotiate.numbers.arithmetic import Number, over
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "attrition"
METRICS = (
    Metric(
        "hazard_a",
        "rate",
        "rate at which A concedes in the mixed equilibrium, per unit of time",
    ),
    Metric(
        "hazard_b",
        "rate",
        "rate at which B concedes",
    ),
    Metric(
        "duration",
        "period",
        "expected length of the mixed equilibrium, units of time",
    ),
    Metric(
        "pr_a_wins",
        "probability",
        "probability that B concedes first in the mixed equilibrium",
    ),
)


@game(
    "attrition",
    title="War of attrition",
    short="attrition",
    solved_by=("nash_equilibrium",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class Attrition(ParametricForm):
    """Values of the prize and costs per unit of time; numbers may be arrays."""

    value_a: Positive
    value_b: Positive
    cost_a: Positive
    cost_b: Positive
    players: tuple[str, str] = ("A", "B")

    @property
    def hazard_a(self) -> Number:
        """c_B / v_B."""
        return over(self.cost_b, self.value_b)

    @property
    def hazard_b(self) -> Number:
        """c_A / v_A."""
        return over(self.cost_a, self.value_a)

    @property
    def duration(self) -> Number:
        """1 / (lambda_A + lambda_B)."""
        return over(1, self.hazard_a + self.hazard_b)

    @property
    def pr_a_wins(self) -> Number:
        """lambda_B / (lambda_A + lambda_B)."""
        return over(self.hazard_b, self.hazard_a + self.hazard_b)

    def survival(self, time: Any) -> Any:
        """Probability that neither has conceded by ``time`` in the mixed equilibrium."""
        import numpy as np

        rate = np.asarray(self.hazard_a + self.hazard_b, dtype=float)
        return np.exp(-rate * np.asarray(time, dtype=float))

    def equilibria(self) -> Solution:
        """Both immediate concessions and the mixed equilibrium: corners of one connected set."""
        single(self)
        a, b = self.players
        points = (
            self._point(f"{a} concedes at once", 1, 0),
            self._point("mixed", 0, 0),
            self._point(f"{b} concedes at once", 0, 1),
        )
        return answer(
            self,
            points,
            concept="nash_equilibrium",
            degenerate=True,
            components=((0, 1, 2),),
            notes=(
                "Between the mixed equilibrium and each immediate concession lie those in which "
                "that side concedes at the start with some probability; the other then gains that "
                "share of the prize.",
            ),
        )

    def _point(self, label: str, start_a: int, start_b: int) -> Point:
        a, b = self.players
        hazards = {a: self.hazard_a, b: self.hazard_b}
        if start_a or start_b:
            hazards = {a: 0, b: 0}
        return Point(
            payoffs={a: start_b * self.value_a, b: start_a * self.value_b},
            strategies={
                a: {
                    "start": {"concede": start_a, "hold out": 1 - start_a},
                    "later": {"hazard": hazards[a]},
                },
                b: {
                    "start": {"concede": start_b, "hold out": 1 - start_b},
                    "later": {"hazard": hazards[b]},
                },
            },
            regret=0,
            label=label,
            facts={"duration": 0 if start_a or start_b else self.duration},
        )

    def holds(self, point: Point) -> Evidence:
        """Best reply of each side to the other's chance of conceding at the start and its hazard.

        Against start m and constant hazard h, conceding at the start pays 0 and holding out for
        ever pays m v + (1 - m) (v - c/h), or at best m v if h v < c (concede right after). A side
        that mixes must be indifferent at every moment: h v = c.
        """
        a, b = self.players
        worst: Number = 0 * self.value_a
        witness = ""
        for me, other, v, c in (
            (a, b, self.value_a, self.cost_a),
            (b, a, self.value_b, self.cost_b),
        ):
            m = point.strategies[other]["start"]["concede"]
            h = point.strategies[other]["later"]["hazard"]
            mine = point.strategies[me]
            stays = m * v + (1 - m) * max(v - over(c, h), 0) if h else m * v
            best = max(stays, 0)
            gap = best - point.payoffs[me]
            if mine["later"]["hazard"]:
                gap = max(gap, abs(h * v - c))
            if mine["start"]["concede"]:
                gap = max(gap, best)
            if gap > worst:
                worst, witness = gap, me
        return Evidence(bool(worst <= UTILITY), worst, "regret", witness)


@compiles("attrition")
def attrition(negotiation: Negotiation) -> Attrition:
    """Values of the prize (one stake unless stated) and costs of each period without a deal.

    The cost is ``quantity.holdout_cost_<party>``, else what branches of no deal cost a period,
    weighted by their probabilities.
    """
    a, b = case.sides(negotiation, KIND)

    def cost(party: str) -> Any:
        total: Any = 0
        for branch in negotiation.branches:
            path = f"branch.{branch}.war_cost_per_period.{party}"
            if negotiation.has(path):
                total = total + negotiation.value(f"branch.{branch}.probability") * (
                    negotiation.value(path)
                )
        name = f"holdout_cost_{party}"
        given = total if getattr(total, "ndim", 0) or total else case.MISSING
        return case.number(negotiation, KIND, name, f"quantity.{name}", default=given)

    def value(party: str) -> Any:
        return case.prize(negotiation, KIND, party)

    return Attrition(
        value_a=value(a), value_b=value(b), cost_a=cost(a), cost_b=cost(b), players=(a, b)
    )
