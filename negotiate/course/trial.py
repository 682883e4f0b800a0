"""A trial: everything an exercise computes is computed once; what fails is placed in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from negotiate.case.diagnostics import Finding, Location
from negotiate.course import drawing
from negotiate.course.exercise import Exercise, Question
from negotiate.course.kinds import KINDS, NotReadable, read_profile, shape
from negotiate.course.marking import mistaken, same_expression
from negotiate.course.text import fill
from negotiate.course.world import World
from negotiate.errors import NegotiateError, NoSolutionError

FAILURES = (NegotiateError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError)
"""What a wrong exercise can make the toolkit raise; anything else is a bug and is not caught."""


def attempt(exercise: Exercise, student: str, key: bytes) -> Iterator[Finding]:
    """Findings of one draw."""
    try:
        variant = drawing.first(exercise, student, key, patience=drawing.TRIAL)
    except FAILURES as error:
        found = list(_blame(exercise))
        yield from found or [Finding(("id",), f"no draw is accepted: {error}")]
        return
    for name in exercise.game:  # one that no answer asks for is built for the texts
        try:
            variant.world.game(name)
        except FAILURES as error:
            yield Finding(("game", name), _words(error))
    yield from _questions(exercise, variant.world, key)
    yield from _texts(exercise, variant.world)


def _blame(exercise: Exercise) -> Iterator[Finding]:
    """The parts that fail whatever is drawn, part by part, at the first candidate draw."""
    world = World(exercise, drawing.candidate(exercise, 0))
    seen: set[str] = set()

    def tried(at: Location, compute: Callable[[], Any]) -> Iterator[Finding]:
        try:
            compute()
        except NoSolutionError:
            return
        except FAILURES as error:
            if str(error) not in seen:  # what reads a broken value is not broken itself
                seen.add(str(error))
                yield Finding(at, _words(error))

    for name in exercise.quantity:
        yield from tried(("quantity", name), partial(world.__getitem__, name))
    for name in exercise.game:
        yield from tried(("game", name), partial(world.game, name))
    for name in exercise.value:
        yield from tried(("value", name), partial(world.__getitem__, name))
    for index, text in enumerate(exercise.draw.require):
        yield from tried(
            ("draw", "require", index),
            partial(world.holds, text),
        )
    for index, question in enumerate(exercise.question):
        at: Location = ("question", index)
        yield from tried((*at, "answer"), partial(world.correct, question))
        for number, mistake in enumerate(question.mistake):
            yield from tried(
                (*at, "mistake", number),
                partial(mistaken, world, question, mistake),
            )


def _words(error: BaseException) -> str:
    if isinstance(error, NegotiateError):
        return str(error)
    return f"cannot be computed: {type(error).__name__}: {error}"


def _questions(exercise: Exercise, world: World, key: bytes) -> Iterator[Finding]:
    for index, question in enumerate(exercise.question):
        at: Location = ("question", index, "answer")
        if question.kind in ("text", "case"):
            continue
        try:
            problem = fits(question, world, key)
        except FAILURES as error:
            problem = _words(error)
        if problem:
            yield Finding(at, problem, KINDS[question.kind].allowed)
        for number, mistake in enumerate(question.mistake):
            try:
                mistaken(world, question, mistake)
            except FAILURES as error:
                yield Finding(("question", index, "mistake", number), _words(error))


def fits(question: Question, world: World, key: bytes) -> str:
    """Why the computed answer is not one of the question's kind; empty where it is."""
    if question.kind == "expression":
        return _expression_fits(question, world, key)
    correct = world.correct(question)
    return _FITS[question.kind](question, correct, world)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


def _number_fits(question: Question, correct: Any, world: World) -> str:
    return "" if _is_number(correct) else f"the answer is {correct!r}, no number"


def _fraction_fits(question: Question, correct: Any, world: World) -> str:
    if isinstance(correct, (int, Fraction)):
        return ""
    return f'the answer is {correct!r}, no exact number: use kind = "number" with a tolerance'


def _interval_fits(question: Question, correct: Any, world: World) -> str:
    if isinstance(correct, tuple) and len(correct) == 2 and all(map(_is_number, correct)):
        return "" if correct[0] <= correct[1] else f"the interval {correct} is upside down"
    return f"the answer is {correct!r}, no interval"


def _numbers_fit(question: Question, correct: Any, world: World) -> str:
    if not isinstance(correct, dict) or not all(map(_is_number, correct.values())):
        return f"the answer is {correct!r}, no table of numbers"
    if set(correct) != set(question.labels):
        return f"the answer has the labels {', '.join(correct)}; labels says otherwise"
    return ""


def _choice_fits(question: Question, correct: Any, world: World) -> str:
    known = [option.id for option in question.options]
    return "" if correct in known else f"the answer is {correct!r}, no option of {known}"


def _choices_fit(question: Question, correct: Any, world: World) -> str:
    known = {option.id for option in question.options}
    given = (correct,) if isinstance(correct, str) else correct
    if isinstance(given, tuple) and set(given) <= known:
        return ""
    return f"the answer is {correct!r}, not among the options {sorted(known)}"


def _profile_fits(question: Question, correct: Any, world: World) -> str:
    try:
        read_profile(correct, shape(world, question))
    except NotReadable as error:
        return f"the answer is no profile: {error}"
    return ""


def _equilibria_fit(question: Question, correct: Any, world: World) -> str:
    if not isinstance(correct, tuple):
        return f"the answer is {correct!r}, no list of profiles: read = 'points'"
    return next((p for p in (_profile_fits(question, c, world) for c in correct) if p), "")


_FITS: dict[str, Callable[[Question, Any, World], str]] = {
    "number": _number_fits,
    "fraction": _fraction_fits,
    "interval": _interval_fits,
    "numbers": _numbers_fit,
    "choice": _choice_fits,
    "choices": _choices_fit,
    "profile": _profile_fits,
    "equilibria": _equilibria_fit,
}


def _expression_fits(question: Question, world: World, key: bytes) -> str:
    """The correct expression equals itself: it is defined where its letters live."""
    from negotiate.course.algebra import parse

    if isinstance(question.answer, str) and question.answer not in world.exercise.value:
        expression = parse(question.answer)
        for name in expression.names:
            if name not in question.variables and name not in world:
                return f"'{name}' is neither a letter nor a quantity"
        if not same_expression(question, world, expression, key=key, seed="trial"):
            return "the expression is not defined in the domain of its letters"
    else:
        # a toolkit answer has no text to compare: it must at least exist at the points
        same_expression(question, world, parse("0"), key=key, seed="trial")
    return ""


def _texts(exercise: Exercise, world: World) -> Iterator[Finding]:
    from negotiate.course.rules import all_texts

    answers = {}
    for question in exercise.question:
        if question.kind not in ("text", "case", "expression"):
            try:
                answers[question.id] = world.correct(question)
            except FAILURES:
                continue
        elif isinstance(question.answer, str):
            answers[question.id] = question.answer
    for at, text, _ in all_texts(exercise):
        try:
            fill(
                text,
                world,
                where=".".join(map(str, at)),
                answers=answers if at[-1] == "solution" else None,
            )
        except FAILURES as error:
            yield Finding(at, _words(error))
