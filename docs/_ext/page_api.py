"""The API: a page a room, a page a file, read off signatures and numpydoc docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

from text import cell, escaped, fence, prose, table

ROOT = Path(__file__).parents[2] / "negotiate"
ROOMS = (
    "numbers", "drawing", "case", "bargaining", "strategic", "extensive", "threats", "dynamic",
    "crisis", "graphmodel", "coalitions", "spatial", "estimation", "whatif", "report", "course",
)  # fmt: skip
"""Rooms in their order: a room imports only those before it."""
BESIDE = ("solution", "declare", "units", "errors", "tolerance", "view", "loading", "front")
LEAD = """# Python API

`import negotiate as ng` gives the names below, and every room gives its own: `from negotiate import
bargaining`. An example of each stands in [the names of negotiate](../../reference/names.md) and in
[what if](../../whatif.md). Rooms are listed in their order: a room imports only those before it.
"""


def pages() -> dict[str, str]:
    """Index, rooms and files."""
    from negotiate._lazy import public_names

    rows = []
    for name, (module, attribute) in sorted(public_names(ROOT / "__init__.pyi").items()):
        if not attribute:
            continue
        found = getattr(importlib.import_module(module), attribute)
        short = module.removeprefix("negotiate.")
        place = f"{short.replace('.', '/')}.md"
        rows.append((f"`ng.{name}`", cell(_first(found)), f"[{module}]({place})"))
    index = [LEAD, table(("name", "what it is", "defined in"), rows, raw=True), "## Rooms\n"]
    entries, files = [], {}
    for name in BESIDE:
        files[f"api/{name}.md"] = _module(f"negotiate.{name}")
        entries.append(name)
    for room in ROOMS:
        if not (ROOT / room).is_dir():
            continue
        meaning = _first(importlib.import_module(f"negotiate.{room}"))
        listed = []
        for path in sorted((ROOT / room).rglob("*.py")):
            stem = path.relative_to(ROOT / room).with_suffix("").as_posix()
            if any(part.startswith("_") for part in stem.split("/")):
                continue
            dotted = f"negotiate.{room}.{stem.replace('/', '.')}"
            files[f"api/{room}/{stem}.md"] = _module(dotted)
            module = importlib.import_module(dotted)
            listed.append((f"[{stem}]({stem}.md)", cell(_first(module))))
        stems = [re.match(r"\[(.+?)\]", row[0])[1] for row in listed]  # type: ignore[index]
        files[f"api/{room}/index.md"] = "\n".join(
            [
                f"# negotiate.{room}\n",
                f"{meaning}\n",
                table(("file", "what it holds"), listed, raw=True) if listed else "",
                "```{toctree}\n:hidden:\n",
                *stems,
                "```\n",
            ]
        )
        index.append(f"- [negotiate.{room}]({room}/index.md): {meaning}")
        entries.append(f"{room}/index")
    others = ", ".join(f"[{name}]({name}.md)" for name in entries if "/" not in name)
    index.append(f"- Beside the rooms: {others}.\n")
    files["api/index.md"] = "\n".join([*index, "```{toctree}\n:hidden:\n", *entries, "```\n"])
    return files


def _first(thing: Any) -> str:
    """First sentence of a docstring."""
    text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return text if len(text) <= 200 else text[:197].rsplit(" ", 1)[0] + " ..."


def _module(name: str) -> str:
    """One module: its docstring, then every public class and function defined in it."""
    module = importlib.import_module(name)
    out = [f"# {name}\n", prose(inspect.getdoc(module) or "")]
    constants = []
    for key, item in vars(module).items():
        if key.startswith("_"):
            continue
        item = getattr(item, "function", item)  # a concept shows what it calls
        if getattr(item, "__module__", None) == name and inspect.isclass(item):
            out.append(_class(key, item))
        elif getattr(item, "__module__", None) == name and callable(item):
            out.append(_function(key, item, 2))
        elif key.isupper() and isinstance(item, (int, float, str, tuple, frozenset)):
            shown = repr(sorted(item)) if isinstance(item, frozenset) else repr(item)
            constants.append((f"`{key}`", cell(shown[:120])))
    if constants:
        out.append("## Constants\n")
        out.append(table(("name", "value"), constants, raw=True))
    return "\n".join(out)


def _class(name: str, item: Any) -> str:
    out = [f"## {name}\n", _signature(name, item), _body(item, kind="class")]
    for key, method in vars(item).items():
        if key.startswith("_") or not inspect.getdoc(method):
            continue
        function = getattr(method, "__func__", method)
        if isinstance(method, property) or type(method).__name__ == "cached_property":
            out.append(f"### {name}.{key}\n\n{_body(method, kind='property')}")
        elif inspect.isfunction(function):
            out.append(_function(f"{name}.{key}", function, 3))
    return "\n".join(out)


def _function(name: str, item: Any, level: int) -> str:
    return f"{'#' * level} {name}\n\n{_signature(name, item)}\n{_body(item, kind='function')}"


def _signature(name: str, item: Any) -> str:
    try:
        found = str(inspect.signature(item))
    except (TypeError, ValueError):
        return ""
    found = re.sub(r"\((?:self|cls), ?", "(", found, count=1).replace("(self)", "()")
    found = re.sub(r"<[^<>]*>", "...", found).replace("negotiate.", "").replace("'", "")
    if len(found) > 90:
        found = re.sub(r", (?=\w+:|\w+=|\*)", ",\n    ", found)
        found = found.replace("(", "(\n    ", 1)
    return fence(f"{name.rpartition('.')[2]}{found}", "python")


def _body(item: Any, *, kind: str) -> str:
    """A docstring in numpydoc's sections, as Markdown."""
    from numpydoc.docscrape import NumpyDocString

    text = inspect.getdoc(item) or ""
    if kind == "class" and text.startswith(f"{item.__name__}("):
        return ""  # a dataclass's automatic docstring repeats the signature
    try:
        doc = NumpyDocString(text)
    except ValueError:
        return prose(text)
    out = [prose("\n".join([*doc["Summary"], "", *doc["Extended Summary"]]))]
    for section in ("Parameters", "Attributes", "Returns", "Yields", "Raises"):
        if doc[section]:
            out.append(f"**{section}**\n")
            out.append("\n".join(_entry(entry) for entry in doc[section]) + "\n")
    for section in ("Notes", "References", "Examples"):
        if doc[section]:
            out.append(f"**{section}**\n")
            out.append(prose("\n".join(doc[section])))
    return "\n".join(out)


def _entry(entry: Any) -> str:
    name = f"`{entry.name}`" if entry.name else ""
    kind = f" ({escaped(entry.type)})" if entry.type and entry.name else escaped(entry.type)
    meaning = escaped(" ".join(" ".join(entry.desc).split()))
    return f"- {name}{kind}: {meaning}"
