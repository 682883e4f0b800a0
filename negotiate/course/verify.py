"""How often two students share an answer: an exercise drawn for many invented students.

For each question the share of pairs of students, of all n (n - 1) / 2, whose answers are the same
within the tolerance: the chance that a neighbour's answer, copied, is marked right. Choices have
few answers, so there the share is high by nature and is shown without a warning.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.course import drawing
from negotiate.course.exercise import Exercise, Question
from negotiate.course.kinds import KINDS
from negotiate.course.reader import TRIAL_KEY

WARN = 0.05
"""Share of pairs above which a neighbour's answer helps."""
FEW = ("choice", "choices", "profile", "equilibria")
"""Kinds whose answers are labels: students share them whatever the numbers."""


@dataclass(frozen=True)
class Shared:
    """What one question shows over many students.

    Attributes
    ----------
    question, kind
        Which question, and its kind of answer.
    share
        Share of pairs of students whose answers are the same within the tolerance; None where
        answers are not computed, or are the same for all by their nature (a formula).
    answers
        Number of different answers.
    """

    question: str
    kind: str
    share: float | None
    answers: int

    @property
    def warns(self) -> bool:
        """Whether copying a number would pay."""
        return self.share is not None and self.share > WARN and self.kind not in FEW


def verify(exercise: Exercise, *, students: int = 50, key: bytes = TRIAL_KEY) -> list[Shared]:
    """Shared answers of ``students`` invented students, question by question."""
    names = [f"student-{i}" for i in range(students)]
    worlds = [v.world for v in drawing.assign(exercise, names, key).values()]
    out = []
    for question in exercise.question:
        if question.kind in ("text", "case", "expression"):
            out.append(Shared(question.id, question.kind, None, 0))
            continue
        answers = [world.correct(question) for world in worlds]
        different = Counter(map(repr, answers))
        pairs = list(itertools.combinations(answers, 2))
        alike = sum(_alike(question, one, other) for one, other in pairs)
        out.append(
            Shared(question.id, question.kind, alike / len(pairs) if pairs else 0, len(different))
        )
    return out


def _alike(question: Question, one: Any, other: Any) -> bool:
    if one == other:
        return True
    value = as_given(one)
    return bool(KINDS[question.kind].share(question, other, value) == 1)


def as_given(answer: Any) -> Any:
    """A computed answer as a student who copies it exactly would give it."""
    if isinstance(answer, float):
        return Fraction(answer)
    if isinstance(answer, tuple):
        return tuple(as_given(a) for a in answer)
    if isinstance(answer, dict):
        return {k: as_given(v) for k, v in answer.items()}
    return answer


def text(exercise: Exercise, shared: list[Shared]) -> str:
    """The figures as a table for a terminal."""
    lines = [f"{exercise.id}: {exercise.title}", f"  draws: {drawing.space(exercise):,}"]
    for row in shared:
        if row.share is None:
            words = "marked without a number"
        else:
            words = f"{100 * row.share:5.1f} % of pairs share it, {row.answers} different answers"
        lines.append(f"  {row.question:<20} {row.kind:<11} {words}{'  !' if row.warns else ''}")
    if any(row.warns for row in shared):
        lines.append(f"  !  above {100 * WARN:.0f} %: widen the grids or narrow the tolerance")
    return "\n".join(lines)
