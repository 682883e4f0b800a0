r"""Durability: how long a signed deal lasts, as a stochastic game and the chain its play makes.

States: peace, a violation by either side, retaliation, war; a period is a month. In peace each
signatory honours the deal or violates it. A violation brings :math:`t_i` at once and takes
:math:`h_j` from the other side; it is established with the chance of detection. The side wronged
then retaliates (it pays its levers of the slot ``punishment`` once, the violator what they cost
it, and the deal is suspended) or lets it pass (the violation goes on until it dies down, and
backing down costs what backing down costs at home). A false alarm may be answered on the spot
before it is cleared up, which is retaliation that nobody chose. Retaliation dies down or becomes
war. A spoiler who did not sign attacks in any month; a tripwire force stops the attack, and keeps
fighting from becoming war, with its chance. War is no deal with no lever used, worth 0; peace is
worth the deal's surplus per month (`negotiate.forms._deal_in_time`).

`game` is that stochastic game; its Markov perfect equilibria say who honours and who retaliates.
Violations are strategic complements (the less the peace is worth, the less is lost by breaking
it), so that there may be several equilibria: **the most lasting one is shown, and how many there
are**. `compile` gives the absorbing chain under it, `from_stages` a chain of stated chances,
`from_hazard` one constant hazard. Devices are compared on the same draws (`worth_of`).

Sources: Fearon (1998), International Organization 52:269-305, doi:10.1162/002081898753162820
(enforcement); Kemeny and Snell (1976), ch. 3; Fortna (2003), International Organization
57:337-372, doi:10.1017/S0020818303572046; base rates `BASE_RATES` computed from the UCDP Peace
Agreement Dataset v22.1 (Pettersson, Hogbladh and Oberg 2019, doi:10.1177/0022343319856046).

>>> game = from_hazard(0.05)
>>> round(float(game.expected_time()), 6), round(float(game.survival(12)[12]), 3)
(20.0, 0.54)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.forms import _deal_in_time as deal_in_time
from negotiate.forms import _from_case as case
from negotiate.forms.stochastic import StochasticGame, build
from negotiate.kernels import markov, stochastic_draws
from negotiate.kernels import stochastic as kernel
from negotiate.levers import monitoring
from negotiate.model.negotiation import Negotiation
from negotiate.view import Viewable

KIND = "durability"
Array = NDArray[Any]
MAX_PERIODS = 100_000
DAYS_A_MONTH = 365.25 / 12

BASE_RATES: tuple[tuple[str, float, float], ...] = (
    ("UCDP agreements with a ceasefire clause, n = 176: ended in 90 days", 90.0, 0.153),
    ("the same: ended in 1 year (se 3.3 points)", 365.25, 0.267),
    ("the same: ended in 2 years", 730.5, 0.319),
    ("the same: ended in 5 years", 1826.25, 0.369),
)
"""What, days, share ended by then (Kaplan-Meier)."""

METRICS: dict[str, str] = {
    "expected_time": "expected periods (months) to collapse; infinite: may never collapse",
    "median_time": "periods after which half of such deals have collapsed",
    "hazard": "chance of collapse per period in the long run of a deal that still holds",
    "survival.<n>": "chance that the deal still holds after n periods",
    "survival_days.<n>": "chance that the deal still holds after n days",
    "ended_1_year_vs_ucdp": "share ended in 12 months minus the UCDP base rate 0.267",
    "honours.<party>": "probability that the party honours the deal in a month of peace",
    "retaliates.<party>": "probability that the party answers a violation, not lets it pass",
    "honour_margin.<party>": "worth of honouring minus that of one violation, stakes; signed",
    "retaliation_margin.<party>": "worth of answering minus that of letting pass, stakes; signed",
    "equilibria": "number of Markov perfect equilibria in pure plans",
    "mixed": "1 where there is none and a mixed one is shown, 0 where not",
    "worth.monitoring": "periods that the levers of the slot monitoring add to the expected time",
    "worth.tripwire": "periods that the tripwire force adds to the expected time",
    "worth.no_spoiler": "periods that the deal would gain were there no spoiler",
    "stated.expected_time": "expected periods to collapse at the file's own hazard",
}
"""Names of metrics. From ``honours`` to ``equilibria`` they need the game, not a stated chain."""


@dataclass(frozen=True, eq=False)
class Durability(Viewable):
    """An absorbing chain (..., S, S) with labels; a period is a month.

    Attributes
    ----------
    states
        Labels.
    step
        Transition chances (..., S, S), rows summing to one; fractions (object) or floats.
    collapse
        Labels of the absorbing states.
    start
        Label of the state at signature.
    game, play
        The stochastic game and its equilibrium, where the chain is its play: what each side
        does, as numbers over draws by the names of metrics (``honours.russia``).
    """

    states: tuple[str, ...]
    step: Array
    collapse: tuple[str, ...] = ("war",)
    start: str = "peace"
    game: StochasticGame | None = None
    play: Mapping[str, Any] = field(default_factory=dict)

    _view = "durability"

    def __post_init__(self) -> None:
        step = np.asarray(self.step)
        if step.shape[-2:] != (len(self.states),) * 2:
            raise InputError(
                f"chances of shape {step.shape}", where="durability", allowed="(..., S, S)"
            )
        for label in (*self.collapse, self.start):
            if label not in self.states:
                raise UnknownNameError("state", label, self.states, where="durability")
        rough = step.astype(float)
        if not ((rough >= -tolerance.TIE) & (rough <= 1 + tolerance.TIE)).all():
            raise InputError("a chance outside 0 to 1", where="durability", allowed="0 to 1")
        if np.abs(rough.sum(-1) - 1).max() > tolerance.WEIGHT_SUM:
            raise InputError("a row does not sum to 1", where="durability", allowed="rows sum to 1")
        step = np.array(step)
        step.setflags(write=False)
        object.__setattr__(self, "step", step)

    @property
    def exact(self) -> bool:
        """Whether the chances are fractions."""
        return self.step.dtype == object

    @property
    def absorbing(self) -> list[int]:
        """Positions of the collapse states."""
        return [self.states.index(s) for s in self.collapse]

    def expected_time(self) -> Any:
        """Expected periods to collapse from the start; a fraction where the chain is exact."""
        at = self.states.index(self.start)
        if self.exact:
            return markov.expected_time_exact(self.step.tolist(), self.absorbing)[at]
        return markov.expected_time(self.step, self.absorbing)[..., at]

    def survival(self, periods: int) -> Array:
        """Chance of holding after 0, ..., ``periods`` periods (..., periods + 1)."""
        if not 0 <= periods <= MAX_PERIODS:
            raise InputError(
                f"{periods} periods", where="survival", allowed=f"0 to {MAX_PERIODS:,}"
            )
        return markov.survival(
            self.step.astype(float), self.absorbing, periods, self.states.index(self.start)
        )

    def long_run_hazard(self) -> Array:
        """1 minus the largest eigenvalue of the moves among states that have not collapsed."""
        inner = [s for s in range(len(self.states)) if s not in self.absorbing]
        q = self.step.astype(float)[..., inner, :][..., inner]
        return np.asarray(1 - np.abs(np.linalg.eigvals(q)).max(-1))

    def median_time(self) -> Array:
        """First period after which the chance of holding is below one half; may be infinite.

        By powers of the chain in doubling steps, up to `MAX_PERIODS`.
        """
        inner = [s for s in range(len(self.states)) if s not in self.absorbing]
        at = np.zeros((*self.step.shape[:-2], 1, len(inner)))
        at[..., 0, inner.index(self.states.index(self.start))] = 1.0
        powers = [self.step.astype(float)[..., inner, :][..., inner]]
        while 2 ** len(powers) <= MAX_PERIODS:
            powers.append(powers[-1] @ powers[-1])
        passed = np.zeros(self.step.shape[:-2])
        for k in reversed(range(len(powers))):
            ahead = at @ powers[k]
            holds = ahead.sum((-1, -2)) >= 0.5
            at = np.where(holds[..., None, None], ahead, at)
            passed = passed + np.where(holds, 2.0**k, 0.0)
        return np.asarray(np.where(passed + 1 >= 2 ** len(powers), np.inf, passed + 1))

    def beside_base_rates(self) -> list[tuple[str, float, Any]]:
        """Rows (what, base rate, the model's share ended by then)."""
        rows = []
        for words, days, share in BASE_RATES:
            rows.append((words, share, 1 - self.survives_days(days)))
        return rows

    def survives_days(self, days: float) -> Array:
        """Chance of holding that many days, log-linear between months."""
        months = days / DAYS_A_MONTH
        whole = int(months)
        curve = self.survival(whole + 1)
        part = months - whole
        return np.asarray(curve[..., whole] ** (1 - part) * curve[..., whole + 1] ** part)


def from_hazard(hazard: Any, spoiler: Any = 0) -> Durability:
    """One constant hazard per period, and a spoiler's beside it (competing risks)."""
    ends = 1 - (1 - _number(hazard, "hazard")) * (1 - _number(spoiler, "spoiler"))
    return Durability(("peace", "war"), _matrix([[1 - ends, ends], [0, 1]]))


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
        _number(value, name)
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
        _matrix(
            [
                [1 - a - incident, incident, 0, a],
                [c, 0, 1 - c, 0],
                [e, 0, 0, 1 - e],
                [0, 0, 0, 1],
            ]
        ),
    )


