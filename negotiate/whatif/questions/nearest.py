"""The nearest world in which a claim fails: among the draws, and by a move of one input alone.

A failing draw is pulled towards the base values along a straight line while it still fails, then
every input, or whole group, that need not move goes back to base. Distance is in standard units of
each input (its 5 % to 95 % range is 3.29), the largest input deciding. What is found is the nearest
found: an upper bound on the distance to failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.whatif.questions.condition import Condition
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]
NORMAL_RANGE = 3.289707253902945
"""Distance between the 5 % and 95 % points of a standard normal, twice 1.6449."""


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


def plain(value: Any) -> Any:
    """A number or label without its array."""
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


def fails(
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


def nearest(
    space: Space, evaluate: Evaluate, metric: str, condition: Condition,
    inputs: Mapping[str, NDArray[Any]], failing: NDArray[np.bool_], scenario: str, concept: str,
    *, candidates: int = 64,
) -> World | None:  # fmt: skip
    """Nearest failing draw, pulled towards the base: along the line, then input by input."""
    base = space.centre()
    start = {path: np.asarray([value]) for path, value in base.items()}
    already, value = fails(evaluate, metric, condition, start)
    if already[0]:
        return World(scenario, concept, {}, 0.0, plain(value[0]))
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
        bad, _value = fails(evaluate, metric, condition, between(middle))
        high, low = np.where(bad, middle, high), np.where(bad, low, middle)
    world = between(high)
    best = int(np.argmin(_distance({p: world[p] for p in inputs}, base, units)))
    world = {path: value[best : best + 1] for path, value in world.items()}
    world = _pruned(space, evaluate, metric, condition, world, start, list(inputs), units)
    reach = {path: float(_distance({path: world[path]}, base, units)[0]) for path in inputs}
    moved = {
        path: (plain(base[path]), plain(world[path][0]))
        for path in sorted(reach, key=lambda p: -reach[p])
        if reach[path] > tolerance.UTILITY
    }
    _, value = fails(evaluate, metric, condition, world)
    return World(scenario, concept, moved, max(reach.values()), plain(value[0]))


def _pruned(
    space: Space,
    evaluate: Evaluate,
    metric: str,
    condition: Condition,
    world: dict[str, NDArray[Any]],
    base: Mapping[str, NDArray[Any]],
    paths: list[str],
    units: Mapping[str, float],
) -> dict[str, NDArray[Any]]:
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
        return fails(evaluate, metric, condition, rows)[0]

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


def alone(
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
        rows += [
            (path, centre + (end - centre) * k / points)
            for end in ends.tolist()
            for k in range(1, points + 1)
        ]

    def failing_at(paths: list[str], values: Floats) -> NDArray[np.bool_]:
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
        return fails(evaluate, metric, condition, columns)[0]

    bad = failing_at([path for path, _ in rows], np.array([value for _, value in rows]))
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
        failing = failing_at(paths, middle)
        outer, inner = np.where(failing, middle, outer), np.where(failing, inner, middle)
    far = np.array([abs(x - float(base[path])) / units[path] for path, x in zip(paths, outer)])
    best = int(far.argmin())
    path = paths[best]
    world = {name: np.asarray([value]) for name, value in base.items()}
    world = space.move(world, path, outer[best : best + 1])
    _, there = fails(evaluate, metric, condition, world)
    moved = {path: (plain(base[path]), float(outer[best]))}
    return World("", concept, moved, float(far[best]), plain(there[0]))
