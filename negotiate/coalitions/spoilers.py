r"""Spoilers: who did not sign, would gain by breaking the deal, and what keeps them from it.

An outsider j is worth :math:`u_j` while the deal holds and :math:`d_j` when it has broken down. Its
spoiling breaks the deal with chance :math:`q_j` and costs it :math:`k_j`; if it spoils, a lever l
of a guarantor is used against it with chance :math:`p_l` and harms it by :math:`h_{lj}`. It spoils
if

.. math:: q_j (d_j - u_j) - k_j - \sum_l p_l h_{lj} > 0.

* **Side payment** that stops it, paid while the deal holds (it is lost with the deal):
  :math:`t_j = \max\bigl(0,\ d_j - u_j - (k_j + \sum_l p_l h_{lj})/q_j\bigr)`.
* **Guarantee**: the least chance at which lever l alone, all others idle, stops it without a
  payment, :math:`p^*_{lj} = [q_j (d_j - u_j) - k_j] / h_{lj}`, above one if it cannot.
* **Affordable**: whether the payments are covered by what the signatories lose if the deal breaks.

Spoilers in peace processes: Stedman 1997, International Security 22(2):5-53 (inducement and
coercion among the strategies); commitment and enforcement: Walter 1997, International Organization
51:335-364. The condition is one line of expected utility and is stated here as such.

An outsider that loses 3 by the deal, breaks it for sure, and fears a lever that costs it 4:

>>> game = Spoilers(("j",), held={"j": 1}, broken={"j": 4}, levers={"j": {"l": (4, 0)}})
>>> point = spoiler_terms(game)[0]
>>> point.payoffs["j"], point.facts["needed_chance"]["j"]["l"]
(Fraction(3, 1), Fraction(3, 4))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import disagreement
from negotiate.case.slots.expected import cost as lever_cost
from negotiate.case.slots.expected import expected_use
from negotiate.coalitions.game import players_of
from negotiate.declare import Metric, Playable, compiles, concept, game
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "spoilers"


def outsiders_of(case: Any) -> tuple[str, ...]:
    """Parties of a case that value the issues and do not sign; players of a spoilers file."""
    if _has_file(case):
        return tuple(case.case.model[KIND]["file"].players)
    signed = _signatories(case, _deal_of(case))
    return tuple(p for p in players_of(case) if p not in signed)


def _deal_of(case: Any) -> str:
    found = case.setting(KIND, "deal") or case.judged_deal or ""
    return str(found)


def _signatories(case: Any, deal: str) -> tuple[str, ...]:
    named = tuple(getattr(case.deals[deal], "signatories", ())) if deal in case.deals else ()
    known = tuple(p for p in named if p in case.parties)
    # one signature is a letter or a declaration: the principals stand behind it all the same
    return known if len(known) > 1 else tuple(dict.fromkeys((*known, *case.principals)))


def _has_file(case: Any) -> bool:
    return "file" in case.case.model.get(KIND, {})


def _applies(case: Any) -> bool:
    if _has_file(case):
        return True
    return bool(case.issues) and bool(case.deals) and bool(outsiders_of(case))


def _read(name: str) -> Any:
    def read(thing: Spoilers, names: Mapping[str, str]) -> Any:
        found = getattr(thing, name)(names["name"]) if names else getattr(thing, name)()
        return found

    return read


@game(
    "spoilers",
    title="Spoilers",
    short="spoilers",
    default=("spoiler_terms",),
    metrics=(
        Metric(
            "gain.<name>",
            "stake",
            "what an outsider gains by breaking the deal, levers idle; "
            "negative where it has the deal kept",
            words="gain of {name} from breaking the deal",
            read=_read("gain"),
            choices=outsiders_of,
        ),
        Metric(
            "margin.<name>",
            "stake",
            "the same with the levers used at their stated chances; "
            "it spoils where this is above 0",
            words="gain of {name} from spoiling",
            read=_read("margin"),
            choices=outsiders_of,
        ),
        Metric(
            "payment.<name>",
            "stake",
            "side payment at which an outsider stops spoiling",
            words="side payment that keeps {name} in",
            read=_read("payment"),
            choices=outsiders_of,
        ),
        Metric(
            "spoils.<name>",
            "yes or no",
            "whether an outsider spoils",
            words="whether {name} spoils",
            read=_read("spoils"),
            choices=outsiders_of,
        ),
        Metric(
            "afforded",
            "stake",
            "what the signatories would lose with the deal, less all payments",
            words="what is left to the signatories after paying the spoilers",
            read=_read("afforded"),
        ),
    ),
    cites=("stedman1997", "walter1997"),
    applies=_applies,
)
@dataclass(frozen=True, eq=False, repr=False)
class Spoilers(Playable):
    """Outsiders of a deal, what they have with and without it, and what could stop them.

    Attributes
    ----------
    players
        The outsiders.
    held, broken
        Outsider to its payoff while the deal holds, and when it has broken down.
    chance, cost
        Outsider to the chance that its spoiling breaks the deal (default 1) and what spoiling
        costs it (default 0).
    levers
        Outsider to lever to (harm to it when used, chance that it is used if it spoils).
    signatories
        Signatory to (payoff while the deal holds, payoff when it has broken down).
    title
        The deal, for people.
    origin
        The file it was read from, for `as_case`.
    """

    players: tuple[str, ...]
    held: Mapping[str, Any]
    broken: Mapping[str, Any]
    chance: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)
    levers: Mapping[str, Mapping[str, tuple[Any, Any]]] = field(default_factory=dict)
    signatories: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    title: str = ""
    origin: Any = None

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        names = tuple(self.players)
        check_labels(names, "outsiders", "spoilers")
        for what in ("held", "broken"):
            given = getattr(self, what)
            if set(given) != set(names):
                raise InputError(
                    f"payoffs for {', '.join(given) or 'nobody'}",
                    where=f"spoilers, {what}",
                    allowed=f"exactly the outsiders: {', '.join(names)}",
                )
        for what in ("chance", "cost", "levers"):
            for name in getattr(self, what):
                if name not in names:
                    raise UnknownNameError("outsider", name, names, where=f"spoilers, {what}")
        number = {p: _exact_or_as_is(x) for p, x in self.chance.items()}
        for p, q in number.items():
            if np.any(np.asarray(q <= 0)) or np.any(np.asarray(q > 1)):
                raise InputError(
                    f"the chance is {q}", where=f"chance of {p}", allowed="above 0 to 1"
                )
        levers = {
            p: {
                lever: (_exact_or_as_is(h), _exact_or_as_is(use))
                for lever, (h, use) in self.levers.get(p, {}).items()
            }
            for p in names
        }
        for p, row in levers.items():
            for lever, (harm, use) in row.items():
                if (
                    np.any(np.asarray(harm < 0))
                    or np.any(np.asarray(use < 0))
                    or np.any(np.asarray(use > 1))
                ):
                    raise InputError(
                        f"harm {harm}, chance {use}",
                        where=f"lever {lever} against {p}",
                        allowed="harm from 0, chance from 0 to 1",
                    )
        everything = [
            *self.held.values(),
            *self.broken.values(),
            *self.chance.values(),
            *self.cost.values(),
            *(x for pair in self.signatories.values() for x in pair),
            *(x for row in levers.values() for pair in row.values() for x in pair),
        ]
        # A fraction times an array of floats would be an array of objects.
        settle = _as_float if any(map(_is_float, everything)) else _exact_or_as_is
        levers = {
            p: {lever: (settle(h), settle(use)) for lever, (h, use) in row.items()}
            for p, row in levers.items()
        }
        number = {p: settle(q) for p, q in number.items()}
        for name, value in (
            ("players", names),
            ("held", {p: settle(self.held[p]) for p in names}),
            ("broken", {p: settle(self.broken[p]) for p in names}),
            ("chance", {p: number.get(p, settle(1)) for p in names}),
            ("cost", {p: settle(self.cost.get(p, 0)) for p in names}),
            ("levers", levers),
            (
                "signatories",
                {p: (settle(a), settle(b)) for p, (a, b) in self.signatories.items()},
            ),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"Spoilers({self.title or 'a deal'}; outsiders {', '.join(self.players)})"

    def as_case(self) -> Any:
        """The quantities of the file it was read from as a case, to draw, set and ask what if."""
        if self.origin is None:
            raise InputError(
                "the outsiders were not read from a parameter file",
                where=self.title or KIND,
                allowed='a file of kind = "spoilers" with its quantities',
            )
        return self.origin.as_case()

    def gain(self, player: str) -> Any:
        """What breaking the deal brings with the levers idle, q (d - u) - k."""
        return self.chance[player] * (self.broken[player] - self.held[player]) - self.cost[player]

    def margin(self, player: str) -> Any:
        """The same less the expected harm of the levers at their stated chances."""
        return self.gain(player) - sum(h * use for h, use in self.levers[player].values())

    def spoils(self, player: str) -> Any:
        """Whether it spoils: the margin is above zero."""
        found = self.margin(player) > 0
        return found if isinstance(found, np.ndarray) else bool(found)

    def payment(self, player: str) -> Any:
        """Side payment at which it stops, zero where it does not spoil."""
        return _above_zero(self.margin(player) / self.chance[player])

    def needed(self, player: str) -> dict[str, Any]:
        """Lever to the least chance of its use that stops the outsider by itself.

        At most 0 where nothing is needed; None for a lever that does not harm it.
        """
        gain = self.gain(player)
        out: dict[str, Any] = {}
        for lever, (harm, _) in self.levers[player].items():
            if isinstance(harm, np.ndarray):
                with np.errstate(divide="ignore", invalid="ignore"):
                    out[lever] = np.where(harm > 0, gain / harm, np.nan)
            else:
                out[lever] = gain / harm if harm > 0 else None
        return out

    def at_stake(self) -> Any:
        """What the signatories would lose together with the deal."""
        return sum((a - b for a, b in self.signatories.values()), start=0)

    def afforded(self) -> Any:
        """What the signatories would lose with the deal, less all payments."""
        return self.at_stake() - sum(self.payment(p) for p in self.players)


def _is_float(value: Any) -> bool:
    return isinstance(value, (np.ndarray, float, np.floating))


def _as_float(value: Any) -> Any:
    return (
        np.asarray(value, dtype=float)
        if isinstance(value, np.ndarray)
        else (float(value) if _is_float(value) else float(exact(value)))
    )


def _exact_or_as_is(value: Any) -> Any:
    return value if _is_float(value) else exact(value)


def _above_zero(value: Any) -> Any:
    return np.maximum(value, 0.0) if isinstance(value, np.ndarray) else max(value, 0 * value)


@concept(
    "spoiler_terms",
    title="What keeps spoilers in",
    short="terms of spoilers",
    games=("spoilers",),
    field="rational",
    cites=("stedman1997", "walter1997"),
)
def spoiler_terms(game: Spoilers) -> Solution:
    """The least side payment to each outsider, and the chance of each lever that makes it needless.

    Parameters
    ----------
    game
        Outsiders of a deal, one case or many draws.

    Returns
    -------
    Solution
        One point: payments by outsider. Facts: gains from spoiling, ``needed_chance`` by lever
        (above one: that lever alone cannot), what the signatories have at stake.

    Examples
    --------
    >>> game = Spoilers(("j",), held={"j": 2}, broken={"j": 1})
    >>> spoiler_terms(game)[0].payoffs["j"]
    Fraction(0, 1)
    """
    point = Point(
        payoffs={p: game.payment(p) for p in game.players},
        label="side payments",
        facts={
            "spoils": {p: game.spoils(p) for p in game.players},
            "gain_levers_idle": {p: game.gain(p) for p in game.players},
            "gain_at_stated_chances": {p: game.margin(p) for p in game.players},
            "needed_chance": {p: game.needed(p) for p in game.players},
            "stated_chance": {
                p: {lever: use for lever, (_, use) in game.levers[p].items()} for p in game.players
            },
            "signatories_lose": game.at_stake(),
            "left_after_payments": game.afforded(),
        },
    )
    numbers = [*game.held.values(), *game.broken.values(), *point.payoffs.values()]
    return Solution(
        concept="spoiler_terms",
        players=game.players,
        points=(point,),
        complete=True,
        exact=all(isinstance(x, (int, Fraction)) for x in numbers),
        evidence=() if any(np.ndim(x) for x in numbers) else (holds(game, point),),
        form=game,
    )


@spoiler_terms.checked_by
def holds(game: Spoilers, point: Point) -> Evidence:
    """At the payment an outsider prefers to keep the deal, and at any less it would not.

    Both expected payoffs are written out anew: keeping the deal brings u + t; spoiling brings d
    with chance q, else u + t, less its cost and the harm of the levers.
    """
    for player in game.players:
        t, u, d, q = (
            point.payoffs[player],
            game.held[player],
            game.broken[player],
            game.chance[player],
        )
        harm = sum(h * use for h, use in game.levers[player].values())

        def tempted(
            paid: Any, u: Any = u, d: Any = d, q: Any = q, harm: Any = harm, player: str = player
        ) -> Any:
            keep = u + paid
            return q * d + (1 - q) * (u + paid) - game.cost[player] - harm - keep

        slack = UTILITY if isinstance(t, float) else 0
        if t < -slack or tempted(t) > slack:
            return Evidence(False, tempted(t), "gain from spoiling at the payment", player)
        if t > slack and tempted(t) < -slack:
            return Evidence(False, tempted(t), "the payment is more than needed", player)
    return Evidence(True, 0, "gain from spoiling at the payment")


@spoiler_terms.explained_by
def explain(game: Spoilers) -> str:
    """Worked steps in Markdown, an outsider a line."""
    lines = []
    for number, p in enumerate(game.players, 1):
        gain, margin = game.gain(p), game.margin(p)
        if gain <= 0:
            lines.append(f"{number}. {p} gains nothing by breaking the deal ({_shown(gain)}).")
            continue
        needed = "; ".join(
            f"{lever} with chance {_shown(x)}" + (" (it cannot)" if x is not None and x > 1 else "")
            for lever, x in game.needed(p).items()
            if x is not None
        )
        stops = (
            "is held back by the levers as stated"
            if margin <= 0
            else (f"needs a side payment of {_shown(game.payment(p))}")
        )
        lines.append(
            f"{number}. {p} gains {_shown(gain)} by breaking the deal and {stops}; by one lever "
            f"alone: {needed or 'none harms it'}."
        )
    if game.signatories:
        lines.append(
            f"{len(lines) + 1}. With the deal the signatories would lose "
            f"{_shown(game.at_stake())}; after the payments {_shown(game.afforded())} is left."
        )
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return "none" if value is None else f"{float(value):.3f}"


@compiles("spoilers", slots=("disagreement",))
def from_case(negotiation: Negotiation, *, deal: str = "", commitment: str = "stated") -> Spoilers:
    """Outsiders of a deal of a case: what they have with it and without.

    While the deal holds an outsider has its utility of the terms; when it breaks, its payoff of no
    deal with no lever used. Levers that a signatory holds and that cost the outsider are the
    guarantees, used with their stated chance of no deal. ``quantity.spoil_chance_<party>`` and
    ``quantity.spoil_cost_<party>`` (hyphens as underscores) are the chance that spoiling works and
    its cost; one and zero where the case has none. ``[model.spoilers] deal`` names the deal; by
    default the signed one.

    Parameters
    ----------
    negotiation
        The case, at values or draws.
    deal
        Id of a deal of the file.
    commitment
        ``full``, ``stated`` or ``derived``: how sure the levers are to be used.
    """
    if _has_file(negotiation):
        found = negotiation.case.model[KIND]["file"].at(negotiation)
        assert isinstance(found, Spoilers)
        return found
    name = deal or _deal_of(negotiation)
    if not name:
        raise NotApplicableError(
            "the case has no deal", where=f"case {negotiation.id}", allowed="a [[deal]] in the file"
        )
    terms = negotiation.terms(name)
    signed = _signatories(negotiation, name)
    outside = tuple(p for p in players_of(negotiation) if p not in signed)
    if not outside:
        raise NotApplicableError(
            "every party that values the issues signs", where=f"case {negotiation.id}"
        )
    chance, cost, levers = {}, {}, {}
    for party in outside:
        stem = party.replace("-", "_")
        chance[party] = negotiation.get(f"quantity.spoil_chance_{stem}", 1)
        cost[party] = negotiation.get(f"quantity.spoil_cost_{stem}", 0)
        levers[party] = {
            lever: (
                lever_cost(negotiation, lever, party),
                expected_use(negotiation, lever, commitment),
            )
            for lever in negotiation.on_table()
            if negotiation.levers[lever].holder in signed
            and negotiation.levers[lever].response is None
            and negotiation.has(f"lever.{lever}.cost.{party}")
        }
    return Spoilers(
        outside,
        held={p: negotiation.utility(p, terms) for p in outside},
        broken={p: disagreement.base(negotiation, p) for p in outside},
        chance=chance,
        cost=cost,
        levers=levers,
        signatories={
            p: (negotiation.utility(p, terms), disagreement.base(negotiation, p)) for p in signed
        },
        title=negotiation.deals[name].name,
    )
