"""Intuitive criterion: perfect Bayesian equilibria whose off-path beliefs make sense.

At an unsent message m let J(m) be the types that could not gain by sending it whatever best
response it met: u*(t) > max over r in BR(T, m) of u(t, m, r). An equilibrium outcome fails if some
type t outside J(m) would gain for certain once J(m) is ruled out:
u*(t) < min over r in BR(T minus J(m), m) of u(t, m, r). BR(X, m) are the responses best for some
belief on X. If J(m) holds every type it rules out nothing.

Source: Cho and Kreps (1987), QJE 102:179-221, section IV.3. Of the two pooling equilibria of beer
and quiche only beer passes (p. 202):

>>> from fractions import Fraction
>>> from negotiate.extensive.signalling import beer_quiche
>>> answer = intuitive_criterion(beer_quiche(Fraction(1, 10)))
>>> [point.label for point in answer]
['pooling on beer']
>>> [item.witness for item in answer.evidence if "refuted" in item.what]
['type strong gains by beer once weak is ruled out']
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from negotiate.declare import concept
from negotiate.extensive._signalling_tree import on_tree, recognise, sent
from negotiate.extensive.arithmetic.signalling import Game
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.perfect_bayesian import perfect_bayesian
from negotiate.extensive.signalling import Signalling
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution

Judge = Callable[[Signalling, Point], Evidence]


@concept(
    "intuitive_criterion",
    title="Intuitive criterion",
    short="intuitive",
    games=("signalling", "extensive"),
    field="rational",
    axioms=("no profitable deviation",),
)
def intuitive_criterion(form: Signalling | ExtensiveGame) -> Solution:
    """Perfect Bayesian equilibria that pass; those that fail are in the evidence, with why.

    ``form`` is a signalling game, as tables or as a tree.
    """
    return filtered(form, "intuitive_criterion", test)


def filtered(form: Signalling | ExtensiveGame, concept: str, judge: Judge) -> Solution:
    """Keep the points of the perfect Bayesian solution that ``judge(form, point)`` accepts."""
    if isinstance(form, ExtensiveGame):
        found = recognise(form)
        inner = filtered(found.game, concept, judge)
        points = tuple(on_tree(found, point) for point in inner.points)
        return replace(inner, points=points, exact=form.exact, form=form)
    full = perfect_bayesian(form)
    verdicts = [judge(form, point) for point in full.points]
    kept = [i for i, verdict in enumerate(verdicts) if verdict.holds]
    place = {old: new for new, old in enumerate(kept)}
    components = []
    for component in full.components:
        left = tuple(place[i] for i in component if i in place)
        if len(left) > 1:
            components.append(left)
    told = tuple(
        verdict
        if verdict.holds
        else replace(verdict, holds=True, what=f"{point.label} is refuted: {verdict.what}")
        for point, verdict in zip(full.points, verdicts)
    )
    notes = full.notes
    if full.components:
        notes = (
            *notes,
            "A continuum is judged at its extreme points; points between them may differ.",
        )
    return replace(
        full,
        concept=concept,
        points=tuple(full.points[i] for i in kept),
        complete=full.complete and not full.components,
        components=tuple(components),
        evidence=told,
        notes=notes,
    )


def test(form: Signalling, point: Point) -> Evidence:
    """The criterion at one equilibrium; the value is the sure gain of the worst message."""
    game, live = form.kernel(), form.live_types
    payoffs = [exact(point.facts["type_payoffs"][t]) for t in live]
    worst, witness = Fraction(0), ""
    for k in unsent(form, point):
        ruled_out = dominated(game, payoffs, k)
        left = tuple(t for t in game.types if t not in ruled_out)
        if not left:
            continue
        replies = possible(game, k, left)
        for t in left:
            gain = min(game.sender[t][k][r] for r in replies) - payoffs[t]
            if gain > worst:
                names = " and ".join(live[j] for j in ruled_out) or "nobody"
                worst = gain
                witness = f"type {live[t]} gains by {form.messages[k]} once {names} is ruled out"
    return Evidence(worst == 0, worst, "sure gain off the path", witness)


test.__test__ = False  # type: ignore[attr-defined]


def unsent(form: Signalling, point: Point) -> list[int]:
    """Indices of the messages no type sends."""
    sender = point.strategies[form.players[0]]
    return [k for k, m in enumerate(form.messages) if not any(row[m] for row in sender.values())]


def possible(game: Game, message: int, types: tuple[int, ...]) -> tuple[int, ...]:
    """BR(types, message): pure responses best for some belief on ``types``."""
    return tuple(sorted({r for found in game.replies(message, types) for r in found.best}))


def dominated(game: Game, payoffs: list[Fraction], message: int) -> tuple[int, ...]:
    """J(m): the types that no best response to m could pay as much as the equilibrium does."""
    replies = possible(game, message, tuple(game.types))
    return tuple(
        t for t in game.types if payoffs[t] > max(game.sender[t][message][r] for r in replies)
    )


@intuitive_criterion.checked_by
def holds(form: Signalling | ExtensiveGame, point: Point) -> Evidence:
    """A perfect Bayesian equilibrium that passes the criterion."""
    return judged(form, point, test)


def judged(form: Signalling | ExtensiveGame, point: Point, judge: Judge) -> Evidence:
    """First the definition of perfect Bayesian equilibrium, then the filter."""
    first = perfect_bayesian.holds(form, point)
    if not first.holds:
        return first
    if isinstance(form, ExtensiveGame):
        found = recognise(form)
        return judge(found.game, sent(found, point))
    return judge(form, point)
