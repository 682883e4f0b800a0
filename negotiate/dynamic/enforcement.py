r"""Enforcement: a signed deal as a repeated game with levers as punishments and monitors.

Each party may violate clauses of the deal; an alarm brings a sanction and a suspension. Three
rules of punishment: `GRIM` suspends the whole deal for ever, `limited(n)` the whole deal for n
periods, `proportional(n)` only the clause in question (in kind). The mathematics, with imperfect
public monitoring (missed violations and false alarms), is in
`negotiate.dynamic.arithmetic.repeated`; theory
page ``docs/theory/enforcement.md``. Clauses are additive: what one is worth does not depend on
the others being kept.

Levers enter by slots: ``punishment`` (costs to target and holder while a suspension lasts) and
``monitoring`` (raises detection). A holder uses a costly lever only if its margin as punisher is
positive: a grim use of a costly lever is never credible.

`from_case` builds the form from a case: every issue of the signed deal is a clause; what a party
could still take on it is the temptation, what it has over no deal the surplus, both from
`negotiate.dynamic._deal_in_time`. A suspension uses each lever of the slot ``punishment`` once, its
cost spread over the suspension (over the parties' horizon where it lasts for ever or longer).

Sources: Friedman (1971), doi:10.2307/2296617; Green and Porter (1984), doi:10.2307/1911462;
Bernheim and Whinston (1990), RAND Journal 21:1-26, doi:10.2307/2555490 (clauses pooled in one
punishment); Fortna (2003), doi:10.1017/S0020818303572046.

>>> game = enforcement(("a", "b"), temptation=2, surplus=2, discount=Fraction(3, 5))
>>> print(game.critical()[0], game.margin()[0])                # T, R, P = 5, 3, 1
1/2 2/5
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case import slot_reading
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import smaller
from negotiate.declare import Metric, Playable, compiles, game
from negotiate.dynamic import _deal_in_time as deal_in_time
from negotiate.dynamic._leaves import table
from negotiate.dynamic.arithmetic import repeated as kernel
from negotiate.errors import InputError, UnknownNameError

KIND = "enforcement"

METRICS = (
    Metric(
        "critical_discount.<party>",
        "discount factor",
        "least discount factor at which the party keeps the deal",
        words="critical discount factor of {party}",
    ),
    Metric(
        "critical_discount",
        "discount factor",
        "the largest of them: the deal enforces itself from here on",
        words="critical discount factor of the deal",
    ),
    Metric(
        "patience.<party>",
        "difference of discount factors",
        "the party's discount factor minus its critical one; signed",
        words="patience of {party} beyond what the deal needs",
    ),
    Metric(
        "patience",
        "difference of discount factors",
        "the smaller of them; positive: both are patient enough",
        words="smaller patience beyond what the deal needs",
    ),
    Metric(
        "margin.<party>",
        "stake per period",
        "worth of keeping minus that of the best violation, stakes per period",
        words="margin of {party} in keeping the deal",
    ),
    Metric(
        "margin",
        "stake per period",
        "the smaller of them; positive: the deal enforces itself",
        words="smaller margin of keeping the deal",
    ),
    Metric(
        "deterrence.<party>",
        "ratio",
        "suspension loss times added chance of alarm per unit of temptation",
    ),
    Metric(
        "value.<party>",
        "stake per period",
        "average worth per period of the kept deal, above suspension, stakes",
    ),
    Metric(
        "punisher_margin.<party>",
        "stake per period",
        "worth of carrying out its own lever minus not, stakes per period",
    ),
    Metric(
        "weakest_clause.<party>",
        "label",
        "clause whose violation alone pays the party most, as a label",
        words="weakest clause for {party}",
    ),
    Metric(
        "weakest_clause",
        "label",
        "clause whose violation alone pays any party most, as a label",
        words="weakest clause of the deal",
    ),
    Metric(
        "clause_margin.<issue>",
        "stake per period",
        "margin of violating that clause alone, of the more tempted party",
        words="margin of keeping {issue}",
    ),
    Metric(
        "grim.critical_discount.<party>",
        "discount factor",
        "the same where the whole deal is suspended for ever",
    ),
    Metric(
        "grim.margin.<party>",
        "stake per period",
        "margin where the whole deal is suspended for ever, stakes per period",
    ),
    Metric(
        "proportional.critical_discount.<party>",
        "discount factor",
        "the same where only the violated clause is",
    ),
    Metric(
        "proportional.margin.<party>",
        "stake per period",
        "margin where only the violated clause is, stakes per period",
    ),
)
"""Names of metrics; the first ten under the case's own rule of punishment."""

