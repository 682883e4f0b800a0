"""Verification of a replication archive: digests first, then the results computed again.

A file that fails its digest was changed after the archive was made. A result that differs after a
rerun was not: other versions of a library, or of the toolkit, gave other digits. So each result
that is not identical is read as text, and where only numbers differ the largest difference is
stated; it agrees where that is below `negotiate.tolerance.AGREEMENT`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from negotiate import tolerance
from negotiate.errors import FileFormatError, InputError, NegotiateError, TooLargeError
from negotiate.report import archive as _archive
from negotiate.view import Viewable

MAX_ENTRIES, MAX_BYTES = 2000, 400_000_000
NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Compared:
    """One result, kept and computed again.

    Attributes
    ----------
    state
        ``identical``, ``close`` (numbers differ by rounding), ``differs`` or ``missing``.
    difference
        Largest difference between numbers at the same place; NaN where texts differ otherwise.
    """

    name: str
    state: str
    difference: float = 0.0


@dataclass(frozen=True)
class Verification(Viewable):
    """What a rerun of an archive found.

    Attributes
    ----------
    changed
        Files whose digest is not the manifest's, or that it does not name.
    results
        Each result, compared.
    code
        Whether the toolkit's own source is the one the archive was made with.
    reason
        Why the case could not be run again; empty where it was.
    """

    path: Path
    changed: tuple[str, ...]
    results: tuple[Compared, ...]
    code: bool
    reason: str = ""

    _view = "negotiate.report.views.verification"

    @property
    def identical(self) -> bool:
        """Whether every byte came out the same."""
        return not self.changed and all(r.state == "identical" for r in self.results)

    @property
    def agrees(self) -> bool:
        """Whether nothing was changed and every result agrees, rounding aside."""
        return not self.changed and all(r.state in ("identical", "close") for r in self.results)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "archive": str(self.path),
            "identical": self.identical,
            "agrees": self.agrees,
            "same_code": self.code,
            "changed": list(self.changed),
            "reason": self.reason,
            "results": [
                {
                    "name": r.name,
                    "state": r.state,
                    "difference": None if math.isnan(r.difference) else r.difference,
                }
                for r in self.results
            ],
        }


def verify_archive(path: str | Path) -> Verification:
    """Check an archive's digests, run its case again and compare every result.

    Parameters
    ----------
    path
        The zip, or the folder it was unpacked into.
    """
    path = Path(path)
    files = _folder(path) if path.is_dir() else _zip(path)
    listed = _manifest(files, path)
    changed = [
        name
        for name, digest in listed.items()
        if name not in files or hashlib.sha256(files[name]).hexdigest() != digest
    ]
    if not path.is_dir():  # an unpacked folder may hold other things of its owner
        changed += [n for n in files if n not in listed and n != _archive.MANIFEST]
    settings = _settings(files, path)
    name = PurePosixPath(settings["case"]).name
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        place.write_bytes(files[settings["case"]])
        reason, again = "", {}
        try:
            again = _archive.results(place, settings)
        except NegotiateError as error:
            reason = str(error)
    kept = {n: body for n, body in files.items() if n.startswith("results/") and n in listed}
    found = [compared(n, kept.get(n), again.get(n)) for n in sorted({*kept, *again})]
    same = settings["negotiate"]["code"] == _archive.code_digest()
    return Verification(path, tuple(sorted(set(changed))), tuple(found), same, reason)


def compared(name: str, kept: bytes | None, again: bytes | None) -> Compared:
    """Two versions of one result.

    >>> compared("x", b"a 0.5", b"a 0.25")
    Compared(name='x', state='differs', difference=0.25)
    """
    if kept is None or again is None:
        return Compared(name, "missing", math.nan)
    if kept == again:
        return Compared(name, "identical")
    old, new = kept.decode("utf-8", "replace"), again.decode("utf-8", "replace")
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return Compared(name, "differs", math.nan)
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new))
    gap = max(abs(_float(a) - _float(b)) for a, b in pairs)
    return Compared(name, "close" if gap <= tolerance.AGREEMENT else "differs", gap)


def _float(text: str) -> float:
    return float(text.replace("−", "-"))


def _zip(path: Path) -> dict[str, bytes]:
    """Files of a zip, read into memory under bounds; nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as source:
            entries = [e for e in source.infolist() if not e.is_dir()]
            size = sum(e.file_size for e in entries)
            if len(entries) > MAX_ENTRIES or size > MAX_BYTES:
                raise TooLargeError(
                    f"{len(entries):,} files, {size:,} bytes",
                    where=str(path),
                    allowed=f"at most {MAX_ENTRIES:,} files and {MAX_BYTES:,} bytes",
                )
            files: dict[str, bytes] = {}
            for entry in entries:
                with source.open(entry) as stream:  # a header may lie about the size
                    files[entry.filename] = stream.read(entry.file_size + 1)
            return files
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path)) from None
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise FileFormatError(f"not a zip one can read: {error}", path=str(path)) from None


def _folder(path: Path) -> dict[str, bytes]:
    """The files that an unpacked archive's manifest names, and the manifest."""
    manifest = path / _archive.MANIFEST
    if not manifest.is_file():
        raise FileFormatError(
            f"no {_archive.MANIFEST}",
            path=str(path),
            remedy="give an archive made by negotiate archive",
        )
    files = {_archive.MANIFEST: manifest.read_bytes()}
    for name in _manifest(files, path):
        place = path / name
        if place.is_file() and not place.is_symlink():
            files[name] = place.read_bytes()
    return files


def _manifest(files: Mapping[str, bytes], path: Path) -> dict[str, str]:
    text = files.get(_archive.MANIFEST, b"").decode("utf-8", "replace")
    out = {}
    for line in text.splitlines():
        digest, _, name = line.partition("  ")
        parts = PurePosixPath(name).parts
        if not re.fullmatch(r"[0-9a-f]{64}", digest) or ".." in parts or name.startswith("/"):
            raise FileFormatError(f"a line of {_archive.MANIFEST}: {line[:80]}", path=str(path))
        out[name] = digest
    if _archive.SETTINGS not in out:
        raise FileFormatError(
            "not a replication archive",
            path=str(path),
            remedy="give an archive made by negotiate archive",
        )
    return out


def _settings(files: Mapping[str, bytes], path: Path) -> dict[str, Any]:
    try:
        found = json.loads(files[_archive.SETTINGS])
        good = (
            found["format"] == _archive.FORMAT
            and found["case"] in files
            and isinstance(found["draws"], int)
            and isinstance(found["seed"], int)
            and isinstance(found["scenario"], list)
            and isinstance(found["changes"], dict)
            and isinstance(found["sections"], list)
            and isinstance(found["negotiate"]["code"], str)
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        good = False
    if not good:
        raise FileFormatError(
            f"{_archive.SETTINGS} cannot be read",
            path=str(path),
            allowed=f"format {_archive.FORMAT}",
        )
    return dict(found)
