"""Rules over a whole exercise that the format alone cannot say; one small function each.

Every rule yields findings, so that an author sees all of them at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from negotiate import declare
from negotiate.case.diagnostics import Finding, Location
from negotiate.case.expression import parse
from negotiate.course import games
from negotiate.course.casework import FACTS
from negotiate.course.conditions import read as read_condition
from negotiate.course.drawing import space
from negotiate.course.exercise import WAYS, Exercise, Question, Reference
from negotiate.course.text import STYLES, holes
from negotiate.errors import NegotiateError, UnknownNameError

SMALL = 10_000
"""Draws below which a class of some hundred uses up a good part of the grid."""

FITTING: dict[str, tuple[str, ...]] = {
    "number": ("tolerance", "relative"),
    "fraction": (),
    "expression": ("variables", "domain"),
    "interval": ("tolerance", "relative"),
    "numbers": ("tolerance", "relative", "labels"),
    "choice": ("options",),
    "choices": ("options",),
    "profile": ("tolerance", "relative"),
    "equilibria": ("tolerance", "relative"),
    "case": ("must",),
    "text": (),
}
"""Keys that only some kinds of answer have, by kind."""
_SPECIAL = {key for keys in FITTING.values() for key in keys}


def run(exercise: Exercise) -> list[Finding]:
    """Findings of every rule."""
    return [finding for rule in RULES for finding in rule(exercise)]


def _error(at: Location, error: NegotiateError, *, on_key: bool = False) -> Finding:
    return Finding(at, error.what, error.allowed, error.remedy, on_key=on_key)


def names_differ(exercise: Exercise) -> Iterator[Finding]:
    """A quantity and a value share no name, questions and mistakes have names of their own."""
    for name in exercise.value:
        if name in exercise.quantity:
            yield Finding(("value", name), f"'{name}' is a quantity too", on_key=True)
    pattern = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}\Z")
    for part in ("quantity", "value", "game"):
        for name in getattr(exercise, part):
            if not pattern.match(name):
                yield Finding(
                    (part, name),
                    f"'{name}' cannot stand in an expression",
                    "letters, digits and _, beginning with a letter",
                    on_key=True,
                )
            if name in ("answer", "game", "min", "max", "and"):
                yield Finding((part, name), f"'{name}' has a meaning of its own", on_key=True)
    seen: set[str] = set()
    for index, question in enumerate(exercise.question):
        if question.id in seen:
            yield Finding(("question", index, "id"), f"'{question.id}' stands twice")
        seen.add(question.id)


def quantities(exercise: Exercise) -> Iterator[Finding]:
    """Expressions of quantities read quantities."""
    for name, quantity in exercise.quantity.items():
        if quantity.expression:
            yield from _expression(
                quantity.expression, ("quantity", name), tuple(exercise.quantity)
            )


def _names(
    read: Callable[[str], Any], text: str, at: Location, known: tuple[str, ...]
) -> Iterator[Finding]:
    """What is wrong with an expression or a condition: how it reads, names that do not exist."""
    try:
        names = read(text).names
    except NegotiateError as error:
        yield Finding(at, error.what, error.allowed)
        return
    for name in names:
        if name not in known:
            yield _error(at, UnknownNameError("name", name, known))


_expression, _condition = partial(_names, parse), partial(_names, read_condition)


def draws(exercise: Exercise) -> Iterator[Finding]:
    """Conditions on draws can be read; the grids are wide enough for a class."""
    known = (*exercise.quantity, *exercise.value)
    for index, text in enumerate(exercise.draw.require):
        yield from _condition(text, ("draw", "require", index), known)
    for index, group in enumerate(exercise.draw.distinct):
        for number, text in enumerate(group):
            yield from _expression(text, ("draw", "distinct", index, number), known)
    for name, pool in exercise.draw.names.items():
        at: Location = ("draw", "names", name)
        others = {w for other, words in exercise.draw.names.items() if other != name for w in words}
        if not pool or len(set(pool)) < len(pool) or others & set(pool):
            yield Finding(at, "names that differ from each other and from all other names",
                          on_key=True)  # fmt: skip
        if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]{0,39}", word) for word in (name, *pool)):
            yield Finding(at, "a name that cannot stand in a text and an expression",
                          "letters, digits, blanks, _ and -", on_key=True)  # fmt: skip
    size = space(exercise)
    if 1 < size < SMALL:
        yield Finding(
            ("quantity",),
            f"the grids allow {size:,} draws before any is refused",
            remedy=f"with {SMALL:,} or more, neighbours seldom share an answer",
            severity="warning",
            on_key=True,
        )
    if size == 1 and any(q.kind not in ("text", "case", "expression") for q in exercise.question):
        yield Finding(
            ("id",), "nothing is drawn: all students have the same numbers", severity="warning"
        )


def used(exercise: Exercise) -> Iterator[Finding]:
    """A quantity that nothing reads is a mistake or left over."""
    dump = exercise.model_dump(mode="python")
    for name in exercise.quantity:
        others = {k: v for k, v in dump["quantity"].items() if k != name}
        rest = json.dumps({**dump, "quantity": others}, default=str)
        if not re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", rest):
            yield Finding(
                ("quantity", name), f"nothing reads '{name}'", severity="warning", on_key=True
            )


def game_tables(exercise: Exercise) -> Iterator[Finding]:
    """Every game has a known kind, what it needs and nothing else."""
    for name, spec in exercise.game.items():
        try:
            games.check(spec, f"game.{name}")
        except NegotiateError as error:
            yield _error(("game", name), error, on_key=True)


def references(exercise: Exercise) -> Iterator[Finding]:
    """Every reference asks in one way, with that way's keys, of things that exist."""
    for at, reference in _references(exercise):
        yield from _reference(exercise, reference, at)


