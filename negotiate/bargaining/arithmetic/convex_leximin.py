"""Leximin among any number of parties, by column generation over the issues.

Raise the smallest gain as far as it goes, fix the parties that cannot have more, raise the rest.
Each stage is the linear program

    max t   such that   sum_k sum_c mu_kc u_kc  >= floor + t r,   sum_c mu_kc = 1,  mu >= 0

over columns u_kc: the options of issue k, or levels of an interval issue. Dual prices ask every
issue for its best level (`best_response`), which becomes a column, until the support function
closes the gap; values are concave, so the mean level is worth at least the mean of the columns.
A party with a positive price is at its limit in every optimum (complementary slackness) and is
fixed; prices of the others sum to one, so every stage fixes somebody. Complementary slackness also
confines each issue to its best options or levels at those prices, and the next stage looks only
there: floors alone would leave no room at all, and prices without bound.

Sources: Imai (1983), Econometrica 51:389-401, doi:10.2307/1911997 (leximin in bargaining);
Behringer (1981), Naval Research Logistics 28:459-471 (stages); Desaulniers, Desrosiers and
Solomon (2005), Column Generation, ch. 1.

Party 1 can have at most 1/5, whatever the other two do; they share the rest of two dollars:

>>> import numpy as np
>>> from negotiate.bargaining.arithmetic.convex import interval_free_options, program
>>> options = np.array([[0.2, 0.2], [1.0, 0.0], [0.0, 1.0]])
>>> answer = leximin(program(3, [interval_free_options(options)]), np.zeros(3))
>>> [round(float(u), 9) for u in answer.utilities]
[0.2, 0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic.convex import (
    ConvexIssue,
    Program,
    _best_level,
    _cuts,
    level_worth,
)
from negotiate.bargaining.arithmetic.frontier_smooth import Array
from negotiate.errors import NotConvergedError

_FIRST_LEVELS = 17
_ROUNDS = 60
_FEASIBLE = (1e-10, 1e-9, 1e-8)  # the tightest that the linear solver accepts, then looser
_AIM = 10 * tolerance.ROOT  # a level is known to the square root of the gap: go beyond GAP
_TWIN = tolerance.ROOT**0.5  # a chord of width h errs by h^2; nearer twins make bases singular


class Face(NamedTuple):
    """What is left of one issue: columns ``worth`` with their ``level`` (or option index).

    ``low`` and ``high`` bound the levels of an interval issue.
    """

    worth: list[Array]
    level: list[float]
    low: float
    high: float


class LeximinAnswer(NamedTuple):
    """Utilities, shares or level of each issue, the largest duality gap, order of fixing."""

    utilities: Array
    terms: list[Array | float]
    gap: float
    stages: list[tuple[float, tuple[int, ...]]]


class _Stage(NamedTuple):
    """Optimum of one linear program: value, prices, shares of the columns, duality gap."""

    value: float
    prices: Array
    shares: list[Array]
    gap: float


def leximin(p: Program, d: Array) -> LeximinAnswer:
    """Leximin in gains over ``d`` ``(n,)``."""
    faces = [_whole(issue) for issue in p.issues]
    floor, rate = d.astype(np.float64).copy(), np.ones(p.parties)
    worst, stages = 0.0, []
    while True:
        found = _solve(p, faces, floor, rate)
        if found.gap > tolerance.GAP * max(1.0, float(found.prices.sum())):
            raise _stopped(found.gap)
        worst = max(worst, found.gap)
        stuck = (rate > 0) & (found.prices > tolerance.UTILITY)
        stages.append((found.value, tuple(int(i) for i in np.flatnonzero(stuck))))
        floor = np.where(stuck, d + found.value, floor)
        rate = np.where(stuck, 0.0, rate)
        if not rate.any():
            return _answer(p, faces, found.shares, worst, stages)
        # a fixed party's floor is met only to the solver's feasibility: leave it room
        floor = np.where(stuck, floor - tolerance.UTILITY, floor)
        faces = [
            _confined(issue, face, share, found.prices)
            for issue, face, share in zip(p.issues, faces, found.shares)
        ]


def most(
    p: Program, floor: Sequence[float], party: int, levels: Sequence[float | None]
) -> tuple[float, float]:
    """Most that a party can get while every other gets at least its floor.

    Returns an upper bound on it and the sum of the floors' prices: what it would rise by if all
    floors fell by one.
    ``levels`` are levels of the interval issues that meet the floors (None for tabled issues):
    columns on a grid alone may fall short of a floor that the curve just meets.
    """
    faces = [_whole(issue) for issue in p.issues]
    for issue, face, level in zip(p.issues, faces, levels):
        if issue.options is None and level is not None:
            face.worth.append(level_worth(issue, level))
            face.level.append(level)
    rate = np.zeros(p.parties)
    rate[party] = 1.0
    bound = np.array(floor, dtype=np.float64)
    bound[party] = 0.0
    found = _solve(p, faces, bound, rate)
    return found.value + found.gap, float(np.delete(found.prices, party).sum())


def _whole(issue: ConvexIssue) -> Face:
    if issue.options is not None:
        count = issue.options.shape[1]
        return Face([issue.options[:, c] for c in range(count)], [*range(count)], 0.0, 0.0)
    cuts = _cuts(issue)
    grid = np.unique(np.concatenate([cuts, np.linspace(cuts[0], cuts[-1], _FIRST_LEVELS)]))
    levels = [float(level) for level in grid]
    worth = [level_worth(issue, level) for level in levels]
    return Face(worth, levels, float(cuts[0]), float(cuts[-1]))


def _confined(issue: ConvexIssue, face: Face, share: Array, prices: Array) -> Face:
    """The options or levels that are best at the prices: every optimum uses only these."""
    prices = np.where(prices > tolerance.UTILITY, prices, 0.0)
    near = tolerance.GAP * max(1.0, float(prices.sum()))
    if issue.options is not None:
        worth = np.array([float(prices @ column) for column in face.worth])
        kept = np.flatnonzero((worth >= worth.max() - near) | (share > tolerance.UTILITY))
        return Face([face.worth[c] for c in kept], [face.level[c] for c in kept], 0.0, 0.0)
    assert issue.weight is not None
    curved = np.array([kind != "linear" for kind in issue.kinds])
    mean = float(share @ np.array(face.level)) / float(share.sum())
    if ((prices * issue.weight > tolerance.UTILITY) & curved).any():
        # strictly concave at these prices: one level
        return Face([level_worth(issue, mean)], [mean], mean, mean)
    cuts = [face.low, *(float(c) for c in _cuts(issue) if face.low < c < face.high), face.high]
    heights = np.array([float(prices @ level_worth(issue, level)) for level in cuts])
    best = [level for level, height in zip(cuts, heights) if height >= heights.max() - near]
    low, high = min(*best, mean), max(*best, mean)
    levels = sorted({low, high, mean, *(x for x in face.level if low < x < high)})
    return Face([level_worth(issue, level) for level in levels], levels, low, high)


def _solve(p: Program, faces: list[Face], floor: Array, rate: Array) -> _Stage:
    """One stage to the smallest gap that columns can reach."""
    best: _Stage | None = None
    for _ in range(_ROUNDS):
        result = _linear(p, faces, floor, rate)
        if result is None:
            break
        value, prices, shares = result
        responses = [_respond(issue, face, prices) for issue, face in zip(p.issues, faces)]
        top = float(prices @ p.base) + sum(height for height, _ in responses)
        gap = (top - float(prices @ floor)) / float(prices @ rate) - value
        if best is None or gap < best.gap:
            sizes = [len(face.level) for face in faces]
            best = _Stage(value, prices, shares, float(max(gap, 0.0)))
        added = [
            _add(issue, face, level, share)
            for issue, face, (_, level), share in zip(p.issues, faces, responses, shares)
        ]
        if gap <= _AIM or not any(added):
            break
    if best is None:
        raise _stopped(float("nan"))
    full = [
        np.concatenate([share, np.zeros(len(face.level) - size)])
        for share, face, size in zip(best.shares, faces, sizes)
    ]
    return best._replace(shares=full)


def _stopped(residual: float) -> NotConvergedError:
    return NotConvergedError(
        "column generation stopped before its duality gap closed",
        residual=residual,
        where="convex_leximin",
        remedy="rescale utilities so that a stake is about one",
    )


def _respond(issue: ConvexIssue, face: Face, prices: Array) -> tuple[float, float | None]:
    """Best worth of an issue at the prices, and its level (None for options)."""
    known = max(float(prices @ column) for column in face.worth)
    if issue.options is not None or face.low == face.high:
        return known, None
    level = _best_level(issue, prices, (face.low, face.high))
    return max(known, float(prices @ level_worth(issue, level))), level


def _add(issue: ConvexIssue, face: Face, level: float | None, share: Array) -> bool:
    """New columns at the best level and at the mean of the present ones."""
    if level is None:
        return False
    added = False
    mean = float(share @ np.array(face.level[: len(share)])) / float(share.sum())
    for new in (level, mean):
        if min(abs(new - old) for old in face.level) >= _TWIN:
            face.worth.append(level_worth(issue, new))
            face.level.append(new)
            added = True
    return added


def _linear(
    p: Program, faces: list[Face], floor: Array, rate: Array
) -> tuple[float, Array, list[Array]] | None:
    """Value, prices and shares of the linear program, or None where the solver gives up."""
    from scipy.optimize import linprog

    worth = np.concatenate([np.array(face.worth).T for face in faces], axis=1)
    size = worth.shape[1]
    cost = np.zeros(size + 1)
    cost[size] = -1.0
    equal = np.zeros((len(faces), size + 1))
    edge = np.cumsum([0, *(len(face.level) for face in faces)])
    for k in range(len(faces)):
        equal[k, edge[k] : edge[k + 1]] = 1.0
    # columns that crowd round one level make bases nearly singular: ask again, more loosely
    for method, feasible in product(("highs-ds", "highs-ipm"), _FEASIBLE):
        result = linprog(
            cost,
            A_ub=np.concatenate([-worth, rate[:, None]], axis=1),
            b_ub=p.base - floor,
            A_eq=equal,
            b_eq=np.ones(len(faces)),
            bounds=[(0, None)] * size + [(None, None)],
            method=method,
            options={
                "primal_feasibility_tolerance": feasible,
                "dual_feasibility_tolerance": feasible,
            },
        )
        if result.status == 0:
            prices = np.maximum(-result.ineqlin.marginals, 0.0)
            shares = [result.x[edge[k] : edge[k + 1]] for k in range(len(faces))]
            return float(result.x[size]), prices, shares
    return None


def _answer(
    p: Program,
    faces: list[Face],
    shares: list[Array],
    gap: float,
    stages: list[tuple[float, tuple[int, ...]]],
) -> LeximinAnswer:
    u = p.base.copy()
    terms: list[Array | float] = []
    for issue, face, share in zip(p.issues, faces, shares):
        share = np.where(share > tolerance.UTILITY, share, 0.0)
        share = share / share.sum()
        if issue.options is not None:
            full = np.zeros(issue.options.shape[1])
            full[np.array(face.level, dtype=np.intp)] = share
            u = u + issue.options @ full
            terms.append(full)
        else:
            level = float(share @ np.array(face.level))
            u = u + level_worth(issue, level)
            terms.append(level)
    return LeximinAnswer(u, terms, gap, stages)
