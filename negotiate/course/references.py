"""Answers by reference: the ways of asking the toolkit, each a small function.

    solve    a solution concept on a game, one of its points, a number or a profile read off it
    metric   a number that a form computes, or a metric of a case
    at       payoffs, regret, best replies at a stated profile; utilities of stated terms
    root     the value of a quantity at which an expression is zero (a threshold)
    cases    the first answer whose condition holds
    interval, table, value    answers put together from others

Each reads only; none executes anything that stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from negotiate import declare, tolerance
from negotiate.course.exercise import WAYS, Reference
from negotiate.errors import (
    InputError,
    NegotiateError,
    NoSolutionError,
    NotApplicableError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from negotiate.course.world import World

STEPS = 200
"""Steps of Brent's method; halving alone would need some sixty."""
SNAP = 10_000
"""Largest denominator at which a root found in floats is tried as an exact one."""


def evaluate(world: World, reference: Reference, where: str, labels: tuple[str, ...] = ()) -> Any:
    """The answer a reference stands for in ``world``."""
    way = reference.way
    if not way:
        raise InputError(
            "the answer is no reference the toolkit can follow",
            where=where,
            allowed="exactly one of " + ", ".join(fields[0] for fields in WAYS.values()),
        )
    if reference.change:
        world = world.changed(reference.change, f"{where}.change")
    return _WAYS[way](world, reference, where, labels)


def _solve(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    solution = world.solution(reference.game, reference.solve, reference.settings)
    steps = _steps(reference.read)
    if not steps:
        raise InputError(
            "nothing is read off the solution",
            where=where,
            allowed="read = 'count', 'points', 'profile', 'payoffs.<player>', 'terms.<issue>' ...",
        )
    head = ".".join(steps)
    if head in _WHOLE:
        return _WHOLE[head](solution)
    point = select(solution, reference.point, where)
    if head == "profile":
        return profile(point.strategies)
    if head == "label":
        return str(point.label)
    if head == "path":
        return path(world.game(reference.game), point)
    if steps[0] == "choice":
        return played(point, steps[1:], where)
    return plain(read(point, steps, where))


def solve(world: World, game: str, concept: str, settings: Mapping[str, Any]) -> Any:
    """Solution of a game; a case is compiled to the form the concept is defined on."""
    from negotiate.declare import kind_of

    known = declare.concept_named(concept)
    thing = world.game(game)
    kind = kind_of(thing)
    if kind == "negotiation":
        made = [g for g in declare.names("compiles") if concept in declare.concepts_of(g)]
        if not made:
            raise NotApplicableError(f"{concept} is not defined on a case", where=game)
        first = next((g for g in known.games if g in made), made[0])
        thing = declare.load("compiles", first)(thing)
    elif concept not in declare.concepts_of(kind):
        raise NotApplicableError(
            f"{concept} is not defined on a {kind} game",
            where=game,
            allowed="a game of kind " + ", ".join(known.games),
        )
    return known(thing, **{k: _setting(world, v, k) for k, v in settings.items()})


def _setting(world: World, entry: Any, where: str) -> Any:
    """Settings are words (``kind = "weak"``) or numbers, and numbers may be expressions."""
    if isinstance(entry, Mapping):
        return {k: _setting(world, v, f"{where}.{k}") for k, v in entry.items()}
    if isinstance(entry, (list, tuple)):
        return tuple(_setting(world, v, where) for v in entry)
    if isinstance(entry, str):
        try:
            return world.number(entry, where)
        except (NegotiateError, ValueError):
            return entry
    return world.number(entry, where)


def select(solution: Any, choice: str, where: str = "") -> Any:
    """The point that ``choice`` names; a draw at which it names none or several is refused."""
    points = list(solution.points)
    mixing = [p for p in points if any(0 < q < 1 for q in _probabilities(p.strategies))]
    head, _, rest = choice.partition(".")
    if choice in ("", "only"):
        found = points
    elif choice == "mixed":
        found = mixing
    elif choice == "pure":
        found = [p for p in points if p not in mixing]
    elif head in ("best", "worst") and rest in solution.players and points:
        pick = max if head == "best" else min
        edge = pick(p.payoffs[rest] for p in points)
        found = [p for p in points if p.payoffs[rest] == edge]
    else:
        found = [p for p in points if p.label == choice]
    if len(found) != 1:
        raise NoSolutionError(
            f"{len(found)} points of {solution.concept} are '{choice or 'only'}'",
            where=where,
            allowed="one: only, pure, mixed, best.<player>, worst.<player> or a label ("
            + "; ".join(p.label for p in points[:6])
            + ")",
        )
    return found[0]


def _probabilities(strategies: Any) -> list[Any]:
    if isinstance(strategies, Mapping):
        return [q for item in strategies.values() for q in _probabilities(item)]
    return [strategies] if isinstance(strategies, (int, float, Fraction)) else []


def profile(strategies: Mapping[str, Any]) -> Any:
    """A profile without the strategies that are not played; a label counts as played for sure."""
    out: dict[str, Any] = {}
    for key, value in strategies.items():
        if isinstance(value, Mapping):
            out[key] = profile(value)
        elif isinstance(value, str):
            out[key] = {value: Fraction(1)}
        elif value:
            out[key] = plain(value)
    return out


def played(point: Any, steps: Sequence[str], where: str) -> str:
    """Label of the one strategy or action a player uses at a point."""
    given = read(point, ("strategies", *steps), where)
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping) and all(not isinstance(q, Mapping) for q in given.values()):
        sure = [label for label, q in given.items() if q == 1]
        if len(sure) == 1:
            return str(sure[0])
    raise NoSolutionError(
        f"{'.'.join(steps)} does not play one strategy for sure",
        where=where,
        allowed="a pure strategy; for a tree choice.<player>.<information set>",
    )