def _references(exercise: Exercise) -> Iterator[tuple[Location, Reference]]:
    for name, entry in exercise.value.items():
        yield from _inside(entry, ("value", name))
    for index, question in enumerate(exercise.question):
        yield from _inside(question.answer, ("question", index, "answer"))
        for number, mistake in enumerate(question.mistake):
            at = ("question", index, "mistake", number)
            yield from _inside(mistake.answer, (*at, "answer"))
            for name, entry in mistake.change.items():
                yield from _inside(entry, (*at, "change", name))


def _inside(entry: Any, at: Location) -> Iterator[tuple[Location, Reference]]:
    if not isinstance(entry, Reference):
        return
    yield at, entry
    for part in ("low", "high", "value"):
        yield from _inside(getattr(entry, part), (*at, part))
    for part in ("table", "change"):
        for name, item in getattr(entry, part).items():
            yield from _inside(item, (*at, part, name))
    for index, branch in enumerate(entry.cases):
        yield from _inside(branch.answer, (*at, "cases", index, "is"))


def _reference(exercise: Exercise, reference: Reference, at: Location) -> Iterator[Finding]:
    known = (*exercise.quantity, *exercise.value)
    given = [
        name
        for name in type(reference).model_fields
        if getattr(reference, name) not in ("", (), {}, None)
    ]
    way = reference.way
    if not way:
        yield Finding(
            at,
            "this asks in no way or in several: " + (", ".join(given) or "nothing is given"),
            "exactly one of " + ", ".join(keys[0] for keys in WAYS.values()),
        )
        return
    for key in given:
        if key not in WAYS[way]:
            yield Finding((*at, key), f"'{key}' has no meaning here", ", ".join(WAYS[way]))
    if reference.solve and reference.solve not in declare.names("concept"):
        yield _error(
            (*at, "solve"),
            UnknownNameError("solution concept", reference.solve, declare.names("concept")),
        )
    if way in ("solve", "metric", "at"):
        if reference.game and reference.game not in exercise.game:
            yield _error((*at, "game"), UnknownNameError("game", reference.game, exercise.game))
        elif not reference.game and len(exercise.game) != 1:
            yield Finding(
                at,
                f"the exercise has {len(exercise.game)} games: which one?",
                ", ".join(exercise.game) or "none is defined",
                "add game = ...",
            )
    if way == "solve" and not reference.read:
        yield Finding(at, "nothing is read off the solution", "count, points, profile, payoffs.<p>")
    for name in reference.change:
        if name not in known:
            yield _error((*at, "change", name), UnknownNameError("name", name, known), on_key=True)
    for index, branch in enumerate(reference.cases):
        if branch.when:
            yield from _condition(branch.when, (*at, "cases", index, "when"), known)
    if reference.root:
        yield from _expression(reference.root, (*at, "root"), known)
        if reference.over not in known:
            yield _error((*at, "over"), UnknownNameError("quantity", reference.over, known))


def texts(exercise: Exercise) -> Iterator[Finding]:
    """Placeholders exist; what students see shows quantities and no result, unless ``shown``."""
    open_names = (*exercise.quantity, *exercise.shown)
    for name in exercise.shown:
        if name not in exercise.value:
            yield _error(("shown",), UnknownNameError("value", name, exercise.value))
    for at, text, solved in all_texts(exercise):
        yield from _holes(exercise, text, at, open_names, solved)


def all_texts(exercise: Exercise) -> Iterator[tuple[Location, str, bool]]:
    """Every text with its place, and whether it is for after the answer."""
    yield ("title",), exercise.title, False
    yield ("text",), exercise.text, False
    for index, question in enumerate(exercise.question):
        at: Location = ("question", index)
        yield (*at, "text"), question.text, False
        for number, hint in enumerate(question.hints):
            yield (*at, "hints", number), hint, False
        for number, option in enumerate(question.options):
            yield (*at, "options", number, "text"), option.text, False
        yield (*at, "solution"), question.solution, True
        for number, mistake in enumerate(question.mistake):
            yield (*at, "mistake", number, "feedback"), mistake.feedback, True