BLOCK = 4096
"""Draws judged together: all sets of clauses are tried, and the arrays stay in the cache."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Punishment:
    """How long a suspension lasts (None: for ever), and whether only of the violated clause."""

    periods: int | None
    in_kind: bool = False

    def __post_init__(self) -> None:
        if self.periods is not None and not 1 <= self.periods <= kernel.MAX_PERIODS:
            raise InputError(
                f"{self.periods} periods of suspension",
                where="punishment",
                allowed=f"1 to {kernel.MAX_PERIODS}, or None for ever",
            )

    @property
    def name(self) -> str:
        """The rule in words."""
        what = "the clause" if self.in_kind else "the whole deal"
        length = "for ever" if self.periods is None else f"for {self.periods} periods"
        return f"{what} suspended {length}"


GRIM = Punishment(None)
"""The whole deal is suspended for ever."""


def limited(periods: int) -> Punishment:
    """The whole deal is suspended for some periods, then restored."""
    return Punishment(periods)


def proportional(periods: int | None = None) -> Punishment:
    """Only the violated clause is suspended."""
    return Punishment(periods, in_kind=True)


@game(
    "enforcement",
    title="Enforcement of a deal",
    short="enforcement",
    default=("critical_discount",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True, eq=False)
class Enforcement(Playable):
    """The deal as a repeated game. Arrays are (..., parties, clauses) or (..., parties).

    Attributes
    ----------
    players, clauses
        Labels of the axes.
    temptation
        Gain in the period of violating the clause, stakes.
    surplus
        Loss per period while the clause is suspended, stakes.
    detection, false_alarm
        Chance of an alarm with and without a violation.
    sanction
        Cost of an alarm to the party it names, at once.
    lever_loss, lever_cost
        Cost per period of suspension that belongs to no clause, from the other side's levers and of
        using one's own (..., parties); both sides use theirs.
    discount
        Discount factor per period (..., parties).
    fighting
        Cost per period of suspension that nobody's lever makes: the war of no deal (..., parties).
    punishment
        The rule.
    rules
        The same deal under other rules of punishment, by the prefix of their metrics.
    """

    players: tuple[str, ...]
    clauses: tuple[str, ...]
    temptation: Array
    surplus: Array
    detection: Array
    false_alarm: Array
    sanction: Array
    lever_loss: Array
    lever_cost: Array
    discount: Array
    fighting: Array
    punishment: Punishment = GRIM
    rules: Mapping[str, Enforcement] = field(default_factory=dict, repr=False)

    _view = "negotiate.dynamic.views.enforcement"

    @classmethod
    def from_numbers(
        cls,
        players: Sequence[str],
        *,
        temptation: Any,
        surplus: Any,
        discount: Any,
        detection: Any = 1,
        false_alarm: Any = 0,
        sanction: Any = 0,
        lever_loss: Any = 0,
        lever_cost: Any = 0,
        fighting: Any = 0,
        punishment: str = "grim",
        length: Any = None,
    ) -> Enforcement:
        """The game of a file: numbers as in `enforcement`, the rule in words.

        Clauses are those that ``temptation`` names, else one, the deal.
        """
        named = temptation if isinstance(temptation, Mapping) else {}
        inner = next((v for v in named.values() if isinstance(v, Mapping)), None)
        return enforcement(
            players,
            temptation=temptation,
            surplus=surplus,
            discount=discount,
            clauses=tuple(inner) if inner else ("the deal",),
            detection=detection,
            false_alarm=false_alarm,
            sanction=sanction,
            lever_loss=lever_loss,
            lever_cost=lever_cost,
            fighting=fighting,
            punishment=_rule(punishment, None if length is None else int(length)),
        )

    @property
    def exact(self) -> bool:
        """Whether every number is a fraction."""
        return self.temptation.dtype == object

    def violations(self) -> tuple[tuple[str, ...], ...]:
        """Sets of clauses violated together, in the order of the last axis of `parts`."""
        if self.punishment.in_kind:
            return tuple((clause,) for clause in self.clauses)
        return tuple(
            tuple(c for c, chosen in zip(self.clauses, row, strict=True) if chosen)
            for row in kernel.subsets(len(self.clauses))
        )

    def parts(self) -> dict[str, Array]:
        """Arrays (..., parties, violations): gain, loss, caught, noise of `kernels.repeated`."""
        return dict(self._parts)

    @cached_property
    def _parts(self) -> dict[str, Array]:
        t, q, f, s = self.temptation, self.detection, self.false_alarm, self.sanction
        levers = self.lever_loss + self.lever_cost + self.fighting
        own_gain = t - (q - f) * s
        kept = self.surplus - f * s
        if self.punishment.in_kind:
            share = levers[..., None] / len(self.clauses)
            quiet = kernel.product(1 - f, -2)[..., None, :]
            others = _others(1 - f, -2)
            loss = kept + share
            caught = others * (q - f)
            noise = 1 - quiet + 0 * q
            return {"gain": own_gain, "loss": loss, "caught": caught, "noise": noise}
        order = [
            sum(1 << k for k, chosen in enumerate(row) if chosen)
            for row in kernel.subsets(len(self.clauses)).tolist()
        ]
        loss = kept.sum(-1) + levers
        quiet = kernel.product(kernel.product(1 - f, -1), -1)[..., None, None]
        others = _others(kernel.product(1 - f, -1), -1)[..., None]
        # over all sets of clauses, by doubling: a clause more is a factor, and a term, more. Sets
        # lie outermost in memory, so that each step copies whole rows of draws.
        terms, still, seen = (_clauses_first(x + 0 * t) for x in (own_gain, 1 - f, 1 - q))
        gain, hidden = 0 * terms[:1], 0 * terms[:1] + 1
        for k in range(len(self.clauses)):
            gain = np.concatenate([gain, gain + terms[k]])
            hidden = np.concatenate([hidden * still[k], hidden * seen[k]])
        gain = np.moveaxis(gain[order], 0, -1)
        caught = quiet - others * np.moveaxis(hidden[order], 0, -1)
        return {
            "gain": gain,
            "loss": loss[..., None] + 0 * gain,
            "caught": caught,
            "noise": 1 - quiet + 0 * gain,
        }

    def deterrence(self) -> Array:
        """K (..., parties, violations); infinite where violating does not even pay at once."""
        return self._deterrence

    @cached_property
    def _deterrence(self) -> Array:
        part = self.parts()
        gain, loss, caught, noise = (part[k] for k in ("gain", "loss", "caught", "noise"))
        tempting = gain > 0
        part["gain"] = np.where(tempting, gain, 1)
        # No violation pays where S (caught L - g f) >= g with S = d + ... + d^n. Without temptation
        # that holds for every patience, or, where the deal is worth less than its suspension, for
        # impatience only: then no patience is enough from which on it holds.
        weight = caught * loss - gain * noise
        always = weight >= 0
        if self.punishment.periods is not None:
            always = always | (weight * self.punishment.periods >= gain)
        beside = np.where(always, np.inf, 0)
        return np.where(tempting, kernel.deterrence(**part), beside)

    def critical(self) -> Array:
        """Critical discount factor (..., parties); exact numbers where the game is exact."""
        least = self.deterrence().min(-1)
        if not self.exact:
            return np.asarray(kernel.critical(least.astype(float), self.punishment.periods))
        flat = [
            Fraction(0) if k == np.inf else kernel.critical(k, self.punishment.periods)
            for k in least.ravel()
        ]
        out = np.empty(least.size, dtype=object)
        out[:] = flat
        return out.reshape(least.shape)

    def margins(self) -> Array:
        """Signed margin of every violation (..., parties, violations), at `discount`."""
        return self._margins

    @cached_property
    def _margins(self) -> Array:
        return np.asarray(
            kernel.margin(
                **self.parts(),
                discount=self.discount[..., None],
                periods=self.punishment.periods,
            )
        )

    def margin(self) -> Array:
        """Signed margin of the best violation (..., parties)."""
        return np.asarray(self.margins().min(-1))

    def value(self) -> Array:
        """Average worth per period of the kept deal above its suspension (..., parties)."""
        part = self.parts()
        of = slice(None) if self.punishment.in_kind else slice(1)  # the same for every violation
        loss, noise = part["loss"][..., of], part["noise"][..., of]
        peace, _ = kernel.values(
            worth=loss,
            suspended=0 * loss,
            noise=noise,
            discount=self.discount[..., None],
            periods=self.punishment.periods,
        )
        return np.asarray(peace.sum(-1) if self.punishment.in_kind else peace[..., 0])

    def punisher_margin(self) -> Array:
        """Signed margin of carrying out one's own levers in the first period of suspension.

        A punisher that spares itself the cost saves it for a period; then both sides go back to
        suspension without levers for ever, the equilibrium of the stage game. In averages above
        suspension with levers: d^n V - (1 - d) cost - d (cost + loss).
        """
        n, d = self.punishment.periods, self.discount
        power = 0 * d if n is None else d**n
        spared = self.lever_cost + d * self.lever_loss  # the war of no deal is spared to nobody
        return np.asarray(power * self.value() - spared)

    def measure(self, name: str) -> Array:
        """A metric of the game by its full name, over its draws.

        Parameters
        ----------
        name
            As in `METRICS`, placeholders filled; the prefix of another rule reads `rules`.

        Returns
        -------
        array
            Numbers or labels, one a draw.
        """
        head, _, rest = name.partition(".")
        if head in self.rules:
            return self.rules[head].measure(rest)
        if name not in self._measured:
            # those of one head share their work, and others cost their own
            family = [known for known in _readers(self) if known.partition(".")[0] == head]
            self._measured.update(evaluate_game(self, family if name in family else [name]))
        return self._measured[name]

    @cached_property
    def _measured(self) -> dict[str, Array]:
        """Metrics asked for so far."""
        return {}

    def weakest(self) -> Array:
        """Index (..., parties) of the clause whose violation alone has the smallest margin."""
        return np.asarray(self.margins()[..., : len(self.clauses)].argmin(-1))


def _clauses_first(array: Array) -> Array:
    """Clauses outermost, contiguous."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0))


