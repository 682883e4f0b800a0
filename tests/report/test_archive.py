"""Replication archives: the same bytes twice, a rerun that agrees, and tampering that is seen."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

import negotiate as ng
from negotiate.cli import main
from negotiate.cli.new import started
from negotiate.errors import FileFormatError, InputError, TooLargeError
from negotiate.report import archive as _archive
from negotiate.report import verify as _verify

FEW = ("summary", "prediction", "sources")
"""Sections enough for these tests; the whole report has tests of its own."""


@pytest.fixture(autouse=True)
def _same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may edit the source while the tests run; the digest has a test of its own."""
    monkeypatch.setattr(_archive, "code_digest", lambda: "0" * 64)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "river.toml"
    path.write_text(started("river", ""), encoding="utf-8")
    return path


@pytest.fixture
def made(case: Path, tmp_path: Path) -> ng.archive:
    return ng.archive(
        case, tmp_path / "a.zip", draws=64, seed=3, sections=FEW, extra={"t.tex": "x & y"}
    )


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as source:
        return {name: source.read(name) for name in source.namelist()}


def rewritten(path: Path, **changed: bytes) -> Path:
    files = contents(path) | {
        k.replace("__", "/").replace("_dot_", "."): v for k, v in changed.items()
    }
    other = path.with_name("changed.zip")
    other.write_bytes(_archive.packed(files))
    return other


def test_the_same_bytes_twice_and_the_input_unchanged(made, case, tmp_path) -> None:
    again = ng.archive(
        case, tmp_path / "b.zip", draws=64, seed=3, sections=FEW, extra={"t.tex": "x & y"}
    )
    assert made.path.read_bytes() == again.path.read_bytes()
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.sha256
    files = contents(made.path)
    assert files["case/river.toml"] == case.read_bytes()
    assert files["extra/t.tex"] == b"x & y"
    wanted = ("report.html", "solutions.json", "draws.csv", "scenarios.json")
    assert {f"results/{name}" for name in wanted} < set(files)
    assert {"settings.json", "environment.txt", "README.md", "rerun.py"} < set(files)
    assert "numpy==" in files["environment.txt"].decode()
    for line in files["MANIFEST.sha256"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest


def test_seed_and_changes_change_the_results(case, made, tmp_path) -> None:
    seed = contents(ng.archive(case, tmp_path / "s.zip", draws=64, seed=4, sections=FEW).path)
    first = contents(made.path)
    assert seed["results/draws.csv"] != first["results/draws.csv"]
    assert seed["results/solutions.json"] == first["results/solutions.json"]
    cost = "lever.boycott.cost.upstream"
    other = ng.archive(
        case,
        tmp_path / "c.zip",
        draws=64,
        changes={cost: Fraction(1, 3)},
        scenario=("no-diversion",),
        sections=FEW,
    )
    assert contents(other.path)["results/solutions.json"] != first["results/solutions.json"]
    assert b"Numbers and sources" in contents(other.path)["results/report.html"]
    assert b"What if" not in contents(other.path)["results/report.html"]
    assert b'"1/3"' in contents(other.path)["settings.json"]
    assert ng.verify_archive(other.path).identical


def test_a_rerun_agrees_from_zip_and_folder(made, tmp_path) -> None:
    found = ng.verify_archive(made.path)
    assert found.identical and found.agrees and found.code
    assert "byte for byte" in found.text() and "byte for byte" in found.html()
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(made.path) as source:
        source.extractall(folder)
    (folder / "notes-of-mine.txt").write_text("not part of it")
    assert ng.verify_archive(folder).identical


def test_tampering_is_seen(made) -> None:
    files = contents(made.path)
    case = files["case/river.toml"].replace(b"value = 0.6,", b"value = 0.7,")
    found = ng.verify_archive(rewritten(made.path, case__river_dot_toml=case))
    assert found.changed == ("case/river.toml",) and not found.agrees
    assert "changed after the archive was made: case/river.toml" in found.text()
    assert "sum to" in found.reason  # weights that no longer sum to one: nothing was run
    assert {r.state for r in found.results} == {"missing"}
    draws = files["results/draws.csv"].replace(b"0.", b"1.", 1)
    found = ng.verify_archive(rewritten(made.path, results__draws_dot_csv=draws))
    assert found.changed == ("results/draws.csv",)
    assert {r.name: r.state for r in found.results}["results/draws.csv"] == "differs"
    found = ng.verify_archive(rewritten(made.path, results__new_dot_txt=b"smuggled"))
    assert found.changed == ("results/new.txt",)


def test_a_manifest_forged_with_the_result_is_caught_by_the_rerun(made) -> None:
    files = contents(made.path)
    bad = files["results/draws.csv"].replace(b"0.", b"1.", 1)
    old, new = (hashlib.sha256(b).hexdigest().encode() for b in (files["results/draws.csv"], bad))
    manifest = files["MANIFEST.sha256"].replace(old, new)
    other = rewritten(made.path, results__draws_dot_csv=bad, MANIFEST_dot_sha256=manifest)
    found = ng.verify_archive(other)
    assert found.changed == () and not found.agrees
    assert next(r for r in found.results if r.state == "differs").difference > 0.9


def test_rounding_is_told_from_a_change() -> None:
    assert _verify.compared("x", b"a 0.5 b", b"a 0.5000000001 b").state == "close"
    assert _verify.compared("x", b"a 0.5 b", b"a 0.51 b").state == "differs"
    assert _verify.compared("x", b"a 0.5 b", b"c 0.5 b").state == "differs"
    assert _verify.compared("x", b"1e-3", "−1e-3".encode()).difference == pytest.approx(2e-3)
    assert _verify.compared("x", None, b"1").state == "missing"


def test_hostile_and_broken_archives(tmp_path: Path, made, monkeypatch) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"not a zip")
    with pytest.raises(FileFormatError, match="not a zip"):
        ng.verify_archive(bad)
    with pytest.raises(InputError, match="no such file"):
        ng.verify_archive(tmp_path / "none.zip")
    bad.write_bytes(_archive.packed({"a": b"b"}))
    with pytest.raises(FileFormatError, match="not a replication archive"):
        ng.verify_archive(bad)
    climbing = contents(made.path)["MANIFEST.sha256"].replace(b"README.md", b"../../etc/x")
    with pytest.raises(FileFormatError, match="MANIFEST"):
        ng.verify_archive(rewritten(made.path, MANIFEST_dot_sha256=climbing))
    with pytest.raises(FileFormatError, match="cannot be read"):
        ng.verify_archive(rewritten(made.path, settings_dot_json=b"[]"))
    monkeypatch.setattr(_verify, "MAX_BYTES", 1000)
    with pytest.raises(TooLargeError):
        ng.verify_archive(made.path)


