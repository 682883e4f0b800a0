r"""All extreme equilibria of many small two-player games at once, complete on degenerate games.

For every game of a batch the vertices of both best-reply polytopes are enumerated with their
labels as bit masks; a pair of vertices that carries all m + n labels is an extreme equilibrium
(``equilibria_exact`` has the definitions and the proof of the degeneracy verdict). Two engines
stand behind one function: NumPy over all bases, and, where numba is installed (extra ``fast``), a
compiled one: closed forms, and a pivoting walk for larger games. Both decide ties on payoffs
scaled to a range of one with ``TIE``; where a difference lies between ``TIE`` and ``DOUBT``, or a
pivot is too small, the game is solved again exactly, its floats read as the dyadic rationals they
are.

Source: von Stengel (2002), Handbook of Game Theory 3, 1723-1759; Avis, Rosenberg, Savani and von
Stengel, Economic Theory 42 (2010), 9-37, https://doi.org/10.1007/s00199-009-0449-x.

Chicken and the all-zero game, in one batch: three equilibria, and the four corners of a square.

>>> chicken = [[3.0, 2.0], [4.0, 1.0]]
>>> found = all_equilibria([chicken, np.zeros((2, 2))], [np.transpose(chicken), np.zeros((2, 2))])
>>> found.count.tolist(), found.degenerate.tolist()
([3, 4], [False, True])
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from math import comb, prod
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import InputError, TooLargeError
from negotiate.strategic.arithmetic import _equilibria_numpy
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.arithmetic.polytope_vertices import most_vertices

Array = npt.NDArray[Any]

COMPLETE, RESOLVED, DOUBTFUL, NOT_FINITE, PURE_ONLY = range(5)
STATUS = {
    COMPLETE: "all extreme equilibria",
    RESOLVED: "all extreme equilibria; ties in doubt in floats, solved again exactly",
    DOUBTFUL: "equilibria found are right up to rounding, some may be missing: ties in doubt",
    NOT_FINITE: "not solved: a payoff is NaN, infinite or 1e150 and more in size",
    PURE_ONLY: "pure equilibria only: the game is too large after iterated dominance",
}
"""Meaning of the status codes."""

NUMPY_BASES = 3_500
"""Bases up to which the NumPy engine works (7 x 7, 3 x 20, 8 x 6)."""
WALK_BASES = 25_000
"""McMullen's bound up to which the compiled engine works (12 x 12, 8 x 16)."""
COMPILED_FROM = 200_000
"""Games x bases from which the compiled engine is worth loading (and once a machine compiling): a
tenth of a second of NumPy."""
LARGEST = 1e150
"""Payoffs from this size on could overflow where two are multiplied."""
RESOLVE = 5_000
"""Most games of one batch that are solved again exactly."""


