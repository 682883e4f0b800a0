r"""Escalation ladder: demand, resist, threaten, carry out or back down.

The challenger keeps the status quo (0, 0) or demands; the target concedes (v_C, -v_T) or resists.
At rung k, in the stated order, the challenger gives up or threatens lever k; the target concedes or
resists; the challenger carries the threat out, at a cost to itself and to the target, or backs
down; a target that has suffered it concedes or resists, and resistance leads to the next rung.
Giving up after the demand or after rung k, and backing down from threat k, cost the audience cost
of that step. After the last rung come the end payoffs (a stalemate, or war).

``commitment`` says what makes a threat credible: ``derived`` (the challenger decides when the time
comes: sequential rationality), ``stated`` (chance carries it out with the rung's credibility),
``full`` (a threat once made is carried out).

Under derived commitment threat k is carried out exactly if what follows is worth more than backing
down: audience costs make threats credible and so win concessions, but a threat that fails is dear.

Source: Schelling (1966), Arms and Influence, ch. 3; Fearon (1994), APSR 88:577-592; Zagare and
Kilgour (2000), Perfect Deterrence, ch. 6. The path is by backward induction; `extensive` gives the
tree, on which `subgame_perfect` explores every tie. One tie is built in: a target that will concede
to a threat may as well concede to the demand; both are subgame perfect and pay it the same.

A lever that costs the holder more than the prize, and no audience: the threat is empty and the
target resists; an audience cost above that makes it credible.

>>> lever = Rung("straits", cost_target=2, cost_holder=Fraction(3, 2))
>>> ladder = EscalationLadder((lever,), stake_challenger=1, stake_target=1)
>>> ladder.solved().path
('keep the status quo',)
>>> from dataclasses import replace
>>> bound = replace(ladder, rungs=(replace(lever, audience_cost=2),))
>>> bound.solved().path
('demand', 'concede')
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Positive, answer, single
from negotiate.declare import Metric, compiles, game
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.numbers.arithmetic import Number, choose, is_exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "escalation"
METRICS = (
    Metric(
        "demand_margin",
        "stake",
        "gain to the challenger of demanding over the status quo",
    ),
    Metric(
        "payoff_challenger",
        "stake",
        "equilibrium payoff of the challenger, in its stakes",
    ),
    Metric(
        "payoff_target",
        "stake",
        "equilibrium payoff of the target, in its stakes",
    ),
    Metric(
        "pr_carried_out",
        "probability",
        "probability that some threat is carried out",
    ),
    Metric(
        "pr_concession",
        "probability",
        "probability that the target concedes at some step",
    ),
    Metric(
        "credible.<lever>",
        "stake",
        "gain to the challenger of carrying the threat out over backing down; nan if it is no rung",
        read=lambda game, names: game.credible().get(names["lever"], float("nan")),
    ),
)

COMMITMENTS = ("derived", "stated", "full")
MAX_RUNGS = 200
HARMFUL = frozenset(
    ("disagreement", "inside_flow", "outside_option", "win_probability", "war_cost", "punishment")
)
"""Slots through which a lever harms when carried out: what a rung of the ladder needs."""


@dataclass(frozen=True)
class Rung:
    """A lever on the ladder: its costs if carried out, of backing down, and of announcing it."""

    name: str
    cost_target: Number
    cost_holder: Number
    audience_cost: Number = Fraction(0)
    credibility: Number = Fraction(1)
    announce: Number = Fraction(0)


@dataclass(frozen=True)
class Step:
    """One decision: who, where, value of each action, and the margin of the first over the second.

    ``reach`` is the probability of getting there along the equilibrium path.
    """

    player: str
    label: str
    actions: tuple[str, str]
    margin: Number
    value: tuple[Number, Number]


@dataclass(frozen=True)
class Solved:
    """Backward induction: every step from the first, the path, payoffs and chances."""

    steps: tuple[Step, ...]
    value: tuple[Number, Number]
    carried_out: Number
    conceded: Number
    path: tuple[str, ...]


Worth = tuple[Any, Any, Any, Any]
"""Payoff of challenger and target, chance that a threat is carried out, chance of concession."""


@game(
    "escalation",
    title="Escalation ladder",
    short="escalation",
    solved_by=("subgame_perfect",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class EscalationLadder(
    ParametricForm,
    view="negotiate.crisis.views.escalation",
):
    """A ladder of rungs; numbers may be arrays over draws."""

    rungs: tuple[Rung, ...]
    stake_challenger: Positive
    stake_target: Positive
    demand_audience_cost: Number = Fraction(0)
    end_challenger: Number = Fraction(0)
    end_target: Number = Fraction(0)
    commitment: str = "derived"
    players: tuple[str, str] = ("challenger", "target")

    def __post_init__(self) -> None:
        if self.commitment not in COMMITMENTS:
            raise UnknownNameError("commitment", self.commitment, COMMITMENTS)
        if len(self.rungs) > MAX_RUNGS:
            raise TooLargeError(f"{len(self.rungs)} rungs", allowed=f"at most {MAX_RUNGS}")
        names = [rung.name for rung in self.rungs]
        if len(set(names)) != len(names):
            raise InputError(f"rungs {names}", where="EscalationLadder", allowed="distinct names")

    def numbers(self) -> dict[str, Any]:
        """Fields, each rung's numbers under its name."""
        out = {k: v for k, v in super().numbers().items() if k not in ("rungs", "players")}
        for rung in self.rungs:
            for key in ("cost_target", "cost_holder", "audience_cost", "credibility"):
                out[f"{rung.name}: {key}"] = getattr(rung, key)
        return out

    # ---- backward induction, vectorised over draws ---------------------------------------

    @cached_property
    def _solved(self) -> Solved:
        return self._induction()

    def solved(self) -> Solved:
        """Every step, the path, payoffs and chances, by backward induction; see `_induction`."""
        return self._solved

    def _induction(self) -> Solved:
        """Backward induction; a tie goes to the peaceful action (concede, give up, back down).

        With draws ``path`` is empty; each step's margin says where the answer changes.
        """
        steps: list[Step] = []
        spent_c: list[Any] = [0]
        spent_t: list[Any] = [0]
        for rung in self.rungs:
            spent_c.append(spent_c[-1] + rung.announce + rung.cost_holder)
            spent_t.append(spent_t[-1] + rung.cost_target)
        node: Worth = (self.end_challenger - spent_c[-1], self.end_target - spent_t[-1], 0, 0)
        for k in range(len(self.rungs), 0, -1):
            node = self._rung(k, node, spent_c, spent_t, steps)
        node = self._target("demand", node, 0, 0, steps)
        zero = 0 * node[0]
        first = self._challenger(
            "start", ("demand", "keep the status quo"), node, (zero, zero, zero, zero), steps
        )
        steps.reverse()
        exact_path = self._path(steps) if self._scalar(steps) else ()
        return Solved(tuple(steps), (first[0], first[1]), first[2], first[3], exact_path)

    def _rung(
        self, k: int, beyond: Worth, spent_c: list[Any], spent_t: list[Any], steps: list[Step]
    ) -> Worth:
        rung = self.rungs[k - 1]
        suffered = self._target(f"{rung.name} carried out", beyond, spent_c[k], spent_t[k], steps)
        carried: Worth = (suffered[0], suffered[1], 1 + 0 * suffered[2], suffered[3])
        shame = rung.audience_cost
        said = spent_c[k - 1] + rung.announce
        back: Worth = (-said - shame, 0 * shame - spent_t[k - 1], 0, 0)
        resisted = self._credible(rung, carried, back, steps)
        threatened = self._target(f"{rung.name} threatened", resisted, said, spent_t[k - 1], steps)
        earlier = self.demand_audience_cost if k == 1 else self.rungs[k - 2].audience_cost
        quit_: Worth = (-spent_c[k - 1] - earlier, 0 * earlier - spent_t[k - 1], 0, 0)
        return self._challenger(
            f"before {rung.name}", (f"threaten {rung.name}", "give up"), threatened, quit_, steps
        )

    def _credible(self, rung: Rung, carried: Worth, back: Worth, steps: list[Step]) -> Worth:
        if self.commitment == "derived":
            return self._challenger(
                f"{rung.name} resisted",
                (f"carry out {rung.name}", "back down"),
                carried,
                back,
                steps,
            )
        chance = rung.credibility if self.commitment == "stated" else 1
        return tuple(chance * x + (1 - chance) * y for x, y in zip(carried, back))

    def _challenger(
        self, label: str, actions: tuple[str, str], yes: Worth, no: Worth, steps: list[Step]
    ) -> Worth:
        margin = yes[0] - no[0]
        steps.append(Step(self.players[0], label, actions, margin, (yes[0], no[0])))
        return tuple(choose(margin > 0, x, y) for x, y in zip(yes, no))

    def _target(
        self, label: str, resist: Worth, spent_c: Any, spent_t: Any, steps: list[Step]
    ) -> Worth:
        one = 1 + 0 * resist[0]
        concede: Worth = (
            self.stake_challenger - spent_c,
            -self.stake_target - spent_t,
            0 * one,
            one,
        )
        margin = resist[1] - concede[1]
        steps.append(
            Step(self.players[1], label, ("resist", "concede"), margin, (resist[1], concede[1]))
        )
        return tuple(choose(margin > 0, x, y) for x, y in zip(resist, concede))

    @staticmethod
    def _scalar(steps: list[Step]) -> bool:
        return not any(getattr(step.margin, "ndim", 0) for step in steps)

    def _path(self, steps: list[Step]) -> tuple[str, ...]:
        by_label = {step.label: step for step in steps}

        def act(label: str) -> str:
            step = by_label[label]
            return step.actions[0] if step.margin > 0 else step.actions[1]

        path = [act("start")]
        if path[-1] == "keep the status quo":
            return tuple(path)
        path.append(act("demand"))
        for rung in self.rungs:
            if path[-1] == "concede":
                break
            path.append(act(f"before {rung.name}"))
            if path[-1] == "give up":
                break
            path.append(act(f"{rung.name} threatened"))
            if path[-1] == "concede":
                break
            if self.commitment == "derived":
                path.append(act(f"{rung.name} resisted"))
                if path[-1] == "back down":
                    break
            else:
                path.append(
                    f"{rung.name} by chance"
                    if self.commitment == "stated"
                    else f"carry out {rung.name}"
                )
            path.append(act(f"{rung.name} carried out"))
        return tuple(path)

    # ---- metrics ------------------------------------------------------------------------

    @property
    def demand_margin(self) -> Number:
        """Margin of the first step."""
        return self.solved().steps[0].margin

    @property
    def payoff_challenger(self) -> Number:
        """Equilibrium payoff."""
        return self.solved().value[0] + 0  # the -0.0 of "nothing lost" is 0.0

    @property
    def payoff_target(self) -> Number:
        """Equilibrium payoff."""
        return self.solved().value[1] + 0

    @property
    def pr_carried_out(self) -> Number:
        """Chance of a threat carried out, along the path."""
        return self.solved().carried_out + 0

    @property
    def pr_concession(self) -> Number:
        """Chance of a concession, along the path."""
        return self.solved().conceded + 0

    def existence(self) -> dict[str, Number]:
        """Margins of every step: positive where the sterner action is taken."""
        return {f"{s.player}, {s.label}": s.margin for s in self.solved().steps}

    def credible(self) -> dict[str, Number]:
        """Rung to margin of carrying the threat out over backing down (derived commitment)."""
        return {
            step.label.removesuffix(" resisted"): step.margin
            for step in self.solved().steps
            if step.label.endswith(" resisted")
        }

    # ---- as a game ----------------------------------------------------------------------

    def equilibria(self) -> Solution:
        """The subgame perfect equilibrium; where steps tie, `extensive` has the others."""
        single(self)
        solved = self.solved()
        ties = [step.label for step in solved.steps if step.margin == 0]
        strategies: dict[str, dict[str, dict[str, int]]] = {who: {} for who in self.players}
        for step in solved.steps:
            stern = int(step.margin > 0)
            strategies[step.player][step.label] = dict(zip(step.actions, (stern, 1 - stern)))
        point = Point(
            payoffs=dict(zip(self.players, solved.value)),
            strategies=strategies,
            regret=0,
            label=" → ".join(solved.path),
            facts={
                "path": solved.path,
                "pr_carried_out": solved.carried_out,
                "margins": self.existence(),
            },
        )
        return answer(
            self,
            (point,),
            concept="subgame_perfect",
            complete=not ties,
            exact=is_exact(*solved.value),
            degenerate=bool(ties),
            settings={"commitment": self.commitment},
            notes=(f"Ties at {', '.join(ties)}: solve `extensive()` for every equilibrium.",)
            if ties
            else (),
        )

    def holds(self, point: Point) -> Evidence:
        """No one-step deviation anywhere in the tree (the one-shot deviation principle)."""
        worst, witness = 0 * self.stake_challenger, ""
        for step in self.solved().steps:
            probs = [point.strategies[step.player][step.label][a] for a in step.actions]
            regret = max(step.value) - sum(p * v for p, v in zip(probs, step.value))
            if regret > worst:
                worst, witness = regret, f"{step.player} at {step.label}"
        return Evidence(bool(worst <= UTILITY), worst, "regret", witness)

    def extensive(self) -> Any:
        """The tree as an `ExtensiveGame`."""
        from negotiate.crisis._escalation_tree import tree

        return tree(self)


