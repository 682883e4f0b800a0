r"""Deterrence with uncertain credibility: unilateral and mutual.

`UnilateralDeterrence`: Challenger keeps the status quo or demands a change; Defender concedes or
resists; Challenger then gives way or fights. Each side is hard (prefers conflict to giving way) or
soft, known to itself; p_C and p_D are the chances of hard. A hard Defender resists; a soft one
resists while Pr(Challenger hard) is at most r* = (d_CD - d_DC)/(d_CD - d_DD-). Challenger compares
the chance of resistance with c1 = (c_DC - c_SQ)/(c_DC - c_DD+) if hard and
c2 = (c_DC - c_SQ)/(c_DC - c_CD) < c1 if soft. Regions, as named here:

==================  =========================  ==================================================
certain deterrence  p_D >= c1                  nobody challenges; the hard Defender alone deters
steadfast           c_SQ >= c_DD+ (or p_C = 0) nobody challenges; the soft Defender would resist
                                               too, taking a challenger for soft
separating          c2 <= p_D <= c1            only the hard challenge; the soft Defender concedes
bluff               p_D <= c2, p_C <= r*       hard challenge, soft bluff, soft Defender mixes
attrition           p_D <= c2, p_C >= r*       all challenge; the soft Defender concedes
==================  =========================  ==================================================

`MutualDeterrence`: both choose at once whether to attack the status quo; one attacked alone
retaliates if hard. All equilibria of the game of four types, exactly.

Source: Kilgour and Zagare (1991), AJPS 35:305-334; Zagare and Kilgour (1993), ISQ 37:1-27; (2000)
Perfect Deterrence, ch. 3-5. The equilibria are derived here from the definition; the names are
chosen after the book's, from memory, and nothing rests on them.

>>> game = UnilateralDeterrence(pr_challenger_hard=Fraction(1, 4), pr_defender_hard=Fraction(1, 5))
>>> [point.label for point in game.equilibria()]
['bluff', 'steadfast deterrence']
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Probability, answer, exact_verdict, single
from negotiate.crisis import _deterrence_games as games
from negotiate.crisis.arithmetic.deterrence import equilibria
from negotiate.declare import Metric, compiles, game
from negotiate.errors import NotApplicableError
from negotiate.extensive.signalling import Signalling
from negotiate.numbers.arithmetic import Number, choose, is_exact, over, smaller
from negotiate.numbers.exact_polytope import Vector
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution

KIND = "deterrence"
ORDER = (
    ("c_sq", "c_dc"),
    ("c_cd", "c_sq"),
    ("c_cd", "c_dd_hard"),
    ("c_dd_soft", "c_cd"),
    ("c_dd_hard", "c_dc"),
    ("d_dc", "d_dd_hard"),
    ("d_dd_soft", "d_dc"),
    ("d_dc", "d_cd"),
)
"""Pairs of payoffs of which the first is the smaller: what hard and soft mean."""
METRICS = (
    Metric(
        "defender_threshold",
        "probability",
        "r*: belief in a hard Challenger above which a soft Defender concedes",
    ),
    Metric(
        "hard_threshold",
        "probability",
        "c1: chance of resistance that deters a hard Challenger",
    ),
    Metric(
        "soft_threshold",
        "probability",
        "c2: chance of resistance that deters a soft Challenger",
    ),
    Metric(
        "certain_margin",
        "payoff",
        "signed margin of certain deterrence",
    ),
    Metric(
        "steadfast_margin",
        "payoff",
        "signed margin of steadfast deterrence",
    ),
    Metric(
        "separating_margin",
        "payoff",
        "signed margin of the separating equilibrium",
    ),
    Metric(
        "bluff_margin",
        "payoff",
        "signed margin of the bluff equilibrium",
    ),
    Metric(
        "attrition_margin",
        "payoff",
        "signed margin of the attrition equilibrium",
    ),
)


@game(
    "deterrence",
    title="Unilateral deterrence with uncertain credibility",
    short="deterrence",
    solved_by=("perfect_bayesian",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class UnilateralDeterrence(
    ParametricForm,
    view="negotiate.crisis.views.deterrence",
):
    """One side may challenge; payoffs c_ to Challenger, d_ to Defender, as in the module.

    Outcomes: ``sq`` status quo, ``dc`` Defender concedes, ``cd`` Challenger gives way, ``dd``
    conflict (hard or soft).
    """

    pr_challenger_hard: Probability
    pr_defender_hard: Probability
    c_dc: Number = 4
    c_sq: Number = 3
    c_dd_hard: Number = 2
    c_cd: Number = 1
    c_dd_soft: Number = 0
    d_sq: Number = 4
    d_cd: Number = 3
    d_dd_hard: Number = 2
    d_dc: Number = 1
    d_dd_soft: Number = 0
    players: tuple[str, str] = ("Challenger", "Defender")

    def __post_init__(self) -> None:
        undefined = np.isnan(np.asarray(self.c_sq, dtype=float))
        if undefined.ndim == 0 or not undefined.any():
            for low, high in ORDER:
                self._check_order(low, high)

    @property
    def defender_threshold(self) -> Number:
        """r*."""
        return over(self.d_cd - self.d_dc, self.d_cd - self.d_dd_soft)

    @property
    def hard_threshold(self) -> Number:
        """c1."""
        return over(self.c_dc - self.c_sq, self.c_dc - self.c_dd_hard)

    @property
    def soft_threshold(self) -> Number:
        """c2."""
        return over(self.c_dc - self.c_sq, self.c_dc - self.c_cd)

    @property
    def certain_margin(self) -> Number:
        """p_D - c1; with p_C = 0 a soft Defender never concedes."""
        return self._if_hard(self.pr_defender_hard - self.hard_threshold)

    @property
    def steadfast_margin(self) -> Number:
        """1 - c1, where a soft Challenger may exist; with p_C = 1 no such belief is possible.

        With p_C = 0 only a soft Challenger has to be deterred: 1 - c2.
        """
        both = smaller(1 - self.hard_threshold, 1 - self.pr_challenger_hard)
        return choose(self.pr_challenger_hard > 0, both, 1 - self.soft_threshold)

    @property
    def separating_margin(self) -> Number:
        """min(p_D - c2, c1 - p_D)."""
        p = self.pr_defender_hard
        return self._if_hard(smaller(p - self.soft_threshold, self.hard_threshold - p))

    @property
    def bluff_margin(self) -> Number:
        """min(c2 - p_D, r* - p_C)."""
        return self._if_hard(
            smaller(
                self.soft_threshold - self.pr_defender_hard,
                self.defender_threshold - self.pr_challenger_hard,
            )
        )

    @property
    def attrition_margin(self) -> Number:
        """min(c2 - p_D, p_C - r*)."""
        return smaller(
            self.soft_threshold - self.pr_defender_hard,
            self.pr_challenger_hard - self.defender_threshold,
        )

    def _if_hard(self, margin: Number) -> Number:
        """The margin of play by a hard Challenger: -1 where there is none."""
        return choose(self.pr_challenger_hard > 0, margin, -1 + 0 * margin)

    def signalling(self) -> Signalling:
        """The same game as a signalling game; the response is that of the soft Defender.

        Hard Defenders resist whatever they believe, so Challenger faces resistance with
        probability p_D + (1 - p_D) Pr(soft resists), linear in the soft one's choice.
        """
        return games.as_signalling(self)

    def existence(self) -> dict[str, Number]:
        """Region to signed margin."""
        return {
            "certain deterrence": self.certain_margin,
            "steadfast deterrence": self.steadfast_margin,
            "separating": self.separating_margin,
            "bluff": self.bluff_margin,
            "attrition": self.attrition_margin,
        }

    def equilibria(self) -> Solution:
        """All perfect Bayesian equilibria, from the regions; each point carries its margin."""
        single(self)
        form = self.exactly()
        p_c, p_d = form.pr_challenger_hard, form.pr_defender_hard
        r, c2 = form.defender_threshold, form.soft_threshold
        mix_x = p_c * (1 - r) / (r * (1 - p_c)) if p_c < 1 else Fraction(1)
        mix_y = (c2 - p_d) / (1 - p_d) if p_d < 1 else Fraction(0)
        play = {
            "separating": (1, 0, 0),
            "bluff": (1, mix_x, mix_y),
            "attrition": (1, 1, 0),
            "certain deterrence": (0, 0, 0),
            "steadfast deterrence": (0, 0, 1),
        }
        margins = form.existence()
        if p_c == 1:
            # Without soft Challengers, no bluff and (belief being certain) no steadfast resistance.
            margins["steadfast deterrence"] = Fraction(-1)
        points = tuple(
            form._point(name, play[name], margins[name]) for name in play if margins[name] >= 0
        )
        points = tuple(p for p in points if form.holds(p).holds)
        tie = any(m == 0 for m in margins.values())
        return answer(
            self,
            points,
            complete=not tie,
            exact=True,
            degenerate=tie,
            notes=(
                "Certain and steadfast deterrence are one outcome, reached by "
                "a range of resistance that deters.",
            )
            + (
                ("On a boundary between regions there are continua: solve `signalling()`.",)
                if tie
                else ()
            ),
        )

    def _point(self, name: str, play: tuple[Any, Any, Any], margin: Any) -> Point:
        hard, soft, y = (Fraction(x) for x in play)
        c_name, d_name = self.players
        p_c, p_d = self.pr_challenger_hard, self.pr_defender_hard
        total = p_d + (1 - p_d) * y
        challenge = p_c * hard + (1 - p_c) * soft
        belief = (
            p_c * hard / challenge
            if challenge
            else (Fraction(0) if name == "steadfast deterrence" else Fraction(1))
        )
        war = p_c * hard * total
        payoff_c = (
            (1 - challenge) * self.c_sq
            + challenge * (1 - total) * self.c_dc
            + total * (p_c * hard * self.c_dd_hard + (1 - p_c) * soft * self.c_cd)
        )
        hard_d, soft_d = p_d, (1 - p_d) * y
        payoff_d = (
            (1 - challenge) * self.d_sq
            + challenge * (1 - total) * self.d_dc
            + (1 - p_c) * soft * total * self.d_cd
            + p_c * hard * (hard_d * self.d_dd_hard + soft_d * self.d_dd_soft)
        )
        return Point(
            payoffs={c_name: payoff_c, d_name: payoff_d},
            strategies={
                c_name: {
                    "hard": {"challenge": hard, "status quo": 1 - hard},
                    "soft": {"challenge": soft, "status quo": 1 - soft},
                },
                d_name: {
                    "hard": {"resist": Fraction(1), "concede": Fraction(0)},
                    "soft": {"resist": y, "concede": 1 - y},
                },
            },
            beliefs={"challenged": {"hard": belief, "soft": 1 - belief}},
            regret=Fraction(0),
            label=name,
            marks=("information",) if war else (),
            facts={
                "margin": margin,
                "pr_challenge": challenge,
                "pr_war": war,
                "pr_resist": total,
            },
        )

    def holds(self, point: Point) -> Evidence:
        """Best replies of all four types, and Bayes' rule, from the strategies alone."""
        c_name, d_name = self.players
        x = {k: exact(v) for k, v in self.numbers().items() if not isinstance(v, tuple)}
        p_c, p_d = x["pr_challenger_hard"], x["pr_defender_hard"]
        sender, receiver = point.strategies[c_name], point.strategies[d_name]
        y = {t: exact(receiver[t]["resist"]) for t in ("hard", "soft")}
        total = p_d * y["hard"] + (1 - p_d) * y["soft"]
        gaps: list[tuple[Fraction, str]] = []
        reach = {}
        for t, p, end in (
            ("hard", p_c, max(x["c_dd_hard"], x["c_cd"])),
            ("soft", 1 - p_c, max(x["c_dd_soft"], x["c_cd"])),
        ):
            prob = exact(sender[t]["challenge"])
            reach[t] = p * prob
            gain = (1 - total) * x["c_dc"] + total * end - x["c_sq"]
            if p > 0:
                gaps += [
                    (gain * (1 - prob), f"{t} {c_name} should challenge"),
                    (-gain * prob, f"{t} {c_name} should not challenge"),
                ]
        belief = exact(point.beliefs["challenged"]["hard"])
        if sum(reach.values()) > 0:
            gaps.append((abs(belief - reach["hard"] / sum(reach.values())), "Bayes' rule"))
        for p, p_live in ((p_c, "hard"), (1 - p_c, "soft")):
            if p == 0:
                gaps.append((belief if p_live == "hard" else 1 - belief, "belief in no type"))
        for t, p, dd in (("hard", p_d, x["d_dd_hard"]), ("soft", 1 - p_d, x["d_dd_soft"])):
            gain = belief * dd + (1 - belief) * x["d_cd"] - x["d_dc"]
            if p > 0:
                gaps += [
                    (gain * (1 - y[t]), f"{t} {d_name} should resist"),
                    (-gain * y[t], f"{t} {d_name} should concede"),
                ]
        return exact_verdict(gaps)


