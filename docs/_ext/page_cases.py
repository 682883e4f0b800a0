"""The case library, from the files in ``games/``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from text import cell, escaped, table

DRAWS = 2000
"""Draws of the reports that go with the site: enough for their figures, quick to make."""


CACHE = Path(__file__).parents[2] / "build" / "docs-cache"


def pages() -> dict[str, str]:
    """An index, a page for each case, and a report for each case of kind negotiation."""
    from negotiate.case.read import cases

    files: dict[str, str] = {}
    rows = []
    for name, path in cases().items():
        with path.open("rb") as stream:
            head = tomllib.load(stream)
        kind = str(head.get("kind", ""))
        title = str(head.get("title", name))
        rows.append((kind != "negotiation", f"[{cell(title)}]({name}.md)", f"`{name}`", kind))
        files[f"cases/{name}.md"] = _page(name, path, head)
        if kind == "negotiation":
            files[f"extra/reports/{name}.html"] = _report(name)
    rows.sort()
    index = [
        "# Case library\n",
        "What ships with the toolkit. Disputes are cases with a source or the word *judgement* "
        "beside every number; textbook games carry their published answers, which the tests "
        "compute again.\n",
        table(("title", "id", "kind"), [row[1:] for row in rows], raw=True),
        "```{toctree}\n:hidden:\n",
        *[f"{name}" for name in sorted(cases())],
        "```\n",
    ]
    files["cases/index.md"] = "\n".join(index)
    return files


def _page(name: str, path: Path, head: dict[str, Any]) -> str:
    import negotiate as ng

    thing = ng.open(name)
    out = [f"# {escaped(str(head.get('title', name)))}\n"]
    shown = thing.html()
    for key in ("summary", "note", "stake"):
        if head.get(key) and str(head[key]).split()[:6] != _words_of(shown, str(head[key])):
            lead = "*Stakes.* " if key == "stake" else ""
            out.append(lead + escaped(" ".join(str(head[key]).split())) + "\n")
    folder = "games/classics" if path.parent.name == "classics" else "games"
    door = "load" if head.get("kind") == "negotiation" else "open"
    out.append(f'File: `{folder}/{path.name}`. In Python: `ng.{door}("{name}")`.\n')
    if head.get("kind") == "negotiation":
        counts = [
            (key, len(head.get(key, ())))
            for key in ("party", "issue", "branch", "lever", "scenario", "claim", "fact", "source")
        ]
        out.append(table(("table", "entries"), counts))
        judged = sum(q.judgement for q in thing.quantities.values())
        out.append(
            f"{len(thing.quantities)} numbers, {judged} of them judgement. "
            f'<a href="../../reports/{name}.html">The report</a> '
            f"({DRAWS:,} draws) opens on its own.\n"
        )
    out.append("````{raw} html\n" + shown + "\n````\n")
    for row in head.get("expected", ()):
        out.append(_expected(row))
    listed = [
        (s.get("id", ""), s.get("text", ""), s.get("url", "")) for s in head.get("source", ())
    ]
    if listed:
        rows = [
            (cell(i), cell(t) + (f" <{u}>" if str(u).startswith("http") else ""))
            for i, t, u in listed
        ]
        out.append("## Sources\n")
        out.append(table(("id", "source"), rows, raw=True))
    return "\n".join(out)


def _words_of(shown: str, text: str) -> list[str]:
    """The first words of a text where a view already says it; nothing where it does not."""
    first = text.split()[:6]
    return first if " ".join(first).replace("'", "&#x27;") in " ".join(shown.split()) else []


def _expected(row: dict[str, Any]) -> str:
    points = row.get("points", ())
    shown = "".join(f"- {escaped(_point(point))}\n" for point in points) or "- none\n"
    note = f" {escaped(str(row['note']))}" if row.get("note") else ""
    sources = escaped(", ".join(row.get("source", ())))
    basis = f"published ({sources})" if sources else "derived"
    return f"**{escaped(str(row.get('concept', '')))}**, {basis}.{note}\n\n{shown}\n"


def _point(item: Any, join: str = "; ") -> str:
    """A point of the file in words: labels with their numbers."""
    if isinstance(item, dict):
        return join.join(
            f"{key}: {_point(value, ', ')}" if isinstance(value, dict) else f"{key} {_point(value)}"
            for key, value in item.items()
        )
    return ", ".join(map(_point, item)) if isinstance(item, list) else str(item)


def _report(name: str) -> str:
    """The report of a case; kept, since it takes a while, until the code or the case changes."""
    from dataclasses import replace

    import negotiate as ng
    from negotiate.report import assemble as _assemble
    from negotiate.report.archive import code_digest
    from negotiate.report.context import CaseContext
    from negotiate.report.writers.html import html

    case = ng.load(name)
    kept = CACHE / code_digest()[:12] / f"{name}-{case.file_hash[:12]}.html"
    if not kept.is_file():
        document = _assemble.build(CaseContext(case, DRAWS, 0))
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(html(replace(document, computed=0)), encoding="utf-8")
    return kept.read_text(encoding="utf-8")
