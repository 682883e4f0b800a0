"""Grading a folder of submissions: read, marked, never run; the same folder gives the same bytes.

Every file gets a line, whatever is wrong with it, and the rest are graded:

    graded, late, twice, broken, empty, someone else's, not in the class, no such exercise

Which file counts is told in `negotiate.course.collecting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from negotiate.course import drawing, package
from negotiate.course.collecting import Deadline, Received, choose, list_files, receive
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.marking import Mark, mark
from negotiate.course.submission import Submission
from negotiate.errors import InputError, NoSolutionError


@dataclass(frozen=True)
class Graded:
    """A student's result in one exercise.

    Attributes
    ----------
    status
        ``graded``, ``missing``, ``empty``, ``broken`` or ``refused`` (someone else's).
    marks
        One for each question.
    points
        Points earned, after a deduction for lateness.
    remarks
        What an instructor should know: late, twice, no stamp.
    """

    student: str
    exercise: str
    status: str
    marks: tuple[Mark, ...] = ()
    points: Fraction = Fraction(0)
    of: Fraction = Fraction(0)
    remarks: tuple[str, ...] = ()
    path: str = ""
    variant: Variant | None = field(default=None, compare=False, repr=False)
    submission: Submission | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Report:
    """Everything a run of grading found.

    Attributes
    ----------
    graded
        Student by student in the order of the class list, exercise by exercise.
    lines
        A line for each file: its path, and what became of it.
    """

    students: tuple[str, ...]
    exercises: Mapping[str, Exercise]
    graded: tuple[Graded, ...]
    lines: tuple[tuple[str, str, str, str], ...]

    def total(self, student: str) -> Fraction:
        """Points of a student over all exercises."""
        return sum((g.points for g in self.graded if g.student == student), Fraction(0))

    @property
    def of(self) -> Fraction:
        """Points that can be earned."""
        return sum((e.points() for e in self.exercises.values()), Fraction(0))


def grade(
    folder: Path,
    exercises: Mapping[str, Exercise],
    students: Sequence[str],
    key: bytes,
    *,
    deadline: Deadline | None = None,
    by_hand: Mapping[tuple[str, str, str], Fraction] | None = None,
) -> Report:
    """Grade every submission of a folder.

    Parameters
    ----------
    folder
        Submissions, in any arrangement of folders.
    exercises
        Exercises by id, as `reader.load_folder` gives them.
    students
        The class list.
    key
        The course key.
    deadline
        When answers are due; by default never.
    by_hand
        Points a person gave to answers in words, by student, exercise and question.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder))
    deadline = deadline or Deadline()
    received = [receive(path, folder, students, deadline) for path in list_files(folder)]
    chosen, lines = choose([r for r in received if r is not None], exercises, students)
    graded = []
    for exercise in exercises.values():
        drawn = _Class(exercise, tuple(students), key)
        for student in students:
            file = chosen.get((student, exercise.id))
            result = _grade_one(drawn, student, file, folder, deadline, by_hand or {})
            graded.append(result)
            if file is not None:
                lines[file.path] = (student, exercise.id, _said(result))
    order = {student: i for i, student in enumerate(students)}
    places = {name: i for i, name in enumerate(exercises)}
    graded.sort(key=lambda g: (order[g.student], places[g.exercise]))
    table = tuple((path, *lines[path]) for path in sorted(lines))
    return Report(tuple(students), exercises, tuple(graded), table)


def _said(result: Graded) -> str:
    of = float(result.of)
    words = f"{result.status}: {float(result.points):g} of {of:g}"
    if result.status != "graded":
        words = result.status
    return "; ".join((words, *result.remarks))


# Marking one


class _Class:
    """Variants of a class in one exercise, drawn only if some file does not prove its numbers."""

    def __init__(self, exercise: Exercise, students: tuple[str, ...], key: bytes) -> None:
        self.exercise, self.students, self.key = exercise, students, key

    @cached_property
    def variants(self) -> dict[str, Variant]:
        """The variant of every student."""
        return drawing.assign(self.exercise, self.students, self.key)

    def owner(self, submission: Submission) -> str:
        """Another student whose numbers a file carries; empty where it is nobody's."""
        stamp, numbers = submission.stamp, submission.numbers
        for student in self.students:
            if drawing.certified(self.exercise, student, self.key, stamp, numbers):
                return student
        return next((s for s, v in self.variants.items() if v.stamp == stamp), "")

    def variant(self, student: str, submission: Submission) -> tuple[Variant | None, str]:
        """The student's variant that a file speaks of, if it is theirs, and a remark."""
        stamp = submission.stamp
        if not stamp:
            return self.variants[student], "no stamp: graded by the numbers of the class list"
        found = drawing.certified(self.exercise, student, self.key, stamp, submission.numbers)
        if found is not None:
            return found, ""
        if stamp == self.variants[student].stamp:
            return self.variants[student], ""
        try:
            found = drawing.stamped(self.exercise, student, self.key, stamp)
        except NoSolutionError:
            found = None
        return found, "numbers of an earlier class list" if found else ""


