r"""Parties with positions on issues: the input of every spatial forecast.

A spatial model has parties :math:`i`, issues :math:`k` on scales :math:`[l_k, h_k]`, and for each
party and issue a position :math:`x_{ik}` (its preferred level, or none), a salience
:math:`0 \le s_{ik} \le 1` (how much of what it could do it would spend on the issue) and a
capability :math:`c_{ik} \ge 0` (what it could do, often the same on all issues). The product
:math:`w_{ik} = s_{ik} c_{ik}` is its weight. Bueno de Mesquita and Stokman (eds., 1994), *European
Community Decision Making*, Yale University Press; Thomson, Stokman, Achen and König (eds., 2006),
*The European Union Decides*, Cambridge University Press.

Numbers are fractions where all inputs are exact, else floats; arrays may carry draws on leading
axes. A party without a position on an issue is left out of it: it is not at zero, and it has no
say there.

The first forecast is what the field calls the compromise, the mean of the positions by weight. The
years until new cars in the European Community had to meet an emission standard (1988; positions in
`games/classics/ec-emissions.toml`) have weighted mean 7.39 and weighted median 7:

>>> delay = Scale("delay", low=4, high=10, unit="years")
>>> early, middle, late = {"delay": 4}, {"delay": 7}, {"delay": 10}
>>> ec = model(
...     {"Netherlands": early, "Belgium": middle, "Luxembourg": early, "Germany": early,
...      "France": late, "Italy": late, "UK": late, "Ireland": middle, "Denmark": early,
...      "Greece": middle},
...     salience=dict(Netherlands=80, Belgium=40, Luxembourg=20, Germany=80, France=60, Italy=60,
...                   UK=90, Ireland=10, Denmark=100, Greece=70),
...     capability=dict(Netherlands="0.08", Belgium="0.08", Luxembourg="0.03", Germany="0.16",
...                     France="0.16", Italy="0.16", UK="0.16", Ireland="0.05", Denmark="0.05",
...                     Greece="0.08"),
...     scales=[delay], salience_of=100)
>>> ec
SpatialModel(10 parties, 1 issue, exact)
>>> from negotiate.spatial.arithmetic.aggregate import weighted_mean
>>> round(float(weighted_mean(ec.position, ec.weight)[0]), 6)
7.389956
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.declare import Playable, game
from negotiate.errors import CaseError, InputError, TooLargeError, UnknownNameError
from negotiate.numbers.fractions import exact as read_number
from negotiate.spatial._quantities import as_case

Array = npt.NDArray[Any]
Number = Any

MAX_CELLS = 250_000
"""Most parties times issues times draws times parties (the size of a table of contests)."""
MAX_SIDE = 400
"""Most parties, and most issues."""


@dataclass(frozen=True)
class Scale:
    """An issue as a scale of levels.

    Attributes
    ----------
    name
        Label of the issue.
    low, high
        Ends of the scale.
    title, unit
        For people.
    levels
        Pairs of a level and what it means.
    status_quo
        The level that holds without a decision, if it is known; it may be an array over draws.
    outcome
        The level that was decided, if it is known; ``outcome_range`` the levels that a fair reader
        could give it.
    """

    name: str
    low: Number = 0
    high: Number = 100
    title: str = ""
    unit: str = ""
    levels: tuple[tuple[Number, str], ...] = ()
    status_quo: Number | None = None
    outcome: Number | None = None
    outcome_range: tuple[Number, Number] | None = None

    @property
    def width(self) -> Number:
        """Length of the scale."""
        return self.high - self.low

    @property
    def midpoint(self) -> Number:
        """Middle of the scale, the plainest forecast of all."""
        return (Fraction(self.low) + Fraction(self.high)) / 2

    def findings(self) -> list[str]:
        """What is wrong with the scale, in words; empty where nothing is."""
        if not self.low < self.high:
            return [f"issue {self.name}: the scale runs from {self.low} to {self.high}"]
        named: list[tuple[str, Any]] = [
            ("status quo", self.status_quo),
            ("outcome", self.outcome),
            *(("end of the outcome's range", end) for end in self.outcome_range or ()),
            *(("level", level) for level, _ in self.levels),
        ]
        return [
            f"issue {self.name}: {what} {float(np.ravel(level)[0]):g} is outside the scale; "
            f"allowed: {float(self.low):g} to {float(self.high):g}"
            for what, level in named
            if level is not None and not np.all((self.low <= level) & (level <= self.high))
        ]


@game(
    "spatial",
    title="Positions of parties on issues",
    short="spatial",
    default=("compromise", "weighted_median", "exchange", "challenge"),
)
@dataclass(frozen=True, eq=False)
class SpatialModel(Playable):
    """Positions, saliences and capabilities of parties on issues.

    Attributes
    ----------
    parties
        Labels, in order.
    issues
        Scales, in order.
    position
        ``(..., n, m)`` levels; 0 where ``has`` is false.
    salience
        ``(..., n, m)`` in [0, 1]; 0 where ``has`` is false.
    capability
        ``(..., n, m)``, not negative.
    has
        ``(n, m)`` whether the party has a position on the issue.
    risk
        ``(..., n)`` risk exponents, where they are given and not inferred.
    title, note, source
        What the model is and where its numbers come from.
    notes
        What a reader of the numbers had to decide; shown with every forecast.
    origin
        The parameter file that the model was read from, for `as_case`.
    """

    parties: tuple[str, ...]
    issues: tuple[Scale, ...]
    position: Array
    salience: Array
    capability: Array
    has: Array
    risk: Array | None = None
    title: str = ""
    note: str = ""
    source: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origin: Any = field(default=None, repr=False)

    _view = "negotiate.spatial.view"

    def __post_init__(self) -> None:
        n, m = len(self.parties), len(self.issues)
        _check_labels(self.parties, "party")
        _check_labels([issue.name for issue in self.issues], "issue")
        has = np.asarray(self.has, dtype=bool)
        arrays = [np.asarray(a) for a in (self.position, self.salience, self.capability)]
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in arrays))
        if has.shape != (n, m) or any(a.shape[-2:] != (n, m) for a in arrays):
            raise InputError(
                f"tables of {[a.shape for a in (*arrays, has)]}",
                where="spatial model",
                allowed=f"(..., {n}, {m}): parties by issues",
            )
        cells = n * n * m * int(np.prod(lead, dtype=int))
        if max(n, m) > MAX_SIDE or n * m * n > MAX_CELLS * 4:
            raise TooLargeError(
                f"{n} parties and {m} issues make {cells:,} contests",
                where="spatial model",
                allowed=f"{MAX_SIDE} parties or issues, {MAX_CELLS * 4:,} contests",
            )
        exact = all(a.dtype == object for a in arrays)
        kind = object if exact else float
        zero: Any = Fraction(0) if exact else 0.0
        position, salience, capability = (
            np.broadcast_to(a, (*lead, n, m)).astype(kind) for a in arrays
        )
        position = np.where(has, position, zero)
        salience = np.where(has, salience, zero)
        findings = [finding for issue in self.issues for finding in issue.findings()]
        findings += self._findings(position, salience, capability, has)
        risk = self.risk
        if risk is not None:
            risk = np.asarray(risk, dtype=float)
            if risk.shape[-1:] != (n,) or not (np.isfinite(risk).all() and (risk > 0).all()):
                findings.append(f"risk: {n} finite exponents above 0 are needed, one for a party")
        if findings:
            raise CaseError(findings, where="spatial model")
        for name, value in (
            ("parties", tuple(self.parties)),
            ("issues", tuple(self.issues)),
            ("position", position),
            ("salience", salience),
            ("capability", capability),
            ("has", has),
            ("risk", risk),
        ):
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    def _findings(self, position: Array, salience: Array, capability: Array, has: Array) -> Any:
        out = []
        low = np.array([issue.low for issue in self.issues], dtype=position.dtype)
        high = np.array([issue.high for issue in self.issues], dtype=position.dtype)
        checks = (
            ("position", position, (position < low) | (position > high) | _odd(position), None),
            ("salience", salience, (salience < 0) | (salience > 1) | _odd(salience), "0 to 1"),
            ("capability", capability, (capability < 0) | _odd(capability), "0 and above"),
        )
        for name, array, bad, allowed in checks:
            wrong = bad & has
            axes = tuple(range(wrong.ndim - 2))
            for i, k in zip(*np.nonzero(wrong.any(axis=axes)), strict=True):
                worst = array[..., i, k][wrong[..., i, k]].ravel()[0]
                scale = self.issues[k]
                out.append(
                    f"{name} of {self.parties[i]} on {scale.name} is {float(worst):g}; allowed: "
                    + (allowed or f"{float(scale.low):g} to {float(scale.high):g}")
                )
        weight = np.where(has, salience * capability, 0)
        for k, issue in enumerate(self.issues):
            if not out and not np.all(weight[..., k].sum(axis=-1) > 0):
                out.append(
                    f"issue {issue.name}: no party with a position has salience and capability "
                    "above 0, so it has no forecast"
                )
        return out

    def __repr__(self) -> str:
        n, m = len(self.parties), len(self.issues)
        draws = f", {self.shape} draws" if self.shape else ""
        kind = "exact" if self.is_exact else "floats"
        return (
            f"SpatialModel({n} part{'y' if n == 1 else 'ies'}, {m} issue{'s' * (m != 1)}"
            f"{draws}, {kind})"
        )

    @property
    def players(self) -> tuple[str, ...]:
        """The parties: what games call players."""
        return self.parties

    def as_case(self) -> Any:
        """The quantities of the model's file as a case, to draw, move and ask what if."""
        return as_case(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the draws; () for a single model."""
        return tuple(self.position.shape[:-2])

    @property
    def is_exact(self) -> bool:
        """Whether all numbers are fractions."""
        return self.position.dtype == object

    @property
    def issue_names(self) -> tuple[str, ...]:
        """Labels of the issues."""
        return tuple(issue.name for issue in self.issues)

    @cached_property
    def weight(self) -> Array:
        """Salience times capability, ``(..., n, m)``; 0 where a party has no position."""
        return _frozen(np.where(self.has, self.salience * self.capability, 0 * self.salience))

    @cached_property
    def low(self) -> Array:
        """Lower ends of the scales, ``(m,)`` floats."""
        return _frozen(np.array([float(issue.low) for issue in self.issues]))

    @cached_property
    def width(self) -> Array:
        """Lengths of the scales, ``(m,)`` floats."""
        return _frozen(np.array([float(issue.width) for issue in self.issues]))

    @cached_property
    def share(self) -> Array:
        """Positions as shares of the scale, ``(..., n, m)`` floats in [0, 1], NaN for none."""
        unit = (self.position.astype(float) - self.low) / self.width
        return _frozen(np.where(self.has, unit, np.nan))

    def levels(self, share: Array) -> Array:
        """Levels of shares of the scale, ``(..., m)`` or ``(..., n, m)``."""
        out: Array = self.low + share * self.width
        return out

    def floats(self) -> SpatialModel:
        """The same model in floats."""
        if not self.is_exact:
            return self
        return replace(
            self,
            position=self.position.astype(float),
            salience=self.salience.astype(float),
            capability=self.capability.astype(float),
        )

    def party(self, name: str) -> int:
        """Place of a party in the tables."""
        if name not in self.parties:
            raise UnknownNameError("party", name, self.parties, where="spatial model")
        return self.parties.index(name)

    def issue(self, name: str) -> int:
        """Place of an issue in the tables."""
        if name not in self.issue_names:
            raise UnknownNameError("issue", name, self.issue_names, where="spatial model")
        return self.issue_names.index(name)

    def only(
        self, *, parties: Sequence[str] | None = None, issues: Sequence[str] | None = None
    ) -> SpatialModel:
        """The model of some of the parties or issues.

        >>> two = model({"a": {"p": 0, "q": 5}, "b": {"p": 9, "q": 7}})
        >>> two.only(issues=["q"]).issue_names
        ('q',)
        """
        rows = [self.party(name) for name in parties or self.parties]
        columns = [self.issue(name) for name in issues or self.issue_names]
        at: Any = np.ix_(rows, columns)
        return replace(
            self,
            parties=tuple(self.parties[i] for i in rows),
            issues=tuple(self.issues[k] for k in columns),
            position=self.position[..., *at],
            salience=self.salience[..., *at],
            capability=self.capability[..., *at],
            has=self.has[at],
            risk=None if self.risk is None else self.risk[..., rows],
        )

    def outcomes(self) -> dict[str, Number]:
        """Issues whose outcome is known, with it."""
        return {i.name: i.outcome for i in self.issues if i.outcome is not None}


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


def _odd(array: Array) -> Array:
    if array.dtype == object:
        return np.zeros(array.shape, dtype=bool)
    return ~np.isfinite(array)


def _check_labels(names: Sequence[str], what: str) -> None:
    found = []
    if not names:
        found.append(f"no {what}")
    seen = set()
    for name in names:
        if not isinstance(name, str) or not name.strip():
            found.append(f"a {what} without a name")
        elif name in seen:
            found.append(f"two of kind {what} are called '{name}'")
        seen.add(name)
    if found:
        raise CaseError(found, where="spatial model")


Table = Mapping[str, Any]


def model(
    position: Mapping[str, Mapping[str, Number]],
    *,
    salience: Table | Number = 1,
    capability: Table | Number = 1,
    scales: Sequence[Scale] = (),
    salience_of: Number = 1,
    risk: Mapping[str, float] | None = None,
    title: str = "",
    note: str = "",
    source: Sequence[str] = (),
) -> SpatialModel:
    """A spatial model from tables by label.

    Parameters
    ----------
    position
        Party to issue to level; issues that a party leaves out, it has no position on.
    salience, capability
        One number for all, or party to a number, or party to issue to a number.
    scales
        Scales of the issues, in order; issues without one run from 0 to 100.
    salience_of
        What the largest possible salience is called: 1, or 100 where saliences are percentages.
    risk
        Party to risk exponent, where exponents are given.
    title, note, source
        For people.

    Returns
    -------
    SpatialModel
        Exact where every number is an int, a fraction or a decimal in quotes.

    Raises
    ------
    CaseError
        With every finding.

    Examples
    --------
    >>> model({"a": {"p": 0}, "b": {"p": 100}}, salience={"a": "0.5", "b": 1}).weight.tolist()
    [[Fraction(1, 2)], [Fraction(1, 1)]]
    """
    parties = tuple(position)
    named = [scale.name for scale in scales]
    extra = dict.fromkeys(k for row in position.values() for k in row if k not in named)
    issues = (*scales, *(Scale(name) for name in extra))
    names = [issue.name for issue in issues]
    has = np.array([[k in position[i] for k in names] for i in parties], dtype=bool)
    findings: list[str] = []
    for what, given in (("salience", salience), ("capability", capability), ("risk", risk)):
        if isinstance(given, Mapping):
            findings += [
                f"{what} of {p}: there is no such party" for p in given if p not in parties
            ]

    def cell(what: str, table: Any, i: str, k: str) -> Any:
        entry = table
        for label in (i, k):
            if isinstance(entry, Mapping):
                if label not in entry:
                    findings.append(f"{what} of {i} on {k} is missing")
                    return Fraction(0)
                entry = entry[label]
        return _number(entry, f"{what} of {i} on {k}", findings)

    def table(what: str, entries: Any) -> list[list[Any]]:
        return [
            [cell(what, entries, i, k) if has[r, c] else Fraction(0) for c, k in enumerate(names)]
            for r, i in enumerate(parties)
        ]

    tables = [
        table("position", position),
        table("salience", salience),
        table("capability", capability),
    ]
    of = _number(salience_of, "salience_of", findings)
    if findings:
        raise CaseError(findings, where="spatial model")
    exact = all(isinstance(v, Fraction) for rows in tables for row in rows for v in row)
    arrays = [
        np.array(rows, dtype=object if exact else float).reshape(len(parties), len(names))
        for rows in tables
    ]
    return SpatialModel(
        parties=parties,
        issues=tuple(_exact_scale(issue) for issue in issues),
        position=arrays[0],
        salience=arrays[1] / (of if exact else float(of)),
        capability=arrays[2],
        has=has,
        risk=None if risk is None else np.array([float(risk.get(p, 1.0)) for p in parties]),
        title=title,
        note=note,
        source=tuple(source),
    )


def _number(value: Any, what: str, findings: list[str]) -> Any:
    """The exact number that a value stands for; a float is its shortest decimal."""
    try:
        return read_number(value)
    except ValueError as error:
        findings.append(f"{what}: {error}")
        return Fraction(0)


def _exact_scale(scale: Scale) -> Scale:
    def of(value: Any) -> Any:
        return None if value is None else read_number(value)

    ends = scale.outcome_range
    return replace(
        scale,
        low=of(scale.low),
        high=of(scale.high),
        levels=tuple((of(level), text) for level, text in scale.levels),
        status_quo=of(scale.status_quo),
        outcome=of(scale.outcome),
        outcome_range=None if ends is None else (of(ends[0]), of(ends[1])),
    )


def distance_payoffs(model: SpatialModel, terms: Mapping[str, Number]) -> dict[str, Number]:
    """What an outcome is worth to each party: minus the sum of salience times distance.

    Distances are shares of the scale, as in the exchange model; a party without positions gets 0.

    >>> distance_payoffs(model({"a": {"p": 0}, "b": {"p": 100}}), {"p": 25})
    {'a': Fraction(-1, 4), 'b': Fraction(-3, 4)}
    """
    out: dict[str, Number] = {}
    for i, party in enumerate(model.parties):
        lost: Number = Fraction(0) if model.is_exact else 0.0
        for k, issue in enumerate(model.issues):
            if model.has[i, k]:
                apart = abs(model.position[..., i, k] - terms[issue.name])
                width = issue.width if model.is_exact else float(issue.width)
                lost = lost + model.salience[..., i, k] * apart / width
        out[party] = -lost
    return out
