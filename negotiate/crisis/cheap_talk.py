r"""Cheap talk with a state on the line: Crawford and Sobel, uniform and quadratic.

The state t is uniform on [0, 1] and known to the sender; the receiver hears a message and acts y.
Losses are (y - t)^2 for the receiver and (y - t - b)^2 for the sender, b its bias. Every
equilibrium is a partition into N steps: the sender reports the step, the receiver acts at its
midpoint, and the sender is indifferent at each cutoff, a_{i+1} - a_i = a_i - a_{i-1} + 4b. So

    a_i = i/N + 2 b i (i - N),      which needs a_1 > 0:  2 N (N - 1) b < 1.

There is one equilibrium for each N from 1 to N(b) = ceil(-1/2 + sqrt(1 + 2/b)/2). Receiver's
expected payoff: -1/(12 N^2) - b^2 (N^2 - 1)/3; the sender's is lower by b^2.

Source: Crawford and Sobel (1982), Econometrica 50:1431-1451, section 4. At b = 1/20 there are
up to three steps, with cutoffs 2/15 and 7/15:

>>> talk = CheapTalk(bias=Fraction(1, 20))
>>> talk.steps, talk.partition(3)
(3, (Fraction(0, 1), Fraction(2, 15), Fraction(7, 15), Fraction(1, 1)))
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, answer, single
from negotiate.declare import Metric, compiles, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import Number
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution

KIND = "cheap_talk"
METRICS = (
    Metric(
        "steps",
        "count",
        "largest number of steps N(b)",
    ),
    Metric(
        "receiver_payoff",
        "payoff",
        "receiver's expected payoff in the most informative equilibrium",
    ),
    Metric(
        "sender_payoff",
        "payoff",
        "sender's expected payoff in the most informative equilibrium",
    ),
    Metric(
        "informative_margin",
        "number",
        "1/4 - |b|: positive where talk can tell anything",
    ),
)

MOST_LISTED = 500


@game(
    "cheap_talk",
    title="Cheap talk on the line",
    short="cheap talk",
    solved_by=("perfect_bayesian",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class CheapTalk(
    ParametricForm,
    view="negotiate.crisis.views.cheap_talk",
):
    """Uniform state, quadratic losses; a negative bias mirrors the line. Bias may be an array."""

    bias: Number
    players: tuple[str, str] = ("sender", "receiver")

    def __post_init__(self) -> None:
        if np.any(np.asarray(self.bias, dtype=float) == 0):
            raise InputError(
                "bias is 0",
                where="CheapTalk",
                allowed="any other number",
                remedy="without bias the sender reports the state itself: infinitely many steps",
            )

    @property
    def steps(self) -> Any:
        """N(b): the largest N with 2 N (N - 1) |b| < 1."""
        if getattr(self.bias, "ndim", 0):
            b = np.abs(np.asarray(self.bias, dtype=float))
            n = np.ceil(-0.5 + 0.5 * np.sqrt(1 + 2 / b))
            # The root may round across an integer; the definition decides.
            n = np.where(2 * n * (n - 1) * b >= 1, n - 1, n)
            return np.maximum(n, 1).astype(int)
        b_exact = abs(exact(self.bias))
        bound = 1 / (2 * b_exact)
        n = (1 + isqrt(1 + 4 * int(bound))) // 2 + 1
        while n > 1 and n * (n - 1) >= bound:
            n -= 1
        return n

    @property
    def informative_margin(self) -> Number:
        """1/4 - |b|: two steps need 4 |b| < 1."""
        if isinstance(self.bias, (int, Fraction)):
            return Fraction(1, 4) - abs(Fraction(self.bias))
        return 0.25 - np.abs(self.bias)

    def payoff(self, steps: Any) -> Number:
        """Receiver's expected payoff with N steps."""
        return -1 / (12 * steps**2) - self.bias**2 * (steps**2 - 1) / 3

    @property
    def receiver_payoff(self) -> Number:
        """At N(b)."""
        return self._exactly_payoff(self.steps)

    @property
    def sender_payoff(self) -> Number:
        """Receiver's payoff less b^2."""
        return self.receiver_payoff - self.bias**2

    def _exactly_payoff(self, steps: Any) -> Number:
        if isinstance(self.bias, (int, Fraction)):
            b = Fraction(self.bias)
            return -Fraction(1, 12 * steps**2) - b**2 * (steps**2 - 1) / 3
        return self.payoff(steps)

    def partition(self, steps: int) -> tuple[Fraction, ...]:
        """Cutoffs a_0 = 0, ..., a_N = 1 of the equilibrium with N steps."""
        b = exact(self.bias)
        if not 1 <= steps <= self.steps:
            raise InputError(
                f"{steps} steps", where="CheapTalk", allowed=f"1 to {self.steps} at bias {b}"
            )
        return tuple(Fraction(i, steps) + 2 * b * i * (i - steps) for i in range(steps + 1))

    def equilibria(self) -> Solution:
        """One equilibrium for every number of steps, most informative last."""
        single(self)
        most = self.steps
        shown = min(most, MOST_LISTED)
        sender, receiver = self.players
        b = exact(self.bias)
        points = []
        for n in range(1, shown + 1):
            cut = self.partition(n)
            worth = -Fraction(1, 12 * n * n) - b * b * (n * n - 1) / 3
            points.append(
                Point(
                    payoffs={sender: worth - b * b, receiver: worth},
                    strategies={
                        receiver: {f"step {i}": (cut[i - 1] + cut[i]) / 2 for i in range(1, n + 1)}
                    },
                    beliefs={
                        f"step {i}": {"from": cut[i - 1], "to": cut[i]} for i in range(1, n + 1)
                    },
                    regret=Fraction(0),
                    label="babbling" if n == 1 else f"{n} steps",
                    facts={
                        "cutoffs": cut,
                        "margin": Fraction(1, 2 * n * (n - 1)) - abs(b) if n > 1 else None,
                    },
                )
            )
        return answer(
            self,
            points,
            complete=shown == most,
            exact=True,
            notes=("Equilibria that differ only in the words used are one.",)
            + ((f"{most} equilibria; the first {shown} are listed.",) if shown < most else ()),
        )

    def holds(self, point: Point) -> Evidence:
        """Actions are means of their steps; the sender is indifferent at every inner cutoff.

        Then by single crossing each state prefers its own step; cutoffs must rise from 0 to 1.
        """
        b = exact(self.bias)
        cut = point.facts["cutoffs"]
        acts = list(point.strategies[self.players[1]].values())
        gaps = [abs(acts[i] - (cut[i] + cut[i + 1]) / 2) for i in range(len(acts))]
        for i in range(1, len(acts)):
            ideal = cut[i] + b
            gaps.append(abs((acts[i - 1] - ideal) ** 2 - (acts[i] - ideal) ** 2))
        gaps += [abs(cut[0]), abs(cut[-1] - 1)]
        gaps += [1 + cut[i] - cut[i + 1] for i in range(len(acts)) if cut[i] >= cut[i + 1]]
        worst = max(gaps)
        return Evidence(
            worst == 0,
            worst,
            "largest breach of indifference or Bayes' rule",
            "" if worst == 0 else point.label,
        )


@compiles("cheap_talk")
def cheap_talk(negotiation: Negotiation) -> CheapTalk:
    """Sender and receiver are the principals (``[model.cheap_talk] first`` sends).

    The bias is ``quantity.talk_bias``: by how much more, on a line of length one, the sender would
    have the receiver do than the receiver wants.
    """
    sender, receiver = case.sides(negotiation, KIND)
    return CheapTalk(
        bias=case.number(negotiation, KIND, "bias", "quantity.talk_bias"),
        players=(sender, receiver),
    )
