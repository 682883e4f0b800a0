"""Negotiation: the validated whole, with its numbers under dotted paths.

What the file states (`Case`, at ``case.case``) never changes; a change gives a new negotiation, and
every attribute of it (``levers``, ``parties``, ``branches``, ``deals``, ``quantities``) reads its
current values.
Values are fractions as read from a file; `Negotiation.floats` turns them into floats,
`Negotiation.with_draws` puts arrays with a leading draw axis in their place, `Negotiation.symbols`
puts SymPy symbols there. The same compile serves all of them.

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

`negotiate.case.paths.PATHS` is the table of paths.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import Any

from negotiate.case.change import apply, settle
from negotiate.case.deal import Deal as DealStated
from negotiate.case.diagnostics import Finding, label
from negotiate.case.expression import Expression, parse
from negotiate.case.findings import inspect, parse_toml
from negotiate.case.issue import Issue
from negotiate.case.live import Amount, Amounts, Branch, Deal, Lever, Party, shown
from negotiate.case.party import worth
from negotiate.case.paths import flatten, rounded, sums
from negotiate.case.quantity import Quantity
from negotiate.case.save import Difference, Edit, Part, document, edited, put, written
from negotiate.case.scenario import Group, Scenario, natural
from negotiate.case.schema import Case
from negotiate.errors import CaseError, EvidenceError, InputError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.tolerance import WEIGHT_SUM
from negotiate.view import Viewable

_MISSING: Any = object()


@dataclass(frozen=True, repr=False)
class Negotiation(Viewable):
    """A dispute as a model reads it.

    Make one with `negotiate.load`, `Negotiation.build` or `from_case`; never by hand.

    Attributes
    ----------
    case
        What the file states; it does not change.
    base, derived
        Current values by path; expressions over them.
    stated
        Quantities by path as the file states them; ``quantities`` has the current ones.
    was_set
        Paths whose value was set: they are known, and constant in draws.
    source_text
        Text of the file, which `save` edits; empty for a case built in Python.
    notes
        What was done on reading, such as weights divided by their sum.
    """

    case: Case
    base: Mapping[str, Any]
    derived: Mapping[str, Expression]
    stated: Mapping[str, Quantity]
    file_hash: str = ""
    applied: tuple[str, ...] = ()
    as_floats: bool = False
    draws: int | None = None
    was_set: tuple[str, ...] = ()
    source_text: str = field(default="", repr=False, compare=False)
    notes: tuple[str, ...] = ()
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _groups: dict[str, Group] = field(default_factory=dict, repr=False, compare=False)

    _view = "negotiate.case.view"

    def __repr__(self) -> str:
        counts = [(len(self.principals), "principal"), (len(self.issues), "issue")]
        counts += [(len(self.levers), "lever"), (len(self.branches), "branch")]
        counts += [(len(self.deals), "deal"), (len(self.stated), "quantity")]
        many = {"branch": "branches", "quantity": "quantities"}
        text = f"<Negotiation {self.id}: " + ", ".join(
            f"{n} {word if n == 1 else many.get(word, word + 's')}" for n, word in counts
        )
        if self.applied:
            text += f"; under {', '.join(self.applied)}"
        if self.was_set:
            some = [f"{path} = {shown(self.value(path))}" for path in self.was_set[:3]]
            more = len(self.was_set) - len(some)
            text += f"; set {', '.join(some)}" + (f" and {more} more" if more else "")
        return text + (f"; {self.draws:,} draws>" if self.draws else ">")

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
        return MappingProxyType({i.id: Party(self, i) for i in self.case.party})

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
        return MappingProxyType({i.id: Lever(self, i) for i in self.case.lever})

    @cached_property
    def branches(self) -> Mapping[str, Branch]:
        """All branches of no deal by id."""
        return MappingProxyType({i.id: Branch(self, i) for i in self.case.branch})

    @cached_property
    def deals(self) -> Mapping[str, Deal]:
        """All deals by id."""
        return MappingProxyType({i.id: Deal(self, i) for i in self.case.deal})

    @property
    def quantities(self) -> Mapping[str, Amount]:
        """Every quantity by path, at its current value."""
        return Amounts(self, "", self.stated)

    def amount(self, path: str) -> Any:
        """The quantity at ``path`` now (`Amount`); the plain value where it is no quantity.

        Parameters
        ----------
        path
            A dotted path, such as ``lever.sanctions.cost.turkey``.

        Returns
        -------
        Amount or str or bool
            With ``.value``, ``.low``, ``.high``, ``.unit``, ``.source``.

        Examples
        --------
        >>> import negotiate as ng
        >>> float(ng.load("idlib-2020").amount("lever.sanctions.cost.turkey"))
        0.2
        """
        value = self.value(path)
        stated = self.stated.get(path)
        if stated is None or isinstance(value, (str, bool)):
            return value
        return Amount(path, value, stated, path in self.was_set)

    @property
    def signed_deal(self) -> str | None:
        """Id of the deal that was signed, if the file has one."""
        return next((deal.id for deal in self.case.deal if deal.signed), None)

    @property
    def judged_deal(self) -> str | None:
        """Id of the deal that is judged where none is named.

        The one of ``[model.deal] deal`` (see `judging`), else the one that was signed, else the
        first on the table; None for a case without deals.
        """
        named = self.setting("deal", "deal")
        if named is not None:
            if named not in self.deals:
                raise UnknownNameError("deal", str(named), self.deals, where="model.deal.deal")
            return str(named)
        return self.signed_deal or next(iter(self.deals), None)

    def judging(self, deal: str | Mapping[str, Any], *, name: str = "hypothetical") -> Negotiation:
        """The same negotiation with another deal to be judged.

        Parameters
        ----------
        deal
            Id of a deal of the file, or terms: a level or an option for every issue.
        name
            Id of a deal given by its terms.

        Returns
        -------
        Negotiation
            In which metrics of ``deal``, enforcement and what-if speak of that deal.

        Raises
        ------
        UnknownNameError
            A deal, an issue or an option that the case does not have.
        InputError
            An issue without a level, or a level outside 0 to 1.

        Examples
        --------
        >>> import negotiate as ng
        >>> case = ng.load("idlib-2020")
        >>> case.judging({issue: 0.5 for issue in case.issues}).judged_deal
        'hypothetical'
        """
        if isinstance(deal, str):
            if deal not in self.deals:
                raise UnknownNameError("deal", deal, self.deals, where=f"case {self.id}")
            added: dict[str, Any] = {}
            name, deals = deal, self.case.deal
        else:
            if name in self.deals:
                raise InputError(f"there is a deal '{name}'", where="judging", remedy="name=...")
            added = self._read_terms(deal)
            judged = {k: x if isinstance(x, str) else {"value": x, "judgement": True}
                      for k, x in added.items()}  # fmt: skip
            made = {"id": name, "name": "Hypothetical deal", "terms": judged}
            deals = (*self.case.deal, DealStated.model_validate(made))
        settings = self.case.model.get("deal", {}) | {"deal": name}
        case = self.case.model_copy(
            update={"deal": deals, "model": {**self.case.model, "deal": settings}}
        )
        base = {
            **self.base,
            **{
                f"deal.{name}.{k}": float(x) if self.as_floats and not isinstance(x, str) else x
                for k, x in added.items()
            },
        }
        new = {f"deal.{name}.{k}": q for k, q in deals[-1].terms.items()
               if added and isinstance(q, Quantity)}  # fmt: skip
        stated = {**self.stated, **new}
        return replace(self, case=case, base=MappingProxyType(base),
                       stated=MappingProxyType(stated), _cache={})  # fmt: skip

    def _read_terms(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for issue in terms:
            if issue not in self.issues:
                raise UnknownNameError("issue", issue, self.issues, where="terms")
        missing = [issue for issue in self.issues if issue not in terms]
        if missing:
            raise InputError(
                f"no level for {', '.join(missing)}", where="terms",
                allowed="one level or option for every issue",
            )  # fmt: skip
        for issue, item in self.issues.items():
            level = terms[issue]
            if item.options:
                if level not in item.options:
                    raise UnknownNameError(
                        "option", str(level), item.options, where=f"issue {issue}"
                    )
                out[issue] = str(level)
                continue
            number = exact(level, where=f"issue {issue}")
            if not 0 <= number <= 1:
                raise InputError(
                    f"level {float(number):g}", where=f"issue {issue}", allowed="0 to 1"
                )
            out[issue] = number
        return out

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """All scenarios by id."""
        return MappingProxyType({item.id: item for item in self.case.scenario})

    @property
    def groups(self) -> Mapping[str, Group]:
        """Groups by id, with ``*`` in their members expanded, those by nature included.

        Weights of a party and probabilities of branches sum to one, whether or not the file has a
        group for them. No intervention adds or removes a path, so that all negotiations made from
        one share them.
        """
        if not self._groups:
            for group in self.case.group:
                members = tuple(dict.fromkeys(p for m in group.members for p in self.matching(m)))
                self._groups[group.id] = group.model_copy(update={"members": members})
            self._groups.update(natural(self.case, self._groups.values(), self.stated))
        return MappingProxyType(self._groups)

    # ---- values ----------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, given values first."""
        return (*self.base, *self.derived)

    def matching(self, pattern: str, *, across: bool = False) -> tuple[str, ...]:
        """Paths that match ``pattern``, in which ``*`` stands for any name.

        With ``across`` it stands for anything, dots included, and the beginning of paths
        (``lever.sanctions``) for all of them.
        """
        if across and not self.has(pattern):
            found = tuple(
                path
                for path in self.paths
                if fnmatch.fnmatchcase(path, pattern) or path.startswith(f"{pattern}.")
            )
            if not found:
                raise UnknownNameError("path", pattern, self.paths)
            return found
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
            values = {
                n: self._cache[p] if p in self._cache else self.value(p) for n, p in reads.items()
            }
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

    def set(
        self, path: str | Mapping[str, Any], value: Any = _MISSING, /, *more: Any
    ) -> Negotiation:
        """A new negotiation in which one or several values are set.

        Members of a group that sums to one (weights of a party, probabilities of branches) that
        are not set are rescaled. A number that is set is known: it is constant in draws.

        Parameters
        ----------
        path
            A dotted path, in which ``*`` stands for any name; or a mapping of paths to values.
        value
            Number (any kind), option, true or false.
        more
            Further paths and values, in turn.

        Returns
        -------
        Negotiation
            This one stays as it is.

        Raises
        ------
        InputError
            Outside the domain of the path, or a sum that cannot be one.
        UnknownNameError
            No such path; the nearest is named.

        Examples
        --------
        >>> import negotiate as ng
        >>> milder = ng.load("idlib-2020").set("lever.sanctions.cost.turkey", 0.1)
        >>> milder.levers["sanctions"].cost["turkey"].value
        Fraction(1, 10)
        """
        if isinstance(path, Mapping):
            if value is not _MISSING or more:
                raise InputError(
                    "a mapping and more values", where="set", allowed="a mapping, or path, value"
                )
            return self.with_values(path)
        given = (path, value, *more)
        if value is _MISSING or len(given) % 2:
            raise InputError(
                f"no value for {given[-1] if len(given) % 2 else path}",
                where="set",
                allowed="path, value, path, value ...",
            )
        return self.with_values(dict(zip(given[::2], given[1::2])))

    def with_values(self, changes: Mapping[str, Any]) -> Negotiation:
        """Set values by path; the general form of `set`.

        Numbers may be ints, floats (read as decimals), fractions, strings such as "0.3" or "1/3",
        arrays over draws, SymPy expressions, or amounts of a negotiation.
        """
        new, paths = self._moved(changes)
        return replace(new, was_set=tuple(dict.fromkeys((*self.was_set, *paths))), _cache={})

    def _moved(self, changes: Mapping[str, Any]) -> tuple[Negotiation, tuple[str, ...]]:
        """The negotiation with other values, and the paths that were given one."""
        expanded: dict[str, Any] = {}
        for pattern, new in changes.items():
            for path in self.matching(pattern):
                expanded[path] = new.value if isinstance(new, Amount) else new
        base, derived = dict(self.base), dict(self.derived)
        for path, new in settle(self, expanded).items():
            derived.pop(path, None)
            base[path] = new
        moved = replace(self, base=MappingProxyType(base), derived=derived, _cache={})
        return moved, tuple(expanded)

    def with_value(self, path: str, new: Any) -> Negotiation:
        """Set one value by path; see `set`."""
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
        drawn = self.floats()._moved(arrays)[0] if arrays else self.floats()
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
        if name not in self.scenarios:
            raise UnknownNameError("scenario", name, self.scenarios, where=f"case {self.id}")
        return apply(self, self.scenarios[name])

    # ---- in and out ------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        id: str,
        title: str,
        *,
        parties: Mapping[str, Part],
        issues: Mapping[str, Part],
        levers: Mapping[str, Part] | None = None,
        branches: Mapping[str, Part] | None = None,
        deals: Mapping[str, Part] | None = None,
        quantities: Mapping[str, Any] | None = None,
        scenarios: Mapping[str, Part] | None = None,
        claims: Mapping[str, Part] | None = None,
        constraints: Mapping[str, Part] | None = None,
        groups: Mapping[str, Part] | None = None,
        sources: Mapping[str, Part] | None = None,
        facts: Mapping[str, Part] | None = None,
        models: Mapping[str, Mapping[str, Any]] | None = None,
        **more: Any,
    ) -> Negotiation:
        """A negotiation written in Python, with the checks and messages of a file.

        Parameters
        ----------
        id, title
            Of the case.
        parties, issues, levers, branches, deals, scenarios, claims, constraints, groups, sources,
        facts
            By id, each a mapping with the keys that the same table has in a file; a number is a
            number (floats are read as decimals) or a mapping with value, low, high, unit, source.
            A name that is not given is the id.
        quantities
            Free quantities by name.
        models
            Settings of games by name.
        more
            Other keys of the file: summary, stake, as_of, clock.

        Returns
        -------
        Negotiation

        Raises
        ------
        CaseError
            With every error found.

        Examples
        --------
        >>> ends = {"canal": {"ideal": 1}}, {"canal": {"ideal": 0}}
        >>> case = Negotiation.build(
        ...     "canal", "Who runs the canal",
        ...     parties={"north": {"weights": {"canal": 1}, "values": ends[0]},
        ...              "south": {"weights": {"canal": 1}, "values": ends[1]}},
        ...     issues={"canal": {}},
        ...     branches={"stalemate": {"probability": 1, "terms": {"canal": 0.5}}},
        ... )
        >>> case
        <Negotiation canal: 2 principals, 1 issue, 0 levers, 1 branch, 0 deals, 6 quantities>
        """
        data: dict[str, Any] = {"format": 1, "kind": "negotiation", "id": id, "title": title}
        tables = {
            "party": parties,
            "issue": issues,
            "lever": levers,
            "branch": branches,
            "deal": deals,
            "scenario": scenarios,
            "claim": claims,
            "constraint": constraints,
            "group": groups,
            "source": sources,
            "fact": facts,
        }
        for table, given in tables.items():
            if given:
                data[table] = [_entry(table, key, part) for key, part in given.items()]
        if quantities:
            data["quantity"] = document(dict(quantities))
        if models:
            data["model"] = document({k: dict(v) for k, v in models.items()})
        return _checked(data | document(more))

    def _edits(self) -> list[Edit]:
        """Values that differ from what the file states, with their places."""
        stated = assemble(self.case)
        out = []
        for path, item, at in flatten(self.case):
            now = self.value(path)
            if path in stated.derived and path not in self.base:
                continue
            is_known = isinstance(item, Quantity) and item.is_uncertain and path in self.was_set
            if is_known or path in stated.derived or now != stated.base[path]:
                out.append(Edit(path, at, item, now, path in self.was_set))
        return out

    def text_of_file(self) -> str:
        """The parameter file of this negotiation: that of its source with the values changed.

        Raises
        ------
        InputError
            For a negotiation over draws or with symbols, which no file can hold.
        """
        if self.draws or any(hasattr(v, "free_symbols") for v in self.base.values()):
            raise InputError(
                "values over draws or symbols", where="save", allowed="one number at each path"
            )
        edits = self._edits()
        text = edited(self.source_text, edits) if self.source_text else written(self.case, edits)
        again = assemble(Case.model_validate(parse_toml(text, "saved case")))
        for path in self.paths:
            here, there = self.value(path), again.value(path)
            same = here == there or (
                not isinstance(here, (str, bool)) and abs(here - there) <= WEIGHT_SUM
            )
            if not same:
                raise EvidenceError(f"{path} would be read again as {there}, not {here}")
        return text

    def save(self, path: str | PathLike[str]) -> None:
        """Write the parameter file; comments and order of the file it came from are kept.

        The text is read again before it is written, and the file is replaced in one step, so that
        it is never half a file. A number that was set loses the range and source it had: it is
        known, by judgement.

        Parameters
        ----------
        path
            File to write, ending in ``.toml``.

        Raises
        ------
        InputError
            For a negotiation over draws or with symbols.
        """
        put(self.text_of_file(), path)

    def diff(self, other: Negotiation) -> Difference:
        """Inputs that differ between this negotiation and another.

        Parameters
        ----------
        other
            The negotiation to compare with.

        Returns
        -------
        Difference
            Rows of path, value here, value there (None where there is no such path).

        Examples
        --------
        >>> import negotiate as ng
        >>> case = ng.load("idlib-2020")
        >>> case.diff(case.set("lever.straits.cost.russia", 0.9)).rows
        (('lever.straits.cost.russia', Fraction(3, 10), Fraction(9, 10)),)
        """
        rows = []
        for path in dict.fromkeys((*self.paths, *other.paths)):
            here, there = self.get(path), other.get(path)
            if hasattr(here, "dtype") or hasattr(there, "dtype"):
                raise InputError("draws", where="diff", allowed="negotiations at one value each")
            if here != there:
                rows.append((path, here, there))
        return Difference(self.id, other.id, tuple(rows))

    # ---- what a sweep needs ----------------------------------------------------------------

    def uncertain(self) -> tuple[str, ...]:
        """Paths whose quantity has a range, so that a sweep draws them."""
        return tuple(
            path
            for path, q in self.stated.items()
            if path in self.base and path not in self.was_set and q.is_uncertain
        )


