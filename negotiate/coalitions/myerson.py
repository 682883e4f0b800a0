r"""Myerson value: the Shapley value when only parties that talk to each other can act together.

On a graph g of who talks to whom, a coalition falls apart into its connected parts, and

.. math:: v^g(S) = \sum_{C \in S/g} v(C);

the Myerson value is the Shapley value of v^g. It is the one rule that gives each connected part its
worth and is fair: a link changes the payoffs of its two ends by the same amount (Myerson 1977,
Mathematics of Operations Research 2:225-229).

Majority of three, where only a-b and b-c talk: b, in the middle, gets two thirds.

>>> from negotiate.coalitions.game import weighted_voting
>>> game = weighted_voting({"a": 1, "b": 1, "c": 1}, 2)
>>> [str(x) for x in myerson(game, links=[("a", "b"), ("b", "c")])[0].payoffs.values()]
['1/6', '2/3', '1/6']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.shapley import linear_answer
from negotiate.declare import concept
from negotiate.errors import InputError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution

Links = Sequence[tuple[str, str]]


@concept(
    "myerson",
    title="Myerson value on a graph",
    short="Myerson",
    games=("coalitional",),
    field="rational",
    axioms=("fairness of links",),
    cites=("myerson1977",),
)
def myerson(game: CoalitionalGame, *, links: Links = ()) -> Solution:
    """The Myerson value on a graph.

    Parameters
    ----------
    game
        One game or a game over draws.
    links
        Pairs of players that talk to each other. By default those of the game.

    Returns
    -------
    Solution

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> [str(x) for x in myerson(glove(["l"], ["r", "s"]), links=[("l", "r")])[0].payoffs.values()]
    ['1/2', '1/2', '0']
    """
    links = links or game.links
    graph = restricted(game, links=links)
    found = values.semivalue(graph.signed, values.shapley_weights(game.n))
    listed = [list(pair) for pair in links]
    return linear_answer(
        game,
        "myerson",
        found,
        holds,
        settings={"links": listed},
        facts={"links": listed},
        notes=("whether it is in the core refers to the game in which all can talk",),
    )


def restricted(game: CoalitionalGame, *, links: Links) -> CoalitionalGame:
    """The graph game: a coalition is worth what its connected parts are."""
    parts = values.components(game.n, _pairs(game, links))
    return replace(game, table=values.restricted(game.table, parts))


def _pairs(game: CoalitionalGame, links: Links) -> list[tuple[int, int]]:
    out = []
    for link in links:
        if len(link) != 2 or link[0] == link[1]:
            raise InputError(f"{list(link)}", where="links", allowed="pairs of two players")
        for name in link:
            if name not in game.players:
                raise UnknownNameError("player", str(name), game.players, where="links")
        out.append((game.players.index(link[0]), game.players.index(link[1])))
    return out


@myerson.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Myerson's two axioms: parts get their worth, and each link is worth the same to both ends.

    The value with a link removed is computed anew, so that the second is a test of differences.
    """
    x = shared.vector(game, point)
    links: Links = [(a, b) for a, b in point.facts.get("links", ())]
    pairs = _pairs(game, links)
    slack = shared.slack(game, x)
    for part in values.components(game.n, pairs)[game.grand]:
        gap = sum(x[k] for k in range(game.n) if part >> k & 1) - shared.worth(game, part)
        if abs(gap) > slack:
            return Evidence(False, gap, "payoffs of a part less its worth", game.label(part))
    worst: Any = 0
    for number, (a, b) in enumerate(pairs):
        rest = [link for k, link in enumerate(links) if k != number]
        less = restricted(game, links=rest)
        without = values.semivalue(less.signed, values.shapley_weights(game.n))
        unit = game.denominator or 1
        gap = abs((x[a] - without[a] / unit) - (x[b] - without[b] / unit))
        if gap > slack:
            return Evidence(
                False,
                gap,
                "what a link is worth to one end less to the other",
                f"{game.players[a]}, {game.players[b]}",
            )
        worst = max(worst, gap)
    return Evidence(True, worst, "largest unfairness of a link")


@myerson.explained_by
def explain(game: CoalitionalGame, *, links: Links = ()) -> str:
    """Worked steps in Markdown."""
    answer = myerson(game, links=links)
    parts = values.components(game.n, _pairs(game, links or game.links))[game.grand]
    return (
        f"1. Connected parts of all: {', '.join(game.label(p) for p in parts)}.\n"
        "2. Each coalition is worth the sum of its connected parts.\n"
        f"3. Shapley value of that game: {shared.listed(game, answer[0].payoffs)}."
    )
