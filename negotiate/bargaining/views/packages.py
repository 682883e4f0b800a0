"""Packages: how many there are, and how many are worth a look."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.text import clean, number

SHOWN = 20
"""Most undominated packages that are listed."""


def _rows(game: Any) -> list[list[str]]:
    out = []
    for index in range(min(len(game.front.worth), SHOWN)):
        terms = game.terms(index)
        out.append(
            [
                *(clean(x) if isinstance(x, str) else number(float(x)) for x in terms.values()),
                *(number(float(u)) for u in game.front.worth[index]),
            ]
        )
    return out


def sentence(game: Any) -> str:
    """Counts, and what is left out of the table."""
    if game.shape:
        return f"Packages over draws {game.shape}: {game.count:,} each."
    if not game.front.complete:
        return f"{game.count:,} packages, too many undominated ones to list."
    kept = len(game.front.worth)
    more = f", the first {SHOWN} here" if kept > SHOWN else ""
    return f"{game.count:,} packages, {kept:,} of them not dominated{more}."


def text(game: Any) -> str:
    """Sentence and table of undominated packages."""
    if game.shape:
        return sentence(game)
    head = [clean(x) for x in (*game.issues, *game.players)]
    return sentence(game) + "\n" + tables.text(head, _rows(game))


def html(game: Any) -> str:
    """Sentence and table, escaped."""
    if game.shape:
        return f"<p>{sentence(game)}</p>"
    return f"<p>{sentence(game)}</p>" + tables.html([*game.issues, *game.players], _rows(game))
