"""Selection among equilibria by a named rule; the answer says what the other rules would give.

- ``payoff_dominant``: the equilibrium in which every player gets more than in any other
  (Harsanyi and Selten 1988, A General Theory of Equilibrium Selection in Games, chapter 3).
- ``risk_dominant``: in a 2 x 2 game with two strict equilibria, the one with the larger product of
  the players' losses from deviating alone (the same, chapter 3).
- ``logit_limit``: the limit of the principal branch of logit equilibria as its precision grows
  (McKelvey and Palfrey 1995, Games and Economic Behavior 10, 6-38).
- ``welfare``: the greatest sum of payoffs, which compares the players' payoffs with each other.

A rule may pick nothing (no equilibrium dominates) or several (a tie): both are answers. Two
players' equilibria are all enumerated; with more players the rules choose among the pure ones.

In Aumann's stag hunt the two dominances disagree (Harsanyi and Selten 1988, chapter 10):

>>> game = StrategicGame.from_arrays([[[9, 0], [8, 7]], [[9, 8], [0, 7]]],
...                                  strategies=[("Stag", "Hare")] * 2)
>>> answer = selection(game, rule="payoff_dominant")
>>> answer[0].label, answer.settings["others"]["risk_dominant"]
('Stag, Stag', ('Hare, Hare',))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.arithmetic import expected, logit
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.arithmetic.pure import pure_equilibria
from negotiate.strategic.game import StrategicGame

PRECISIONS = (1e2, 1e3, 1e4, 1e5)
"""Precisions of the logit limit, in units of the inverse spread of payoffs, tried in turn."""
NEAR = 1e-3
"""A logit point this close (in probability) to an equilibrium is on its way to it."""


@dataclass(frozen=True)
class Choice:
    """What a rule picks: indices of equilibria, or a profile of its own, or why nothing."""

    chosen: tuple[int, ...] = ()
    profile: tuple[Any, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Field:
    """A game (in fractions), its equilibria to choose from and their payoffs ``(K, n)``."""

    game: StrategicGame
    equilibria: tuple[tuple[Any, ...], ...]
    payoffs: tuple[tuple[Fraction, ...], ...]
    complete: bool


def payoff_dominant(field: Field) -> Choice:
    """The equilibrium that every player strictly prefers to every other one."""
    for k, mine in enumerate(field.payoffs):
        rest = [p for j, p in enumerate(field.payoffs) if j != k]
        if all(a > b for other in rest for a, b in zip(mine, other)):
            return Choice((k,))
    return Choice(reason="no equilibrium is better for every player than all others")


def risk_dominant(field: Field) -> Choice:
    """Harsanyi and Selten's product criterion; 2 x 2 games with two strict equilibria."""
    game = field.game
    if game.shape != (2, 2):
        return Choice(reason="defined here for 2 x 2 games")
    u = game.payoffs
    strict = []
    for k, (x, y) in enumerate(field.equilibria):
        if not {*x, *y} <= {0, 1}:
            continue
        i, j = list(x).index(1), list(y).index(1)
        losses = (u[0, i, j] - u[0, 1 - i, j], u[1, i, j] - u[1, i, 1 - j])
        if min(losses) > 0:
            strict.append((losses[0] * losses[1], k))
    if len(strict) != 2:
        return Choice(reason=f"needs two strict equilibria, the game has {len(strict)}")
    best = max(product for product, _ in strict)
    chosen = tuple(k for product, k in strict if product == best)
    reason = "the products of deviation losses are equal" if len(chosen) > 1 else ""
    return Choice(chosen, reason=reason)


def welfare(field: Field) -> Choice:
    """The greatest sum of payoffs."""
    totals = [sum(p) for p in field.payoffs]
    if not totals:
        return Choice(reason="there is no equilibrium to choose from")
    return Choice(tuple(k for k, t in enumerate(totals) if t == max(totals)))