def path(game: Any, point: Any) -> tuple[str, ...]:
    """Actions along the path of play of a pure profile of a tree."""
    from negotiate.extensive.profile import move_probabilities, reach

    at = reach(game, move_probabilities(game, point.strategies))
    ends = [int(leaf) for leaf in game.leaves() if at[int(leaf)] == 1]
    if len(ends) != 1:
        raise NoSolutionError("play does not follow one path", allowed="a pure profile, no chance")
    return tuple(game.history(ends[0]))


def _steps(read: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(read, str):
        return tuple(read.split(".")) if read else ()
    return tuple(read)


def read(thing: Any, steps: Sequence[str], where: str) -> Any:
    """Follow steps into a point; a label that has dots in it is found by joining steps."""
    at = 0
    current = thing
    while at < len(steps):
        if not isinstance(current, Mapping):
            if at == 0 and steps[0] in _FIELDS:
                current, at = getattr(current, steps[0]), 1
                continue
            known = _FIELDS if at == 0 else ()
            raise UnknownNameError("entry", ".".join(steps[at:]), known, where=where)
        for stop in range(len(steps), at, -1):
            label = ".".join(steps[at:stop])
            if label in current:
                current, at = current[label], stop
                break
        else:
            raise UnknownNameError("entry", ".".join(steps[at:]), map(str, current), where=where)
    return current


def plain(value: Any) -> Any:
    """Numbers as fractions or floats, arrays of one entry as numbers, lists as labels."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "ndim"):
        if value.ndim:
            return tuple(plain(v) for v in value.tolist())
        value = value.item()
    if isinstance(value, (list, tuple)):
        return tuple(plain(v) for v in value)
    if isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, int):
        return Fraction(value)
    if hasattr(value, "free_symbols"):
        return _from_sympy(value)
    return value


def _from_sympy(value: Any) -> Any:
    if value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    return float(value)


_FIELDS = ("payoffs", "strategies", "terms", "beliefs", "facts", "regret")
_WHOLE: dict[str, Callable[[Any], Any]] = {
    "count": lambda s: Fraction(len(s.points)),
    "count.pure": lambda s: Fraction(sum(1 for p in s.points if _is_pure(p))),
    "count.mixed": lambda s: Fraction(sum(1 for p in s.points if not _is_pure(p))),
    "complete": lambda s: Fraction(int(s.complete)),
    "degenerate": lambda s: Fraction(int(bool(s.degenerate))),
    "points": lambda s: tuple(profile(p.strategies) for p in s.points),
    "points.pure": lambda s: tuple(profile(p.strategies) for p in s.points if _is_pure(p)),
    "labels": lambda s: tuple(p.label for p in s.points),
}
"""What is read off a whole solution rather than off one of its points."""


def _is_pure(point: Any) -> bool:
    return all(q in (0, 1) for q in _probabilities(point.strategies))


# Numbers of a form


def _metric(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    from negotiate.course.metrics import measure

    at = {k: _entry(world, v, f"{where}.at.{k}") for k, v in reference.at.items()}
    return plain(measure(world.game(reference.game), reference.metric, at, where))


def _at(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    from negotiate.course.metrics import standing

    at = {k: _entry(world, v, f"{where}.at.{k}") for k, v in reference.at.items()}
    return plain(standing(world.game(reference.game), at, _steps(reference.read), where))


def _entry(world: World, entry: Any, where: str) -> Any:
    """A strategy's label, or a mixture of labels with probabilities that may be expressions."""
    if isinstance(entry, Mapping):
        return {k: _entry(world, v, f"{where}.{k}") for k, v in entry.items()}
    if isinstance(entry, str):
        try:
            return world.number(entry, where)
        except (NegotiateError, ValueError):
            return entry
    return world.number(entry, where)


# Thresholds


def _root(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    """Zero of an expression over one quantity: exactly where it is linear, else by Brent's method.

    A simple fraction at which the expression is exactly zero is preferred to the float beside it.
    """
    if reference.over not in world or reference.between is None:
        raise InputError(
            "a root needs over = a quantity and between = [low, high]",
            where=where,
            allowed=", ".join(world),
        )
    low, high = (Fraction(world.number(x, where)) for x in reference.between)

    def value(x: Fraction) -> Any:
        return world.changed({reference.over: x}, where).number(reference.root, where)

    first, last = value(low), value(high)
    if first == 0 or last == 0:
        raise NoSolutionError("the root is an end of its bracket", where=where)
    if (first > 0) == (last > 0):
        raise NoSolutionError(
            f"{reference.root} has one sign from {low} to {high}",
            where=where,
            remedy="widen between",
        )
    straight = low - (high - low) * Fraction(first) / (Fraction(last) - Fraction(first))
    if value(straight) == 0:  # the expression is linear in the quantity
        return straight
    from scipy.optimize import brentq

    width = tolerance.ROOT * max(abs(float(low)), abs(float(high)), 1.0)
    found = brentq(
        lambda x: float(value(Fraction(x))), float(low), float(high), xtol=width, maxiter=STEPS
    )
    guess = Fraction(found).limit_denominator(SNAP)
    return guess if low <= guess <= high and value(guess) == 0 else float(found)


# Answers put together


def _cases(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    for branch in reference.cases:
        if not branch.when or world.holds(branch.when, where):
            return world.answer(branch.answer, where, labels)
    raise NoSolutionError("no case holds", where=where, remedy="end with one without 'when'")


def _interval(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    if reference.low is None or reference.high is None:
        raise InputError("an interval needs low and high", where=where)
    return (world.answer(reference.low, where), world.answer(reference.high, where))


def _table(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    return {k: world.answer(v, f"{where}.{k}") for k, v in reference.table.items()}


def _value(world: World, reference: Reference, where: str, labels: tuple[str, ...]) -> Any:
    return world.answer(reference.value, where, labels)


_WAYS: dict[str, Callable[..., Any]] = {
    "solve": _solve,
    "metric": _metric,
    "at": _at,
    "root": _root,
    "cases": _cases,
    "interval": _interval,
    "table": _table,
    "value": _value,
}
