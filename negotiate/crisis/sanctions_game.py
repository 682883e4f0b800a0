r"""Sanctions: threats that work unseen, inspections, and pressure through a third party.

* `SanctionsThreat`. The target values the issue at s, uniform on [0, S] and known to it alone. It
  is threatened; it concedes or resists; with probability q (the sender's credibility) sanctions
  follow, worth C to the target, of which a share k is still to come when it may give in after all.
  A target with s <= k C gives in after imposition, others never do. Looking ahead, it concedes to
  the threat if s <= t, where t = q (1 - k) C / (1 - q) if q < k, else q C. So

      success of threats   F(t),
      success once imposed (F(k C) - F(t))+ / (1 - F(t)):

  imposed sanctions meet the targets that the threat did not move. Where q >= k they always fail.
* `Inspection`. The inspectee complies or violates (gain g; loss f if found); the inspector looks
  (cost c, finding a violation with probability m) or not; an undetected violation costs it d.
* `CoercedThirdParty`. A coercer sends a flow (migrants) at a third party, which concedes if its
  audience cost of the flow exceeds the cost of conceding; then its concession is worth something to
  the coercer. Pressure never falls on the other principal directly.

Source: Drezner (2003), IO 57:643-659; Lacy and Niou (2004), JOP 66:25-42; Nooruddin (2002),
International Interactions 28:59-75 (selection); Dresher (1962), RAND RM-2972; Avenhaus, von Stengel
and Zamir (2002), Handbook of Game Theory III, ch. 51 (inspection); Greenhill (2010), Weapons of
Mass Migration, ch. 1 (audience costs of a third party; the two moves are spelled out here).

>>> game = SanctionsThreat(cost_target=1, credibility=Fraction(1, 2), remaining=Fraction(2, 3),
...                        most_resolved=1)
>>> game.threat_success, game.imposed_success
(Fraction(1, 3), Fraction(1, 2))
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import (
    NotNegative,
    ParametricForm,
    Positive,
    Probability,
    answer,
    single,
    verdict,
)
from negotiate.declare import Metric, compiles, game
from negotiate.errors import NotApplicableError, UnknownNameError
from negotiate.numbers.arithmetic import Number, choose, clip, larger, over, ratio
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "sanctions_game"
METRICS = (
    Metric(
        "threat_success",
        "probability",
        "probability that the threat alone makes the target concede",
    ),
    Metric(
        "imposed_success",
        "probability",
        "probability that imposed sanctions make it concede",
    ),
    Metric(
        "selection_margin",
        "difference of shares",
        "success of threats less that of imposed sanctions",
    ),
    Metric(
        "pr_imposed",
        "probability",
        "probability that sanctions are imposed",
    ),
    Metric(
        "success",
        "probability",
        "probability of a concession at either stage",
    ),
)


@game(
    "sanctions_game",
    title="Sanctions: threat and imposition",
    short="sanctions",
    solved_by=("perfect_bayesian",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class SanctionsThreat(
    ParametricForm,
    view="negotiate.crisis.views.sanctions_game",
):
    """Threat and imposition; numbers may be arrays."""

    cost_target: NotNegative
    credibility: Probability
    remaining: Probability
    most_resolved: Positive
    players: tuple[str, str] = ("sender", "target")

    def cdf(self, s: Number) -> Number:
        """F(s) on [0, S]."""
        return clip(over(s, self.most_resolved), 0, 1)

    @property
    def late_threshold(self) -> Number:
        """Type k C, indifferent after imposition."""
        return self.remaining * self.cost_target

    @property
    def threshold(self) -> Number:
        """Type t, indifferent at the threat."""
        q, k, cost = self.credibility, self.remaining, self.cost_target
        early = ratio(q * (1 - k) * cost, 1 - q, empty=0)
        return choose(q < k, early, q * cost)

    @property
    def threat_success(self) -> Number:
        """F(t)."""
        return self.cdf(self.threshold)

    @property
    def imposed_success(self) -> Number:
        """(F(kC) - F(t))+ / (1 - F(t)); 0 where no target is left."""
        left = 1 - self.threat_success
        return ratio(larger(self.cdf(self.late_threshold) - self.threat_success, 0), left, empty=0)

    @property
    def selection_margin(self) -> Number:
        """Threat success less imposed success."""
        return self.threat_success - self.imposed_success

    @property
    def pr_imposed(self) -> Number:
        """Chance q (1 - F(t))."""
        return self.credibility * (1 - self.threat_success)

    @property
    def success(self) -> Number:
        """F(t) + Pr(imposed) Pr(success | imposed)."""
        return self.threat_success + self.pr_imposed * self.imposed_success

    def equilibria(self) -> Solution:
        """The target's two thresholds; its own decision alone, so unique up to ties."""
        single(self)
        point = Point(
            payoffs={},
            strategies={
                self.players[1]: {
                    "threatened": {"concede if issue is worth at most": self.threshold},
                    "sanctioned": {"concede if issue is worth at most": self.late_threshold},
                }
            },
            label="thresholds",
            marks=("information",) if self.pr_imposed > 0 else (),
            facts=self.metrics(),
        )
        # A sure threat whose imposition spares nothing: conceding now or then is the same.
        tie = self.credibility == 1 and self.remaining == 1 and self.cost_target > 0
        return answer(self, (point,), complete=not tie, degenerate=bool(tie))

    def holds(self, point: Point) -> Evidence:
        """Compare conceding with resisting for types on a grid and at the thresholds."""
        plan = point.strategies[self.players[1]]
        key = "concede if issue is worth at most"
        t, late = plan["threatened"][key], plan["sanctioned"][key]
        q, k, cost = self.credibility, self.remaining, self.cost_target
        worst: Number = 0 * cost
        witness = ""
        for j in range(201):
            s = self.most_resolved * Fraction(j, 200)
            give_in, bear = s + (1 - k) * cost, cost
            after = give_in if s <= late else bear
            gaps = [after - min(give_in, bear)]
            resist = q * after
            loss = s if s <= t else resist
            gaps.append(loss - min(s, resist))
            if max(gaps) > worst:
                worst, witness = max(gaps), f"type {s}"
        return Evidence(bool(worst <= UTILITY), worst, "regret", witness)


