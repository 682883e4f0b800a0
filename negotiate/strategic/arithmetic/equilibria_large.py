"""Equilibria of batches of larger games: pure ones, dominance, then all of what is left.

A batch of, say, 8 x 16 games (every subset of three levers against every subset of four) is too
large for full enumeration at 1e5 draws. But iterated strict dominance loses no equilibrium
(Osborne and Rubinstein 1994, Proposition 61.2), and in games of threats it often leaves a few
strategies. So: the pure equilibria of every game; iterated strict dominance by pure strategies;
the games left grouped by shape and given to ``equilibria_batch``. Where a game is still too large,
its status says that only the pure equilibria are there.

A 4 x 4 prisoner's dilemma between committees falls to one cell, matching pennies to itself:

>>> pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])
>>> a = np.full((4, 5), -3.0); a[:2, :2] = pennies; a[:2, 2:] = 0
>>> b = np.full((4, 5), -3.0); b[:2, :2] = -pennies; b[2:, :2] = 0
>>> found = equilibria_large(a, b)
>>> STATUS[int(found.status)], found.x.tolist(), found.y.tolist()
('all extreme equilibria', [[0.5, 0.5, 0.0, 0.0]], [[0.5, 0.5, 0.0, 0.0, 0.0]])
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.errors import TooLargeError
from negotiate.strategic.arithmetic import equilibria_batch as batch
from negotiate.strategic.arithmetic.dominance import iterated_strict
from negotiate.strategic.arithmetic.equilibria_batch import (
    NOT_FINITE,
    PURE_ONLY,
    STATUS,
    BatchEquilibria,
)
from negotiate.strategic.arithmetic.pure import pure_equilibria

__all__ = ["STATUS", "equilibria_large"]

Array = npt.NDArray[Any]

WALKED = 2_000
"""Most games of one shape too large for the NumPy engine that the compiled one takes (10 ms each
at 8 x 16)."""
MAX_ENTRIES = 100_000_000
"""Most floats of a padded answer."""


def equilibria_large(a: npt.ArrayLike, b: npt.ArrayLike) -> BatchEquilibria:
    """Equilibria of every game of a batch of larger games, and per game whether these are all.

    Parameters
    ----------
    a, b
        Payoffs of row and column player, ``(..., m, n)``; leading axes are draws and broadcast.

    Returns
    -------
    BatchEquilibria
        ``status`` is one of `STATUS`: all extreme equilibria, or the pure ones only. ``degenerate``
        refers to the game left after iterated strict dominance, and is False where only the pure
        equilibria were found and nothing was decided.

    Raises
    ------
    TooLargeError
        The padded answer would have more than ``MAX_ENTRIES`` numbers.
    """
    left, right, draws = batch._batch(a, b)
    games, m, n = left.shape
    finite = batch._finite(left) & batch._finite(right)
    if not finite.all():
        left = np.where(finite[:, None, None], left, 0.0)
        right = np.where(finite[:, None, None], right, 0.0)
    rows, columns, _ = iterated_strict(left, right)
    shapes = np.stack([rows.sum(axis=1), columns.sum(axis=1)], axis=1)
    parts: list[tuple[Array, BatchEquilibria]] = []
    kinds, group = np.unique(shapes, axis=0, return_inverse=True)
    for number, (high, wide) in enumerate(kinds):
        members = np.flatnonzero(group.reshape(-1) == number)
        pick_rows = np.argsort(~rows[members], axis=1, kind="stable")[:, :high]
        pick_columns = np.argsort(~columns[members], axis=1, kind="stable")[:, :wide]
        cells = (members[:, None, None], pick_rows[:, :, None], pick_columns[:, None, :])
        small_a, small_b = left[cells], right[cells]
        found = _group(small_a, small_b)
        parts.append((members, _spread(found, pick_rows, pick_columns, m, n)))
    answer = _joined(parts, games, m, n)
    status = answer.status.copy()
    status[~finite] = NOT_FINITE
    answer = BatchEquilibria(
        answer.count, answer.x, answer.y, answer.payoffs, answer.regret, answer.degenerate, status
    )
    if not finite.all():
        answer = batch._blank(answer, ~finite)
    return batch._shaped(answer, draws)


def _group(a: Array, b: Array) -> BatchEquilibria:
    """Solve games of one shape, completely if that is within bounds."""
    games, m, n = a.shape
    small = batch.fits(m, n, compiled=False)
    walk = games <= WALKED and batch._compiled() is not None and batch.fits(m, n, compiled=True)
    if small or walk:
        return batch.all_equilibria(a, b)
    mask = pure_equilibria(np.stack([a, b], axis=1), players=2)
    game, i, j = np.nonzero(mask)
    x, y = np.zeros((game.size, m)), np.zeros((game.size, n))
    x[np.arange(game.size), i] = 1.0
    y[np.arange(game.size), j] = 1.0
    found = batch._gathered(a, b, game, x, y, np.zeros(games, dtype=bool))
    found.status[:] = PURE_ONLY
    return found


def _spread(found: BatchEquilibria, rows: Array, columns: Array, m: int, n: int) -> BatchEquilibria:
    """Strategies of the reduced games written over all strategies of the whole game."""

    def wide(part: Array, pick: Array, size: int) -> Array:
        games, most, _ = part.shape
        out = np.where(np.isnan(part[:, :, :1]), np.nan, np.zeros((games, most, size)))
        np.put_along_axis(out, np.broadcast_to(pick[:, None, :], part.shape), part, axis=2)
        return out

    return BatchEquilibria(
        found.count,
        wide(found.x, rows, m),
        wide(found.y, columns, n),
        found.payoffs,
        found.regret,
        found.degenerate,
        found.status,
    )


def _joined(
    parts: list[tuple[Array, BatchEquilibria]], games: int, m: int, n: int
) -> BatchEquilibria:
    most = max([1, *(part.x.shape[1] for _, part in parts)])
    entries = games * most * (m + n + 3)
    if entries > MAX_ENTRIES:
        raise TooLargeError(
            f"{entries:,} numbers ({games:,} games x up to {most} equilibria)",
            where="padded equilibria",
            allowed=f"{MAX_ENTRIES:,}",
            remedy="solve the batch in parts",
        )
    out: dict[str, Array] = {
        "count": np.zeros(games, dtype=np.int64),
        "x": np.full((games, most, m), np.nan),
        "y": np.full((games, most, n), np.nan),
        "payoffs": np.full((games, most, 2), np.nan),
        "regret": np.full((games, most), np.nan),
        "degenerate": np.zeros(games, dtype=bool),
        "status": np.zeros(games, dtype=np.int8),
    }
    for members, part in parts:
        for name, values in out.items():
            given = getattr(part, name)
            if given.ndim > 1:
                values[members, : given.shape[1]] = given
            else:
                values[members] = given
    return BatchEquilibria(**out)
