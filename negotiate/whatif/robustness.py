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
        The nearest world in the first scenario in which it fails, or None where no draw fails.
    alone
        The nearest world in which it fails by a move of one input, within that input's range.
    at_base
        Other scenarios in which it fails at the base values already.
    """

    claim: Claim
    cells: tuple[Mapping[str, Any], ...]
    nearest: World | None
    alone: World | None = None
    at_base: tuple[str, ...] = ()
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
            text += f" (95 % interval {percent(first['low'])} to {percent(first['high'])})"
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
        if self.at_base:
            text += f"; at the base values it fails under {listed(self._quoted(self.at_base))}"
        if self.nearest is None:
            text += f"; {'elsewhere ' if self.at_base else ''}it fails in none of them"
            if self.alone is None:
                return f"{text}."
            return f"{text}, though {self._single()}."
        if not self.nearest.moved:
            return f"{text}; it fails at the base values already."
        moves = [
            f"{path} from {_shown(a)} to {_shown(b)}"
            for path, (a, b) in list(self.nearest.moved.items())[:3]
        ]
        more = len(self.nearest.moved) - 3
        if more > 0:
            moves.append(f"{more} other inputs")
        text += (
            f". The nearest world found in which it fails moves {listed(moves)}, at most "
            f"{shown(self.nearest.distance)} standard units each"
        )
        if len(self.nearest.moved) > 1:
            text += f"; {self._single()}"
        return f"{text}."

    def _single(self) -> str:
        """The one input that breaks the claim soonest."""
        if self.alone is None:
            return "no single input within its range breaks it"
        ((path, (a, b)),) = self.alone.moved.items()
        return (
            f"{path} alone breaks it by going from {_shown(a)} to {_shown(b)} "
            f"({shown(self.alone.distance)} standard units)"
        )

    def _quoted(self, names: Sequence[str]) -> list[str]:
        return [f"“{self.word(name)}”" for name in names]

    def picture(self) -> Picture:
        """Share in each scenario and concept, with intervals."""
        return Picture(
            "bars",
            tuple(" / ".join(self.word(p) for p in (c["scenario"], c["concept"]) if p)
                  or "all draws" for c in self.cells),
            tuple(float(c["share"]) for c in self.cells),
            tuple(float(c["low"]) for c in self.cells),
            tuple(float(c["high"]) for c in self.cells),
            x_label=f"share of draws in which this holds: {self.claim.text}",
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with the nearest world."""
        return super().to_dict() | {
            "id": self.claim.id, "claim": self.claim.text, "share": self.share,
            "nearest": _world(self.nearest), "nearest by one input": _world(self.alone),
            "fails at the base values of": list(self.at_base),
        }  # fmt: skip


