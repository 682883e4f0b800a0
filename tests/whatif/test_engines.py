"""Engines and folders under fire: dead workers, dead drivers, full disks, foreign parts."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from negotiate.errors import InputError
from negotiate.whatif.study import checkpoint, engines
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.run import run_study, stream
from negotiate.whatif.study.space import Space

ROOT = Path(__file__).parents[2]
SPACE = Space({"x": uniform(0.0, 1.0), "y": uniform(0.0, 1.0)})
ROWS, CHUNK = 4_000, 200

TOY = """
import os, time
import numpy as np
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.space import Space

SPACE = Space({"x": uniform(0.0, 1.0), "y": uniform(0.0, 1.0)})

def f(values):
    with open(os.environ["TOY_LOG"], "a") as log:
        log.write(f"{values['x'][0]!r}\\n")
    time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
    return {"z": values["x"] ** 2 + values["y"], "label": np.where(values["x"] > 0.5, "a", "bb")}

def dies_once(item):
    flag = os.path.join(os.environ["TOY_FLAG"], str(item))
    if item == 5 and not os.path.exists(flag):
        open(flag, "w").close()
        os.kill(os.getpid(), 9)
    return item * 10

def always_dies(item):
    os.kill(os.getpid(), 9)
"""

DRIVER = """
import sys, threading, time, os, signal
import toy
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.run import run_study

def main(folder, mode, out):
    if mode == "serial":
        study = run_study(toy.SPACE, toy.f, Random(4000, 1), chunk=200, folder=folder)
    else:
        from distributed import Client, LocalCluster
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                          dashboard_address=None) as cluster, Client(cluster) as client:
            def kill():
                while len([n for n in os.listdir(folder) if n.startswith("part")]) < 4:
                    time.sleep(0.01)
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
                open(folder + ".killed", "w").close()
            threading.Thread(target=kill, daemon=True).start()
            study = run_study(toy.SPACE, toy.f, Random(4000, 1), chunk=200, folder=folder,
                              engine=client, workers=2)
    study.to_netcdf(out)

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "toy.py").write_text(TOY)
    (home / "driver.py").write_text(DRIVER)
    monkeypatch.syspath_prepend(str(home))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{home}")
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("TOY_FLAG", str(tmp_path))
    sys.modules.pop("toy", None)
    import toy  # written above

    yield toy
    sys.modules.pop("toy", None)


