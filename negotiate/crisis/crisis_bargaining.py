r"""Crisis bargaining: war as a costly lottery, and demands under uncertainty.

Two sides divide one unit. War gives A the whole with probability p and costs c_A, c_B (in shares of
the prize). Every division x to A with

    p - c_A <= x <= p + c_B

is better than war for both: a range of width c_A + c_B. That war happens at all needs a reason;
here it is private information.

* `CostlyLottery`: complete information. The range, take-it-or-leave-it demands, the Nash division.
* `RiskReturn`: A does not know c_B, uniform on [low, high], and demands x once. B fights if
  c_B < x - p, so A maximises x Pr(accept) + (p - c_A) Pr(war): x* = p + (high - c_A)/2 inside
  the support, and Pr(war) = (high - c_A - 2 low) / (2 (high - low)).
* `risk_return`: the same for any distribution, all maximisers.
* `Screening`: two types of B. The safe demand p + c_tough is accepted by both, the risky one
  p + c_weak by the weak only; A risks war if Pr(weak) > (c_A + c_tough)/(c_A + c_weak). A side
  that gains by war may prefer a demand that everybody refuses.

Source: Fearon (1995), IO 49:379-414, pp. 386-390 and appendix; Powell (1999), In the Shadow of
Power, ch. 3. With p = 0.6 and costs 0.15 and 0.2 the range is [0.45, 0.8]:

>>> war = CostlyLottery(win_probability=Fraction(3, 5), cost_a=Fraction(3, 20),
...                     cost_b=Fraction(1, 5))
>>> war.low, war.high, war.nash
(Fraction(9, 20), Fraction(4, 5), Fraction(5, 8))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Probability, answer, single, verdict
from negotiate.crisis.arithmetic.global_peaks import global_peaks
from negotiate.declare import Metric, compiles, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import (
    Number,
    choose,
    clip,
    is_symbolic,
    larger,
    ratio,
    smaller,
)
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import REGRET

KIND = "crisis_bargaining"


@game(
    "crisis_bargaining",
    title="War as a costly lottery",
    short="costly lottery",
    solved_by=("subgame_perfect",),
    metrics=(
        Metric(
            "low",
            "share of the prize",
            "least share A would rather take than fight; above 1 no share is enough",
        ),
        Metric(
            "high",
            "share of the prize",
            "largest share B would rather give than fight; below 0 it gives none",
        ),
        Metric(
            "width",
            "difference of shares",
            "width of the bargaining range; negative when no division is better than war for both",
        ),
        Metric(
            "nash",
            "share of the prize",
            "share of A at the Nash bargaining solution, war the disagreement; nan without range",
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class CostlyLottery(
    ParametricForm,
    view="negotiate.crisis.views.crisis_bargaining",
):
    """War as a costly lottery under complete information; numbers as in the module."""

    win_probability: Probability
    cost_a: Number
    cost_b: Number
    players: tuple[str, str] = ("A", "B")

    @property
    def low(self) -> Number:
        """Least share A prefers to war: max(0, p - c_A); above 1 where no share is enough."""
        return larger(self.win_probability - self.cost_a, 0)

    @property
    def high(self) -> Number:
        """Largest share B prefers to concede: min(1, p + c_B); below 0 where it concedes none."""
        return smaller(self.win_probability + self.cost_b, 1)

    @property
    def width(self) -> Number:
        """Signed width of {x in [0, 1]: p - c_A <= x <= p + c_B}: high less low.

        Costs that are gains (a side that likes war) can leave no range; the sign says so.
        """
        return self.high - self.low

    @property
    def nash(self) -> Number:
        """Share p + (c_B - c_A)/2, moved into [0, 1]; nan where there is no range."""
        share = clip(self.win_probability + (self.cost_b - self.cost_a) / 2, 0, 1)
        if is_symbolic(self.width):
            return share
        return choose(self.width >= 0, share, float("nan"))

    def equilibria(self) -> Solution:
        """Subgame perfect outcomes of one take-it-or-leave-it demand by either side."""
        single(self)
        if self.width < 0:
            return answer(
                self,
                (),
                concept="subgame_perfect",
                notes=("No division is better than war for both sides: there is war.",),
            )
        a, b = self.players
        return answer(
            self,
            concept="subgame_perfect",
            points=tuple(
                Point(
                    payoffs={a: share, b: 1 - share},
                    terms={f"share of {a}": share},
                    label=f"take it or leave it by {who}",
                    facts={"pr_war": 0},
                )
                for who, share in ((a, self.high), (b, self.low))
            ),
            notes=("Each side's own demand is the outcome of the game in which it demands.",),
        )

    def holds(self, point: Point) -> Evidence:
        """Both prefer the division to war, and the proposer could not keep more.

        More for the proposer is refused (the receiver would be below its war payoff) or exceeds
        the pie; recomputed from the four payoffs alone.
        """
        a, b = self.players
        war = {a: self.win_probability - self.cost_a, b: 1 - self.win_probability - self.cost_b}
        proposer = a if point.label.endswith(f" {a}") else b
        receiver = b if proposer == a else a
        most = smaller(1 - war[receiver], 1)
        return verdict(
            {
                a: war[a] - point.payoffs[a],
                b: war[b] - point.payoffs[b],
                f"{proposer} could demand more": most - point.payoffs[proposer],
            }
        )


@game(
    "hidden_cost",
    title="Risk and return of a demand",
    short="hidden cost",
    solved_by=("perfect_bayesian",),
    metrics=(
        Metric(
            "demand",
            "share of the prize",
            "share A demands not knowing B's cost of war",
            was=("crisis_bargaining.hidden.demand",),
        ),
        Metric(
            "pr_war",
            "probability",
            "probability of war at that demand",
            was=("crisis_bargaining.hidden.pr_war",),
        ),
        Metric(
            "risk_margin",
            "difference of shares",
            "positive where that demand runs a risk of war",
            was=("crisis_bargaining.hidden.risk_margin",),
        ),
        Metric(
            "payoff", "share of the prize", "what A expects of that demand, war's cost taken off"
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class RiskReturn(
    ParametricForm,
    view="negotiate.crisis.views.crisis_bargaining",
):
    """One demand by A when B's cost of war is uniform on [cost_b_low, cost_b_high]."""

    win_probability: Probability
    cost_a: Number
    cost_b_high: Number
    cost_b_low: Number = Fraction(0)
    players: tuple[str, str] = ("A", "B")

    def __post_init__(self) -> None:
        self._check_order("cost_b_low", "cost_b_high")

    @property
    def risk_margin(self) -> Number:
        """Slope of A's payoff at the safe demand, times the width of the support."""
        return self.cost_b_high - self.cost_a - 2 * self.cost_b_low

    @property
    def _over_war(self) -> Number:
        """x* - p, kept so that the demand lies in [0, 1]: zero risk is then exactly zero."""
        best = clip((self.cost_b_high - self.cost_a) / 2, self.cost_b_low, self.cost_b_high)
        return clip(best, -self.win_probability, 1 - self.win_probability)

    @property
    def demand(self) -> Number:
        """x* = p + (high - c_A)/2 kept in the support of B's reservation share and within [0, 1].

        The objective is concave between the ends of the support and constant or falling beyond.
        """
        return self.win_probability + self._over_war

    @property
    def pr_war(self) -> Number:
        """F(x* - p)."""
        gap = self._over_war - self.cost_b_low
        return clip(gap / (self.cost_b_high - self.cost_b_low), 0, 1)

    @property
    def payoff(self) -> Number:
        """x* (1 - Pr war) + (p - c_A) Pr war."""
        return self.demand * (1 - self.pr_war) + (self.win_probability - self.cost_a) * self.pr_war

    def equilibria(self) -> Solution:
        """The demand of the perfect Bayesian equilibrium, and the mechanism if it risks war."""
        single(self)
        a, b = self.players
        mean = _mean_cost_of_fighters(self)
        point = Point(
            payoffs={
                a: self.payoff,
                b: (1 - self.demand) * (1 - self.pr_war)
                + (1 - self.win_probability - mean) * self.pr_war,
            },
            terms={f"share of {a}": self.demand},
            strategies={
                a: {"demand": self.demand},
                b: {"fight if cost below": self.demand - self.win_probability},
            },
            regret=0,
            label="risks war" if self.pr_war > 0 else "safe demand",
            marks=("information",) if self.pr_war > 0 else (),
            facts={"pr_war": self.pr_war, "risk_margin": self.risk_margin},
        )
        return answer(self, (point,))

    def holds(self, point: Point) -> Evidence:
        """No demand on a fine grid (and at the ends) pays A more."""
        p, c = float(self.win_probability), float(self.cost_a)
        low, high = float(self.cost_b_low), float(self.cost_b_high)
        grid = np.unique(np.clip(np.append(p + np.linspace(low, high, 2001), [0.0, 1.0]), 0, 1))
        risk = np.clip((grid - p - low) / (high - low), 0, 1)
        worth = grid * (1 - risk) + (p - c) * risk
        gap = float(worth.max()) - float(point.payoffs[self.players[0]])
        return Evidence(
            gap <= REGRET,
            max(gap, 0.0),
            "regret",
            "" if gap <= REGRET else f"demand {grid[worth.argmax()]:.4g}",
        )


