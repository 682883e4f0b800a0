r"""Tau value: the compromise between what each can hope for and what each can insist on.

A player can hope for no more than what it adds to all the others, M_i = v(N) - v(N - i); it can
insist on what is left of some coalition when the other members have got what they hope for,

.. math:: m_i = \max_{S \ni i} \bigl[ v(S) - \sum_{j \in S - i} M_j \bigr].

The tau value is the efficient point on the line from m to M. It is defined where m <= M and
sum m <= v(N) <= sum M (a quasi-balanced game; every game with a core is one). Tijs (1981), in Game
Theory and Mathematical Economics, 123-132.

>>> from negotiate.coalitions.game import from_worths
>>> game = from_worths({"a": 0, "b": 0, "c": 0, "a+b": 2, "a+c": 3, "b+c": 4, "a+b+c": 6})
>>> answer = tau(game)                    # M = (2, 3, 4), m = (0, 0, 1)
>>> [str(x) for x in answer[0].payoffs.values()]
['5/4', '15/8', '23/8']
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions._shared import PAYOFFS
from negotiate.coalitions.arithmetic import subsets, values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.shapley import linear_answer
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "tau",
    title="Tau value",
    short="tau",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("tijs1981",),
    metrics=PAYOFFS,
)
def tau(game: CoalitionalGame) -> Solution:
    """The tau value, or no point where the game is not quasi-balanced.

    Parameters
    ----------
    game
        One game or a game over draws (NaN where it is not defined).

    Returns
    -------
    Solution
        Facts hold the utopia payoffs M and the minimal rights m.

    Examples
    --------
    >>> from negotiate.coalitions.game import weighted_voting
    >>> len(tau(weighted_voting({"a": 1, "b": 1, "c": 1}, 2)))   # M = 0, v(N) = 1
    0
    """
    if not game.exact:
        utopia, rights, found = values.tau(game.signed)
        if not game.draws and found[0] != found[0]:
            return _none(game)
        bounds = {
            "utopia": shared.payoffs(game, utopia),
            "minimal_rights": shared.payoffs(game, rights),
        }
        return linear_answer(game, "tau", found, holds, facts=bounds)
    utopia, rights = values.bounds_of_tau(game.signed.astype(object))
    total, low, high = int(game.signed[-1]), int(sum(rights)), int(sum(utopia))
    if any(m > top for m, top in zip(rights, utopia)) or not low <= total <= high:
        return _none(game)
    share = Fraction(total - low, high - low) if high > low else Fraction(0)
    exact = [int(m) + share * (int(top) - int(m)) for m, top in zip(rights, utopia)]
    facts: dict[str, Any] = {
        "utopia": shared.payoffs(game, [int(a) for a in utopia]),
        "minimal_rights": shared.payoffs(game, [int(a) for a in rights]),
        "share": share,
    }
    return linear_answer(game, "tau", exact, holds, facts=facts)


def _none(game: CoalitionalGame) -> Solution:
    return Solution(
        concept="tau",
        players=game.players,
        points=(),
        complete=True,
        exact=game.exact,
        notes=(
            "the game is not quasi-balanced: minimal rights and utopia payoffs do not enclose "
            "the worth of all",
        ),
        form=game,
    )


@tau.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Efficient, and the same share of the way from m to M for everybody, by the definition."""
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    slack = shared.slack(game, x)
    top = [
        shared.worth(game, game.grand) - shared.worth(game, game.grand ^ 1 << k)
        for k in range(game.n)
    ]
    low: list[Any] = []
    for k in range(game.n):
        low.append(
            max(
                shared.worth(game, mask) - sum(top[j] for j in subsets.members(mask) if j != k)
                for mask in range(1, game.grand + 1)
                if mask >> k & 1
            )
        )
    room, way = sum(top) - sum(low), sum(x) - sum(low)
    for k in range(game.n):
        gap = (x[k] - low[k]) * room - way * (top[k] - low[k])
        if abs(gap) > slack * max(1, abs(float(room))):
            return Evidence(False, gap, "distance from the line from m to M", game.players[k])
    return Evidence(True, slack * 0, "distance from the line from m to M")


@tau.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown."""
    answer = tau(game)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    facts = answer[0].facts
    return (
        "1. Utopia payoffs M, what each adds to all others: "
        f"{shared.listed(game, facts['utopia'])}.\n"
        f"2. Minimal rights m: {shared.listed(game, facts['minimal_rights'])}.\n"
        f"3. The efficient point between them: {shared.listed(game, answer[0].payoffs)}."
    )
