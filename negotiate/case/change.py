"""How values move: reading a new value, group move rules, scenarios applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from negotiate.case.party import VALUE_FORMS
from negotiate.case.paths import domain
from negotiate.case.scenario import Scenario
from negotiate.errors import InputError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.tolerance import DRAWN_SUM, WEIGHT_SUM

if TYPE_CHECKING:
    from negotiate.case.negotiation import Negotiation


def apply(negotiation: Negotiation, scenario: Scenario) -> Negotiation:
    """The negotiation under ``scenario``: levers first, then set, scale, shift, in that order."""
    for lever in (*scenario.remove, *scenario.add):
        if lever not in negotiation.levers:
            raise UnknownNameError(
                "lever", lever, negotiation.levers, where=f"scenario {scenario.id}"
            )
    changes: dict[str, Any] = {f"lever.{lever}.available": False for lever in scenario.remove}
    changes |= {f"lever.{lever}.available": True for lever in scenario.add}
    changes |= scenario.set
    out = negotiation.with_values(changes) if changes else negotiation
    for factors, combine in ((scenario.scale, _times), (scenario.shift, _plus)):
        moved = {
            path: combine(out.value(path), factor, out.as_floats)
            for pattern, factor in factors.items()
            for path in out.matching(pattern)
        }
        if moved:
            out = out.with_values(moved)
    return replace(out, applied=(*negotiation.applied, scenario.id))


def _times(value: Any, factor: Fraction, as_floats: bool) -> Any:
    return value * (float(factor) if as_floats else factor)


def _plus(value: Any, term: Fraction, as_floats: bool) -> Any:
    return value + (float(term) if as_floats else term)


def settle(negotiation: Negotiation, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes read into the negotiation's arithmetic, with the group members that must follow."""
    out = {path: _read(negotiation, path, value) for path, value in changes.items()}
    for group in negotiation.groups.values():
        touched = [member for member in group.members if member in out]
        if touched and group.kind == "dirichlet":
            out |= _rescale(negotiation, group.id, group.members, touched, out)
        elif touched and group.kind == "ordered":
            _check_order(negotiation, group.id, group.members, out)
    for path in changes:
        _check_domain(negotiation, path, out[path])
    return out


def _read(negotiation: Negotiation, path: str, value: Any) -> Any:
    current = negotiation.base.get(path)
    if isinstance(current, bool):
        if hasattr(value, "dtype"):
            return value.astype(bool)
        if not isinstance(value, bool):
            raise InputError(f"{value!r}", where=path, allowed="true or false")
        return value
    if path.startswith("form."):
        if value not in VALUE_FORMS:
            raise InputError(f"'{value}'", where=path, allowed=", ".join(VALUE_FORMS))
        return value
    if isinstance(current, str):  # an option of a finite issue
        return str(value)
    if hasattr(value, "dtype") or hasattr(value, "free_symbols"):
        return value
    try:
        number = exact(value)
    except ValueError as error:
        raise InputError(str(error), where=path) from None
    return float(number) if negotiation.as_floats else number


def _rescale(
    negotiation: Negotiation,
    group: str,
    members: tuple[str, ...],
    touched: list[str],
    changes: Mapping[str, Any],
) -> dict[str, Any]:
    fixed = sum(changes[member] for member in touched)
    others = [member for member in members if member not in touched]
    if not others:
        if _far(fixed, 1):
            raise InputError(
                f"the members sum to {_shown(fixed)}",
                where=f"group {group}",
                allowed="a sum of 1",
                remedy="set one member; the others follow",
            )
        return {}
    rest = sum(negotiation.value(member) for member in others)
    if _above_one(fixed):
        raise InputError(
            f"{', '.join(touched)} would take {_shown(fixed)} of 1",
            where=f"group {group}",
            allowed="at most 1 in all",
        )
    left = 1 - fixed
    if hasattr(left, "dtype") or isinstance(left, float):
        left = left * (left > 0)  # what rounding takes below nothing is nothing
    if isinstance(rest, (int, float, Fraction)) and rest == 0:
        return {member: left / len(others) for member in others}
    return {member: negotiation.value(member) * left / rest for member in others}


def _far(total: Any, target: int) -> bool:
    if hasattr(total, "free_symbols"):
        return False
    if isinstance(total, (int, Fraction)):
        return total != target
    return (
        bool(abs(total - target).max() > DRAWN_SUM)
        if hasattr(total, "dtype")
        else (abs(total - target) > WEIGHT_SUM)
    )


def _above_one(total: Any) -> bool:
    if hasattr(total, "free_symbols"):
        return False
    return (
        bool((total > 1 + WEIGHT_SUM).any())
        if hasattr(total, "dtype")
        else bool(total > 1 + (0 if isinstance(total, Fraction) else WEIGHT_SUM))
    )


def _shown(total: Any) -> str:
    return f"{float(total.max() if hasattr(total, 'dtype') else total):.6g}"


def _check_order(
    negotiation: Negotiation, group: str, members: tuple[str, ...], changes: Mapping[str, Any]
) -> None:
    values = [changes.get(member, negotiation.value(member)) for member in members]
    if any(hasattr(value, "dtype") or hasattr(value, "free_symbols") for value in values):
        return
    for left, right, low, high in zip(members, members[1:], values, values[1:]):
        if low > high:
            raise InputError(
                f"{left} = {_shown(low)} would pass {right} = {_shown(high)}",
                where=f"group {group}",
                allowed="the order " + " <= ".join(members),
            )


def _check_domain(negotiation: Negotiation, path: str, value: Any) -> None:
    """Refuse a value that the path, or the unit of the quantity there, does not allow."""
    if isinstance(value, (bool, str)) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return
    allowed = domain(path, negotiation.stated.get(path))
    if allowed.holds(value):
        return
    worst = value
    if hasattr(value, "dtype"):
        low, high = value.min(), value.max()
        worst = high if high > allowed.high else low
    raise InputError(f"{float(worst):.6g}", where=path, allowed=allowed.text)
