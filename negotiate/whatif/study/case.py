"""Studies of a case: the seam of the what-if floor, filled from a negotiation.

`seam` gives the two things every answer asks for, a space of uncertain quantities and an
``evaluate`` that reads metrics off solutions, so that any answer works on a case::

    sobol(*seam(case, ["bargaining.nash_bargaining.utility.turkey"]), 1024)

`study` runs a design, with scenarios as a dimension; `attribute_levers` gives each lever its
Shapley share; `claims` asks how robust the conclusions are that the file states.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> found = study(idlib, ["deal.margin.least"], Sobol(256, seed=1))
>>> found.dataset["deal.margin.least"].dims
('draw',)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case.negotiation import Negotiation
from negotiate.errors import (
    InputError,
    MissingQuantityError,
    NotApplicableError,
    UnknownNameError,
)
from negotiate.whatif import metric as metrics_of
from negotiate.whatif.questions.attribution import Attribution, attribute
from negotiate.whatif.questions.robustness import Claim, Robustness, claim, robustness
from negotiate.whatif.study import world
from negotiate.whatif.study.chunks import FAILURES
from negotiate.whatif.study.design import Design, Grid, OneAtATime, Random, Sobol, Values
from negotiate.whatif.study.groups import Correlated, Group, Ordered
from negotiate.whatif.study.marginal import Marginal
from negotiate.whatif.study.run import Study, run_study, stream
from negotiate.whatif.study.space import Space

BASE = "baseline"
"""Name of the case without a scenario."""

BLOCK = 16384
"""Draws solved together, wherever chunks begin: some solvers iterate until all of their draws have
converged, so the last digits depend on the company."""


@dataclass(frozen=True)
class Evaluation:
    """Metrics of a case over draws of its values; importable, so that any engine can run it.

    The scenario is applied to the drawn case, so that "sanctions cost twice as much" doubles
    every draw rather than being drawn over.
    """

    case: Negotiation
    metrics: tuple[str, ...]
    scenario: str = ""
    block: int = BLOCK

    def __call__(self, values: Values) -> dict[str, NDArray[Any]]:
        """Metrics of the draws, ``(D,)`` each."""
        rows = len(next(iter(values.values()))) if values else 1
        switches = [path for path in values if isinstance(self.case.base.get(path), bool)]
        if not switches:
            return self._drawn(self.case, values, rows)
        # a switch is on or off for a whole game: rows with the same switches are solved together
        table = np.stack([np.asarray(values[path], float) >= 0.5 for path in switches], -1)
        distinct, which = np.unique(table, axis=0, return_inverse=True)
        numbers = {path: value for path, value in values.items() if path not in switches}
        out: dict[str, NDArray[Any]] = {}
        for index, setting in enumerate(distinct):
            here = np.nonzero(which.ravel() == index)[0]
            case = self.case.with_values(dict(zip(switches, map(bool, setting))))
            part = self._drawn(case, {p: v[here] for p, v in numbers.items()}, len(here))
            for name, value in part.items():
                if name not in out:
                    out[name] = np.empty((rows, *value.shape[1:]), value.dtype)
                if value.dtype.itemsize > out[name].dtype.itemsize:
                    out[name] = out[name].astype(value.dtype)  # a longer label
                out[name][here] = value
        return out

    def _drawn(self, case: Negotiation, values: Values, rows: int) -> dict[str, NDArray[Any]]:
        drawn = case.with_draws(values)
        if self.scenario:
            drawn = drawn.scenario(self.scenario)
        found = metrics_of.evaluate(drawn, self.metrics)
        return {name: _over_draws(value, rows) for name, value in found.items()}

    def identity(self) -> str:
        """What it is in a study's hash: the file, the interventions, the metrics."""
        own = self.case.file_hash or self.case.id
        told = [f"{path}={self.case.value(path)}" for path in self.case.was_set]
        applied = "+".join((*self.case.applied, *told, self.scenario))
        return f"{own}:{applied}:{','.join(self.metrics)}:{self.block}"


