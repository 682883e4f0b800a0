"""Thresholds: the value of a quantity at which an answer changes.

`threshold` finds, for every draw of everything else, where the margin of a condition changes sign
as one quantity moves: a scan over a grid brackets the first change, bisection narrows it, so a
threshold has a distribution and a stated bracket. `exact_threshold` is for one problem in
fractions: if the margin is a polynomial or a quotient of polynomials, it is interpolated exactly,
its sign changes are isolated and given as numbers without rounding.

>>> from fractions import Fraction as F
>>> found = exact_threshold(lambda x: x * x - 2 * x + F(3, 4), 0, 2)
>>> found.roots
(Fraction(1, 2), Fraction(3, 2))
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError
from negotiate.numbers.traced import Piece, between, decimal, pieces, roots
from negotiate.tolerance import ROOT
from negotiate.whatif.questions.answer import Answer, Picture, percent, shown
from negotiate.whatif.questions.condition import Condition, read
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.design import Sobol
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Threshold(Answer):
    """Where a condition starts or stops to hold, draw by draw.

    Attributes
    ----------
    path, metric, condition
        What moves; what is asked.
    unit
        Unit of the quantity.
    low, high
        Range that was searched.
    values
        Threshold of each draw, NaN where the condition does not change in the range.
    bracket
        Width of the interval that holds it, ``(D,)``.
    rises
        True where the condition holds above the threshold, ``(D,)``.
    always, never, failed, several
        Numbers of draws in which it holds throughout, never holds, could not be solved, and
        changes more than once on the scan's grid (the first change is given).
    """

    path: str
    metric: str
    condition: Condition
    low: float
    high: float
    values: Floats
    bracket: Floats
    rises: NDArray[np.bool_]
    always: int
    never: int
    failed: int
    several: int
    unit: str = ""
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> Floats:
        """Thresholds of the draws that have one."""
        return self.values[~np.isnan(self.values)]

    def quantiles(self, at: tuple[float, ...] = (0.05, 0.5, 0.95)) -> tuple[float, ...]:
        """Quantiles over the draws that have a threshold."""
        if not self.found.size:
            return tuple(float("nan") for _ in at)
        return tuple(float(q) for q in np.quantile(self.found, at))

    def records(self) -> list[dict[str, Any]]:
        """One row."""
        low, middle, high = self.quantiles()
        return [
            {
                "quantity": self.path, "metric": self.metric, "condition": self.condition.text,
                "q05": low, "median": middle, "q95": high, "unit": self.unit,
                "draws": len(self.values), "with threshold": int(self.found.size),
                "always": self.always, "never": self.never, "several": self.several,
                "failed": self.failed,
                "widest bracket": float(np.nanmax(self.bracket)) if self.found.size else np.nan,
            }
        ]  # fmt: skip

    def sentence(self) -> str:
        """The median threshold with its 5 % and 95 % points, or that there is none."""
        draws = len(self.values)
        what = f"{self.metric} {self.condition.text}"
        reach = f"between {shown(self.low)} and {shown(self.high)}"
        if not self.found.size:
            always, never = self.always / draws, self.never / draws
            return (
                f"No value of {self.path} {reach} changes whether {what}: it holds throughout in "
                f"{percent(always)} of draws and nowhere in {percent(never)}."
            )
        low, middle, high = self.quantiles()
        rising = self.rises[~np.isnan(self.values)].mean()
        word = "at least" if rising >= 0.5 else "at most"
        unit = f" {self.unit}" if self.unit else ""
        span = "" if draws == 1 else f" [{shown(low)}, {shown(high)}]"
        text = f"For {what}, {self.path} must be {word} {shown(middle)}{span}{unit}"
        share = self.found.size / draws
        if share < 1:
            text += f", in the {percent(share)} of draws in which it makes a difference"
            if self.always:
                text += f"; in {percent(self.always / draws)} it holds anyway"
            if self.never:
                text += f"; in {percent(self.never / draws)} no value {reach} brings it about"
        if 0 < rising < 1:
            odd = min(rising, 1 - rising)
            text += f" (in {percent(odd)} of these draws the direction is the other one)"
        return f"{text}."

    def picture(self) -> Picture:
        """Distribution of the threshold."""
        return Picture(
            "histogram", ("threshold",), (self.found,),
            x_label=f"{self.path} ({self.unit})" if self.unit else self.path,
            y_label="draws", marks=tuple(q for q in self.quantiles((0.5,)) if q == q),
            mark_words=("median" if self.found.size else "",)[: int(self.found.size > 0)],
        )  # fmt: skip


def _margins(
    space: Space, evaluate: Evaluate, base: dict[str, Any], path: str, metric: str,
    condition: Condition,
) -> Callable[[Floats, NDArray[np.int64]], Floats]:  # fmt: skip
    def margin(x: Floats, rows: NDArray[np.int64]) -> Floats:
        part = {name: value[rows] for name, value in base.items()}
        found = evaluate_rows(evaluate, space.move(part, path, x))
        if metric not in found.metrics:
            if len(found.failures) == len(rows):
                return np.full(len(rows), np.nan)
            raise UnknownNameError("metric", metric, found.metrics, where="threshold")
        return condition.margin(found.metrics[metric])

    return margin


def bisect(
    margin: Callable[[Floats, NDArray[np.int64]], Floats],
    draws: int,
    low: float,
    high: float,
    *,
    points: int = 33,
    width: float = ROOT,
) -> tuple[Floats, Floats, NDArray[np.bool_], dict[str, int]]:
    """First sign change of each draw's margin on [low, high], by scan and bisection.

    Parameters
    ----------
    margin
        ``(x, rows) -> margins``: margins of the draws ``rows`` at values ``x`` of equal length.
    points
        Grid of the scan; changes that come and go between two grid points are not seen.
    width
        Width of the bracket relative to ``high - low`` at which a threshold is found.

    Returns
    -------
    tuple
        Thresholds (NaN if none), bracket widths, whether the margin rises, and counts.
    """
    grid = np.linspace(low, high, points)
    rows = np.arange(draws)
    table = np.stack([margin(np.full(draws, x), rows) for x in grid], -1)
    solved = ~np.isnan(table)
    inside = table >= 0
    change = (inside[:, 1:] != inside[:, :-1]) & solved[:, 1:] & solved[:, :-1]
    has = change.any(1)
    at = change.argmax(1)
    a, b = grid[at].copy(), grid[at + 1].copy()
    rises = inside[rows, at + 1]
    active = rows[has]
    while active.size:
        active = active[(b[active] - a[active]) > width * (high - low)]
        middle = 0.5 * (a[active] + b[active])
        moving = (middle > a[active]) & (middle < b[active])  # else no float lies between
        active, middle = active[moving], middle[moving]
        if not active.size:
            break
        found = margin(middle, active)
        above = np.where(np.isnan(found), rises[active], found >= 0)
        upper = above == rises[active]
        b[active] = np.where(upper, middle, b[active])
        a[active] = np.where(upper, a[active], middle)
    none = ~solved.any(1)
    partly = ~has & ~none
    first = np.where(solved, inside, False).any(1)
    counts = {
        "always": int((partly & first).sum()),
        "never": int((partly & ~first).sum()),
        "failed": int(none.sum()),
        "several": int((change.sum(1) > 1).sum()),
    }
    values = np.where(has, 0.5 * (a + b), np.nan)
    return values, np.where(has, b - a, np.nan), rises, counts


def threshold(
    space: Space,
    evaluate: Evaluate,
    path: str,
    metric: str,
    condition: str | Condition,
    *,
    low: float | None = None,
    high: float | None = None,
    draws: int = 1024,
    seed: int = 0,
    points: int = 33,
    width: float = 1e-9,
) -> Threshold:
    """Threshold of ``path`` for a condition on ``metric``, over draws of everything else.

    Parameters
    ----------
    space, evaluate
        The seam. The path's group follows its move rule.
    low, high
        Range to search; by default the 0.1 % to 99.9 % points of the quantity.
    draws
        Draws of the other quantities; 1 means their base values.
    """
    space.check(path)
    condition = read(condition) if isinstance(condition, str) else condition
    if low is None or high is None:
        ends = np.asarray(space.marginal(path).ppf(np.array([0.001, 0.999])), float)
        low, high = float(ends[0]) if low is None else low, float(ends[1]) if high is None else high
    if not low < high:
        raise InputError(
            f"range {low:g} to {high:g}", where=f"threshold of {path}", allowed="low below high",
            remedy="give low and high: the quantity itself has no range",
        )  # fmt: skip
    if draws == 1:
        base = {name: np.asarray([value]) for name, value in space.centre().items()}
    else:
        base = Sobol(draws, seed).values(space, 0, draws)
    margin = _margins(space, evaluate, base, path, metric, condition)
    values, bracket, rises, counts = bisect(
        margin, draws, float(low), float(high), points=points, width=width
    )
    notes = (f"searched on {points} grid points, then bisected to {width:g} of the range",)
    return Threshold(
        path, metric, condition, float(low), float(high), values, bracket, rises,
        unit=space.units.get(path, ""), notes=notes, **counts,
    )  # fmt: skip


@dataclass(frozen=True)
class ExactThreshold:
    """Sign changes of a function of one quantity, without rounding and none missed.

    Attributes
    ----------
    roots
        Where the sign changes through zero or by a jump, in order; fractions, or SymPy algebraic
        numbers.
    poles
        Points in the range at which the function has no value.
    pieces
        The quotients of polynomials that the function is, cell by cell; they cover the range.
    """

    roots: tuple[Any, ...]
    poles: tuple[Any, ...]
    pieces: tuple[Piece, ...]


def exact_threshold(
    margin: Callable[[Fraction], Fraction],
    low: Fraction | int | str,
    high: Fraction | int | str,
) -> ExactThreshold:
    """Where a function of one quantity, made of arithmetic and comparisons, changes sign.

    The function is run on a number that keeps its own trace (`negotiate.numbers.traced`): between
    the points at which one of its comparisons turns out otherwise it is one quotient of
    polynomials, whose zeros are isolated. So the whole range is covered.

    Parameters
    ----------
    margin
        Fraction to fraction, such as a metric of a negotiation with one value set.
    low, high
        Range, closed.

    Returns
    -------
    ExactThreshold

    Raises
    ------
    NotApplicableError
        Where the computation leaves exact arithmetic, or has too many cases.

    Examples
    --------
    >>> exact_threshold(lambda x: min(1 - x, Fraction(13, 4) - 4 * x), 0, 1).roots
    (Fraction(13, 16),)
    """
    first, last = Fraction(low), Fraction(high)
    if not first < last:
        raise InputError(
            f"range {low} to {high}", where="exact threshold", allowed="low below high"
        )
    found = pieces(margin, first, last)
    cells = signs(found)
    changes = tuple(
        right for (_, right, sign), (_, _, after) in itertools.pairwise(cells)
        if (sign > 0) != (after > 0) and (sign < 0) != (after < 0)
    )  # fmt: skip
    poles = {
        root: None
        for piece in found
        if not piece.function.denom.is_ground
        for root in roots(piece.function.denom)
        if decimal(piece.left) <= decimal(root) <= decimal(piece.right)
    }
    return ExactThreshold(
        tuple(radical(root) for root in changes if root not in poles),
        tuple(radical(pole) for pole in poles),
        found,
    )


def signs(found: Sequence[Piece]) -> list[tuple[Any, Any, int]]:
    """Left end, right end and sign of each open cell on which a function keeps its sign."""
    out: list[tuple[Any, Any, int]] = []
    for piece in found:
        top = piece.function.numer
        inner = [] if top.is_ground else [
            root for root in roots(top)
            if decimal(piece.left) < decimal(root) < decimal(piece.right)
        ]  # fmt: skip
        for left, right in itertools.pairwise([piece.left, *inner, piece.right]):
            a, b = between(left, right)
            value = piece.at((a + b) / 2)
            sign = (value > 0) - (value < 0)
            if out and out[-1][2] == sign:
                out[-1] = (out[-1][0], right, sign)
            else:
                out.append((left, right, sign))
    return out


def radical(number: Any) -> Any:
    """An algebraic number with roots where it is of degree two, else as it is."""
    if isinstance(number, Fraction) or number.poly.degree() > 2:
        return number
    import sympy

    return sympy.CRootOf(number.poly, number.index, radicals=True)
