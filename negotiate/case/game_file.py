"""What every game file holds and how it is read: its head, its quantities, exact decimals.

A kind of file is a subclass of `GameFile` with the fields of its own and ``game``; `numbers` in it
are numbers or expressions over the file's quantities. Decimals are exact. A file may hold the
answers it expects, each for a named concept, so that a textbook game checks itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from negotiate.case.deal import Source
from negotiate.case.diagnostics import label, place
from negotiate.case.expression import parse
from negotiate.case.findings import schema_findings
from negotiate.case.negotiation import Negotiation, assemble
from negotiate.case.party import Party
from negotiate.case.quantity import Frozen, Quantity
from negotiate.case.schema import Case
from negotiate.errors import (
    CaseError,
    FileFormatError,
    InputError,
    TooLargeError,
    UnknownNameError,
)

_NOT_ID = re.compile(r"[^a-z0-9_-]+")

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


MAX_CHAIN = 200
"""Quantities that read each other in a row."""


class GameFile(Frozen):
    """The head of a game file, its quantities and sources; `game` builds the form."""

    format: Literal[1] = Field(description="version of the file format")
    kind: str = Field(description="what the file describes")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str
    note: str = ""
    players: tuple[str, ...] = Field(min_length=1)
    quantity: dict[str, Quantity] = Field(default_factory=dict)
    source: tuple[Source, ...] = ()
    expected: tuple[Expected, ...] = ()

    def game(self, values: Mapping[str, Any] | None = None) -> Any:
        """The game at the file's values, or at others."""
        raise NotImplementedError

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
            if len(chain) >= MAX_CHAIN:
                raise TooLargeError(
                    f"quantities that read each other more than {MAX_CHAIN} deep",
                    where=self.id,
                    allowed=f"at most {MAX_CHAIN}",
                )
            value = given.get(name, self.quantity[name].value)
            if isinstance(value, str):
                expression = parse(value)
                known = {n: settle(n, (*chain, name)) for n in expression.names}
                try:
                    value = expression.evaluate(known)
                except ZeroDivisionError:
                    raise InputError(
                        f"'{value[:80]}' divides by zero", where=f"quantity.{name}"
                    ) from None
            out[name] = value
            return value

        for name in self.quantity:
            settle(name, ())
        return out


File = TypeVar("File", bound=GameFile)


def validated(kind: type[File], data: Mapping[str, Any], *, path: str, what: str) -> File:
    """A file of a kind from the mapping its TOML holds, and a game that can be built from it.

    ``path``, or else ``what``, names it in errors.
    """
    try:
        file = kind.model_validate(data)
    except ValidationError as error:
        raise CaseError(
            refusals(kind, error, data, path=path, what=what), where=path or what
        ) from (error)
    try:
        file.game()
    except InputError as error:
        refused = TooLargeError if isinstance(error, TooLargeError) else InputError
        where = f"{path}: {error.where}" if path else error.where
        raise refused(
            error.what, where=where, allowed=error.allowed, remedy=error.remedy
        ) from error
    return file


def refusals(
    kind: type[GameFile], error: ValidationError, data: Mapping[str, Any], *, path: str, what: str
) -> list[str]:
    """What is wrong with a file of a kind, with its line where there is one.

    Parameters
    ----------
    kind
        The kind of file.
    error
        What its schema said.
    data
        The mapping its TOML holds.
    path, what
        Name of the file, or else of what was read.

    Returns
    -------
    list of str
        Where, what, what is allowed and what was perhaps meant, for each finding.
    """
    plain = dict(data)
    found = list(schema_findings(error, plain, kind))
    if path.endswith(".toml") and Path(path).is_file():
        return [str(item) for item in place(found, read_text(Path(path)), plain, path)]
    said = []
    for item in found:
        line = f"{path or what}: error: {label(plain, item.at) or 'file'}: {item.what}"
        line += f"; allowed: {item.allowed}" if item.allowed else ""
        said.append(line + (f"; {item.remedy}" if item.remedy else ""))
    return said


