r"""Kalai-Smorodinsky solution: gains in proportion to what each party could have at best.

Definition. With the ideal point :math:`m_i = \max\{u_i : u \in S, u \ge d\}` it is the largest
point of S on the line from d to m: :math:`(u_i - d_i)/(m_i - d_i)` is the same for all. With two
parties it is efficient; with more only weakly so in general (Roth 1979).

Sources: Kalai and Smorodinsky (1975), Econometrica 43:513-518, doi:10.2307/1914280; Raiffa (1953);
Roth (1979), Axiomatic Models of Bargaining, ch. III (three parties).

The paper's example: S2 holds S1 and the point (1, 7/10) besides. Player 2 gains, as it should.

>>> from negotiate.bargaining.problem import from_polygon
>>> s2 = from_polygon([(0, 1), (1, "0.7"), (1, 0)], (0, 0))
>>> [str(u) for u in kalai_smorodinsky(s2)[0].payoffs.values()]
['10/13', '10/13']
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import convex, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "kalai_smorodinsky",
    title="Kalai-Smorodinsky solution",
    short="Kalai-Smorodinsky",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "individual monotonicity",
        "individual rationality",
        "pareto",
        "scale invariance",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def kalai_smorodinsky(form: BargainingProblem) -> Solution:
    """The Kalai-Smorodinsky solution."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        point = exact.kalai_smorodinsky(vertices, d)
        return shared.Found((point.u1, point.u2), point, _ideal(form, exact.ideal(vertices, d)))

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.kalai_smorodinsky(f, d)
        best = [row.reshape(form.shape)[()] for row in kernel.ideal(f, d) * units]
        return shared.Found((point.u[0], point.u[1]), point, _ideal(form, best))

    def many_rule(form: BargainingProblem, d: Any, room: convex.Answer, units: Any) -> shared.Many:
        best = list(form.ideal().values())
        answer = convex.maximin(form.program, d, np.array(best) - d)
        terms = convex.terms(form.program, answer.y)
        # on the line from d to m; some parties' terms may be worth more (free disposal)
        on_line = d + answer.value * (np.array(best) - d)
        return shared.Many(on_line, terms, answer.gap, _ideal(form, best * units))

    return shared.solve(
        form,
        "kalai_smorodinsky",
        exact_rule=exact_rule,
        float_rule=float_rule,
        many_rule=many_rule,
        evidence=holds,
    )


def _ideal(form: BargainingProblem, best: Any) -> dict[str, Any]:
    return {"ideal": dict(zip(form.parties, best))}


@kalai_smorodinsky.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Proportional to ideal gains, and no point of S is better for all."""
    form, point = shared.scaled(form, point)
    best = form.ideal()
    rows = [(point.payoffs[p] - d, best[p] - d) for p, d in zip(form.parties, form.disagreement)]
    # cross products: no division by an ideal gain of zero
    apart = max(abs(g * m_j - g_j * m) for g, m in rows for g_j, m_j in rows)
    if apart > (shared.slack(form) or (0 if form.is_exact else tolerance.AGREEMENT)):
        return Evidence(False, apart, "difference of relative gains (cross product)", "the line")
    left = shared.loss(form, point)
    return shared.verdict(form, point, left, "distance to frontier, stakes")


@kalai_smorodinsky.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = kalai_smorodinsky(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    point = answer[0]
    best = point.facts["ideal"]
    rows = ", ".join(f"{p}: {best[p]}" for p in form.parties)
    shares = ", ".join(f"{p} gets {point.payoffs[p]}" for p in form.parties)
    return (
        f"1. Ideal point $m$: {rows}.\n"
        "2. Go from $d$ towards $m$ as far as S allows.\n"
        f"3. Solution: {shares}."
    )
