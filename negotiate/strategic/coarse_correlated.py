"""Coarse correlated equilibrium: nobody gains by opting out of the mediator's plan beforehand.

A distribution p over profiles such that for every player i and strategy t

    sum over s of p(s) u_i(s) >= sum over s of p(s) u_i(t, s_-i)

(Moulin and Vial 1978, International Journal of Game Theory 7, 201-221). The set holds all
correlated equilibria; average play of no-regret learners approaches it (Young 2004, Strategic
Learning and its Limits, chapter 3).

>>> game = StrategicGame.from_arrays([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
>>> sum(coarse_correlated(game, objective="welfare")[0].payoffs.values())
Fraction(21, 2)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _correlated_polytope as _correlated
from negotiate.strategic.arithmetic.correlated import coarse_constraints
from negotiate.strategic.game import StrategicGame


@concept(
    "coarse_correlated_equilibrium",
    title="Coarse correlated equilibrium",
    short="coarse correlated",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
)
def coarse_correlated(
    form: StrategicGame, *, objective: _correlated.Objective | None = None
) -> Solution:
    """Coarse correlated equilibria, as in `correlated_equilibrium`.

    Extreme points are listed up to 12 profiles.
    """
    return _correlated.solve(
        "coarse_correlated_equilibrium", form, coarse_constraints, objective, limit=12
    )


@coarse_correlated.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The largest gain from committing to one strategy instead, recomputed."""
    return _correlated.holds("coarse_correlated_equilibrium", form, point, _deviations)


def _deviations(game: StrategicGame) -> Iterator[_correlated.Deviation]:
    for i, player in enumerate(game.players):
        for t, other in enumerate(game.strategies[player]):
            yield _correlated.Deviation(
                i,
                None,
                t,
                f"{player}: always {other}",
                f"{player} does not gain by always playing {other}",
            )


@coarse_correlated.explained_by
def explain(form: StrategicGame, *, objective: _correlated.Objective | None = None) -> str:
    """The conditions against opting out with the game's numbers, and what they leave."""
    idea = (
        "A mediator will draw a profile; each player joins the plan or commits itself to one "
        "strategy before the draw. Joining is best for everybody exactly if"
    )
    answer = partial(coarse_correlated, objective=objective)
    return _correlated.explain(
        "coarse_correlated_equilibrium", form, _deviations, answer, idea=idea
    )
