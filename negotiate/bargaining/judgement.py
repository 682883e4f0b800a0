"""Any deal judged against the three no-deals, and every concept in one table.

No deal is worth something different with no lever used, with the threats that the threat game
gives, and with every lever used; a deal that stands against one may fall against another. So a
deal's margins u_i - d_i are shown against all three, and which of them a sentence means is named:
the threats of the solution by default.

What a lever did has two parts, each found by solving again without it: *room*, the change of the
largest equal gain over d, and *split*, the largest change of a level of the Nash bargaining
solution. A lever can have made a deal necessary without having moved its terms.

Source of the two baselines of no deal: Nash (1953), Econometrica 21:128-140 (threats chosen);
Nash (1950), Econometrica 18:155-162 (d given).

>>> import negotiate as ng
>>> found = judge(ng.load("idlib-2020"))
>>> found.deal, list(found.margins)
('signed', ['no lever used', 'threats of the solution', 'every lever used'])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.bargaining.deal import judged
from negotiate.bargaining.nash import nash
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.problem import problem as from_case
from negotiate.case.negotiation import Negotiation
from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape, number
from negotiate.errors import NegotiateError, NotApplicableError, UnknownNameError
from negotiate.solution import Solution

NONE, SOLUTION, EVERY = "no lever used", "threats of the solution", "every lever used"


@dataclass(frozen=True, eq=False, repr=False)
class Judgement:
    """A deal against the three no-deals.

    Attributes
    ----------
    deal, terms
        Its name and its terms.
    utility
        Party to worth of the deal, stakes.
    levers
        No-deal to the levers used in it.
    margins
        No-deal to party to margin, stakes: below 0 the party is better off without the deal.
    loss
        Stakes that all could have had more at once: what was left on the table.
    meant
        The no-deal that ``stands`` and sentences mean.
    room, split
        Lever used in that no-deal to what it did: change of the largest equal gain, stakes;
        largest change of a level (or an option's share) of the Nash bargaining solution.
    midpoint
        Party to margin of the midpoint of every interval issue against the same no-deal, the
        baseline; empty where an issue has options.
    notes
        What could not be said, and why.
    """

    deal: str
    terms: Mapping[str, Any]
    utility: Mapping[str, float]
    levers: Mapping[str, tuple[str, ...]]
    margins: Mapping[str, Mapping[str, float]]
    loss: float
    meant: str
    room: Mapping[str, float]
    split: Mapping[str, float]
    midpoint: Mapping[str, float]
    notes: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether no party is better off with the no-deal that is meant."""
        return min(self.margins[self.meant].values()) >= 0

    def __repr__(self) -> str:
        verdict = "stands" if self.stands else "does not stand"
        return f"<Judgement of {self.deal}: {verdict} against {self.meant}>"

    def rows(self) -> list[list[str]]:
        """One row a party: worth, then its margin against each no-deal."""
        return [
            [party, number(worth), *(number(row[party]) for row in self.margins.values())]
            for party, worth in self.utility.items()
        ]

    def text(self) -> str:
        """Table, verdict, levers and notes."""
        head = ["party", "worth", *self.margins]
        verdict = "stands" if self.stands else "does not stand"
        lines = [
            tables.text(head, [[clean(cell) for cell in row] for row in self.rows()]),
            f"Against '{self.meant}' the deal '{clean(self.deal)}' {verdict}; all could have had "
            f"{number(self.loss)} stakes more.",
        ]
        lines += [
            f"  {clean(lever)}: room {number(self.room[lever])}, split {number(self.split[lever])}"
            for lever in self.room
        ]
        return "\n".join([*lines, *self.notes])

    def html(self) -> str:
        """The table, escaped."""
        return tables.html(["party", "worth", *self.margins], self.rows()) + "".join(
            f"<p>{escape(note)}</p>" for note in self.notes
        )

    def _repr_html_(self) -> str:
        return self.html()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "deal": self.deal,
            "utility": dict(self.utility),
            "levers": {name: list(used) for name, used in self.levers.items()},
            "margins": {name: dict(row) for name, row in self.margins.items()},
            "loss": self.loss,
            "meant": self.meant,
            "stands": self.stands,
            "room": dict(self.room),
            "split": dict(self.split),
            "midpoint": dict(self.midpoint),
            "notes": list(self.notes),
        }


def judge(case: Any, deal: str | Mapping[str, Any] = "") -> Judgement:
    """Judge any deal: signed, on the table, or made up.

    Parameters
    ----------
    case
        A negotiation of two or more principals, not over draws.
    deal
        Id of a deal of the file, the signed one if left out; or terms, a level, an option or
        shares of options for every issue.

    Returns
    -------
    Judgement

    Raises
    ------
    NotApplicableError
        No deal is named and the file has no signed one.
    UnknownNameError
        A deal, an issue or an option that the file does not have.

    Examples
    --------
    >>> import negotiate as ng
    >>> case = ng.load("idlib-2020")
    >>> judge(case, {issue: 0.5 for issue in case.issues}).deal
    'hypothetical deal'
    """
    if case.draws is not None:
        raise NotApplicableError("a case over draws", where="judge", remedy="use metrics of 'deal'")
    if isinstance(deal, Mapping):
        name, terms = "hypothetical deal", dict(deal)
    else:
        name = deal or case.judged_deal or ""
        if not name:
            raise NotApplicableError(
                "the file has no signed deal",
                where="judge",
                allowed=", ".join(case.deals) or "terms for every issue",
                remedy="name a deal, or give its terms",
            )
        if name not in case.deals:
            raise UnknownNameError("deal", name, case.deals, where="judge")
        terms = dict(case.terms(name))
    every = tuple(case.on_table())
    used: dict[str, tuple[str, ...]] = {NONE: (), EVERY: every}
    notes: tuple[str, ...] = ()
    meant = EVERY
    try:
        threats = _threats(case)
    except NegotiateError as error:
        notes = (f"The threats of the solution are not known: {error}",)
    else:
        # a third party's levers are part of the background, as in every game
        background = tuple(n for n in every if case.levers[n].holder not in case.principals)
        used = {NONE: (), SOLUTION: (*threats, *background), EVERY: every}
        meant = SOLUTION
    problems = {kind: from_case(case, levers_used=own) for kind, own in used.items()}
    found = {kind: judged(p, terms, name=name) for kind, p in problems.items()}
    parties = tuple(case.principals)
    margins = {
        kind: dict(zip(parties, (float(x) for x in item.margins))) for kind, item in found.items()
    }
    room, split = _levers(case, used[meant], problems[meant])
    return Judgement(
        deal=name,
        terms=terms,
        utility=dict(zip(parties, (float(x) for x in found[meant].utility))),
        levers=used,
        margins=margins,
        loss=float(found[meant].loss),
        meant=meant,
        room=room,
        split=split,
        midpoint=_midpoint(case, problems[meant]),
        notes=notes,
    )


