r"""Markov perfect equilibrium: stationary plans from which no action in any state gains.

Definition: a plan that tells every player what to do in every state, whatever led there, is a
Markov perfect equilibrium if for each player i, state s and action a

.. math:: r_i(s, a, \sigma_{-i}) + \delta_i \sum_t p(t \mid s, a, \sigma_{-i})\, v_i(t) \le v_i(s),

with v the values of the plan itself (one-shot deviations suffice, since payoffs are discounted).
Existence in mixed stationary plans: Fink (1964).

Methods. *Pure* plans are enumerated, all of them, and judged in exact arithmetic where the game is
exact. *Mixed*: a zero-sum game by Hoffman and Karp's monotone iteration to Shapley's value, with an
error bound; any other by following the logit correspondence from the uniform plan and polishing its
end, which finds one equilibrium, not all.

Sources: Shapley (1953), doi:10.1073/pnas.39.10.1095; Fink (1964), J. Sci. Hiroshima Univ. A-I
28:89-93; Maskin and Tirole (2001), doi:10.1006/jeth.2000.2785; Herings and Peeters (2004),
doi:10.1007/s00199-003-0412-8.

The discounted Big Match (Blackwell and Ferguson 1968, Annals of Mathematical Statistics
39:159-163, doi:10.1214/aoms/1177698513) is worth 1/2 whatever the discount factor:

>>> from negotiate.dynamic.stochastic import build
>>> def outcome(state, play):
...     if state != "play":
...         return {"max": int(state == "won"), "min": -int(state == "won")}, state
...     if play["max"] == "stop":
...         win = play["min"] == "left"
...         return {"max": int(win), "min": -int(win)}, "won" if win else "lost"
...     win = play["min"] == "right"
...     return {"max": int(win), "min": -int(win)}, "play"
>>> game = build(["max", "min"], states=["play", "won", "lost"], start="play", discount=0.9,
...     actions={"play": {"max": ["go on", "stop"], "min": ["left", "right"]}}, outcome=outcome)
>>> point = markov_perfect(game)[0]
>>> round(point.payoffs["max"] * (1 - 0.9), 9), round(point.strategies["max"]["play"]["stop"], 9)
(0.5, 0.090909091)
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.dynamic.arithmetic import stochastic as kernel
from negotiate.dynamic.arithmetic import stochastic_path, stochastic_zero_sum
from negotiate.dynamic.stochastic import StochasticGame, is_zero_sum
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import PROBABILITY, REGRET

KINDS = ("any", "pure", "mixed")
MAX_POINTS = 2_000
"""Equilibria in pure plans that are listed one by one."""


@concept(
    "markov_perfect",
    title="Markov perfect equilibrium",
    short="Markov perfect",
    games=("stochastic",),
    field="algebraic",
    axioms=("no profitable deviation",),
)
def markov_perfect(form: StochasticGame, *, plans: str = "any") -> Solution:
    """Stationary equilibria, each with its values in every state.

    Parameters
    ----------
    plans
        ``pure``: all in pure plans, and the answer is complete as that; ``mixed``: one by the
        method of the module's docstring; ``any``: all pure ones, and where there is none, a mixed
        one.

    Raises
    ------
    TooLargeError
        More pure plans than the bound, with their number.
    NotConvergedError
        The mixed method did not settle, with the regret it reached.
    """
    if not isinstance(form, StochasticGame):
        raise NotApplicableError(
            f"markov_perfect is not defined on {type(form).__name__}", allowed="the form stochastic"
        )
    if plans not in KINDS:
        raise InputError(f"plans = '{plans}'", where="markov_perfect", allowed=", ".join(KINDS))
    form._single()
    notes: list[str] = []
    points: list[Point] = []
    settings: dict[str, Any] = {"plans": plans, "pure plans": form.plans}
    if plans != "mixed":
        points = _pure(form)
        notes.append(
            f"{len(points)} of {form.plans:,} pure stationary plans "
            f"{'is an equilibrium' if len(points) == 1 else 'are equilibria'}."
        )
    if plans == "mixed" or (plans == "any" and not points):
        points.append(_mixed(form, settings))
        notes.append("Mixed equilibria are not enumerated: the one found is not known to be all.")
    elif plans == "any":
        notes.append("Mixed equilibria were not looked for, since a pure one exists.")
    return Solution(
        concept="markov_perfect",
        players=form.players,
        points=tuple(points),
        complete=plans == "pure",
        exact=form.exact and all(_is_exact(point) for point in points),
        evidence=tuple(holds(form, point) for point in points),
        settings=settings,
        notes=tuple(notes),
        form=form,
    )


def _is_exact(point: Point) -> bool:
    return all(isinstance(v, (int, Fraction)) for v in point.payoffs.values())


def _pure(form: StochasticGame) -> list[Point]:
    reward, move, discount = form.arrays
    found, _, gains = kernel.pure_equilibria(reward, move, form.rules, discount)
    if len(found) > MAX_POINTS:
        raise TooLargeError(
            f"{len(found):,} pure plans are equilibria, ties counted",
            where="markov_perfect",
            allowed=f"{MAX_POINTS:,} shown",
            remedy="actions that are payoff-equivalent make many: merge them",
        )
    points = []
    for joint, gain in zip(found, gains, strict=True):
        strategies: dict[str, dict[str, str]] = {}
        for i, player in enumerate(form.players):
            strategies[player] = {
                state: form.actions[state][player][form.rules.own[s, i, joint[s]]]
                for s, state in enumerate(form.states)
            }
        if form.exact:
            if max(form.deviations(strategies).values()) > 0:
                continue
        elif gain > PROBABILITY:
            continue
        points.append(_point(form, strategies))
    return points


def _mixed(form: StochasticGame, settings: dict[str, Any]) -> Point:
    reward, move, discount = form.arrays
    rules = form.rules
    if is_zero_sum(form):
        _, mixed, bound = stochastic_zero_sum.shapley(reward, move, rules, float(discount[0]))
        settings |= {"method": "Hoffman-Karp", "error bound": bound}
    else:
        scaled = kernel.in_spreads(reward, move, rules)
        mixed, residual = stochastic_path.by_continuation(scaled, move, rules, discount)
        settings |= {"method": "logit path, polished", "residual": residual}
    strategies = {
        player: {
            state: dict(
                zip(
                    form.actions[state][player],
                    mixed[s, i, : rules.counts[s, i]].tolist(),
                    strict=True,
                )
            )
            for s, state in enumerate(form.states)
        }
        for i, player in enumerate(form.players)
    }
    return _point(form.floats(), strategies)


def _point(form: StochasticGame, strategies: Mapping[str, Any]) -> Point:
    plan, worth = form.plan(strategies), form.values(strategies)
    regret = max(form.deviations(strategies).values())
    return Point(
        payoffs={p: worth[p][form.start] for p in form.players},
        strategies={
            player: {s: mix for s, mix in mine.items() if len(form.actions[s][player]) > 1}
            for player, mine in plan.items()
        },
        regret=max(regret, 0 * regret),
        label=label(form, plan),
        facts={
            "value by state": worth,
            "average per period": {
                p: (1 - form.discount[p]) * worth[p][form.start] for p in form.players
            },
        },
    )


def label(form: StochasticGame, plan: Mapping[str, Any]) -> str:
    """The plan in words: what is done where there is a choice, by state."""
    parts = []
    for state in form.states:
        choices = []
        for player in form.players:
            if len(form.actions[state][player]) > 1:
                used = {a: w for a, w in plan[player][state].items() if w > PROBABILITY}
                shown = (
                    next(iter(used))
                    if len(used) == 1
                    else " or ".join(f"{a} ({float(w):.3g})" for a, w in used.items())
                )
                choices.append(f"{player} {shown}")
        if choices:
            parts.append(f"{state}: {', '.join(choices)}")
    return "; ".join(parts) or "nobody has a choice"


@markov_perfect.checked_by
def holds(form: StochasticGame, point: Point) -> Evidence:
    """Largest gain of a one-shot deviation, by the Bellman equation at the plan's own values.

    Exact (zero or not) where the game and the plan are rational; else in units of each player's
    spread of payoffs.
    """
    exact = form.exact and all(
        isinstance(w, (int, Fraction))
        for plan in point.strategies.values()
        for row in plan.values()
        if isinstance(row, Mapping)
        for w in row.values()
    )
    game = form if exact else form.in_spreads()
    gains = game.deviations(point.strategies)
    (player, state, action), worst = max(gains.items(), key=lambda item: item[1])
    good = worst <= (0 if exact else REGRET)
    if np.isnan(float(worst)):
        good = False
    return Evidence(
        holds=bool(good),
        value=max(worst, 0 * worst),
        what="gain of the best one-shot deviation, discounted sum"
        + ("" if exact else " in spreads of payoffs"),
        witness="" if good else f"{player} plays {action} in {state}",
    )
