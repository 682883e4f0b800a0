"""What comes out of grading: tables for the instructor, a page for each student.

    scores.csv      id, score: for a learning platform
    grades.csv      points by exercise and in all
    marks.csv       every question, with the mistake made and the answer given
    items.csv       item analysis: difficulty, discrimination, the commonest mistake
    files.csv       what became of every file
    by_hand.csv     answers in words, with a column for the points a person gives
    feedback/<student>.md, .html   at the level ``score``, ``hints`` or ``full``

All of it is readable by the instructor alone. Text that a student wrote is escaped in Markdown and
made harmless for spreadsheets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.course import files, solutions
from negotiate.course.exercise import Question
from negotiate.course.grading import Given, Graded, Report
from negotiate.course.marking import Mark
from negotiate.course.text import cell, fill, shown
from negotiate.errors import FileFormatError, UnknownNameError

LEVELS = ("score", "hints", "full")
WORDS = {
    "right": "right", "near": "nearly right: rounded too early",
    "partly": "partly right", "mistake": "a known mistake",
    "follows": "right after an earlier error", "wrong": "not right",
    "unreadable": "cannot be read", "empty": "no answer", "human": "a person marks this",
}  # fmt: skip
STATUS = {
    "missing": "Nothing was handed in.",
    "empty": "No question was answered.",
    "broken": "The file could not be read.",
    "refused": "These are not your numbers.",
}


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
            ("student", "exercise", "question", "status", "points", "of", "mistake", "answer"),
            _mark_rows(report),
        ),
        "items.csv": files.csv_text(
            (
                "exercise",
                "question",
                "of",
                "answered",
                "difficulty",
                "discrimination",
                "commonest mistake",
                "made by",
            ),
            _item_rows(report),
        ),
        "files.csv": files.csv_text(
            ("file", "student", "exercise", "what became of it"), report.lines
        ),
        "by_hand.csv": files.csv_text(
            ("student", "exercise", "question", "of", "points", "comment", "text"),
            _hand_rows(report),
        ),
    }


def _remarks(graded: Graded) -> str:
    parts = [*graded.remarks]
    if graded.status != "graded":
        parts.insert(0, graded.status)
    return f"{graded.exercise}: {', '.join(parts)}" if parts else ""


def _questions(report: Report, graded: Graded) -> dict[str, Question]:
    exercise = report.exercises[graded.exercise]
    if graded.variant is not None:
        exercise = graded.variant.exercise  # with the student's own names in it
    return {q.id: q for q in exercise.question}


def _mark_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for graded in report.graded:
        known = _questions(report, graded)
        for mark in graded.marks:
            yield (
                graded.student, graded.exercise, mark.question, mark.status,
                points(mark.points), points(known[mark.question].points), mark.hit,
                answered(graded, mark.question),
            )  # fmt: skip


def answered(graded: Graded, question: str) -> str:
    """What the student wrote, as text of one line and of bounded length."""
    if graded.submission is None:
        return ""
    entry = graded.submission.answers.get(question)
    text = "" if entry is None else shown(entry) if isinstance(entry, Fraction) else _flat(entry)
    return " ".join(text.split())[:200]


def _flat(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return "{" + ", ".join(f"{k}: {_flat(v)}" for k, v in entry.items()) + "}"
    if isinstance(entry, (list, tuple)):
        return "[" + ", ".join(_flat(v) for v in entry) + "]"
    return str(entry)


def _item_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Difficulty (mean share), discrimination (correlation with the rest of the marks)."""
    for name, exercise in report.exercises.items():
        graded = [g for g in report.graded if g.exercise == name and g.marks]
        for index, question in enumerate(exercise.question):
            shares = [float(g.marks[index].share) for g in graded]
            rest = [
                float(sum(m.points for i, m in enumerate(g.marks) if i != index)) for g in graded
            ]
            hits = Counter(g.marks[index].hit for g in graded if g.marks[index].hit)
            most = hits.most_common(1)
            given = sum(g.marks[index].status != "empty" for g in graded)
            correlation = _correlation(shares, rest)
            yield (
                name, question.id, points(question.points), str(given),
                f"{sum(shares) / len(shares):.2f}" if shares else "",
                "" if correlation is None else f"{correlation:.2f}",
                most[0][0] if most else "", str(most[0][1]) if most else "",
            )  # fmt: skip


def _correlation(one: list[float], other: list[float]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary."""
    n = len(one)
    if n < 3:
        return None
    a, b = sum(one) / n, sum(other) / n
    top = sum((x - a) * (y - b) for x, y in zip(one, other))
    below = sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other)
    return top / below**0.5 if below > 0 else None


def _hand_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for graded in report.graded:
        known = _questions(report, graded)
        for mark in graded.marks:
            question = known[mark.question]
            if question.kind == "text" and mark.status == "human" and graded.submission:
                given = points(mark.points) if mark.share or mark.comment else ""
                text = str(graded.submission.answers.get(mark.question, ""))
                yield (
                    graded.student, graded.exercise, mark.question, points(question.points),
                    given, mark.comment, text,
                )  # fmt: skip


def read_hand(path: Path) -> dict[tuple[str, str, str], Given]:
    """Points given by a person, with comments: ``by_hand.csv`` with its columns filled in."""
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
        words = row[at["comment"]].strip() if "comment" in at else ""
        out[row[at["student"]], row[at["exercise"]], row[at["question"]]] = (given, words[:2000])
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
            f"{'' if level == 'score' else ', ' + _word(mark)}"
        )
        mine = answered(graded, mark.question)
        if mine and level != "score":
            yield f"  - You wrote: {cell(mine)}"
        if mark.comment:
            yield f"  - {cell(mark.comment)}"
        if level != "score":
            yield from _more(graded, mark, question)
        if answers is not None and graded.variant is not None:
            worked = solutions.worked(graded.variant, question, answers)
            if worked:
                yield ""
                yield from (f"  {line}" if line else "" for line in worked.splitlines())
    if answers is not None:
        yield from solutions.cited(exercise, "Sources:")


def _word(mark: Mark) -> str:
    if mark.status == "human" and (mark.share or mark.comment):
        return "marked by a person"
    return WORDS[mark.status]


def _more(graded: Graded, mark: Mark, question: Question) -> Iterator[str]:
    """Feedback on a mistake, why an entry could not be read, hints where points are missing."""
    if mark.problem:
        yield f"  - {cell(mark.problem)}"
    for words in mark.feedback:
        yield f"  - {words}"
    if mark.share < 1 and mark.status != "human" and graded.variant is not None:
        for hint in question.hints:
            yield f"  - Hint: {fill(hint.strip(), graded.variant.world)}"
