"""Alternating offers: its metrics, one a row."""

from __future__ import annotations

from typing import Any

from negotiate.display import _facts
from negotiate.forms.alternating_offers import evaluate_game


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    return dict(evaluate_game(form, []))


def title(form: Any) -> str:
    """What the table is of."""
    return "Alternating offers: " + " and ".join(form.players)


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html(title(form), facts(form))
