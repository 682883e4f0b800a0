"""Public checks of a student's answers: a list in words, a table in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negotiate.course.student import Checks

_SIGN = {"passes": "+", "open": " ", "unreadable": "!", "fails": "-"}
_WORDS = {
    "passes": "passes the public checks",
    "open": "open",
    "unreadable": "cannot be read",
    "fails": "cannot be right",
}
_END = "These checks are public. They are not the grade."


def text(checks: Checks) -> str:
    """One line for each question, then what to know."""
    wide = max((len(check.question) for check in checks.checks), default=0)
    lines = [f"{checks.exercise} ({checks.student}): {checks.passed} of {len(checks.checks)} pass"]
    for check in checks.checks:
        words = _WORDS[check.status] + (f": {check.words}" if check.words else "")
        lines.append(f"  {_SIGN[check.status]} {check.question:<{wide}}  {words}")
    return "\n".join([*lines, *(f"  {note}" for note in checks.notes), f"  {_END}"])


def html(checks: Checks) -> str:
    """A table; every word that a student wrote is escaped."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{escape(check.question)}</code></td>"
        f"<td style='text-align:left'>{escape(_WORDS[check.status])}"
        f"{': ' + escape(check.words) if check.words else ''}</td></tr>"
        for check in checks.checks
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in checks.notes)
    listed = f"<ul>{notes}</ul>" if notes else ""
    return (
        f"<div><p><strong>{escape(checks.exercise)}</strong>: {checks.passed} of "
        f"{len(checks.checks)} answers pass the public checks.</p>"
        f"<table>{rows}</table>{listed}<p><em>{_END}</em></p></div>"
    )
