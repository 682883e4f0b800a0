"""How a form of named numbers reads them from a negotiation.

Each number is looked up in this order: a path named in the file under ``[model.<form>]``, the
form's own default paths (a quantity, a lever, a party), the form's default. What is missing is
named, all of it in one error, with both ways of giving it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import expected, table
from negotiate.case.slots.expected import COMMITMENTS
from negotiate.errors import (
    InputError,
    MissingQuantityError,
    NotApplicableError,
    UnknownNameError,
)
from negotiate.numbers.fractions import exact

MISSING = object()


def number(
    negotiation: Negotiation, form: str, field: str, *paths: str, default: Any = MISSING
) -> Any:
    """Value of ``field``: the file's own path or number, then ``paths``, then the default."""
    named = negotiation.setting(form, field)
    if isinstance(named, str):
        return negotiation.value(named)
    if isinstance(named, (bool, list, dict)):
        raise InputError(
            f"{field} is {named!r}", where=f"model.{form}", allowed="a number, or a path in quotes"
        )
    if named is not None:
        return _plain(negotiation, exact(named, where=f"model.{form}.{field}"))
    for path in paths:
        if negotiation.has(path):
            return negotiation.value(path)
    if default is MISSING:
        require(negotiation, form, {field: paths})
    return _plain(negotiation, default)


def require(
    negotiation: Negotiation, form: str, asked: Mapping[str, str | tuple[str, ...]]
) -> None:
    """Refuse a case that lacks any of the fields asked for, naming all that it lacks.

    ``asked`` maps a field to the paths that may give it; ``[model.<form>] <field>`` gives it too.
    """
    lacking: dict[str, tuple[str, ...]] = {}
    for field, given in asked.items():
        paths = (given,) if isinstance(given, str) else tuple(given)
        named = negotiation.setting(form, field)
        if named is None and not any(negotiation.has(path) for path in paths):
            lacking[field] = paths
    if lacking:
        some = next(iter(lacking))
        raise MissingQuantityError(
            [paths[0] if paths else field for field, paths in lacking.items()],
            f"no value for {', '.join(lacking)}",
            where=f"case {negotiation.id}, form {form}",
            allowed="; ".join(" or ".join(paths) or "a path" for paths in lacking.values()),
            remedy=f"add the {'quantity' if len(lacking) == 1 else 'quantities'}, or write "
            f"{some} = '<path>' under [model.{form}]",
        )


def commitment(
    negotiation: Negotiation, form: str, given: str | None, *, default: str = "stated"
) -> str:
    """How sure a threatened lever is to be carried out: the argument, the file, the default."""
    chosen = given or negotiation.setting(form, "commitment", default)
    if chosen not in COMMITMENTS:
        raise UnknownNameError("commitment", str(chosen), COMMITMENTS, where=f"form {form}")
    return str(chosen)


def _plain(negotiation: Negotiation, value: Any) -> Any:
    if negotiation.as_floats and isinstance(value, (int, Fraction)):
        return float(value)
    return value


def count(negotiation: Negotiation, form: str, field: str, *, default: int | None = None) -> int:
    """A whole number (crises, members)."""
    given = number(
        negotiation,
        form,
        field,
        f"quantity.{field}",
        default=MISSING if default is None else default,
    )
    if getattr(given, "ndim", 0) or int(given) != given:
        raise InputError(
            f"{field} is {given}",
            where=f"case {negotiation.id}, form {form}",
            allowed="one whole number",
        )
    return int(given)


def sides(negotiation: Negotiation, form: str, *, first: str = "first") -> tuple[str, str]:
    """The two principals, the one named under ``[model.<form>] <first>`` before the other.

    A case of three and more principals names the two under ``[model.<form>] sides``: none of them
    is left out silently. With ``sides`` and no ``<first>`` they stand in the order written.
    """
    pair = _pair(negotiation, form)
    lead = negotiation.setting(form, first, pair[0])
    if lead not in pair:
        raise UnknownNameError("principal", lead, pair, where=f"model.{form}.{first}")
    return lead, next(party for party in pair if party != lead)


def _pair(negotiation: Negotiation, form: str) -> tuple[str, str]:
    principals = negotiation.principals
    named = negotiation.setting(form, "sides")
    if named is not None:
        names = tuple(named) if isinstance(named, (list, tuple)) else (named,)
        for name in names:
            if name not in principals:
                raise UnknownNameError("principal", str(name), principals, where=f"model.{form}")
        if len(names) != 2 or names[0] == names[1]:
            raise InputError(
                f"sides are {', '.join(map(str, names)) or 'empty'}",
                where=f"model.{form}",
                allowed=f"two of {', '.join(principals)}",
            )
        return str(names[0]), str(names[1])
    if len(principals) != 2:
        enough = len(principals) > 2
        shown = ", ".join(f'"{party}"' for party in principals[:2])
        raise NotApplicableError(
            f"{len(principals)} principal{'' if len(principals) == 1 else 's'}",
            where=f"case {negotiation.id}, {form}",
            allowed="two sides",
            remedy=f"name the two: sides = [{shown}] under [model.{form}]" if enough else "",
        )
    return principals[0], principals[1]


