"""Coalitional games: nucleolus, Shapley value, power indices, values over draws, against others.

Peers: coopgame (a Rust library with Python bindings, where installed), coopgt (plain Python, where
installed), the plain scheme of linear programmes on scipy's HiGHS in floats (always), and a loop of
single games for values over draws. Ours is exact (fractions) unless it says floats. Answers are
compared before they are timed. Sizes of memory are peaks by tracemalloc.

    python benchmarks/coalitions.py [--quick]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import linprog

from negotiate.coalitions import VotingBody, nucleolus, prenucleolus, shapley, shapley_shubik
from negotiate.coalitions.arithmetic import lexicographic, subsets, values
from negotiate.coalitions.game import CoalitionalGame

Claims = dict[str, dict[str, Any]]


def has(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def best(work: Callable[[], Any], repeats: int = 3) -> float:
    """Shortest of a few runs in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times)


def claim(name: str, peer: str, ours: float, theirs: float, unit: str = "ms") -> Claims:
    """One line and one entry; the ratio is how many times as fast ours is."""
    entry = {
        "ratio": round(theirs / ours, 2),
        "peer": peer,
        "ours": float(f"{ours:.4g}"),
        "theirs": float(f"{theirs:.4g}"),
        "unit": unit,
    }
    print(
        f"{name:52} ours {ours:>10,.4g}  {peer:28} {theirs:>10,.4g} {unit}  ratio {entry['ratio']}"
    )
    return {name: entry}


def table(n: int, seed: int = 0) -> np.ndarray:
    """Random integer worths that grow with size, so that levels are several."""
    rng = np.random.default_rng(seed)
    out = rng.integers(0, 40, 2**n) + 10 * subsets.sizes(n).astype(np.int64) ** 2
    out[0] = 0
    return out


def plain_prenucleolus(v: np.ndarray) -> np.ndarray:
    """The scheme in floats: each programme with all coalitions, settled by their duals."""
    n = subsets.count(v.size)
    rows = subsets.sums(np.eye(n)).T
    masks = np.arange(1, v.size - 1)
    equal, rhs = [np.append(rows[-1], 0.0)], [float(v[-1])]
    while True:
        a = np.hstack([-rows[masks], -np.ones((masks.size, 1))])
        found = linprog(
            np.append(np.zeros(n), 1.0),
            a,
            -v[masks].astype(float),
            np.array(equal),
            rhs,
            bounds=(None, None),
            method="highs",
        )
        held = np.abs(found.ineqlin.marginals) > 1e-9
        for m in masks[held]:
            equal.append(np.append(rows[m], 0.0))
            rhs.append(float(v[m]) - found.fun)
        masks = masks[~held]
        if np.linalg.matrix_rank(np.array(equal)[:, :n]) == n or not masks.size:
            return np.asarray(found.x[:n])


def lexicographic_values(quick: bool) -> Claims:
    """Prenucleolus, exact, against programmes in floats."""
    out: Claims = {}
    for n in (5, 8, 12) if quick else (5, 8, 12, 15):
        v = table(n)
        x, _ = lexicographic.stages(v, rational=False)
        assert np.allclose([float(a) for a in x], plain_prenucleolus(v), atol=1e-6)
        ours = best(lambda v=v: lexicographic.stages(v, rational=False))
        theirs = best(lambda v=v: plain_prenucleolus(v), 1)
        out |= claim(f"prenucleolus, {n} players (exact)", "linprog, floats", ours, theirs)
        if has("coopgame"):
            import coopgame

            game = coopgame.Game([float(a) for a in v[1:]])
            theirs = best(lambda g=game: coopgame.prenucleolus(g))
            name = f"prenucleolus, {n} players (exact, floats)"
            out |= claim(name, "coopgame, Rust, floats", ours, theirs)
            if n <= 8:
                entries = [int(a) for a in v[1:]]
                exact = best(lambda e=entries: coopgame.nucleolus_exact(e, "preimputation"), 1)
                name = f"prenucleolus, {n} players (exact both)"
                out |= claim(name, "coopgame, Rust, exact", ours, exact)
    n = 16 if quick else 20
    v = table(n)
    tracemalloc.start()
    alone = best(lambda: lexicographic.stages(v, rational=False), 1)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"prenucleolus, {n} players, exact: {alone:,.0f} ms, peak {peak:,.0f} MiB")
    return out


def shapley_values(quick: bool) -> Claims:
    """Shapley value, exact."""
    out: Claims = {}
    for n in (5, 8, 15) if quick else (5, 8, 15, 20):
        v = table(n)
        game = CoalitionalGame(tuple(map(str, range(n))), v)
        weights = values.shapley_weights(n)
        ours = best(lambda g=game, w=weights: values.semivalue(g.signed, w))
        if has("coopgt") and n <= 8:
            from coopgt import shapley_value

            peer = {tuple(k + 1 for k in subsets.members(m)): float(v[m]) for m in range(v.size)}
            theirs = best(lambda p=peer: shapley_value.calculate(p), 1)
            out |= claim(f"Shapley value, {n} players (exact)", "coopgt", ours, theirs)
        if has("coopgame"):
            import coopgame

            other = coopgame.Game([float(a) for a in v[1:]])
            theirs = best(lambda g=other: coopgame.shapley(g))
            name = f"Shapley value, {n} players (exact, floats)"
            out |= claim(name, "coopgame, Rust, floats", ours, theirs)
        plain = best(lambda v=v, n=n: plain_shapley(v.astype(float), n), 1)
        out |= claim(f"Shapley value, {n} players", "its formula in NumPy", ours, plain)
    return out


