"""The Idlib threat game over many draws of its uncertain quantities, against nashpy.

Ours: the threat game compiled and solved for all draws at once (`negotiate.threats`, rational
threats lever by lever). Theirs: for each of a few of the same draws, the table of every pair of
lever sets (made by us, and not charged to nashpy), iterated strict dominance, then nashpy's support
enumeration of what is left. Both must find the same utilities.

Prints last one line of JSON: the ratio of times per draw, and our cost per draw at each size.
Drawing the quantities is timed apart, since both sides need it.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import negotiate as ng
from negotiate import declare, tolerance
from negotiate.whatif import metric
from negotiate.whatif.study.case import draw, space_of
from negotiate.whatif.study.design import Random

PEER_DRAWS = 20
REPEATS = 3


def timed(work: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Least time of a few runs, and the result."""
    best, out = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        out = work()
        best = min(best, time.perf_counter() - start)
    return best, out


def undominated(a: Any, b: Any) -> tuple[Any, Any]:
    """Rows and columns left by iterated strict dominance of pure by pure strategies."""
    rows, columns = np.arange(a.shape[0]), np.arange(a.shape[1])
    while True:
        left, right = a[np.ix_(rows, columns)], b[np.ix_(rows, columns)].T
        keep_rows = ~(left[:, None, :] < left[None, :, :]).all(axis=2).any(axis=1)
        keep_columns = ~(right[:, None, :] < right[None, :, :]).all(axis=2).any(axis=1)
        if keep_rows.all() and keep_columns.all():
            return rows, columns
        rows, columns = rows[keep_rows], columns[keep_columns]


def nashpy_utilities(payoffs: Any) -> Any:
    """Utilities of the first equilibrium nashpy finds in one 2 x m x n table."""
    import nashpy

    a, b = payoffs
    rows, columns = undominated(a, b)
    a, b = a[np.ix_(rows, columns)], b[np.ix_(rows, columns)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nashpy warns of degenerate games it still solves
        x, y = next(nashpy.Game(a, b).support_enumeration())
    return np.array([x @ a @ y, x @ b @ y])


def main() -> None:
    quick = "--quick" in sys.argv
    sizes = (1_000, 10_000, 20_000) if quick else (1_000, 10_000, 100_000)
    case = ng.load("idlib-2020")
    names = [f"threats.utility.{party}" for party in case.principals]
    metric.evaluate(draw(case, 10), names)  # imports, first calls

    per_draw: dict[str, float] = {}
    for n in sizes:
        drawing, drawn = timed(partial(draw, case, n, seed=1))
        seconds, found = timed(
            partial(metric.evaluate, drawn, names), REPEATS if n < sizes[-1] else 1
        )
        per_draw[f"{n:g}"] = seconds / n
        print(
            f"{n:>7,} draws: {seconds:.3f} s, {1e6 * seconds / n:.1f} us a draw "
            f"(and {1e6 * drawing / n:.1f} us to draw the quantities)"
        )

    ours = per_draw[f"{sizes[-1]:g}"]
    rows = Random(sizes[-1], 1).values(space_of(case), 0, PEER_DRAWS)  # the first of the same draws
    game = declare.load("compiles", "threats")(case.with_draws(rows))
    making, cells = timed(lambda: game.cells)
    tables = cells["payoffs"]
    utilities = np.stack([np.asarray(found[name])[:PEER_DRAWS] for name in names], axis=-1)
    zone = cells["zone"].all(axis=(1, 2))
    nashpy_utilities(tables[0])  # its import and first call are not charged either
    theirs, solved = timed(lambda: np.array([nashpy_utilities(table) for table in tables]), REPEATS)
    theirs /= len(tables)
    gap = float(np.abs(solved - utilities)[zone].max())
    assert zone.sum() >= PEER_DRAWS // 2, "too few draws with a bargaining zone everywhere"
    assert gap < tolerance.UTILITY, gap
    print(
        f"nashpy after strict dominance: {1e6 * theirs:.0f} us a draw over {len(tables)} draws; "
        f"largest difference of utilities {gap:.1e} over {int(zone.sum())} draws with a zone; "
        f"its tables took us {1e6 * making / len(tables):.0f} us a draw, made at once"
    )
    claim = {
        "ratio": theirs / ours,
        "peer": "nashpy support enumeration after strict dominance, given the table of payoffs",
        "ours": ours,
        "theirs": theirs,
        "draws": sizes[-1],
        "seconds_per_draw": per_draw,
    }
    print(json.dumps({"Idlib threat game over draws, seconds a draw": claim}))


if __name__ == "__main__":
    main()
