r"""Shapley value: what a party adds on average, over every order in which all could join.

.. math:: \varphi_i(v) = \sum_{S \not\ni i} \frac{s!\,(n-s-1)!}{n!}\,[v(S \cup i) - v(S)]

It is the one value that is efficient, symmetric, gives nothing to who adds nothing, and adds over
games (Shapley 1953, A value for n-person games, Contributions to the Theory of Games II, 307-317).
In Harsanyi dividends d it is the sum of d(S)/|S| over the coalitions a party belongs to; that is
how an answer is checked. Rational; over draws one matrix product.

In a convex game it lies in the core (Shapley 1971, International Journal of Game Theory 1:11-26);
elsewhere it may not, and the answer says so.

Where coalitions are too many to list, `sampled` draws orders and says its standard error (Castro,
Gomez and Tejada 2009, Computers and Operations Research 36:1726-1730).

The airport of Littlechild and Owen (1973): costs 8, 11, 13, 18 give fees 2, 3, 4, 9.

>>> from negotiate.coalitions.game import airport
>>> answer = shapley(airport({"a": 8, "b": 11, "c": 13, "d": 18}))
>>> [str(fee) for fee in answer[0].payoffs.values()]
['2', '3', '4', '9']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions._shared import PAYOFFS
from negotiate.coalitions.arithmetic import subsets, values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.declare import concept
from negotiate.errors import InputError, TooLargeError
from negotiate.solution import Evidence, Point, Solution

MAX_CALLS = 50_000_000
"""Most coalitions that a sampled value looks at (orders x players)."""


@concept(
    "shapley",
    title="Shapley value",
    short="Shapley",
    games=("coalitional",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player", "additivity"),
    cites=("shapley1953",),
    metrics=PAYOFFS,
)
def shapley(game: CoalitionalGame) -> Solution:
    """The Shapley value.

    Parameters
    ----------
    game
        One game or a game over draws; shares of the cost where it is a cost game.

    Returns
    -------
    Solution
        One point; its facts say whether it is in the core and by how much the worst-off coalition
        could gain.

    Examples
    --------
    >>> from negotiate.coalitions.game import glove
    >>> [str(x) for x in shapley(glove(["l"], ["r", "s"]))[0].payoffs.values()]
    ['2/3', '1/6', '1/6']
    """
    found = values.semivalue(game.signed, values.shapley_weights(game.n))
    return linear_answer(game, "shapley", found, holds)


def linear_answer(
    game: CoalitionalGame,
    concept: str,
    found: Any,
    check: Callable[[CoalitionalGame, Point], Evidence],
    **extra: Any,
) -> Solution:
    """One point of a value, with its place against the core and its evidence."""
    pay = shared.payoffs(game, found)
    facts: dict[str, Any] = dict(extra.pop("facts", {}))
    marks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    if not game.draws:
        x = shared.vector(game, pay)
        worst, scale = shared.excesses(game, x)
        if game.n > 1:
            at = int(np.argmax(worst[1:-1])) + 1
            top = Fraction(int(worst[at]), scale) if scale else float(worst[at])
            balanced = abs(sum(x) - shared.worth(game, game.grand)) <= shared.slack(game, x)
            inside = balanced and top <= shared.slack(game, x)
            facts |= {"largest_excess": top, "in_core": inside}
            if not inside and top > shared.slack(game, x):
                facts["blocking_coalition"] = list(game.members(at))
            marks = ("in the core",) if inside else ("outside the core",)
    point = Point(payoffs=pay, label=concept.replace("_", " "), facts=facts, marks=marks)
    if not game.draws:
        evidence = (check(game, point),)
    return shared.single(game, concept, point, exact=game.exact, evidence=evidence, **extra)


@shapley.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Recomputed from the dividends: x_i is the sum of d(S)/|S| over the coalitions with i."""
    x = shared.vector(game, point)
    sizes = subsets.sizes(game.n)
    shares = subsets.dividends(game.signed.astype(object if game.exact else float))
    right: list[Any] = []
    for k in range(game.n):
        mine, size = subsets.split(shares, k)[1], subsets.split(sizes, k)[1]
        by_size = [mine[size == s].sum() for s in range(1, game.n + 1)]
        if game.exact:
            parts = [Fraction(int(t), s * game.denominator) for s, t in enumerate(by_size, 1)]
            right.append(sum(parts, start=Fraction(0)))
        else:
            right.append(sum(float(t) / s for s, t in enumerate(by_size, 1)))
    return shared.close(game, x, right, "distance from the sum of dividends")


