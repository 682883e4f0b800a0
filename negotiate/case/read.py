"""Reading a case: a TOML file becomes a `Negotiation`, or one error with every finding in it.

Reading executes nothing. The size is bounded before the text is parsed, decimals become fractions,
unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path

from negotiate.case.diagnostics import Finding, place
from negotiate.case.findings import inspect, parse_toml
from negotiate.case.findings import schema_findings as schema_findings
from negotiate.case.negotiation import Negotiation, assemble, built
from negotiate.case.schema import Case
from negotiate.errors import CaseError, FileFormatError, TooLargeError, UnknownNameError

MAX_BYTES = 4_000_000


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


def findings(text: str, path: str = "case.toml") -> tuple[list[Finding], Case | None]:
    """Every finding in the text of a case, placed; and the case where none is an error."""
    data = parse_toml(text, path)
    out, case = inspect(data)
    if case is not None:
        out += list(built(case))
    placed = place(out, text, data, path) if out else []
    return placed, None if any(f.severity == "error" for f in placed) else case


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
    return assemble(case, file_hash=hashlib.sha256(text.encode()).hexdigest(), source_text=text)


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
