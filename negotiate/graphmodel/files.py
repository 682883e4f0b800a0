r"""Parameter files of graph models: ``kind = "graph"``.

In option form a file lists options with their owners and, if need be, which states cannot be,
which are one and the same, which moves are barred; else it lists states and, for each decision
maker, the moves. Each decision maker has a table of preferences, of one of five kinds (see
`negotiate.graphmodel.build.preference_of`). Numbers may be expressions over the file's quantities.

>>> model = loads('''
... format = 1
... kind = "graph"
... id = "border"
... title = "A border"
... players = ["North", "South"]
... status_quo = "NN"
... [[option]]
... id = "march"
... owner = "North"
... [[option]]
... id = "fortify"
... owner = "South"
... direction = "forward"
... [quantity]
... walls = "2"
... [preferences.North]
... statements = ["march if not fortify", "not march if fortify"]
... [preferences.South]
... utilities = { none = 3, march = 0, fortify = "walls", "march+fortify" = 1 }
... ''').game()
>>> model.preferences[1].value
(Fraction(3, 1), Fraction(0, 1), Fraction(2, 1), Fraction(1, 1))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from negotiate.case.game_file import (
    Expected,
    GameFile,
    number,
    parse_toml,
    read_text,
    validated,
)
from negotiate.case.negotiation import Negotiation
from negotiate.case.quantity import Frozen
from negotiate.declare import reads
from negotiate.errors import InputError
from negotiate.graphmodel import gmcr
from negotiate.graphmodel.build import graph_model, option_model
from negotiate.graphmodel.model import KIND, MODEL_KEYS, GraphModel, Option, Step

KEYS = ("ranking", "statements", "weights", "utilities", "pairs", "strong", "rest", "circular")
"""Keys of a table of preferences."""


class OptionRow(Frozen):
    """An option as the file has it."""

    id: str = Field(min_length=1)
    owner: str = ""
    name: str = ""
    direction: str = "both"
    source: tuple[str, ...] = ()
    note: str = ""


class StepRow(Frozen):
    """A step of the path that history took."""

    state: str
    by: tuple[str, ...] = ()
    when: str = ""
    note: str = ""
    source: tuple[str, ...] = ()


class GraphExpected(Expected):
    """An answer the file vouches for: equilibria, or the stable states of decision makers."""

    equilibria: tuple[str, ...] | None = None
    stable: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class GraphFile(GameFile):
    """A graph model as its file holds it; `game` builds it."""

    kind: Literal["graph"]
    status_quo: str = ""
    option: tuple[OptionRow, ...] = ()
    states: tuple[str, ...] = ()
    moves: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    infeasible: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    same: tuple[dict[str, str], ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    forbidden: tuple[dict[str, str], ...] = ()
    numbered: bool = False
    preferences: dict[str, dict[str, Any]] = Field(default_factory=dict)
    path: tuple[StepRow, ...] = ()
    expected: tuple[GraphExpected, ...] = ()

    def game(self, values: Mapping[str, Any] | None = None) -> GraphModel:
        """The model at the file's values, or at others.

        Parameters
        ----------
        values
            Quantity to a number.

        Returns
        -------
        GraphModel
            With the path of history, sources and expected answers.
        """
        return self.build(self.tables(self.quantities(values)))

    def tables(self, known: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Tables of preferences with their numbers computed, from quantities by name."""
        return {
            player: _numbers(table, known, f"preferences.{player}")
            for player, table in self.preferences.items()
        }

    def build(self, given: Mapping[str, Mapping[str, Any]]) -> GraphModel:
        """The model with preferences given as tables of plain numbers."""
        rest: dict[str, Any] = {
            "title": self.title,
            "note": self.note,
            "extra": {"source": self.source, "expected": self.expected, "id": self.id},
        }
        if self.option:
            self._only("states and moves", bool(self.states or self.moves))
            options = [Option(row.id, row.owner, row.name, row.direction) for row in self.option]
            model = option_model(
                self.players,
                options,
                preferences=given,
                infeasible=self.infeasible,
                required=self.required,
                same=self.same,
                labels=self.labels,
                forbidden=self.forbidden,
                status_quo=self.status_quo,
                numbered=self.numbered,
                **rest,
            )
        else:
            spare = (self.infeasible, self.required, self.same, self.labels, self.forbidden)
            self._only("statements on options", any(spare))
            model = graph_model(
                self.players,
                self.states,
                self.moves,
                preferences=given,
                status_quo=self.status_quo,
                **rest,
            )
        return _with_path(model, self.path)

    def _only(self, what: str, wrong: bool) -> None:
        if wrong:
            raise InputError(
                f"{what} {'beside' if self.option else 'without'} options",
                where=self.id,
                allowed="either options, or states and moves",
            )


def _numbers(table: Mapping[str, Any], known: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A table of preferences with its numbers computed."""
    for key in table:
        if key not in KEYS:
            raise InputError(f"'{key}'", where=where, allowed=", ".join(KEYS))
    out = dict(table)
    for key in ("weights", "utilities"):
        if key in out:
            if not isinstance(out[key], Mapping):
                raise InputError(f"{key} is no table", where=where)
            out[key] = {
                name: number(value, known, f"{where}.{key}.{name}")
                for name, value in out[key].items()
            }
    if "strong" in out:
        out["strong"] = number(out["strong"], known, f"{where}.strong")
    for key in ("statements", "pairs"):
        if key in out and not _texts(out[key]):
            raise InputError(f"{key} is no list of sentences", where=where)
    if "ranking" in out and not isinstance(out["ranking"], (str, list, tuple)):
        raise InputError("ranking is neither a list nor text", where=where)
    return out


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _with_path(model: GraphModel, rows: tuple[StepRow, ...]) -> GraphModel:
    """The path of history, its states and movers checked."""
    steps = []
    for row in rows:
        for name in row.by:
            model.player(name)
        label = model.states[model.state(row.state)]
        steps.append(Step(label, row.by, row.when, row.note, row.source))
    return replace(model, path=tuple(steps)) if steps else model


def loads(text: str, *, path: str = "") -> GraphFile:
    """A graph model's file from its text; ``path`` only names it in errors."""
    return from_dict(parse_toml(text, path=path), path=path)


def from_dict(data: Mapping[str, Any], *, path: str = "") -> GraphFile:
    """A graph model's file from the mapping that its TOML holds."""
    return validated(GraphFile, data, path=path, what="graph model")


def of_case(case: Negotiation) -> GraphFile:
    """The file behind a case that `GraphModel.as_case` made: the model, its numbers to come.

    Parameters
    ----------
    case
        A case with a graph model under ``[model.graph]``.

    Returns
    -------
    GraphFile
        Without quantities: the case holds them.
    """
    held = {key: value for key, value in case.case.model[KIND].items() if key in MODEL_KEYS}
    head = {"format": 1, "kind": KIND, "id": "model", "title": case.title}
    return GraphFile.model_validate({**head, "players": list(case.principals), **held})


def open_file(path: str | Path) -> GraphFile:
    """Read a parameter file with ``kind = "graph"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


@reads("graph")
def read(path: str | Path) -> GraphModel:
    """The graph model of a parameter file, at the file's values."""
    data = parse_toml(read_text(path), path=str(path))
    model = from_dict(data, path=str(path)).game()
    return replace(model, extra={**model.extra, "origin": data})


@reads(".gmcr")
def read_gmcr(path: str | Path) -> GraphModel:
    """The graph model of a file of GMCR+."""
    return gmcr.read(path)
