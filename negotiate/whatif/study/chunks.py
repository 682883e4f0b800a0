"""One chunk of a study: rows of the design, evaluated, with every failure kept.

The seam of the whole floor is a function ``evaluate(values) -> metrics``: ``values`` maps paths to
arrays ``(D,)``, ``metrics`` maps names to arrays ``(D,)`` or ``(D, ...)``; it may return an
`Outcome` that also names the draws it could not solve. Where it raises one of our errors, the
chunk is halved until the draws that raise stand alone; each keeps its message and the rest keep
their numbers.

An evaluation whose last digits depend on which draws are solved together (an iteration that stops
when all have converged) says so by an attribute ``block``: chunks are then whole numbers of blocks
and every block is evaluated by itself, so that bytes do not depend on the chunking.

NaN policy: numbers and truth values are float64, labels text. A failed draw holds NaN or ``""`` in
every metric of its row and a reason; a NaN without a reason gets the reason "undefined". Failed
draws are counted, left out of summaries and never replaced.

>>> def invert(values):
...     return {"y": 1 / values["x"]}
>>> part = evaluate_rows(invert, {"x": np.array([1.0, 2.0])})
>>> part.metrics["y"].tolist(), part.failures
([1.0, 0.5], {})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import (
    InputError,
    NoSolutionError,
    NotConvergedError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.whatif.study.design import Design, Values
from negotiate.whatif.study.space import Space

FAILURES = (InputError, NoSolutionError, NotConvergedError, ArithmeticError, np.linalg.LinAlgError)
"""What an evaluation may raise about one draw; anything else is a mistake in the study."""

UNDEFINED = "undefined (not a number)"


@dataclass(frozen=True)
class Outcome:
    """Metrics of some draws and the draws that failed, by row, with the reason."""

    metrics: Mapping[str, Any]
    failures: Mapping[int, str] = field(default_factory=dict)


Evaluate = Callable[[Values], "Mapping[str, Any] | Outcome"]


def _column(value: Any, rows: int, name: str) -> NDArray[Any]:
    array = np.asarray(value)
    if array.ndim == 0:
        array = np.broadcast_to(array, (rows,))
    if array.shape[0] != rows:
        raise UnknownNameError(
            "axis of draws", f"of length {array.shape[0]} in metric {name}", [str(rows)]
        )
    if array.dtype.kind in "US":
        return array.astype(str)
    if array.dtype.kind == "O":
        return np.asarray([str(item) for item in array.ravel()]).reshape(array.shape)
    return array.astype(float)


def _empty(template: NDArray[Any], rows: int) -> NDArray[Any]:
    if template.dtype.kind == "U":
        return np.zeros((rows, *template.shape[1:]), template.dtype)
    return np.full((rows, *template.shape[1:]), np.nan)


def _once(evaluate: Evaluate, values: Values, rows: int) -> Outcome:
    found = evaluate(values)
    outcome = found if isinstance(found, Outcome) else Outcome(found)
    metrics = {name: _column(value, rows, name) for name, value in outcome.metrics.items()}
    failures = {int(row): str(reason) for row, reason in outcome.failures.items()}
    for array in metrics.values():
        if array.dtype.kind == "f" and np.isnan(array).any():
            for row in np.unique(np.nonzero(np.isnan(array))[0]):
                failures.setdefault(int(row), UNDEFINED)
    bad = sorted(failures)
    if bad:
        for name, array in metrics.items():
            metrics[name] = array.copy()
            metrics[name][bad] = "" if array.dtype.kind == "U" else np.nan
    return Outcome(metrics, failures)


def _join(left: Outcome, right: Outcome, split: int, rows: int) -> Outcome:
    names = dict.fromkeys((*left.metrics, *right.metrics))
    metrics = {}
    for name in names:
        template = left.metrics.get(name, right.metrics.get(name))
        assert template is not None
        first = left.metrics.get(name, _empty(template, split))
        second = right.metrics.get(name, _empty(template, rows - split))
        metrics[name] = np.concatenate([first, second])
    shifted = {row + split: reason for row, reason in right.failures.items()}
    return Outcome(metrics, {**left.failures, **shifted})


def evaluate_rows(evaluate: Evaluate, values: Values) -> Outcome:
    """Evaluate rows, halving where an error says that some draw cannot be solved."""
    rows = len(next(iter(values.values())))
    try:
        with np.errstate(all="ignore"):
            return _once(evaluate, values, rows)
    except TooLargeError:
        raise  # about the problem, not about a draw
    except FAILURES as error:
        if rows == 1:
            return Outcome({}, {0: str(error) or type(error).__name__})
    half = rows // 2
    left = evaluate_rows(evaluate, {path: value[:half] for path, value in values.items()})
    right = evaluate_rows(evaluate, {path: value[half:] for path, value in values.items()})
    return _join(left, right, half, rows)


@dataclass(frozen=True)
class Work:
    """The task of an engine: part number to arrays, for every scenario in turn."""

    space: Space
    design: Design
    evaluates: Mapping[str, Evaluate]
    rows: int
    chunk: int
    block: int = 1

    @property
    def per_scenario(self) -> int:
        """Parts of one scenario."""
        return -(-self.rows // self.chunk)

    @property
    def parts(self) -> int:
        """Parts of the whole study."""
        return self.per_scenario * len(self.evaluates)

    def where(self, part: int) -> tuple[int, int, int]:
        """Scenario index, first and last row of a part."""
        scenario, index = divmod(part, self.per_scenario)
        start = index * self.chunk
        return scenario, start, min(start + self.chunk, self.rows)

    def __call__(self, part: int) -> dict[str, NDArray[Any]]:
        """Arrays ``metric/<name>``, ``failed`` (rows within the part) and ``reason``."""
        scenario, start, stop = self.where(part)
        evaluate = list(self.evaluates.values())[scenario]
        size = self.block if self.block > 1 else self.chunk
        outcome: Outcome | None = None
        for first in range(start, stop, size):
            last = min(first + size, stop)
            piece = evaluate_rows(evaluate, self.design.values(self.space, first, last))
            outcome = (
                piece if outcome is None else _join(outcome, piece, first - start, last - start)
            )
        assert outcome is not None
        failed = sorted(outcome.failures)
        arrays = {f"metric/{name}": array for name, array in outcome.metrics.items()}
        arrays["failed"] = np.asarray(failed, dtype=np.int64)
        arrays["reason"] = np.asarray([outcome.failures[row] for row in failed], dtype=str)
        return arrays