def _others(quiet: Array, axis: int) -> Array:
    """Product over the other parties; no division, since a false alarm may be certain."""
    parts = [kernel.product(np.delete(quiet, i, axis=axis), axis) for i in range(quiet.shape[axis])]
    return np.stack(parts, axis)


def enforcement(
    players: Sequence[str],
    *,
    temptation: Any,
    surplus: Any,
    discount: Any,
    clauses: Sequence[str] = ("the deal",),
    detection: Any = 1,
    false_alarm: Any = 0,
    sanction: Any = 0,
    lever_loss: Any = 0,
    lever_cost: Any = 0,
    fighting: Any = 0,
    punishment: Punishment = GRIM,
) -> Enforcement:
    """Build and check the form from plain numbers.

    Every value is one number (float, fraction or array over draws) for all, a mapping by party,
    or (except ``discount``, ``lever_loss``, ``lever_cost``, ``fighting``) a mapping by party of
    mappings by clause. Where every number is an integer or a fraction, answers are exact.

    Raises
    ------
    InputError
        A probability outside [0, 1], detection below the false-alarm rate (then an alarm speaks
        for innocence), a discount factor outside [0, 1), a negative sanction.
    """
    names, parts = tuple(players), tuple(clauses)
    numbers = {
        "temptation": temptation,
        "surplus": surplus,
        "detection": detection,
        "false_alarm": false_alarm,
        "sanction": sanction,
    }
    single = {
        "lever_loss": lever_loss,
        "lever_cost": lever_cost,
        "discount": discount,
        "fighting": fighting,
    }
    arrays: Any = table(
        names,
        parts,
        by_clause={key: (key, value) for key, value in numbers.items()},
        by_party={key: (key, value) for key, value in single.items()},
    )
    _check(arrays)
    return Enforcement(players=names, clauses=parts, punishment=punishment, **arrays)


