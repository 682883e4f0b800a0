"""Durability of a deal: its numbers, its survival curve beside base rates, its chain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.drawing import chain as _chain
from negotiate.drawing import facts as _facts
from negotiate.drawing import figures
from negotiate.drawing.text import clean, percent
from negotiate.dynamic.durability import (
    AGREEMENTS,
    BASE_RATES,
    DAYS_A_MONTH,
    Durability,
    evaluate_game,
)

MONTHS = 72
_WORDS = {
    "expected_time": "expected months to war",
    "kept_time": "expected months in which both honour the deal",
    "median_time": "months after which half of such deals have collapsed",
    "hazard": "hazard per month in the long run",
    "ended_1_year_vs_ucdp": "share ended in a year less that of UCDP agreements",
    "honours": "honours the deal in a month of peace: {}",
    "retaliates": "answers a violation: {}",
    "honour_margin": "worth of honouring less that of one violation, stakes: {}",
    "retaliation_margin": "worth of answering less that of letting pass, stakes: {}",
    "equilibria": "Markov perfect equilibria in pure plans",
    "mixed": "none in pure plans, a mixed one shown",
    "survival": "chance of holding {} months",
}


def facts(form: Durability) -> dict[str, Any]:
    """The rows shown, in words."""
    out: dict[str, Any] = {}
    for name, value in evaluate_game(form, []).items():
        head, _, tail = name.partition(".")
        out[_WORDS[head].format(tail) if tail else _WORDS[name]] = value
    return {
        **out,
        **{
            f"{words}: base rate {rate}; model": ended
            for words, rate, ended in form.beside_base_rates()
        },
    }


def title(form: Durability) -> str:
    """What the table is of."""
    return f"Durability, starting in {form.start}"


def text(form: Durability) -> str:
    """Table for a terminal."""
    return _facts.text(title(form), facts(form))


def html(form: Durability) -> str:
    """Table for a notebook."""
    return _facts.html(title(form), facts(form))


def figure(form: Durability) -> str:
    """Survival curve beside base rates; over draws the median and its 5 % and 95 % points."""
    return curves({"the model": form})


def curves(
    forms: Mapping[str, Durability],
    *,
    months: int = MONTHS,
    events: tuple[tuple[float, str], ...] = (),
) -> str:
    """Survival curves of several chains, with the shares of UCDP agreements that still held.

    ``events`` are dated facts (month, words), such as how long the deal held.
    """
    months = max(months, *(math.ceil(t) + 2 for t, _ in events), 1)
    lines: dict[str, list[float]] = {}
    for name, form in forms.items():
        curve = np.asarray(form.survival(months), float)
        if curve.ndim == 1:
            lines[name] = curve.tolist()
            continue
        flat = curve.reshape(-1, months + 1)
        flat = flat[np.isfinite(flat).all(-1)]
        low, middle, high = np.quantile(flat, [0.05, 0.5, 0.95], axis=0)
        lines[f"{name}, median of the draws"] = middle.tolist()
        if len(forms) == 1:
            lines["95 % point"] = high.tolist()
            lines["5 % point"] = low.tolist()
    rates = {
        f"UCDP agreements with a ceasefire clause, n = {AGREEMENTS}": [
            (days / DAYS_A_MONTH, 1 - share)
            for _, days, share in BASE_RATES
            if days / DAYS_A_MONTH <= months
        ]
    }
    return figures.survival(list(range(months + 1)), lines, baserates=rates, events=events)


def chain(form: Durability) -> str:
    """The chain with its chances, and what the equilibrium does in each state."""
    step = form.step.astype(float)
    if step.ndim > 2:
        step = step.reshape(-1, *step.shape[-2:]).mean(0)
    notes: list[list[str]] = [[] for _ in form.states]
    if form.game is not None:
        for party in form.game.players:
            for share, state, yes, no in (
                ("honours", form.start, "honours", "violates"),
                ("retaliates", _other_violation(form, party), "answers", "lets it pass"),
            ):
                value = float(np.mean(np.asarray(form.play[f"{share}.{party}"], float)))
                word = yes if value == 1 else no if value == 0 else f"{yes} in {percent(value)}"
                notes[form.states.index(state)].append(f"{clean(party)} {word}")
    return _chain.figure(
        form.states,
        step.tolist(),
        start=form.start,
        absorbing=form.collapse,
        notes=notes,
        title="From month to month",
    )


def _other_violation(form: Durability, party: str) -> str:
    from negotiate.dynamic.durability import violation

    assert form.game is not None
    return violation(next(p for p in form.game.players if p != party))
