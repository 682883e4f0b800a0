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

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _layout as layout
from negotiate.bargaining._metrics import term
from negotiate.bargaining._solving import Deferred, blank, in_units, ranges
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.declare import Metric, concept
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.threats.game import ThreatGame


def _of_party(array: str) -> Callable[[Solution, Mapping[str, str]], Any]:
    def read(found: Solution, names: Mapping[str, str]) -> Any:
        game = found.form
        row = getattr(game.saddle, array)[game.players.index(names["party"])]
        return row.reshape(game.shape)

    return read


def _of_lever(array: str) -> Callable[[Solution, Mapping[str, str]], Any]:
    def read(found: Solution, names: Mapping[str, str]) -> Any:
        game = found.form
        order = (*game.levers[0], *game.levers[1])
        if names["lever"] not in order:  # off the table, or a third party's
            return np.zeros(game.shape)
        row = getattr(game.saddle, array)[order.index(names["lever"])]
        return row.astype(float).reshape(game.shape)

    return read


def _profile(found: Solution, names: Mapping[str, str]) -> Any:
    """Label of the pair of threats of each draw: both sides' sets, joined by `` | ``."""
    game = found.form
    used, first = game.saddle.used, len(game.levers[0])
    codes = [
        (part * (1 << np.arange(len(part)))[:, None]).sum(axis=0).astype(np.intp)
        for part in (used[:first], used[first:])
    ]
    mine, theirs = (np.array(labels) for labels in game.strategies)
    table = np.char.add(np.char.add(mine[:, None], " | "), theirs[None, :])
    return np.asarray(table[codes[0], codes[1]]).reshape(game.shape)


METRICS = (
    Metric(
        "utility.<party>",
        "stake",
        "utility of the deal under optimal threats, stakes; the payoff of no deal where the "
        "threats leave no bargaining zone",
        words="utility of {party} under rational threats",
        read=_of_party("u"),
        was=("threats.utility.<party>",),
    ),
    Metric(
        "disagreement.<party>",
        "stake",
        "payoff of no deal under optimal threats, stakes",
        words="payoff of no deal to {party} under rational threats",
        read=_of_party("d"),
        was=("threats.disagreement.<party>",),
    ),
    Metric(
        "used.<lever>",
        "yes or no",
        "1 where the lever is used at the equilibrium, 0 where not",
        words="use of {lever}",
        read=_of_lever("used"),
        was=("threats.used.<lever>",),
    ),
    Metric(
        "advantage.<lever>",
        "stake",
        "what its holder gains by threatening it, at the deal's slope; signed; 0 where the lever "
        "is not in the game",
        words="advantage of threatening {lever}",
        read=_of_lever("advantage"),
        was=("threats.advantage.<lever>",),
    ),
    Metric(
        "profile",
        "label",
        "the levers used by each side, as a label",
        words="the pair of threats",
        read=_profile,
        was=("threats.profile",),
    ),
    Metric(
        "term.<issue>",
        "level",
        "level of the issue in the deal under optimal threats; NaN (no terms) where the threats "
        "leave no bargaining zone",
        words="predicted level of {issue}",
        read=term,
        was=("threats.term.<issue>",),
    ),
    Metric(
        "term.<issue>.<option>",
        "share",
        "share of the option in the deal under optimal threats; NaN where there is no deal",
        words="share of {option} in {issue}",
        read=term,
        was=("threats.term.<issue>.<option>",),
    ),
)


@concept(
    "rational_threats",
    title="Rational threats",
    short="rational threats",
    games=("threats",),
    field="algebraic",
    axioms=("no profitable deviation",),
    metrics=METRICS,
)
def rational(form: ThreatGame) -> Solution:
    """Optimal threats and the deal that follows.

    Parameters
    ----------
    form
        A threat game of two parties; over draws only where it is made of levers.

    Returns
    -------
    Solution
        One point: threats, payoffs, terms (none where the threats leave no bargaining zone), and
        what each lever adds. Over draws its numbers are arrays.

    Raises
    ------
    NotApplicableError
        A game over draws that is given by its disagreement points.
    """
    if form.effects is None:
        if form.shape:
            raise NotApplicableError(
                f"a threat game over draws {form.shape} given by points",
                where="rational_threats",
                allowed="one game",
            )
        return _by_mixtures(form)
    return _over_draws(form) if form.shape else _by_levers(form)


def _over_draws(form: ThreatGame) -> Solution:
    found, shape = form.saddle, form.shape
    order = (*form.levers[0], *form.levers[1])
    notes = ["Optimal threats in every draw, lever by lever."]
    broken = int((~found.agreed).sum())
    if broken:
        notes.append(
            f"{broken} of {found.agreed.size} draws have no bargaining zone under their threats: "
            "no deal there (payoffs are those of no deal, terms NaN)."
        )
    open_ = int((~found.proved).sum())
    if open_:
        notes.append(
            f"In {open_} draws some pair of threats leaves no bargaining zone and no equilibrium "
            "in pure threats was found: the threats shown there are not proved."
        )
    payoffs = {p: found.u[i].reshape(shape) for i, p in enumerate(form.players)}
    d = {p: found.d[i].reshape(shape) for i, p in enumerate(form.players)}
    point = Point(
        payoffs=payoffs,
        terms=Deferred(form.problem.issues, partial(_terms, form)),
        facts={
            "disagreement": d,
            "used": {name: found.used[i].reshape(shape) for i, name in enumerate(order)},
            "advantage": {name: found.advantage[i].reshape(shape) for i, name in enumerate(order)},
            "gains": {p: payoffs[p] - d[p] for p in form.players},
        },
    )
    return Solution(
        "rational_threats", form.players, (point,), complete=not open_, exact=False,
        settings={"commitment": form.commitment}, notes=tuple(notes), form=form,
    )  # fmt: skip


