"""Games of an exercise, built from drawn numbers: one builder for each kind.

A table ``[game.<id>]`` has a ``kind`` and, besides, what that kind needs; wherever a number stands,
an expression over the exercise's quantities may stand. Strategic and extensive games are written
as in a game file; any form of named numbers (``crisis_bargaining`` ...) takes its fields by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from negotiate import declare
from negotiate.course.builders import KINDS, Numbers, value
from negotiate.errors import InputError, UnknownNameError
from negotiate.numbers.fractions import exact


def build(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    """The game that a table describes, at the numbers given."""
    check(spec, where)
    kind = str(spec["kind"])
    if kind in KINDS:
        return KINDS[kind].build(spec, numbers, where)
    return _model(spec, numbers, where)


def check(spec: Mapping[str, Any], where: str) -> None:
    """Raise where a table has no kind, an unknown one, an unknown key or lacks one."""
    kind = spec.get("kind")
    models = parametric()
    if not isinstance(kind, str) or kind not in (*KINDS, *models):
        raise UnknownNameError("kind of game", str(kind), (*KINDS, *models), where=where)
    if kind in KINDS:
        needs, takes = KINDS[kind].needs, KINDS[kind].takes
    else:
        known = models[kind]
        model = spec.get("model", next(iter(known)))
        if model not in known:
            raise UnknownNameError(f"model of {kind}", str(model), known, where=where)
        needs = known[model].needs
        takes = (*known[model].takes, "model")
    for key in spec:
        if key not in (*needs, *takes, "kind", "title", "note"):
            raise UnknownNameError("key", key, (*needs, *takes), where=where)
    for key in needs:
        if key not in spec:
            raise InputError(f"'{key}' is missing", where=where, allowed=", ".join(needs))


@dataclass(frozen=True)
class _Model:
    made: Any
    needs: tuple[str, ...]
    takes: tuple[str, ...]


_MODELS: dict[str, dict[str, _Model]] = {}


def parametric() -> dict[str, dict[str, _Model]]:
    """Forms of named numbers and their models, with the numbers each needs and takes."""
    if not _MODELS:
        from negotiate.case.parametric import ParametricForm

        for name in declare.names("game"):
            module = declare.module_of(declare.entry("game", name))
            found = {}
            meant = declare.load("game", name)  # the class the name stands for comes first
            kinds = sorted(vars(module).items(), key=lambda item: item[1] is not meant)
            for label, kind in kinds:
                own = inspect.isclass(kind) and kind.__module__ == module.__name__
                if own and issubclass(kind, ParametricForm) and is_dataclass(kind):
                    parts: dict[bool, list[str]] = {True: [], False: []}
                    for field in fields(kind):
                        parts[_required(field)].append(field.name)
                    found[label] = _Model(kind, tuple(parts[True]), tuple(parts[False]))
            if found:
                _MODELS[name] = found
    return _MODELS


def _required(field: Any) -> bool:
    import dataclasses

    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _model(spec: Mapping[str, Any], numbers: Numbers, where: str) -> Any:
    known = parametric()[spec["kind"]]
    model = known[spec.get("model", next(iter(known)))]
    given = {
        key: value(spec[key], numbers, f"{where}.{key}", labels=key in ("players", "commitment"))
        for key in spec
        if key not in ("kind", "model", "title", "note")
    }
    if "rungs" in given:
        rung = declare.module_of(declare.entry("game", str(spec["kind"]))).Rung
        given["rungs"] = tuple(_rung(rung, r, numbers, where) for r in spec["rungs"])
    for key in model.made._counts:
        if key in given:
            given[key] = int(given[key])
    return model.made(**given)


def _rung(made: Any, entry: Any, numbers: Numbers, where: str) -> Any:
    known = [f.name for f in fields(made)]
    for key in entry:
        if key not in known:
            raise UnknownNameError("key", key, known, where=f"{where}.rungs")
    return made(
        **{
            key: value if key == "name" else numbers.number(value, f"{where}.rungs.{key}")
            for key, value in entry.items()
        }
    )


def literal(entry: Any) -> Any:
    """A number of a file as a fraction; anything else as it stands."""
    if isinstance(entry, bool):
        return entry
    return exact(entry) if isinstance(entry, (int, float, Decimal, Fraction)) else entry
