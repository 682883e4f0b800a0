"""What students get: no secret in it, the same bytes again, answers that come back."""

from __future__ import annotations

import json
import stat
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from negotiate.course import build, files, grading, solutions, student
from negotiate.course.build import student_files
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.package import allowed, offered
from negotiate.course.submission import read
from negotiate.course.text import cell, shown
from negotiate.errors import CaseError, NegotiateError
from tests.course.conftest import KEY, coded, right_answers, variant_of

CLASS = ("ada", "ben", "cleo")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, chicken: Exercise) -> Path:
    out = tmp_path_factory.mktemp("course")
    build.build({chicken.id: chicken}, CLASS, KEY, out)
    return out


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_no_secret_in_what_students_get(built: Path, chicken: Exercise) -> None:
    secrets = [
        KEY.decode(),
        KEY.hex(),
        "slight_counted",
        "You compared the clash",
        "mistake",
        "Schelling",
        "does the opposite of what it sees",
        "prize / (prize + clash)",
    ]
    for path in (built / "students").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for secret in secrets:
                assert secret not in text, (path.name, secret)
    for name in CLASS:
        variant = variant_of(chicken, name)
        book = json.loads((built / "students" / name / "chicken-commitment.ipynb").read_text())
        answers = shown(variant.world["p"])
        assert all(answers not in "".join(c["source"]) for c in book["cells"])


def test_everybody_gets_other_numbers(built: Path) -> None:
    texts = {(built / "students" / n / "chicken-commitment.ipynb").read_text() for n in CLASS}
    assert len(texts) == len(CLASS)


def test_the_same_course_gives_the_same_bytes(
    built: Path, chicken: Exercise, tmp_path: Path
) -> None:
    build.build({chicken.id: chicken}, CLASS, KEY, tmp_path)
    assert snapshot(built) == snapshot(tmp_path)


def test_the_instructors_folder_is_closed_to_others(built: Path) -> None:
    assert stat.S_IMODE((built / "instructor").stat().st_mode) == 0o700
    sheet = built / "instructor" / "solutions" / "chicken-commitment" / "ada.md"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    text = sheet.read_text()
    assert "Best replies are underlined" in text  # the toolkit's worked steps
    assert "other_strategy" in text and "<<" not in text


def test_an_unopened_package_is_empty_and_its_answers_file_is_read(built: Path) -> None:
    for name in ("chicken-commitment.answers.toml", "chicken-commitment.ipynb"):
        found = read(built / "students" / "ada" / name)
        assert found is not None and found.open and found.student == "ada" and found.numbers


def test_where_an_option_stands_tells_nothing(chicken: Exercise) -> None:
    """The right option comes first in the file; each student sees an order of their own."""
    question = next(q for q in chicken.question if q.id == "why")
    variants = [variant_of(chicken, f"s{i}") for i in range(60)]
    orders = [[o.id for o in offered(question, v)] for v in variants]
    assert all(sorted(order) == sorted(o.id for o in question.options) for order in orders)
    first = [order.index("visible") for order in orders]
    # one third each: fewer than 8 of 60 has a probability below 1e-3
    assert all(first.count(place) >= 8 for place in range(3))
    # the order does not follow from the file's: another order there gives the same here
    turned = question.model_copy(update={"options": question.options[::-1]})
    assert [[o.id for o in offered(turned, v)] for v in variants] == orders
    kept = question.model_copy(update={"keep_order": True})
    assert offered(kept, variants[0]) == question.options
    # notebook and answers file agree
    files = student_files(variants[0])
    listed = ", ".join(f'"{coded(variants[0], "why", name)}"' for name in orders[0])
    assert listed in files["chicken-commitment.answers.toml"]


def test_how_near_is_said_without_an_exponent(wide: Exercise) -> None:
    """Every tolerance, absolute or relative, stands beside its question."""
    question = next(q for q in wide.question if q.kind == "number")
    variant = variant_of(wide, "ada")
    for absolute, relative, words in (
        (Fraction(1, 20000), None, "(right within 0.00005)"),
        (None, Fraction(1, 200), "(right within 0.5 % of the answer)"),
    ):
        asked = question.model_copy(update={"tolerance": absolute, "relative": relative})
        assert allowed(asked, variant).endswith(words)


def run_cells(folder: Path, answers: dict[str, Any]) -> None:
    """The notebook's code with answers put in, run the way a student would."""
    import os

    book = json.loads((folder / "chicken-commitment.ipynb").read_text())
    space: dict[str, Any] = {}
    before = Path.cwd()
    os.chdir(folder)
    try:
        for entry in book["cells"]:
            if entry["cell_type"] == "code":
                source = entry["source"]
                for name, value in answers.items():
                    source = source.replace(f'["{name}"] = None', f'["{name}"] = {value!r}')
                exec(source, space)  # the student's machine, not the grader's
    finally:
        os.chdir(before)


def test_from_notebook_to_grade(tmp_path: Path, chicken: Exercise) -> None:
    variant = variant_of(chicken, "ada")
    folder = tmp_path / "ada"
    folder.mkdir()
    for name, text in student_files(variant).items():
        (folder / name).write_text(text)
    run_cells(folder, right_answers(variant))
    report = grading.grade(tmp_path, {chicken.id: chicken}, ["ada"], KEY)
    assert report.graded[0].points == 13
    checks = student.check_file(folder / "chicken-commitment.answers.toml")
    assert checks.passed == 7
    assert "not the grade" in checks.text() and "not the grade" in checks.html()


