"""Evolutionarily stable strategies of a symmetric two-player game, all of them.

A mixed strategy x is evolutionarily stable if for every y != x either x'Ax > y'Ax, or x'Ax = y'Ax
and x'Ay > y'Ay (Maynard Smith and Price 1973, Nature 246, 15-18; Weibull 1995, Evolutionary Game
Theory, Definition 2.1). With S its support, B its pure best replies and k in S, it is one
exactly if the matrix

    q_ij = (a_kj + a_jk + a_ik + a_ki - a_ij - a_ji) / 2 - a_kk,   i, j in B without k,

satisfies z'Qz > 0 for every z != 0 with z_i >= 0 for i outside S (Haigh 1975, Advances in Applied
Probability 7, 8-11; Abakuks 1980, Journal of Mathematical Biology 9, 33-38). A support carries at
most one, and no support of one lies within the best replies of another, so the search over
supports finds all. The arithmetic is exact.

Hawk and dove with value 2 and cost 4 (Maynard Smith 1982, p. 12): hawk with probability V/C = 1/2.

>>> game = StrategicGame.from_arrays([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]],
...                                  strategies=[("Hawk", "Dove")] * 2)
>>> [point.strategies["Player 1"] for point in evolutionarily_stable(game)]
[{'Hawk': Fraction(1, 2), 'Dove': Fraction(1, 2)}]
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.game import StrategicGame, is_symmetric
from negotiate.tolerance import PROBABILITY

SIZE_BOUND = 12
"""Most strategies: their subsets are candidates for the support."""

SHOWN = 24
"""Most supports worked out in full."""

Matrix = Sequence[Sequence[Fraction]]


@concept(
    "evolutionarily_stable",
    title="Evolutionarily stable strategies",
    short="ESS",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation",),
)
def evolutionarily_stable(form: StrategicGame) -> Solution:
    """All evolutionarily stable strategies; both players are given the same mixture."""
    game = _symmetric(form)
    a = game.fractions().payoffs[0].tolist()
    n = len(a)
    shared.bounded(n, SIZE_BOUND, "strategies", "evolutionarily_stable", "drop dominated ones")
    found: list[tuple[frozenset[int], tuple[Fraction, ...]]] = []
    for size in range(1, n + 1):
        for support in combinations(range(n), size):
            if any(set(support) <= replies for replies, _ in found):
                continue  # Bishop and Cannings 1976: not within another one's best replies
            x = _equalising(a, support)
            if x is None:
                continue
            replies = _replies(a, x)
            if set(support) <= replies and not _invader(a, x, support, replies):
                found.append((frozenset(replies), x))
    points = tuple(
        shared.point(game, [shared.row(x)] * 2, facts={"best replies": _names(game, replies)})
        for replies, x in found
    )
    notes = () if points else ("The game has no evolutionarily stable strategy.",)
    return Solution(
        concept="evolutionarily_stable",
        players=game.players,
        points=points,
        complete=True,
        exact=game.exact,
        notes=notes,
        form=form,
    )


@evolutionarily_stable.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Whether the point is a symmetric equilibrium that no mutant resists.

    The value is its regret, or -1 with the strategies of a resisting mutant as witness.
    """
    game = _symmetric(form)
    what = "regret, or -1 where a mutant invades"
    first, second = (list(point.strategies[p].values()) for p in game.players)
    regret = shared.nash_evidence(game, point)
    if first != second or not regret.holds:
        return Evidence(False, regret.value, what, regret.witness or "the players differ")
    if not game.exact:
        return _holds_floats(game, point, what)
    a = game.payoffs[0].tolist()
    x = tuple(Fraction(w) for w in first)
    support = [i for i, w in enumerate(x) if w]
    mutant = _invader(a, x, support, _replies(a, x))
    if mutant:
        return Evidence(False, -1, what, "towards " + ", ".join(_names(game, mutant)))
    return Evidence(True, regret.value, what)


