"""The front doors are typed: what documents show passes mypy strict, misspellings do not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
FIRST = """
from negotiate import bargaining, crisis, extensive, strategic, threats
import negotiate as ng
case = ng.load("idlib-2020")
problem = bargaining.problem(case)
deal = bargaining.nash(problem)
"""


def check(text: str, folder: Path) -> str:
    """What mypy strict says of a script."""
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"),
         "--follow-imports", "silent", str(script)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^(?:>>>|\.\.\.) ?(.*)$", text, flags=re.MULTILINE)
    return "\n".join(lines) + "\n"


def notebook(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(code) + "\n"


def errors(said: str) -> list[str]:
    """Names that do not exist and calls that do not fit: what a type checker is for here."""
    kinds = r"\[(attr-defined|name-defined|call-arg|arg-type|call-overload|misc)\]"
    return [line for line in said.splitlines() if re.search(kinds, line)]


def test_the_readme_is_typed(tmp_path: Path) -> None:
    assert "Success" in check(readme(), tmp_path)


def test_the_first_notebook_uses_names_that_exist(tmp_path: Path) -> None:
    said = check(notebook(ROOT / "notebooks" / "01-idlib.ipynb"), tmp_path)
    assert not [line for line in errors(said) if "negotiate" in line], said


@pytest.mark.parametrize(
    "wrong",
    ["bargaining.nahs(problem)", "bargaining.problem(case, nonsense=3)", "deal.pionts",
     "deal[0].payofs", "ng.sensitivty(case)", "case.principels", "crisis.mediaton(case)"],
)  # fmt: skip
def test_a_misspelling_is_refused(wrong: str, tmp_path: Path) -> None:
    assert "error" in check(FIRST + wrong + "\n", tmp_path)


def test_what_an_editor_offers() -> None:
    jedi = pytest.importorskip("jedi")
    least = {"ng.": 30, "bargaining.": 15, "case.": 30, "problem.": 10, "deal.": 10}
    for typed, count in least.items():
        script = jedi.Script(FIRST + typed, project=jedi.Project(str(ROOT)))
        line = FIRST.count("\n") + 1
        found = [c.name for c in script.complete(line, len(typed)) if not c.name.startswith("_")]
        assert len(found) >= count, (typed, len(found))
