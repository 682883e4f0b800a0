"""Marking one answer: right, partly right, a mistake with a name, right after an earlier error.

In this order, the best share counting:

1. the correct answer, by the kind's own rule (`negotiate.course.kinds`), parts earning parts; a
   chain of results each rounded as exactly as the exercise asks for them is right too;
2. a stated mistake, whose answer is the toolkit's under that mistake: its feedback always, its
   credit where that is more than the right parts have earned;
3. follow-through: the answer that is correct if the student's own earlier answer stands in the
   place of the named value it depends on, times ``follow_credit``. It presupposes an attempt: an
   earlier answer that is zero, at the end of what any answer may be, or from which the same would
   follow as from such a value, earns nothing further;
4. a number that is near: `NEAR_CREDIT` of the points, and a word on rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.case.expression import Expression
from negotiate.course.conditions import read as read_condition
from negotiate.course.exercise import Mistake, Question
from negotiate.course.kinds import KINDS, NotReadable, empty, near_share, shape
from negotiate.course.references import profile
from negotiate.course.world import World
from negotiate.errors import InputError, NegotiateError, NoSolutionError

NEAR_CREDIT = Fraction(3, 4)
"""Share of the points of a number that was found and rounded too early."""
CARRIED = Fraction(1, 2000)
"""Half a unit of the third decimal: the precision to which results on the way are carried."""
CHAIN = Fraction(1, 10)
"""Share of the right number within which a chain of rounded results is looked for."""


@dataclass(frozen=True)
class Mark:
    """What one answer earned, and why.

    Attributes
    ----------
    question
        Its id.
    status
        ``right``, ``near``, ``partly``, ``mistake``, ``follows``, ``wrong``, ``unreadable``,
        ``empty`` or ``human`` (a person marks it).
    share
        From 0 to 1.
    points
        Points earned.
    feedback
        What to tell the student, Markdown of the instructor's with numbers filled in.
    problem
        Why an answer could not be read; may quote the student and is escaped where it is shown.
    hit
        Id of the stated mistake that was made.
    comment
        What a person who marked it wrote.
    """

    question: str
    status: str
    share: Fraction
    points: Fraction
    feedback: tuple[str, ...] = ()
    problem: str = ""
    hit: str = ""
    comment: str = ""


def mark(
    question: Question,
    entry: Any,
    world: World,
    *,
    key: bytes,
    seed: str,
    earlier: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> tuple[Mark, Any]:
    """Mark of one entry, and the value it was read as (None where it could not be read).

    Parameters
    ----------
    entry
        Plain data from the answers file.
    world
        The exercise at the student's numbers.
    key, seed
        Course key and stamp, from which the points are drawn at which expressions are compared.
    earlier
        Values of the student's answers to earlier questions, for follow-through.
    folder
        Where an uploaded case file lies.
    """
    blank = Mark(question.id, "empty", Fraction(0), Fraction(0))
    if empty(entry):
        return blank, None
    try:
        value = KINDS[question.kind].read(question, entry, lambda: shape(world, question))
    except NotReadable as error:
        return replace(blank, status="unreadable", problem=str(error)), None
    if question.kind == "text":
        return replace(blank, status="human"), value
    if question.kind == "case":
        return _case_mark(question, value, world, folder), value
    if question.kind == "expression":
        right = same_expression(question, world, value, key=key, seed=seed)
        share = Fraction(int(right))
    else:
        share = KINDS[question.kind].share(question, world.correct(question), value)
        if not question.partial and share < 1:
            share = Fraction(0)
    if share == 1:
        return _scored(question, "right", share), value
    best = _scored(question, "partly" if share else "wrong", share)
    known = _by_mistake(question, value, world, key=key, seed=seed)
    if known is not None:  # the author's word on it stands, whatever it may follow from
        return replace(known, share=max(share, known.share),
                       points=max(share, known.share) * question.points), value  # fmt: skip
    if question.kind in NUMBERS:
        carried = _carried_share(question, value, world, earlier or {})
        if carried == 1:
            return _scored(question, "right", carried), value
        close = max(carried, share + NEAR_CREDIT * (near_share(
            question, world.correct(question), value) - share))  # fmt: skip
        if close > share:
            best = _scored(question, "near", close, (NEAR_WORDS,))
    follows = _by_following(question, value, world, earlier or {}, key=key, seed=seed)
    if follows is not None and follows.share > best.share:
        best = follows
    return best, value


NUMBERS = ("number", "fraction", "numbers", "interval")
NEAR_WORDS = "Right to the first digits: carry more decimals on the way, and round at the end."


def _carried_share(
    question: Question, value: Any, world: World, earlier: Mapping[str, Any]
) -> Fraction:
    """Share of an answer that is right if results on the way are rounded as the exercise rounds.

    Each named result the answer reads moves by half the unit to which it is carried (three
    decimals, or the tolerance of the question that asks for it); the moves of the answer add up.
    An earlier answer of the student's that is right within its tolerance may stand for the result.
    """
    correct = world.correct(question)
    nearby = near_share(question, correct, value, _roughly)
    if not nearby:
        return Fraction(0)
    slack: dict[str, Fraction] = {}
    # a result of a whole case is computed, not carried by hand, and solving it again takes seconds
    by_hand = all(game.get("kind") != "case" for game in world.exercise.game.values())
    for name in world.exercise.value if by_hand else ():
        held = world[name]
        if isinstance(held, bool) or not isinstance(held, (int, float, Fraction)):
            continue
        unit = _unit(question, world, name, Fraction(held))
        sides = []
        for moved in (Fraction(held) + unit, Fraction(held) - unit):
            found = _answer_with(question, world, {name: moved})
            if found is not None:
                sides.append(_distances(correct, found))
        for part in sides[0] if sides else ():
            most = max(side.get(part, Fraction(0)) for side in sides)
            slack[part] = slack.get(part, Fraction(0)) + most
    taken = {
        name: earlier[source]
        for name, source in question.follow.items()
        if earlier.get(source) is not None and _is_right(world, source, earlier[source])
    }
    also = _answer_with(question, world, taken) if taken else None

    def agrees(asked: Question, given: Any, wanted: Any) -> bool:
        if KINDS["number"].share(asked, wanted, given) == 1:
            return True
        part = next((k for k, w in _numbers(correct).items() if w == wanted), "")
        again = _numbers(also).get(part) if also is not None else None
        if again is not None and KINDS["number"].share(asked, again, given) == 1:
            return True
        tolerated = asked.tolerance or CARRIED * min(abs(Fraction(wanted)), Fraction(1))
        return bool(abs(given - Fraction(wanted)) <= slack.get(part, Fraction(0)) + tolerated)

    return near_share(question, correct, value, agrees)


def _roughly(question: Question, value: Any, correct: Any) -> bool:
    return bool(abs(value - Fraction(correct)) <= CHAIN * abs(Fraction(correct)))


def _unit(question: Question, world: World, name: str, held: Fraction) -> Fraction:
    """How exactly a named result is carried."""
    for asked in world.exercise.question:
        if asked.id != question.id and asked.answer == name:
            if asked.tolerance:
                return Fraction(asked.tolerance)
            if asked.relative:
                return Fraction(asked.relative) * abs(held)
    return CARRIED if abs(held) >= Fraction(1, 20) else CARRIED / 10


def _answer_with(question: Question, world: World, given: Mapping[str, Any]) -> Any:
    try:
        return World(world.exercise, world.drawn, {**world.given, **given}).correct(question)
    except (NegotiateError, ArithmeticError, TypeError, ValueError):
        return None


def _numbers(answer: Any) -> dict[str, Fraction]:
    """Numbers of an answer by part."""
    if isinstance(answer, Mapping):
        parts = answer.items()
    else:
        parts = dict(enumerate(answer if isinstance(answer, (tuple, list)) else (answer,))).items()
    return {
        str(k): Fraction(v)
        for k, v in parts
        if isinstance(v, (int, float, Fraction)) and not isinstance(v, bool)
    }


def _distances(one: Any, other: Any) -> dict[str, Fraction]:
    moved = _numbers(other)
    return {k: abs(moved[k] - v) for k, v in _numbers(one).items() if k in moved}


def _is_right(world: World, source: str, value: Any) -> bool:
    asked = next(q for q in world.exercise.question if q.id == source)
    return same(asked, world.correct(asked), value)


def _scored(
    question: Question, status: str, share: Fraction, feedback: tuple[str, ...] = ()
) -> Mark:
    return Mark(question.id, status, share, share * question.points, feedback)


def same(question: Question, correct: Any, value: Any) -> bool:
    """Whether a computed answer would be marked as fully right."""
    if question.kind == "expression":
        return False
    try:
        return KINDS[question.kind].share(question, correct, value) == 1
    except (TypeError, ValueError, AttributeError):
        return False


def mistaken(world: World, question: Question, mistake: Mistake) -> Any:
    """The answer under a stated mistake; None where the mistake leads to no answer."""
    labels = tuple(option.id for option in question.options)
    where = f"question {question.id}, mistake {mistake.id}"
    entry = question.answer if mistake.answer is None else mistake.answer
    if entry is None:
        return None
    try:
        other = world.changed(mistake.change, where) if mistake.change else world
        found = other.answer(entry, where, labels)
        # a table of labels is a profile in which each is played for sure
        return profile(found) if question.kind == "profile" else found
    except (NoSolutionError, InputError) as error:
        if isinstance(error, NoSolutionError) or mistake.change:
            return None  # the mistake leads nowhere at this draw: nobody can have made it
        raise


def _by_mistake(
    question: Question, value: Any, world: World, *, key: bytes, seed: str
) -> Mark | None:
    from negotiate.course.text import fill

    for mistake in question.mistake:
        if question.kind == "expression":
            hit = mistake.answer is not None and same_expression(
                question, world, value, key=key, seed=seed, answer=mistake.answer
            )
        else:
            wrong = mistaken(world, question, mistake)
            hit = wrong is not None and _close(question, wrong, value)
        if hit:
            where = f"question {question.id}, mistake {mistake.id}"
            words = fill(mistake.feedback, world, where=where)
            found = _scored(question, "mistake", Fraction(mistake.credit), (words,))
            return replace(found, hit=mistake.id)
    return None


def _close(question: Question, wrong: Any, value: Any) -> bool:
    """Whether a student's value is the answer under a mistake, parts and tolerance as usual."""
    return same(question, wrong, value)


