"""Parameter files of strategic games: ``kind = "strategic"``.

Payoffs are one nested table per player, its axes in the order of the players; an entry is a
number or an expression over the file's quantities ("3 - cost"). Decimals are exact. A file may
hold the answers it expects, each for a named concept, so that a textbook game checks itself.

>>> file = loads('''
... format = 1
... kind = "strategic"
... id = "inspection"
... title = "Inspection"
... players = ["Inspector", "Inspectee"]
... [strategies]
... Inspector = ["Inspect", "Trust"]
... Inspectee = ["Comply", "Violate"]
... [payoffs]
... Inspector = [["-cost", "gain - cost"], [0, -1]]
... Inspectee = [[0, -1], [0, 1]]
... [quantity]
... cost = { value = 0.1, low = 0.05, high = 0.3 }
... gain = 0
... ''')
>>> file.game().payoff({"Inspector": "Inspect", "Inspectee": "Comply"})["Inspector"]
Fraction(-1, 10)
>>> import numpy as np
>>> file.game({"cost": np.array([0.1, 0.2])}).draws
(2,)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from negotiate.errors import (
    CaseError,
    FileFormatError,
    InputError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.forms import _numbers as numbers
from negotiate.forms.strategic import StrategicGame, check_size
from negotiate.model.deal import Source
from negotiate.model.expression import Expression, parse
from negotiate.model.quantity import Frozen, Quantity

MAX_BYTES = 20_000_000
"""Largest parameter file read."""


class Expected(Frozen):
    """An answer the file vouches for, with its concept and, per point, strategies and payoffs."""

    concept: str
    complete: bool = False
    points: tuple[dict[str, Any], ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    source: tuple[str, ...] = ()
    note: str = ""


class StrategicFile(Frozen):
    """A strategic game as its file holds it; `game` builds the form."""

    format: Literal[1] = Field(description="version of the file format")
    kind: Literal["strategic"] = Field(description="what the file describes")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str
    note: str = ""
    players: tuple[str, ...] = Field(min_length=1)
    strategies: dict[str, tuple[str, ...]]
    payoffs: dict[str, Any]
    quantity: dict[str, Quantity] = Field(default_factory=dict)
    source: tuple[Source, ...] = ()
    expected: tuple[Expected, ...] = ()

    def quantities(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Value of every quantity: from ``values``, else from the file, expressions computed."""
        given = dict(values or {})
        for name in given:
            if name not in self.quantity:
                raise UnknownNameError("quantity", name, self.quantity, where=self.id)
        out: dict[str, Any] = {}

        def settle(name: str, chain: tuple[str, ...]) -> Any:
            if name in out:
                return out[name]
            if name not in self.quantity:
                raise UnknownNameError("quantity", name, self.quantity, where=self.id)
            if name in chain:
                raise InputError(
                    f"quantities define each other: {' -> '.join((*chain, name))}", where=self.id
                )
            value = given.get(name, self.quantity[name].value)
            if isinstance(value, str):
                expression = parse(value)
                value = expression.evaluate(
                    {n: settle(n, (*chain, name)) for n in expression.names}
                )
            out[name] = value
            return value

        for name in self.quantity:
            settle(name, ())
        return out

    def game(self, values: Mapping[str, Any] | None = None) -> StrategicGame:
        """The game at the file's values, or at others.

        Parameters
        ----------
        values
            Quantity to a number, to an array over draws (the game then has draw axes), or to a
            SymPy symbol (the game is then symbolic).
        """
        quantities = self.quantities(values)
        counts = [len(self.strategies.get(p, ())) for p in self.players]
        draws = np.broadcast_shapes(*(np.shape(v) for v in quantities.values())) or ()
        check_size(counts, int(np.prod(draws)))
        tables = {p: self._table(p, quantities) for p in self.players}
        return StrategicGame.from_arrays(
            tables, strategies=self.strategies, title=self.title, note=self.note
        )

    def _table(self, player: str, quantities: Mapping[str, Any]) -> Any:
        where = f"payoffs.{player}"
        if player not in self.payoffs:
            raise InputError("is missing", where=where, allowed="a table for every player")
        entries = numbers.table_array(self.payoffs[player], where)
        values: list[Any] = []
        for index in np.ndindex(entries.shape):
            entry = entries[index]
            at = where + "".join(f"[{k}]" for k in index)
            if isinstance(entry, str):
                try:
                    expression: Expression = parse(entry)
                    entry = expression.evaluate(quantities)
                except ZeroDivisionError as error:
                    raise InputError(f'"{entry}" divides by zero', where=at) from error
                except (FileFormatError, UnknownNameError) as error:
                    raise InputError(str(error), where=at) from error
            elif isinstance(entry, bool) or not isinstance(entry, (int, Fraction)):
                raise InputError(
                    f"is {entry!r}", where=at, allowed="a number, or an expression in quotes"
                )
            values.append(entry)
        shape = np.broadcast_shapes(*(np.shape(v) for v in values))
        if shape:
            stacked = np.stack([np.broadcast_to(np.asarray(v, float), shape) for v in values], -1)
            return stacked.reshape(shape + entries.shape)
        out: Any = np.empty(len(values), dtype=object)
        out[:] = values
        return out.reshape(entries.shape)

    def symbols(self) -> dict[str, Any]:
        """A real SymPy symbol for every quantity that is not computed from others."""
        import sympy

        return {
            name: sympy.Symbol(name, real=True)
            for name, quantity in self.quantity.items()
            if not quantity.is_expression
        }


