r"""Durability: how long a signed deal lasts, as a stochastic game and the chain its play makes.

States: peace, a violation by either side, retaliation, war; a period is a month. In peace each
signatory honours the deal or violates it. A violation brings :math:`t_i` in the month and takes
:math:`h_j` from the other side; it is established with the chance of detection. The side wronged
then retaliates (it pays its levers of the slot ``punishment`` once, the violator what they cost
it, and the deal is suspended) or lets it pass (the violation goes on until it dies down, and
backing down costs what backing down costs at home). A false alarm may be answered on the spot
before it is cleared up, which is retaliation that nobody chose. Retaliation dies down or becomes
war. A spoiler who did not sign attacks in any month; a tripwire force stops the attack, and keeps
fighting from becoming war, with its chance. War is no deal with no lever used, worth 0; peace is
worth the deal's surplus per month (`negotiate.dynamic._deal_in_time`).

`game` is that stochastic game (also compiled as ``stochastic``); its Markov perfect equilibria say
who honours and who retaliates. Violations are strategic complements (the less the peace is worth,
the less is lost by breaking it), so that there may be several equilibria: **the most lasting one is
shown, and how many there are**. Two times are told apart: ``expected_time``, to war, and
``kept_time``, how long both honour. `from_case` gives the absorbing chain under it, `from_stages` a
chain of stated chances, `from_hazard` one constant hazard. Devices are compared on the same draws
(`worth_of`).

Sources: Fearon (1998), International Organization 52:269-305, doi:10.1162/002081898753162820
(enforcement); Kemeny and Snell (1976), ch. 3; Fortna (2003), International Organization
57:337-372, doi:10.1017/S0020818303572046; base rates `BASE_RATES` computed from the UCDP Peace
Agreement Dataset v22.1 (Pettersson, Hogbladh and Oberg 2019, doi:10.1177/0022343319856046).

>>> game = from_hazard(0.05)
>>> round(float(game.expected_time()), 6), round(float(game.survival(12)[12]), 3)
(20.0, 0.54)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import monitoring
from negotiate.declare import Metric, Playable, compiles
from negotiate.dynamic import _deal_in_time as deal_in_time
from negotiate.dynamic._durability_chain import (
    AGREEMENTS,
    BASE_RATES,
    DAYS_A_MONTH,
    KIND,
    MAX_PERIODS,
    Array,
    Chain,
    chance_of,
    matrix,
    worth_of,
)
from negotiate.dynamic.arithmetic import stochastic_many
from negotiate.dynamic.markov_perfect import markov_perfect
from negotiate.dynamic.stochastic import StochasticGame, build
from negotiate.errors import InputError, NoSolutionError, NotApplicableError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution

__all__ = ["AGREEMENTS", "BASE_RATES", "DAYS_A_MONTH", "KIND", "MAX_PERIODS", "worth_of"]

METRICS = (
    Metric(
        "expected_time",
        "month",
        "expected periods (months) to war, honoured or not; infinite: may never come to it",
        words="expected months to the deal's collapse",
    ),
    Metric(
        "kept_time",
        "month",
        "expected months in which both honour, before the first violation, clash or war",
        words="expected months in which both sides honour the deal",
    ),
    Metric(
        "median_time",
        "month",
        "months after which half of such deals have collapsed",
        words="months after which half of such deals have collapsed",
    ),
    Metric(
        "hazard",
        "probability per month",
        "chance of collapse per period in the long run of a deal that still holds",
        words="hazard of the deal's collapse per month",
    ),
    Metric(
        "survival.<name>",
        "probability",
        "chance that the deal still holds after n periods",
        words="chance that the deal holds {name} months",
    ),
    Metric(
        "survival_days.<name>",
        "probability",
        "chance that the deal still holds after n days",
        words="chance that the deal holds {name} days",
    ),
    Metric(
        "ended_1_year_vs_ucdp",
        "difference of shares",
        "share ended in 12 months minus the UCDP base rate 0.267",
    ),
    Metric(
        "honours.<party>",
        "probability",
        "probability that the party honours the deal in a month of peace",
        words="probability that {party} honours the deal",
    ),
    Metric(
        "retaliates.<party>",
        "probability",
        "probability that the party answers a violation, not lets it pass",
        words="probability that {party} answers a violation",
    ),
    Metric(
        "honour_margin.<party>",
        "stake",
        "worth of honouring minus that of one violation, stakes; signed",
        words="margin of {party} in honouring the deal",
    ),
    Metric(
        "retaliation_margin.<party>",
        "stake",
        "worth of answering minus that of letting pass, stakes; signed",
        words="margin of {party} in answering a violation",
    ),
    Metric(
        "equilibria",
        "count",
        "number of Markov perfect equilibria in pure plans",
    ),
    Metric(
        "mixed",
        "yes or no",
        "1 where there is none and a mixed one is shown, 0 where not",
    ),
    Metric(
        "worth.monitoring",
        "difference of months",
        "months that the levers of the slot monitoring add to the expected time",
        words="months that monitoring adds to the deal",
    ),
    Metric(
        "worth.tripwire",
        "difference of months",
        "months that the tripwire force adds to the expected time",
        words="months that the tripwire force adds to the deal",
    ),
    Metric(
        "worth.no_spoiler",
        "difference of months",
        "months that the deal would gain were there no spoiler",
        words="months lost to the spoiler",
    ),
    Metric(
        "stated.expected_time",
        "month",
        "expected months to collapse at the file's own hazard",
    ),
)


@declare.game(
    "durability",
    title="Durability of a deal",
    short="durability",
    solved_by=("markov_perfect",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class Durability(Chain, Playable):
    """The chain that the play of a deal makes, with the game where it is one.

    Attributes
    ----------
    game, play
        The stochastic game and its equilibrium, where the chain is its play: what each side
        does, as numbers over draws by the names of metrics (``honours.russia``).
    others
        Chains beside it, made when asked for: by device the deal without it, and ``stated``.
    """

    game: StochasticGame | None = None
    play: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, Callable[[], Durability]] = field(default_factory=dict, repr=False)

    _view = "negotiate.dynamic.views.durability"

    def equilibria(self) -> Solution:
        """Markov perfect equilibria of the game, the most lasting first, with their times.

        Raises
        ------
        NotApplicableError
            Where the chain is of stated chances: then nobody chooses.
        """
        if self.game is None:
            raise NotApplicableError(
                "the chain is of stated chances, and nobody in it chooses",
                where=KIND,
                allowed="a case with " + ", ".join(ASKED.values()),
            )
        found = markov_perfect.function(self.game)
        points = []
        for point in found:
            step = self.game.chain(point.strategies)
            time = Chain(self.states, step, self.collapse, self.start).expected_time()
            points.append((float(time), point, time))
        points.sort(key=lambda item: -item[0])
        return Solution(
            concept="markov_perfect",
            players=found.players,
            points=tuple(
                Point(
                    payoffs=point.payoffs,
                    strategies=point.strategies,
                    regret=point.regret,
                    label=point.label,
                    facts={**point.facts, "expected months to war": time},
                )
                for _, point, time in points
            ),
            complete=found.complete,
            exact=found.exact,
            settings=found.settings,
            notes=(*found.notes, "The most lasting equilibrium stands first; it is the one shown."),
            form=self,
        )

    def holds(self, point: Point) -> Evidence:
        """No one-shot deviation in the stochastic game pays."""
        assert self.game is not None
        return markov_perfect.holds(self.game, point)

    def measure(self, name: str) -> Any:
        """A metric by its full name, over draws; see `METRICS`.

        Parameters
        ----------
        name
            Placeholders filled: ``survival.12``, ``honours.russia``, ``worth.tripwire``.

        Returns
        -------
        array
            One number a draw.
        """
        head, _, tail = name.partition(".")
        if name == "stated.expected_time":
            if "stated" not in self.others:
                raise InputError(
                    f"{name} needs the file's own hazard", where=KIND, allowed="quantity.hazard"
                )
            return np.asarray(self.others["stated"]().expected_time(), float)
        if head == "worth":
            if tail not in self.others or tail == "stated":
                devices = [known for known in self.others if known != "stated"]
                raise UnknownNameError("device", tail, devices, where=KIND)
            sign = -1 if tail == "no_spoiler" else 1
            return sign * np.asarray(worth_of(self, self.others[tail]()), float)
        return evaluate_game(self, [name])[name]

    @cached_property
    def kept_time(self) -> Array:
        """Expected months in which both honour, before anything else happens.

        With h the chance that both honour in a month of peace and r that peace then lasts, the
        months kept are h + h r + ... = h / (1 - h r).
        """
        if self.game is None:
            return np.asarray(self.expected_time(), float)
        _, move, _ = self.game.arrays
        start = self.states.index(self.start)
        lasts = move[..., start, 0, start]  # both take their first action: they honour
        honour: Any = 1.0
        for party in self.game.players:
            honour = honour * np.asarray(self.play[f"honours.{party}"], float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(honour / (1 - honour * lasts))


def from_hazard(hazard: Any, spoiler: Any = 0) -> Durability:
    """One constant hazard per period, and a spoiler's beside it (competing risks)."""
    ends = 1 - (1 - chance_of(hazard, "hazard")) * (1 - chance_of(spoiler, "spoiler"))
    return Durability(("peace", "war"), matrix([[1 - ends, ends], [0, 1]]))


