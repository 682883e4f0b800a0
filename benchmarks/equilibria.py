"""Equilibria in batch, of one game, and pure ones, against QuantEcon, Nashpy and pygambit.

Peers get their game objects built beforehand, so that only solving is timed; the batch kernel
starts from arrays. Ours finds every extreme equilibrium of degenerate games too, which QuantEcon's
and Nashpy's support enumeration do not; agreement on the random games here (generic) is checked.
The batch and QuantEcon take turns, and the ratio is the median of the turns, so that other work on
the machine hits both; elsewhere times are the best of a few runs. Compiling and first imports are
not timed. The map of equilibria along a quantity has no peer: it stands against a scan of 1,001
values in floats by QuantEcon, which finds neither the critical values nor what holds there.

    python benchmarks/equilibria.py [--quick]

Other files may add lines through ``LINES``: functions ``(quick) -> {claim: {...}}``.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from negotiate.strategic.arithmetic.equilibria_batch import all_equilibria
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.arithmetic.pure import pure_equilibria

Claims = dict[str, dict[str, Any]]


def has(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def best(work: Callable[[], Any], repeats: int = 3) -> float:
    """Shortest of a few runs in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def in_turn(
    ours: Callable[[], Any], theirs: Callable[[], Any], turns: int = 5
) -> tuple[float, float]:
    """Seconds of both, from the turn whose ratio is the median one."""
    pairs = sorted(
        ((best(ours, 1), best(theirs, 1)) for _ in range(turns)), key=lambda pair: pair[1] / pair[0]
    )
    return pairs[turns // 2]


def claim(peer: str, ours: float, theirs: float, unit: str) -> dict[str, Any]:
    """One entry: rates (a second), or times in ms, where the ratio is turned round."""
    ratio = ours / theirs if unit == "per second" else theirs / ours
    return {
        "ratio": round(ratio, 2),
        "peer": peer,
        "ours": float(f"{ours:.4g}"),
        "theirs": float(f"{theirs:.4g}"),
        "unit": unit,
    }


def show(name: str, entry: dict[str, Any]) -> None:
    print(
        f"{name:44} ours {entry['ours']:>12,g}  {entry['peer']:24} {entry['theirs']:>12,g} "
        f"{entry['unit']:10}  ratio {entry['ratio']:,g}"
    )


def quantecon_game(a: np.ndarray, b: np.ndarray) -> Any:
    import quantecon.game_theory as gt

    return gt.NormalFormGame((gt.Player(a), gt.Player(np.ascontiguousarray(b.T))))


def gambit_game(a: np.ndarray, b: np.ndarray) -> Any:
    import pygambit

    m, n = a.shape
    cells = " ".join(f"{int(a[i, j])} {int(b[i, j])}" for j in range(n) for i in range(m))
    text = f'NFG 1 R "" {{ "Row" "Column" }} {{ {m} {n} }}\n\n{cells}\n'
    return pygambit.read_nfg(io.BytesIO(text.encode()))


def _nashpy(a: np.ndarray, b: np.ndarray) -> Any:
    import nashpy

    return nashpy.Game(a, b)


def _quantecon_solve(game: Any) -> int:
    import quantecon.game_theory as gt

    return len(gt.support_enumeration(game))


def _quantecon_vertices(game: Any) -> int:
    import quantecon.game_theory as gt

    return len(gt.vertex_enumeration(game))


def _nashpy_solve(game: Any) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(list(game.support_enumeration()))


def _gambit_solve(game: Any) -> int:
    import pygambit

    return len(pygambit.nash.enummixed_solve(game, rational=True).equilibria)


PEERS = (
    ("quantecon", "QuantEcon supports", quantecon_game, _quantecon_solve, 2_000),
    ("nashpy", "Nashpy supports", _nashpy, _nashpy_solve, 40),
    ("pygambit", "pygambit exact", gambit_game, _gambit_solve, 80),
)


def batch(quick: bool) -> Claims:
    """All equilibria of many games, per second."""
    claims: Claims = {}
    rng = np.random.default_rng(0)
    for n, games in ((2, 1_000_000), (3, 300_000), (4, 100_000)):
        games //= 5 if quick else 1
        a, b = rng.integers(0, 10**6, (2, games, n, n)).astype(float)
        all_equilibria(a, b)
        found = all_equilibria(a[:40], b[:40]).count
        for library, peer, build, solve, sample in PEERS:
            if not has(library):
                print(f"{peer} is not installed")
                continue
            built = [build(a[g], b[g]) for g in range(sample)]
            counts = [solve(game) for game in built[:40]]
            apart = int((np.array(counts) != found[: len(counts)]).sum())
            seconds, slow = in_turn(
                lambda a=a, b=b: all_equilibria(a, b),
                lambda built=built, solve=solve: [solve(g) for g in built],
                5 if library == "quantecon" else 1,
            )
            name = f"batch of {n}x{n} games against {library}"
            claims[name] = claim(peer, games / seconds, sample / slow, "per second")
            show(name, claims[name])
            if apart:
                print(f"    {peer}: another number of equilibria in {apart} of {len(counts)} games")
        ties_a, ties_b = rng.integers(0, 3, (2, games, n, n)).astype(float)
        rate = games / best(lambda a=ties_a, b=ties_b: all_equilibria(a, b), 2)
        print(f"    payoffs 0 to 2 (mostly degenerate, complete): ours {rate:,.0f} per second")
    return claims


def single(quick: bool) -> Claims:
    """All equilibria of one game, exactly, in milliseconds."""
    claims: Claims = {}
    rng = np.random.default_rng(1)
    for n in (2, 3, 4, 5, 6, 8) if quick else (2, 3, 4, 5, 6, 8, 10, 12):
        a, b = rng.integers(0, 1_000, (2, n, n))
        ours = 1e3 * best(lambda a=a, b=b: extreme_equilibria(a, b), 3 if n < 10 else 1)
        count = len(extreme_equilibria(a, b)) if n < 10 else None
        peers = (
            ("quantecon", "QuantEcon vertices, floats", quantecon_game, _quantecon_vertices, 12),
            ("nashpy", "Nashpy supports, floats", _nashpy, _nashpy_solve, 4 if quick else 5),
            ("pygambit", "pygambit exact", gambit_game, _gambit_solve, 5 if quick else 8),
        )
        for library, peer, build, solve, largest in peers:
            if n > largest or not has(library):
                continue
            game = build(a.astype(float), b.astype(float))
            solve(game)
            theirs = 1e3 * best(lambda game=game, solve=solve: solve(game), 3 if n < 6 else 1)
            name = f"one {n}x{n} game against {library}"
            claims[name] = claim(peer, ours, theirs, "ms")
            show(name, claims[name])
            if count is not None and solve(game) != count:
                print(f"    {peer} finds {solve(game)} of {count} equilibria")
    return claims


def pure(quick: bool) -> Claims:
    """Pure equilibria of five players with four strategies each, in milliseconds."""
    if not has("quantecon"):
        return {}
    import quantecon.game_theory as gt

    n, size = 5, 4
    payoffs = np.random.default_rng(2).random((n, *[size] * n))
    players = [
        gt.Player(np.ascontiguousarray(np.transpose(payoffs[i], [(i + k) % n for k in range(n)])))
        for i in range(n)
    ]
    game = gt.NormalFormGame(players)
    theirs = gt.pure_nash_brute(game)
    assert sorted(map(tuple, np.argwhere(pure_equilibria(payoffs)).tolist())) == sorted(
        tuple(map(int, cell)) for cell in theirs
    )
    ours = 1e3 * best(lambda: [np.argwhere(pure_equilibria(payoffs)) for _ in range(100)]) / 100
    slow = 1e3 * best(lambda: gt.pure_nash_brute(game))
    name = "pure equilibria, 5 players x 4 strategies"
    claims = {name: claim("QuantEcon pure_nash_brute", ours, slow, "ms")}
    show(name, claims[name])
    return claims


def equilibrium_maps(quick: bool) -> Claims:
    """Every equilibrium along one quantity with linear payoffs, exactly, in milliseconds."""
    import sympy

    from negotiate.strategic.game import StrategicGame
    from negotiate.strategic.maps.equilibrium_map import equilibrium_map

    theta, rng, claims = sympy.Symbol("t"), np.random.default_rng(3), {}
    for n in (2, 3) if quick else (2, 3, 4):
        base, slope = rng.integers(-9, 10, (2, 2, n, n))
        game = StrategicGame.from_arrays(
            [
                [
                    [int(base[p, i, j]) + int(slope[p, i, j]) * theta for j in range(n)]
                    for i in range(n)
                ]
                for p in range(2)
            ]
        )
        equilibrium_map(game, theta, low=0, high=1)
        ours = 1e3 * best(lambda g=game: equilibrium_map(g, theta, low=0, high=1), 2)
        if not has("quantecon"):
            print(f"map of equilibria, {n}x{n}: {ours:,.1f} ms")
            continue
        scan = [quantecon_game(*(base + slope * t).astype(float)) for t in np.linspace(0, 1, 1_001)]
        theirs = 1e3 * best(lambda scan=scan: [_quantecon_solve(g) for g in scan], 2)
        name = f"map of equilibria, {n}x{n}"
        claims[name] = claim("QuantEcon, 1,001 values", ours, theirs, "ms")
        show(name, claims[name])
    return claims


LINES: list[Callable[[bool], Claims]] = [batch, single, pure, equilibrium_maps]
"""Each adds its claims."""


def main() -> None:
    """Run all lines and print the claims as JSON last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller samples, under 40 s")
    quick = parser.parse_args().quick
    claims: Claims = {}
    for line in LINES:
        claims.update(line(quick))
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
