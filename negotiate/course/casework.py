"""A student's own case file, examined: read and checked, never executed.

The file lies beside the answers. It is found by its bare name, its size is bounded, and what is
known of it are numbers: how many parties, issues, levers, sources it has, how many findings
`negotiate check` reports, what share of its quantities has a source, how wide its bargaining zone
is.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.errors import InputError, NegotiateError

MAX_BYTES = 200_000
FACTS = {
    "errors": "errors that negotiate check finds",
    "warnings": "warnings that negotiate check finds",
    "parties": "parties",
    "principals": "parties that bargain",
    "issues": "issues",
    "levers": "levers",
    "branches": "branches of no deal",
    "deals": "deals",
    "scenarios": "scenarios",
    "sources": "sources or facts listed",
    "quantities": "numbers with a path",
    "uncertain": "numbers with a range",
    "sourced": "share of the numbers given as quantities that have a source or are judgement",
    "zone": "room for agreement, in stakes; -1 where it cannot be computed",
}
"""What conditions on a case file may speak of."""


def examine(folder: Path, name: str) -> tuple[dict[str, Any], list[Any]]:
    """Facts of a case file of ``folder``, and what `negotiate check` finds in it."""
    from negotiate.case import read as casefile

    path = folder / name
    plain = name == Path(name).name and name.endswith(".toml") and not name.startswith(".")
    if not plain or path.is_symlink() or not path.is_file():
        raise InputError(
            f"there is no case file '{name[:80]}' beside the answers",
            allowed="the name of a .toml file in the same folder",
        )
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            f"the case file has {path.stat().st_size:,} bytes", allowed=f"at most {MAX_BYTES:,}"
        )
    text = casefile.read_text(path)
    findings, case = casefile.findings(text, name)
    facts: dict[str, Any] = dict.fromkeys(FACTS, Fraction(0))
    facts["zone"] = Fraction(-1)
    facts["errors"] = Fraction(sum(f.severity == "error" for f in findings))
    facts["warnings"] = Fraction(len(findings)) - facts["errors"]
    if case is None:
        return facts, findings
    from negotiate.case.negotiation import assemble

    negotiation = assemble(case)
    for fact, things in (
        ("parties", negotiation.parties),
        ("principals", negotiation.principals),
        ("issues", negotiation.issues),
        ("levers", negotiation.levers),
        ("branches", negotiation.branches),
        ("deals", negotiation.deals),
        ("scenarios", negotiation.scenarios),
    ):
        facts[fact] = Fraction(len(things))
    listed = [getattr(case, part, ()) or () for part in ("source", "fact")]
    facts["sources"] = Fraction(sum(len(items) for items in listed))
    quantities = list(_quantities(case))
    facts["quantities"] = Fraction(len(quantities))
    facts["uncertain"] = Fraction(sum(q.is_uncertain for q in quantities))
    backed = sum(bool(q.source) or q.judgement for q in quantities)
    facts["sourced"] = Fraction(backed, len(quantities)) if quantities else Fraction(0)
    facts["zone"] = _zone(negotiation)
    return facts, findings


def _quantities(thing: Any) -> Any:
    """Every quantity inside a validated case."""
    from pydantic import BaseModel

    from negotiate.case.quantity import Quantity

    if isinstance(thing, Quantity):
        yield thing
    elif isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from _quantities(getattr(thing, name))
    elif isinstance(thing, dict):
        for entry in thing.values():
            yield from _quantities(entry)
    elif isinstance(thing, (list, tuple)):
        for entry in thing:
            yield from _quantities(entry)


def _zone(negotiation: Any) -> Fraction:
    from negotiate.whatif.metric import number

    try:
        return Fraction(number(negotiation, "bargaining.zone"))
    except (NegotiateError, ArithmeticError, ValueError, LookupError):
        return Fraction(-1)
