"""What the concepts on a coalitional game share: points, slack, efficiency, worked tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.game import CoalitionalGame, players_of
from negotiate.declare import Metric
from negotiate.errors import InputError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import AGREEMENT


def payoff_of(solution: Solution, names: Mapping[str, str]) -> Any:
    """Payoff of a player at the first point; not a number where there is none."""
    if not solution.points:
        return float("nan")
    found = solution.points[0].payoffs[names["name"]]
    return found if isinstance(found, np.ndarray) else float(found)


PAYOFFS = (
    Metric(
        "payoff.<name>",
        "payoff",
        "what a party gets, on top of nothing: its share of the worth of all",
        words="payoff of {name}",
        read=payoff_of,
        choices=players_of,
    ),
)
"""What can be read off a one-point answer."""


def single(
    form: Any,
    concept: str,
    point: Point,
    *,
    exact: bool,
    evidence: tuple[Evidence, ...] = (),
    **extra: Any,
) -> Solution:
    """The whole answer of a rule that gives one point.

    Parameters
    ----------
    form
        What was solved; its ``players`` are those of the answer.
    concept
        Name of the rule.
    point
        What it gives.
    exact
        Whether payoffs are fractions.
    evidence
        How the point was judged; none over draws.
    extra
        Further fields of the solution.

    Returns
    -------
    Solution
        Complete, with one point.
    """
    return Solution(
        concept=concept,
        players=form.players,
        points=(point,),
        complete=True,
        exact=exact,
        evidence=evidence,
        form=form,
        **extra,
    )


def payoffs(game: CoalitionalGame, values: Any) -> dict[str, Any]:
    """Payoffs (shares of the cost in a cost game) by player from values of the signed table.

    ``values`` are fractions in units of the integer table, or floats ``(..., n)``.
    """
    if game.exact:
        return {p: game.sign * Fraction(x) / game.denominator for p, x in zip(game.players, values)}
    array = game.sign * np.asarray(values, dtype=float)
    if array.ndim == 1:
        return dict(zip(game.players, array.tolist()))
    return {p: array[..., k] for k, p in enumerate(game.players)}


def vector(game: CoalitionalGame, point: Point | Mapping[str, Any]) -> list[Any]:
    """Payoffs of a point in the players' order, for the signed game; exact where the game is."""
    given = point.payoffs if isinstance(point, Point) else point
    if set(given) != set(game.players):
        raise InputError(
            f"payoffs for {', '.join(map(str, given)) or 'nobody'}",
            where="payoff vector",
            allowed=f"exactly the players: {', '.join(game.players)}",
        )
    if game.exact and all(isinstance(given[p], (int, Fraction)) for p in game.players):
        return [game.sign * Fraction(given[p]) for p in game.players]
    return [game.sign * float(given[p]) for p in game.players]


def slack(game: CoalitionalGame, x: Sequence[Any]) -> Any:
    """Zero where all is exact (an int: a float would round what it is added to); else a small part
    of the game's scale.
    """
    if game.exact and all(isinstance(a, Fraction) for a in x):
        return 0
    return AGREEMENT * float(np.max(game.scale))


def worth(game: CoalitionalGame, mask: int) -> Any:
    """Worth of a coalition in the signed game."""
    return game.sign * game.number(mask)


def excesses(game: CoalitionalGame, x: Sequence[Any]) -> tuple[Any, int]:
    """e(S, x) of every coalition of the signed game, as integers over a denominator, or floats."""
    if game.exact and all(isinstance(a, Fraction) for a in x):
        scale = int(np.lcm.reduce([a.denominator for a in x], dtype=object))
        whole = np.array([int(a * scale) * game.denominator for a in x], dtype=object)
        table = game.signed.astype(object) * scale - subsets.sums(whole)
        return table, scale * game.denominator
    array = np.asarray([float(a) for a in x])
    table = game.signed.astype(float) / (game.denominator or 1)
    return table - subsets.sums(array), 0


def close(game: CoalitionalGame, found: Sequence[Any], right: Any, what: str) -> Evidence:
    """Whether payoffs agree with others computed by a formula of their own; the worst player."""
    gaps = [abs(a - b) for a, b in zip(found, right)]
    worst = max(range(len(gaps)), key=lambda k: gaps[k])
    if gaps[worst] > slack(game, found):
        return Evidence(False, gaps[worst], what, game.players[worst])
    return Evidence(True, gaps[worst], what)


def efficient(game: CoalitionalGame, x: Sequence[Any]) -> Evidence | None:
    """Refutation where the payoffs do not sum to the worth of the grand coalition, or None."""
    gap = sum(x) - worth(game, game.grand)
    if abs(gap) > slack(game, x):
        return Evidence(False, gap, "sum of payoffs less the worth of all", "the grand coalition")
    return None


def shown(value: Any) -> str:
    """A number in a sentence: a fraction, or six digits."""
    return str(value) if isinstance(value, (int, Fraction)) else f"{value:.6g}"


def listed(game: CoalitionalGame, values: Mapping[str, Any]) -> str:
    """``a 1/2, b 1/4`` in a sentence."""
    return ", ".join(f"{p} {shown(values[p])}" for p in game.players)