def _threats(case: Any) -> tuple[str, ...]:
    solution = declare.concept_named("rational_threats")(declare.load("compiles", "threats")(case))
    if not solution.points:
        raise NotApplicableError(solution.notes[0])
    return tuple(solution[0].facts["used"])


def _levers(
    case: Any, used: Sequence[str], whole: BargainingProblem
) -> tuple[dict[str, float], dict[str, float]]:
    room, split = {}, {}
    terms = _levels(nash(whole))
    for lever in used:
        less = from_case(case, levers_used=tuple(name for name in used if name != lever))
        room[lever] = float(whole.zone()) - float(less.zone())
        other = _levels(nash(less))
        split[lever] = max((abs(terms[k] - other[k]) for k in terms if k in other), default=np.nan)
    return room, split


def _levels(solution: Solution) -> dict[tuple[str, str], float]:
    """Levels, and shares of options, of the first point."""
    out: dict[tuple[str, str], float] = {}
    if not solution.points:
        return out
    for k, labels in enumerate(solution.form.options):
        issue = solution.form.issues[k]
        term = solution[0].terms[issue]
        if labels is None:
            out[issue, ""] = float(term)
            continue
        shares = term if isinstance(term, Mapping) else {term: 1}
        out |= {(issue, label): float(shares.get(label, 0)) for label in labels}
    return out


def _midpoint(case: Any, whole: BargainingProblem) -> dict[str, float]:
    if any(labels is not None for labels in whole.options):
        return {}
    found = judged(whole, dict.fromkeys(case.issues, 0.5))
    return dict(zip(whole.parties, (float(x) for x in found.margins)))


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Every bargaining concept on one problem.

    Attributes
    ----------
    parties
        In the problem's order.
    solutions
        Id of a concept to its solution.
    refused
        Id of a concept to why it does not apply here.
    """

    parties: tuple[str, ...]
    solutions: Mapping[str, Solution]
    refused: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.solutions)} bargaining solutions>"

    def rows(self) -> list[list[str]]:
        """Title, payoff of each party, terms, axioms; one row a point."""
        out = []
        for name, found in self.solutions.items():
            concept = declare.concept_named(name)
            axioms = ", ".join(sorted(concept.axioms))
            for point in found.points:
                terms = ", ".join(f"{k}: {_said(x)}" for k, x in point.terms.items())
                worth = [number(float(point.payoffs[p])) for p in self.parties]
                out.append([concept.title, *worth, terms, axioms])
            if not found.points:
                nothing = ["-"] * len(self.parties)
                out.append([concept.title, *nothing, found.notes[0] if found.notes else "", axioms])
        return out

    def text(self) -> str:
        """The table for a terminal, and what was refused."""
        table = tables.text(["concept", *self.parties, "terms", "axioms"], self.rows())
        return "\n".join([table, *(f"{name}: {why}" for name, why in self.refused.items())])

    def html(self) -> str:
        """The table as HTML, escaped."""
        return tables.html(["concept", *self.parties, "terms", "axioms"], self.rows())

    def _repr_html_(self) -> str:
        return self.html()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "solutions": {name: found.to_dict() for name, found in self.solutions.items()},
            "refused": dict(self.refused),
        }


def _said(term: Any) -> str:
    if isinstance(term, Mapping):
        return " or ".join(f"{label} {number(float(share))}" for label, share in term.items())
    return clean(term) if isinstance(term, str) else number(float(term))


def compare(problem: BargainingProblem | Negotiation) -> Comparison:
    """Every bargaining concept in one table, with the axioms it satisfies.

    Parameters
    ----------
    problem
        One problem, not over draws, or a case: its problem is then made.

    Returns
    -------
    Comparison
        Concepts that do not apply (to three parties, say) are listed with the reason.

    Raises
    ------
    NotApplicableError
        A problem over draws.

    Examples
    --------
    >>> from negotiate.bargaining.problem import divide
    >>> found = compare(divide(100, {"a": 20, "b": 10}))
    >>> str(found.solutions["nash_bargaining"][0].payoffs["a"]), len(found.solutions)
    ('55', 10)
    """
    if isinstance(problem, Negotiation):
        problem = from_case(problem)
    if problem.shape:
        raise NotApplicableError(f"draws {problem.shape}", where="compare", allowed="one problem")
    solutions, refused = {}, {}
    for name in declare.concepts_of("bargaining"):
        try:
            solutions[name] = declare.concept_named(name)(problem)
        except NegotiateError as error:
            refused[name] = str(error)
    return Comparison(problem.parties, solutions, refused)
