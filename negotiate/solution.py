"""What every solution concept returns: points that remember how they were found.

A `Solution` without points is an answer ("there is no equilibrium of this kind"), never an error.
``complete`` says whether the points are all there are; ``exact`` whether their numbers are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from negotiate.view import Viewable

Number = Any
"""A fraction, a float, an array of floats over draws, or a SymPy expression."""

_EMPTY: Mapping[str, Any] = MappingProxyType({})


def number_to_json(value: Number) -> Any:
    """Exact numbers as strings ``"p/q"``, floats as floats, the rest as text.

    >>> number_to_json(Fraction(1, 3)), number_to_json(0.5), number_to_json(2)
    ('1/3', 0.5, '2')
    """
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, Fraction)):
        return str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Mapping):
        return {str(key): number_to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [number_to_json(item) for item in value]
    if hasattr(value, "tolist"):
        return number_to_json(value.tolist())
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return str(value)


@dataclass(frozen=True)
class Evidence:
    """A number that proves a claim, and the witness that refutes it where it fails.

    Attributes
    ----------
    holds
        Whether the point satisfies the definition.
    value
        The number that decides it: a regret, a duality gap, an excess; zero where it holds.
    what
        Name of that number, with its unit where it has one.
    witness
        The deviation, coalition or party that refutes the claim; empty where it holds.
    """

    holds: bool
    value: Number
    what: str
    witness: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "holds": self.holds,
            "what": self.what,
            "value": number_to_json(self.value),
            "witness": self.witness,
        }


@dataclass(frozen=True)
class Point(Viewable):
    """One point of a solution. Which fields are filled depends on the form.

    Attributes
    ----------
    payoffs
        Player or party to payoff (utility in stakes for bargaining problems).
    strategies
        Strategic form: ``{player: {strategy: probability}}``; extensive form:
        ``{player: {information set: {action: probability}}}``.
    terms
        Bargaining: issue to level (or option).
    beliefs
        Extensive form: ``{information set: {node: probability}}``.
    regret
        Gain from the best unilateral deviation, where the concept has one.
    label
        Short name, unique within the solution ("Tough, Soft").
    marks
        Words that qualify the point: "pareto dominated", "kink", "payoff dominant".
    facts
        Further named numbers of the concept (bargaining weight, belief supports, gains).
    """

    payoffs: Mapping[str, Number]
    strategies: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    terms: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    beliefs: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    regret: Number | None = None
    label: str = ""
    marks: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)

    _view = "negotiate.drawing.point_view"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; empty fields are left out."""
        out: dict[str, Any] = {}
        if self.label:
            out["label"] = self.label
        for name in ("strategies", "terms", "payoffs", "beliefs", "facts"):
            value = getattr(self, name)
            if value:
                out[name] = number_to_json(value)
        if self.regret is not None:
            out["regret"] = number_to_json(self.regret)
        if self.marks:
            out["marks"] = list(self.marks)
        return out


@dataclass(frozen=True)
class Solution(Viewable):
    """The answer of one concept on one form.

    Attributes
    ----------
    concept
        Stem of the concept's file in ``negotiate/solutions``.
    players
        Players or parties, in the form's order.
    points
        The points found.
    complete
        True if ``points`` (and ``components``) are all there are.
    exact
        True if the numbers are exact (fractions or algebraic numbers).
    degenerate
        For equilibria: a sound verdict on degeneracy, or None where it was not decided.
    components
        Index tuples into ``points``: connected sets of solutions, given by their extreme points.
    evidence
        Numbers that prove the claim, by name.
    settings
        What was asked: bargaining weights, lambda, selection rule, bounds.
    notes
        Sentences a reader must know: a convention, what was not covered, why there is no point.
    form
        The form solved; left out of comparisons and of JSON.
    """

    concept: str
    players: tuple[str, ...]
    points: tuple[Point, ...]
    complete: bool
    exact: bool
    degenerate: bool | None = None
    components: tuple[tuple[int, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    notes: tuple[str, ...] = ()
    form: Any = field(default=None, compare=False, repr=False)

    _view = "negotiate.drawing.solution_view"

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: int) -> Point:
        return self.points[index]

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, one entry of ``solutions`` in the documented output."""
        out: dict[str, Any] = {
            "concept": self.concept,
            "complete": self.complete,
            "exact": self.exact,
            "degenerate": self.degenerate,
            "points": [point.to_dict() for point in self.points],
            "components": [list(component) for component in self.components],
        }
        if self.evidence:
            out["evidence"] = [item.to_dict() for item in self.evidence]
        if self.settings:
            out["settings"] = number_to_json(self.settings)
        if self.notes:
            out["notes"] = list(self.notes)
        return out


def solutions_to_dict(players: Sequence[str], solutions: Sequence[Solution]) -> dict[str, Any]:
    """The documented JSON of ``negotiate solve``: players and one entry per solution."""
    return {"players": list(players), "solutions": [item.to_dict() for item in solutions]}
