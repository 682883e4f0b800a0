"""D1 (divinity): off-path beliefs fall on the types most eager to deviate.

At an unsent message m let D(t) be the mixed best responses (to any belief) that make type t
strictly better off than its equilibrium payoff, and D0(t) those that leave it just as well off. A
type t is struck out at m if for some other type s with D(s) not empty, D(t) and D0(t) lie wholly
in D(s): whenever t is willing to deviate, s is eager. An equilibrium passes if at each unsent
message the response can be best for some belief on the types that remain and still deter
everybody (beliefs are free where all types are struck out or none can gain).

D1 implies the intuitive criterion where types struck out by the latter are struck out here too;
with two types it equals universal divinity.

Source: Banks and Sobel (1987), Econometrica 55:647-661; Cho and Kreps (1987), QJE 102:179-221,
section IV.5; Cho and Sobel (1990), JET 50:381-413.

>>> from fractions import Fraction
>>> from negotiate.extensive.signalling import beer_quiche
>>> [point.label for point in divinity_d1(beer_quiche(Fraction(1, 10)))]
['pooling on beer']
"""

from __future__ import annotations

from fractions import Fraction

from negotiate.declare import concept
from negotiate.extensive.arithmetic.signalling import Game
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.intuitive_criterion import filtered, judged, unsent
from negotiate.extensive.signalling import Signalling
from negotiate.numbers.exact_polytope import cut
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution


@concept(
    "divinity_d1",
    title="D1 criterion",
    short="D1",
    games=("signalling", "extensive"),
    field="rational",
    axioms=("no profitable deviation",),
)
def divinity_d1(form: Signalling | ExtensiveGame) -> Solution:
    """Perfect Bayesian equilibria that pass; those that fail are in the evidence, with why."""
    return filtered(form, "divinity_d1", test)


def test(form: Signalling, point: Point) -> Evidence:
    """D1 at one equilibrium; the value counts the unsent messages that refute it."""
    game, live = form.kernel(), form.live_types
    payoffs = [exact(point.facts["type_payoffs"][t]) for t in live]
    failures = []
    for k in unsent(form, point):
        struck = struck_out(game, payoffs, k)
        left = tuple(t for t in game.types if t not in struck)
        if not left or _supported(game, payoffs, k, left):
            continue
        names = " or ".join(live[t] for t in left)
        failures.append(f"after {form.messages[k]} belief falls on {names}, who then gain")
    return Evidence(not failures, len(failures), "unsent messages refuted", "; ".join(failures))


test.__test__ = False  # type: ignore[attr-defined]


def struck_out(game: Game, payoffs: list[Fraction], message: int) -> tuple[int, ...]:
    """Types of which D1 removes the message."""
    out = []
    for t in game.types:
        for s in game.types:
            if (
                s != t
                and _eager(game, payoffs, message, s)
                and not _escapes(game, payoffs, message, t, s)
            ):
                out.append(t)
                break
    return tuple(out)


def _eager(game: Game, payoffs: list[Fraction], message: int, s: int) -> bool:
    """Is D(s) non-empty?"""
    return any(
        game.sender[s][message][r] > payoffs[s]
        for found in game.replies(message, tuple(game.types))
        for r in found.best
    )


def _escapes(game: Game, payoffs: list[Fraction], message: int, t: int, s: int) -> bool:
    """Does some mixed best response pay t no less, and s no more, than the equilibrium?"""
    mine, theirs = game.sender[t][message], game.sender[s][message]
    return any(
        cut(
            [found.best],
            len(mine),
            equal=[],
            at_least=[(mine, -payoffs[t]), ([-x for x in theirs], payoffs[s])],
        )
        for found in game.maximal(message, tuple(game.types))
    )


def _supported(game: Game, payoffs: list[Fraction], message: int, left: tuple[int, ...]) -> bool:
    width = len(game.sender[0][message])
    return any(
        cut(
            [found.best],
            width,
            equal=[],
            at_least=[([-x for x in game.sender[t][message]], payoffs[t]) for t in game.types],
        )
        for found in game.maximal(message, left)
    )


@divinity_d1.checked_by
def holds(form: Signalling | ExtensiveGame, point: Point) -> Evidence:
    """A perfect Bayesian equilibrium that passes D1."""
    return judged(form, point, test)
