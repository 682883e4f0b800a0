"""Drawing: each student's own numbers, by a keyed hash that only the instructor can compute.

The numbers of student s in exercise e are the first draws in the stream

    HMAC-SHA256(course key, "draw" | e | s | k),  k = 0, 1, 2, ...

(each field with its length before it) that the exercise accepts: its conditions hold, every answer
exists, and no stated mistake gives the right answer. The digest is an integer of 256 bits; divided
by the sizes of the grids in turn, its remainders choose the values, uniform up to 2^-200.

Nothing but key, exercise and student enters, so a draw can be repeated at any time. If two students
of a class would have the same numbers, the one further down the class list takes the next accepted
draw (`assign`): adding students at the end of a list changes nobody's numbers. A *stamp*, a keyed
hash of the numbers, stands beside them in the student's files (`certified`): it proves that these
are the student's numbers, so that grading draws nothing again, and it cannot be forged without the
key.

Names may be drawn too (``[draw] names``): players, strategies, letters of formulas that stand for
the same thing have other words for other students, chosen by the same keyed hash, so that a
neighbour's words answer nobody else's question (`named`).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from negotiate.course.algebra import digest
from negotiate.course.conditions import read as read_condition
from negotiate.course.exercise import Exercise, Question
from negotiate.course.marking import mistaken, same
from negotiate.course.world import World
from negotiate.errors import InputError, NoSolutionError
from negotiate.numbers.fractions import exact

MIN_KEY = 16
"""Bytes of a course key below which it could be guessed."""
MAX_KEY = 4096
MAX_TRIES = 5_000
"""Draws tried for one student in all."""
PATIENCE = 300
"""Refused draws in a row after which no further one is accepted."""
TRIAL = 60
"""The same for the trial of an exercise: one that refuses more draws than this is too narrow."""
MAX_TURNS = 16
"""Accepted draws tried to find the one a stamp speaks of."""


def key_from(text: bytes) -> bytes:
    """A course key from the content of its file; white space around it does not count."""
    key = text.strip()
    if not MIN_KEY <= len(key) <= MAX_KEY:
        raise InputError(
            f"a course key of {len(key)} bytes",
            where="course key",
            allowed=f"{MIN_KEY} to {MAX_KEY} bytes",
            remedy="negotiate course key FILE writes a new one",
        )
    return key


@dataclass(frozen=True)
class Variant:
    """A student's numbers in one exercise.

    Attributes
    ----------
    exercise, student
        Whose and which.
    drawn
        Values of the drawn quantities.
    turn
        0 for the first accepted draw, 1 for the second (where the first was another's), ...
    stamp
        Keyed hash that names the variant in the student's files.
    made
        The world in which the numbers were tried, if they were.
    coded
        Whether options are named by codes of this student's own (`package.option_codes`).
    """

    exercise: Exercise
    student: str
    drawn: Mapping[str, Fraction]
    turn: int
    stamp: str
    made: World | None = field(default=None, repr=False, compare=False)
    coded: bool = field(default=True, repr=False)

    @cached_property
    def world(self) -> World:
        """The exercise at these numbers; one world, so what it computed is remembered."""
        return World(self.exercise, self.drawn) if self.made is None else self.made

    def numbers(self) -> tuple[tuple[str, Fraction], ...]:
        """The drawn numbers, to be compared with those of others."""
        return tuple(sorted(self.drawn.items()))


def space(exercise: Exercise) -> int:
    """How many different draws the grids allow, refused ones included."""
    return prod(quantity.size for quantity in exercise.quantity.values())


def candidate(exercise: Exercise, number: int) -> dict[str, Fraction]:
    """Values that an integer chooses, grid by grid."""
    out = {}
    for name, quantity in exercise.quantity.items():
        if quantity.drawn:
            number, index = divmod(number, quantity.size)
            out[name] = quantity.at(index)
    return out


def named(exercise: Exercise, student: str, key: bytes) -> Exercise:
    """The exercise with this student's names in the place of those of the file."""
    pools = exercise.draw.names
    if not pools:
        return exercise
    number = int.from_bytes(digest(key, "names", exercise.id, student), "big")
    chosen = []
    for name, pool in pools.items():
        number, index = divmod(number, len(pool))
        chosen.append((name, pool[index]))
    return _renamed(exercise, tuple(chosen))


_RENAMED: dict[Any, Exercise] = {}
MOST_RENAMED = 2_000


def _renamed(exercise: Exercise, chosen: tuple[tuple[str, str], ...]) -> Exercise:
    place = (exercise.id, id(exercise), chosen)
    if place not in _RENAMED:
        if len(_RENAMED) >= MOST_RENAMED:
            _RENAMED.clear()
        data = exercise.model_dump(by_alias=True, exclude_defaults=True)
        data["draw"] = {k: v for k, v in data["draw"].items() if k != "names"}
        words = dict(chosen)
        either = "|".join(re.escape(name) for name in sorted(words, key=len, reverse=True))
        pattern = re.compile(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])")

        def spoken(entry: Any) -> Any:
            if isinstance(entry, str):
                return pattern.sub(lambda found: words[found[0]], entry)
            if isinstance(entry, Mapping):
                return {
                    spoken(k): v if k in ("id", "format", "kind") else spoken(v)
                    for k, v in entry.items()
                }
            if isinstance(entry, (list, tuple)):
                return [spoken(item) for item in entry]
            return entry

        _RENAMED[place] = Exercise.model_validate(spoken(data))
        _KEPT[id(exercise)] = exercise  # so that no other exercise takes its place in memory
    return _RENAMED[place]


