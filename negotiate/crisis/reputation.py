r"""Reputation over a chain of crises: the chain store with a small chance of toughness.

A defender meets N challengers in turn. A challenger stays out (0; the defender gets ``peace``) or
challenges; the defender yields (challenger ``gain``, defender 0) or fights (challenger -``loss``,
defender -``fight_cost``). With probability p the defender is tough and always fights; else it is
weak and weighs the fight against its reputation. With q = gain/(gain + loss) and n crises to come
(this one included), the sequential equilibrium, unique but for ties, is

* challenger: stays out if p > q^n, challenges if p < q^n, at p = q^n stays out with probability
  fight_cost/peace;
* weak defender: at n = 1 yields; else fights for certain if p >= q^(n-1), and otherwise with the
  probability that brings the posterior to q^(n-1).

Deterrence lasts while p > q^n: a small p deters all but the last few challengers, whose number does
not depend on N.

Source: Kreps and Wilson (1982), JET 27:253-279, section 2; Selten (1978), Theory and Decision
9:127-159 (without doubt, p = 0, every challenger enters).

>>> chain = Reputation(crises=10, tough=Fraction(1, 10), gain=1, loss=1, peace=2)
>>> chain.deterred, [stage.challenge for stage in chain.play()][5:8]
(7, [Fraction(0, 1), Fraction(0, 1), Fraction(1, 1)])
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Positive, Probability, answer, single
from negotiate.declare import Metric, compiles, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import Number, is_exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "reputation"
METRICS = (
    Metric(
        "deterred",
        "count",
        "number of challengers deterred for certain at the start of the chain",
    ),
    Metric(
        "first_margin",
        "difference of shares",
        "p - q^N: positive where the first challenger is deterred",
    ),
    Metric(
        "critical_tough",
        "probability",
        "chance of toughness above which the first challenger is deterred",
    ),
)

MAX_CRISES = 10_000


@dataclass(frozen=True)
class Stage:
    """One crisis on the path where every earlier challenger met a fight."""

    remaining: int
    belief: Number
    challenge: Number
    weak_fights: Number
    posterior: Number


@game(
    "reputation",
    title="Reputation over a chain of crises",
    short="reputation",
    solved_by=("sequential_equilibrium",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class Reputation(
    ParametricForm,
    view="negotiate.crisis.views.reputation",
    counts=("crises",),
):
    """The chain; ``tough``, payoffs may be arrays for the metrics."""

    crises: int
    tough: Probability
    gain: Positive
    loss: Positive
    peace: Number
    fight_cost: Positive = Fraction(1)
    players: tuple[str, str] = ("challengers", "defender")

    def __post_init__(self) -> None:
        if not 1 <= self.crises <= MAX_CRISES:
            raise InputError(
                f"{self.crises} crises", where="Reputation", allowed=f"1 to {MAX_CRISES}"
            )
        self._check_order("fight_cost", "peace")

    @property
    def ratio(self) -> Number:
        """Ratio q = gain/(gain + loss): chance of a fight at which a challenger is indifferent."""
        if is_exact(self.gain, self.loss):
            return Fraction(self.gain) / (self.gain + self.loss)
        return self.gain / (self.gain + self.loss)

    @property
    def critical_tough(self) -> Number:
        """q^N."""
        return self.ratio**self.crises

    @property
    def first_margin(self) -> Number:
        """Margin p - q^N."""
        return self.tough - self.critical_tough

    @property
    def deterred(self) -> Any:
        """Crises n = N, N - 1, ... with p > q^n."""
        powers = [self.ratio**n for n in range(1, self.crises + 1)]
        if is_exact(self.tough, powers[0]):
            return sum(self.tough > x for x in powers)
        out = sum((np.asarray(self.tough) > x).astype(int) for x in powers)
        return int(out) if getattr(out, "ndim", 0) == 0 else out

    def challenge(self, remaining: int, belief: Number, *, fought_mixed: bool = False) -> Number:
        """Probability that a challenger challenges.

        At p = q^n the mixture makes the weak defender indifferent in the crisis before; where
        none came before, any probability is an equilibrium and staying out is shown.
        """
        line = self.ratio**remaining
        if belief > line:
            return Fraction(0)
        if belief < line:
            return Fraction(1)
        share = (
            self.fight_cost / self.peace
            if not is_exact(self.fight_cost, self.peace)
            else (Fraction(self.fight_cost) / self.peace)
        )
        return 1 - share if fought_mixed else Fraction(0)

    def weak_fights(self, remaining: int, belief: Number) -> Number:
        """Probability that a weak defender fights."""
        if remaining == 1 or belief == 0:
            return Fraction(0)
        line = self.ratio ** (remaining - 1)
        if belief >= line:
            return Fraction(1)
        return belief * (1 - line) / ((1 - belief) * line)

    def play(self) -> list[Stage]:
        """The path on which every challenge is met by a fight."""
        single(self)
        form = self.exactly() if self._all_exact() else self
        belief, mixed = form.tough, False
        out = []
        for n in range(form.crises, 0, -1):
            enter = form.challenge(n, belief, fought_mixed=mixed)
            fight = form.weak_fights(n, belief)
            after = belief
            if enter > 0:
                total = belief + (1 - belief) * fight
                after = belief / total if total else belief
                # The posterior is q^(n-1) by construction; say so exactly in floats as well.
                after = form.ratio ** (n - 1) if 0 < fight < 1 else after
                mixed = bool(0 < fight < 1)
            out.append(Stage(n, belief, enter, fight, after))
            belief = after
        return out

    def _all_exact(self) -> bool:
        return is_exact(self.tough, self.gain, self.loss, self.peace, self.fight_cost)

    def equilibria(self) -> Solution:
        """The sequential equilibrium, stage by stage on the path of fights."""
        stages = self.play()
        ties = [
            s.remaining for s in stages if s.belief == self.ratio**s.remaining and s.challenge == 0
        ]
        challengers, defender = self.players
        point = Point(
            payoffs={defender: self.weak_value(self.crises, stages[0].belief, False)},
            strategies={
                challengers: {
                    f"{s.remaining} to come": {
                        "challenge": s.challenge,
                        "stay out": 1 - s.challenge,
                    }
                    for s in stages
                },
                defender: {
                    f"weak, {s.remaining} to come": {
                        "fight": s.weak_fights,
                        "yield": 1 - s.weak_fights,
                    }
                    for s in stages
                },
            },
            beliefs={f"{s.remaining} to come": {"tough": s.belief} for s in stages},
            label="reputation" if self.deterred else "no deterrence",
            marks=("information",) if any(s.challenge > 0 for s in stages) else (),
            facts={"deterred": self.deterred, "first_margin": self.first_margin},
        )
        return answer(
            self,
            (point,),
            concept="sequential_equilibrium",
            complete=not ties,
            degenerate=bool(ties),
            notes=(
                "Payoff is that of the weak defender. A defender that has once yielded is known "
                "to be weak and yields to all later challengers.",
            ),
        )

    def weak_value(self, remaining: int, belief: Number, mixed: bool) -> Number:
        """Weak defender's expected payoff from here, by following the strategies."""
        total: Number = Fraction(0)
        reach: Number = Fraction(1)
        for n in range(remaining, 0, -1):
            enter = self.challenge(n, belief, fought_mixed=mixed)
            fight = self.weak_fights(n, belief)
            if enter == 0:
                total = total + reach * self.peace
                continue
            line = self.ratio ** (n - 1)
            if fight < 1:
                # Where it mixes it is indifferent, and yielding pays 0 now and later.
                return total + reach * (1 - enter) * (
                    self.peace + self.weak_value(n - 1, belief, mixed) if enter < 1 else 0
                )
            if enter < 1:
                rest = self.weak_value(n - 1, belief, mixed)
                fought = -self.fight_cost + self.weak_value(n - 1, max(belief, line), False)
                return total + reach * ((1 - enter) * (self.peace + rest) + enter * fought)
            total = total - reach * self.fight_cost
        return total

    def holds(self, point: Point) -> Evidence:
        """One-shot deviations of every challenger and of the weak defender, along the path."""
        challengers, defender = self.players
        worst: Number = Fraction(0)
        witness = ""
        mixed = False
        for n in range(self.crises, 0, -1):
            belief = point.beliefs[f"{n} to come"]["tough"]
            enter = point.strategies[challengers][f"{n} to come"]["challenge"]
            fight = point.strategies[defender][f"weak, {n} to come"]["fight"]
            hit = belief + (1 - belief) * fight
            gain = (1 - hit) * self.gain - hit * self.loss
            after = belief / hit if hit else belief
            later = self.weak_value(n - 1, after, bool(0 < fight < 1)) if n > 1 else Fraction(0)
            edge = -self.fight_cost + later
            for gap, who in (
                (gain * (1 - enter), f"challenger {n} should challenge"),
                (-gain * enter, f"challenger {n} should stay out"),
                (edge * (1 - fight), f"weak {defender} should fight at {n}"),
                (-edge * fight, f"weak {defender} should yield at {n}"),
            ):
                if gap > worst:
                    worst, witness = gap, who
            mixed = mixed or bool(0 < fight < 1)
        return Evidence(bool(worst <= UTILITY), worst, "regret", witness)


@compiles("reputation")
def reputation(negotiation: Negotiation) -> Reputation:
    """A chain of crises whose defender is the first principal (``[model.reputation] first``).

    ``quantity.crises``, the chance ``quantity.reputation_tough`` that the defender always fights,
    what yielding gives a challenger (``reputation_gain``) and a fight costs it
    (``reputation_loss``), what being left alone is worth to the defender (``reputation_peace``)
    and a fight costs it (``reputation_fight_cost``).
    """
    defender, _ = case.sides(negotiation, KIND)
    own = {f: f"quantity.reputation_{f}" for f in ("tough", "gain", "loss", "peace", "fight_cost")}
    case.require(negotiation, KIND, {"crises": "quantity.crises", **own})
    return Reputation(
        crises=case.count(negotiation, KIND, "crises"),
        **{field: case.number(negotiation, KIND, field, path) for field, path in own.items()},
        players=("challengers", defender),
    )
