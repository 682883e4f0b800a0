"""Backward induction: what players who see everything choose, over any number of draws at once.

In a game of perfect information every decision is settled from the leaves up: the mover takes the
child worth most to them. Without ties this is the only subgame perfect equilibrium (Kuhn 1953,
corollary 1; Osborne and Rubinstein 1994, proposition 99.2). Where a mover is indifferent the action
listed first is taken, the place is named, and `subgame_perfect` gives all equilibria.

Over draws every number of the answer has the draw axes: probabilities are 0 or 1 in each draw.

Rosenthal's centipede (Journal of Economic Theory 25 (1981), p. 96): taking at once, although both
would gain by passing on.

>>> from negotiate.extensive.game import from_dict
>>> game = from_dict({"players": ["A", "B"], "tree": {"player": "A", "actions": {
...     "take": {"payoffs": [1, 0]}, "pass": {"player": "B", "actions": {
...         "take": {"payoffs": [0, 2]}, "pass": {"payoffs": [3, 1]}}}}}})
>>> backward_induction(game)[0].label
'take, take'
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.extensive.arithmetic import backward_induction as kernel
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.subgame_perfect import slack as slack_of
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.solution import Evidence, Point, Solution

_NAMED = 6
_LABEL_SETS = 8


@concept(
    "backward_induction",
    title="Backward induction",
    short="backward induction",
    games=("extensive",),
    field="rational",
    axioms=("no profitable deviation",),
)
def backward_induction(form: ExtensiveGame) -> Solution:
    """The profile of backward induction, for one game or for every draw.

    Parameters
    ----------
    form
        A game of perfect information; numbers are fractions, floats or floats over draws.
    """
    answer = induction(form)
    tied = np.flatnonzero(answer.tie.reshape(-1, form.count).any(axis=0))
    notes: tuple[str, ...] = ()
    if len(tied):
        sets = [form.set_labels[form.information_set[node]] for node in tied[:_NAMED].tolist()]
        more = f" and {len(tied) - _NAMED:,} more" if len(tied) > _NAMED else ""
        notes = (
            f"The mover is indifferent at {', '.join(sets)}{more}"
            f"{' in some draws' if form.draws else ''}; the action listed first is taken. "
            "subgame_perfect lists every equilibrium.",
        )
    point = Point(
        payoffs={
            player: answer.values[..., 0, who] if form.draws else answer.values[0, who]
            for who, player in enumerate(form.players)
        },
        strategies=_strategies(form, answer),
        label="backward induction" if form.draws else _label(form, answer),
        marks=("ties",) if len(tied) else (),
    )
    return Solution(
        concept="backward_induction",
        players=form.players,
        points=(point,),
        complete=not len(tied),
        exact=form.exact,
        settings={"ties": "the action listed first", "decision nodes with a tie": len(tied)},
        notes=notes,
        form=form,
    )


def induction(form: ExtensiveGame) -> kernel.Induction:
    """Values (..., nodes, players), chosen children and ties of every node."""
    if not isinstance(form, ExtensiveGame):
        raise NotApplicableError(
            f"is a {type(form).__name__}",
            where="backward_induction",
            allowed="an extensive game",
        )
    if form.symbolic:
        raise NotApplicableError(
            "payoffs contain symbols",
            where="backward_induction",
            allowed="numbers, or floats over draws",
            remedy="give every symbol a value",
        )
    if not form.perfect_information:
        size, index = max(
            (len(nodes), -k) for k, nodes in enumerate(form.members) if form.owner[k] >= 0
        )
        raise NotApplicableError(
            f"information set '{form.set_labels[-index]}' has {size} nodes",
            where=form.title or "backward_induction",
            allowed="perfect information: every information set is one node",
            remedy="use subgame_perfect",
        )
    exact = form.exact
    payoffs, chance = form.node_payoffs(), form.chance
    if not exact:
        payoffs, chance = payoffs.astype(np.float64), chance.astype(np.float64)
    return kernel.backward_induction(form.parent, form.mover, payoffs, chance=chance)


def _strategies(form: ExtensiveGame, answer: kernel.Induction) -> dict[str, Any]:
    out: dict[str, dict[str, dict[str, Any]]] = {player: {} for player in form.players}
    zero, one = (Fraction(0), Fraction(1)) if form.exact else (0.0, 1.0)
    mover, sets = form.mover.tolist(), form.information_set.tolist()
    picked = None if form.draws else answer.choice.tolist()
    for node, children in enumerate(form.children):
        if mover[node] < 0:
            continue
        index = sets[node]
        if picked is not None:
            row: list[Any] = [one if child == picked[node] else zero for child in children]
        else:
            row = [(answer.choice[..., node] == child).astype(float) for child in children]
        out[form.players[mover[node]]][form.set_labels[index]] = dict(
            zip(form.set_actions[index], row)
        )
    return out


def _label(form: ExtensiveGame, answer: kernel.Induction) -> str:
    """All choices of a small game; of a large one, those on the path of play."""
    own = np.flatnonzero(form.mover >= 0).tolist()
    if len(own) > _LABEL_SETS:
        own, node = [], 0
        while answer.choice[node] >= 0 and len(own) < _LABEL_SETS:
            own.append(node)
            node = int(answer.choice[node])
    return ", ".join(
        form.set_actions[form.information_set[node]][form.action[answer.choice[node]]]
        for node in own
    )


@backward_induction.checked_by
def holds(form: ExtensiveGame, point: Point) -> Evidence:
    """Whether no player gains in any subgame by any other plan; for draws, in any draw."""
    if not form.draws:
        return subgame_perfect.holds(form, point)
    # One step suffices where everything is seen (the one-deviation property, Osborne and
    # Rubinstein 1994, lemma 98.2), so the values of the profile itself are recomputed per draw.
    rows, move = form.node_payoffs(), np.ones((*form.draws, form.count))
    for node in range(1, form.count):
        up = int(form.parent[node])
        index = int(form.information_set[up])
        if form.owner[index] < 0:
            move[..., node] = form.chance[..., node]
        else:
            given = point.strategies[form.players[form.owner[index]]][form.set_labels[index]]
            move[..., node] = given[form.set_actions[index][form.action[node]]]
    worth = np.array(np.broadcast_to(rows, (*form.draws, *rows.shape[-2:])), dtype=np.float64)
    gain = np.zeros((*form.draws, form.count))
    for node in range(form.count - 1, -1, -1):
        children = list(form.children[node])
        if not children:
            continue
        below = worth[..., children, :]
        mean = (move[..., children, None] * below).sum(axis=-2)
        who = int(form.mover[node])
        if who >= 0:
            gain[..., node] = below[..., who].max(axis=-1) - mean[..., who]
        worth[..., node, :] += mean
    by_node = gain.reshape(-1, form.count).max(axis=0)
    worst = int(by_node.argmax())
    slack = float(slack_of(form))
    kept = bool(by_node[worst] <= slack)
    witness = (
        ""
        if kept
        else (f"{form.players[form.mover[worst]]} gains after ({', '.join(form.history(worst))})")
    )
    return Evidence(
        kept, float(by_node[worst]), "largest gain from one deviation in any draw", witness=witness
    )