def from_stages(
    *,
    violation: Any,
    spoiler: Any = 0,
    offensive: Any = 0,
    containment: Any = 0,
    calming: Any = 0,
) -> Durability:
    """The chain of the module's docstring; numbers, fractions or arrays over draws.

    >>> game = from_stages(violation=Fraction(1, 5), containment=Fraction(1, 2))
    >>> print(game.expected_time())                            # 2 cycles of 5 + 1 + 1/2
    13
    """
    v, s, a, c, e = (
        chance_of(value, name)
        for value, name in (
            (violation, "violation"),
            (spoiler, "spoiler"),
            (offensive, "offensive"),
            (containment, "containment"),
            (calming, "calming"),
        )
    )
    incident = (1 - a) * (1 - (1 - v) * (1 - s))
    return Durability(
        ("peace", "incident", "retaliation", "war"),
        matrix(
            [
                [1 - a - incident, incident, 0, a],
                [c, 0, 1 - c, 0],
                [e, 0, 0, 1 - e],
                [0, 0, 0, 1],
            ]
        ),
    )


def source(negotiation: Negotiation) -> str:
    """What the chain of a case is made of: ``game``, ``stages`` or ``hazard``.

    ``[model.durability] from`` says so; else the game where the case has a signed deal and the
    game's quantities, stages where it has ``quantity.violation_rate``, else the stated hazard.
    """
    named = negotiation.setting(KIND, "from")
    if named is not None:
        if named not in SOURCES:
            raise UnknownNameError("source", str(named), SOURCES, where=f"model.{KIND}.from")
        return str(named)
    asked = all(negotiation.has(path) for path in ASKED.values())
    if asked and negotiation.judged_deal and len(negotiation.principals) == 2:
        return "game"
    return "stages" if negotiation.has("quantity.violation_rate") else "hazard"


