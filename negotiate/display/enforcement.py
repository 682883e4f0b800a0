"""Enforcement of a deal: its metrics, one a row."""

from __future__ import annotations

from typing import Any

from negotiate.display import _facts
from negotiate.forms.enforcement import evaluate_game


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    return {k: v for k, v in evaluate_game(form, []).items() if not k.startswith("weakest")}


def title(form: Any) -> str:
    """What the table is of."""
    return f"Enforcement: {form.punishment.name}"


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html(title(form), facts(form))
