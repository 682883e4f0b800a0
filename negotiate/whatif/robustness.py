"""Robustness: in how many worlds does a conclusion hold, and how near is one in which it fails?

A claim is a metric with a condition ("bargaining.nash_bargaining.utility.turkey > 0.4"). Over the
draws of a study it holds in some share, with a Wilson interval (Wilson 1927,
doi:10.1080/01621459.1927.10502953); per scenario and, where a claim names one metric for each
concept, per concept. A failed draw is not a world in which the claim holds; it is counted apart.
The nearest world in which it fails is found among the draws, then pulled towards the base values
while it still fails; distance is in standard units of each input (its 5 % to 95 % range is 3.29),
the largest input deciding. It is the nearest found: an upper bound on the distance to failure.

>>> interval = wilson(8, 10)
>>> round(interval[0], 3), round(interval[1], 3)        # Newcombe 1998, method 3
(0.49, 0.943)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.chunks import Evaluate, evaluate_rows
from negotiate.whatif.condition import Condition, read
from negotiate.whatif.space import Space
from negotiate.whatif.study import Study

Floats = NDArray[np.float64]
NORMAL_RANGE = 3.289707253902945
"""Distance between the 5 % and 95 % points of a standard normal, twice 1.6449."""


@dataclass(frozen=True)
class Claim:
    """A conclusion.

    Attributes
    ----------
    id, text
        Short name and the conclusion in words.
    metrics
        Concept to metric; a claim about one metric has the one entry ``{"": metric}``.
    condition
        What must hold.
    """

    id: str
    text: str
    metrics: Mapping[str, str]
    condition: Condition


def claim(
    metric: str | Mapping[str, str], condition: str, *, id: str = "claim", text: str = ""
) -> Claim:
    """A claim on one metric, or on one metric for each concept."""
    metrics = {"": metric} if isinstance(metric, str) else dict(metric)
    if not metrics:
        raise InputError("a claim without a metric", where=id, allowed="one or more")
    return Claim(
        id, text or f"{next(iter(metrics.values()))} {condition}", metrics, read(condition)
    )


def wilson(hits: int, draws: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval for a share."""
    if draws == 0:
        return 0.0, 1.0
    share = hits / draws
    centre = (share + z * z / (2 * draws)) / (1 + z * z / draws)
    reach = z / (1 + z * z / draws) * np.sqrt(share * (1 - share) / draws + (z / (2 * draws)) ** 2)
    return max(float(centre - reach), 0.0), min(float(centre + reach), 1.0)


@dataclass(frozen=True)
class World:
    """A world in which a claim fails.

    Attributes
    ----------
    scenario, concept
        Where it is.
    moved
        Inputs that must move, path to (base, value), farthest first.
    distance
        Largest move in standard units.
    value
        The metric there; None where the world has no answer.
    """

    scenario: str
    concept: str
    moved: Mapping[str, tuple[Any, Any]]
    distance: float
    value: Any