@game(
    "mutual_deterrence",
    title="Mutual deterrence with uncertain credibility",
    short="mutual deterrence",
    solved_by=("perfect_bayesian",),
    metrics=(
        Metric(
            "deterrence_margin",
            "payoff",
            "least loss of any type from attacking when nobody else does; positive: mutual calm",
            was=("deterrence.mutual.deterrence_margin",),
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class MutualDeterrence(
    ParametricForm,
    view="negotiate.crisis.views.deterrence",
):
    """Both may attack the status quo at once; payoffs per side, in the order of ``players``.

    ``win``: only I attack and the other concedes; ``sq`` status quo; ``lose``: only the other
    attacks and I concede; ``war_hard``, ``war_soft``: conflict. Each a pair.
    """

    pr_hard: tuple[Number, Number]
    win: tuple[Number, Number] = (4, 4)
    sq: tuple[Number, Number] = (3, 3)
    war_hard: tuple[Number, Number] = (2, 2)
    lose: tuple[Number, Number] = (1, 1)
    war_soft: tuple[Number, Number] = (0, 0)
    players: tuple[str, str] = ("A", "B")

    def __post_init__(self) -> None:
        from negotiate.errors import InputError

        for i, who in enumerate(self.players):
            p = self.pr_hard[i]
            order = (self.war_soft[i], self.lose[i], self.war_hard[i], self.sq[i], self.win[i])
            if is_exact(p, *order) and not (0 <= p <= 1 and all(a < b for a, b in pairwise(order))):
                raise InputError(
                    f"payoffs {order} and probability {p}",
                    where=f"MutualDeterrence {who}",
                    allowed="war_soft < lose < war_hard < sq < win, probability within 0 and 1",
                )

    @property
    def deterrence_margin(self) -> Number:
        """Least loss over sides: sq - (p_other war_hard + (1 - p_other) win); the hard bind."""
        gaps = [
            self.sq[i]
            - self.pr_hard[1 - i] * self.war_hard[i]
            - (1 - self.pr_hard[1 - i]) * self.win[i]
            for i in (0, 1)
        ]
        return smaller(*gaps)

    def equilibria(self) -> Solution:
        """Every equilibrium; both sides' retaliation is by type and so needs no belief."""
        one, two = (exact(p) for p in self.pr_hard)
        live = ((one > 0, one < 1), (two > 0, two < 1))
        corners, pieces = equilibria(games.as_bayesian(self), live)
        points = [self._point(a, b) for a, b in corners]
        names: dict[str, int] = {}
        for k, p in enumerate(points):
            names[p.label] = names.get(p.label, 0) + 1
            if names[p.label] > 1:
                points[k] = replace(p, label=f"{p.label} ({names[p.label]})")
        return answer(self, points, exact=True, degenerate=bool(pieces), components=pieces)

    def _point(self, a: Vector, b: Vector) -> Point:
        mine = (a, b)
        kinds = [games.behaviour(x, exact(p)) for x, p in zip(mine, self.pr_hard)]
        label = (
            kinds[0]
            if kinds[0] == kinds[1]
            else ", ".join(f"{who} {kind}" for who, kind in zip(self.players, kinds))
        )
        if label == "deterred":
            label = "sure-thing deterrence"
        attack = [exact(p) * x[0] + (1 - exact(p)) * x[1] for x, p in zip(mine, self.pr_hard)]
        status_quo = (1 - attack[0]) * (1 - attack[1])
        p, q = (exact(x) for x in self.pr_hard)
        war = attack[0] * attack[1] + attack[0] * q * (1 - b[0]) + attack[1] * p * (1 - a[0])
        return Point(
            payoffs={},
            strategies={
                who: {t: {"attack": x[k], "wait": 1 - x[k]} for k, t in enumerate(("hard", "soft"))}
                for who, x in zip(self.players, mine)
            },
            regret=Fraction(0),
            label=label,
            marks=("information",) if war else (),
            facts={"pr_status_quo": status_quo, "pr_war": war},
        )

    def holds(self, point: Point) -> Evidence:
        """Regret of every type that can occur, by enumeration of the other side's types."""
        gaps = []
        for i, who in enumerate(self.players):
            other = self.players[1 - i]
            q = exact(self.pr_hard[1 - i])
            for t, p in (("hard", exact(self.pr_hard[i])), ("soft", 1 - exact(self.pr_hard[i]))):
                if p == 0:
                    continue
                war = exact((self.war_hard if t == "hard" else self.war_soft)[i])
                worth = {"attack": Fraction(0), "wait": Fraction(0)}
                for s, chance in (("hard", q), ("soft", 1 - q)):
                    hit = exact(point.strategies[other][s]["attack"])
                    retaliation = war if s == "hard" else exact(self.win[i])
                    attacked = max(war, exact(self.lose[i]))
                    worth["attack"] += chance * (hit * war + (1 - hit) * retaliation)
                    worth["wait"] += chance * (hit * attacked + (1 - hit) * exact(self.sq[i]))
                x = exact(point.strategies[who][t]["attack"])
                regret = max(worth.values()) - x * worth["attack"] - (1 - x) * worth["wait"]
                gaps.append((regret, f"{t} {who}"))
        return exact_verdict(gaps)


@compiles("deterrence", slots=("win_probability", "war_cost", "audience_cost"))
def deterrence(negotiation: Negotiation, *, commitment: str | None = None) -> UnilateralDeterrence:
    """Unilateral deterrence: ``[model.deterrence] challenger``, else the first principal.

    The chances of hard are ``quantity.resolve_<party>``. Payoffs are in stakes, from the numbers of
    every crisis model: the status quo is worth 0; a concession brings the Challenger its prize and
    costs the Defender its own; giving way costs the Challenger its audience cost; conflict is the
    costly lottery, at the cost of war of a hard and of a soft side as the other holds possible
    (``quantity.war_cost_<party>_tough`` and ``_weak``). A payoff that the file names itself
    (``c_dc`` ... ``d_dd_soft``) counts instead. A draw in which the payoffs are not in the order of
    the game (a soft side that would rather fight than give way, a hard one that would not) is no
    such game: its numbers are nan.

    Raises
    ------
    NotApplicableError
        Where the payoffs of a single case are not in that order.
    """
    c, d = case.sides(negotiation, KIND, first="challenger")
    named = [f.name for f in fields(UnilateralDeterrence) if f.name.startswith(("c_", "d_"))]
    given = {
        name: case.number(negotiation, KIND, name, f"quantity.{name}", default=None)
        for name in named
        if negotiation.has(f"quantity.{name}") or negotiation.setting(KIND, name) is not None
    }
    asked = {f"resolve_{p}": f"quantity.resolve_{p}" for p in (c, d)}
    case.require(negotiation, KIND, asked)
    payoffs = given if len(given) == len(named) else _payoffs(negotiation, c, d, commitment) | given
    wrong: Any = False
    for low, high in ORDER:
        wrong = wrong | (np.asarray(payoffs[low], float) >= np.asarray(payoffs[high], float))
    if np.ndim(wrong) == 0 and wrong:
        bad = [f"{a} >= {b}" for a, b in ORDER if payoffs[a] >= payoffs[b]]
        raise NotApplicableError(
            f"the payoffs make no game of deterrence: {', '.join(bad)}",
            where=f"case {negotiation.id}, {KIND}",
            allowed="a hard side fights rather than give way, a soft one does not",
            remedy="name another challenger under [model.deterrence], or the payoffs themselves",
        )
    if np.ndim(wrong):
        payoffs = {name: np.where(wrong, np.nan, x) for name, x in payoffs.items()}
    hard = [case.number(negotiation, KIND, field, path) for field, path in asked.items()]
    return UnilateralDeterrence(hard[0], hard[1], **payoffs, players=(c, d))


def _payoffs(negotiation: Negotiation, c: str, d: str, commitment: str | None) -> dict[str, Number]:
    """Payoffs in stakes from prizes, the costly lottery and the audience cost."""
    sure = case.commitment(negotiation, KIND, commitment)
    case.require(
        negotiation,
        KIND,
        {"win_probability": "quantity.win_probability", **case.type_fields(c)}
        | case.type_fields(d),
    )
    chance = case.win_probability(negotiation, KIND, c, commitment=sure)
    win, lose = (case.prize(negotiation, KIND, party) for party in (c, d))
    c_hard, c_soft = case.cost_types(negotiation, KIND, c, commitment=sure)
    d_hard, d_soft = case.cost_types(negotiation, KIND, d, commitment=sure)
    return {
        "c_dc": win,
        "c_sq": 0 * win,
        "c_dd_hard": (chance - c_hard) * win,
        "c_cd": -case.audience_cost(negotiation, KIND, c) + 0 * win,
        "c_dd_soft": (chance - c_soft) * win,
        "d_sq": 0 * lose,
        "d_cd": 0 * lose,
        "d_dd_hard": -(chance + d_hard) * lose,
        "d_dc": -lose,
        "d_dd_soft": -(chance + d_soft) * lose,
    }


@compiles("mutual_deterrence")
def mutual_deterrence(negotiation: Negotiation) -> MutualDeterrence:
    """Mutual deterrence of the two principals: both resolves, and payoffs that the file names.

    ``quantity.resolve_<party>``, and for each outcome (``win``, ``sq``, ``war_hard``, ``lose``,
    ``war_soft``) ``quantity.<outcome>_<party>``, in stakes: ranks are no utilities.
    """
    sides = case.sides(negotiation, KIND, first="challenger")
    outcomes = ("win", "sq", "war_hard", "lose", "war_soft")
    asked = {f"{o}_{p}": f"quantity.{o}_{p}" for o in ("resolve", *outcomes) for p in sides}
    case.require(negotiation, "mutual_deterrence", asked)

    def of(outcome: str) -> tuple[Number, Number]:
        one, two = (
            case.number(
                negotiation, "mutual_deterrence", f"{outcome}_{p}", f"quantity.{outcome}_{p}"
            )
            for p in sides
        )
        return one, two

    return MutualDeterrence(of("resolve"), **{o: of(o) for o in outcomes}, players=sides)