def _holes(
    exercise: Exercise, text: str, at: Location, open_names: tuple[str, ...], solved: bool
) -> Iterator[Finding]:
    found = list(holes(text))
    if text.count("<<") != len(found):
        yield Finding(at, "a placeholder is not closed", "<<name>>, <<expression:style>>")
    for name, style in found:
        if name == "game":
            if style not in exercise.game if style else len(exercise.game) != 1:
                yield _error(at, UnknownNameError("game", style or "(none)", exercise.game))
            continue
        if name.startswith("answer."):
            ids = [q.id for q in exercise.question]
            if not solved or at[-1] == "feedback":
                yield Finding(at, f"<<{name}>> would tell the answer", "in a solution")
            elif name.removeprefix("answer.") not in ids:
                yield _error(at, UnknownNameError("question", name, ids))
            continue
        if style and style not in ("tex", "%") and not (style.isdigit() and len(style) < 3):
            yield Finding(at, f"style '{style}' of <<{name}>>", STYLES)
        try:
            names = parse(name).names
        except NegotiateError as error:
            yield Finding(at, error.what, error.allowed)
            continue
        for one in names:
            if one in open_names or (solved and one in exercise.value):
                continue
            if one in exercise.value:
                yield Finding(
                    at,
                    f"<<{name}>> would show the result '{one}' to students",
                    "quantities",
                    f"if they may see it, add shown = ['{one}']",
                )
            else:
                yield _error(at, UnknownNameError("quantity", one, open_names))


def questions(exercise: Exercise) -> Iterator[Finding]:
    """A question has what its kind needs and nothing that its kind cannot use."""
    earlier: list[str] = []
    for index, question in enumerate(exercise.question):
        at: Location = ("question", index)
        for key in sorted(question.model_fields_set & (_SPECIAL - set(FITTING[question.kind]))):
            yield Finding(
                (*at, key),
                f"'{key}' has no meaning for an answer of kind {question.kind}",
                ", ".join(FITTING[question.kind]) or "none of the special keys",
                on_key=True,
            )
        yield from _needed(question, at)
        for name, source in question.follow.items():
            if name not in exercise.value and name not in exercise.quantity:
                yield _error(
                    (*at, "follow", name),
                    UnknownNameError("value", name, exercise.value),
                    on_key=True,
                )
            if source not in earlier:
                yield _error(
                    (*at, "follow", name), UnknownNameError("earlier question", source, earlier)
                )
        for number, text in enumerate(question.public):
            known = ("answer", *exercise.quantity)
            yield from _condition(text, (*at, "public", number), known)
        for number, text in enumerate(question.must):
            yield from _condition(text, (*at, "must", number), tuple(FACTS))
        if question.explain and question.explain not in declare.names("concept"):
            yield _error(
                (*at, "explain"),
                UnknownNameError("concept", question.explain, declare.names("concept")),
            )
        earlier.append(question.id)


def _needed(question: Question, at: Location) -> Iterator[Finding]:
    needs: dict[str, tuple[str, ...]] = {
        "choice": ("options",),
        "choices": ("options",),
        "numbers": ("labels",),
        "expression": ("variables",),
        "case": ("must",),
    }
    for key in needs.get(question.kind, ()):
        if not getattr(question, key):
            yield Finding(at, f"an answer of kind {question.kind} needs {key}", on_key=True)
    near = question.tolerance is not None or question.relative is not None
    if question.kind in ("number", "interval", "numbers") and not near:
        yield Finding(
            at,
            "how near must the answer be?",
            "tolerance = 0.01 or relative = 0.001",
            'kind = "fraction" asks for the exact number',
            on_key=True,
        )
    if question.answer is None and question.kind not in ("text", "case"):
        yield Finding(at, "'answer' is missing", remedy="add a line answer = ...", on_key=True)
    if question.kind in ("text", "case") and question.answer is not None:
        yield Finding((*at, "answer"), f"an answer of kind {question.kind} is not computed")
    ids = [m.id for m in question.mistake]
    for number, mistake in enumerate(question.mistake):
        if ids.index(mistake.id) != number:
            yield Finding((*at, "mistake", number, "id"), f"'{mistake.id}' stands twice")
        if (mistake.answer is None) == (not mistake.change):
            yield Finding(
                (*at, "mistake", number),
                "a mistake has an answer of its own or a change",
                "answer = ..., or change = { quantity = ... }",
                on_key=True,
            )


RULES: tuple[Callable[[Exercise], Iterator[Finding]], ...] = (
    names_differ,
    quantities,
    draws,
    used,
    game_tables,
    references,
    texts,
    questions,
)
