"""Where the answer changes along one quantity: a strip of cells and the thresholds between them.

An answer is a label (which levers are used at equilibrium) or whether a condition on a number
holds (is the deal acceptable to both). Where the game can compute the number in fractions, the
computation is traced cell by cell over the whole range (`negotiate.numbers.traced`): thresholds
are exact and none is missed. Elsewhere the range is scanned and each change bracketed by bisection,
and the bracket is reported. A change that comes and goes between two points of the scan is not
seen: the number of points is stated.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.case.negotiation import Negotiation
from negotiate.errors import NegotiateError
from negotiate.numbers.traced import pieces
from negotiate.view import Viewable
from negotiate.whatif import metric
from negotiate.whatif.questions import condition as conditions
from negotiate.whatif.questions.oneway import rows, span
from negotiate.whatif.questions.threshold import radical, signs
from negotiate.whatif.study.world import of_case

Array = npt.NDArray[Any]
_HALVINGS = 45


@dataclass(frozen=True)
class Change:
    """One threshold: where it is, how sure, and the answers on its two sides.

    ``exact`` is a fraction or an algebraic number (as text) where the threshold is exact, else
    empty; then it lies within ``bracket`` of ``at``.
    """

    at: float
    below: str
    above: str
    bracket: float = 0.0
    exact: str = ""


@dataclass(frozen=True)
class Cells(Viewable):
    """Answers along one quantity.

    Attributes
    ----------
    path, low, high, base
        The quantity, the range searched and its value in the case.
    question
        Metric, with the condition where there is one.
    answers
        One answer a cell, in order; one more than ``changes``.
    points
        Points of the scan; 0 where the cells are exact.
    """

    case: Negotiation
    path: str
    low: float
    high: float
    base: float
    question: str
    answers: tuple[str, ...]
    changes: tuple[Change, ...]
    points: int

    _view = "negotiate.whatif.views.cells"

    @property
    def exact(self) -> bool:
        """Whether every threshold is exact and none can have been missed."""
        return self.points == 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "case": self.case.id,
            "path": self.path,
            "question": self.question,
            "low": self.low,
            "high": self.high,
            "base": self.base,
            "exact": self.exact,
            "scan_points": self.points,
            "answers": list(self.answers),
            "thresholds": [
                {
                    "at": c.at,
                    "exact": c.exact or None,
                    "bracket": c.bracket,
                    "below": c.below,
                    "above": c.above,
                }
                for c in self.changes
            ],
        }


@of_case
def cells(
    case: Negotiation,
    path: str,
    name: str,
    *,
    condition: str = "",
    low: float | None = None,
    high: float | None = None,
    points: int = 257,
) -> Cells:
    """Where the metric ``name``, or a ``condition`` on it, changes along ``path``.

    Parameters
    ----------
    condition
        Such as ``>= 0``; needed for a metric that is a number (``>= 0`` by default).
    low, high
        Range; that of the file by default.
    points
        Points of the scan where no exact answer is to be had.
    """
    start, stop = span(case, path, low, high)
    found = np.asarray(metric.evaluate(rows(case, [{path: start}, {path: stop}]), [name])[name])
    label = found.dtype.kind in "UO"
    asked = None if label and not condition else conditions.read(condition or ">= 0")
    question = name if asked is None else f"{name} {asked.text.strip()}"
    base = float(case.value(path))
    if asked is not None and not label and asked.sign in ("<", "<=", ">", ">="):
        known = _exact(case, path, name, asked, start, stop)
        if known is not None:
            answers, made = known
            return Cells(case, path, start, stop, base, question, answers, made, 0)

    def answer(values: Array) -> Array:
        evaluated = metric.evaluate(rows(case, [{path: float(v)} for v in values]), [name])[name]
        raw = np.broadcast_to(np.asarray(evaluated), values.shape)
        return raw.astype(str) if asked is None else np.where(asked.holds(raw), "yes", "no")

    grid = np.linspace(start, stop, points)
    seen = answer(grid)
    at = np.flatnonzero(seen[1:] != seen[:-1])
    left, right = _bisect(answer, grid[at].copy(), grid[at + 1].copy(), seen[at])
    below, above = (answer(left), answer(right)) if len(at) else (seen[:0], seen[:0])
    changes_found = tuple(
        Change(float(0.5 * (a + b)), str(x), str(y), float(b - a))
        for a, b, x, y in zip(left, right, below, above)
    )
    answers = (str(seen[0]), *(c.above for c in changes_found))
    return Cells(case, path, start, stop, base, question, answers, changes_found, points)


def _bisect(
    answer: Callable[[Array], Array], left: Array, right: Array, first: Array
) -> tuple[Array, Array]:
    """Brackets of every change at once; the answer left of each bracket is ``first``."""
    if not len(left):
        return left, right
    for _ in range(_HALVINGS):
        middle = 0.5 * (left + right)
        if not ((left < middle) & (middle < right)).any():
            break
        same = answer(middle) == first
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return left, right


def _exact(
    case: Negotiation, path: str, name: str, asked: conditions.Condition, low: float, high: float
) -> tuple[tuple[str, ...], tuple[Change, ...]] | None:
    """Exact answers and thresholds of a number, or None where the game has none to give.

    The computation itself is traced, cell by cell over the whole range: nothing is sampled.
    """
    form, rest = metric.split(name, case)
    compute = metric.exactly(form)
    if compute is None:
        return None
    number = Fraction(str(asked.number))

    def margin(x: Any) -> Any:
        return _plain(compute(case.with_value(path, x), rest)) - number

    try:
        found = signs(pieces(margin, Fraction(str(low)), Fraction(str(high))))
    except (NegotiateError, TypeError):
        return None
    holds = {
        "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)
    }[asked.sign]  # fmt: skip
    told = [(right, "yes" if sign in holds else "no") for _, right, sign in found]
    answers, changes = [told[0][1]], []
    for (cut, before), (_, after) in itertools.pairwise(told):
        if before != after:
            at = radical(cut)
            changes.append(Change(float(at), before, after, exact=str(at)))
            answers.append(after)
    return tuple(answers), tuple(changes)


def _plain(value: Any) -> Any:
    """The number of an array without axes."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
