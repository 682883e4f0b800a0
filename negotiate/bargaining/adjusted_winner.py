r"""Adjusted Winner: equitable, efficient, with at most one issue divided; two parties.

Definition. Each party spreads 100 points over the issues; each issue goes first to whoever gave it
more, then issues are handed over in the order of the ratio of points, the last one in part, until
both have the same number of points. That is the efficient point at which both have the same share
of their range on the frontier,

    (u_1 - min u_1) / (max u_1 - min u_1) = (u_2 - min u_2) / (max u_2 - min u_2),

which is how it is computed, for tabled and for quadratic values alike (there it generalises the
procedure: every issue is divided). It does not look at d, and may leave a party below it.

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

from typing import Any

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
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
        point = exact.adjusted_winner(vertices)
        return shared.Found((point.u1, point.u2), point)

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.adjusted_winner(f)
        return shared.Found((point.u[0], point.u[1]), point)

    return shared.solve(
        form, "adjusted_winner", exact_rule=exact_rule, float_rule=float_rule, evidence=holds,
        individually_rational=False,
        notes=("the disagreement point plays no part but for the bargaining zone",),
    )  # fmt: skip


@adjusted_winner.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Equal shares of both ranges, and no point of S is better for both."""
    form, point = shared.scaled(form, point)
    corners = form.frontier()
    (low1, high2), (high1, low2) = corners[0], corners[-1]
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