@shapley.explained_by
def explain(game: CoalitionalGame) -> str:
    """Worked steps in Markdown: what each player adds, by the size of what it joins."""
    answer = shapley(game)
    n = game.n
    lines = [
        f"1. All {n}! orders of arrival are equally likely; a coalition of s others stands before "
        f"a player with chance s!({n}-1-s)!/{n}!.",
        "2. What each player adds on average to the coalitions of size "
        + ", ".join(map(str, range(n)))
        + ":",
    ]
    by_size = subsets.sizes(n - 1)
    for k, player in enumerate(game.players):
        added = game.sign * subsets.marginals(game.signed, k)
        means: list[Any] = []
        for s in range(n):
            chosen = added[by_size == s]
            if game.exact:
                means.append(Fraction(int(chosen.sum()), int(chosen.size) * game.denominator))
            else:
                means.append(float(chosen.mean()))
        lines.append(f"   - {player}: " + ", ".join(shared.shown(m) for m in means))
    lines.append("3. The value is the mean of these: " + shared.listed(game, answer[0].payoffs))
    return "\n".join(lines) + "."


def sampled(
    players: Sequence[str],
    worth: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]],
    *,
    orders: int,
    rng: np.random.Generator,
    cost: bool = False,
) -> Solution:
    """The Shapley value of a game too large to list, from orders of arrival drawn at random.

    Parameters
    ----------
    players
        Labels; any number.
    worth
        Function of memberships ``(m, n)`` (true where the player is a member) that gives the
        worths ``(m,)``; nobody must be worth zero.
    orders
        Number of orders, each used with its reverse (antithetic), at least 2.
    rng
        Source of random numbers.
    cost
        Whether the numbers are costs.

    Returns
    -------
    Solution
        Not exact; ``facts["standard_error"]`` by player, ``settings`` the number of orders.

    Raises
    ------
    TooLargeError
        More than `MAX_CALLS` coalitions to look at.

    Examples
    --------
    >>> answer = sampled([f"p{i}" for i in range(30)], lambda m: m.sum(axis=1) ** 2.0,
    ...     orders=200, rng=np.random.default_rng(1))
    >>> round(sum(answer[0].payoffs.values()), 6)
    900.0
    """
    n = len(players)
    if orders < 2:
        raise InputError(f"{orders} orders", where="sampled", allowed="2 or more")
    if 2 * orders * n > MAX_CALLS:
        raise TooLargeError(
            f"{2 * orders * n:,} coalitions",
            where="sampled",
            allowed=f"{MAX_CALLS:,}",
            remedy="draw fewer orders",
        )
    nobody = np.asarray(worth(np.zeros((1, n), dtype=bool)), dtype=float)
    if nobody.shape != (1,) or nobody[0] != 0:
        raise InputError(
            f"nobody is worth {nobody.tolist()}", where="sampled", allowed="one zero, shape (1,)"
        )
    total = np.zeros(n)
    squares = np.zeros(n)
    for _ in range(orders):
        order = rng.permutation(n)
        pair = (_along(order, worth) + _along(order[::-1], worth)) / 2
        total += pair
        squares += pair**2
    mean = total / orders
    error = np.sqrt(np.maximum(squares / orders - mean**2, 0) / (orders - 1))
    point = Point(
        payoffs=dict(zip(players, mean.tolist())),
        label="sampled Shapley value",
        facts={"standard_error": dict(zip(players, error.tolist()))},
    )
    return Solution(
        concept="shapley",
        players=tuple(players),
        points=(point,),
        complete=True,
        exact=False,
        settings={"orders": orders, "antithetic": True, "cost": cost},
        notes=(f"an estimate from {orders} pairs of orders; see the standard errors",),
    )


def _along(order: np.ndarray[Any, Any], worth: Callable[..., Any]) -> np.ndarray[Any, Any]:
    n = order.size
    member = np.zeros((n, n), dtype=bool)
    for step, player in enumerate(order):
        member[step:, player] = True
    values_along = np.asarray(worth(member), dtype=float)
    if values_along.shape != (n,):
        raise InputError(
            f"the function gave shape {values_along.shape}", where="sampled", allowed=f"({n},)"
        )
    out = np.empty(n)
    out[order] = np.diff(values_along, prepend=0.0)
    return out
