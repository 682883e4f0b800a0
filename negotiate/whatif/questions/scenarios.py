"""Scenarios against the baseline: which metric moved, and was it the direction expected?

Each scenario of a file states the metrics it should move and where to. The same compile and solve
run on the baseline and on the scenario; ``surprises`` lists where the direction was another, and
a metric that does not move at all is marked, since then the scenario says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from negotiate import tolerance
from negotiate.case.negotiation import Negotiation
from negotiate.errors import NegotiateError, UnknownNameError
from negotiate.view import Viewable
from negotiate.whatif import metric


@dataclass(frozen=True)
class Effect:
    """One metric under one scenario.

    ``expected`` is the direction the file states ("up", "down", "any", or "" where the metric was
    asked for by the caller); ``reason`` says why a value is missing.
    """

    scenario: str
    metric: str
    baseline: float
    value: float
    expected: str = ""
    reason: str = ""

    @property
    def change(self) -> float:
        """Scenario less baseline."""
        return self.value - self.baseline

    @property
    def moved(self) -> bool:
        """Whether the metric moved at all."""
        return bool(abs(self.change) > tolerance.UTILITY)

    @property
    def surprising(self) -> bool:
        """Whether it did not move as the file expected."""
        if not self.expected or self.reason:
            return False
        if not self.moved:
            return True
        return (self.expected == "up" and self.change < 0) or (
            self.expected == "down" and self.change > 0
        )


@dataclass(frozen=True)
class ScenarioTable(Viewable):
    """Effects of scenarios on metrics, the baseline always beside them."""

    case: Negotiation
    effects: tuple[Effect, ...]

    _view = "negotiate.whatif.views.scenario_table"

    def of(self, scenario: str) -> tuple[Effect, ...]:
        """Effects of one scenario."""
        return tuple(effect for effect in self.effects if effect.scenario == scenario)

    @property
    def surprises(self) -> tuple[Effect, ...]:
        """Effects whose direction was not the one expected."""
        return tuple(effect for effect in self.effects if effect.surprising)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "case": self.case.id,
            "effects": [
                {
                    "scenario": e.scenario,
                    "metric": e.metric,
                    "baseline": e.baseline,
                    "value": e.value,
                    "change": e.change,
                    "expected": e.expected,
                    "moved": e.moved,
                    "surprising": e.surprising,
                    "reason": e.reason,
                }
                for e in self.effects
            ],
        }


def compare(
    case: Negotiation,
    *,
    scenarios: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> ScenarioTable:
    """Effects of scenarios on the metrics they state, or on ``metrics``.

    Parameters
    ----------
    scenarios
        Ids; all of the file by default.
    metrics
        Metrics for every scenario, in place of those the file states.
    """
    names = tuple(case.scenarios) if scenarios is None else tuple(scenarios)
    changed = {name: case.scenario(name) for name in names}
    wanted = {
        name: [(m, "") for m in metrics]
        if metrics is not None
        else [(e.metric, e.direction) for e in case.scenarios[name].expects]
        for name in names
    }
    everything = sorted({m for pairs in wanted.values() for m, _ in pairs})
    base = _values(case, everything)
    effects = []
    for name in names:
        values = _values(changed[name], [m for m, _ in wanted[name]])
        for m, direction in wanted[name]:
            value, reason = values[m]
            effects.append(Effect(name, m, base[m][0], value, direction, reason or base[m][1]))
    return ScenarioTable(case, tuple(effects))


DEFAULT = (
    "deal.margin.<party>", "bargaining.disagreement.<party>", "threats.utility.<party>",
    "threats.term.",
)  # fmt: skip
"""Metrics compared where none is named; of three and more principals by Nash bargaining."""


def against(
    baseline: Negotiation,
    changed: Negotiation,
    *,
    label: str = "changed",
    metrics: Sequence[str] | None = None,
) -> ScenarioTable:
    """Metrics of two negotiations side by side; by default margins, disagreement and the terms."""
    names = metrics or _default(baseline)
    effects = []
    base, other = _values(baseline, names), _values(changed, names)
    for name in names:
        (before, why_before), (after, why_after) = base[name], other[name]
        effects.append(Effect(label, name, before, after, "", why_after or why_before))
    return ScenarioTable(baseline, tuple(effects))


def _default(case: Negotiation) -> list[str]:
    """Metrics compared where none is named: of a game file, what its players get."""
    if case.issues:
        names = [p for p in DEFAULT if case.judged_deal or not p.startswith("deal.")]
        if len(case.principals) != 2:
            names = [p.replace("threats.", "bargaining.nash_bargaining.") for p in names]
        out = [p.replace("<party>", party) for p in names if "<" in p for party in case.principals]
        for name, issue in case.issues.items():
            levels = [f"{name}.{option}" for option in issue.options] or [name]
            out += [f"{names[-1]}{level}" for level in levels]
        return out
    known, there = metric.declared(case), metric.available(case)
    return [n for n in there if "party" in known[n].metric.placeholders]


def _values(case: Negotiation, names: Sequence[str]) -> dict[str, tuple[float, str]]:
    """Metrics, each game made and solved once for all of its own; one by one where it refuses."""
    by_game: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        by_game.setdefault(metric.split(name, case)[0], []).append(name)
    out: dict[str, tuple[float, str]] = {}
    for group in by_game.values():
        try:
            found = metric.evaluate(case, group)
            out |= {name: (metric.as_number(found[name], name), "") for name in group}
        except NegotiateError:
            out |= {name: _value(case, name) for name in group}
    return out


def _value(case: Negotiation, name: str) -> tuple[float, str]:
    """A metric, or NaN with the reason where the game has no answer here."""
    metric.split(name, case)
    try:
        return metric.number(case, name), ""
    except UnknownNameError:
        raise
    except NegotiateError as error:
        return float("nan"), str(error)
