"""The world of one draw: quantities, games, named results, evaluated when first asked for.

An exercise with numbers put in is a set of names that stand for numbers, labels, profiles; a
`World` computes each by the toolkit and remembers it. ``changed`` gives the world in which some
quantities have other values: what-if questions, and the answers of students who err in a stated
way, come from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from negotiate.case.expression import parse
from negotiate.course import games
from negotiate.course.conditions import Condition
from negotiate.course.conditions import read as read_condition
from negotiate.course.exercise import Exercise, Question, Reference
from negotiate.errors import (
    FileFormatError,
    InputError,
    NoSolutionError,
    UnknownNameError,
)

MAX_CHAIN = 60


class World(Mapping[str, Any]):
    """Names of an exercise and what they stand for at one draw.

    Parameters
    ----------
    exercise
        The exercise.
    drawn
        Values of its drawn quantities.
    given
        Names whose value is given instead of computed: changed quantities, a student's earlier
        answer in the place of a named value.
    """

    def __init__(
        self,
        exercise: Exercise,
        drawn: Mapping[str, Fraction],
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.exercise = exercise
        self.drawn = dict(drawn)
        self.given = dict(given or {})
        self._found: dict[str, Any] = {}
        self._games: dict[str, Any] = {}
        self._solved: dict[Any, Any] = {}
        self._changed: dict[Any, World] = {}
        self._chain: list[str] = []
        self._expressions: dict[str, Any] = {}

    # Names

    def __iter__(self) -> Iterator[str]:
        yield from self.exercise.quantity
        yield from (n for n in self.exercise.value if n not in self.exercise.quantity)

    def __len__(self) -> int:
        return len(set(self))

    def __contains__(self, name: object) -> bool:
        return name in self.exercise.quantity or name in self.exercise.value

    def __getitem__(self, name: str) -> Any:
        if name in self.given:
            return self.given[name]
        if name not in self._found:
            self._found[name] = self._compute(name)
        return self._found[name]

    def _compute(self, name: str) -> Any:
        if name in self._chain or len(self._chain) > MAX_CHAIN:
            chain = " -> ".join((*self._chain, name))
            raise InputError(f"names define each other: {chain}", where=self.exercise.id)
        self._chain.append(name)
        try:
            if name in self.exercise.quantity:
                quantity = self.exercise.quantity[name]
                if quantity.expression:
                    return self.number(quantity.expression, f"quantity.{name}")
                return self.drawn[name] if quantity.drawn else quantity.at(0)
            if name in self.exercise.value:
                return self.answer(self.exercise.value[name], f"value.{name}")
        finally:
            self._chain.pop()
        raise UnknownNameError("quantity or value", name, tuple(self), where=self.exercise.id)

    def quantities(self) -> dict[str, Any]:
        """All quantities with their values."""
        return {name: self[name] for name in self.exercise.quantity}

    def changed(self, change: Mapping[str, Any], where: str = "change") -> World:
        """The world in which the named quantities (or values) are others."""
        values = {}
        for name, entry in change.items():
            if name not in self:
                raise UnknownNameError("quantity or value", name, tuple(self), where=where)
            values[name] = self.answer(entry, f"{where}.{name}")
        key = tuple(sorted((name, repr(value)) for name, value in values.items()))
        if key not in self._changed:
            self._changed[key] = World(self.exercise, self.drawn, {**self.given, **values})
        return self._changed[key]

    # Games

    def game(self, name: str = "") -> Any:
        """A game of the exercise; without a name, the only one."""
        known = self.exercise.game
        if not name:
            if len(known) != 1:
                raise InputError(
                    f"the exercise has {len(known)} games",
                    where=self.exercise.id,
                    allowed="a name of one of them: " + (", ".join(known) or "none is defined"),
                )
            name = next(iter(known))
        if name not in known:
            raise UnknownNameError("game", name, known, where=self.exercise.id)
        if name not in self._games:
            if f"game {name}" in self._chain:
                raise InputError(f"game {name} is made of itself", where=self.exercise.id)
            self._chain.append(f"game {name}")
            try:
                self._games[name] = games.build(known[name], self, f"game.{name}")
            finally:
                self._chain.pop()
        return self._games[name]

    def solution(self, game: str, concept: str, settings: Mapping[str, Any]) -> Any:
        """Solution of a game by a concept, remembered."""
        from negotiate.course.references import solve

        key = (game, concept, repr(sorted(settings.items())))
        if key not in self._solved:
            self._solved[key] = solve(self, game, concept, settings)
        return self._solved[key]

    # Numbers and answers

    def number(self, entry: Any, where: str = "") -> Any:
        """Value of a number or of an expression over names."""
        if isinstance(entry, str):
            if entry not in self._expressions:
                self._expressions[entry] = parse(entry)
            expression = self._expressions[entry]
            for name in expression.names:
                if name not in self:
                    raise UnknownNameError("quantity or value", name, tuple(self), where=where)
            try:
                return expression.evaluate(self)
            except ZeroDivisionError:
                raise NoSolutionError(f"'{entry}' divides by zero", where=where) from None
            except TypeError:
                raise InputError(
                    f"'{entry}' computes with what is no number",
                    where=where,
                    allowed="numbers; a label or a profile stands alone",
                ) from None
        found = games.literal(entry)
        if isinstance(found, (bool, Fraction)):
            return found
        raise InputError(f"{entry!r} is no number", where=where, allowed="a number, an expression")

    def holds(self, condition: str | Condition, where: str = "") -> bool:
        """Whether a condition over names holds."""
        read = read_condition(condition) if isinstance(condition, str) else condition
        for name in read.names:
            if name not in self:
                raise UnknownNameError("quantity or value", name, tuple(self), where=where)
        try:
            return read.holds(self)
        except ZeroDivisionError:
            raise NoSolutionError(f"'{read}' divides by zero", where=where) from None

    def answer(self, entry: Any, where: str = "", labels: tuple[str, ...] = ()) -> Any:
        """What an answer stands for: a number, a label, labels, a profile, profiles, an interval.

        Text is a label where ``labels`` has it or where it stands in single quotes; otherwise it is
        an expression, and an expression that is one name may stand for anything.
        """
        if isinstance(entry, Reference):
            from negotiate.course.references import evaluate

            return evaluate(self, entry, where, labels)
        if isinstance(entry, tuple):
            return entry
        if isinstance(entry, str):
            if entry in labels:
                return entry
            if len(entry) > 1 and entry[0] == entry[-1] == "'":
                return entry[1:-1]
            if entry in self:
                return self[entry]
            if labels:
                try:
                    return self.number(entry, where)
                except (UnknownNameError, FileFormatError):
                    raise UnknownNameError(
                        "option, quantity or value", entry, (*labels, *self), where=where
                    ) from None
            return self.number(entry, where)
        return self.number(entry, where)

    def correct(self, question: Question) -> Any:
        """The correct answer of a question."""
        if question.answer is None:
            return None
        labels = tuple(option.id for option in question.options)
        return self.answer(question.answer, f"question {question.id}", labels)