@game(
    "inspection",
    title="Inspection",
    short="inspection",
    solved_by=("nash_equilibrium",),
    metrics=(
        Metric("pr_violate", "probability", "chance of a violation"),
        Metric("pr_inspect", "probability", "chance of an inspection"),
        Metric("pr_undetected", "probability", "chance of a violation that nobody sees"),
        Metric(
            "deterrence_margin",
            "payoff",
            "penalty less gain of violating under sure inspection; negative: nothing deters",
        ),
        Metric(
            "inspection_margin",
            "payoff",
            "damage averted less cost of inspecting a sure violator; negative: nobody looks",
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class Inspection(
    ParametricForm,
    view="negotiate.crisis.views.sanctions_game",
):
    """Inspection game; payoffs (inspectee, inspector) as in the module docstring."""

    gain: Positive
    penalty: Positive
    cost: Positive
    damage: Positive
    detection: Probability = Fraction(1)
    players: tuple[str, str] = ("inspectee", "inspector")

    @property
    def deterrence_margin(self) -> Number:
        """Margin m (g + f) - g."""
        return self.detection * (self.gain + self.penalty) - self.gain

    @property
    def inspection_margin(self) -> Number:
        """Margin m d - c."""
        return self.detection * self.damage - self.cost

    @property
    def _mixing(self) -> Any:
        return (self.deterrence_margin > 0) & (self.inspection_margin > 0)

    @property
    def pr_violate(self) -> Number:
        """c/(m d) where both mix, else 1."""
        mixed = ratio(self.cost, self.detection * self.damage, empty=1)
        return choose(self._mixing, mixed, 1 + 0 * mixed)

    @property
    def pr_inspect(self) -> Number:
        """g/(m (g + f)) where both mix; else 1 if looking pays, or 0."""
        mixed = ratio(self.gain, self.detection * (self.gain + self.penalty), empty=1)
        looks = choose(self.inspection_margin > 0, 1 + 0 * mixed, 0 * mixed)
        return choose(self._mixing, mixed, looks)

    @property
    def pr_undetected(self) -> Number:
        """Pr violate (1 - m Pr inspect)."""
        return self.pr_violate * (1 - self.detection * self.pr_inspect)

    def equilibria(self) -> Solution:
        """The equilibrium; unique away from the two ties, which are marked."""
        single(self)
        one, two = self.players
        v, i = self.pr_violate, self.pr_inspect
        hit = self.detection * i
        point = Point(
            payoffs={
                one: v * ((1 - hit) * self.gain - hit * self.penalty),
                two: -i * self.cost - v * (1 - hit) * self.damage,
            },
            strategies={one: {"violate": v, "comply": 1 - v}, two: {"inspect": i, "do not": 1 - i}},
            regret=0,
            label="mixed" if self._mixing else "always violates",
            facts=self.metrics(),
        )
        tie = self.deterrence_margin == 0 or self.inspection_margin == 0
        return answer(
            self, (point,), concept="nash_equilibrium", complete=not tie, degenerate=bool(tie)
        )

    def holds(self, point: Point) -> Evidence:
        """Regret of both in the bimatrix."""
        one, two = self.players
        v, i = point.strategies[one]["violate"], point.strategies[two]["inspect"]
        hit = self.detection * i
        violate = (1 - hit) * self.gain - hit * self.penalty
        look = -self.cost - v * (1 - self.detection) * self.damage
        rest = -v * self.damage
        return verdict(
            {
                one: max(violate, 0) - v * violate,
                two: max(look, rest) - i * look - (1 - i) * rest,
            }
        )


@game(
    "coerced_third_party",
    title="Coercion through a third party",
    short="coercion",
    solved_by=("subgame_perfect",),
    metrics=(
        Metric(
            "concession_margin",
            "stake",
            "third party's cost of the flow less that of conceding, in its stakes",
            was=("sanctions_game.third_party.concession_margin",),
        ),
        Metric(
            "coercion_margin",
            "stake",
            "coercer's gain of opening the flow, in its stakes",
            was=("sanctions_game.third_party.coercion_margin",),
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class CoercedThirdParty(
    ParametricForm,
    view="negotiate.crisis.views.sanctions_game",
):
    """Two moves: the coercer sends the flow or not, the third party concedes or bears it.

    ``flow`` in persons (or any unit), ``audience_cost`` to the third party per unit,
    ``hypocrisy_cost`` a further cost of breaking its own norms, ``concession_cost`` to it,
    ``coercer_cost`` per unit, ``worth`` of the concession to the coercer.
    """

    flow: NotNegative
    audience_cost: Positive
    concession_cost: NotNegative
    worth: Number
    coercer_cost: NotNegative
    hypocrisy_cost: NotNegative = Fraction(0)
    cost_if_conceded: Probability = Fraction(1)
    players: tuple[str, str] = ("coercer", "third party")

    @property
    def concession_margin(self) -> Number:
        """Margin a flow + h - concession cost."""
        return self.audience_cost * self.flow + self.hypocrisy_cost - self.concession_cost

    @property
    def coercion_margin(self) -> Number:
        """Worth (if it concedes) less the coercer's cost of the flow.

        ``cost_if_conceded`` is the share of the flow's cost that the coercer bears even when the
        third party concedes: 1 if the flow must be opened first, 0 if the threat is enough.
        """
        won = self.worth - self.cost_if_conceded * self.coercer_cost * self.flow
        return choose(self.concession_margin >= 0, won, -self.coercer_cost * self.flow)

    @property
    def critical_flow(self) -> Number:
        """(concession cost - h)/a, at least 0."""
        return larger(over(self.concession_cost - self.hypocrisy_cost, self.audience_cost), 0)

    @property
    def payoff_coercer(self) -> Number:
        """The margin where positive."""
        return larger(self.coercion_margin, 0)

    def equilibria(self) -> Solution:
        """The subgame perfect outcome; at a tie the third party concedes, as it does in
        every model of the case.
        """
        single(self)
        coercer, third = self.players
        opens = self.coercion_margin > 0
        bears = -(self.audience_cost * self.flow + self.hypocrisy_cost)
        yields = self.concession_margin >= 0
        point = Point(
            payoffs={
                coercer: self.payoff_coercer,
                third: (-self.concession_cost if yields else bears) if opens else 0,
            },
            strategies={
                coercer: {"open": int(opens), "keep closed": int(not opens)},
                third: {"concede": int(yields), "bear it": int(not yields)},
            },
            regret=0,
            label="concession" if opens and yields else "no coercion",
            facts=self.metrics(),
        )
        tie = self.concession_margin == 0 or self.coercion_margin == 0
        return answer(
            self, (point,), concept="subgame_perfect", complete=not tie, degenerate=bool(tie)
        )

    def holds(self, point: Point) -> Evidence:
        """Both moves are best where they are made."""
        coercer, third = self.players
        yields = point.strategies[third]["concede"]
        won = self.worth - self.cost_if_conceded * self.coercer_cost * self.flow
        open_pays = won if yields else -self.coercer_cost * self.flow
        opens = point.strategies[coercer]["open"]
        return verdict(
            {
                third: self.concession_margin * (1 - yields)
                if self.concession_margin > 0
                else -self.concession_margin * yields,
                coercer: max(open_pays, 0) - opens * open_pays,
            }
        )


@compiles("sanctions_game")
def sanctions_game(negotiation: Negotiation, *, commitment: str | None = None) -> SanctionsThreat:
    """Threat and imposition of the lever named under ``[model.sanctions_game] lever``.

    Its cost to its first target is the lever's. The chance that the sender carries it out is its
    ``credibility`` under this heading, ``quantity.sanctions_firmness``, or else the lever's stated
    use without a deal; under ``full`` commitment it is one, under ``derived`` one where carrying
    out is worth more to the sender than backing down, and zero where not. What remains after
    imposition is ``quantity.sanctions_remaining``, the most a target may value the issue
    ``quantity.most_resolved`` (one stake unless stated).
    """
    from negotiate.case.slots.expected import expected_use

    name = negotiation.setting(KIND, "lever")
    if name is None:
        raise NotApplicableError(
            "no lever is named as the sanctions",
            where=f"case {negotiation.id}, {KIND}",
            allowed=", ".join(negotiation.levers) or "a case with a lever",
            remedy="add lever = '<id>' under [model.sanctions_game]",
        )
    if name not in negotiation.levers:
        raise UnknownNameError("lever", name, negotiation.levers, where="model.sanctions_game")
    lever = negotiation.levers[name]
    target = next((p for p in lever.targets if p in negotiation.principals), lever.targets[0])
    sure = case.commitment(negotiation, KIND, commitment)
    zero = 0.0 if negotiation.as_floats else Fraction(0)
    if not negotiation.value(f"lever.{name}.available"):
        credibility: Any = zero
    elif sure == "stated":
        credibility = case.number(
            negotiation,
            KIND,
            "credibility",
            "quantity.sanctions_firmness",
            default=expected_use(negotiation, name, "stated"),
        )
    else:
        credibility = expected_use(negotiation, name, sure) + zero
    return SanctionsThreat(
        cost_target=negotiation.value(f"lever.{name}.cost.{target}"),
        credibility=credibility,
        remaining=case.number(negotiation, KIND, "remaining", "quantity.sanctions_remaining"),
        most_resolved=case.number(
            negotiation, KIND, "most_resolved", "quantity.most_resolved", default=1
        ),
        players=(lever.holder, target),
    )


@compiles("coerced_third_party")
def coerced_third_party(negotiation: Negotiation) -> CoercedThirdParty:
    """The first lever that a third party answers, those on the table before the others.

    Costs are those of the whole flow, so the flow is one; it is none while the lever is off the
    table.

    Raises
    ------
    NotApplicableError
        Where no lever of the case is answered by a third party.
    """
    table = negotiation.on_table()
    answered = [n for n, lever in negotiation.levers.items() if lever.response is not None]
    if not answered:
        raise NotApplicableError(
            "no lever is answered by a third party",
            where=f"case {negotiation.id}, coerced_third_party",
            allowed="a case with a lever that has a response",
        )
    name = next((n for n in answered if n in table), answered[0])
    lever = negotiation.levers[name]
    assert lever.response is not None
    third = lever.response.party
    one = 1.0 if negotiation.as_floats else Fraction(1)
    return CoercedThirdParty(
        flow=one if name in table else 0 * one,
        audience_cost=negotiation.value(f"lever.{name}.cost.{third}"),
        concession_cost=negotiation.value(f"lever.{name}.concession_cost"),
        worth=negotiation.get(f"lever.{name}.worth.{lever.holder}", 0 * one),
        coercer_cost=negotiation.get(f"lever.{name}.cost.{lever.holder}", 0 * one),
        players=(lever.holder, third),
    )
