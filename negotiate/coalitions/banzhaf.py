r"""Banzhaf value: what a party adds when every coalition of the others is as likely as any.

.. math:: \beta_i(v) = 2^{-(n-1)} \sum_{S \not\ni i} [v(S \cup i) - v(S)]

In a voting game it is the chance that a vote turns the outcome when all others vote by the toss of
a coin (Penrose 1946, Journal of the Royal Statistical Society 109:53-57; Banzhaf 1965, Rutgers Law
Review 19:317-343; as a value of games, Owen 1975). It is not efficient: the sum of the values is in
general not v(N); ``normalised`` among the facts divides by the sum, which is what tables of power
print, and which keeps none of the axioms but symmetry and nothing to who adds nothing.

Three-person majority: one half each, normalised one third.

>>> from negotiate.coalitions.game import weighted_voting
>>> answer = banzhaf(weighted_voting({"a": 1, "b": 1, "c": 1}, 2))
>>> [str(x) for x in answer[0].payoffs.values()], str(answer[0].facts["normalised"]["a"])
(['1/2', '1/2', '1/2'], '1/3')
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions._shared import PAYOFFS
from negotiate.coalitions.arithmetic import subsets, values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.shapley import linear_answer
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "banzhaf",
    title="Banzhaf value",
    short="Banzhaf",
    games=("coalitional",),
    field="rational",
    axioms=("symmetry", "dummy player", "additivity"),
    cites=("banzhaf1965",),
    metrics=PAYOFFS,
)
def banzhaf(game: CoalitionalGame) -> Solution:
    """The Banzhaf value, and the same divided by its sum.

    Parameters
    ----------
    game
        One game or a game over draws.

    Returns
    -------
    Solution
        One point, not efficient; ``facts["normalised"]`` sums to one where the sum is not zero.

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> [str(x) for x in banzhaf(glove(["l"], ["r", "s"]))[0].payoffs.values()]
    ['3/4', '1/4', '1/4']
    """
    found = values.semivalue(game.signed, values.banzhaf_weights(game.n))
    pay = shared.payoffs(game, found)
    total: Any = sum(pay.values())
    facts: dict[str, Any] = {}
    if game.draws:
        with np.errstate(divide="ignore", invalid="ignore"):
            facts["normalised"] = {
                p: np.where(total != 0, x / total, np.nan) for p, x in pay.items()
            }
    elif total != 0:
        facts["normalised"] = {p: x / total for p, x in pay.items()}
    return linear_answer(
        game,
        "banzhaf",
        found,
        holds,
        facts=facts,
        notes=("not efficient: the values need not sum to the worth of all",),
    )


@banzhaf.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Recomputed from the dividends: x_i is the sum of d(S)/2^(|S|-1) over coalitions with i."""
    x = shared.vector(game, point)
    sizes = subsets.sizes(game.n)
    shares = subsets.dividends(game.signed.astype(object if game.exact else float))
    right: list[Any] = []
    for k in range(game.n):
        mine, size = subsets.split(shares, k)[1], subsets.split(sizes, k)[1]
        by_size = [mine[size == s].sum() for s in range(1, game.n + 1)]
        if game.exact:
            parts = [Fraction(int(t), 2**s * game.denominator) for s, t in enumerate(by_size)]
            right.append(sum(parts, start=Fraction(0)))
        else:
            right.append(sum(float(t) / 2**s for s, t in enumerate(by_size)))
    return shared.close(game, x, right, "distance from the sum of dividends")


@banzhaf.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown."""
    answer = banzhaf(game)
    steps = [
        f"1. Each of the {2 ** (game.n - 1)} coalitions of the others is equally likely.",
        "2. What each player adds on average: " + shared.listed(game, answer[0].payoffs) + ".",
    ]
    if "normalised" in answer[0].facts:
        steps.append(
            "3. Divided by the sum: " + shared.listed(game, answer[0].facts["normalised"]) + "."
        )
    return "\n".join(steps)
