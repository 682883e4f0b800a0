"""How to extend the toolkit, tried: each page's example is saved outside the package and used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from negotiate.case.read import resolve

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "extending"
ARMS = """
[quantity.arms_gain]
value = 0.1
low = 0.05
high = 0.15
unit = "stake"
judgement = true

[quantity.arms_cost]
value = 0.2
low = 0.1
high = 0.3
unit = "stake"
judgement = true

[quantity.arms_loss]
value = 0.5
unit = "stake"
judgement = true
"""


def example(page: str) -> tuple[Path, str]:
    """The file a page tells the reader to save, and its text."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    place = re.search(r"Save it as `([^`]+)`", text)
    body = re.search(r"^```(?:python|toml)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert place and body, page
    return Path(place.group(1)), body.group(1)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples of the pages, found through ``NEGOTIATE_PATH``."""
    folder = tmp_path_factory.mktemp("plugins")
    for page in ("concept", "game", "section", "lever"):
        path, text = example(page)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def run(plugins: Path, *words: str, code: int = 0) -> str:
    """Output of Python with the plug-ins at hand."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=plugins,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NEGOTIATE_PATH": str(plugins)},
    )
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout if code == 0 else done.stderr


def test_the_examples_keep_their_promises(plugins: Path) -> None:
    for name in ("stackelberg.py", "security_dilemma.py", "legitimacy.py"):
        run(plugins, "-m", "doctest", name)


def test_they_are_under_the_contract_with_no_further_edit(plugins: Path) -> None:
    out = run(
        plugins, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly",
        "--rootdir", str(ROOT), str(ROOT / "tests" / "test_contract.py"),
        "-k", "stackelberg or security_dilemma",
    )  # fmt: skip
    assert out.count(".") >= 2, out


def test_a_concept(plugins: Path) -> None:
    assert "stackelberg" in run(plugins, "-m", "negotiate", "concepts", "strategic")
    out = run(plugins, "-m", "negotiate", "solve", "chicken", "--concept", "stackelberg", "--json")
    (answer,) = json.loads(out)["solutions"]
    # The leader goes straight and the other swerves: 4 and 2 in Rapoport and Chammah's chicken.
    assert [point["payoffs"] for point in answer["points"]] == [{"Row": "4", "Column": "2"}]
    judged = run(
        plugins,
        "-c",
        (
            "import negotiate as ng; from negotiate.declare import concept_named;"
            "m = concept_named('stackelberg'); g = ng.open('chicken');"
            "n = g.solve('nash_equilibrium');"
            "print([(p.label, m.holds(g, p).holds) for p in (*m(g), *n) if '/' not in p.label])"
        ),
    )
    assert "('Straight, Swerve', True)" in judged and "('Swerve, Straight', False)" in judged


def test_a_game_is_solved_and_swept_at_once(plugins: Path) -> None:
    run(plugins, "-m", "negotiate", "new", "river")
    path = plugins / "river.toml"
    path.write_text(path.read_text(encoding="utf-8") + ARMS, encoding="utf-8")
    out = run(
        plugins, "-m", "negotiate", "solve", "river.toml", "--game", "security_dilemma", "--json"
    )
    (answer,) = json.loads(out)["solutions"]
    assert [point["label"] for point in answer["points"]] == ["disarmament", "arms race", "mixed"]
    assert all(item["holds"] for item in answer["evidence"])
    name = "security_dilemma.peace_margin"
    out = run(
        plugins, "-m", "negotiate", "sweep", "river.toml", "--metric", name, "--draws", "64",
        "--json",
    )  # fmt: skip
    (row,) = json.loads(out)["summary"]
    # cost and gain have means 0.2 and 0.1: their difference is near 0.1
    assert row["draws"] == 64 and abs(row["mean"] - 0.1) < 0.02
    run(plugins, "-m", "negotiate", "whatif", "river.toml", "--tornado", name)


def test_a_section_stands_in_the_report(plugins: Path) -> None:
    run(plugins, "-m", "negotiate", "report", "idlib-2020", "--section", "without_a_deal",
        "-o", "one.html", "--draws", "10")  # fmt: skip
    text = (plugins / "one.html").read_text(encoding="utf-8")
    assert "Without a deal" in text and "Operation Spring Shield" in text


def test_a_slot_of_levers(plugins: Path, tmp_path: Path) -> None:
    """One file: the format takes the slot, a model reads it; without a reader check says so."""
    text = resolve("idlib-2020").read_text(encoding="utf-8")
    old = 'enters = ["disagreement", "inside_flow", "punishment"]'
    assert old in text
    (plugins / "standing.toml").write_text(
        text.replace(old, old.replace("]", ', "legitimacy"]'), 1), encoding="utf-8"
    )
    plain = {**os.environ, "PYTHONPATH": str(ROOT)}
    known = [sys.executable, "-m", "negotiate", "check", "standing.toml"]
    refused = subprocess.run(known, cwd=plugins, capture_output=True, text=True, env=plain)
    assert refused.returncode == 2 and "enters[4]: 'legitimacy'" in refused.stderr
    assert "legitimacy" not in run(plugins, "-m", "negotiate", "check", "standing.toml")
    left = json.loads(run(plugins, "-c", (
        "import json, negotiate as ng; case = ng.load('standing.toml');"
        "lever = next(x for x in case.case.lever if 'legitimacy' in x.enters);"
        "use = sum(float(case.value(f'branch.{b}.probability'))"
        " * float(case.get(f'lever.{lever.id}.credibility.{b}', 0)) for b in case.branches);"
        "cost = {p: use * float(case.get(f'lever.{lever.id}.cost.{p}', 0)) for p in case.parties};"
        "left = {p: float(v) for p, v in ng.game(case, 'standing').left.items()};"
        "print(json.dumps([left, cost]))"
    )))  # fmt: skip
    assert all(abs(left[0][p] - (1 - left[1][p])) < 1e-12 for p in left[0])
    assert any(cost > 0 for cost in left[1].values())
    alone = tmp_path  # outside: what stands below the folder of plug-ins is declared too
    body = (plugins / "legitimacy.py").read_text(encoding="utf-8")
    (alone / "legitimacy.py").write_text(
        body.replace('@compiles("standing", slots=("legitimacy",))', '@compiles("standing")'),
        encoding="utf-8",
    )
    told = subprocess.run(
        known,
        cwd=plugins,
        capture_output=True,
        text=True,
        env={**plain, "NEGOTIATE_PATH": str(alone)},
    )
    assert told.returncode == 0, told.stderr
    assert "nothing of this case reads the slot 'legitimacy'" in told.stderr + told.stdout


def test_an_exercise(plugins: Path) -> None:
    path, text = example("exercise")
    (plugins / path).parent.mkdir(parents=True, exist_ok=True)
    (plugins / path).write_text(text, encoding="utf-8")
    out = run(plugins, "-m", "negotiate", "course", "verify", str(path))
    assert "toll-road" in out and "different answers" in out
    broken = plugins / path.parent / "broken.toml"
    broken.write_text(
        text.replace('"toll-road"', '"broken"').replace('South = "south" }', 'South = "suoth" }'),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "negotiate", "course", "verify", str(broken)],
        cwd=plugins,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2, done.stdout
    assert "broken.toml:" in done.stderr and "suoth" in done.stderr