def public(variant: Variant) -> dict[str, Any]:
    from negotiate.course.package import public as written

    found: dict[str, Any] = json.loads(written(variant))
    return found


def test_public_checks_know_no_answer(chicken: Exercise) -> None:
    variant = variant_of(chicken, "ada")
    known = public(variant)
    code = coded(variant, "why", "stronger")
    wrong = {"press": "1/97", "why": code, "pure": [{"A": "Yield", "B": "Yield"}]}
    status = {c.question: c.status for c in student.check(wrong, known).checks}
    assert status["press"] == status["why"] == status["pure"] == "passes"
    assert status["worth"] == "open"
    bad = {"press": "3/2", "why": "perhaps", "pure": [{"A": "Yield"}], "formula": "q + 1", "x": 1}
    found = student.check(bad, known)
    status = {c.question: c.status for c in found.checks}
    assert status["press"] == "fails"
    assert status["why"] == status["pure"] == status["formula"] == "unreadable"
    assert found.notes == ("there is no question 'x'",)


def test_what_a_student_writes_is_escaped_in_the_checks(chicken: Exercise) -> None:
    known = public(variant_of(chicken, "ada"))
    found = student.check({"why": "<script>alert(1)</script>", "<b>": 1}, known)
    assert "<script>" not in found.html() and "<b>" not in found.html()


def test_a_name_that_leaves_the_folder_finds_nothing(tmp_path: Path) -> None:
    with pytest.raises(NegotiateError, match="public part"):
        student.hand_in({}, "../../etc/passwd", tmp_path)


def test_hand_in_bears_what_notebooks_hold(tmp_path: Path, chicken: Exercise) -> None:
    """NumPy numbers, floats that are no numbers, tuples, things that are no data at all."""
    import numpy as np

    variant = variant_of(chicken, "ada")
    for name, text in student_files(variant).items():
        (tmp_path / name).write_text(text)
    answers = {
        "press": np.float64(0.5),
        "worth": float("nan"),
        "gain": np.int64(3),
        "why": object(),
        "pure": ({"A": "Yield", "B": "Press on"},),
        "formula": "\ud800",
    }
    checks = student.hand_in(answers, "chicken-commitment", tmp_path)
    status = {c.question: c.status for c in checks.checks}
    assert status["press"] == status["pure"] == "passes" and status["worth"] == "open"
    assert status["why"] == "unreadable"


@pytest.mark.parametrize("name", ["wide", "chicken"])
def test_solutions_and_feedback_have_no_holes(name: str, request: pytest.FixtureRequest) -> None:
    exercise: Exercise = request.getfixturevalue(name)
    text = solutions.sheet(variant_of(exercise, "ada"))
    assert "<<" not in text and all(f"{q.id} (" in text for q in exercise.question)


def test_the_class_list_says_all_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text("name;Student\nAda;s1\nBen;S1\nC;../x\nD;\nE;con.\n\nF;a b\n", "utf-8")
    with pytest.raises(CaseError) as caught:
        files.read_class(path)
    text = str(caught.value)
    assert "5 errors" in text and "class.csv:3" in text and "stands in line 2 too" in text
    path.write_text("﻿Name,ID\nAda,s1\nBen,b@x.org\n", "utf-8")
    assert files.read_class(path).students == ("s1", "b@x.org")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"student\n", b"\xff\xfe\x00s"])
def test_class_lists_that_are_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(content)
    with pytest.raises(NegotiateError):
        files.read_class(path)


def test_writing_leaves_nothing_half_written(tmp_path: Path, monkeypatch: Any) -> None:
    target = tmp_path / "x.txt"
    files.write(target, "old")

    def fails(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fails)
    with pytest.raises(OSError, match="disk full"):
        files.write(target, "new")
    monkeypatch.undo()
    assert target.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.parametrize("text", ["=1+1", "+x", "@SUM(A1)", "-cmd", "|a", "a\nb"])
def test_tables_carry_no_formula(text: str) -> None:
    line = files.csv_text(("a",), [(text,)]).splitlines()[1]
    assert line.startswith("'") or line == "a b"
    assert files.csv_text(("a",), [("-3/4",)]).splitlines()[1] == "-3/4"


def test_markdown_cells_are_escaped() -> None:
    assert cell("<b>|`x`$y$\n[l](u)") == r"\<b\>\|\`x\`\$y\$ \[l\](u)"


def test_a_tree_is_shown_as_a_picture_and_as_a_list(chicken: Exercise) -> None:
    import base64

    book = json.loads(student_files(variant_of(chicken, "ada"))["chicken-commitment.ipynb"])
    cells = [entry for entry in book["cells"] if "attachments" in entry]
    assert len(cells) == 1 and "(attachment:first.svg)" in cells[0]["source"]
    picture = base64.b64decode(cells[0]["attachments"]["first.svg"]["image/svg+xml"]).decode()
    assert picture.startswith("<svg") and "Press on" in picture
    assert "- **Press on**: B moves" in cells[0]["source"].replace("  ", "")
