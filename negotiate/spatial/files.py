r"""Parameter files of spatial models: ``kind = "spatial"``, and tables read as they are.

A file names parties and issues with their scales, and gives positions, saliences and capabilities
in tables by party, or by party and issue. Numbers may be expressions over the file's quantities, so
that they can be drawn and moved. Instead of the three tables a file may name one of the field's own
(``table = "paris.tsv"``, in its folder; see `negotiate.spatial.tables`).

>>> model = loads('''
... format = 1
... kind = "spatial"
... id = "toll"
... title = "A road toll"
... parties = ["city", "shops"]
... capability = { city = "power", shops = 1 }
... salience = 0.5
... [[issue]]
... name = "price"
... low = 0
... high = 8
... unit = "euro"
... status_quo = 0
... [position]
... city = 6
... shops = 1
... [quantity]
... power = { value = 2, low = 1, high = 4 }
... ''').game()
>>> model.weight.tolist(), model.issues[0].unit
([[Fraction(1, 1)], [Fraction(1, 2)]], 'euro')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AliasChoices, Field

from negotiate.case.game_file import (
    Expected,
    GameFile,
    number,
    parse_toml,
    read_text,
    validated,
)
from negotiate.case.quantity import Frozen
from negotiate.declare import reads
from negotiate.errors import CaseError, InputError
from negotiate.numbers.fractions import exact as read_number
from negotiate.spatial import tables
from negotiate.spatial.positions import Scale, SpatialModel

Array = npt.NDArray[Any]


class IssueRow(Frozen):
    """An issue as the file has it."""

    name: str = Field(min_length=1)
    low: Any = 0
    high: Any = 100
    title: str = ""
    unit: str = ""
    levels: tuple[tuple[Any, str], ...] = ()
    status_quo: Any = None
    outcome: Any = None
    outcome_range: tuple[Any, Any] | None = None
    source: tuple[str, ...] = ()
    note: str = ""


class SpatialExpected(Expected):
    """An answer the file vouches for: the point holds a level for each issue.

    ``within`` is how far the answer may be from it, ``risk_exponents`` those of the first round.
    """

    within: Any = 0
    risk_exponents: dict[str, Any] = Field(default_factory=dict)


class SpatialFile(GameFile):
    """A spatial model as its file holds it; `game` builds it."""

    kind: Literal["spatial"]
    players: tuple[str, ...] = Field(
        (), validation_alias=AliasChoices("parties", "players"), description="the parties, in order"
    )
    issue: tuple[IssueRow, ...] = ()
    position: dict[str, Any] = Field(default_factory=dict)
    salience: Any = 1
    capability: Any = 1
    risk: dict[str, Any] = Field(default_factory=dict)
    salience_of: Any = 1
    table: str = ""
    expected: tuple[SpatialExpected, ...] = ()

    def tables(self) -> dict[str, Any]:
        """The tables as they stand in the file, for `assemble`."""
        return {
            "parties": list(self.players),
            "issue": [row.model_dump(exclude={"source", "note"}) for row in self.issue],
            "position": self.position,
            "salience": self.salience,
            "capability": self.capability,
            "risk": self.risk,
            "salience_of": self.salience_of,
        }

    def game(self, values: Mapping[str, Any] | None = None) -> SpatialModel:
        """The model at the file's values, or at others.

        Parameters
        ----------
        values
            Quantity to a number or to an array over draws.
        """
        from dataclasses import replace

        found = assemble(self.tables(), self.quantities(values), title=self.title, where=self.id)
        cited = tuple(source.id for source in self.source)
        origin = self if values is None else None
        return replace(found, note=self.note, source=cited, origin=origin)


def assemble(
    data: Mapping[str, Any], known: Mapping[str, Any], *, title: str = "", where: str = ""
) -> SpatialModel:
    """A model from tables whose entries are numbers or expressions over ``known``.

    Parameters
    ----------
    data
        ``parties``, ``issue`` (rows), ``position``, ``salience``, ``capability``, and perhaps
        ``risk``, ``salience_of``, ``notes``.
    known
        Names to numbers or arrays over draws.
    title, where
        For people and for messages.
    """
    parties = tuple(data["parties"])
    findings: list[str] = []
    scales = tuple(_scale(row, known, findings) for row in data["issue"])
    names = [scale.name for scale in scales]
    position, salience, capability = data["position"], data["salience"], data["capability"]
    if not parties or not scales:
        findings.append("no parties" if not parties else "no issue; write [[issue]] with its name")
    for what in ("position", "salience", "capability", "risk"):
        table = data.get(what)
        if isinstance(table, Mapping):
            findings += [f"{what}: there is no party '{p}'" for p in table if p not in parties]
            findings += [
                f"{what} of {p}: there is no issue '{k}'"
                for p, row in table.items()
                if isinstance(row, Mapping)
                for k in row
                if k not in names
            ]
    findings += [f"position of {p} is missing" for p in parties if p not in position]
    if findings:
        raise CaseError(findings, where=where)

    def held(i: str, k: str) -> bool:
        entry = position[i]
        return k in entry if isinstance(entry, Mapping) else True

    def cell(what: str, table: Any, i: str, k: str) -> Any:
        entry = table
        for label in (i, k):
            if isinstance(entry, Mapping):
                if label not in entry:
                    findings.append(f"{what} of {i} on {k} is missing")
                    return Fraction(0)
                entry = entry[label]
        try:
            return number(entry, known, f"{what} of {i} on {k}")
        except InputError as error:
            findings.append(str(error))
            return Fraction(0)

    has = np.array([[held(i, k) for k in names] for i in parties], dtype=bool)
    rows = [
        [
            [cell(what, table, i, k) if has[r, c] else Fraction(0) for c, k in enumerate(names)]
            for r, i in enumerate(parties)
        ]
        for what, table in (
            ("position", position),
            ("salience", salience),
            ("capability", capability),
        )
    ]
    several = [p for p in parties if not isinstance(position[p], Mapping)] if len(names) > 1 else []
    findings += [f"position of {p} is one number for {len(names)} issues" for p in several]
    if findings:
        raise CaseError(findings, where=where)
    of = number(data.get("salience_of", 1), known, "salience_of")
    of = Fraction(of) if isinstance(of, int) else of  # a ratio of integers stays exact
    rows[1] = [[entry / of for entry in row] for row in rows[1]]
    levels, cares, powers = stacked(*rows)
    risk = data.get("risk") or None
    exponents = None
    if risk:
        each = [np.asarray(number(risk.get(p, 1), known, f"risk of {p}"), float) for p in parties]
        exponents = np.stack(np.broadcast_arrays(*each), axis=-1)
    return SpatialModel(
        parties, scales, levels, cares, powers, has, risk=exponents, title=title,
        notes=tuple(data.get("notes", ())),
    )  # fmt: skip


def stacked(*tables: Sequence[Sequence[Any]]) -> list[Array]:
    """Tables ``(..., n, m)`` from rows of numbers: fractions where all are, else floats over draws.

    >>> stacked([[1, Fraction(1, 2)]])[0].dtype, stacked([[np.array([1.0, 2.0]), 3]])[0].shape
    (dtype('O'), (2, 1, 2))
    """
    flat = [value for rows in tables for row in rows for value in row]
    if all(isinstance(value, (int, Fraction)) for value in flat):
        return [
            np.array([[Fraction(v) for v in row] for row in rows], dtype=object) for rows in tables
        ]
    shape = np.broadcast_shapes(*(np.shape(value) for value in flat))
    return [
        np.stack(
            [
                np.stack([np.broadcast_to(np.asarray(v, float), shape) for v in row], axis=-1)
                for row in rows
            ],
            axis=-2,
        )
        for rows in tables
    ]


def _scale(row: Mapping[str, Any], known: Mapping[str, Any], findings: list[str]) -> Scale:
    name = str(row["name"])

    def of(value: Any, what: str) -> Any:
        if value is None:
            return None
        try:
            found: Any = number(value, known, f"{what} of {name}")
            if np.ndim(found):
                return np.asarray(found, dtype=float)  # a level over draws
            return read_number(float(found) if isinstance(found, np.floating) else found)
        except (InputError, ValueError, TypeError) as error:
            findings.append(str(error))
            return Fraction(0) if what != "high" else Fraction(1)

    ends = row.get("outcome_range")
    return Scale(
        name,
        of(row.get("low", 0), "low"),
        of(row.get("high", 100), "high"),
        str(row.get("title", "")),
        str(row.get("unit", "")),
        tuple((of(level, "level"), str(text)) for level, text in row.get("levels", ())),
        of(row.get("status_quo"), "status quo"),
        of(row.get("outcome"), "outcome"),
        None if ends is None else (of(ends[0], "outcome"), of(ends[1], "outcome")),
    )


def loads(text: str, *, path: str = "") -> SpatialFile:
    """A file from its text; ``path`` names it in errors and finds its table."""
    data = parse_toml(text, path=path)
    if isinstance(data.get("table"), str) and data["table"]:
        data = {**data, **_from_table(data, path)}
    return validated(SpatialFile, data, path=path, what="spatial model")


def _from_table(data: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Entries that stand in the named table; those of the file go before them."""
    folder = Path(path).resolve().parent
    file = (folder / data["table"]).resolve()
    if not path or folder not in file.parents:
        raise InputError(
            f"table = '{data['table']}'",
            where=path or "spatial model",
            allowed="a table in the folder of the file",
        )
    found = tables.read(file)
    given = {row.get("name"): row for row in data.get("issue", ())}
    rows = []
    for issue in found.issues:
        row = {key: value for key, value in vars(issue).items() if value not in (None, "", ())}
        rows.append({**row, **given.get(issue.name, {})})

    def table(array: Array) -> dict[str, dict[str, Any]]:
        return {
            party: {
                issue: array[i, k] for k, issue in enumerate(found.issue_names) if found.has[i, k]
            }
            for i, party in enumerate(found.parties)
        }

    out = {
        "parties": list(found.parties),
        "position": table(found.position),
        "salience": table(found.salience),
        "capability": table(found.capability),
    }
    return {key: value for key, value in out.items() if key not in data} | {"issue": rows}


def open_file(path: str | Path) -> SpatialFile:
    """Read a parameter file of ``kind = "spatial"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


@reads("spatial")
def read(path: str | Path) -> SpatialModel:
    """The model of a parameter file, at the file's values.

    Parameters
    ----------
    path
        A TOML file of ``kind = "spatial"``.
    """
    return open_file(path).game()


@reads(".csv")
def read_csv(path: str | Path) -> SpatialModel:
    """A table of positions in one of the field's formats (`negotiate.spatial.tables`)."""
    return tables.read(path)


@reads(".tsv")
def read_tsv(path: str | Path) -> SpatialModel:
    """A tab-separated table of positions (`negotiate.spatial.tables`)."""
    return tables.read(path)
