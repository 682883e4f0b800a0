"""Game trees whose numbers come from a case, and the metrics that a sweep records of them.

Two ways in. A case may hold a tree under ``[model.extensive]`` (the layouts of
`negotiate.extensive._tree_tables`), whose payoffs and probabilities are expressions over the case's
paths and quantities; its players are the principals. And a file of ``kind = "extensive"`` with
quantities is a case of its own, without issues: `as_case` makes it one, so that every question of
the what-if floor can be asked of it.

>>> import tomllib
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
>>> game = from_case(case.with_draws({"quantity.war": [-1.0, 1.5]}))
>>> game.measure("margin.reply.fight").tolist(), game.measure("path").tolist()
([-2.0, 0.5], ['in / yield', 'out'])
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case import game_file
from negotiate.case.negotiation import Negotiation
from negotiate.declare import compiles
from negotiate.errors import InputError, NotApplicableError
from negotiate.extensive import _tree_tables
from negotiate.extensive.game import ExtensiveGame

FORM = "extensive"
_TREE = ("tree", "node", "nodes", "root")


def as_case(data: Mapping[str, Any], *, where: str = "") -> Negotiation:
    """A file of ``kind = "extensive"`` as a case whose quantities can be drawn and moved."""
    return game_file.as_case(data, FORM, _TREE, where=where)


def applies(negotiation: Negotiation) -> bool:
    """Whether a case holds a tree."""
    return FORM in negotiation.case.model


@compiles("extensive")
def from_case(negotiation: Negotiation) -> ExtensiveGame:
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


def exact(negotiation: Negotiation, name: str) -> Fraction:
    """A payoff or the margin of a choice in fractions, for exact thresholds."""
    head, _, _ = name.partition(".")
    if head not in ("payoff", "margin"):
        raise NotApplicableError(f"'{name}' is no exact number", allowed="payoff or margin")
    value = from_case(negotiation).measure(name)
    value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if not isinstance(value, Fraction):
        raise NotApplicableError(f"'{name}' is a float", where=FORM, allowed="exact numbers")
    return value
