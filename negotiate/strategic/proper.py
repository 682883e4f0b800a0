"""Proper equilibria of small two-player games, all of them.

A profile is proper if it is a limit of completely mixed profiles in which a worse reply is always
played at most epsilon times as often as a better one, epsilon going to zero (Myerson 1978,
International Journal of Game Theory 7, 73-80). Blume, Brandenburger and Dekel (1991, Econometrica
59, 81-98, Proposition 5) put this in lexicographic beliefs that respect the opponent's preferences.
Along the sequence the two preference orders may be taken constant; call them R1 on S1 and R2 on
S2 (weak orders), and let D2(R1) be the distributions over S2 that respect R1: equal payoffs
within a class, no less in a better one. Then (x, y) is proper exactly if for some R1 and R2

    y is in D2(R1), with its support in the top class of R2;
    every upper set of R2 is the support of some distribution in D2(R1);
    one of full support in D2(R1) makes the order R1 strict between classes;

and the same for x with the players exchanged. Each pair of orders gives a product of polytopes; the
union over all pairs is the proper set. Linear programmes in exact arithmetic decide each condition.

Myerson's example: (a1, b1) and (a2, b2) are perfect, only the first is proper.

>>> a = [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
>>> game = StrategicGame.from_arrays([a, a], strategies=[("a1", "a2", "a3"), ("b1", "b2", "b3")])
>>> [point.label for point in proper(game)]
['a1, b1']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from typing import Any

from negotiate.declare import concept
from negotiate.numbers.exact_lp import maximise
from negotiate.numbers.exact_polytope import cut
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.dominance import advantage
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.trembling_hand import trembling_hand

SHOWN = 12
"""Most equilibria worked out in full."""
ORDERS_BOUND = 600
"""Most weak orders of one player's strategies: 3 strategies have 13, 4 have 75, 5 have 541."""

Order = tuple[tuple[int, ...], ...]
Rows = Any


def weak_orders(items: tuple[int, ...]) -> Iterator[Order]:
    """All weak orders of ``items``, as classes from best to worst."""
    if not items:
        yield ()
        return
    for size in range(1, len(items) + 1):
        for top in combinations(items, size):
            for rest in weak_orders(tuple(k for k in items if k not in top)):
                yield (top, *rest)


@cache
def _count(n: int) -> int:
    from math import comb

    return 1 if n == 0 else sum(comb(n, k) * _count(n - k) for k in range(1, n + 1))


@concept(
    "proper_equilibrium",
    title="Proper equilibrium",
    short="proper",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
)
def proper(form: StrategicGame) -> Solution:
    """All proper equilibria, as extreme points and connected components."""
    game = shared.admit(form, "proper_equilibrium", players=2)
    count = _count(max(game.shape)) if max(game.shape) < 9 else ORDERS_BOUND * 100
    shared.bounded(
        count,
        ORDERS_BOUND,
        "orders of one player's strategies",
        "proper_equilibrium",
        "remove dominated strategies, or ask for trembling_hand",
    )
    exact = game.fractions()
    pieces: dict[tuple[tuple[Any, ...], tuple[Any, ...]], None] = {}
    for left, right in _compatible(exact):
        pieces[_piece(exact.payoffs[1].T, right, left), _piece(exact.payoffs[0], left, right)] = (
            None
        )
    pairs = list(dict.fromkeys((x, y) for xs, ys in pieces for x in xs for y in ys))
    points = tuple(shared.point(game, [shared.row(x), shared.row(y)]) for x, y in pairs)
    return Solution(
        concept="proper_equilibrium",
        players=game.players,
        points=points,
        complete=True,
        exact=game.exact,
        components=_joined(pairs, list(pieces)),
        form=form,
    )


@proper.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Whether some pair of orders supports the point; the value is its regret, or -1."""
    game = shared.admit(form, "proper_equilibrium", players=2)
    what = "largest regret (payoff units), or -1 where no orders support the point"
    evidence = shared.nash_evidence(game, point)
    if not evidence.holds:
        return Evidence(False, evidence.value, what, evidence.witness)
    if _orders(game, point) is not None:
        return Evidence(True, evidence.value, what)
    return Evidence(False, -1, what, "no preference orders are consistent with it")


def _orders(game: StrategicGame, point: Point) -> tuple[Order, Order] | None:
    """A pair of orders that supports the point."""
    exact = game.fractions()
    x, y = ([Fraction(w) for w in point.strategies[p].values()] for p in game.players)
    slack = shared.unit(game)
    for left, right in _compatible(exact):
        if _respects(exact.payoffs[0], left, y, slack) and _respects(
            exact.payoffs[1].T, right, x, slack
        ):
            top = {k for k, w in enumerate(x) if w} <= set(left[0])
            if top and {k for k, w in enumerate(y) if w} <= set(right[0]):
                return left, right
    return None


def _compatible(game: StrategicGame) -> Iterator[tuple[Order, Order]]:
    """Pairs of orders whose beliefs exist on both sides and whose polytopes are not empty."""
    a, b = game.payoffs[0], game.payoffs[1].T
    m, n = game.shape
    left = {r: _Beliefs(a, r) for r in weak_orders(tuple(range(m)))}
    right = {r: _Beliefs(b, r) for r in weak_orders(tuple(range(n)))}
    left = {r: beliefs for r, beliefs in left.items() if beliefs.strict}
    right = {r: beliefs for r, beliefs in right.items() if beliefs.strict}
    for r1, on_second in left.items():
        for r2, on_first in right.items():
            if on_second.allows(r2) and on_first.allows(r1):
                yield r1, r2


class _Beliefs:
    """Distributions over the opponent's strategies that respect one order: D(R)."""

    def __init__(self, rows: Rows, order: Order) -> None:
        self.rows, self.order = rows, order
        self.equal, self.down = _differences(rows, order)
        self.columns = rows.shape[1]
        self._known: dict[frozenset[int], bool] = {}
        self.strict = self._positive(range(self.columns), strict=True)

    def allows(self, order: Order) -> bool:
        """Whether every upper set of ``order`` is the support of a member."""
        upper: frozenset[int] = frozenset()
        for group in order:
            upper |= frozenset(group)
            if upper not in self._known:
                self._known[upper] = self._positive(sorted(upper), strict=False)
            if not self._known[upper]:
                return False
        return True

    def _positive(self, support: Sequence[int], *, strict: bool) -> bool:
        use = list(support)
        # weights t + y on the support with y >= 0; maximise t, also a margin where strict
        equal: list[Any] = [(_line(row, use), 0) for row in self.equal]
        margin = 1 if strict else 0
        at_most: list[Any] = []
        for row in self.down:
            line = [-v for v in _line(row, use)]
            line[-1] += margin
            at_most.append((line, 0))
        equal.append(([1] * len(use) + [len(use)], 1))
        best = maximise([0] * len(use) + [1], at_most=at_most, equal=equal)
        return best is not None and best.value > 0


