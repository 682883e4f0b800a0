"""What only the games can say of a case file: what nothing reads, questions that mean nothing.

The rules of `negotiate.case.check` know the format. Whether a metric exists, whether a condition
fits it, whether any game reads a slot or a quantity: that stands in the declarations of the games.

>>> review("cyprus-2017")
[]
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from negotiate import declare
from negotiate.case import read as casefile
from negotiate.case.diagnostics import Finding, Location, place
from negotiate.case.findings import parse_toml
from negotiate.case.negotiation import Negotiation
from negotiate.case.paths import flatten
from negotiate.case.quantity import Quantity
from negotiate.errors import InputError, NegotiateError
from negotiate.loading import unread_slots
from negotiate.whatif import metric
from negotiate.whatif.questions.condition import ALLOWED, read
from negotiate.whatif.study.world import marginal

WORSE = re.compile(r"\b(worse off|worse|loses?|below|refuses?)\b", re.IGNORECASE)
BETTER = re.compile(r"\b(better off|better|gains?|above|accepts?)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(not|no|never|neither|nobody|cannot)\b", re.IGNORECASE)


def review(case: str | Path, *, strict: bool = False) -> list[Finding]:
    """Findings in a case file without errors that its games, metrics and conditions give rise to.

    Parameters
    ----------
    case
        Id or path of a case without errors.
    strict
        Also name each bare number: neither sourced nor judged.

    Returns
    -------
    list
        Each at its line; a question that can have no answer is an error.
    """
    path = casefile.resolve(case)
    text = casefile.read_text(path)
    negotiation = casefile.loads(text, str(path))
    found = [*_claims(negotiation), *_expectations(negotiation), *_quantities(negotiation)]
    found += [
        *_distributions(negotiation),
        *_alone(negotiation),
        *_thirds(negotiation),
        *_bare_findings(negotiation, strict),
    ]
    placed = place(found, text, parse_toml(text, str(path)), str(path)) if found else []
    return sorted((*placed, *unread_slots(path)), key=lambda one: (one.line, one.column))


def bare(case: Negotiation) -> list[tuple[str, Location]]:
    """Paths, with their place, of numbers that are neither sourced nor said to be judgement.

    >>> import negotiate as ng
    >>> [path for path, _ in bare(ng.load("cyprus-2017"))]
    []
    """
    return [
        (path, at)
        for path, quantity, at in flatten(case.case)
        if isinstance(quantity, Quantity)
        and not (quantity.is_expression or quantity.source or quantity.judgement)
    ]


# ---- questions ----------------------------------------------------------------------------------


def _claims(case: Negotiation) -> Iterator[Finding]:
    """Claims ask of a metric that there is, by a condition of its kind and of their text's."""
    for index, claim in enumerate(case.case.claim):
        at: Location = ("claim", index)
        known = list(_metric(case, claim.metric, (*at, "metric")))
        yield from known
        try:
            condition = read(claim.condition)
        except InputError:
            yield Finding(
                (*at, "condition"),
                f"condition '{claim.condition}' means nothing",
                ALLOWED,
                "compare the metric with a number or with a label",
            )
            continue
        if any(one.severity == "error" for one in known):
            continue
        if _is_label(case, claim.metric) != (condition.label is not None):
            kind = "label" if condition.label is None else "number"
            yield Finding(
                (*at, "condition"),
                f"'{claim.condition}' on {claim.metric}, which is a {kind}",
                '== "label" or != "label"' if kind == "label" else "such as '> 0'",
                "compare like with like",
            )
        elif contrary := _contrary(claim.text, claim.metric, condition.sign):
            yield Finding(
                (*at, "condition"),
                contrary,
                remedy="turn the condition, or the sentence",
                severity="warning",
            )


def _contrary(text: str, name: str, sign: str) -> str:
    """What a claim on a margin says against its own condition; empty where it does not."""
    if ".margin." not in name or sign not in ("<", "<=", ">", ">=") or DENIED.search(text):
        return ""
    worse, better = WORSE.search(text), BETTER.search(text)
    said = worse if worse and not better else better if better and not worse else None
    if said is None or (said is worse) == (sign in ("<", "<=")):
        return ""
    return f"the text says '{said[0]}', the condition asks for a margin {sign} ..."


def _expectations(case: Negotiation) -> Iterator[Finding]:
    for index, scenario in enumerate(case.case.scenario):
        for number, item in enumerate(scenario.expects):
            yield from _metric(case, item.metric, ("scenario", index, "expects", number, "metric"))


def _metric(case: Negotiation, name: str, at: Location) -> Iterator[Finding]:
    """The metric exists, and its game can be made of this case."""
    game = name.partition(".")[0]
    if metric.found(case, name) is None:
        known = metric.declared(case)
        names = [*known, *(old for one in known.values() for old in one.was)]
        near = difflib.get_close_matches(name, names, 1, 0.6)
        yield Finding(
            at,
            f"this case has no metric '{name}'",
            "the metrics of `negotiate metrics CASE`",
            f"did you mean '{near[0]}'?" if near else "",
        )
        return
    try:
        declare.load("compiles", game)(case)
    except NegotiateError as error:
        yield Finding(
            at,
            f"{name} cannot be computed from this file: {error}",
            remedy="give what the game reads, or ask for another metric",
            severity="warning",
        )