def _entry(table: str, key: str, part: Part) -> dict[str, Any]:
    named = table in ("party", "issue", "lever", "branch", "deal", "scenario")
    given: dict[str, Any] = document(part)
    return {"id": key} | ({"name": key} if named else {}) | given


def _unpickled(state: dict[str, Any]) -> Negotiation:
    views = {name: MappingProxyType(state[name]) for name in ("base", "derived", "stated")}
    return Negotiation(**state | views)


def assemble(case: Case, *, file_hash: str = "", source_text: str = "") -> Negotiation:
    """Negotiation from a case whose checks ran, or that another kind of file was turned into."""
    base: dict[str, Any] = {}
    derived: dict[str, Expression] = {}
    quantities: dict[str, Quantity] = {}
    for path, item, _ in flatten(case):
        if not isinstance(item, Quantity):
            base[path] = item
            continue
        quantities[path] = item
        if isinstance(item.value, str):
            derived[path] = parse(item.value)
        else:
            base[path] = item.value
    notes = []
    for members in sums(case):
        total = sum(base[m] for m in members) if all(m in base for m in members) else 1
        if total != 1 and rounded([base[m] for m in members]):
            base |= {m: base[m] / total for m in members}
            notes.append(
                f"{members[0].rpartition('.')[0]}.* sum to {float(total):.10g} as published: "
                "divided by their sum"
            )
    return Negotiation(
        case=case,
        base=MappingProxyType(base),
        derived=MappingProxyType(derived),
        stated=MappingProxyType(quantities),
        file_hash=file_hash,
        source_text=source_text,
        notes=tuple(notes),
    )