def _line(row: Sequence[Fraction], use: Sequence[int]) -> list[Fraction]:
    picked = [row[j] for j in use]
    return [*picked, sum(picked, Fraction(0))]


def _differences(rows: Rows, order: Order) -> tuple[list[Any], list[Any]]:
    equal = [rows[k] - rows[group[0]] for group in order for k in group[1:]]
    down = [rows[better[0]] - rows[worse[0]] for better, worse in pairwise(order)]
    return equal, down


def _respects(rows: Rows, order: Order, weights: Sequence[Fraction], slack: Any) -> bool:
    equal, down = _differences(rows, order)

    def value(row: Any) -> Any:
        return sum((v * w for v, w in zip(row, weights)), Fraction(0))

    return all(abs(value(r)) <= slack for r in equal) and all(value(r) >= -slack for r in down)


def _piece(rows: Rows, order: Order, support: Order) -> tuple[Any, ...]:
    """Extreme points of the members of D(order) whose support is in the top class of another."""
    equal, down = _differences(rows, order)
    return cut(
        (support[0],),
        rows.shape[1],
        equal=[(tuple(r), 0) for r in equal],
        at_least=[(tuple(r), 0) for r in down],
    )


def _joined(
    pairs: Sequence[tuple[Any, Any]], pieces: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]
) -> tuple[tuple[int, ...], ...]:
    """Connected components: extreme points of one piece belong together."""
    number = {pair: k for k, pair in enumerate(pairs)}
    group = list(range(len(pairs)))
    for xs, ys in pieces:
        members = [number[x, y] for x in xs for y in ys]
        for k in members:
            low, high = sorted((group[members[0]], group[k]))
            group = [low if g == high else g for g in group]
    found: dict[int, list[int]] = {}
    for k, g in enumerate(group):
        found.setdefault(g, []).append(k)
    return tuple(tuple(v) for v in found.values())


@proper.explained_by
def explain(form: StrategicGame) -> str:
    """For each perfect equilibrium: the orders of mistakes that make it proper, or that none do."""
    game = shared.admit(form, "proper_equilibrium", players=2).fractions()
    lines = [
        "**Proper equilibria.**",
        "",
        "Mistakes are rare, and of two mistakes the costlier is far rarer. So each player needs an "
        "order of its strategies, best first, in which the other's mistakes are read: strategies "
        "of one class pay the same against every level of mistakes, a higher class pays more "
        "once the lower levels are counted.",
    ]
    answer = proper(game)
    for point in trembling_hand(game).points[:SHOWN]:
        lines += ["", f"**{point.label}** (perfect)", ""]
        for k, player in enumerate(game.players):
            rows = advantage(game, player)
            other = list(point.strategies[game.players[1 - k]].values())
            pays = [sum((w * v for w, v in zip(other, line)), Fraction(0)) for line in rows]
            shown = ", ".join(
                f"{s}: ${_tex.number(v)}$" for s, v in zip(game.strategies[player], pays)
            )
            lines.append(f"- Without mistakes {player} gets from {shown}.")
        orders = _orders(game, point)
        if orders is None:
            lines.append("\nNo pair of orders is consistent with it: **not proper**.")
            continue
        for player, order in zip(game.players, orders):
            own = game.strategies[player]
            shown = " > ".join(" ~ ".join(own[i] for i in group) for group in order)
            lines.append(f"- {player}'s order: {shown}.")
        lines.append(
            "\nEach order is what the other's mistakes, rarer down its own order, lead to: "
            "**proper**."
        )
    count = len(answer)
    lines += [
        "",
        f"In all {count} extreme proper equilibri{'um' if count == 1 else 'a'}: "
        + "; ".join(point.label for point in answer.points)
        + ".",
    ]
    return "\n".join(lines)