def logit_limit(field: Field) -> Choice:
    """The equilibrium that the principal branch of logit equilibria approaches."""
    game = field.game.floats()
    spread = float(expected.spread(game.payoffs, len(game.players)).max()) or 1.0
    corners = [[np.array(x, float) for x in profile] for profile in field.equilibria]
    last: list[Any] = []
    for precision in PRECISIONS:
        last, error = logit.principal_branch(
            game.payoffs, np.array(precision / spread), players=len(game.players)
        )
        if np.isnan(error):
            return Choice(reason=f"the branch was not followed to precision {precision:g}")
        near = [max(float(np.abs(a - b).max()) for a, b in zip(last, corner)) for corner in corners]
        if near and min(near) < NEAR:
            return Choice((int(np.argmin(near)),))
    regret = float(expected.regrets(game.payoffs, last).max()) / spread
    return Choice(
        profile=tuple(last),
        reason=f"the branch ends away from all listed equilibria, at a regret of {regret:.0e}",
    )


RULES: dict[str, Callable[[Field], Choice]] = {
    "payoff_dominant": payoff_dominant,
    "risk_dominant": risk_dominant,
    "logit_limit": logit_limit,
    "welfare": welfare,
}


@concept(
    "selection",
    title="Equilibrium selection",
    short="selection",
    games=("strategic",),
    field="algebraic",
    axioms=("no profitable deviation", "relabelling"),
)
def selection(form: StrategicGame, *, rule: str = "payoff_dominant") -> Solution:
    """Equilibria picked by a rule.

    Parameters
    ----------
    rule
        "payoff_dominant", "risk_dominant", "logit_limit" or "welfare".

    Returns
    -------
    Solution
        The equilibria picked (none, one, or several in a tie). ``settings["others"]`` holds the
        labels that each other rule picks, ``settings["candidates"]`` all equilibria considered.
    """
    game = shared.admit(form, "selection")
    if rule not in RULES:
        raise UnknownNameError("rule", rule, RULES, where="selection")
    field = _field(game)
    choices = {name: function(field) for name, function in RULES.items()}
    others = {name: _labels(field, c) for name, c in choices.items() if name != rule}
    mine = choices[rule]
    chosen = [field.equilibria[k] for k in mine.chosen] or ([mine.profile] if mine.profile else [])
    notes = [f"{rule}: {mine.reason}."] if mine.reason else []
    notes += [
        f"{name} would give {'; '.join(labels) or 'nothing: ' + choices[name].reason}."
        for name, labels in others.items()
    ]
    if not field.complete:
        notes.append("Only pure equilibria were considered.")
    return Solution(
        concept="selection",
        players=game.players,
        points=tuple(
            shared.point(
                game,
                profile,
                marks=(rule,),
                facts={"rule": rule, "approximate": bool(mine.profile)},
            )
            for profile in chosen
        ),
        complete=field.complete and not mine.profile,
        exact=game.exact and not mine.profile,
        settings={
            "rule": rule,
            "others": others,
            "candidates": tuple(shared.label_of(game, e) for e in field.equilibria),
        },
        notes=tuple(notes),
        form=form,
    )


