"""Grading a folder of submissions: read, marked, never run; the same folder gives the same bytes.

A file belongs to the student whose id names one of the folders above it or begins its name; where
no id does, to the student it claims. Every file gets a line, whatever is wrong with it, and the
rest are graded:

    graded, late, twice, broken, empty, someone else's, not in the class, no such exercise

Of several submissions of a student to an exercise the newest in time counts (the newest of all
where none is in time); files of one folder with one stem (a notebook and the answers it wrote) are
one submission.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from negotiate.course import drawing
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.marking import Mark, mark
from negotiate.course.submission import SUFFIXES, Submission, read
from negotiate.errors import InputError, NegotiateError, NoSolutionError, TooLargeError

MAX_FILES = 50_000


@dataclass(frozen=True)
class Received:
    """One file handed in.

    Attributes
    ----------
    path
        Its path inside the folder of submissions.
    student
        Whose it is; empty where that cannot be told.
    submission
        What it says; None where it is broken.
    problem
        Why it is not graded as it stands; empty where nothing is wrong.
    late
        Seconds after the deadline; 0 in time.
    """

    path: str
    student: str
    submission: Submission | None = None
    problem: str = ""
    time: float = 0.0
    late: float = 0.0


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


@dataclass(frozen=True)
class Deadline:
    """When answers are due, and what a late one keeps.

    Attributes
    ----------
    due
        Seconds since 1970, None without a deadline.
    keeps
        Share of the points a late submission keeps, from 0 to 1.
    times
        Path inside the folder, or student, to the time of submission where a file's own time does
        not tell it (an archive unpacked later).
    """

    due: float | None = None
    keeps: Fraction = Fraction(1)
    times: Mapping[str, float] = field(default_factory=dict)

    def time(self, path: str, student: str, own: float) -> float:
        """When a file was handed in."""
        return self.times.get(path, self.times.get(student, own))


def moment(text: str) -> float:
    """Seconds since 1970 of a time such as 2026-12-01T18:00+01:00 (UTC without a zone)."""
    try:
        found = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"'{text[:40]}' is no time", allowed="2026-12-01T18:00, with +01:00 for a zone"
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.UTC)
    return found.timestamp()


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
    received = [_receive(path, folder, students, deadline) for path in _files(folder)]
    chosen, lines = _choose([r for r in received if r is not None], exercises, students)
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


# Finding files


def _files(folder: Path) -> Iterator[Path]:
    """Regular files below a folder in order of their paths; links are not followed."""
    count = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > MAX_FILES:
                raise TooLargeError(
                    f"more than {MAX_FILES:,} files", where=str(folder),
                    remedy="grade a part of the class at a time",
                )  # fmt: skip
            yield Path(place) / name


def _receive(
    path: Path, folder: Path, students: Sequence[str], deadline: Deadline
) -> Received | None:
    """One file as it came; None for a file that is no submission (a case, a picture)."""
    inside = path.relative_to(folder).as_posix()
    owner = owner_of(inside, students)
    if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
        return None
    if path.is_symlink() or not path.is_file():
        return Received(inside, owner, None, "broken: a link or device, which is not read")
    if path.name.endswith(".public.json") or ".ipynb_checkpoints" in path.parts:
        return None
    own = path.stat().st_mtime
    time = deadline.time(inside, owner, own)
    late = max(time - deadline.due, 0.0) if deadline.due is not None else 0.0
    try:
        submission = read(path)
    except NegotiateError as error:
        return Received(inside, owner, None, f"broken: {error}", time, late)
    except OSError as error:
        return Received(inside, owner, None, f"broken: {error.strerror}", time, late)
    if submission is None:
        return None
    return Received(inside, owner, submission, "", time, late)


def owner_of(inside: str, students: Sequence[str]) -> str:
    """The student whose id is a folder of the path or begins a part of it; the longest id wins."""
    known = {student.casefold(): student for student in students}
    found = ""
    for part in inside.split("/"):
        text = part.casefold()
        for stop in range(len(text), 0, -1):
            ends = stop == len(text) or text[stop] in "_ ." or text[stop:].startswith("--")
            if ends and text[:stop] in known:
                if len(text[:stop]) > len(found):
                    found = known[text[:stop]]
                break
    return found


def _choose(
    received: Sequence[Received], exercises: Mapping[str, Exercise], students: Sequence[str]
) -> tuple[dict[tuple[str, str], Received], dict[str, tuple[str, str, str]]]:
    """The submission that counts for each student and exercise, and a line for every other file."""
    lines: dict[str, tuple[str, str, str]] = {}
    groups: dict[tuple[str, str], list[Received]] = {}
    for file in received:
        claimed = file.submission.student if file.submission else ""
        student = file.student or claimed
        exercise = file.submission.exercise if file.submission else ""
        if not exercise:
            exercise = _named(file.path, exercises)
        if student not in students:
            word = f"'{student[:60]}' is" if student else "whose it is cannot be told: the id is"
            lines[file.path] = (student, exercise, f"not in the class: {word} on no class list")
        elif exercise not in exercises:
            said = file.problem or f"no such exercise: '{exercise[:60]}'"
            lines[file.path] = (student, exercise, said)
        else:
            groups.setdefault((student, exercise), []).append(file)
    chosen = {}
    for place, files in groups.items():
        best = _counting(files, place[0])
        chosen[place] = best
        for file in files:
            if file is not best:
                words = file.problem or (
                    "the notebook of the answers beside it" if _twins(file, best)
                    else f"twice: {best.path} counts"
                )  # fmt: skip
                lines[file.path] = (*place, words)
        others = [f for f in files if f is not best and not _twins(f, best) and not f.problem]
        if others:
            chosen[place] = replace(best, problem=best.problem or f"twice: {len(others) + 1} files")
    return chosen, lines


def _named(path: str, exercises: Mapping[str, Exercise]) -> str:
    """The exercise a file's name speaks of."""
    stem = path.rsplit("/", 1)[-1].split(".")[0]
    fitting = [name for name in exercises if stem == name or stem.endswith(("_" + name,))]
    return max(fitting, key=len, default="")


def _stem(path: str) -> str:
    return (
        path.removesuffix(".ipynb")
        .removesuffix(".toml")
        .removesuffix(".json")
        .removesuffix(".answers")
    )


def _twins(one: Received, other: Received) -> bool:
    return _stem(one.path) == _stem(other.path)


def _counting(files: Sequence[Received], student: str) -> Received:
    """The file that counts: readable, one's own, answered, in time, newest, in this order."""

    def rank(file: Received) -> tuple[Any, ...]:
        said = file.submission is not None and not file.submission.open
        own = file.submission is not None and file.submission.student in ("", student)
        twin = file.path.endswith(".ipynb")
        return (
            file.submission is not None,
            own,
            said,
            file.late == 0,
            file.time,
            not twin,
            file.path,
        )

    best = max(files, key=rank)
    # a notebook saved after its answers file was written holds the same answers
    pairs = [f for f in files if _twins(f, best) and f.submission and not f.submission.open]
    written = [f for f in pairs if not f.path.endswith(".ipynb")]
    return written[0] if written and best.path.endswith(".ipynb") else best


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
        return replace(blank, status="broken", remarks=(file.problem,))
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
        found, value = mark(
            question, submission.answers.get(question.id), variant.world, key=key,
            seed=variant.stamp, earlier=earlier, folder=folder,
        )  # fmt: skip
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
