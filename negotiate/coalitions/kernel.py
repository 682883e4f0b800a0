r"""Kernel: payoffs at which no party outweighs another, pair by pair.

What i could gain without j by acting with others at their present pay is its surplus against j,

.. math:: s_{ij}(x) = \max_{S \ni i,\ S \not\ni j} e(S, x).

x is in the kernel (for the grand coalition) if it is individually rational and, for every pair,
:math:`s_{ij} > s_{ji}` only where j is held at its own worth (Davis and Maschler 1965, Naval
Research Logistics Quarterly 12:223-259). It contains the nucleolus; in a convex game the two are
one (Maschler, Peleg and Shapley 1972, International Journal of Game Theory 1:73-93).

It is a union of polytopes. Up to `WHOLE_PLAYERS` players all of them are found: for each pair the
coalitions that attain both maxima and the case of the condition are chosen in turn, and the set of
payoffs is cut down, exactly, until nothing or a corner set is left. With more players (and in
convex games) the answer is the nucleolus, and says whether it is all.

Three-person majority: the equal split alone.

>>> from negotiate.coalitions.game import weighted_voting
>>> answer = kernel(weighted_voting({"a": 1, "b": 1, "c": 1}, 2))
>>> answer.complete, [str(x) for x in answer[0].payoffs.values()]
(True, ['1/3', '1/3', '1/3'])
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.nucleolus import nucleolus
from negotiate.coalitions.properties import is_convex
from negotiate.declare import concept
from negotiate.errors import TooLargeError
from negotiate.numbers.exact_polytope import Affine, Vector, cut, value
from negotiate.solution import Evidence, Point, Solution

WHOLE_PLAYERS = 4
"""Most players for whom the whole kernel is found."""
MAX_PLAYERS = 12
"""Most players for whom pairs are compared over all coalitions."""


@concept(
    "kernel",
    title="Kernel",
    short="kernel",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "individual rationality"),
    cites=("davis1965",),
)
def kernel(game: CoalitionalGame) -> Solution:
    """The kernel for the grand coalition, or a point of it.

    Parameters
    ----------
    game
        One game.

    Returns
    -------
    Solution
        Components are polytopes, each by its corners. ``complete`` says whether it is all.

    Raises
    ------
    TooLargeError
        More than `MAX_PLAYERS` players.

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> [str(x) for x in kernel(glove(["l"], ["r", "s"]))[0].payoffs.values()]
    ['1', '0', '0']
    """
    if game.n > MAX_PLAYERS:
        raise TooLargeError(
            f"{game.n} players have {2**game.n:,} coalitions",
            where="kernel",
            allowed=f"{MAX_PLAYERS} players",
            remedy="the nucleolus lies in the kernel",
        )
    table, denominator, _ = game.whole()
    n = game.n
    worths = [Fraction(int(w), denominator) for w in table]
    room = worths[-1] - sum((worths[1 << k] for k in range(n)), start=Fraction(0))
    if n > 1 and room < 0:
        return Solution(
            concept="kernel",
            players=game.players,
            points=(),
            complete=True,
            exact=game.exact,
            notes=("the players' own worths sum to more than the grand coalition's",),
            form=game,
        )
    if n > WHOLE_PLAYERS or n == 1 or room == 0 or is_convex(game).holds:
        found = nucleolus(game)[0].payoffs
        alone = n == 1 or room == 0 or is_convex(game).holds
        note = (
            ""
            if alone
            else (
                f"the whole kernel is found up to {WHOLE_PLAYERS} players; this is a point of it, "
                "the nucleolus"
            )
        )
        return _answer(game, [[tuple(shared.vector(game, found))]], complete=alone, note=note)
    pieces = list(_pieces(worths, n, room))
    pieces = [p for p in pieces if not any(set(p) < set(q) for q in pieces)]
    unique = list(dict.fromkeys(tuple(sorted(p)) for p in pieces))
    own = [worths[1 << k] for k in range(n)]
    listed = [[tuple(own[k] + room * y[k] for k in range(n)) for y in piece] for piece in unique]
    return _answer(game, listed, complete=True, note="")


def _answer(
    game: CoalitionalGame, pieces: list[list[tuple[Any, ...]]], *, complete: bool, note: str
) -> Solution:
    corners: dict[tuple[Any, ...], int] = {}
    components = []
    for piece in pieces:
        components.append(tuple(corners.setdefault(x, len(corners)) for x in piece))
    points = tuple(
        Point(
            payoffs={
                p: game.sign * (a if game.exact else float(a)) for p, a in zip(game.players, x)
            },
            label=f"corner {k + 1}" if len(corners) > 1 else "kernel",
        )
        for x, k in corners.items()
    )
    judged = [holds(game, point) for point in points]
    failed = [item for item in judged if not item.holds]
    return Solution(
        concept="kernel",
        players=game.players,
        points=points,
        complete=complete,
        exact=game.exact,
        components=tuple(components),
        evidence=tuple((failed or judged)[:1]),
        notes=(note,) if note else (),
        form=game,
    )


def _pieces(worths: list[Fraction], n: int, room: Fraction) -> Iterator[list[Vector]]:
    """Polytopes of the kernel in shares y of the room above everybody's own worth."""
    own = [worths[1 << k] for k in range(n)]

    def excess(mask: int) -> tuple[list[Fraction], Fraction]:
        members = subsets.members(mask)
        coefficients = [-room if k in members else Fraction(0) for k in range(n)]
        return coefficients, worths[mask] - sum((own[k] for k in members), start=Fraction(0))

    table = {mask: excess(mask) for mask in range(1, 2**n - 1)}

    def less(a: int, b: int) -> Affine:
        """e(a) - e(b)."""
        return [p - q for p, q in zip(table[a][0], table[b][0])], table[a][1] - table[b][1]

    pairs = list(combinations(range(n), 2))
    against = {
        (i, j): [m for m in table if m >> i & 1 and not m >> j & 1]
        for i in range(n)
        for j in range(n)
        if i != j
    }

    def descend(depth: int, equal: list[Affine], at_least: list[Affine]) -> Iterator[list[Vector]]:
        corners = cut((tuple(range(n)),), n, equal=equal, at_least=at_least)
        if not corners:
            return
        if depth == len(pairs):
            yield list(corners)
            return
        i, j = pairs[depth]
        for s in against[i, j]:
            for t in against[j, i]:
                top = [less(s, other) for other in against[i, j] if other != s]
                top += [less(t, other) for other in against[j, i] if other != t]
                if any(all(value(e, y) < 0 for y in corners) for e in top):
                    continue
                gap = less(s, t)
                turned: Affine = ([-a for a in gap[0]], -gap[1])
                held_j: Affine = ([Fraction(int(k == j)) for k in range(n)], Fraction(0))
                held_i: Affine = ([Fraction(int(k == i)) for k in range(n)], Fraction(0))
                yield from descend(depth + 1, [*equal, gap], at_least + top)
                yield from descend(depth + 1, [*equal, held_j], [*at_least, *top, gap])
                yield from descend(depth + 1, [*equal, held_i], [*at_least, *top, turned])

    yield from descend(0, [], [])


