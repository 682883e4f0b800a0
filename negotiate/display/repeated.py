"""A repeated game: minmax payoffs and patience, one a row."""

from __future__ import annotations

from typing import Any

from negotiate.display import _facts


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    out: dict[str, Any] = {}
    low = form.pure_minmax()
    for player in form.players:
        out[f"discount factor of {player}"] = form.discount[player]
        out[f"pure minmax of {player}"] = low[player]
    return out


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text("Repeated game", facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html("Repeated game", facts(form))
