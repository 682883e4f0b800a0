"""Grading a folder of submissions: read, marked, never run; the same folder gives the same bytes.

Every file gets a line, whatever is wrong with it, and the rest are graded:

    graded, late, twice, broken, empty, someone else's, not in the class, no such exercise

Which file counts is told in `negotiate.course.collecting`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from negotiate.course import drawing, package
from negotiate.course.collecting import (
    NO_ANSWERS,
    Deadline,
    Received,
    choose,
    list_files,
    receive,
)
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise, Question
from negotiate.course.kinds import KINDS
from negotiate.course.marking import NUMBERS, Mark, mark, same
from negotiate.course.submission import Submission
from negotiate.errors import InputError, NegotiateError, NoSolutionError

Given = tuple[Fraction, str]
"""Points that a person gave, and a comment for the student."""


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
    noted
        What is for the instructor alone: answers that are a classmate's.
    """

    student: str
    exercise: str
    status: str
    marks: tuple[Mark, ...] = ()
    points: Fraction = Fraction(0)
    of: Fraction = Fraction(0)
    remarks: tuple[str, ...] = ()
    path: str = ""
    noted: tuple[str, ...] = ()
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
    by_hand: Mapping[tuple[str, str, str], Given] | None = None,
    names: Mapping[str, str] | None = None,
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
        Points a person gave to answers in words, by student, exercise and question, with a comment.
    names
        Names on the class list: platforms name folders by them.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder))
    deadline = deadline or Deadline()
    received = [receive(path, folder, students, deadline, names) for path in list_files(folder)]
    classes = {e.id: _Class(e, tuple(students), key) for e in exercises.values()}

    def proves(student: str, exercise: str, submission: Submission) -> bool:
        return classes[exercise].proves(student, submission)

    chosen, lines = choose(received, exercises, students, proves)
    unread: dict[str, list[str]] = {}
    for file in received:
        if file.problem.startswith(NO_ANSWERS) and "not graded" in file.problem:
            unread.setdefault(file.student, []).append(Path(file.path).name)
    graded = []
    for exercise in exercises.values():
        drawn = classes[exercise.id]
        found = []
        for student in students:
            mine = chosen.get((student, exercise.id))
            result = _grade_one(drawn, student, mine, folder, deadline, by_hand or {})
            for rival in mine.rivals if mine is not None else ():
                other = _grade_one(drawn, student, rival, folder, deadline, by_hand or {})
                if other.points > result.points:
                    result = replace(other, remarks=(*other.remarks, *result.remarks))
            if mine is None and student in unread:
                files = ", ".join(unread[student])[:200]
                result = replace(result, remarks=(f"not an answers file, not graded: {files}",))
            found.append(result)
        found = _copied(exercise, found)
        graded += found
        for result in found:
            counted = chosen.get((result.student, exercise.id))
            if counted is not None:
                lines[counted.path] = (result.student, exercise.id, _said(result))
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
    return "; ".join((words, *result.remarks, *result.noted))


def _copied(exercise: Exercise, results: Sequence[Graded]) -> list[Graded]:
    """Results with a note where wrong numbers are a classmate's right ones.

    A follow-through that rests on a classmate's answers is no attempt of one's own and earns
    nothing. Only numbers count, which seldom coincide; two of one classmate's are told.
    """
    asked = {q.id: q for q in exercise.question if q.kind in NUMBERS}
    rights: dict[str, dict[str, Any]] = {}
    for result in results:
        if result.variant is not None and result.status == "graded":
            world = result.variant.world
            rights[result.student] = {name: world.correct(q) for name, q in asked.items()}
    out = []
    for result in results:
        wrong = {
            m.question: value
            for m in result.marks
            if m.question in asked
            and m.status in ("wrong", "near", "follows", "mistake", "partly")
            and (value := _value(asked[m.question], result)) is not None
        }
        if not wrong:
            out.append(result)
            continue
        shared = {
            other: [name for name, value in wrong.items() if same(asked[name], known[name], value)]
            for other, known in rights.items()
            if other != result.student
        }
        other = max(shared, key=lambda s: len(shared[s]), default="")
        names = shared.get(other, [])
        noted = result.noted
        if len(names) >= 2:
            noted = (
                *noted,
                f"{len(names)} wrong answers are {other}'s right ones: {', '.join(names)}",
            )
        marks = tuple(
            replace(m, status="wrong", share=Fraction(0), points=Fraction(0))
            if m.status == "follows"
            and any(
                m.question in mine
                and any(source in mine for source in asked[m.question].follow.values())
                for mine in shared.values()
            )
            else m
            for m in result.marks
        )
        lost = sum((a.points - b.points for a, b in zip(result.marks, marks)), Fraction(0))
        whole = sum((m.points for m in result.marks), Fraction(0))
        keeps = result.points / whole if whole else Fraction(1)
        out.append(replace(result, marks=marks, noted=noted, points=result.points - lost * keeps))
    return out


def _value(question: Question, result: Graded) -> Any:
    assert result.submission is not None
    try:
        return KINDS[question.kind].read(question, result.submission.answers.get(question.id), dict)
    except NegotiateError:
        return None


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

    def proves(self, student: str, submission: Submission) -> bool:
        """Whether a submission carries the student's own stamp."""
        stamp, numbers = submission.stamp, submission.numbers
        if not stamp or student not in self.students:
            return False
        if drawing.certified(self.exercise, student, self.key, stamp, numbers) is not None:
            return True
        return not numbers and hmac.compare_digest(
            self.variants[student].stamp.encode(), stamp.encode()
        )

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
    by_hand: Mapping[tuple[str, str, str], Given],
) -> Graded:
    exercise = drawn.exercise
    blank = Graded(student, exercise.id, "missing", of=exercise.points())
    if file is None:
        return blank
    blank = replace(blank, path=file.path)
    told = file.problem.startswith(("twice", "differs", "conflict"))
    remarks: tuple[str, ...] = (file.problem,) if told else ()
    if file.submission is None:
        return replace(blank, status="broken", remarks=(file.problem.removeprefix("broken: "),))
    submission = file.submission
    blank = replace(blank, submission=submission)
    remarks += submission.notes
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
        marks = mark_all(
            variant.exercise, variant, submission, drawn.key, (folder / file.path).parent
        )
    except Exception as error:  # our bug, or the exercise's: the rest of the class is graded
        said = f"could not be marked: {type(error).__name__}: {str(error)[:200]}"
        return replace(blank, status="broken", remarks=(said, *remarks))
    marks, clamped = _with_hand(marks, student, exercise, by_hand)
    remarks += clamped
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
            question,
            entry,
            variant.world,
            key=key,
            seed=variant.stamp,
            earlier=earlier,
            folder=folder,
        )
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
    by_hand: Mapping[tuple[str, str, str], Given],
) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Points a person gave to answers in words, within what the question is worth; what was cut."""
    clamped = []
    worth = {question.id: question.points for question in exercise.question}
    out = []
    for found in marks:
        given = by_hand.get((student, exercise.id, found.question))
        if found.status == "human" and given is not None:
            asked, comment = given
            points = min(max(asked, Fraction(0)), worth[found.question])
            if points != asked:
                clamped.append(
                    f"{found.question}: {float(asked):g} points by hand count as "
                    f"{float(points):g} of {float(worth[found.question]):g}"
                )
            found = replace(
                found, points=points, share=points / worth[found.question], comment=comment
            )
        out.append(found)
    return tuple(out), tuple(clamped)
