"""Bargaining over many draws: frontier, Nash and Kalai-Smorodinsky with six issues, linear and
quadratic values.

Peers, in the same run: a per-draw convex solver (scipy SLSQP on the Nash product) and a per-draw
Python loop over our own exact path. Prints draws a second at several sizes (the cost per draw
should stay flat), then one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize

from negotiate.bargaining.arithmetic import exact as bargaining_exact
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.frontier import frontier, linear_frontier
from negotiate.bargaining.arithmetic.frontier_exact import polygon
from negotiate.bargaining.arithmetic.frontier_smooth import smooth

ISSUES = 6
Array = np.ndarray


def problems(draws: int, seed: int = 0) -> tuple[Array, Array, Array]:
    """Weights of two parties with opposed linear issues, and disagreement points."""
    rng = np.random.default_rng(seed)
    return (
        rng.dirichlet(np.ones(ISSUES), draws),
        rng.dirichlet(np.ones(ISSUES), draws),
        0.3 * rng.random((draws, 2)),
    )


def ours(w1: Array, w2: Array, d: Array) -> tuple[Array, Array]:
    """Nash and Kalai-Smorodinsky utilities of a chunk."""
    f = linear_frontier(w1, -w2, np.stack([np.zeros(len(d)), np.ones(len(d))], axis=-1))
    return bargaining.nash(f, d).u.T, bargaining.kalai_smorodinsky(f, d).u.T


def nash_only(w1: Array, w2: Array, d: Array) -> tuple[Array]:
    """Nash utilities of a chunk."""
    f = linear_frontier(w1, -w2, np.stack([np.zeros(len(d)), np.ones(len(d))], axis=-1))
    return (bargaining.nash(f, d).u.T,)


def quadratic(w1: Array, w2: Array, d: Array, i1: Array, i2: Array) -> tuple[Array]:
    """Nash utilities of a chunk whose six issues are valued by quadratic loss, scale one."""
    draws = len(d)
    one = np.ones((ISSUES, draws))
    rows = [np.ascontiguousarray(array.T) for array in (w1, w2, i1, i2)]
    kinds = ("quadratic",) * ISSUES
    moving = smooth(kinds, kinds, (rows[0], rows[1]), (rows[2], rows[3]), (one, one), (one, one))
    none = np.zeros((draws, 0))
    return (bargaining.nash(frontier(np.zeros((draws, 2)), none, none, moving), d).u.T,)


def quadratic_by_scipy(w1: Array, w2: Array, d: Array, i1: Array, i2: Array) -> float:
    """Log of the Nash product by one convex solve."""

    def loss(x: Array) -> float:
        g1, g2 = w1 @ (1 - (x - i1) ** 2) - d[0], w2 @ (1 - (x - i2) ** 2) - d[1]
        return -np.log(max(g1, 1e-9)) - np.log(max(g2, 1e-9))

    found = minimize(loss, 0.5 * (i1 + i2), bounds=[(0, 1)] * ISSUES, method="SLSQP")
    return float(-found.fun)


def by_scipy(w1: Array, w2: Array, d: Array) -> float:
    """Log of the Nash product by one convex solve."""

    def loss(x: Array) -> float:
        g1, g2 = w1 @ x - d[0], 1 - w2 @ x - d[1]
        return -np.log(max(g1, 1e-9)) - np.log(max(g2, 1e-9))

    found = minimize(loss, np.full(ISSUES, 0.5), bounds=[(0, 1)] * ISSUES, method="SLSQP")
    return float(-found.fun)


def log_product(u: Array, d: Array) -> Array:
    """Log of the product of gains."""
    return np.asarray(np.log(u - d).sum(axis=1))


def timed(
    kernel: Callable[..., tuple[Array, ...]], data: tuple[Array, ...], workers: int, draws: int
) -> float:
    """Seconds a draw, the best of three runs."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        bargaining.in_chunks(kernel, *data, workers=workers)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / draws


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    workers = os.cpu_count() or 1
    most = 200_000 if quick else 1_000_000
    rng = np.random.default_rng(1)
    # a first run wakes the threads and the allocator; the cost of a draw should then stay flat
    bargaining.in_chunks(ours, *problems(most // 4), workers=workers)
    for draws in (1_000, 10_000, 100_000, most):
        data = problems(draws)
        ideals = rng.random((2, draws, ISSUES))
        both = timed(ours, data, workers, draws)
        nash = timed(nash_only, data, workers, draws)
        curved = timed(quadratic, (*data, *ideals), workers, draws)
        print(
            f"{draws:>9,} draws: both {1e6 * both:.2f} us each, Nash alone {1 / nash:,.0f} "
            f"draws/s, quadratic {1 / curved:,.0f} draws/s"
        )
    few = 20 if quick else 200
    w1, w2, d = problems(few)
    answers = ours(w1, w2, d)[0]
    start = time.perf_counter()
    peers = [by_scipy(w1[i], w2[i], d[i]) for i in range(few)]
    scipy_time = (time.perf_counter() - start) / few
    print(
        f"log Nash product, ours less scipy's: from {(log_product(answers, d) - peers).min():.1e}"
    )
    start = time.perf_counter()
    for i in range(few):
        issues = [
            ((0, 0), (Fraction(a), -Fraction(b))) for a, b in zip(w1[i].tolist(), w2[i].tolist())
        ]
        line = polygon(issues, (Fraction(0), Fraction(1))).vertices
        bargaining_exact.nash(line, (Fraction(d[i, 0]), Fraction(d[i, 1])))
    exact_time = (time.perf_counter() - start) / few
    i1, i2 = rng.random((2, few, ISSUES))
    curves = quadratic(w1, w2, d, i1, i2)[0]
    start = time.perf_counter()
    peers = [quadratic_by_scipy(*(array[i] for array in (w1, w2, d, i1, i2))) for i in range(few)]
    curve_time = (time.perf_counter() - start) / few
    print(f"quadratic: from {(log_product(curves, d) - peers).min():.1e}")
    claims = {
        name: {"ratio": theirs / mine, "peer": peer, "ours": mine, "theirs": theirs}
        for name, mine, theirs, peer in (
            ("nash_linear_vs_scipy", nash, scipy_time, "scipy SLSQP, one draw a call"),
            ("nash_linear_vs_exact_loop", nash, exact_time, "our exact path, a loop"),
            ("nash_quadratic_vs_scipy", curved, curve_time, "scipy SLSQP, one draw a call"),
        )
    }
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
