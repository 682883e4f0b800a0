"""What a long study leaves on disk: one part per chunk, and a manifest.

Layout of the folder::

    manifest.json          study (hash), description, rows, chunk, parts, version
    part-00000000.npz      the arrays of chunk 0 and the study's hash
    part-00000001.npz      ...

Text stands as its different values (``NAME::labels``) and a number a row, since a label of a
profile takes some 300 bytes.

A part is written beside its name, flushed, and renamed, so that a part that has its name is
whole. Numpy's npz carries a CRC of every array; a part that does not read, or that belongs to
another study, is reported and computed again. Only the process that drives the study writes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NegotiateError

MANIFEST = "manifest.json"
LAYOUT = 2
"""Version of the layout; another one is refused."""


class StorageError(NegotiateError, OSError):
    """The folder cannot be written; what was written before is whole."""


def fingerprint(description: Any) -> str:
    """SHA-256 of a JSON-ready description, keys sorted.

    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    text = json.dumps(description, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the quota is used up", "free some space"),
    errno.EROFS: ("the file system is read-only", "choose another folder"),
    errno.EACCES: ("no permission to write", "choose a folder you may write to"),
    errno.EPERM: ("no permission to write", "choose a folder you may write to"),
    errno.ENOTDIR: ("a part of the path is a file", "choose another folder"),
    errno.EEXIST: ("there is a file of that name", "choose another folder"),
}


def _storage_error(error: OSError, folder: Path, done: int, doing: str) -> StorageError:
    what, remedy = _REASONS.get(error.errno or 0, (str(error), "look at the folder"))
    return StorageError(
        f"{what} ({doing}); {done} part{'s' if done != 1 else ''} written before are whole",
        where=str(folder),
        remedy=f"{remedy}, then run the same study with the same folder to go on from there",
    )


def _write(path: Path, save: Any) -> None:
    """Write beside the name, flush to disk, rename."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as handle:
            save(handle)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


@dataclass(frozen=True)
class Checkpoint:
    """The folder of one study.

    Attributes
    ----------
    folder
        Where the parts are.
    study
        Fingerprint of the study they belong to.
    chunk
        Rows of a part; a resumed study takes it from the manifest.
    parts
        Number of parts of the whole study.
    """

    folder: Path
    study: str
    chunk: int
    parts: int

    def path(self, part: int) -> Path:
        """File of a part."""
        return self.folder / f"part-{part:08d}.npz"

    def done(self) -> tuple[int, ...]:
        """Parts that have their name, in order; whether they read is seen when they are."""
        found = (entry.name for entry in os.scandir(self.folder))
        numbers = (
            int(name[5:13]) for name in found if name.startswith("part-") and name.endswith(".npz")
        )
        return tuple(sorted(number for number in numbers if number < self.parts))

    def write(self, part: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write a part; all of it or nothing."""
        try:
            _write(
                self.path(part),
                lambda handle: np.savez(
                    handle, allow_pickle=False, **{"study": np.array(self.study), **coded(arrays)}
                ),
            )
        except OSError as error:
            raise _storage_error(
                error, self.folder, len(self.done()), f"writing {self.path(part).name}"
            ) from error

    def read(self, part: int) -> dict[str, NDArray[Any]]:
        """Arrays of a part.

        Raises
        ------
        InputError
            Where the part is corrupt or of another study; the caller computes it again.
        """
        path = self.path(part)
        try:
            whole = io.BytesIO(path.read_bytes())
            with zipfile.ZipFile(whole) as archive:
                if (damaged := archive.testzip()) is not None:
                    raise zipfile.BadZipFile(f"the checksum of {damaged} is wrong")
            whole.seek(0)
            with np.load(whole, allow_pickle=False) as data:
                arrays = {name: data[name] for name in data.files}
        except (
            OSError,
            ValueError,
            LookupError,
            EOFError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise InputError(
                f"it does not read: {error}", where=path.name, allowed="a whole part"
            ) from error
        owner = str(arrays.pop("study", ""))
        if owner != self.study:
            raise InputError(
                f"it belongs to study {owner[:12] or 'unknown'}",
                where=path.name,
                allowed=f"parts of study {self.study[:12]}",
            )
        return decoded(arrays)


LABELS = "::labels"


def coded(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Text arrays as codes and labels; everything else as it is.

    >>> small = coded({"who": np.array(["a", "b", "a"])})
    >>> {name: array.tolist() for name, array in small.items()}
    {'who': [0, 1, 0], 'who::labels': ['a', 'b']}
    >>> decoded(small)["who"].tolist()
    ['a', 'b', 'a']
    """
    out: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.dtype.kind == "U" and array.ndim:
            labels, codes = np.unique(array, return_inverse=True)
            out[name] = codes.reshape(array.shape).astype(np.min_scalar_type(len(labels)))
            out[name + LABELS] = labels
        else:
            out[name] = array
    return out


def decoded(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Inverse of `coded`."""
    return {
        name: arrays[name + LABELS][array] if name + LABELS in arrays else array
        for name, array in arrays.items()
        if not name.endswith(LABELS)
    }


def open_folder(
    folder: str | Path, description: Mapping[str, Any], *, rows: int, chunk: int
) -> Checkpoint:
    """Open a new folder or go on with the one there.

    Parameters
    ----------
    folder
        Made if absent.
    description
        JSON-ready description of the study; its fingerprint is its identity.
    rows, chunk
        Rows of the study; rows of a part, if the folder is new.

    Raises
    ------
    StorageError
        Where the folder cannot be written.
    InputError
        Where it holds another study, or something that is no study.
    """
    folder = Path(folder)
    study = fingerprint(description)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _storage_error(error, folder, 0, "making the folder") from error
    manifest = folder / MANIFEST
    if manifest.exists():
        return _resume(folder, study, description)
    content: dict[str, Any] = {
        "layout": LAYOUT,
        "study": study,
        "rows": rows,
        "chunk": chunk,
        "parts": -(-rows // chunk),
        "description": description,
    }
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    try:
        _write(manifest, lambda handle: handle.write(text.encode()))
    except OSError as error:
        raise _storage_error(error, folder, 0, "writing the manifest") from error
    return Checkpoint(folder, study, chunk, content["parts"])


def _differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Names of the entries in which two descriptions differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            name
            for key in sorted({*old, *new})
            for name in _differences(old.get(key), new.get(key), f"{path}.{key}".strip("."))
        ]
    return [] if old == new else [path]


def _resume(folder: Path, study: str, description: Mapping[str, Any]) -> Checkpoint:
    manifest = folder / MANIFEST
    try:
        found = json.loads(manifest.read_text("utf-8"))
        owner, layout = str(found["study"]), int(found["layout"])
        chunk, parts = int(found["chunk"]), int(found["parts"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{MANIFEST} does not read: {error}",
            where=str(folder),
            remedy="choose an empty folder",
        ) from error
    if layout != LAYOUT:
        raise InputError(
            f"the folder has layout {layout}",
            where=str(folder),
            allowed=f"layout {LAYOUT}",
            remedy="choose an empty folder",
        )
    if owner != study:
        ours = json.loads(json.dumps(description, default=str))
        names = _differences(found.get("description"), ours)
        raise InputError(
            f"the folder holds study {owner[:12]}, not {study[:12]}"
            + (f" (they differ in {', '.join(names[:6])})" if names else ""),
            where=str(folder),
            allowed="parts of the same study",
            remedy="choose an empty folder, or run the study that the folder belongs to",
        )
    return Checkpoint(folder, study, chunk, parts)
