"""The escalation ladder as a tree with its equilibrium path, and the margins of its threats."""

from __future__ import annotations

from typing import Any

from negotiate.display import extensive_game, parametric

text = parametric.text


def html(form: Any) -> str:
    """Numbers and metrics, and the tree with the path of play."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def _drawn(form: Any) -> bool:
    return any(getattr(x, "ndim", 0) for x in form.numbers().values())


def figure(form: Any) -> str:
    """The tree; the equilibrium path thick, other best replies thinner."""
    if _drawn(form):
        return parametric.figure(form)
    return extensive_game.figure(form.extensive(), point=form.equilibria()[0])


def ladder(form: Any, *, names: dict[str, str]) -> str:
    """The tree with the parties' and the levers' own names."""
    from dataclasses import replace

    rungs = tuple(replace(rung, name=names.get(rung.name, rung.name)) for rung in form.rungs)
    players = tuple(names.get(who, who) for who in form.players)
    return figure(replace(form, rungs=rungs, players=players))
