"""Collecting submissions: which files there are, whose they are, which one counts.

A file belongs to the student named by the outermost part of its path that names one: a folder that
the learning platform made, by id or by the name on the class list (``Ann Lee_4711_assignsubmission_
file_``), or the beginning of a file's name. What a student writes deeper inside says nothing about
others. Where no part names a student, the stamp decides: a keyed hash that only the student's own
files carry. A file that neither path nor stamp gives to anybody is listed and not counted.

Of several submissions of a student to an exercise one with a valid stamp comes before one without,
then the newest in time counts (the newest of all where none is in time). Files of one folder with
one stem (a notebook and the answers it wrote) are one submission. Where files in the folders of
different people carry one student's stamp, all are graded, the best counts, and the conflict is
listed: nobody loses by what another hands in.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.course.exercise import Exercise
from negotiate.course.kinds import read_number
from negotiate.course.submission import SUFFIXES, Submission, empty_entry, kind_of, read
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
    proved
        Whether its stamp is the student's.
    rivals
        Files of other folders that carry the same student's stamp.
    """

    path: str
    student: str
    submission: Submission | None = None
    problem: str = ""
    time: float = 0.0
    late: float = 0.0
    proved: bool = False
    rivals: tuple[Received, ...] = ()


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
                    f"more than {MAX_FILES:,} files",
                    where=str(folder),
                    remedy="grade a part of the class at a time",
                )
            yield Path(place) / name


NO_ANSWERS = "no answers file"
"""How the line of a file begins that is no submission."""


def receive(
    path: Path,
    folder: Path,
    students: Sequence[str],
    deadline: Deadline,
    names: Mapping[str, str] | None = None,
) -> Received:
    """One file as it came; every file has its line, whatever it is."""
    inside = path.relative_to(folder).as_posix()
    owner = owner_of(inside, students, names)
    if path.is_symlink() or not path.is_file():
        return Received(inside, owner, None, "broken: a link or device, which is not read")
    if path.name.startswith(".") or ".ipynb_checkpoints" in path.parts:
        return Received(inside, owner, None, f"{NO_ANSWERS}: hidden")
    if path.name.endswith(".public.json"):
        return Received(inside, owner, None, f"{NO_ANSWERS}: the public part of an exercise")
    if kind_of(path.name) not in SUFFIXES:
        what = path.suffix.lower()[:12] or "without a suffix"
        return Received(
            inside,
            owner,
            None,
            f"{NO_ANSWERS} ({what}), not graded: hand in the .answers.toml or the .ipynb itself",
        )
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
        return Received(inside, owner, None, f"{NO_ANSWERS}: it holds no table of answers", time)
    return Received(inside, owner, submission, "", time, late)


_MOODLE = re.compile(r"(.+)_\d+_assignsubmission_[a-z]+_?\Z", re.I)
_CANVAS = re.compile(r"([a-z0-9]+?)(?:_late)?_\d+_\d+_.+\Z", re.I)


def owner_of(inside: str, students: Sequence[str], names: Mapping[str, str] | None = None) -> str:
    """The student named by the outermost part of the path that names one.

    Parameters
    ----------
    inside
        Path inside the folder of submissions.
    names
        Name of each student, where the class list has them: platforms name folders by it. A name
        that two students share names neither.
    """
    known = {student.casefold(): student for student in students}
    spoken: dict[str, set[str]] = {}
    for student, name in (names or {}).items():
        words = _letters(name)
        if words:
            first, *rest = name.split()
            turned = _letters(" ".join((*rest, first)))
            for form in {words, turned, _letters(" ".join((name.split()[-1], *name.split()[:-1])))}:
                spoken.setdefault(form, set()).add(student)
    for part in inside.split("/"):
        text = part.casefold()
        shaped = _MOODLE.match(text)
        if shaped or _CANVAS.match(text):
            platform = shaped or _CANVAS.match(text)
            assert platform is not None
            if platform[1] in known:
                return known[platform[1]]
            named = spoken.get(_letters(platform[1]), set())
            if len(named) == 1:
                return next(iter(named))
            if shaped:
                return ""  # the platform's own folder: what lies in it decides nothing
        for stop in range(len(text), 0, -1):
            ends = stop == len(text) or text[stop] in "_ ." or text[stop:].startswith("--")
            if ends and text[:stop] in known:
                return known[text[:stop]]
    return ""


def _letters(name: str) -> str:
    """A name by its letters and digits alone, as platforms write it in folders."""
    return "".join(char for char in name.casefold() if char.isalnum())


Proof = Callable[[str, str, Submission], bool]
"""Whether a submission to an exercise carries a student's stamp."""