@dataclass(frozen=True)
class Robustness(Answer):
    """Where a claim holds.

    Attributes
    ----------
    claim
        What was asked.
    cells
        One record for each scenario and concept: draws, holding, failed, share and interval.
    nearest
        The nearest world in which it fails, or None where no draw fails.
    """

    claim: Claim
    cells: tuple[Mapping[str, Any], ...]
    nearest: World | None
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share of all draws, scenarios and concepts in which it holds."""
        draws = sum(int(cell["draws"]) for cell in self.cells)
        return sum(int(cell["holds"]) for cell in self.cells) / draws

    def records(self) -> list[dict[str, Any]]:
        """One row for each scenario and concept."""
        return [dict(cell) for cell in self.cells]

    def sentence(self) -> str:
        """Share, the weakest scenario or concept, the nearest world in which it fails."""
        draws = sum(int(cell["draws"]) for cell in self.cells)
        first = self.cells[0]
        text = f"“{self.claim.text}” holds in {percent(self.share)} of {draws:,} worlds"
        if len(self.cells) == 1:
            text += f" (95 % interval {shown(first['low'])} to {shown(first['high'])})"
        else:
            weakest = min(self.cells, key=lambda cell: cell["share"])
            place = " with ".join(
                self.word(p) for p in (weakest["scenario"], weakest["concept"]) if p
            )
            if weakest["share"] < self.share:
                text += f", least often under {place} ({percent(weakest['share'])})"
        failed = sum(int(cell["failed"]) for cell in self.cells)
        if failed:
            text += f"; {failed:,} worlds have no answer and count as not holding"
        if self.nearest is None:
            return f"{text}; it fails in none of them."
        if not self.nearest.moved:
            return f"{text}; it fails at the base values already."
        moves = [
            f"{path} from {_shown(a)} to {_shown(b)}"
            for path, (a, b) in list(self.nearest.moved.items())[:3]
        ]
        more = len(self.nearest.moved) - 3
        if more > 0:
            moves.append(f"{more} other inputs")
        return (
            f"{text}. The nearest world found in which it fails moves {listed(moves)}, at most "
            f"{shown(self.nearest.distance)} standard units each."
        )

    def picture(self) -> Picture:
        """Share in each scenario and concept, with intervals."""
        return Picture(
            "bars",
            tuple(" / ".join(p for p in (c["scenario"], c["concept"]) if p) or "all draws"
                  for c in self.cells),
            tuple(float(c["share"]) for c in self.cells),
            tuple(float(c["low"]) for c in self.cells),
            tuple(float(c["high"]) for c in self.cells),
            x_label=f"share of draws in which {self.claim.condition.text} holds",
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with the nearest world."""
        near = None
        if self.nearest is not None:
            near = {
                "scenario": self.nearest.scenario, "concept": self.nearest.concept,
                "distance": self.nearest.distance,
                "moved": {p: [_plain(a), _plain(b)] for p, (a, b) in self.nearest.moved.items()},
            }  # fmt: skip
        return super().to_dict() | {"claim": self.claim.text, "share": self.share, "nearest": near}


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else shown(float(value))


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _units(space: Space, paths: Sequence[str]) -> dict[str, float]:
    """Standard unit of each numeric input; 0 for labels."""
    out = {}
    for path in paths:
        marginal = space.marginal(path)
        if marginal.family == "discrete" and np.asarray(marginal.values).dtype.kind not in "fiu":
            out[path] = 0.0
            continue
        low, high = np.asarray(marginal.ppf(np.array([0.05, 0.95])), float)
        out[path] = float(high - low) / NORMAL_RANGE or 1.0
    return out


def _distance(
    inputs: Mapping[str, NDArray[Any]], centre: Mapping[str, Any], units: Mapping[str, float]
) -> Floats:
    """Largest move of any input in standard units; a label that differs is one unit."""
    moves = [
        np.abs(np.asarray(value, float) - float(centre[path])) / units[path]
        if units[path]
        else (np.asarray(value) != centre[path]).astype(float)
        for path, value in inputs.items()
    ]
    return np.max(np.stack(moves), axis=0) if moves else np.zeros(1)


