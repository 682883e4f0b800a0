"""The file format, from the models that read it."""

from __future__ import annotations

import re
import types
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from text import cell, fence, prose, table

TEMPLATE = Path(__file__).with_name("file_format.md.in")
"""The page around the tables; ``@word@`` stands where one goes."""


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
    return {
        str: "text",
        bool: "`true` or `false`",
        Fraction: "number",
        int: "whole number",
        Any: "anything",
    }.get(kind, getattr(kind, "__name__", str(kind)))


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


def _keys(model: Any, models: list[Any], *, without: Any = None) -> str:
    """Table of a model's keys; those of ``without`` are left out, except ``kind``."""
    _, said = _attributes(model)
    rows = []
    for name, field in model.model_fields.items():
        if without is not None and name in without.model_fields and name != "kind":
            continue
        meaning = field.description or said.get(name, "") or MEANINGS.get(name, "")
        rows.append((f"`{field.alias or name}`", _type(field.annotation, models), _default(field),
                     cell(meaning)))  # fmt: skip
    return table(("key", "type", "default", "meaning"), rows, raw=True)


MEANINGS = {
    "actions": "player to the labels of its actions; only those who choose here",
    "aftermath": "what happened later; never an input",
    "available": "on the table",
    "branch": "ways in which there is no deal",
    "claim": "conclusions to be tested",
    "clock": "units of time",
    "complete": "whether these are all points",
    "concept": "name of a solution concept",
    "concession": "what is conceded, in words",
    "correlation": "rank correlations of the members, row by row",
    "date": "when",
    "deal": "deals on all issues; at most one was signed",
    "direction": "where the metric should move",
    "enters": "slots through which it enters a model",
    "expected": "answers the file vouches for",
    "expects": "what the change should move",
    "fact": "statements about the world",
    "group": "quantities that live together",
    "holder": "the party that can use it",
    "id": "short name: lower-case letters, digits, - and _",
    "issue": "matters to settle",
    "kind": "what it is",
    "lever": "instruments of the parties",
    "metric": "a number or label of a solution",
    "model": "settings of one form that are not numbers",
    "name": "name for readers",
    "next": "where each joint action leads",
    "note": "for readers",
    "options": "ids of the options",
    "party": "actors, two of them principals",
    "payoffs": "player to its payoffs, nested by strategy or action",
    "players": "labels, in the order of payoffs",
    "points": "player to strategy to probability, and `payoffs`",
    "quantity": "named numbers that expressions and forms read",
    "scenario": "named what-ifs",
    "set": "path to its new value",
    "scale": "path to the factor it is multiplied by",
    "settings": "settings of the concept",
    "shift": "path to what is added to it",
    "response": "what the third party it is aimed at may do",
    "family": "shape of the distribution",
    "remove": "levers taken off the table",
    "add": "levers put on the table",
    "signatories": "parties that signed",
    "source": "what stands behind it",
    "start": "id of the first state",
    "state": "the states",
    "strategies": "player to the labels of its strategies",
    "summary": "the dispute in a few sentences",
    "talks": "unit of a round of talks",
    "text": "in words",
    "title": "title for readers",
    "unit": "unit of the levels",
    "url": "address",
    "values": "value function of each issue",
    "weights": "salience of each issue; they sum to one",
    "why": "why it should",
}
"""What a key means by its name, where the model itself says nothing."""


def _example(name: str) -> str:
    """A shipped file down to its sources and answers: what describes the game."""
    from negotiate.case.read import cases

    text = cases()[name].read_text(encoding="utf-8")
    return fence(text.split("\n[[source]]")[0].split("\n[[expected]]")[0].strip(), "toml")


def page() -> str:
    """Every kind of file: the models of a case with their keys, then the games."""
    from negotiate.case.game_file import Expected, GameFile
    from negotiate.case.schema import Case
    from negotiate.dynamic._stochastic_file import State, StochasticFile
    from negotiate.strategic._file import StrategicFile

    models: list[Any] = [Case]
    case = []
    for model in models:  # grows while it is read
        body, _ = _attributes(model)
        case.append(f"### {model.__name__}\n\n{prose(body)}\n{_keys(model, models)}")
    tables = {
        "case": "\n".join(case),
        "game": _keys(GameFile, models),
        "expected": _keys(Expected, models),
        "strategic": _keys(StrategicFile, models, without=GameFile),
        "stochastic": _keys(StochasticFile, models, without=GameFile),
        "state": _keys(State, models),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"^@(\w+)@$", lambda m: tables[m.group(1)], text, flags=re.MULTILINE)
    return re.sub(r"^@example ([\w-]+)@$", lambda m: _example(m.group(1)), text, flags=re.MULTILINE)