def _check(arrays: Mapping[str, Array]) -> None:
    def demand(good: Any, what: str, allowed: str, remedy: str = "") -> None:
        if not np.asarray(good).all():
            raise InputError(what, where="enforcement", allowed=allowed, remedy=remedy)

    q, f, d = arrays["detection"], arrays["false_alarm"], arrays["discount"]
    demand((q >= 0) & (q <= 1), "a detection chance outside its range", "0 to 1")
    demand((f >= 0) & (f <= 1), "a false-alarm chance outside its range", "0 to 1")
    demand(
        q >= f,
        "an alarm is likelier without a violation than with one",
        "detection at least false_alarm",
        "exchange the two signals",
    )
    demand(arrays["sanction"] >= 0, "a sanction is negative", "0 or more, a cost")
    demand(arrays["lever_loss"] >= 0, "a lever's cost to its target is negative", "0 or more")
    demand(arrays["lever_cost"] >= 0, "a lever's cost to its holder is negative", "0 or more")
    demand(
        (d >= 0) & (d < 1),
        "a discount factor outside its range",
        "0 to below 1",
        "at 1 every average is reached in the limit only: read the critical discount factor",
    )


def from_dilemma(
    players: Sequence[str], *, T: Any, R: Any, P: Any, discount: Any, **settings: Any
) -> Enforcement:
    """One clause from the dilemma's payoffs: T while violating, R while keeping, P suspended.

    >>> game = from_dilemma(("a", "b"), T=5, R=3, P=1, discount=0, detection=Fraction(1, 2))
    >>> print(game.critical()[0])
    2/3
    """
    return enforcement(players, temptation=T - R, surplus=R - P, discount=discount, **settings)


