"""Every concept on one graph model, in one table.

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> compare(dilemma)["r1c1"]["Nash"], compare(dilemma)["r1c1"]["SEQ"]
('', 'equilibrium')
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negotiate.declare import concept_named
from negotiate.errors import NotApplicableError
from negotiate.graphmodel.model import GraphModel

CONCEPTS = (
    "nash_stability",
    "general_metarational",
    "symmetric_metarational",
    "sequential_stability",
    "symmetric_sequential",
    "simultaneous",
    "limited_move",
    "non_myopic",
)
"""Concepts of `compare`, in its order."""


def compare(model: GraphModel, *, concepts: Iterable[str] = CONCEPTS) -> dict[str, dict[str, str]]:
    """Stability of every state under every concept.

    Parameters
    ----------
    model
        Without draws.
    concepts
        Ids of concepts; those that do not apply to the model are left out.

    Returns
    -------
    dict
        State to concept's short name to "equilibrium", to the decision makers for whom it is
        stable, or to nothing.
    """
    out: dict[str, dict[str, str]] = {label: {} for label in model.states}
    for name in concepts:
        concept = concept_named(name)
        try:
            found: Any = concept(model)
        except NotApplicableError:
            continue
        for s, label in enumerate(model.states):
            column = found.table.stable[:, s]
            who = [player for player, stable in zip(found.table.who, column) if stable]
            out[label][concept.short] = "equilibrium" if len(who) == len(column) else ", ".join(who)
    return out
