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
from negotiate.case.diagnostics import Finding, place
from negotiate.case.findings import parse_toml
from negotiate.errors import FileFormatError, NegotiateError


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


def unread_slots(case: str | Path) -> list[Finding]:
    """Slots that levers of a case enter and that no model of this case reads.

    A model is of this case where it can be compiled from it. Which slots it reads is declared
    where it is compiled (`negotiate.declare.compiles`).

    Parameters
    ----------
    case
        Id or path of a case without errors.

    Returns
    -------
    list
        Warnings, each at its line.

    Examples
    --------
    >>> unread_slots("idlib-2020")
    []
    """
    path = casefile.resolve(case)
    text = casefile.read_text(path)
    negotiation = casefile.loads(text, str(path))
    readers = {
        slot: declare.readers_of(slot)
        for slot in dict.fromkeys(s for one in negotiation.case.lever for s in one.enters)
    }
    unread = {
        slot for slot, games in readers.items() if not any(_compiles(negotiation, g) for g in games)
    }
    found = [
        Finding(
            ("lever", index, "enters", number),
            f"nothing of this case reads the slot '{slot}'",
            f"{slot} is read by {', '.join(readers[slot]) or 'no model'}",
            "take it out, or give the numbers that such a model needs",
            severity="warning",
        )
        for index, lever in enumerate(negotiation.case.lever)
        for number, slot in enumerate(lever.enters)
        if slot in unread
    ]
    return place(found, text, parse_toml(text, str(path)), str(path)) if found else []


def _compiles(negotiation: Any, game: str) -> bool:
    try:
        declare.load("compiles", game)(negotiation)
    except NegotiateError:
        return False
    return True
