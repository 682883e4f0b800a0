r"""Core: payoffs that no coalition can improve upon by going its own way.

.. math:: C(v) = \{x : x(N) = v(N),\ x(S) \ge v(S) \text{ for every } S\}

(Gillies 1959; Shapley 1967.) It is empty exactly when weights on coalitions, balanced so that every
player is in coalitions of total weight one, add up to more than v(N):

.. math:: \textstyle\sum_{S \ni i} \lambda_S = 1 \;\forall i, \qquad \sum_S \lambda_S v(S) > v(N)

(Bondareva 1963; Shapley 1967, Naval Research Logistics Quarterly 14:453-460). An empty core comes
with such weights, a core that is not empty with all its corners (up to `CORNER_PLAYERS` players;
where the game is convex they are the marginal vectors, Shapley 1971). ``epsilon`` enlarges it: the
strong epsilon-core lets a coalition act only for a gain above epsilon (Shapley and Shubik 1966,
Econometrica 34:805-827). Exact; over draws the answer is whether there is a core in each draw.

Three-person majority: pairs, each with weight one half, are worth 3/2 in all, more than 1.

>>> from negotiate.coalitions.game import glove, weighted_voting
>>> empty = core(weighted_voting({"a": 1, "b": 1, "c": 1}, 2))
>>> len(empty), str(empty.settings["balanced_worth"])
(0, '3/2')
>>> [str(x) for x in core(glove(["l"], ["r", "s"]))[0].payoffs.values()]
['1', '0', '0']
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import corners as arithmetic
from negotiate.coalitions.arithmetic import lexicographic, subsets
from negotiate.coalitions.game import CoalitionalGame
from negotiate.declare import Metric, concept
from negotiate.errors import TooLargeError
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import GAP

CORNER_PLAYERS = 8
"""Most players for whom all corners are listed; with more, one point and the verdict."""


def _read_epsilon(solution: Solution, names: Mapping[str, str]) -> Any:
    found = solution.settings["least_epsilon"]
    return found if isinstance(found, np.ndarray) else float(found)


def _read_some(solution: Solution, names: Mapping[str, str]) -> Any:
    return _read_epsilon(solution, names) <= GAP**2


CORE_METRICS = (
    Metric(
        "least_epsilon",
        "payoff",
        "least gain from leaving at which no coalition need leave; at most 0 where there is a core",
        words="least epsilon of the core",
        read=_read_epsilon,
    ),
    Metric(
        "exists",
        "yes or no",
        "whether there is a core",
        words="whether there is a core",
        read=_read_some,
    ),
)


@concept(
    "core",
    title="Core",
    short="core",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "no blocking coalition"),
    cites=("bondareva1963", "shapley1967"),
    metrics=CORE_METRICS,
)
def core(game: CoalitionalGame, *, epsilon: Any = 0) -> Solution:
    """Corners of the core, or the balanced collection that proves it empty.

    Parameters
    ----------
    game
        One game, or a game over draws (then one point, and the least epsilon, by draw).
    epsilon
        The strong epsilon-core; negative values shrink the core.

    Returns
    -------
    Solution
        Points are corners, one component holds them all. Empty: ``settings["certificate"]`` lists
        coalitions with their weights and ``balanced_worth`` what they add up to.

    Examples
    --------
    >>> from negotiate.coalitions.game import airport
    >>> [[str(x) for x in p.payoffs.values()] for p in core(airport({"a": 1, "b": 3})).points]
    [['1', '2'], ['0', '3']]
    """
    if game.draws:
        return _over_draws(game, epsilon)
    table, denominator, rounding = game.whole()
    shift = exact(epsilon) * denominator
    settings: dict[str, Any] = {"epsilon": exact(epsilon)}
    notes = _rounded(rounding, denominator)
    _, stages = lexicographic.stages(table, rational=False, first=1)
    least = stages[0].excess if stages else Fraction(0)
    settings["least_epsilon"] = _scaled(game, least, denominator)
    # Half a step of rounding may move the least epsilon by as much: no verdict within it.
    if game.n > 1 and least > shift and not (rounding and least - shift <= 2):
        weights = _balanced(stages[0].weights)
        settings["certificate"] = [
            {"members": list(game.members(m)), "weight": w} for m, w in weights.items()
        ]
        total = sum((w * (int(table[m]) - shift) for m, w in weights.items()), start=Fraction(0))
        settings["balanced_worth"] = game.sign * _scaled(game, total, denominator)
        return Solution(
            concept="core",
            players=game.players,
            points=(),
            complete=True,
            exact=game.exact,
            evidence=(certifies(game, settings["certificate"], epsilon=epsilon),),
            settings=settings,
            form=game,
            notes=(
                "the core is empty: the coalitions listed, with their weights, are worth "
                f"{shared.shown(settings['balanced_worth'])} in all, and everybody together "
                f"{shared.shown(game.number(game.grand))}",
                *notes,
            ),
        )
    found, complete = _corners(game, table, shift, stages)
    points = tuple(
        Point(
            payoffs=shared.payoffs(
                game, found_one if game.exact else [float(a) / denominator for a in found_one]
            ),
            label=f"corner {k + 1}" if complete else "a point of the core",
        )
        for k, found_one in enumerate(found)
    )
    if not complete:
        notes = (
            *notes,
            f"corners are listed up to {CORNER_PLAYERS} players and "
            f"{arithmetic.MAX_CORNERS:,} corners; this is one point of the core",
        )
    return Solution(
        concept="core",
        players=game.players,
        points=points,
        complete=complete,
        exact=game.exact,
        components=(tuple(range(len(points))),) if points else (),
        evidence=_worst(game, points),
        settings=settings,
        notes=notes,
        form=game,
    )


def _over_draws(game: CoalitionalGame, epsilon: Any) -> Solution:
    """One point of the least core in every draw, with the epsilon it needs."""
    flat = game.signed.reshape(-1, game.signed.shape[-1]).astype(float)
    x, least = lexicographic.over_draws(flat, rational=False, first=1, slack=GAP**2)
    least = least.reshape(game.draws)
    x = np.where((least <= float(epsilon) + GAP**2)[..., None], x.reshape(*game.draws, -1), np.nan)
    point = Point(payoffs=shared.payoffs(game, x), label="a point of the core, where there is one")
    return Solution(
        concept="core",
        players=game.players,
        points=(point,),
        complete=False,
        exact=False,
        settings={"epsilon": exact(epsilon), "least_epsilon": least},
        form=game,
        notes=("a point of the core in each draw that has one, not a number in the others",),
    )


def _worst(game: CoalitionalGame, points: tuple[Point, ...]) -> tuple[Evidence, ...]:
    judged = [holds(game, point) for point in points[:64]]
    failed = [item for item in judged if not item.holds]
    return tuple((failed or judged)[:1])


def _rounded(rounding: Fraction, denominator: int) -> tuple[str, ...]:
    if not rounding:
        return ()
    return (f"float worths were read to {float(rounding / denominator):.2g}",)


def _scaled(game: CoalitionalGame, value: Fraction, denominator: int) -> Any:
    return value / denominator if game.exact else float(value / denominator)


def _balanced(weights: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Weights of a stage, scaled so that every player's coalitions weigh one."""
    each = sum((w for m, w in weights.items() if m & 1), start=Fraction(0))
    return {m: w / each for m, w in sorted(weights.items())}