@selection.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The point has no regret and its rule picks it among all equilibria."""
    game = shared.admit(form, "selection")
    evidence = shared.nash_evidence(game, point)
    if point.facts.get("approximate"):  # a point of the branch near its limit, not the limit
        spread = float(expected.spread(game.floats().payoffs, len(game.players)).max())
        good = float(evidence.value) <= NEAR * spread
        evidence = Evidence(good, evidence.value, evidence.what, "" if good else evidence.witness)
    if not evidence.holds:
        return evidence
    field = _field(game)
    choice = RULES[point.facts["rule"]](field)
    picked = [field.equilibria[k] for k in choice.chosen] or [choice.profile]
    mixed = shared.mixed_of(game, point)
    distance = min(
        max(
            float(np.abs(np.array(a, float) - np.array(b, float)).max())
            for a, b in zip(mixed, profile, strict=True)
        )
        for profile in picked
    )
    good = distance <= NEAR
    return Evidence(
        good, evidence.value, evidence.what, "" if good else f"{point.facts['rule']} picks another"
    )


def pareto_dominated(payoffs: Sequence[Sequence[Any]]) -> tuple[bool, ...]:
    """Which payoff vectors another one of the list dominates: no less for all, more for one."""
    return tuple(
        any(
            all(b >= a for a, b in zip(mine, other)) and any(b > a for a, b in zip(mine, other))
            for other in payoffs
        )
        for mine in payoffs
    )


def _field(game: StrategicGame) -> Field:
    exact = game.fractions()
    if len(game.players) == 2:
        nash = extreme_equilibria(exact.payoffs[0].tolist(), exact.payoffs[1].tolist())
        found = [(shared.row(x), shared.row(y)) for x, y in nash.points]
    else:
        cells = np.argwhere(pure_equilibria(exact.payoffs))
        found = [tuple(shared.pure(exact, cell)) for cell in cells.tolist()]
    payoffs = tuple(tuple(expected.expected(exact.payoffs, e).tolist()) for e in found)
    return Field(exact, tuple(found), payoffs, len(game.players) == 2)


def _labels(field: Field, choice: Choice) -> tuple[str, ...]:
    if choice.profile:
        return (shared.label_of(field.game, [np.round(x, 6) for x in choice.profile]),)
    return tuple(shared.label_of(field.game, field.equilibria[k]) for k in choice.chosen)


@selection.explained_by
def explain(form: StrategicGame) -> str:
    """Every rule applied by hand: who prefers what, deviation losses, sums, the logit branch."""
    game = shared.admit(form, "selection").fractions()
    field = _field(game)
    labels = [shared.label_of(game, profile) for profile in field.equilibria]
    rows = [
        (label, *(f"${_tex.number(v)}$" for v in pays), f"${_tex.number(sum(pays))}$")
        for label, pays in zip(labels, field.payoffs, strict=True)
    ]
    parts = ["**Selection among equilibria.**"]
    if not field.complete:
        parts.append("Only pure equilibria are considered.")
    parts.append("\n".join(_tex.plain_table(("equilibrium", *game.players, "sum"), rows)))
    chosen = {name: (rule(field), rule) for name, rule in RULES.items()}
    for name, (choice, _) in chosen.items():
        words = "; ".join(_labels(field, choice)) or "nothing"
        reason = f" ({choice.reason})" if choice.reason else ""
        parts.append(
            f"**{name.replace('_', ' ')}**: {_worked(name, field, labels)}It picks {words}{reason}."
        )
    return "\n\n".join(parts)


def _worked(rule: str, field: Field, labels: Sequence[str]) -> str:
    """The arithmetic behind a rule's choice, where it is short."""
    work = _WORK.get(rule)
    return work(field, labels) if work else ""


def _deviation_losses(field: Field, labels: Sequence[str]) -> str:
    game = field.game
    if game.shape != (2, 2):
        return ""
    lines = []
    for (x, y), label in zip(field.equilibria, labels):
        if not {*x, *y} <= {0, 1}:
            continue
        i, j = list(x).index(1), list(y).index(1)
        terms = (
            (game.payoffs[0, i, j], game.payoffs[0, 1 - i, j]),
            (game.payoffs[1, i, j], game.payoffs[1, i, 1 - j]),
        )
        product = prod((stay - leave for stay, leave in terms), start=Fraction(1))
        shown = "".join(f"({_tex.number(s)} - {_tex.number(t)})" for s, t in terms)
        shown = shown.replace("- -", "+ ")
        lines.append(f"at {label} ${shown} = {_tex.number(product)}$")
    return f"products of the losses from deviating alone: {'; '.join(lines)}. " if lines else ""


def _preferences(field: Field, labels: Sequence[str]) -> str:
    lines = []
    for who, player in enumerate(field.game.players):
        mine = [pays[who] for pays in field.payoffs]
        best = [k for k, value in enumerate(mine) if value == max(mine)]
        lines.append(f"{player} likes {' and '.join(labels[k] for k in best)} best")
    return "; ".join(lines) + ". " if labels else ""


def _branch(field: Field, labels: Sequence[str]) -> str:
    game = field.game.floats()
    spread = float(expected.spread(game.payoffs, len(game.players)).max()) or 1.0
    lines = []
    for size in (0.0, 1.0, 3.0, 10.0, PRECISIONS[0]):
        mixed, error = logit.principal_branch(
            game.payoffs, np.array(size / spread), players=len(game.players)
        )
        if np.isnan(error):
            break
        shown = " / ".join(", ".join(f"{w:.3f}" for w in np.asarray(x)) for x in mixed)
        lines.append(f"${size / spread:.4g}$: {shown}")
    return f"the branch from the centroid, by precision: {'; '.join(lines)}. "


_WORK: dict[str, Callable[[Field, Sequence[str]], str]] = {
    "payoff_dominant": _preferences,
    "risk_dominant": _deviation_losses,
    "logit_limit": _branch,
}