def loads(text: str, *, path: str = "") -> StrategicFile:
    """A strategic game file from its text; ``path`` only names it in errors."""
    return from_dict(parse_toml(text, path=path), path=path)


def parse_toml(text: str, *, path: str = "") -> dict[str, Any]:
    """The mapping a TOML text holds, its decimals exact."""
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
        raise FileFormatError(
            f"not valid TOML: {error}", path=path, line=line, column=column
        ) from error


def from_dict(data: Mapping[str, Any], *, path: str = "") -> StrategicFile:
    """A strategic game file from the mapping that its TOML holds."""
    try:
        file = StrategicFile.model_validate(data)
    except ValidationError as error:
        raise CaseError(
            [
                f"{'.'.join(str(step) for step in item['loc']) or 'file'}: {item['msg']}"
                for item in error.errors(include_url=False)
            ],
            where=path or "strategic game",
        ) from error
    try:
        file.game()
    except InputError as error:
        kind = TooLargeError if isinstance(error, TooLargeError) else InputError
        raise kind(
            error.what,
            where=f"{path}: {error.where}" if path else error.where,
            allowed=error.allowed,
            remedy=error.remedy,
        ) from error
    return file


def open_file(path: str | Path) -> StrategicFile:
    """Read a parameter file with ``kind = "strategic"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


def read_text(path: str | Path) -> str:
    """Text of a game file, its size and encoding checked."""
    data = Path(path).read_bytes()
    if len(data) > MAX_BYTES:
        raise InputError(f"{len(data):,} bytes", where=str(path), allowed=f"{MAX_BYTES:,}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"not UTF-8: {error}", path=str(path), line=data.count(b"\n", 0, error.start) + 1
        ) from error


def read(path: str | Path) -> StrategicGame:
    """The game of a parameter file, at the file's values."""
    return open_file(path).game()


def _decimal(text: str) -> Fraction:
    # TOML has inf and nan and underscores; a decimal is exact, the rest is refused by name.
    clean = text.replace("_", "")
    if clean.lstrip("+-") in ("inf", "nan") or len(clean) > 400:
        raise InputError(f"the number {text[:30]}", where="file", allowed="a finite decimal")
    _, _, exponent = clean.lower().partition("e")
    if exponent and abs(int(exponent)) > 300:
        raise InputError(f"the number {text[:30]}", where="file", allowed="exponents up to 300")
    return Fraction(clean)
