"""Negotiation: the validated whole, with its numbers under dotted paths.

The description (`Case`) never changes; an intervention gives a new negotiation with other values.
Values are fractions as read from a file; `Negotiation.floats` turns them into floats,
`Negotiation.with_draws` puts arrays with a leading draw axis in their place, `Negotiation.symbols`
puts SymPy symbols there. The same compile serves all of them.

=====================================  =====================================================
path                                   value
=====================================  =====================================================
``party.<p>.discount``                 discount factor per period of talks
``party.<p>.foresight``                discount factor per period of the deal's life
``party.<p>.bargaining_weight``        exponent in the weighted Nash product
``weight.<p>.<issue>``                 salience, summing to one over issues
``form.<p>.<issue>``                   linear, peaked, quadratic, power or table
``ideal.<p>.<issue>``, ``scale...``    where the value is 1; distance at which it is lost
``exponent.<p>.<issue>``               exponent of form power
``table.<p>.<issue>.<option>``         value of an option
``lever.<l>.available``                whether the lever is on the table
``lever.<l>.cost.<p>``                 cost of its use, targets and holder
``lever.<l>.announce``                 cost to the holder of announcing it
``lever.<l>.win_probability``          what its use adds to the holder's chance of winning a war
``lever.<l>.audience_cost``            what the holder loses by backing down after pledging it
``lever.<l>.credibility.<branch>``     P(carried out | branch, threatened)
``lever.<l>.concession_cost``          cost of conceding to the third party
``lever.<l>.worth.<p>``                worth of the concession
``branch.<b>.probability``             P(branch | no deal)
``branch.<b>.terms.<issue>``           level that each side then gets
``branch.<b>.duration``                periods over which costs per period are borne
``branch.<b>.war_cost.<p>``            cost borne once
``branch.<b>.war_cost_per_period.<p>`` cost per period
``deal.<d>.<issue>``                   terms of a deal
``quantity.<name>``                    free quantities that models read
=====================================  =====================================================
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from negotiate.case.deal import Deal
from negotiate.case.expression import Expression, parse
from negotiate.case.issue import Issue
from negotiate.case.lever import Branch, Lever
from negotiate.case.party import VALUE_FORMS, Party, worth
from negotiate.case.quantity import Quantity
from negotiate.case.scenario import Group, Scenario
from negotiate.case.schema import Case
from negotiate.errors import InputError, UnknownNameError
from negotiate.tolerance import WEIGHT_SUM
from negotiate.view import Viewable


@dataclass(frozen=True)
class Negotiation(Viewable):
    """A dispute as a model reads it.

    Build one with `negotiate.load` or `from_case`; never by hand. ``base`` holds values that were
    given, ``derived`` the expressions over them.
    """

    case: Case
    base: Mapping[str, Any]
    derived: Mapping[str, Expression]
    quantities: Mapping[str, Quantity]
    file_hash: str = ""
    applied: tuple[str, ...] = ()
    as_floats: bool = False
    draws: int | None = None
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _groups: dict[str, Group] = field(default_factory=dict, repr=False, compare=False)

    _view = "negotiate.case.view"

    def __reduce__(self) -> tuple[Any, ...]:
        """Plain dictionaries for the read-only views, which do not pickle."""
        state = {
            item.name: dict(value) if isinstance(value, Mapping) else value
            for item in fields(self)
            if not item.name.startswith("_")
            for value in (getattr(self, item.name),)
        }
        return _unpickled, (state,)

    # ---- the description -------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Id of the case."""
        return self.case.id

    @property
    def title(self) -> str:
        """Title of the case."""
        return self.case.title

    @cached_property
    def parties(self) -> Mapping[str, Party]:
        """All parties by id, in file order."""
        return MappingProxyType({party.id: party for party in self.case.party})

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """Ids of the parties that bargain."""
        return tuple(party.id for party in self.case.party if party.role == "principal")

    @cached_property
    def issues(self) -> Mapping[str, Issue]:
        """All issues by id."""
        return MappingProxyType({issue.id: issue for issue in self.case.issue})

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """All levers by id, on the table or not."""
        return MappingProxyType({lever.id: lever for lever in self.case.lever})

    @cached_property
    def branches(self) -> Mapping[str, Branch]:
        """All branches of no deal by id."""
        return MappingProxyType({branch.id: branch for branch in self.case.branch})

    @cached_property
    def deals(self) -> Mapping[str, Deal]:
        """All deals by id."""
        return MappingProxyType({deal.id: deal for deal in self.case.deal})

    @property
    def signed_deal(self) -> str | None:
        """Id of the deal that was signed, if the file has one."""
        return next((deal.id for deal in self.case.deal if deal.signed), None)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """All scenarios by id."""
        return MappingProxyType({item.id: item for item in self.case.scenario})

    @property
    def groups(self) -> Mapping[str, Group]:
        """Groups by id, with ``*`` in their members expanded.

        No intervention adds or removes a path, so that all negotiations made from one share them.
        """
        if len(self._groups) < len(self.case.group):
            for group in self.case.group:
                members = tuple(dict.fromkeys(p for m in group.members for p in self.matching(m)))
                self._groups[group.id] = group.model_copy(update={"members": members})
        return MappingProxyType(self._groups)

    # ---- values ----------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, given values first."""
        return (*self.base, *self.derived)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Paths that match ``pattern``, in which ``*`` stands for any name."""
        if "*" not in pattern:
            self._require(pattern)
            return (pattern,)
        parts = pattern.split(".")
        found = tuple(
            path
            for path in self.paths
            if len(names := path.split(".")) == len(parts)
            and all(fnmatch.fnmatchcase(n, p) for n, p in zip(names, parts))
        )
        if not found:
            raise UnknownNameError("path", pattern, self.paths)
        return found

    def has(self, path: str) -> bool:
        """Whether the path exists."""
        return path in self.base or path in self.derived

    def _require(self, path: str) -> None:
        if not self.has(path):
            raise UnknownNameError("path", path, self.paths, where=f"case {self.id}")

    def value(self, path: str) -> Any:
        """Value at ``path``: a fraction, a float, an array over draws, or a symbol."""
        if path in self.base:
            return self.base[path]
        self._require(path)
        waiting = [path]  # expressions over expressions: a stack, since a chain may be long
        begun: set[str] = set()
        while waiting and path not in self._cache:
            expression = self.derived[waiting[-1]]
            reads = {name: self._resolve(name) for name in expression.names}
            unknown = [p for p in reads.values() if p in self.derived and p not in self._cache]
            if unknown:
                begun.add(waiting[-1])
                if not begun.isdisjoint(unknown):
                    raise InputError("a circle of expressions", where=waiting[-1])
                waiting += unknown
                continue
            values = {n: self._cache[p] if p in self._cache else self.value(p)
                      for n, p in reads.items()}  # fmt: skip
            result = expression.evaluate(values)
            if self.as_floats and isinstance(result, (int, Fraction)):
                result = float(result)
            self._cache[waiting.pop()] = result
        return self._cache[path]

    def __getitem__(self, path: str) -> Any:
        return self.value(path)

    def get(self, path: str, default: Any = None) -> Any:
        """Value at ``path``, or ``default`` where the case has no such path."""
        return self.value(path) if self.has(path) else default

    def _resolve(self, name: str) -> str:
        return name if self.has(name) else f"quantity.{name}"

    def setting(self, form: str, key: str, default: Any = None) -> Any:
        """A setting of ``model.<form>`` in the file."""
        return self.case.model.get(form, {}).get(key, default)

    def weight(self, party: str, issue: str) -> Any:
        """Salience of ``issue`` for ``party``."""
        return self.get(f"weight.{party}.{issue}", 0.0 if self.as_floats else Fraction(0))

    def worth(self, party: str, issue: str, level: Any) -> Any:
        """v_ik(level), in [0, 1] (below 0 farther from the ideal than the scale)."""
        form = self.get(f"form.{party}.{issue}", "linear")
        if form == "table":
            return self.value(f"table.{party}.{issue}.{level}")
        half = 0.5 if self.as_floats else Fraction(1, 2)
        one = 1.0 if self.as_floats else Fraction(1)
        return worth(
            form,
            level,
            self.get(f"ideal.{party}.{issue}", half),
            self.get(f"scale.{party}.{issue}", one),
            self.get(f"exponent.{party}.{issue}", one),
        )

    def utility(self, party: str, terms: Mapping[str, Any]) -> Any:
        """U_i(x) = sum_k w_ik v_ik(x_k), in stakes; ``terms`` maps every issue to a level."""
        missing = [issue for issue in self.issues if issue not in terms]
        if missing:
            raise InputError(
                f"no level for {', '.join(missing)}",
                where="terms",
                allowed="one level or option for every issue",
            )
        total: Any = 0
        for issue in self.issues:
            if self.has(f"weight.{party}.{issue}"):
                total = total + self.weight(party, issue) * self.worth(party, issue, terms[issue])
        return total

    def terms(self, deal: str) -> dict[str, Any]:
        """Terms of a deal of the file, issue by issue."""
        if deal not in self.deals:
            raise UnknownNameError("deal", deal, self.deals)
        return {issue: self.value(f"deal.{deal}.{issue}") for issue in self.issues}

    def branch_terms(self, branch: str) -> dict[str, Any]:
        """What each side gets on the issues in a branch of no deal."""
        return {issue: self.value(f"branch.{branch}.terms.{issue}") for issue in self.issues}

    def on_table(self) -> tuple[str, ...]:
        """Levers available in this negotiation."""
        return tuple(lever for lever in self.levers if self.value(f"lever.{lever}.available"))

    # ---- new negotiations from old ---------------------------------------------------------

    def with_values(self, changes: Mapping[str, Any]) -> Negotiation:
        """Set values by path; groups whose members sum to one rescale the members not set.

        Numbers may be ints, floats (read as decimals), fractions, strings such as "0.3" or "1/3",
        arrays over draws, or SymPy expressions.
        """
        from negotiate.case.change import settle

        expanded: dict[str, Any] = {}
        for pattern, new in changes.items():
            for path in self.matching(pattern):
                expanded[path] = new
        base, derived = dict(self.base), dict(self.derived)
        for path, new in settle(self, expanded).items():
            derived.pop(path, None)
            base[path] = new
        return replace(self, base=MappingProxyType(base), derived=derived, _cache={})

    def with_value(self, path: str, new: Any) -> Negotiation:
        """Set one value by path; see `with_values`."""
        return self.with_values({path: new})

    def floats(self) -> Negotiation:
        """The same negotiation with floats for fractions."""
        if self.as_floats:
            return self
        base = {
            path: float(value)
            if isinstance(value, (int, Fraction)) and not isinstance(value, bool)
            else value
            for path, value in self.base.items()
        }
        return replace(self, base=MappingProxyType(base), as_floats=True, _cache={})

    def with_draws(self, samples: Mapping[str, Any]) -> Negotiation:
        """Arrays of shape (draws,) in place of values; everything else becomes a float."""
        import numpy as np

        arrays = {path: np.asarray(value, dtype=float) for path, value in samples.items()}
        sizes = {array.shape[0] for array in arrays.values() if array.ndim}
        if len(sizes) > 1:
            raise InputError(f"samples of different length: {sorted(sizes)}", where="with_draws")
        drawn = self.floats().with_values(arrays) if arrays else self.floats()
        return replace(drawn, draws=sizes.pop() if sizes else self.draws, _cache={})

    def symbols(self, paths: Mapping[str, str] | tuple[str, ...]) -> Negotiation:
        """SymPy symbols in place of the values at ``paths`` (a tuple, or path to symbol name)."""
        import sympy

        names = paths if isinstance(paths, Mapping) else {path: path for path in paths}
        base, derived = dict(self.base), dict(self.derived)
        for path, name in names.items():
            self._require(path)
            derived.pop(path, None)
            base[path] = sympy.Symbol(name, real=True)
        return replace(self, base=MappingProxyType(base), derived=derived, _cache={})

    def scenario(self, name: str) -> Negotiation:
        """The negotiation under a scenario of the file."""
        from negotiate.case.change import apply

        if name not in self.scenarios:
            raise UnknownNameError("scenario", name, self.scenarios, where=f"case {self.id}")
        return apply(self, self.scenarios[name])

    # ---- what a sweep needs ----------------------------------------------------------------

    def uncertain(self) -> tuple[str, ...]:
        """Paths whose quantity has a range, so that a sweep draws them."""
        return tuple(
            path for path, q in self.quantities.items() if path in self.base and q.is_uncertain
        )


def _unpickled(state: dict[str, Any]) -> Negotiation:
    views = {name: MappingProxyType(state[name]) for name in ("base", "derived", "quantities")}
    return Negotiation(**state | views)


def flatten(case: Case) -> Iterator[tuple[str, Any]]:
    """Every path of a case with its quantity, flag or text."""
    for party in case.party:
        for name in ("discount", "foresight", "bargaining_weight"):
            if (quantity := getattr(party, name)) is not None:
                yield f"party.{party.id}.{name}", quantity
        for issue, quantity in party.weights.items():
            yield f"weight.{party.id}.{issue}", quantity
        for issue, value in party.values.items():
            yield f"form.{party.id}.{issue}", value.form
            for name in ("ideal", "scale", "exponent"):
                if (quantity := getattr(value, name)) is not None:
                    yield f"{name}.{party.id}.{issue}", quantity
            for option, quantity in value.table.items():
                yield f"table.{party.id}.{issue}.{option}", quantity
    for branch in case.branch:
        head = f"branch.{branch.id}"
        yield f"{head}.probability", branch.probability
        if branch.duration is not None:
            yield f"{head}.duration", branch.duration
        for kind in ("terms", "war_cost", "war_cost_per_period"):
            for name, quantity in getattr(branch, kind).items():
                yield f"{head}.{kind}.{name}", quantity
    for lever in case.lever:
        head = f"lever.{lever.id}"
        yield f"{head}.available", lever.available
        for name, quantity in lever.cost.items():
            yield f"{head}.cost.{name}", quantity
        if lever.announce is not None:
            yield f"{head}.announce", lever.announce
        if lever.win_probability is not None:
            yield f"{head}.win_probability", lever.win_probability
        if lever.audience_cost is not None:
            yield f"{head}.audience_cost", lever.audience_cost
        for name, quantity in lever.credibility.items():
            yield f"{head}.credibility.{name}", quantity
        if lever.response is not None:
            yield f"{head}.concession_cost", lever.response.concession_cost
            for name, quantity in lever.response.worth.items():
                yield f"{head}.worth.{name}", quantity
    for deal in case.deal:
        for issue, quantity in deal.terms.items():
            yield f"deal.{deal.id}.{issue}", quantity
    for name, quantity in case.quantity.items():
        yield f"quantity.{name}", quantity


def from_case(case: Case, *, file_hash: str = "") -> Negotiation:
    """Negotiation from a validated case."""
    base: dict[str, Any] = {}
    derived: dict[str, Expression] = {}
    quantities: dict[str, Quantity] = {}
    for path, item in flatten(case):
        if not isinstance(item, Quantity):
            base[path] = item
            continue
        quantities[path] = item
        if isinstance(item.value, str):
            derived[path] = parse(item.value)
        else:
            base[path] = item.value
    return Negotiation(
        case=case,
        base=MappingProxyType(base),
        derived=MappingProxyType(derived),
        quantities=MappingProxyType(quantities),
        file_hash=file_hash,
    )


__all__ = ["VALUE_FORMS", "WEIGHT_SUM", "Negotiation", "flatten", "from_case"]
