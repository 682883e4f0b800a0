"""Game trees whose numbers come from a case, and the metrics that a sweep records of them.

Two ways in. A case may hold a tree under ``[model.extensive]`` (the layouts of
`negotiate.extensive._tree_tables`), whose payoffs and probabilities are expressions over the case's
paths and quantities; its players are the principals. And a file of ``kind = "extensive"`` with
quantities is a case of its own, without issues: `as_case` makes it one, so that every question of
the what-if floor can be asked of it.

Metrics come from one backward induction over all draws (`solved`).

>>> import tomllib
>>> from negotiate.extensive.game import evaluate
>>> case = as_case(tomllib.loads('''
... kind = "extensive"
... players = ["Entrant", "Incumbent"]
... quantity = { war = { value = -1, low = -2, high = 2 } }
... [tree]
... player = "Entrant"
... information_set = "entry"
... actions.out = { payoffs = [0, 2] }
... [tree.actions.in]
... player = "Incumbent"
... information_set = "reply"
... actions = { fight = { payoffs = [-1, "war"] }, yield = { payoffs = [1, 1] } }
... '''))
>>> found = evaluate(case.with_draws({"quantity.war": [-1.0, 1.5]}), ["margin.reply.fight", "path"])
>>> found["margin.reply.fight"].tolist(), found["path"].tolist()
([-2.0, 0.5], ['in / yield', 'out'])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case import game_file
from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.extensive import _tree_tables
from negotiate.extensive import profile as _tree_profile
from negotiate.extensive.arithmetic import backward_induction as kernel
from negotiate.extensive.arithmetic import tree
from negotiate.extensive.game import ExtensiveGame

FORM = "extensive"
_TREE = ("tree", "node", "nodes", "root")


def as_case(data: Mapping[str, Any], *, where: str = "") -> Negotiation:
    """A file of ``kind = "extensive"`` as a case whose quantities can be drawn and moved."""
    return game_file.as_case(data, FORM, _TREE, where=where)


def compile(negotiation: Negotiation) -> ExtensiveGame:
    """The tree of ``[model.extensive]`` at the case's numbers, draws or symbols."""
    held = negotiation.case.model.get(FORM, {})
    layout = {key: held[key] for key in _TREE if key in held}
    if not layout:
        raise InputError(
            "there is no tree", where=f"case {negotiation.id}, form {FORM}",
            allowed="[model.extensive.tree], [[model.extensive.node]] or [model.extensive.nodes]",
        )  # fmt: skip
    data = {
        "title": negotiation.title,
        "players": list(held.get("players", negotiation.principals)),
        **layout,
    }
    values = game_file.CaseValues(negotiation)
    return _tree_tables.from_dict(data, values=values, where=f"case {negotiation.id}")


@dataclass(frozen=True)
class Solved:
    """One backward induction over draws, and what is read off it.

    Attributes
    ----------
    worth
        (..., nodes, players) value of each node.
    move
        (..., nodes) probability of each node given its parent.
    """

    game: ExtensiveGame
    worth: NDArray[Any]
    move: NDArray[Any]

    def reach(self) -> NDArray[Any]:
        """(..., nodes) probability that play passes through each node."""
        return tree.path_products(self.game.parent, self.move)

    def decision(self, name: str) -> int:
        """Node of a player's information set by its name."""
        game = self.game
        named = {
            key: game.members[index][0]
            for index, who in enumerate(game.owner.tolist())
            if who >= 0
            for key in (_tree_profile.set_name(game, index),)
        }
        if name not in named:
            raise UnknownNameError("information set", name, named, where=game.title)
        return named[name]

    def margin(self, name: str, action: str) -> Any:
        """What an action is worth to its mover over the best other one there, signed."""
        game, node = self.game, self.decision(name)
        actions = game.set_actions[game.information_set[node]]
        if action not in actions:
            raise UnknownNameError("action", action, actions, where=f"information set '{name}'")
        own = self.worth[..., list(game.children[node]), int(game.mover[node])]
        place = actions.index(action)
        others = np.delete(own, place, axis=-1)
        if not others.shape[-1]:
            raise InputError("there is no other action", where=f"information set '{name}'")
        return own[..., place] - others.max(axis=-1)

    def chosen(self, name: str) -> NDArray[Any]:
        """Label of the action taken at an information set."""
        game, node = self.game, self.decision(name)
        labels = np.array(game.set_actions[game.information_set[node]])
        return np.asarray(labels[self.move[..., list(game.children[node])].argmax(axis=-1)])

    def likeliest(self) -> NDArray[Any]:
        """Node at which play most probably ends; the first of several."""
        leaves = self.game.leaves()
        return np.asarray(leaves[self.reach()[..., leaves].argmax(axis=-1)])

    def path_margin(self) -> Any:
        """Least gain of a choice made on the path over the best other one: what keeps the path."""
        game, reach = self.game, self.reach()
        least = np.full(reach.shape[:-1], np.inf)
        for node in np.flatnonzero(game.mover >= 0).tolist():
            own = self.worth[..., list(game.children[node]), int(game.mover[node])]
            if own.shape[-1] < 2:
                continue
            ranked = np.sort(own.astype(np.float64), axis=-1)
            gap = np.where(reach[..., node] > 0, ranked[..., -1] - ranked[..., -2], np.inf)
            least = np.minimum(least, gap)
        return least


