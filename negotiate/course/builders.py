"""Builders of games: one small function for each kind that an exercise may describe.

Each takes the table, the exercise's numbers and the place for messages, and returns the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from negotiate.errors import InputError, UnknownNameError


class Numbers(Protocol):
    """What a builder asks of the exercise: numbers, and the other games."""

    def number(self, entry: Any, where: str) -> Any:
        """Value of a number or of an expression."""

    def game(self, name: str) -> Any:
        """Another game of the exercise."""

    def quantities(self) -> Mapping[str, Any]:
        """All quantities with their values."""


@dataclass(frozen=True)
class GameKind:
    """A kind of game: its builder and the keys of its table."""

    build: Callable[[Mapping[str, Any], Numbers, str], Any]
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()


def value(entry: Any, numbers: Numbers, where: str, *, labels: bool = False) -> Any:
    """Numbers under tables and lists; labels stay text."""
    if labels:
        return tuple(entry) if isinstance(entry, (list, tuple)) else entry
    if isinstance(entry, Mapping):
        return {k: value(v, numbers, f"{where}.{k}") for k, v in entry.items() if k != "name"}
    if isinstance(entry, (list, tuple)):
        return tuple(value(item, numbers, f"{where}[{i}]") for i, item in enumerate(entry))
    return numbers.number(entry, where)


def _strategic(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    """A matrix game, or the strategic form of an extensive game of the same exercise."""
    if "of" in spec:
        return numbers.game(str(spec["of"])).to_strategic()
    for key in ("players", "strategies", "payoffs"):
        if key not in spec:
            raise InputError(f"'{key}' is missing", where=where, allowed="or of = a tree's id")
    from negotiate.strategic._file import StrategicFile

    file = StrategicFile.model_validate(
        {
            "format": 1,
            "kind": "strategic",
            "id": "game",
            "title": spec.get("title", ""),
            "players": spec["players"],
            "strategies": spec["strategies"],
            "payoffs": spec["payoffs"],
            "quantity": {name: {"value": 0} for name in numbers.quantities()},
        }
    )
    return file.game(numbers.quantities())


def _extensive(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.extensive.game import from_dict

    data = {k: v for k, v in spec.items() if k != "note"} | {"quantity": dict(numbers.quantities())}
    return from_dict(data, where=where)


def _signalling(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.extensive.signalling import from_tables

    parts = [
        value(spec[key], numbers, f"{where}.{key}")
        for key in ("prior", "sender_payoff", "receiver_payoff")
    ]
    return from_tables(*parts, players=tuple(spec.get("players", ("sender", "receiver"))))


def _bargaining(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    """Of a pie, of a polygon, of named outcomes, of issues with weights and values, of a curve."""
    from negotiate import bargaining

    ways = [k for k in ("pie", "polygon", "outcomes", "weights", "first") if k in spec]
    if len(ways) != 1:
        raise InputError(
            f"the feasible set is given {len(ways)} times",
            where=where,
            allowed="one of pie, polygon, outcomes, weights with values, first with second",
        )
    d = value(spec["disagreement"], numbers, f"{where}.disagreement")
    parties = tuple(spec.get("parties", d if isinstance(d, Mapping) else ("1", "2")))
    if not isinstance(d, Mapping):
        d = dict(zip(parties, d, strict=True))
    way = ways[0]
    if way == "pie":
        return bargaining.divide(numbers.number(spec["pie"], where), d, parties=parties)
    if way == "polygon":
        corners = value(spec["polygon"], numbers, f"{where}.polygon")
        return bargaining.from_polygon(corners, d, parties=parties)
    if way == "outcomes":
        points = value(spec["outcomes"], numbers, f"{where}.outcomes")
        return bargaining.from_points(points, d, parties=parties)
    if way == "first":
        return bargaining.from_curve(spec["first"], spec["second"], d, parties=parties)
    return _of_issues(spec, numbers, where, d)


def _of_issues(spec: Mapping[str, Any], numbers: Numbers, where: str, d: Any) -> Any:
    from negotiate import bargaining
    from negotiate.bargaining.values import KINDS as VALUES
    from negotiate.bargaining.values import Value

    weights = value(spec["weights"], numbers, f"{where}.weights")
    values: dict[str, dict[str, Any]] = {}
    for party, mine in spec.get("values", {}).items():
        values[party] = {}
        for issue, entry in mine.items():
            at = f"{where}.values.{party}.{issue}"
            if isinstance(entry, (list, tuple)):
                values[party][issue] = Value("table", table=value(entry, numbers, at))
                continue
            if not isinstance(entry, Mapping):
                values[party][issue] = Value("linear", numbers.number(entry, at))
                continue
            kind = entry.get("kind", "linear")
            if kind not in VALUES[:-1]:
                raise UnknownNameError("value", str(kind), VALUES[:-1], where=at)
            rest = {k: v for k, v in entry.items() if k != "kind"}
            for key in rest:
                if key not in ("ideal", "scale", "exponent", "table"):
                    raise UnknownNameError("key", key, ("ideal", "scale", "exponent"), where=at)
            values[party][issue] = Value(kind, **value(rest, numbers, at))
    return bargaining.from_issues(weights, values, d, options=spec.get("options"))


def _alternating(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.dynamic.alternating_offers import alternating_offers

    settings: dict[str, Any] = {}
    for key, entry in spec.items():
        if key in ("kind", "players", "title", "note"):
            continue
        if key == "first":
            settings[key] = entry
        elif key == "periods":
            settings[key] = int(numbers.number(entry, f"{where}.{key}"))
        elif key == "outside" and isinstance(entry, Mapping):
            # a party that cannot walk out is left out of the table
            settings[key] = {
                p: numbers.number(entry[p], f"{where}.{key}.{p}") if p in entry else None
                for p in spec["players"]
            }
        else:
            settings[key] = value(entry, numbers, f"{where}.{key}")
    return alternating_offers(tuple(spec["players"]), **settings)


def _repeated(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.dynamic.repeated import Repeated

    return Repeated(
        numbers.game(str(spec["stage"])),
        value(spec["discount"], numbers, f"{where}.discount"),
    )


def _enforcement(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.dynamic.enforcement import Punishment, enforcement

    given = {
        key: value(entry, numbers, f"{where}.{key}")
        for key, entry in spec.items()
        if key not in ("kind", "players", "clauses", "punishment", "title", "note")
    }
    if "clauses" in spec:
        given["clauses"] = tuple(spec["clauses"])
    if "punishment" in spec:
        stated = spec["punishment"]
        periods = stated.get("periods") if isinstance(stated, Mapping) else None
        if not isinstance(stated, Mapping) or set(stated) - {"periods", "in_kind"}:
            raise InputError(
                f"punishment = {stated!r}",
                where=where,
                allowed="{ periods = 3 }, { in_kind = true }; without it, for ever",
            )
        if periods is not None:
            periods = int(numbers.number(periods, f"{where}.punishment"))
        given["punishment"] = Punishment(periods, bool(stated.get("in_kind", False)))
    return enforcement(tuple(spec["players"]), **given)


def _durability(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    durability_file = import_module("negotiate.dynamic.durability")

    given = {
        k: value(v, numbers, f"{where}.{k}")
        for k, v in spec.items()
        if k not in ("kind", "title", "note")
    }
    if "hazard" in given:
        return durability_file.from_hazard(**given)
    return durability_file.from_stages(**given)


def _threats(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    from negotiate.threats.game import from_points

    problem = numbers.game(str(spec["problem"]))
    strategies = spec.get("strategies")
    if isinstance(strategies, Mapping):
        strategies = tuple(tuple(strategies[p]) for p in problem.parties)
    weights = value(spec.get("weights", (1, 1)), numbers, f"{where}.weights")
    points = value(spec["points"], numbers, f"{where}.points")
    return from_points(problem, points, strategies=strategies, weights=weights)


def _written(kind: str) -> Callable[[Mapping[str, Any], Numbers, str], Any]:
    """A builder of games that are written as in their own files, numbers over the exercise's."""

    def build(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
        from pydantic import ValidationError

        own = {k: v for k, v in spec.items() if k not in ("kind", "title", "note")}
        head = {"format": 1, "kind": kind, "id": "game", "title": str(spec.get("title", ""))}
        known = {name: {"value": 0} for name in numbers.quantities()}
        try:
            file = _file_of(kind).model_validate({**head, **own, "quantity": known})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(x) for x in first["loc"])
            raise InputError(f"{place}: {first['msg']}", where=where) from error
        return file.game(numbers.quantities())

    return build


