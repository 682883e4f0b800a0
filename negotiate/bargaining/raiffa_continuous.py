r"""Continuous Raiffa solution: the interim agreement moves steadily towards the ideal point.

Definition. From d the interim agreement moves in the direction of what each party could still gain,
:math:`z'(s) = m(z) - z`, until it meets the frontier. It is the limit of the discrete rounds when
each settles a vanishing share. Two parties; transcendental in general (on a polygon: powers with
irrational exponents), so floats: phase by phase in closed form on a polygon, by chords with an
error estimate on a smooth frontier.

Sources: Raiffa (1953), in Contributions to the Theory of Games II, 361-387; Livne (1989),
International Journal of Game Theory 18:383-394; Peters and van Damme (1991), Mathematics of
Operations Research 16:447-461.

On a straight frontier both gains stay equal.

>>> from negotiate.bargaining.problem import divide
>>> [round(u, 9) for u in raiffa_continuous(divide(1, {"a": "0.2", "b": 0}))[0].payoffs.values()]
[0.6, 0.4]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.bargaining import _solving as shared
from negotiate.bargaining._line import estimated, line, reached
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import curves
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution

_STEPS = 1200


@concept(
    "raiffa_continuous",
    title="Continuous Raiffa solution",
    short="continuous Raiffa",
    games=("bargaining",),
    field="transcendental",
    axioms=(
        "individual rationality",
        "pareto",
        "scale invariance",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def raiffa_continuous(form: BargainingProblem) -> Solution:
    """The continuous Raiffa solution."""

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        return estimated(form, *curves.raiffa_continuous(f, d), units)

    return shared.solve(
        form, "raiffa_continuous", exact_rule=None, float_rule=float_rule, evidence=holds
    )


@raiffa_continuous.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """The path walked again with small equal steps of the Runge-Kutta rule on a dense line."""
    form, point = shared.scaled(form, point)
    part = line(form)

    def speed(z: Any) -> Any:
        return floats([part.first(z[1]), part.second(z[0])]) - z

    z, h = np.zeros(2), 14.0 / _STEPS
    for _ in range(_STEPS):
        k1 = speed(z)
        k2 = speed(z + h / 2 * k1)
        k3 = speed(z + h / 2 * k2)
        z = z + h / 6 * (k1 + 2 * k2 + 2 * k3 + speed(z + h * k3))
    what = "distance to the end of the path, stakes"
    return reached(form, point, z, what=what, name="the path's end", chords=10)


@raiffa_continuous.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = raiffa_continuous(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    shares = ", ".join(f"{p} gets {u:.6g}" for p, u in answer[0].payoffs.items())
    return (
        "1. Start at $d$ and move in the direction of $m(z) - z$, the gains still open.\n"
        f"2. The path meets the frontier where {shares}."
    )
