"""From a case to what a sweep draws: its uncertain quantities with their joint distribution.

Low and high of a quantity are its 5 % and 95 % points unless the file says ``bounds``; quantities
of a group are drawn together (weights of a party and probabilities of branches, in a group of the
file or not, from a Dirichlet distribution with mean at the values). A number that was set is known.
Members of a Dirichlet group whose value is zero stay zero.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from negotiate.case.negotiation import Negotiation
from negotiate.case.paths import domain
from negotiate.case.quantity import Quantity
from negotiate.case.scenario import NaturalGroup
from negotiate.errors import InputError
from negotiate.whatif.study.groups import Dirichlet
from negotiate.whatif.study.marginal import Marginal, discrete, fitted
from negotiate.whatif.study.space import Space

P = ParamSpec("P")
R = TypeVar("R")


def opened(case: Any) -> Negotiation:
    """What a question is asked of: a case, its id or file, or a game as its quantities' case.

    >>> opened("idlib-2020").id
    'idlib-2020'

    Raises
    ------
    InputError
        Where there is nothing to draw: a game in numbers only.
    """
    if isinstance(case, (str, Path)):
        from negotiate.loading import load

        case = load(case)
    from negotiate.declare import kind_of

    kind = kind_of(case)
    if hasattr(case, "as_case"):
        case = case.as_case()
        if not case.paths:  # a game in numbers only: nothing can be moved
            case = None
    if isinstance(case, Negotiation):
        return case
    raise InputError(
        f"a game of kind {kind} has no quantities to draw"
        if kind
        else f"{type(case).__name__} is no case",
        where="what-if",
        allowed='a case, its id or file, or a file of kind = "extensive" or "strategic" with its '
        "quantities",
        remedy="equilibria of a strategic game over one quantity: equilibrium_map(FILE, QUANTITY)"
        if kind == "strategic"
        else "",
    )


def of_case(question: Callable[Concatenate[Negotiation, P], R]) -> Callable[Concatenate[Any, P], R]:
    """A question of a case that takes whatever `opened` does."""

    @functools.wraps(question)
    def asked(*given: Any, **named: Any) -> R:
        if given:
            return question(opened(given[0]), *given[1:], **named)
        by_name: Any = question  # the case by its name, which the type cannot say
        return cast("R", by_name(**{k: opened(v) if k == "case" else v for k, v in named.items()}))

    return cast("Callable[Concatenate[Any, P], R]", asked)


def space(case: Negotiation) -> Space:
    """Uncertain quantities of ``case`` with their marginals and groups."""
    groups, grouped = {}, set()
    for name, group in case.groups.items():
        if group.kind != "dirichlet":
            continue
        if isinstance(group, NaturalGroup) and group.concentration is None:
            continue  # no range: known
        grouped |= set(group.members)
        if isinstance(group, NaturalGroup) and any(m in case.derived for m in group.members):
            continue  # expressions, which follow their quantities
        # what was set is known; the others divide what it leaves
        free = [m for m in group.members if m not in case.was_set]
        members = tuple(m for m in free if float(case.value(m)) > 0)
        if len(members) < 2:
            continue
        strength = float(group.concentration or 20)
        alpha = tuple(strength * float(case.value(m)) for m in members)
        total = 1.0 if len(free) == len(group.members) else sum(alpha) / strength
        groups[name] = Dirichlet(members, alpha, total)
    marginals = {
        path: marginal(path, case.stated[path], float(case.value(path)))
        for path in case.uncertain()
        if path not in grouped
    }
    known = {path: case.stated[path] for path in (*marginals, *grouped)}
    return Space(
        marginals,
        groups,
        units={path: q.unit for path, q in known.items()},
        sources={path: ", ".join(q.source) for path, q in known.items()},
    )


def marginal(path: str, quantity: Quantity, value: float) -> Marginal:
    """Distribution of one quantity, kept inside the domain of its path and unit."""
    low, high = float(quantity.low or 0), float(quantity.high or 0)
    given = quantity.distribution
    parameters: Mapping[str, float] = {
        name: float(number)
        for name in ("alpha", "beta", "mu", "sigma", "shape", "rate")
        if given is not None and (number := getattr(given, name)) is not None
    }
    inside = domain(path, quantity).ends
    family = given.family if given is not None else "uniform"
    if family == "beta" and {"alpha", "beta"} <= set(parameters):
        made = Marginal("beta", {**parameters, "a": 0.0, "b": 1.0})
    elif family == "lognormal" and {"mu", "sigma"} <= set(parameters):
        made = Marginal("lognormal", {"mean": parameters["mu"], "sd": parameters["sigma"]})
    elif family == "gamma" and {"shape", "rate"} <= set(parameters):
        made = Marginal("gamma", {"shape": parameters["shape"], "scale": 1.0 / parameters["rate"]})
    elif family == "normal" and {"mu", "sigma"} <= set(parameters):
        made = Marginal("normal", {"mean": parameters["mu"], "sd": parameters["sigma"]})
    elif family == "discrete" and given is not None and given.values:
        weights = [float(weight) for weight in given.weights] or None
        made = discrete([float(number) for number in given.values], weights)
    else:
        made = fitted(family, value=value, low=low, high=high, bounds=quantity.bounds)
    return Marginal(made.family, made.params, made.values, made.probabilities, inside, value)