def _holds_floats(game: StrategicGame, point: Point, what: str) -> Evidence:
    # The decimals of a float point do not equalise exactly: its support is solved again.
    exact = game.fractions()
    a = exact.payoffs[0].tolist()
    given = list(point.strategies[game.players[0]].values())
    support = [i for i, w in enumerate(given) if w > 0]
    x = _equalising(a, support)
    slack = PROBABILITY
    if x is None or any(abs(float(e) - g) > slack for e, g in zip(x, given, strict=True)):
        return Evidence(False, -1, what, "the strategy does not equalise on its support")
    mutant = _invader(a, x, support, _replies(a, x))
    return Evidence(not mutant, -1 if mutant else 0, what, ", ".join(_names(game, mutant)))


def _symmetric(form: Any) -> StrategicGame:
    game = shared.admit(form, "evolutionarily_stable", players=2)
    if not is_symmetric(game):
        raise NotApplicableError(
            "the game is not symmetric",
            where="evolutionarily_stable",
            allowed="the second player's table is the first's transposed, strategies in one order",
        )
    return game


def _names(game: StrategicGame, indices: Any) -> tuple[str, ...]:
    labels = game.strategies[game.players[0]]
    return tuple(labels[i] for i in sorted(indices))


def _equalising(a: Matrix, support: Sequence[int]) -> tuple[Fraction, ...] | None:
    """The only x > 0 on ``support`` that makes its strategies do equally well, if there is one."""
    k = len(support)
    # Unknowns x on the support and the common payoff v; Gauss-Jordan in fractions.
    rows = [[a[i][j] for j in support] + [Fraction(-1), Fraction(0)] for i in support]
    rows.append([Fraction(1)] * k + [Fraction(0), Fraction(1)])
    for c in range(k + 1):
        at = next((r for r in range(c, k + 1) if rows[r][c]), None)
        if at is None:
            return None  # not unique, so an invader does as well: none is stable here
        rows[c], rows[at] = rows[at], rows[c]
        rows[c] = [v / rows[c][c] for v in rows[c]]
        for r in range(k + 1):
            if r != c and rows[r][c]:
                factor = rows[r][c]
                rows[r] = [v - factor * w for v, w in zip(rows[r], rows[c])]
    values = [rows[c][-1] for c in range(k)]
    if min(values) <= 0:
        return None
    x = [Fraction(0)] * len(a)
    for i, value in zip(support, values):
        x[i] = value
    return tuple(x)


def _replies(a: Matrix, x: Sequence[Fraction]) -> set[int]:
    values = [sum((v * w for v, w in zip(line, x) if w), Fraction(0)) for line in a]
    top = max(values)
    return {i for i, v in enumerate(values) if v == top}


def _invader(
    a: Matrix, x: Sequence[Fraction], support: Sequence[int], replies: set[int]
) -> tuple[int, ...]:
    """Strategies of a direction in which x is not stable, or nothing."""
    k = support[0]
    inside = [i for i in support if i != k]
    outside = sorted(replies - set(support))
    order = inside + outside

    def entry(i: int, j: int) -> Fraction:
        return (a[k][j] + a[j][k] + a[i][k] + a[k][i] - a[i][j] - a[j][i]) / 2 - a[k][k]

    q = [[entry(i, j) for j in order] for i in order]
    # Directions within the support are free: they must give a positive pivot each, and what is
    # left after eliminating them (the Schur complement) must be strictly copositive.
    for c in range(len(inside)):
        if q[c][c] <= 0:
            return (k, order[c])
        for r in range(c + 1, len(order)):
            factor = q[r][c] / q[c][c]
            q[r] = [v - factor * w for v, w in zip(q[r], q[c])]
    rest = [line[len(inside) :] for line in q[len(inside) :]]
    bad = _not_copositive(rest)
    return tuple(outside[i] for i in bad)


def _not_copositive(q: Matrix) -> tuple[int, ...]:
    """Indices of a face on which z'Qz <= 0 for some z >= 0, z != 0; nothing if there is none.

    A minimiser of z'Qz on the simplex has, on its support T, Q_T z = m 1 with minimum m: so the
    minimum is not positive exactly if some T has z > 0 with Q_T z = m 1 and m <= 0.
    """
    n = len(q)
    for size in range(1, n + 1):
        for chosen in combinations(range(n), size):
            # variables: z = t + y with y >= 0, the least weight t, and w = -m >= 0
            equal: list[Any] = [
                ([q[i][j] for j in chosen] + [sum(q[i][j] for j in chosen), 1], 0) for i in chosen
            ]
            equal.append(([1] * size + [size, 0], 1))
            best = maximise([0] * size + [1, 0], equal=equal)
            if best is not None and best.value > 0:
                return chosen
    return ()