def win_probability(negotiation: Negotiation, form: str, party: str, *, commitment: str) -> Any:
    """Chance that ``party`` wins a war.

    ``quantity.win_probability`` is that of the first principal (or of ``[model.<form>] winner``)
    with no lever used; each lever in the slot then adds the shift that it states itself to the
    chance of its holder's side, times the chance that it is carried out.
    """
    from negotiate.numbers.arithmetic import clip

    winner, loser = sides(negotiation, form, first="winner")
    base = number(negotiation, form, "win_probability", "quantity.win_probability")
    gains = table.win_probability(negotiation, commitment=commitment)
    chance = clip(base + gains[winner] - gains[loser], 0, 1)
    return chance if party == winner else 1 - chance


def prize(negotiation: Negotiation, form: str, party: str) -> Any:
    """What is at stake in a crisis, to ``party``, in its stakes: see `slots.expected.prize`.

    ``[model.<form>] prize_<party>`` says otherwise for one model.
    """
    if negotiation.setting(form, f"prize_{party}") is not None:
        return number(negotiation, form, f"prize_{party}")
    return expected.prize(negotiation, party)


def war_cost(negotiation: Negotiation, form: str, party: str, *, commitment: str) -> Any:
    """Cost of war to ``party`` in shares of its prize: its quantity, and what levers add."""
    return _in_prizes(
        negotiation, form, party, f"war_cost_{party}", f"quantity.war_cost_{party}", commitment
    )


def type_fields(party: str) -> dict[str, str]:
    """What `cost_types` reads, for `require`."""
    return {
        f"war_cost_{party}_{kind}": f"quantity.war_cost_{party}_{kind}"
        for kind in ("tough", "weak")
    }


def cost_types(
    negotiation: Negotiation, form: str, party: str, *, commitment: str
) -> tuple[Any, Any]:
    """Least and largest cost of war to ``party`` that the other side holds possible, in prizes.

    ``quantity.war_cost_<party>_tough`` and ``_weak``: what the other side believes. They are
    quantities of their own with ranges of their own; the range of ``war_cost_<party>`` is what the
    analyst does not know, and no part of the game.
    """
    require(negotiation, form, type_fields(party))
    tough, weak = (
        _in_prizes(negotiation, form, party, field, path, commitment)
        for field, path in type_fields(party).items()
    )
    return tough, weak


def _in_prizes(
    negotiation: Negotiation, form: str, party: str, field: str, path: str, commitment: str
) -> Any:
    from negotiate.numbers.arithmetic import over

    base = number(negotiation, form, field, path)
    added = table.war_cost(negotiation, commitment=commitment)[party]
    return over(base + added, prize(negotiation, form, party))


@dataclass(frozen=True)
class War:
    """War as a costly lottery between A and B, with the levers' slots read: what A wins, costs."""

    win_probability: Any
    cost_a: Any
    cost_b: Any


def war_fields(*parties: str) -> dict[str, str]:
    """What `war` reads, for `require`."""
    return {"win_probability": "quantity.win_probability"} | {
        f"war_cost_{party}": f"quantity.war_cost_{party}" for party in parties
    }


def war(negotiation: Negotiation, form: str, a: str, b: str, *, commitment: str) -> War:
    """The costly lottery of a case as ``a`` sees it: its chance of winning and both costs."""
    require(negotiation, form, war_fields(a, b))
    return War(
        win_probability(negotiation, form, a, commitment=commitment),
        war_cost(negotiation, form, a, commitment=commitment),
        war_cost(negotiation, form, b, commitment=commitment),
    )


def audience_cost(negotiation: Negotiation, form: str, party: str) -> Any:
    """What ``party`` loses at home by backing down: its quantity, and what levers in the slot add.

    The quantity is ``quantity.audience_cost_<party>``, 0 where the file has none.
    """
    base = number(
        negotiation, form, f"audience_cost_{party}", f"quantity.audience_cost_{party}", default=0
    )
    return base + table.audience_cost(negotiation)[party]


def read(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Metrics asked for; an unknown one is a ``KeyError``, which what-if turns into advice."""
    return {name: values[name] for name in names}
