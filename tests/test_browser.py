"""The core works where compiled extras do not exist: in a browser (Pyodide) or a bare install.

A process that cannot see them loads the case, solves, sweeps on one thread and writes a report of
the sections that ask most of the platform. Pyodide has numpy, scipy, sympy, matplotlib, pandas,
xarray and pydantic; it has no threads to start, no typst, no pygambit and no cluster.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import negotiate as ng
from negotiate import declare
from negotiate.whatif.study.design import Sobol

ROOT = Path(__file__).parents[1]
ABSENT = (
    "numba", "llvmlite", "flint", "pygambit", "typst", "distributed", "dask", "pyarrow", "h5netcdf",
    "h5py", "netCDF4", "ipywidgets", "IPython", "ipykernel", "jupyter_client", "nbformat",
    "quantecon", "SALib", "ema_workbench", "psutil",
)  # fmt: skip

PROGRAM = """
import json, sys, threading

ABSENT = set({absent!r})


class Without:
    # a finder that does not see them: absent, as where they are not installed

    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            return None
        return self.inner.find_spec(name, path, target)


sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]

def start(self):
    raise RuntimeError("can't start new thread")


threading.Thread.start = start
import multiprocessing
multiprocessing.Process.start = start

import negotiate as ng

from negotiate import declare

out = {{}}
case = ng.load("idlib-2020")
problem = declare.load("compiles", "bargaining")(case)
found = declare.concept_named("nash_bargaining")(problem)
out["payoffs"] = {{k: float(v) for k, v in found[0].payoffs.items()}}
threats = declare.load("compiles", "threats")(case)
out["used"] = list(declare.concept_named("rational_threats")(threats)[0].facts["used"])
nash = declare.concept_named("nash_equilibrium")(ng.open("chicken"))
out["chicken"] = [len(nash), nash.complete, nash.exact]
out["tree"] = len(declare.concept_named("subgame_perfect")(ng.open("entry-deterrence")))

from negotiate.whatif.study.design import Sobol
study = ng.study(case, ["deal.margin.least"], Sobol(256, seed=1), engine="serial")
out["mean"] = float(study.metric("deal.margin.least").mean())
study.to_netcdf({folder!r} + "/study.nc")

from negotiate.cli import main
wanted = "summary leverage bargaining threat_game counterfactuals whatifs sources".split()
chosen = [word for name in wanted for word in ("--section", name)]
place = {folder!r} + "/report.html"
assert main(["report", "idlib-2020", "-o", place, "--draws", "500", *chosen]) == 0
main(["report", "idlib-2020", "-o", {folder!r} + "/report.pdf", "--section", "summary"])
bundle = case._repr_mimebundle_()
out["mime"] = sorted(bundle)
out["loaded"] = sorted(ABSENT & {{name.partition(".")[0] for name in sys.modules}})
print("ANSWER" + json.dumps(out))
"""


def test_core_without_compiled_extras_or_threads(tmp_path: Path) -> None:
    program = PROGRAM.format(absent=ABSENT, folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.split("ANSWER")[1])
    assert found["loaded"] == []
    assert found["chicken"] == [3, True, True]  # two pure and one mixed equilibrium
    assert found["tree"] == 1
    assert {"text/plain", "text/html"} <= set(found["mime"])
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The threat game" in report and "could not be made" not in report
    # What needs an extra says which one, and writes nothing half.
    assert "negotiate-toolkit[pdf]" in done.stderr
    assert not (tmp_path / "report.pdf").exists()

    # The answers are those of a process that has the extras.
    case = ng.load("idlib-2020")
    problem = declare.load("compiles", "bargaining")(case)
    ours = declare.concept_named("nash_bargaining")(problem)[0].payoffs
    assert all(abs(float(v) - found["payoffs"][k]) < 1e-9 for k, v in ours.items())
    mean = ng.study(case, ["deal.margin.least"], Sobol(256, seed=1)).metric("deal.margin.least")
    assert abs(float(mean.mean()) - found["mean"]) < 1e-9
