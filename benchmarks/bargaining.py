"""Bargaining over many draws: frontier, Nash and Kalai-Smorodinsky with six issues.

Peers, in the same run: a per-draw convex solver (scipy SLSQP on the Nash product) and a per-draw
Python loop over our own exact path. Prints draws a second at several sizes (the cost per draw
should stay flat), then one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize

from negotiate.kernels import bargaining, bargaining_exact
from negotiate.kernels.frontier import linear_frontier
from negotiate.kernels.frontier_exact import polygon

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


def by_scipy(w1: Array, w2: Array, d: Array) -> float:
    """Seconds of one convex solve a draw; the answers are compared by the caller."""

    def loss(x: Array) -> float:
        g1, g2 = w1 @ x - d[0], 1 - w2 @ x - d[1]
        return -np.log(max(g1, 1e-9)) - np.log(max(g2, 1e-9))

    found = minimize(loss, np.full(ISSUES, 0.5), bounds=[(0, 1)] * ISSUES, method="SLSQP")
    return float(w1 @ found.x)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    workers = os.cpu_count() or 1
    most = 200_000 if quick else 1_000_000
    for draws in (1_000, 10_000, 100_000, most):
        data = problems(draws)
        start = time.perf_counter()
        bargaining.in_chunks(ours, *data, workers=workers)
        both = time.perf_counter() - start
        start = time.perf_counter()
        bargaining.in_chunks(nash_only, *data, workers=workers)
        nash = time.perf_counter() - start
        print(f"{draws:>9,} draws: {1e6 * both / draws:.2f} us each, Nash alone "
              f"{draws / nash:,.0f} draws/s")  # fmt: skip
    few = 20 if quick else 200
    w1, w2, d = problems(few)
    answers = ours(w1, w2, d)[0]
    start = time.perf_counter()
    peers = [by_scipy(w1[i], w2[i], d[i]) for i in range(few)]
    scipy_time = (time.perf_counter() - start) / few
    print(f"largest difference to scipy {np.abs(np.array(peers) - answers[:, 0]).max():.1e}")
    start = time.perf_counter()
    for i in range(few):
        issues = [
            ((0, 0), (Fraction(a), -Fraction(b))) for a, b in zip(w1[i].tolist(), w2[i].tolist())
        ]
        line = polygon(issues, (Fraction(0), Fraction(1))).vertices
        bargaining_exact.nash(line, (Fraction(d[i, 0]), Fraction(d[i, 1])))
    exact_time = (time.perf_counter() - start) / few
    mine = nash / most
    claims = {
        "nash_linear_vs_scipy": {"ratio": scipy_time / mine, "peer": "scipy SLSQP, one draw a call",
                                 "ours": mine, "theirs": scipy_time},
        "nash_linear_vs_exact_loop": {"ratio": exact_time / mine, "peer": "our exact path, a loop",
                                      "ours": mine, "theirs": exact_time},
    }  # fmt: skip
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
