r"""Least core and nucleolus of one table, exactly, by a revised simplex on the balanced weights.

Stage k makes the largest excess over the coalitions that are not settled yet as small as it can be:

    minimise eps  s.t.  x(S) + eps >= v(S) for open S,  x(F) = b_F for settled F
                        (and x_i >= v(i) where individual rationality is asked).

Its dual maximises ``sum l_S v(S) + ...`` over weights ``l_S >= 0`` of sum one that balance out on
the settled coalitions; it has n + 1 rows and a column for each of the 2^n coalitions, so it is
solved by a revised simplex whose basis is (n + 1) x (n + 1) and whose prices are (x, eps). The
basis inverse is kept as integers over one denominator (Edmonds), columns are priced in machine
words. Coalitions with a positive weight have the same excess at every optimum: they are settled
(b = v - eps), the rank grows by at least one, and after at most n - 1 stages x is unique.

The optimal basis of a stage depends on v only through inequalities, so one solved table gives a
linear formula for all tables of its region; `over_draws` walks the regions, not the draws.

Source: Maschler, Peleg and Shapley (1979), Mathematics of Operations Research 4:303-338 (the
scheme); Solymosi (1993), On computing the nucleolus of cooperative games, thesis (unverified);
Potters, Reijnierse and Ansing (1996), Mathematics of Operations Research 21:757-768 (settling by
positive dual weights and rank).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.arithmetic.exact_table import FLOAT_BITS, WORD, from_floats
from negotiate.errors import NoSolutionError

Array = np.ndarray[Any, np.dtype[Any]]

POOL = 64
"""Columns kept from one full pricing, worked through before the next."""
STALL = 40
"""Pivots without progress after which the smallest index enters and leaves (Bland's rule)."""
FREE, OPEN, BOUND = "free", "open", "bound"


@dataclass(frozen=True)
class Column:
    """A column of the basis: a settled coalition, an open one, or a player's own bound."""

    kind: str
    mask: int
    stage: int = -1  # stage that settled it; -1 for the grand coalition, -2 for a bound


@dataclass(frozen=True)
class Stage:
    """One programme of the scheme.

    Attributes
    ----------
    excess
        Its value: the largest excess over open coalitions cannot be smaller.
    weights
        Balanced weights that prove it: open coalition to weight, summing to one.
    bounds
        Players whose individual rationality binds, with their weight.
    settled
        Coalitions settled before this stage, as columns.
    columns, inverse, denominator
        The optimal basis, for tables of the same region.
    """

    excess: Fraction
    weights: dict[int, Fraction]
    bounds: dict[int, Fraction]
    settled: tuple[Column, ...]
    columns: tuple[Column, ...]
    inverse: tuple[tuple[int, ...], ...]
    denominator: int
    x: tuple[Fraction, ...]


class _Basis:
    """Basis of the dual, its inverse ``rows / d`` in integers."""

    def __init__(self, n: int, columns: Sequence[Column]) -> None:
        self.n, self.columns = n, list(columns)
        size = n + 1
        self.d = 1
        self.rows = [[int(i == j) for j in range(size)] for i in range(size)]
        left = list(range(size))
        order = [-1] * size
        for at, column in enumerate(columns):
            u = self.entering(column)
            row = next(r for r in left if u[r])
            self._pivot(row, u)
            left.remove(row)
            order[at] = row
        self.rows = [self.rows[row] for row in order]

    def entering(self, column: Column) -> list[int]:
        """Coordinates of a column in the basis, times d."""
        members = subsets.members(column.mask)
        last = column.kind == OPEN
        n = self.n
        return [sum(row[k] for k in members) + (row[n] if last else 0) for row in self.rows]

    def _pivot(self, r: int, u: Sequence[int]) -> None:
        p, d, pivot_row = u[r], self.d, self.rows[r]
        for i, row in enumerate(self.rows):
            if i == r:
                continue
            factor = u[i]
            if factor:
                self.rows[i] = [(p * a - factor * b) // d for a, b in zip(row, pivot_row)]
            elif p != d:
                self.rows[i] = [p * a // d for a in row]
        self.d = p
        if p < 0:
            self.d = -p
            self.rows = [[-a for a in row] for row in self.rows]

    def replace(self, r: int, column: Column, u: Sequence[int]) -> None:
        """Let ``column``, with coordinates u, take the place of row r."""
        self._pivot(r, u)
        self.columns[r] = column

    def prices(self, costs: Sequence[Fraction]) -> tuple[list[int], int]:
        """(x, eps) as integers over one denominator."""
        scale = math.lcm(*(c.denominator for c in costs))
        whole = [c.numerator * (scale // c.denominator) for c in costs]
        total = [0] * (self.n + 1)
        for c, row in zip(whole, self.rows):
            if c:
                total = [t + c * a for t, a in zip(total, row)]
        denominator = scale * self.d
        common = math.gcd(denominator, *total)
        return [t // common for t in total], denominator // common


class _Span:
    """The coalitions whose payoff is fixed: a row space in exact arithmetic."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.rows: list[list[Fraction]] = []
        self.pivots: list[int] = []

    def reduced(self, mask: int) -> list[Fraction]:
        vector = [Fraction(mask >> k & 1) for k in range(self.n)]
        for row, pivot in zip(self.rows, self.pivots):
            if vector[pivot]:
                factor = vector[pivot]
                vector = [a - factor * b for a, b in zip(vector, row)]
        return vector

    def add(self, mask: int) -> bool:
        """Add a coalition; False where it lies in the span already."""
        vector = self.reduced(mask)
        pivot = next((k for k, a in enumerate(vector) if a), None)
        if pivot is None:
            return False
        lead = vector[pivot]
        vector = [a / lead for a in vector]
        for i, row in enumerate(self.rows):
            if row[pivot]:
                factor = row[pivot]
                self.rows[i] = [a - factor * b for a, b in zip(row, vector)]
        self.rows.append(vector)
        self.pivots.append(pivot)
        return True

    @property
    def rank(self) -> int:
        return len(self.rows)

    def outside(self) -> Array:
        """Whether each coalition lies outside the span, ``(2^n,)``."""
        free = [k for k in range(self.n) if k not in self.pivots]
        normals = []
        for k in free:
            vector = [Fraction(0)] * self.n
            vector[k] = Fraction(1)
            for row, pivot in zip(self.rows, self.pivots):
                vector[pivot] = -row[k]
            scale = math.lcm(*(a.denominator for a in vector))
            normals.append([int(a * scale) for a in vector])
        out = np.zeros(2**self.n, dtype=bool)
        for normal in normals:
            big = sum(map(abs, normal)) >= WORD
            out |= subsets.sums(np.array(normal, dtype=object if big else np.int64)) != 0
        return out


def stages(
    worths: Array, *, rational: bool, first: int | None = None
) -> tuple[tuple[Fraction, ...], tuple[Stage, ...]]:
    """Payoffs and the stages that lead to them.

    Parameters
    ----------
    worths
        ``(2^n,)`` integers, entry 0 zero.
    rational
        Whether payoffs below a player's own worth are excluded (nucleolus, not prenucleolus).
    first
        Stop after so many stages; payoffs are then one point of the least core.

    Raises
    ------
    NoSolutionError
        No payoff vector is individually rational.
    """
    n = subsets.count(worths.shape[-1])
    grand = 2**n - 1
    if rational and sum(int(worths[1 << k]) for k in range(n)) > int(worths[grand]):
        raise NoSolutionError(
            "the players' own worths sum to more than the grand coalition's",
            where="imputations",
            remedy="take the prenucleolus, which may give a player less than its own worth",
        )
    if n == 1:
        return (Fraction(int(worths[grand])),), ()
    span = _Span(n)
    span.add(grand)
    settled = [(Column(FREE, grand), Fraction(int(worths[grand])))]
    found: list[Stage] = []
    start = _opening(n)
    is_open = span.outside()
    x: tuple[Fraction, ...] = ()
    while True:
        solved = _solve(
            worths, start, dict(settled), is_open, rational, tuple(c for c, _ in settled)
        )
        found.append(solved)
        x = solved.x
        k = len(found) - 1
        for mask in sorted(solved.weights):
            if span.add(mask):
                settled.append((Column(FREE, mask, k), int(worths[mask]) - solved.excess))
        for player in sorted(solved.bounds):
            if span.add(1 << player):
                settled.append((Column(FREE, 1 << player, -2), Fraction(int(worths[1 << player]))))
        if span.rank == n or len(found) == first:
            return x, tuple(found)
        is_open = span.outside()
        start = _restart(worths, x, span, [c for c, _ in settled], is_open)


def _opening(n: int) -> list[Column]:
    """All players alone, each with weight 1/n: balanced against the grand coalition."""
    alone = [Column(OPEN, 1 << k) for k in range(n)]
    return [Column(FREE, 2**n - 1), *alone]


def _restart(
    worths: Array, x: Sequence[Fraction], span: _Span, settled: list[Column], is_open: Array
) -> list[Column]:
    """A feasible basis: an open coalition and its complement, half each, filled up to full rank."""
    n = len(x)
    total = subsets.sums(np.array([float(a) for a in x]))
    excess = np.where(is_open, worths.astype(float) - total, -np.inf)
    first = int(np.argmax(excess))
    other = (2**n - 1) ^ first
    columns = [*settled, Column(OPEN, first), Column(OPEN, other)]
    filled = _Span(n)
    filled.rows, filled.pivots = [list(r) for r in span.rows], list(span.pivots)
    filled.add(first)
    for k in range(n):
        if filled.add(1 << k):
            columns.append(Column(OPEN, 1 << k))
    return columns


def _solve(
    worths: Array,
    start: list[Column],
    fixed: dict[Column, Fraction],
    is_open: Array,
    rational: bool,
    settled: tuple[Column, ...],
) -> Stage:
    n = subsets.count(worths.shape[-1])
    basis = _Basis(n, start)
    bounds = [Column(BOUND, 1 << k) for k in range(n) if is_open[1 << k]] if rational else []
    top = int(np.max(np.abs(worths)))

    def cost(column: Column) -> Fraction:
        return fixed[column] if column.kind == FREE else Fraction(int(worths[column.mask]))

    costs = [cost(c) for c in basis.columns]
    stalled = 0
    pool: list[int] = []
    while True:
        y, q = basis.prices(costs)
        careful = stalled > STALL + 2 * n
        entering = _best_bound(worths, bounds, y, q)
        if careful or not pool:
            pool = []
            candidates = _violated(worths, is_open, y, q, top, careful)
            if entering is None or (careful and candidates):
                if not candidates:
                    break
                entering = Column(OPEN, candidates[0])
                pool = candidates[1:]
        elif entering is None:
            gains = [
                (int(worths[m]) * q - sum(y[k] for k in subsets.members(m)) - y[n], m) for m in pool
            ]
            pool = [m for gain, m in gains if gain > 0]
            if not pool:
                continue
            chosen = max(gains)[1]
            pool.remove(chosen)
            entering = Column(OPEN, chosen)
        u = basis.entering(entering)
        leaving = _leaving(basis, u, careful)
        stalled = stalled + 1 if basis.rows[leaving][n] == 0 else 0
        basis.replace(leaving, entering, u)
        costs[leaving] = cost(entering)
    weights: dict[int, Fraction] = {}
    tight: dict[int, Fraction] = {}
    for column, row in zip(basis.columns, basis.rows):
        if column.kind != FREE and row[n]:
            weight = Fraction(row[n], basis.d)
            if column.kind == OPEN:
                weights[column.mask] = weight
            else:
                tight[subsets.members(column.mask)[0]] = weight
    return Stage(
        excess=Fraction(y[n], q),
        weights=weights,
        bounds=tight,
        settled=settled,
        columns=tuple(basis.columns),
        inverse=tuple(tuple(row) for row in basis.rows),
        denominator=basis.d,
        x=tuple(Fraction(a, q) for a in y[:n]),
    )


def _best_bound(worths: Array, bounds: Iterable[Column], y: Sequence[int], q: int) -> Column | None:
    best, found = 0, None
    for column in bounds:
        k = subsets.members(column.mask)[0]
        gain = int(worths[column.mask]) * q - y[k]
        if gain > best:
            best, found = gain, column
    return found


def _violated(
    worths: Array, is_open: Array, y: Sequence[int], q: int, top: int, careful: bool
) -> list[int]:
    """Open coalitions whose excess exceeds eps, the worst first; one only where careful."""
    n = len(y) - 1
    fits = worths.dtype != object and top * q + sum(map(abs, y)) < WORD
    dtype = np.int64 if fits else object
    prices = np.array(y[:n], dtype=dtype)
    excess = (worths if fits else worths.astype(object)) * q - subsets.sums(prices) - y[n]
    over = np.flatnonzero((excess > 0) & is_open)
    if careful:
        return [int(over[0])] if over.size else []
    if over.size > POOL and fits:
        over = over[np.argpartition(-excess[over], POOL)[:POOL]]
    return sorted((int(m) for m in over), key=lambda m: (-excess[m], m))[:POOL]


def _leaving(basis: _Basis, u: Sequence[int], careful: bool) -> int:
    """Row of the smallest ratio; among ties the largest pivot, or the smallest column."""
    n, best = basis.n, -1
    for r, entry in enumerate(u):
        if entry <= 0 or basis.columns[r].kind == FREE:
            continue
        if best < 0:
            best = r
            continue
        left, right = basis.rows[r][n] * u[best], basis.rows[best][n] * entry
        if left < right:
            best = r
        elif left == right:
            mine, theirs = basis.columns[r], basis.columns[best]
            smaller = (mine.mask, mine.kind) < (theirs.mask, theirs.kind)
            if smaller if careful else entry > u[best]:
                best = r
    assert best >= 0, "the dual has no bound although there are imputations"
    return best


# ---- many tables at once -----------------------------------------------------------------------


def over_draws(
    worths: Array, *, rational: bool, first: int | None = None, slack: float
) -> tuple[Array, Array]:
    """Payoffs ``(draws, n)`` and first-stage excess ``(draws,)`` of float tables ``(draws, 2^n)``.

    A table is solved, its linear formula is tried on all others and kept where it is optimal
    within ``slack`` times the table's scale; then the next table without an answer is solved. Draws
    without an imputation are NaN.
    """
    draws, length = worths.shape
    n = subsets.count(length)
    x = np.full((draws, n), np.nan)
    eps = np.full(draws, np.nan)
    scale = np.abs(worths).max(axis=1)
    waiting: Array = np.asarray(np.isfinite(worths).all(axis=1))
    if rational:
        alone = worths[:, [1 << k for k in range(n)]].sum(axis=1)
        waiting &= alone <= worths[:, -1] + slack * scale
    if n == 1:
        x[waiting] = worths[waiting][:, -1:]
        return x, eps
    while waiting.any():
        draw = int(np.argmax(waiting))
        table, denominator, _ = from_floats(worths[draw])
        try:
            _, solved = stages(table, rational=rational, first=first)
        except NoSolutionError:  # an inessential table, spoilt by the last bit
            solved = ()
        if not solved:
            x[draw] = worths[draw, [1 << k for k in range(n)]]
            eps[draw], waiting[draw] = 0.0, False
            continue
        rows = np.flatnonzero(waiting)
        for block in np.array_split(rows, max(1, rows.size * length // 2**22)):
            good, values, excess = _formula(worths[block], solved, rational, slack * scale[block])
            taken = block[good]
            x[taken], eps[taken] = values[good], excess[good]
            waiting[taken] = False
        if waiting[draw]:  # the rounding of its table moved it over a border: its own answer stands
            exact = [float(a) / denominator for a in solved[-1].x]
            x[draw], eps[draw] = exact, float(solved[0].excess) / denominator
            waiting[draw] = False
    return x, eps


def _formula(
    worths: Array, solved: Sequence[Stage], rational: bool, slack: Array
) -> tuple[Array, Array, Array]:
    """The formula of solved stages on other tables: where it is optimal, payoffs, first excess."""
    draws, length = worths.shape
    n = subsets.count(length)
    good = np.ones(draws, dtype=bool)
    levels: list[Array] = []
    x = np.zeros((draws, n))
    for stage in solved:
        inverse = np.array(stage.inverse, dtype=float) / stage.denominator
        costs = np.stack(
            [
                worths[:, c.mask] - (levels[c.stage] if c.kind == FREE and c.stage >= 0 else 0)
                for c in stage.columns
            ],
            axis=1,
        )
        prices = costs @ inverse
        x, level = prices[:, :n], prices[:, n]
        levels.append(level)
        span = _Span(n)
        for column in stage.settled:
            span.add(column.mask)
        is_open = np.flatnonzero(span.outside())
        excess = worths[:, is_open] - subsets.sums(x)[:, is_open] - level[:, None]
        good &= (excess <= slack[:, None]).all(axis=1)
        if rational:
            alone = [1 << k for k in range(n)]
            good &= (worths[:, alone] - x <= slack[:, None]).all(axis=1)
    return good, x, levels[0]


__all__ = ["FLOAT_BITS", "Column", "Stage", "over_draws", "stages"]
