r"""Owen value: the Shapley value when parties have joined blocs beforehand.

The blocs (a priori unions) come in an order drawn at random, and within a bloc its members do; what
each party adds on the way is averaged (Owen 1977, "Values of games with a priori unions", in
Mathematical Economics and Game Theory, 76-88). A bloc together gets its Shapley value in the game
among blocs; inside it, members share by what they would do for the others outside the bloc.

Three-person majority with the first two in one bloc: one half each, nothing for the third.

>>> from negotiate.coalitions.game import weighted_voting
>>> game = weighted_voting({"a": 1, "b": 1, "c": 1}, 2)
>>> [str(x) for x in owen(game, unions=[["a", "b"], ["c"]])[0].payoffs.values()]
['1/2', '1/2', '0']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import subsets, values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.shapley import linear_answer
from negotiate.declare import concept
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution

MAX_TERMS = 2_000_000
"""Most weights of the value (2^(blocs - 1) x 2^(members - 1), summed over players)."""


@concept(
    "owen",
    title="Owen value for blocs",
    short="Owen",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "dummy player", "additivity"),
    cites=("owen1977",),
)
def owen(game: CoalitionalGame, *, unions: Sequence[Iterable[str]] = ()) -> Solution:
    """The Owen value for a partition into blocs.

    Parameters
    ----------
    game
        One game or a game over draws.
    unions
        Blocs; players in none stand alone. By default those of the game.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        A player in two blocs, or unknown.

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> [str(x) for x in owen(glove(["l"], ["r", "s"]), unions=[["r", "s"]])[0].payoffs.values()]
    ['1/2', '1/4', '1/4']
    """
    unions = unions or game.unions
    blocs = partition(game, unions)
    size = sum(len(bloc) * 2 ** (len(blocs) + len(bloc) - 2) for bloc in blocs)
    if size > MAX_TERMS:
        raise TooLargeError(
            f"{size:,} weights",
            where="Owen value",
            allowed=f"{MAX_TERMS:,}",
            remedy="join blocs, or take the Shapley value of the game among blocs",
        )
    found = values.combined(game.signed, values.owen_terms(game.n, blocs))
    named = [[game.players[k] for k in bloc] for bloc in blocs]
    return linear_answer(
        game, "owen", found, holds, settings={"unions": named}, facts={"unions": named}
    )


def partition(game: CoalitionalGame, unions: Sequence[Iterable[str]]) -> list[tuple[int, ...]]:
    """Blocs as positions, checked to be disjoint; the rest stand alone."""
    out: list[tuple[int, ...]] = []
    seen: set[str] = set()
    for union in unions:
        names = [union] if isinstance(union, str) else list(union)
        for name in names:
            if name not in game.players:
                raise UnknownNameError("player", str(name), game.players, where="unions")
            if name in seen:
                raise InputError(f"{name} is in two unions", where="unions", allowed="one each")
            seen.add(name)
        if names:
            out.append(tuple(game.players.index(name) for name in names))
    out += [(k,) for k, p in enumerate(game.players) if p not in seen]
    return out


@owen.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Owen's two steps: each bloc's game among its members, played against whole other blocs.

    The blocs are those of the point's facts (none: everybody alone).

    For a bloc B, w(T) is what T would get by the Shapley value if T stood for B among the blocs;
    the Owen value is the Shapley value of w.
    """
    x = shared.vector(game, point)
    blocs = partition(game, point.facts.get("unions", ()))
    masks = [subsets.mask_of(bloc) for bloc in blocs]
    right: list[Any] = [0] * game.n
    for u, bloc in enumerate(blocs):
        inside: list[Any] = [0]
        for chosen in range(1, 2 ** len(bloc)):
            part = subsets.mask_of(bloc[k] for k in subsets.members(chosen))
            standing = [part if k == u else mask for k, mask in enumerate(masks)]
            inside.append(_shapley_of(game, standing)[u])
        table = np.array([*inside, None], dtype=object)[:-1]
        for place, k in enumerate(bloc):
            right[k] = _one_by_one(table, len(bloc))[place]
    return shared.close(game, x, right, "distance from the value of the bloc's own game")


def _shapley_of(game: CoalitionalGame, masks: Sequence[int]) -> list[Any]:
    """Shapley value of the game among blocs, by its formula."""
    table = [0]
    for chosen in range(1, 2 ** len(masks)):
        whole = 0
        for k in subsets.members(chosen):
            whole |= masks[k]
        table.append(shared.worth(game, whole))
    return _one_by_one(np.array([*table, None], dtype=object)[:-1], len(masks))


def _one_by_one(table: np.ndarray[Any, Any], n: int) -> list[Any]:
    """Shapley value of a small table of any numbers, as the mean over dividends."""
    shares = subsets.dividends(table)
    sizes = subsets.sizes(n)
    return [
        sum(
            (
                shares[mask] * Fraction(1, int(sizes[mask]))
                if isinstance(shares[mask], (int, Fraction))
                else shares[mask] / int(sizes[mask])
                for mask in range(1, 2**n)
                if mask >> k & 1
            ),
            start=0,
        )
        for k in range(n)
    ]


@owen.explained_by
def explain(game: CoalitionalGame, *, unions: Sequence[Iterable[str]] = ()) -> str:
    """Worked steps in Markdown."""
    answer = owen(game, unions=unions)
    blocs = partition(game, answer.settings["unions"])
    totals = _shapley_of(game, [subsets.mask_of(b) for b in blocs])
    among = "; ".join(
        "{" + ", ".join(game.players[k] for k in bloc) + "} " + shared.shown(game.sign * t)
        for bloc, t in zip(blocs, totals)
    )
    return (
        f"1. Among the blocs, the Shapley value: {among}.\n"
        "2. Inside a bloc, members share by what each subset would get in the bloc's place.\n"
        f"3. The Owen value: {shared.listed(game, answer[0].payoffs)}."
    )
