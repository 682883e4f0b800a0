"""Rational threats: Nash's optimal threats, and the deal they lead to.

Definition (Nash 1953, Econometrica 21:128-140, doi:10.2307/1906951). Threats (A1*, A2*) are
optimal if neither party could, by other threats, move the disagreement point so that bargaining
from it gives it more. Payoffs are unique. Where levers add up, the solution is in pure strategies
and found lever by lever; where a game is given by its disagreement points, mixtures are committed
to and mixing mixes d (``committed_mixture``).

Which lever is used follows from one comparison, at the slope of the frontier where the deal lies:
what it costs the other side, in the holder's units, against what it costs the holder.

>>> from negotiate.bargaining.problem import divide
>>> from negotiate.threats.game import from_points
>>> owen = from_points(divide(4, {"a": 0, "b": 0}), [[[1, 3], [-3, 0]], [[2, 1], [0, 2]]])
>>> {party: round(u, 9) for party, u in rational(owen)[0].payoffs.items()}
{'a': 1.0, 'b': 3.0}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _layout as layout
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.threats.game import ThreatGame


@concept(
    "rational_threats",
    title="Rational threats",
    short="rational threats",
    games=("threats",),
    field="algebraic",
    axioms=("no profitable deviation",),
)
def rational(form: ThreatGame) -> Solution:
    """Optimal threats of one threat game and the deal that follows."""
    _one(form)
    return _by_levers(form) if form.effects is not None else _by_mixtures(form)


def _one(form: ThreatGame) -> None:
    if form.problem.shape:
        raise NotApplicableError(
            f"a threat game over draws {form.problem.shape}", where="rational_threats",
            allowed="one game", remedy="use the metrics of form threats for draws",
        )  # fmt: skip


def _by_levers(form: ThreatGame) -> Solution:
    found = form.saddle
    order = (*form.levers[0], *form.levers[1])
    used = [name for name, flag in zip(order, found.used[:, 0]) if flag]
    strategies = {}
    for side, party in enumerate(form.players):
        own = [name for name in form.levers[side] if name in used]
        chosen = form.strategies[side][sum(1 << form.levers[side].index(n) for n in own)]
        strategies[party] = {chosen: 1}
    utility = dict(zip(form.players, (float(x) for x in found.deal.u[:, 0])))
    zone = float(found.zone[0])
    terms, unique = layout.float_terms(form.problem, found.deal)[:2]
    marks = ["kink"] if _is_kink(form, found.deal) else []
    if found.tied[0]:
        marks.append("a lever is indifferent")
    if not bool(np.all(unique)):
        marks.append("terms not unique")
    point = Point(
        payoffs=utility,
        strategies=strategies,
        terms=terms,
        regret=_regret(form, strategies),
        label=" | ".join(next(iter(s)) for s in strategies.values()),
        marks=tuple(marks),
        facts={
            "disagreement": dict(zip(form.players, (float(x) for x in found.d[:, 0]))),
            "used": used,
            "advantage": {name: float(a) for name, a in zip(order, found.advantage[:, 0])},
            "gains": {
                party: utility[party] - float(d) for party, d in zip(form.players, found.d[:, 0])
            },
        },
    )
    notes = [
        "Effects of levers on the disagreement point add up, so the threat game has a solution in "
        "pure strategies and its payoffs are unique.",
    ]
    if zone < 0:
        notes.append(
            f"Some profile leaves no bargaining zone (short by {-zone:.3g} stakes): there the "
            "cells pay d, and the solution is not proved unique."
        )
    if found.tied[0]:
        notes.append("A lever's advantage is zero at the deal: using it or not is equally good.")
    return Solution(
        "rational_threats", form.players, (point,), complete=zone >= 0, exact=False,
        evidence=(holds(form, point),), settings={"commitment": form.commitment},
        notes=tuple(notes), form=form,
    )  # fmt: skip


def _is_kink(form: ThreatGame, deal: Any) -> bool:
    return bool(deal.high[0] - deal.low[0] > tolerance.UTILITY)


def _by_mixtures(form: ThreatGame) -> Solution:
    found = form.committed()
    mixtures = [
        {
            name: float(p)
            for name, p in zip(form.strategies[side], found["mixtures"][side])
            if p > tolerance.PROBABILITY
        }
        for side in (0, 1)
    ]
    point = Point(
        payoffs=dict(zip(form.players, (float(x) for x in found["utility"]))),
        strategies=dict(zip(form.players, mixtures)),
        regret=None,
        label="committed mixture",
        facts={"disagreement": dict(zip(form.players, (float(x) for x in found["disagreement"])))},
    )
    evidence = holds(form, point)
    return Solution(
        "rational_threats", form.players, (point,), complete=True, exact=False,
        evidence=(evidence,), settings={"game": "committed_mixture"},
        notes=("Payoffs are unique; other optimal mixtures may exist.",), form=form,
    )  # fmt: skip


def _payoff(form: ThreatGame, d: Any) -> np.ndarray[Any, Any]:
    """Bargaining payoffs from d, straight from the definition; d itself without a zone."""
    frontier = form.problem.floats().float_frontier
    point = np.asarray(d, dtype=float)
    u = bargaining.nash(frontier, point, np.asarray(form.weights, dtype=float)).u[:, 0]
    return u if (u - point >= -tolerance.UTILITY).all() else point


def _mixture(form: ThreatGame, side: int, strategy: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    return np.array([float(strategy.get(name, 0)) for name in form.strategies[side]])


def _regret(form: ThreatGame, strategies: Mapping[str, Mapping[str, Any]]) -> float:
    return max(gain for gain, _ in _deviations(form, strategies))


def _deviations(
    form: ThreatGame, strategies: Mapping[str, Mapping[str, Any]]
) -> list[tuple[float, str]]:
    """Gain of each party from each pure threat against the other's mixture, mixing d."""
    p, q = (_mixture(form, side, strategies[party]) for side, party in enumerate(form.players))
    points = form.points.astype(float)
    now = _payoff(form, np.einsum("i,j,ijk->k", p, q, points))
    rows, columns = np.einsum("j,ijk->ik", q, points), np.einsum("i,ijk->jk", p, points)
    out = []
    for side, options in enumerate((rows, columns)):
        for name, d in zip(form.strategies[side], options):
            gain = float(_payoff(form, d)[side] - now[side])
            out.append((gain, f"{form.players[side]} would rather threaten: {name}"))
    return out


