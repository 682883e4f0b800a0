"""Alternating offers over a million draws, against a solver called draw by draw.

Claims, each a ratio of seconds a draw in the same run (theirs over ours); the peers are measured
on fewer draws, which is said, since a million would take them minutes:

- ``stationary``: Rubinstein's game on a frontier of six edges with breakdown risk, inside and
  outside options, every number drawn. The peer finds the same fixed point with
  `scipy.optimize.brentq` and `numpy.interp` for each draw.
- ``smooth``: the same game on a pie between risk-averse parties, `brentq` again.
- ``deadline``: backward induction over twenty periods, against the recursion written for one draw
  in plain Python.

The answers of the peers are compared with ours before any ratio is printed. ``--quick`` takes
200,000 draws and stays under 40 s.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq

from negotiate.dynamic.arithmetic.offers import (
    AGREE,
    alternating_offers,
    finite_offers,
    polygon,
    power_pie,
)

PERIODS = 20


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def numbers(rng: np.random.Generator, draws: int) -> dict[str, Any]:
    """Patience, risk and options of every draw; options small enough to leave room for a deal."""
    return {
        "discount": rng.uniform(0.7, 0.98, (draws, 2)),
        "breakdown": rng.uniform(0.0, 0.1, draws),
        "breakdown_payoff": rng.uniform(0.0, 0.1, (draws, 2)),
        "inside": rng.uniform(0.0, 0.005, (draws, 2)),
        "outside": rng.uniform(0.0, 0.45, (draws, 2)),
    }


def frontiers(rng: np.random.Generator, draws: int) -> tuple[Any, Any]:
    """Concave frontiers of six falling edges, from (0, top) to (right, 0)."""
    wide, deep = rng.uniform(0.05, 0.3, (2, draws, 6))
    order = np.argsort(deep / wide, axis=-1)
    wide, deep = (np.take_along_axis(part, order, -1) for part in (wide, deep))
    zero = np.zeros((draws, 1))
    u1 = np.concatenate([zero, np.cumsum(wide, axis=-1)], axis=-1)
    u2 = np.concatenate([zero, np.cumsum(deep, axis=-1)], axis=-1)
    return u1, u2[:, -1:] - u2


def one(given: dict[str, Any], k: int) -> tuple[Any, Any, Any]:
    """Constants (c, k, o) of one draw, as in the kernel's docstring."""
    risk = given["breakdown"][k]
    c = risk * given["breakdown_payoff"][k] + (1 - risk) * given["inside"][k]
    return c, (1 - risk) * given["discount"][k], given["outside"][k]


def by_root(phi: Callable[[float], float], high: float, constants: tuple[Any, Any, Any]) -> float:
    """What party 1 asks for when it proposes, by Brent's method."""
    c, k, o = constants

    def gap(x: float) -> float:
        b1 = max(o[0], c[0] + k[0] * x)
        return float(phi(x) - max(o[1], c[1] + k[1] * phi(b1)))

    low = max(o[0], c[0] / (1 - k[0]))
    return high if gap(high) >= 0 else float(brentq(gap, low, high, xtol=1e-13))


def by_recursion(constants: tuple[Any, Any, Any]) -> list[float]:
    """Payoffs on the pie of size one with a deadline, party 1 proposing first."""
    c, k, o = constants
    value = [0.0, 0.0]
    for period in range(PERIODS - 1, -1, -1):
        proposer = period % 2
        responder = 1 - proposer
        if period == PERIODS - 1:
            stay = [0.0, 0.0]
        else:
            stay = [c[i] + k[i] * value[i] for i in (0, 1)]
        least = max(o[responder], stay[responder])
        share = 1 - least
        value = [0.0, 0.0]
        value[proposer], value[responder] = share, least
    return value


def stationary(draws: int, sample: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    given, (u1, u2) = numbers(rng, draws), frontiers(rng, draws)
    ours, answer = timed(lambda: alternating_offers(polygon(u1, u2), **given))
    agreed = np.flatnonzero((answer.outcome == AGREE).all(axis=-1))[:sample]

    def peer() -> list[float]:
        out = []
        for k in agreed.tolist():
            xs, ys = u1[k], u2[k]
            out.append(by_root(lambda x: np.interp(x, xs, ys), xs[-1], one(given, k)))  # noqa: B023
        return out

    theirs, found = timed(peer)
    error = np.abs(answer.payoffs[agreed, 0, 0] - np.array(found)).max()
    assert error < 1e-8, error
    report(
        "stationary, six edges",
        "scipy brentq draw by draw",
        ours,
        draws,
        theirs,
        len(agreed),
        error,
        results,
    )


def smooth(draws: int, sample: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    given = numbers(rng, draws)
    rho = rng.uniform(0.4, 1.0, (2, draws))
    ours, answer = timed(lambda: alternating_offers(power_pie(*rho), **given))
    agreed = np.flatnonzero((answer.outcome == AGREE).all(axis=-1))[:sample]

    def peer() -> list[float]:
        out = []
        for k in agreed.tolist():
            r1, r2 = rho[0, k], rho[1, k]
            out.append(
                by_root(lambda u: (1 - u ** (1 / r1)) ** r2 if u < 1 else 0.0, 1.0, one(given, k))  # noqa: B023
            )
        return out

    theirs, found = timed(peer)
    error = np.abs(answer.payoffs[agreed, 0, 0] - np.array(found)).max()
    assert error < 1e-6, error
    report(
        "stationary, risk-averse pie",
        "scipy brentq draw by draw",
        ours,
        draws,
        theirs,
        len(agreed),
        error,
        results,
    )


def deadline(draws: int, sample: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    given = numbers(rng, draws)
    given["outside"] = np.zeros((draws, 2))
    pie = (np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    ours, answer = timed(lambda: finite_offers(pie, periods=PERIODS, **given))
    theirs, found = timed(lambda: [by_recursion(one(given, k)) for k in range(sample)])
    error = np.abs(answer[:sample, 0] - np.array(found)).max()
    assert error < 1e-9, error
    report(
        f"deadline of {PERIODS} periods",
        "plain Python recursion draw by draw",
        ours,
        draws,
        theirs,
        sample,
        error,
        results,
    )


def report(
    claim: str, peer: str, ours: float, draws: int, theirs: float, sample: int, error: float,
    results: dict[str, Any],
) -> None:  # fmt: skip
    print(
        f"{claim}: {draws:,} draws {ours:.2f} s ({draws / ours:,.0f} a second); peer {sample:,} "
        f"draws {theirs:.2f} s ({sample / theirs:,.0f} a second); largest difference {error:.1e}"
    )
    results[f"{claim}, {draws:,} draws"] = {
        "ratio": (theirs / sample) / (ours / draws),
        "peer": f"{peer}, measured on {sample:,} draws; seconds a draw",
        "ours": ours / draws,
        "theirs": theirs / sample,
    }


def main() -> None:
    quick = "--quick" in sys.argv
    draws, sample = (200_000, 1_000) if quick else (1_000_000, 5_000)
    results: dict[str, Any] = {}
    stationary(draws, sample, results)
    smooth(draws, sample, results)
    deadline(draws, sample, results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
