"""One quantity at a time: the tornado, the one-way curve and the spider plot.

Each uncertain quantity is set to its low and to its high value, all others staying at the base;
members of a group move by the group's rule, so weights still sum to one. All rows are evaluated
in one pass over a draw axis. A tornado shows no interaction: two quantities that matter only
together do not show in it (Saltelli and others 2008, Global Sensitivity Analysis, ch. 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError
from negotiate.tolerance import UTILITY
from negotiate.view import Viewable
from negotiate.whatif import metric
from negotiate.whatif.questions.answer import Answer, Picture, listed, shown
from negotiate.whatif.study.world import of_case
from negotiate.whatif.words import names

Floats = npt.NDArray[np.float64]
MAX_POINTS = 100_000


@dataclass(frozen=True)
class Tornado(Viewable):
    """One-way ranges of one metric, widest first.

    Attributes
    ----------
    paths
        Quantities, widest effect first.
    inputs
        ``(K, 2)`` low and high of each quantity.
    answers
        ``(K, 2)`` the metric there.
    base
        The metric at the base.
    skipped
        Quantities whose low or high could not be set, with the reason.
    """

    case: Negotiation
    metric: str
    paths: tuple[str, ...]
    inputs: Floats
    answers: Floats
    base: float
    skipped: tuple[tuple[str, str], ...] = ()

    _view = "negotiate.whatif.views.tornado"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "case": self.case.id,
            "metric": self.metric,
            "base": self.base,
            "rows": [
                {"path": p, "low": i[0], "high": i[1], "at_low": a[0], "at_high": a[1]}
                for p, i, a in zip(self.paths, self.inputs.tolist(), self.answers.tolist())
            ],
            "skipped": [{"path": p, "reason": r} for p, r in self.skipped],
        }


@dataclass(frozen=True)
class Curve(Viewable):
    """Metrics along one quantity.

    Attributes
    ----------
    values
        ``(n,)`` values of the quantity.
    answers
        Metric to its ``(n,)`` answers.
    base
        The quantity's value in the case.
    """

    case: Negotiation
    path: str
    values: Floats
    answers: Mapping[str, npt.NDArray[Any]]
    base: float

    _view = "negotiate.whatif.views.curve"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "case": self.case.id,
            "path": self.path,
            "base": self.base,
            "values": self.values.tolist(),
            "answers": {name: np.asarray(v).tolist() for name, v in self.answers.items()},
        }


def rows(case: Negotiation, settings: Sequence[Mapping[str, float]]) -> Negotiation:
    """A negotiation with one draw per row of ``settings``; groups follow their move rules."""
    base = case.floats()
    changed: list[dict[str, float]] = []
    for setting in settings:
        moved = base.with_values(setting) if setting else base
        changed.append({p: moved.base[p] for p in base.base if moved.base[p] is not base.base[p]})
    touched = sorted({path for row in changed for path in row})
    if not touched:
        touched = [next(p for p, v in base.base.items() if isinstance(v, float))]
    samples = {
        path: np.array([row.get(path, base.base[path]) for row in changed], dtype=float)
        for path in touched
    }
    return base.with_draws(samples)


@of_case
def tornado(case: Negotiation, name: str, *, paths: Sequence[str] | None = None) -> Tornado:
    """One-way ranges of the metric ``name`` over ``paths``, by default all with a range."""
    chosen = tuple(paths) if paths is not None else case.uncertain()
    settings: list[dict[str, float]] = [{}]
    kept, inputs, skipped = [], [], []
    for path in chosen:
        quantity = case.quantities.get(path)
        if quantity is None or quantity.low is None or quantity.high is None:
            raise InputError("no range", where=path, remedy="give low and high in the file")
        low, high = float(quantity.low), float(quantity.high)
        try:
            case.floats().with_value(path, low)
            case.floats().with_value(path, high)
        except InputError as error:
            skipped.append((path, str(error)))
            continue
        kept.append(path)
        inputs.append((low, high))
        settings += [{path: low}, {path: high}]
    found = np.broadcast_to(
        np.asarray(metric.evaluate(rows(case, settings), [name])[name], dtype=float),
        (len(settings),),
    )
    answers = found[1:].reshape(-1, 2)
    order = np.argsort(-np.abs(answers[:, 1] - answers[:, 0]), kind="stable")
    return Tornado(
        case,
        name,
        tuple(kept[i] for i in order),
        np.array(inputs)[order],
        answers[order],
        float(found[0]),
        tuple(skipped),
    )


@of_case
def curve(
    case: Negotiation,
    path: str,
    names: Sequence[str],
    *,
    low: float | None = None,
    high: float | None = None,
    points: int = 201,
) -> Curve:
    """Metrics ``names`` along ``path`` from ``low`` to ``high`` (its range by default)."""
    if not 2 <= points <= MAX_POINTS:
        raise InputError(f"{points} points", where="curve", allowed=f"2 to {MAX_POINTS:,}")
    start, stop = span(case, path, low, high)
    values = np.linspace(start, stop, points)
    case_rows = rows(case, [{path: float(v)} for v in values])
    found = metric.evaluate(case_rows, names)
    answers = {name: np.broadcast_to(np.asarray(value), (points,)) for name, value in found.items()}
    return Curve(case, path, values, answers, float(case.value(path)))


@dataclass(frozen=True)
class Spider(Answer):
    """One metric along several quantities, each from its low to its high value.

    Attributes
    ----------
    paths
        Quantities, widest effect first.
    share
        ``(n,)`` place on each quantity's own range, 0 at its low and 1 at its high value.
    inputs, answers
        ``(K, n)`` values of the quantity and the metric there, the rest at base.
    base
        The metric at the base values.
    """

    metric: str
    paths: tuple[str, ...]
    share: Floats
    inputs: Floats
    answers: Floats
    base: float
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each quantity: the metric at its low, middle and high value."""
        middle = len(self.share) // 2
        return [
            {
                "quantity": path,
                "low": float(x[0]),
                "high": float(x[-1]),
                "at low": float(y[0]),
                "at middle": float(y[middle]),
                "at high": float(y[-1]),
                "steepest": float(np.abs(np.gradient(y, self.share)).max()),
            }
            for path, x, y in zip(self.paths, self.inputs, self.answers)
        ]

    def sentence(self) -> str:
        """The widest quantity, and which of them turn back."""
        if not self.paths:
            return f"No quantity has a range, so {self.metric} stays at {shown(self.base)}."
        turning = [
            self.word(path)
            for path, y in zip(self.paths, self.answers)
            if (np.diff(y) > UTILITY).any() and (np.diff(y) < -UTILITY).any()
        ]
        first = self.answers[0]
        text = (
            f"{self.metric} goes from {shown(float(first[0]))} to {shown(float(first[-1]))} as "
            f"{self.paths[0]} goes from low to high"
        )
        if turning:
            return f"{text}; along {listed(turning)} it rises and falls."
        return f"{text}; along none of {len(self.paths)} quantities does it turn back."

    def picture(self) -> Picture:
        """Every quantity's curve over its own range."""
        return Picture(
            "lines",
            self.paths,
            tuple(self.answers),
            x=self.share,
            x_label="place between the low (0) and the high value (1) of each quantity",
            y_label=self.metric,
        )