def worth_of(with_device: Durability, without: Durability) -> Any:
    """Months that a device is worth: expected time with it minus without, draw by draw.

    Two deals that may both never collapse differ by 0.
    """
    long, short = with_device.expected_time(), without.expected_time()
    with np.errstate(invalid="ignore"):
        gap = long - short
    return np.where(np.isinf(long) & np.isinf(short), 0.0, gap) if np.ndim(gap) else (
        0 if long == short else gap
    )  # fmt: skip


def _number(value: Any, where: str) -> Any:
    if isinstance(value, (int, Fraction)):
        out: Any = Fraction(value)
        good = 0 <= out <= 1
    else:
        out = np.asarray(value, float)
        good = bool(((out >= 0) & (out <= 1)).all())
    if not good:
        raise InputError(f"{where} is not a chance", where="durability", allowed="0 to 1")
    return out


def _matrix(rows: list[list[Any]]) -> Array:
    cells = [cell for row in rows for cell in row]
    if all(isinstance(cell, (int, Fraction)) for cell in cells):
        out = np.empty((len(rows), len(rows)), dtype=object)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                out[i, j] = Fraction(cell)
        return out
    arrays = np.broadcast_arrays(*(np.asarray(cell, float) for cell in cells))
    stacked = np.stack(arrays, -1)
    return stacked.reshape(*stacked.shape[:-1], len(rows), len(rows))


