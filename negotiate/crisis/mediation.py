r"""Mediation as cheap talk: when a mediator's word is believed.

A demands once; B's cost of war is c_tough or c_weak (Pr weak = pi). A mediator knows it and tells
A. Demand p + c_tough is accepted by both types; p + c_weak by the weak only, and even then war
follows with probability e (misjudgement, spoilers). No demand exceeds the prize: where p + c > 1
read 1 - p for c. The mediator values A's share with weight w
(its bias) and pays K if there is war. "B is weak" is believed exactly if the mediator would not
rather say "tough" of a weak B:

    w [(1 - e) c_weak - c_tough] >= e K,   that is   w >= w* = e K / ((1 - e) c_weak - c_tough),

and would not say "weak" of a tough one: w c_tough + K >= 0. An even-handed mediator (w = 0) who
wants peace is believed only without risk (e = 0): it would call everybody tough.

Equilibria: babbling always; truthful where both hold and A does follow. Up to the names of the
messages there are no others away from ties.

Source: Kydd (2003), AJPS 47:597-611, doi:10.1111/1540-5907.00042 (the reduced form is derived
here).

>>> talk = Mediation(win_probability=Fraction(1, 2), cost_tough=Fraction(1, 10),
...                  cost_weak=Fraction(3, 10), risk=Fraction(1, 20), war_cost=1, bias=0)
>>> talk.critical_bias, [point.label for point in talk.equilibria()]
(Fraction(10, 37), ['babbling'])
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import NotNegative, ParametricForm, Probability, answer, single
from negotiate.declare import Metric, compiles, game
from negotiate.numbers.arithmetic import Number, choose, is_exact, larger, ratio, smaller
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "mediation"
METRICS = (
    Metric(
        "critical_bias",
        "ratio",
        "least bias toward A at which 'B is weak' is believed (infinite: none is)",
    ),
    Metric(
        "truth_margin",
        "payoff",
        "signed: non-negative where the mediator tells the truth and A follows",
    ),
    Metric(
        "pr_war_babbling",
        "probability",
        "probability of war when the mediator is not believed",
    ),
    Metric(
        "pr_war_truthful",
        "probability",
        "probability of war when the mediator is believed",
    ),
)


@game(
    "mediation",
    title="Mediation as cheap talk",
    short="mediation",
    solved_by=("perfect_bayesian",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class Mediation(ParametricForm):
    """One demand by A after a mediator's message; numbers as in the module docstring."""

    win_probability: Probability
    cost_tough: NotNegative
    cost_weak: Number
    risk: Probability
    war_cost: NotNegative
    bias: Number
    pr_weak: Probability = Fraction(1, 2)
    cost_a: NotNegative = Fraction(0)
    players: tuple[str, str] = ("A", "mediator")

    def __post_init__(self) -> None:
        self._check_order("cost_tough", "cost_weak")

    @property
    def _bold(self) -> Number:
        """What the bold demand asks beyond the chance of winning; it cannot exceed the prize."""
        return smaller(self.cost_weak, 1 - self.win_probability)

    @property
    def _calm(self) -> Number:
        """What the moderate demand asks beyond the chance of winning."""
        return smaller(self.cost_tough, 1 - self.win_probability)

    @property
    def _gain(self) -> Number:
        return (1 - self.risk) * self._bold - self._calm

    @property
    def critical_bias(self) -> Number:
        """w*; infinite where the bold demand gains A nothing on average."""
        cost = self.risk * self.war_cost
        if is_exact(cost, self._gain):
            return Fraction(cost) / self._gain if self._gain > 0 else float("inf")
        return choose(self._gain > 0, ratio(cost, self._gain, empty=float("inf")), float("inf"))

    @property
    def weak_margin(self) -> Number:
        """Mediator's gain of calling a weak B weak."""
        return self.bias * self._gain - self.risk * self.war_cost

    @property
    def tough_margin(self) -> Number:
        """Mediator's gain of calling a tough B tough: w c_tough + K."""
        return self.bias * self._calm + self.war_cost

    @property
    def follow_margin(self) -> Number:
        """A's gain of the bold demand from a weak B: (1 - e) c_weak - e c_A - c_tough."""
        return self._gain - self.risk * self.cost_a

    @property
    def truth_margin(self) -> Number:
        """The least of the three."""
        return smaller(self.weak_margin, self.tough_margin, self.follow_margin)

    @property
    def bold_margin(self) -> Number:
        """A's gain of the bold demand at the prior."""
        war = -self.cost_a
        bold = self.pr_weak * ((1 - self.risk) * self._bold + self.risk * war)
        return bold + (1 - self.pr_weak) * war - self._calm

    @property
    def pr_war_babbling(self) -> Number:
        """Risk of the bold demand if A makes it uninformed, else zero."""
        war = self.pr_weak * self.risk + (1 - self.pr_weak)
        return choose(self.bold_margin > 0, war, 0 * war)

    @property
    def pr_war_truthful(self) -> Number:
        """Pr(weak) e."""
        return self.pr_weak * self.risk

    def equilibria(self) -> Solution:
        """Babbling, and the truthful equilibrium where its margin is not negative."""
        single(self)
        a, mediator = self.players
        p, tough, weak = self.win_probability, self._calm, self._bold
        calm, bold = "moderate demand", "bold demand"
        reply = bold if self.bold_margin > 0 else calm
        points = [
            Point(
                payoffs={a: p + tough + larger(self.bold_margin, 0)},
                strategies={
                    mediator: {"B weak": "weak", "B tough": "weak"},
                    a: {"weak": reply, "tough": reply},
                },
                label="babbling",
                facts={"pr_war": self.pr_war_babbling},
                beliefs={"weak": {"B weak": self.pr_weak}, "tough": {"B weak": self.pr_weak}},
            )
        ]
        if self.truth_margin >= 0:
            told_weak = (1 - self.risk) * (p + weak) + self.risk * (p - self.cost_a)
            points.append(
                Point(
                    payoffs={a: self.pr_weak * told_weak + (1 - self.pr_weak) * (p + tough)},
                    strategies={
                        mediator: {"B weak": "weak", "B tough": "tough"},
                        a: {"weak": bold, "tough": calm},
                    },
                    label="truthful",
                    facts={"pr_war": self.pr_war_truthful, "truth_margin": self.truth_margin},
                    beliefs={"weak": {"B weak": 1}, "tough": {"B weak": 0}},
                )
            )
        exact = is_exact(*(x for x in self.numbers().values() if not isinstance(x, tuple)))
        tie = self.truth_margin == 0 or self.bold_margin == 0
        return answer(
            self,
            points,
            exact=exact,
            complete=not tie,
            degenerate=bool(tie),
            notes=("At a tie any mixture of the two actions is an equilibrium too.",)
            if tie
            else (),
        )

    def holds(self, point: Point) -> Evidence:
        """Recompute the mediator's and A's best replies from payoffs over outcomes."""
        a, mediator = self.players
        p, e = self.win_probability, self.risk
        share = {
            "bold demand": min(p + self.cost_weak, 1),
            "moderate demand": min(p + self.cost_tough, 1),
        }
        war = {
            ("bold demand", "B weak"): e,
            ("bold demand", "B tough"): 1,
            ("moderate demand", "B weak"): 0,
            ("moderate demand", "B tough"): 0,
        }
        say, do = point.strategies[mediator], point.strategies[a]

        def worth(demand: str, b: str, in_war: Number, scale: Number, cost: Number) -> Number:
            w = war[demand, b]
            return scale * ((1 - w) * share[demand] + w * in_war) - cost * w

        worst, witness = 0 * p, ""
        for b in ("B weak", "B tough"):
            options = {m: worth(do[m], b, p, self.bias, self.war_cost) for m in ("weak", "tough")}
            gap = max(options.values()) - options[say[b]]
            if gap > worst:
                worst, witness = gap, f"the mediator misreports a {b[2:]} B"
        for m, belief in point.beliefs.items():
            q = belief["B weak"]
            prior = {"B weak": self.pr_weak, "B tough": 1 - self.pr_weak}
            reach = {b: prior[b] if say[b] == m else 0 for b in prior}
            total = reach["B weak"] + reach["B tough"]
            if total:
                slip = abs(reach["B weak"] - q * total)
                if slip > worst:
                    worst, witness = slip, f"Bayes' rule at {m}"
            value = {
                d: q * worth(d, "B weak", p - self.cost_a, 1, 0)
                + (1 - q) * worth(d, "B tough", p - self.cost_a, 1, 0)
                for d in share
            }
            gap = max(value.values()) - value[do[m]]
            if gap > worst:
                worst, witness = gap, f"{a} after {m}"
        return Evidence(bool(worst <= UTILITY), worst, "regret", witness)


