"""Parameter files of repeated games: ``kind = "repeated"``.

The stage is written as in a file of kind ``strategic``; ``discount`` is one number, an expression
over the file's quantities, or a table by player.

>>> from negotiate.case.game_file import parse_toml
>>> file = RepeatedFile.model_validate(parse_toml('''
... format = 1
... kind = "repeated"
... id = "dilemma"
... title = "A dilemma for ever"
... players = ["a", "b"]
... discount = 0.5
... [strategies]
... a = ["keep", "break"]
... b = ["keep", "break"]
... [payoffs]
... a = [[3, 0], [5, 1]]
... b = [[3, 5], [0, 1]]
... '''))
>>> [point.label for point in file.game().solve()]
['keep, keep', 'break, break']
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from negotiate.case.game_file import number, parse_toml, read_text, validated
from negotiate.declare import reads
from negotiate.dynamic.repeated import Repeated
from negotiate.strategic._file import StrategicFile


class RepeatedFile(StrategicFile):
    """A repeated game as its file holds it; `game` builds it."""

    kind: Literal["repeated"]  # type: ignore[assignment]
    discount: Any

    def game(self, values: Mapping[str, Any] | None = None) -> Any:
        """The game at the file's values, or at others."""
        known = self.quantities(values)
        given = self.discount
        if isinstance(given, Mapping):
            factors: Any = {p: number(v, known, f"discount of {p}") for p, v in given.items()}
        else:
            factors = number(given, known, "discount")
        return Repeated(super().game(values), factors)


@reads("repeated")
def read(path: str | Path) -> Repeated:
    """The game of a file of kind ``repeated``."""
    data = parse_toml(read_text(path), path=str(path))
    made: Repeated = validated(RepeatedFile, data, path=str(path), what="repeated game").game()
    return made