def _by_following(
    question: Question,
    value: Any,
    world: World,
    earlier: Mapping[str, Any],
    *,
    key: bytes,
    seed: str,
) -> Mark | None:
    """Credit for an answer that is right if the student's earlier answers were."""
    asked = {q.id: q for q in world.exercise.question}
    taken = {
        name: earlier[source]
        for name, source in question.follow.items()
        if earlier.get(source) is not None
    }
    if not taken or question.kind == "expression":
        return None
    trivial: dict[str, list[Fraction]] = {}
    for name, source in question.follow.items():
        if name in taken and not _is_right(world, source, taken[name]):
            trivial[name] = _trivial(asked[source], world)
            if not _attempted(asked[source], taken[name], world, trivial[name]):
                return None
    if not trivial:
        return None
    other = World(world.exercise, world.drawn, {**world.given, **taken})
    try:
        correct = other.correct(question)
        share = KINDS[question.kind].share(question, correct, value)
    except (NegotiateError, ArithmeticError, TypeError, ValueError):
        return None  # nothing follows from the earlier answer
    if share < 1:
        return None
    for name, ends in trivial.items():  # does the answer show that the earlier one was used?
        for end in ends:
            empty_handed = _answer_with(question, world, {**taken, name: end})
            if empty_handed is not None and same(question, empty_handed, value):
                return None
    return _scored(question, "follows", Fraction(question.follow_credit))


