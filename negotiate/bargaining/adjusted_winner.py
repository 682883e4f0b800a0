r"""Adjusted Winner: equitable, efficient, with at most one issue divided; two parties.

Definition. Each party spreads 100 points over the issues; each issue goes first to whoever gave it
more, then issues are handed over in the order of the ratio of points, the last one in part, until
both have the same number of points. That is the efficient point at which both have the same share
of what they could win,

    (u_1 - l_1) / (h_1 - l_1) = (u_2 - l_2) / (h_2 - l_2),

h_i the worth to party i of winning every issue (each as it likes best) and l_i of losing every one
(each as the other likes best). It is how the solution is computed, for tabled and for quadratic
values alike (there it generalises the procedure: every issue is divided). An issue to which a party
gives no points counts in the other's range although it can be won for nothing, so l_i is not the
end of the frontier. It does not look at d, and may leave a party below it.

Source: Brams and Taylor (1996), Fair Division, Cambridge, ch. 4, pp. 68-75 (equitable, efficient,
envy-free for two).

Points 60, 30, 10 and 10, 30, 60: one issue each, and the middle one is halved, 75 points each.

>>> from negotiate.bargaining.values import linear
>>> from negotiate.bargaining.problem import from_issues
>>> points = {"a": {"x": 60, "y": 30, "z": 10}, "b": {"x": 10, "y": 30, "z": 60}}
>>> wants = {"a": dict.fromkeys("xyz", linear(1)), "b": dict.fromkeys("xyz", linear(0))}
>>> answer = adjusted_winner(from_issues(points, wants, {"a": 0, "b": 0}))
>>> [str(u) for u in answer[0].payoffs.values()], [str(x) for x in answer[0].terms.values()]
(['75', '75'], ['1', '1/2', '0'])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "adjusted_winner",
    title="Adjusted Winner",
    short="Adjusted Winner",
    games=("bargaining",),
    field="algebraic",
    axioms=("pareto", "scale invariance", "symmetry", "translation invariance"),
    metrics=SOLUTION,
)
def adjusted_winner(form: BargainingProblem) -> Solution:
    """The Adjusted Winner division."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        point = exact.adjusted_winner(vertices, *_range(form))
        return shared.Found((point.u1, point.u2), point)

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        near = shared.in_units(form)[0].floats()
        low, high = (
            np.stack([np.broadcast_to(floats(end), form.shape).reshape(-1) for end in pair])
            for pair in _range(near)
        )
        point = kernel.adjusted_winner(f, low, high)
        return shared.Found((point.u[0], point.u[1]), point)

    return shared.solve(
        form,
        "adjusted_winner",
        exact_rule=exact_rule,
        float_rule=float_rule,
        evidence=holds,
        individually_rational=False,
        notes=("the disagreement point plays no part but for the bargaining zone",),
    )


def _range(form: BargainingProblem) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Worth to each party of losing every issue, and of winning every issue."""
    lowest, highest = [], []
    for i in (0, 1):
        low = high = form.base[..., i]
        for k, labels in enumerate(form.options):
            own, other = form.values[i][k], form.values[1 - i][k]
            if labels is None:
                lost, won = own.at(other.target), own.at(own.target)
            else:
                lost, won = _of_options(own.table, other.table)
            low = low + form.weights[..., i, k] * lost
            high = high + form.weights[..., i, k] * won
        lowest.append(low)
        highest.append(high)
    return (lowest[0], lowest[1]), (highest[0], highest[1])


def _of_options(own: Sequence[Any], other: Sequence[Any]) -> tuple[Any, Any]:
    """Least worth of the options the other likes best, and of the best option."""
    if any(isinstance(x, np.ndarray) for x in (*own, *other)):
        mine, theirs = (np.stack(np.broadcast_arrays(*table)) for table in (own, other))
        best = theirs >= theirs.max(axis=0) - tolerance.UTILITY
        return np.where(best, mine, np.inf).min(axis=0), mine.max(axis=0)
    best_of = max(other)
    return min(x for x, y in zip(own, other) if y == best_of), max(own)


@adjusted_winner.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Equal shares of both ranges, and no point of S is better for both."""
    form, point = shared.scaled(form, point)
    (low1, low2), (high1, high2) = _range(form)
    first, second = (point.payoffs[p] for p in form.parties)
    apart = (first - low1) * (high2 - low2) - (second - low2) * (high1 - low1)
    if abs(apart) > (shared.slack(form) or (0 if form.is_exact else tolerance.AGREEMENT)):
        return Evidence(False, apart, "difference of shares (cross product)", "equal shares")
    left = shared.loss(form, point)
    return shared.verdict(
        form, point, left, "distance to frontier, stakes", individually_rational=False
    )


@adjusted_winner.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = adjusted_winner(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    point = answer[0]
    terms = ", ".join(f"{issue}: {level}" for issue, level in point.terms.items())
    return (
        "1. Give each issue to the party that weighs it more.\n"
        "2. Hand issues over in order of the ratio of weights until the points are equal.\n"
        f"3. Terms: {terms}; divided: {', '.join(point.facts['split']) or 'none'}."
    )
