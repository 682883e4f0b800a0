"""What comes out of grading: tables for the instructor, a page for each student.

    scores.csv      id, score: for a learning platform
    grades.csv      points by exercise and in all
    marks.csv       every question
    files.csv       what became of every file
    by_hand.csv     answers in words, with a column for the points a person gives
    feedback/<student>.md   at the level ``score``, ``hints`` or ``full``

Text that a student wrote is escaped in Markdown and made harmless for spreadsheets.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from negotiate.course import files, solutions
from negotiate.course.exercise import Question
from negotiate.course.grading import Graded, Report
from negotiate.course.marking import Mark
from negotiate.course.text import cell, fill, shown
from negotiate.errors import FileFormatError, UnknownNameError

LEVELS = ("score", "hints", "full")
WORDS = {
    "right": "right", "partly": "partly right", "mistake": "a known mistake",
    "follows": "right after an earlier error", "wrong": "not right",
    "unreadable": "cannot be read", "empty": "no answer", "human": "a person marks this",
}  # fmt: skip
STATUS = {
    "missing": "Nothing was handed in.", "empty": "No question was answered.",
    "broken": "The file could not be read.", "refused": "These are not your numbers.",
}  # fmt: skip


def points(value: Fraction) -> str:
    """Points as a decimal, two places at most."""
    text = shown(value, "2")
    return text.rstrip("0").rstrip(".") if "." in text else text


def tables(report: Report, *, hundred: bool = False) -> dict[str, str]:
    """CSV tables by file name.

    Parameters
    ----------
    hundred
        Whether ``scores.csv`` counts from 0 to 100 instead of in points.
    """
    of = report.of
    scale = Fraction(100) / of if hundred and of else Fraction(1)
    ids = list(report.exercises)
    by = {(g.student, g.exercise): g for g in report.graded}
    return {
        "scores.csv": files.csv_text(
            ("id", "score"), [(s, points(report.total(s) * scale)) for s in report.students]
        ),
        "grades.csv": files.csv_text(
            ("student", *ids, "total", "of", "remarks"),
            [
                (
                    student,
                    *(points(by[student, e].points) for e in ids),
                    points(report.total(student)),
                    points(of),
                    "; ".join(_remarks(by[student, e]) for e in ids if _remarks(by[student, e])),
                )
                for student in report.students
            ],
        ),
        "marks.csv": files.csv_text(
            ("student", "exercise", "question", "status", "points", "of"),
            _mark_rows(report),
        ),
        "files.csv": files.csv_text(("file", "student", "exercise", "what became of it"),
                                    report.lines),
        "by_hand.csv": files.csv_text(
            ("student", "exercise", "question", "of", "points", "text"), _hand_rows(report)
        ),
    }  # fmt: skip


def _remarks(graded: Graded) -> str:
    parts = [*graded.remarks]
    if graded.status != "graded":
        parts.insert(0, graded.status)
    return f"{graded.exercise}: {', '.join(parts)}" if parts else ""


def _questions(report: Report, graded: Graded) -> dict[str, Question]:
    return {q.id: q for q in report.exercises[graded.exercise].question}


def _mark_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for graded in report.graded:
        known = _questions(report, graded)
        for mark in graded.marks:
            yield (
                graded.student, graded.exercise, mark.question, mark.status,
                points(mark.points), points(known[mark.question].points),
            )  # fmt: skip


def _hand_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for graded in report.graded:
        known = _questions(report, graded)
        for mark in graded.marks:
            question = known[mark.question]
            if question.kind == "text" and mark.status == "human" and graded.submission:
                given = points(mark.points) if mark.share else ""
                text = str(graded.submission.answers.get(mark.question, ""))
                yield (
                    graded.student, graded.exercise, mark.question, points(question.points),
                    given, text,
                )  # fmt: skip


def read_hand(path: Path) -> dict[tuple[str, str, str], Fraction]:
    """Points given by a person: ``by_hand.csv`` with its column ``points`` filled in."""
    from negotiate.numbers.fractions import exact

    rows = files.read_csv(path)
    head = [name.strip() for name in rows[0]]
    for name in ("student", "exercise", "question", "points"):
        if name not in head:
            raise UnknownNameError("column", name, head, where=str(path))
    at = {name: head.index(name) for name in head}
    out = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) < len(head) or not row[at["points"]].strip():
            continue
        try:
            given = exact(row[at["points"]].strip())
        except ValueError as error:
            raise FileFormatError(str(error), path=str(path), line=line, column=1) from None
        out[row[at["student"]], row[at["exercise"]], row[at["question"]]] = given
    return out


# Pages for students


def page(report: Report, student: str, level: str) -> str:
    """Feedback for one student on all exercises, at a level."""
    if level not in LEVELS:
        raise UnknownNameError("level", level, LEVELS)
    lines = [
        f"# Feedback for {cell(student)}",
        "",
        f"**{points(report.total(student))}** of {points(report.of)} points.",
    ]
    for graded in report.graded:
        if graded.student == student:
            lines += ["", *_exercise(report, graded, level)]
    return "\n".join(lines) + "\n"


def _exercise(report: Report, graded: Graded, level: str) -> Iterator[str]:
    exercise = report.exercises[graded.exercise]
    title = (
        cell(exercise.title)
        if graded.variant is None
        else fill(exercise.title, graded.variant.world)
    )
    yield f"## {title}: {points(graded.points)} of {points(graded.of)}"
    if graded.status != "graded":
        yield ""
        yield STATUS[graded.status]
    # what a refused file carries may name another student
    for remark in graded.remarks if graded.status != "refused" else ():
        yield ""
        yield f"*{cell(remark)}*"
    known = _questions(report, graded)
    answers = None
    if level == "full" and graded.variant is not None and graded.status == "graded":
        answers = solutions.answers(graded.variant)
    places = {name: place for place, name in enumerate(known, start=1)}
    for mark in graded.marks:
        question = known[mark.question]
        yield ""
        # the number by which the notebook calls the question, and the name of its answer
        name = f"{places[mark.question]}. {cell(mark.question)}"
        yield (
            f"- **{name}**: {points(mark.points)} of {points(question.points)}"
            f"{'' if level == 'score' else ', ' + WORDS[mark.status]}"
        )
        if level != "score":
            yield from _more(graded, mark, question)
        if answers is not None and graded.variant is not None:
            worked = solutions.worked(graded.variant, question, answers)
            if worked:
                yield ""
                yield from (f"  {line}" if line else "" for line in worked.splitlines())
    if answers is not None:
        yield from solutions.cited(exercise, "Sources:")


def _more(graded: Graded, mark: Mark, question: Question) -> Iterator[str]:
    """Feedback on a mistake, why an entry could not be read, hints where points are missing."""
    if mark.problem:
        yield f"  - {cell(mark.problem)}"
    for words in mark.feedback:
        yield f"  - {words}"
    if mark.share < 1 and mark.status != "human" and graded.variant is not None:
        for hint in question.hints:
            yield f"  - Hint: {fill(hint.strip(), graded.variant.world)}"
