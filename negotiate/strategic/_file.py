"""Parameter files of strategic games: ``kind = "strategic"``.

Payoffs are one nested table per player, its axes in the order of the players; an entry is a
number or an expression over the file's quantities ("3 - cost"). What it shares with other game
files is in `_game_file`.

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

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from negotiate.case.game_file import GameFile, number, parse_toml, read_text, validated
from negotiate.errors import InputError
from negotiate.numbers import reading as numbers
from negotiate.strategic.game import StrategicGame, check_size


class StrategicFile(GameFile):
    """A strategic game as its file holds it; `game` builds the form."""

    kind: Literal["strategic"]
    strategies: dict[str, tuple[str, ...]]
    payoffs: dict[str, Any]

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
            at = where + "".join(f"[{k}]" for k in index)
            values.append(number(entries[index], quantities, at))
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


def from_dict(data: Mapping[str, Any], *, path: str = "") -> StrategicFile:
    """A strategic game file from the mapping that its TOML holds."""
    return validated(StrategicFile, data, path=path, what="strategic game")


def open_file(path: str | Path) -> StrategicFile:
    """Read a parameter file with ``kind = "strategic"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


def read(path: str | Path) -> StrategicGame:
    """The game of a parameter file, at the file's values."""
    return open_file(path).game()
