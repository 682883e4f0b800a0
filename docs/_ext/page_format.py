"""The file format of a case, from the models that read it."""

from __future__ import annotations

import types
from fractions import Fraction
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from text import cell, prose, table

LEAD = """# File format

A case is one TOML file. Every table and key it may hold is listed here, from the models that read
it; a key that is not listed is refused, with the nearest one that exists. `negotiate schema` writes
the same as a JSON Schema, which an editor can use for completion.

A **quantity** stands wherever the type says so. It is a number (`0.2`), an expression over other
quantities (`"0.95 * win_probability"`), or a table:

```toml
{ value = 0.2, low = 0.08, high = 0.4, unit = "stake", source = ["F14"], judgement = true }
```

`negotiate new NAME` writes a commented file to start from.
"""


def _type(kind: Any, models: list[Any]) -> str:
    from pydantic import BaseModel

    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(args[0], models)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a, models) for a in args if a is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(f"`{a}`" for a in args)
    if origin is tuple:
        return f"list of {_type(args[0], models)}"
    if origin is dict:
        return f"table: name to {_type(args[1], models)}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in models:
            models.append(kind)
        return f"[{kind.__name__.lower()}](#{kind.__name__.lower()})"
    return {str: "text", bool: "`true` or `false`", Fraction: "number", int: "whole number",
            Any: "anything"}.get(kind, getattr(kind, "__name__", str(kind)))  # fmt: skip


def _default(field: Any) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}) or hasattr(type(value), "model_fields"):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _attributes(model: Any) -> tuple[str, dict[str, str]]:
    """Body of a model's docstring and what it says about each attribute."""
    from numpydoc.docscrape import ClassDoc

    doc = ClassDoc(model)
    said = {
        name.strip(): " ".join(entry.desc)
        for entry in doc["Attributes"]
        for name in entry.name.split(",")
    }
    body = "\n".join([*doc["Summary"], "", *doc["Extended Summary"]])
    return body, said


def page() -> str:
    """Every model with its keys."""
    from negotiate.model.case import Case

    models: list[Any] = [Case]
    out = [LEAD]
    for model in models:  # grows while it is read
        body, said = _attributes(model)
        out.append(f"## {model.__name__}\n\n{prose(body)}")
        rows = []
        for name, field in model.model_fields.items():
            meaning = field.description or said.get(name, "")
            key = f"`{field.alias or name}`"
            rows.append((key, _type(field.annotation, models), _default(field), cell(meaning)))
        out.append(table(("key", "type", "default", "meaning"), rows, raw=True))
    return "\n".join(out)