def plain_shapley(v: np.ndarray, n: int) -> np.ndarray:
    """The formula with masks, one player at a time, in floats."""
    from math import factorial

    masks = np.arange(2**n)
    size = subsets.sizes(n)
    chance = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    out = np.zeros(n)
    for k in range(n):
        off = masks[(masks >> k & 1) == 0]
        out[k] = (chance[size[off]] * (v[off | 1 << k] - v[off])).sum()
    return out


def draws(quick: bool) -> Claims:
    """Values over draws: one call against a loop of single games, draws a second."""
    out: Claims = {}
    rng = np.random.default_rng(1)
    for n, many in ((4, 20_000), (6, 5_000)) if quick else ((4, 100_000), (6, 20_000)):
        tables = rng.uniform(0, 1, (many, 2**n)) * 0.1 + subsets.sizes(n) ** 1.5
        tables[:, 0] = 0
        game = CoalitionalGame(tuple(map(str, range(n))), tables)
        for solve in (shapley, nucleolus):
            ours = many / best(lambda g=game, s=solve: s(g), 1) * 1e3
            name = f"{solve.name} over {many:,} draws, {n} players"
            out |= rates(name, "a loop of our own", ours, loop(solve, game, 40))
            if has("coopgame"):
                import coopgame

                peer = getattr(coopgame, solve.name)
                rows = [coopgame.Game(row[1:].tolist()) for row in tables[:500]]
                theirs = 500 / best(lambda p=peer, r=rows: [p(g) for g in r], 1) * 1e3
                out |= rates(f"{name}, floats", "a loop of coopgame, Rust", ours, theirs)
    return out


def loop(solve: Any, game: CoalitionalGame, few: int) -> float:
    """Single games a second."""
    return few / best(lambda: [solve(game.draw(k)) for k in range(few)], 1) * 1e3


def rates(name: str, peer: str, ours: float, theirs: float) -> Claims:
    """A claim in draws a second."""
    out = claim(name, peer, 1 / ours, 1 / theirs, "per second")
    out[name] |= {"ours": float(f"{ours:.4g}"), "theirs": float(f"{theirs:.4g}")}
    return out


def power(quick: bool) -> Claims:
    """Power indices: many members at once, and against enumeration."""
    out: Claims = {}
    rng = np.random.default_rng(2)
    weights = {f"m{k}": int(w) for k, w in enumerate(rng.integers(1, 30, 18))}
    body = VotingBody.weighted(sum(weights.values()) * 2 // 3, weights)
    ours = best(lambda: VotingBody.weighted(body.rules[0].quota, weights).swings())

    def enumerated() -> list[int]:
        game = body.coalitional()
        return [int(subsets.marginals(game.table, k).sum()) for k in range(18)]

    assert enumerated() == list(body.swings().values())
    out |= claim("Banzhaf turns, 18 members", "enumeration in NumPy", ours, best(enumerated))
    for members in (27, 50):
        given = {f"m{k}": int(w) for k, w in enumerate(rng.integers(1, 100, members))}
        quota = sum(given.values()) * 2 // 3
        tracemalloc.start()
        once = best(lambda g=given, q=quota: shapley_shubik(VotingBody.weighted(q, g)), 1)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        print(f"Shapley-Shubik, {members} members: {once:,.0f} ms, peak {peak:,.0f} MiB")
    people = {f"m{k}": int(w) for k, w in enumerate(rng.integers(1, 90, 27))}
    double = VotingBody.of(
        people,
        {
            "members": (15, None),
            "people": (sum(people.values()) * 65 // 100, people),
            "blocking": (24, None),
        },
        passes=[["members", "people"], ["blocking"]],
    )
    once = best(lambda: shapley_shubik(double), 1)
    print(f"Shapley-Shubik, 27 members, two majorities or all but three: {once:,.0f} ms")
    return out


LINES: list[Callable[[bool], Claims]] = [lexicographic_values, shapley_values, draws, power]
"""Each adds its claims."""


def main() -> None:
    """Run all lines and print the claims as JSON last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    quick = parser.parse_args().quick
    game = CoalitionalGame(("a", "b", "c"), [0, 0, 0, 1, 0, 1, 1, 1])
    assert prenucleolus(game)[0].payoffs["a"] * 3 == 1  # warm, and right
    claims: Claims = {}
    for line in LINES:
        claims.update(line(quick))
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
