"""Deals over time: enforcement, durability and payoff sets against scalar peers, in one run.

Claims, each a ratio in the same run (theirs over ours, per draw or per game):

- ``enforcement``: critical discount factor, margin and weakest clause of a deal of three clauses
  under a suspension of six periods, a million draws. The peer solves each draw by itself:
  `scipy.optimize.brentq` on the best gain of a violation, over all sets of clauses, in plain
  Python floats; it is timed on a sample.
- ``case``: the same from the Idlib file, every uncertain number drawn (six clauses, 63 sets); the
  peer is the toolkit itself called draw by draw, as a loop over any solver would.
- ``durability``: Markov perfect equilibria in pure plans of the durability game, and the expected
  time of the most lasting one. The peer enumerates the sixteen plans of each draw in a loop and
  solves two linear systems by `numpy.linalg.solve` for each.
- ``payoff set``: Abreu and Sannikov's set of a Cournot duopoly with 15 quantities (the example of
  their paper) against `quantecon`, where it is installed, with the tolerance of each.

``--quick`` stays under 40 s.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.optimize import brentq

import negotiate as ng
from negotiate.dynamic.arithmetic import abreu_sannikov
from negotiate.whatif import metric
from negotiate.whatif.study.case import draw

durability_file = import_module("negotiate.dynamic.durability")
enforcement_file = import_module("negotiate.dynamic.enforcement")

PERIODS = 6


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def claim(peer: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"ratio": theirs / ours, "peer": peer, "ours": ours, "theirs": theirs}


def scalar_critical(t: Any, loss: Any, q: float, f: float) -> float:
    """Least discount factor at which no set of clauses pays, for the first of two parties."""
    clauses = range(len(t))
    quiet = (1 - f) ** (2 * len(t))

    def worst(d: float) -> float:
        power = d**PERIODS
        peace = (1 - d) * sum(loss) / (1 - d * quiet - d * (1 - quiet) * power)
        gains = []
        for size in range(1, len(t) + 1):
            for chosen in combinations(clauses, size):
                silent = (1 - q) ** size * (1 - f) ** (2 * len(t) - size)
                now = sum(loss) + sum(t[k] for k in chosen)
                later = silent * peace + (1 - silent) * power * peace
                gains.append((1 - d) * now + d * later - peace)
        return max(gains)

    if worst(1 - 1e-9) > 0:
        return np.inf
    return float(brentq(worst, 1e-9, 1 - 1e-9, xtol=1e-12))


def enforced(draws: int, loop: int, results: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    t, loss = rng.uniform(0.02, 0.2, (draws, 3)), rng.uniform(0.05, 0.3, (draws, 3))
    names = ("a", "b", "c")
    q, f = 0.7, 0.01

    def all_draws() -> Any:
        by = {n: t[:, k] for k, n in enumerate(names)}
        worth = {n: loss[:, k] for k, n in enumerate(names)}
        game = enforcement_file.enforcement(
            ("x", "y"),
            clauses=names,
            temptation={"x": by, "y": by},
            surplus={"x": worth, "y": worth},
            discount=0.9,
            detection=q,
            false_alarm=f,
            punishment=enforcement_file.limited(PERIODS),
        )
        return enforcement_file.evaluate_game(
            game, ["critical_discount.x", "margin.x", "weakest_clause.x"]
        )

    ours, found = timed(all_draws)
    theirs, sample = timed(
        lambda: [scalar_critical(t[k].tolist(), loss[k].tolist(), q, f) for k in range(loop)]
    )
    critical = found["critical_discount.x"][:loop]
    inside = np.asarray(sample) < 1
    assert np.allclose(critical[inside], np.asarray(sample)[inside], atol=1e-8)
    assert (critical[~inside] >= 1 - 1e-6).all()
    print(
        f"enforcement: {draws:,} draws {ours:.2f} s, {draws / ours:,.0f} a second; "
        f"brentq {loop / theirs:,.0f} a second"
    )
    results["enforcement, three clauses"] = claim(
        "scipy.optimize.brentq draw by draw", ours / draws, theirs / loop
    )


def from_case(draws: int, loop: int, results: dict[str, Any]) -> None:
    idlib = ng.load("idlib-2020")
    many = draw(idlib, draws, seed=1)
    names = ["critical_discount.russia", "critical_discount.turkey", "margin"]
    ours, found = timed(lambda: metric.evaluate(many, [f"enforcement.{n}" for n in names]))
    singles = [
        idlib.floats().with_values({p: float(many.base[p][k]) for p in idlib.uncertain()})
        for k in range(loop)
    ]
    theirs, one = timed(
        lambda: [metric.evaluate(case, [f"enforcement.{n}" for n in names]) for case in singles]
    )
    for k in range(loop):
        assert np.isclose(
            float(one[k]["enforcement.margin"]), found["enforcement.margin"][k], atol=1e-9
        )
    print(
        f"case: {draws:,} draws {ours:.2f} s, {draws / ours:,.0f} a second; "
        f"one by one {loop / theirs:,.0f} a second"
    )
    results["enforcement of the Idlib case"] = claim(
        "the same draw by draw", ours / draws, theirs / loop
    )


def lasting(draws: int, loop: int, results: dict[str, Any]) -> None:
    idlib = ng.load("idlib-2020")
    game = durability_file.game(draw(idlib, draws, seed=1))
    ours, kept = timed(lambda: durability_file.lasting_play(game).expected_time())
    reward, move, discount = (np.asarray(a) for a in game.arrays)
    theirs, sample = timed(
        lambda: [
            scalar_lasting(reward[k], move[k], discount[k], game.rules.counts) for k in range(loop)
        ]
    )
    has = ~np.isnan(sample)
    assert np.allclose(np.asarray(kept)[:loop][has], np.asarray(sample)[has])
    print(
        f"durability: {draws:,} draws {ours:.2f} s, {draws / ours:,.0f} a second (mixed plans "
        f"included); loop over plans {loop / theirs:,.0f} a second (pure only)"
    )
    results["durability game"] = claim(
        "a loop over draws and plans with numpy.linalg.solve, pure plans only",
        ours / draws,
        theirs / loop,
    )


def scalar_lasting(reward: Any, move: Any, discount: Any, counts: Any) -> float:
    """Expected time of the most lasting pure equilibrium of one game; NaN without one."""
    size, players = counts.shape
    strides = [[int(np.prod(counts[s, i + 1 :])) for i in range(players)] for s in range(size)]
    best = np.nan
    choices = [product(*(range(c) for c in counts[s])) for s in range(size)]
    for plan in product(*[list(c) for c in choices]):
        joint = [sum(a * m for a, m in zip(plan[s], strides[s])) for s in range(size)]
        step = np.array([move[s, joint[s]] for s in range(size)])
        good = True
        for i in range(players):
            pay = np.array([reward[s, i, joint[s]] for s in range(size)])
            v = np.linalg.solve(np.eye(size) - discount[i] * step, pay)
            for s in range(size):
                for a in range(counts[s, i]):
                    other = joint[s] + (a - plan[s][i]) * strides[s][i]
                    if reward[s, i, other] + discount[i] * move[s, other] @ v > v[s] + 1e-12:
                        good = False
        if good:
            q = step[:-1, :-1]
            time_ = float(np.linalg.solve(np.eye(size - 1) - q, np.ones(size - 1))[0])
            best = time_ if np.isnan(best) else max(best, time_)
    return best


def payoff_sets(results: dict[str, Any]) -> None:
    levels = np.arange(15)
    x, y = np.meshgrid(levels, levels, indexing="ij")
    price = np.maximum(0.0, 30 - x - y)
    first, second = (price - 6) * x, (price - 6) * y
    tables = (first.astype(float).tolist(), second.astype(float).tolist())
    ours, mine = timed(lambda: abreu_sannikov.payoff_set(tables, 0.3))
    try:
        from quantecon.game_theory import NormalFormGame, Player
        from quantecon.game_theory.repeated_game import RepeatedGame
    except ImportError:
        print("quantecon is not installed: no peer for the payoff set")
        return
    stage = NormalFormGame((Player(first.astype(float)), Player(second.T.astype(float))))
    solver = RepeatedGame(stage, 0.3)
    solver.equilibrium_payoffs()  # compiled once, outside the timing
    theirs, hull = timed(solver.equilibrium_payoffs)
    low = np.min(np.array(mine.vertices, float), axis=0)
    assert np.allclose(low, hull.points[hull.vertices].min(axis=0), atol=1e-3)
    print(f"payoff set: ours {ours * 1e3:.1f} ms, quantecon {theirs * 1e3:.1f} ms")
    results["payoff set of a Cournot duopoly"] = claim("quantecon abreu_sannikov", ours, theirs)


def main() -> None:
    quick = "--quick" in sys.argv
    results: dict[str, Any] = {}
    enforced(100_000 if quick else 1_000_000, 200 if quick else 1_000, results)
    from_case(20_000 if quick else 200_000, 50 if quick else 200, results)
    lasting(2_000 if quick else 10_000, 50 if quick else 200, results)
    payoff_sets(results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