def drive(tmp_path, *args, wait=True):
    command = [sys.executable, str(tmp_path / "home" / "driver.py"), *map(str, args)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    if wait:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    return process


def logged(tmp_path):
    return (tmp_path / "log").read_text().splitlines()


@pytest.mark.parametrize("engine", ["serial", "threads", "processes"])
def test_results_come_in_order(engine):
    assert list(engines.run(abs, range(-20, 0), engine=engine, workers=2)) == list(range(20, 0, -1))


def test_any_executor_and_bounded_flight():
    flying, most = [0], [0]

    def task(item):
        flying[0] += 1
        most[0] = max(most[0], flying[0])
        time.sleep(0.002)
        flying[0] -= 1
        return item

    taken = []

    def items():
        for item in range(40):
            taken.append(item)
            yield item

    with ThreadPoolExecutor(8) as pool:
        for done, item in enumerate(engines.run(task, items(), engine=pool, in_flight=3)):
            assert item == done
            assert len(taken) <= done + 4
    assert most[0] <= 3


def test_a_dead_worker_process_is_replaced(toy):
    got = list(engines.run(toy.dies_once, range(12), engine="processes", workers=2))
    assert got == [10 * item for item in range(12)]


def test_workers_that_always_die_are_given_up(toy):
    with pytest.raises(engines.EngineError, match="workers died 4 times"):
        list(engines.run(toy.always_dies, range(3), engine="processes", workers=1))


def test_unknown_engine_and_absent_scheduler(monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    with pytest.raises(InputError, match="serial, threads"):
        list(engines.run(abs, [1], engine="quantum"))
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        list(engines.run(abs, [1], engine="tcp://127.0.0.1:1"))


@pytest.mark.slow
def test_dask_worker_killed_midway(toy, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setenv("TOY_SLEEP", "0.05")
    folder = tmp_path / "study"
    folder.mkdir()
    drive(tmp_path, folder, "dask", tmp_path / "dask.nc")
    assert (tmp_path / "study.killed").exists()
    monkeypatch.setenv("TOY_SLEEP", "0")
    drive(tmp_path, tmp_path / "plain", "serial", tmp_path / "serial.nc")
    assert (tmp_path / "dask.nc").read_bytes() == (tmp_path / "serial.nc").read_bytes()


@pytest.mark.slow
def test_driver_killed_midway_then_resumed(toy, tmp_path, monkeypatch):
    folder = tmp_path / "study"
    monkeypatch.setenv("TOY_SLEEP", "0.05")
    process = drive(tmp_path, folder, "serial", tmp_path / "never.nc", wait=False)
    deadline = time.monotonic() + 60
    while len(list(folder.glob("part-*.npz"))) < 5:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = {p.name: p.read_bytes() for p in folder.glob("part-*.npz")}
    assert 5 <= len(kept) < ROWS // CHUNK
    before = len(logged(tmp_path))
    monkeypatch.setenv("TOY_SLEEP", "0")
    drive(tmp_path, folder, "serial", tmp_path / "resumed.nc")
    again = logged(tmp_path)[before:]
    assert len(again) == ROWS // CHUNK - len(kept)
    for name, data in kept.items():
        assert (folder / name).read_bytes() == data
    drive(tmp_path, tmp_path / "whole", "serial", tmp_path / "whole.nc")
    assert (tmp_path / "resumed.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()
    for name in (p.name for p in folder.glob("part-*.npz")):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def simple(values):
    return {"z": values["x"] + values["y"]}


def study_in(folder, seed=1, **more):
    return run_study(SPACE, simple, Random(1_000, seed), chunk=100, folder=folder, **more)


def test_full_disk_is_named_and_nothing_is_lost(tmp_path, monkeypatch):
    plain = run_study(SPACE, simple, Random(1_000, 1))
    real, written = np.savez, []

    def savez(handle, **arrays):
        if len(written) == 4:
            handle.write(b"half a par")
            raise OSError(28, "No space left on device")
        written.append(1)
        return real(handle, **arrays)

    monkeypatch.setattr(np, "savez", savez)
    with pytest.raises(checkpoint.StorageError, match=r"disk is full .*4 parts written before"):
        study_in(tmp_path / "s")
    monkeypatch.undo()
    names = sorted(p.name for p in (tmp_path / "s").iterdir())
    assert names == ["manifest.json", *[f"part-{i:08d}.npz" for i in range(4)]]
    resumed = study_in(tmp_path / "s")
    assert resumed.dataset.identical(plain.dataset)
    assert resumed.notes == ("4 of 10 parts were taken from s",)


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(checkpoint.StorageError, match="choose another folder"):
        study_in(tmp_path / "file" / "s")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("this user may write to every folder")
    with pytest.raises(checkpoint.StorageError, match="may write"):
        study_in(closed / "s")


def test_read_only_file_system_is_named(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(checkpoint.StorageError, match="read-only"):
        study_in(tmp_path / "s")


def test_folder_of_another_study_is_refused(tmp_path):
    study_in(tmp_path / "s")
    with pytest.raises(InputError, match=r"holds study .*differ in design.seed"):
        study_in(tmp_path / "s", seed=2)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign"])
def test_corrupt_part_is_done_again_and_said(tmp_path, capsys, damage):
    first = study_in(tmp_path / "s")
    part = tmp_path / "s" / "part-00000003.npz"
    data = bytearray(part.read_bytes())
    if damage == "cut":
        part.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        at = bytes(data).index(first.metric("z")[300:310].tobytes())
        data[at + 5] ^= 1
        part.write_bytes(bytes(data))
    elif damage == "empty":
        part.write_bytes(b"")
    else:
        study_in(tmp_path / "other", seed=2)
        part.write_bytes((tmp_path / "other" / part.name).read_bytes())
    again = study_in(tmp_path / "s")
    assert again.dataset.identical(first.dataset)
    assert any("part-00000003.npz" in note and "again" in note for note in again.notes)
    assert "part-00000003.npz" in capsys.readouterr().err
    assert study_in(tmp_path / "s").notes == ("10 of 10 parts were taken from s",)


def test_manifest_that_does_not_read(tmp_path):
    study_in(tmp_path / "s")
    (tmp_path / "s" / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="does not read"):
        study_in(tmp_path / "s")


def test_another_chunk_size_goes_on_with_the_folders(tmp_path):
    first = study_in(tmp_path / "s")
    (tmp_path / "s" / "part-00000009.npz").unlink()
    again = run_study(SPACE, simple, Random(1_000, 1), chunk=333, folder=tmp_path / "s")
    assert again.dataset.identical(first.dataset)
    assert json.loads((tmp_path / "s" / "manifest.json").read_text())["chunk"] == 100


def test_stream_gives_the_same_numbers():
    whole = run_study(SPACE, simple, Random(1_000, 1)).metric("z")
    parts = stream(SPACE, simple, Random(1_000, 1), chunk=130, engine="threads", workers=2)
    assert np.array_equal(np.concatenate([arrays["metric/z"] for _, _, arrays in parts]), whole)