# ---- the game of a case -------------------------------------------------------------------------

HONOUR, VIOLATE = "honour", "violate"
RETALIATE, PASS = "retaliate", "let pass"
_ASKED = {
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

    Reads, besides what `negotiate.forms._deal_in_time` reads, ``quantity.spoiler_rate``,
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
    case.require(negotiation, KIND, _ASKED)
    trust = case.commitment(negotiation, KIND, commitment)
    deal_numbers = deal_in_time.read(negotiation, KIND, deal=deal, commitment=trust)
    parties = deal_numbers.parties

    def chance(name: str, default: Any = case.MISSING) -> Any:
        return _number(
            case.number(negotiation, KIND, name, f"quantity.{name}", default=default), name
        )

    answered = chance("retaliation", 1)
    holds = chance("tripwire_holds", 0)
    calm = chance("calming")
    seen = _number(deal_numbers.detection, "detection")
    noise = _number(deal_numbers.false_alarm, "false_alarm")
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
                "peace": (1 - broken) * calm, state: (1 - broken) * (1 - calm), "war": broken
            }  # fmt: skip
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
    }  # fmt: skip


def lasting_play(form: StochasticGame) -> Durability:
    """The chain under the most lasting Markov perfect equilibrium, draw by draw.

    Of all equilibria in pure plans the one with the longest expected time; where a draw has none,
    an equilibrium in mixed plans, the first found with the fewest choices mixed. A draw in which
    neither is found has NaN; a single game then raises `NoSolutionError`.
    """
    reward, move, discount = form.arrays
    plans, margins = kernel.margins_over_draws(reward, move, form.rules, discount)
    good = margins >= -tolerance.TIE
    count = np.asarray(good.sum(-1))
    war = [form.states.index("war")]
    start = form.states.index(form.start)
    _, steps = kernel.chain(reward, move, plans)
    times = markov.expected_time(steps, war)[..., start]
    chosen = np.where(good, times, -np.inf).argmax(-1)
    joint = plans[chosen]
    own = np.stack([form.rules.own[s][:, joint[..., s]] for s in range(len(form.states))])
    own = np.moveaxis(own, (0, 1), (-2, -1))  # (..., S, N)
    mixed = (own[..., None] == np.arange(form.rules.counts.max())).astype(float)
    solved = count > 0
    if not solved.all():
        size = int(np.prod(form.draws))
        flat = [
            np.broadcast_to(a, (*form.draws, *a.shape[a.ndim - k :])).reshape(size, *a.shape[-k:])
            for a, k in ((reward, 3), (move, 3), (discount, 1))
        ]
        rows = np.flatnonzero(~solved.reshape(-1))
        found, done = stochastic_draws.mixed_over_draws(flat[0][rows], flat[1][rows], form.rules,
                                              flat[2][rows])  # fmt: skip
        flat_mixed, flat_solved = mixed.reshape(size, *mixed.shape[-3:]), solved.reshape(-1).copy()
        flat_mixed[rows[done]], flat_solved[rows[done]] = found[done], True
        mixed, solved = flat_mixed.reshape(mixed.shape), flat_solved.reshape(solved.shape)
    if not form.draws and not solved:
        raise NoSolutionError(
            "no Markov perfect equilibrium was found",
            where="durability",
            remedy="solve the game with markov_perfect: it follows a path to one",
        )
    return _chain_of(form, mixed, count, solved)


