"""Fitting strategic models: against R's packages, statsmodels, and along the number of rows.

R's times are recorded ones and called so (R 4.3, one core, best of five warm calls; nested
pseudo-likelihood one cold call), on data of the same size. The live peer is statsmodels'
multinomial logit, on the same rows.
Data are simulated, so that nothing but this file is needed. Last comes one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from negotiate.estimation import CrisisSignalling, fit, simulate, tree
from negotiate.estimation.crisis_signalling import nested, smoothed_frequencies
from negotiate.estimation.maximise import ascend
from negotiate.estimation.multinomial import benchmark

RECORDED = {
    "egame12, 282 rows, 10 parameters": 0.037,
    "egame122, 1000 rows, 17 parameters": 0.114,
    "crisis signalling, nested pseudo-likelihood, 418 games, 20 parameters": 29.0,
}
"""Seconds of R on data of this size (games 1.1.2, sigInt 0.2.0)."""


def best(run: Callable[[], Any], times: int) -> float:
    """Least time of several runs, in seconds."""
    out = []
    for _ in range(times):
        begin = time.perf_counter()
        run()
        out.append(time.perf_counter() - begin)
    return min(out)


def disputes(rows: int, seed: int = 0) -> pd.DataFrame:
    """A deterrence game with eight regressors."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(rows, 7)), columns=list("abcdefg"))
    beta = rng.normal(0, 0.5, 10)
    return simulate(
        tree("egame12"),
        table,
        parts=("a + b", "0", "c + d", "e + f + g"),
        outcome=("esc", "war"),
        beta=beta,
        rng=rng,
    )


FORMULA = "esc + war ~ a + b | 0 | c + d | e + f + g"


def crises(games: int = 418, plays: int = 119, seed: int = 0) -> pd.DataFrame:
    """Sanctions-like data: threats are rare, one equilibrium a game."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {"x": rng.normal(size=games), "y": rng.normal(size=games), "z": rng.normal(size=games)}
    ).loc[np.repeat(np.arange(games), plays)]
    table["game"] = np.repeat(np.arange(games), plays)
    drawn = simulate(
        CrisisSignalling("lowest"),
        table.reset_index(drop=True),
        parts=("x - 1", "z", "y", "x", "z", "y", "0"),
        outcome=("end",),
        beta=[0.05, -0.1, 0.1, -1.2, 0.1, -2.2, 0.1, -1.4, 0.2, -2.6, 0.05],
        rng=rng,
    )
    counts = pd.get_dummies(drawn["end"]).groupby(drawn["game"]).sum()
    counts = counts.reindex(columns=["sq", "cd", "sf", "bd"], fill_value=0).astype(int)
    return drawn.groupby("game")[["x", "y", "z"]].first().join(counts).reset_index()


CRISIS = "sq + cd + sf + bd ~ x - 1 | z | y | x | z | y | 0"


def main() -> None:
    """Print the tables, then the claims."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 40 seconds")
    quick = parser.parse_args().quick
    claims: dict[str, Any] = {}
    source = "recorded"
    print("R's times are recorded ones: R 4.3, one core.")

    small = fit(tree("egame12"), disputes(282), formula=FORMULA, starts=1)
    zero = np.zeros(small.problem.size)
    ours = best(lambda: ascend(small.problem, zero), 3 if quick else 9)
    theirs = RECORDED["egame12, 282 rows, 10 parameters"]
    print(f"egame12, 282 rows: ours {ours:.4f} s, R {theirs} s ({source})")
    claims["egame12"] = {
        "ratio": theirs / ours,
        "peer": f"R games ({source})",
        "ours": ours,
        "theirs": theirs,
    }

    print("rows      one ascent (s)   a million rows would take")
    for rows in (1_000, 10_000, 100_000) if quick else (1_000, 10_000, 100_000, 1_000_000):
        large = fit(tree("egame12"), disputes(rows), formula=FORMULA, starts=1)
        seconds = best(lambda large=large: ascend(large.problem, zero), 1 if rows > 1e5 else 3)
        print(f"{rows:<9} {seconds:<16.3f} {seconds * 1e6 / rows:.1f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory so far {memory:.0f} MB")

    table = disputes(20_000)
    code = np.where(table.esc == 0, 0, 1 + table.war)
    x = table[list("abcdefg")].to_numpy()
    plain = benchmark(("a", "b", "c"), (x - x.mean(0)) / x.std(0), np.eye(3)[code])
    ours = best(lambda: ascend(plain, np.zeros(plain.size)), 3)
    try:
        import statsmodels.api as sm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer = sm.MNLogit(code, sm.add_constant((x - x.mean(0)) / x.std(0)))
            theirs = best(lambda: peer.fit(disp=False), 3)
        print(f"multinomial logit, 20,000 rows: ours {ours:.3f} s, statsmodels {theirs:.3f} s")
        claims["multinomial logit"] = {
            "ratio": theirs / ours,
            "peer": "statsmodels",
            "ours": ours,
            "theirs": theirs,
        }
    except ImportError:
        print("statsmodels is not installed")

    begin = time.perf_counter()
    crisis = fit(CrisisSignalling(), crises(), formula=CRISIS, starts=1, cluster="game")
    full = time.perf_counter() - begin
    resist, firm = smoothed_frequencies(crisis.problem.outcome)
    ours = best(lambda: nested(crisis.problem, resist, firm), 1)
    theirs = RECORDED["crisis signalling, nested pseudo-likelihood, 418 games, 20 parameters"]
    print(
        f"crisis game, 418 games: nested {ours:.2f} s (R {theirs} s, {source}); full {full:.2f} s"
    )
    claims["nested pseudo-likelihood"] = {
        "ratio": theirs / ours,
        "peer": f"R sigInt ({source})",
        "ours": ours,
        "theirs": theirs,
    }

    count = 8 if quick else 100
    begin = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        draws = crisis.bootstrap(count, executor=pool)
    seconds = time.perf_counter() - begin
    print(
        f"{count} cluster bootstraps on two cores: {seconds:.1f} s, so 500 take "
        f"{seconds * 500 / count / 60:.1f} minutes; {draws.notes[0]}"
    )
    claims["bootstrap of the crisis game"] = {
        "ratio": 180.0 / (seconds * 500 / count),
        "peer": "goal of 180 s for 500",
        "ours": seconds * 500 / count,
        "theirs": 180.0,
    }
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
