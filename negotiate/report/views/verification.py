"""A rerun compared with the archive it came from."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape

HEAD = ("result", "state", "largest difference")


def rows(item: Any) -> list[list[Any]]:
    """One row a result."""
    return [[r.name, r.state, _gap(r)] for r in item.results]


def _gap(result: Any) -> str:
    if result.difference != result.difference:
        return "not a matter of numbers"
    return f"{result.difference:.3g}" if result.difference else "0"


def sentence(item: Any) -> str:
    """The verdict, what was changed, and whether the code is the same."""
    count = len(item.results)
    if item.changed:
        shown = ", ".join(item.changed[:6]) + (", ..." if len(item.changed) > 6 else "")
        verdict = f"files were changed after the archive was made: {shown}"
    elif item.reason:
        verdict = "the case could not be run again"
    elif item.identical:
        verdict = f"all {count} results came out the same, byte for byte"
    elif item.agrees:
        verdict = f"all {count} results agree, rounding aside"
    else:
        bad = sum(r.state in ("differs", "missing") for r in item.results)
        verdict = f"{bad} of {count} results differ"
    if item.reason:
        verdict += f" ({item.reason})"
    code = "the same" if item.code else "not the same"
    return f"{item.path.name}: {verdict}; the toolkit's code is {code} as then."


def text(item: Any) -> str:
    """Sentence and table."""
    return clean(sentence(item)) + "\n" + tables.text(HEAD, rows(item))


def html(item: Any) -> str:
    """Sentence and table."""
    return f"<p>{escape(sentence(item))}</p>" + tables.html(HEAD, rows(item), caption="Rerun")