SOURCES = ("game", "stages", "hazard")

NAMES = tuple(metric.name for metric in METRICS)
"""Names of the metrics, placeholders and all."""


@compiles("durability", slots=("punishment", "monitoring", "audience_cost"))
def from_case(negotiation: Negotiation, *, commitment: str | None = None) -> Durability:
    """The chain of a case: the play of its `game`, or what `source` says else.

    Stages are read from ``quantity.violation_rate``, ``spoiler_rate``, ``offensive_rate``,
    ``containment`` and ``calming``. A stated ``quantity.hazard`` is of all causes, so that
    nothing is added to it: every harm enters once.
    """
    kind = source(negotiation)
    if kind == "game":
        made = lasting_play(game(negotiation, commitment=commitment))
    elif kind == "stages":
        made = _of_stages(negotiation)
    else:
        made = stated(negotiation)
    others: dict[str, Callable[[], Durability]] = {
        device: partial(_bare, without(negotiation, device), commitment) for device in DEVICES
    }
    if negotiation.has("quantity.hazard"):
        others["stated"] = partial(stated, negotiation)
    return replace(made, others=others)


def _bare(negotiation: Negotiation, commitment: str | None) -> Durability:
    return from_case(negotiation, commitment=commitment)


DEVICES = ("monitoring", "tripwire", "no_spoiler")
"""What `without` takes away."""


