r"""Prenucleolus: the nucleolus without the demand that nobody gets less than its own worth.

The efficient payoff vector whose excesses, sorted from the largest down, come lexicographically
first (Sobolev 1975; Schmeidler 1969 for the nucleolus). It always exists and is unique, and is the
nucleolus wherever it happens to be individually rational, in every game with a core for one.

A game in which cooperation does not pay: each has 1 alone, both together 1.

>>> from negotiate.coalitions.game import from_worths
>>> [str(x) for x in prenucleolus(from_worths({"a": 1, "b": 1, "a+b": 1}))[0].payoffs.values()]
['1/2', '1/2']
"""

from __future__ import annotations

from negotiate.coalitions import _lexicographic as lexicographic
from negotiate.coalitions._shared import PAYOFFS
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.nucleolus import explained
from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "prenucleolus",
    title="Prenucleolus",
    short="prenucleolus",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("schmeidler1969",),
    metrics=PAYOFFS,
)
def prenucleolus(game: CoalitionalGame) -> Solution:
    """The prenucleolus of one game or of every draw.

    Parameters
    ----------
    game
        One game or a game over draws.

    Returns
    -------
    Solution

    Examples
    --------
    >>> from negotiate.coalitions.game import weighted_voting
    >>> game = weighted_voting({"a": 2, "b": 1, "c": 1}, 3)
    >>> [str(x) for x in prenucleolus(game)[0].payoffs.values()]
    ['1', '0', '0']
    """
    return lexicographic.answer(game, "prenucleolus", rational=False, check=holds)


@prenucleolus.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Kohlberg's criterion without individual rationality."""
    return lexicographic.kohlberg(game, point, rational=False)


@prenucleolus.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown: one stage a line."""
    return explained(game, prenucleolus(game))