def choose(
    received: Sequence[Received],
    exercises: Mapping[str, Exercise],
    students: Sequence[str],
    proves: Proof = lambda student, exercise, submission: False,
) -> tuple[dict[tuple[str, str], Received], dict[str, tuple[str, str, str]]]:
    """The submission that counts for each student and exercise, and a line for every other file."""
    lines: dict[str, tuple[str, str, str]] = {}
    groups: dict[tuple[str, str], list[Received]] = {}
    for file in received:
        claimed = file.submission.student if file.submission else ""
        student = file.student or claimed
        if file.problem.startswith(NO_ANSWERS):
            lines[file.path] = (file.student, "", file.problem)
            continue
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
            sent = file.submission
            proved = sent is not None and proves(student, exercise, sent)
            if not file.student and not proved:
                words = "whose it is cannot be told: its path names nobody and no stamp proves it"
                lines[file.path] = ("", exercise, file.problem or f"not counted: {words}")
                continue
            groups.setdefault((student, exercise), []).append(replace(file, proved=proved))
    chosen = {}
    for place, files in groups.items():
        best = _counting(files, place[0])
        chosen[place] = best
        apart = [f for f in files if not f.student and f.proved and _top(f.path) != _top(best.path)]
        if apart and not best.student:
            where = ", ".join(sorted(f.path for f in apart))[:200]
            rivals = tuple(sorted(apart, key=lambda f: f.path))
            chosen[place] = replace(
                best,
                rivals=rivals,
                problem=f"conflict: {place[0]}'s stamp also in {where}: the best counts",
            )
            for file in apart:
                lines[file.path] = (*place, f"conflict: {place[0]}'s stamp also in {best.path}")
            files = [f for f in files if f not in apart]
        for file in files:
            if file is not best:
                words = file.problem or (
                    _beside(file, best) if _twins(file, best) else f"twice: {best.path} counts"
                )
                lines[file.path] = (*place, words)
        differing = [f for f in files if f is not best and _twins(f, best) and _differ(f, best)]
        if differing:
            words = f"differs from {Path(differing[0].path).name}: the newer counts"
            merged = best.submission
            older = differing[0].submission
            if merged is not None and older is not None and best.path.endswith(".ipynb"):
                kept = {q: v for q, v in older.answers.items() if q in merged.problems}
                merged = replace(
                    merged,
                    answers={**merged.answers, **kept},
                    problems={q: p for q, p in merged.problems.items() if q not in kept},
                )
            chosen[place] = replace(best, submission=merged, problem=words)
        others = [f for f in files if f is not best and not _twins(f, best) and not f.problem]
        if others:
            words = f"twice: of {len(others) + 1} files the newest in time counts"
            chosen[place] = replace(chosen[place], problem=chosen[place].problem or words)
    return chosen, lines


def _named(path: str, exercises: Mapping[str, Exercise]) -> str:
    """The exercise a file's name speaks of."""
    stem = path.rsplit("/", 1)[-1].split(".")[0]
    fitting = [name for name in exercises if stem == name or stem.endswith(("_" + name,))]
    return max(fitting, key=len, default="")


def _top(path: str) -> str:
    return path.split("/", 1)[0]


def _beside(file: Received, best: Received) -> str:
    if not file.path.endswith(".ipynb"):
        return f"older than {Path(best.path).name} beside it, which differs and counts"
    if _differ(file, best):
        return "the notebook beside the answers differs and is older: the answers file counts"
    return "the notebook of the answers beside it"


def _differ(one: Received, other: Received) -> bool:
    """Whether two carriers of one student's answers say different things."""
    if one.submission is None or other.submission is None:
        return False
    mine, theirs = one.submission.answers, other.submission.answers
    both = [q for q in mine if q in theirs]
    return any(
        _plainly(mine[q]) != _plainly(theirs[q])
        for q in both
        if not empty_entry(mine[q]) and not empty_entry(theirs[q])
    )


def _plainly(entry: Any) -> Any:
    """An answer for comparison: numbers as numbers however they are spelled."""
    if isinstance(entry, Mapping):
        return {str(k): _plainly(v) for k, v in entry.items()}
    if isinstance(entry, (list, tuple)):
        return [_plainly(v) for v in entry]
    if isinstance(entry, bool) or entry is None:
        return entry
    try:
        return round(float(read_number(entry)), 9)
    except (NegotiateError, OverflowError):
        return str(entry).strip().casefold()


def _stem(path: str) -> str:
    return (
        path.removesuffix(".txt")
        .removesuffix(".ipynb")
        .removesuffix(".toml")
        .removesuffix(".json")
        .removesuffix(".answers")
    )


def _twins(one: Received, other: Received) -> bool:
    return _stem(one.path) == _stem(other.path)


def _counting(files: Sequence[Received], student: str) -> Received:
    """The file that counts: readable, own, answered, proved, in time, newest, in this order."""

    def rank(file: Received) -> tuple[Any, ...]:
        said = file.submission is not None and not file.submission.open
        own = file.submission is not None and file.submission.student in ("", student)
        twin = file.path.endswith(".ipynb")
        return (
            file.submission is not None,
            own,
            said,
            file.proved,
            file.late == 0,
            file.time,
            not twin,
            file.path,
        )

    best = max(files, key=rank)
    # a notebook saved after its answers file was written holds the same answers
    pairs = [f for f in files if _twins(f, best) and f.submission and not f.submission.open]
    written = [f for f in pairs if not f.path.endswith(".ipynb")]
    if not written or not best.path.endswith(".ipynb"):
        return best
    return best if _differ(best, written[0]) and best.time > written[0].time else written[0]
