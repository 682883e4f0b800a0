"""What-if at scale against its peers, in one run.

Sobol' indices with intervals against SALib (the same base size, both with 100 bootstrap copies, and
ours by the delta method); PRIM against the EMA Workbench on the same points; draws of the Idlib
case against the EMA Workbench driving the same model draw by draw; memory of a streamed study;
overhead of each engine per chunk. Peers that are absent are left out and named.

    python benchmarks/whatif.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

import numpy as np

from negotiate.whatif.measures import prim, sobol_indices
from negotiate.whatif.questions.sensitivity import sobol
from negotiate.whatif.study import engines
from negotiate.whatif.study.design import Random, Saltelli
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.space import Space

FACTORS = 8
SPACE = Space({f"x{i}": uniform(0.0, 1.0) for i in range(FACTORS)})
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 20.0, 50.0, 99.0, 99.0])


def g_function(values):
    out = 1.0
    for i, a in enumerate(WEIGHTS):
        out = out * ((np.abs(4 * values[f"x{i}"] - 2) + a) / (1 + a))
    return {"y": out}


def bench_sobol(claims, base):
    rows = base * (FACTORS + 2)
    start = time.perf_counter()
    delta = sobol(SPACE, g_function, base, seed=1)["y"]
    ours = time.perf_counter() - start
    start = time.perf_counter()
    boot = sobol(SPACE, g_function, base, seed=1, intervals=_bootstrap)["y"]
    ours_boot = time.perf_counter() - start
    truth = (1 / (3 * (1 + WEIGHTS) ** 2)) / (np.prod(1 + 1 / (3 * (1 + WEIGHTS) ** 2)) - 1)
    print(
        f"sobol {rows:,} rows: delta {ours:.2f} s, bootstrap {ours_boot:.2f} s, "
        f"largest error of S {np.abs(delta.column('first') - truth).max():.4f}"
    )
    try:
        from SALib.analyze import sobol as analyze
        from SALib.sample import sobol as sample
    except ImportError:
        print("SALib is absent: no comparison")
        return
    problem = {
        "num_vars": FACTORS,
        "names": list(SPACE.factors),
        "bounds": [[0, 1]] * FACTORS,
    }
    start = time.perf_counter()
    x = sample.sample(problem, base, calc_second_order=False, seed=1)
    y = g_function(dict(zip(SPACE.factors, x.T)))["y"]
    found = analyze.analyze(problem, y, calc_second_order=False, num_resamples=100, seed=1)
    theirs = time.perf_counter() - start
    assert np.abs(found["ST"] - boot.column("total")).max() < 0.02
    peer = f"SALib, {rows:,} rows sampled, evaluated, analysed with 100 resamples"
    for name, seconds in (
        ("sobol with delta intervals", ours),
        ("sobol with bootstrap", ours_boot),
    ):
        claims[name] = _claim(rows / seconds, rows / theirs, peer)


def _bootstrap(fa, fb, fab):
    return sobol_indices.bootstrap(fa, fb, fab, copies=100)


def bench_prim(claims, rows):
    rng = np.random.default_rng(1)
    x = rng.random((rows, FACTORS))
    chance = np.where((x[:, 0] > 0.6) & (x[:, 1] < 0.5) & (x[:, 2] > 0.3), 0.9, 0.05)
    y = (rng.random(rows) < chance).astype(float)
    start = time.perf_counter()
    path = prim.peel(x, y)
    ours = time.perf_counter() - start
    print(f"prim {rows:,} x {FACTORS}: {ours:.2f} s, {len(path)} boxes")
    try:
        import pandas
        from ema_workbench.analysis.prim import Prim
    except ImportError:
        print("EMA Workbench is absent: no comparison")
        return
    frame = pandas.DataFrame(x, columns=[f"x{i}" for i in range(FACTORS)])
    start = time.perf_counter()
    box = Prim(frame, y.astype(int), threshold=0.5).find_box()
    theirs = time.perf_counter() - start
    sizes = box.peeling_trajectory["n"][:20]
    assert [b.points for b in path[:20]] == list(sizes), "the trajectories part"
    peer = f"EMA Workbench Prim, {rows:,} x {FACTORS}, same points, same first boxes"
    claims["prim"] = _claim(rows / ours, rows / theirs, peer)


TITLES = {
    "bargaining alone": ("bargaining.nash_bargaining.utility.turkey",),
    "margins of the signed deal": ("deal.margin.least",),
    "threat equilibria": ("threats.profile", "threats.utility.turkey"),
    "whole model": (
        "bargaining.nash_bargaining.utility.turkey",
        "threats.profile",
        "threats.utility.turkey",
        "enforcement.margin",
    ),
}
"""What is timed on the Idlib case: the whole model is bargaining, threats and enforcement."""


def bench_case(claims, draws, sample):
    """Draws of the Idlib case: ours over blocks of draws, the peers draw by draw."""
    import negotiate as ng
    from negotiate.whatif.study.case import BLOCK, Evaluation, space_of

    case = ng.load("idlib-2020")
    space = space_of(case)
    Random(16, 1).values(space, 0, 16)  # splines are made once
    start = time.perf_counter()
    values = Random(draws, 1).values(space, 0, draws)
    print(f"drawing {len(values)} quantities: {draws / (time.perf_counter() - start):,.0f} draws/s")
    for title, metrics in TITLES.items():
        evaluate = Evaluation(case, metrics)
        evaluate({path: value[:100] for path, value in values.items()})  # imports are not timed
        ours = max(_rate(evaluate, values, draws, BLOCK) for _ in range(3))
        print(f"{title}: {ours:,.0f} draws/s")
        theirs = _ema(case, space, values, metrics, sample)
        if theirs:
            peer = f"EMA Workbench, sequential, the same model draw by draw ({sample} draws)"
            claims[title] = _claim(ours, theirs, peer)
        if title == "threat equilibria":
            theirs = _nashpy(case, values, sample)
            peer = f"nashpy Lemke-Howson on the same 8 x 16 threat games, one by one ({sample})"
            claims["threat equilibria, nashpy"] = _claim(ours, theirs, peer)


def _rate(evaluate, values, draws, block):
    start = time.perf_counter()
    for first in range(0, draws, block):
        evaluate({path: value[first : first + block] for path, value in values.items()})
    return draws / (time.perf_counter() - start)


def _ema(case, space, values, metrics, sample):
    """Draws a second of the EMA Workbench driving the same model; None where it is absent."""
    try:
        from ema_workbench import (
            Model,
            RealParameter,
            ScalarOutcome,
            SequentialEvaluator,
            perform_experiments,
        )
    except ImportError:
        print("EMA Workbench is absent: no comparison")
        return None
    from negotiate.whatif.study.case import Evaluation

    evaluate = Evaluation(case, tuple(m for m in metrics if m != "threats.profile"))

    def one(**draw):
        row = {p.replace("__", "."): np.array([v]) for p, v in draw.items()}
        return {f"m{i}": float(value[0]) for i, value in enumerate(evaluate(row).values())}

    model = Model("case", function=one)
    lone = [p for p, m in space.marginals.items() if m.uncertain]
    model.uncertainties = [
        RealParameter(p.replace(".", "__"), *map(float, np.quantile(values[p], [0.05, 0.95])))
        for p in lone
    ]
    model.outcomes = [ScalarOutcome(f"m{i}") for i in range(len(evaluate.metrics))]
    start = time.perf_counter()
    with SequentialEvaluator(model) as evaluator:
        perform_experiments(model, scenarios=sample, evaluator=evaluator)
    return sample / (time.perf_counter() - start)


def _nashpy(case, values, sample):
    """Threat games a second in a loop over nashpy, their cells given to it."""
    import nashpy

    threats_file = import_module("negotiate.threats.game")

    drawn = case.with_draws({path: value[:sample] for path, value in values.items()})
    cells = threats_file.game(drawn).cells["payoffs"]
    start = time.perf_counter()
    for a, b in cells:
        nashpy.Game(a, b).lemke_howson(initial_dropped_label=0)
    return sample / (time.perf_counter() - start)


MEMORY = """
import sys
from pathlib import Path
from benchmarks.whatif import SPACE, g_function
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.run import stream
total = 0.0
for _, _, arrays in stream(SPACE, g_function, Random(int(sys.argv[1]), 1)):
    total += arrays["metric/y"].sum()
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


