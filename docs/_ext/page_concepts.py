"""Games, their metrics, solution concepts and slots: tables read off the declarations."""

from __future__ import annotations

import inspect
from importlib import import_module

from text import cell, prose, table

from negotiate import declare


def _title(thing: object) -> str:
    first = " ".join((inspect.getdoc(thing) or "").strip().split("\n\n")[0].split())
    return first if len(first) < 220 else first[:217].rsplit(" ", 1)[0] + " ..."


def _page(module: str) -> str:
    return "api/" + module.removeprefix("negotiate.").replace(".", "/") + ".md"


def _linked(text: str, module: str) -> str:
    """A link to the page of a file; private files have none."""
    return text if "._" in module else f"[{text}]({_page(module)})"


def pages() -> dict[str, str]:
    """Three tables and one long list of metrics."""
    return {"concepts.md": _concepts(), "games.md": _games(), "slots.md": _slots()}


def _concepts() -> str:
    rows = []
    for name in declare.names("concept"):
        entry = declare.entry("concept", name)
        concept = declare.concept_named(name)
        takers = [g for g in declare.names("game") if name in declare.concepts_of(g)]
        rows.append(
            (
                _linked(name, entry.module),
                cell(concept.title),
                cell(", ".join(takers)),
                cell(concept.field),
                cell(", ".join(sorted(concept.axioms)) or "none"),
            )
        )
    return "\n".join(
        [
            "# Solution concepts\n",
            "A concept is a function of its room, found by its id too: `negotiate solve CASE "
            "--concept NAME`, or `game.solve(NAME)`. *Field* says in which numbers the exact "
            "answer lies; *axioms* are those that the tests attack with random problems.\n",
            table(("concept", "title", "games", "field", "axioms"), rows, raw=True),
        ]
    )


def _games() -> str:
    out = [
        "# Games and metrics\n",
        "A game is compiled from a case, or described by a file. A metric is a number or label "
        "read off it, `<game>.<metric>`, or off the solution of a concept, "
        "`<game>.<concept>.<metric>`; "
        "sweeps, scenarios, thresholds and claims take any of them. Words in angle brackets stand "
        "for names of the case.\n",
    ]
    for name in sorted((*declare.names("game"), *declare.names("assessment"))):
        game = declare.game_named(name)
        module = game.type.__module__
        out.append(f"## {name}\n\n{game.title}. {prose(_title(import_module(module)))}\n")
        if "._" not in module:
            out.append(f"See [its file]({_page(module)}).\n")
        solved = declare.concepts_of(name)
        if solved:
            out.append(f"Solved by {', '.join(f'`{one}`' for one in solved)}.\n")
        rows = [
            (f"`{name}.{metric.name}`", cell(str(metric.unit)), cell(metric.meaning))
            for metric in game.metrics
        ]
        for concept in solved:
            for metric in declare.concept_named(concept).metrics:
                full = f"`{name}.{concept}.{metric.name}`"
                rows.append((full, cell(str(metric.unit)), cell(metric.meaning)))
        if rows:
            out.append(table(("metric", "unit", "meaning"), rows, raw=True))
    return "\n".join(out)


def _slots() -> str:
    return "\n".join(
        [
            "# Slots: where a lever enters\n",
            "A lever names its slots in `enters`. The same cost through another slot has other "
            "comparative statics, so the file must choose; `negotiate check` reports a slot that "
            "no model of the case reads.\n",
            table(("slot", "unit", "meaning", "read by"), _slot_rows(), raw=True),
        ]
    )


def _slot_rows() -> list[tuple[str, ...]]:
    found = [declare.load("slot", name) for name in declare.names("slot")]
    return [
        (f"`{s.name}`", cell(str(s.unit)), cell(s.meaning), cell(", ".join(s.read_by)))
        for s in found
    ]
