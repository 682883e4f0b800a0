"""What is read off a game tree: backward induction over all its draws, once, and the metrics.

The tree is one of perfect information: each choice is the best one given what follows, the first of
several; a probability is that of the play that results.

>>> import negotiate as ng
>>> game = ng.open("entry-deterrence")
>>> str(game.measure("path")), float(game.measure("path_probability"))
('in / cooperate', 1.0)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negotiate.declare import Metric
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.extensive.arithmetic import backward_induction as kernel
from negotiate.extensive.arithmetic import tree

if TYPE_CHECKING:
    from negotiate.extensive.game import ExtensiveGame

KIND = "extensive"
METRICS = (
    Metric(
        "payoff.<party>",
        "payoff",
        "equilibrium payoff of the player",
    ),
    Metric(
        "outcome",
        "label",
        "label of the end that play most probably reaches (its path if it has no label)",
    ),
    Metric(
        "path",
        "label",
        "actions on the way to that end",
    ),
    Metric(
        "path_probability",
        "probability",
        "probability of that end",
    ),
    Metric(
        "path_margin",
        "payoff",
        "least gain of a choice on the path of play over the best other one there",
    ),
    Metric(
        "margin.<information_set>.<action>",
        "payoff",
        (
            "signed gain of the action over the best other one at the information set,  "
            "given   what    follows"
        ),
    ),
    Metric(
        "choice.<information_set>",
        "label",
        "action taken at the information set",
    ),
    Metric(
        "reached.<information_set>",
        "probability",
        "probability that play reaches the information set",
    ),
)


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
            for key in (set_name(game, index),)
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
            where=game.title or KIND,
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


def set_name(game: ExtensiveGame, index: int) -> str:
    """Name of an information set where no player is given beside it."""
    label = game.set_labels[index]
    if sum(other == label for other in game.set_labels) > 1 and game.owner[index] >= 0:
        return f"{game.players[game.owner[index]]}: {label}"
    return label


def measure(found: Solved, name: str) -> Any:
    """One metric by its name within the game.

    Raises
    ------
    UnknownNameError
        Where the game has no such metric, player, information set or action.
    """
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
    raise UnknownNameError("metric", name, [metric.name for metric in METRICS], where=KIND)


def _end_label(game: ExtensiveGame, node: int, name: str) -> str:
    if game.information_set[node] >= 0:
        return ""
    out = int(game.outcome[node])
    if name == "outcome" and out >= 0 and game.outcome_labels and game.outcome_labels[out]:
        return game.outcome_labels[out]
    return " / ".join(game.history(node)) or "start"
