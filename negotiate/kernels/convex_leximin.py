"""Leximin among any number of parties, by column generation over the issues.

Raise the smallest gain as far as it goes, fix the parties that cannot have more, raise the rest.
Each stage is the linear program

    max t   such that   sum_k sum_c mu_kc u_kc  >= floor + t r,   sum_c mu_kc = 1,  mu >= 0

over columns u_kc: the options of issue k, or levels of an interval issue. Dual prices ask every
issue for its best level (`best_response`), which becomes a column, until the support function
closes the gap; values are concave, so the mean level is worth at least the mean of the columns.
A party with a positive price is at its limit in every optimum (complementary slackness) and is
fixed; prices of the others sum to one, so every stage fixes somebody.

Sources: Imai (1983), Econometrica 51:389-401, doi:10.2307/1911997 (leximin in bargaining);
Behringer (1981), Naval Research Logistics 28:459-471 (stages); Desaulniers, Desrosiers and
Solomon (2005), Column Generation, ch. 1.

Party 1 can have at most 1/5, whatever the other two do; they share the rest of two dollars:

>>> import numpy as np
>>> from negotiate.kernels.convex import interval_free_options, program
>>> options = np.array([[0.2, 0.2], [1.0, 0.0], [0.0, 1.0]])
>>> answer = leximin(program(3, [interval_free_options(options)]), np.zeros(3))
>>> [round(float(u), 9) for u in answer.utilities]
[0.2, 0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.errors import NotConvergedError
from negotiate.kernels.convex import Program, _cuts, best_response, level_worth, support
from negotiate.kernels.frontier_smooth import Array

_FIRST_LEVELS = 17
_ROUNDS = 60
_SOLVER = 1e-10  # the tightest feasibility the linear solver accepts


class Columns(NamedTuple):
    """Columns of one issue: worth ``(n, c)`` and the level (or option index) of each."""

    worth: list[Array]
    level: list[float]


class LeximinAnswer(NamedTuple):
    """Utilities, shares or level of each issue, the largest duality gap, order of fixing."""

    utilities: Array
    terms: list[Array | float]
    gap: float
    stages: list[tuple[float, tuple[int, ...]]]


def leximin(p: Program, d: Array) -> LeximinAnswer:
    """Leximin in gains over ``d`` ``(n,)``."""
    columns = _first_columns(p)
    floor, rate = d.astype(np.float64).copy(), np.ones(p.parties)
    worst, stages = 0.0, []
    while True:
        t, dual, shares, gap = _stage(p, columns, floor, rate)
        worst = max(worst, gap)
        stuck = (rate > 0) & (dual > tolerance.UTILITY)
        stages.append((t, tuple(int(i) for i in np.flatnonzero(stuck))))
        floor = np.where(stuck, d + t, floor)
        rate = np.where(stuck, 0.0, rate)
        if not rate.any():
            return _answer(p, columns, shares, worst, stages)
        # a fixed party's floor is met only to the solver's feasibility: leave it room
        floor = np.where(stuck, floor - tolerance.UTILITY, floor)


def _first_columns(p: Program) -> list[Columns]:
    out = []
    for issue in p.issues:
        if issue.options is not None:
            count = issue.options.shape[1]
            out.append(Columns([issue.options[:, c] for c in range(count)], [*range(count)]))
            continue
        cuts = _cuts(issue)
        grid = np.unique(np.concatenate([cuts, np.linspace(cuts[0], cuts[-1], _FIRST_LEVELS)]))
        levels = [float(level) for level in grid]
        out.append(Columns([level_worth(issue, level) for level in levels], levels))
    return out


def _stage(
    p: Program, columns: list[Columns], floor: Array, rate: Array
) -> tuple[float, Array, list[Array], float]:
    from scipy.optimize import linprog

    for _ in range(_ROUNDS):
        counts = [len(c.level) for c in columns]
        worth = np.concatenate([np.array(c.worth).T for c in columns], axis=1)
        size = worth.shape[1]
        cost = np.zeros(size + 1)
        cost[size] = -1.0
        equal = np.zeros((len(columns), size + 1))
        edge = np.cumsum([0, *counts])
        for k in range(len(columns)):
            equal[k, edge[k] : edge[k + 1]] = 1.0
        for method in ("highs-ds", "highs-ipm"):
            result = linprog(
                cost,
                A_ub=np.concatenate([-worth, rate[:, None]], axis=1),
                b_ub=p.base - floor,
                A_eq=equal,
                b_eq=np.ones(len(columns)),
                bounds=[(0, None)] * size + [(None, None)],
                method=method,
                options={
                    "primal_feasibility_tolerance": _SOLVER,
                    "dual_feasibility_tolerance": _SOLVER,
                },
            )
            if result.status == 0:
                break
        if result.status != 0:
            raise NotConvergedError(
                f"the linear solver stopped: {result.message}",
                residual=float("nan"),
                where="convex_leximin",
                remedy="rescale utilities so that a stake is about one",
            )
        dual = np.maximum(-result.ineqlin.marginals, 0.0)
        t = float(result.x[size])
        gap = (support(p, dual) - float(dual @ floor)) / float(dual @ rate) - t
        shares = [result.x[edge[k] : edge[k + 1]] for k in range(len(columns))]
        if gap <= 0.1 * tolerance.GAP * max(1.0, float(dual.sum())):
            return t, dual, shares, float(max(gap, 0.0))
        _add(p, columns, dual, shares)
    raise NotConvergedError(
        "column generation stopped before its duality gap closed",
        residual=gap,
        where="convex_leximin",
        remedy="rescale utilities so that a stake is about one",
    )


def _add(p: Program, columns: list[Columns], dual: Array, shares: list[Array]) -> None:
    response = best_response(p, dual)[1]
    for k, issue in enumerate(p.issues):
        if issue.options is not None:
            continue
        mean = float(shares[k] @ np.array(columns[k].level))
        for level in (float(response[k]), mean):
            # twins of a column help nothing and make the basis singular
            if min(abs(level - old) for old in columns[k].level) < tolerance.UTILITY:
                continue
            columns[k].worth.append(level_worth(issue, level))
            columns[k].level.append(level)


def _answer(
    p: Program, columns: list[Columns], shares: list[Array], gap: float,
    stages: list[tuple[float, tuple[int, ...]]],
) -> LeximinAnswer:  # fmt: skip
    u = p.base.copy()
    terms: list[Array | float] = []
    for issue, column, share in zip(p.issues, columns, shares):
        share = np.where(share > tolerance.UTILITY, share, 0.0)
        share = share / share.sum()
        if issue.options is not None:
            u = u + issue.options @ share
            terms.append(share)
        else:
            level = float(share @ np.array(column.level))
            u = u + level_worth(issue, level)
            terms.append(level)
    return LeximinAnswer(u, terms, gap, stages)


def most(p: Program, floor: Sequence[float], party: int, levels: Sequence[float | None]) -> float:
    """Most that a party can get while every other gets at least its floor.

    ``levels`` are levels of the interval issues that meet the floors (None for tabled issues):
    columns on a grid alone may fall short of a floor that the curve just meets.
    """
    columns = _first_columns(p)
    for issue, column, level in zip(p.issues, columns, levels):
        if issue.options is None and level is not None:
            column.worth.append(level_worth(issue, level))
            column.level.append(level)
    rate = np.zeros(p.parties)
    rate[party] = 1.0
    bound = np.array(floor, dtype=np.float64)
    bound[party] = 0.0
    return _stage(p, columns, bound, rate)[0]
