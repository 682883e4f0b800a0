r"""Equilibrium payoffs of a two-player repeated game: the algorithm of Abreu and Sannikov.

V is the set of payoffs (averages per period) of all subgame perfect equilibria in pure strategies
with perfect monitoring, a common discount factor and public randomisation. A payoff w is enforced
by an action pair a with payoff g(a) and a continuation w' in V if

.. math:: w = (1-\delta)\,g(a) + \delta w', \qquad
          w'_i \ge u_i + \tfrac{1-\delta}{\delta}\,h_i(a), \quad u_i = \min_V w_i ,

with h_i(a) the gain from the best deviation. Their operator keeps at most four continuations for
each action pair: g(a) itself where a can be played for ever, otherwise the extreme points of the
allowed continuations at which a constraint binds. Iterated from all feasible payoffs and the pure
minmax it falls to V. The arithmetic is that of the numbers given: fractions stay fractions.

Source: Abreu and Sannikov (2014), Theoretical Economics 9:313-338, doi:10.3982/TE1302, section 4.

The prisoners' dilemma (5, 3, 1, 0) sustains cooperation exactly from 1/2 on:

>>> from fractions import Fraction
>>> g = [[(3, 3), (0, 5)], [(5, 0), (1, 1)]]
>>> tables = [[[Fraction(cell[i]) for cell in row] for row in g] for i in (0, 1)]
>>> (3, 3) in payoff_set(tables, Fraction(1, 2)).vertices
True
>>> payoff_set(tables, Fraction(1, 5)).vertices
((Fraction(1, 1), Fraction(1, 1)),)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from negotiate import tolerance
from negotiate.errors import NotConvergedError, TooLargeError
from negotiate.tolerance import ROOT

Vertex = tuple[Any, Any]
Tables = Sequence[Sequence[Sequence[Any]]]
"""Payoff of player i at (own row, other's column): ``tables[i][a1][a2]``, both by row, column."""

MAX_PAIRS = 10_000
"""Action pairs: each costs a clipping of a polygon in every round."""
EXACT_ROUNDS = 200
EXACT_BITS = 600
"""An exact run stops where its fractions grow beyond this: then it converges only in the limit."""
FLOAT_ROUNDS = 20_000


class PayoffSet(NamedTuple):
    """Vertices counter-clockwise; the lowest payoffs u; rounds; the last move (0: a fixed point).

    No vertices: no subgame perfect equilibrium in pure strategies exists.
    """

    vertices: tuple[Vertex, ...]
    punishment: Vertex | None
    rounds: int
    residual: Any


def hull(points: Iterable[Vertex], slack: Any = 0) -> list[Vertex]:
    """Convex hull, counter-clockwise, without points on its edges (monotone chain).

    >>> hull([(0, 0), (1, 0), (2, 0), (1, 1), (1, 0)])
    [(0, 0), (2, 0), (1, 1)]
    """
    ordered = sorted(set(_snapped(list(points), slack) if slack else points))
    if len(ordered) <= 2:
        return ordered
    chains = []
    for sequence in (ordered, ordered[::-1]):
        chain: list[Vertex] = []
        for p in sequence:
            while len(chain) > 1 and cross(chain[-2], chain[-1], p) <= slack:
                chain.pop()
            chain.append(p)
        chains.append(chain[:-1])
    return chains[0] + chains[1]


def _snapped(points: list[Vertex], slack: Any) -> list[Vertex]:
    """Coordinates equal up to rounding made equal, so that sorting by them means something."""
    columns = []
    for axis in (0, 1):
        at: dict[Any, Any] = {}
        last = None
        for value in sorted({p[axis] for p in points}):
            last = value if last is None or value - last > slack else last
            at[value] = last
        columns.append([at[p[axis]] for p in points])
    return list(zip(*columns, strict=True))


def cross(o: Vertex, a: Vertex, b: Vertex) -> Any:
    """Twice the signed area of the triangle o, a, b."""
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def clip(polygon: Sequence[Vertex], axis: int, least: Any, slack: Any = 0) -> list[Vertex]:
    """Part of a convex polygon (or segment, or point) where coordinate ``axis`` >= ``least``."""
    out: list[Vertex] = []
    for k, here in enumerate(polygon):
        there = polygon[(k + 1) % len(polygon)]
        inside, next_inside = here[axis] >= least - slack, there[axis] >= least - slack
        if inside:
            out.append(here)
        if inside != next_inside:
            part = (least - here[axis]) / (there[axis] - here[axis])
            other = here[1 - axis] + part * (there[1 - axis] - here[1 - axis])
            out.append((least, other) if axis == 0 else (other, least))
    return out


def deviation_gains(tables: Tables) -> list[list[tuple[Any, Any]]]:
    """h(a): gain of each player from its best deviation, by row and column."""
    first, second = tables
    best1 = [max(row[c] for row in first) for c in range(len(first[0]))]
    best2 = [max(row) for row in second]
    return [
        [(best1[c] - first[r][c], best2[r] - second[r][c]) for c in range(len(first[0]))]
        for r in range(len(first))
    ]


def minmax(tables: Tables) -> Vertex:
    """Pure minmax payoffs."""
    first, second = tables
    return (
        min(max(row[c] for row in first) for c in range(len(first[0]))),
        min(max(row) for row in second),
    )


def payoff_set(tables: Tables, delta: Any) -> PayoffSet:
    """V for a discount factor in (0, 1).

    Fractions give an exact answer where the iteration ends at a fixed point. Where it only
    converges, the limit is computed in floats, and if fractions of small denominator near it are
    an exact fixed point of the operator they are the answer; otherwise the floats are, with their
    residual (``residual`` > 0).

    Raises
    ------
    TooLargeError, NotConvergedError
    """
    pairs = len(tables[0]) * len(tables[0][0])
    if pairs > MAX_PAIRS:
        raise TooLargeError(f"{pairs:,} action pairs", where="payoff set", allowed=f"{MAX_PAIRS:,}")
    exact = isinstance(delta, Fraction) and all(
        isinstance(v, (int, Fraction)) for table in tables for row in table for v in row
    )
    if exact:
        result = _iterate(tables, delta, EXACT_ROUNDS, 0)
        if result.residual == 0:
            return result
    rough = [[[float(v) for v in row] for row in table] for table in tables]
    spread = max(max(map(max, t)) for t in rough) - min(min(map(min, t)) for t in rough)
    slack = ROOT * (spread or 1.0)
    result = _iterate(rough, float(delta), FLOAT_ROUNDS, slack)
    if result.residual > slack:
        raise NotConvergedError(
            f"the payoff set still moves after {result.rounds} rounds",
            residual=result.residual,
            where="Abreu-Sannikov",
            remedy="take a discount factor that is not at a critical value",
        )
    return _rational_limit(tables, delta, result) if exact else result


def _rational_limit(tables: Tables, delta: Fraction, rough: PayoffSet) -> PayoffSet:
    """An exact fixed point of the operator next to a float limit, if there is one."""
    for bound in (100, 10_000, 1_000_000):
        guess = hull(
            tuple(Fraction(v).limit_denominator(bound) for v in p)  # type: ignore[misc]
            for p in rough.vertices
        )
        if not guess:
            return rough
        low = (min(p[0] for p in guess), min(p[1] for p in guess))
        if _operator(tables, delta, guess, low, 0) == guess:
            near = max(
                min(max(abs(p[i] - q[i]) for i in (0, 1)) for q in rough.vertices) for p in guess
            )
            if near < tolerance.NEAR_VERTEX:
                return PayoffSet(tuple(guess), low, rough.rounds, 0)
    return rough


def _operator(
    tables: Tables, delta: Any, polygon: Sequence[Vertex], lowest: Vertex, slack: Any
) -> list[Vertex]:
    """R(W, u): hull of what the action pairs generate with continuations in W."""
    gains = deviation_gains(tables)
    ratio = (1 - delta) / delta
    points: list[Vertex] = []
    for r, row in enumerate(gains):
        for c, gain in enumerate(row):
            payoff = (tables[0][r][c], tables[1][r][c])
            least = [lowest[i] + ratio * gain[i] for i in (0, 1)]
            for w in continuations(polygon, payoff, least, slack):
                points.append(
                    (
                        (1 - delta) * payoff[0] + delta * w[0],
                        (1 - delta) * payoff[1] + delta * w[1],
                    )
                )
    return hull(points, slack)


def _iterate(tables: Tables, delta: Any, rounds: int, slack: Any) -> PayoffSet:
    current = hull(
        [pair for rows in zip(*tables, strict=True) for pair in zip(*rows, strict=True)], slack
    )
    lowest = minmax(tables)
    residual: Any = None
    for count in range(1, rounds + 1):
        after = _operator(tables, delta, current, lowest, slack)
        if not after:
            return PayoffSet((), None, count, 0)
        floor = tuple(max(lowest[i], min(p[i] for p in after)) for i in (0, 1))
        if len(after) == len(current):
            residual = max(
                max(abs(p[i] - q[i]) for p, q in zip(after, current, strict=True) for i in (0, 1)),
                max(abs(floor[i] - lowest[i]) for i in (0, 1)),
            )
            if residual <= slack / 10 if slack else residual == 0:
                return PayoffSet(tuple(after), (floor[0], floor[1]), count, residual)
        current, lowest = after, (floor[0], floor[1])
        if not slack and _bits(current) > EXACT_BITS:
            break
    return PayoffSet(tuple(current), lowest, rounds, 1 if residual is None else (residual or 1))


def continuations(
    polygon: Sequence[Vertex], payoff: Vertex, least: Sequence[Any], slack: Any = 0
) -> list[Vertex]:
    """C(a, W, u): the payoff itself, or the binding extreme points of what is allowed."""
    if all(payoff[i] >= least[i] - slack for i in (0, 1)):
        return [payoff]
    allowed = clip(polygon, 0, least[0], slack)
    if allowed:
        allowed = clip(allowed, 1, least[1], slack)
    return [w for w in allowed if any(w[i] <= least[i] + slack for i in (0, 1))]


def _bits(points: Iterable[Vertex]) -> int:
    return max(int(v.denominator).bit_length() for p in points for v in p)
