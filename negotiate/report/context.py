"""What the sections of a report read: the case, and results computed once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from negotiate import __version__, declare
from negotiate.case.negotiation import Negotiation
from negotiate.solution import Solution

CONCEPTS = (
    "nash_bargaining", "kalai_smorodinsky", "egalitarian", "utilitarian", "equal_area",
    "raiffa_discrete", "perles_maschler", "adjusted_winner",
)  # fmt: skip


@dataclass(frozen=True)
class CaseContext:
    """Results of one case, each computed when a section first asks for it.

    Attributes
    ----------
    case
        The negotiation.
    draws, seed
        Size and seed of the uncertainty analysis.
    """

    case: Negotiation
    draws: int = 10_000
    seed: int = 0

    @property
    def title(self) -> str:
        """Title of the report."""
        return self.case.title

    @property
    def subtitle(self) -> str:
        """What the report is about, in a line."""
        names = " and ".join(self.name(party) for party in self.case.principals)
        day = f", facts known by {self.case.case.as_of}" if self.case.case.as_of else ""
        return f"Bargaining between {names}{day}"

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Provenance: case, hash of the file, version, draws, seed."""
        applied = ", ".join(self.case.applied) or "baseline"
        changed = ", ".join(getattr(self.case, "was_set", ()))
        moved = (("set by hand", changed),) if changed else ()
        return (
            ("case", self.case.id),
            ("file, SHA-256", self.case.file_hash[:16]),
            ("scenario", applied),
            *moved,
            ("negotiate", __version__),
            ("draws", f"{self.draws:,}"),
            ("seed", str(self.seed)),
        )

    @cached_property
    def questions(self) -> Any:
        """The study behind the report, and the answers that sections share."""
        from negotiate.report.questions import Questions

        return Questions(self.case, self.draws, self.seed)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names by id of parties, levers and deals."""
        groups: tuple[Any, ...] = (self.case.parties, self.case.levers, self.case.deals)
        return {key: item.name.split(":")[0] for group in groups for key, item in group.items()}

    def profile(self, label: str) -> str:
        """A pair of sets of levers, ``a + b | c``, with names for ids."""
        sides = [
            " + ".join(self.names.get(part, part) for part in side.split(" + "))
            for side in label.split(" | ")
        ]
        return " against ".join(sides)

    def name(self, party: str) -> str:
        """Name of a party."""
        return self.case.parties[party].name

    @property
    def two(self) -> bool:
        """Whether two principals bargain."""
        return len(self.case.principals) == 2

    @cached_property
    def threats(self) -> Any:
        """The threat game."""
        return declare.load("compiles", "threats")(self.case)

    @cached_property
    def threat_solution(self) -> Solution:
        """Rational threats and the deal they lead to: the report's prediction."""
        found: Solution = declare.concept_named("rational_threats")(self.threats)
        return found

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Levers used at the solution of the threat game."""
        return tuple(self.threat_solution[0].facts["used"])

    @cached_property
    def problem(self) -> Any:
        """The bargaining problem with the levers used at the solution of the threat game."""
        return declare.load("compiles", "bargaining")(self.case, levers_used=self.used)

    @cached_property
    def predicted_terms(self) -> dict[str, Any]:
        """Terms at the file's values: rational threats of two, Nash bargaining of more."""
        if self.two:
            found = self.threat_solution
        else:
            problem = declare.load("compiles", "bargaining")(self.case)
            found = declare.concept_named("nash_bargaining")(problem)
        return dict(found[0].terms) if len(found) else {}

    @cached_property
    def solutions(self) -> tuple[Solution, ...]:
        """Every concept on that problem."""
        return tuple(declare.concept_named(name)(self.problem) for name in CONCEPTS)

    @cached_property
    def judged(self) -> dict[str, Any]:
        """The deals of the file, judged on that problem."""
        deal = declare.file_of("deal")
        return {
            name: deal.judged(self.problem, self.case.terms(name), name=name)
            for name in self.case.deals
        }

    @property
    def signed(self) -> Any:
        """The signed deal, judged."""
        return self.judged[self.case.signed_deal] if self.case.signed_deal else None

    @cached_property
    def drawn(self) -> dict[str, np.ndarray[Any, Any]]:
        """Metrics over the draws of everything uncertain."""
        found: dict[str, np.ndarray[Any, Any]] = self.questions.drawn
        return found

    @cached_property
    def advantages(self) -> dict[str, np.ndarray[Any, Any]]:
        """What each lever of the threat game brings its holder, over the draws."""
        found: dict[str, np.ndarray[Any, Any]] = self.questions.advantages
        return found