def solved(game: ExtensiveGame) -> Solved:
    """Backward induction of a game of perfect information, over its draws."""
    if not game.perfect_information:
        raise NotApplicableError(
            "some information sets have several nodes",
            where=game.title or FORM,
            allowed="metrics over draws need perfect information",
            remedy="solve single games with subgame_perfect or sequential_equilibrium",
        )
    payoffs, chance = game.node_payoffs(), game.chance
    if not game.exact:
        payoffs, chance = payoffs.astype(np.float64), chance.astype(np.float64)
    answer = kernel.backward_induction(game.parent, game.mover, payoffs, chance=chance)
    shape = answer.choice.shape
    move = np.array(np.broadcast_to(chance, shape), dtype=np.float64)
    for node in np.flatnonzero(game.mover >= 0).tolist():
        for child in game.children[node]:
            move[..., child] = answer.choice[..., node] == child
    return Solved(game, answer.values, move)


def evaluate(negotiation: Negotiation, names: Iterable[str]) -> dict[str, Any]:
    """Metrics over the negotiation's draws, from one backward induction."""
    found = solved(compile(negotiation))
    return {name: _metric(found, name) for name in names}


def exact(negotiation: Negotiation, name: str) -> Fraction:
    """A payoff or the margin of a choice in fractions, for exact thresholds."""
    head, _, _ = name.partition(".")
    if head not in ("payoff", "margin"):
        raise NotApplicableError(f"'{name}' is no exact number", allowed="payoff or margin")
    value = _metric(solved(compile(negotiation)), name)
    value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if not isinstance(value, Fraction):
        raise NotApplicableError(f"'{name}' is a float", where=FORM, allowed="exact numbers")
    return value


def _metric(found: Solved, name: str) -> Any:
    game = found.game
    head, _, rest = name.partition(".")
    if head == "payoff" and rest in game.players:
        return found.worth[..., 0, game.players.index(rest)]
    if head == "margin" and rest:
        label, _, action = rest.rpartition(".")
        return found.margin(label, action)
    if head == "choice" and rest:
        return found.chosen(rest)
    if head == "reached" and rest:
        return found.reach()[..., found.decision(rest)]
    if name == "path_margin":
        return found.path_margin()
    if name in ("path", "outcome", "path_probability"):
        ends = found.likeliest()
        if name == "path_probability":
            return np.take_along_axis(found.reach(), ends[..., None], axis=-1)[..., 0]
        labels = np.array([_end_label(game, int(n), name) for n in range(game.count)])
        return labels[ends]
    raise KeyError(name)


def _end_label(game: ExtensiveGame, node: int, name: str) -> str:
    if game.information_set[node] >= 0:
        return ""
    out = int(game.outcome[node])
    if name == "outcome" and out >= 0 and game.outcome_labels and game.outcome_labels[out]:
        return game.outcome_labels[out]
    return " / ".join(game.history(node)) or "start"