_KEPT: dict[int, Exercise] = {}


def stamp_of(exercise: Exercise, student: str, key: bytes, drawn: Mapping[str, Fraction]) -> str:
    """Keyed hash of a student's numbers."""
    numbers = json.dumps([[name, str(value)] for name, value in sorted(drawn.items())])
    return digest(key, "stamp", exercise.id, student, numbers).hex()[:20]


def certified(
    exercise: Exercise, student: str, key: bytes, stamp: str, numbers: Mapping[str, str]
) -> Variant | None:
    """The variant whose numbers a file states, if the stamp proves that they are the student's.

    Nothing is drawn again: the stamp is a keyed hash of just these numbers.
    """
    exercise = named(exercise, student, key)
    names = {name for name, quantity in exercise.quantity.items() if quantity.drawn}
    if set(numbers) != names:
        return None
    try:
        drawn = {name: exact(numbers[name]) for name in exercise.quantity if name in names}
    except ValueError:
        return None
    wanted = stamp_of(exercise, student, key, drawn)
    if not hmac.compare_digest(wanted.encode(), stamp.encode()):
        return None
    return Variant(exercise, student, drawn, 0, wanted)


def variants(
    exercise: Exercise, student: str, key: bytes, *, patience: int = PATIENCE
) -> Iterator[Variant]:
    """Accepted draws of a student, in their order, each set of numbers once."""
    exercise = named(exercise, student, key)
    seen: set[Any] = set()
    turn, refused, row = 0, "", 0
    bound = MAX_TRIES if any(q.drawn for q in exercise.quantity.values()) else 1
    for k in range(bound):
        hashed = digest(key, "draw", exercise.id, student, str(k))
        drawn = candidate(exercise, int.from_bytes(hashed, "big"))
        numbers = tuple(sorted(drawn.items()))
        if numbers in seen:
            continue
        seen.add(numbers)
        world = World(exercise, drawn)
        reason = refusal(world)
        if reason:
            refused, row = reason, row + 1
            if row >= patience:
                break
            continue
        row = 0
        stamp = stamp_of(exercise, student, key, drawn)
        yield Variant(exercise, student, drawn, turn, stamp, world)
        turn += 1
    if turn == 0:
        raise NoSolutionError(
            f"none of {len(seen):,} draws is accepted; the last was refused because {refused}",
            where=exercise.id,
            remedy="widen the grids or loosen [draw]",
        )


def refusal(world: World) -> str:
    """Why a draw is refused; empty where it is accepted.

    Raises
    ------
    InputError, UnknownNameError
        What is wrong at every draw: that is the author's mistake, not the draw's.
    """
    exercise = world.exercise
    try:
        for condition in exercise.draw.require:
            if not world.holds(_condition(condition), "draw.require"):
                return f"{condition} does not hold"
        for group in exercise.draw.distinct:
            values = [world.answer(name, "draw.distinct") for name in group]
            if any(a == b for i, a in enumerate(values) for b in values[:i]):
                return f"{', '.join(group)} are not all different"
        for name in exercise.value:
            world[name]
        for question in exercise.question:
            correct = world.correct(question) if not question.variables else None
            if exercise.draw.separate and correct is not None:
                same = _coinciding(world, question, correct)
                if same:
                    return f"mistake {same} of question {question.id} gives the correct answer"
    except NoSolutionError as error:
        return str(error)
    return ""


_CONDITIONS: dict[str, Any] = {}


def _condition(text: str) -> Any:
    if text not in _CONDITIONS:
        _CONDITIONS[text] = read_condition(text)
    return _CONDITIONS[text]


def _coinciding(world: World, question: Question, correct: Any) -> str:
    """A mistake whose answer would be marked correct; choices have few answers and may."""
    if question.kind in ("choice", "choices", "text", "case"):
        return ""
    for mistake in question.mistake:
        wrong = mistaken(world, question, mistake)
        if wrong is not None and same(question, correct, wrong):
            return mistake.id
    return ""


def first(exercise: Exercise, student: str, key: bytes, *, patience: int = PATIENCE) -> Variant:
    """The first accepted draw of a student."""
    return next(variants(exercise, student, key, patience=patience))


def assign(exercise: Exercise, students: Iterable[str], key: bytes) -> dict[str, Variant]:
    """A variant for each student of a class, no two alike.

    Where an exercise draws nothing everybody has the same one. Where its accepted draws run out,
    that is said with the count, since two students would share their numbers.
    """
    taken: set[Any] = set()
    out: dict[str, Variant] = {}
    draws = any(q.drawn for q in exercise.quantity.values())
    for student in students:
        for variant in variants(exercise, student, key):
            if not draws or variant.numbers() not in taken:
                taken.add(variant.numbers())
                out[student] = variant
                break
        else:
            raise NoSolutionError(
                f"no numbers are left for {student}: {len(taken):,} variants are in use",
                where=exercise.id,
                remedy="widen the grids: give more values to draw from",
            )
    return out


def stamped(exercise: Exercise, student: str, key: bytes, stamp: str) -> Variant | None:
    """The variant of a student that a stamp names; None where the stamp is not theirs."""
    for count, variant in enumerate(variants(exercise, student, key)):
        if hmac.compare_digest(variant.stamp.encode(), stamp.encode()):
            return variant
        if count + 1 >= MAX_TURNS:
            break
    return None