def as_case(
    data: Mapping[str, Any], kind: str, keys: Sequence[str], *, where: str = ""
) -> Negotiation:
    """A game file as a case whose quantities can be drawn, moved and asked about.

    Parameters
    ----------
    data
        The file as the mapping its TOML holds.
    kind
        Kind of game; the case holds it under ``[model.<kind>]``.
    keys
        Keys of the file that make the game (its tree, its strategies and payoffs).
    where
        Name of the file, for messages.

    Returns
    -------
    Negotiation
        Without issues; its principals are the players. It is built without the checks of a case
        file, for players are free labels.

    Raises
    ------
    InputError
        Where there are no players, or a quantity is no number.
    """
    title = str(data.get("title", "")) or where or f"{kind} game"
    names = [str(name) for name in data.get("players", ())]
    if not names:
        raise InputError("no players", where=title, allowed='players = ["A", "B"]')
    given = data.get("quantity", {})
    identity = str(data.get("id", "")) or _NOT_ID.sub("-", title.lower()).strip("-") or "game"
    held = {key: data[key] for key in keys if key in data}
    case = Case.model_construct(
        format=1,
        kind="negotiation",
        id=identity,
        title=title,
        summary=str(data.get("note", "")),
        party=tuple(
            Party.model_construct(id=name, name=name, role="principal", weights={}, values={})
            for name in names
        ),
        issue=(),
        quantity={str(name): _quantity(str(name), entry, title) for name, entry in given.items()},
        model={kind: {**held, "players": names}},
    )
    return assemble(case)


def _quantity(name: str, entry: Any, where: str) -> Quantity:
    """A number, an expression, or a table as in a case file."""
    table = dict(entry) if isinstance(entry, Mapping) else {"value": entry}
    try:
        return Quantity.model_validate(table)
    except ValidationError as error:
        told = "; ".join(str(item["msg"]) for item in error.errors()[:3])
        raise InputError(told, where=f"{where}: quantity {name}") from None


class CaseValues(Mapping[str, Any]):
    """Numbers of a case by path, or by the name of a quantity: what a game's expressions read."""

    def __init__(self, negotiation: Negotiation) -> None:
        self.of = negotiation

    def _path(self, name: str) -> str:
        return name if self.of.has(name) else f"quantity.{name}"

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.of.has(self._path(name))

    def __getitem__(self, name: str) -> Any:
        return self.of.value(self._path(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.of.paths)

    def __len__(self) -> int:
        return len(self.of.paths)


def number(entry: Any, known: Mapping[str, Any], where: str) -> Any:
    """An entry of a table: a number, or an expression over the quantities ``known``."""
    if isinstance(entry, str):
        try:
            return parse(entry).evaluate(known)
        except ZeroDivisionError as error:
            raise InputError(f'"{entry}" divides by zero', where=where) from error
        except (FileFormatError, UnknownNameError) as error:
            raise InputError(str(error), where=where) from error
    if isinstance(entry, bool) or not isinstance(entry, (int, Fraction)):
        raise InputError(
            f"is {entry!r}", where=where, allowed="a number, or an expression in quotes"
        )
    return entry


def parse_toml(text: str, *, path: str = "") -> dict[str, Any]:
    """The mapping a TOML text holds, its decimals exact."""
    try:
        return tomllib.loads(text, parse_float=partial(_decimal, where=path or "file"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
        raise FileFormatError(
            f"not valid TOML: {error}", path=path, line=line, column=column
        ) from error


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


def _decimal(text: str, *, where: str) -> Fraction:
    # TOML has inf and nan and underscores; a decimal is exact, the rest is refused by name.
    clean = text.replace("_", "")
    if clean.lstrip("+-") in ("inf", "nan") or len(clean) > 400:
        raise InputError(f"the number {text[:30]}", where=where, allowed="a finite decimal")
    _, _, exponent = clean.lower().partition("e")
    if exponent and abs(int(exponent)) > 300:
        raise InputError(f"the number {text[:30]}", where=where, allowed="exponents up to 300")
    return Fraction(clean)