def _chain_of(form: StochasticGame, mixed: Array, count: Array, solved: Array) -> Durability:
    """The chain of a plan (..., S, N, A), with what each side does and its margins."""
    reward, move, discount = form.arrays
    lack = np.where(solved, 0.0, np.nan)
    _, each = kernel.action_values(reward, move, form.rules, mixed, discount)
    play: dict[str, Any] = {"equilibria": count, "mixed": (count == 0) + lack}
    start = form.states.index(form.start)
    for i, party in enumerate(form.players):
        other = next(p for p in form.players if p != party)
        there = form.states.index(violation(other))
        for name, share, state in (
            ("honour_margin", "honours", start), ("retaliation_margin", "retaliates", there)
        ):  # fmt: skip
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
        step = (move * kernel.spread(form.rules, mixed)[..., None]).sum(-2)
        step[~solved] = np.eye(len(form.states))
    return Durability(form.states, step, game=form, play=play)


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
    asked = all(negotiation.has(path) for path in _ASKED.values())
    if asked and negotiation.signed_deal and len(negotiation.principals) == 2:
        return "game"
    return "stages" if negotiation.has("quantity.violation_rate") else "hazard"


SOURCES = ("game", "stages", "hazard")


def compile(negotiation: Negotiation, *, commitment: str | None = None) -> Durability:
    """The chain of a case: the play of its `game`, or what `source` says else.

    Stages are read from ``quantity.violation_rate``, ``spoiler_rate``, ``offensive_rate``,
    ``containment`` and ``calming``. A stated ``quantity.hazard`` is of all causes, so that
    nothing is added to it: every harm enters once.
    """
    kind = source(negotiation)
    if kind == "game":
        return lasting_play(game(negotiation, commitment=commitment))
    if kind == "stages":
        names = ("violation_rate", "spoiler_rate", "offensive_rate", "containment", "calming")
        rates = [negotiation.get(f"quantity.{name}", 0) for name in names]
        return from_stages(
            violation=rates[0], spoiler=rates[1], offensive=rates[2],
            containment=rates[3], calming=rates[4],
        )  # fmt: skip
    return stated(negotiation)


def stated(negotiation: Negotiation) -> Durability:
    """The chain of the file's own constant ``quantity.hazard``."""
    case.require(negotiation, KIND, {"hazard": "quantity.hazard"})
    return from_hazard(negotiation.value("quantity.hazard"))


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
        elif name in METRICS or f"{head}.<party>" in METRICS:
            raise InputError(
                f"{name} needs the stochastic game",
                where=KIND,
                allowed="a case with " + ", ".join(_ASKED.values()),
                remedy="a chain of stated chances has nobody who chooses",
            )
        else:
            raise UnknownNameError("metric", name, [*table, "survival.12"], where=KIND)
    return out


def evaluate(negotiation: Negotiation, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics of a case over its draws; names as in `METRICS`."""
    ready = negotiation.floats()
    chain = compile(ready)
    wanted = list(names)
    paired = [name for name in wanted if name.startswith(("worth.", "stated."))]
    out = evaluate_game(chain, [n for n in wanted if n not in paired]) if (
        len(paired) < len(wanted) or not wanted
    ) else {}  # fmt: skip
    for name in paired:
        head, _, tail = name.partition(".")
        if name == "stated.expected_time":
            out[name] = np.asarray(stated(ready).expected_time(), float)
        elif head == "worth":
            there = compile(without(ready, tail))
            sign = -1 if tail == "no_spoiler" else 1
            out[name] = sign * np.asarray(worth_of(chain, there), float)
        else:
            raise UnknownNameError("metric", name, METRICS, where=KIND)
    return {name: out[name] for name in wanted} if wanted else out
