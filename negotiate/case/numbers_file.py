"""Parameter files of games given by named numbers: one reader for every kind of them.

A game declared with ``file="numbers"`` is read from a file of that kind; ``[numbers]`` gives what
its class or its builder asks for, each a number or an expression over the file's quantities.
Numbers with a default may be left out. Names of players may be given.

>>> game = loads('''
... format = 1
... kind = "screening"
... id = "tough-or-weak"
... title = "Tough or weak"
... players = ["Rome", "Carthage"]
... [numbers]
... win_probability = 0.5
... cost_a = 0.1
... cost_tough = 0.1
... cost_weak = "3 * patience"
... pr_weak = 0.75
... [quantity]
... patience = 0.1
... ''').game()
>>> game.solve()[0].label, game.critical_pr_weak
('risks war', Fraction(1, 2))
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import Field

from negotiate import declare
from negotiate.case.game_file import GameFile, number, parse_toml, read_text, validated
from negotiate.declare import reads
from negotiate.errors import InputError, UnknownNameError


class NumbersFile(GameFile):
    """A game of named numbers as its file holds it; `game` builds it.

    Attributes
    ----------
    players
        Names of the players; those of the kind of game where left out.
    numbers
        Name to a number, an expression over the quantities, a list or a table of such.
    """

    players: tuple[str, ...] = ()
    numbers: dict[str, Any] = Field(default_factory=dict)

    def game(self, values: Mapping[str, Any] | None = None) -> Any:
        """The game at the file's values, or at others (numbers or arrays over draws).

        Raises
        ------
        UnknownNameError
            A number that the kind of game does not have, with the nearest that it has.
        InputError
            Numbers that are missing, all of them; a number outside its range.
        """
        known = self.quantities(values)
        kind = declare.game_named(self.kind).type
        builder = getattr(kind, "from_numbers", None)
        given = {
            name: _read(entry, known, f"numbers.{name}") for name, entry in self.numbers.items()
        }
        if builder is not None:
            return self._built(builder, given)
        hints = get_type_hints(kind)
        need = {f.name: f.default is MISSING for f in fields(kind) if f.name != "players"}
        self._names(given, need)
        for name, value in given.items():
            given[name] = _typed(value, hints[name], name in kind._counts, f"numbers.{name}")
        if self.players:
            expected = next((f.default for f in fields(kind) if f.name == "players"), None)
            if isinstance(expected, tuple) and len(expected) != len(self.players):
                raise InputError(
                    f"{len(self.players)} players",
                    where="players",
                    allowed=f"{len(expected)}: {', '.join(expected)}",
                )
            given["players"] = self.players
        return kind(**given)

    def _built(self, builder: Any, given: dict[str, Any]) -> Any:
        asked = inspect.signature(builder).parameters
        need = {n: p.default is p.empty for n, p in asked.items() if p.kind is p.KEYWORD_ONLY}
        self._names(given, need)
        if not self.players:
            raise InputError("no players", where="players", allowed="a list of names")
        return builder(self.players, **given)

    def _names(self, given: Mapping[str, Any], need: Mapping[str, bool]) -> None:
        for name in given:
            if name not in need:
                raise UnknownNameError("number", name, need, where=f"{self.kind} [numbers]")
        lacking = [name for name, needed in need.items() if needed and name not in given]
        if lacking:
            raise InputError(
                f"no value for {', '.join(lacking)}",
                where=f"{self.kind} [numbers]",
                allowed=", ".join(need),
                remedy="give each a number, or an expression in quotes",
            )


def _read(entry: Any, known: Mapping[str, Any], where: str) -> Any:
    """Numbers of an entry, however nested; text that is no expression is left to the field."""
    if isinstance(entry, list):
        return tuple(_read(item, known, f"{where}[{k}]") for k, item in enumerate(entry))
    if isinstance(entry, Mapping):
        return {name: _read(item, known, f"{where}.{name}") for name, item in entry.items()}
    if isinstance(entry, str) and where.rpartition(".")[2] in _TEXTS:
        return entry
    return number(entry, known, where)


_TEXTS = ("name", "commitment", "first", "punishment")
"""Entries that are words, not expressions."""


def _typed(value: Any, hint: Any, whole: bool, where: str) -> Any:
    """The value as the field has it: a whole number, or tables as dataclasses."""
    inner: Any = next((a for a in get_args(hint) if is_dataclass(a)), None)
    if get_origin(hint) is tuple and inner is not None:
        own = {f.name: f.default is MISSING for f in fields(inner)}
        out = []
        for k, table in enumerate(value if isinstance(value, tuple) else (value,)):
            if not isinstance(table, Mapping):
                raise InputError("is no table", where=f"{where}[{k}]", allowed=", ".join(own))
            for name in table:
                if name not in own:
                    raise UnknownNameError("number", name, own, where=f"{where}[{k}]")
            lacking = [name for name, needed in own.items() if needed and name not in table]
            if lacking:
                raise InputError(f"no {', '.join(lacking)}", where=f"{where}[{k}]")
            out.append(inner(**table))
        return tuple(out)
    if whole:
        if value != int(value):
            raise InputError(f"is {value}", where=where, allowed="a whole number")
        return int(value)
    if isinstance(value, (tuple, Mapping)) and get_origin(hint) is not tuple:
        raise InputError("is a list or a table", where=where, allowed="one number")
    return value


def loads(text: str, *, path: str = "") -> NumbersFile:
    """A game file from its text.

    Parameters
    ----------
    text
        TOML.
    path
        Names the file in errors.

    Returns
    -------
    NumbersFile
    """
    data = parse_toml(text, path=path)
    return validated(NumbersFile, data, path=path, what="game")


@reads("numbers")
def read(path: str | Path) -> Any:
    """The game of a file of named numbers.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    A game
        Of the kind that the file says, at the file's values.
    """
    return loads(read_text(path), path=str(path)).game()
