r"""The spatial model of a case: ideals as positions, weights as saliences, a declared capability.

Conventions, each of which a reader may want otherwise:

* positions are the parties' ideals on the issues that are intervals, on the scale from 0 to 1; a
  linear or power value has its ideal at its better end. Issues with options have no scale and are
  left out, with a note;
* saliences are the weights, which sum to one over all issues of a party;
* capability is ``quantity.capability_<party>``; principals for whom the case has none count with
  their ``bargaining_weight``. A third party takes part only if it has a capability, weights and
  ideals of its own. Nothing else in a case is a capability, so without both it is refused;
* the outcome is the signed deal, where there is one. A case has no status quo.

A parameter file of ``kind = "spatial"`` and a table with labels are cases too (`as_case`): their
quantities can be drawn, moved and asked what if.

>>> import negotiate as ng
>>> model = spatial(ng.load("idlib-2020"))
>>> model, model.parties
(SpatialModel(2 parties, 6 issues, exact), ('russia', 'turkey'))
>>> round(float(model.weight[0, 0]), 3) == round(float(model.salience[0, 0]), 3)
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation
from negotiate.declare import compiles
from negotiate.errors import MissingQuantityError, NotApplicableError
from negotiate.spatial.files import assemble, stacked
from negotiate.spatial.positions import Scale, SpatialModel

KIND = "spatial"


def applies(case: Negotiation) -> bool:
    """Whether a case holds tables of positions, or parties with ideals on intervals."""
    if "position" in case.case.model.get(KIND, {}):
        return True
    return any(issue.is_interval for issue in case.issues.values())


@compiles("spatial")
def spatial(case: Negotiation) -> SpatialModel:
    """The spatial model of a case; the head of this file has the conventions.

    Parameters
    ----------
    case
        With exact numbers, floats or draws.

    Returns
    -------
    SpatialModel
        With the case's draws, where it has draws.

    Raises
    ------
    NotApplicableError
        Where no issue is an interval.
    MissingQuantityError
        With every capability that is missing.
    """
    held = case.case.model.get(KIND, {})
    if "position" in held:
        return assemble(held, _Values(case), title=case.title, where=f"case {case.id}")
    issues = [name for name, issue in case.issues.items() if issue.is_interval]
    if not issues:
        raise NotApplicableError(
            "no issue is an interval",
            where=f"case {case.id}, spatial",
            allowed="issues with levels; options have no scale",
        )
    parties = [p for p in case.parties if p in case.principals or _stands_alone(case, p)]
    missing = [f"quantity.capability_{p}" for p in parties if _capability(case, p) is None]
    if missing:
        raise MissingQuantityError(
            missing,
            f"no capability of {', '.join(name.partition('_')[2] for name in missing)}",
            where=f"case {case.id}, spatial",
            allowed="quantity.capability_<party> for every party, or their bargaining_weight",
            remedy="say what each party could bring to bear, in any unit, with its source",
        )
    has = np.array([[case.has(f"form.{p}.{k}") for k in issues] for p in parties], dtype=bool)
    position = [
        [_ideal(case, p, k) if has[i, j] else 0 for j, k in enumerate(issues)]
        for i, p in enumerate(parties)
    ]
    salience = [
        [case.value(f"weight.{p}.{k}") if case.has(f"weight.{p}.{k}") else 0 for k in issues]
        for p in parties
    ]
    capability = [[_capability(case, p)] * len(issues) for p in parties]
    left = [name for name in case.issues if name not in issues]
    notes = [f"{', '.join(left)}: options have no scale, so there is no forecast"] if left else []
    signed = case.signed_deal
    scales = tuple(
        Scale(
            name,
            0,
            1,
            title=case.issues[name].name,
            levels=tuple((level.at, level.means) for level in case.issues[name].levels),
            outcome=_single(case.terms(signed)[name]) if signed else None,
        )
        for name in issues
    )
    x, s, c = stacked(position, salience, capability)
    return SpatialModel(tuple(parties), scales, x, s, c, has, title=case.title, notes=tuple(notes))


def _stands_alone(case: Negotiation, party: str) -> bool:
    """Whether a third party has a capability, weights and ideals of its own."""
    return case.has(f"quantity.capability_{party}") and any(
        case.has(f"form.{party}.{k}") for k in case.issues
    )


def _capability(case: Negotiation, party: str) -> Any:
    for path in (f"quantity.capability_{party}", f"party.{party}.bargaining_weight"):
        if case.has(path):
            return case.value(path)
    return None


def _ideal(case: Negotiation, party: str, issue: str) -> Any:
    form = case.value(f"form.{party}.{issue}")
    path = f"ideal.{party}.{issue}"
    ideal = case.value(path) if case.has(path) else 1
    if form in ("linear", "power"):
        return np.where(np.asarray(ideal) > 0.5, 1.0, 0.0) if np.ndim(ideal) else int(2 * ideal > 1)
    return ideal


def _single(level: Any) -> Any:
    """A signed level: the same in all draws, or else the mean of the draws."""
    return float(np.mean(level)) if np.ndim(level) else level


class _Values(Mapping[str, Any]):
    """Numbers of a case by path, or by the name of a quantity."""

    def __init__(self, case: Negotiation) -> None:
        self.of = case

    def _path(self, name: str) -> str:
        return name if self.of.has(name) else f"quantity.{name}"

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.of.has(self._path(name))

    def __getitem__(self, name: str) -> Any:
        return self.of.value(self._path(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.of.paths)

    def __len__(self) -> int:
        return len(self.of.paths)