@compiles("mediation", slots=("win_probability", "war_cost"))
def mediation(negotiation: Negotiation, *, commitment: str | None = None) -> Mediation:
    """A mediator between the principals; A, which demands, is the first (``first`` in the file).

    B's cost of war is one of two that A holds possible (`negotiate.case.slot_reading.cost_types`),
    weak with the chance that ``quantity.resolve_<B>`` leaves (one half without it). The mediator's
    own numbers are ``quantity.mediator_bias``, ``quantity.mediator_war_cost`` and
    ``quantity.mediator_risk``. Any of them may be given under ``[model.mediation]`` instead.
    """
    a, b = case.sides(negotiation, KIND)
    sure = case.commitment(negotiation, KIND, commitment)
    own = {
        "bias": "quantity.mediator_bias",
        "war_cost": "quantity.mediator_war_cost",
        "risk": "quantity.mediator_risk",
    }
    asked: dict[str, Any] = {**own, **case.war_fields(a), **case.type_fields(b)}
    case.require(negotiation, KIND, asked)
    tough, weak = case.cost_types(negotiation, KIND, b, commitment=sure)
    resolve = negotiation.get(f"quantity.resolve_{b}", Fraction(1, 2))
    given = {field: case.number(negotiation, KIND, field, path) for field, path in own.items()}
    return Mediation(
        win_probability=case.win_probability(negotiation, KIND, a, commitment=sure),
        cost_tough=tough,
        cost_weak=weak,
        pr_weak=case.number(negotiation, KIND, "pr_weak", default=1 - resolve),
        cost_a=case.war_cost(negotiation, KIND, a, commitment=sure),
        players=(a, str(negotiation.setting(KIND, "mediator", "mediator"))),
        **given,
    )