@evolutionarily_stable.explained_by
def explain(form: StrategicGame) -> str:
    """Each support tried: what equalises on it, who does better, which mutant gets in."""
    game = _symmetric(form).fractions()
    a = game.payoffs[0].tolist()
    labels, n = game.strategies[game.players[0]], len(game.payoffs[0])
    found: list[tuple[frozenset[int], str]] = []
    lines = [
        "**Evolutionarily stable strategies.**",
        "",
        "$x$ is stable if every mutant $y \\ne x$ earns less than $x$ against $x$, or as much "
        "against $x$ and less than $x$ against $y$. Each support carries one candidate at most.",
    ]
    tried = 0
    for size in range(1, n + 1):
        for support in combinations(range(n), size):
            tried += 1
            if tried > SHOWN:
                continue
            lines += ["", f"**{', '.join(labels[i] for i in support)}**", ""]
            inside = next((text for replies, text in found if set(support) <= replies), "")
            if inside:
                lines.append(
                    f"All are best replies to the stable strategy {inside}, so none is stable here."
                )
                continue
            verdict, x, replies = _trial(game, a, support)
            lines += verdict
            if x is not None:
                found.append((replies, _tex.mixture(dict(zip(labels, x)))))
    if tried > SHOWN:
        lines += ["", f"The other {tried - SHOWN:,} supports go the same way."]
    answer = [
        _tex.mixture(point.strategies[game.players[0]])
        for point in evolutionarily_stable(game).points
    ]
    lines += ["", "Stable: " + "; ".join(answer) + "." if answer else "There is none."]
    return "\n".join(lines)


def _trial(
    game: StrategicGame, a: Matrix, support: Sequence[int]
) -> tuple[list[str], tuple[Fraction, ...] | None, frozenset[int]]:
    """Sentences about one support; the strategy and its best replies where it is stable."""
    labels, number = game.strategies[game.players[0]], _tex.number
    x, none = _equalising(a, support), frozenset[int]()
    names = [f"x_{{{_tex.name(labels[i])}}}" for i in support]
    lines = []
    if len(support) > 1:
        sums = [_tex.weighted([a[i][j] for j in support], names) for i in support]
        lines.append(f"Equal payoffs ask ${' = '.join(sums)}$ with ${' + '.join(names)} = 1$.")
    if x is None:
        return [*lines, "No single positive solution: nothing stable here."], None, none
    if len(support) > 1:
        solved = ", ".join(f"{s} = {number(x[i])}" for s, i in zip(names, support))
        lines.append(f"So ${solved}$.")
    pays = [sum((v * w for v, w in zip(line, x) if w), Fraction(0)) for line in a]
    shown = ", ".join(f"{s}: ${number(v)}$" for s, v in zip(labels, pays))
    lines.append(f"Against it the strategies earn {shown}.")
    replies = _replies(a, x)
    if not set(support) <= replies:
        better = ", ".join(labels[i] for i in sorted(replies))
        return [*lines, f"{better} earns more: not even an equilibrium."], None, none
    others = [i for i in sorted(replies) if x[i] != 1]
    if not others:
        return [*lines, "It is the only best reply to itself: **stable**."], x, frozenset(replies)
    lines.append("As good against it are the mutants below; against the mutant itself,")
    for i in others:
        own = sum((w * a[k][i] for k, w in enumerate(x)), Fraction(0))
        sign = ">" if own > a[i][i] else ("=" if own == a[i][i] else "<")
        lines.append(
            f"- {labels[i]}: $x$ earns ${number(own)}$, the mutant ${number(a[i][i])}$: "
            f"${number(own)} {sign} {number(a[i][i])}$;"
        )
    mutant = _invader(a, x, support, replies)
    if mutant:
        who = ", ".join(labels[i] for i in mutant)
        return [*lines, f"A mutant towards {who} is not driven out: not stable."], None, none
    lines.append("and no mixture of them does as well as $x$ against itself: **stable**.")
    return lines, x, frozenset(replies)
