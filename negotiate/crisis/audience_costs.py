r"""Audience costs as signals: crises in which a leader's public threat may bind or bluff.

`AudienceCosts` (one-sided): A keeps the status quo (0, 0) or challenges; B concedes (V, -L) or
resists; A then backs down (-a, 0) or fights (w_A, w_B), w_A known to A only and uniform on
[low, high]. Types with w_A >= -a fight; beta = Pr(w_A >= -a). B resists while her belief that A
fights is at most t = L / (-w_B).

=================  =============================  ============================================
equilibrium        exists when                    play
=================  =============================  ============================================
all challenge      beta >= t                      every type challenges, B concedes
bluffing           0 < beta <= t <= 1             fighters challenge, the others with
                                                  b = beta (1 - t)/(t (1 - beta)); B resists
                                                  with V/(V + a)
no bluffing        t >= 1, high > 0               types with w_A > 0 challenge, B resists
deterred           high <= 0, and beta < 1        nobody challenges; B would resist, taking a
                   or t >= 1                      challenge for a bluff (belief at most t)
=================  =============================  ============================================

`LewisSchultz` (two-sided, normal errors): equilibria are fixed points of Pr(B resists); there are
one, or three in narrow ranges, and all are returned.

Source: Fearon (1994), APSR 88:577-592; Schultz (2001), Democracy and Coercive Diplomacy, ch. 2;
Lewis and Schultz (2003), Political Analysis 11:345-367; Jo (2011), Political Analysis 19:351-362.
With V = L = 1, w_B = -2, w_A on [-1, 0.5] and a = 0.2, B resists with probability 1/1.2:

>>> crisis = AudienceCosts(value=1, loss=1, audience_cost=Fraction(1, 5), war_b=-2, war_a_low=-1,
...                        war_a_high=Fraction(1, 2))
>>> [(point.label, point.facts["resist"]) for point in crisis.equilibria()]
[('bluffing', Fraction(5, 6))]
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import (
    NotNegative,
    ParametricForm,
    Positive,
    answer,
    exact_verdict,
    single,
)
from negotiate.crisis.arithmetic import audience as kernel
from negotiate.declare import Metric, compiles, game
from negotiate.numbers.arithmetic import (
    Number,
    choose,
    clip,
    is_exact,
    larger,
    over,
    ratio,
    smaller,
)
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import REGRET

KIND = "audience_costs"
METRICS = (
    Metric(
        "fighters",
        "probability",
        "probability that A would rather fight than back down",
    ),
    Metric(
        "threshold",
        "probability",
        "belief that A fights above which B concedes",
    ),
    Metric(
        "concession_margin",
        "difference of shares",
        "fighters less threshold: positive where a challenge makes B concede",
    ),
    Metric(
        "bluff",
        "probability",
        "probability that a type that would back down challenges",
    ),
    Metric(
        "resist",
        "probability",
        "probability that B resists a challenge",
    ),
    Metric(
        "pr_challenge",
        "probability",
        "probability of a challenge",
    ),
    Metric(
        "pr_war",
        "probability",
        "probability of war",
    ),
)


@game(
    "audience_costs",
    title="Audience costs as a signal of resolve",
    short="audience costs",
    solved_by=("perfect_bayesian",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class AudienceCosts(
    ParametricForm,
    view="negotiate.crisis.views.audience_costs",
):
    """One-sided audience-cost crisis; payoffs as in the module docstring."""

    value: Positive
    loss: Positive
    audience_cost: NotNegative
    war_b: Number
    war_a_low: Number
    war_a_high: Number
    players: tuple[str, str] = ("A", "B")

    def __post_init__(self) -> None:
        self._check_order("war_a_low", "war_a_high")

    def above(self, level: Number) -> Number:
        """Pr(w_A >= level)."""
        span = self.war_a_high - self.war_a_low
        return clip((self.war_a_high - level) / span, 0, 1)

    @property
    def fighters(self) -> Number:
        """Beta: Pr(w_A >= -a)."""
        return self.above(-self.audience_cost)

    @property
    def threshold(self) -> Number:
        """Belief t = L/(-w_B) where resisting risks a loss; 2 (never) where it risks none."""
        safe = ratio(self.loss, larger(-self.war_b, 0), empty=2)
        return (
            choose(self.war_b < 0, safe, 2)
            if not is_exact(self.war_b)
            else (safe if self.war_b < 0 else Fraction(2))
        )

    @property
    def concession_margin(self) -> Number:
        """Fighters less threshold."""
        return self.fighters - self.threshold

    @property
    def bluff_ratio(self) -> Number:
        """Bluff ratio b = beta (1 - t) / (t (1 - beta)), kept within [0, 1]."""
        top = self.fighters * larger(1 - self.threshold, 0)
        return clip(ratio(top, self.threshold * (1 - self.fighters), empty=1), 0, 1)

    @property
    def bluff(self) -> Number:
        """Chance that a non-fighter challenges, in the equilibrium with challenges.

        One where B concedes; the bluff ratio where she mixes; zero where she always resists.
        """
        return choose(self.concession_margin >= 0, 1 + 0 * self.bluff_ratio, self.bluff_ratio)

    @property
    def resist(self) -> Number:
        """Chance that B resists, in the equilibrium with challenges."""
        mixing = self.value / (self.value + self.audience_cost)
        active = choose(self.threshold > 1, 1 + 0 * mixing, mixing)
        active = choose(self.fighters > 0, active, 1 + 0 * mixing)
        return choose(self.concession_margin >= 0, 0 * mixing, active)

    @property
    def pr_challenge(self) -> Number:
        """Chance of a challenge, in the equilibrium with challenges."""
        mixed = self.fighters + self.bluff * (1 - self.fighters)
        only_gainers = self.above(0)
        stand = choose(self.threshold > 1, only_gainers, mixed)
        return choose(self.concession_margin >= 0, 1 + 0 * mixed, stand)

    @property
    def pr_war(self) -> Number:
        """Chance of a challenge that is resisted by a type that fights."""
        who = choose(self.threshold > 1, self.above(0), self.fighters)
        return who * self.resist

    def existence(self) -> dict[str, Number]:
        """Signed margin of each equilibrium: non-negative where it exists.

        Whether some type fights, and whether some does not, is measured by how far the ends of the
        range lie from -a, so that a margin is negative where no such type exists, not zero.
        """
        one_minus = 1 - self.threshold
        span = self.war_a_high - self.war_a_low
        some_fight = over(self.war_a_high + self.audience_cost, span)
        some_do_not = over(-self.audience_cost - self.war_a_low, span)
        return {
            "all challenge": self.concession_margin,
            "bluffing": smaller(some_fight, -self.concession_margin, one_minus),
            "no bluffing": smaller(-one_minus, self.war_a_high),
            "deterred": smaller(-self.war_a_high, larger(some_do_not, -one_minus)),
        }

    def equilibria(self) -> Solution:
        """Every perfect Bayesian equilibrium; knife-edge continua as components."""
        single(self)
        form = self.exactly()
        t, beta, top = form.threshold, form.fighters, form.war_a_high
        v, a = form.value, form.audience_cost
        mixing = v / (v + a)
        points: list[Point] = []
        if beta >= t:
            points.append(form._point("all challenge", Fraction(0), Fraction(1), None))
        if 0 < beta <= t <= 1:
            points.append(form._point("bluffing", mixing, form.bluff_ratio, None))
        if a == 0 and beta < 1 and beta <= t:
            # Backing down costs nothing, so bluffers are indifferent when B always resists.
            points.append(form._point("free bluffing", Fraction(1), Fraction(1), None))
        if t >= 1 and top > 0:
            points.append(form._point("no bluffing", Fraction(1), Fraction(0), Fraction(0)))
        if top <= 0 and (beta < 1 or t >= 1):
            points.append(form._point("deterred", Fraction(1), Fraction(0), top + 1))
        components = form._components(points)
        return answer(
            self,
            points,
            degenerate=bool(components),
            components=components,
            notes=(
                "Where nobody challenges, the chance of resistance off the path is shown at one; "
                "facts give the least that deters.",
            )
            if any(p.label == "deterred" for p in points)
            else (),
        )

    def _components(self, points: list[Point]) -> tuple[tuple[int, ...], ...]:
        place = {p.label: i for i, p in enumerate(points)}
        pairs = []
        if self.fighters == self.threshold:
            pairs.append(("all challenge", "bluffing"))
        if self.threshold == 1:
            # B is indifferent once only fighters challenge: any resistance from V/(V + a) up
            pairs += [("bluffing", "no bluffing"), ("bluffing", "deterred")]
        if self.audience_cost == 0:
            # where B always resists, backing down is free: a timid type may challenge or not
            pairs += [(name, "free bluffing") for name in ("bluffing", "no bluffing", "deterred")]
        return tuple(
            tuple(sorted((place[a], place[b]))) for a, b in pairs if a in place and b in place
        )

    def _point(self, label: str, r: Fraction, bluff: Fraction, cutoff: Fraction | None) -> Point:
        """``cutoff`` is the least fighter that challenges (None: all fighters)."""
        a_name, b_name = self.players
        start = -self.audience_cost if cutoff is None else larger(cutoff, -self.audience_cost)
        fight = self.above(start)
        # A uniform type above `start` has this mean war payoff.
        mean = (larger(start, self.war_a_low) + self.war_a_high) / 2
        timid = (1 - self.fighters) * bluff
        challenge = fight + timid
        belief = fight / challenge if challenge else None
        payoff_a = challenge * (1 - r) * self.value + r * (
            fight * mean - timid * self.audience_cost
        )
        payoff_b = -challenge * (1 - r) * self.loss + r * fight * self.war_b
        best = max(self.war_a_high, -self.audience_cost)
        facts: dict[str, Any] = {
            "resist": r,
            "bluff": bluff,
            "challenge_from": start,
            "pr_challenge": challenge,
            "pr_war": fight * r,
        }
        if belief is None:
            facts["least_deterring_resistance"] = self.value / (self.value - best)
            facts["supporting_belief"] = (Fraction(0), min(self.threshold, Fraction(1)))
        return Point(
            payoffs={a_name: payoff_a, b_name: payoff_b},
            strategies={
                a_name: {
                    "would fight": {"challenge if war is worth at least": start},
                    "would back down": {"challenge": bluff, "status quo": 1 - bluff},
                },
                b_name: {"challenged": {"resist": r, "concede": 1 - r}},
            },
            beliefs={
                "challenged": {
                    "fights": belief if belief is not None else Fraction(int(self.fighters == 1))
                }
            },
            regret=Fraction(0),
            label=label,
            marks=("information",) if fight * r > 0 else (),
            facts=facts,
        )

    def holds(self, point: Point) -> Evidence:
        """Recompute best replies of both sides and Bayes' rule from the strategies."""
        a_name, b_name = self.players
        r = exact(point.strategies[b_name]["challenged"]["resist"])
        bluff = exact(point.strategies[a_name]["would back down"]["challenge"])
        start = exact(point.strategies[a_name]["would fight"]["challenge if war is worth at least"])
        v, loss, a = exact(self.value), exact(self.loss), exact(self.audience_cost)
        low, high = exact(self.war_a_low), exact(self.war_a_high)
        gaps: list[tuple[Fraction, str]] = []
        gain = (1 - r) * v - r * a
        if low < -a:
            gaps.append((gain * (1 - bluff), "a type that backs down should challenge"))
            gaps.append((-gain * bluff, "a bluffer should not challenge"))
        # The payoff of a fighter rises with w, so only the ends of each region can fail.
        least, most = max(low, -a), high
        if least <= most:
            for w, stands in ((least, least >= start), (most, most >= start)):
                worth = (1 - r) * v + r * w
                gaps.append((-worth if stands else worth, f"type w_A = {w}"))
            if least < start <= most:
                gaps.append((abs((1 - r) * v + r * start), "the cut-off type is not indifferent"))
        span = high - low
        fight = max(Fraction(0), high - max(start, least)) / span
        timid = max(Fraction(0), min(high, -a) - low) / span * bluff
        q = exact(point.beliefs["challenged"]["fights"])
        if fight + timid > 0:
            gaps.append((abs(q - fight / (fight + timid)), "Bayes' rule after a challenge"))
        resist, concede = q * exact(self.war_b), -loss
        gaps.append(((concede - resist) * r, "B should concede"))
        gaps.append(((resist - concede) * (1 - r), "B should resist"))
        return exact_verdict(gaps)


