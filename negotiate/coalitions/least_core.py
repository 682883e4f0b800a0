r"""Least core: the payoffs at which the worst complaint of a coalition is as small as it can be.

.. math:: \varepsilon^* = \min_x \max_{S \ne \emptyset, N} [v(S) - x(S)], \qquad
          LC(v) = \{x : x(N) = v(N),\ x(S) \ge v(S) - \varepsilon^*\}

(Maschler, Peleg and Shapley 1979, Mathematics of Operations Research 4:303-338.) eps* is at most
zero exactly where there is a core; above zero it is the least cost of leaving (a fine, a guarantee)
that would hold everybody in. It holds the nucleolus of every game in which that is efficient.

Three-person majority: eps* = 1/3, and the least core is the equal split.

>>> from negotiate.coalitions.game import weighted_voting
>>> answer = least_core(weighted_voting({"a": 1, "b": 1, "c": 1}, 2))
>>> str(answer.settings["epsilon"]), [str(x) for x in answer[0].payoffs.values()]
('1/3', ['1/3', '1/3', '1/3'])
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import corners as arithmetic
from negotiate.coalitions.arithmetic import lexicographic
from negotiate.coalitions.core import CORNER_PLAYERS, excess
from negotiate.coalitions.game import CoalitionalGame
from negotiate.declare import concept
from negotiate.errors import TooLargeError
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import GAP

LP_PLAYERS = 10
"""Most players for whom eps* is recomputed by one linear programme over all coalitions."""


@concept(
    "least_core",
    title="Least core",
    short="least core",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency",),
    cites=("maschler1979",),
)
def least_core(game: CoalitionalGame) -> Solution:
    """The least core: eps* and the corners of the set of payoffs that attain it.

    Parameters
    ----------
    game
        One game, or a game over draws (then one point of the least core, and eps*, by draw).

    Returns
    -------
    Solution
        ``settings["epsilon"]`` is eps*; points are corners (up to 8 players, else one point).

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> str(least_core(glove(["l"], ["r", "s"])).settings["epsilon"])
    '0'
    """
    if game.draws:
        flat = game.signed.reshape(-1, game.signed.shape[-1]).astype(float)
        x, eps = lexicographic.over_draws(flat, rational=False, first=1, slack=GAP**2)
        point = Point(
            payoffs=shared.payoffs(game, x.reshape(*game.draws, game.n)),
            label="a point of the least core",
            facts={"epsilon": eps.reshape(game.draws)},
        )
        return Solution(
            concept="least_core",
            players=game.players,
            points=(point,),
            complete=False,
            exact=False,
            settings={"epsilon": eps.reshape(game.draws)},
            form=game,
        )
    table, denominator, _ = game.whole()
    x_one, stages = lexicographic.stages(table, rational=False, first=1)
    least = stages[0].excess if stages else Fraction(0)
    found: list[Any] = []
    if game.n <= CORNER_PLAYERS:
        try:
            found = arithmetic.corners([int(w) for w in table], slack=least)
        except TooLargeError:
            found = []
    complete = bool(found)
    found = found or [x_one]
    points = tuple(
        Point(
            payoffs=shared.payoffs(game, f if game.exact else [float(a / denominator) for a in f]),
            label=f"corner {k + 1}" if complete else "a point of the least core",
        )
        for k, f in enumerate(found)
    )
    epsilon = least / denominator if game.exact else float(least / denominator)
    pinned = [list(game.members(m)) for m in sorted(stages[0].weights)] if stages else []
    return Solution(
        concept="least_core",
        players=game.players,
        points=points,
        complete=complete,
        exact=game.exact,
        components=(tuple(range(len(points))),),
        evidence=(holds(game, points[0]),),
        settings={"epsilon": epsilon, "pinned_by": pinned},
        form=game,
    )


@least_core.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """The largest excess at the point is the least there is, by one programme over all coalitions.

    Above `LP_PLAYERS` players the bound is that of the balanced weights of the scheme.
    """
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    if game.n == 1:
        return Evidence(True, 0, "largest excess less the least there is")
    table, scale = shared.excesses(game, x)
    at = int(table[1:-1].argmax()) + 1
    top = Fraction(int(table[at]), scale) if scale else float(table[at])
    least = _by_one_programme(game) if game.n <= LP_PLAYERS else excess(game)
    gap = top - least
    if gap > shared.slack(game, x):
        return Evidence(False, gap, "largest excess less the least there is", game.label(at))
    return Evidence(True, gap, "largest excess less the least there is")


def _by_one_programme(game: CoalitionalGame) -> Any:
    """eps* from the dual: balanced weights of sum one with the greatest worth, all at once."""
    table, denominator, _ = game.whole()
    n, grand = game.n, game.grand
    masks = range(1, grand)
    # weights l_S >= 0, sum 1, each player's coalitions of the same weight t: sum l_S v(S) - t v(N)
    objective = [int(table[m]) for m in masks] + [-int(table[grand])]
    equal: list[tuple[list[int], int]] = [([1] * len(masks) + [0], 1)]
    equal += [([m >> k & 1 for m in masks] + [-1], 0) for k in range(n)]
    best = maximise(objective, equal=equal)
    assert best is not None
    return best.value / denominator if game.exact else float(best.value / denominator)


@least_core.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown."""
    answer = least_core(game)
    epsilon = answer.settings["epsilon"]
    pinned = ", ".join("{" + ", ".join(c) + "}" for c in answer.settings["pinned_by"])
    points = "; ".join(shared.listed(game, p.payoffs) for p in answer.points[:8])
    verdict = "there is a core" if epsilon <= 0 else "the core is empty"
    return (
        f"1. The worst complaint cannot be below {shared.shown(epsilon)}, since {pinned} pull "
        f"against each other; {verdict}.\n"
        f"2. Payoffs that attain it: {points}."
    )