def _mean_cost_of_fighters(form: RiskReturn) -> Number:
    top = smaller(form.demand - form.win_probability, form.cost_b_high)
    return (form.cost_b_low + larger(top, form.cost_b_low)) / 2


def risk_return(
    *,
    win_probability: float,
    cost_a: float,
    cdf: Callable[[Any], Any],
    support: tuple[float, float],
    players: tuple[str, str] = ("A", "B"),
    resolution: int = 4001,
) -> Solution:
    """One demand by A for any continuous distribution of B's cost: every global maximiser.

    The payoff x (1 - F(x - p)) + (p - c_A) F(x - p) need not be single-peaked: see
    `negotiate.crisis.arithmetic.global_peaks`.

    Parameters
    ----------
    cdf
        Distribution function of B's cost, accepting arrays.
    support
        Ends of its support.
    resolution
        Grid points.

    Returns
    -------
    Solution
        ``complete`` up to peaks narrower than the grid, as the note says.

    >>> answer = risk_return(win_probability=0.5, cost_a=0.1, cdf=lambda c: c / 0.4,
    ...                      support=(0.0, 0.4))
    >>> round(answer[0].facts["demand"], 6), round(answer[0].facts["pr_war"], 6)
    (0.65, 0.375)
    """
    low, high = support
    if not low < high or resolution < 3:
        raise InputError(f"support is {support}", where="risk_return", allowed="low below high")

    def fight(x: Any) -> Any:
        cost = np.clip(np.asarray(x, dtype=float) - win_probability, low, high)
        return np.clip(cdf(cost), 0, 1)

    def payoff(x: Any) -> Any:
        risk = fight(x)
        return x * (1 - risk) + (win_probability - cost_a) * risk

    ends = [min(max(win_probability + cost, 0.0), 1.0) for cost in support]
    best = global_peaks(payoff, *ends, resolution=resolution)
    points = tuple(
        Point(
            payoffs={players[0]: float(payoff(x))},
            terms={f"share of {players[0]}": x},
            label=f"demand {x:.6g}",
            marks=("information",) if fight(x) > 0 else (),
            facts={"demand": x, "pr_war": float(fight(x))},
        )
        for x in best
    )
    return Solution(
        concept="perfect_bayesian",
        players=players,
        points=points,
        complete=True,
        exact=False,
        settings={"resolution": resolution},
        notes=("Peaks narrower than the grid step would be missed.",),
    )


