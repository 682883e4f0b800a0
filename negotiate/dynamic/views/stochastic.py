"""A stochastic game: states, who chooses what in them, where it leads, one state a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import chain as _chain
from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape, number
from negotiate.dynamic.stochastic import StochasticGame
from negotiate.solution import Point

HEAD = ("state", "who chooses what", "payoffs from", "to", "may lead to")
MOST = 200


def rows(form: StochasticGame) -> list[list[str]]:
    """One row per state; payoffs as the lowest and highest of each player."""
    out = []
    n = len(form.players)
    for state in form.states[:MOST]:
        choices = [
            f"{p}: {' / '.join(form.actions[state][p])}"
            for p in form.players
            if len(form.actions[state][p]) > 1
        ]
        pay = form.payoffs[state].astype(float)
        flat = np.moveaxis(pay, pay.ndim - n - 1, 0).reshape(n, -1)
        step = form.chances[state].astype(float)
        reach = step.reshape(-1, len(form.states)).max(0) > 0
        leads = [t for t, there in zip(form.states, reach, strict=True) if there]
        if (step.sum(-1) < 1).any():
            leads.append("the end")
        out.append(
            [
                state,
                "; ".join(choices) or "nobody",
                ", ".join(number(float(v)) for v in flat.min(1)),
                ", ".join(number(float(v)) for v in flat.max(1)),
                ", ".join(leads),
            ]
        )
    return out


def title(form: StochasticGame) -> str:
    """What the game is, in a line."""
    parts = [
        f"{clean(form.title) or 'Stochastic game'}: {', '.join(map(clean, form.players))}",
        f"{len(form.states)} states, begins in {clean(form.start)}",
        f"{form.plans:,} pure stationary plans",
    ]
    if form.draws:
        parts.append(f"{int(np.prod(form.draws)):,} draws")
    if len(form.states) > MOST:
        parts.append(f"the first {MOST} states shown")
    return "; ".join(parts)


def text(form: StochasticGame) -> str:
    """Table for a terminal."""
    return f"{title(form)}\n{tables.text(HEAD, [[clean(c) for c in row] for row in rows(form)])}"


def html(form: StochasticGame) -> str:
    """Table for a notebook, escaped."""
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows(form)
    )
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in HEAD)
    return (
        f"<table><caption>{escape(title(form))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def figure(form: StochasticGame) -> str:
    """Which state may follow which."""
    reach = [
        (form.chances[s].astype(float).reshape(-1, len(form.states)).max(0) > 0).astype(float)
        for s in form.states
    ]
    shown: Any = [row.tolist() for row in reach]
    return _chain.figure(
        form.states,
        shown,
        start=form.start,
        absorbing=absorbing(form),
        numbers=False,
        title=clean(form.title) or "Which state may follow which",
    )


def absorbing(form: StochasticGame) -> list[str]:
    """States that are never left."""
    return [
        state
        for s, state in enumerate(form.states)
        if (form.chances[state][..., s].astype(float) >= 1).all()
    ]


def play(form: StochasticGame, point: Point) -> str:
    """The chain that an equilibrium leads to, with what is chosen under each state."""
    step = form.chain(point.strategies).astype(float)
    notes = []
    for state in form.states:
        lines = []
        for player in form.players:
            mix = point.strategies[player].get(state, {})
            if mix:
                best = [
                    a if float(w) > 1 - 1e-9 else f"{a} {float(w):.2f}"
                    for a, w in mix.items()
                    if float(w) > 1e-9
                ]
                lines.append(f"{player}: {' / '.join(best)}")
        notes.append(lines)
    return _chain.figure(
        form.states,
        step.tolist(),
        start=form.start,
        absorbing=absorbing(form),
        notes=notes,
        title=clean(form.title) or "Play of the equilibrium",
    )