def _of_stages(negotiation: Negotiation) -> Durability:
    names = ("violation_rate", "spoiler_rate", "offensive_rate", "containment", "calming")
    rates = [negotiation.get(f"quantity.{name}", 0) for name in names]
    return from_stages(
        violation=rates[0],
        spoiler=rates[1],
        offensive=rates[2],
        containment=rates[3],
        calming=rates[4],
    )


@compiles("stochastic", slots=("punishment", "monitoring", "audience_cost"))
def stochastic(negotiation: Negotiation, *, commitment: str | None = None) -> StochasticGame:
    """The stochastic game of a case: whether its deal holds; see `game`."""
    return game(negotiation, commitment=commitment)


def stated(negotiation: Negotiation) -> Durability:
    """The chain of the file's own constant ``quantity.hazard``.

    ``quantity.hazard_without_<lever>`` holds where that lever of the slot monitoring is off the
    table; of several the highest.
    """
    case.require(negotiation, KIND, {"hazard": "quantity.hazard"})
    return from_hazard(monitoring.hazard(negotiation))


def without(negotiation: Negotiation, device: str) -> Negotiation:
    """The case without ``monitoring``, ``tripwire`` or (in ``no_spoiler``) the spoiler.

    Monitoring goes with the levers of its slot; the others are quantities set to 0. A case
    without the device is returned as it is.
    """
    if device == "monitoring":
        return monitoring.unwatched(negotiation)
    paths = {"tripwire": "quantity.tripwire_holds", "no_spoiler": "quantity.spoiler_rate"}
    if device not in paths:
        raise UnknownNameError("device", device, ("monitoring", *paths), where=KIND)
    return (
        negotiation.with_value(paths[device], 0) if negotiation.has(paths[device]) else negotiation
    )


