"""A key, a class, and the exercise that asks in every way."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from negotiate.course import drawing, reader
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.package import drawn_numbers, encoded
from negotiate.course.submission import write_answers

DATA = Path(__file__).parent / "data"
KEY = b"a course key for the tests, 32 b"


@pytest.fixture(scope="session")
def chicken() -> Exercise:
    return reader.load("chicken-commitment")


@pytest.fixture(scope="session")
def wide() -> Exercise:
    return reader.load(DATA / "wide.toml")


def as_written(value: Any) -> Any:
    """A computed answer as a student would write it down."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {name: as_written(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_written(entry) for entry in value]
    return value


def right_answers(variant: Variant) -> dict[str, Any]:
    """Correct answers to everything that is computed."""
    out = {}
    for question in variant.exercise.question:
        if question.kind in ("text", "case"):
            continue
        if question.kind == "expression":
            if isinstance(question.answer, str):
                out[question.id] = question.answer
            continue
        out[question.id] = coded(variant, question.id, variant.world.correct(question))
    return out


def coded(variant: Variant, name: str, answer: Any) -> Any:
    """An answer as this student writes it: options by the student's own codes."""
    question = next(q for q in variant.exercise.question if q.id == name)
    return encoded(question, variant, as_written(answer))


def hand_in(
    folder: Path, variant: Variant, answers: Mapping[str, Any], name: str = "", proved: bool = True
) -> Path:
    """An answers file in a student's folder; ``proved`` with the numbers the stamp certifies."""
    place = folder / variant.student
    place.mkdir(parents=True, exist_ok=True)
    path = place / (name or f"{variant.exercise.id}.answers.toml")
    numbers = drawn_numbers(variant) if proved else None
    text = write_answers(variant.exercise.id, variant.student, variant.stamp, answers, numbers)
    path.write_text(text, encoding="utf-8")
    return path


def variant_of(exercise: Exercise, student: str) -> Variant:
    return drawing.first(exercise, student, KEY)