def _fails(
    evaluate: Evaluate, metric: str, condition: Condition, values: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Where the claim fails (worlds without an answer are not meant), and the metric."""
    found = evaluate_rows(evaluate, dict(values))
    rows = len(next(iter(values.values())))
    if metric not in found.metrics:
        return np.zeros(rows, bool), np.full(rows, np.nan)
    bad = np.zeros(rows, bool)
    bad[list(found.failures)] = True
    return ~condition.holds(found.metrics[metric]) & ~bad, found.metrics[metric]


def _nearest(
    space: Space, evaluate: Evaluate, metric: str, condition: Condition,
    inputs: Mapping[str, NDArray[Any]], failing: NDArray[np.bool_], scenario: str, concept: str,
    *, candidates: int = 64,
) -> World | None:  # fmt: skip
    """Nearest failing draw, pulled towards the base: along the line, then input by input."""
    base = space.centre()
    start = {path: np.asarray([value]) for path, value in base.items()}
    already, value = _fails(evaluate, metric, condition, start)
    if already[0]:
        return World(scenario, concept, {}, 0.0, _plain(value[0]))
    if not failing.any():
        return None
    units = _units(space, list(inputs))
    far = _distance(inputs, base, units)
    rows = np.nonzero(failing)[0]
    rows = rows[np.argsort(far[rows], kind="stable")[:candidates]]
    world = {
        path: np.asarray(inputs[path][rows] if path in inputs else np.repeat(v, len(rows)))
        for path, v in start.items()
    }
    numeric = [path for path in inputs if units[path]]

    def between(share: Floats) -> dict[str, NDArray[Any]]:
        return {
            path: float(base[path]) + share * (value.astype(float) - float(base[path]))
            if path in numeric
            else value
            for path, value in world.items()
        }

    # bisection of the share of the way that still fails; groups that sum to one stay summing
    low, high = np.zeros(len(rows)), np.ones(len(rows))
    for _ in range(20):
        middle = 0.5 * (low + high)
        bad, _value = _fails(evaluate, metric, condition, between(middle))
        high, low = np.where(bad, middle, high), np.where(bad, low, middle)
    world = between(high)
    best = int(np.argmin(_distance({p: world[p] for p in inputs}, base, units)))
    world = {path: value[best : best + 1] for path, value in world.items()}
    grouped = {member for group in space.groups.values() for member in group.members}
    order = sorted(inputs, key=lambda p: float(_distance({p: world[p]}, base, units)[0]))
    for path in order:  # inputs that need not move go back to base
        if path in grouped:
            continue
        trial = {**world, path: start[path]}
        if _fails(evaluate, metric, condition, trial)[0][0]:
            world = trial
    reach = {path: float(_distance({path: world[path]}, base, units)[0]) for path in inputs}
    moved = {
        path: (_plain(base[path]), _plain(world[path][0]))
        for path in sorted(reach, key=lambda p: -reach[p])
        if reach[path] > tolerance.UTILITY
    }
    _, value = _fails(evaluate, metric, condition, world)
    return World(scenario, concept, moved, max(reach.values()), _plain(value[0]))


def robustness(
    study: Study, claim: Claim, evaluate: Evaluate | Mapping[str, Evaluate] | None = None
) -> Robustness:
    """How robust a claim is over the draws, scenarios and concepts of a study.

    Parameters
    ----------
    study
        Draws of everything, with the claim's metrics.
    claim
        See `claim`.
    evaluate
        The evaluation (or one for each scenario) behind the study; with it, the nearest world in
        which the claim fails is sought.
    """
    for metric in claim.metrics.values():
        if metric not in study.metrics:
            raise UnknownNameError("metric", metric, study.metrics, where=f"claim {claim.id}")
    named = "scenario" in study.dataset.dims
    scenarios = [str(s) for s in study.dataset["scenario"].values] if named else [""]
    if isinstance(evaluate, Mapping):
        evaluates = dict(evaluate)
    else:
        evaluates = {} if evaluate is None else dict.fromkeys(scenarios, evaluate)
    inputs = study.inputs()
    cells: list[dict[str, Any]] = []
    worlds: list[World] = []
    for scenario in scenarios:
        data = study.dataset.sel(scenario=scenario) if named else study.dataset
        solved = data["failure"].values.ravel() == 0
        for concept, metric in claim.metrics.items():
            holds = claim.condition.holds(data[metric].values.ravel()) & solved
            low, high = wilson(int(holds.sum()), holds.size)
            cells.append(
                {
                    "scenario": scenario, "concept": concept, "draws": int(holds.size),
                    "holds": int(holds.sum()), "failed": int((~solved).sum()),
                    "share": float(holds.mean()), "low": low, "high": high,
                }
            )  # fmt: skip
            if scenario in evaluates:
                world = _nearest(
                    study.space, evaluates[scenario], metric, claim.condition, inputs,
                    ~holds & solved, scenario, concept,
                )  # fmt: skip
                worlds += [] if world is None else [world]
    nearest = min(worlds, key=lambda world: world.distance) if worlds else None
    return Robustness(claim, tuple(cells), nearest)
