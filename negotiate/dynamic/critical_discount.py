r"""Critical discount factor: the patience from which a deal enforces itself.

Definition: the least :math:`\delta` from which no one-shot violation of any set of clauses pays a
party, given how violations are watched and punished. One clause, perfect monitoring, grim:
:math:`(T-R)/(T-P)`. One point, with each party's factor, its signed margin at the stated patience
and its weakest clause.

Source: Friedman (1971), Review of Economic Studies 38:1-12, doi:10.2307/2296617.

>>> from negotiate.dynamic.enforcement import from_dilemma
>>> game = from_dilemma(("a", "b"), T=10, R=9, P=3, discount=0)
>>> print(critical_discount(game)[0].facts["critical discount factor"]["a"])
1/7
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.dynamic.enforcement import Enforcement
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY


@concept(
    "critical_discount",
    title="Critical discount factors of enforcement",
    short="critical discount",
    games=("enforcement",),
    field="algebraic",
    axioms=("no profitable deviation",),
)
def critical_discount(form: Enforcement) -> Solution:
    """Critical discount factors; the point exists whether or not the stated patience is enough."""
    if not isinstance(form, Enforcement):
        raise NotApplicableError(
            f"critical_discount is not defined on {type(form).__name__}",
            allowed="the form enforcement",
        )
    if form.discount.ndim > 1:
        raise NotApplicableError(
            f"the game has draw axes {form.discount.shape[:-1]}",
            where="critical_discount",
            remedy="use evaluate_game for metrics over draws",
        )
    critical, margin, value = form.critical(), form.margin(), form.value()
    weakest, punisher = form.weakest(), form.punisher_margin()
    sets = form.violations()
    worst = form.margins().argmin(-1)
    keeps = bool(np.all(margin >= 0))
    notes = [f"Punishment: {form.punishment.name}."]
    for i, party in enumerate(form.players):
        if _plain(critical[i]) == float("inf"):
            notes.append(f"No patience is enough for {party}: the deal does not deter it.")
        if punisher[i] < 0 and np.any(form.lever_cost[i] > 0):
            notes.append(
                f"{party} would not carry out its own levers: using them costs more than what "
                "restoring the deal is worth."
            )
    point = Point(
        payoffs=_named(form, value),
        label="keeps the deal" if keeps else "the deal does not enforce itself",
        facts={
            "critical discount factor": _named(form, critical),
            "discount factor": _named(form, form.discount),
            "margin": _named(form, margin),
            "best violation": {
                p: list(sets[int(k)]) for p, k in zip(form.players, worst, strict=True)
            },
            "weakest clause": {
                p: form.clauses[int(k)] for p, k in zip(form.players, weakest, strict=True)
            },
            "margin as punisher": _named(form, punisher),
        },
        marks=("self-enforcing",) if keeps else ("not self-enforcing",),
    )
    return Solution(
        concept="critical_discount",
        players=form.players,
        points=(point,),
        complete=True,
        exact=form.exact and all(not isinstance(_plain(v), float) for v in critical),
        evidence=(holds(form, point),),
        settings={"punishment": form.punishment.name},
        notes=tuple(notes),
        form=form,
    )


def _named(form: Enforcement, row: Any) -> dict[str, Any]:
    return dict(zip(form.players, (_plain(v) for v in row), strict=True))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, (np.generic, np.ndarray)) else value


@critical_discount.checked_by
def holds(form: Enforcement, point: Point) -> Evidence:
    """Whether the claim "self-enforcing" or not is right: the deal as a chain, solved again.

    The strategies are written out as a finite automaton (peace, then each period of suspension),
    its values are found from the linear equations, and every violation is tried once.
    """
    worst: Any = None
    who = ""
    for i, party in enumerate(form.players):
        for chosen in form.violations():
            gain = one_shot_gain(form, i, chosen)
            if worst is None or gain > worst:
                worst, who = gain, f"{party} violates {', '.join(chosen)}"
    claims = "self-enforcing" in point.marks
    slack = 0 if form.exact else UTILITY
    right = worst <= slack if claims else worst >= -slack
    return Evidence(
        holds=bool(right),
        value=worst,
        what="best gain from one violation, stakes per period",
        witness=who if worst > slack else "",
    )


def one_shot_gain(form: Enforcement, party: int, chosen: tuple[str, ...]) -> Any:
    """Average gain of one violation of the clauses ``chosen``, from the value equations.

    V = (1-d) u + d [(1-a) V + a W] with a the chance of any alarm; W follows n suspended periods.
    """
    clauses = [form.clauses.index(c) for c in chosen]
    scope = clauses if form.punishment.in_kind else range(len(form.clauses))
    d = form.discount[party]
    t, loss, q, f, s = (
        getattr(form, name)
        for name in ("temptation", "surplus", "detection", "false_alarm", "sanction")
    )
    levers = form.lever_loss[party] + form.lever_cost[party] + form.fighting[party]
    if form.punishment.in_kind:
        levers = levers * len(clauses) / len(form.clauses)
    kept: Any = levers + sum(loss[party, k] - f[party, k] * s[party, k] for k in scope)
    broken: Any = levers + sum(
        loss[party, k] + t[party, k] - q[party, k] * s[party, k]
        if k in clauses
        else loss[party, k] - f[party, k] * s[party, k]
        for k in scope
    )
    quiet, silent = 1, 1
    for i in range(len(form.players)):
        for k in scope:
            quiet = quiet * (1 - f[i, k])
            silent = silent * (1 - (q if i == party and k in clauses else f)[i, k])
    back = 0 * d if form.punishment.periods is None else d**form.punishment.periods
    # W = back V (suspended periods are worth 0); one linear equation for V
    peace = (1 - d) * kept / (1 - d * quiet - d * (1 - quiet) * back)
    then = silent * peace + (1 - silent) * back * peace
    return (1 - d) * broken + d * then - peace
