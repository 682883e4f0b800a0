"""The space of uncertain quantities: marginals and groups over a unit cube.

``Space.values`` maps points of the unit cube to values of every path. A *factor* is what a
sensitivity analysis moves at once: a quantity that stands alone, or a whole group.

>>> from negotiate.whatif.study.marginal import uniform, point
>>> space = Space({"cost": uniform(0.0, 2.0), "known": point(3.0)})
>>> {k: v.tolist() for k, v in space.values(np.array([[0.25], [0.5]])).items()}
{'cost': [0.5, 1.0], 'known': [3.0, 3.0]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif.study.groups import Group
from negotiate.whatif.study.marginal import Marginal

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """Uncertain quantities with their joint distribution.

    Attributes
    ----------
    marginals
        Path to distribution, for quantities in no group; points take no column.
    groups
        Group name to joint distribution; members are in no other group.
    units, sources
        Path to unit and to source, carried into results.
    """

    marginals: Mapping[str, Marginal]
    groups: Mapping[str, Group] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen: dict[str, str] = dict.fromkeys(self.marginals, "the quantities that stand alone")
        for name, group in self.groups.items():
            for member in group.members:
                if member in seen:
                    raise InputError(
                        f"{member} is in {seen[member]} and in group {name}",
                        where="space",
                        allowed="one group for each quantity",
                    )
                seen[member] = f"group {name}"

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, alone or in a group."""
        grouped = [member for group in self.groups.values() for member in group.members]
        return (*self.marginals, *grouped)

    @property
    def columns(self) -> dict[str, tuple[int, ...]]:
        """Factor to its columns of the unit cube."""
        out: dict[str, tuple[int, ...]] = {}
        at = 0
        for path, marginal in self.marginals.items():
            if marginal.uncertain:
                out[path] = (at,)
                at += 1
        for name, group in self.groups.items():
            out[name] = tuple(range(at, at + len(group.members)))
            at += len(group.members)
        return out

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(self.columns)

    @property
    def dimension(self) -> int:
        """Columns of the unit cube."""
        return sum(len(columns) for columns in self.columns.values())

    def values(self, u: Floats) -> dict[str, NDArray[Any]]:
        """Value of every path at points ``u (D, dimension)`` of the unit cube."""
        columns = self.columns
        u = np.asfortranarray(u)  # read by columns
        out: dict[str, NDArray[Any]] = {}
        for path, marginal in self.marginals.items():
            at = columns.get(path)
            out[path] = (
                marginal.ppf(u[:, at[0]])
                if at
                else np.repeat(np.asarray(marginal.centre()), len(u))
            )
        for name, group in self.groups.items():
            out |= group.values(group.latent(u[:, list(columns[name])]))
        return out

    def centre(self) -> dict[str, Any]:
        """Base value of every path; groups at their centres."""
        out = {path: marginal.centre() for path, marginal in self.marginals.items()}
        for group in self.groups.values():
            out |= group.centre()
        return out

    def move(self, values: Mapping[str, Any], path: str, x: Any) -> dict[str, Any]:
        """``values`` with ``path`` set to ``x``, its group following the move rule."""
        self.check(path)
        for group in self.groups.values():
            if path in group.members:
                return {**values, **group.move(values, path, x)}
        return {**values, path: x}

    def check(self, path: str) -> None:
        """Raise, with the nearest name, if ``path`` is not in the space."""
        if path not in self.paths:
            raise UnknownNameError("quantity", path, self.paths, where="sweep")

    def marginal(self, path: str) -> Marginal:
        """Marginal of a quantity; shares of a Dirichlet group have a beta marginal."""
        self.check(path)
        if path in self.marginals:
            return self.marginals[path]
        group = next(g for g in self.groups.values() if path in g.members)
        index = group.members.index(path)
        inner: Sequence[Marginal] | None = getattr(group, "marginals", None)
        if inner is not None:
            return inner[index]
        alpha: Sequence[float] = group.alpha  # type: ignore[attr-defined]
        rest = sum(alpha) - alpha[index]
        return Marginal("beta", {"alpha": alpha[index], "beta": rest, "a": 0.0, "b": 1.0})

    def describe(self) -> dict[str, Any]:
        """JSON-ready description; part of a study's hash."""
        return {
            "marginals": {path: m.describe() for path, m in self.marginals.items()},
            "groups": {name: g.describe() for name, g in self.groups.items()},
        }