def _trivial(source: Question, world: World) -> list[Fraction]:
    """Values nobody needs to work for: zero, one, and the ends of what any answer may be."""
    if source.kind not in ("number", "fraction"):
        return []
    ends = {Fraction(0), Fraction(1)}
    for text in source.public:
        for comparison in read_condition(text).comparisons:
            for one in comparison.sums:
                if "answer" not in one.names:
                    try:
                        ends.add(Fraction(one.evaluate(world)))
                    except (NegotiateError, ArithmeticError, TypeError, ValueError):
                        continue
    return sorted(ends)


def _attempted(source: Question, value: Any, world: World, trivial: list[Fraction]) -> bool:
    """Whether an earlier answer is an attempt: of its kind, inside what any answer may be."""
    if source.kind in ("number", "fraction"):
        if value in trivial:
            return False
    elif isinstance(value, Mapping):
        if not any(value.values()):
            return False
    elif source.kind in ("choice", "choices"):
        return False  # a guess at an option is no work to carry forward
    for text in source.public:
        try:
            if not read_condition(text).holds({**world.quantities(), "answer": value}):
                return False
        except (NegotiateError, ArithmeticError, TypeError):
            return False
    return True


# Expressions


def same_expression(
    question: Question,
    world: World,
    given: Expression,
    *,
    key: bytes,
    seed: str,
    answer: Any = None,
) -> bool:
    """Whether a student's expression equals the correct one at every point drawn.

    Letters that name quantities take other values at each point, and the toolkit answers anew.
    """
    from negotiate.course.algebra import draw_points, equal, parse

    entry = question.answer if answer is None else answer
    letters = question.variables
    domain = {name: _domain(question, world, name) for name in letters}
    points = draw_points(key, letters, domain, seed=f"{seed} {question.id}")
    if isinstance(entry, str) and entry not in world.exercise.value:
        correct: Any = parse(entry)
    else:

        def correct(point: Mapping[str, Fraction]) -> Any:
            try:
                found = world.changed(dict(point), f"question {question.id}").answer(
                    entry, f"question {question.id}"
                )
            except NoSolutionError:
                return None
            return found

    read = getattr(correct, "names", ())
    known = {name: world[name] for name in read if name not in letters and name in world}
    return equal(given, correct, points, known=known)


