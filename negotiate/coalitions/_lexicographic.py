"""Answers of the lexicographic scheme: least core, prenucleolus and nucleolus share them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import lexicographic
from negotiate.coalitions.game import CoalitionalGame
from negotiate.errors import NoSolutionError
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import AGREEMENT, GAP

LP_ROWS = 300
"""Coalitions of one level up to which Kohlberg's programme is solved exactly."""


def answer(
    game: CoalitionalGame,
    concept: str,
    *,
    rational: bool,
    check: Callable[[CoalitionalGame, Point], Evidence],
) -> Solution:
    """The (pre)nucleolus of one game or of every draw."""
    if game.draws:
        flat = game.signed.reshape(-1, game.signed.shape[-1]).astype(float)
        x, eps = lexicographic.over_draws(flat, rational=rational, slack=GAP**2)
        pay = shared.payoffs(game, x.reshape(*game.draws, game.n))
        point = Point(payoffs=pay, label=concept, facts={"largest_excess": eps.reshape(game.draws)})
        return shared.single(game, concept, point, exact=False)
    table, denominator, rounding = game.whole()
    try:
        x_exact, stages = lexicographic.stages(table, rational=rational)
    except NoSolutionError as error:
        return Solution(
            concept=concept,
            players=game.players,
            points=(),
            complete=True,
            exact=game.exact,
            notes=(f"{error.what}; {error.remedy}",),
            form=game,
        )
    found = x_exact if game.exact else [float(a / denominator) for a in x_exact]

    def scaled(value: Fraction) -> Any:
        return value / denominator if game.exact else float(value / denominator)

    levels = [
        {
            "excess": scaled(stage.excess),
            "coalitions": [list(game.members(m)) for m in sorted(stage.weights)],
            "weights": [stage.weights[m] for m in sorted(stage.weights)],
        }
        for stage in stages
    ]
    facts: dict[str, Any] = {"levels": levels}
    if stages:
        facts["largest_excess"] = scaled(stages[0].excess)
        facts["in_core"] = bool(stages[0].excess <= 0)
    point = Point(payoffs=shared.payoffs(game, found), label=concept, facts=facts)
    notes: tuple[str, ...] = ()
    if rounding:
        notes = (f"float worths were read to {float(rounding / denominator):.2g}",)
    judged = (check(game, point),)
    return shared.single(game, concept, point, exact=game.exact, evidence=judged, notes=notes)


def kohlberg(game: CoalitionalGame, point: Point, *, rational: bool) -> Evidence:
    """Kohlberg's criterion, level by level: no transfer helps the coalitions that complain most.

    At every level the coalitions with at least that excess (and the players held at their own
    worth) must be balanced: a transfer y with y(N) = 0 that takes from none of them gives to none
    of them. That characterises the (pre)nucleolus (Kohlberg 1971, SIAM Journal on Applied
    Mathematics 20:62-66; Sobolev 1975). A transfer that does is the witness.
    """
    x = shared.vector(game, point)
    if (bad := shared.efficient(game, x)) is not None:
        return bad
    slack = shared.slack(game, x)
    n = game.n
    alone = [shared.worth(game, 1 << k) for k in range(n)]
    if rational:
        for k in range(n):
            if x[k] < alone[k] - slack:
                return Evidence(False, x[k] - alone[k], "payoff less own worth", game.players[k])
    if n == 1:
        return Evidence(True, 0, "gain of the coalitions that complain most")
    held = [k for k in range(n) if rational and x[k] <= alone[k] + slack]
    table, scale = shared.excesses(game, x)
    order = np.argsort(-table[1:-1], kind="stable") + 1
    heights = table[order]
    start, chosen, rank = 0, [], _Rank(n)
    rank.add(game.grand)
    while start < len(order) and rank.value < n:
        stop = start
        while stop < len(order) and heights[stop] >= heights[start] - (slack if not scale else 0):
            stop += 1
        chosen += [int(m) for m in order[start:stop]]
        gain, transfer = _best_transfer(n, chosen, held)
        if gain > (0 if scale else AGREEMENT):
            moved = ", ".join(
                f"{game.players[k]} {'+' if t > 0 else '-'}" for k, t in enumerate(transfer) if t
            )
            return Evidence(False, gain, "gain of the coalitions that complain most", moved)
        for mask in order[start:stop]:
            if rank.value == n:
                break
            rank.add(int(mask))
        start = stop
    return Evidence(True, 0 if scale else 0.0, "gain of the coalitions that complain most")


def _best_transfer(n: int, coalitions: list[int], held: list[int]) -> tuple[Any, list[Any]]:
    """Largest total gain of the coalitions under y(N) = 0, |y| <= 1 that takes from none."""
    if len(coalitions) <= LP_ROWS:
        # y = z - 1 with 0 <= z <= 2
        total = [sum(m >> k & 1 for m in coalitions) for k in range(n)]
        below: list[tuple[list[int], int]] = [
            ([-(m >> k & 1) for k in range(n)], -m.bit_count()) for m in coalitions
        ]
        below += [([-int(i == k) for i in range(n)], -1) for k in held]
        below += [([int(i == k) for i in range(n)], 2) for k in range(n)]
        best = maximise(total, at_most=below, equal=[([1] * n, n)])
        assert best is not None, "no transfer at all satisfies the constraints"
        return best.value - sum(total), [z - 1 for z in best.x]
    from scipy.optimize import linprog

    member = np.array([[m >> k & 1 for k in range(n)] for m in coalitions], dtype=float)
    low = [0.0 if k in held else -1.0 for k in range(n)]
    result = linprog(
        -member.sum(axis=0),
        A_ub=-member,
        b_ub=np.zeros(len(coalitions)),
        A_eq=np.ones((1, n)),
        b_eq=[0.0],
        bounds=[(a, 1.0) for a in low],
        method="highs",
    )
    gain = float(-result.fun) / len(coalitions)
    return (gain if gain > AGREEMENT else 0), result.x.tolist()


class _Rank:
    """Rank of indicator vectors, modulo a large prime: a lower bound, and right but by accident."""

    prime = 2**61 - 1

    def __init__(self, n: int) -> None:
        self.n, self.rows = n, dict[int, list[int]]()

    @property
    def value(self) -> int:
        return len(self.rows)

    def add(self, mask: int) -> None:
        vector = [mask >> k & 1 for k in range(self.n)]
        for pivot, row in self.rows.items():
            if factor := vector[pivot]:
                vector = [(a - factor * b) % self.prime for a, b in zip(vector, row)]
        lead = next((k for k, a in enumerate(vector) if a), None)
        if lead is None:
            return
        inverse = pow(vector[lead], -1, self.prime)
        self.rows[lead] = [a * inverse % self.prime for a in vector]