def _terms(form: ThreatGame) -> Mapping[str, Any]:
    lost = ~form.saddle.agreed.reshape(form.shape)
    terms = layout.float_terms(form.problem, form.saddle.deal).terms
    return {issue: blank(level, lost) for issue, level in terms.items()} if lost.any() else terms


def _by_levers(form: ThreatGame) -> Solution:
    found = form.saddle
    order = (*form.levers[0], *form.levers[1])
    used = [name for name, flag in zip(order, found.used[:, 0]) if flag]
    strategies = {}
    for side, party in enumerate(form.players):
        own = [name for name in form.levers[side] if name in used]
        chosen = form.strategies[side][sum(1 << form.levers[side].index(n) for n in own)]
        strategies[party] = {chosen: 1}
    utility = dict(zip(form.players, (float(x) for x in found.u[:, 0])))
    zone, agreed = float(found.zone[0]), bool(found.agreed[0])
    if not found.proved[0]:
        return _unproved(form)
    read = layout.float_terms(form.problem, found.deal) if agreed else None
    marks = ["kink"] if agreed and _is_kink(form, found.deal) else []
    if found.tied[0]:
        marks.append("a lever is indifferent")
    if read is not None and not bool(np.all(read.unique)):
        marks.append("terms not unique")
    if not agreed:
        marks.append("no deal")
    d = dict(zip(form.players, (float(x) for x in found.d[:, 0])))
    point = Point(
        payoffs=utility,
        strategies=strategies,
        terms=read.terms if read is not None else {},
        regret=_regret(form, strategies),
        label=" | ".join(next(iter(s)) for s in strategies.values()),
        marks=tuple(marks),
        facts={
            "disagreement": d,
            "used": used,
            "advantage": {name: float(a) for name, a in zip(order, found.advantage[:, 0])},
            "gains": {party: utility[party] - d[party] for party in form.players},
        },
    )
    if zone >= -tolerance.UTILITY:
        notes = [
            "Effects of levers on the disagreement point add up, so the threat game has a solution "
            "in pure strategies and its payoffs are unique."
        ]
    else:
        notes = [
            f"Some profile leaves no bargaining zone (short by {-zone:.3g} stakes): there the "
            "cells pay d, so all cells were searched for an equilibrium in pure threats; others "
            "with other payoffs may exist (see threat_equilibrium)."
        ]
    if not agreed:
        notes.append("These threats leave no bargaining zone: there is no deal.")
    if found.tied[0]:
        notes.append("A lever's advantage is zero at the deal: using it or not is equally good.")
    return Solution(
        "rational_threats", form.players, (point,), complete=zone >= -tolerance.UTILITY,
        exact=False, evidence=(holds(form, point),), settings={"commitment": form.commitment},
        notes=tuple(notes), form=form,
    )  # fmt: skip


def _unproved(form: ThreatGame) -> Solution:
    """No pair of pure threats is an equilibrium: no answer of this kind, and why."""
    note = (
        "Some profile leaves no bargaining zone, where the cells pay d, and no pair of pure "
        "threats is an equilibrium: see threat_equilibrium, which mixes."
    )
    return Solution(
        "rational_threats", form.players, (), complete=True, exact=False,
        settings={"commitment": form.commitment}, notes=(note,), form=form,
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
    # a mixture that leaves no bargaining zone pays its d
    settled = _payoff(form, found["disagreement"])
    point = Point(
        payoffs=dict(zip(form.players, (float(x) for x in settled))),
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
    near, units = in_units(form.problem.floats())
    unit = np.ones(2) if units is None else units
    point = np.asarray(d, dtype=float) / unit
    weights = np.asarray(form.weights, dtype=float)
    u = bargaining.nash(near.float_frontier, point, weights).u[:, 0]
    return np.asarray((u if (u - point >= -tolerance.UTILITY).all() else point) * unit)


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
    p, q = (_mixture(form, i, point.strategies[party]) for i, party in enumerate(form.players))
    size = float(ranges(form.problem).max())
    worth = _payoff(form, np.einsum("i,j,ijk->k", p, q, form.points.astype(float)))
    apart = max(abs(float(point.payoffs[x]) - u) for x, u in zip(form.players, worth))
    if apart > tolerance.REGRET * size:
        return Evidence(False, apart, "distance to what these threats lead to, stakes", "payoffs")
    gain, witness = max(_deviations(form, point.strategies))
    gain = max(gain, 0.0)
    fine = gain <= tolerance.REGRET * size
    return Evidence(fine, gain, "best gain from another threat, stakes", "" if fine else witness)


@rational.explained_by
def explain(form: ThreatGame, *, names: Mapping[str, str] | None = None) -> str:
    """Why each lever is or is not used, in sentences made from the numbers.

    Parameters
    ----------
    names
        Names to say for the ids of parties and levers.
    """
    if form.shape:
        raise NotApplicableError("a threat game over draws", where="explain", allowed="one game")
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
