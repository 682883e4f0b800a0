"""Numbers that forms compute, by name, and what stands at a profile that a question states.

A form of named numbers offers its properties; the others offer what the tables below say. A case
offers every metric of what-if (``bargaining.nash_bargaining.utility.turkey``) and the paths of its
file (``path:weight.turkey.front_line``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from negotiate.errors import NotApplicableError, UnknownNameError


def measure(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    """The metric ``name`` of a game, or of a case."""
    from negotiate.declare import kind_of

    kind = kind_of(game)
    if kind in _MEASURES:
        return _MEASURES[kind](game, name, at, where)
    head, _, rest = name.partition(".")
    offered = _properties(game)
    if head not in offered:
        raise UnknownNameError("metric", name, offered, where=where)
    value = getattr(game, head)
    if callable(value):
        value = value()
    return _entry(value, rest, where)


def _properties(game: Any) -> tuple[str, ...]:
    """Public properties, and the metrics a form of named numbers declares."""
    found = [
        name
        for kind in type(game).__mro__
        for name, entry in vars(kind).items()
        if isinstance(entry, property) and not name.startswith("_")
    ]
    return tuple(dict.fromkeys((*getattr(game, "_metrics", ()), *found)))


def _entry(value: Any, rest: str, where: str) -> Any:
    if not rest:
        return value
    if not isinstance(value, Mapping) or rest not in value:
        known = map(str, value) if isinstance(value, Mapping) else ()
        raise UnknownNameError("entry", rest, known, where=where)
    return value[rest]


def _of_case(case: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    from negotiate.whatif.metric import evaluate

    if name.startswith("path:"):
        return case.value(name.removeprefix("path:"))
    return evaluate(case, [name])[name]


def _of_offers(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    from negotiate.dynamic.alternating_offers import evaluate_game

    return evaluate_game(game, [name])[name]


def _of_enforcement(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    """In fractions where the game has them, the rest over floats."""
    from negotiate.dynamic.enforcement import evaluate_game

    head, _, party = name.partition(".")
    if game.exact and game.discount.ndim == 1 and head in _EXACT:
        reading, together = _EXACT[head]
        row = dict(zip(game.players, getattr(game, reading)(), strict=True))
        if party in row:
            return row[party]
        if not party and together is not None:
            return together(row.values())
    return evaluate_game(game, [name])[name]


_EXACT: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
    "critical_discount": ("critical", max),
    "margin": ("margin", min),
    "punisher_margin": ("punisher_margin", None),
    "value": ("value", None),
}
"""Metrics of enforcement in fractions: the method that gives them, and what the parties' numbers
make for the deal."""


def _of_repeated(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    head, _, player = name.partition(".")
    simple: dict[str, Callable[[], Any]] = {
        "pure_minmax": game.pure_minmax,
        "mixed_minmax": game.mixed_minmax,
        "tit_for_tat": game.tit_for_tat,
    }
    if head in simple:
        return _entry(simple[head](), player, where)
    if head == "reversion_factor":
        return _entry(game.reversion_factor(at), player, where)
    if head == "deviation":
        return _entry(game.deviation(at), player, where)
    known = (*simple, "reversion_factor", "deviation")
    raise UnknownNameError("metric of a repeated game", name, known, where=where)


def _of_problem(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    head, _, party = name.partition(".")
    if head == "ideal":
        return _entry(game.ideal(), party, where)
    if head == "disagreement":
        return _entry(dict(zip(game.parties, game.disagreement)), party, where)
    if head == "zone":
        return game.zone()
    if head == "utility" and at:
        return _entry(game.utilities(at), party, where)
    known = ("ideal.<party>", "disagreement.<party>", "zone", "utility.<party> with at = terms")
    raise UnknownNameError("metric of a bargaining problem", name, known, where=where)


def _of_durability(game: Any, name: str, at: Mapping[str, Any], where: str) -> Any:
    head, _, periods = name.partition(".")
    if head == "expected_time":
        return game.expected_time()
    if head == "survival" and periods.isdigit():
        return game.survival(int(periods))[..., -1]
    raise UnknownNameError(
        "metric of durability", name, ("expected_time", "survival.<months>"), where=where
    )


_MEASURES: dict[str, Callable[[Any, str, Mapping[str, Any], str], Any]] = {
    "negotiation": _of_case,
    "alternating_offers": _of_offers,
    "enforcement": _of_enforcement,
    "repeated": _of_repeated,
    "bargaining": _of_problem,
    "durability": _of_durability,
}


# At a profile


def standing(game: Any, at: Mapping[str, Any], steps: Sequence[str], where: str) -> Any:
    """Payoffs, regret or best replies at a profile; utilities at terms."""
    from negotiate.declare import kind_of

    kind = kind_of(game)
    if kind not in _AT:
        raise NotApplicableError(
            f"a {kind} game has no profile to stand at",
            where=where,
            allowed="at: strategic, extensive, bargaining",
        )
    known = _AT[kind]
    head = steps[0] if steps else ""
    if head not in known:
        raise UnknownNameError("reading at a profile", head, known, where=where)
    found = known[head](game, at)
    rest = ".".join(steps[1:])
    return _entry(found, rest, where)


def _tree_payoffs(game: Any, at: Mapping[str, Any]) -> Any:
    from negotiate.extensive.profile import payoffs

    return payoffs(game, _behaviour(at))


def _tree_regret(game: Any, at: Mapping[str, Any]) -> Any:
    from negotiate.extensive.profile import regrets

    return regrets(game, _behaviour(at))[0]


def _behaviour(at: Mapping[str, Any]) -> dict[str, Any]:
    return {
        player: {s: {a: 1} if isinstance(a, str) else a for s, a in plan.items()}
        for player, plan in at.items()
    }


def _replies(game: Any, at: Mapping[str, Any]) -> Any:
    """Best replies of each player to the others' part of the profile."""
    return game.best_responses(at)


_AT: dict[str, dict[str, Callable[[Any, Mapping[str, Any]], Any]]] = {
    "strategic": {
        "payoffs": lambda game, at: game.payoff(at),
        "regrets": lambda game, at: game.regrets(at),
        "best_replies": _replies,
    },
    "extensive": {"payoffs": _tree_payoffs, "regrets": _tree_regret},
    "bargaining": {"utility": lambda game, at: game.utilities(at)},
}