@dataclass(frozen=True)
class Claims(Answer):
    """Several claims side by side: where each holds, and the nearest world in which it fails."""

    each: tuple[Robustness, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Robustness:
        known = {item.claim.id: item for item in self.each}
        if name not in known:
            raise UnknownNameError("claim", name, known, where="robustness")
        return known[name].named(self.names)

    def records(self) -> list[dict[str, Any]]:
        """One row for each claim: its share in all, at its weakest, and the distance to failure."""
        return [
            {
                "claim": item.claim.text, "share": item.share,
                "weakest": min(float(cell["share"]) for cell in item.cells),
                "under": _place(min(item.cells, key=lambda cell: cell["share"])),
                "worlds": sum(int(cell["draws"]) for cell in item.cells),
                "distance to failure": np.nan if item.nearest is None else item.nearest.distance,
            }
            for item in self.each
        ]  # fmt: skip

    def sentence(self) -> str:
        """Each claim's sentence."""
        if not self.each:
            return "No conclusion is stated."
        return " ".join(item.named(self.names).sentence() for item in self.each)

    def picture(self) -> Picture:
        """Share of worlds in which each holds."""
        low, high = zip(*(wilson(
            sum(int(c["holds"]) for c in item.cells), sum(int(c["draws"]) for c in item.cells)
        ) for item in self.each)) if self.each else ((), ())  # fmt: skip
        return Picture(
            "bars", tuple(item.claim.text for item in self.each),
            tuple(item.share for item in self.each), tuple(low), tuple(high),
            x_label="share of draws, scenarios and concepts in which it holds",
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with every claim in full."""
        return super().to_dict() | {
            "claims": [item.named(self.names).to_dict() for item in self.each]
        }


def _place(cell: Mapping[str, Any]) -> str:
    return " with ".join(p for p in (str(cell["scenario"]), str(cell["concept"])) if p)


def _world(world: World | None) -> dict[str, Any] | None:
    if world is None:
        return None
    return {
        "scenario": world.scenario, "concept": world.concept, "distance": world.distance,
        "moved": {p: [_plain(a), _plain(b)] for p, (a, b) in world.moved.items()},
    }  # fmt: skip


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
    world = _pruned(space, evaluate, metric, condition, world, start, list(inputs), units)
    reach = {path: float(_distance({path: world[path]}, base, units)[0]) for path in inputs}
    moved = {
        path: (_plain(base[path]), _plain(world[path][0]))
        for path in sorted(reach, key=lambda p: -reach[p])
        if reach[path] > tolerance.UTILITY
    }
    _, value = _fails(evaluate, metric, condition, world)
    return World(scenario, concept, moved, max(reach.values()), _plain(value[0]))


def _pruned(
    space: Space, evaluate: Evaluate, metric: str, condition: Condition,
    world: dict[str, NDArray[Any]], base: Mapping[str, NDArray[Any]], paths: list[str],
    units: Mapping[str, float],
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """A failing world with every input, or whole group, back at base that need not move."""
    groups = [[m for m in group.members if m in paths] for group in space.groups.values()]
    grouped = {member for group in groups for member in group}
    parts = [[path] for path in paths if path not in grouped] + [g for g in groups if g]

    def reach(part: list[str]) -> float:
        centre = {path: base[path][0] for path in part}
        return float(_distance({path: world[path] for path in part}, centre, units)[0])

    def failing(trials: list[list[list[str]]]) -> NDArray[np.bool_]:
        """Whether the world still fails with all the parts of each trial at base."""
        rows = {path: np.repeat(value, len(trials)) for path, value in world.items()}
        for row, trial in enumerate(trials):
            for path in (path for part in trial for path in part):
                rows[path][row] = base[path][0]
        return _fails(evaluate, metric, condition, rows)[0]

    left = sorted((part for part in parts if reach(part) > 0), key=reach)
    while left:
        able = [part for part, bad in zip(left, failing([[part] for part in left])) if bad]
        if not able:
            break
        together = failing([able[: count + 1] for count in range(len(able))])
        count = int(np.flatnonzero(together).max(initial=0)) + 1  # the first may always go
        for path in (path for part in able[:count] for path in part):
            world = {**world, path: base[path]}
        left = [part for part in able[count:] if part]
    return world


def _alone(
    space: Space, evaluate: Evaluate, metric: str, condition: Condition,
    inputs: Mapping[str, NDArray[Any]], concept: str, *, points: int = 16,
) -> World | None:  # fmt: skip
    """Nearest world in which the claim fails by a move of one numeric input within its range."""
    base = space.centre()
    units = {path: unit for path, unit in _units(space, list(inputs)).items() if unit}
    if not units:
        return None
    # steps from the base to either end of the range; the base itself is known to hold
    rows: list[tuple[str, float]] = []
    for path in units:
        ends = np.asarray(space.marginal(path).ppf(np.array([0.001, 0.999])), float)
        centre = float(base[path])
        rows += [(path, centre + (end - centre) * k / points)
                 for end in ends.tolist() for k in range(1, points + 1)]  # fmt: skip

    def fails(paths: list[str], values: Floats) -> NDArray[np.bool_]:
        columns: dict[str, NDArray[Any]] = {
            path: np.repeat(np.asarray(value), len(paths)) for path, value in base.items()
        }
        for path in dict.fromkeys(paths):
            here = np.array([other == path for other in paths])
            part = {name: column[here] for name, column in columns.items()}
            for name, value in space.move(part, path, values[here]).items():
                if value is not part[name]:
                    columns[name] = np.asarray(columns[name]).astype(np.asarray(value).dtype)
                    columns[name][here] = value
        return _fails(evaluate, metric, condition, columns)[0]

    bad = fails([path for path, _ in rows], np.array([value for _, value in rows]))
    paths, low, high = [], [], []
    for start in range(0, len(rows), points):
        found = np.flatnonzero(bad[start : start + points])
        if found.size:
            path, value = rows[start + int(found[0])]
            paths.append(path)
            high.append(value)
            low.append(rows[start + int(found[0]) - 1][1] if found[0] else float(base[path]))
    if not paths:
        return None
    inner, outer = np.array(low), np.array(high)
    for _ in range(40):
        middle = 0.5 * (inner + outer)
        failing = fails(paths, middle)
        outer, inner = np.where(failing, middle, outer), np.where(failing, inner, middle)
    far = np.array([abs(x - float(base[path])) / units[path] for path, x in zip(paths, outer)])
    best = int(far.argmin())
    path = paths[best]
    world = {name: np.asarray([value]) for name, value in base.items()}
    world = space.move(world, path, outer[best : best + 1])
    _, there = _fails(evaluate, metric, condition, world)
    moved = {path: (_plain(base[path]), float(outer[best]))}
    return World("", concept, moved, float(far[best]), _plain(there[0]))


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
    alone: list[World] = []
    at_base: list[str] = []
    base = {path: np.asarray([value]) for path, value in study.space.centre().items()}
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
            if scenario not in evaluates:
                continue
            if scenario == scenarios[0]:
                seam = (study.space, evaluates[scenario], metric, claim.condition, inputs)
                world = _nearest(*seam, ~holds & solved, scenario, concept)
                worlds += [] if world is None else [world]
                single = _alone(*seam, concept) if world is None or world.moved else None
                alone += [] if single is None else [single]
            elif _fails(evaluates[scenario], metric, claim.condition, base)[0][0]:
                at_base.append(scenario)

    def nearest(found: list[World]) -> World | None:
        return min(found, key=lambda world: world.distance) if found else None

    return Robustness(
        claim, tuple(cells), nearest(worlds), nearest(alone), tuple(dict.fromkeys(at_base))
    )
