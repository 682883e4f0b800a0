"""Where the answer changes along one quantity: a strip of cells and the thresholds between them.

An answer is a label (which levers are used at equilibrium) or whether a condition on a number
holds (is the deal acceptable to both). Where the form can compute the number in fractions and it
is a rational function of the quantity on the whole range, thresholds are exact; elsewhere the
range is scanned and each change bracketed by bisection, and the bracket is reported. A change that
comes and goes between two points of the scan is not seen: the number of points is stated.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.case.negotiation import Negotiation
from negotiate.errors import NegotiateError
from negotiate.view import Viewable
from negotiate.whatif import metric
from negotiate.whatif.questions import condition as conditions
from negotiate.whatif.questions.oneway import rows, span
from negotiate.whatif.questions.threshold import exact_threshold
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
        changes = _exact(case, path, name, asked, start, stop)
        if changes is not None:
            answers = _between(case, path, name, asked, start, stop, changes)
            made = tuple(
                Change(float(c), answers[i], answers[i + 1], exact=str(c))
                for i, c in enumerate(changes)
            )
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
) -> tuple[Any, ...] | None:
    """Exact thresholds of a number, or None where the form has none to give."""
    form, rest = metric.split(name, case)
    compute = metric.exactly(form)
    if compute is None:
        return None
    # The least of several numbers is made of pieces: its sign can change only where one of them
    # changes sign, so their thresholds are joined and those at which nothing changes left out.
    head, _, last = rest.rpartition(".")
    parts = [f"{head}.{party}" for party in case.principals] if last == "least" else [rest]
    number = Fraction(str(asked.number))

    def margin(x: Any, part: str) -> Fraction:
        return Fraction(compute(case.with_value(path, x), part)) - number

    first, last_value = Fraction(str(low)), Fraction(str(high))
    try:
        roots = {
            root
            for part in parts
            for root in exact_threshold(
                functools.partial(margin, part=part), first, last_value
            ).roots
        }
    except (NegotiateError, TypeError):
        return None
    candidates = sorted(roots, key=float)
    edges = [low, *map(float, candidates), high]
    holds = [margin(Fraction(str(0.5 * (a + b))), rest) >= 0 for a, b in itertools.pairwise(edges)]
    return tuple(c for c, before, after in zip(candidates, holds, holds[1:]) if before != after)


def _between(
    case: Negotiation,
    path: str,
    name: str,
    asked: conditions.Condition,
    low: float,
    high: float,
    changes: tuple[Any, ...],
) -> tuple[str, ...]:
    """Whether the condition holds in each cell, at its middle."""
    edges = [low, *(float(c) for c in changes), high]
    middles = [0.5 * (a + b) for a, b in itertools.pairwise(edges)]
    found = metric.evaluate(rows(case, [{path: m} for m in middles]), [name])[name]
    holds = asked.holds(np.broadcast_to(np.asarray(found, dtype=float), (len(middles),)))
    return tuple("yes" if h else "no" for h in holds)
