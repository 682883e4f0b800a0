"""Any file the toolkit reads, to the object it describes.

A case file (``kind = "negotiation"``) becomes a `Negotiation`; ``kind = "strategic"`` and
``"extensive"`` files and Gambit's ``.nfg`` and ``.efg`` become games. The form named by ``kind``
is found through the registry, so a new form's files are read without a change here.
"""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from typing import Any

from negotiate import registry
from negotiate.case import read as casefile
from negotiate.errors import FileFormatError

SUFFIXES = {".nfg": "negotiate.strategic.nfg", ".efg": "negotiate.extensive.efg"}
"""File formats of games and their modules, each with ``read``, ``loads`` and ``dumps``: formats
are not forms, so the registry does not list them."""


def load(case: str | Path) -> Any:
    """Negotiation or game from an id that `cases` shows, or from a file.

    Raises
    ------
    CaseError
        With every finding, where a case file has errors.
    FileFormatError
        Where a file is not in the format it claims.
    """
    path = casefile.resolve(case)
    if path.suffix.lower() in SUFFIXES:
        if not path.is_file():
            casefile.read_text(path)  # the same words for a missing file
        return importlib.import_module(SUFFIXES[path.suffix.lower()]).read(path)
    text = casefile.read_text(path)
    kind = kind_of(text)
    if kind in ("", "negotiation"):
        return casefile.loads(text, str(path))
    if kind not in registry.names("forms"):
        raise FileFormatError(
            f"kind = \"{kind}\"", path=str(path), line=1, column=1,
            allowed="negotiation, " + ", ".join(registry.names("forms")),
        )  # fmt: skip
    module = registry.load("forms", kind)
    return module.read(path)


def kind_of(text: str) -> str:
    """``kind`` of a parameter file; empty where the text is not TOML or has none."""
    try:
        kind = tomllib.loads(text).get("kind", "")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return ""
    return kind if isinstance(kind, str) else ""


def form_of(thing: Any) -> str:
    """Stem of the form an object belongs to ("strategic", "extensive", "negotiation")."""
    module = importlib.import_module(type(thing).__module__)
    if type(thing).__name__ == "Negotiation":
        return "negotiation"
    return str(getattr(module, "KIND", type(thing).__module__.rpartition(".")[2]))
