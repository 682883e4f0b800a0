r"""Discrete Raiffa solution: round after round everybody gets half of what it could still gain.

Definition. With the ideal point m(d), the interim agreement is the middle of d and m(d); it becomes
the next round's disagreement point. The limit is the solution. (For n parties a round moves by
1/n; here two.) It is reached exactly when what is left is a triangle.

Sources: Raiffa (1953), in Kuhn and Tucker (eds), Contributions to the Theory of Games II,
361-387; Luce and Raiffa (1957), Games and Decisions, pp. 136-137; Salonen (1988), European
Journal of Political Economy 4:327-336 (axioms).

On (0, 1), (1, 7/10), (1, 0): from (0, 0) to (1/2, 1/2); now m = (1, 17/20), and the next point is
(3/4, 27/40), and so on up the line; the limit comes from a geometric series.

>>> from negotiate.bargaining.problem import from_polygon
>>> triangle = from_polygon([(0, 1), (1, 0)], ("0.2", 0))
>>> [str(u) for u in raiffa_discrete(triangle)[0].payoffs.values()]
['3/5', '2/5']
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.bargaining import _solving as shared
from negotiate.bargaining._line import line, reached
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution

_ROUNDS = 60


@concept(
    "raiffa_discrete",
    title="Discrete Raiffa solution",
    short="discrete Raiffa",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "individual rationality",
        "pareto",
        "scale invariance",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def raiffa_discrete(form: BargainingProblem) -> Solution:
    """The discrete Raiffa solution; exact where the rounds end in a triangle."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found | None:
        point, reached = exact.raiffa_discrete(vertices, d)
        return shared.Found(point) if reached else None

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.raiffa_discrete(f, d)
        return shared.Found((point[0], point[1]))

    return shared.solve(
        form, "raiffa_discrete", exact_rule=exact_rule, float_rule=float_rule, evidence=holds
    )


@raiffa_discrete.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """The rounds played again by interpolation on a dense line."""
    form, point = shared.scaled(form, point)
    part = line(form)
    here = np.zeros(2)
    for _ in range(_ROUNDS):
        best = floats([part.first(here[1]), part.second(here[0])])
        here = here + (best - here) / 2
    what = "distance to the limit of the rounds, stakes"
    return reached(form, point, here, what=what, name="the limit")


@raiffa_discrete.explained_by
def explain(form: BargainingProblem) -> str:
    """The first rounds in Markdown."""
    answer = raiffa_discrete(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    part, here, lines = line(form), np.zeros(2), []
    start = floats([float(d) for d in form.disagreement])
    for step in range(1, 5):
        best = floats([part.first(here[1]), part.second(here[0])])
        here = (here + best) / 2
        ideal, now = (", ".join(f"{x:.4g}" for x in point + start) for point in (best, here))
        lines.append(f"{step}. Ideal ({ideal}), agreement so far ({now}).")
    shares = ", ".join(f"{p} gets {u}" for p, u in answer[0].payoffs.items())
    return "\n".join([*lines, f"5. In the limit {shares}."])
