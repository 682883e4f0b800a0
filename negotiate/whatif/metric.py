"""Metrics: numbers and labels read off games and their solutions.

A metric of a game is named ``<game>.<metric>``, one of a concept's solution
``<game>.<concept>.<metric>``; what a game solves by default may leave the concept out. What there
is stands in the declarations (`negotiate.declare`): this file fills their placeholders from a
negotiation, compiles each game once, solves each concept once, over all draws, and reads off what
was asked for.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> round(float(evaluate(idlib, ["deal.margin.least"])["deal.margin.least"]), 3) > 0
True
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.case.negotiation import Negotiation
from negotiate.declare import Metric, NamedMetric
from negotiate.errors import (
    MissingQuantityError,
    NegotiateError,
    NotApplicableError,
    UnknownNameError,
)
from negotiate.units import Unit


def games() -> tuple[str, ...]:
    """Games that a case can be compiled into."""
    return declare.names("compiles")


def _module(game: str) -> ModuleType:
    return declare.module_of(declare.entry("compiles", game))


def declared(case: Negotiation) -> dict[str, NamedMetric]:
    """Every metric that might apply to ``case``, placeholders filled, by full name.

    A file of declarations that cannot be imported costs a warning and its own metrics.
    """
    # A game without issues offers its own metrics only; a game may say whether it applies.
    wanted = games() if case.issues else tuple(case.case.model)
    out: dict[str, NamedMetric] = {}
    for game in wanted:
        try:
            found = list(_of_game(game, case))
        except declare.BrokenPluginError as error:
            warnings.warn(str(error), stacklevel=2)
            continue
        out |= {str(item): item for item in found}
    return out


def _of_game(game: str, case: Negotiation) -> Iterable[NamedMetric]:
    known = declare.game_named(game)
    applies = known.applies or getattr(_module(game), "applies", None)
    if applies is not None and not applies(case):
        return
    for metric in known.metrics:
        for filled in _fillings(metric, case):
            yield NamedMetric(game, "", metric, filled)
    for name in declare.concepts_of(game):
        facts = declare.entry("concept", name).facts
        if "metrics" in facts and game == facts["games"][0]:  # read off the answers of its own kind
            for metric in declare.concept_named(name).metrics:
                for filled in _fillings(metric, case):
                    yield NamedMetric(game, name, metric, filled)


def _fillings(metric: Metric, case: Negotiation) -> Iterable[tuple[str, ...]]:
    """What fills the placeholders: a level is of an issue that has levels, a share of an option."""
    assert isinstance(metric.unit, Unit)
    kinds = metric.placeholders
    issues = dict(case.issues)
    if "option" in kinds:
        for name, issue in issues.items():
            for option in issue.options:
                yield from itertools.product(
                    *({"issue": (name,), "option": (option,)}.get(kind, (f"<{kind}>",))
                      for kind in kinds)
                )  # fmt: skip
        return
    if metric.unit.base == "level":
        issues = {name: issue for name, issue in issues.items() if issue.is_interval}
    yield from itertools.product(*(_names(metric, case, issues).get(k, (f"<{k}>",)) for k in kinds))


def _names(
    metric: Metric, case: Negotiation, issues: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {
        "party": case.principals,
        "issue": tuple(issues),
        "lever": tuple(case.levers),
        "deal": tuple(case.deals),
        "branch": tuple(case.branches),
        "scenario": tuple(case.scenarios),
    }
    if metric.choices is not None:
        table["name"] = tuple(metric.choices(case))
    return table


def named(case: Negotiation, name: str | NamedMetric) -> NamedMetric:
    """The metric with this full name, present or former.

    Raises
    ------
    UnknownNameError
        With the nearest metric that the case has.
    """
    known = declared(case)
    name = str(name)
    if name in known:
        return known[name]
    for metric in known.values():
        if name in metric.was:
            return metric
    raise UnknownNameError("metric", name, known)


def listed(case: Negotiation) -> dict[str, str]:
    """Metrics of every game that might apply, with their meaning, whether it has the numbers."""
    return {name: metric.meaning for name, metric in declared(case).items()}


def available(case: Negotiation) -> dict[str, str]:
    """Every metric that ``case`` has the numbers for, with its meaning.

    >>> import negotiate as ng
    >>> idlib = ng.load("idlib-2020")
    >>> "baron_ferejohn.proposer" in listed(idlib), "baron_ferejohn.proposer" in available(idlib)
    (True, False)
    """
    known = listed(case)
    if case.draws:
        return known  # to try them would be the work itself
    base = case.floats()
    by_game: dict[str, list[str]] = {}
    for name in known:
        if "<" not in name:
            by_game.setdefault(name.partition(".")[0], []).append(name)
    lacking: set[str] = set()
    for names in by_game.values():
        if _lacks(base, names):
            for own in _by_concept(case, names):
                lacking |= _lacking(base, own)
    return {name: meaning for name, meaning in known.items() if name not in lacking}


def _by_concept(case: Negotiation, names: Sequence[str]) -> Iterable[list[str]]:
    """Metrics that are read off one and the same solution, together."""
    known = declared(case)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(known[name].concept if name in known else "", []).append(name)
    return groups.values()


def _lacking(base: Negotiation, names: Sequence[str]) -> set[str]:
    """Those of ``names`` that the case lacks: by halves, since each look solves a game."""
    if not _lacks(base, names):
        return set()
    if len(names) == 1:
        return set(names)
    half = len(names) // 2
    return _lacking(base, names[:half]) | _lacking(base, names[half:])


def _lacks(base: Negotiation, names: Sequence[str]) -> bool:
    """Whether the case has not what these metrics are computed from.

    A value that makes them impossible here is another matter, since it may be drawn over.
    """
    try:
        with np.errstate(all="ignore"):
            evaluate(base, names)
    except (MissingQuantityError, NotApplicableError):
        return True
    except (NegotiateError, ArithmeticError, ValueError):
        return False
    return False


def unit(case: Negotiation, name: str | NamedMetric) -> str:
    """Unit of a metric, empty for labels and pure numbers.

    >>> import negotiate as ng
    >>> idlib = ng.load("idlib-2020")
    >>> unit(idlib, "durability.ended_1_year_vs_ucdp"), unit(idlib, "threats.profile")
    ('difference of shares', '')
    """
    found = _declared_for(case, str(name))
    if found is None or found.unit.base in ("label", "number"):
        return ""
    return found.unit.name


def found(case: Negotiation, name: str) -> NamedMetric | None:
    """The metric of this name, present, former or filled by its game; None where there is none.

    >>> import negotiate as ng
    >>> idlib = ng.load("idlib-2020")
    >>> found(idlib, "durability.survival.12") is None, found(idlib, "deal.margin.most") is None
    (False, True)
    """
    return _declared_for(case, _moved(name, case))


def _declared_for(case: Negotiation, name: str) -> NamedMetric | None:
    game = name.partition(".")[0]
    if game not in games():
        return None
    known = {str(item): item for item in _of_game(game, case)}
    if name in known:
        return known[name]
    for item in known.values():
        if name in item.was:
            return item
    # a name the game itself fills: durability.survival.12
    for item in known.values():
        head, _, tail = str(item).partition("<")
        if tail and name.startswith(head) and len(name) > len(head):
            return item
    return None


def _filled(case: Negotiation, name: str) -> NamedMetric | None:
    """A metric whose last name only the game knows, filled: ``durability.survival.12``."""
    found = _declared_for(case, name)
    if found is None or found.filled[-1:] != ("<name>",):
        return found
    head = str(found).partition("<")[0]
    return NamedMetric(found.game, found.concept, found.metric, (*found.filled[:-1],
                       name.removeprefix(head)))  # fmt: skip


def axis(case: Negotiation, names: Iterable[str]) -> str:
    """Label of an axis on which metrics are drawn: their units, in the plural where they have one.

    >>> import negotiate as ng
    >>> axis(ng.load("idlib-2020"), ["repeated.critical_discount", "deal.margin.least"])
    'discount factor, stakes'
    """
    names = tuple(str(name) for name in names)
    found = dict.fromkeys(
        item.unit.many
        for name in names
        if (item := _declared_for(case, name)) is not None
        and item.unit.base not in ("label", "number")
    )
    return ", ".join(found) or (names[0] if len(names) == 1 else "value")


def split(name: str, case: Negotiation) -> tuple[str, str]:
    """Game and name within it; unknown names say which metric is near."""
    game, _, rest = str(name).partition(".")
    if game not in games() or not rest:
        raise UnknownNameError("metric", str(name), listed(case))
    return game, rest


def exactly(game: str) -> Any:
    """``exact(case, name)`` of a game whose metrics have an exact value, or None."""
    return getattr(_module(game), "exact", None)


def evaluate(case: Negotiation, names: Iterable[str | NamedMetric]) -> dict[str, Any]:
    """Values of metrics over the case's draws (scalars where it has none).

    Each game is compiled once, and solved once by each concept, for all of its metrics asked for.
    """
    wanted: dict[str, list[str]] = {}
    now = {str(name): _moved(str(name), case) for name in names}
    for name in now.values():
        game, rest = split(name, case)
        wanted.setdefault(game, []).append(rest)
    found: dict[str, Any] = {}
    for game, rests in wanted.items():
        values = _values(game, case.floats(), rests)
        found |= {f"{game}.{rest}": np.asarray(values[rest]) for rest in rests}
    return {name: found[present] for name, present in now.items()}


def _moved(name: str, case: Negotiation) -> str:
    """The name that a metric has now, where it stood in another game in earlier files."""
    game = name.partition(".")[0]
    if game not in games() or _declared_for(case, name) is not None:
        return name
    for item in declared(case).values():
        if name in item.metric.was and item.game != game:
            return str(item)
    return name


def _values(game: str, case: Negotiation, rests: Sequence[str]) -> Mapping[str, Any]:
    known = {str(item).partition(".")[2]: item for item in _of_game(game, case)}
    known |= {old.partition(".")[2]: item for item in known.values() for old in item.was}
    of_solutions = {
        rest: known[rest] for rest in rests if rest in known and known[rest].concept != ""
    }
    of_game = [rest for rest in rests if rest not in of_solutions]
    values: dict[str, Any] = {}
    thing = declare.load("compiles", game)(case)
    for rest in of_game:
        item = known.get(rest) or _filled(case, f"{game}.{rest}")
        if item is None:
            raise UnknownNameError("metric", f"{game}.{rest}", listed(case))
        if any(name.startswith("<") for name in item.filled):  # names that only the game knows
            values[rest] = _spread(thing.measure(rest), case)
        else:
            values[rest] = _spread(item.metric.value(thing, item.names), case)
    solutions: dict[str, Any] = {}
    for rest, item in of_solutions.items():
        if item.concept not in solutions:
            solutions[item.concept] = declare.concept_named(item.concept)(thing)
        found = item.metric.value(solutions[item.concept], item.names)
        values[rest] = _spread(found, case)
    return values


def _spread(value: Any, case: Negotiation) -> Any:
    """One value for every draw, whatever it is that was drawn."""
    array = np.asarray(value)
    if case.draws is not None and array.ndim == 0:
        return np.broadcast_to(array, (case.draws,))
    return array


def number(case: Negotiation, name: str | NamedMetric) -> float:
    """One metric of one negotiation as a float."""
    return as_number(evaluate(case, [name])[str(name)], str(name))


def as_number(value: Any, name: str) -> float:
    """A metric's value as a float; a label is refused."""
    if isinstance(value, str) or np.asarray(value).dtype.kind in "UO":
        raise NotApplicableError(
            f"'{value}' is a label, no number",
            where=name,
            remedy="ask 'negotiate sweep' or 'phase', which count labels",
        )
    return float(value)
