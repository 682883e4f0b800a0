"""What levers and scenarios do, on the same draws with and without: answers of a report's chapters.

The *room* that a lever makes is the change of the largest equal gain over no deal; the *split* is
the largest change of a level of the Nash bargaining solution. Both compare a draw with itself, so
that their spread is due to the lever alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.bargaining.nash import nash
from negotiate.errors import NegotiateError
from negotiate.report.tell import spread
from negotiate.whatif import metric
from negotiate.whatif.study import case as cases

Triple = tuple[float, float, float]

DRAWS = 1024
"""Draws of each comparison: the median is then known to some 4 % of the spread."""


@dataclass(frozen=True)
class LeverEffect:
    """What one lever does over the draws: 5 %, median, 95 %.

    Attributes
    ----------
    room
        Change of the largest equal gain, stakes; None where it is not known.
    split
        Largest change of a level of the Nash bargaining solution, parts of an issue's range.
    """

    room: Triple | None
    split: Triple | None


def lever_effects(
    case: Any, levers: Sequence[str], used: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, LeverEffect]:
    """Each lever against its absence, the others as in ``used``, on the same draws.

    Examples
    --------
    >>> import negotiate as ng
    >>> case = ng.load("idlib-2020")
    >>> found = lever_effects(case, ["force", "migrants"], ["force"], draws=16)
    >>> found["force"].room[1] > 0  # without force a deal is less needed
    True
    """
    drawn, draws = _over(case, draws, seed)
    issues = [i.id for i in case.issues.values() if i.is_interval]
    known: dict[tuple[str, ...], tuple[Any, Any]] = {}

    def solved(names: tuple[str, ...]) -> tuple[Any, Any]:
        if names not in known:
            problem = declare.load("compiles", "bargaining")(drawn, levers_used=names)
            found = nash(problem)
            terms = found[0].terms if len(found) else {}
            known[names] = (
                np.broadcast_to(problem.zone(), (draws,)).astype(float),
                {i: np.broadcast_to(terms[i], (draws,)).astype(float) for i in issues if terms},
            )
        return known[names]

    out = {}
    for lever in levers:
        with_it = tuple(n for n in case.levers if n in used or n == lever)
        without = tuple(n for n in with_it if n != lever)
        try:
            (room, terms), (bare, before) = solved(with_it), solved(without)
        except NegotiateError:
            out[lever] = LeverEffect(None, None)
            continue
        gaps = [np.abs(terms[i] - before[i]) for i in terms if i in before]
        split = spread(np.max(gaps, axis=0)) if gaps else None
        out[lever] = LeverEffect(spread(room - bare), split)
    return out


def _over(case: Any, draws: int, seed: int) -> tuple[Any, int]:
    """The case over draws; at its values, as one draw, with more than two principals.

    Problems of three and more are solved one by one, some 0.1 s each.
    """
    if len(case.principals) > 2:
        return case, 1
    return cases.draw(case, draws, seed=seed), draws


@dataclass(frozen=True)
class ScenarioEffect:
    """What a scenario does to one answer over paired draws: 5 %, median, 95 % of the change."""

    name: str
    changes: Mapping[str, Triple]

    def size(self) -> float:
        """The largest median change of an answer."""
        return max((abs(middle) for _, middle, _ in self.changes.values()), default=0.0)


def scenario_effects(
    case: Any, metrics: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> tuple[tuple[ScenarioEffect, ...], tuple[str, ...]]:
    """Every scenario of the file against the baseline, largest effect on the first metric first.

    Returns
    -------
    tuple
        The effects, and the names of the scenarios that no model could read.
    """
    drawn, draws = _over(case, draws, seed)
    base = _values(drawn, metrics, draws)
    found, lost = [], []
    for key, scenario in case.scenarios.items():
        try:
            there = _values(drawn.scenario(key), metrics, draws)
        except NegotiateError:
            lost.append(scenario.name)
            continue
        changes = {}
        for name in metrics:
            if name not in base or name not in there:
                continue
            change = spread(there[name] - base[name])
            if change is not None:
                changes[name] = change
        found.append(ScenarioEffect(scenario.name, changes))
    order = sorted(found, key=lambda item: (-_rank(item, metrics), item.name))
    return tuple(order), tuple(lost)


def _rank(item: ScenarioEffect, metrics: Sequence[str]) -> float:
    """The first metric decides; what does not move it is sorted by the others, below."""
    sizes = [abs(item.changes[m][1]) if m in item.changes else 0.0 for m in metrics]
    return sum(size * 1e-3**k for k, size in enumerate(sizes))


def _values(drawn: Any, metrics: Sequence[str], draws: int) -> dict[str, Any]:
    out = {}
    for name in metrics:
        try:
            value = metric.evaluate(drawn, [name])[name]
        except NegotiateError:
            continue
        out[name] = np.broadcast_to(np.asarray(value, dtype=float), (draws,))
    return out