def _is_label(case: Negotiation, name: str) -> bool:
    item = metric.found(case, name)
    return item is not None and item.unit.base == "label"


# ---- what nothing reads -------------------------------------------------------------------------


def _quantities(case: Negotiation) -> Iterator[Finding]:
    """Quantities that no game reads under their name, no expression and no setting names."""
    named = {name for expression in case.derived.values() for name in expression.names}
    named |= set(_texts(case.case.model))
    left = [n for n in case.case.quantity if n not in named and f"quantity.{n}" not in named]
    left = [name for name in left if not _in_the_text(case, name)]
    asked = _asked_for(case) if left else set()
    for name in left:
        if asked & {f"quantity.{other}" for other in _in_other_roles(case, name)}:
            continue
        near = difflib.get_close_matches(name, _names_of_games(), 1, 0.75)
        yield Finding(
            ("quantity", name),
            f"nothing reads the quantity '{name}'",
            "a quantity that a game reads, or that an expression names",
            f"did you mean '{near[0]}'?" if near else "take it out, or use it in an expression",
            severity="warning",
            on_key=True,
        )


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        for one in item.values():
            yield from _texts(one)
    elif isinstance(item, (list, tuple)):
        for one in item:
            yield from _texts(one)


@cache
def _text_of_games() -> str:
    """The files of the package, where the games say by name which quantities they read."""
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(declare.ROOT.rglob("*.py")))


@cache
def _names_of_games() -> tuple[str, ...]:
    return tuple(
        sorted(set(re.findall(r"quantity\.([a-z][a-z0-9_]*[a-z0-9])\b", _text_of_games())))
    )


def _in_the_text(case: Negotiation, name: str) -> bool:
    """Whether a file of the package names it, whole or with the lever or party at its end open."""
    ends = [
        name.removesuffix(known) + "{"
        for known in (*case.levers, *case.parties)
        if name.endswith(f"_{known}")
    ]
    whole = re.search(rf"""["'`.]{name}["'`]""", _text_of_games())
    return bool(whole) or any(end in _text_of_games() for end in ends)


def _asked_for(case: Negotiation) -> set[str]:
    """Paths that games look up while they are made of this case, with its levers and without."""
    asked: set[str] = set()

    class Watched(Negotiation):
        def value(self, path: str) -> Any:
            asked.add(path)
            return super().value(path)

        def has(self, path: str) -> bool:
            asked.add(path)
            return super().has(path)

    parts = {f.name: getattr(case, f.name) for f in fields(case) if not f.name.startswith("_")}
    watched = Watched(**parts)
    bare_hands = watched.with_values({f"lever.{name}.available": False for name in case.levers})
    for game in declare.names("compiles"):
        for one in (watched, bare_hands):
            with suppress(NegotiateError):
                declare.load("compiles", game)(one)
    return asked


def _in_other_roles(case: Negotiation, name: str) -> set[str]:
    """The name, and what it is for each other principal: who plays which role is a setting."""
    pieces = f"_{name}_"
    return {name} | {
        pieces.replace(f"_{own}_", f"_{other}_").strip("_")
        for own in case.principals
        if f"_{own}_" in pieces
        for other in case.principals
    }


def _distributions(case: Negotiation) -> Iterator[Finding]:
    """Every range can be drawn from by the distribution it names."""
    together = {
        m for group in case.groups.values() if group.kind == "dirichlet" for m in group.members
    }
    for path, quantity, at in flatten(case.case):
        if isinstance(quantity, Quantity) and quantity.is_uncertain and path not in together:
            try:
                marginal(path, quantity, float(case.value(path)))
            except NegotiateError as error:
                yield Finding(
                    at,
                    f"nothing can be drawn: {getattr(error, 'what', error)}",
                    getattr(error, "allowed", ""),
                    getattr(error, "remedy", ""),
                    on_key=True,
                )


def _alone(case: Negotiation) -> Iterator[Finding]:
    """One party alone has nobody to bargain with."""
    if len(case.principals) < 2:
        index = next((i for i, p in enumerate(case.case.party) if p.role == "principal"), 0)
        yield Finding(
            ("party", index),
            f"{len(case.principals)} principal: nobody to bargain with",
            'two or more parties with role = "principal"',
            "give another party that role",
            severity="warning",
        )


def _thirds(case: Negotiation) -> Iterator[Finding]:
    """An answer of a third party is read where its lever's threat enters no deal."""
    for index, lever in enumerate(case.case.lever):
        if lever.response is not None and "disagreement" not in lever.enters:
            yield Finding(
                ("lever", index, "response"),
                f"nothing reads how {lever.response.party} answers: the lever does not enter "
                "disagreement",
                'enters = ["disagreement"] for a lever that a third party answers',
                "add the slot, or take the response out",
                severity="warning",
                on_key=True,
            )


def _bare_findings(case: Negotiation, strict: bool) -> Iterator[Finding]:
    for _, at in bare(case) if strict else ():
        yield Finding(
            at,
            "a number without a source",
            "source = [...] or judgement = true",
            "write it as { value = ..., judgement = true }",
            severity="warning",
            on_key=True,
        )
