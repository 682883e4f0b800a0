"""Forms, their metrics, solution concepts and slots: tables read off the plug-ins."""

from __future__ import annotations

import inspect

from text import cell, prose, table

from negotiate import declare


def _title(module: object) -> str:
    lines = (inspect.getdoc(module) or "").strip().split("\n\n")[0].split()
    first = " ".join(lines)
    return first if len(first) < 220 else first[:217].rsplit(" ", 1)[0] + " ..."


def pages() -> dict[str, str]:
    """Three tables and one long list of metrics."""
    return {"concepts.md": _concepts(), "forms.md": _forms(), "slots.md": _slots()}


def _concepts() -> str:
    rows = []
    for name in declare.names("concept"):
        module = declare.concept_named(name)
        rows.append((
            f"[{name}](api/solutions/{name}.md)", cell(_title(module)),
            cell(", ".join(module.FORM)), cell(module.FIELD),
            cell(", ".join(sorted(module.DECLARES)) or "none"),
        ))  # fmt: skip
    return "\n".join([
        "# Solution concepts\n",
        "A concept is found by its name: `negotiate solve CASE --concept NAME`, or "
        '`declare.concept_named(NAME)(form)`. *Field* says in which numbers the exact '
        "answer lies; *axioms* are those that the tests attack with random problems.\n",
        table(("concept", "what it is", "forms", "field", "axioms"), rows, raw=True),
    ])  # fmt: skip


def _forms() -> str:
    out = [
        "# Forms and metrics\n",
        "A form is a game that a case compiles into, or that a file describes. A metric is a "
        "number or label read off its solution, called `<form>.<metric>`; sweeps, scenarios, "
        "thresholds and claims take any of them. Words in angle "
        "brackets stand for names of the case.\n",
    ]
    for name in declare.names("game"):
        module = declare.file_of(name)
        out.append(
            f"## {name}\n\n{prose(_title(module))}\nSee [its module](api/forms/{name}.md).\n"
        )
        metrics = getattr(module, "METRICS", {})
        if metrics:
            rows = [(f"`{name}.{key}`", cell(meaning)) for key, meaning in metrics.items()]
            out.append(table(("metric", "meaning"), rows, raw=True))
    return "\n".join(out)


def _slots() -> str:
    rows = [
        (f"`{name}`", cell(declare.file_named("case.slots", name).MEANING))
        for name in declare.files_in("case.slots")
    ]
    return "\n".join([
        "# Slots: where a lever enters\n",
        "A lever names its slots in `enters`. The same cost through another slot has other "
        "comparative statics, so the file must choose; `negotiate check` reports a slot that no "
        "model of the case reads.\n",
        table(("slot", "meaning"), rows, raw=True),
    ])  # fmt: skip
