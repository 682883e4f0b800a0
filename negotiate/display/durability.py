"""Durability of a deal: its metrics, one a row."""

from __future__ import annotations

from typing import Any

from negotiate.display import _facts
from negotiate.forms.durability import evaluate_game


def facts(form: Any) -> dict[str, Any]:
    """The rows shown."""
    return {
        **evaluate_game(form, []),
        **{
            f"{words}: base rate {rate}; model": ended
            for words, rate, ended in form.beside_base_rates()
        },
    }


def title(form: Any) -> str:
    """What the table is of."""
    return f"Durability, starting in {form.start}"


def text(form: Any) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Any) -> str:
    """Table for a notebook."""
    return _facts.html(title(form), facts(form))
