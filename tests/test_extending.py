"""How to add a plug-in, tried: each page's example goes into a copy of the toolkit and is used.

The copy is what a newcomer's checkout is; nothing is registered, only the file is saved where the
page says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "extending"


def example(page: str) -> tuple[Path, str]:
    """The file a page tells the reader to save, and its text."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    place = re.search(r"Save it as `([^`]+)`", text)
    body = re.search(r"^```(?:python|toml)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert place and body, page
    return Path(place.group(1)), body.group(1)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, the cases and the contract tests."""
    folder = tmp_path_factory.mktemp("checkout")
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("negotiate", "games"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_contract.py", folder / "tests")
    shutil.copy(ROOT / "tests" / "test_house.py", folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for page in ("concept", "lever", "form", "section"):
        path, text = example(page)
        assert not (folder / path).exists(), f"{path} is taken: choose another example"
        (folder / path).write_text(text, encoding="utf-8")
    slots = folder / "negotiate" / "model" / "lever.py"
    old = slots.read_text(encoding="utf-8")
    new = old.replace('    "side_payment",\n', '    "side_payment",\n    "legitimacy",\n', 1)
    assert new != old, "the page on levers says that Slot is a list of names"
    slots.write_text(new, encoding="utf-8")
    return folder


def run(checkout: Path, *words: str) -> str:
    """Output of Python in the copy; it must succeed."""
    done = subprocess.run(
        [sys.executable, *words], cwd=checkout, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_all_are_under_the_contract_with_no_further_edit(checkout: Path) -> None:
    chosen = "stackelberg or legitimacy or endgame or without_a_deal"
    out = run(
        checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_contract.py",
        "tests/test_house.py", "-k", chosen,
    )  # fmt: skip
    # concept, form and slot owe a contract; each of the four files is on its floor
    assert out.count(".") >= 7, out


def test_a_concept(checkout: Path) -> None:
    run(checkout, "-m", "doctest", "negotiate/solutions/stackelberg.py")
    out = run(checkout, "-m", "negotiate", "solve", "chicken", "--concept", "stackelberg", "--json")
    (answer,) = json.loads(out)["solutions"]
    # The leader goes straight and the other swerves: 4 and 2 in Rapoport and Chammah's chicken.
    assert [point["payoffs"] for point in answer["points"]] == [{"Row": "4", "Column": "2"}]
    judged = run(checkout, "-c", (
        "import negotiate as ng; from negotiate import registry;"
        "m = registry.load('solutions', 'stackelberg'); g = ng.load('chicken');"
        "n = registry.load('solutions', 'nash_equilibrium').solve(g);"
        "print([(p.label, m.holds(g, p).holds) for p in (*m.solve(g), *n) if '/' not in p.label])"
    ))  # fmt: skip
    assert "('Straight, Swerve', True)" in judged and "('Swerve, Straight', False)" in judged


def test_a_lever_kind(checkout: Path) -> None:
    run(checkout, "-m", "negotiate", "new", "river")
    path = checkout / "river.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('enters = ["disagreement"]', 'enters = ["disagreement", "legitimacy"]', 1),
        encoding="utf-8",
    )
    run(checkout, "-m", "negotiate", "check", "river.toml")
    out = run(checkout, "-c", (
        "import negotiate as ng; from negotiate import registry;"
        "print(registry.load('levers', 'legitimacy').read(ng.load('river.toml').floats()))"
    ))  # fmt: skip
    assert "'diversion'" in out and "'boycott'" not in out


def test_a_form_is_swept_and_cut_at_once(checkout: Path) -> None:
    out = run(
        checkout, "-m", "negotiate", "sweep", "idlib-2020", "--metric", "endgame.relief.turkey",
        "--draws", "64", "--json",
    )  # fmt: skip
    (row,) = json.loads(out)["summary"]
    assert row["draws"] == 64 and 0 < row["mean"] < 1
    run(checkout, "-m", "negotiate", "whatif", "idlib-2020", "--tornado", "endgame.relief.turkey")
    exact = run(checkout, "-c", (
        "import negotiate as ng; from negotiate.forms.endgame import compile, evaluate;"
        "n = ng.load('idlib-2020'); w = compile(n).worth['drift']['turkey'];"
        "f = evaluate(n.floats(), ['worth.drift.turkey'])['worth.drift.turkey'];"
        "print(type(w).__name__, abs(float(w) - f) < 1e-12)"
    ))  # fmt: skip
    assert exact.split() == ["Fraction", "True"]


def test_a_section_stands_in_the_report(checkout: Path) -> None:
    run(checkout, "-m", "negotiate", "report", "idlib-2020", "--section", "without_a_deal",
        "-o", "one.html", "--draws", "10")  # fmt: skip
    text = (checkout / "one.html").read_text(encoding="utf-8")
    assert "Without a deal" in text and "Operation Spring Shield" in text


def test_a_case_is_listed_by_its_stem(checkout: Path) -> None:
    run(checkout, "-m", "negotiate", "new", "games/brook")
    assert "brook" in run(checkout, "-m", "negotiate", "list")
    run(checkout, "-m", "negotiate", "check", "brook")


def test_an_exercise(checkout: Path) -> None:
    path, text = example("exercise")
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text(text, encoding="utf-8")
    out = run(checkout, "-m", "negotiate", "course", "verify", str(path))
    assert "toll-road" in out and "different answers" in out
    broken = checkout / path.parent / "broken.toml"
    broken.write_text(
        text.replace('"toll-road"', '"broken"').replace('South = "south" }', 'South = "suoth" }'),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "negotiate", "course", "verify", str(broken)], cwd=checkout,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(checkout)},
    )  # fmt: skip
    assert done.returncode == 2, done.stdout
    assert "broken.toml:" in done.stderr and "suoth" in done.stderr
