r"""Nash bargaining solution, symmetric or weighted, for two or more parties.

Definition. Over the individually rational part of S it maximises
:math:`\prod_i (u_i - d_i)^{\alpha_i}`, the weights alpha positive and summing to one. By concavity
u is the solution exactly when S lies on one side of the supporting line through it,

    sum_i (alpha_i / (u_i - d_i)) (s_i - u_i) <= 0   for all s in S,

which is what `holds` checks, with the support function of S. On a polygon the solution is
rational, on quadratic values an algebraic number. At a vertex it does not move with d for a while:
the point is marked ``kink`` and says how far (Chun and Thomson 1990).

Sources: Nash (1950), Econometrica 18:155-162, doi:10.2307/1907266; Kalai (1977), International
Journal of Game Theory 6:129-133 (weights).

Tollison and Willett (1979, International Organization 33:425-449): linked, each side takes what it
weighs most and the middle issue is split.

>>> from negotiate.bargaining.problem import divide, from_polygon
>>> answer = nash(divide(100, {"a": 20, "b": 10}))
>>> [str(u) for u in answer[0].payoffs.values()]
['55', '45']
>>> s1 = from_polygon([(0, 0), (1, 0), ("0.75", "0.75"), (0, 1)], (0, 0))
>>> answer = nash(s1)
>>> answer[0].marks, [str(u) for u in answer[0].payoffs.values()]
(('kink',), ['3/4', '3/4'])
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import convex, exact, judge
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "nash_bargaining",
    title="Nash bargaining solution",
    short="Nash",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "independence of irrelevant alternatives",
        "individual rationality",
        "pareto",
        "scale invariance",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def nash(form: BargainingProblem, *, weights: Mapping[str, Any] | None = None) -> Solution:
    """The Nash bargaining solution; ``weights`` by party, the problem's own if left out."""
    shared.require_form(form)
    form = shared.with_weights(form, weights)
    shares = form.bargaining_weights
    named = dict(zip(form.parties, np.moveaxis(shares, -1, 0)))

    def exact_rule(vertices: Any, d: Any) -> shared.Found | None:
        if shares.dtype != object:
            return None
        point = exact.nash(vertices, d, tuple(shares))
        return _found(point, (point.u1, point.u2), tuple(shares), d, named)

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.nash(f, d, floats(shares))
        if form.shape:
            room = np.where(point.flat, 0.0, point.high - point.low).reshape(form.shape)
            facts = {"weights": named, "kink": room > tolerance.UTILITY}
            return shared.Found((point.u[0], point.u[1]), point, facts)
        pair = (float(point.u[0, 0]), float(point.u[1, 0]))
        here = exact.ExactPoint(
            *pair, float(point.low[0]), float(point.high[0]), bool(point.flat[0])
        )
        found = _found(here, pair, tuple(floats(shares)), tuple(floats(d)), named, units[:, 0])
        return found._replace(payoffs=(point.u[0], point.u[1]), where=point)

    def many_rule(one: BargainingProblem, d: Any, room: convex.Answer, units: Any) -> shared.Many:
        own = floats(one.bargaining_weights)
        answer = convex.nash(one.program, d, own, start=room.inner)
        terms = convex.terms(one.program, answer.y)
        facts = {"weights": dict(zip(one.parties, one.bargaining_weights))}
        return shared.Many(answer.utilities, terms, answer.gap, facts)

    return shared.solve(
        form,
        "nash_bargaining",
        exact_rule=exact_rule,
        float_rule=float_rule,
        many_rule=many_rule,
        evidence=holds,
        settings={"weights": named},
    )


def _found(
    point: exact.ExactPoint,
    pair: Any,
    weights: Any,
    d: Any,
    named: Mapping[str, Any],
    units: Any = (1, 1),
) -> shared.Found:
    facts: dict[str, Any] = {"weights": named}
    gains = (pair[0] - d[0], pair[1] - d[1])
    corner = not point.flat and point.high - point.low > tolerance.UTILITY and min(gains) > 0
    if corner:
        room = judge.kink(point.low, point.high, d, pair, weights, units)
        facts["kink"] = {
            "radius": room.radius,
            "disagreement range": dict(zip(named, (room.first, room.second))),
            "meaning": "the deal is insensitive to moves of the disagreement point within this",
        }
        facts["weight range"] = judge.weight_interval(point.low, point.high, *gains)
    return shared.Found(pair, point, facts, ("kink",) if corner else ())


@nash.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """The supporting-line condition, from the support function of S."""
    form, point = shared.scaled(form, point)
    own = dict(zip(form.parties, form.bargaining_weights))
    weights = point.facts.get("weights", own)
    gains = [point.payoffs[p] - d for p, d in zip(form.parties, form.disagreement)]
    if min(gains) <= shared.slack(form):
        # the product is 0: right only if nobody can have a positive product, and efficiently
        room = form.zone()
        if room > 2 * shared.slack(form):
            return Evidence(False, room, "largest equal gain over d, stakes", "an equal gain")
        return shared.verdict(form, point, shared.loss(form, point), "distance to frontier, stakes")
    slopes = [weights[p] / gain for p, gain in zip(form.parties, gains)]
    value = shared.supported(form, point, slopes)
    return shared.verdict(form, point, value, "supporting-line gap, stakes")


@nash.explained_by
def explain(form: BargainingProblem, *, weights: Mapping[str, Any] | None = None) -> str:
    """Worked steps in Markdown."""
    answer = nash(form, weights=weights)
    d = ", ".join(f"{p}: {x}" for p, x in zip(form.parties, form.disagreement))
    lines = [
        "1. Maximise $\\prod_i (u_i - d_i)^{\\alpha_i}$ over deals that leave nobody below "
        f"$d$ = ({d}).",
    ]
    if not answer.points:
        return "\n".join([*lines, f"2. {answer.notes[0]}."])
    point = answer[0]
    gains, used = point.facts["gains"], point.facts["weights"]
    lines.append(
        "2. At the maximum the frontier's slope equals that of the product: party i's weight in "
        "the supporting line is $\\alpha_i / (u_i - d_i)$: "
        + ", ".join(
            f"{p}: {float(used[p]):.4g} / {float(gains[p]):.4g}"
            for p in form.parties
            if np.ndim(gains[p]) == 0
        )
        + "."
    )
    lines.append(
        "3. Solution: " + ", ".join(f"{p} gets {point.payoffs[p]}" for p in form.parties) + "."
    )
    if "kink" in point.marks:
        lines.append(
            "4. The point is a vertex of the frontier: the deal is insensitive to moves of the "
            f"disagreement point up to {float(point.facts['kink']['radius']):.4g} stakes."
        )
    return "\n".join(lines)