@compiles("escalation", slots=("audience_cost",))
def escalation(
    negotiation: Negotiation, *, commitment: str | None = None, challenger: str | None = None
) -> EscalationLadder:
    """The ladder of a case: the challenger's levers on the table, in the order of the file.

    ``[model.escalation]`` names the ``challenger`` (else the first principal) and the ``order``
    (else file order). No rungs are levers of others, levers that cost the target nothing, and
    pledges, links, payments and monitors, which are no harm that is carried out.
    The audience cost is ``quantity.audience_cost_<challenger>``, at the demand and at every rung;
    stakes are one unless the file names ``stake_challenger`` and ``stake_target``.
    """
    from negotiate.case.slots.expected import expected_use

    a, b = case.sides(negotiation, KIND, first="challenger")
    if challenger is not None and challenger != a:
        if challenger != b:
            raise UnknownNameError("principal", challenger, (a, b), where="challenger")
        a, b = b, a
    order = negotiation.setting(KIND, "order", tuple(negotiation.levers))
    for name in order:
        if name not in negotiation.levers:
            raise UnknownNameError("lever", name, negotiation.levers, where="model.escalation")
    shame = case.audience_cost(negotiation, KIND, a)
    table = negotiation.on_table()
    rungs = tuple(
        Rung(
            name=name,
            cost_target=negotiation.value(f"lever.{name}.cost.{b}"),
            cost_holder=negotiation.get(f"lever.{name}.cost.{a}", 0),
            audience_cost=shame,
            credibility=expected_use(negotiation, name, "stated"),
            announce=negotiation.get(f"lever.{name}.announce", 0),
        )
        for name in order
        if name in table
        and negotiation.levers[name].holder == a
        and negotiation.has(f"lever.{name}.cost.{b}")
        and HARMFUL & set(negotiation.levers[name].enters)
    )
    return EscalationLadder(
        rungs=rungs,
        stake_challenger=_stake(negotiation, "stake_challenger", a),
        stake_target=_stake(negotiation, "stake_target", b),
        demand_audience_cost=shame,
        end_challenger=case.number(negotiation, KIND, "end_challenger", default=0),
        end_target=case.number(negotiation, KIND, "end_target", default=0),
        commitment=case.commitment(negotiation, KIND, commitment, default="derived"),
        players=(a, b),
    )


def _stake(negotiation: Negotiation, field: str, party: str) -> Any:
    if negotiation.setting(KIND, field) is not None:
        return case.number(negotiation, KIND, field)
    return case.prize(negotiation, KIND, party)