def surplus(game: CoalitionalGame, point: Point, player: str, other: str) -> Any:
    """s_ij(x): the most that ``player`` could gain without ``other`` at the others' present pay."""
    x = shared.vector(game, point)
    i, j = game.players.index(player), game.players.index(other)
    return max(_excess(game, x, m) for m in range(1, game.grand) if m >> i & 1 and not m >> j & 1)


def _excess(game: CoalitionalGame, x: list[Any], mask: int) -> Any:
    return shared.worth(game, mask) - sum(x[k] for k in subsets.members(mask))


@kernel.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Every pair: who has the larger surplus meets somebody held at its own worth."""
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    slack = shared.slack(game, x)
    n = game.n
    own = [shared.worth(game, 1 << k) for k in range(n)]
    for k in range(n):
        if n > 1 and x[k] < own[k] - slack:
            return Evidence(False, x[k] - own[k], "payoff less own worth", game.players[k])
    most: dict[tuple[int, int], Any] = {}
    for mask in range(1, game.grand):
        gain = _excess(game, x, mask)
        inside = subsets.members(mask)
        for i in inside:
            for j in range(n):
                if not mask >> j & 1 and (most.get((i, j)) is None or gain > most[i, j]):
                    most[i, j] = gain
    for (i, j), mine in most.items():
        gap = mine - most[j, i]
        if gap > slack and x[j] > own[j] + slack:
            return Evidence(
                False,
                gap,
                "surplus less the other's",
                f"{game.players[i]} against {game.players[j]}",
            )
    return Evidence(True, 0, "surplus less the other's")


@kernel.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown: the surpluses at the first point."""
    answer = kernel(game)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    point = answer[0]
    lines = [f"1. At {shared.listed(game, point.payoffs)} each pair's surpluses are:"]
    for i, j in combinations(game.players, 2):
        lines.append(
            f"   - {i} against {j}: {shared.shown(surplus(game, point, i, j))}; "
            f"{j} against {i}: {shared.shown(surplus(game, point, j, i))}"
        )
    lines.append("2. Where they differ, the weaker is held at its own worth.")
    return "\n".join(lines)
