"""Parameter files of the room: coalitional, voting, claims, spoilers, legislative, hyperplane.

Every number is a number or, in quotes, an expression over the file's quantities; decimals are
exact. A coalitional file gives its worths in one of four ways::

    players = ["a", "b", "c"]
    cost = true                        # the numbers are costs (default false)

    worth = "min(sum.left, sum.right)" # a formula: size, has.PLAYER, sum./max./min.ATTRIBUTE
    [attribute.left]
    a = 1

    [worth]                            # or a table, members joined by +
    "a" = 0
    "a + b" = "half_the_gain"
    unlisted = "zero"                  # on the first level: zero, best, or (default) refuse

    [airport]                          # or the costs of an airport game
    a = 8

    [gloves]                           # or who holds which glove
    left = ["a"]

``players`` may be left out where claims, weights, costs, gloves or a table name them all: they then
stand in the order in which they appear. ``unions`` (lists of players) and ``links`` (pairs of
players) are what the Owen and the Myerson value read. A voting file has ``quota`` and
``[weights]``, or several ``[[rule]]`` with ``passes``; a rule without weights counts heads. A
claims file has ``estate`` and ``[claims]``. A spoilers file tells what outsiders of a deal have,
and what is used against them::

    [outsider.Militia]
    held = "has_in_peace"              # while the deal holds
    broken = 0.8                       # once it has broken down
    chance = 0.5                       # that its spoiling breaks the deal (default 1)
    cost = 0.05                        # of spoiling, to itself (default 0)
    levers.air_power = { harm = 0.4, chance = "air_used" }

    [signatory.Government]
    held = 1
    broken = 0.2

A legislative file has ``[recognition]`` (who is drawn to propose how often), ``discount`` and
``quota``; a hyperplane file ``[worth]`` and ``[rates."a+b"]``.

A file with quantities is a case of its own (`as_case`): they can be drawn, set and asked about.

>>> loads('''
... format = 1
... kind = "claims"
... id = "garment"
... title = "The contested garment"
... players = ["half", "all"]
... estate = 1
... claims = { half = "share", all = 1 }
... quantity.share = 0.5
... ''').game()
ClaimsProblem(2 claimants: half, all; estate 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from negotiate.case.expression import parse
from negotiate.case.game_file import GameFile, number, parse_toml, read_text, validated
from negotiate.case.negotiation import Negotiation
from negotiate.case.negotiation import assemble as assemble_case
from negotiate.case.party import Party
from negotiate.case.quantity import Frozen
from negotiate.case.schema import Case
from negotiate.coalitions.claims import ClaimsProblem
from negotiate.coalitions.game import (
    CoalitionalGame,
    airport,
    check_size,
    from_formula,
    from_worths,
    glove,
)
from negotiate.coalitions.legislative import LegislativeGame
from negotiate.coalitions.ntu import HyperplaneGame
from negotiate.coalitions.spoilers import Spoilers
from negotiate.coalitions.voting import VotingBody
from negotiate.declare import reads
from negotiate.errors import FileFormatError, InputError, UnknownNameError

Known = Mapping[str, Any]
Game = TypeVar("Game")


class RoomFile(GameFile):
    """What the kinds of the room share."""

    def game(self, values: Mapping[str, Any] | None = None) -> Any:
        """The game at the file's values, or at others (numbers or arrays over draws)."""
        return self.build(self.quantities(values))

    def as_case(self) -> Negotiation:
        """The file as a case whose quantities can be drawn, set and asked about.

        A game has no issues and its players are free labels, so the checks of a case file do not
        apply.
        """
        case = Case.model_construct(
            format=1,
            kind="negotiation",
            id=self.id,
            title=self.title,
            summary=self.note,
            party=tuple(
                Party.model_construct(id=p, name=p, role="principal", weights={}, values={})
                for p in self.players
            ),
            issue=(),
            quantity=dict(self.quantity),
            model={self.kind: {"file": self}},
        )
        return assemble_case(case)

    def at(self, negotiation: Negotiation) -> Any:
        """The game of a case made by `as_case`, at the case's numbers or draws."""
        return self.build(_Values(negotiation))

    def build(self, known: Known) -> Any:
        """The game with its numbers from ``known``."""
        raise NotImplementedError

    def _by_player(self, table: Mapping[str, Any], known: Known, what: str) -> dict[str, Any]:
        for name in table:
            if name not in self.players:
                raise UnknownNameError("player", name, self.players, where=what)
        return {p: number(v, known, f"{what} of {p}") for p, v in table.items()}


