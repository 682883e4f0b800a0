"""A spatial model as a case: every number of it a quantity that can be drawn and moved.

A model read from a file keeps the file's quantities with their ranges; of a table or of a model
made in Python every position, salience and capability becomes a quantity without a range.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.negotiation import assemble as assemble_case
from negotiate.case.party import Party
from negotiate.case.quantity import Quantity
from negotiate.case.schema import Case

if TYPE_CHECKING:
    from negotiate.spatial.positions import SpatialModel

KIND = "spatial"


def as_case(model: SpatialModel) -> Negotiation:
    """A model as a case whose quantities can be drawn and moved.

    Parameters
    ----------
    model
        From a parameter file: its quantities are those of the file. From a table or from Python:
        every position, salience and capability is a quantity, without a range.

    Returns
    -------
    Negotiation

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> case = as_case(model({"USA": {"ld": 0}, "EU28": {"ld": 20}}))
    >>> sorted(case.quantities)[:3]
    ['quantity.capability_eu28', 'quantity.capability_usa', 'quantity.position_eu28_ld']
    """
    origin = model.origin
    if origin is not None:
        data, quantities, identity = origin.tables(), dict(origin.quantity), origin.id
    else:
        data, quantities = _as_quantities(model)
        identity = _slug(model.title or "positions").replace("_", "-")
    case = Case.model_construct(
        format=1,
        kind="negotiation",
        id=identity,
        title=model.title or identity,
        summary=model.note,
        party=tuple(
            Party.model_construct(id=p, name=p, role="principal", weights={}, values={})
            for p in model.parties
        ),
        issue=(),
        quantity=quantities,
        model={KIND: data},
    )
    return assemble_case(case)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "x"


def _as_quantities(model: SpatialModel) -> tuple[dict[str, Any], dict[str, Quantity]]:
    """Tables of names of quantities, and the quantities."""
    quantities: dict[str, Quantity] = {}

    def named(value: Any, *words: str) -> str:
        stem = "_".join(_slug(word) for word in words)
        name, count = stem, 1
        while name in quantities:
            count += 1
            name = f"{stem}_{count}"
        quantities[name] = Quantity.model_validate({"value": value})
        return name

    tables: dict[str, dict[str, dict[str, str]]] = {"position": {}, "salience": {}}
    capability: dict[str, Any] = {}
    for i, party in enumerate(model.parties):
        for what, table in (("position", model.position), ("salience", model.salience)):
            tables[what][party] = {
                issue: named(table[i, k], what, party, issue)
                for k, issue in enumerate(model.issue_names)
                if model.has[i, k]
            }
        own = [model.capability[i, k] for k in range(len(model.issues)) if model.has[i, k]]
        if len(set(own)) <= 1:
            capability[party] = named(own[0] if own else 0, "capability", party)
        else:
            capability[party] = {
                issue: named(model.capability[i, k], "capability", party, issue)
                for k, issue in enumerate(model.issue_names)
                if model.has[i, k]
            }
    data = {
        "parties": list(model.parties),
        "issue": [vars(issue) for issue in model.issues],
        **tables,
        "capability": capability,
        "notes": list(model.notes),
    }
    if model.risk is not None:
        data["risk"] = dict(zip(model.parties, model.risk.tolist(), strict=True))
    return data, quantities
