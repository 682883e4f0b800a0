"""Correlated equilibrium: following a mediator's private recommendation is best for everybody.

A distribution p over profiles is a correlated equilibrium if for every player i and strategies s, t

    sum over s_-i of p(s, s_-i) (u_i(s, s_-i) - u_i(t, s_-i)) >= 0

(Aumann 1974, Journal of Mathematical Economics 1, 67-96; Osborne and Rubinstein 1994, section 3.3,
pp. 44-48). The set is a polytope that holds every Nash equilibrium: small games are answered by its
extreme points, others, or on request, by a best point for a stated objective.

Aumann's chicken: with payoffs 6, 2, 7, 0 a mediator raises the sum of payoffs to 10.5, above all
Nash equilibria (sums 9 and 28/3).

>>> game = StrategicGame.from_arrays([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
>>> best = correlated(game, objective="welfare")[0]
>>> sum(best.payoffs.values()), best.facts["distribution"]["1, 1"]
(Fraction(21, 2), Fraction(1, 2))
>>> len(correlated(game))
5
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import permutations

from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _correlated_polytope as _correlated
from negotiate.strategic.arithmetic.correlated import correlated_constraints
from negotiate.strategic.game import StrategicGame


@concept(
    "correlated_equilibrium",
    title="Correlated equilibrium",
    short="correlated",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
)
def correlated(form: StrategicGame, *, objective: _correlated.Objective | None = None) -> Solution:
    """Correlated equilibria.

    Parameters
    ----------
    objective
        None: all extreme points where the game has at most 16 profiles (else the best by
        welfare, with a note). "welfare" (sum of payoffs), a player, or ``{player: weight}``: a
        correlated equilibrium that maximises it.

    Returns
    -------
    Solution
        Points carry ``facts["distribution"]``: profile, its strategies joined by ", ", to
        probability.
    """
    return _correlated.solve(
        "correlated_equilibrium", form, correlated_constraints, objective, limit=16
    )


@correlated.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The largest gain from disobeying one recommendation, recomputed."""
    return _correlated.holds("correlated_equilibrium", form, point, _deviations)


def _deviations(game: StrategicGame) -> Iterator[_correlated.Deviation]:
    for i, player in enumerate(game.players):
        for (s, told), (t, other) in permutations(enumerate(game.strategies[player]), 2):
            yield _correlated.Deviation(
                i,
                s,
                t,
                f"{player}: told {told}, plays {other}",
                f"{player}, told {told}, does not gain with {other}",
            )


@correlated.explained_by
def explain(form: StrategicGame, *, objective: _correlated.Objective | None = None) -> str:
    """The obedience conditions with the game's numbers, and what they leave."""
    idea = (
        "A mediator draws a profile and tells each player its own part only. Obeying is best "
        "for everybody exactly if"
    )
    answer = partial(correlated, objective=objective)
    return _correlated.explain("correlated_equilibrium", form, _deviations, answer, idea=idea)