def bench_memory(claims, small, large):
    """Peak memory of a streamed study in a process of its own, MiB.

    Read from /proc, since the peak that getrusage reports is inherited from the parent.
    """
    if not Path("/proc/self/status").exists():
        print("no /proc: peak memory is not measured")
        return
    root = Path(__file__).resolve().parents[1]
    environment = os.environ | {"PYTHONPATH": str(root)}
    peak = [
        int(
            subprocess.run(
                [sys.executable, "-c", MEMORY, str(rows)],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
                cwd=root,
            ).stdout
        )
        / 1024
        for rows in (small, large)
    ]
    print(f"memory: {peak[0]:.0f} MiB at {small:,} draws, {peak[1]:.0f} MiB at {large:,}")
    claims["memory flat"] = {
        "ratio": round(peak[1] / peak[0], 3),
        "peer": f"the same study with {small:,} draws",
        "ours": f"{peak[1]:.0f} MiB at {large:,} draws",
        "theirs": f"{peak[0]:.0f} MiB",
    }


def bench_engines(chunks):
    """Milliseconds an engine adds to a chunk that costs nothing."""
    names = ["serial", "threads", "processes"]
    try:
        import distributed  # noqa: F401

        names.append("dask")
    except ImportError:
        print("distributed is absent: no Dask")
    for name in names:
        marks = [time.perf_counter()]
        for _ in engines.run(abs, range(chunks), engine=name, workers=2):
            marks.append(time.perf_counter())
        per = (marks[-1] - marks[chunks // 2]) / (chunks - chunks // 2) * 1e3
        print(f"engine {name}: start {marks[1] - marks[0]:.2f} s, then {per:.3f} ms a chunk")


def bench_study(draws):
    """A study of the whole model written to disk, by engine: what a user waits for."""
    import tempfile

    import negotiate as ng

    case = ng.load("idlib-2020")
    metrics = TITLES["whole model"]
    for engine in ("serial", "threads", "processes", "dask"):
        if engine == "dask":
            try:
                import distributed  # noqa: F401
            except ImportError:
                continue
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            ng.study(
                case,
                metrics,
                Random(draws, 1),
                engine=engine,
                workers=2,
                folder=Path(folder) / "study",
            )
            spent = time.perf_counter() - start
            size = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file())
        print(
            f"study on disk, {engine}: {draws / spent:,.0f} draws/s, {size / draws:.1f} bytes "
            f"a draw"
        )


def _claim(ours, theirs, peer):
    return {
        "ratio": round(ours / theirs, 1),
        "peer": peer,
        "ours": f"{ours:,.0f} rows/s",
        "theirs": f"{theirs:,.0f} rows/s",
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    claims: dict[str, object] = {}
    sobol(SPACE, g_function, 64)  # imports are not timed
    Saltelli(64).values(SPACE, 0, 64)
    bench_sobol(claims, 2**14 if quick else 2**17)
    bench_prim(claims, 100_000 if quick else 1_000_000)
    bench_case(claims, 2**13 if quick else 2**16, 60 if quick else 500)
    bench_memory(claims, 1_000_000, 4_000_000 if quick else 10_000_000)
    bench_engines(60 if quick else 400)
    if not quick:
        bench_study(2**20)
    print(json.dumps(claims))


if __name__ == "__main__":
    main()