@game(
    "screening",
    title="Screening by one demand",
    short="screening",
    solved_by=("perfect_bayesian",),
    metrics=(
        Metric(
            "demand",
            "share of the prize",
            "share A demands of an opponent that is tough or weak",
            was=("crisis_bargaining.screening.demand",),
        ),
        Metric(
            "pr_war",
            "probability",
            "probability of war at that demand",
            was=("crisis_bargaining.screening.pr_war",),
        ),
        Metric(
            "risk_margin",
            "difference of shares",
            "payoff of the risky less the safe demand; positive: it risks war",
            was=("crisis_bargaining.screening.risk_margin",),
        ),
        Metric(
            "critical_pr_weak",
            "probability",
            "chance of a weak opponent above which it risks war",
            was=("crisis_bargaining.screening.critical_pr_weak",),
        ),
        Metric(
            "payoff", "share of the prize", "what A expects of that demand, war's cost taken off"
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class Screening(
    ParametricForm,
    view="negotiate.crisis.views.crisis_bargaining",
):
    """One demand by A when B is tough (low cost of war) or weak (high cost)."""

    win_probability: Probability
    cost_a: Number
    cost_tough: Number
    cost_weak: Number
    pr_weak: Probability
    players: tuple[str, str] = ("A", "B")

    def __post_init__(self) -> None:
        self._check_order("cost_tough", "cost_weak")

    @property
    def _war(self) -> Number:
        return self.win_probability - self.cost_a

    @property
    def safe_demand(self) -> Number:
        """Share p + c_tough, at most 1: the largest demand that both types accept."""
        return smaller(self.win_probability + self.cost_tough, 1)

    @property
    def risky_demand(self) -> Number:
        """Share p + c_weak, at most 1: the largest demand that the weak type accepts."""
        return smaller(self.win_probability + self.cost_weak, 1)

    @property
    def _risky_payoff(self) -> Number:
        """Payoff of the risky demand; that of war where not even the weak would give anything."""
        taken = self.pr_weak * self.risky_demand + (1 - self.pr_weak) * self._war
        tough_too = choose(self.safe_demand >= 1, self.safe_demand, taken)
        return choose(self.risky_demand >= 0, tough_too, self._war)

    @property
    def _refused_payoff(self) -> Number:
        """Payoff of a demand that everybody refuses; the safe one's where the pie is too small."""
        return choose(self.risky_demand < 1, self._war, self._safe_payoff)

    @property
    def _safe_payoff(self) -> Number:
        """Payoff of the safe demand; that of the risky one where the tough give nothing."""
        return choose(self.safe_demand >= 0, self.safe_demand, self._risky_payoff)

    @property
    def risk_margin(self) -> Number:
        """Best payoff with a risk of war less that of the safe demand.

        With costs of war that are costs: Pr(weak) x_risky + (1 - Pr(weak)) (p - c_A) - x_safe.
        """
        return larger(self._risky_payoff, self._refused_payoff) - self._safe_payoff

    @property
    def critical_pr_weak(self) -> Number:
        """(x_safe - p + c_A) / (x_risky - p + c_A), within [0, 1]."""
        best = ratio(self.safe_demand - self._war, self.risky_demand - self._war, empty=1)
        return clip(best, 0, 1)

    @property
    def demand(self) -> Number:
        """The best of the demands; where all are refused, the whole prize."""
        war = self._refused_payoff > larger(self._safe_payoff, self._risky_payoff)
        risky = choose(self.risk_margin > 0, self.risky_demand, self.safe_demand)
        return choose(war, 1 + 0 * self.risky_demand, risky)

    @property
    def pr_war(self) -> Number:
        """Pr(tough) if A demands what only the weak accept, 1 if it demands what none does."""
        war = self._refused_payoff > larger(self._safe_payoff, self._risky_payoff)
        nobody = war | (self.risky_demand < 0)
        risky = (self.risk_margin > 0) | (self.safe_demand < 0)
        chance = choose(risky, 1 - self.pr_weak, 0 * self.pr_weak)
        return choose(nobody, 1 + 0 * chance, chance)

    @property
    def payoff(self) -> Number:
        """The largest of the expected payoffs."""
        return larger(self._safe_payoff, self._risky_payoff, self._refused_payoff)

    def _options(self) -> list[tuple[str, Number, Number, Number, Number]]:
        """Demands: label, share, chance of war, payoff of A, payoff of B."""
        win, weak = self.win_probability, self.pr_weak
        tough_war, weak_war = 1 - win - self.cost_tough, 1 - win - self.cost_weak
        out = []
        if self.safe_demand >= 0:
            out.append(
                ("safe demand", self.safe_demand, 0 * win, self.safe_demand, 1 - self.safe_demand)
            )
        if self.risky_demand >= 0 and self.risky_demand > self.safe_demand:
            b = weak * (1 - self.risky_demand) + (1 - weak) * tough_war
            out.append(("risks war", self.risky_demand, 1 - weak, self._risky_payoff, b))
        if self.risky_demand < 1:
            b = weak * weak_war + (1 - weak) * tough_war
            out.append(("war", 1 + 0 * win, 1 + 0 * win, self._war, b))
        return out

    def equilibria(self) -> Solution:
        """Every best demand; where several are, any mixture of them too."""
        single(self)
        a, b = self.players
        points = tuple(
            Point(
                payoffs={a: mine, b: theirs},
                terms={f"share of {a}": share} if war < 1 else {},
                regret=0,
                label=label,
                marks=("information",) if 0 < war < 1 else (),
                facts={"pr_war": war, "risk_margin": self.risk_margin},
            )
            for label, share, war, mine, theirs in self._options()
            if mine == self.payoff
        )
        if len(points) < 2:
            return answer(self, points)
        return answer(
            self, points, components=(tuple(range(len(points))),), degenerate=True, complete=True
        )

    def holds(self, point: Point) -> Evidence:
        """No demand pays A more: acceptance is a step function, so few demands can be best.

        Each is priced from the definition: a type accepts x where 1 - x is at least its war payoff.
        """
        p, q = self.win_probability, self.pr_weak
        types = ((q, 1 - p - self.cost_weak), (1 - q, 1 - p - self.cost_tough))
        best = None
        for x in (0 * p, 1 + 0 * p, self.safe_demand, self.risky_demand):
            if not 0 <= x <= 1:
                continue
            worth = sum(
                chance * (x if 1 - x >= war and (x < 1 or war <= 0) else p - self.cost_a)
                for chance, war in types
            )
            best = worth if best is None else larger(best, worth)
        return verdict({"other demand": best - point.payoffs[self.players[0]]})


@compiles("crisis_bargaining", slots=("win_probability", "war_cost"))
def crisis_bargaining(negotiation: Negotiation, *, commitment: str | None = None) -> CostlyLottery:
    """The costly lottery of a case: A is the first principal (``[model.crisis_bargaining] first``).

    Reads ``quantity.win_probability``, ``quantity.war_cost_<party>``, the prize of each side
    (`negotiate.case.slot_reading.prize`; costs are divided by it) and the levers in the slots
    ``win_probability`` and ``war_cost``.
    """
    a, b = case.sides(negotiation, KIND)
    war = case.war(
        negotiation, KIND, a, b, commitment=case.commitment(negotiation, KIND, commitment)
    )
    return CostlyLottery(war.win_probability, war.cost_a, war.cost_b, players=(a, b))


@compiles("hidden_cost", slots=("win_probability", "war_cost"))
def hidden_cost(negotiation: Negotiation, *, commitment: str | None = None) -> RiskReturn:
    """A's demand when B's cost of war is B's secret, uniform between what A holds possible.

    What A holds possible are quantities of their own (`negotiate.case.slot_reading.cost_types`),
    not the range in which the analyst's own number may lie.
    """
    a, b = case.sides(negotiation, KIND)
    sure = case.commitment(negotiation, KIND, commitment)
    case.require(negotiation, KIND, case.war_fields(a) | case.type_fields(b))
    tough, weak = case.cost_types(negotiation, KIND, b, commitment=sure)
    return RiskReturn(
        win_probability=case.win_probability(negotiation, KIND, a, commitment=sure),
        cost_a=case.war_cost(negotiation, KIND, a, commitment=sure),
        cost_b_high=weak,
        cost_b_low=tough,
        players=(a, b),
    )


@compiles("screening", slots=("win_probability", "war_cost"))
def screening(negotiation: Negotiation, *, commitment: str | None = None) -> Screening:
    """A's demand when B is tough or weak, as A holds possible; tough with ``quantity.resolve_<B>``.

    The two costs are those of `hidden_cost`.
    """
    a, b = case.sides(negotiation, KIND)
    sure = case.commitment(negotiation, KIND, commitment)
    resolve = f"resolve_{b}"
    case.require(
        negotiation,
        KIND,
        case.war_fields(a) | case.type_fields(b) | {resolve: f"quantity.{resolve}"},
    )
    tough, weak = case.cost_types(negotiation, KIND, b, commitment=sure)
    return Screening(
        win_probability=case.win_probability(negotiation, KIND, a, commitment=sure),
        cost_a=case.war_cost(negotiation, KIND, a, commitment=sure),
        cost_tough=tough,
        cost_weak=weak,
        pr_weak=1 - case.number(negotiation, KIND, resolve, f"quantity.{resolve}"),
        players=(a, b),
    )
