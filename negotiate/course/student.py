"""What a student can do: write answers to a file, and see which public checks pass.

Public checks say whether an answer can be read, has the right shape and lies where any answer must
lie. They know no correct answer, so passing them is not the grade.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from negotiate.course import submission
from negotiate.course.conditions import read as read_condition
from negotiate.course.kinds import KINDS, NotReadable, empty
from negotiate.errors import FileFormatError, InputError, NegotiateError
from negotiate.view import Viewable

NOT_THE_GRADE = "These checks are public. They are not the grade."


@dataclass(frozen=True)
class Check:
    """One question: whether its answer is there, can be read, and meets the public conditions."""

    question: str
    status: str
    words: str = ""


@dataclass(frozen=True)
class Checks(Viewable):
    """Public checks of one exercise.

    Attributes
    ----------
    exercise, student
        Whose answers to what.
    checks
        One for each question; status ``passes``, ``open``, ``unreadable`` or ``fails``.
    """

    exercise: str
    student: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    stored: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    _view = "negotiate.course.view"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The views, and the answers as they were read: grading may take them from a notebook."""
        bundle: dict[str, Any] = {**super()._repr_mimebundle_(include, exclude)}
        if self.stored:
            bundle[submission.STORED] = dict(self.stored)
        return bundle

    @property
    def passed(self) -> int:
        """How many questions pass their public checks."""
        return sum(check.status == "passes" for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "exercise": self.exercise,
            "student": self.student,
            "checks": [vars(check) for check in self.checks],
            "notes": [*self.notes, NOT_THE_GRADE],
        }


def check(answers: Mapping[str, Any], public: Mapping[str, Any]) -> Checks:
    """Public checks of answers against the public part of an exercise."""
    found = tuple(_one(entry, answers.get(entry["id"]), public) for entry in public["questions"])
    known = {entry["id"] for entry in public["questions"]}
    notes = tuple(f"there is no question '{name[:60]}'" for name in answers if name not in known)
    return Checks(str(public["exercise"]), str(public["student"]), found, notes)


def _one(entry: Mapping[str, Any], given: Any, public: Mapping[str, Any]) -> Check:
    name = str(entry["id"])
    if empty(given):
        return Check(name, "open")
    question: Any = SimpleNamespace(
        id=name,
        kind=entry["kind"],
        labels=tuple(entry["labels"]),
        options=tuple(SimpleNamespace(id=o) for o in entry["options"]),
        variables=tuple(entry["variables"]),
    )
    try:
        value = KINDS[question.kind].read(question, given, lambda: _tuples(entry["shape"]))
    except NotReadable as error:
        return Check(name, "unreadable", str(error))
    numbers = {k: Fraction(v) for k, v in public["numbers"].items()}
    for text in entry["public"]:
        try:
            holds = read_condition(text).holds({**numbers, "answer": value})
        except (NegotiateError, ArithmeticError, TypeError):
            holds = False
        if not holds:
            return Check(name, "fails", f"any answer must satisfy: {text}")
    return Check(name, "passes")


def _tuples(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _tuples(entry) for name, entry in shape.items()}
    return tuple(shape)


def read_public(path: Path) -> dict[str, Any]:
    """The public part of an exercise."""
    if not path.is_file() or path.stat().st_size > submission.MAX_ANSWERS:
        raise FileFormatError(
            "the public part of the exercise is not there",
            path=path.name,
            line=1,
            column=1,
            remedy="keep the .public.json that came with the exercise beside your answers",
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileFormatError(f"not JSON: {error}", path=path.name, line=1) from None
    if not isinstance(data, dict) or data.get("kind") != "exercise-public":
        raise FileFormatError("this is no public part of an exercise", path=path.name, line=1)
    return data


def check_file(path: Path) -> Checks:
    """Public checks of an answers file or notebook; the public part lies beside it."""
    if not path.is_file():
        raise FileFormatError("there is no such file", path=str(path), line=1, column=1)
    found = submission.read(path)
    if found is None:
        raise FileFormatError("this is no answers file", path=path.name, line=1, column=1)
    public = read_public(path.parent / f"{_stem(found.exercise)}.public.json")
    checks = check({**found.answers, **dict.fromkeys(found.problems, "")}, public)
    broken = tuple(f"{name}: {words}" for name, words in found.problems.items())
    if found.student != public["student"] or found.stamp != public["stamp"]:
        broken += ("the answers are not for this student's numbers: they would be refused",)
    return Checks(checks.exercise, checks.student, checks.checks, (*checks.notes, *broken))


def _stem(exercise: str) -> str:
    """An exercise id as part of a file name: nothing that could leave the folder."""
    return "".join(c for c in exercise if c.isalnum() or c == "-")[:80]


def hand_in(answers: Mapping[str, Any], exercise: str, folder: str | Path = ".") -> Checks:
    """Write the answers file of an exercise, and say which public checks pass.

    Run in the notebook; the file it writes is what is graded.
    """
    from negotiate.course.files import write

    if not isinstance(answers, Mapping):
        raise InputError(
            f"answers is a {type(answers).__name__}",
            where="hand_in",
            allowed="a dictionary",
            remedy="run the notebook from the top: its first cell says answers = {}",
        )
    place = Path(folder)
    public = read_public(place / f"{_stem(exercise)}.public.json")
    text = submission.write_answers(
        str(public["exercise"]),
        str(public["student"]),
        str(public["stamp"]),
        answers,
        public.get("drawn", {}),
    )
    target = place / f"{_stem(exercise)}.answers.toml"
    write(target, text)
    found = submission.read(target)
    assert found is not None
    checks = check(found.answers, public)
    broken = tuple(f"{name}: {words}" for name, words in found.problems.items())
    notes = (*checks.notes, *broken, f"written: {target.name}. Hand in this file.")
    kept = {name: _as_json(value) for name, value in found.answers.items()}
    return Checks(checks.exercise, checks.student, checks.checks, notes, kept)


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _as_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(v) for v in value]
    return str(value) if isinstance(value, Fraction) else value
