r"""From estimated utilities to a game that can be solved, changed and asked.

A strategic tree becomes an extensive game whose payoffs are the estimated utilities, in standard
deviations of the errors; crisis signalling becomes the game of Lewis and Schultz. A what-if on
such a game runs on estimated payoffs.

>>> from negotiate.estimation.strategic_tree import tree
>>> deter = tree("egame12", actions=("attack", "resist"))
>>> game = game_of(deter, dict(zip(deter.indices, (0.0, 1.0, -1.0, 0.5))))
>>> game.players, game.count
(('1', '2'), 5)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from negotiate.crisis import LewisSchultz
from negotiate.errors import NotApplicableError
from negotiate.estimation.crisis_signalling import CrisisPseudo, CrisisSignalling
from negotiate.estimation.problem import Model
from negotiate.estimation.strategic_tree import Chance, Move, Outcome, StrategicTree
from negotiate.extensive.build import GameTree, TreeNode


def game_of(model: Model, indices: Mapping[str, float]) -> Any:
    """The game with these utilities.

    Parameters
    ----------
    model
        A `StrategicTree` or `CrisisSignalling`.
    indices
        Value of every index.

    Raises
    ------
    NotApplicableError
        The model is no game of the toolkit.
    """
    if isinstance(model, StrategicTree):
        return _tree(model, indices)
    if isinstance(model, (CrisisSignalling, CrisisPseudo)):
        return LewisSchultz(
            status_quo_a=indices["S_A"],
            concession_a=indices["V_A"],
            concession_b=indices["C_B"],
            war_a=indices["W_A"],
            war_b=indices["W_B"],
            back_down_a=indices["a"],
            back_down_b=indices["V_B"],
        )
    raise NotApplicableError(
        "no game of the toolkit has this model's shape",
        where=model.title,
        allowed="strategic trees, crisis signalling",
    )


def precision_of(model: StrategicTree, indices: Mapping[str, float]) -> float:
    """Precision lambda at which the agent logit equilibrium is the model's forecast."""
    if model.link != "logit" or model.errors != "agent" or model.scale == "player":
        raise NotApplicableError(
            "only logit agent errors of one scale are a quantal response", where=model.title
        )
    return 1.0 / (math.sqrt(2.0) * math.exp(indices.get("log(sigma)", 0.0)))


def _tree(model: StrategicTree, indices: Mapping[str, float]) -> Any:
    made = GameTree(list(model.players), title=model.heading)
    labels = iter(model.outcomes)

    def grow(place: TreeNode, node: Any) -> None:
        if isinstance(node, Outcome):
            label = next(labels)
            payoffs = {
                player: indices[f"u{player}({label})"] if player in node.players else 0.0
                for player in model.players
            }
            place.pays(payoffs, outcome=label)
        elif isinstance(node, Chance):
            place.chance({label: odds for label, odds, _ in node.branches})
            for label, _, after in node.branches:
                grow(place[label], after)
        else:
            assert isinstance(node, Move)
            place.move(node.player, [label for label, _ in node.actions])
            for label, after in node.actions:
                grow(place[label], after)

    grow(made.root, model.root)
    return made.build()
