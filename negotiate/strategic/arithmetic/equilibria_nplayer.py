"""Equilibria of one game with any number of players, support by support, and what was proved.

A mixed profile is an equilibrium exactly if, for some supports, every player is indifferent
between the strategies of its support and no other pays more. The work is cut into what can be
settled exactly and what cannot:

1. Iterated strict dominance by pure strategies; nothing is lost (``kernels.dominance``).
2. At most two players have a choice left: a two-player game, enumerated exactly and completely.
3. Profiles in which at most two players mix: for every choice of the others' pure strategies the
   two play a bimatrix game; those of its extreme equilibria at which the others' strategies are
   best replies are equilibria, exactly.
4. Three players mixing two strategies each: indifference gives three bilinear equations, whose
   elimination is a quadratic in one probability; its rational roots are kept exactly.
5. Larger systems: Newton's method from many starts in floats; what converges and has no regret
   is kept, made exact where a nearby rational profile has regret zero.

All of a game is proved to be found in case 2, and where steps 3 and 4 cover every support (two
strategies for each of three players with a choice) and meet nothing degenerate.

Source: McKelvey and McLennan (1996), "Computation of equilibria in finite games", Handbook of
Computational Economics 1, 87-142, section 4; Osborne and Rubinstein (1994), Lemma 33.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.strategic.arithmetic import expected
from negotiate.strategic.arithmetic._support_systems import Mixed, near, newton, three_by_two
from negotiate.strategic.arithmetic.equilibria_exact import LIMIT, check_size, extreme_equilibria
from negotiate.strategic.arithmetic.pure import pure_equilibria
from negotiate.tolerance import REGRET

Array = npt.NDArray[Any]
BIMATRIX_GAMES = 3_000
"""Most two-player games solved in step 3."""
SYSTEMS = 500
"""Most supports with three or more mixing players tried in steps 4 and 5, smallest first."""
NUMERIC = 100
"""Most of those that are given to Newton's method, some 30 ms each: all of a game of three players
with three strategies each has 64."""
LOOKED = 20_000
"""Most supports looked at, tried or not."""
MAX_SUPPORTS = 200_000


@dataclass(frozen=True)
class SupportSearch:
    """What the search found and what it covered.

    Attributes
    ----------
    points
        Mixed profiles, exact (fractions) where possible.
    proved
        Whether these are all equilibria (all extreme ones where there is a continuum).
    pairs
        For a game that is a two-player game after dominance: vertex numbers per point, as
        `kernels.components` wants them; else empty.
    degenerate
        Verdict for the two-player game left after dominance, or None.
    notes
        What was covered, for the reader.
    """

    points: tuple[Mixed, ...]
    proved: bool
    pairs: tuple[tuple[int, int], ...]
    degenerate: bool | None
    notes: tuple[str, ...]


def strictly_undominated(payoffs: Array) -> list[list[int]]:
    """Strategies per player that survive iterated strict dominance by pure strategies.

    Parameters
    ----------
    payoffs
        ``(n, S1, ..., Sn)``, any exact or float numbers.

    Examples
    --------
    >>> strictly_undominated(np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]))
    [[1], [1]]
    """
    n = payoffs.ndim - 1
    kept = [list(range(size)) for size in payoffs.shape[1:]]
    moved = True
    while moved:
        moved = False
        left = payoffs[np.ix_(range(n), *kept)]
        for i in range(n):
            rows = np.moveaxis(left[i], i, 0).reshape(len(kept[i]), -1)
            out = [
                s
                for s in range(len(rows))
                if any(bool((rows[t] > rows[s]).all()) for t in range(len(rows)) if t != s)
            ]
            if out:
                kept[i] = [k for s, k in enumerate(kept[i]) if s not in out]
                moved = True
                break
    return kept


def support_search(payoffs: Array) -> SupportSearch:
    """Equilibria of an exact game ``(n, S1, ..., Sn)`` of fractions; see the module.

    Examples
    --------
    Three players who each want to be the odd one out: six pure equilibria, and one with all at
    one half, found and proved complete... unless a tie leaves a continuum, which is said.

    >>> odd = np.zeros((3, 2, 2, 2), dtype=object)
    >>> for cell in product(range(2), repeat=3):
    ...     for i in range(3):
    ...         odd[(i, *cell)] = Fraction(int(cell.count(cell[i]) == 1))
    >>> found = support_search(odd)
    >>> any(all(row == (Fraction(1, 2),) * 2 for row in point) for point in found.points)
    True
    """
    kept = strictly_undominated(payoffs)
    shape = payoffs.shape[1:]
    left = payoffs[np.ix_(range(len(shape)), *kept)]
    movers = [i for i, labels in enumerate(kept) if len(labels) > 1]
    removed = sum(shape) - sum(len(labels) for labels in kept)
    notes = (
        [f"Iterated strict dominance removed {removed} strateg{'y' if removed == 1 else 'ies'}."]
        if removed
        else []
    )
    if len(movers) <= 2:
        two, pairs, degenerate = _two_movers(left, movers)
        notes.append("What is left is a game of at most two players, enumerated exactly.")
        wide = tuple(_widened(point, kept, shape) for point in two)
        return SupportSearch(wide, True, pairs, degenerate, tuple(notes))
    points, proved, more = _many_movers(left, movers)
    wide = tuple(_widened(point, kept, shape) for point in points)
    return SupportSearch(wide, proved, (), None, (*notes, *more))


def _widened(point: Mixed, kept: Sequence[Sequence[int]], shape: Sequence[int]) -> Mixed:
    rows = []
    for given, labels, size in zip(point, kept, shape):
        row: list[Any] = [Fraction(0)] * size
        for k, weight in zip(labels, given):
            row[k] = weight
        rows.append(tuple(row))
    return tuple(rows)


def _pure(size: int, at: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == at)) for k in range(size))


def _two_movers(
    payoffs: Array, movers: Sequence[int]
) -> tuple[list[Mixed], tuple[tuple[int, int], ...], bool]:
    n, shape = payoffs.ndim - 1, payoffs.shape[1:]
    first, second = (*movers, *(i for i in range(n) if i not in movers))[:2] if n > 1 else (0, 0)
    first, second = min(first, second), max(first, second)
    a = payoffs[first].reshape(shape[first], -1)
    b = payoffs[second].reshape(shape[first], -1)
    answer = extreme_equilibria(a, b)
    points = []
    for x, y in answer.points:
        rows = [_pure(size, 0) for size in shape]
        rows[first] = x
        if n > 1:
            rows[second] = y
        points.append(tuple(rows))
    return points, answer.pairs, answer.degenerate


def _exact_regret(payoffs: Array, point: Mixed) -> Any:
    rows = []
    for row in point:
        array = np.empty(len(row), dtype=object)
        array[:] = row
        rows.append(array)
    return expected.regrets(payoffs, rows).max()


def _many_movers(payoffs: Array, movers: Sequence[int]) -> tuple[list[Mixed], bool, list[str]]:
    n, shape = payoffs.ndim - 1, payoffs.shape[1:]
    found: dict[Mixed, None] = {}
    for cell in np.argwhere(pure_equilibria(payoffs)):
        found[tuple(_pure(size, int(at)) for size, at in zip(shape, cell))] = None
    notes = [f"Pure equilibria: {len(found)}, all there are."]
    clean = _pairs(payoffs, movers, found, notes)
    units = [float(max(values.flat) - min(values.flat)) or 1.0 for values in payoffs]
    floats = payoffs.astype(float)
    tried = skipped = interior = numeric = 0
    approximate: list[Mixed] = []
    candidates, whole = _supports(shape)
    for supports in candidates[:LOOKED]:
        mixing = [i for i in range(n) if len(supports[i]) > 1]
        simple = len(mixing) == 3 and all(len(supports[i]) == 2 for i in mixing)
        if tried >= SYSTEMS or (numeric >= NUMERIC and not simple):
            skipped += 1
            continue
        if _hopeless(floats, supports):
            continue
        tried += 1
        if simple:
            roots, sure = three_by_two(payoffs, supports, mixing)
            clean &= sure
        else:
            numeric += 1
            roots = newton(floats, supports)
        for point in roots:
            better = _settled(payoffs, floats, units, point)
            if better is None:
                continue
            interior += 1
            if all(isinstance(v, Fraction) for row in better for v in row):
                found[better] = None
            elif not any(near(better, other) for other in approximate):
                approximate.append(better)
    notes.append(
        f"Supports with three or more mixing players: systems tried {tried:,}, equilibria found "
        f"{interior}, {'numerically, from several starts' if numeric else 'by elimination'}."
    )
    skipped += max(len(candidates) - LOOKED, 0)
    if skipped:
        notes.append(
            f"{skipped:,} of {len(candidates):,} such supports were not tried (bounds: {SYSTEMS:,} "
            f"systems, {NUMERIC:,} of them numerical)."
        )
    if not whole:
        notes.append("There are too many supports to list; some were left out.")
    proved = clean and whole and not numeric and not skipped
    if not proved:
        notes.append("More mixed equilibria may exist.")
    exact = list(found)
    rest = [p for p in approximate if not any(near(p, other) for other in exact)]
    return exact + rest, proved, notes


def _pairs(
    payoffs: Array, movers: Sequence[int], found: dict[Mixed, None], notes: list[str]
) -> bool:
    """Step 3; returns whether every bimatrix game was solved and none was degenerate."""
    n, shape = payoffs.ndim - 1, payoffs.shape[1:]
    total = sum(
        prod(shape[k] for k in range(n) if k not in pair) for pair in combinations(movers, 2)
    )
    try:
        for i, j in combinations(movers, 2):
            check_size(shape[i], shape[j], LIMIT // 40)
        fits = total <= BIMATRIX_GAMES
    except ValueError:
        fits = False
    if not fits:
        notes.append(
            f"Profiles in which two players mix were not enumerated ({total:,} two-player games, "
            f"bound {BIMATRIX_GAMES:,})."
        )
        return False
    ties = 0
    # most candidates fail: floats of payoffs scaled exactly to [0, 1] tell those without doubt
    lows = [min(values.flat) for values in payoffs]
    spans = [(max(values.flat) - low) or 1 for values, low in zip(payoffs, lows)]
    unit = np.array([(v - low) / span for v, low, span in zip(payoffs, lows, spans)], dtype=float)
    for i, j in combinations(movers, 2):
        others = [k for k in range(n) if k not in (i, j)]
        for cell in product(*(range(shape[k]) for k in others)):
            at: list[Any] = [slice(None)] * n
            for k, s in zip(others, cell):
                at[k] = s
            answer = extreme_equilibria(payoffs[(i, *at)], payoffs[(j, *at)])
            ties += answer.degenerate
            for x, y in answer.points:
                rows = [_pure(size, 0) for size in shape]
                for k, s in zip(others, cell):
                    rows[k] = _pure(shape[k], s)
                rows[i], rows[j] = x, y
                point = tuple(rows)
                if point in found:
                    continue
                shares = [np.array(row, dtype=float) for row in point]
                if expected.regrets(unit, shares).max() > REGRET:
                    continue
                if _exact_regret(payoffs, point) == 0:
                    found[point] = None
    notes.append(
        f"Profiles in which at most two players mix: {total:,} two-player games solved exactly"
        + (f", {ties:,} of them degenerate." if ties else ".")
    )
    return ties == 0


def _supports(shape: Sequence[int]) -> tuple[list[tuple[tuple[int, ...], ...]], bool]:
    """Supports with at least three mixing players by total size; whether these are all."""
    choices = [
        [s for k in range(1, size + 1) for s in combinations(range(size), k)] for size in shape
    ]
    whole = prod(map(len, choices)) <= MAX_SUPPORTS
    if not whole:
        choices = [[s for s in choice if len(s) <= 2] for choice in choices]
    if prod(map(len, choices)) > MAX_SUPPORTS:
        return [], False
    every = [s for s in product(*choices) if sum(len(k) > 1 for k in s) >= 3]
    return sorted(every, key=lambda supports: sum(map(len, supports))), whole


def _hopeless(floats: Array, supports: Sequence[Sequence[int]]) -> bool:
    """A strategy of a support is strictly dominated given the others' supports."""
    n = len(supports)
    for i in range(n):
        index = [range(s) if k == i else supports[k] for k, s in enumerate(floats.shape[1:])]
        rows = np.moveaxis(floats[i][np.ix_(*index)], i, 0).reshape(floats.shape[1 + i], -1)
        for s in supports[i]:
            if (rows > rows[s]).all(axis=1).any():
                return True
    return False


def _settled(payoffs: Array, floats: Array, units: Sequence[float], point: Mixed) -> Mixed | None:
    """The point if it is an equilibrium, made exact where a rational neighbour has no regret."""
    if all(isinstance(v, Fraction) for row in point for v in row):
        return point if _exact_regret(payoffs, point) == 0 else None
    gains = expected.regrets(floats, [np.array(row, dtype=float) for row in point])
    if max(g / u for g, u in zip(gains, units)) > REGRET:
        return None
    rational = tuple(
        tuple(Fraction(float(v)).limit_denominator(10_000) for v in row) for row in point
    )
    if all(sum(row) == 1 for row in rational) and _exact_regret(payoffs, rational) == 0:
        return rational
    return point
