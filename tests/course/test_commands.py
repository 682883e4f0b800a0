"""The course from the command line: key, build, check, grade, verify, export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from negotiate.cli import main
from negotiate.course import drawing, reader
from negotiate.course.submission import write_answers
from tests.course.conftest import right_answers

EXERCISE = "chicken-commitment"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "class.csv").write_text("student,name\nada,Ada\nben,Ben\n")
    assert main(["course", "key", str(folder / "key")]) == 0
    out = ["--key", str(folder / "key"), "--class", str(folder / "class.csv")]
    assert main(["course", "build", EXERCISE, *out, "-o", str(folder / "built")]) == 0
    return folder


def test_the_key_is_private_and_never_replaced(course: Path, capsys: Any) -> None:
    key = course / "key"
    assert key.stat().st_mode & 0o077 == 0 and len(key.read_bytes().strip()) == 64
    assert main(["course", "key", str(key)]) == 2
    assert "the file exists" in capsys.readouterr().err


def test_from_build_to_scores(course: Path, capsys: Any) -> None:
    key = (course / "key").read_bytes().strip()
    variant = drawing.first(reader.load(EXERCISE), "ada", key)
    path = course / "built" / "students" / "ada" / f"{EXERCISE}.answers.toml"
    assert variant.stamp in path.read_text()
    path.write_text(write_answers(EXERCISE, "ada", variant.stamp, right_answers(variant)))
    capsys.readouterr()
    assert main(["course", "check", str(path)]) == 0
    assert "They are not the grade" in capsys.readouterr().out
    assert main(["course", "check", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["checks"]) == 7
    code = main([
        "course", "grade", str(course / "built" / "students"), "--course", EXERCISE,
        "--class", str(course / "class.csv"), "--key", str(course / "key"),
        "-o", str(course / "graded"), "--level", "full", "--due", "2100-01-01", "--percent",
    ])  # fmt: skip
    assert code == 0
    assert (course / "graded" / "scores.csv").read_text() == "id,score\nada,100\nben,0\n"
    page = (course / "graded" / "feedback" / "ben.md").read_text()
    assert "No question was answered" in page
    assert "1 submissions graded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--level", "all"], "there is no level 'all'"),
        (["--due", "tomorrow"], "'tomorrow' is no time"),
        (["--key", "gone"], "there is no key file"),
        (["--class", "gone"], "there is no such file"),
        (["--course", "gone"], "there is no exercise 'gone'"),
    ],
)
def test_bad_usage_says_what(course: Path, extra: list[str], words: str, capsys: Any) -> None:
    base = {
        "--course": EXERCISE,
        "--class": str(course / "class.csv"),
        "--key": str(course / "key"),
        "-o": str(course / "x"),
    }
    base |= dict(zip(extra[::2], extra[1::2]))
    flat = [part for pair in base.items() for part in pair]
    assert main(["course", "grade", str(course), *flat]) == 2
    assert words in capsys.readouterr().err


def test_verify_shows_findings_and_shares(tmp_path: Path, capsys: Any) -> None:
    assert main(["course", "verify", EXERCISE, "--students", "12"]) == 0
    assert "of pairs share it" in capsys.readouterr().out
    broken = tmp_path / "broken.toml"
    broken.write_text('format = 1\nkind = "exercise"\nid = "broken"\n')
    assert main(["course", "verify", str(tmp_path)]) == 2
    assert "'title' is missing" in capsys.readouterr().err


def test_export(course: Path, tmp_path: Path, capsys: Any) -> None:
    for to in ("nbgrader", "otter"):
        code = main(["course", "export", EXERCISE, "--key", str(course / "key"), "--to", to,
                     "-o", str(tmp_path / to)])  # fmt: skip
        assert code == 0 and capsys.readouterr().out.strip().endswith(f"{EXERCISE}.ipynb")
    code = main(["course", "export", EXERCISE, "--key", str(course / "key"), "--to", "moodle",
                 "-o", str(tmp_path)])  # fmt: skip
    assert code == 2 and "there is no format 'moodle'" in capsys.readouterr().err
