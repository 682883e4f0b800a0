r"""Perles-Maschler (super-additive) solution: both ends of the frontier walk at equal cost.

Definition. Two points start at the ideals of the individually rational frontier and walk towards
each other so that at all times the products of what is won and given up,
:math:`-du_1\,du_2`, are equal; they meet at the solution. So it halves the length
:math:`\int \sqrt{-du_1\,du_2}`. It is the only solution with the standard axioms that is
super-additive: parties lose nothing by agreeing before uncertainty is resolved. Two parties.

Source: Perles and Maschler (1981), International Journal of Game Theory 10:163-193,
doi:10.1007/BF01755963.

On (0, 1), (1, 7/10), (1, 0) only the sloping side has length: its middle is the solution.

>>> from negotiate.bargaining.problem import from_polygon
>>> problem = from_polygon([(0, 1), (1, "0.7"), (1, 0)], (0, 0))
>>> [str(u) for u in perles_maschler(problem)[0].payoffs.values()]
['1/2', '17/20']
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._line import by_chords, gains, line, on_frontier
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import curves, exact
from negotiate.bargaining.problem import BargainingProblem
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "perles_maschler",
    title="Perles-Maschler solution",
    short="Perles-Maschler",
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
def perles_maschler(form: BargainingProblem) -> Solution:
    """The Perles-Maschler solution; exact where the lengths of all pieces have rational ratios."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found | None:
        point = exact.perles_maschler(vertices, d)
        return None if point is None else shared.Found(point)

    return shared.solve(
        form,
        "perles_maschler",
        exact_rule=exact_rule,
        float_rule=by_chords(form, curves.perles_maschler),
        evidence=holds,
    )


@perles_maschler.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Lengths on either side of the point, chord by chord."""
    form, point = shared.scaled(form, point)
    part = line(form)
    g1, g2 = gains(form, point)
    # the point is put on the line by whichever gain is steeper there
    at = int(np.searchsorted(part.x, g1))
    x, y = np.insert(part.x, at, g1), np.insert(part.y, at, g2)
    steps = np.sqrt(np.maximum(np.diff(x), 0) * np.maximum(-np.diff(y), 0))
    apart = float(steps[:at].sum() - steps[at:].sum())
    if abs(apart) > 10 * shared.CURVE * max(float(steps.sum()), tolerance.TIE):
        return Evidence(False, apart, "difference of the two lengths, stakes", "the middle")
    return on_frontier(form, point)


@perles_maschler.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = perles_maschler(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    part = line(form)
    length = float(np.sqrt(np.diff(part.x) * np.maximum(-np.diff(part.y), 0)).sum())
    shares = ", ".join(f"{p} gets {u}" for p, u in answer[0].payoffs.items())
    return (
        f"1. The rational frontier has length $\\int\\sqrt{{-du_1 du_2}}$ = {length:.6g}.\n"
        f"2. Half of it lies on either side of the point where {shares}."
    )
