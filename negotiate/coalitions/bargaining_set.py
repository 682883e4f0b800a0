r"""Bargaining set: every objection of one party against another meets a counter-objection.

At payoffs x, an **objection** of i against j is a coalition S with i and without j and payoffs y on
it with y(S) = v(S) and y_k > x_k for every member. A **counter-objection** of j is a coalition T
with j and without i and payoffs z on it with z(T) = v(T), z_k >= y_k for members of S and T and
z_k >= x_k for the rest of T. x is in the bargaining set M_1^i (for the grand coalition) if it is
individually rational and every objection has a counter-objection (Davis and Maschler 1967, in
Essays in Mathematical Economics in Honor of Oskar Morgenstern; Aumann and Maschler 1964). It
contains the kernel, hence is never empty where payoffs can be individually rational.

Membership of a point is decided exactly: for each pair and each S an objection that no T can
counter exists if and only if a linear programme has a positive value, and that objection is the
witness.

>>> from negotiate.coalitions.game import weighted_voting
>>> game = weighted_voting({"a": 1, "b": 1, "c": 1}, 2)
>>> third = dict.fromkeys("abc", Fraction(1, 3))
>>> holds(game, Point(payoffs=third)).holds
True
>>> holds(game, Point(payoffs={"a": Fraction(1), "b": Fraction(0), "c": Fraction(0)})).witness
'b against a by {b, c}'
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.nucleolus import nucleolus
from negotiate.declare import concept
from negotiate.errors import TooLargeError
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution

MAX_PLAYERS = 7
"""Most players: 7 x 6 pairs, 32 coalitions each, a programme each."""


@concept(
    "bargaining_set",
    title="Bargaining set",
    short="bargaining set",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "individual rationality"),
    cites=("davis1967",),
)
def bargaining_set(game: CoalitionalGame) -> Solution:
    """A point of the bargaining set (the nucleolus), with the proof that it is in it.

    Parameters
    ----------
    game
        One game of up to `MAX_PLAYERS` players.

    Returns
    -------
    Solution
        Not complete: one point of a set; `holds` judges any other.

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> bargaining_set(glove(["l"], ["r", "s"])).evidence[0].holds
    True
    """
    _check(game)
    answer = nucleolus(game)
    if not answer.points:
        return replace(answer, concept="bargaining_set")
    found = answer[0]
    point = Point(payoffs=found.payoffs, label="nucleolus")
    return Solution(
        concept="bargaining_set",
        players=game.players,
        points=(point,),
        complete=False,
        exact=game.exact,
        evidence=(holds(game, point),),
        form=game,
        notes=("one point of the set; whether another is in it is asked point by point",),
    )


def _check(game: CoalitionalGame) -> None:
    if game.n > MAX_PLAYERS:
        raise TooLargeError(
            f"{game.n} players: {game.n * (game.n - 1) * 2 ** (game.n - 2):,} programmes",
            where="bargaining set",
            allowed=f"{MAX_PLAYERS} players",
            remedy="the kernel and the nucleolus lie in it and have no such bound",
        )


@bargaining_set.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """No pair has an objection that cannot be countered; the worst one found is the witness."""
    _check(game)
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    slack = shared.slack(game, x)
    own = [shared.worth(game, 1 << k) for k in range(game.n)]
    for k in range(game.n):
        if game.n > 1 and x[k] < own[k] - slack:
            return Evidence(False, x[k] - own[k], "payoff less own worth", game.players[k])
    exact_x = [Fraction(a) for a in x]
    for i in range(game.n):
        for j in range(game.n):
            if i == j:
                continue
            for mask in range(1, game.grand):
                if mask >> i & 1 and not mask >> j & 1:
                    margin = _objection(game, exact_x, mask, i, j)
                    if margin is not None and margin > slack:
                        return Evidence(
                            False,
                            margin if game.exact else float(margin),
                            "margin of an objection that cannot be countered",
                            f"{game.players[i]} against {game.players[j]} by {game.label(mask)}",
                        )
    return Evidence(True, 0, "margin of an objection that cannot be countered")


def _objection(
    game: CoalitionalGame, x: list[Fraction], mask: int, i: int, j: int
) -> Fraction | None:
    """Largest margin t of an objection by S that beats every counter-objection by t, or None.

    y_k >= x_k + t on S; y(S and T) >= v(T) - x(T - S) + t for every T with j and without i.
    """
    members = subsets.members(mask)
    spare = Fraction(shared.worth(game, mask)) - sum(x[k] for k in members)
    if spare <= 0:
        return None
    place = {k: at for at, k in enumerate(members)}
    size = len(members)
    # variables: what each member gets above x (>= t), and t >= 0
    below: list[tuple[list[int], Fraction]] = [
        ([-int(a == b) for a in range(size)] + [1], Fraction(0)) for b in range(size)
    ]
    for other in range(1, game.grand):
        if not other >> j & 1 or other >> i & 1:
            continue
        both = other & mask
        need = Fraction(shared.worth(game, other)) - sum(x[k] for k in subsets.members(other))
        if not both:
            if need >= 0:
                return None  # T can always counter
            continue
        row = [0] * size
        for k in subsets.members(both):
            row[place[k]] = -1
        below.append(([*row, 1], -need))
    best = maximise([0] * size + [1], at_most=below, equal=[([1] * size + [0], spare)])
    return None if best is None else best.value


@bargaining_set.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown."""
    answer = bargaining_set(game)
    if not answer.points:
        return f"1. {answer.notes[0]}."
    evidence: Any = answer.evidence[0]
    return (
        f"1. At the nucleolus, {shared.listed(game, answer[0].payoffs)}, every coalition S with i "
        "and without j was asked for an objection.\n"
        f"2. The largest margin of one that cannot be countered: {shared.shown(evidence.value)}."
    )
