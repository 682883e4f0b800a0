"""Grading a folder: every kind of submission gets its line, the rest are graded."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiate.course import drawing, feedback, grading
from negotiate.course.collecting import Deadline, moment, owner_of
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.grading import Report, grade
from negotiate.course.submission import Submission, _plain, write_answers
from tests.course.conftest import KEY, coded, hand_in, right_answers

CLASS = [f"s{i}" for i in range(1, 15)]
DUE = moment("2026-12-01T18:00+01:00")


@pytest.fixture(scope="module")
def variants(chicken: Exercise) -> dict[str, Variant]:
    return drawing.assign(chicken, CLASS, KEY)


def run(folder: Path, *exercises: Exercise, **more: Any) -> Report:
    return grade(folder, {e.id: e for e in exercises}, CLASS, KEY, **more)


def result(report: Report, student: str) -> grading.Graded:
    return next(g for g in report.graded if g.student == student)


def line(report: Report, ending: str) -> str:
    found = [said for path, _, _, said in report.lines if path.endswith(ending)]
    assert len(found) == 1, (ending, report.lines)
    return found[0]


@pytest.fixture
def folder(tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]) -> Path:
    """A folder with one submission of every unhappy kind, and happy ones among them."""
    right = {s: right_answers(v) for s, v in variants.items()}
    wrong = coded(variants["s3"], "why", "stronger")

    def stamped(path: Path, when: float) -> None:
        os.utime(path, (when, when))

    stamped(hand_in(tmp_path, variants["s1"], right["s1"]), DUE - 60)
    stamped(hand_in(tmp_path, variants["s2"], right["s2"]), DUE + 7300)  # late
    stamped(hand_in(tmp_path, variants["s3"], {"why": wrong}, "first.toml"), DUE - 100)
    stamped(hand_in(tmp_path, variants["s3"], right["s3"], "second.toml"), DUE - 50)  # twice
    (tmp_path / "s4").mkdir()
    (tmp_path / "s4" / "chicken-commitment.answers.toml").write_text("answers = [[[")  # broken
    hand_in(tmp_path, variants["s5"], dict.fromkeys(right["s5"], ""))  # empty
    theirs = hand_in(tmp_path, variants["s1"], right["s1"], "copy.toml").read_text()
    (tmp_path / "s1" / "copy.toml").unlink()
    (tmp_path / "s6").mkdir()
    (tmp_path / "s6" / "chicken-commitment.answers.toml").write_text(theirs)  # another's
    text = theirs.replace('"s1"', '"s7"')  # another's numbers under one's own name
    (tmp_path / "s7").mkdir()
    (tmp_path / "s7" / "chicken-commitment.answers.toml").write_text(text)
    (tmp_path / "s8").mkdir()
    (tmp_path / "s8" / "chicken-commitment.answers.toml").write_bytes(b"#" * 400_000)  # huge
    hostile = {
        "pure": "=cmd|'/c calc'!A1",
        "press": "__import__('os').system('touch /tmp/x')",
        "worth": "1" * 5000,
        "formula": "prize.__class__.__mro__",
        "commit": {"A": ["<script>"]},
        "gain": "<script>alert(1)</script>",
        "why": "../../etc/passwd",
        "q; rm -rf": 1,
    }
    place = tmp_path / "s9"
    place.mkdir()
    (place / "answers.json").write_text(
        json.dumps(
            {
                "exercise": "chicken-commitment",
                "student": "s9",
                "stamp": variants["s9"].stamp,
                "answers": hostile,
            }
        )
    )
    (tmp_path / "s10").mkdir()
    (tmp_path / "s10" / "chicken-commitment.answers.toml").symlink_to("/etc/passwd")
    stray = write_answers("chicken-commitment", "nobody", "x", {"why": "visible"})
    (tmp_path / "stray.toml").write_text(stray)
    (tmp_path / "s11").mkdir()
    (tmp_path / "s11" / "other.toml").write_text(write_answers("no-such", "s11", "x", {"a": 1}))
    no_stamp = write_answers("chicken-commitment", "s12", "", right["s12"])
    (tmp_path / "s12_assignment.toml").write_text(no_stamp)
    (tmp_path / "s13").mkdir()
    (tmp_path / "s13" / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "s13" / "notes.txt").write_text("hello")
    return tmp_path


def test_each_gets_its_line_and_the_rest_are_graded(folder: Path, chicken: Exercise) -> None:
    report = run(folder, chicken, deadline=Deadline(DUE, Fraction(1, 2)))
    assert (
        result(report, "s1").points == 13
        and line(report, "s1/chicken-commitment.answers.toml") == "graded: 13 of 13"
    )
    late = result(report, "s2")
    assert late.points == Fraction(13, 2) and "late by 2 h 1 min" in late.remarks[0]
    twice = result(report, "s3")
    assert twice.points == 13 and twice.remarks == ("twice: of 2 files the newest in time counts",)
    assert line(report, "s3/first.toml") == "twice: s3/second.toml counts"
    assert result(report, "s4").status == "broken"
    assert "not valid TOML" in line(report, "s4/chicken-commitment.answers.toml")
    assert line(report, "s5/chicken-commitment.answers.toml").startswith("empty")
    for student, words in (("s6", "the file is that of 's1'"), ("s7", "the numbers of 's1'")):
        refused = result(report, student)
        assert refused.status == "refused" and refused.points == 0
        assert words in line(report, f"{student}/chicken-commitment.answers.toml")
    assert "400,000 bytes" in line(report, "s8/chicken-commitment.answers.toml")
    hostile = result(report, "s9")
    assert hostile.points == 0 and {m.status for m in hostile.marks} == {"unreadable"}
    assert "link" in line(report, "s10/chicken-commitment.answers.toml")
    assert "'nobody' is on no class list" in line(report, "stray.toml")
    assert "no such exercise: 'no-such'" in line(report, "s11/other.toml")
    assert result(report, "s12").points == 13
    assert result(report, "s12").remarks == ("no stamp: graded by the numbers of the class list",)
    assert result(report, "s13").status == result(report, "s14").status == "missing"
    assert len(report.graded) == len(CLASS)


def test_the_same_folder_gives_the_same_bytes(folder: Path, chicken: Exercise) -> None:
    def everything() -> list[str]:
        report = run(folder, chicken, deadline=Deadline(DUE))
        pages = [feedback.page(report, s, "full") for s in CLASS]
        return [*feedback.tables(report).values(), *pages]

    assert everything() == everything()


def test_what_students_write_is_harmless_where_it_is_shown(folder: Path, chicken: Exercise) -> None:
    report = run(folder, chicken)
    page = feedback.page(report, "s9", "hints")
    assert "<script>" not in page and r"\<script\>" in page
    for name, text in feedback.tables(report).items():
        for row in csv.reader(io.StringIO(text)):
            assert not any(entry.startswith(("=", "+", "@")) for entry in row), name


def test_levels_tell_what_they_should(
    folder: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    hand = folder / "s3" / "second.toml"
    right, wrong = (coded(variants["s3"], "why", option) for option in ("visible", "stronger"))
    text = hand.read_text().replace(f'why = "{right}"', f'why = "{wrong}"')
    hand.write_text(text)
    (folder / "s3" / "first.toml").unlink()
    report = run(folder, chicken)
    score, hints, full = (feedback.page(report, "s3", level) for level in feedback.LEVELS)
    assert "12** of 13" in score and "not right" not in score and "Schelling" not in score
    assert "not right" in hints and "Schelling" not in hints
    assert "Schelling" in full and f"`{right}`" in full
    # what "(Schelling 1960, ch. 2)" in the solution is stands below it
    assert full.rstrip().endswith(f"- {chicken.source[0].text}") and "Sources" not in hints
    # a question that is right has no hint; at level score nobody has one
    assert "best reply" not in hints and "Hint" not in score
    with pytest.raises(LookupError, match="level"):
        feedback.page(report, "s3", "everything")


def test_scores_for_a_learning_platform(folder: Path, chicken: Exercise) -> None:
    report = run(folder, chicken)
    rows = list(csv.reader(io.StringIO(feedback.tables(report)["scores.csv"])))
    assert rows[0] == ["id", "score"] and [row[0] for row in rows[1:]] == CLASS
    assert dict(rows[1:])["s1"] == "13" and dict(rows[1:])["s14"] == "0"
    hundred = feedback.tables(report, hundred=True)["scores.csv"]
    assert "s1,100\n" in hundred


def test_a_stamp_of_an_earlier_class_list_still_counts(tmp_path: Path, chicken: Exercise) -> None:
    stream = drawing.variants(chicken, "s1", KEY)
    first, second = next(stream), next(stream)
    assert drawing.first(chicken, "s1", KEY).stamp == first.stamp != second.stamp
    hand_in(tmp_path, second, right_answers(second), proved=False)
    report = run(tmp_path, chicken)
    assert result(report, "s1").points == 13
    assert result(report, "s1").remarks == ("numbers of an earlier class list",)


def test_the_notebook_counts_where_its_answers_file_was_not_written(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    from negotiate.course.build import student_files

    place = tmp_path / "s1"
    place.mkdir()
    for name, text in student_files(variants["s1"]).items():
        (place / name).write_text(text)
    book = place / "chicken-commitment.ipynb"
    filled = book.read_text().replace(
        'answers[\\"why\\"] = None',
        f'answers[\\"why\\"] = \\"{coded(variants["s1"], "why", "visible")}\\"',
    )
    book.write_text(filled)
    report = run(tmp_path, chicken)
    assert result(report, "s1").points == 1 and result(report, "s1").path.endswith(".ipynb")
    assert not any("twice" in said for *_, said in report.lines)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("s1/a.toml", "s1"),
        ("S1/a.toml", "s1"),
        ("s11/a.toml", "s11"),
        ("s1_late/x.toml", "s1"),
        ("hw/s2.toml", "s2"),
        ("s2--hw.toml", "s2"),
        ("s22/a.toml", ""),
        ("a/b/c.toml", ""),
        ("batch/s3 Ada/s1.toml", "s3"),
    ],
)
def test_whose_a_file_is(path: str, owner: str) -> None:
    assert owner_of(path, CLASS) == owner


def test_points_by_hand(tmp_path: Path, wide: Exercise) -> None:
    variant = drawing.first(wide, "s1", KEY)
    hand_in(tmp_path, variant, {"words": '=HYPERLINK("x") because'})
    report = run(tmp_path, wide)
    table = feedback.tables(report)["by_hand.csv"]
    assert "'=HYPERLINK" in table and "s1,wide,words,1,," in table
    filled = tmp_path / "by_hand.csv"
    filled.write_text(table.replace("s1,wide,words,1,,", "s1,wide,words,1,0.5,"))
    again = run(tmp_path, wide, by_hand=feedback.read_hand(filled))
    assert result(again, "s1").points == Fraction(1, 2)
    late = Deadline(0, Fraction(1, 2))
    halved = run(tmp_path, wide, by_hand=feedback.read_hand(filled), deadline=late)
    assert result(halved, "s1").points == Fraction(1, 4)


def test_a_case_file_is_checked_and_not_run(tmp_path: Path, wide: Exercise) -> None:
    from negotiate.case.read import cases

    variants = {s: drawing.first(wide, s, KEY) for s in ("s1", "s2", "s3", "s4")}
    for student, name, content in (
        ("s1", "mine.toml", cases()["idlib-2020"].read_text()),
        ("s2", "mine.toml", 'format = 1\nkind = "negotiation"\nid = "x"\n'),
        ("s3", "../s1/mine.toml", ""),
        ("s4", "gone.toml", ""),
    ):
        place = hand_in(tmp_path, variants[student], {"own_case": name}).parent
        if content:
            (place / name).write_text(content)
    report = run(tmp_path, wide)
    marks = {
        s: next(m for m in result(report, s).marks if m.question == "own_case")
        for s in ("s1", "s2", "s3", "s4")
    }
    assert marks["s1"].status == "right" and marks["s1"].points == 1
    assert marks["s2"].points == 0 and any("not met" in f for f in marks["s2"].feedback)
    assert marks["s3"].status == marks["s4"].status == "unreadable"


def test_three_hundred_students_in_seconds(tmp_path: Path, chicken: Exercise) -> None:
    students = [f"n{i}" for i in range(300)]
    for variant in drawing.assign(chicken, students, KEY).values():
        hand_in(tmp_path, variant, right_answers(variant))
    start = time.process_time()
    report = grade(tmp_path, {chicken.id: chicken}, students, KEY)
    took = time.process_time() - start
    assert all(g.points == 13 for g in report.graded)
    assert took < 15, f"{took:.1f} s of processor time"  # some 2 s; loose for a busy machine


def test_numbers_that_were_changed_prove_nothing(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    """Easier numbers under the student's own stamp: graded by the true ones."""
    path = hand_in(tmp_path, variants["s1"], right_answers(variants["s1"]))
    fair = f'"fair" = "{variants["s1"].drawn["fair"]}"'
    assert fair in path.read_text()
    path.write_text(path.read_text().replace(fair, '"fair" = "100"'))
    assert result(run(tmp_path, chicken), "s1").points == 13
    forged = path.read_text().replace(variants["s1"].stamp, "0" * 20)
    path.write_text(forged)
    assert result(run(tmp_path, chicken), "s1").status == "refused"


