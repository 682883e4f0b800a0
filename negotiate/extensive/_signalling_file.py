"""Parameter files of signalling games: ``kind = "signalling"``.

``prior`` gives the chance of each type; ``sender`` and ``receiver`` give payoffs by type, message
and response (the receiver's may leave out the message where the response alone matters). Numbers
are numbers or expressions over the file's quantities.

>>> from negotiate.case.game_file import parse_toml
>>> file = SignallingFile.model_validate(parse_toml('''
... format = 1
... kind = "signalling"
... id = "beer-quiche"
... title = "Beer or quiche (Cho and Kreps 1987)"
... players = ["traveller", "bully"]
... prior = { weak = "chance", strong = "1 - chance" }
... [sender]
... weak = { beer = { no = 2, duel = 0 }, quiche = { no = 3, duel = 1 } }
... strong = { beer = { no = 3, duel = 1 }, quiche = { no = 2, duel = 0 } }
... [receiver]
... weak = { no = 0, duel = 1 }
... strong = { no = 0, duel = -1 }
... [quantity]
... chance = 0.1
... '''))
>>> file.game().messages, file.game().prior["weak"]
(('beer', 'quiche'), Fraction(1, 10))
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from negotiate.case.game_file import GameFile, number, parse_toml, read_text, validated
from negotiate.declare import reads
from negotiate.errors import InputError
from negotiate.extensive.signalling import Signalling, from_tables


class SignallingFile(GameFile):
    """A signalling game as its file holds it; `game` builds it."""

    kind: Literal["signalling"]
    players: tuple[str, ...] = ("sender", "receiver")
    prior: dict[str, Any]
    sender: dict[str, Any]
    receiver: dict[str, Any]

    def game(self, values: Mapping[str, Any] | None = None) -> Signalling:
        """The game at the file's values, or at others."""
        known = self.quantities(values)
        if len(self.players) != 2:
            raise InputError(f"{len(self.players)} players", where="players", allowed="two")
        for name, table in (("sender", self.sender), ("receiver", self.receiver)):
            for kind in table:
                if not isinstance(table[kind], Mapping):
                    raise InputError(
                        "is no table", where=f"{name}.{kind}", allowed="payoffs by message"
                    )
        prior, sender, receiver = (
            _numbers(table, known, name)
            for name, table in (
                ("prior", self.prior),
                ("sender", self.sender),
                ("receiver", self.receiver),
            )
        )
        first, second = self.players
        return from_tables(prior, sender, receiver, players=(first, second))


def _numbers(table: Any, known: Mapping[str, Any], where: str) -> Any:
    if isinstance(table, Mapping):
        return {name: _numbers(item, known, f"{where}.{name}") for name, item in table.items()}
    return number(table, known, where)


@reads("signalling")
def read(path: str | Path) -> Signalling:
    """The game of a file of kind ``signalling``."""
    data = parse_toml(read_text(path), path=str(path))
    return validated(SignallingFile, data, path=str(path), what="signalling game").game()
