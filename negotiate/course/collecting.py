"""Collecting submissions: which files there are, whose they are, which one counts.

A file belongs to the student whose id names one of the folders above it or begins its name; where
no id does, to the student it claims. Of several submissions of a student to an exercise the newest
in time counts (the newest of all where none is in time); files of one folder with one stem (a
notebook and the answers it wrote) are one submission.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.course.exercise import Exercise
from negotiate.course.submission import SUFFIXES, Submission, read
from negotiate.errors import InputError, NegotiateError, TooLargeError

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


def list_files(folder: Path) -> Iterator[Path]:
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


def receive(
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


def choose(
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
            words = f"twice: of {len(others) + 1} files the newest in time counts"
            chosen[place] = replace(best, problem=best.problem or words)
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