def _corners(
    game: CoalitionalGame, table: Any, shift: Fraction, stages: Any
) -> tuple[list[Any], bool]:
    if game.n <= CORNER_PLAYERS:
        entries = [int(w) for w in table]
        try:
            if shift == 0 and _is_convex(table):
                return arithmetic.marginal_vectors(entries), True
            listed = arithmetic.corners(entries, slack=shift)
            if listed:
                return listed, True
        except TooLargeError:
            pass
    x = stages[0].x if stages else (Fraction(int(table[-1])),)
    return [x], False


def _is_convex(table: np.ndarray[Any, Any]) -> bool:
    n = subsets.count(table.shape[-1])
    for k in range(n):
        added = subsets.marginals(table, k)
        for j in range(n - 1):
            without, having = subsets.split(added, j)
            if (having < without).any():
                return False
    return True


def excess(game: CoalitionalGame) -> Any:
    """Least epsilon for which the epsilon-core is not empty, by draw; at most 0 where a core is.

    A fraction for an exact game, a float, or an array over draws.
    """
    if game.draws:
        flat = game.signed.reshape(-1, game.signed.shape[-1]).astype(float)
        _, eps = lexicographic.over_draws(flat, rational=False, first=1, slack=GAP**2)
        return eps.reshape(game.draws)
    table, denominator, _ = game.whole()
    _, stages = lexicographic.stages(table, rational=False, first=1)
    return _scaled(game, stages[0].excess if stages else Fraction(0), denominator)


@core.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """No coalition has more by itself than its members are given; the one that has is the witness.

    Every coalition is looked at; ``epsilon`` among the point's facts is what leaving must gain.
    """
    epsilon = point.facts.get("epsilon", 0)
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    if game.n == 1:
        return Evidence(True, 0, "largest excess of a coalition")
    table, scale = shared.excesses(game, x)
    at = int(np.argmax(table[1:-1])) + 1
    top = Fraction(int(table[at]), scale) if scale else float(table[at])
    if top - exact(epsilon) > shared.slack(game, x):
        return Evidence(False, top, "largest excess of a coalition", game.label(at))
    return Evidence(True, top, "largest excess of a coalition")


def certifies(
    game: CoalitionalGame, certificate: list[dict[str, Any]], *, epsilon: Any = 0
) -> Evidence:
    """Whether weights on coalitions are balanced and worth more than everybody together."""
    weights = {game.coalition(item["members"]): Fraction(item["weight"]) for item in certificate}
    if any(w < 0 for w in weights.values()):
        return Evidence(False, min(weights.values()), "smallest weight", "a weight is negative")
    for k, player in enumerate(game.players):
        total = sum((w for m, w in weights.items() if m >> k & 1), start=Fraction(0))
        if total != 1:
            return Evidence(False, total, "weight of the coalitions of a player", player)
    worth = sum(w * (shared.worth(game, m) - exact(epsilon)) for m, w in weights.items())
    gap = worth - shared.worth(game, game.grand)
    return Evidence(bool(gap > 0), gap, "balanced worth less the worth of all")


@core.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown."""
    answer = core(game)
    if not answer.points:
        items = ", ".join(
            f"{'{' + ', '.join(item['members']) + '}'} x {item['weight']}"
            for item in answer.settings["certificate"]
        )
        return (
            f"1. Weigh the coalitions {items}: every player is in coalitions of total weight 1.\n"
            f"2. With these weights they are worth {answer.settings['balanced_worth']}, and all "
            f"together only {shared.shown(game.number(game.grand))}: no payoffs can satisfy them."
        )
    lines = [
        f"1. Payoffs that sum to {shared.shown(game.number(game.grand))}, each coalition at "
        "least its worth."
    ]
    lines.append(f"2. Corners ({len(answer)}):")
    lines += [f"   - {shared.listed(game, p.payoffs)}" for p in answer.points[:12]]
    if len(answer) > 12:
        lines.append("   - ...")
    return "\n".join(lines)