@rational.checked_by
def holds(form: ThreatGame, point: Point) -> Evidence:
    """No party gains by another threat: every pure deviation is bargained through again."""
    gain, witness = max(_deviations(form, point.strategies))
    gain = max(gain, 0.0)
    fine = gain <= tolerance.REGRET
    return Evidence(fine, gain, "best gain from another threat, stakes", "" if fine else witness)


@rational.explained_by
def explain(form: ThreatGame, *, names: Mapping[str, str] | None = None) -> str:
    """Why each lever is or is not used, in sentences made from the numbers.

    Parameters
    ----------
    names
        Names to say for the ids of parties and levers.
    """
    _one(form)
    if form.effects is None:
        return "The game is given by its disagreement points; there are no levers to explain."
    said = dict(names or {})
    found = form.saddle
    lam, (a1, a2) = float(found.lam[0]), (float(weight) for weight in form.weights)
    # What one unit of one side's payoff of no deal is worth in the other's, along the deal's line.
    value = (lam * a2, (1 - lam) * a1)
    players = [said.get(party, party) for party in form.players]
    lines = []
    if min(value) > 0:
        lines.append(
            f"At the deal, one stake of {players[1]}'s payoff of no deal weighs as much as "
            f"{value[1] / value[0]:.3g} of {players[0]}'s."
        )
    effects = form.effects.astype(float)
    for index, name in enumerate((*form.levers[0], *form.levers[1])):
        holder = 0 if index < len(form.levers[0]) else 1
        own, other = effects[index][holder], effects[index][1 - holder]
        verb = "is used" if found.used[index, 0] else "stays unused"
        text = (
            f"{said.get(name, name)} {verb}: if talks fail it changes {players[1 - holder]}'s "
            f"payoff by {other:+.3f} stakes"
        )
        if value[holder] > 0:
            worth = -other * value[1 - holder] / value[holder]
            text += f", worth {worth:+.3f} to {players[holder]} at the deal,"
        lines.append(f"{text} and its own by {own:+.3f}.")
    return "\n\n".join(lines)