def test_a_refused_page_names_no_classmate(folder: Path, chicken: Exercise) -> None:
    report = run(folder, chicken)
    assert "'s1'" in result(report, "s7").remarks[0]
    assert "s1" not in feedback.page(report, "s7", "full")


def test_a_failure_of_ours_costs_one_submission(
    folder: Path, chicken: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = grading.mark_all

    def breaks(exercise: Any, variant: Variant, *rest: Any) -> Any:
        if variant.student == "s1":
            raise KeyError("a bug")
        return real(exercise, variant, *rest)

    monkeypatch.setattr(grading, "mark_all", breaks)
    report = run(folder, chicken)
    assert "could not be marked: KeyError" in line(report, "s1/chicken-commitment.answers.toml")
    assert result(report, "s3").points == 13


DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["1e300**60", "9" * 190, "2**64", "prize**64*clash**64", "A", "Yield", "[1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["A", "B", "A moves", "Yield", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_answer_stops_the_grading(data: Any, chicken: Exercise, wide: Exercise) -> None:
    """Whatever stands in an answers file, every question gets a mark between 0 and its points."""
    exercise = data.draw(st.sampled_from([chicken, wide]))
    variant = VARIANTS.setdefault(exercise.id, drawing.first(exercise, "s1", KEY))
    answers = {q.id: _plain(data.draw(DATA), 0, [0]) for q in exercise.question}
    marks = grading.mark_all(
        exercise, variant, Submission(exercise.id, "s1", "", answers), KEY, Path("/nowhere")
    )
    for question, found in zip(exercise.question, marks, strict=True):
        assert 0 <= found.points <= question.points


VARIANTS: dict[str, Variant] = {}
