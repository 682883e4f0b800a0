r"""Nucleolus: the complaints of all coalitions made as small as can be, the largest first.

Among the payoff vectors that give everybody at least its own worth, the nucleolus is the one whose
excesses e(S, x) = v(S) - x(S), sorted from the largest down, come first in lexicographic order. It
exists and is unique wherever such vectors exist, lies in the core where there is one, in the kernel
and in the bargaining set always (Schmeidler 1969, SIAM Journal on Applied Mathematics
17:1163-1170).

Found by a sequence of linear programmes in exact arithmetic; every stage comes with the balanced
weights that prove it (`negotiate.coalitions.arithmetic.lexicographic`). An answer is judged by
Kohlberg's criterion, which uses no linear programme of the scheme. Rational; over draws the
programme's formula is reused in its region, so there is no loop over draws.

The estates of the Talmud (Aumann and Maschler 1985, JET 36:195-213): claims 100, 200, 300 on 200.

>>> from negotiate.coalitions.claims import ClaimsProblem
>>> problem = ClaimsProblem({"a": 100, "b": 200, "c": 300}, 200)
>>> [str(x) for x in nucleolus(problem.coalitional())[0].payoffs.values()]
['50', '75', '75']
"""

from __future__ import annotations

from negotiate.coalitions import _lexicographic as lexicographic
from negotiate.coalitions import _shared as shared
from negotiate.coalitions._shared import PAYOFFS
from negotiate.coalitions.game import CoalitionalGame
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "nucleolus",
    title="Nucleolus",
    short="nucleolus",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player", "individual rationality"),
    cites=("schmeidler1969",),
    metrics=PAYOFFS,
)
def nucleolus(game: CoalitionalGame) -> Solution:
    """The nucleolus.

    Parameters
    ----------
    game
        One game or a game over draws (NaN where no payoffs are individually rational).

    Returns
    -------
    Solution
        One point; ``facts["levels"]`` are the stages: the excess and the coalitions that pin it. No
        point where the players' own worths sum to more than the worth of all.

    Examples
    --------
    >>> from negotiate.coalitions.game import airport
    >>> costs = airport({"a": 8, "b": 11, "c": 13, "d": 18})
    >>> [str(x) for x in nucleolus(costs)[0].payoffs.values()]
    ['13/4', '13/4', '13/4', '33/4']
    """
    return lexicographic.answer(game, "nucleolus", rational=True, check=holds)


@nucleolus.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Kohlberg's criterion with individual rationality."""
    return lexicographic.kohlberg(game, point, rational=True)


@nucleolus.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown: one stage a line."""
    return explained(game, nucleolus(game))


def explained(game: CoalitionalGame, answer: Solution) -> str:
    """Stages of a lexicographic answer in words."""
    if not answer.points:
        return f"1. {answer.notes[0]}."
    lines = []
    for k, level in enumerate(answer[0].facts["levels"]):
        pinned = ", ".join("{" + ", ".join(c) + "}" for c in level["coalitions"])
        again = "next " if k else ""
        lines.append(
            f"{k + 1}. The {again}largest excess cannot be below "
            f"{shared.shown(level['excess'])}: it is pinned by {pinned or 'own worths'}."
        )
    lines.append(
        f"{len(lines) + 1}. That leaves one point: {shared.listed(game, answer[0].payoffs)}."
    )
    return "\n".join(lines)
