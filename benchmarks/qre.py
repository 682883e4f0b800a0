"""Batched logit equilibria against a loop over pygambit's tracer, in one run.

Without pygambit the peer is our own solver called game by game, and is named so. Both find the
point of the principal branch at one lambda; agreement is checked on all games the peer solved. They
part at exact pitchforks (2 of 1,000 integer 2x2 games here), where ours goes straight on.

    python benchmarks/qre.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

from negotiate.strategic._sources import to_pygambit
from negotiate.strategic.arithmetic.logit import principal_branch
from negotiate.strategic.game import StrategicGame

PRECISION = 2.0


def _gambit(payoffs):
    from pygambit import qre

    games = [StrategicGame.from_arrays(list(np.asarray(u).astype(int))) for u in payoffs]
    theirs = [to_pygambit(game) for game in games]  # building is not timed
    start = time.perf_counter()
    found = [qre.logit_solve_lambda(game, [PRECISION]) for game in theirs]
    seconds = time.perf_counter() - start
    rows = []
    for game, result in zip(games, found):
        profile = next(iter(result)).profile
        rows.append([float(profile[p][s]) for p in game.players for s in game.strategies[p]])
    return seconds, np.array(rows)


def _one_by_one(payoffs):
    start = time.perf_counter()
    rows = [
        np.concatenate(principal_branch(u, np.array(PRECISION), players=u.shape[0])[0])
        for u in payoffs
    ]
    return time.perf_counter() - start, np.array(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    batch, sample = (4_000, 150) if quick else (40_000, 1_000)
    try:
        import pygambit

        peer, name = _gambit, f"pygambit {pygambit.__version__} logit_solve_lambda, game by game"
    except ImportError:
        peer, name = _one_by_one, "negotiate itself, game by game (pygambit is absent)"
    rng = np.random.default_rng(1)
    claims = {}
    for shape in ((2, 2), (3, 3), (4, 4), (2, 2, 2)):
        n = len(shape)
        payoffs = rng.integers(0, 10, (batch, n, *shape)).astype(float)
        start = time.perf_counter()
        mixed, residual = principal_branch(payoffs, np.full(batch, PRECISION), players=n)
        ours = batch / (time.perf_counter() - start)
        seconds, rows = peer(payoffs[:sample])
        theirs = sample / seconds
        mine = np.concatenate(mixed, axis=-1)[:sample]
        apart = int((np.abs(mine - rows).max(axis=1) > 1e-3).sum())
        size = "x".join(map(str, shape))
        print(
            f"{size:6} ours {ours:9.0f}/s  peer {theirs:7.0f}/s  ratio {ours / theirs:6.1f}  "
            f"largest residual {residual.max():.1e}  apart by over 1e-3: {apart} of {sample}"
        )
        claims[f"batched quantal response {size}"] = {
            "ratio": round(ours / theirs, 2),
            "peer": name,
            "ours": round(ours),
            "theirs": round(theirs),
        }
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