def evaluate_game(chain: Durability, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics over draws; without names all of them, survival at 12, 24 and 60 periods."""
    table: dict[str, Any] = {
        "expected_time": lambda: np.asarray(chain.expected_time(), float),
        "kept_time": lambda: chain.kept_time,
        "median_time": chain.median_time,
        "hazard": chain.long_run_hazard,
        "ended_1_year_vs_ucdp": lambda: 1 - chain.survival(12)[..., 12] - 0.267,
    }
    table |= {name: lambda value=value: np.asarray(value) for name, value in chain.play.items()}
    wanted = list(names) or [*table, "survival.12", "survival.24", "survival.60"]
    lack = 0 * np.asarray(chain.play.get("mixed", 0.0))  # NaN where no equilibrium was found
    out = {}
    for name in wanted:
        head, _, tail = name.partition(".")
        if head == "survival" and tail.isdigit():
            out[name] = chain.survival(int(tail))[..., int(tail)] + lack
        elif head == "survival_days" and tail.isdigit():
            out[name] = chain.survives_days(int(tail)) + lack
        elif name in table:
            out[name] = table[name]() + (0 if name == "equilibria" else lack)
        elif name in NAMES or f"{head}.<party>" in NAMES:
            raise InputError(
                f"{name} needs the stochastic game",
                where=KIND,
                allowed="a case with " + ", ".join(ASKED.values()),
                remedy="a chain of stated chances has nobody who chooses",
            )
        else:
            raise UnknownNameError("metric", name, [*table, "survival.12"], where=KIND)
    return out


HONOUR, VIOLATE = "honour", "violate"
RETALIATE, PASS = "retaliate", "let pass"
ASKED = {
    "detection": "quantity.detection",
    "spoiler_rate": "quantity.spoiler_rate",
    "calming": "quantity.calming",
    "escalation": "quantity.escalation",
}


def violation(party: str) -> str:
    """Label of the state in which a violation by ``party`` stands."""
    return f"violation by {party}"


def game(
    negotiation: Negotiation, *, deal: str | None = None, commitment: str | None = None
) -> StochasticGame:
    """The stochastic game of the module's docstring, compiled from a case.

    Reads, besides what `negotiate.dynamic._deal_in_time` reads, ``quantity.spoiler_rate``,
    ``calming`` and ``escalation`` per period, ``retaliation`` (that a false alarm is answered on
    the spot, by default 1), ``tripwire_holds`` (by default 0) and ``audience_cost_<party>``.

    Parameters
    ----------
    deal
        A deal of the file; by default the one signed.
    commitment
        How sure punishments are to be used once a side retaliates: ``full``, ``stated``
        (default) or ``derived``.
    """
    case.require(negotiation, KIND, ASKED)
    trust = case.commitment(negotiation, KIND, commitment)
    deal_numbers = deal_in_time.read(negotiation, KIND, deal=deal, commitment=trust)
    parties = deal_numbers.parties

    def chance(name: str, default: Any = case.MISSING) -> Any:
        return chance_of(
            case.number(negotiation, KIND, name, f"quantity.{name}", default=default), name
        )

    answered = chance("retaliation", 1)
    holds = chance("tripwire_holds", 0)
    calm = chance("calming")
    seen = chance_of(deal_numbers.detection, "detection")
    noise = chance_of(deal_numbers.false_alarm, "false_alarm")
    broken = chance("spoiler_rate") * (1 - holds)
    lost = 1 - (1 - chance("escalation") * (1 - holds)) * (1 - broken)
    flow = {p: deal_numbers.flow(p) for p in parties}
    gain = {p: deal_numbers.gain(p) for p in parties}
    shame = {p: case.audience_cost(negotiation, KIND, p) for p in parties}
    standing = {violation(p): p for p in parties}

    def outcome(state: str, action: Mapping[str, str]) -> tuple[dict[str, Any], Any]:
        if state == "war":
            return {}, "war"
        if state == "retaliation":
            back = (1 - lost) * calm
            return {}, {"peace": back, "war": lost, "retaliation": (1 - lost) * (1 - calm)}
        if state in standing:
            violator = standing[state]
            victim = deal_numbers.other(violator)
            if action[victim] == RETALIATE:
                paid = {victim: -deal_numbers.cost[victim], violator: -deal_numbers.loss[violator]}
                return paid, {"retaliation": 1 - broken, "war": broken}
            paid = {
                violator: flow[violator] + gain[violator],
                victim: flow[victim] - deal_numbers.harm[violator] - calm * shame[victim],
            }
            return paid, {
                "peace": (1 - broken) * calm,
                state: (1 - broken) * (1 - calm),
                "war": broken,
            }
        bad = {p: action[p] == VIOLATE for p in parties}
        paid = {p: flow[p] + (gain[p] if bad[p] else 0) for p in parties}
        for party in parties:
            if bad[party]:
                other = deal_numbers.other(party)
                paid[other] = paid[other] - deal_numbers.harm[party]
        return paid, _after_peace(parties, bad, seen, noise, answered, broken)

    sets = {"peace": {p: [HONOUR, VIOLATE] for p in parties}}
    sets |= {violation(p): {deal_numbers.other(p): [RETALIATE, PASS]} for p in parties}
    return build(
        parties,
        states=["peace", *standing, "retaliation", "war"],
        actions=sets,
        outcome=outcome,
        discount=deal_numbers.discount,
        start="peace",
        title="Whether the deal holds",
    )


def _after_peace(
    parties: tuple[str, str],
    bad: Mapping[str, bool],
    seen: Any,
    noise: Any,
    answered: Any,
    broken: Any,
) -> dict[str, Any]:
    """Where a month of peace leads: two violations established, or two alarms, count as one."""
    first, second = (seen if bad[p] else 0 for p in parties)
    quiet = (1 - first) * (1 - second)
    alarms = [0 if bad[p] else noise for p in parties]
    alarm = 1 - (1 - alarms[0]) * (1 - alarms[1])
    fight = quiet * alarm * answered
    half = Fraction(1, 2) if isinstance(seen, (int, Fraction)) else 0.5
    going = 1 - broken
    return {
        violation(parties[0]): going * (first * (1 - second) + half * first * second),
        violation(parties[1]): going * (second * (1 - first) + half * first * second),
        "retaliation": going * fight,
        "peace": going * (quiet - fight),
        "war": broken,
    }


def lasting_play(form: StochasticGame) -> Durability:
    """The chain under the most lasting Markov perfect equilibrium, draw by draw.

    Of all equilibria in pure plans the one with the longest expected time; where a draw has none,
    the most lasting of those found in which each side mixes at one choice, or at two. A draw in
    which neither is found has NaN; a single game then raises `NoSolutionError`.
    """
    reward, move, discount = form.arrays
    size = math.prod(form.draws)
    reward, move, discount = (
        a.reshape(size, *a.shape[len(form.draws) :]) for a in (reward, move, discount)
    )
    made = stochastic_many.most_lasting(
        reward,
        move,
        form.rules,
        discount,
        start=form.states.index(form.start),
        ends=[form.states.index("war")],
    )
    if not form.draws and not made.found[0]:
        raise NoSolutionError(
            "no Markov perfect equilibrium was found",
            where="durability",
            remedy="solve the game with markov_perfect: it follows a path to one",
        )
    return _chain_of(form, made)


def _chain_of(form: StochasticGame, made: stochastic_many.Lasting) -> Durability:
    """The chain of the plans, with what each side does and its margins."""
    mixed, count, solved, step, each = (
        a.reshape((*form.draws, *a.shape[1:]))
        for a in (made.plans, made.pure, made.found, made.step, made.worth)
    )
    lack = np.where(solved, 0.0, np.nan)
    play: dict[str, Any] = {"equilibria": count, "mixed": (count == 0) + lack}
    start = form.states.index(form.start)
    for i, party in enumerate(form.players):
        other = next(p for p in form.players if p != party)
        there = form.states.index(violation(other))
        for name, share, state in (
            ("honour_margin", "honours", start),
            ("retaliation_margin", "retaliates", there),
        ):
            play[f"{share}.{party}"] = mixed[..., state, i, 0] + lack
            play[f"{name}.{party}"] = each[..., state, i, 0] - each[..., state, i, 1] + lack
    pure = ((mixed == 0) | (mixed == 1)).all()
    if form.exact and pure:
        step = form.chain(
            {
                p: {
                    state: form.actions[state][p][int(mixed[s, i].argmax())]
                    for s, state in enumerate(form.states)
                }
                for i, p in enumerate(form.players)
            }
        )
    else:
        step = step.copy()
        step[~solved] = np.eye(len(form.states))
    return Durability(form.states, step, game=form, play=play)
