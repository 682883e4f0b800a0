"""Metrics: numbers and labels read off solutions, named ``<form>.<name>``.

What-if knows no particular form. A form says which metrics it has (``METRICS``, with placeholders
such as ``<party>``) and computes them over draws (``evaluate``); this file finds the form by the
first part of a metric's name, expands placeholders against a negotiation, and refuses names that
do not exist with the nearest one that does.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> round(float(evaluate(idlib, ["deal.margin.least"])["deal.margin.least"]), 3) > 0
True
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from negotiate import registry
from negotiate.case.negotiation import Negotiation
from negotiate.errors import (
    MissingQuantityError,
    NegotiateError,
    NotApplicableError,
    UnknownNameError,
)


def form_names() -> tuple[str, ...]:
    """Forms that offer metrics of a negotiation."""
    return tuple(name for name in registry.names("forms") if _offers(name))


def _offers(name: str) -> bool:
    module = registry.load("forms", name)
    return all(hasattr(module, part) for part in ("METRICS", "evaluate", "compile"))


def available(negotiation: Negotiation) -> dict[str, str]:
    """Every metric that ``negotiation`` has the numbers for, with its meaning and unit.

    >>> import negotiate as ng
    >>> idlib = ng.load("idlib-2020")
    >>> "baron_ferejohn.proposer" in listed(idlib), "baron_ferejohn.proposer" in available(idlib)
    (True, False)
    """
    known = listed(negotiation)
    if negotiation.draws:
        return known  # to try them would be the work itself
    base = negotiation.floats()
    by_form: dict[str, list[str]] = {}
    for name in known:
        if "<" not in name:
            by_form.setdefault(name.partition(".")[0], []).append(name)
    lacking: set[str] = set()
    for names in by_form.values():
        if _lacks(base, names):
            lacking |= {name for name in names if _lacks(base, [name])}
    return {name: meaning for name, meaning in known.items() if name not in lacking}


def _lacks(base: Negotiation, names: Sequence[str]) -> bool:
    """Whether the case has not what these metrics are computed from.

    A value that makes them impossible here is another matter, since it may be drawn over.
    """
    try:
        with np.errstate(all="ignore"):
            evaluate(base, names)
    except (MissingQuantityError, NotApplicableError):
        return True
    except (NegotiateError, ArithmeticError, ValueError):
        return False
    return False


def listed(negotiation: Negotiation) -> dict[str, str]:
    """Metrics of every form that might apply to ``negotiation``, whether it has the numbers."""
    out: dict[str, str] = {}
    # A game without issues offers its own form's metrics only; a form may say whether it applies.
    forms = form_names() if negotiation.issues else tuple(negotiation.case.model)
    for form in forms:
        module = registry.load("forms", form)
        if not getattr(module, "applies", lambda _: True)(negotiation):
            continue
        for pattern, meaning in module.METRICS.items():
            for name in _expanded(pattern, negotiation):
                out[f"{form}.{name}"] = meaning
    return out


_UNITS = {
    "discount factor": "discount factor",
    "stakes": "stake",
    "stake": "stake",
    "months": "month",
    "probability": "probability",
    "chance": "probability",
    "belief": "probability",
}
_WORD = re.compile(r"\b(" + "|".join(_UNITS) + r")\b")


def unit_of(meaning: str) -> str:
    """Unit that a metric's meaning names first; empty for labels, counts and ratios.

    >>> unit_of("worth of keeping, stakes per period"), unit_of("probability of war, by months")
    ('stake', 'probability')
    >>> unit_of("least discount factor at which the party keeps the deal")
    'discount factor'
    """
    if meaning.startswith(("1 where", "number of")) or "per unit of" in meaning:
        return ""
    found = _WORD.search(meaning)
    return _UNITS[found[1]] if found else ""


def unit(name: str, meanings: Mapping[str, str]) -> str:
    """Unit of one of the metrics of `available`.

    "The larger of them" has the unit of the parties' metrics, and "the same where ..." that of the
    metric without its prefix.
    """
    form, _, rest = name.partition(".")
    parts = [known for known in meanings if known.startswith(f"{name}.")]
    plain = f"{form}.{rest.partition('.')[2]}"
    for like in (name, *parts[:1], plain):
        found = unit_of(meanings.get(like, ""))
        if found:
            return found
    return ""


def axis(negotiation: Negotiation, names: Iterable[str]) -> str:
    """Label of an axis on which metrics are drawn: their units, in the plural where they have one.

    >>> import negotiate as ng
    >>> axis(ng.load("idlib-2020"), ["repeated.critical_discount", "deal.margin.least"])
    'discount factor, stakes'
    """
    meanings = available(negotiation)
    plural = {"stake": "stakes", "month": "months"}
    names = tuple(names)
    found = dict.fromkeys(unit(name, meanings) for name in names)
    shown = [plural.get(one, one) for one in found if one]
    return ", ".join(shown) or (names[0] if len(names) == 1 else "value")


def _expanded(pattern: str, negotiation: Negotiation) -> Iterable[str]:
    """Names a pattern with placeholders stands for."""
    kinds = re.findall(r"<([^<>]+)>", pattern)
    choices = [_choices(kind, negotiation) for kind in kinds]
    for chosen in itertools.product(*choices):
        name = pattern
        for kind, value in zip(kinds, chosen):
            name = name.replace(f"<{kind}>", value, 1)
        yield name


def _choices(kind: str, negotiation: Negotiation) -> tuple[str, ...]:
    table: dict[str, tuple[str, ...]] = {
        "party": negotiation.principals,
        "issue": tuple(negotiation.issues),
        "lever": tuple(negotiation.levers),
        "deal": tuple(negotiation.deals),
        "branch": tuple(negotiation.branches),
        "scenario": tuple(negotiation.scenarios),
        "concept": ("nash_bargaining", "kalai_smorodinsky", "egalitarian", "utilitarian"),
    }
    return table.get(kind, (f"<{kind}>",))


def split(name: str, negotiation: Negotiation) -> tuple[str, str]:
    """Form and name within it; unknown names say which metric is near."""
    form, _, rest = name.partition(".")
    if form not in form_names() or not rest:
        raise UnknownNameError("metric", name, listed(negotiation))
    return form, rest


def evaluate(negotiation: Negotiation, names: Iterable[str]) -> dict[str, Any]:
    """Values of metrics over the negotiation's draws (scalars where it has none).

    Each form is compiled and solved once for all of its metrics asked for.
    """
    wanted: dict[str, list[str]] = {}
    for name in names:
        form, rest = split(name, negotiation)
        wanted.setdefault(form, []).append(rest)
    found: dict[str, Any] = {}
    for form, rests in wanted.items():
        module = registry.load("forms", form)
        try:
            values: Mapping[str, Any] = module.evaluate(negotiation.floats(), tuple(rests))
        except KeyError as error:
            raise UnknownNameError(
                "metric", f"{form}.{error.args[0]}", listed(negotiation)
            ) from None
        found |= {f"{form}.{rest}": np.asarray(values[rest]) for rest in rests}
    return {name: found[name] for name in names}


def number(negotiation: Negotiation, name: str) -> float:
    """One metric of one negotiation as a float."""
    return float(evaluate(negotiation, [name])[name])