def built(case: Case) -> Iterator[Finding]:
    """What only the built negotiation shows: paths in scenarios and groups, derived values."""
    negotiation = assemble(case)
    for path in negotiation.derived:
        try:
            negotiation.value(path)
        except (LookupError, ArithmeticError, ValueError) as error:
            yield Finding(_place_of(path, case), f"{path}: {error}")
    for index, group in enumerate(case.group):
        for number, member in enumerate(group.members):
            yield from _matches(negotiation, member, ("group", index, "members", number))
    for index, scenario in enumerate(case.scenario):
        before = False
        for kind in ("set", "scale", "shift"):
            for path in getattr(scenario, kind):
                for finding in _matches(negotiation, path, ("scenario", index, kind, path)):
                    before = True
                    yield finding
        if not before:
            try:
                negotiation.scenario(scenario.id)
            except (LookupError, ArithmeticError, ValueError) as error:
                yield Finding(("scenario", index), f"{error}")


def _matches(negotiation: Negotiation, path: str, at: tuple[str | int, ...]) -> Iterator[Finding]:
    try:
        negotiation.matching(path)
    except UnknownNameError as error:
        yield Finding(at, error.what, error.allowed, error.remedy, on_key=at[0] == "scenario")


def _place_of(path: str, case: Case) -> tuple[str | int, ...]:
    head, name = path.split(".")[:2]
    entries = getattr(case, head, None)
    if isinstance(entries, tuple):
        return (head, next(i for i, entry in enumerate(entries) if entry.id == name))
    return (head, name) if isinstance(entries, dict) else ()


def from_case(case: Case) -> Negotiation:
    """Negotiation from a case built in Python, after the checks that a file gets.

    Raises
    ------
    CaseError
        With every error found.
    """
    return _checked(document(case))


def _checked(data: dict[str, Any]) -> Negotiation:
    found, case = inspect(data)
    if case is not None:
        found += list(built(case))
    errors = [replace(f, label=label(data, f.at)) for f in found if f.severity == "error"]
    if case is None or errors:
        raise CaseError(errors)
    return assemble(case)