def test_what_is_refused(case: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a game"):
        ng.archive("chicken", tmp_path / "x.zip")
    with pytest.raises(InputError, match="ends in"):
        ng.archive(case, tmp_path / "x.tar")
    with pytest.raises(InputError, match="a name inside the archive"):
        ng.archive(case, tmp_path / "x.zip", draws=16, sections=FEW, extra={"../x": "y"})
    assert not (tmp_path / "x.zip").exists()


def test_the_command_line(case: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.tex").write_text("a")
    words = ["--set", "lever.boycott.cost.upstream*=2", "--section", "summary"]
    assert main(["archive", "river.toml", "--draws", "32", "--extra", "table.tex", *words]) == 0
    assert "extra/table.tex" in capsys.readouterr().out
    assert main(["verify", "river.zip", "--json"]) == 0
    assert '"identical": true' in capsys.readouterr().out
    other = rewritten(tmp_path / "river.zip", README_dot_md=b"")
    assert main(["verify", str(other)]) == 3
    assert main(["archive", "river.toml", "--extra", "gone.tex"]) == 2


def test_the_script_inside_reruns_it(case: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.undo()
    made = ng.archive(case, tmp_path / "a.zip", draws=16, sections=FEW)
    with zipfile.ZipFile(made.path) as source:
        source.extractall(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "rerun.py"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(ng.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    assert "byte for byte" in done.stdout


def test_the_digest_of_the_code_follows_the_code(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(_archive, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text("1")
    first = _archive.code_digest()
    assert first == _archive.code_digest()
    (tmp_path / "a.py").write_text("2")
    assert _archive.code_digest() != first