@game(
    "lewis_schultz",
    title="Crisis signalling with private errors",
    short="Lewis-Schultz",
    solved_by=("perfect_bayesian",),
    metrics=(
        Metric("equilibrium_count", "count", "number of equilibria"),
        Metric(
            "least_resist",
            "probability",
            "chance that B resists in the equilibrium where it does so least; nan over ties",
            read=lambda game, _: game.least("resist"),
        ),
        Metric(
            "least_pr_war",
            "probability",
            "chance of war in the equilibrium where B resists least",
            read=lambda game, _: game.least("pr_war"),
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class LewisSchultz(
    ParametricForm,
    view="negotiate.crisis.views.audience_costs",
):
    """Crisis with normal private errors on war (both) and on backing down (A).

    Payoffs (A, B): status quo (S_A, .), concession (V_A, C_B), war (W_A + e, W_B + e),
    backing down (a + e, V_B); errors of standard deviation ``sigma``.
    """

    status_quo_a: Number
    concession_a: Number
    concession_b: Number
    war_a: Number
    war_b: Number
    back_down_a: Number
    back_down_b: Number
    sigma: Positive = 1.0
    players: tuple[str, str] = ("A", "B")

    def payoffs(self) -> dict[str, Any]:
        """The kernel's names for the payoffs."""
        return {
            "S_A": self.status_quo_a,
            "V_A": self.concession_a,
            "C_B": self.concession_b,
            "W_A": self.war_a,
            "W_B": self.war_b,
            "a": self.back_down_a,
            "V_B": self.back_down_b,
            "sigma": self.sigma,
        }

    @property
    def equilibrium_count(self) -> Any:
        """Sign changes of the fixed-point gap, vectorised over draws."""
        u = {k: np.asarray(x, dtype=float)[..., None] for k, x in self.payoffs().items()}
        return kernel.crossings(u)

    def least(self, fact: str) -> Any:
        """``resist`` or ``pr_war`` of the equilibrium in which B resists least, draw by draw."""
        numbers = {k: np.asarray(x, dtype=float) for k, x in self.payoffs().items()}
        shape = np.broadcast_shapes(*(x.shape for x in numbers.values()))
        wide = {k: np.broadcast_to(x, shape).ravel() for k, x in numbers.items()}
        out = np.full(int(np.prod(shape)), np.nan)
        for row in range(len(out)):
            u = {k: float(x[row]) for k, x in wide.items()}
            found, _ = kernel.roots(u)
            if found:
                out[row] = self._point(min(found), u, 0, 1).facts[fact]
        return float(out[0]) if not shape else out.reshape(shape)

    def gap(self, resist: Any) -> Any:
        """g(r) - r: zero at an equilibrium, its local extrema signed margins for the number."""
        u = {k: np.asarray(x, dtype=float) for k, x in self.payoffs().items()}
        return kernel.response(np.asarray(resist, dtype=float), u) - resist

    def equilibria(self) -> Solution:
        """All equilibria, by exhaustive bisection with bounds."""
        single(self)
        u = {k: float(x) for k, x in self.payoffs().items()}
        found, unresolved = kernel.roots(u)
        points = tuple(self._point(r, u, k, len(found)) for k, r in enumerate(found))
        notes = tuple(
            f"An equilibrium may touch the diagonal near Pr(resist) = {low:.9g}."
            for low, _ in unresolved
        )
        return answer(
            self,
            points,
            complete=not unresolved,
            exact=False,
            degenerate=bool(unresolved),
            notes=notes,
        )

    def _point(self, r: float, u: dict[str, float], k: int, count: int) -> Point:
        a_name, b_name = self.players
        c = kernel.cutoff(r, u["S_A"], u["V_A"])
        challenge = float(kernel.challenge(c, u["W_A"], u["a"], u["sigma"]))
        joint = float(kernel.joint_fight(c, u["W_A"], u["a"], u["sigma"]))
        belief = float(kernel.belief(c, u["W_A"], u["a"], u["sigma"]))
        slope = kernel.slope(r, u)
        return Point(
            payoffs={},
            strategies={
                a_name: {
                    "start": {"challenge": challenge, "status quo": 1 - challenge},
                    "resisted": {"fight": belief, "back down": 1 - belief},
                },
                b_name: {"challenged": {"resist": r, "concede": 1 - r}},
            },
            beliefs={"challenged": {"fights": belief}},
            label=f"resists with {r:.4f}" if count > 1 else "the equilibrium",
            marks=("stable" if abs(slope) < 1 else "unstable", "information"),
            facts={
                "resist": r,
                "pr_challenge": challenge,
                "pr_fight_if_resisted": belief,
                "pr_war": joint * r,
                "cutoff": float(c),
            },
        )

    def holds(self, point: Point) -> Evidence:
        """Rebuild each probability by quadrature over the errors, from the payoffs alone."""
        u = {k: float(x) for k, x in self.payoffs().items()}
        belief = point.beliefs["challenged"]["fights"]
        gap = kernel.gap_by_quadrature(float(point.facts["resist"]), u, belief)
        return Evidence(
            bool(gap <= REGRET),
            float(gap),
            "distance from a fixed point",
            "" if gap <= REGRET else "B's best reply",
        )


@compiles("audience_costs", slots=("win_probability", "war_cost", "audience_cost"))
def audience_costs(negotiation: Negotiation, *, commitment: str | None = None) -> AudienceCosts:
    """The crisis of a case: A is ``[model.audience_costs] challenger``, else the first principal.

    The prize is that of every crisis model (`negotiate.case.slot_reading.prize`). War pays A the
    chance of winning times the prize less its cost, which is A's secret, uniform between what B
    holds possible (`negotiate.case.slot_reading.cost_types`); it pays B what it then loses, less
    its cost.
    """
    a, b = case.sides(negotiation, KIND, first="challenger")
    case.require(negotiation, KIND, case.war_fields(b) | case.type_fields(a))
    sure = case.commitment(negotiation, KIND, commitment)
    value, loss = (case.prize(negotiation, KIND, party) for party in (a, b))
    chance = case.win_probability(negotiation, KIND, a, commitment=sure)
    tough, weak = case.cost_types(negotiation, KIND, a, commitment=sure)
    return AudienceCosts(
        value=value,
        loss=loss,
        audience_cost=case.audience_cost(negotiation, KIND, a),
        war_b=-(chance + case.war_cost(negotiation, KIND, b, commitment=sure)) * loss,
        war_a_low=(chance - weak) * value,
        war_a_high=(chance - tough) * value,
        players=(a, b),
    )


@compiles("lewis_schultz", slots=("win_probability", "war_cost", "audience_cost"))
def lewis_schultz(negotiation: Negotiation, *, commitment: str | None = None) -> LewisSchultz:
    """The same crisis with private errors on both sides' war payoffs and on A's backing down.

    Mean payoffs are those of the one-sided crisis; the errors have the standard deviation of a
    uniform law over the types of A, (high - low) / sqrt(12), unless the file gives
    ``quantity.crisis_noise``, or ``sigma`` under ``[model.audience_costs]``.
    """
    one = audience_costs(negotiation, commitment=commitment)
    spread: Any = np.asarray(one.war_a_high - one.war_a_low, dtype=float) / np.sqrt(12)
    return LewisSchultz(
        status_quo_a=0,
        concession_a=one.value,
        concession_b=-one.loss,
        war_a=(one.war_a_low + one.war_a_high) / 2,
        war_b=one.war_b,
        back_down_a=-one.audience_cost,
        back_down_b=0,
        sigma=case.number(
            negotiation,
            KIND,
            "sigma",
            "quantity.crisis_noise",
            default=spread if spread.ndim else float(spread),
        ),
        players=one.players,
    )