def with_monitoring(game: Enforcement, *, detection: Any, false_alarm: Any = None) -> Enforcement:
    """The same deal watched otherwise (joint patrols, satellites), for a paired comparison."""
    changed = enforcement(
        game.players,
        clauses=game.clauses,
        temptation=0,
        surplus=0,
        discount=0,
        detection=detection,
        false_alarm=0 if false_alarm is None else false_alarm,
    )
    noise = game.false_alarm if false_alarm is None else changed.false_alarm
    watch = changed.detection
    if not (game.exact and changed.exact):
        watch, noise = watch.astype(float), noise.astype(float)
        game = replace(
            game,
            **{
                name: getattr(game, name).astype(float)
                for name in (
                    "temptation",
                    "surplus",
                    "sanction",
                    "lever_loss",
                    "lever_cost",
                    "discount",
                    "fighting",
                )
            },
        )
    out = replace(game, detection=watch, false_alarm=noise)
    _check(
        {
            name: getattr(out, name)
            for name in (
                "detection",
                "false_alarm",
                "discount",
                "sanction",
                "lever_loss",
                "lever_cost",
            )
        }
    )
    return out


def evaluate_game(game: Enforcement, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics of a game over its draws; all of them if ``names`` is empty."""
    shape = np.broadcast_shapes(
        *(getattr(game, name).shape[:-1] for name in _BY_PARTY),
        *(getattr(game, name).shape[:-2] for name in _BY_CLAUSE),
    )
    wanted = list(names)
    if shape and int(np.prod(shape)) > BLOCK:
        return _in_blocks(game, wanted, shape)
    readers = _readers(game)
    for name in wanted:
        if name not in readers:
            raise UnknownNameError("metric", name, readers, where=KIND)
    return {name: np.asarray(readers[name]()) for name in wanted or readers}


def _readers(game: Enforcement) -> dict[str, Callable[[], Any]]:
    """How each metric is read; what several share is computed when first asked for."""
    labels, count = np.array(game.clauses), len(game.clauses)
    critical = cache(game.critical)
    margin, value, punisher = cache(game.margin), cache(game.value), cache(game.punisher_margin)

    def alone() -> Array:
        return game.margins()[..., :count]

    by_party: dict[str, Callable[[int], Any]] = {
        "critical_discount": lambda i: critical()[..., i],
        "patience": lambda i: game.discount[..., i] - critical()[..., i],
        "margin": lambda i: margin()[..., i],
        "deterrence": lambda i: game.deterrence()[..., i, :].min(-1),
        "value": lambda i: value()[..., i],
        "punisher_margin": lambda i: punisher()[..., i],
        "weakest_clause": lambda i: labels[alone()[..., i, :].argmin(-1)],
    }
    out: dict[str, Callable[[], Any]] = {
        "critical_discount": lambda: critical().max(-1),
        "margin": lambda: margin().min(-1),
        "patience": lambda: (game.discount - critical()).min(-1),
        "weakest_clause": lambda: labels[alone().min(-2).argmin(-1)],
    }
    for i, party in enumerate(game.players):
        out |= {f"{name}.{party}": partial(read, i) for name, read in by_party.items()}
    for k, clause in enumerate(game.clauses):
        out[f"clause_margin.{clause}"] = partial(lambda k: alone()[..., k].min(-1), k)
    return out


_BY_PARTY = ("lever_loss", "lever_cost", "discount", "fighting")
_BY_CLAUSE = ("temptation", "surplus", "detection", "false_alarm", "sanction")


def _part(flat: Mapping[str, Any], start: int) -> dict[str, Any]:
    return {"rules": {}} | {key: array[start : start + BLOCK] for key, array in flat.items()}


def _in_blocks(game: Enforcement, names: list[str], shape: tuple[int, ...]) -> dict[str, Array]:
    """The same over many draws, `BLOCK` at a time."""
    total = int(np.prod(shape))
    flat: dict[str, Any] = {}
    for name in (*_BY_PARTY, *_BY_CLAUSE):
        array = getattr(game, name)
        tail = array.shape[-2:] if name in _BY_CLAUSE else array.shape[-1:]
        flat[name] = np.broadcast_to(array, (*shape, *tail)).reshape(total, *tail)
    parts = [
        evaluate_game(
            replace(game, **_part(flat, start)),
            names,
        )
        for start in range(0, total, BLOCK)
    ]
    return {
        name: np.concatenate([part[name] for part in parts]).reshape(shape) for name in parts[0]
    }


# ---- from a case ------------------------------------------------------------------------------


def rule(negotiation: Negotiation) -> Punishment:
    """The rule of ``[model.enforcement]``: ``punishment`` and ``length`` in periods; else grim."""
    named = negotiation.setting(KIND, "punishment", "grim")
    return _rule(str(named), negotiation.setting(KIND, "length"))


def _rule(named: str, length: int | None) -> Punishment:
    known = {"grim": GRIM, "limited": Punishment(length), "proportional": proportional(length)}
    if named not in known:
        raise UnknownNameError("punishment", named, known, where=f"model.{KIND}")
    if named == "limited" and length is None:
        raise InputError(
            "no length", where=f"model.{KIND}", allowed="periods of suspension, as length = 6"
        )
    return known[named]


@compiles("enforcement", slots=("punishment", "monitoring"))
def from_case(
    negotiation: Negotiation,
    *,
    punishment: Punishment | None = None,
    deal: str | None = None,
    commitment: str | None = None,
) -> Enforcement:
    """The signed deal of a case as a repeated game; a clause is an issue.

    Parameters
    ----------
    punishment
        Rule of punishment; by default that of the file (`rule`).
    deal
        A deal of the file; by default ``[model.enforcement] deal``, else the one signed.
    commitment
        How sure punishments are to be used: ``full``, ``stated`` (default) or ``derived``.

    Notes
    -----
    Reads ``quantity.horizon``, ``quantity.temptation_<party>``, ``quantity.detection`` and
    ``false_alarm`` (slot ``monitoring``), ``party.<p>.foresight`` (else ``discount``), the branches
    and the levers of the slot ``punishment``. A false alarm is about one clause: its chance is
    divided among them.
    """
    own = rule(negotiation)
    trust = slot_reading.commitment(negotiation, KIND, commitment)
    numbers = deal_in_time.read(negotiation, KIND, deal=deal, commitment=trust)

    def under(chosen: Punishment) -> Enforcement:
        length = chosen.periods
        span = numbers.horizon if length is None else smaller(length, numbers.horizon)
        return enforcement(
            numbers.parties,
            clauses=numbers.clauses,
            temptation=numbers.temptation,
            surplus=numbers.surplus,
            discount=numbers.discount,
            detection=numbers.detection,
            false_alarm=numbers.false_alarm / len(numbers.clauses),
            lever_loss={p: numbers.loss[p] / span for p in numbers.parties},
            lever_cost={p: numbers.cost[p] / span for p in numbers.parties},
            fighting=numbers.war,
            punishment=chosen,
        )

    others = {"grim": under(GRIM), "proportional": under(proportional(own.periods))}
    return replace(under(punishment or own), rules=others)