class Gloves(Frozen):
    """Who holds which glove."""

    left: tuple[str, ...] = Field(min_length=1)
    right: tuple[str, ...] = Field(min_length=1)


class CoalitionalFile(RoomFile):
    """A coalitional game as its file holds it."""

    kind: Literal["coalitional"]
    worth: str | dict[str, Any] | None = Field(None, description="a formula, or worth by coalition")
    attribute: dict[str, dict[str, Any]] = Field(default_factory=dict)
    airport: dict[str, Any] | None = None
    gloves: Gloves | None = None
    cost: bool = False
    unlisted: Literal["refuse", "zero", "best"] = "refuse"
    unions: tuple[tuple[str, ...], ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def build(self, known: Known) -> CoalitionalGame:
        """The game with its numbers from ``known``."""
        check_size(len(self.players), where=f"file {self.id}")
        given = [n for n in ("worth", "airport", "gloves") if getattr(self, n) is not None]
        if len(given) != 1:
            raise InputError(
                f"{' and '.join(given) or 'no worths'}",
                where=f"file {self.id}",
                allowed="exactly one of worth (a formula or a table), airport, gloves",
            )
        made = self._made(known)
        return replace(
            made,
            title=self.title,
            note=self.note,
            unions=self.unions,
            links=self.links,
            origin=self,
        )

    def _made(self, known: Known) -> CoalitionalGame:
        if self.airport is not None:
            costs = self._by_player(self.airport, known, "airport")
            missing = [p for p in self.players if p not in costs]
            if missing:
                raise InputError(f"no cost of {', '.join(missing)}", where="airport")
            return airport({p: costs[p] for p in self.players})
        if self.gloves is not None:
            market = glove(self.gloves.left, self.gloves.right)
            if set(market.players) != set(self.players):
                raise InputError(
                    f"gloves of {', '.join(market.players)}",
                    where="gloves",
                    allowed=f"one glove for each of {', '.join(self.players)}",
                )
            return market
        if isinstance(self.worth, str):
            attributes = {
                name: self._by_player(row, known, f"attribute {name}")
                for name, row in self.attribute.items()
            }
            return from_formula(
                self.players,
                self.worth,
                attributes=attributes,
                values=_only(known, self.worth),
                cost=self.cost,
            )
        assert self.worth is not None
        table = {key: number(entry, known, f"worth of {key}") for key, entry in self.worth.items()}
        return from_worths(table, players=self.players, unlisted=self.unlisted, cost=self.cost)


def _only(known: Known, formula: str) -> dict[str, Any]:
    """The named numbers that a formula reads."""
    return {name: known[name] for name in parse(formula).names if name in known}


class RuleTable(Frozen):
    """One rule of a voting body."""

    name: str = Field(min_length=1, max_length=80)
    quota: Any
    weights: dict[str, Any] | None = None


class VotingFile(RoomFile):
    """A voting body as its file holds it."""

    kind: Literal["voting"]
    quota: Any = None
    weights: dict[str, Any] | None = None
    rule: tuple[RuleTable, ...] = ()
    passes: tuple[tuple[str, ...], ...] = ()

    def build(self, known: Known) -> VotingBody:
        """The body with its numbers from ``known``."""
        rules = list(self.rule)
        if self.quota is not None:
            rules.insert(0, RuleTable(name="votes", quota=self.quota, weights=self.weights))
        elif self.weights is not None:
            raise InputError("weights without a quota", where=f"file {self.id}")
        if not rules:
            raise InputError(
                "no rule", where=f"file {self.id}", allowed="quota and weights, or [[rule]] tables"
            )
        made: dict[str, tuple[Any, Mapping[str, Any] | None]] = {}
        for item in rules:
            if item.name in made:
                raise InputError("two rules of this name", where=f"rule {item.name}")
            weights = (
                None
                if item.weights is None
                else self._by_player(item.weights, known, f"rule {item.name}")
            )
            made[item.name] = (number(item.quota, known, f"quota of {item.name}"), weights)
        return VotingBody.of(
            self.players, made, passes=self.passes, title=self.title, note=self.note
        )


class ClaimsFile(RoomFile):
    """A claims problem as its file holds it."""

    kind: Literal["claims"]
    estate: Any
    claims: dict[str, Any] = Field(min_length=1)
    unit: str = ""

    def build(self, known: Known) -> ClaimsProblem:
        """The problem with its numbers from ``known``."""
        claims = self._by_player(self.claims, known, "claim")
        missing = [p for p in self.players if p not in claims]
        if missing:
            raise InputError(f"no claim of {', '.join(missing)}", where=f"file {self.id}")
        return ClaimsProblem(
            {p: claims[p] for p in self.players},
            number(self.estate, known, "estate"),
            unit=self.unit,
            title=self.title,
            note=self.note,
            origin=self,
        )


class LeverTable(Frozen):
    """A lever used against an outsider."""

    harm: Any
    chance: Any = 1


class OutsiderTable(Frozen):
    """What an outsider has with the deal and without it."""

    held: Any
    broken: Any
    chance: Any = 1
    cost: Any = 0
    levers: dict[str, LeverTable] = Field(default_factory=dict)


class SignatoryTable(Frozen):
    """What a signatory has with the deal and without it."""

    held: Any
    broken: Any


class SpoilersFile(RoomFile):
    """Outsiders of a deal as their file holds them."""

    kind: Literal["spoilers"]
    outsider: dict[str, OutsiderTable] = Field(min_length=1)
    signatory: dict[str, SignatoryTable] = Field(default_factory=dict)

    def build(self, known: Known) -> Spoilers:
        """The game with its numbers from ``known``."""
        if set(self.outsider) != set(self.players):
            raise InputError(
                f"outsiders {', '.join(self.outsider)}",
                where=f"file {self.id}",
                allowed=f"exactly the players: {', '.join(self.players)}",
            )

        def of(name: str) -> dict[str, Any]:
            return {
                p: number(getattr(self.outsider[p], name), known, f"{name} of {p}")
                for p in self.players
            }

        return Spoilers(
            self.players,
            held=of("held"),
            broken=of("broken"),
            chance=of("chance"),
            cost=of("cost"),
            levers={
                p: {
                    lever: (
                        number(row.harm, known, f"harm of {lever} to {p}"),
                        number(row.chance, known, f"chance of {lever} against {p}"),
                    )
                    for lever, row in self.outsider[p].levers.items()
                }
                for p in self.players
            },
            signatories={
                p: (
                    number(row.held, known, f"held of {p}"),
                    number(row.broken, known, f"broken of {p}"),
                )
                for p, row in self.signatory.items()
            },
            title=self.title,
            origin=self,
        )


class LegislativeFile(RoomFile):
    """A legislature as its file holds it."""

    kind: Literal["legislative"]
    recognition: dict[str, Any] = Field(min_length=1)
    discount: Any
    quota: int = 0

    def build(self, known: Known) -> LegislativeGame:
        """The game with its numbers from ``known``."""
        chances = self._by_player(self.recognition, known, "recognition")
        missing = [p for p in self.players if p not in chances]
        if missing:
            raise InputError(f"no chance of {', '.join(missing)}", where="recognition")
        return LegislativeGame(
            {p: chances[p] for p in self.players},
            discount=number(self.discount, known, "discount"),
            quota=self.quota,
        )


class HyperplaneFile(RoomFile):
    """A hyperplane game as its file holds it."""

    kind: Literal["hyperplane"]
    worth: dict[str, Any] = Field(min_length=1)
    rates: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def build(self, known: Known) -> HyperplaneGame:
        """The game with its numbers from ``known``."""
        return HyperplaneGame(
            self.players,
            {key: number(entry, known, f"worth of {key}") for key, entry in self.worth.items()},
            {
                key: self._by_player(row, known, f"rates of {key}")
                for key, row in self.rates.items()
            },
        )


KINDS: dict[str, type[RoomFile]] = {
    "coalitional": CoalitionalFile,
    "voting": VotingFile,
    "claims": ClaimsFile,
    "spoilers": SpoilersFile,
    "legislative": LegislativeFile,
    "hyperplane": HyperplaneFile,
}


def loads(text: str, *, path: str = "") -> RoomFile:
    """A file of the room from its text; ``path`` only names it in errors."""
    data = parse_toml(text, path=path)
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FileFormatError(
            f"kind = {kind!r}", path=path, line=1, column=1, allowed=", ".join(KINDS)
        )
    if "players" not in data and (names := _named_in(data)):
        data["players"] = names
    return validated(KINDS[kind], data, path=path, what=f"{kind} file")


def _named_in(data: Mapping[str, Any]) -> list[str]:
    """Players of a file that does not list them: those its claims, weights or worths name."""
    found: list[str] = []
    for key in ("claims", "weights", "airport", "outsider", "recognition"):
        if isinstance(data.get(key), Mapping):
            found += data[key]
    rules = data.get("rule")
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and isinstance(rule.get("weights"), Mapping):
            found += rule["weights"]
    gloves = data.get("gloves")
    if isinstance(gloves, Mapping):
        for side in ("left", "right"):
            hands = gloves.get(side)
            found += [str(p) for p in hands] if isinstance(hands, list) else []
    worth = data.get("worth")
    if isinstance(worth, Mapping):
        found += [part.strip() for key in worth for part in str(key).split("+") if part.strip()]
    return list(dict.fromkeys(found))


def open_file(path: str | Path) -> RoomFile:
    """Read a parameter file of the room, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


# ---- readers, by kind ---------------------------------------------------------------------------


def _game_of(path: str | Path, wanted: type[Game]) -> Game:
    found = open_file(path).game()
    assert isinstance(found, wanted)  # `kind` chose the schema, and each schema builds one type
    return found


@reads("coalitional")
def read_coalitional(path: str | Path) -> CoalitionalGame:
    """A game from a parameter file with ``kind = "coalitional"``."""
    return _game_of(path, CoalitionalGame)


@reads("claims")
def read_claims(path: str | Path) -> ClaimsProblem:
    """A problem from a parameter file with ``kind = "claims"``."""
    return _game_of(path, ClaimsProblem)


@reads("spoilers")
def read_spoilers(path: str | Path) -> Spoilers:
    """Outsiders of a deal from a parameter file with ``kind = "spoilers"``."""
    return _game_of(path, Spoilers)


@reads("voting")
def read_voting(path: str | Path) -> VotingBody:
    """A body from a parameter file with ``kind = "voting"``."""
    return _game_of(path, VotingBody)


@reads("hyperplane")
def read_hyperplane(path: str | Path) -> HyperplaneGame:
    """A hyperplane game from a parameter file with ``kind = "hyperplane"``."""
    return _game_of(path, HyperplaneGame)


@reads("legislative")
def read_legislative(path: str | Path) -> LegislativeGame:
    """A legislature from a parameter file with ``kind = "legislative"``."""
    return _game_of(path, LegislativeGame)


class _Values(Mapping[str, Any]):
    """Numbers of a case by path, or by the name of a quantity."""

    def __init__(self, negotiation: Negotiation) -> None:
        self.of = negotiation

    def _path(self, name: str) -> str:
        return name if self.of.has(name) else f"quantity.{name}"

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.of.has(self._path(name))

    def __getitem__(self, name: str) -> Any:
        return self.of.value(self._path(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.of.paths)

    def __len__(self) -> int:
        return len(self.of.paths)