def _grade_one(
    drawn: _Class,
    student: str,
    file: Received | None,
    folder: Path,
    deadline: Deadline,
    by_hand: Mapping[tuple[str, str, str], Fraction],
) -> Graded:
    exercise = drawn.exercise
    blank = Graded(student, exercise.id, "missing", of=exercise.points())
    if file is None:
        return blank
    blank = replace(blank, path=file.path)
    remarks: tuple[str, ...] = (file.problem,) if file.problem.startswith("twice") else ()
    if file.submission is None:
        return replace(blank, status="broken", remarks=(file.problem.removeprefix("broken: "),))
    submission = file.submission
    blank = replace(blank, submission=submission)
    if submission.student and submission.student != student:
        who = f"the file is that of '{submission.student[:60]}'"
        return replace(blank, status="refused", remarks=(f"someone else's: {who}", *remarks))
    variant, remark = drawn.variant(student, submission)
    if variant is None:
        other = drawn.owner(submission)
        who = f"it carries the numbers of '{other}'" if other else "its stamp is not theirs"
        return replace(blank, status="refused", remarks=(f"someone else's: {who}", *remarks))
    blank = replace(blank, variant=variant)
    remarks += (remark,) if remark else ()
    if submission.open:
        return replace(blank, status="empty", remarks=remarks)
    try:
        marks = mark_all(exercise, variant, submission, drawn.key, (folder / file.path).parent)
    except Exception as error:  # our bug, or the exercise's: the rest of the class is graded
        said = f"could not be marked: {type(error).__name__}: {str(error)[:200]}"
        return replace(blank, status="broken", remarks=(said, *remarks))
    marks = _with_hand(marks, student, exercise, by_hand)
    points = sum((m.points for m in marks), Fraction(0))
    if file.late:
        points *= deadline.keeps
        kept = "" if deadline.keeps == 1 else f", {float(100 * deadline.keeps):g} % of points kept"
        remarks += (f"late by {_span(file.late)}{kept}",)
    unknown = set(submission.answers) - {q.id for q in exercise.question}
    if unknown:
        remarks += (f"{len(unknown)} answers to questions that do not exist",)
    return replace(blank, status="graded", marks=marks, points=points, remarks=remarks)


def mark_all(
    exercise: Exercise, variant: Variant, submission: Submission, key: bytes, folder: Path | None
) -> tuple[Mark, ...]:
    """Marks of all questions in order, earlier answers passed on for follow-through."""
    marks: list[Mark] = []
    earlier: dict[str, Any] = {}
    for question in exercise.question:
        if question.id in submission.problems:
            problem = submission.problems[question.id]
            marks.append(Mark(question.id, "unreadable", Fraction(0), Fraction(0), problem=problem))
            continue
        entry = package.decoded(question, variant, submission.answers.get(question.id))
        found, value = mark(
            question, entry, variant.world, key=key, seed=variant.stamp, earlier=earlier,
            folder=folder,
        )  # fmt: skip
        if found.status == "unreadable" and question.options:
            words = package.allowed(question, variant)
            found = replace(found, problem=f"this is no code of an option; allowed: {words}")
        marks.append(found)
        earlier[question.id] = value
    return tuple(marks)


def _span(seconds: float) -> str:
    minutes = max(int(seconds // 60), 1)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)


def _with_hand(
    marks: Sequence[Mark],
    student: str,
    exercise: Exercise,
    by_hand: Mapping[tuple[str, str, str], Fraction],
) -> tuple[Mark, ...]:
    """Points a person gave to answers in words, within what the question is worth."""
    worth = {question.id: question.points for question in exercise.question}
    out = []
    for found in marks:
        given = by_hand.get((student, exercise.id, found.question))
        if found.status == "human" and given is not None:
            points = min(max(given, Fraction(0)), worth[found.question])
            found = replace(found, points=points, share=points / worth[found.question])
        out.append(found)
    return tuple(out)