def _file_of(kind: str) -> Any:
    if kind == "graph":
        from negotiate.graphmodel.files import GraphFile

        return GraphFile
    if kind == "spatial":
        from negotiate.spatial.files import SpatialFile

        return SpatialFile
    from negotiate.coalitions import _file

    return _file.KINDS[kind]


def _case(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    """A case of the library under scenarios and changes of its quantities; or one of its games."""
    from negotiate.case.read import cases
    from negotiate.declare import kind_of

    name = str(spec["case"])
    if name not in cases():
        raise UnknownNameError("case", name, cases(), where=where)
    thing = _loaded(name)
    values = {
        path: entry if isinstance(entry, bool) else numbers.number(entry, f"{where}.set.{path}")
        for path, entry in spec.get("set", {}).items()
    }
    kind = kind_of(thing)
    if kind != "negotiation":
        if spec.get("scenario"):
            raise InputError(f"{name} is a {kind} game without scenarios", where=where)
        return _library_game(name, kind, values, where) if values else thing
    for scenario in spec.get("scenario", ()):
        thing = thing.scenario(scenario)
    return thing.with_values(values) if values else thing


def _library_game(name: str, kind: str, values: Mapping[str, Any], where: str) -> Any:
    """A matrix or tree of the library with other quantities."""
    from negotiate.case.findings import parse_toml
    from negotiate.case.read import read_text, resolve

    path = resolve(name)
    if kind == "strategic":
        from negotiate.strategic._file import open_file

        return open_file(path).game(values)
    if kind == "extensive":
        from negotiate.extensive.game import from_dict

        return from_dict(parse_toml(read_text(path), str(path)), quantities=values, where=name)
    raise InputError(
        f"{name} is a {kind} game", where=where, allowed="set on cases, matrices and trees"
    )


_CASES: dict[str, Any] = {}


def _loaded(name: str) -> Any:
    """Cases and games are frozen: one reading serves a whole class."""
    from negotiate.loading import load

    if name not in _CASES:
        _CASES[name] = load(name)
    return _CASES[name]


KINDS: dict[str, GameKind] = {
    "strategic": GameKind(_strategic, (), ("players", "strategies", "payoffs", "of")),
    "extensive": GameKind(_extensive, ("players",), ("tree", "node", "nodes", "root")),
    "signalling": GameKind(
        _signalling, ("prior", "sender_payoff", "receiver_payoff"), ("players",)
    ),
    "bargaining": GameKind(
        _bargaining,
        ("disagreement",),
        (
            *("parties", "pie", "polygon", "outcomes", "weights", "values", "options"),
            *("first", "second"),
        ),
    ),
    "alternating_offers": GameKind(
        _alternating,
        ("players", "discount"),
        (
            *("frontier", "first", "periods", "breakdown", "breakdown_payoff", "inside"),
            *("outside", "left", "deadline_payoff"),
        ),
    ),
    "repeated": GameKind(_repeated, ("stage", "discount")),
    "enforcement": GameKind(
        _enforcement,
        ("players", "temptation", "surplus", "discount"),
        (
            *("clauses", "detection", "false_alarm", "sanction", "lever_loss", "lever_cost"),
            "punishment",
        ),
    ),
    "durability": GameKind(
        _durability,
        (),
        ("hazard", "spoiler", "violation", "offensive", "containment", "calming"),
    ),
    "threats": GameKind(_threats, ("problem", "points"), ("strategies", "weights")),
    "graph": GameKind(
        _written("graph"),
        ("players", "preferences"),
        (
            *("option", "states", "moves", "infeasible", "required", "same", "labels"),
            *("forbidden", "numbered", "status_quo", "path"),
        ),
    ),
    "coalitional": GameKind(
        _written("coalitional"),
        ("players",),
        ("worth", "attribute", "airport", "gloves", "cost", "unlisted", "unions", "links"),
    ),
    "voting": GameKind(_written("voting"), ("players",), ("quota", "weights", "rule", "passes")),
    "claims": GameKind(_written("claims"), ("players", "estate", "claims"), ("unit",)),
    "spoilers": GameKind(_written("spoilers"), ("players", "outsider"), ("signatory",)),
    "legislative": GameKind(
        _written("legislative"), ("players", "recognition", "discount"), ("quota",)
    ),
    "hyperplane": GameKind(_written("hyperplane"), ("players", "worth"), ("rates",)),
    "spatial": GameKind(
        _written("spatial"),
        ("players", "issue", "position"),
        ("salience", "capability", "risk", "salience_of"),
    ),
    "case": GameKind(_case, ("case",), ("scenario", "set")),
}
"""Kinds of game with a table of their own; every form of named numbers is one besides."""