def _domain(question: Question, world: World, name: str) -> tuple[Any, Any]:
    """Where a letter lives: the question's domain, else the quantity's grid, else 1 to 2."""
    if question.domain is not None:
        low, high = question.domain
        return world.number(low), world.number(high)
    quantity = world.exercise.quantity.get(name)
    if quantity is not None and quantity.drawn:
        values = [quantity.at(0), quantity.at(quantity.size - 1), *quantity.values]
        return min(values), max(values)
    return Fraction(1), Fraction(2)


# Case files


def _case_mark(question: Question, name: str, world: World, folder: Path | None) -> Mark:
    """An uploaded case: what `check` finds, and the stated properties that hold."""
    from negotiate.course.casework import examine
    from negotiate.course.conditions import read

    blank = Mark(question.id, "unreadable", Fraction(0), Fraction(0))
    if folder is None:
        return replace(blank, problem="no case file came with the answers")
    try:
        facts, findings = examine(folder, name)
    except NegotiateError as error:
        return replace(blank, problem=str(error)[:500])
    missed = []
    for text in question.must:
        condition = read(text)
        try:
            holds = condition.holds(facts)
        except (NegotiateError, ArithmeticError):
            holds = False
        if not holds:
            missed.append(text)
    total = len(question.must)
    share = Fraction(total - len(missed), total) if total else Fraction(1)
    if facts["errors"]:
        share = Fraction(0)
    told = [f"not met: {text}" for text in missed]
    if findings:
        told.append(f"negotiate check finds {len(findings)} things to mend")
    status = "right" if share == 1 else "partly" if share else "wrong"
    return _scored(question, status, share, tuple(told))