@of_case
def spider(
    case: Negotiation,
    name: str,
    *,
    paths: Sequence[str] = (),
    points: int = 33,
    most: int = 6,
) -> Spider:
    """Spider plot of the metric ``name`` along ``paths``, by default the ``most`` widest ones."""
    if not 3 <= points <= MAX_POINTS:
        raise InputError(f"{points} points", where="spider plot", allowed=f"3 to {MAX_POINTS:,}")
    chosen = tuple(paths) or tornado(case, name).paths[:most]
    share = np.linspace(0.0, 1.0, points)
    ends = [span(case, path) for path in chosen]
    inputs = np.array([low + (high - low) * share for low, high in ends]).reshape(-1, points)
    settings: list[dict[str, float]] = [{}]
    settings += [{path: float(v)} for path, row in zip(chosen, inputs) for v in row]
    found = np.broadcast_to(
        np.asarray(metric.evaluate(rows(case, settings), [name])[name], float), (len(settings),)
    )
    answers = found[1:].reshape(-1, points)
    order = np.argsort(-np.ptp(answers, axis=1), kind="stable")
    made = Spider(
        name,
        tuple(chosen[i] for i in order),
        share,
        inputs[order],
        answers[order],
        float(found[0]),
    )
    return made.named(names(case, (name,)))


def span(
    case: Negotiation, path: str, low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """Range of a quantity: as given, else from the file."""
    case.matching(path)
    quantity = case.quantities.get(path)
    if low is None and quantity is not None and quantity.low is not None:
        low = float(quantity.low)
    if high is None and quantity is not None and quantity.high is not None:
        high = float(quantity.high)
    if low is None or high is None or not low < high:
        raise InputError(
            f"from {low} to {high}",
            where=path,
            allowed="low < high",
            remedy="give low and high: the file has no range for it",
        )
    return low, high
