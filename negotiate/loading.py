"""Any file the toolkit reads, to the object it describes.

A case file (``kind = "negotiation"``) becomes a `Negotiation`; a file of another kind, or with the
suffix of a game format, becomes the game that its reader makes. Readers are declared where the
games are (`negotiate.declare.reads`), so a new kind of file is read without a change here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from negotiate import declare
from negotiate.case import read as casefile
from negotiate.errors import FileFormatError


def load(case: str | Path) -> Any:
    """Negotiation or game from an id that `cases` shows, or from a file.

    Parameters
    ----------
    case
        Id of a shipped case or game, or a path.

    Returns
    -------
    Negotiation or a game
        What the file's ``kind`` (or its suffix) says.

    Raises
    ------
    CaseError
        With every finding, where a case file has errors.
    FileFormatError
        Where a file is not in the format it claims.

    Examples
    --------
    >>> load("chicken").players
    ('Row', 'Column')
    """
    path = casefile.resolve(case)
    suffix = path.suffix.lower()
    if suffix in suffixes():
        if not path.is_file():
            casefile.read_text(path)  # the same words for a missing file
        return declare.load("reads", suffix)(path)
    text = casefile.read_text(path)
    kind = casefile.kind_in(text)
    if kind in ("", "negotiation"):
        return casefile.loads(text, str(path))
    if kind not in kinds():
        raise FileFormatError(
            f'kind = "{kind}"',
            path=str(path),
            line=1,
            column=1,
            allowed=", ".join(("negotiation", *kinds())),
        )
    return declare.load("reads", declare.kinds()[kind])(path)


def suffixes() -> tuple[str, ...]:
    """Suffixes of the game formats that are read.

    >>> ".nfg" in suffixes()
    True
    """
    return tuple(name for name in declare.names("reads") if name.startswith("."))


def kinds() -> tuple[str, ...]:
    """Kinds of parameter files, besides ``negotiation``."""
    return tuple(declare.kinds())