@dataclass(frozen=True)
class BatchEquilibria:
    """Extreme equilibria of a batch of games; padded with NaN beyond ``count``.

    Attributes
    ----------
    count
        Number of equilibria, ``(...)``.
    x, y
        Mixed strategies ``(..., K, m)`` and ``(..., K, n)``, K the largest count (at least 1); in
        order of label masks.
    payoffs
        ``(..., K, 2)``.
    regret
        ``(..., K)``: larger of the two players' gains from the best deviation, in payoff units.
    degenerate
        ``(...)``: some mixed strategy has more pure best replies than its support has strategies.
    status
        ``(...)``: codes explained in `STATUS`.
    """

    count: Array
    x: Array
    y: Array
    payoffs: Array
    regret: Array
    degenerate: Array
    status: Array

    def __getitem__(self, index: Any) -> BatchEquilibria:
        """Part of the batch; the index is applied to the draw axes."""
        return BatchEquilibria(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    @property
    def complete(self) -> Array:
        """``(...)``: whether all extreme equilibria of the game are there."""
        return np.asarray(self.status <= RESOLVED)


@cache
def _compiled() -> ModuleType | None:
    if importlib.util.find_spec("numba") is None:
        return None
    from negotiate.strategic.arithmetic import _equilibria_numba

    return _equilibria_numba


def _batch(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Array, tuple[int, ...]]:
    left, right = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if left.ndim < 2 or right.ndim < 2 or left.shape[-2:] != right.shape[-2:]:
        raise InputError(
            f"payoffs of shapes {left.shape} and {right.shape}",
            where="batch of two-player games",
            allowed="(..., m, n) twice, m and n the same",
        )
    if 0 in left.shape[-2:]:
        raise InputError("a player has no strategy", where="batch of two-player games")
    left, right = np.broadcast_arrays(left, right)
    m, n = left.shape[-2:]
    draws = left.shape[:-2]
    return (
        np.ascontiguousarray(left).reshape(-1, m, n),
        np.ascontiguousarray(right).reshape(-1, m, n),
        draws,
    )


def bases(m: int, n: int) -> int:
    """Bases the NumPy engine solves for one polytope of an m x n game: C(m + n, m) - 1.

    >>> bases(2, 2), bases(4, 4)
    (5, 69)
    """
    return comb(m + n, m) - 1


def fits(m: int, n: int, *, compiled: bool) -> bool:
    """Whether the engine takes m x n games."""
    if compiled:
        return m + n <= 62 and max(most_vertices(m, m + n), most_vertices(n, m + n)) <= WALK_BASES
    return m + n <= 40 and bases(m, n) <= NUMPY_BASES


def all_equilibria(a: npt.ArrayLike, b: npt.ArrayLike) -> BatchEquilibria:
    """All extreme equilibria of every game of a batch.

    Parameters
    ----------
    a, b
        Payoffs of the row and the column player, ``(..., m, n)``, floats or integers; leading
        axes are draws and broadcast.

    Returns
    -------
    BatchEquilibria

    Raises
    ------
    InputError
        Shapes that do not fit.
    TooLargeError
        More than ``NUMPY_BASES`` bases per game (without numba), or ``WALK_BASES`` (with).

    Examples
    --------
    Matching pennies over two draws of the stake:

    >>> stake = np.array([1.0, 5.0])[:, None, None]
    >>> found = all_equilibria(stake * [[1, -1], [-1, 1]], stake * [[-1, 1], [1, -1]])
    >>> found.x[:, 0].tolist(), found.payoffs[:, 0].tolist()
    ([[0.5, 0.5], [0.5, 0.5]], [[0.0, 0.0], [0.0, 0.0]])
    """
    left, right, draws = _batch(a, b)
    games, m, n = left.shape
    by_numpy = fits(m, n, compiled=False)
    heavy = games * bases(m, n) >= COMPILED_FROM
    walker = _compiled() if heavy or not by_numpy else None
    if walker is not None and not fits(m, n, compiled=True):
        walker = None
    if walker is None and not by_numpy:
        raise TooLargeError(
            f"{bases(m, n):,} bases per polytope and game",
            where=f"batch of {games:,} games of {m} x {n} strategies",
            allowed=f"{NUMPY_BASES:,} bases"
            + ("" if _compiled() else "; more with numba: pip install 'negotiate-toolkit[fast]'"),
            remedy="use equilibria_large (pure equilibria, then dominance), or "
            "equilibria_exact.extreme_equilibria for one game",
        )
    finite = _finite(left) & _finite(right)
    if not finite.all():
        left, right = left.copy(), right.copy()
        left[~finite], right[~finite] = 0.0, 0.0
    found, doubtful = _by_numpy(left, right) if walker is None else _by_walk(walker, left, right)
    found = _resolve(left, right, found, np.flatnonzero(doubtful & finite))
    if not finite.all():
        found = _blank(found, ~finite)
    return _shaped(found, draws)


def _finite(payoffs: Array) -> Array:
    """Games whose payoffs are finite and below ``LARGEST`` in size."""
    if not payoffs.size or (payoffs.max() < LARGEST and payoffs.min() > -LARGEST):
        return np.ones(payoffs.shape[0], dtype=bool)  # true of almost every batch
    return np.asarray((np.abs(payoffs) < LARGEST).all(axis=(1, 2)))


def _by_numpy(a: Array, b: Array) -> tuple[BatchEquilibria, Array]:
    games = a.shape[0]
    if not games:
        none = np.zeros(0, dtype=bool)
        x, y = np.zeros((0, a.shape[1])), np.zeros((0, a.shape[2]))
        return _gathered(a, b, np.zeros(0, dtype=np.int64), x, y, none), none
    game, x, y, degenerate, doubtful = _equilibria_numpy.enumerate_games(a, b)
    return _gathered(a, b, game, x, y, degenerate), doubtful


def _by_walk(walker: ModuleType, a: Array, b: Array) -> tuple[BatchEquilibria, Array]:
    _, m, n = a.shape
    rooms = most_vertices(m, m + n), most_vertices(n, m + n)
    capacity = min(2 ** min(m, n), 32)
    s, payoffs, regret, count, degenerate, doubtful = walker.solve_games(a, b, *rooms, capacity)
    most = max(int(count.max(initial=1)), 1)
    if most > capacity:
        over = np.flatnonzero(count > capacity)
        again = walker.solve_games(a[over], b[over], *rooms, most)
        grown = [
            np.full((part.shape[0], most, *part.shape[2:]), np.nan) for part in (s, payoffs, regret)
        ]
        for new, old, redone in zip(grown, (s, payoffs, regret), again):
            new[:, :capacity] = old
            new[over] = redone
        s, payoffs, regret = grown
    if doubtful.any():
        for part in (s, payoffs, regret):
            part[doubtful] = np.nan
    s, payoffs, regret = s[:, :most], payoffs[:, :most], regret[:, :most]
    status = np.zeros(a.shape[0], dtype=np.int8)
    found = BatchEquilibria(count, s[..., :m], s[..., m:], payoffs, regret, degenerate, status)
    return found, doubtful


def _gathered(
    a: Array, b: Array, game: Array, x: Array, y: Array, degenerate: Array
) -> BatchEquilibria:
    """Pad flat equilibria (sorted by game) and judge each by the definition."""
    games = a.shape[0]
    count = np.bincount(game, minlength=games)
    most = max(int(count.max(initial=1)), 1)
    k = np.arange(game.size) - (np.cumsum(count) - count)[game]
    replies_a = np.matmul(a[game], y[:, :, None])[:, :, 0]
    replies_b = np.matmul(x[:, None, :], b[game])[:, 0, :]
    value_a, value_b = (replies_a * x).sum(axis=1), (replies_b * y).sum(axis=1)
    gain = np.maximum(replies_a.max(axis=1) - value_a, replies_b.max(axis=1) - value_b)

    def padded(values: Array) -> Array:
        out = np.full((games, most, *values.shape[1:]), np.nan)
        out[game, k] = values
        return out

    return BatchEquilibria(
        count,
        padded(x),
        padded(y),
        padded(np.stack([value_a, value_b], axis=1)),
        padded(np.maximum(gain, 0.0)),
        degenerate,
        np.zeros(games, dtype=np.int8),
    )


def _resolve(a: Array, b: Array, found: BatchEquilibria, doubtful: Array) -> BatchEquilibria:
    """Solve the doubtful games again exactly, unless there are too many of them."""
    if not doubtful.size:
        return found
    status = found.status.copy()
    status[doubtful] = DOUBTFUL
    redo = doubtful[:RESOLVE]
    status[redo] = RESOLVED
    answers = [extreme_equilibria(a[g], b[g]) for g in redo]
    degenerate = found.degenerate.copy()
    degenerate[redo] = [answer.degenerate for answer in answers]
    count = found.count.copy()
    count[redo] = [len(answer) for answer in answers]
    parts = [
        _widen(part, int(count.max())) for part in (found.x, found.y, found.payoffs, found.regret)
    ]
    for g, answer in zip(redo, answers):
        k = len(answer)
        for part in parts:
            part[g] = np.nan
        xs, ys = zip(*answer.points)
        for part, values in zip(parts, (xs, ys, answer.payoffs, answer.regrets)):
            part[g, :k] = np.array(values, dtype=float)
    x, y, payoffs, regret = parts
    return BatchEquilibria(count, x, y, payoffs, regret, degenerate, status)


def _widen(part: Array, most: int) -> Array:
    out = np.full((part.shape[0], max(most, part.shape[1]), *part.shape[2:]), np.nan)
    out[:, : part.shape[1]] = part
    return out


def _blank(found: BatchEquilibria, where: Array) -> BatchEquilibria:
    parts = [part.copy() for part in (found.x, found.y, found.payoffs, found.regret)]
    for part in parts:
        part[where] = np.nan
    x, y, payoffs, regret = parts
    return BatchEquilibria(
        np.where(where, 0, found.count),
        x,
        y,
        payoffs,
        regret,
        found.degenerate & ~where,
        np.where(where, NOT_FINITE, found.status).astype(np.int8),
    )


def _shaped(found: BatchEquilibria, draws: tuple[int, ...]) -> BatchEquilibria:
    if draws == found.count.shape:
        return found
    assert prod(draws) == found.count.size
    return BatchEquilibria(
        *(
            getattr(found, name).reshape(draws + getattr(found, name).shape[1:])
            for name in found.__dataclass_fields__
        )
    )
