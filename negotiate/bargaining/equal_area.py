r"""Equal-area solution: the line from d to it halves what the parties could both accept.

Definition. It is the weakly efficient u for which the segment from d to u cuts the individually
rational part :math:`\{s \in S : s \ge d\}` into two parts of equal area; as many outcomes favour
the one side as the other. Two parties. On a polygon it is rational.

Sources: Anbarci and Bigelow (1994), Mathematical Social Sciences 28:133-142,
doi:10.1016/0165-4896(94)90011-6 (area monotonicity); Calvo and Peters (2000), International
Journal of Game Theory 29:81-92.

On the polygon (0, 1), (1, 7/10), (1, 0) the area is 17/20. The ray through (1, 7/10) leaves 7/20
below it and 1/2 above, so the point lies 3/20 to the left of that corner:

>>> from negotiate.bargaining.problem import from_polygon
>>> problem = from_polygon([(0, 1), (1, "0.7"), (1, 0)], (0, 0))
>>> [str(u) for u in equal_area(problem)[0].payoffs.values()]
['17/20', '149/200']
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.bargaining import _solving as shared
from negotiate.bargaining._line import by_chords, gains, line, on_frontier
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import curves, exact
from negotiate.bargaining.problem import BargainingProblem
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "equal_area",
    title="Equal area solution",
    short="equal area",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "individual rationality",
        "scale invariance",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def equal_area(form: BargainingProblem) -> Solution:
    """The equal-area solution."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        return shared.Found(exact.equal_area(vertices, d))

    return shared.solve(
        form,
        "equal_area",
        exact_rule=exact_rule,
        float_rule=by_chords(form, curves.equal_area),
        evidence=holds,
    )


@equal_area.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Areas on either side of the ray, by the trapezoidal rule on a dense line."""
    form, point = shared.scaled(form, point)
    part = line(form)
    g1, g2 = gains(form, point)
    grid = np.unique(np.concatenate([part.x, np.linspace(0, part.x[-1], 2001), [g1]]))
    height = part.second(grid)
    total = float(np.trapezoid(height, grid))
    inside = grid <= g1
    above = float(np.trapezoid(height[inside], grid[inside])) - g1 * g2 / 2
    # per stake of the longer side, so that the number is one in stakes
    apart = (2 * above - total) / max(float(part.x[-1]), float(part.y[0]), 1e-12)
    if abs(apart) > shared.CURVE:
        return Evidence(False, apart, "difference of areas over the longer side", "the ray")
    return on_frontier(form, point)


@equal_area.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = equal_area(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    part = line(form)
    area = float(np.trapezoid(part.y, part.x)) + part.x[0] * part.y[0]
    shares = ", ".join(f"{p} gets {u}" for p, u in answer[0].payoffs.items())
    return (
        f"1. What both can accept has an area of {area:.6g} (stakes squared).\n"
        "2. Turn a ray around $d$ until it halves that area.\n"
        f"3. It meets the frontier where {shares}."
    )
