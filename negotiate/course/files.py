"""Files of a course: class lists, keys, and writing that leaves nothing half-written."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from negotiate.course.drawing import MAX_KEY, key_from
from negotiate.errors import CaseError, FileFormatError, InputError

MAX_CLASS = 5_000
MAX_CSV = 5_000_000
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}\Z")
"""Ids name folders, so they keep to characters that every file system takes."""
COLUMNS = ("student", "id", "student_id", "username", "matriculation")


@dataclass(frozen=True)
class ClassList:
    """Students in the order of the list, with their names where it has them."""

    students: tuple[str, ...]
    names: Mapping[str, str]


def read_class(path: Path) -> ClassList:
    """A class list: CSV with a header; the id stands in a column ``student`` or ``id``.

    Raises
    ------
    CaseError
        With every line that is wrong: an id twice, an id that cannot name a folder.
    """
    rows = read_csv(path)
    head = [name.strip().casefold() for name in rows[0]]
    column = next((head.index(name) for name in COLUMNS if name in head), -1)
    if column < 0:
        raise FileFormatError(
            f"no column of ids in the header: {', '.join(rows[0])[:200]}",
            path=str(path),
            line=1,
            column=1,
            allowed=", ".join(COLUMNS),
        )
    named = head.index("name") if "name" in head else -1
    found: dict[str, str] = {}
    folded: dict[str, int] = {}
    findings = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(entry.strip() for entry in row):
            continue
        student = row[column].strip() if column < len(row) else ""
        if not ID.match(student) or student.endswith("."):
            findings.append(
                f"{path}:{line}: error: '{student[:80]}' cannot name a folder; allowed: letters, "
                "digits, . _ @ + -, at most 64"
            )
        elif student.casefold() in folded:
            findings.append(
                f"{path}:{line}: error: '{student}' stands in line {folded[student.casefold()]} too"
            )
        else:
            folded[student.casefold()] = line
            found[student] = row[named].strip() if 0 <= named < len(row) else ""
    if not findings and not 1 <= len(found) <= MAX_CLASS:
        findings.append(f"{path}:1: error: {len(found):,} students; allowed: 1 to {MAX_CLASS:,}")
    if findings:
        raise CaseError(findings)
    return ClassList(tuple(found), found)


def read_csv(path: Path) -> list[list[str]]:
    """Rows of a CSV file in UTF-8, with a comma or a semicolon between entries."""
    if not path.is_file():
        raise FileFormatError("there is no such file", path=str(path), line=1, column=1)
    if path.stat().st_size > MAX_CSV:
        raise InputError(
            f"{path.stat().st_size:,} bytes", where=str(path), allowed=f"at most {MAX_CSV:,}"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        mark = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            path=str(path),
            line=error.object.count(b"\n", 0, error.start) + 1,
            column=1,
            remedy="save the file as CSV in UTF-8",
        ) from None
    except csv.Error as error:
        raise FileFormatError(f"not CSV: {error}", path=str(path), line=1, column=1) from None
    if not rows:
        raise FileFormatError("the file is empty", path=str(path), line=1, column=1)
    return rows


def read_key(path: Path) -> bytes:
    """The course key of a file."""
    if not path.is_file():
        raise FileFormatError(
            "there is no key file",
            path=str(path),
            line=1,
            column=1,
            remedy="negotiate course key FILE writes a new one",
        )
    with path.open("rb") as stream:
        return key_from(stream.read(MAX_KEY + 1))


def write(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write beside ``path`` and rename, so that nothing is half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV table; an entry a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_harmless(str(entry)) for entry in row])
    return out.getvalue()


_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?\Z")


def _harmless(text: str) -> str:
    """Text beginning with = + - @ runs as a formula in a spreadsheet; a quote in front stops it."""
    text = "".join(c if c.isprintable() else " " for c in text)
    if text[:1] in ("=", "+", "-", "@", "|", "%") and not _PLAIN_NUMBER.match(text):
        return "'" + text
    return text
