r"""Egalitarian solution: equal gains over the disagreement point, as large as possible.

Definition. :math:`u = d + t(1, \dots, 1)` with the largest t for which u is in S. It compares
utilities between parties, here in stakes, and is only weakly efficient: where the frontier ends
before gains are equal, one party disposes of what it could have (see `leximin`).

Source: Kalai (1977), Econometrica 45:1623-1630, doi:10.2307/1911954 (proportional solutions).

>>> from negotiate.bargaining.problem import divide
>>> [str(u) for u in egalitarian(divide(100, {"a": 20, "b": 10}))[0].payoffs.values()]
['55', '45']
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
    "egalitarian",
    title="Egalitarian solution",
    short="egalitarian",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "independence of irrelevant alternatives",
        "individual monotonicity",
        "individual rationality",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def egalitarian(form: BargainingProblem) -> Solution:
    """The egalitarian solution."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        t = exact.zone(vertices, d)
        return shared.Found((d[0] + t, d[1] + t), exact.egalitarian(vertices, d), {"gain": t})

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        t = kernel.zone(f, d, units)
        equal = kernel.flatten(f, d) + t / units
        facts = {"gain": t.reshape(form.shape)[()]}
        return shared.Found((equal[0], equal[1]), kernel.egalitarian(f, d, units), facts)

    def many_rule(form: BargainingProblem, d: Any, room: convex.Answer, units: Any) -> shared.Many:
        terms = convex.terms(form.program, room.y)
        equal = d + room.value * np.ones(len(d))
        return shared.Many(equal, terms, room.gap, {"gain": room.value * units[0]})

    return shared.solve(
        form,
        "egalitarian",
        exact_rule=exact_rule,
        float_rule=float_rule,
        many_rule=many_rule,
        evidence=holds,
        scale_invariant=False,
    )


@egalitarian.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """Gains are equal, and no point of S is better for all."""
    form, point = shared.scaled(form, point, common=True)
    gains = [point.payoffs[p] - d for p, d in zip(form.parties, form.disagreement)]
    apart = max(gains) - min(gains)
    if apart > (shared.slack(form) or (0 if form.is_exact else tolerance.AGREEMENT)):
        return Evidence(False, apart, "difference of gains, stakes", "equal gains")
    left = shared.loss(form, point)
    return shared.verdict(form, point, left, "distance to frontier, stakes")


@egalitarian.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = egalitarian(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    point = answer[0]
    shares = ", ".join(f"{p} gets {point.payoffs[p]}" for p in form.parties)
    return (
        "1. Add the same gain $t$ to every disagreement payoff.\n"
        f"2. The largest $t$ that S allows is {point.facts['gain']}.\n"
        f"3. Solution: {shares}."
    )
