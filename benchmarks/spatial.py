"""Exchange of positions, challenges and the spatial model of politics: one model and over draws.

The peer is a plain transcription of the exchange model, object by object in Python as its open
program is written: every possible exchange is looked at again after each that is made. Both sides
get the same random tables of 15 parties and 13 issues, with a fifth of the positions missing, and
must find the same outcome. The open program itself (decide-exchange-model) was measured at 30
seconds for ten rounds at this size; it is not run here.

Prints last one line of JSON: the ratio of times for one round, our seconds for ten rounds, and what
a draw costs at each number of draws.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from negotiate.spatial.challenge import run as challenges
from negotiate.spatial.exchange import run as exchanges
from negotiate.spatial.politics import run as politics
from negotiate.spatial.positions import Scale, SpatialModel

ROUNDS = 10
TARGET = 0.3
"""Seconds for ten rounds at 15 parties and 13 issues."""


def timed(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    best, out = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        out = work()
        best = min(best, time.perf_counter() - start)
    return best, out


def table(n: int, m: int, draws: int = 0, *, gaps: bool = True, seed: int = 0) -> SpatialModel:
    """A random model like those of the field: positions in tens, saliences in twentieths."""
    rng = np.random.default_rng(seed)
    shape = (draws, n, m) if draws else (n, m)
    position = rng.integers(0, 11, size=(n, m)) * 10.0 + np.zeros(shape)
    salience = rng.integers(3, 20, size=(n, m)) / 20 + np.zeros(shape)
    if draws:
        position = np.clip(position + rng.normal(0, 3, size=shape), 0, 100)
        salience = np.clip(salience + rng.normal(0, 0.03, size=shape), 0.05, 1)
    capability = np.repeat(rng.uniform(0.05, 1, size=(n, 1)), m, axis=1) + np.zeros(shape)
    has = rng.uniform(size=(n, m)) > (0.2 if gaps else -1)
    names = tuple(f"party {i}" for i in range(n))
    return SpatialModel(
        names, tuple(Scale(f"issue {k}") for k in range(m)), position, salience, capability, has
    )


class Deal:
    """A possible exchange of the plain transcription."""

    def __init__(self, world: Any, a: int, b: int, q: int, p: int) -> None:
        self.world, self.a, self.b, self.q, self.p = world, a, b, q, p
        self.look()

    def look(self) -> None:
        """What the exchange would bring now."""
        w = self.world
        shifts = []
        for mover, other, issue in ((self.a, self.b, self.q), (self.b, self.a, self.p)):
            way = w.below[mover][issue] * (w.x[other][issue] - w.y[mover][issue])
            most = way * w.w[mover][issue] / w.total[issue]
            wish = abs(w.x[other][issue] - w.mean[issue]) - w.bought[other][issue]
            shifts.append(max(0.0, min(most, wish)))
        one = w.s[self.a][self.q] + w.s[self.b][self.q]
        two = w.s[self.a][self.p] + w.s[self.b][self.p]
        volume = min(shifts[0] * one, shifts[1] * two)
        self.dq, self.dp = volume / one, volume / two
        self.gain = w.s[self.a][self.p] * self.dp - w.s[self.a][self.q] * self.dq


class Plain:
    """One round of the exchange model, everything looked at again after each exchange."""

    def __init__(self, model: SpatialModel) -> None:
        n, m = model.has.shape
        has, share = model.has.tolist(), (100 * model.share).tolist()
        self.s = model.salience.tolist()
        self.w = model.weight.tolist()
        self.x = [
            [x if has[i][k] else 0.0 for k, x in enumerate(row)] for i, row in enumerate(share)
        ]
        self.y = [row[:] for row in self.x]
        self.bought = [[0.0] * m for _ in range(n)]
        self.total = [sum(row[k] for row in self.w) for k in range(m)]
        self.mean = [
            sum(self.w[i][k] * self.x[i][k] for i in range(n)) / self.total[k] for k in range(m)
        ]
        self.below = [
            [1 if self.x[i][k] <= self.mean[k] else -1 for k in range(m)] for i in range(n)
        ]
        self.deals = []
        for a, b in combinations(range(n), 2):
            both = [
                k
                for k in range(m)
                if has[a][k] and has[b][k] and self.below[a][k] != self.below[b][k]
            ]
            for q in both:
                for p in both:
                    if self.s[a][p] * self.s[b][q] > self.s[b][p] * self.s[a][q]:
                        self.deals.append(Deal(self, a, b, q, p))

    def run(self) -> list[float]:
        """Outcome of the round."""
        while True:
            self.deals = [deal for deal in self.deals if deal.gain > 1e-10]
            if not self.deals:
                break
            best = max(self.deals, key=lambda deal: deal.gain)
            moves = ((best.a, best.b, best.q, best.dq), (best.b, best.a, best.p, best.dp))
            for mover, other, issue, shift in moves:
                way = self.below[mover][issue] * shift * self.total[issue] / self.w[mover][issue]
                self.y[mover][issue] += way
                self.bought[other][issue] += shift
            for deal in self.deals:
                deal.look()
        return [
            sum(self.w[i][k] * self.y[i][k] for i in range(len(self.w))) / self.total[k]
            for k in range(len(self.total))
        ]


def main() -> None:
    quick = "--quick" in sys.argv
    n, m = 15, 13
    model = table(n, m)
    exchanges(table(4, 3), rounds=1)  # imports, first calls
    theirs, outcome = timed(lambda: Plain(model).run(), 1)
    ours, found = timed(lambda: exchanges(model, rounds=1))
    gap = float(np.abs(found.rounds[0].outcome - outcome).max())
    assert gap < 1e-6, f"outcomes differ by {gap}"
    ten, _ = timed(lambda: exchanges(model, rounds=ROUNDS))
    print(f"one round: ours {ours:.4f} s, plain transcription {theirs:.2f} s, same outcome")
    print(f"ten rounds at {n} x {m}: {ten:.3f} s (target {TARGET} s)")

    exchanges(table(n, m, 100), rounds=1)  # compiled where numba is installed
    per_draw: dict[str, float] = {}
    for draws in (10, 100) if quick else (10, 100, 1_000):
        drawn = table(n, m, draws)
        seconds, _ = timed(lambda drawn=drawn: exchanges(drawn, rounds=ROUNDS), 1)
        per_draw[str(draws)] = seconds / draws
        print(f"{draws} draws, ten rounds each: {seconds / draws:.4f} s a draw")

    many = 1_000 if quick else 10_000
    full = table(10, 1, many, gaps=False)
    seconds, _ = timed(lambda: challenges(full, rounds=ROUNDS), 1)
    print(f"challenges, 10 parties, {many:,} draws: {1e6 * seconds / many:.0f} microseconds a draw")
    few = table(10, 1, 200, gaps=False)
    smp, _ = timed(lambda: politics(few, rounds=ROUNDS), 1)
    print(f"spatial model of politics, 10 parties, 200 draws: {1e3 * smp / 200:.1f} ms a draw")
    print(
        json.dumps(
            {
                "exchange of positions, one round, 15 x 13": {
                    "ratio": theirs / ours,
                    "peer": "plain transcription of the exchange model",
                    "ours": ours,
                    "theirs": theirs,
                },
                "exchange of positions, ten rounds, 15 x 13": {
                    "ratio": TARGET / ten,
                    "peer": "target of 0.3 seconds",
                    "ours": ten,
                    "theirs": TARGET,
                    "per_draw": per_draw,
                },
                "challenges, 10 parties, a draw": {
                    "ratio": None,
                    "peer": None,
                    "ours": seconds / many,
                    "theirs": None,
                },
                "spatial model of politics, 10 parties, a draw": {
                    "ratio": None,
                    "peer": None,
                    "ours": smp / 200,
                    "theirs": None,
                },
            }
        )
    )


if __name__ == "__main__":
    main()
