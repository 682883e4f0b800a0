"""Reading a case: a TOML file becomes a `Negotiation`, or one error with every finding in it.

Reading executes nothing. The size is bounded before the text is parsed, decimals become fractions,
unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

from negotiate.case import check as checks
from negotiate.case.diagnostics import Finding, place
from negotiate.case.negotiation import Negotiation, from_case
from negotiate.case.schema import Case
from negotiate.errors import CaseError, FileFormatError, TooLargeError, UnknownNameError

MAX_BYTES = 4_000_000
_COMMA = re.compile(r"=\s*\d+,\d+\s*[,}\]#]|=\s*\d+,\d+\s*$")
"""A decimal written with a comma, as a reader of German or Russian might."""


def folders() -> tuple[Path, ...]:
    """Folders that hold the cases shipped with the toolkit."""
    package = Path(__file__).parents[1]
    return tuple(f for f in (package / "_games", package.parent / "games") if f.is_dir())


def cases() -> dict[str, Path]:
    """Shipped case files by id (the stem of the file), textbook games of ``classics/`` included."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.rglob("*.toml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def resolve(case: str | Path) -> Path:
    """Path of a case given by id or by file name."""
    path = Path(case)
    if path.suffix or path.exists():
        return path
    known = cases()
    if str(case) not in known:
        raise UnknownNameError("case", str(case), known)
    return known[str(case)]


def read_text(path: Path) -> str:
    """Text of a case file; its size and encoding are checked first."""
    if not path.is_file():
        near = difflib.get_close_matches(path.stem, cases(), 1, 0.6)
        beside = [p.name for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        beside = difflib.get_close_matches(path.name, beside, 1, 0.6)
        raise FileFormatError(
            "there is no such file",
            path=str(path),
            line=1,
            column=1,
            remedy=f"did you mean '{path.with_name(beside[0])}'?"
            if beside
            else f"did you mean the case '{near[0]}'?"
            if near
            else "negotiate list shows cases",
        )
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TooLargeError(
            f"the file has {size:,} bytes", where=f"{path}:1:1", allowed=f"at most {MAX_BYTES:,}"
        )
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise FileFormatError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            path=str(path),
            line=line,
            column=column,
            remedy="save the file as UTF-8",
        ) from None
    if not text.strip():
        raise FileFormatError(
            "the file is empty",
            path=str(path),
            line=1,
            column=1,
            remedy="negotiate new FILE writes a case to start from",
        )
    return text


def parse_toml(text: str, path: str) -> dict[str, Any]:
    """TOML with exact decimals; a syntax error says line and column."""
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        line, column = _position(error, text)
        what = str(error).split(" (at ")[0]
        shown = text.splitlines()[line - 1][:96] if line <= len(text.splitlines()) else ""
        hint = "; a decimal has a point: 0.6, not 0,6" if _COMMA.search(shown) else ""
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


def findings(text: str, path: str = "case.toml") -> tuple[list[Finding], Case | None]:
    """Every finding in the text of a case, placed; and the case where none is an error."""
    from pydantic import ValidationError

    data = parse_toml(text, path)
    out: list[Finding] = []
    case = None
    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        out += schema_findings(error, data)
    out += [f for f in checks.run(data) if not _covered(f, out)]
    if case is not None and not any(f.severity == "error" for f in out):
        out += list(_built(case))
    placed = place(out, text, data, path) if out else []
    return placed, None if any(f.severity == "error" for f in placed) else case


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


def _built(case: Case) -> Iterator[Finding]:
    """What only the built negotiation shows: paths in scenarios and groups, derived values."""
    negotiation = from_case(case)
    for path in negotiation.derived:
        try:
            negotiation.value(path)
        except (LookupError, ArithmeticError, ValueError) as error:
            yield Finding(_place_of(path, case), f"{path}: {error}")
    for index, group in enumerate(case.group):
        for number, member in enumerate(group.members):
            yield from _matches(negotiation, member, ("group", index, "members", number))
    for index, scenario in enumerate(case.scenario):
        before = False
        for kind in ("set", "scale", "shift"):
            for path in getattr(scenario, kind):
                for finding in _matches(negotiation, path, ("scenario", index, kind, path)):
                    before = True
                    yield finding
        if not before:
            try:
                negotiation.scenario(scenario.id)
            except (LookupError, ArithmeticError, ValueError) as error:
                yield Finding(("scenario", index), f"{error}")


def _matches(negotiation: Negotiation, path: str, at: tuple[str | int, ...]) -> Iterator[Finding]:
    try:
        negotiation.matching(path)
    except UnknownNameError as error:
        yield Finding(at, error.what, error.allowed, error.remedy, on_key=at[0] == "scenario")


def _place_of(path: str, case: Case) -> tuple[str | int, ...]:
    head, name = path.split(".")[:2]
    entries = getattr(case, head, None)
    if isinstance(entries, tuple):
        return (head, next(i for i, entry in enumerate(entries) if entry.id == name))
    return (head, name) if isinstance(entries, dict) else ()


def check(case: str | Path) -> list[Finding]:
    """Every finding in a case file, errors and warnings; raises only where it cannot be read."""
    path = resolve(case)
    return findings(read_text(path), str(path))[0]


def loads(text: str, path: str = "case.toml") -> Negotiation:
    """Negotiation from the text of a case.

    Raises
    ------
    CaseError
        With every error found, each with line, column and caret.
    """
    found, case = findings(text, path)
    if case is None:
        raise CaseError(f for f in found if f.severity == "error")
    return from_case(case, file_hash=hashlib.sha256(text.encode()).hexdigest())


def load(case: str | Path) -> Negotiation:
    """Negotiation from a case given by id (``"idlib-2020"``) or by file."""
    path = resolve(case)
    return loads(read_text(path), str(path))


def kind_in(text: str) -> str:
    """``kind`` of a parameter file; empty where the text is not TOML or has none."""
    try:
        kind = tomllib.loads(text).get("kind", "")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return ""
    return kind if isinstance(kind, str) else ""
