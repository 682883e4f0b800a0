r"""Relative utilitarian solution: the largest sum of gains, each relative to its ideal gain.

Definition. It maximises :math:`\sum_i (u_i - d_i)/(m_i - d_i)` over S, m the ideal point. Where
the frontier has a flat piece of just that slope every point of it is a solution: both ends are
returned as one component. Individual rationality is not imposed; a party may end below d, and the
solution says so.

Sources: Dhillon and Mertens (1999), Econometrica 67:471-498, doi:10.1111/1468-0262.00033; Cao
(1982), cited there, for bargaining problems normalised by the ideal point; Segal (2000), Journal of
Political Economy 108:569-589.

Linked issues with weights 60, 30, 10 against 10, 30, 60 (Tollison and Willett 1979): each takes
what it weighs more, and the middle issue, of equal weight, may go to either.

>>> from negotiate.bargaining.problem import from_polygon
>>> problem = from_polygon([(0, 100), (60, 90), (90, 60), (100, 0)], (0, 0))
>>> [[str(u) for u in point.payoffs.values()] for point in utilitarian(problem).points]
[['60', '90'], ['90', '60']]
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import convex, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.arithmetic.frontier import Located, at_lambda
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "utilitarian",
    title="Utilitarian solution",
    short="utilitarian",
    games=("bargaining",),
    field="algebraic",
    axioms=("pareto", "scale invariance", "symmetry", "translation invariance"),
    metrics=SOLUTION,
)
def utilitarian(form: BargainingProblem) -> Solution:
    """The relative utilitarian solution; over draws the middle of a tied piece."""
    first = _one(form, 0)
    if form.shape or not first.points or not _tied(form):
        return first
    second = _one(form, 1)
    return replace(
        first,
        points=(*first.points, *second.points),
        components=((0, 1),),
        notes=(*first.notes, "every mixture of the two points is a solution as well"),
        evidence=(*first.evidence, *second.evidence),
    )


def _tied(form: BargainingProblem) -> bool:
    if len(form.parties) != 2:
        return False
    if form.is_exact:
        before, after = exact.utilitarian(form.exact_frontier.vertices, tuple(form.disagreement))
        return (before.u1, before.u2) != (after.u1, after.u2)
    near = shared.in_units(form)[0]
    return bool(kernel.utilitarian(near.float_frontier, floats(near.disagreement)).flat[0])


def _one(form: BargainingProblem, end: int) -> Solution:
    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        point = exact.utilitarian(vertices, d)[end]
        return shared.Found((point.u1, point.u2), point)

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.utilitarian(f, d)
        if not form.shape and point.flat[0]:
            # clear of the flat piece, whose critical lambda is met only to a tolerance
            side = point.low + (2 * end - 1) * 2 * tolerance.UTILITY
            u = at_lambda(f, side)
            point = Located(u, side, side, np.zeros_like(point.flat))
        return shared.Found((point.u[0], point.u[1]), point)

    def many_rule(form: BargainingProblem, d: Any, room: convex.Answer, units: Any) -> shared.Many:
        best = np.array(list(form.ideal().values()))
        u, terms = convex.best_response(form.program, 1.0 / (best - d))
        return shared.Many(u, terms, 0.0)

    return shared.solve(
        form,
        "utilitarian",
        exact_rule=exact_rule,
        float_rule=float_rule,
        many_rule=many_rule,
        evidence=holds,
        individually_rational=False,
    )


@utilitarian.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """No point of S has a larger weighted sum, by the support function."""
    form, point = shared.scaled(form, point)
    best = form.ideal()
    spans = [best[p] - d for p, d in zip(form.parties, form.disagreement)]
    if min(spans) <= tolerance.UTILITY * (not form.is_exact):
        left = shared.loss(form, point)
        return shared.verdict(
            form, point, left, "distance to frontier, stakes", individually_rational=False
        )
    value = shared.supported(form, point, [1 / span for span in spans])
    return shared.verdict(
        form,
        point,
        value,
        "missing from the largest weighted sum, stakes",
        individually_rational=False,
    )


@utilitarian.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = utilitarian(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    best = form.ideal()
    rows = ", ".join(f"1/({best[p]} - {d})" for p, d in zip(form.parties, form.disagreement))
    ends = " and ".join(
        "(" + ", ".join(f"{p}: {u}" for p, u in point.payoffs.items()) + ")"
        for point in answer.points
    )
    return f"1. Weigh each gain by one over the ideal gain: {rows}.\n2. Largest sum: {ends}."
