"""Exports: the formats of nbgrader and Otter, tried with the tools where they are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from negotiate.course import autograde, export, reader
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from tests.course.conftest import KEY, right_answers, variant_of

ROOT = Path(__file__).parents[2]
STEM = "chicken-commitment"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, chicken: Exercise) -> Path:
    out = tmp_path_factory.mktemp("exported")
    text = reader.resolve(STEM).read_text(encoding="utf-8")
    for name in export.FORMATS:
        export.export({STEM: (chicken, text)}, KEY, out / name, to=name, student="everybody")
    return out


def book(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_both_are_valid_notebooks(exported: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    for path in exported.rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))


def test_nbgrader_cells(exported: Path) -> None:
    """Every question: an answer cell and a test cell whose points add up; ids are unique."""
    cells = book(exported / "nbgrader" / "source" / STEM / f"{STEM}.ipynb")["cells"]
    meta = [c["metadata"]["nbgrader"] for c in cells]
    assert len({m["grade_id"] for m in meta}) == len(meta)
    assert all(m["schema_version"] == 3 for m in meta)
    assert sum(m.get("points", 0) for m in meta if m["grade"]) == 13
    for cell, m in zip(cells, meta):
        if m["solution"] and cell["cell_type"] == "code":
            assert re.match(r'answers\["\w+"\] = None\n### BEGIN SOLUTION', source(cell))
        if m["grade"]:
            assert "### BEGIN HIDDEN TESTS" in source(cell) and m["locked"]


def test_the_hidden_tests_mark_as_we_do(chicken: Exercise) -> None:
    variant: Variant = replace(variant_of(chicken, "everybody"), coded=False)
    text = reader.resolve(STEM).read_text(encoding="utf-8")
    word = export.payload(text, variant)
    for question, entry in right_answers(variant).items():
        assert autograde.share(question, entry, word) == 1.0
    assert autograde.points("pure", ({"A": "Yield", "B": "Press on"},), word) == 1.0
    assert autograde.points("press", float("nan"), word) == 0.0
    assert KEY.decode() not in word


def tool(name: str) -> str:
    """A tool of the machine, or of a folder named for this test; skipped where there is none."""
    found = shutil.which(name, path=os.environ.get("COURSE_TOOLS", "")) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def call(*arguments: str, folder: Path) -> str:
    search = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    path = os.pathsep.join([str(Path(arguments[0]).parent), os.environ["PATH"]])
    done = subprocess.run(
        arguments,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": search, "PATH": path},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


ANSWERS = {"pure": '[{"A": "Yield", "B": "Press on"}]', "press": '"1/97"'}
"""Half right and wrong: 1 of 2 points and 0 of 3, so 9 of 13."""


@pytest.mark.slow
def test_with_nbgrader(exported: Path) -> None:
    nbgrader = tool("nbgrader")
    folder = exported / "nbgrader"
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "course"\n'
    )
    call(nbgrader, "generate_assignment", STEM, "--create", "--force", folder=folder)
    full = book(folder / "source" / STEM / f"{STEM}.ipynb")
    solved = {
        c["metadata"]["nbgrader"]["grade_id"]: source(c).splitlines()[1]
        for c in full["cells"]
        if source(c).startswith("### BEGIN SOLUTION")
    }
    for student, replaced in (("ada", {}), ("ben", ANSWERS)):
        given = book(folder / "release" / STEM / f"{STEM}.ipynb")
        assert "HIDDEN" not in json.dumps(given)
        for cell in given["cells"]:
            name = cell["metadata"]["nbgrader"]["grade_id"]
            if name in solved:
                question = name.removeprefix(f"{STEM}-")
                other = replaced.get(question)
                cell["source"] = f'answers["{question}"] = {other}' if other else solved[name]
        place = folder / "submitted" / student / STEM
        place.mkdir(parents=True)
        (place / f"{STEM}.ipynb").write_text(json.dumps(given))
    call(nbgrader, "autograde", STEM, "--create", "--force", folder=folder)
    call(nbgrader, "export", folder=folder)
    rows = [line.split(",") for line in (folder / "grades.csv").read_text().splitlines()]
    score = {row[rows[0].index("student_id")]: row[rows[0].index("score")] for row in rows[1:]}
    assert score == {"ada": "13.0", "ben": "9.0"}


@pytest.mark.slow
def test_with_otter(exported: Path) -> None:
    otter = tool("otter")
    folder = exported / "otter"
    call(otter, "assign", f"{STEM}/{STEM}.ipynb", "dist", folder=folder)
    archive = next((folder / "dist" / "autograder").glob("*.zip"))
    solved = {}
    for cell in book(folder / "dist" / "autograder" / f"{STEM}.ipynb")["cells"]:
        if cell["cell_type"] == "code" and source(cell).startswith('answers["'):
            solved[source(cell).split('"')[1]] = source(cell).replace(" # SOLUTION", "")
    for replaced, wanted in (({}, 13), (ANSWERS, 9)):
        given = book(folder / "dist" / "student" / f"{STEM}.ipynb")
        assert "autograde" not in json.dumps(given)
        for cell in given["cells"]:
            if cell["cell_type"] == "code" and source(cell).startswith('answers["'):
                question = source(cell).split('"')[1]
                other = replaced.get(question)
                cell["source"] = f'answers["{question}"] = {other}' if other else solved[question]
        (folder / "mine.ipynb").write_text(json.dumps(given))
        call(otter, "run", "-a", str(archive), "mine.ipynb", folder=folder)
        tests = json.loads((folder / "results.json").read_text())["tests"]
        assert sum(t.get("score") or 0 for t in tests) == wanted