def _over_draws(value: Any, rows: int) -> NDArray[Any]:
    array = np.asarray(value)
    return np.broadcast_to(array, (rows,)) if array.ndim == 0 else array


def _known(case: Negotiation, names: Sequence[str]) -> tuple[str, ...]:
    """The metrics, each checked before work starts, with the nearest name if it does not exist."""
    if not names:
        raise InputError("no metric to record", where="study", allowed="one or more")
    declared = metrics_of.declared(case)
    known = {*declared, *(old for metric in declared.values() for old in metric.was)}
    for name in names:
        if name not in known and not any("<" in k and _fits(name, k) for k in known):
            raise UnknownNameError(
                "metric", name, metrics_of.available(case), where=f"study of {case.id}"
            )
    if not case.draws:
        try:
            with np.errstate(all="ignore"):
                metrics_of.evaluate(case.floats(), names)
        except (MissingQuantityError, NotApplicableError, UnknownNameError):
            raise  # no draw would have it
        except FAILURES:
            pass  # about the base values, which draws replace
    return tuple(dict.fromkeys(names))


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fills a pattern that still has placeholders."""
    parts, wanted = name.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(
        w == p or w.startswith("<") for p, w in zip(parts, wanted)
    )


def _correlated(
    members: tuple[str, ...], marginals: tuple[Marginal, ...], group: Any, places: list[int]
) -> Group:
    rows = tuple(tuple(float(group.correlation[i][j]) for j in places) for i in places)
    return Correlated(members, marginals, rows)


def _ordered(
    members: tuple[str, ...], marginals: tuple[Marginal, ...], group: Any, places: list[int]
) -> Group:
    return Ordered(members, marginals)


_JOINT = {"correlated": _correlated, "ordered": _ordered}


def space_of(case: Negotiation, paths: Sequence[str] = ()) -> Space:
    """The case's uncertain quantities, and the values at ``paths`` as known numbers.

    Members of correlated and ordered groups are drawn jointly. ``paths`` are what a grid or a
    threshold moves though the file gives no range for it; an expression over other quantities is
    a path too, and is then set free of them.
    """
    space = world.space(case)
    marginals, groups = dict(space.marginals), dict(space.groups)
    for name, group in case.groups.items():
        members = tuple(m for m in group.members if m in marginals and marginals[m].uncertain)
        if name in groups or group.kind not in _JOINT or len(members) < 2:
            continue
        inner = tuple(marginals.pop(member) for member in members)
        places = [group.members.index(member) for member in members]
        groups[name] = _JOINT[group.kind](members, inner, group, places)
    space = replace(space, marginals=marginals, groups=groups)
    grouped = {member for group in space.groups.values() for member in group.members}
    for path in paths:
        if path in marginals or path in grouped:
            continue
        if not case.has(path):
            raise UnknownNameError("path", path, case.paths, where=f"study of {case.id}")
        value = case.value(path)
        if isinstance(value, str):
            raise InputError(
                f"'{value}' is no number", where=path, remedy="use a scenario to change it"
            )
        marginals[path] = Marginal("point", {"value": float(value)}, base=float(value))
    units = dict(space.units)
    sources = dict(space.sources)
    for path in paths:
        if path in case.quantities:
            units.setdefault(path, case.quantities[path].unit)
            sources.setdefault(path, ", ".join(case.quantities[path].source))
    return Space(marginals, space.groups, units, sources)


@world.of_case
def seam(
    case: Negotiation, names: Sequence[str], *, scenario: str = "", paths: Sequence[str] = ()
) -> tuple[Space, Evaluation]:
    """Space and evaluation of a case: what every answer of this floor takes.

    Parameters
    ----------
    case
        The negotiation.
    names
        Metrics, ``<form>.<name>``.
    scenario
        A scenario of the file.
    paths
        Paths that will be moved though the file gives no range for them.
    """
    if scenario and scenario not in case.scenarios:
        raise UnknownNameError("scenario", scenario, case.scenarios, where=f"study of {case.id}")
    return space_of(case, paths), Evaluation(case, _known(case, names), scenario)


def _moved(design: Design) -> tuple[str, ...]:
    """Paths that a design names."""
    if isinstance(design, Grid):
        return tuple(design.levels)
    return design.paths if isinstance(design, OneAtATime) else ()


def study(
    case: Negotiation,
    metrics: Sequence[str],
    design: Design | None = None,
    *,
    scenarios: Sequence[str] = (),
    **options: Any,
) -> Study:
    """Run a design through a case.

    Parameters
    ----------
    case
        The negotiation.
    metrics
        Metrics to record, ``<form>.<name>``; see `negotiate.whatif.metric.available`.
    design
        Rows to look at; by default 1024 rows of a Sobol' sequence.
    scenarios
        Scenarios of the file; with any, ``scenario`` is a dimension that begins with the baseline.
    options
        Of `negotiate.whatif.study.run.run_study`: engine, workers, chunk, folder, confirmed_rows.
    """
    space, evaluate, design, base, provenance = _planned(case, metrics, design, scenarios)
    metrics_of.listed(base.case)
    units = {name: metrics_of.unit(base.case, name) for name in base.metrics}
    return run_study(space, evaluate, design, units=units, provenance=provenance, **options)


def parts(
    case: Negotiation,
    metrics: Sequence[str],
    design: Design | None = None,
    *,
    scenarios: Sequence[str] = (),
    **options: Any,
) -> Iterator[tuple[str, int, dict[str, NDArray[Any]]]]:
    """The parts of the same study, one after the other: for studies too large to hold.

    Parameters and folder as of `study`; see `negotiate.whatif.study.run.stream`.
    """
    space, evaluate, design, _, provenance = _planned(case, metrics, design, scenarios)
    return stream(space, evaluate, design, provenance=provenance, **options)


def _planned(
    case: Negotiation, metrics: Sequence[str], design: Design | None, scenarios: Sequence[str]
) -> tuple[Space, Any, Design, Evaluation, dict[str, str]]:
    """What a study of a case hands on: space, evaluations by scenario, design, provenance."""
    case = world.opened(case)
    design = Sobol(1024) if design is None else design
    space, base = seam(case, metrics, paths=_moved(design))
    evaluate: Any = base
    if scenarios:
        evaluate = {BASE: base}
        for name in scenarios:
            evaluate[name] = seam(case, metrics, scenario=name)[1]
    return space, evaluate, design, base, {"case": case.id, "file_hash": case.file_hash}


@dataclass(frozen=True)
class _OnTable:
    """Metrics of every coalition of levers over common draws."""

    case: Negotiation
    levers: tuple[str, ...]
    metrics: tuple[str, ...]

    def __call__(self, on: NDArray[np.bool_]) -> Mapping[str, NDArray[Any]]:
        rows = max(self.case.draws or 1, 1)
        found: dict[str, list[NDArray[Any]]] = {name: [] for name in self.metrics}
        for row in on:
            table = {f"lever.{name}.available": bool(x) for name, x in zip(self.levers, row)}
            values = metrics_of.evaluate(self.case.with_values(table), self.metrics)
            for name, value in values.items():
                found[name].append(_over_draws(value, rows))
        return {name: np.stack(columns) for name, columns in found.items()}


def attribute_levers(
    case: Negotiation,
    metrics: Sequence[str],
    *,
    levers: Sequence[str] = (),
    draws: int = 1,
    seed: int = 0,
    scenario: str = "",
    **options: Any,
) -> dict[str, Attribution]:
    """Shapley share of each lever in each metric, over common draws.

    A lever out of a coalition is off the table and every game is solved again without it.

    Parameters
    ----------
    levers
        Players; by default all levers on the table of the case.
    draws
        Joint draws of the uncertain quantities; 1 means base values.
    scenario
        A scenario of the file, under which every draw is put.
    options
        Of `negotiate.whatif.questions.attribution.attribute`: permutations, rule.
    """
    case = world.opened(case)
    names = tuple(levers) or case.on_table()
    for name in names:
        if name not in case.levers:
            raise UnknownNameError("lever", name, case.levers, where=f"attribution in {case.id}")
    wanted = _known(case, metrics)
    if draws < 1:
        raise InputError(f"{draws} draws", where="attribution", allowed="1 or more")
    drawn = case.floats()
    if draws > 1:
        drawn = case.with_draws(Sobol(draws, seed).values(space_of(case), 0, draws))
    if scenario:
        drawn = drawn.scenario(scenario)
    return attribute(_OnTable(drawn, names, wanted), names, seed=seed, **options)


CONCEPTS = ("nash_bargaining", "kalai_smorodinsky", "egalitarian", "utilitarian")
"""Concepts between which a claim on ``bargaining.<concept>...`` is asked of each."""


def by_concept(case: Negotiation, name: str) -> dict[str, str]:
    """Concept to metric, where a metric's name holds a concept; else the one metric.

    >>> import negotiate as ng
    >>> list(by_concept(ng.load("idlib-2020"), "bargaining.egalitarian.gain.turkey"))
    ['egalitarian', 'nash_bargaining', 'kalai_smorodinsky', 'utilitarian']
    """
    parts = name.split(".")
    own = next((part for part in parts if part in CONCEPTS), "")
    if not own:
        return {"": name}
    known = metrics_of.listed(case)
    found = {
        concept: ".".join(concept if part == own else part for part in parts)
        for concept in (own, *(c for c in CONCEPTS if c != own))
    }
    return {concept: metric for concept, metric in found.items() if metric in known} or {"": name}


def claims(
    case: Negotiation,
    stated: Sequence[Any] | None = None,
    *,
    draws: int = 4096,
    scenarios: Sequence[str] = (),
    seed: int = 0,
    **options: Any,
) -> dict[str, Robustness]:
    """Robustness of conclusions over draws, scenarios and concepts.

    Parameters
    ----------
    stated
        Conclusions of the file (with ``id``, ``text``, ``metric``, ``condition``) or claims made
        with `negotiate.whatif.questions.robustness.claim`; by default all that the file states. A
        metric
        that names a bargaining concept is asked of every concept.
    scenarios
        Scenarios of the file besides the baseline.
    options
        Of `negotiate.whatif.study.run.run_study`.
    """
    case = world.opened(case)
    chosen = [_claim(case, item) for item in (case.case.claim if stated is None else stated)]
    if not chosen:
        return {}
    wanted = list(dict.fromkeys(name for item in chosen for name in item.metrics.values()))
    found = study(case, wanted, Sobol(draws, seed), scenarios=scenarios, **options)
    base = Evaluation(case, tuple(wanted))
    evaluate: Any = base
    if scenarios:
        evaluate = {BASE: base} | {name: replace(base, scenario=name) for name in scenarios}
    return {item.id: robustness(found, item, evaluate) for item in chosen}


def _claim(case: Negotiation, item: Any) -> Claim:
    if isinstance(item, Claim):
        return item
    metrics = by_concept(case, item.metric)
    return claim(metrics, item.condition, id=item.id, text=item.text)


@world.of_case
def draw(case: Negotiation, n: int, *, seed: int = 0) -> Negotiation:
    """The negotiation over ``n`` draws of everything uncertain in it.

    >>> import negotiate as ng
    >>> draw(ng.load("idlib-2020"), 100, seed=1).draws
    100
    """
    return case.with_draws(Random(n, seed).values(space_of(case), 0, n))
