"""Writing a parameter file: the file a case came from with its values changed, or a new one.

The text is edited by the spans of its values (spanned-toml), so that comments, order and layout
stay to the byte; who saves reads the text again and compares. `Difference` says what two
negotiations differ in.
"""

from __future__ import annotations

import datetime
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from negotiate.case.quantity import Quantity
from negotiate.case.schema import Case
from negotiate.errors import InputError
from negotiate.numbers.fractions import exact
from negotiate.view import Viewable

Location = tuple[str | int, ...]
Part = Mapping[str, Any] | BaseModel
"""An entry of a table: a mapping as in a file, or the model of one."""

RANGE = ("low", "high", "distribution", "bounds")
"""Keys that say how uncertain a number is."""


@dataclass(frozen=True)
class Edit:
    """One value to write: its path, its place, what the file states, the value now."""

    path: str
    at: Location
    stated: Any
    now: Any
    is_set: bool

    def table(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The quantity's table with the value now.

        A number that was set is known by judgement; one that moved out of its range with its group
        loses the range.
        """
        out = {**data, "value": _number(self.now)}
        low, high = (None if k not in data else exact(data[k]) for k in ("low", "high"))
        outside = (low is not None and out["value"] < low) or (
            high is not None and out["value"] > high
        )
        for key in RANGE if self.is_set or outside else ():
            out.pop(key, None)
        if self.is_set:
            out.pop("source", None)
            out["judgement"] = True
        return out


def document(thing: Any) -> Any:
    """Models, mappings and tuples as the plain tables, lists and exact numbers of a file."""
    if isinstance(thing, BaseModel):
        fields = {k: getattr(thing, k) for k in type(thing).model_fields}
        written = thing.model_fields_set
        return {k: document(v) for k, v in fields.items() if k in written and v is not None}
    if isinstance(thing, Mapping):
        return {str(k): document(v) for k, v in thing.items() if v is not None}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [document(item) for item in thing]
    if hasattr(thing, "stated") and hasattr(thing, "path"):  # an amount of another negotiation
        return document(thing.value)
    return thing


def _number(value: Any) -> Any:
    return value if isinstance(value, (bool, str)) else exact(value)


def literal(value: Any) -> str:
    """A value as TOML writes it; a fraction that is no short decimal as text.

    >>> literal(Fraction(1, 4)), literal(Fraction(1, 3)), literal(True)
    ('0.25', '"1/3"', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {literal(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    number = exact(value)
    if number.denominator == 1 and abs(number.numerator) < 10**18:
        return str(number.numerator)
    decimal = Decimal(number.numerator) / Decimal(number.denominator)
    text = f"{decimal:f}" if abs(decimal) > Decimal("1e-12") else f"{decimal:e}"
    return text if Fraction(text) == number else f'"{number}"'


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isalnum() and plain.isascii() else json.dumps(name, ensure_ascii=False)


# ---- editing a text -----------------------------------------------------------------------------


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text of a file with values changed; everything else stays to the byte."""
    for edit in edits:
        text = _one(text, edit)
    return text


def _one(text: str, edit: Edit) -> str:
    import spanned_toml

    root = spanned_toml.loads(text)
    nodes = [(None, root)]
    for step in edit.at:
        found = _child(nodes[-1][1], step)
        if found is None:
            return _added(text, nodes, edit)
        nodes.append(found)
    node = nodes[-1][1]
    inside = _plain(node)
    if not isinstance(inside, Mapping):
        start, stop = _span(node)
        return text[:start] + literal(_number(edit.now)) + text[stop:]
    table = {str(_plain(k)): _whole(v) for k, v in inside.items()}
    new = edit.table(table)
    start, stop = _span(node)
    if stop > start and text[start:stop].lstrip().startswith("{"):
        return text[:start] + literal(new) + text[stop:]
    spans = {}
    for key, value in inside.items():
        spans[str(_plain(key))] = (_span(key)[0], _span(value))
    changes = []
    for name, (head, (a, b)) in spans.items():
        if name not in new:
            begin = text.rfind("\n", 0, head) + 1
            end = text.find("\n", b)
            changes.append((begin, len(text) if end < 0 else end + 1, ""))
        elif new[name] != table[name]:
            changes.append((a, b, literal(new[name])))
    if "judgement" in new and "judgement" not in table:
        head, (_, b) = spans["value"]
        begin = text.rfind("\n", 0, head) + 1
        changes.append((begin, begin, f"{text[begin:head].rpartition('[')[0]}judgement = true\n"))
    for start, stop, put_in in sorted(changes, reverse=True):
        text = text[:start] + put_in + text[stop:]
    return text


def _added(text: str, nodes: list[tuple[Any, Any]], edit: Edit) -> str:
    """A key the file leaves to its default (available, form), written into its table."""
    node = nodes[-1][1]
    if len(nodes) != len(edit.at):
        raise InputError(f"{edit.path} has no place in the file", where="save")
    name, inside = str(edit.at[-1]), _plain(node)
    start, stop = _span(node)
    if stop > start and text[start:stop].lstrip().startswith("{"):
        table = {str(_plain(k)): _whole(v) for k, v in inside.items()}
        return text[:start] + literal({**table, name: _number(edit.now)}) + text[stop:]
    first = min(_span(k)[0] for k in inside if _span(k)[1] > _span(k)[0])
    begin = text.rfind("\n", 0, first) + 1
    return text[:begin] + f"{name} = {literal(_number(edit.now))}\n" + text[begin:]


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    inside = _plain(node)
    if isinstance(inside, Mapping):
        return next(((k, v) for k, v in inside.items() if _plain(k) == step), None)
    if isinstance(inside, list) and isinstance(step, int) and step < len(inside):
        return None, inside[step]
    return None


def _plain(node: Any) -> Any:
    return node.inner() if hasattr(node, "inner") else node


def _whole(node: Any) -> Any:
    inside = _plain(node)
    if isinstance(inside, Mapping):
        return {str(_plain(k)): _whole(v) for k, v in inside.items()}
    if isinstance(inside, list):
        return [_whole(item) for item in inside]
    return exact(inside) if isinstance(inside, float) else inside


def _span(node: Any) -> tuple[int, int]:
    if not hasattr(node, "span"):
        return 0, 0
    found = node.span()
    return found.start, found.stop


# ---- writing a new text -------------------------------------------------------------------------


def written(case: Case, edits: Iterable[Edit]) -> str:
    """The text of a case that came from no file, with values changed."""
    data = document(case)
    for edit in edits:
        place = data
        for step in edit.at[:-1]:
            place = place[step]
        last = edit.at[-1]
        stated = place.get(last) if isinstance(place, Mapping) else None
        is_table = isinstance(edit.stated, Quantity) and isinstance(stated, Mapping)
        place[last] = edit.table(dict(stated or {})) if is_table else _number(edit.now)
    single = [k for k, v in data.items() if not isinstance(v, (Mapping, list))]
    lines = [f"{_key(k)} = {literal(data[k])}" for k in single]
    for name, part in data.items():
        if isinstance(part, list):
            for entry in part:
                lines += ["", f"[[{_key(name)}]]"]
                lines += [f"{_key(k)} = {literal(v)}" for k, v in entry.items()]
        elif isinstance(part, Mapping):
            lines += ["", f"[{_key(name)}]"]
            lines += [f"{_key(k)} = {literal(v)}" for k, v in part.items()]
    return "\n".join(lines) + "\n"


def put(text: str, path: str | os.PathLike[str]) -> None:
    """Write a file in one step: a temporary file beside it takes its place."""
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent or ".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(name, target.stat().st_mode & 0o777)
        else:
            os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


@dataclass(frozen=True, repr=False)
class Difference(Viewable):
    """Inputs in which two negotiations differ.

    Attributes
    ----------
    here, there
        Ids of the two.
    rows
        Path, value here, value there; None where there is no such path.
    """

    here: str
    there: str
    rows: tuple[tuple[str, Any, Any], ...]

    _view = "negotiate.case.difference_view"

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Difference of {self.here} and {self.there}: {len(self.rows)} inputs>"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: ``{path: [here, there]}``."""
        plain: list[tuple[Any, ...]] = [
            (p, *(None if v is None else v if isinstance(v, (bool, str)) else str(v) for v in pair))
            for p, *pair in self.rows
        ]
        return {path: [a, b] for path, a, b in plain}
