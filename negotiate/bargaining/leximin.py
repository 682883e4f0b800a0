r"""Leximin: the smallest gain as large as possible, then the next smallest, and so on.

Definition. Among points of S it is the one whose gains over d, sorted from the smallest, are
lexicographically largest. It refines the egalitarian solution to an efficient one. On a convex set
it is the max-min fair point: nobody can gain without a loss to someone who gains no more.

Sources: Imai (1983), Econometrica 51:389-401, doi:10.2307/1911997; Chun and Peters (1989), The
lexicographic equal-loss solution, for the refinement's use.

Party 1 can have at most 1/5 more; the others share two.

>>> from negotiate.bargaining.problem import from_points
>>> problem = from_points({"x": (0.2, 1, 0), "y": (0.2, 0, 1)}, (0, 0, 0), parties=("a", "b", "c"))
>>> [round(u, 6) for u in leximin(problem)[0].payoffs.values()]
[0.2, 0.5, 0.5]
"""

from __future__ import annotations

from typing import Any

from negotiate import tolerance
from negotiate.bargaining import _solving as shared
from negotiate.bargaining._metrics import SOLUTION
from negotiate.bargaining.arithmetic import convex, convex_leximin, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.problem import BargainingProblem
from negotiate.declare import concept
from negotiate.errors import NotConvergedError
from negotiate.solution import Evidence, Point, Solution


@concept(
    "leximin",
    title="Leximin solution",
    short="leximin",
    games=("bargaining",),
    field="algebraic",
    axioms=(
        "independence of irrelevant alternatives",
        "individual rationality",
        "pareto",
        "symmetry",
        "translation invariance",
    ),
    metrics=SOLUTION,
)
def leximin(form: BargainingProblem) -> Solution:
    """The leximin solution."""

    def exact_rule(vertices: Any, d: Any) -> shared.Found:
        # two parties: where gains cannot be equal on the frontier its end is the leximin point
        point = exact.egalitarian(vertices, d)
        return shared.Found((point.u1, point.u2), point)

    def float_rule(f: Any, d: Any, units: Any) -> shared.Found:
        point = kernel.egalitarian(f, d, units)
        return shared.Found((point.u[0], point.u[1]), point)

    def many_rule(form: BargainingProblem, d: Any, room: convex.Answer, units: Any) -> shared.Many:
        answer = convex_leximin.leximin(form.program, d)
        order = [
            {"gain": gain * units[0], "fixed": [form.parties[i] for i in fixed]}
            for gain, fixed in answer.stages
        ]
        return shared.Many(answer.utilities, answer.terms, answer.gap, {"stages": order})

    return shared.solve(
        form,
        "leximin",
        exact_rule=exact_rule,
        float_rule=float_rule,
        many_rule=many_rule,
        evidence=holds,
        scale_invariant=False,
    )


@leximin.checked_by
def holds(form: BargainingProblem, point: Point) -> Evidence:
    """For each party: the most it can gain if nobody who gains no more loses by it."""
    form, point = shared.scaled(form, point, common=True)
    gains = [point.payoffs[p] - d for p, d in zip(form.parties, form.disagreement)]
    if len(gains) == 2:
        best = _two(form, point, gains)
        return shared.verdict(form, point, best, "gain without loss to one no better off, stakes")
    what = "gain without loss to one no better off, stakes"
    if point.terms and (over := shared.attained(form, point)) > shared.slack(form):
        return Evidence(False, over, "payoffs above the worth of the terms, stakes", "terms")
    levels = [
        float(point.terms[issue]) if labels is None and issue in point.terms else None
        for issue, labels in zip(form.issues, form.options)
    ]
    worst, who = 0.0, ""
    for i, party in enumerate(form.parties):
        floor = [
            float(d) + float(min(gain, gains[i])) - tolerance.GAP
            for d, gain in zip(form.disagreement, gains)
        ]
        try:
            value, prices = convex_leximin.most(form.program, floor, i, levels)
        except NotConvergedError as error:
            return Evidence(False, error.residual, what, f"{party}: {error.what}")
        # floors were let down a little, and that is worth its price
        more = value - 2 * tolerance.GAP * (1 + prices) - float(point.payoffs[party])
        if more > worst:
            worst, who = more, party
    # on curved values the price can be without bound: room is then worth its square root
    near = 100 * tolerance.GAP if form.is_polygonal else (10 * tolerance.GAP) ** 0.5
    good = worst <= near
    return Evidence(good, worst, what, "" if good else who)


def _two(form: BargainingProblem, point: Point, gains: Any) -> Any:
    """Most that a party can add while the other keeps the smaller of the two gains."""
    floor = [d + min(gains[i], gains[1 - i]) for i, d in enumerate(form.disagreement)]
    # the party that gains less: its best against the other cut down to equality
    best = form.with_disagreement(dict(zip(form.parties, floor))).ideal()
    poorer = 0 if gains[0] <= gains[1] else 1
    party, other = form.parties[poorer], form.parties[1 - poorer]
    own = best[party] - point.payoffs[party]
    richer = best[other] - point.payoffs[other]
    return max(own, richer)


@leximin.explained_by
def explain(form: BargainingProblem) -> str:
    """Worked steps in Markdown."""
    answer = leximin(form)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    point = answer[0]
    ordered = sorted(point.facts["gains"].items(), key=lambda item: item[1])
    rows = ", ".join(f"{p}: {gain}" for p, gain in ordered)
    return (
        "1. Raise all gains together until somebody cannot have more; fix that party.\n"
        f"2. Raise the rest, and so on. Gains, smallest first: {rows}."
    )
