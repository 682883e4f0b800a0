"""Findings of a document: text to tables, tables to every error of schema and rules at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

from negotiate.case import check as checks
from negotiate.case.diagnostics import Finding
from negotiate.case.schema import Case
from negotiate.errors import FileFormatError, TooLargeError

_COMMA = re.compile(r"=\s*\d+,\d+\s*[,}\]#]|=\s*\d+,\d+\s*$")
"""A decimal written with a comma, as a reader of German or Russian might."""


def parse_toml(text: str, path: str) -> dict[str, Any]:
    """TOML with exact decimals; a syntax error says line and column."""
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        line, column = _position(error, text)
        what = str(error).split(" (at ")[0]
        shown = text.splitlines()[line - 1][:96] if line <= len(text.splitlines()) else ""
        hint = "; a decimal has a point: 0.6, not 0,6" if _COMMA.search(shown) else ""
        if Path(path).suffix not in ("", ".toml"):
            hint += f"; a {Path(path).suffix} file is not read here: .toml, .nfg, .efg are"
        raise FileFormatError(
            f"not valid TOML: {what}{hint}\n  {line:>5} | {shown}\n        | {' ' * (column - 1)}^",
            path=path,
            line=line,
            column=column,
        ) from None
    except RecursionError:
        raise TooLargeError("tables or arrays nested too deeply", where=f"{path}:1:1") from None
    except ValueError as error:
        raise FileFormatError(str(error), path=path, line=1, column=1) from None


def _decimal(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return float(text)
    return number if number.is_finite() else float(text)


def _position(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, int]:
    if hasattr(error, "lineno") and hasattr(error, "colno"):  # Python 3.14 and later
        return error.lineno, error.colno
    head, _, tail = str(error).rpartition("(at line ")
    if head:
        line, _, column = tail.rstrip(")").partition(", column ")
        return int(line), int(column)
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def inspect(data: dict[str, Any]) -> tuple[list[Finding], Case | None]:
    """Every finding of schema and rules in a document; and the case where none is an error."""
    from pydantic import ValidationError

    out: list[Finding] = []
    case = None
    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        out += schema_findings(error, data)
    out += [f for f in checks.run(data) if not _covered(f, out)]
    return out, None if any(f.severity == "error" for f in out) else case


def _covered(finding: Finding, others: list[Finding]) -> bool:
    """A rule's finding on a value is dropped where the schema already speaks of that value."""
    return not finding.on_key and any(other.at == finding.at for other in others)


def schema_findings(error: Any, data: dict[str, Any], root: Any = Case) -> Iterator[Finding]:
    """What a validation error of the model ``root`` says, one finding each."""
    seen = set()
    items = [(_document_location(i["loc"], data), i) for i in error.errors(include_url=False)]
    precise = {at for at, item in items if item["type"] != "string_type"}
    for at, item in items:
        kind = item["type"]
        if (at, kind) in seen or (kind == "string_type" and at in precise):
            continue  # a number that may be an expression: the number's own error says more
        if kind == "too_short" and len(_at(data, at)) >= item["ctx"]["min_length"]:
            continue  # members that failed do not count as present; their own errors say why
        seen.add((at, kind))
        if kind == "extra_forbidden":
            known = _fields_at(at[:-1], root)
            near = difflib.get_close_matches(str(at[-1]), known, 1, 0.6)
            yield Finding(
                at,
                f"unknown key '{at[-1]}'",
                ", ".join(known),
                f"did you mean '{near[0]}'?" if near else "",
                on_key=True,
            )
        elif kind == "missing":
            yield Finding(
                at, f"'{at[-1]}' is missing", remedy=f"add a line {at[-1]} = ...", on_key=True
            )
        elif kind == "literal_error":
            options = [
                o.strip("'") for o in item["ctx"]["expected"].replace(" or ", ", ").split(", ")
            ]
            value = str(_at(data, at))
            near = difflib.get_close_matches(value, options, 1, 0.6)
            yield Finding(
                at, f"'{value}'", ", ".join(options), f"did you mean '{near[0]}'?" if near else ""
            )
        elif kind == "string_pattern_mismatch":
            yield Finding(
                at,
                f"'{_at(data, at)}' is not an id",
                "lower-case letters, digits, - and _, beginning with a letter",
            )
        elif kind.startswith("date_"):
            yield Finding(at, f"'{_at(data, at)}' is no date", "a day without quotes: 2020-01-31")
        else:
            yield Finding(at, item["msg"].removeprefix("Value error, "))


def _document_location(loc: tuple[str | int, ...], data: Any) -> tuple[str | int, ...]:
    """Pydantic inserts names of union members into a location; keep only steps of the document."""
    out: list[str | int] = []
    current = data
    for index, step in enumerate(loc):
        if _has(current, step):
            current = current[step]
        elif not (index == len(loc) - 1 and isinstance(current, dict) and "[" not in str(step)):
            continue
        out.append(step)
    return tuple(out)


def _has(current: Any, step: str | int) -> bool:
    if isinstance(current, dict):
        return step in current
    return isinstance(current, list) and isinstance(step, int) and step < len(current)


def _at(data: Any, at: tuple[str | int, ...]) -> Any:
    for step in at:
        data = data[step]
    return data


def _fields_at(at: tuple[str | int, ...], root: Any = Case) -> list[str]:
    """Keys the schema knows at a place of the document."""
    kinds: list[Any] = [root]
    for step in at:
        following: list[Any] = []
        for kind in kinds:
            fields = getattr(kind, "model_fields", None)
            if fields and step in fields:
                following.append(fields[step].annotation)
            elif not fields and len(args := get_args(kind)) > 0:
                following.extend(args)
        kinds = [k for kind in following for k in _unwrap(kind, isinstance(step, int))]
    return sorted({name for kind in kinds for name in getattr(kind, "model_fields", ())})


def _unwrap(kind: Any, indexed: bool) -> list[Any]:
    """Models inside optional types and unions; containers stay, for the next step."""
    args = get_args(kind)
    origin = getattr(kind, "__origin__", None)
    if not args or origin in (dict, tuple):
        return [kind]
    return [inner for arg in args for inner in _unwrap(arg, indexed)]
